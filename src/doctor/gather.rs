//! Finding the facts: by small files of the kernel's and a few measurements, none of which takes a second. A fact that
//! cannot be read stays unknown.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use self::system::now;
use super::facts::{Clock, Cores, Cpu, Facts, Loopback, Memory, Temporary, Terminal};
use crate::units::Ns;

#[cfg(not(unix))]
mod elsewhere;
#[cfg(not(unix))]
use elsewhere as system;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;

/// How long to wait for a byte that crosses the loopback interface.
const PATIENCE: Duration = Duration::from_secs(2);

/// All facts that can be found out, in about a second.
pub(super) fn facts(terminal: Terminal) -> Facts {
    let cores = cores();
    let load = system::load(&cores.allowed);
    Facts {
        system: std::env::consts::OS.to_owned(),
        kernel: System::kernel_version().ok(),
        cpu: cpu(),
        load,
        speed: system::speed(),
        clock: clock(),
        perf_event_paranoid: number("/proc/sys/kernel/perf_event_paranoid"),
        kernel_record: system::kernel_record(),
        limits: system::limits(),
        temporary: temporary(),
        loopback: loopback(),
        memory: memory(),
        terminal,
        cores,
    }
}

/// The text of a small file, without the line break; `None` if it cannot be read or is empty.
fn read(path: impl AsRef<Path>) -> Option<String> {
    let text = fs::read_to_string(path).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn number<T: std::str::FromStr>(path: &str) -> Option<T> {
    read(path)?.parse().ok()
}

fn cores() -> Cores {
    let allowed = system::allowed_cores();
    Cores { present: present(), physical: physical(&allowed), quota: system::quota(), allowed }
}

/// How many cores the kernel knows: `0-3,6` are five.
fn present() -> Option<usize> {
    let text = read("/sys/devices/system/cpu/present")?;
    let count = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(to.parse::<usize>().ok()?.checked_sub(from.parse().ok()?)? + 1)
    };
    text.split(',').map(count).sum()
}

/// How many of `allowed` are whole cores: threads of the same core name the same list of siblings.
fn physical(allowed: &[u16]) -> Option<usize> {
    let siblings = |core: &u16| read(format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list"));
    let groups: Option<std::collections::BTreeSet<String>> = allowed.iter().map(siblings).collect();
    groups.map(|g| g.len())
}

fn cpu() -> Cpu {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|l| l.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let frequency = "/sys/devices/system/cpu";
    let no_turbo: Option<u8> = number(&format!("{frequency}/intel_pstate/no_turbo"));
    let boost: Option<u8> = number(&format!("{frequency}/cpufreq/boost"));
    Cpu {
        name: field("model name").or_else(|| field("Model")),
        is_virtual: field("flags").map(|flags| flags.split(' ').any(|f| f == "hypervisor")),
        governor: read(format!("{frequency}/cpu0/cpufreq/scaling_governor")),
        turbo: no_turbo.map(|n| n == 0).or(boost.map(|b| b != 0)),
    }
}

/// Times the clock: the lowest of several rounds, since nothing makes a clock cheaper than it is.
fn clock() -> Clock {
    const READS: u32 = 1_000;
    let round = |_| {
        let from = now();
        (1..READS).for_each(|_| {
            std::hint::black_box(now());
        });
        now().since(from).0 as f64 / f64::from(READS)
    };
    let source = read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    Clock { source, read_ns: (0..10).map(round).fold(f64::INFINITY, f64::min) }
}

fn temporary() -> Temporary {
    let folder = std::env::temp_dir();
    let name = folder.join(format!("concviz-doctor-{}", std::process::id()));
    let written = fs::File::options().write(true).create_new(true).open(&name).and_then(|mut f| f.write_all(b"x"));
    let _ = fs::remove_file(&name);
    let (file_system, free) = (system::file_system(&folder), system::room(&folder));
    Temporary { file_system, free, refused: written.err().map(|e| e.to_string()), folder }
}

fn loopback() -> Loopback {
    match there_and_back() {
        Ok(time) => Loopback { there_and_back_s: Some(time.as_secs()), refused: None },
        Err(e) => Loopback { there_and_back_s: None, refused: Some(e.to_string()) },
    }
}

/// Sends a byte to this process and back, twice, and times the second trip.
fn there_and_back() -> io::Result<Ns> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut near = TcpStream::connect_timeout(&listener.local_addr()?, PATIENCE)?;
    let (mut far, _) = listener.accept()?;
    for end in [&near, &far] {
        end.set_nodelay(true)?;
        end.set_read_timeout(Some(PATIENCE))?;
    }
    let mut byte = [0];
    let mut once = || {
        let from = now();
        near.write_all(&byte)?;
        far.read_exact(&mut byte)?;
        far.write_all(&byte)?;
        near.read_exact(&mut byte)?;
        io::Result::Ok(now().since(from))
    };
    once()?;
    once()
}

fn memory() -> Memory {
    let kind = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(kind);
    let some = |n: u64| (n > 0).then_some(n);
    system.map_or_else(
        |_| Memory::default(),
        |s| Memory { free: some(s.available_memory()), all: some(s.total_memory()) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_comes_back_to_this_machine() {
        let found = loopback();
        assert!(found.there_and_back_s.is_some() != found.refused.is_some());
    }
}
