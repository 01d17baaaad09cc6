//! What observing costs: the CPU time of the screen, the collector, the dispatcher and the server, as a share of the cores
//! times the makespan. Without a screen, with one that grows, and with one on which everything moves.
//!
//! ```sh
//! cargo bench --bench observing
//! cargo bench --bench observing -- 1      # once each, instead of medians of five
//! ```
//!
//! Limits: without a screen 0.25 % for threads that compute and 0.5 % for a lock that is handed over all the time, with one
//! 1 and 2 %. Without a screen the program says it itself (`observing` of its JSON document). With one it is
//! measured from outside: the screen's own CPU clock, and what the scheduler says of the runner's threads, while the run
//! goes on, on a terminal of 200 columns and 60 rows that somebody reads. On a busy machine a run takes longer, and the
//! share gets smaller: the share of other programs is printed beside it. A key is answered with a frame at once: panned 30
//! times a second, the last one draws up to twice as many frames as a run alone.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use concviz::machine::load::Watch;
use concviz::machine::{cores, sys};
use concviz::units::Ns;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_concviz");
/// Runs of each, where nothing else is asked for.
const TIMES: usize = 5;
/// Between two looks at a run.
const LOOK: Duration = Duration::from_millis(33);
/// A run that does not begin in this time never does.
const PATIENCE: Duration = Duration::from_secs(20);
const COMPUTE: &str = "-w cpu -m threads --set cpu=1s";
const HAND_OVERS: &str = "-w cpu -m threads --global-lock gil --switch-interval 500us --set cpu=500ms";

fn main() {
    println!(
        "{:58}{:>8}{:>9}{:>11}{:>12}{:>9}{:>8}",
        "% of all cores, medians", "all", "program", "collector", "dispatcher", "server", "others"
    );
    let mut good = true;
    for (what, args, limit) in
        [("recording: threads that compute", COMPUTE, 0.25), ("recording: the GIL, every 0.5 ms", HAND_OVERS, 0.5)]
    {
        good &= print(what, Some(limit), &runs(|| without_screen(args)));
        let unrecorded = format!("{args} --no-kernel-record");
        print("    without the kernel's record", None, &runs(|| without_screen(&unrecorded)));
    }
    for (what, args) in
        [("growing screen: threads that compute", COMPUTE), ("growing screen: the GIL, every 0.5 ms", HAND_OVERS)]
    {
        good &= print(what, Some(1.0), &runs(|| on_screen(args, None)));
    }
    let moving = "everything moves: 40 tasks and a lock, panned all the time";
    let args = "-w locks -m threads --tasks 40 --workers 40 --set rounds=30";
    good &= print(moving, Some(2.0), &runs(|| on_screen(args, Some(["\x1b[C", "\x1b[D"]))));
    if !good {
        println!("above its limit");
    }
}

/// Shares: of the program that reads the record, the collector, the dispatcher, the server, and of other programs.
#[derive(Clone, Copy, Default)]
struct Shares {
    parts: [f64; 4],
    others: f64,
}

fn runs(once: impl Fn() -> Option<Shares>) -> Vec<Shares> {
    let asked = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    (0..asked.unwrap_or(TIMES)).filter_map(|_| once()).collect()
}

/// Prints the medians; whether they are within `limit` per cent.
fn print(what: &str, limit: Option<f64>, runs: &[Shares]) -> bool {
    let median = |of: &dyn Fn(&Shares) -> f64| {
        let mut all: Vec<f64> = runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN) * 100.0
    };
    let all = median(&|s| s.parts.iter().sum());
    let [a, b, c, d] = [0, 1, 2, 3].map(|n| median(&|s| s.parts[n]));
    let limit_text = limit.map_or_else(String::new, |l| format!("   at most {l}"));
    println!("{what:58}{all:8.3}{a:9.3}{b:11.3}{c:12.3}{d:9.3}{:8.1}{limit_text}", median(&|s| s.others));
    limit.is_none_or(|limit| all <= limit)
}

