//! The figures of the screen and of the command line: what a person waits for, measured from outside.
//!
//! A scene is a program launched, driven and left, and gives one figure or some. Each is repeated within a round where
//! that is cheap, and says its median.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use concviz::machine::sys::process_cpu_of;

use crate::benches::Unit;
use crate::process::Group;
use crate::sides::Side;
use crate::statistics::median_of;
use crate::terminal::Terminal;

/// How these figures are called as if they were a bench.
pub const NAME: &str = "screen";

const LARGE: (u16, u16) = (200, 60);
/// The size most people have.
const REFERENCE: (u16, u16) = (120, 36);
const FINISHED: &str = "-w cpu -m serial --scale 0.05";
const SATURATED: &str = "-w cpu -m threads --scale 40";
/// It lasts longer than anybody looks at it.
const MOVING: &str = "-w locks -m threads --tasks 40 --workers 40 --set rounds=300";
const MANY: &str = "-w cpu -m threads --tasks 64 --workers 64 --scale 0.02";
/// Recorded, about 100,000 spans.
pub const RECORDED: &str = "run -w requests -m async --tasks 1300 --trace";

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
/// How often a key is pressed whose answer is timed.
const KEYS: usize = 40;
/// How often something is launched, or run anew.
const TIMES: usize = 5;
/// Who has written nothing for so long is at rest.
const REST: Duration = Duration::from_millis(20);
/// For how long the time on cores is counted.
const AT_REST: Duration = Duration::from_secs(5);
const IN_MOTION: Duration = Duration::from_secs(3);
/// Between two keys that keep everything moving.
const PAN: Duration = Duration::from_millis(33);
/// How long a command may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A scene, and the figures it gives.
pub struct Scene {
    pub name: &'static str,
    pub figures: &'static [(&'static str, Unit)],
    pub play: fn(&Side) -> Result<Vec<f64>, String>,
}

/// All of them.
pub const SCENES: [Scene; 7] = [
    Scene {
        name: "launch",
        figures: &[("start to the first frame", Unit::Milliseconds), ("quit", Unit::Milliseconds)],
        play: launch,
    },
    Scene {
        name: "rest",
        figures: &[
            ("key to its frame, at rest", Unit::Milliseconds),
            ("key 2 to the first lane", Unit::Milliseconds),
            ("a core, at rest", Unit::Percent),
        ],
        play: rest,
    },
    Scene { name: "saturated", figures: &[("key to its frame, all cores busy", Unit::Milliseconds)], play: saturated },
    Scene { name: "motion", figures: &[("a core, everything moves", Unit::Percent)], play: motion },
    Scene { name: "memory", figures: &[("memory at the peak, 64 lanes", Unit::Megabytes)], play: memory },
    Scene { name: "view", figures: &[("view of 100,000 spans to its frame", Unit::Milliseconds)], play: view },
    Scene {
        name: "commands",
        figures: &[
            ("run threads", Unit::Milliseconds),
            ("run processes", Unit::Milliseconds),
            ("run async", Unit::Milliseconds),
            ("--version", Unit::Milliseconds),
        ],
        play: commands,
    },
];

fn on(side: &Side, size: (u16, u16), args: &str) -> Result<Terminal, String> {
    Terminal::start(&mut side.command(args), size)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Whether a frame is whole: its last row ends with the key that all others are explained by.
fn is_whole(screen: &vt100::Screen) -> bool {
    text_of(screen).iter().any(|row| row.ends_with("? help"))
}

fn is_done(screen: &vt100::Screen) -> bool {
    text_of(screen).first().is_some_and(|header| header.contains("done"))
}

/// The rows, without the blanks at their ends.
fn text_of(screen: &vt100::Screen) -> Vec<String> {
    screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned()).collect()
}

/// The row of the mark before the name of the selected task: the rest of the screen may change by itself.
fn selected(screen: &vt100::Screen) -> Option<usize> {
    screen.rows(0, 3).position(|row| row.contains('›'))
}

/// Whether anything is drawn where the lanes are: right of the names, above the cores.
fn has_lanes(screen: &vt100::Screen) -> bool {
    let rows = text_of(screen);
    let end = rows.iter().position(|row| row.trim_start().starts_with("cores busy")).unwrap_or(rows.len());
    let drawn = |c: char| ('\u{2580}'..='\u{259f}').contains(&c);
    rows.get(4..end).unwrap_or_default().iter().any(|row| row.chars().skip(12).any(drawn))
}

fn launch(side: &Side) -> Result<Vec<f64>, String> {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let mut terminal = on(side, REFERENCE, FINISHED)?;
        let at = terminal.until("a whole frame", is_whole)?;
        starts.push(millis(at - terminal.started));
        if !is_done(terminal.screen()) {
            terminal.until("the end of the run", is_done)?;
        }
        terminal.rest(REST)?;
        ends.push(millis(terminal.quit()?));
    }
    Ok(vec![median_of(starts), median_of(ends)])
}

