//! A terminal that changes its size.

use super::glass::View;
use super::program::{Program, launch};

/// Asserts that everything stands where it belongs on this size, and that nothing of another size is left.
#[track_caller]
fn assert_whole(program: &Program, size: (u16, u16)) -> View {
    let fits = |v: &View| v.size() == size && v.footer().ends_with("? help") && v.row(1).contains("1 ser");
    let view = program.until(&format!("a whole screen of {size:?}"), fits);
    assert!(view.header().contains("MEASURED"), "{}", view.header());
    assert!(view.row(1).contains('2') && view.lane("task 4").is_some(), "{}", view.text());
    assert!(view.rows()[..usize::from(size.1) - 1].iter().all(|r| !r.contains("? help")), "one footer only");
    assert_same_afresh(program, &view);
    view
}

#[track_caller]
fn assert_same_afresh(program: &Program, view: &View) {
    let afresh = program.afresh();
    let differences = view.differences(&afresh);
    assert!(
        differences.is_empty(),
        "torn at {:?}:\n{}\nbut from nothing it is\n{}",
        &differences[..differences.len().min(9)],
        view.text(),
        afresh.text()
    );
}

#[test]
fn every_size_is_drawn_whole_and_too_small_a_one_says_what_it_takes() {
    let program = launch("-m threads --global-lock gil --set cpu=10ms").start();
    program.until_done();
    // Paused, the screen changes for no other reason.
    program.press(" ");
    program.until_text("paused");
    let first = assert_whole(&program, (80, 24));
    for size in [(120, 36), (200, 60), (64, 18), (40, 12)] {
        program.resize(size);
        assert_whole(&program, size);
    }
    for size in [(39, 11), (39, 60), (200, 11), (1, 1)] {
        program.resize(size);
        if size.0 > 20 {
            let view = program.until_text("concviz needs 40x12");
            assert!(view.has(&format!("{}x{} is too small", size.0, size.1)), "{}", view.text());
            assert!(!view.has("serial") && !view.has("? help"), "{}", view.text());
            assert_same_afresh(&program, &view);
        }
    }
    program.resize((80, 24));
    let again = assert_whole(&program, (80, 24));
    assert!(first.differences(&again).is_empty(), "as it was:\n{}\n{}", first.text(), again.text());
    program.press(" ");
    program.until_done();
    program.quits();
}

#[test]
fn more_room_shows_more() {
    let program = launch("-m threads --set cpu=5ms").start();
    let small = program.until_done();
    assert!(!small.has("tasks under way"));
    program.resize((120, 36));
    program.until("the figures and the cores", |v| v.has("tasks under way") && v.has(" core 0 "));
    program.quits();
}

#[test]
fn layers_follow_the_size() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    program.press("?");
    program.until_text("─ Help ─");
    for size in [(120, 36), (40, 12), (200, 60), (30, 10), (80, 24)] {
        program.resize(size);
        if size.0 >= 40 {
            program.until("the help", |v| v.size() == size && v.has("─ Help ─") && v.has("└─ up/down scroll"));
        } else {
            program.until_text("needs 40x12");
        }
    }
    program.press("\x1b");
    program.until("no help", |v| !v.has("Help"));
    program.quits();
}
