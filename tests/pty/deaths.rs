//! Processes that are killed from outside: nobody is left behind, and nobody else is dragged along.

use rustix::process::Signal;

use super::glass::View;
use super::kernel::{Process, all_gone, eventually, family};
use super::program::{REFERENCE, launch};

#[test]
fn a_killed_screen_leaves_nobody_behind() {
    for model in ["serial", "threads", "processes", "async"] {
        let mut program = launch(&format!("-m {model} --set cpu=20s")).start();
        let run = program.run_of(if model == "processes" { 5 } else { 1 });
        program.until("that it runs", |v| v.header().contains('▶'));
        program.process().signal(Signal::KILL);
        assert_eq!(program.end().code(), None);
        all_gone(&run);
    }
}

#[test]
fn a_run_that_has_nothing_to_say_dies_with_its_screen() {
    // One that says something dies of that, too: nobody reads it. Here all are asleep, for longer than this test waits.
    for (model, processes) in [("serial", 1), ("threads", 1), ("processes", 3), ("async", 1)] {
        let mut program = launch(&format!("-m {model} -w io --tasks 2 --set wait=300s")).start();
        let run = program.run_of(processes);
        program.until("that it sleeps", |v| v.header().contains('▶') && v.has("sleep"));
        program.process().signal(Signal::KILL);
        assert_eq!(program.end().code(), None);
        all_gone(&run);
    }
}

#[test]
fn a_screen_that_is_killed_while_it_is_stopped_leaves_nobody_behind() {
    let mut program = launch("-m processes --set cpu=20s").start();
    let run = program.run_of(5);
    program.until("that it runs", |v| v.header().contains('▶'));
    program.press("\x1a");
    let stopped = || run.iter().all(|p| p.state() == Some('T')).then_some(());
    eventually("that the run stops", stopped);
    program.process().signal(Signal::KILL);
    assert_eq!(program.end().code(), None);
    all_gone(&run);
}

#[test]
fn a_killed_run_is_told_in_a_sentence_and_the_screen_goes_on() {
    for (model, processes) in [("threads", 1), ("processes", 5)] {
        let program = launch(&format!("-m {model} --set cpu=300ms")).start();
        let run = program.run_of(processes);
        program.until("that it runs", |v| v.header().contains('▶'));
        run[0].signal(Signal::KILL);
        let view = program.until_text("the run's process was killed; press r to run again");
        assert!(view.header().contains("failed"), "{}", view.header());
        assert!(view.score(model).is_some_and(|row| row.contains("press")), "it is no score: {}", view.text());
        all_gone(&run);
        program.press("r");
        let view = program.until_done();
        assert_eq!(view.lit_tabs(), [model]);
        assert!(!view.has("was killed"), "{}", view.text());
        program.quits();
    }
}

#[test]
fn a_killed_worker_costs_its_task_and_no_other() {
    for (size, said) in [((80, 24), "killed"), (REFERENCE, "killed, sig 9")] {
        let program = launch("-m processes --set cpu=300ms").size(size).start();
        let run = program.run_of(5);
        program.until("that it works", |v| v.header().contains('▶') && v.has(" cores busy "));
        let victim = run.iter().find(|p| p.is_worker() && p.command.trim_end().ends_with(" 1")).expect("a worker");
        victim.signal(Signal::KILL);
        let view = program.until_done();
        let row = |task: &str| view.row(view.lane(task).expect("a lane"));
        assert!(row("task 2").contains(said), "{}", row("task 2"));
        for task in ["task 1", "task 3", "task 4"] {
            assert!(!row(task).contains("killed"), "{}", row(task));
        }
        assert!(view.has("1 of 4 tasks was killed; the others went on."), "{}", view.text());
        assert!(view.score("processes").is_some_and(|row| row.contains("press")), "half the work is no score");
        program.press("r");
        let view = program.until("a whole run", |v| v.is_done() && !v.has("killed"));
        assert!(view.score("processes").is_some_and(|row| !row.contains("press")));
        program.quits();
        all_gone(&run);
    }
}

#[test]
fn a_killed_measurement_is_told_and_the_next_key_measures_again() {
    // It takes a tenth of a second. On a very busy machine this test may come too late, and then tries again.
    for _ in 0..20 {
        let cache = tempfile::tempdir().expect("a folder");
        let program = launch("--set cpu=5ms").cache(cache.path()).start();
        let measuring = || family(program.pid()).into_iter().find(Process::is_measuring);
        let caught = eventually("a measurement", || measuring().map(Some).or(program.now().is_done().then_some(None)));
        if let Some(process) = caught {
            process.signal(Signal::KILL);
        }
        let told = |v: &View| v.has("this machine's speed cannot be measured") && v.header().contains("no run yet");
        let view = program.until("the end of the measurement", |v| v.is_done() || told(v));
        if told(&view) {
            program.press("r");
            program.until_done();
            program.quits();
            return;
        }
    }
    panic!("always too late");
}
