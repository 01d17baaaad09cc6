//! What is run: the workload with its numbers, the model, the wishes. Recorded with every run.

use serde::{Deserialize, Serialize};

use crate::model::{LockSettings, Model};
use crate::plan::{Plan, Rates, Wishes};
use crate::workload::{ResolveError, Scale, StartLock, Task, Workload};

/// Everything the user has chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The workload, its parameters as they are now.
    pub workload: Workload,
    /// The model.
    pub model: Model,
    /// How the global lock is set when it is on.
    pub lock: LockSettings,
    /// Workers, cores, seed.
    pub wishes: Wishes,
    /// The factor on all amounts.
    pub scale: Scale,
}

impl Setup {
    /// The tasks with their programs.
    ///
    /// # Errors
    /// As [`Workload::resolve`].
    pub fn tasks(&self) -> Result<Vec<Task>, ResolveError> {
        self.workload.resolve(self.scale)
    }

    /// The plan of `tasks`, its programs, for a machine with `usable_cores` and `rates`.
    pub fn plan(&self, tasks: Vec<Task>, usable_cores: u16, rates: Rates) -> Plan {
        Plan::new(&self.workload, tasks, self.model, self.wishes, usable_cores, rates)
    }

    /// What the workload does, its numbers filled in.
    pub fn title(&self) -> String {
        self.title_of(&self.workload)
    }

    /// The same of any `workload`, at this scale.
    pub fn title_of(&self, workload: &Workload) -> String {
        workload.title_at(self.scale)
    }

    /// The command line that starts the program with this setup.
    pub fn command(&self) -> String {
        let mut line = format!("concviz -w {} -m {}", self.workload.full_name(), self.model.kind.name());
        if self.model.lock.is_on() || !self.workload.lock.is_off() {
            line += &format!(" --global-lock {}", self.model.lock.name());
        }
        line + &self.options()
    }

    /// The command line that runs the same work under every model.
    pub fn comparison_command(&self) -> String {
        let lock = match (self.lock.legacy, self.workload.lock) {
            (true, StartLock::GilLegacy) | (false, StartLock::Off | StartLock::Gil) => "",
            (true, StartLock::Off | StartLock::Gil) => " --global-lock gil-legacy",
            (false, StartLock::GilLegacy) => " --global-lock gil",
        };
        format!("concviz compare -w {}{lock}{}", self.workload.full_name(), self.options())
    }

    /// All options but those of the model.
    fn options(&self) -> String {
        let mut line = String::new();
        let (lock, usual) = (self.lock, LockSettings::default());
        if lock.legacy && lock.check_interval != usual.check_interval {
            line += &format!(" --check-interval {}", lock.check_interval);
        }
        if !lock.legacy && lock.interval != usual.interval {
            line += &format!(" --switch-interval {}", lock.interval.written());
        }
        if !lock.legacy && !lock.forced_switching {
            line += " --no-forced-switching";
        }
        let shipped = crate::workload::find(&self.workload.name);
        let shipped = match &self.workload.variant {
            Some(variant) => shipped.and_then(|shipped| shipped.with_variant(variant)),
            None => shipped,
        };
        for param in &self.workload.params {
            if shipped.as_ref().and_then(|s| s.param(&param.name)) != Some(param.value) {
                line += &format!(" --set {}={}", param.name, param.value);
            }
        }
        if let Some(n) = self.wishes.workers {
            line += &format!(" --workers {n}");
        }
        if let Some(n) = self.wishes.cores {
            line += &format!(" --cores {n}");
        }
        if self.wishes.no_kernel_record {
            line += " --no-kernel-record";
        }
        if self.scale != Scale::ONE {
            line += &format!(" --scale {}", self.scale.millionths as f64 / 1e6);
        }
        line
    }
}
