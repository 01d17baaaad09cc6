//! Holds what the documents promise: a README that is read in five minutes, links that lead somewhere, and keys, options,
//! steps, formats and workloads as the program has them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use concviz::app::keys::{KEYS, Key};
use concviz::cli::{self, Host};
use concviz::recording::SCHEMA;
use concviz::report::csv_head;
use concviz::settings::{ExportFormat, ExportView};
use concviz::state::State;
use concviz::trace::file::MAJOR;
use concviz::workload::{Kernel, SHIPPED, Scale, parse};

/// The folder that holds the README.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages that people read.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].iter().map(|name| root().join(name)).collect();
    pages.extend(docs());
    pages
}

/// The pages in the folder of documents.
fn docs() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("docs")).expect("docs is a folder");
    let mut pages: Vec<PathBuf> = folder.map(|entry| entry.expect("docs can be listed").path()).collect();
    pages.sort();
    pages
}

/// The README and the pages in docs, but for those that explain the source: what people read who use the program.
fn manual() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    pages.extend(docs().into_iter().filter(|page| !page.ends_with("internals.md") && !page.ends_with("format.md")));
    pages
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn doc(name: &str) -> String {
    read(&root().join("docs").join(name))
}

/// The targets of all links and pictures of a page.
fn targets(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

/// The names under which links reach the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
        })
        .collect()
}

/// A page in pieces: its running text, what stands in it as code, and the lines of its blocks of code.
#[derive(Default)]
struct Pieces {
    prose: Vec<String>,
    spans: Vec<String>,
    lines: Vec<String>,
    /// The blocks of TOML.
    toml: Vec<String>,
}

fn pieces(text: &str) -> Pieces {
    let mut pieces = Pieces::default();
    let mut running = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(language), None) => {
                fence = Some(language);
                if language == "toml" {
                    pieces.toml.push(String::new());
                }
            }
            (None, Some(language)) => {
                if let Some(toml) = pieces.toml.last_mut().filter(|_| language == "toml") {
                    toml.push_str(line);
                    toml.push('\n');
                }
                pieces.lines.push(line.to_owned());
            }
            (None, None) if line.starts_with("    ") => pieces.lines.push(line.trim().to_owned()),
            (None, None) => {
                running.push_str(line);
                running.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "a block of code has no end");
    for (index, piece) in running.split('`').enumerate() {
        let piece = piece.replace('\n', " ");
        if index % 2 == 1 { pieces.spans.push(piece) } else { pieces.prose.push(piece) }
    }
    pieces
}

/// The code that stands in `text`.
fn spans(text: &str) -> Vec<String> {
    pieces(text).spans
}

/// The first cells of the tables of a page whose first column has this heading.
fn column<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let mut cells = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let first = line.strip_prefix("| ").and_then(|rest| rest.split_once(" |")).map(|(cell, _)| cell);
        match first {
            Some(cell) if inside => cells.push(cell),
            Some(cell) => inside = cell == heading,
            None => inside &= line.starts_with("|-"),
        }
    }
    assert!(!cells.is_empty(), "no table with a column `{heading}`");
    cells
}

/// The code in the first cells of those tables.
fn column_spans(text: &str, heading: &str) -> BTreeSet<String> {
    column(text, heading).into_iter().flat_map(spans).collect()
}

fn owned<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Holds that the documents name what there is, all of it and nothing else.
#[track_caller]
fn assert_same(named: &BTreeSet<String>, there: &BTreeSet<String>) {
    let unknown: Vec<_> = named.difference(there).collect();
    let missing: Vec<_> = there.difference(named).collect();
    assert!(unknown.is_empty() && missing.is_empty(), "named but unknown: {unknown:?}; not named: {missing:?}");
}

/// Holds that the documents name nothing that there is not.
#[track_caller]
fn assert_known(named: &BTreeSet<String>, there: &BTreeSet<String>) {
    let unknown: Vec<_> = named.difference(there).collect();
    assert!(unknown.is_empty(), "named but unknown: {unknown:?}");
}

/// All keys, as the documents write them.
fn bound() -> BTreeSet<String> {
    KEYS.iter().flat_map(|row| row.keys).map(|key| written(*key)).collect()
}

