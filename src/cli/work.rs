//! A workload by its name, or from a file of the user's own.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::{Exit, Host};
use crate::workload::{self, SHIPPED, Value, Workload};

/// The most bytes a workload file may have.
const LARGEST: usize = 1 << 20;

/// What runs where nobody says.
const USUAL: &str = "cpu";
/// What runs where only its amounts are given, with `--cpu` and `--wait`.
const OF_AMOUNTS: &str = "mixed";

/// The workload that `named` names; where nobody named one, that for amounts alone if some are given, or the usual.
pub(super) fn choose(named: Option<&OsStr>, amounts: bool, host: &impl Host) -> Result<Workload, Exit> {
    match named {
        Some(named) => load(named, host),
        None if amounts => of_amounts(workload::find),
        None => load(OsStr::new(USUAL), host),
    }
}

fn of_amounts(find: impl Fn(&str) -> Option<Workload>) -> Result<Workload, Exit> {
    find(OF_AMOUNTS).ok_or_else(|| {
        Exit::usage(&format!(
            "--cpu and --wait alone are for the workload `{OF_AMOUNTS}`, which is not there: choose one with -w, like -w {USUAL}"
        ))
    })
}

/// The workload that `named` names: a path where it contains a `/` or ends in `.toml`, else a shipped one.
fn load(named: &OsStr, host: &impl Host) -> Result<Workload, Exit> {
    let text = named.to_string_lossy();
    if text.contains('/') || Path::new(named).extension().is_some_and(|e| e == "toml") {
        return read(Path::new(named), host);
    }
    workload::find(&text).ok_or_else(|| unknown(&text, ", or a file that ends in .toml"))
}

/// There is no shipped workload `name`; what there is besides them, the sentence ends with.
pub(super) fn unknown(name: &str, besides: &str) -> Exit {
    let all: Vec<&str> = SHIPPED.iter().map(|f| f.name).collect();
    let hint = workload::nearest(name).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    Exit::usage(&format!(
        "there is no workload `{}`{hint}: write one of {}{besides}",
        name.escape_debug(),
        all.join(", ")
    ))
}

/// Sets the parameter `name` of `workload`.
pub(super) fn set(workload: &mut Workload, name: &str, value: Value) -> Result<(), Exit> {
    workload.set(name, value).map_err(|e| Exit::usage(&e.to_string()))
}

fn read(path: &Path, host: &impl Host) -> Result<Workload, Exit> {
    let shown = path.to_string_lossy().escape_debug().to_string();
    let bytes = host.read(path, LARGEST as u64 + 1).map_err(|e| Exit::usage(&unreadable(&shown, &e)))?;
    if bytes.len() > LARGEST {
        return Err(Exit::usage(&format!("`{shown}` is no workload file: it is larger than 1 MiB")));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let good = String::from_utf8_lossy(&e.as_bytes()[..e.utf8_error().valid_up_to()]).into_owned();
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Exit::usage(&format!("{shown}:{line}:{column}: expected UTF-8 text: save the file as UTF-8"))
    })?;
    workload::parse(&shown, &text).map_err(|e| Exit::usage(&e.to_string()))
}

fn unreadable(path: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file `{path}`: check the path given with -w"),
        io::ErrorKind::PermissionDenied => format!("`{path}` cannot be read: you have no permission to"),
        io::ErrorKind::IsADirectory => format!("`{path}` is a folder: -w takes a workload file"),
        io::ErrorKind::NotADirectory => format!("`{path}` cannot be read: a part of the path is no folder"),
        _ => format!("`{path}` cannot be read: {error}"),
    }
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
        let mut found = found.unwrap_or_else(|e| panic!("{}", e.text));
        assert_eq!(found.name, "mixed");
        assert_eq!(set(&mut found, "cpu", Value::Time(Ns::from_millis(7))), Ok(()));
        assert_eq!(found.param("cpu"), Some(Value::Time(Ns::from_millis(7))));
        let missing = of_amounts(|_| None).expect_err("there is none");
        assert_eq!(missing.code, 2);
        assert!(missing.text.contains("--cpu and --wait") && missing.text.contains("-w cpu"), "{}", missing.text);
    }

    #[test]
    fn what_cannot_be_set_is_told_with_what_can() {
        let mut mixed = workload::parse("mixed.toml", MIXED).expect("a workload");
        let mut said = |name, value| set(&mut mixed, name, value).expect_err("must be refused").text;
        assert_eq!(
            said("wiat", Value::Count(1)),
            "error: workload `mixed` has no parameter `wiat`: it has tasks (a whole number), cpu (a duration like 5ms), \
             wait (a duration like 5ms)\n"
        );
        assert!(
            said("wait", Value::Count(5))
                .starts_with("error: in workload `mixed`, `wait` takes a duration like 5ms, not `5`: it has tasks (")
        );
    }
}
