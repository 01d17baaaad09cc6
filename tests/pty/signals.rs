//! Signals, job control, and a panic: the terminal is given back whatever happens.

use rustix::process::Signal;

use super::kernel::{Process, all_gone, eventually};
use super::program::{Program, launch};

/// A run that is under way on five processes, and all of the program's processes.
fn under_way(program: &Program) -> Vec<Process> {
    let run = program.run_of(5);
    program.until("that it runs", |v| v.is_taken() && v.header().contains('▶'));
    [run, vec![program.process()]].concat()
}

const LONG: &str = "-m processes --set cpu=20s";

#[test]
fn signals_end_it_with_their_number_and_give_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let program = launch(LONG).start();
        let family = under_way(&program);
        program.signal(signal);
        let left = program.leaves();
        assert_eq!(left.code, Some(code), "{signal:?}");
        assert_eq!(left.view.text().trim(), "", "{signal:?}: nobody asked for a text");
        all_gone(&family);
    }
}

#[test]
fn a_closed_window_ends_it() {
    let mut program = launch(LONG).start();
    let family = under_way(&program);
    program.hang_up();
    assert_eq!(program.end().code(), Some(129));
    all_gone(&family);
}

/// Waits until the program and what is left of its run are stopped and the terminal is the shell's.
#[track_caller]
fn is_suspended(program: &Program, family: &[Process]) {
    program.until("the shell's screen", super::glass::View::is_given_back);
    for process in family {
        let stands_still = || matches!(process.state(), Some('T') | None).then_some(());
        eventually(&format!("that {process:?} stops"), stands_still);
    }
    assert_eq!(program.process().state(), Some('T'));
    assert!(program.is_cooked(), "the shell gets its terminal as it was");
}

#[test]
fn ctrl_z_stops_everything_and_fg_goes_on() {
    let program = launch("-m processes --set cpu=500ms").start();
    let family = under_way(&program);
    for way in ["Ctrl-Z", "SIGTSTP", "Ctrl-Z again"] {
        if way == "SIGTSTP" {
            program.signal(Signal::TSTP);
        } else {
            program.press("\x1a");
        }
        is_suspended(&program, &family);
        program.resume();
        let view = program.until(way, |v| v.is_taken() && v.footer().ends_with("? help") && v.lane("task 4").is_some());
        assert_eq!(view.lit_tabs(), ["processes"], "{way}");
        assert!(view.hears_mouse() && !program.is_cooked(), "{way}");
    }
    let view = program.until_done();
    assert!(view.has("╳"), "the gap is drawn:\n{}", view.text());
    // It took longer than it takes: it stands on the screen, and not on the scoreboard.
    assert!(view.score("processes").is_some_and(|row| row.contains("press")));
    assert!(!view.has("killed") && !view.has("failed"), "{}", view.text());
    program.quits();
    all_gone(&family);
}

#[test]
fn a_stop_between_runs_comes_back_to_the_same_screen() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    program.press(" ");
    let before = program.until("a pause, the key's light out", |v| v.has("paused") && !v.has_lit_key());
    program.press("\x1a");
    is_suspended(&program, &[program.process()]);
    program.resume();
    let after = program.until("the screen", |v| v.is_taken() && v.footer().ends_with("? help"));
    assert!(before.differences(&after).is_empty(), "{}\n{}", before.text(), after.text());
    program.quits();
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_is_read_on_the_shells_screen() {
    let program = launch(LONG).env("CONCVIZ_PANIC", "1").start();
    let family = under_way(&program);
    program.press("\x1b[24~");
    let left = program.leaves();
    assert_eq!(left.code, Some(101));
    let view = left.view;
    assert!(view.has("panicked at ") && view.has("asked for by CONCVIZ_PANIC"), "{}", view.text());
    assert!(view.row(0).is_empty() || view.row(0).starts_with("thread 'main'"), "from the left edge: {}", view.text());
    all_gone(&family);
}