/// A screen of a finished run. The time on a core first: from the end of the run on nobody has pressed anything.
fn rest(side: &Side) -> Result<Vec<f64>, String> {
    let mut terminal = on(side, LARGE, FINISHED)?;
    terminal.until("the end of the run", is_done)?;
    terminal.rest(REST)?;
    let idle = share_of_a_core(&mut terminal, |terminal| terminal.watch(AT_REST))?;
    let keys = keys(&mut terminal, Terminal::rest)?;
    let mut lanes = Vec::new();
    for _ in 0..TIMES {
        terminal.rest(REST)?;
        let pressed = terminal.press("2")?;
        terminal.until("a run without lanes", |screen| !has_lanes(screen) && !is_done(screen))?;
        lanes.push(millis(terminal.until("the first lane", has_lanes)? - pressed));
        if !is_done(terminal.screen()) {
            terminal.until("the end of the run", is_done)?;
        }
    }
    terminal.quit()?;
    Ok(vec![keys, median_of(lanes), idle])
}

fn saturated(side: &Side) -> Result<Vec<f64>, String> {
    let mut terminal = on(side, LARGE, SATURATED)?;
    terminal.until("lanes", has_lanes)?;
    // Frames come all the time: there is no rest to wait for, and keys must not fall into step with them.
    let mut pause = 0;
    let between = |terminal: &mut Terminal, _| {
        pause = (pause + 37) % 50;
        terminal.watch(Duration::from_millis(20 + pause))
    };
    let keys = keys(&mut terminal, between)?;
    terminal.quit()?;
    Ok(vec![keys])
}

/// The median time from a key to the frame in which another task is selected, with a pause `between` keys.
fn keys(
    terminal: &mut Terminal,
    mut between: impl FnMut(&mut Terminal, Duration) -> Result<(), String>,
) -> Result<f64, String> {
    let mut times = Vec::new();
    for n in 0..KEYS {
        between(terminal, REST)?;
        let before = selected(terminal.screen());
        // To the first task, then from there to the second and back: no key has nothing to do.
        let pressed = terminal.press(if n == 0 || n % 2 == 1 { DOWN } else { UP })?;
        let at = terminal.until("another task selected", |screen| {
            let now = selected(screen);
            now.is_some() && now != before
        })?;
        times.push(millis(at - pressed));
    }
    Ok(median_of(times))
}

fn motion(side: &Side) -> Result<Vec<f64>, String> {
    let mut terminal = on(side, LARGE, MOVING)?;
    terminal.until("lanes", has_lanes)?;
    terminal.press("+++")?;
    let share = share_of_a_core(&mut terminal, |terminal| {
        for n in 0..(IN_MOTION.as_millis() / PAN.as_millis()) {
            // A while in each direction: a pan that is at the edge moves nothing.
            terminal.press([RIGHT, LEFT][(n / 8 % 2) as usize])?;
            terminal.watch(PAN)?;
        }
        Ok(())
    })?;
    if is_done(terminal.screen()) {
        return Err("the run ended while everything was to move".to_owned());
    }
    terminal.quit()?;
    Ok(vec![share])
}

/// How much of one core the screen's process takes during `what`, in per cent.
fn share_of_a_core(
    terminal: &mut Terminal,
    what: impl FnOnce(&mut Terminal) -> Result<(), String>,
) -> Result<f64, String> {
    let used = |terminal: &Terminal| process_cpu_of(terminal.pid()).ok_or("its time on cores is unknown");
    let (from, before) = (Instant::now(), used(terminal)?);
    what(terminal)?;
    let (took, used) = (from.elapsed(), used(terminal)?.less(before));
    Ok(used.as_secs() / took.as_secs_f64() * 100.0)
}

/// The most memory that the screen's process has had, when all lanes are drawn.
fn memory(side: &Side) -> Result<Vec<f64>, String> {
    let mut terminal = on(side, LARGE, MANY)?;
    terminal.until("the end of the run", is_done)?;
    terminal.rest(REST)?;
    let status = fs::read_to_string(format!("/proc/{}/status", terminal.pid())).map_err(|e| e.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("its memory is unknown")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| "its memory is unknown")?;
    terminal.quit()?;
    Ok(vec![kilobytes * 1_024.0 / 1e6])
}

fn view(side: &Side) -> Result<Vec<f64>, String> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let mut command = side.command("view");
        command.arg(&side.recording);
        let mut terminal = Terminal::start(&mut command, LARGE)?;
        let at = terminal.until("a whole frame", is_whole)?;
        times.push(millis(at - terminal.started));
        terminal.quit()?;
    }
    Ok(vec![median_of(times)])
}

/// Whole commands, from their start to their end.
fn commands(side: &Side) -> Result<Vec<f64>, String> {
    let timed = |args: &str, times: usize| {
        let mut all = Vec::new();
        for _ in 0..times {
            let mut command = side.command(args);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let from = Instant::now();
            let (status, at) = Group::start(&mut command, false)?.wait(PATIENCE)?;
            if !status.success() {
                return Err(format!("`concviz {args}` ended with {status}"));
            }
            all.push(millis(at - from));
        }
        Ok(median_of(all))
    };
    let run = |model: &str| timed(&format!("run -w cpu -m {model} --scale 0.02 --format json"), TIMES);
    Ok(vec![run("threads")?, run("processes")?, run("async")?, timed("--version", 4 * TIMES)?])
}
