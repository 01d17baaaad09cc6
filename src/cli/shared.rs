//! The options that several commands share, and the settings that follow from them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::refusal::Refusal;
use super::values::{self, LockArg, ModelArg, WorkloadName, one_of, workload_names};
use super::{Host, work};
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::palette::Theme;
use crate::plan::Wishes;
use crate::settings::{Color, Settings, Setup};
use crate::text::cli::help::{heading, shared as help, value};
use crate::units::Ns;
use crate::workload::{Scale, StartLock, Value, Workload};

/// The most rounds of a comparison, and of a map: all of their runs are kept until the end.
pub(super) const MOST_ROUNDS: u16 = 100;

/// Options of the screen and of `concviz run`.
#[derive(Debug, Args)]
pub(super) struct SharedArgs {
    #[command(flatten)]
    pub work: WorkArgs,
    /// How its tasks are executed
    #[arg(short, long, value_name = value::MODEL, default_value = "serial", value_parser = one_of(&ModelKind::ALL, ModelKind::name), help_heading = heading::MODEL, help = help::MODEL)]
    pub model: ModelKind,
    #[arg(long, value_name = value::LOCK, help = help::GLOBAL_LOCK, value_parser = one_of(&LockArg::ALL, LockArg::name), help_heading = heading::MODEL)]
    pub global_lock: Option<LockArg>,
    #[command(flatten)]
    pub how: HowArgs,
    /// Print what happens in sentences: for screen readers and logs
    #[arg(long, help_heading = heading::OUTPUT, help = help::PLAIN)]
    pub plain: bool,
    /// Add every run to this file, which `concviz view` opens and `concviz export` draws
    #[arg(long, value_name = value::FILE, help_heading = heading::OUTPUT, help = help::TRACE)]
    pub trace: Option<PathBuf>,
}

/// What is run.
#[derive(Debug, Args)]
pub(super) struct WorkArgs {
    #[arg(short, long, value_name = value::NAME_OR_FILE, help = help::workload(&workload_names()), hide_possible_values = true, value_parser = WorkloadName, help_heading = heading::WORK)]
    pub workload: Option<OsString>,
    /// How many tasks: short for --set tasks=N
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = values::count(values::MOST), help_heading = heading::WORK, help = help::TASKS)]
    pub tasks: Option<u16>,
    /// How long a task computes: short for --set cpu=TIME
    #[arg(long, value_name = value::TIME, allow_hyphen_values = true, value_parser = values::time, help_heading = heading::WORK, help = help::CPU)]
    pub cpu: Option<Ns>,
    /// How long each wait of a task takes: short for --set wait=TIME
    #[arg(long, value_name = value::TIME, allow_hyphen_values = true, value_parser = values::time, help_heading = heading::WORK, help = help::WAIT)]
    pub wait: Option<Ns>,
    /// Set a parameter of the workload, like wait=100ms; can be repeated
    #[arg(long, value_name = value::KEY_VALUE, allow_hyphen_values = true, value_parser = values::assignment, help_heading = heading::WORK, help = help::SET)]
    pub set: Vec<(String, Value)>,
    /// Multiply every amount of computing and of waiting
    #[arg(long, value_name = value::FACTOR, default_value = "1", allow_hyphen_values = true, value_parser = values::scale, help_heading = heading::WORK, help = help::SCALE)]
    pub scale: Scale,
    /// The seed of everything random
    #[arg(long, value_name = value::N, default_value = "1", allow_hyphen_values = true, value_parser = values::seed, help_heading = heading::WORK, help = help::SEED)]
    pub seed: u64,
}

/// How it is run, whatever the model.
#[derive(Debug, Args)]
pub(super) struct HowArgs {
    /// How long a thread waits for the global lock before it asks for it [default: 5ms]
    #[arg(long, value_name = value::TIME, allow_hyphen_values = true, value_parser = values::interval, help_heading = heading::MODEL, help = help::SWITCH_INTERVAL)]
    pub switch_interval: Option<Ns>,
    /// Let a task that was asked for the global lock take it again before another has it
    #[arg(long, help_heading = heading::MODEL, help = help::NO_FORCED_SWITCHING)]
    pub no_forced_switching: bool,
    /// After how many ticks the older lock is let go of; one is 4.2 ns of work [default: 100]
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = values::ticks, help_heading = heading::MODEL, help = help::CHECK_INTERVAL)]
    pub check_interval: Option<u32>,
    /// How many threads or processes, or on the loop how many tasks are under way at a time [default: as workload and model say]
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = values::count(values::MOST), help_heading = heading::MODEL, help = help::WORKERS)]
    pub workers: Option<u16>,
    /// Keep the workers on the first N cores [default: all allowed]
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = values::count(u16::MAX), help_heading = heading::MODEL, help = help::CORES)]
    pub cores: Option<u16>,
    /// Do without the kernel's record of who is on which core when
    #[arg(long, help_heading = heading::MODEL, help = help::NO_KERNEL_RECORD)]
    pub no_kernel_record: bool,
}

