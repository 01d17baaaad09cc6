//! The keys that run something: models, the lock, workloads, dials, again, slow motion, pause.

use std::time::Duration;

use super::glass::View;
use super::kernel::{all_gone, eventually};
use super::program::{Program, REFERENCE, launch};

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
const ESC: &str = "\x1b";
const ENTER: &str = "\r";

/// Presses `key` and waits for the end of the run it starts, under the models `lit`.
#[track_caller]
fn runs(program: &Program, key: &str, lit: &[&str]) -> View {
    program.press(key);
    program.until(&format!("a finished run under {lit:?} after {key:?}"), |v| v.is_done() && v.lit_tabs() == lit)
}

/// Whether the row of `model` has a time, and not how to get one.
#[track_caller]
fn assert_scored(view: &View, model: &str) {
    let row = view.score(model).unwrap_or_else(|| panic!("no row of {model}:\n{}", view.text()));
    assert!(row.contains(" ms") || row.contains(" s"), "{row}");
    assert!(!row.contains("press"), "{row}");
}

#[test]
fn every_model_runs_with_and_without_the_lock_and_fills_the_scoreboard() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    let models = [("1", "serial"), ("2", "threads"), ("3", "processes"), ("4", "async")];
    for (key, model) in models {
        let view = runs(&program, key, &[model]);
        assert_scored(&view, model);
        assert!(!view.has("GIL held"), "there is no lock");
    }
    for (key, model) in models {
        program.press(key);
        program.until(model, |v| v.lit_tabs().first() == Some(&model));
        let view = runs(&program, "g", &[model, "GIL ON"]);
        match model {
            "serial" => assert_scored(&view, "ser + GIL"),
            "threads" => assert_scored(&view, "thr + GIL"),
            "processes" => assert_scored(&view, "proc + GIL"),
            _ => assert_scored(&view, "async+GIL"),
        }
        assert_eq!(view.has("GIL held"), matches!(model, "serial" | "threads"), "{}", view.text());
        runs(&program, "g", &[model]);
    }
    let view = program.now();
    for row in ["serial", "threads", "processes", "async", "thr + GIL"] {
        assert_scored(&view, row);
    }
    assert!(!view.has("press"), "{}", view.text());
    let left = program.quits();
    // Every run left its row, those with the lock too.
    let plain = ["serial ", "threads ", "processes ", "async "];
    for row in plain.into_iter().chain(["thr + GIL ", "ser + GIL ", "proc + GIL ", "async + GIL "]) {
        assert!(left.rows().iter().any(|r| r.starts_with(row)), "{row} is missing:\n{}", left.text());
    }
}

#[test]
fn both_generations_of_the_lock_keep_their_rows_and_a_row_is_run_by_a_press_on_it() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    let lit =
        [("2", "threads"), ("g", "threads"), ("G", "threads"), ("4", "async"), ("1", "serial"), ("3", "processes")];
    let rows = ["threads", "thr + GIL", "thr+old", "async+old", "ser+old", "proc+old"];
    for ((key, model), row) in lit.into_iter().zip(rows) {
        program.press(key);
        program.until(row, |v| {
            let scored = v.score(row).is_some_and(|line| line.contains(" ms") || line.contains(" s"));
            v.is_done() && scored && v.lit_tabs().first() == Some(&model)
        });
    }
    // The row of threads with the newer lock is still there.
    let view = program.now();
    assert_scored(&view, "thr + GIL");
    let row = view.rows().iter().position(|r| r.starts_with(" thr+old ")).expect("its row") as u16;
    program.click((14, row));
    program.until("threads", |v| v.is_done() && v.lit_tabs() == ["threads", "GIL ON"]);
    let left = program.quits();
    let names = [
        "serial ",
        "threads ",
        "thr + GIL ",
        "thr + old GIL ",
        "ser + old GIL ",
        "proc + old GIL ",
        "async + old GIL ",
    ];
    for row in names {
        assert!(left.rows().iter().any(|r| r.starts_with(row)), "{row} is missing:\n{}", left.text());
    }
    assert!(left.rows().iter().any(|r| r.contains("-m threads --global-lock gil-legacy")), "{}", left.text());
}