/// Of a run without a screen, as it says itself.
fn without_screen(args: &str) -> Option<Shares> {
    let args = format!("run --format json {args}");
    let output = Command::new(PROGRAM).args(args.split_whitespace()).stderr(Stdio::null()).output().ok()?;
    let document: Value = serde_json::from_slice(&output.stdout).ok()?;
    let share = |part: &str| document["observing"][part].as_f64().unwrap_or(0.0);
    let parts = ["follower", "collector", "dispatcher", "server"].map(share);
    Some(Shares { parts, others: document["busy_machine"].as_f64().unwrap_or(0.0) })
}

/// The program on a terminal; it ends with this.
struct Screen {
    child: Child,
    terminal: File,
}

impl Screen {
    fn start(args: &str) -> std::io::Result<Screen> {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&controller)?;
        unlockpt(&controller)?;
        let name = ptsname(&controller, Vec::new())?.into_string().unwrap_or_default();
        tcsetwinsize(&controller, Winsize { ws_row: 60, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 })?;
        let side = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open(name)?;
        // It makes the terminal the program's own, and becomes the program.
        let mut command = Command::new("setsid");
        command.args(["--ctty", PROGRAM]).args(args.split_whitespace());
        command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
        let child = command.stdin(side.try_clone()?).stdout(side.try_clone()?).stderr(side).spawn()?;
        let terminal = File::from(controller);
        let mut reader = terminal.try_clone()?;
        // Somebody must read, or the program waits. It ends with the terminal.
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while reader.read(&mut bytes).is_ok_and(|n| n > 0) {}
        });
        Ok(Screen { child, terminal })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.terminal.write_all(b"q");
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(2) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Of a run on a screen, measured from outside; `keys` are pressed in turn.
fn on_screen(args: &str, keys: Option<[&str; 2]>) -> Option<Shares> {
    let mut screen = Screen::start(args).ok()?;
    let ui = screen.child.id();
    let since = Instant::now();
    let runner = loop {
        if let Some(runner) = child_of(ui).filter(|pid| threads(*pid).values().any(|(name, _)| name == "collector")) {
            break runner;
        }
        if since.elapsed() > PATIENCE {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    if keys.is_some() {
        screen.terminal.write_all(b"+++").ok()?;
    }
    let cores = cores::allowed();
    let (from, first) = (sys::now(), sys::process_cpu_of(ui)?);
    let watch = Watch::begin(cores.clone(), from, sys::process_cpu());
    let (mut parts, mut to, mut n) = ([Ns::ZERO; 4], from, 0);
    // A thread that has ended is no longer told of: what it said last stays.
    let mut known = BTreeMap::new();
    loop {
        std::thread::sleep(LOOK);
        if let Some(keys) = keys {
            n += 1;
            // A while in each direction: a pan that is at the edge moves nothing.
            screen.terminal.write_all(keys[n / 8 % 2].as_bytes()).ok()?;
        }
        let threads = threads(runner);
        if !threads.values().any(|(name, _)| name == "collector") {
            break;
        }
        known.extend(threads);
        let of = |wanted: &str| known.values().filter(|(name, _)| name == wanted).map(|(_, time)| *time).sum::<Ns>();
        to = sys::now();
        parts = [sys::process_cpu_of(ui)?.less(first), of("collector"), of("concviz-runner"), of("server")];
    }
    let beside: Ns = known.values().map(|(_, time)| *time).sum();
    let all = to.since(from).times(cores.len() as u64, 1);
    let others = watch.others(to, sys::process_cpu(), beside + parts[0]).unwrap_or(0.0) / cores.len() as f64;
    Some(Shares { parts: parts.map(|time| time.share_of(all)), others })
}

/// The child of `pid`, if it has one.
fn child_of(pid: u32) -> Option<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let children = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.collect::<String>().split_whitespace().next()?.parse().ok()
}

/// The threads of `pid`: their numbers, names, and time on cores.
fn threads(pid: u32) -> BTreeMap<u32, (String, Ns)> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let thread = |path: PathBuf| {
        let tid = path.file_name()?.to_str()?.parse().ok()?;
        let name = fs::read_to_string(path.join("comm")).ok()?.trim().to_owned();
        let time = fs::read_to_string(path.join("schedstat")).ok()?;
        Some((tid, (name, Ns(time.split(' ').next()?.parse().ok()?))))
    };
    tasks.filter_map(|task| thread(task.path())).collect()
}
