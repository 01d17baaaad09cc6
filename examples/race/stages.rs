//! What is run at a time, and how its figures are called.

use std::process::Command;
use std::time::Duration;

use crate::benches::{BENCHES, Bench, Unit};
use crate::builds::Built;
use crate::process::output;
use crate::sides::Runner;
use crate::tables::{Row, rows};

/// How long a bench may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// What is run at a time.
#[derive(Clone, Copy)]
pub enum Stage {
    Bench(&'static Bench),
}

impl Stage {
    /// All there are.
    pub fn all() -> Vec<Stage> {
        BENCHES.iter().map(Stage::Bench).collect()
    }

    /// What its figures are listed under.
    pub fn group(self) -> &'static str {
        match self {
            Stage::Bench(bench) => bench.name,
        }
    }

    /// What it is called while it goes on.
    pub fn name(self) -> String {
        match self {
            Stage::Bench(bench) => bench.name.to_owned(),
        }
    }

    /// Its unit of a figure, if it has that.
    pub fn unit(self, column: &str) -> Option<Unit> {
        match self {
            Stage::Bench(bench) => bench.unit(column),
        }
    }

    /// Whether a figure is one of its.
    pub fn has(self, name: &Name) -> bool {
        name.group == self.group() && self.unit(name.column).is_some()
    }

    /// Whether what it runs was built.
    pub fn is_built(self, built: &Built) -> bool {
        match self {
            Stage::Bench(bench) => built.benches.contains_key(bench.name),
        }
    }

    /// Runs it once: its rows.
    ///
    /// # Errors
    /// If it fails, prints nothing that is known, or the race was stopped.
    pub fn run(self, runner: &Runner) -> Result<Vec<Row>, String> {
        let found = match self {
            Stage::Bench(bench) => {
                let executable = runner.entry.built.benches.get(bench.name).ok_or("it was not built")?;
                let mut command = Command::new(executable);
                command.args(bench.args).current_dir(&runner.entry.tree).env("XDG_CACHE_HOME", &runner.side.cache);
                rows(bench, &output(&mut command, PATIENCE)?)
            }
        };
        if found.is_empty() {
            return Err("it prints no figure that is known: teach examples/race/benches.rs its table".to_owned());
        }
        Ok(found)
    }
}

/// What a figure is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub group: &'static str,
    pub row: String,
    pub column: &'static str,
}

impl Name {
    /// Within its group.
    pub fn short(&self) -> String {
        if self.column.is_empty() { self.row.clone() } else { format!("{}: {}", self.row, self.column) }
    }

    pub fn whole(&self) -> String {
        format!("{}: {}", self.group, self.short())
    }
}
