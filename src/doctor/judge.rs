//! The verdict on each fact, and the sentence that says it. Pure: the same facts give the same words.

use super::facts::{Clock, Cores, Cpu, Facts, Limits, Load, Loopback, Memory, Speed, Temporary, Terminal};
use super::{Check, Verdict};
use crate::insight::{BUSY_SHARE, STEADY, is_comparable};
use crate::text::doctor::cores::{self as of_cores, Fewer};
use crate::text::doctor::{resources, system as of_system, terminal as of_terminal, topic};
use crate::units::Ns;

/// The most workers that the program makes.
const WORKERS: u64 = 1024;
/// How many files each worker process needs, and the program itself.
const FILES: u64 = 256;
/// Reading the clock may cost this many nanoseconds; if it costs more, that shows in the cost of events.
const CHEAP_CLOCK: f64 = 150.0;
/// The room in bytes that is enough for files, and for workers in memory.
const ROOM: u64 = 200_000_000;

/// The verdict on each fact, in the order in which users ask about them.
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
    let quota = cores.quota.as_ref().filter(|q| q.cores < allowed as f64);
    let folder = quota.map(|q| q.folder.to_string_lossy());
    let by_affinity = cores.present.is_some_and(|n| allowed < n);
    let fewer = match &folder {
        Some(folder) => Some(Fewer::Quota { usable, folder }),
        None => by_affinity.then_some(Fewer::Affinity),
    };
    let says = of_cores::allowed(allowed, cores.present, fewer);
    let improve = match quota {
        _ if usable >= 1.5 => None,
        Some(_) => Some(of_cores::LARGER_QUOTA),
        None if by_affinity => Some(of_cores::LARGER_CPUSET),
        None if system == "linux" || cores.present.is_some() => Some(of_cores::SECOND_CORE),
        None => Some(of_cores::MORE_CORES),
    };
    match improve {
        None => good(topic::CORES, says),
        Some(improve) => limits(topic::CORES, of_cores::not_parallel(&says), improve),
    }
}

fn others(load: &Load, usable: f64) -> Check {
    let Some(others) = load.others else { return unknown(topic::OTHERS, of_cores::NO_WORD_OF_OTHERS) };
    let says = of_cores::others(others);
    if is_comparable(others, usable) {
        good(topic::OTHERS, says)
    } else {
        limits(topic::OTHERS, says, &of_cores::close_others(BUSY_SHARE))
    }
}

fn host(load: &Load, cpu: &Cpu, usable: f64) -> Check {
    match (load.stolen, cpu.is_virtual) {
        (Some(stolen), _) if stolen > 0.05 * usable.max(1.0) => {
            limits(topic::HOST, of_cores::stolen(stolen), of_cores::IDLE_HOST)
        }
        (_, Some(false)) => good(topic::HOST, of_cores::OWN_MACHINE.to_owned()),
        (Some(_), Some(true)) => good(topic::HOST, of_cores::HOST_TAKES_NOTHING.to_owned()),
        (None, Some(true)) => unknown(topic::HOST, of_cores::HOST_SAYS_NOTHING),
        (_, None) => unknown(topic::HOST, of_cores::HOST_UNKNOWN),
    }
}

fn cpu(cpu: &Cpu, cores: &Cores) -> Check {
    let Some(name) = &cpu.name else { return unknown(topic::PROCESSOR, of_cores::PROCESSOR_UNKNOWN) };
    let processor = of_cores::processor(name, cpu.governor.as_deref());
    let allowed = cores.allowed.len();
    match cores.physical {
        Some(n) if n < allowed => {
            limits(topic::PROCESSOR, of_cores::threads_of_cores(&processor, allowed, n), of_cores::SHOW_FEWER)
        }
        _ if cpu.turbo == Some(true) => limits(topic::PROCESSOR, of_cores::turbo(&processor), of_cores::NO_TURBO),
        _ if cpu.turbo.is_none() && cpu.governor.is_none() => {
            good(topic::PROCESSOR, of_cores::frequency_unknown(&processor))
        }
        _ => good(topic::PROCESSOR, processor),
    }
}

fn speed(speed: &Speed) -> Check {
    if speed.per_ms.is_empty() {
        return unknown(topic::SPEED, of_cores::SPEED_UNKNOWN);
    }
    let file = speed.cache.as_ref().map(|file| file.to_string_lossy());
    let says = of_cores::speed(&speed.per_ms, speed.from_cache, file.as_deref());
    match speed.now {
        Some(now) if now < 1.0 - STEADY => {
            limits(topic::SPEED, of_cores::only_of_that(&says, now), of_cores::COOL_DOWN)
        }
        Some(now) => good(topic::SPEED, of_cores::of_that(&says, now)),
        None => good(topic::SPEED, says),
    }
}

fn clock(clock: &Clock) -> Check {
    let says = of_cores::clock(clock.source.as_deref(), clock.read_ns);
    if clock.read_ns <= CHEAP_CLOCK {
        good(topic::CLOCK, says)
    } else {
        limits(topic::CLOCK, says, of_cores::CHEAPER_CLOCK)
    }
}

