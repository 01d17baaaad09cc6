//! Holds the global lock here against that of an installed `CPython`, row by row: how it goes from thread to thread, what
//! threads cost beside doing one thing after the other, and how long whoever waits for a moment must then wait for it.
//!
//! ```sh
//! cargo build --release
//! cargo run --release --example against_cpython -- target/release/concviz --python python3
//! cargo run --release --example against_cpython -- target/release/concviz --python python2.7 --seconds 2 --only turns
//! ```
//!
//! With a Python from 3.2 on the newer lock is compared, with an earlier one the older. Every figure of both sides is
//! made by the same function from the same kind of record. What other programs take of the cores is measured beside each
//! row; above a tenth the row is measured again, four times at most (`--attempts`), and where it stays so, it is marked
//! with an exclamation mark. With one attempt nobody waits for a quiet moment either.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use concviz::machine::load::Watch;
use concviz::machine::{calibrate, cores, sys};
use concviz::model::GlobalLock;
use concviz::units::Ns;
use concviz::workload::Kernel;

mod figures;
mod ours;
mod python;

use figures::Turn;
use ours::Ours;
use python::Python;

/// What others may take of the cores before a row is measured again.
const FOREIGN: f64 = 0.10;
/// How often a row is measured at most, where nobody says.
const ATTEMPTS: usize = 4;

fn main() {
    let Some(args) = Args::read() else {
        eprintln!(
            "usage: against_cpython EXE [--python PATH] [--seconds S] [--attempts N] [--only turns|count|sleep|echo]"
        );
        std::process::exit(2);
    };
    let rates = calibrate::measure([Kernel::Count].into_iter().collect());
    let ours = Ours::new(&args.exe, rates.per_ms(Kernel::Count));
    let python = Python::new(&args.python);
    println!("{}; {:.2} usable cores; {} s a row", python.version, cores::usable(), args.seconds.as_secs());
    let both = Both { ours, python, seconds: args.seconds, attempts: args.attempts };
    if args.asks("turns") {
        println!("\n{:24} {:8}{}", "turns", "", figures::TURNS_HEADING);
        both.turns_rows();
    }
    if args.asks("count") {
        println!("\n{:24} {:8}threads/serial", "counting", "");
        both.count_rows();
    }
    for what in ["sleep", "echo"].into_iter().filter(|what| args.asks(what)) {
        println!("\n{:24} {:8}{}", if what == "sleep" { "sleep(1 ms)" } else { "request" }, "", figures::WAITS_HEADING);
        both.wait_rows(what);
    }
}

struct Args {
    exe: PathBuf,
    python: PathBuf,
    seconds: Ns,
    attempts: usize,
    only: Option<String>,
}

impl Args {
    fn read() -> Option<Args> {
        let mut words = std::env::args().skip(1);
        let exe = PathBuf::from(words.next()?);
        let (python, seconds, attempts) = (PathBuf::from("python3"), Ns::from_millis(3_000), ATTEMPTS);
        let mut args = Args { exe, python, seconds, attempts, only: None };
        while let (Some(option), Some(value)) = (words.next(), words.next()) {
            match option.as_str() {
                "--python" => args.python = PathBuf::from(value),
                "--seconds" => args.seconds = Ns::from_millis((value.parse::<f64>().ok()? * 1e3) as u64),
                "--attempts" => args.attempts = value.parse().ok().filter(|n| *n > 0)?,
                "--only" => args.only = Some(value),
                _ => return None,
            }
        }
        Some(args)
    }

    fn asks(&self, what: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == what)
    }
}

/// Both sides.
struct Both<'a> {
    ours: Ours<'a>,
    python: Python,
    seconds: Ns,
    attempts: usize,
}

/// A measurement: what it came to, and how much CPU time it took.
struct Measured<T> {
    what: T,
    cpu: Ns,
}

