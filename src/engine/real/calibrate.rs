//! How fast this machine computes: measured once, in a process of its own so that nobody waits for it, and kept in
//! the cache folder for this program on this CPU.

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

use super::client::own_executable;
use super::compute::count;
use super::{kin, sys};
use crate::plan::Rates;
use crate::units::Ns;

/// How often is measured; the best counts, since nothing makes a machine faster than it is.
const ROUNDS: usize = 5;
/// How long each time, in CPU time: what other programs do meanwhile must not count.
const ROUND: Ns = Ns::from_millis(20);
/// Iterations between two looks at the clock.
const PIECE: u64 = 10_000;

/// Measures, for 100 ms, on the calling thread.
pub fn measure() -> Rates {
    let (mut value, nobody) = (0, AtomicBool::new(false));
    let mut once = || {
        let (from, mut done) = (sys::thread_cpu(), 0u64);
        loop {
            let some;
            (value, some) = count(value, PIECE, &nobody);
            done += some;
            let took = sys::thread_cpu() - from;
            if took >= ROUND {
                return Ns(done).times(1_000_000, took.0).0;
            }
        }
    };
    let best = (0..ROUNDS).map(|_| once()).max().unwrap_or(0);
    std::hint::black_box(value);
    Rates { count_per_ms: best.max(1) }
}

/// Why the machine's rates are not known.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// The measuring process could not be started, or broke off.
    #[error("this machine's speed cannot be measured: {0}; try again")]
    Process(#[from] io::Error),
    /// It said what is no measurement.
    #[error("this machine's speed cannot be measured: the measuring process answered nonsense ({0}); try again")]
    Answer(#[from] serde_json::Error),
}

/// What was measured before, for this program on this CPU; nothing if it was not, or cannot be read.
pub fn cached() -> Option<Rates> {
    read(&cache_file()?, &key())
}

/// A measurement under way.
#[derive(Debug)]
pub struct Calibration {
    answer: Receiver<Result<Rates, CalibrateError>>,
}

impl Calibration {
    /// Begins to measure, in a process of its own; the result is put into the cache, if that is possible.
    pub fn start() -> Calibration {
        Calibration::start_with(own_executable())
    }

    /// As [`Calibration::start`], with `exe` as this program.
    pub fn start_with(exe: PathBuf) -> Calibration {
        let (send, answer) = channel();
        let to = send.clone();
        let measure = move || {
            let rates = ask(&exe);
            if let (Ok(rates), Some(file)) = (&rates, cache_file()) {
                // A cache that cannot be written is measured again, which is no error.
                let _ = write(&file, &key(), *rates);
            }
            let _ = to.send(rates);
        };
        if let Err(e) = thread::Builder::new().name("measuring".to_owned()).spawn(measure) {
            let _ = send.send(Err(e.into()));
        }
        Calibration { answer }
    }

    /// The result, once there is one; to be had once.
    pub fn poll(&self) -> Option<Result<Rates, CalibrateError>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(io::Error::from(io::ErrorKind::BrokenPipe).into())),
        }
    }

    /// The result, as long as it takes.
    ///
    /// # Errors
    /// If nothing was measured.
    pub fn wait(&self) -> Result<Rates, CalibrateError> {
        self.answer.recv().unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::BrokenPipe).into()))
    }
}

fn ask(exe: &Path) -> Result<Rates, CalibrateError> {
    let output = Command::new(exe)
        .args([super::CALIBRATE, &kin::introduction()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("its process ended with {}", output.status)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The measuring process: prints the rates as JSON.
pub(super) fn main(args: &[std::ffi::OsString]) -> ExitCode {
    kin::die_with_parent(args.first());
    let printed = serde_json::to_writer(io::stdout(), &measure());
    if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Serialize, Deserialize)]
struct Cached {
    key: String,
    rates: Rates,
}

/// Where the rates are kept; nothing where the system has no place for such things.
pub fn cache_file() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.cache_dir().join("concviz").join("rates.json"))
}

/// What the rates belong to: this program, as it was built, on this CPU.
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
    (cached.key == key && cached.rates.count_per_ms > 0).then_some(cached.rates)
}

/// In one piece: whoever reads meanwhile sees the old file or the new one.
fn write(file: &Path, key: &str, rates: Rates) -> io::Result<()> {
    let dir = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(dir)?;
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
        let rates = Rates { count_per_ms: 700_000 };
        assert_eq!(read(&file, "a"), None);
        write(&file, "a", rates).expect("a writable folder");
        assert_eq!(read(&file, "a"), Some(rates));
        assert_eq!(read(&file, "b"), None);
        assert_eq!(fs::read_dir(dir.path().join("deep")).expect("a folder").count(), 1);
        fs::write(&file, "{\"key\":\"a\",\"rates\":{\"count_per_ms\":0}}").expect("a file");
        assert_eq!(read(&file, "a"), None);
        fs::write(&file, "{{{").expect("a file");
        assert_eq!(read(&file, "a"), None);
    }

    #[test]
    fn an_unwritable_cache_is_an_error_and_leaves_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(write(&file.join("rates.json"), "a", Rates { count_per_ms: 1 }).is_err());
    }

    #[test]
    fn this_machine_counts() {
        assert!(measure().count_per_ms > 100);
    }
}
