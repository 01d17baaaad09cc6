//! How fast this machine computes: measured once, in a process of its own so that the program does not wait for it, and
//! kept in the cache folder for this program on this CPU.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::UNIX_EPOCH;

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::kernels::Labour;
use super::process::{self, own_executable};
use super::sys;
use crate::plan::Rates;
use crate::state::NoRates;
use crate::units::Ns;
use crate::workload::{Kernel, Kernels};

/// The hidden first argument with which this program measures.
pub const ARGUMENT: &str = "__calibrate";

/// How many times each kernel is measured; the best counts, since nothing makes a machine faster than it is.
const ROUNDS: usize = 5;
/// How long each measurement takes, in CPU time: what other programs do meanwhile must not count.
const ROUND: Ns = Ns::from_millis(20);
/// The shortest time between two looks at the clock.
const GLANCE: Ns = Ns::from_micros(20);

/// Measures each of `kernels`, for 100 ms, on the calling thread.
pub fn measure(kernels: Kernels) -> Rates {
    kernels.iter().map(|kernel| (kernel, rate(kernel))).collect()
}

/// Iterations of `kernel` in a millisecond; at least 1.
fn rate(kernel: Kernel) -> u64 {
    let nobody = AtomicBool::new(false);
    let mut labour = Labour::new(kernel, 1);
    let mut piece = 1;
    let mut once = || {
        let (from, mut done) = (sys::thread_cpu(), 0u64);
        let mut before = from;
        loop {
            done += labour.advance(piece, &nobody);
            let now = sys::thread_cpu();
            // Pieces grow until the cost of looking at the clock no longer matters.
            if now - before < GLANCE {
                piece *= 2;
            }
            before = now;
            let took = now - from;
            if took >= ROUND {
                return Ns(done).times(1_000_000, took.0).0;
            }
        }
    };
    let best = (0..ROUNDS).map(|_| once()).max().unwrap_or(0);
    std::hint::black_box(labour.value());
    best.max(1)
}

/// The rates measured before, for this program on this CPU; empty where there are none, or they cannot be read.
pub fn cached() -> Rates {
    cache_file().and_then(|file| read(&file, &key())).unwrap_or_default()
}

/// The rates of `kernels`: from the cache where they are known; the rest is measured now.
///
/// # Errors
/// If nothing can be measured.
pub fn rates(kernels: Kernels) -> Result<Rates, NoRates> {
    let known = cached();
    let missing = known.missing(kernels);
    if missing.is_empty() { Ok(known) } else { Ok(Calibration::start(missing).wait()?.or(known)) }
}

/// A measurement under way.
#[derive(Debug)]
pub struct Calibration {
    answer: Receiver<Result<Rates, NoRates>>,
}

impl Calibration {
    /// Begins to measure `kernels`, in a process of its own; the result is put into the cache, if that is possible.
    pub fn start(kernels: Kernels) -> Calibration {
        Calibration::start_with(own_executable(), kernels)
    }

    /// As [`Calibration::start`], with `exe` as this program.
    pub fn start_with(exe: PathBuf, kernels: Kernels) -> Calibration {
        let (send, answer) = channel();
        let to = send.clone();
        let measure = move || {
            let rates = ask(&exe, kernels);
            if let (Ok(rates), Some(file)) = (&rates, cache_file()) {
                // If the cache cannot be written, the rates are measured again next time, which is no error.
                let key = key();
                let _ = write(&file, &key, rates.or(read(&file, &key).unwrap_or_default()));
            }
            let _ = to.send(rates);
        };
        if let Err(e) = thread::Builder::new().name("measuring".to_owned()).spawn(measure) {
            let _ = send.send(Err(e.into()));
        }
        Calibration { answer }
    }

    /// The result, once there is one; it is given out once only.
    pub fn poll(&self) -> Option<Result<Rates, NoRates>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(io::Error::from(io::ErrorKind::BrokenPipe).into())),
        }
    }

    /// Waits for the result, as long as it takes.
    ///
    /// # Errors
    /// If nothing was measured.
    pub fn wait(&self) -> Result<Rates, NoRates> {
        self.answer.recv().unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::BrokenPipe).into()))
    }
}

fn ask(exe: &Path, kernels: Kernels) -> Result<Rates, NoRates> {
    let names: Vec<&str> = kernels.iter().map(Kernel::name).collect();
    let output = Command::new(exe)
        .args([ARGUMENT, &process::introduction(), &names.join(",")])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(NoRates::Ended { status: output.status.to_string() });
    }
    serde_json::from_slice(&output.stdout).map_err(|e| NoRates::Answer { said: e.to_string() })
}

/// The measuring process: prints the rates as JSON.
pub fn main(args: &[std::ffi::OsString]) -> ExitCode {
    process::die_with_parent(args.first());
    let names = args.get(1).and_then(|names| names.to_str()).unwrap_or_default();
    let kernels = names.split(',').filter_map(Kernel::named).collect();
    let printed = serde_json::to_writer(io::stdout(), &measure(kernels));
    if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Serialize, Deserialize)]
struct Cached {
    key: String,
    rates: Rates,
}

/// The file that keeps the rates; `None` where the system has no folder for caches.
pub fn cache_file() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.cache_dir().join("concviz").join("rates.json"))
}

/// Identifies what the rates belong to: this program, as it was built, on this CPU.
fn key() -> String {
    let meta = std::env::current_exe().and_then(fs::metadata);
    let (size, changed) = meta.map_or((0, 0), |m| {
        let changed = m.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        (m.len(), changed.map_or(0, |t| t.as_nanos()))
    });
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|l| l.starts_with("model name")).unwrap_or_default();
    format!("{} {size} {changed} {model}", env!("CARGO_PKG_VERSION"))
}

fn read(file: &Path, key: &str) -> Option<Rates> {
    let cached: Cached = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    (cached.key == key).then_some(cached.rates)
}

/// Writes the file in one piece: a reader sees the old file or the new one.
fn write(file: &Path, key: &str, rates: Rates) -> io::Result<()> {
    let dir = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(dir)?;
    process::survive_size_limits();
    let draft = dir.join(format!("rates.{}.tmp", std::process::id()));
    let text = serde_json::to_vec(&Cached { key: key.to_owned(), rates })?;
    let written = fs::File::create(&draft).and_then(|mut f| f.write_all(&text)).and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_serves_its_own_key_and_nonsense_serves_nobody() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("deep/rates.json");
        let rates = Rates::all(700_000);
        assert_eq!(read(&file, "a"), None);
        write(&file, "a", rates).expect("a writable folder");
        assert_eq!(read(&file, "a"), Some(rates));
        assert_eq!(read(&file, "b"), None);
        assert_eq!(fs::read_dir(dir.path().join("deep")).expect("a folder").count(), 1);
        fs::write(&file, "{\"key\":\"a\",\"rates\":{\"per_ms\":[1]}}").expect("a file");
        assert_eq!(read(&file, "a"), None);
        fs::write(&file, "{{{").expect("a file");
        assert_eq!(read(&file, "a"), None);
    }

    #[test]
    fn an_unwritable_cache_is_an_error_and_leaves_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(write(&file.join("rates.json"), "a", Rates::all(1)).is_err());
    }

    #[test]
    fn this_machine_computes_what_it_is_asked_to() {
        let asked: Kernels = [Kernel::Count, Kernel::Matrix].into_iter().collect();
        let rates = measure(asked);
        assert!(rates.missing(asked).is_empty() && rates.known(Kernel::Sort).is_none());
        assert!(rates.per_ms(Kernel::Count) > rates.per_ms(Kernel::Matrix));
    }
}
