//! Runs that cannot go on: the screen says why, and goes on itself.

use super::glass::View;
use super::kernel::all_gone;
use super::program::{PROJECTOR, REFERENCE, launch};

/// Two tasks that wait for each other for ever.
const OPPOSITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pty/opposite.toml");

#[test]
fn tasks_that_wait_for_each_other_are_told_and_the_next_key_runs_again() {
    for size in [PROJECTOR, REFERENCE] {
        let program = launch(&format!("-w {OPPOSITE}")).size(size).start();
        program.until_done();
        for (key, model) in [("2", "threads"), ("3", "processes"), ("4", "async")] {
            program.press(key);
            let failed = |v: &View| v.lit_tabs() == [model] && v.header().contains("failed");
            let view = program.until("that nobody can go on", failed);
            assert!(view.has("deadlock: left wants `b`, right wants `a`; take locks in one order"), "{}", view.text());
            let row = view.score(model).expect("its row");
            assert!(row.contains("deadlock: left") && !row.contains(" ms"), "it is no score: {}", view.text());
            all_gone(&program.run());
        }
        program.press("1");
        let view = program.until("a whole run", |v| v.is_done() && v.lit_tabs() == ["serial"]);
        // The rows of the other models keep their reason; the sentence is about this run.
        assert!(!view.text().lines().take(5).any(|line| line.contains("deadlock")), "{}", view.text());
        program.quits();
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_and_other_workloads_run() {
    let program = launch("-w files -m async --tasks 2").env("TMPDIR", "/nonexistent/folder").start();
    let view = program.until("that it cannot be run", |v| v.header().contains("failed"));
    assert!(view.has("no file can be made in /nonexistent/folder"), "{}", view.text());
    program.press("2");
    program.until("that it fails again", |v| v.lit_tabs() == ["threads"] && v.header().contains("failed"));
    program.press("?");
    program.until("help", |v| v.has("slow motion"));
    program.press("\x1b");
    program.quits();
}
