//! What to think of the facts, and how to say it. Pure: the same facts, the same words.

use super::facts::{Clock, Cores, Cpu, Facts, Limits, Load, Loopback, Memory, Speed, Temporary, Terminal};
use super::{Check, Verdict};
use crate::insight::{BUSY_SHARE, STEADY, is_comparable};
use crate::text::{counted, percent};
use crate::units::Ns;

/// The most workers that the program makes.
const WORKERS: u64 = 1024;
/// So many files each worker process needs, and the program itself.
const FILES: u64 = 256;
/// A clock that costs more nanoseconds than this shows in what events cost.
const CHEAP_CLOCK: f64 = 150.0;
/// Room that files and workers are happy with, in bytes.
const ROOM: u64 = 200_000_000;

/// What is thought of each fact, in the order in which people ask.
pub fn judge(facts: &Facts) -> Vec<Check> {
    vec![
        cores(&facts.cores, &facts.system),
        others(&facts.load, facts.cores.usable()),
        host(&facts.load, &facts.cpu, facts.cores.usable()),
        cpu(&facts.cpu, &facts.cores),
        speed(&facts.speed),
        clock(&facts.clock),
        system(facts),
        record(facts),
        files(&facts.limits),
        workers(&facts.limits),
        memory(facts.memory),
        temporary(&facts.temporary),
        loopback(&facts.loopback),
        terminal(&facts.terminal),
        colours(&facts.terminal),
    ]
}

fn good(topic: &'static str, says: String) -> Check {
    Check { topic, verdict: Verdict::Good, says, improve: None }
}

fn limits(topic: &'static str, says: String, improve: &str) -> Check {
    Check { topic, verdict: Verdict::Limits, says, improve: Some(improve.to_owned()) }
}

fn unknown(topic: &'static str, says: &str) -> Check {
    Check { topic, verdict: Verdict::Unknown, says: says.to_owned(), improve: None }
}

fn cores(cores: &Cores, system: &str) -> Check {
    let (allowed, usable) = (cores.allowed.len(), cores.usable());
    let has = cores.present.map_or_else(|| "so many as it has".to_owned(), |n| n.to_string());
    let quota = cores.quota.as_ref().filter(|q| q.cores < allowed as f64);
    let fewer = cores.present.is_some_and(|n| allowed < n);
    let mut says = format!("{} of {has} allowed", counted(allowed as u64, "core", "cores"));
    if let Some(quota) = quota {
        says += &format!(", {usable:.1} usable: the quota of {}", quota.folder.display());
    } else if fewer {
        says += ": this process is kept on those by its affinity";
    }
    let improve = match quota {
        _ if usable >= 1.5 => None,
        Some(_) => Some("start it outside that control group, or raise the group's quota"),
        None if fewer => Some("start it on more cores: without taskset, or with a larger cpuset"),
        None if system == "linux" || cores.present.is_some() => Some("give the (virtual) machine a second core"),
        None => Some("start it on more cores"),
    };
    match improve {
        None => good("cores", says),
        Some(improve) => limits("cores", format!("{says}; nothing can run in parallel"), improve),
    }
}

fn others(load: &Load, usable: f64) -> Check {
    let Some(others) = load.others else { return unknown("other load", "this system does not say what others do") };
    let says = format!("other programs keep {others:.1} cores busy now");
    if is_comparable(others, usable) {
        good("other load", says)
    } else {
        let improve = format!("close them: above {} of the cores no ratio is shown", percent(BUSY_SHARE));
        limits("other load", says, &improve)
    }
}

fn host(load: &Load, cpu: &Cpu, usable: f64) -> Check {
    match (load.stolen, cpu.is_virtual) {
        (Some(stolen), _) if stolen > 0.05 * usable.max(1.0) => limits(
            "host",
            format!("the host keeps {stolen:.1} cores of this virtual machine for itself"),
            "measure when the host is idle, or on a machine of its own",
        ),
        (_, Some(false)) => good("host", "a machine of its own, not a virtual one".to_owned()),
        (Some(_), Some(true)) => good("host", "a virtual machine; its host takes no core away now".to_owned()),
        (None, Some(true)) => unknown("host", "a virtual machine; what its host takes away it does not say"),
        (_, None) => unknown("host", "whether this is a virtual machine is not known"),
    }
}

