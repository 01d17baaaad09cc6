//! The keys that look closer, and the help.

use super::glass::View;
use super::program::{Program, launch};

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
const HOME: &str = "\x1b[H";
const END: &str = "\x1b[F";
const PAGE_DOWN: &str = "\x1b[6~";
const PAGE_UP: &str = "\x1b[5~";
const F1: &str = "\x1bOP";
const ESC: &str = "\x1b";
const ENTER: &str = "\r";
const TAB: &str = "\t";
const BACK_TAB: &str = "\x1b[Z";

/// Presses `key` and waits until the axis is not `before`: the axis then.
#[track_caller]
fn moves(program: &Program, key: &str, before: &str) -> String {
    program.press(key);
    program.until(&format!("another axis after {key:?} than {before:?}"), |v| v.axis() != before).axis()
}

/// Presses `key` and waits until the axis is `after`.
#[track_caller]
fn comes_to(program: &Program, key: &str, after: &str) {
    program.press(key);
    program.until(&format!("the axis {after:?} after {key:?}"), |v| v.axis() == after);
}

#[test]
fn zoom_pan_fit_and_the_edges_move_the_axis_and_come_back() {
    // Four waits at once: the run is half as long as the axis, which stands for them one by one.
    let program = launch("-w io -m threads --scale 0.02").start();
    let whole = program.until_done().axis();
    let once = moves(&program, "+", &whole);
    comes_to(&program, "-", &whole);
    comes_to(&program, "=", &once);
    let twice = moves(&program, "+", &once);
    let earlier = moves(&program, LEFT, &twice);
    comes_to(&program, RIGHT, &twice);
    comes_to(&program, "h", &earlier);
    comes_to(&program, "l", &twice);
    let start = moves(&program, HOME, &twice);
    assert!(start.trim_start().starts_with("0 "), "{start}");
    let end = moves(&program, END, &start);
    assert!(!end.trim_start().starts_with("0 "), "{end}");
    comes_to(&program, HOME, &start);
    // From anywhere, fit shows everything; from there, the run alone.
    comes_to(&program, "f", &whole);
    let fitted = moves(&program, "f", &whole);
    assert!(fitted.trim_start().starts_with("0 "), "{fitted}");
    comes_to(&program, ESC, &whole);
    program.quits();
}

#[test]
fn a_wait_for_the_lock_leads_to_its_holder() {
    let program = launch("-m threads --global-lock gil --switch-interval 1ms --set cpu=50ms").start();
    program.until_done();
    program.press(DOWN);
    program.press(DOWN);
    program.until("the lane", |v| v.has("›task 2"));
    let detail = |v: &View| v.rows().into_iter().find(|r| r.starts_with(" task 2 ") && r.contains(", from "));
    let mut before = None;
    let linked = (0..40).find_map(|_| {
        program.press(".");
        let view = program.until("another segment", |v| detail(v).is_some() && detail(v) != before);
        before = detail(&view);
        view.rows().into_iter().find(|r| r.contains("u: go there"))
    });
    let linked = linked.expect("a task that waits for the lock, and who had it");
    let (_, after) = linked.split_once("task ").expect("the holder");
    let holder: String = after.chars().take_while(char::is_ascii_digit).collect();
    assert_ne!(holder, "2", "{linked}");
    program.press("u");
    program.until("the holder's work", |v| v.rows().iter().any(|r| r.starts_with(&format!(" task {holder} runs "))));
    program.quits();
}

#[test]
fn the_lens_shows_the_first_turns_and_is_one_of_the_views() {
    let program = launch("-m threads --global-lock gil --switch-interval 1ms --set cpu=10ms").start();
    let whole = program.until_done().axis();
    // On a screen of this size the axis is the fourth row; a view has no lane that it could be found by.
    let axis = |view: &View| view.rows()[3].clone();
    let ticks = |row: &str| row.split_once(" 0 ").map(|(_, ticks)| ticks.to_owned());
    let named = |name: &str| axis(&program.until(name, |v| axis(v).trim_start().starts_with(name)));
    program.press(TAB);
    assert_ne!(ticks(&named("lens")), ticks(&whole));
    for name in ["workers", "order", "cores", "usage"] {
        program.press(TAB);
        // The columns of the order are places, not time.
        assert_eq!(ticks(&named(name)) == ticks(&whole), name != "order", "{name}");
    }
    program.press(TAB);
    program.until("the tasks", |v| v.axis() == whole);
    for name in ["usage", "cores", "order", "workers", "lens"] {
        program.press(BACK_TAB);
        named(name);
    }
    program.press(BACK_TAB);
    program.until("the tasks", |v| v.axis() == whole);
    program.quits();
}

