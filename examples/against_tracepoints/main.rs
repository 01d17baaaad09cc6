//! Holds the kernel's record of runs against the kernel's own tracepoints of the same time, and says for each figure
//! whether it is within its limit. Needs root, for the tracepoints; the runs themselves may be another user's.
//!
//! ```sh
//! cargo run --release --example against_tracepoints -- target/release/concviz
//! cargo run --release --example against_tracepoints -- target/release/concviz --user 65534 spin gil pingpong
//! cargo run --release --example against_tracepoints -- target/release/concviz --workload locks --model processes --scale 3
//! ```
//!
//! The code to exit with is 1 where a figure is out of its limit. Other programs do not make a record wrong, but they take
//! cores: a run beside which they took more than a tenth of them is repeated, up to twice, or with `--once` not at all.
//!
//! `Switch::Preempted` is the kernel's `PERF_RECORD_MISC_SWITCH_OUT_PREEMPT`: the thread was still runnable when it left
//! its core. That is `prev_state` R of the tracepoint, with or without the `+` that says whether the kernel took the core
//! (R+) or the thread gave way by itself (R, `sched_yield`). Tracepoints come with whole microseconds.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use concviz::engine::real::Runner;
use concviz::machine::load::Watch;
use concviz::machine::{cores, sys};
use concviz::model::{Model, ModelKind};
use concviz::plan::Plan;
use concviz::trace::{Begin, End, Frame, FrameReader, KernelRecord, Source, Stamped, write_frame};
use concviz::units::Ns;
use concviz::workload::ScaleError;

mod compare;
mod plans;
mod tracing;

use compare::{Comparison, Times};
use tracing::Tracing;

/// The hidden first argument of the copy that makes a run as another user.
const PERFORM: &str = "--perform";
const USAGE: &str =
    "usage: against_tracepoints EXE [--user UID] [--once] [--workload NAME [--model MODEL] [--scale FACTOR] | NAME...]";
/// Above this share of the cores for other programs a run is repeated.
const BUSY: f64 = 0.1;
const TRIES: usize = 3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [first, exe] = args.as_slice()
        && first == PERFORM
    {
        return end_of(perform(Path::new(exe)).map(|()| true));
    }
    end_of(Wanted::of(&args).and_then(|wanted| wanted.compare_all()))
}