fn cpu(cpu: &Cpu, cores: &Cores) -> Check {
    let Some(name) = cpu.name.clone() else { return unknown("processor", "the system does not name it") };
    let governor = cpu.governor.as_ref().map_or_else(String::new, |g| format!(", governor {g}"));
    let allowed = cores.allowed.len();
    match cores.physical {
        Some(n) if n < allowed => limits(
            "processor",
            format!("{name}{governor}: the {allowed} cores are two threads each of {n}"),
            "ratios stay below the number of cores: --cores shows fewer",
        ),
        _ if cpu.turbo == Some(true) => limits(
            "processor",
            format!("{name}{governor}: one busy core is faster than several (turbo)"),
            "steadier ratios: turn turbo off in /sys/devices/system/cpu or the firmware",
        ),
        _ if cpu.turbo.is_none() && cpu.governor.is_none() => {
            good("processor", format!("{name}; how its frequency changes is not known"))
        }
        _ => good("processor", format!("{name}{governor}")),
    }
}

fn speed(speed: &Speed) -> Check {
    if speed.per_ms.is_empty() {
        return unknown("speed", "how fast a core computes could not be measured");
    }
    let rate = |(kernel, n): (&&str, &u64)| format!("{kernel} {n}");
    let rates: Vec<String> = speed.per_ms.iter().map(rate).collect();
    let kept = match &speed.cache {
        Some(file) => format!("kept in {}", file.display()),
        None => "kept nowhere, measured at each start".to_owned(),
    };
    let when = if speed.from_cache { "measured before" } else { "measured now" };
    let says = format!("iterations per ms: {}; {when}, {kept}", rates.join(", "));
    match speed.now {
        Some(now) if now < 1.0 - STEADY => limits(
            "speed",
            format!("{says}; now only {now:.2} of that"),
            "wait until the machine is idle and cool; deleting that file measures anew",
        ),
        Some(now) => good("speed", format!("{says}; now {now:.2} of that")),
        None => good("speed", says),
    }
}

fn clock(clock: &Clock) -> Check {
    let source = clock.source.as_deref().unwrap_or("source unknown");
    let says = format!("{source}, {:.0} ns to read", clock.read_ns);
    if clock.read_ns <= CHEAP_CLOCK {
        good("clock", says)
    } else {
        limits("clock", says, "a kernel that reads the processor's own counter: clocksource=tsc")
    }
}

fn system(facts: &Facts) -> Check {
    match &facts.kernel {
        Some(kernel) if facts.system == "linux" => good("system", format!("Linux {kernel}")),
        Some(version) if facts.system == "windows" => limits(
            "system",
            format!("Windows {version}: no measured runs"),
            "measured runs need Linux, or another Unix",
        ),
        Some(kernel) => limits(
            "system",
            format!("{} {kernel}: cores, load and quotas of a run are not known here", facts.system),
            "everything is measured on Linux",
        ),
        None => unknown("system", "its version is not known"),
    }
}

/// Whether the kernel tells who is on which core.
fn record(facts: &Facts) -> Check {
    let topic = "kernel record";
    let level = facts.perf_event_paranoid.map_or(String::new(), |level| format!(" (perf_event_paranoid is {level})"));
    match (&facts.kernel_record.refused, facts.kernel_record.cure) {
        (None, _) => good(topic, format!("every switch of a run is recorded{level}")),
        (Some(why), Some(cure)) => limits(topic, why.clone(), cure),
        (Some(why), None) => limits(topic, why.clone(), "workers notice by their own clock when they stood still"),
    }
}

fn files(limits_: &Limits) -> Check {
    let (now, at_most) = (limits_.files.now, limits_.files.at_most);
    match (now.most(), at_most.most()) {
        (Some(n), most) if n < FILES => {
            let raise = match most {
                Some(m) if m <= n => "the hard limit is as low: only the superuser can raise it".to_owned(),
                most => format!("ulimit -n {}", most.unwrap_or(1024).min(1024)),
            };
            limits("open files", format!("{n} for each process: too few for many workers"), &raise)
        }
        (Some(n), _) => good("open files", format!("{n} for each process")),
        (None, _) if now == super::Limit::None => good("open files", "as many as one likes".to_owned()),
        (None, _) => unknown("open files", "the system does not say how many"),
    }
}