fn system(facts: &Facts) -> Check {
    match &facts.kernel {
        Some(kernel) if facts.system == "linux" => good(topic::SYSTEM, of_system::linux(kernel)),
        Some(version) if facts.system == "windows" => {
            limits(topic::SYSTEM, of_system::windows(version), of_system::NEEDS_UNIX)
        }
        Some(kernel) => limits(topic::SYSTEM, of_system::elsewhere(&facts.system, kernel), of_system::ON_LINUX),
        None => unknown(topic::SYSTEM, of_system::VERSION_UNKNOWN),
    }
}

/// Whether the kernel records which thread is on which core.
fn record(facts: &Facts) -> Check {
    let record = &facts.kernel_record;
    match &record.refused {
        None => good(topic::KERNEL_RECORD, of_system::recorded(facts.perf_event_paranoid)),
        Some(why) => limits(topic::KERNEL_RECORD, why.clone(), record.cure.unwrap_or(of_system::BY_OWN_CLOCK)),
    }
}

fn files(limits_: &Limits) -> Check {
    let (now, at_most) = (limits_.files.now, limits_.files.at_most);
    match (now.most(), at_most.most()) {
        (Some(n), most) if n < FILES => {
            let raise = match most {
                Some(m) if m <= n => resources::HARD_LIMIT.to_owned(),
                most => resources::raise_files(most.unwrap_or(1024).min(1024)),
            };
            limits(topic::FILES, resources::few_files(n), &raise)
        }
        (Some(n), _) => good(topic::FILES, resources::files(n)),
        (None, _) if now == super::Limit::None => good(topic::FILES, resources::ALL_FILES.to_owned()),
        (None, _) => unknown(topic::FILES, resources::FILES_UNKNOWN),
    }
}

fn workers(limits_: &Limits) -> Check {
    let named = [
        (limits_.user, resources::OF_USER),
        (limits_.group, resources::OF_GROUP),
        (limits_.system, resources::OF_SYSTEM),
    ];
    let least = named.iter().filter_map(|(limit, whose)| Some((limit.most()?, whose))).min();
    match least {
        Some((n, whose)) if n < WORKERS + 100 => {
            limits(topic::WORKERS, resources::tasks(n, whose), &resources::raise_tasks(WORKERS))
        }
        Some((n, whose)) => good(topic::WORKERS, resources::tasks(n, whose)),
        None => unknown(topic::WORKERS, resources::TASKS_UNKNOWN),
    }
}

fn memory(memory: Memory) -> Check {
    let Some(free) = memory.free else { return unknown(topic::MEMORY, resources::MEMORY_UNKNOWN) };
    let says = resources::memory(free, memory.all);
    if free < ROOM { limits(topic::MEMORY, says, resources::CLOSE_PROGRAMS) } else { good(topic::MEMORY, says) }
}

fn temporary(temporary: &Temporary) -> Check {
    let folder = temporary.folder.to_string_lossy();
    if let Some(why) = &temporary.refused {
        return limits(topic::TEMPORARY, resources::not_writable(&folder, why), resources::WRITABLE);
    }
    let kind = temporary.file_system.as_deref();
    let says = resources::temporary(&folder, kind, temporary.free);
    match (kind, temporary.free) {
        (_, Some(n)) if n < ROOM => limits(topic::TEMPORARY, says, resources::MORE_ROOM),
        (Some("tmpfs" | "ramfs"), _) => limits(topic::TEMPORARY, resources::in_memory(&says), resources::ON_DISK),
        (None, _) => unknown(topic::TEMPORARY, &says),
        _ => good(topic::TEMPORARY, says),
    }
}

fn loopback(loopback: &Loopback) -> Check {
    match (&loopback.refused, loopback.there_and_back_s) {
        (Some(why), _) => limits(topic::LOOPBACK, of_system::no_loopback(why), of_system::ALLOW_LOOPBACK),
        (None, Some(s)) => good(topic::LOOPBACK, of_system::loopback(Ns((s * 1e9) as u64))),
        (None, None) => unknown(topic::LOOPBACK, of_system::LOOPBACK_UNTRIED),
    }
}

fn terminal(terminal: &Terminal) -> Check {
    let Some((columns, rows)) = terminal.size else { return unknown(topic::TERMINAL, of_terminal::NO_TERMINAL) };
    let least = terminal.least;
    let says = of_terminal::size((columns, rows), terminal.term.as_deref());
    match () {
        () if columns < least.0 || rows < least.1 => limits(topic::TERMINAL, says, &of_terminal::larger(least)),
        () if columns < 80 || rows < 24 => limits(topic::TERMINAL, says, of_terminal::WHOLE_SCREEN),
        () => good(topic::TERMINAL, says),
    }
}

fn colours(terminal: &Terminal) -> Check {
    if terminal.size.is_none() {
        return unknown(topic::COLOURS, of_terminal::COLOURS_UNKNOWN);
    }
    let Terminal { colours, no_color, unicode, .. } = *terminal;
    let says = of_terminal::colours(colours, no_color, terminal.colorterm.as_deref(), unicode);
    match colours {
        _ if !unicode => limits(topic::COLOURS, says, of_terminal::UTF8),
        0 if !no_color => limits(topic::COLOURS, says, of_terminal::BETTER_TERM),
        16 => limits(topic::COLOURS, says, of_terminal::TRUECOLOR),
        _ => good(topic::COLOURS, says),
    }
}
