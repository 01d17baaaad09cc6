//! `concviz workloads`: the catalogue, printed as a list for people, as a document for programs, or one of them as the file
//! it is, ready to edit.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::refusal::Refusal;
use super::values::{WorkloadName, one_of};
use super::work;
use crate::app::{RowKey, way, written};
use crate::model::{Generation, ModelKind};
use crate::recording::SCHEMA;
use crate::report::{ListFormat, Param, params};
use crate::text::cli::BELOW_WORKLOADS;
use crate::text::cli::help::{value, workloads};
use crate::workload::{SHIPPED, Scale, StartLock, Workload, find, shipped};

/// The options of `concviz workloads`.
#[derive(Debug, Args)]
pub(super) struct WorkloadsArgs {
    /// Print this one as the file it is, ready to edit
    #[arg(long, value_name = value::NAME, hide_possible_values = true, conflicts_with = "format", value_parser = WorkloadName, help = workloads::SHOW)]
    pub show: Option<OsString>,
    /// How the list is printed
    #[arg(long, value_name = value::FORMAT, default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name), help = workloads::FORMAT)]
    pub format: ListFormat,
}

/// What `concviz workloads` is asked for.
pub(super) fn printed(options: &WorkloadsArgs) -> Result<String, Refusal> {
    match &options.show {
        Some(name) => show(&name.to_string_lossy()),
        None => Ok(list(options.format)),
    }
}

/// The file of the shipped workload `name`, as it is; it is that of all its variants.
fn show(name: &str) -> Result<String, Refusal> {
    let (bare, variant) = name.split_once(':').map_or((name, None), |(bare, variant)| (bare, Some(variant)));
    let file = SHIPPED.iter().find(|f| f.name == bare).ok_or_else(|| work::unknown(bare, false))?;
    if let (Some(workload), Some(variant)) = (find(bare), variant) {
        work::with_variant(&workload, variant)?;
    }
    Ok(file.text.to_owned())
}

/// All shipped workloads.
fn list(format: ListFormat) -> String {
    let all = shipped();
    match format {
        ListFormat::Table => table(&all),
        ListFormat::Json => json(&all),
    }
}

/// `workload` and, below what its file itself describes, the other variants: each with the name for `-w`.
fn listed(workload: &Workload) -> Vec<(String, Workload)> {
    let others = (0..workload.variants.len()).filter_map(|place| workload.at_variant(place));
    let others = others.filter(|other| other.variant != workload.variant);
    let others = others.map(|other| (other.full_name().into_owned(), other));
    std::iter::once((workload.name.clone(), workload.clone())).chain(others).collect()
}

