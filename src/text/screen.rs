//! What stands on the screen between figures and labels: sizes, places, how a task ended.

use super::quoted::{listed, name};
use super::{Doubt, Label, counted, outside};
use crate::state::State;
use crate::units::{Ns, Range, Speedup};

/// Why serial came to nothing, and which row the ratios refer to in its place, if there is one.
pub fn cannot(why: &str, than: Option<&str>) -> String {
    than.map_or_else(|| why.to_owned(), |than| format!("{why}; ratios are to {than}"))
}

/// That the terminal has too few cells: what it has, and what is needed.
pub fn too_small(has: (u16, u16), needs: (u16, u16)) -> [String; 2] {
    [format!("{}x{} is too small:", has.0, has.1), format!("concviz needs {}x{}", needs.0, needs.1)]
}

/// How many cores' worth of time there is on the cores that are allowed.
pub fn cores(usable: f64, allowed: usize) -> String {
    if (usable - usable.round()).abs() < 0.05 {
        counted(usable.round() as u64, "core", "cores")
    } else {
        format!("{usable:.1} of {allowed} cores")
    }
}

/// Which variants a workload has, and the key that leads from one to the next.
pub fn variants(names: &[&str], key: &str) -> String {
    format!("Variants ({key}): {}.", listed(names, |variant| name(variant)))
}

/// How often a lock went from one task to another, and how often a waiter had to ask for it.
pub fn hand_overs(hand_overs: u64, asked: u64) -> String {
    format!("{hand_overs} {}, asked for {asked} times", Label::HandOvers.text())
}

/// How many cores other programs kept busy: in many words and in few.
pub fn other_programs(cores: f64) -> [String; 2] {
    let unit = if (0.95..1.05).contains(&cores) { "core" } else { "cores" };
    [format!("{}: {cores:.1} {unit}", Label::OtherPrograms.text()), format!("{} {cores:.1}", Label::Others.text())]
}

/// How many tasks waited for the loop at the same time, at most: in many words and in few.
pub fn waiters(most: u64) -> [String; 2] {
    [format!("up to {most} wait"), format!("{most} wait")]
}

/// How many tasks waited at the same time, at most.
pub fn at_best(most: usize) -> String {
    format!("{most} at best")
}

/// A row of the scoreboard, as it is left in the shell.
pub fn score(name: &str, time: Ns, ratio: Option<Speedup>, busy: f64, doubt: Option<Doubt>) -> String {
    let time = time.to_string();
    let ratio = ratio.map_or_else(String::new, super::speedup);
    let doubt = doubt.map_or_else(String::new, |doubt| format!("; a range: {}", doubt.text()));
    format!("{name:<15} {time:>9}  {ratio:>8}   {busy:.1} cores busy{doubt}")
}

/// Why a ratio has bounds, and the `keys` that measure both runs again: the long form, then shorter ones.
pub fn doubt(doubt: Doubt, keys: Option<&str>) -> Vec<String> {
    let (text, word) = (doubt.text(), doubt.word());
    let again = |what: &str| keys.map(|keys| format!("{what}; {keys}: both again"));
    [again(&text), again(word), keys.map(|keys| format!("{word}: {keys}")), Some(word.to_owned())]
        .into_iter()
        .flatten()
        .collect()
}

/// What to do about ratios that have bounds, where runs stand beside each other.
pub fn all_again(key: &str) -> String {
    format!("A ratio is a range where a run was disturbed; {key} measures all again.")
}

/// That the task of a lane was killed, by this signal.
pub fn killed(signal: u8) -> String {
    format!("killed, sig {signal}")
}

/// The process and the thread of the worker `number`, counted from 1.
pub fn worker(number: u64, pid: u32, tid: u32) -> String {
    format!("{} {number} (process {pid}, thread {tid})", Label::Worker.text())
}

/// What becomes of the worker of a task in `state`, which keeps it or does not; nothing where that goes without saying.
pub const fn its_worker(state: State, keeps: bool) -> &'static str {
    match (state, keeps) {
        (State::Sleep | State::Io | State::Lock | State::Channel | State::Gil, true) => {
            "its worker can do nothing else"
        }
        (State::Sleep | State::Io | State::Lock | State::Channel, false) => "its worker is free",
        (State::Gil, false) | (State::Unknown, _) => "",
        (State::Queued | State::Starting | State::Copying | State::Running, _) => "",
        (State::Ready | State::Preempted | State::Ended, _) => "",
    }
}

/// What was done, and for how long; `open` says that it still goes on.
pub fn lasted(doing: &str, time: Ns, open: bool) -> String {
    format!("{doing} {time}{}", if open { " so far" } else { "" })
}

/// From when to when.
pub fn from_to(range: Range) -> String {
    format!(", from {} to {}", range.from, range.to)
}

/// How far the run `what` is: nothing but its name before it has begun.
pub fn progress(what: &str, so_far: Option<(Ns, usize)>, tasks: usize) -> String {
    let what = outside(what);
    match so_far {
        None => format!("{what}: starting"),
        Some((time, ended)) => format!("{what}: {:.1} s, {ended} of {tasks} tasks over", time.as_secs()),
    }
}

/// That the run cannot be followed any more.
pub const fn unfollowed() -> &'static str {
    "the run cannot be followed"
}

/// That nobody can listen for signals, as the system says.
pub fn no_signals(why: &str) -> String {
    format!("signals cannot be listened for: {why}")
}

/// How tasks broke: some of them killed, or all by themselves.
pub const fn broke(killed: bool, several: bool) -> &'static str {
    match (killed, several) {
        (true, false) => "was killed",
        (true, true) => "were killed",
        (false, _) => "failed",
    }
}

/// That the screen is drawn in the theme `name` from now on, and how it is from the start.
pub fn theme(name: &str) -> String {
    format!("Theme {name}. To start with it: --theme {name}")
}

/// Why there is no theme to choose: the terminal has `some` colours, the same in every theme, or none are drawn.
pub const fn no_theme(some: bool) -> &'static str {
    if some {
        "This terminal shows 16 colours, which are the same in every theme."
    } else {
        "Colours are off (NO_COLOR, TERM=dumb or --color never): there is no theme."
    }
}