/// How the documents write a key.
fn written(key: Key) -> String {
    match key {
        Key::Char(' ') => "space".to_owned(),
        Key::Char(c) => c.to_string(),
        Key::Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
        Key::F(n) => format!("F{n}"),
        Key::Up => "↑".to_owned(),
        Key::Down => "↓".to_owned(),
        Key::Left => "←".to_owned(),
        Key::Right => "→".to_owned(),
        Key::PageUp => "PgUp".to_owned(),
        Key::PageDown => "PgDn".to_owned(),
        Key::BackTab => "Shift-Tab".to_owned(),
        Key::Home | Key::End | Key::Enter | Key::Esc | Key::Tab | Key::Backspace | Key::Delete => format!("{key:?}"),
    }
}

/// What the program prints when it is asked for help, on a command or without one.
fn help(command: Option<&str>) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_concviz")).args(command).arg("--help").output().expect("help");
    assert!(out.status.success(), "no help on {command:?}");
    String::from_utf8(out.stdout).expect("help is text")
}

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = help(None);
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list of commands");
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// The long options that a help declares, each at the begin of its line.
fn declared(help: &str) -> BTreeSet<String> {
    let heads = help.lines().map(str::trim_start).map(|line| match line.as_bytes() {
        [b'-', letter, b',', b' ', ..] if letter.is_ascii_alphabetic() => &line[4..],
        _ => line,
    });
    heads.flat_map(|line| options(line.split_whitespace().next().unwrap_or_default())).collect()
}

/// The long options that a text names.
fn options(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let is_option = |word: &&str| word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic));
    words.filter(is_option).map(str::to_owned).collect()
}

/// All long options that there are, of all commands and of the screen.
fn all_options() -> BTreeSet<String> {
    let mut all = declared(&help(None));
    for command in commands() {
        all.append(&mut declared(&help(Some(&command))));
    }
    all
}

/// The words of a line as a shell divides it, as far as the documents need that: up to what other programs do with it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '|' | '>' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A machine on which every file that a command line reads is the workload that the documents show.
struct Reader(String);

impl Host for Reader {
    fn read(&self, _: &Path, _: u64) -> io::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    fn allowed_cores(&self) -> u16 {
        64
    }
}