fn end_of(result: Result<bool, String>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Makes the run whose plan is on stdin, and hands its frames on.
fn perform(exe: &Path) -> Result<(), String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|e| e.to_string())?;
    let plan: Plan = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let mut runner = Runner::spawn_with(exe, &plan).map_err(|e| concviz::text::failure(&e))?;
    let mut frames = runner.frames().ok_or("the runner has no output")?;
    let mut out = io::stdout().lock();
    while let Some(frame) = frames.next_frame().map_err(|e| e.to_string())? {
        write_frame(&mut out, &frame).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// What was asked for.
struct Wanted {
    exe: PathBuf,
    user: Option<u32>,
    tries: usize,
    plans: Vec<(String, Plan)>,
}

/// A run, as it was followed.
#[derive(Default)]
struct Seen {
    begin: Begin,
    end: End,
    events: Vec<Stamped>,
    others: f64,
}

impl Wanted {
    fn of(args: &[String]) -> Result<Wanted, String> {
        let mut args = args.iter().map(String::as_str);
        let exe = PathBuf::from(args.next().ok_or(USAGE)?);
        let (mut user, mut workload, mut names) = (None, None, Vec::new());
        let (mut model, mut scale, mut tries) = (ModelKind::Threads, "1", TRIES);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(USAGE);
            match arg {
                "--user" => user = Some(value()?.parse().map_err(|_| USAGE)?),
                "--once" => tries = 1,
                "--workload" => workload = Some(value()?),
                "--scale" => scale = value()?,
                "--model" | "-m" => {
                    let name = value()?;
                    model = ModelKind::ALL.into_iter().find(|m| m.name() == name).ok_or(USAGE)?;
                }
                name if !name.starts_with('-') => names.push(name),
                _ => return Err(USAGE.to_owned()),
            }
        }
        let rates = plans::rates();
        if let Some(name) = workload {
            let plan =
                plans::shipped(name, Model::plain(model), scale.parse().map_err(|e: ScaleError| e.to_string())?, rates);
            let plan = plan.ok_or_else(|| format!("there is no workload `{name}`"))?;
            return Ok(Wanted { exe, user, tries, plans: vec![(format!("{name}, {}", model.name()), plan)] });
        }
        if names.is_empty() {
            names = plans::NAMES.map(|(name, _)| name).to_vec();
        }
        let plan = |name: &str| {
            let what = plans::NAMES.iter().find(|(known, _)| *known == name);
            let known = || plans::NAMES.map(|(name, _)| name).join(", ");
            let what = what.ok_or_else(|| format!("there is no `{name}`; there are {}", known()))?.1;
            let plan = plans::named(name, rates).ok_or("it cannot be planned")?;
            Ok((format!("{name}: {what}"), plan))
        };
        let plans = names.into_iter().map(plan).collect::<Result<_, String>>()?;
        Ok(Wanted { exe, user, tries, plans })
    }

    /// Whether everything is within its limits.
    fn compare_all(&self) -> Result<bool, String> {
        let stopped = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register(signal, stopped.clone()).map_err(|e| e.to_string())?;
        }
        // Where another user can read it, whoever the folder of the build belongs to.
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let own = std::env::current_exe().map_err(|e| e.to_string())?;
        let copies = [(&own, "against_tracepoints"), (&self.exe, "concviz")].map(|(from, name)| {
            let to = folder.path().join(name);
            std::fs::copy(from, &to).map(|_| to).map_err(|e| format!("{}: {e}", from.display()))
        });
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).map_err(|e| e.to_string())?;
        let [own, exe] = copies;
        let (own, exe) = (own?, exe?);
        let mut good = true;
        for (name, plan) in &self.plans {
            for left in (0..self.tries).rev() {
                let tracing = Tracing::begin()?;
                let seen = self.run(&own, &exe, plan);
                if stopped.load(Ordering::Relaxed) {
                    return Err("stopped".to_owned());
                }
                let seen = seen?;
                let traced = tracing.end().map_err(|e| format!("the trace cannot be read: {e}"))?;
                if seen.others > BUSY && left > 0 {
                    println!("{name}: others took {:.0} % of the cores; again", seen.others * 100.0);
                    continue;
                }
                let workers: Vec<u32> = seen.end.workers.iter().map(|w| w.tid).collect();
                let told = Comparison::of(&seen.events, &workers, seen.end.at, &traced);
                good &= report(name, &seen, &told, traced.lost);
                break;
            }
        }
        Ok(good)
    }

    fn run(&self, own: &Path, exe: &Path, plan: &Plan) -> Result<Seen, String> {
        let mut command = Command::new(own);
        command.arg(PERFORM).arg(exe).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(user) = self.user {
            command.uid(user).gid(user).env_remove("HOME");
        }
        let mut child = command.spawn().map_err(|e| format!("{}: {e}", own.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(mut input), Some(output)) = (input, output) else { return Err("it has no pipes".to_owned()) };
        let text = serde_json::to_vec(plan).map_err(|e| e.to_string())?;
        input.write_all(&text).map_err(|e| e.to_string())?;
        drop(input);
        let mut frames = FrameReader::new(BufReader::new(output));
        let (mut seen, mut watch) = (Seen::default(), None);
        while let Some(frame) = frames.next_frame().map_err(|e| e.to_string())? {
            match frame {
                Frame::Begin(begin) => {
                    watch = Some(Watch::begin(cores::allowed(), sys::now(), sys::process_cpu()));
                    seen.begin = begin;
                }
                Frame::Events(events) => seen.events.extend(events),
                Frame::End(end) => {
                    let run = end.cpu + end.overhead.all();
                    let others = watch.as_ref().and_then(|w: &Watch| w.others(sys::now(), sys::process_cpu(), run));
                    seen.others = others.unwrap_or(0.0) / cores::allowed().len().max(1) as f64;
                    seen.end = end;
                }
                Frame::Failed(why) => return Err(concviz::text::run_failed(&why)),
            }
        }
        child.wait().map_err(|e| e.to_string())?;
        match &seen.begin.kernel_record {
            KernelRecord::Switches => Ok(seen),
            KernelRecord::None(why) => Err(format!("there is no record to compare: {why}")),
        }
    }
}

