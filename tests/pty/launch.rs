//! Coming and going: the first screen, and what is left behind.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use super::glass::View;
use super::kernel::all_gone;
use super::program::{PROGRAM, launch};

/// Whether the sentence is one that a serial run of counting tasks may end with.
fn says_what_serial_does(view: &View) -> bool {
    // On a machine that was busy with other things the ratio is refused, which is right.
    view.has("One worker, three tasks queue: ") || view.has("Other programs kept ")
}

#[test]
fn a_launch_runs_once_and_quitting_gives_everything_back() {
    let program = launch("--set cpu=10ms").start();
    let view = program.until_done();
    assert!(view.is_taken() && view.hears_mouse(), "the terminal is taken");
    assert!(!program.is_cooked(), "keys arrive at once");

    let header = view.header();
    assert!(header.starts_with(" cpu ") && header.contains("4 tasks × 10 ms of counting"), "{header}");
    assert!(header.contains(" core") && header.contains("MEASURED") && header.contains("done"), "{header}");
    assert_eq!(view.lit_tabs(), ["serial"]);
    assert!(view.row(1).contains("2 threads") && view.row(1).contains("g GIL off"), "{}", view.row(1));
    assert!(says_what_serial_does(&view), "{}", view.text());
    assert!(view.axis().trim_start().starts_with("0 ") && view.axis().ends_with("ms"), "{}", view.axis());
    for task in ["task 1", "task 2", "task 3", "task 4"] {
        let lane = view.lane(task).unwrap_or_else(|| panic!("no lane of {task}"));
        assert!(view.row(lane).contains(['█', '▌', '▐', '▇', '▆', '▅']), "{}", view.row(lane));
    }
    assert!(view.has(" cores busy "));
    assert!(view.score("serial").is_some_and(|row| row.contains(" ms")), "{:?}", view.score("serial"));
    for (model, keys) in [("threads", "2"), ("processes", "3"), ("async", "4"), ("thr + GIL", "2 g")] {
        assert!(view.score(model).is_some_and(|row| row.ends_with(&format!("press {keys}"))), "{model}");
    }
    assert!(view.has("█ runs "), "the legend");
    assert!(view.footer().contains("1-4 model") && view.footer().ends_with("? help"), "{}", view.footer());

    let family = super::kernel::family(program.pid());
    let left = program.quits();
    let rows = left.rows();
    assert_eq!(rows[0], "cpu: 4 tasks × 10 ms of counting");
    assert!(rows[1].starts_with("serial ") && rows[1].ends_with("cores busy"), "{}", rows[1]);
    assert_eq!(rows[2], "concviz -w cpu -m serial --set cpu=10ms");
    assert!(rows[3..].iter().all(String::is_empty), "nothing else is left: {rows:?}");
    all_gone(&family);
}

#[test]
fn the_first_launch_measures_the_machine_and_the_second_does_not() {
    let cache = tempfile::tempdir().expect("a folder");
    let program = launch("--set cpu=5ms").cache(cache.path()).start();
    program.until("that the machine is measured", |v| {
        v.header().contains("calibrating") && v.has("Measuring how fast one core counts, once.")
    });
    let view = program.until_done();
    assert!(view.score("serial").is_some_and(|row| !row.contains("press")));
    program.quits();

    let program = launch("--set cpu=5ms").cache(cache.path()).start();
    let done = program.until("either", |v| v.is_done() || v.header().contains("calibrating"));
    assert!(done.is_done(), "it has measured again");
    program.quits();
}

#[test]
fn what_was_asked_for_is_what_starts() {
    let program = launch("-w io -m threads --global-lock gil --scale 0.01 --tasks 3").start();
    let view = program.until_done();
    assert_eq!(view.lit_tabs(), ["threads", "GIL ON"]);
    assert!(view.header().contains("3 tasks that wait"), "{}", view.header());
    assert!(view.lane("task 3").is_some() && view.lane("task 4").is_none());
    let left = program.quits();
    let command = "concviz -w io -m threads --global-lock gil --set tasks=3 --scale 0.01";
    assert!(left.has(command), "{}", left.text());
}

#[test]
fn ctrl_c_and_f10_quit_like_q_even_from_behind_a_layer() {
    for (before, keys) in [("", "\x03"), ("", "\x1b[21~"), ("?", "q"), ("o", "\x03"), ("d", "\x1b[21~")] {
        let program = launch("--set cpu=5ms").start();
        program.until_done();
        if !before.is_empty() {
            program.press(before);
            program.until("a layer", |v| v.has("Esc close") || v.has("Esc cancel"));
        }
        program.press(keys);
        let left = program.leaves();
        assert_eq!(left.code, Some(0), "{keys:?}");
        assert!(left.view.has("concviz -w cpu -m serial --set cpu=5ms"), "{}", left.view.text());
    }
}

#[test]
fn quitting_before_the_end_leaves_nobody_behind() {
    let program = launch("-m processes --set cpu=20s").start();
    let family = [program.run_of(5), vec![program.process()]].concat();
    let left = program.quits();
    assert_eq!(left.row(0), "concviz -w cpu -m processes --set cpu=20s", "a run that was cut short has no score");
    all_gone(&family);
}

#[test]
fn half_a_terminal_is_none_and_one_sentence_says_so() {
    let terminal = || OpenOptions::new().read(true).write(true).open("/dev/ptmx").expect("a terminal");
    for (stdin, stdout) in
        [(Stdio::null(), Stdio::piped()), (Stdio::null(), terminal().into()), (terminal().into(), Stdio::piped())]
    {
        let child = Command::new(PROGRAM).stdin(stdin).stdout(stdout).stderr(Stdio::piped()).spawn();
        let output = child.and_then(std::process::Child::wait_with_output).expect("the program runs");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(output.stdout.is_empty(), "nothing that was not asked for");
        assert!(said.contains("needs a terminal") && said.contains("`concviz run`"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
