//! A workload by its name, or from a file of the user's own.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::{Exit, Host};
use crate::workload::{self, SHIPPED, Workload};

/// The most bytes a workload file may have.
const LARGEST: usize = 1 << 20;

/// The workload that `named` names: a path where it contains a `/` or ends in `.toml`, else a shipped one.
pub(super) fn load(named: &OsStr, host: &impl Host) -> Result<Workload, Exit> {
    let text = named.to_string_lossy();
    if text.contains('/') || Path::new(named).extension().is_some_and(|e| e == "toml") {
        return read(Path::new(named), host);
    }
    workload::find(&text).ok_or_else(|| unknown(&text))
}

fn unknown(name: &str) -> Exit {
    let all: Vec<&str> = SHIPPED.iter().map(|f| f.name).collect();
    let hint = workload::nearest(name).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    Exit::usage(&format!(
        "there is no workload `{}`{hint}: write one of {}, or a file that ends in .toml",
        name.escape_debug(),
        all.join(", ")
    ))
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
