//! How busy all programs keep the machine's cores, sampled now and then.

use sysinfo::{CpuRefreshKind, System};

use crate::app::CoreLoad;

/// The sampler.
pub struct Cores {
    system: Option<System>,
}

impl Cores {
    /// Begins to look; the first sample only marks the start of the first stretch.
    pub fn new() -> Cores {
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_usage());
        }
        Cores { system }
    }

    /// The share of the time since the last look that each core was busy. Nothing where the system does not say.
    pub fn look(&mut self) -> Option<CoreLoad> {
        let system = self.system.as_mut()?;
        system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_usage());
        let number = |(index, name): (usize, &str)| {
            name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(index as u16)
        };
        let cores = system.cpus().iter().enumerate();
        let cores = cores.map(|(i, cpu)| (number((i, cpu.name())), f64::from(cpu.usage()) / 100.0));
        Some(CoreLoad { cores: cores.collect() })
    }
}