fn table(all: &[Workload]) -> String {
    let all: Vec<(String, Workload)> = all.iter().flat_map(listed).collect();
    let titles: Vec<String> = all.iter().map(|(_, w)| w.title_at(Scale::ONE)).collect();
    let name_width = all.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let title_width = titles.iter().map(|t| t.width()).max().unwrap_or_default();
    let mut groups: Vec<&str> = Vec::new();
    for (_, workload) in &all {
        if !groups.contains(&workload.group.as_str()) {
            groups.push(&workload.group);
        }
    }
    let mut text = String::new();
    for group in groups {
        let _ = writeln!(text, "{group}");
        for ((name, workload), title) in all.iter().zip(&titles).filter(|((_, w), _)| w.group == group) {
            let name = padded(name, name_width);
            let line = format!("  {name}  {}  {}", padded(title, title_width), keys(workload));
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    text + BELOW_WORKLOADS
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The keys that lead through the models of `workload`, one after the other, from the screen as it starts: with a serial
/// run of what the file itself describes, and the global lock with which that starts.
fn keys(workload: &Workload) -> String {
    let mut keys = Vec::new();
    let first = workload.variants.first().map_or(workload.lock, |first| first.workload.lock);
    let lock = match first {
        StartLock::Off => None,
        StartLock::Gil => Some(Generation::Newer),
        StartLock::GilLegacy => Some(Generation::Older),
    };
    let mut at = RowKey { kind: ModelKind::Serial, lock, variant: 0 };
    let variants = workload.variants.len();
    let mut set = lock.unwrap_or(Generation::Newer);
    let variant = workload.variant_place();
    let mut shown: Vec<RowKey> = workload.show.iter().filter_map(|model| row(model, variant)).collect();
    if shown.is_empty() {
        shown.push(RowKey { variant, ..at });
    }
    for to in shown {
        if to != at {
            keys.extend(way(at, set, to, variants));
        }
        set = to.lock.unwrap_or(set);
        at = to;
    }
    written(&keys)
}

/// The row that a workload's file names, of the variant at this place: a model, or `MODEL+gil`.
fn row(model: &str, variant: usize) -> Option<RowKey> {
    let (name, lock) = model.split_once('+').map_or((model, None), |(name, with)| (name, Some(with)));
    let lock = lock.filter(|with| *with == "gil").map(|_| Generation::Newer);
    let kind = ModelKind::ALL.into_iter().find(|kind| kind.name() == name)?;
    Some(RowKey { kind, lock, variant })
}

/// The document of all workloads. Fields are added, never renamed or removed, while `schema` stays the same.
#[derive(Serialize)]
struct Catalogue<'a> {
    schema: u32,
    concviz: &'static str,
    workloads: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    group: &'a str,
    title: String,
    about: &'a str,
    show: &'a [String],
    params: BTreeMap<String, Param>,
    variant: Option<&'a str>,
    variants: Vec<VariantEntry<'a>>,
}

#[derive(Serialize)]
struct VariantEntry<'a> {
    name: &'a str,
    title: String,
    about: &'a str,
    show: &'a [String],
    params: BTreeMap<String, Param>,
}

impl Entry<'_> {
    fn of(workload: &Workload) -> Entry<'_> {
        Entry {
            name: &workload.name,
            group: &workload.group,
            title: workload.title_at(Scale::ONE),
            about: &workload.about,
            show: &workload.show,
            params: params(workload),
            variant: workload.variant.as_deref(),
            variants: workload.variants.iter().filter_map(|variant| VariantEntry::of(&variant.workload)).collect(),
        }
    }
}

impl VariantEntry<'_> {
    fn of(workload: &Workload) -> Option<VariantEntry<'_>> {
        Some(VariantEntry {
            name: workload.variant.as_deref()?,
            title: workload.title_at(Scale::ONE),
            about: &workload.about,
            show: &workload.show,
            params: params(workload),
        })
    }
}

