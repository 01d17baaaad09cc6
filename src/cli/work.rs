//! A workload by its name, or from a file of the user's own.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;

use super::Host;
use super::refusal::Refusal;
use crate::workload::{self, SHIPPED, Value, Workload};

/// The most bytes a workload file may have.
const LARGEST: usize = 1 << 20;

/// The workload where none is named.
const USUAL: &str = "cpu";
/// The workload where only amounts are given, with `--cpu` and `--wait`.
const OF_AMOUNTS: &str = "mixed";

/// The workload that `named` names; where none is named, the one for amounts alone if some are given, or else the usual
/// one.
pub(super) fn choose(named: Option<&OsStr>, amounts: bool, host: &impl Host) -> Result<Workload, Refusal> {
    match named {
        Some(named) => load(named, host),
        None if amounts => of_amounts(workload::find),
        None => load(OsStr::new(USUAL), host),
    }
}

fn of_amounts(find: impl Fn(&str) -> Option<Workload>) -> Result<Workload, Refusal> {
    find(OF_AMOUNTS).ok_or(Refusal::AmountsAlone { workload: OF_AMOUNTS, usual: USUAL })
}

/// The workload that `named` names: a path where it contains a `/` or ends in `.toml`, else a shipped one. Behind a
/// colon can stand the name of a variant.
fn load(named: &OsStr, host: &impl Host) -> Result<Workload, Refusal> {
    let text = named.to_string_lossy();
    let split = text.rsplit_once(':');
    let (workload, variant) = match (is_path(&text), split) {
        // A colon can be part of a file's name too: that of a file that is there.
        (true, split) => match (read(Path::new(named), host), split.filter(|(file, _)| is_path(file))) {
            (Err(Refusal::Unreadable { why, .. }), Some((file, variant))) if why.kind() == ErrorKind::NotFound => {
                (read(Path::new(file), host)?, Some(variant))
            }
            (read, _) => (read?, None),
        },
        (false, Some((file, variant))) if is_path(file) => (read(Path::new(file), host)?, Some(variant)),
        (false, Some((name, variant))) => (shipped(name)?, Some(variant)),
        (false, None) => (shipped(&text)?, None),
    };
    variant.map_or(Ok(workload.clone()), |variant| with_variant(&workload, variant))
}

fn is_path(text: &str) -> bool {
    text.contains('/') || Path::new(text).extension().is_some_and(|e| e == "toml")
}

fn shipped(name: &str) -> Result<Workload, Refusal> {
    workload::find(name).ok_or_else(|| unknown(name, true))
}

/// The variant of `workload` with this name.
pub(super) fn with_variant(workload: &Workload, name: &str) -> Result<Workload, Refusal> {
    let known = || workload.variant_names();
    workload.with_variant(name).ok_or_else(|| Refusal::NoVariant {
        workload: workload.name.clone(),
        read: name.to_owned(),
        near: workload::nearest_of(&known(), name).map(str::to_owned),
        known: known().into_iter().map(str::to_owned).collect(),
    })
}

/// The refusal of `name`, which is no shipped workload; `or_file` says that it could be a file.
pub(super) fn unknown(name: &str, or_file: bool) -> Refusal {
    let known = SHIPPED.iter().map(|f| f.name).collect();
    Refusal::NoWorkload { read: name.to_owned(), near: workload::nearest(name), known, or_file }
}

/// Sets the parameter `name` of `workload`.
pub(super) fn set(workload: &mut Workload, name: &str, value: Value) -> Result<(), Refusal> {
    Ok(workload.set(name, value)?)
}

fn read(path: &Path, host: &impl Host) -> Result<Workload, Refusal> {
    let file = || path.to_owned();
    let read = host.read(path, LARGEST as u64 + 1);
    let bytes = read.map_err(|why| Refusal::Unreadable { file: file(), why })?;
    if bytes.len() > LARGEST {
        return Err(Refusal::TooLarge { file: file(), most: LARGEST });
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let good = String::from_utf8_lossy(&e.as_bytes()[..e.utf8_error().valid_up_to()]).into_owned();
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Refusal::NoUtf8 { file: file(), line, column }
    })?;
    Ok(workload::parse(&path.to_string_lossy(), &text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ns;

    const MIXED: &str = "format = 1\nname = \"mixed\"\n[params]\ntasks = 8\ncpu = \"5ms\"\nwait = \"50ms\"\n\
        [[tasks]]\nname = \"t\"\ncount = \"tasks\"\nsteps = [{ sleep = \"wait\" }, { compute = { amount = \"cpu\" } }]\n";

    #[test]
    fn amounts_alone_ask_for_the_workload_that_has_them() {
        let found = of_amounts(|name| workload::parse(name, MIXED).ok().filter(|w| w.name == name));
        let mut found = found.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(found.name, "mixed");
        assert!(set(&mut found, "cpu", Value::Time(Ns::from_millis(7))).is_ok());
        assert_eq!(found.param("cpu"), Some(Value::Time(Ns::from_millis(7))));
        let missing = of_amounts(|_| None).expect_err("there is none");
        let said = missing.to_string();
        assert!(said.contains("--cpu and --wait") && said.contains("-w cpu"), "{said}");
    }

    #[test]
    fn what_cannot_be_set_is_told_with_what_can() {
        let mut mixed = workload::parse("mixed.toml", MIXED).expect("a workload");
        let mut said = |name, value| set(&mut mixed, name, value).expect_err("must be refused").to_string();
        assert_eq!(
            said("wiat", Value::Count(1)),
            "workload `mixed` has no parameter `wiat`: it has tasks (a whole number), cpu (a duration like 5ms), \
             wait (a duration like 5ms)"
        );
        assert!(
            said("wait", Value::Count(5))
                .starts_with("in workload `mixed`, `wait` takes a duration like 5ms, not `5`: it has tasks (")
        );
    }
}
