//! What is run at a time, a bench or a scene of the screen, and how its figures are called.

use std::process::Command;
use std::time::Duration;

use crate::benches::{BENCHES, Bench, Unit};
use crate::builds::Built;
use crate::process::output;
use crate::screen::{self, SCENES, Scene};
use crate::sides::Runner;
use crate::statistics::Reading;
use crate::tables::{Row, rows};

/// How long a bench may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// What is run at a time.
#[derive(Clone, Copy)]
pub enum Course {
    Bench(&'static Bench),
    Scene(&'static Scene),
}

impl Course {
    /// All there are.
    pub fn all() -> Vec<Course> {
        BENCHES.iter().map(Course::Bench).chain(SCENES.iter().map(Course::Scene)).collect()
    }

    /// What its figures are listed under.
    pub fn group(self) -> &'static str {
        match self {
            Course::Bench(bench) => bench.name,
            Course::Scene(_) => screen::NAME,
        }
    }

    /// What it is called while it goes on.
    pub fn name(self) -> String {
        match self {
            Course::Bench(bench) => bench.name.to_owned(),
            Course::Scene(scene) => format!("{}, {}", screen::NAME, scene.name),
        }
    }

    /// Its unit of a figure, if it has that.
    pub fn unit(self, row: &str, column: &str) -> Option<Unit> {
        match self {
            Course::Bench(bench) => bench.unit(column),
            Course::Scene(scene) => scene.figures.iter().find(|(name, _)| *name == row).map(|(_, unit)| *unit),
        }
    }

    /// Whether a figure is one of its.
    pub fn has(self, name: &Name) -> bool {
        name.group == self.group() && self.unit(&name.row, name.column).is_some()
    }

    /// The figures it has, if they are known before it was run.
    pub fn names(self) -> Option<Vec<Name>> {
        let Course::Scene(scene) = self else { return None };
        let name = |(row, _): &(&str, Unit)| Name { group: screen::NAME, row: (*row).to_owned(), column: "" };
        Some(scene.figures.iter().map(name).collect())
    }

    /// Whether what it runs was built.
    pub fn is_built(self, built: &Built) -> bool {
        match self {
            Course::Bench(bench) => built.benches.contains_key(bench.name),
            Course::Scene(_) => true,
        }
    }

    /// Whether an older commit may be without what it needs, which is found out when it fails.
    pub fn may_be_lacking(self) -> bool {
        matches!(self, Course::Scene(_))
    }

    /// Runs it once: its rows.
    ///
    /// # Errors
    /// If it fails, prints nothing that is known, or the race was stopped.
    pub fn run(self, runner: &Runner) -> Result<Vec<Row>, String> {
        let found = match self {
            Course::Bench(bench) => {
                let executable = runner.entry.built.benches.get(bench.name).ok_or("it was not built")?;
                let mut command = Command::new(executable);
                command.args(bench.args).current_dir(&runner.entry.tree).env("XDG_CACHE_HOME", &runner.side.cache);
                rows(bench, &output(&mut command, PATIENCE)?)
            }
            Course::Scene(scene) => {
                let row = |((name, _), value): (&(&str, Unit), f64)| Row {
                    label: (*name).to_owned(),
                    figures: vec![("", Reading::exact(value))],
                };
                scene.figures.iter().zip((scene.play)(&runner.side)?).map(row).collect()
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