fn json(all: &[Workload]) -> String {
    let workloads = all.iter().map(Entry::of).collect();
    let document = Catalogue { schema: SCHEMA, concviz: env!("CARGO_PKG_VERSION"), workloads };
    // Only texts and numbers: there is nothing in it that could not be written.
    serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{App, Effect, Key, Message, update};
    use crate::machine::Machine;
    use crate::model::LockSettings;
    use crate::plan::{Rates, Wishes};
    use crate::settings::Setup;
    use crate::units::Stamp;
    use crate::workload;

    #[test]
    fn every_workload_has_a_line_with_its_numbers_and_its_keys() {
        let text = list(ListFormat::Table);
        for workload in shipped() {
            let title = workload.title_at(Scale::ONE);
            let line = text.lines().find(|l| l.trim_start().starts_with(&format!("{} ", workload.name)));
            let line = line.unwrap_or_else(|| panic!("{} is missing:\n{text}", workload.name));
            assert!(line.contains(&title) && line.ends_with(&keys(&workload)), "{line}");
            assert!(!title.contains('{'), "{title}: a number is missing");
            assert!(text.lines().any(|l| l == workload.group), "{} has no heading", workload.group);
        }
    }

    /// The screen as it starts with `workload`.
    fn screen(workload: Workload) -> App {
        let lock = match workload.lock {
            StartLock::Off => None,
            StartLock::Gil => Some(Generation::Newer),
            StartLock::GilLegacy => Some(Generation::Older),
        };
        let first = RowKey { kind: ModelKind::Serial, lock, variant: 0 };
        let setup = Setup {
            workload,
            model: first.model(LockSettings::default()),
            lock: LockSettings::default(),
            wishes: Wishes::default(),
            scale: Scale::ONE,
        };
        let machine = Machine { usable: 2.0, allowed: vec![0, 1] };
        App::new(setup, machine, Some(Rates::all(1_000_000)), Stamp(0), (80, 24))
    }

    #[test]
    fn the_keys_of_a_workload_lead_through_its_models_and_end_with_the_last() {
        let model = |effect: &Effect| {
            if let Effect::Start(_, plan) = effect { Some(RowKey::of(plan.model)) } else { None }
        };
        for workload in shipped() {
            let written = keys(&workload);
            let mut app = screen(workload.clone());
            let mut run: Vec<RowKey> = app.launch().iter().filter_map(model).collect();
            for key in written.split(' ').flat_map(str::chars) {
                run.extend(update(&mut app, Message::Key(Key::Char(key))).iter().filter_map(model));
            }
            let named: Vec<RowKey> = workload.show.iter().map(|name| row(name, 0).expect("a model")).collect();
            let mut order = run.iter();
            assert!(named.iter().all(|key| order.any(|run| run == key)), "{}: {written}", workload.name);
            assert_eq!(run.last(), named.last(), "{}: {written}", workload.name);
            assert!(run.windows(2).all(|two| two[0] != two[1]), "{}: {written} runs something twice", workload.name);
        }
    }

    #[test]
    fn a_workload_that_is_shown_is_read_back_as_it_is() {
        for workload in shipped() {
            let text = show(&workload.name).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(workload::parse("edited.toml", &text), Ok(workload));
        }
    }

    /// A workload with two variants; the second one starts with the GIL, and the third says nothing of what shows its point.
    fn race() -> Workload {
        let text = "format = 1\nname = \"race\"\ngroup = \"Shared state\"\ntitle = \"{tasks} tasks\"\nvariant = \"plain\"\n\
                    show = [\"serial\", \"threads\"]\n[params]\ntasks = 2\n[[tasks]]\nname = \"t\"\ncount = \"tasks\"\n\
                    steps = [\"yield\"]\n[[variants]]\nname = \"locked\"\nlock = \"gil\"\nshow = [\"threads+gil\"]\n\
                    [[variants]]\nname = \"few\"\nshow = []\nparams = { tasks = 1 }\n";
        workload::parse("race.toml", text).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn variants_have_lines_of_their_own_with_the_keys_that_lead_to_them() {
        let text = table(&[race()]);
        let lines: Vec<&str> = text.lines().take(4).collect();
        let expected = [
            "Shared state",
            "  race         2 tasks  2",
            "  race:locked  2 tasks  2 g a",
            "  race:few     1 task   a a",
        ];
        assert_eq!(lines, expected);
        for place in 0..3 {
            let written = keys(&race().at_variant(place).expect("a variant"));
            let mut app = screen(race());
            let _ = app.launch();
            for key in written.split(' ').flat_map(str::chars) {
                let _ = update(&mut app, Message::Key(Key::Char(key)));
            }
            let run = app.run().expect("a run").row();
            assert_eq!(run.variant, place, "{written}");
            assert_eq!((run.kind == ModelKind::Serial, run.lock.is_some()), (place == 2, place == 1), "{written}");
        }
        let document: serde_json::Value = serde_json::from_str(&json(&[race()])).expect("JSON");
        let entry = &document["workloads"][0];
        assert_eq!((&entry["name"], &entry["variant"]), (&"race".into(), &"plain".into()));
        let variants = entry["variants"].as_array().expect("a list");
        let named: Vec<&str> = variants.iter().filter_map(|variant| variant["name"].as_str()).collect();
        assert_eq!(named, ["plain", "locked", "few"]);
        assert_eq!((&variants[2]["params"]["tasks"], &variants[2]["title"]), (&1.into(), &"1 task".into()));
        let without: serde_json::Value = serde_json::from_str(&list(ListFormat::Json)).expect("JSON");
        let cpu = &without["workloads"][0];
        assert!(cpu["variant"].is_null() && cpu["variants"].as_array().is_some_and(Vec::is_empty), "{cpu}");
    }

    #[test]
    fn keys_lead_from_one_model_to_the_next() {
        let keys = |lock, models: &[&str]| {
            let show = models.iter().map(|&model| model.to_owned()).collect();
            keys(&Workload { show, lock, ..workload::find("cpu").expect("a shipped workload") })
        };
        assert_eq!(keys(StartLock::Off, &["serial", "threads", "threads+gil", "processes"]), "2 g g 3");
        assert_eq!(keys(StartLock::Off, &["threads+gil", "async+gil"]), "2 g 4");
        assert_eq!(keys(StartLock::Off, &["fibers", "async"]), "4");
        assert_eq!(keys(StartLock::Gil, &["threads+gil", "threads", "threads+gil"]), "2 g g");
        assert_eq!(keys(StartLock::GilLegacy, &["serial", "threads+gil"]), "g 2 G");
    }
}