#[test]
fn the_readme_is_short() {
    let readme = read(&root().join("README.md"));
    assert!(readme.split_whitespace().count() <= 700, "the README has more than 700 words");
    assert_eq!(readme.matches("![").count(), 3, "pictures in the README");
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(&page);
        for target in targets(&text).into_iter().filter(|target| !target.starts_with("http")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            if !there.exists() || !anchor.is_empty() && !anchors(&read(&there)).contains(&anchor.to_string()) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn the_table_of_keys_has_every_key_and_no_other() {
    assert_same(&column_spans(&doc("using.md"), "key"), &bound());
}

#[test]
fn the_readme_names_only_keys_that_there_are() {
    assert_known(&column_spans(&read(&root().join("README.md")), "key"), &bound());
}

#[test]
fn every_option_is_documented_and_every_documented_option_exists() {
    let there = all_options();
    assert!(
        there.contains("--switch-interval") && there.contains("--animate"),
        "the help was not understood: {there:?}"
    );
    let mut named = BTreeSet::new();
    for page in manual() {
        let Pieces { prose, spans, lines, .. } = pieces(&read(&page));
        let all = prose.iter().chain(&spans).chain(&lines);
        named.extend(all.filter(|piece| !piece.starts_with("cargo ")).flat_map(|piece| options(piece)));
    }
    assert_same(&named, &there);
}

#[test]
fn every_command_is_documented_and_every_documented_command_line_is_understood() {
    let host = Reader(pieces(&doc("workloads.md")).toml.swap_remove(0));
    let commands = commands();
    let mut seen = BTreeSet::new();
    let mut refused = Vec::new();
    for page in manual() {
        let Pieces { spans, lines, .. } = pieces(&read(&page));
        for code in spans.iter().chain(&lines) {
            let code = code.strip_prefix("$ ").unwrap_or(code);
            // Behind two spaces stands what the command does.
            let words = words(code.split("  ").next().unwrap_or(code));
            if words.first().is_none_or(|word| word != "concviz") || words.iter().any(|word| placeholder(word)) {
                continue;
            }
            let is_name = words.len() == 2 && commands.contains(&words[1]);
            if let Err(exit) = cli::parse(&words, &host)
                && !is_name
                && !exit.asked_for
            {
                refused.push(format!("{}: {code}: {}", page.display(), exit.text));
            }
            seen.extend(words.into_iter().nth(1));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    for command in commands {
        assert!(seen.contains(&command), "no example of `concviz {command}`");
    }
}

/// Whether a word stands for what the reader puts there, as in `-o NAME` or `[options]`.
fn placeholder(word: &str) -> bool {
    word.starts_with('[') || word.chars().all(|c| c.is_ascii_uppercase() || c == '.')
}

#[test]
fn the_table_of_steps_has_every_step_and_no_other() {
    let text = doc("workloads.md");
    let steps = column_spans(&text, "step");
    let named: BTreeSet<String> = steps
        .iter()
        .filter_map(|step| step.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).find(|word| !word.is_empty()))
        .map(str::to_owned)
        .collect();
    // Whoever writes a step that does not exist is told which ones do.
    let wrong = "format = 1\nname = \"wrong\"\n[[tasks]]\nname = \"task\"\nsteps = [\"nothing\"]\n";
    let refusal = parse("wrong.toml", wrong).expect_err("there is no such step").to_string();
    let (_, known) = refusal.split_once("expected one of ").expect("the refusal names the steps");
    assert_same(&named, &spans(known).into_iter().collect());
    for kernel in Kernel::ALL {
        assert!(spans(&text).contains(&kernel.name().to_owned()), "the kernel {} is not named", kernel.name());
    }
}

#[test]
fn the_workloads_that_are_shown_can_be_run() {
    let mut shown = 0;
    for page in manual() {
        for toml in pieces(&read(&page)).toml {
            let name = page.display().to_string();
            let workload = parse(&name, &toml).unwrap_or_else(|error| panic!("{error}"));
            let tasks = workload.resolve(Scale::ONE).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!tasks.is_empty(), "{name}");
            shown += 1;
        }
    }
    assert!(shown > 0, "no workload is shown");
}

#[test]
fn the_workloads_that_are_named_are_those_that_come_with_the_program() {
    let shipped = owned(SHIPPED.iter().map(|file| file.name));
    assert_same(&column_spans(&doc("workloads.md"), "workload"), &shipped);
    assert_known(&column_spans(&doc("gil.md"), "workload"), &shipped);
}

#[test]
fn the_table_of_exports_has_every_end_of_a_name_and_no_other() {
    let ends = ExportFormat::ALL.into_iter().flat_map(|format| format.row().ends).copied();
    let text = doc("recording.md");
    let named = column_spans(&text, "name ends in");
    assert_same(&named, &owned(ends));
    for end in named {
        assert!(ExportFormat::of_file(&format!("runs{end}")).is_some(), "{end}");
    }
    for format in ExportFormat::ALL {
        assert!(spans(&text).contains(&format.name().to_owned()), "the format {} is not named", format.name());
    }
    for view in ExportView::ALL {
        assert!(spans(&text).contains(&view.name().to_owned()), "the view {} is not named", view.name());
    }
}

#[test]
fn the_columns_of_a_table_of_tasks_are_documented() {
    let named = spans(&doc("commands.md"));
    for column in csv_head(&State::PLANNED, true).trim().split(',') {
        assert!(named.contains(&column.to_owned()), "the column {column} is not named");
    }
}

#[test]
fn the_table_of_states_has_every_state_and_no_other() {
    assert_same(&column_spans(&doc("measuring.md"), "state"), &owned(State::ALL.map(State::name)));
}

#[test]
fn the_versions_that_are_named_are_those_that_are_written() {
    let commands = doc("commands.md");
    assert!(commands.contains(&format!("schema number {SCHEMA}.")), "documents have the schema {SCHEMA}");
    let recording = doc("recording.md");
    assert!(recording.contains(&format!("Files are written in format {MAJOR}.")), "recordings have format {MAJOR}");
}

#[test]
fn the_schemas_that_are_named_are_those_that_there_are() {
    let mut named = BTreeSet::new();
    for page in manual() {
        let text = read(&page);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
        let files = words.filter(|word| word.ends_with(".schema.json")).filter_map(|word| word.rsplit('/').next());
        named.extend(files.map(str::to_owned));
    }
    let assets = fs::read_dir(root().join("assets")).expect("assets is a folder");
    let names = assets.map(|entry| entry.expect("assets can be listed").file_name().to_string_lossy().into_owned());
    assert_same(&named, &names.filter(|name| name.ends_with(".schema.json")).collect());
}
