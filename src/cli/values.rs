//! Values of options: read, held against their limits, and put together to settings.

use super::args::{How, Lock, Shared, Work};
use super::{Exit, Host, work};
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::palette::Theme;
use crate::plan::Wishes;
use crate::settings::{Color, Settings, Setup};
use crate::units::Ns;
use crate::workload::{MAX_TASKS, Scale, Value, Workload};

/// The most tasks, and the most workers.
pub(super) const MOST: u16 = MAX_TASKS as u16;
/// The most runs of one plan.
pub(super) const MOST_RUNS: u16 = 1_000;
/// The longest switch interval.
const LONGEST_INTERVAL: Ns = Ns::from_millis(10_000);
/// The longest check interval: 0.4 s of work.
const MOST_TICKS: u32 = 100_000_000;

/// Reads a number, from 1 to `most`.
pub(super) fn count(most: u16) -> impl Fn(&str) -> Result<u16, String> + Clone {
    move |text| match text.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(format!("write a whole number from 1 to {most}")),
    }
}

/// Reads a switch interval.
pub(super) fn interval(text: &str) -> Result<Ns, String> {
    let interval = time(text)?;
    if interval == Ns::ZERO || interval > LONGEST_INTERVAL {
        return Err(format!("`{text}` is out of range: write more than 0 and at most 10s"));
    }
    Ok(interval)
}

/// Reads a check interval.
pub(super) fn ticks(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(n) if (1..=MOST_TICKS).contains(&n) => Ok(n),
        _ => Err(format!("write a whole number of ticks from 1 to {MOST_TICKS}")),
    }
}

/// Reads a length of time.
pub(super) fn time(text: &str) -> Result<Ns, String> {
    text.parse().map_err(|e: crate::units::DurationError| e.to_string())
}

/// Reads a factor.
pub(super) fn scale(text: &str) -> Result<Scale, String> {
    text.parse()
}

/// Reads a seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number from 0 to {}", u64::MAX))
}

/// Reads `KEY=VALUE`.
pub(super) fn assignment(text: &str) -> Result<(String, Value), String> {
    let example = "write a parameter and its value, like wait=100ms or tasks=8";
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`: {example}"))?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || value.is_empty() {
        return Err(format!("`{text}` is incomplete: {example}"));
    }
    Ok((key.to_owned(), value.parse()?))
}

/// The settings that `shared` options come to; those of the screen alone are left at their defaults.
pub(super) fn settings(shared: &Shared, host: &impl Host) -> Result<Settings, Exit> {
    let setup = setup(&shared.work, (shared.model, shared.global_lock), &shared.how, host)?;
    Ok(Settings { trace: shared.trace.clone(), ..with_setup(setup, shared.plain) })
}

/// Settings of which only these two are not as usual.
pub(super) fn with_setup(setup: Setup, plain: bool) -> Settings {
    Settings { setup, color: Color::default(), theme: Theme::default(), ascii: false, mouse: true, plain, trace: None }
}

/// What is run and how, checked.
pub(super) fn setup(work: &Work, model: (ModelKind, Lock), how: &How, host: &impl Host) -> Result<Setup, Exit> {
    let workload = workload(work, host)?;
    let wishes = wishes(how, work.seed, host)?;
    let lock = lock(model.1, how)?;
    let global_lock = if model.1 == Lock::Off { GlobalLock::Off } else { lock.lock() };
    let model = Model { kind: model.0, lock: global_lock };
    Ok(Setup { workload, model, lock, wishes, scale: work.scale })
}

/// The workload with its numbers filled in.
fn workload(work: &Work, host: &impl Host) -> Result<Workload, Exit> {
    let amounts = [("cpu", work.cpu), ("wait", work.wait)];
    let given = amounts.iter().any(|(_, amount)| amount.is_some());
    let mut workload = work::choose(work.workload.as_deref(), given, host)?;
    let amounts = amounts.into_iter().filter_map(|(name, t)| Some((name, Value::Time(t?))));
    let tasks = work.tasks.map(|n| ("tasks", Value::Count(u64::from(n))));
    let set = work.set.iter().map(|(name, value)| (name.as_str(), *value));
    for (name, value) in set.chain(tasks).chain(amounts) {
        work::set(&mut workload, name, value)?;
    }
    let refused = |e| Exit::usage(&format!("workload `{}` cannot be run like this: {e}", workload.name));
    workload.resolve(work.scale).map_err(refused)?;
    Ok(workload)
}

/// Workers, cores, seed.
pub(super) fn wishes(how: &How, seed: u64, host: &impl Host) -> Result<Wishes, Exit> {
    let allowed = host.allowed_cores();
    if let Some(asked) = how.cores.filter(|n| *n > allowed) {
        let cores = if allowed == 1 { "1 core is".to_owned() } else { format!("{allowed} cores are") };
        return Err(Exit::usage(&format!("--cores {asked}: only {cores} allowed here, write 1 to {allowed}")));
    }
    Ok(Wishes { workers: how.workers, cores: how.cores, seed, no_kernel_record: how.no_kernel_record })
}

/// How the global lock is set; also while it is off, for when it is switched on by a key. Each generation has options of
/// its own, and nobody gets a lock of which what they asked for is not true.
pub(super) fn lock(global_lock: Lock, how: &How) -> Result<LockSettings, Exit> {
    let usual = LockSettings::default();
    let newer =
        [("--switch-interval", how.switch_interval.is_some()), ("--no-forced-switching", how.no_forced_switching)];
    let newer = newer.into_iter().find(|(_, given)| *given).map(|(name, _)| name);
    let legacy = match (global_lock, newer, how.check_interval) {
        (Lock::GilLegacy, Some(name), _) => {
            return Err(Exit::usage(&format!(
                "{name} is of the newer lock: write --global-lock gil, or --check-interval N"
            )));
        }
        (Lock::Gil, _, Some(n)) => {
            return Err(Exit::usage(&format!(
                "--check-interval {n} is of the older lock: write --global-lock gil-legacy, or --switch-interval TIME"
            )));
        }
        (Lock::Off, Some(name), Some(n)) => {
            return Err(Exit::usage(&format!(
                "{name} is of the newer lock and --check-interval {n} of the older one: choose one of them"
            )));
        }
        (lock, _, check_interval) => lock == Lock::GilLegacy || check_interval.is_some(),
    };
    Ok(LockSettings {
        legacy,
        interval: how.switch_interval.unwrap_or(usual.interval),
        forced_switching: !how.no_forced_switching,
        check_interval: how.check_interval.unwrap_or(usual.check_interval),
    })
}
