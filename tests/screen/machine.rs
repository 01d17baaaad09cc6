//! What the screen says where the machine, rather than the model, made a run what it is.

use concviz::app::{App, Key, Message};
use concviz::recording::Conditions;
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, KernelRecord, TaskResult};
use concviz::ui::{Look, render};
use concviz::units::Ns;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::made::{self, Made};

/// Four tasks that compute for `ms` each, `at_once` of them at a time, beside what `beside` says.
fn run(app: &mut App, ms: f64, at_once: u32, conditions: Conditions) {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4u32 {
        let from = f64::from(task / at_once) * ms;
        made.enter(from, task, task as u16, (task % at_once) as u16, State::Running, true);
        made.end(from + ms, task, task as u16, Outcome::Done, 0);
    }
    let all = f64::from(4 / at_once) * ms;
    made.begin(app);
    let end = End { at: made::at(all), ..End::default() };
    made::tell(app, Message::End(made::id(app), Box::new(end), conditions));
    made::tell(app, Message::Tick(made::at(all)));
}

/// The rows of the screen.
fn rows(app: &App, size: (u16, u16)) -> Vec<String> {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    render(app, Look::default(), area, &mut buffer);
    let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..size.1).map(row).collect()
}

/// The rows after serial took `serial` for each task and threads `threads`, two at a time, on `cores`.
fn compared(serial: f64, threads: f64, cores: f64, conditions: Conditions) -> String {
    let mut text = String::new();
    for size in [(80, 24), (120, 36)] {
        let mut app = made::app("cpu", size);
        app.machine.usable = cores;
        run(&mut app, serial, 1, Conditions::default());
        made::press(&mut app, &[Key::Char('2')]);
        run(&mut app, threads, 2, conditions);
        let rows = rows(&app, size);
        assert!(rows.iter().all(|r| !r.contains('\u{fffd}')));
        text += &rows.join("\n");
    }
    text
}

/// Asserts that each of `parts` stands on the screen at both sizes, and none of `absent`.
fn shows(text: &str, parts: &[&str], absent: &[&str]) {
    for part in parts {
        assert_eq!(text.matches(part).count(), 2, "`{part}`:\n{text}");
    }
    for part in absent {
        assert!(!text.contains(part), "`{part}`:\n{text}");
    }
}

#[test]
fn slower_cores_draw_the_bounds_of_a_ratio_apart() {
    let fine = compared(500.0, 510.0, 2.0, Conditions::default());
    shows(&fine, &["Both cores busy: 1.96× as fast as serial."], &["–", "uneven"]);
    // The same work took them 1.4 times as long: with serial's cores they would be twice as fast.
    let slow = compared(500.0, 700.0, 2.0, Conditions::default());
    shows(&slow, &["Both cores busy: 1.4–2.0× as fast.", "uneven cores"], &["as serial", "no fair ratio"]);
    // Serial was slow: what two cores cannot do was not done.
    let gain = compared(700.0, 500.0, 2.0, Conditions::default());
    shows(&gain, &["Both cores busy: 2.00× as fast as serial."], &["1.40×", "2.80×", "no fair ratio"]);
}

#[test]
fn what_the_host_took_is_no_models_fault() {
    let stolen = Conditions { stolen: Some(0.6), ..Conditions::default() };
    let mut app = made::app("cpu", (80, 24));
    run(&mut app, 500.0, 1, Conditions::default());
    made::press(&mut app, &[Key::Char('2')]);
    run(&mut app, 600.0, 1, stolen);
    let text = rows(&app, (80, 24)).join("\n");
    assert!(text.contains("1 of 2 cores busy: 0.83–2.0× as fast.  try r: again"), "{text}");
}

#[test]
fn beside_other_programs_the_sentence_is_the_mechanism_and_no_ratio_is_blank() {
    // Serial had a core to itself, and then the threads fought with others for both.
    let busy = Conditions { others: Some(1.5), ..Conditions::default() };
    for size in [(80, 24), (100, 30), (120, 36)] {
        let mut app = made::app("cpu", size);
        run(&mut app, 500.0, 1, Conditions::default());
        made::press(&mut app, &[Key::Char('2')]);
        run(&mut app, 900.0, 2, busy);
        let text = rows(&app, size).join("\n");
        assert!(text.contains("Both cores busy: 1.1–2.0× as fast."), "{text}");
        assert!(text.contains(" 1.1–2.0×") || text.contains(" ~1.1×"), "{text}");
        let again = text.lines().find(|line| line.contains("busy") && line.contains("1 2")).unwrap_or_default();
        assert!(again.contains("thr"), "beside the ratio stand the keys that measure both again:\n{text}");
    }
}

#[test]
fn part_of_a_core_is_named_on_top_and_nothing_is_faster() {
    let quota = Conditions { throttled: Some(Ns::from_millis(1_500)), ..Conditions::default() };
    let text = compared(1_000.0, 1_000.0, 0.5, quota);
    shows(&text, &["0.5 of 2 cores", "Half a core: the quota makes it wait, no two at once."], &["2.00×", "as fast"]);
}

#[test]
fn a_run_without_the_kernels_record_says_so_at_every_size() {
    for (size, badge) in [
        ((60, 20), "MEASURED, no record"),
        ((80, 24), "MEASURED, no kernel record"),
        ((120, 36), "MEASURED, no kernel record"),
    ] {
        let mut app = made::app("cpu", size);
        made::type_in(&mut app, "2");
        let kernel_record = KernelRecord::None("it is refused".to_owned());
        let begin = Begin { t0: made::T0, pid: 1, workers: 4, cores: vec![0, 1], kernel_record, ..Begin::default() };
        let run = made::id(&app);
        made::tell(&mut app, Message::Begin(run, begin));
        let first = rows(&app, size).remove(0);
        assert!(first.contains(badge), "{first}");
        made::type_in(&mut app, "2");
        made::Made::default().begin(&mut app);
        let first = rows(&app, size).remove(0);
        assert!(first.contains("MEASURED ") && !first.contains("record"), "{first}");
    }
}

#[test]
fn the_detail_says_how_many_rounds_a_task_made_where_it_made_any() {
    let size = (120, 36);
    let mut app = made::first_minute(size);
    let report =
        made::live(&mut app).run_mut().and_then(|run| run.recording.trace.report.as_mut()).expect("the run is over");
    report.results = vec![TaskResult::done(1, 400), TaskResult::done(1, 0)];
    made::press(&mut app, &[Key::Down, Key::Enter]);
    let says = |app: &App, words: &str| rows(app, size).iter().any(|row| row.contains(words));
    assert!(app.focus.detail && says(&app, " laps 400 ("), "{:#?}", rows(&app, size));
    made::press(&mut app, &[Key::Down]);
    assert!(app.focus.detail && !says(&app, "laps"), "{:#?}", rows(&app, size));
}
