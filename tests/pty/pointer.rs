//! The mouse.

use super::program::launch;

/// The codes a terminal sends for buttons.
const WHEEL_UP: u16 = 64;
const WHEEL_DOWN: u16 = 65;
const CTRL: u16 = 16;
const DRAG: u16 = 32;

#[test]
fn a_click_on_a_tab_runs_that_model() {
    let program = launch("--set cpu=5ms").start();
    let view = program.until_done();
    for model in ["threads", "processes", "async", "serial"] {
        program.click((view.find_in(1, model).expect("a tab"), 1));
        program.until(model, |v| v.is_done() && v.lit_tabs() == [model]);
    }
    program.click((view.find_in(1, "GIL").expect("a tab"), 1));
    program.until("the lock", |v| v.is_done() && v.lit_tabs() == ["serial", "GIL ON"]);
    program.quits();
}

#[test]
fn a_click_on_a_lane_chooses_it_and_the_wheel_goes_on() {
    let program = launch("--set cpu=10ms").start();
    let view = program.until_done();
    let lane = view.lane("task 2").expect("a lane");
    program.click((3, lane));
    let view = program.until_text("›task 2");
    assert!(!view.has(", from "), "its name is no segment");
    program.mouse(WHEEL_DOWN, (30, lane), 'M');
    program.until_text("›task 3");
    program.mouse(WHEEL_UP, (30, lane), 'M');
    program.until_text("›task 2");
    // The first column of the timeline: there it is queued.
    let plot = view.row(lane).chars().position(|c| c == '▄').expect("it was queued") as u16;
    program.click((plot, lane));
    let view = program.until_text(", from ");
    assert!(view.rows().iter().any(|r| r.starts_with(" task 2 queued ")), "{}", view.text());
    program.quits();
}

#[test]
fn the_scoreboard_and_the_footer_can_be_clicked() {
    let program = launch("--set cpu=5ms").start();
    let view = program.until_done();
    let row = view.rows().iter().position(|r| r.starts_with(" processes  press 3")).expect("a row") as u16;
    program.click((14, row));
    program.until("processes", |v| v.is_done() && v.lit_tabs() == ["processes"]);
    let footer = view.size().1 - 1;
    program.click((view.find_in(footer, "help").expect("help"), footer));
    program.until_text("─ Help ─");
    // Beside it: that closes it.
    program.click((0, 3));
    program.until("no help", |v| !v.has("─ Help ─"));
    program.click((view.find_in(footer, "workload").expect("workload"), footer));
    let view = program.until_text("Enter open");
    let (x, y) = view.find(" io ").expect("a workload");
    program.click((x + 1, y));
    program.until("io", |v| v.header().starts_with(" io "));
    program.quits();
}

#[test]
fn ctrl_and_wheel_zoom_and_a_drag_pans() {
    let program = launch("-w io -m threads --scale 0.02").start();
    let view = program.until_done();
    let (whole, lane) = (view.axis(), view.lane("task 4").expect("a lane"));
    program.mouse(WHEEL_UP + CTRL, (40, lane), 'M');
    let zoomed = program.until("another axis", |v| v.axis() != whole).axis();
    program.mouse(0, (30, lane), 'M');
    program.mouse(DRAG, (45, lane), 'M');
    let panned = program.until("another part", |v| v.axis() != zoomed).axis();
    assert_ne!(panned, whole);
    program.mouse(0, (45, lane), 'm');
    program.mouse(WHEEL_DOWN + CTRL, (40, lane), 'M');
    program.until("the whole axis", |v| v.axis() == whole);
    program.quits();
}

#[test]
fn without_the_mouse_it_is_never_asked_for() {
    let program = launch("--no-mouse --set cpu=5ms").start();
    let view = program.until_done();
    assert!(view.is_taken() && !view.hears_mouse());
    let output = {
        program.press("2");
        program.until("threads", |v| v.is_done() && v.lit_tabs() == ["threads"]);
        String::from_utf8_lossy(&program.output()).into_owned()
    };
    for mode in ["9", "1000", "1002", "1003", "1005", "1006", "1015", "1016"] {
        assert!(!output.contains(&format!("\x1b[?{mode}h")), "mode {mode} was switched on");
    }
    program.quits();
}
