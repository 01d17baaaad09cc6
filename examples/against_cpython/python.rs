//! `CPython`'s side: a script that it executes, in whatever version it is.

use std::path::{Path, PathBuf};

use concviz::model::GlobalLock;
use concviz::units::Ns;

use super::figures::{Turn, Waits};
use super::{Measured, output};

const SCRIPT: &str = include_str!("measure.py");

pub struct Python {
    path: PathBuf,
    pub version: String,
    /// Whether it has the older lock.
    pub is_old: bool,
}

impl Python {
    pub fn new(path: &Path) -> Python {
        let version = "import sys; print('%d.%d.%d' % sys.version_info[:3])";
        let version = output(path, &["-c".to_owned(), version.to_owned()]).trim().to_owned();
        let is_old = version.starts_with("2.") || version.starts_with("3.0.") || version.starts_with("3.1.");
        Python { path: path.to_owned(), version: format!("CPython {version}"), is_old }
    }

    pub fn turns(&self, threads: u16, lock: GlobalLock, time: Ns) -> Measured<Vec<Turn>> {
        let measured = self.run("turns", threads, lock, time);
        let turn = |line: &Vec<f64>| Turn { at: seconds(line[0]), who: line[1] as usize };
        Measured { what: measured.what.iter().map(turn).collect(), cpu: measured.cpu }
    }

    pub fn count(&self, threads: u16, lock: GlobalLock, time: Ns) -> Measured<f64> {
        let measured = self.run("count", threads, lock, time);
        Measured { what: measured.what[0][1] / measured.what[0][0], cpu: measured.cpu }
    }

    pub fn waits(&self, what: &str, beside: u16, lock: GlobalLock, time: Ns) -> Measured<Waits> {
        let measured = self.run(what, beside, lock, time);
        Measured { what: measured.what.iter().map(|line| seconds(line[0])).collect(), cpu: measured.cpu }
    }

    /// The numbers in each line that the script prints.
    fn run(&self, what: &str, threads: u16, lock: GlobalLock, time: Ns) -> Measured<Vec<Vec<f64>>> {
        let interval = match lock {
            GlobalLock::Off => 0.0,
            GlobalLock::Gil { interval, .. } => interval.as_secs(),
            GlobalLock::GilLegacy { check_interval } => f64::from(check_interval),
        };
        let numbers = [f64::from(threads), interval, time.as_secs()].map(|n| n.to_string());
        let mut args = vec!["-c".to_owned(), SCRIPT.to_owned(), what.to_owned()];
        args.extend(numbers);
        let (mut lines, mut cpu) = (Vec::new(), Ns::ZERO);
        for line in output(&self.path, &args).lines() {
            match line.strip_prefix("cpu ") {
                Some(time) => cpu = seconds(time.parse().expect("a time")),
                None => lines.push(line.split(' ').map(|n| n.parse().expect("a number")).collect()),
            }
        }
        Measured { what: lines, cpu }
    }
}

fn seconds(time: f64) -> Ns {
    Ns((time * 1e9) as u64)
}