/// Prints a line for each figure; whether all of them are within their limits.
fn report(name: &str, seen: &Seen, told: &Comparison, untraced: u64) -> bool {
    let time = seen.end.at.since(seen.begin.t0);
    let switches = told.spans as f64 / time.as_secs().max(1e-9);
    let mean = told.on_core.0 as f64 / told.spans.max(1) as f64;
    println!("{name}");
    println!(
        "  {:.2} s, {} threads, {} spans of {:.0} us, {switches:.0} a second; other programs took {:.1} % of the cores",
        time.as_secs(),
        told.threads,
        told.spans,
        mean / 1e3,
        seen.others * 100.0,
    );
    let kernel = seen.end.kernel.unwrap_or_default();
    let mut good = true;
    let mut line = |what: &str, figure: String, limit: &str, holds: bool| {
        good &= holds;
        println!("  {what:34}{figure:>26}   {limit:32}{}", if holds { "PASS" } else { "FAIL" });
    };
    let of = |n: usize, all: usize| format!("{n} of {all}");
    let share = |n: usize, all: usize| n as f64 / all.max(1) as f64;
    line("ends of spans found in the trace", of(told.matched, told.spans), "all", told.matched == told.spans);
    line("traced ends that are not recorded", told.missing.to_string(), "0", told.missing == 0);
    line("workers without a record", told.unheard.to_string(), "0", told.unheard == 0);
    line("switches that follow from no other", told.broken.to_string(), "0", told.broken == 0);
    line("lost: record, events, trace", format!("{} {} {untraced}", kernel.lost, seen.end.lost), "0 0 0", {
        kernel.lost + seen.end.lost + untraced == 0
    });
    let kinds = share(told.same_kind, told.matched);
    let kinds_text = format!("{:.3} % of {}", kinds * 100.0, told.matched);
    line("preempted or blocked, as traced", kinds_text, "99.9 %", kinds >= 0.999);
    line("on the same core", of(told.same_core, told.matched), "all", told.same_core == told.matched);
    println!("  {:34}{:>26}", "beginnings that were traced at all", of(told.begun, told.matched));
    for (what, errors) in [("beginning late by", &told.ins), ("end late by", &told.outs)] {
        let [p50, p99, most] = spread(errors);
        let text = format!("p50 {p50:+.1} p99 {p99:.1} max {most:.1} us");
        line(what, text, "p99 within 10 us", p99 <= 10.0);
    }
    let limit = |t: &Times| 0.003 * t.traced.0 as f64 + 3_000.0 * t.spans as f64;
    let share = |t: &Times| t.off().abs() / limit(t).max(1.0);
    // In whole microseconds a few short spans say nothing.
    for (who, least) in [("worst busy thread", Ns::from_millis(100)), ("worst of all threads", Ns::from_millis(1))] {
        let judged = told.by_thread.values().filter(|t| t.traced >= least);
        let Some(t) = judged.max_by(|a, b| share(a).total_cmp(&share(b))) else { continue };
        let text = format!("{:+.3} % of {:.3} s in {}", percent(t), t.traced.as_secs(), t.spans);
        let allowed = format!("{:.3} %: 0.3 % + 3 us a span", limit(t) / t.traced.0.max(1) as f64 * 100.0);
        line(&format!("on cores, {who}"), text, &allowed, share(t) <= 1.0);
    }
    for (core, t) in &told.by_core {
        let text = format!("{:+.3} % of {:.3} s", percent(t), t.traced.as_secs());
        let what = format!("time on core {core}");
        if time >= Ns::from_millis(1_000) && t.traced.0 / t.spans.max(1) >= 1_000_000 {
            line(&what, text, "0.5 %", percent(t).abs() <= 0.5);
        } else {
            println!("  {what:34}{text:>26}   short: not judged");
        }
    }
    if let Some(share) = told.runtime {
        println!("  {:34}{:>25} %   told only", "against sched_stat_runtime, worst", format!("{:+.3}", share * 100.0));
    }
    good
}

fn percent(times: &Times) -> f64 {
    times.off() / times.traced.0.max(1) as f64 * 100.0
}

/// In microseconds: the median with its sign; of the sizes the 99th percentile and the largest.
fn spread(errors: &[i64]) -> [f64; 3] {
    let mut signed = errors.to_vec();
    signed.sort_unstable();
    let mut sizes: Vec<i64> = errors.iter().map(|e| e.abs()).collect();
    sizes.sort_unstable();
    let at = |of: &[i64], share: f64| {
        of.get((share * of.len().saturating_sub(1) as f64) as usize).map_or(0.0, |e| *e as f64 / 1e3)
    };
    [at(&signed, 0.5), at(&sizes, 0.99), at(&sizes, 1.0)]
}
