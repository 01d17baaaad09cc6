//! What nobody planned: a program that was watched, whose tasks appear while it goes on. Everything that shows runs shows
//! it, and what only a plan could tell is not there.

use concviz::app::{App, Key, Message, RunId, keys};
use concviz::export::{self, Portion, chrome, picture, spans, text};
use concviz::model::{Model, ModelKind};
use concviz::recording::{Comparison, Observed, Opened, Origin, Recording};
use concviz::report;
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, Event, Frame, TaskName};
use concviz::ui::{Depth, Look, render};
use concviz::units::{Ns, TaskId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::made::{self, Made, T0, at};

fn drawn(app: &App, size: (u16, u16)) -> String {
    drawn_in(app, Look::default(), size)
}

fn drawn_in(app: &App, look: Look, (columns, rows): (u16, u16)) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    render(app, look, area, &mut buffer);
    text(&buffer)
}

fn observed() -> Recording {
    let command = ["/usr/bin/crawl", "--depth", "2"].map(str::to_owned).to_vec();
    Recording::new(Origin::Observed(Observed { command }), made::machine())
}

fn text_of(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

fn begin() -> Begin {
    Begin { t0: T0, pid: 1, cores: vec![0, 1], ..Begin::default() }
}

/// A task that works on `worker`, waits for what nobody told, and works again.
fn life(made: &mut Made, ms: f64, task: u32) {
    let worker = task as u16;
    made.enter(ms, task, worker, worker % 2, State::Running, true);
    made.enter(ms + 4.0, task, worker, worker % 2, State::Unknown, true);
    made.enter(ms + 9.0, task, worker, worker % 2, State::Running, true);
}

/// It from its begin to its end: three tasks, one after the other.
fn whole() -> Recording {
    let (mut run, mut made) = (observed(), Made::default());
    for task in 0..3 {
        life(&mut made, f64::from(task) * 5.0, task);
        made.end(f64::from(task) * 5.0 + 20.0, task, task as u16, Outcome::Done, 0);
    }
    run.take(Frame::Begin(begin()));
    run.take(Frame::Events(made.into_events()));
    run.take(Frame::End(End { at: at(30.0), ..End::default() }));
    run.trace.name_task(TaskId(1), TaskName { name: "fetcher".to_owned(), background: false });
    run
}

#[test]
fn tasks_that_appear_get_lanes_at_once_and_are_filtered_and_sorted_as_all_others() {
    let mut app = made::app("cpu", (120, 36));
    let id = made::id(&app);
    made::live(&mut app).run_mut().expect("a run").recording = observed();
    made::tell(&mut app, Message::Begin(id, begin()));
    assert_eq!(app.order(), []);
    for task in 0..5 {
        let (mut made, ms) = (Made::default(), f64::from(task) * 3.0);
        life(&mut made, ms, task);
        made::tell(&mut app, Message::Events(id, made.into_events()));
        made::tell(&mut app, Message::Tick(at(ms + 1.0)));
        assert_eq!(app.order(), (0..=task).map(TaskId).collect::<Vec<_>>());
        assert!(drawn(&app, (120, 36)).contains(&format!("task {}", task + 1)));
    }
    assert_eq!(app.run().expect("a run").trace().workers.len(), 0, "nobody said that workers started");
    let mut made = Made::default();
    made.add(20.0, 3, 0, Event::WorkerStarted { pid: 7, tid: 9 });
    made::tell(&mut app, Message::Events(id, made.into_events()));
    assert_eq!(app.run().expect("a run").trace().workers.len(), 4, "they appear as they do");
    made::press(&mut app, &"/task 7".chars().map(Key::Char).chain([Key::Enter]).collect::<Vec<_>>());
    assert_eq!(app.order(), []);
    let mut made = Made::default();
    life(&mut made, 30.0, 6);
    made::tell(&mut app, Message::Events(id, made.into_events()));
    assert_eq!(app.order(), [TaskId(6)], "it has only now a name that fits; task 6 is there, and was never seen");
    assert_eq!(app.tasks(), 7);
}

#[test]
fn it_is_looked_at_like_any_other_run() {
    for size in [(64, 20), (80, 24), (120, 36), (200, 60)] {
        let mut opened = made::opened(&made::compared(size));
        opened.recordings.push(whole());
        let mut app = App::viewing(vec![("runs.concviz".to_owned(), opened)], T0, size).expect("runs");
        app.open_run(usize::MAX);
        assert_ne!(app.run().expect("a run").id, RunId(6));
        app.open_run(5);
        let run = app.run().expect("a run");
        assert_eq!((run.id, run.workers(), run.model), (RunId(6), 0, Model::plain(ModelKind::Threads)));
        assert!(drawn(&app, size).contains("fetcher"));
        for binding in keys::KEYS {
            for key in binding.keys.iter().filter(|key| !matches!(key, Key::Char('q'))) {
                made::press(&mut app, &[*key]);
                drawn(&app, size);
            }
        }
    }
}

#[test]
fn a_wait_that_nobody_told_the_reason_of_is_drawn_as_unknown() {
    let mut opened = made::opened(&made::compared((120, 36)));
    opened.recordings.push(whole());
    let mut app = App::viewing(vec![("runs.concviz".to_owned(), opened)], T0, (120, 36)).expect("runs");
    app.open_run(5);
    made::press(&mut app, &[Key::End]);
    let look = |depth, ascii| Look { depth, ascii, ..Look::default() };
    for (look, symbol) in
        [(look(Depth::True, false), '▚'), (look(Depth::None, false), '?'), (look(Depth::True, true), '?')]
    {
        let drawn = drawn_in(&app, look, (120, 36));
        let lane = drawn.lines().find(|line| line.contains("fetcher")).expect("its lane");
        assert!(lane.contains(&symbol.to_string().repeat(10)), "{lane}");
        assert!(drawn.contains(&format!("{symbol} waits, reason unknown")), "{drawn}");
    }
    made::press(&mut app, &[Key::Down, Key::Enter, Key::Char('.')]);
    let detail = drawn(&app, (120, 36));
    assert!(detail.contains("waits, reason unknown 5"), "{detail}");
}

#[test]
fn files_of_runs_that_nobody_planned_alone_are_not_shown_yet() {
    let opened = Opened { recordings: vec![whole()], notes: Vec::new() };
    assert!(App::viewing(vec![("seen.concviz".to_owned(), opened)], T0, (80, 24)).is_none());
}

#[test]
fn it_is_drawn_and_exported_and_held_against_nothing() {
    let run = whole();
    assert_eq!((run.origin.name(), run.model(), run.fixed_work()), ("crawl".into(), None, None));
    assert_eq!(run.origin.command(), "/usr/bin/crawl --depth 2");
    assert!(Comparison::of(&[&run, &run]).rows.is_empty(), "nobody knows whether it did the same work");
    let svg = concviz::pictures::of_run(&run, picture::Subject::Tasks, &picture::Options::default(), "").svg(None);
    assert!(svg.contains("fetcher") && svg.contains("MEASURED"), "{}", &svg[..300]);
    assert!(svg.contains("crawl: /usr/bin/crawl --depth 2"), "{}", &svg[..300]);
    let (mut events, mut rows) = (Vec::new(), Vec::new());
    let portion: [Portion<'_>; 1] = [export::Portion::of("crawl", &run)];
    chrome::chrome(&mut events, &portion).expect("a vector takes everything");
    assert!(text_of(&events).contains("fetcher") && text_of(&events).contains("\"unknown\""));
    assert_eq!(spans::csv(&mut rows, &portion).expect("a vector takes everything"), 9);
    assert_eq!(text_of(&rows).matches(",unknown,").count(), 3);
    assert!(svg.contains("waits, reason unknown") && svg.contains("url(#lines"), "{svg}");
    assert!(report::table(&run).contains("fetcher"));
    let document: serde_json::Value = serde_json::from_str(&report::json(&run)).expect("JSON");
    assert_eq!((&document["origin"]["command"][0], &document["outcome"]), (&"/usr/bin/crawl".into(), &"done".into()));
    assert!(document["model"].is_null() && document["seed"].is_null(), "nobody planned it");
    assert_eq!(run.trace.makespan(), Some(Ns::from_millis(30)));
}