impl Both<'_> {
    fn turns_rows(&self) {
        let rows: Vec<(u16, GlobalLock)> = if self.python.is_old {
            vec![(2, ticks(100)), (4, ticks(100)), (2, ticks(10_000))]
        } else {
            let five = [2, 3, 4].map(|n| (n, interval(5_000)));
            let others = [500, 1_000, 20_000, 50_000].map(|us| (3, interval(us)));
            let unforced = |n| (n, GlobalLock::Gil { interval: Ns::from_millis(5), forced_switching: false });
            five.into_iter().chain(others).chain([unforced(2), unforced(3)]).collect()
        };
        for (threads, lock) in rows {
            let name = format!("{threads} threads, {}", said(lock));
            let show = |turns: &Vec<Turn>| figures::of_turns(turns, threads);
            if !matches!(lock, GlobalLock::Gil { forced_switching: false, .. }) {
                let (measured, mark) = gated(self.attempts, || self.python.turns(threads, lock, self.seconds));
                println!("{name:24} {:8}{}{mark}", "CPython", show(&measured));
            }
            let (measured, mark) = gated(self.attempts, || self.ours.turns(threads, lock, self.seconds));
            println!("{name:24} {:8}{}{mark}", "here", show(&measured));
        }
    }

    fn count_rows(&self) {
        let lock = if self.python.is_old { ticks(100) } else { interval(5_000) };
        for threads in [2, 4] {
            let name = format!("{threads} threads, {}", said(lock));
            let (ratio, mark) = gated(self.attempts, || self.python.count(threads, lock, self.seconds));
            println!("{name:24} {:8}{ratio:.2}{mark}", "CPython");
            let (ratio, mark) = gated(self.attempts, || self.ours.count(threads, lock, self.seconds));
            println!("{name:24} {:8}{ratio:.2}{mark}", "here");
        }
    }

    fn wait_rows(&self, what: &str) {
        let beside =
            if self.python.is_old { [100, 1_000, 10_000].map(ticks) } else { [500, 5_000, 50_000].map(interval) };
        let alone = [(0, beside[0])];
        for (threads, lock) in alone.into_iter().chain(beside.map(|lock| (1, lock))) {
            let name = if threads == 0 { "alone".to_owned() } else { format!("one computes, {}", said(lock)) };
            let (waits, mark) = gated(self.attempts, || self.python.waits(what, threads, lock, self.seconds));
            println!("{name:24} {:8}{}{mark}", "CPython", figures::of_waits(&waits, self.seconds));
            let (waits, mark) = gated(self.attempts, || self.ours.waits(what, threads, lock, self.seconds));
            println!("{name:24} {:8}{}{mark}", "here", figures::of_waits(&waits, self.seconds));
        }
    }
}

fn interval(micros: u64) -> GlobalLock {
    GlobalLock::gil(Ns::from_micros(micros))
}

fn ticks(check_interval: u32) -> GlobalLock {
    GlobalLock::GilLegacy { check_interval }
}

fn said(lock: GlobalLock) -> String {
    match lock {
        GlobalLock::Off => "no lock".to_owned(),
        GlobalLock::Gil { interval, forced_switching: true } => interval.to_string(),
        GlobalLock::Gil { interval, forced_switching: false } => format!("{interval} unforced"),
        GlobalLock::GilLegacy { check_interval } => format!("{check_interval} ticks"),
    }
}

/// Measures when others leave the machine alone; what the quietest attempt came to, and how much of the cores others took
/// where that was much.
fn gated<T>(attempts: usize, mut measure: impl FnMut() -> Measured<T>) -> (T, String) {
    let cores = cores::allowed();
    let mut best: Option<(T, f64)> = None;
    for _ in 0..attempts {
        if attempts > 1 {
            wait_for_quiet(&cores);
        }
        let watch = Watch::begin(cores.clone(), sys::now(), sys::process_cpu());
        let Measured { what, cpu } = measure();
        let foreign = watch.others(sys::now(), sys::process_cpu(), cpu).unwrap_or(0.0) / cores.len() as f64;
        if best.as_ref().is_none_or(|(_, least)| foreign < *least) {
            best = Some((what, foreign));
        }
        if best.as_ref().is_some_and(|(_, foreign)| *foreign <= FOREIGN) {
            break;
        }
    }
    let (what, foreign) = best.unwrap_or_else(|| unreachable!("there is one attempt at least"));
    let mark = if foreign > FOREIGN { "!" } else { "" };
    (what, format!("   others {:.0} %{mark}", foreign * 100.0))
}

/// Returns when others leave the cores alone for half a second, or after ten.
fn wait_for_quiet(cores: &[u16]) {
    for _ in 0..20 {
        let watch = Watch::begin(cores.to_vec(), sys::now(), sys::process_cpu());
        std::thread::sleep(Duration::from_millis(500));
        let others = watch.others(sys::now(), sys::process_cpu(), Ns::ZERO).unwrap_or(0.0);
        if others <= FOREIGN * cores.len() as f64 {
            return;
        }
    }
}

/// What a program prints.
fn output(program: &Path, args: &[String]) -> String {
    let output = Command::new(program).args(args).output().expect("a program that can be executed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    text
}
