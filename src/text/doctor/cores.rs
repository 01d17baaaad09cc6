//! The cores, who else is on them, and how fast they compute.

use std::collections::BTreeMap;

use super::super::{counted, percent};

/// Why fewer cores can be used than there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fewer<'a> {
    /// A control group, whose folder this is, grants only `usable` cores' worth of time.
    Quota {
        /// How many cores' worth.
        usable: f64,
        /// The group's folder.
        folder: &'a str,
    },
    /// The process may run on some of the cores only.
    Affinity,
}

/// How many cores are allowed, of how many where that is known, and why they are `fewer`.
pub fn allowed(cores: usize, present: Option<usize>, fewer: Option<Fewer<'_>>) -> String {
    let has = present.map_or_else(|| "so many as it has".to_owned(), |n| n.to_string());
    let allowed = counted(cores as u64, "core", "cores");
    let why = match fewer {
        Some(Fewer::Quota { usable, folder }) => format!(", {usable:.1} usable: the quota of {folder}"),
        Some(Fewer::Affinity) => ": this process is kept on those by its affinity".to_owned(),
        None => String::new(),
    };
    format!("{allowed} of {has} allowed{why}")
}

/// That `cores` are too few.
pub fn not_parallel(cores: &str) -> String {
    format!("{cores}; nothing can run in parallel")
}

/// What to do about a quota.
pub const LARGER_QUOTA: &str = "start it outside that control group, or raise the group's quota";
/// What to do about an affinity.
pub const LARGER_CPUSET: &str = "start it on more cores: without taskset, or with a larger cpuset";
/// What to do about a machine with one core.
pub const SECOND_CORE: &str = "give the (virtual) machine a second core";
/// What to do where nothing more is known.
pub const MORE_CORES: &str = "start it on more cores";

/// That nobody says what others do.
pub const NO_WORD_OF_OTHERS: &str = "this system does not say what others do";

/// How many cores other programs keep busy.
pub fn others(busy: f64) -> String {
    format!("other programs keep {busy:.1} cores busy now")
}

/// What to do about other programs, which may keep this share of the cores busy.
pub fn close_others(share: f64) -> String {
    format!("close them: above {} of the cores no ratio is shown", percent(share))
}

/// How many cores the host of a virtual machine keeps.
pub fn stolen(cores: f64) -> String {
    format!("the host keeps {cores:.1} cores of this virtual machine for itself")
}

/// What to do about a host that keeps cores.
pub const IDLE_HOST: &str = "measure when the host is idle, or on a machine of its own";
/// That there is no host.
pub const OWN_MACHINE: &str = "a machine of its own, not a virtual one";
/// That there is a host, which takes no core.
pub const HOST_TAKES_NOTHING: &str = "a virtual machine; its host takes no core away now";
/// That the host does not say what it takes.
pub const HOST_SAYS_NOTHING: &str = "a virtual machine; what its host takes away it does not say";
/// That nobody says whether there is a host.
pub const HOST_UNKNOWN: &str = "whether this is a virtual machine is not known";

/// That nobody says what the processor is.
pub const PROCESSOR_UNKNOWN: &str = "the system does not name it";

/// What the processor is, and who chooses its frequency.
pub fn processor(name: &str, governor: Option<&str>) -> String {
    let governor = governor.map_or_else(String::new, |g| format!(", governor {g}"));
    format!("{name}{governor}")
}

/// That the `allowed` cores of `processor` are threads of fewer cores.
pub fn threads_of_cores(processor: &str, allowed: usize, physical: usize) -> String {
    format!("{processor}: the {allowed} cores are two threads each of {physical}")
}

/// What to do about cores that are threads of fewer cores.
pub const SHOW_FEWER: &str = "ratios stay below the number of cores: --cores shows fewer";

/// That `processor` is faster while few of its cores are busy.
pub fn turbo(processor: &str) -> String {
    format!("{processor}: one busy core is faster than several (turbo)")
}

/// What to do about a processor that is faster while few cores are busy.
pub const NO_TURBO: &str = "steadier ratios: turn turbo off in /sys/devices/system/cpu or the firmware";

/// That nothing is known of the frequency of `processor`.
pub fn frequency_unknown(processor: &str) -> String {
    format!("{processor}; how its frequency changes is not known")
}

/// That the speed is not known.
pub const SPEED_UNKNOWN: &str = "how fast a core computes could not be measured";

/// How fast a core computes, in iterations per millisecond by kernel; whether that was measured `before`, and the file
/// it is kept in.
pub fn speed(per_ms: &BTreeMap<&'static str, u64>, before: bool, file: Option<&str>) -> String {
    let rates: Vec<String> = per_ms.iter().map(|(kernel, n)| format!("{kernel} {n}")).collect();
    let kept = match file {
        Some(file) => format!("kept in {file}"),
        None => "kept nowhere, measured at each start".to_owned(),
    };
    let when = if before { "measured before" } else { "measured now" };
    format!("iterations per ms: {}; {when}, {kept}", rates.join(", "))
}

/// That a core is nearly as fast now as `speed` says: the `share` of it.
pub fn of_that(speed: &str, share: f64) -> String {
    format!("{speed}; now {share:.2} of that")
}

/// That a core is slower now than `speed` says: only the `share` of it.
pub fn only_of_that(speed: &str, share: f64) -> String {
    format!("{speed}; now only {share:.2} of that")
}

/// What to do about a core that is slower now.
pub const COOL_DOWN: &str = "wait until the machine is idle and cool; deleting that file measures anew";

/// What the clock is read from, and what that costs in nanoseconds.
pub fn clock(source: Option<&str>, read_ns: f64) -> String {
    format!("{}, {read_ns:.0} ns to read", source.unwrap_or("source unknown"))
}

/// What to do about a slow clock.
pub const CHEAPER_CLOCK: &str = "a kernel that reads the processor's own counter: clocksource=tsc";
