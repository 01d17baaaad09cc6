//! What the two programs need before they race: both shall do the same work, and show the same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::builds::Entry;
use crate::process::{go_on, output};
use crate::screen::RECORDED;

const PATIENCE: Duration = Duration::from_mins(1);
/// Runs that need every speed of the machine that a race needs.
const WARM: &str = "run -w cpu --scale 0.01";
const WARM_TOO: [&str; 2] = ["run -w locks --tasks 1 --scale 0.01", "run -w requests --tasks 1 --scale 0.01"];

/// One of the two programs, with what it needs.
#[derive(Clone, Debug)]
pub struct Side {
    pub program: PathBuf,
    /// An empty folder to be in.
    pub home: PathBuf,
    /// Where it keeps what it has measured of this machine.
    pub cache: PathBuf,
    /// The run that `view` opens.
    pub recording: PathBuf,
}

impl Side {
    /// The program with `args`, separated by blanks, in an environment in which nothing but these counts.
    pub fn command(&self, args: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args.split_whitespace()).current_dir(&self.home).env_clear();
        command.env("HOME", &self.home).env("XDG_CACHE_HOME", &self.cache);
        command.envs([("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")]);
        command
    }
}

/// One of the two that race.
#[derive(Clone, Debug)]
pub struct Runner {
    pub entry: Entry,
    pub side: Side,
}

/// Both programs with their folders in `folder`, this machine measured, and a run recorded.
///
/// # Errors
/// If they do not run at all, or the race was stopped.
pub fn prepare([before, after]: [Entry; 2], folder: &Path) -> Result<[Runner; 2], String> {
    let runners = [warm(before, folder, "one")?, warm(after, folder, "two")?];
    same_speed(&runners);
    // An older commit may not know how: then its scene says that there is no such file.
    let side = &runners[0].side;
    let _ = output(side.command(RECORDED).arg(&side.recording), PATIENCE);
    go_on()?;
    Ok(runners)
}

fn warm(entry: Entry, folder: &Path, name: &str) -> Result<Runner, String> {
    let own = folder.join(name);
    let (home, cache, recording) = (own.join("home"), own.join("cache"), folder.join("run.concviz"));
    let made = fs::create_dir_all(&home).and_then(|()| fs::create_dir_all(&cache));
    made.map_err(|e| format!("{}: {e}", own.display()))?;
    let side = Side { program: entry.built.program.clone(), home, cache, recording };
    let run = |args| output(&mut side.command(args), PATIENCE);
    run(WARM).map_err(|why| format!("`concviz {WARM}` of {}: {why}", entry.title))?;
    for args in WARM_TOO {
        // An older commit may not know the workload.
        let _ = run(args);
    }
    Ok(Runner { entry, side })
}

/// Has both take the machine to be as fast as it was measured before: a length of computing becomes a number of steps
/// with that, and what two measurements differ by would look like a difference of the programs.
fn same_speed(runners: &[Runner; 2]) {
    let files = runners.each_ref().map(|runner| runner.side.cache.join("concviz").join("rates.json"));
    let [before, after] = files.each_ref().map(|file| fs::read(file).unwrap_or_default());
    if let Some(grafted) = graft(&before, &after) {
        let _ = fs::write(&files[1], grafted);
    }
}

/// `after` with the speeds of `before`, if both know them of the same kinds of work.
fn graft(before: &[u8], after: &[u8]) -> Option<Vec<u8>> {
    const RATES: &str = "rates";
    let parse = |text: &[u8]| serde_json::from_slice::<Map<String, Value>>(text).ok();
    let (before, mut after) = (parse(before)?, parse(after)?);
    let (from, to) = (before.get(RATES)?, after.get_mut(RATES)?);
    if !are_alike(from, to) {
        return None;
    }
    *to = from.clone();
    serde_json::to_vec(&after).ok()
}

/// Whether two values say something of the same things.
fn are_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| are_alike(value, o)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| are_alike(a, b))
        }
        (one, other) => one.is_number() && other.is_number(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_taken_over_and_whose_they_are_is_not() {
        let of = |before: &str, after: &str| {
            graft(before.as_bytes(), after.as_bytes()).map(|text| String::from_utf8_lossy(&text).into_owned())
        };
        let grafted = of(r#"{"key":"a","rates":{"per_ms":[7,1]}}"#, r#"{"key":"b","rates":{"per_ms":[8,2]}}"#);
        assert_eq!(grafted.as_deref(), Some(r#"{"key":"b","rates":{"per_ms":[7,1]}}"#));
        assert_eq!(of(r#"{"key":"a","rates":{"per_ms":[7]}}"#, r#"{"key":"b","rates":{"per_ms":[8,2]}}"#), None);
        assert_eq!(of(r#"{"key":"a","rates":{"count":7}}"#, r#"{"key":"b","rates":{"sort":8}}"#), None);
        assert_eq!(of("", r#"{"key":"b","rates":{}}"#), None);
    }
}