/// The first line of the detail.
fn detail(view: &View) -> String {
    view.rows().into_iter().find(|row| row.contains(", from ")).unwrap_or_default()
}

#[test]
fn lanes_are_chosen_and_segments_explained() {
    let program = launch("-m processes --set cpu=10ms").start();
    program.until_done();
    program.press(DOWN);
    program.until_text("›task 1");
    program.press("j");
    program.until_text("›task 2");
    program.press(UP);
    program.until_text("›task 1");
    program.press("k");
    program.press(DOWN);
    program.until_text("›task 2");

    program.press(".");
    let first = program.until("a segment", |v| v.has(" task 2 ") && v.has(", from 0 s to "));
    assert!(detail(&first).starts_with(" task 2 queued ") && !first.has("worker 2"), "{}", first.text());
    // From one segment to the next, up to the one in which it works.
    let mut view = first;
    let mut steps = 0;
    while !detail(&view).starts_with(" task 2 runs ") {
        program.press(".");
        steps += 1;
        view = program.until("the next segment", |v| detail(v) != detail(&view) && v.has(", from "));
    }
    assert!(view.has("worker 2 (process "), "{}", view.text());
    assert!(view.has(", thread ") && !view.has("its worker is free"), "{}", view.text());
    // And back to the first.
    program.press(&",".repeat(steps + 2));
    program.until("the first segment", |v| v.has(" task 2 ") && v.has(", from 0 s to "));
    // Enter keeps what a segment opened, and opens what was closed.
    program.press(&format!("{ENTER}{DOWN}"));
    program.until("the detail of another task", |v| detail(v).starts_with(" task 3 "));
    program.press(UP);
    program.until("the first segment", |v| v.has(" task 2 ") && v.has(", from 0 s to "));
    program.press(ESC);
    program.until("no detail", |v| !v.has(", from "));
    program.press(ENTER);
    program.until("the detail", |v| v.has(", from "));
    // One thing at a time: the detail, then the selection.
    program.press(ESC);
    let view = program.until("no detail", |v| !v.has(", from "));
    assert!(view.has("›task 2"));
    program.press(ESC);
    program.until("no selection", |v| !v.has("›task"));
    program.quits();
}

#[test]
fn a_filter_is_written_corrected_kept_and_taken_away() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    program.press("/3q");
    program.until_text("No task fits /3q");
    // Backspace.
    program.press("\x7f");
    let one = |v: &View| v.has("1 of 4 tasks: /3") && v.lane("task 3").is_some() && v.lane("task 1").is_none();
    program.until("one lane", one);
    program.press(ENTER);
    program.until("its lane chosen", |v| one(v) && v.has("›task 3") && v.has("Esc clears"));
    program.press(ESC);
    program.until("all lanes", |v| !v.has("Esc clears") && v.lane("task 1").is_some() && v.has("›task 3"));
    program.press("s");
    program.until_text("sorted by start");
    program.quits();
}

#[test]
fn help_opens_scrolls_and_closes() {
    let program = launch("--set cpu=5ms").start();
    let before = program.until_done();
    for (open, close) in [("?", ESC), (F1, "?"), ("?", F1)] {
        program.press(open);
        let view = program.until_text("─ Help ─");
        assert!(view.has("How it runs") && view.has("up/down scroll   Esc close"), "{}", view.text());
        for line in ["tall: works on a core", "low and bright: waits, ", "low and dim: waits, "] {
            assert!(view.has(line), "{line}:\n{}", view.text());
        }
        assert!(!view.has("Mouse: "), "it does not fit at once");
        let top = view.row(2);
        program.press(DOWN);
        program.until("that it scrolls", |v| !v.has(&top));
        program.press(&PAGE_DOWN.repeat(3));
        program.until_text("Mouse: ");
        program.press(UP);
        program.press(&PAGE_UP.repeat(3));
        program.press(UP);
        program.until("the top again", |v| v.row(2) == top);
        program.press(close);
        program.until("that it closes", |v| !v.has("Help") && v.row(2) == before.row(2));
    }
    program.quits();
}

#[test]
fn a_model_key_works_from_everywhere() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    for (layer, key, model) in [("?", "2", "threads"), ("o", "3", "processes"), ("d", "4", "async")] {
        program.press(layer);
        program.until("a layer", |v| v.has("Esc close") || v.has("Esc cancel"));
        program.press(key);
        program.until(model, |v| v.is_done() && v.lit_tabs() == [model] && !v.has("Esc c"));
    }
    program.quits();
}