#[test]
fn the_unshifted_top_row_of_azerty_counts_as_digits() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    for (key, model) in [("é", "threads"), ("\"", "processes"), ("'", "async"), ("&", "serial")] {
        runs(&program, key, &[model]);
    }
    program.quits();
}

#[test]
fn the_picker_shows_the_workloads_and_opens_one() {
    let program = launch("-m threads --scale 0.02").size(REFERENCE).start();
    program.until_done();
    program.press("o");
    let view = program.until_text("Enter open");
    let row = |name: &str| view.find(&format!("{name} ")).map(|(_, y)| y);
    let place = |name: &str| {
        let rows = view.rows();
        rows.iter().position(|r| r.contains(&format!("│  {name} "))).unwrap_or_else(|| panic!("no {name}: {rows:?}"))
    };
    assert!(row("cpu").is_some() && view.has("CPU-bound") && view.has("I/O-bound"));
    let (cpu, io) = (place("cpu"), place("io"));
    assert!(view.find_in(cpu as u16, "cpu").is_some_and(|x| view.stands_out(x, cpu as u16)), "the current one is lit");
    let steps = io.abs_diff(cpu);
    program.press(&if io > cpu { DOWN } else { UP }.repeat(steps));
    program.until("that io is lit", |v| v.find_in(io as u16, "io").is_some_and(|x| v.stands_out(x, io as u16)));
    let view = runs(&program, ENTER, &["serial"]);
    assert!(view.header().starts_with(" io 4 tasks that wait"), "{}", view.header());
    assert!(view.has("sleeps "), "{}", view.text());
    assert_scored(&view, "serial");
    assert!(view.score("threads").is_some_and(|row| row.contains("press 2")), "the work is another");

    program.press("o");
    program.until_text("Enter open");
    program.press(ESC);
    program.until("a closed picker", |v| !v.has("Enter open"));
    assert_eq!(program.quits().row(0), "io: 4 tasks that wait 0, 1, 2 ... × 20 ms");
}

#[test]
fn dials_turn_and_run_what_they_were_turned_to() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    program.press("d");
    let view = program.until_text("tasks           ◂ 4 ▸");
    for dial in ["compute", "workers", "cores", "GIL interval"] {
        assert!(view.has(dial), "{dial}");
    }
    assert!(view.has("Enter run   Esc cancel"), "the hint is whole:\n{}", view.text());
    program.press(RIGHT);
    program.until_text("tasks           ◂ 6 ▸");
    program.press(&format!("{DOWN}{LEFT}"));
    program.until_text("compute         ◂ 2 ms ▸");
    program.press(&format!("{UP}{LEFT}{LEFT}"));
    program.until_text("tasks           ◂ 3 ▸");
    program.press(ENTER);
    let view = program.until("three shorter tasks", |v| v.is_done() && v.header().contains("3 tasks × 2 ms"));
    assert!(view.lane("task 3").is_some() && view.lane("task 4").is_none(), "{}", view.text());
    assert_scored(&view, "serial");

    // What was not turned does not run again.
    program.press("d");
    program.until_text("◂ 3 ▸");
    program.press(ENTER);
    let view = program.until("closed dials", |v| !v.has("◂ 3 ▸"));
    assert!(view.is_done(), "nothing has changed, so nothing runs");

    // What is taken back is as it was.
    program.press("d");
    program.until_text("◂ 3 ▸");
    program.press(RIGHT);
    program.until_text("◂ 4 ▸");
    program.press(ESC);
    let view = program.until("cancelled dials", |v| !v.has("Esc cancel"));
    assert!(view.is_done() && view.header().contains("3 tasks"), "{}", view.text());
    assert!(program.quits().has("concviz -w cpu -m serial --set tasks=3 --set cpu=2ms"));
}