/// How the screen looks.
#[derive(Debug, Args)]
#[command(next_help_heading = heading::OUTPUT)]
pub(super) struct ScreenArgs {
    /// Whether to draw in colour
    #[arg(long, value_name = value::WHEN, default_value = "auto", value_parser = one_of(&Color::ALL, Color::name), help = help::COLOR)]
    pub color: Color,
    /// The colours to draw in
    #[arg(long, value_name = value::THEME, default_value = "dark", value_parser = one_of(&Theme::ALL, Theme::name), help = help::THEME)]
    pub theme: Theme,
    /// Draw with ASCII characters only
    #[arg(long, help = help::ASCII)]
    pub ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long, help = help::NO_MOUSE)]
    pub no_mouse: bool,
}

/// The settings that follow from the `shared` options; those of the screen alone keep their defaults.
pub(super) fn settings(shared: &SharedArgs, host: &impl Host) -> Result<Settings, Refusal> {
    let lock = |start| shared.global_lock.unwrap_or(LockArg::of(start));
    let setup = setup(&shared.work, shared.model, lock, &shared.how, host)?;
    Ok(Settings { trace: shared.trace.clone(), ..with_setup(setup, shared.plain) })
}

/// The usual settings except for these two.
fn with_setup(setup: Setup, plain: bool) -> Settings {
    Settings { setup, color: Color::default(), theme: Theme::default(), ascii: false, mouse: true, plain, trace: None }
}

/// What is run and how, checked. `global_lock` says which lock is on where the workload starts with one or another.
pub(super) fn setup(
    work: &WorkArgs,
    kind: ModelKind,
    global_lock: impl Fn(StartLock) -> LockArg,
    how: &HowArgs,
    host: &impl Host,
) -> Result<Setup, Refusal> {
    let workload = workload(work, host)?;
    let wishes = wishes(how, work.seed, host)?;
    let asked = global_lock(workload.lock);
    let lock = lock(asked, how)?;
    let model = Model { kind, lock: if asked == LockArg::Off { GlobalLock::Off } else { lock.lock() } };
    Ok(Setup { workload, model, lock, wishes, scale: work.scale })
}

/// The workload with its numbers filled in.
fn workload(work: &WorkArgs, host: &impl Host) -> Result<Workload, Refusal> {
    let amounts = [("cpu", work.cpu), ("wait", work.wait)];
    let given = amounts.iter().any(|(_, amount)| amount.is_some());
    let mut workload = work::choose(work.workload.as_deref(), given, host)?;
    let refused = |workload: &Workload, why| Refusal::CannotRun { workload: workload.full_name().into_owned(), why };
    // A variant that cannot be run as the file says is found now, and not with a key in the middle of a talk.
    for variant in workload.variants.iter().map(|variant| &variant.workload) {
        variant.resolve(Scale::ONE).map_err(|why| refused(variant, why))?;
    }
    let amounts = amounts.into_iter().filter_map(|(name, t)| Some((name, Value::Time(t?))));
    let tasks = work.tasks.map(|n| ("tasks", Value::Count(u64::from(n))));
    let set = work.set.iter().map(|(name, value)| (name.as_str(), *value));
    for (name, value) in set.chain(tasks).chain(amounts) {
        work::set(&mut workload, name, value)?;
    }
    workload.resolve(work.scale).map_err(|why| refused(&workload, why))?;
    Ok(workload)
}

/// Workers, cores, seed.
pub(super) fn wishes(how: &HowArgs, seed: u64, host: &impl Host) -> Result<Wishes, Refusal> {
    let allowed = host.allowed_cores();
    if let Some(asked) = how.cores.filter(|n| *n > allowed) {
        return Err(Refusal::TooManyCores { asked, allowed });
    }
    Ok(Wishes { workers: how.workers, cores: how.cores, seed, no_kernel_record: how.no_kernel_record })
}

/// How the global lock is set; also while it is off, for when it is switched on by a key. Each generation has options
/// of its own, and an option that is not of the lock asked for is refused.
pub(super) fn lock(global_lock: LockArg, how: &HowArgs) -> Result<LockSettings, Refusal> {
    let usual = LockSettings::default();
    let newer =
        [("--switch-interval", how.switch_interval.is_some()), ("--no-forced-switching", how.no_forced_switching)];
    let newer = newer.into_iter().find(|(_, given)| *given).map(|(name, _)| name);
    let legacy = match (global_lock, newer, how.check_interval) {
        (LockArg::GilLegacy, Some(newer), _) => return Err(Refusal::OfNewerLock(newer)),
        (LockArg::Gil, _, Some(ticks)) => return Err(Refusal::OfOlderLock(ticks)),
        (LockArg::Off, Some(newer), Some(ticks)) => return Err(Refusal::OfBothLocks { newer, ticks }),
        (lock, _, check_interval) => lock == LockArg::GilLegacy || check_interval.is_some(),
    };
    Ok(LockSettings {
        legacy,
        interval: how.switch_interval.unwrap_or(usual.interval),
        forced_switching: !how.no_forced_switching,
        check_interval: how.check_interval.unwrap_or(usual.check_interval),
    })
}

/// The models of a list, each once, with the global lock as it is set.
pub(super) fn models(named: &[ModelArg], lock: LockSettings) -> Vec<Model> {
    let lock_of = |n: &ModelArg| if n.locked { lock.lock() } else { GlobalLock::Off };
    let mut models: Vec<Model> = Vec::new();
    for model in named.iter().map(|n| Model { kind: n.kind, lock: lock_of(n) }) {
        if !models.contains(&model) {
            models.push(model);
        }
    }
    models
}
