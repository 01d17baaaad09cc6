//! A system that allows no more processes.
//!
//! Processes are counted for each user, and an administrator's are not. So an administrator runs the program as a user
//! that nobody is, whose few processes are filled up by others that only sleep; anybody else lowers the program's limit.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, geteuid, getrlimit, prlimit};
use tempfile::TempDir;

use super::glass::View;
use super::kernel::eventually;
use super::program::{Program, launch};

/// Users that nobody is, one for each test.
const NOBODIES: u32 = 64_870;
/// How many processes and threads such a user may have.
const MOST: u64 = 64;

/// The program, with room for a number of processes that can be changed.
struct Cramped {
    program: Program,
    /// What fills a user of the program's own.
    crowd: Vec<Child>,
    _cache: TempDir,
}

impl Cramped {
    /// Launches the program with `args`, as the user `nobody` if that is possible.
    fn start(args: &str, nobody: u32) -> Cramped {
        // The machine is measured anew: the cache of the other tests is not the other user's.
        let cache = tempfile::tempdir().expect("a folder");
        let launch = launch(args).cache(cache.path());
        let launch = if has_own_user() { launch.user(NOBODIES + nobody).allow(MOST) } else { launch };
        Cramped { program: launch.start(), crowd: Vec::new(), _cache: cache }
    }

    /// Leaves room for so many more processes and threads, once nothing runs.
    fn leave(&mut self, room: u64) {
        eventually("that nothing is left of the last run", || self.program.run().is_empty().then_some(()));
        let (user, used) = in_use(&self.program);
        if !has_own_user() {
            // No room is no room, whoever of the same user ends meanwhile.
            self.limit(Some(if room == 0 { 1 } else { used + room }));
            return;
        }
        while self.crowd.len() as u64 + used + room < MOST {
            let mut sleeper = Command::new("sleep");
            sleeper.arg("600").uid(user).stdin(Stdio::null()).stdout(Stdio::null());
            self.crowd.push(sleeper.spawn().expect("somebody who sleeps"));
        }
    }

    /// Leaves all the room there is.
    fn leave_all(&mut self) {
        for mut sleeper in self.crowd.drain(..) {
            let _ = sleeper.kill();
            let _ = sleeper.wait();
        }
        if !has_own_user() {
            self.limit(getrlimit(Resource::Nproc).current);
        }
    }

    fn limit(&self, current: Option<u64>) {
        let limit = Rlimit { current, maximum: getrlimit(Resource::Nproc).maximum };
        prlimit(Pid::from_raw(self.program.pid()), Resource::Nproc, limit).expect("the limit can be set");
    }
}

impl Drop for Cramped {
    fn drop(&mut self) {
        for sleeper in &mut self.crowd {
            let _ = sleeper.kill();
            let _ = sleeper.wait();
        }
    }
}

/// Whether the program can be given a user of its own, whose processes nobody else changes.
fn has_own_user() -> bool {
    geteuid().is_root()
}

/// The user of `program`, and how many processes and threads that one has.
fn in_use(program: &Program) -> (u32, u64) {
    let status = |pid: &str| {
        let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field =
            |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
        Some((field("Uid:")?, field("Threads:")?))
    };
    let (user, _) = status(&program.pid().to_string()).expect("it is there");
    let processes = fs::read_dir("/proc").expect("/proc is there");
    let all = processes.filter_map(|e| status(e.ok()?.file_name().to_str()?));
    (user, all.filter(|(of, _)| *of == user).map(|(_, threads)| u64::from(threads)).sum())
}

#[test]
fn no_room_for_a_run_is_a_sentence_and_the_next_key_tries_again() {
    let mut cramped = Cramped::start("--set cpu=5ms", 0);
    cramped.program.until_done();
    cramped.leave(0);
    let program = &cramped.program;
    for (key, model) in [("2", "threads"), ("3", "processes"), ("1", "serial")] {
        program.press(key);
        let said = |v: &View| v.lit_tabs() == [model] && v.header().contains("failed");
        let view = program.until("that it cannot be run", said);
        // Threads of the last run may have ended since: then there is room for one more, and it is the next that fails.
        let reasons =
            ["the run cannot be started: ", "the run cannot be watched: ", "the system allows no more threads"];
        assert!(reasons.iter().any(|reason| view.has(reason)), "{}", view.text());
        // The key that was pressed is lit at first, in front of the last ones.
        program.until("a whole screen", |v| v.footer().ends_with("? help"));
        assert!(model == "serial" || view.score(model).is_some_and(|row| row.contains("press")), "{}", view.text());
    }
    cramped.leave_all();
    let program = &cramped.program;
    program.press("r");
    let view = program.until_done();
    assert!(view.score("serial").is_some_and(|row| !row.contains("press")), "{}", view.text());
    program.press("q");
    assert_eq!(cramped.program.end().code(), Some(0));
}

#[test]
fn a_comparison_without_room_for_its_runs_comes_to_its_end() {
    let mut cramped = Cramped::start("--set cpu=5ms", 2);
    cramped.program.until_done();
    cramped.leave(0);
    cramped.program.press("x");
    // Serial was there; each of the others says why it is not.
    let tried = |v: &View| !v.has("Measuring") && !v.has("comes later") && !v.has("not measured");
    let view = cramped.program.until("that every model was tried", tried);
    let reasons = ["the run cannot be", "the system allows no"];
    let failed = view.rows().iter().filter(|row| reasons.iter().any(|reason| row.contains(reason))).count();
    assert!(failed == 4 || !has_own_user(), "{}", view.text());
    cramped.program.press("q");
    assert_eq!(cramped.program.end().code(), Some(0));
}

#[test]
fn too_many_workers_are_a_sentence_and_enough_room_is_a_run() {
    let mut cramped = Cramped::start("--tasks 40 --workers 40 --set cpu=1ms", 1);
    cramped.program.until_done();
    for (key, model) in [("3", "processes"), ("2", "threads")] {
        cramped.leave(12);
        let program = &cramped.program;
        program.press(key);
        let refused = |v: &View| v.has(&format!("the system allows no more {model}"));
        let view = program.until("a run or a sentence", |v| v.lit_tabs() == [model] && (v.is_done() || refused(v)));
        // Other programs of a common user may end at any moment; a user of one's own has none.
        assert!(refused(&view) || !has_own_user(), "{}", view.text());
        cramped.leave_all();
        let program = &cramped.program;
        program.press("r");
        let view = program.until("a whole run", |v| v.is_done() && v.lit_tabs() == [model]);
        assert!(view.score(model).is_some_and(|row| !row.contains("press")), "{}", view.text());
    }
    cramped.program.press("q");
    assert_eq!(cramped.program.end().code(), Some(0));
}