fn workers(limits_: &Limits) -> Check {
    let named = [
        (limits_.user, "this user (ulimit -u)"),
        (limits_.group, "this control group (pids.max)"),
        (limits_.system, "the system (threads-max)"),
    ];
    let least = named.iter().filter_map(|(limit, whose)| Some((limit.most()?, whose))).min();
    match least {
        Some((n, whose)) if n < WORKERS + 100 => limits(
            "workers",
            format!("{n} processes and threads for {whose}"),
            &format!("raise that: up to {WORKERS} workers can be asked for"),
        ),
        Some((n, whose)) => good("workers", format!("{n} processes and threads for {whose}")),
        None => unknown("workers", "the system does not say how many processes and threads there may be"),
    }
}

fn memory(memory: Memory) -> Check {
    let Some(free) = memory.free else { return unknown("memory", "the system does not say what is free") };
    let of = memory.all.map_or_else(String::new, |all| format!(" of {}", bytes(all)));
    let says = format!("{} free{of}", bytes(free));
    if free < ROOM { limits("memory", says, "close other programs, or take few workers") } else { good("memory", says) }
}

fn temporary(temporary: &Temporary) -> Check {
    let folder = temporary.folder.display();
    if let Some(why) = &temporary.refused {
        return limits("temp folder", format!("{folder}: {why}"), "set TMPDIR to a folder that you can write to");
    }
    let kind = temporary.file_system.as_deref();
    let free = temporary.free.map_or_else(|| "room unknown".to_owned(), |n| format!("{} free", bytes(n)));
    let says = format!("{folder} ({}), {free}", kind.unwrap_or("file system unknown"));
    match (kind, temporary.free) {
        (_, Some(n)) if n < ROOM => limits("temp folder", says, "set TMPDIR to a folder with more room"),
        (Some("tmpfs" | "ramfs"), _) => limits(
            "temp folder",
            format!("{says}: files there are in memory, and no disk is measured"),
            "set TMPDIR to a folder on a disk",
        ),
        (None, _) => unknown("temp folder", &says),
        _ => good("temp folder", says),
    }
}

fn loopback(loopback: &Loopback) -> Check {
    match (&loopback.refused, loopback.there_and_back_s) {
        (Some(why), _) => limits(
            "loopback",
            format!("127.0.0.1 cannot be reached: {why}"),
            "bring the interface up (ip link set lo up), or allow local connections",
        ),
        (None, Some(s)) => good("loopback", format!("127.0.0.1 answers in {}", Ns((s * 1e9) as u64))),
        (None, None) => unknown("loopback", "not tried"),
    }
}

fn terminal(terminal: &Terminal) -> Check {
    let term = terminal.term.as_deref().unwrap_or("unset");
    let Some((columns, rows)) = terminal.size else {
        return unknown("terminal", "standard output is none; `concviz run` needs none either");
    };
    let (least, says) = (terminal.least, format!("{columns} columns, {rows} rows, TERM is {term}"));
    match () {
        () if columns < least.0 || rows < least.1 => {
            limits("terminal", says, &format!("make it {} columns and {} rows at least", least.0, least.1))
        }
        () if columns < 80 || rows < 24 => limits("terminal", says, "80 columns and 24 rows show everything"),
        () => good("terminal", says),
    }
}

fn colours(terminal: &Terminal) -> Check {
    if terminal.size.is_none() {
        return unknown("colours", "depends on the terminal");
    }
    let set = if terminal.unicode { "Unicode" } else { "ASCII" };
    let colorterm = terminal.colorterm.as_deref().unwrap_or("unset");
    let count = match terminal.colours {
        0 if terminal.no_color => "none, because of NO_COLOR".to_owned(),
        0 => "none".to_owned(),
        16_777_216 => "16 million".to_owned(),
        n => n.to_string(),
    };
    let says = format!("{count} (COLORTERM is {colorterm}), {set}");
    match terminal.colours {
        _ if !terminal.unicode => limits("colours", says, "choose a UTF-8 locale: LANG=C.UTF-8"),
        0 if !terminal.no_color => limits("colours", says, "set TERM to what the terminal is, or use --color always"),
        16 => limits("colours", says, "set COLORTERM=truecolor if the terminal can do it"),
        _ => good("colours", says),
    }
}

/// A number of bytes, in decimal units.
fn bytes(n: u64) -> String {
    match n {
        0..1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}