#[test]
fn an_interval_turned_while_the_run_goes_on_leaves_a_flag_and_the_run_its_other_lock() {
    // Long enough for a few keys, however busy the machine is: it is stopped by the next key, not waited for.
    let program = launch("-m threads --global-lock gil --set cpu=20s").start();
    // What is turned before the run has begun is what it begins with: no flag.
    program.until("threads at work", |v| v.has("turns/s") && !v.is_done() && v.row(1).contains("g GIL 5 ms"));
    program.press("d");
    let view = program.until_text("Enter run   Esc cancel");
    let dial = view.rows().iter().position(|r| r.contains("GIL interval")).expect("a dial");
    let first = view.rows().iter().position(|r| r.contains("tasks           ◂")).expect("the first dial");
    program.press(&format!("{}{LEFT}{LEFT}", DOWN.repeat(dial - first)));
    program.until_text("GIL interval    ◂ 1 ms ▸");
    program.press(ESC);
    let view = program.until("a flag", |v| !v.has("Esc cancel") && v.has("⚑ 1 ms"));
    assert!(!view.is_done() && view.row(1).contains("g GIL 1 ms"), "{}", view.text());
    // The other generation is another run, without the flag.
    program.press("G");
    let view = program.until("the older lock", |v| v.row(1).contains("g old GIL 100 ticks") && v.has("GIL held"));
    assert!(!view.has("⚑"), "{}", view.text());
    assert!(program.quits().has("--global-lock gil-legacy"));
}

#[test]
fn again_is_another_run() {
    let program = launch("--set cpu=20ms").start();
    let first = program.until_done();
    program.press("r");
    program.until("that it runs", |v| !v.is_done() && v.lane("task 1").is_some());
    let second = program.until_done();
    assert_eq!(first.lit_tabs(), second.lit_tabs());
    assert_scored(&second, "serial");
    program.quits();
}

#[test]
fn a_model_key_stops_the_run_that_is_under_way() {
    let program = launch("-m processes --set cpu=20s").start();
    let old = program.run_of(5);
    program.press("4");
    program.until("async", |v| v.lit_tabs() == ["async"]);
    all_gone(&old);
    let new = program.run_of(1);
    assert_ne!(new[0].pid, old[0].pid);
    program.quits();
    all_gone(&new);
}

#[test]
fn slow_motion_replays_and_gets_slower_and_escape_ends_it() {
    let program = launch("--set cpu=50ms").start();
    program.until_done();
    program.press("z");
    let view = program.until_text("REPLAY");
    assert!(view.header().contains("1/4") && !view.has("MEASURED"), "{}", view.header());
    program.press(ESC);
    program.until_text("MEASURED");
    // Twice at once: slower still.
    program.press("zz");
    program.until_text("1/16");
    program.press(" ");
    let paused = program.until_text("paused");
    assert!(paused.has("REPLAY"), "{}", paused.header());
    program.until("that the key's light is out", |v| !v.has_lit_key());
    assert!(program.is_quiet_for(Duration::from_millis(1_100)), "a paused replay writes nothing");
    program.press(" ");
    program.until("that it moves on", |v| v.header().contains("1/16"));
    program.press(ESC);
    let view = program.until_text("MEASURED");
    assert!(view.is_done());
    // Left alone, a replay comes to the end by itself.
    program.press("z");
    program.until_text("REPLAY");
    program.until("the end of the replay", |v| v.has("MEASURED") && v.is_done());
    program.quits();
}

#[test]
fn a_pause_writes_nothing_while_the_run_goes_on() {
    let program = launch("--set cpu=300ms").start();
    program.until("that it runs", |v| v.header().contains('▶'));
    program.press(" ");
    let paused = program.until_text("paused");
    assert!(!paused.is_done());
    program.until("that the key's light is out", |v| !v.has_lit_key());
    // What had happened until then is still on its way, on a busy machine for some tenths of a second.
    let still = || program.is_quiet_for(Duration::from_millis(400)).then_some(());
    eventually("the picture of that moment", still);
    let written = program.output().len();
    eventually("the end of the run, which goes on", || program.run().is_empty().then_some(()));
    // Longer than two looks at the cores.
    assert!(program.is_quiet_for(Duration::from_millis(1_100)), "a paused screen writes nothing");
    assert_eq!(program.output().len(), written, "nor did it while the run went on");
    program.press(" ");
    let view = program.until("the end, which came meanwhile", |v| !v.has("paused"));
    assert!(view.is_done(), "the run went on: {}", view.header());
    assert_scored(&view, "serial");
    program.quits();
}

#[test]
fn keys_that_come_in_a_burst_are_all_answered() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    // More than is read at once: as a fast wheel or an impatient hand sends it while the program is busy.
    program.press(&format!("{}?", format!("{DOWN}{UP}").repeat(600)));
    program.until_text("─ Help ─");
    program.quits();
}
