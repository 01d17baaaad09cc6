//! Which tasks have a lane, and in which order: the filter, the prompt it is written in, and the sorting.

use concviz::app::{Action, App, Effect, Key, Message, Sort, Target};
use concviz::export::text;
use concviz::state::{Failure, Outcome, State};
use concviz::ui::{Look, hit, render};
use concviz::units::{Ns, TaskId};
use concviz::workload::Value;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::made::{self, Made};

/// The program with a run of `tasks` tasks on threads that has just been asked for.
fn app(tasks: u64, size: (u16, u16)) -> App {
    let mut app = made::app("cpu", size);
    app.setup.workload.set("tasks", Value::Count(tasks)).expect("a parameter");
    made::type_in(&mut app, "2");
    app
}

/// What the tasks of [`twelve`] do: when each is taken up, by whom, when its wait begins and ends, and when it ends.
const TIMES: [(f64, u16, f64, f64, f64); 12] = [
    (10.0, 0, 20.0, 30.0, 400.0),
    (5.0, 1, 20.0, 300.0, 350.0),
    (100.0, 2, 120.0, 130.0, 140.0),
    (1.0, 3, 10.0, 390.0, 395.0),
    (200.0, 2, 210.0, 220.0, 390.0),
    (150.0, 3, 160.0, 170.0, 180.0),
    (151.0, 1, 160.0, 170.0, 181.0),
    (152.0, 0, 160.0, 170.0, 182.0),
    (153.0, 4, 160.0, 170.0, 183.0),
    (154.0, 4, 160.0, 170.0, 184.0),
    (155.0, 4, 160.0, 170.0, 185.0),
    (300.0, 4, 310.0, 320.0, 330.0),
];

fn events() -> Made {
    let mut made = Made::default();
    made.submit(12);
    for (task, (start, worker, wait, on, end)) in (0..).zip(TIMES) {
        made.enter(start, task, worker, 0, State::Running, true);
        made.enter(wait, task, worker, 0, State::Sleep, true);
        made.enter(on, task, worker, 0, State::Running, true);
        made.end(end, task, worker, if task == 2 { Outcome::Failed } else { Outcome::Done }, 0);
    }
    made
}

/// A finished run of twelve tasks that differ in everything.
fn twelve(size: (u16, u16)) -> App {
    let mut app = app(12, size);
    events().finish(&mut app, 400.0, 0.0);
    app
}

/// The numbers of the tasks that have a lane, as their names count them.
fn shown(app: &App) -> Vec<u32> {
    app.order().into_iter().map(|t| t.0 + 1).collect()
}

fn selected(app: &App) -> Option<u32> {
    app.focus.selection.map(|s| s.task.0 + 1)
}

fn screen(app: &App) -> (String, Buffer) {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    let mut buffer = Buffer::empty(area);
    render(app, Look::default(), area, &mut buffer);
    (text(&buffer), buffer)
}

#[test]
fn every_character_filters_and_enter_keeps_and_selects_the_first() {
    let mut app = twelve((80, 24));
    made::type_in(&mut app, "/1");
    assert_eq!(shown(&app), [1, 10, 11, 12]);
    made::type_in(&mut app, "2");
    assert_eq!(shown(&app), [12]);
    assert!(screen(&app).0.contains("1 of 12 tasks: /12"));
    made::press(&mut app, &[Key::Backspace]);
    assert_eq!(shown(&app), [1, 10, 11, 12]);
    made::press(&mut app, &[Key::Ctrl('u')]);
    assert_eq!(shown(&app).len(), 12);
    made::type_in(&mut app, "K 1 TA 0");
    assert_eq!(shown(&app), [10], "all words have to fit, in any case of letters");
    assert_eq!(app.focus.selection, None, "nothing is chosen before Enter");
    made::press(&mut app, &[Key::Enter]);
    assert_eq!(selected(&app), Some(10));
    assert!(app.lanes.prompt().is_none());
    let (rows, _) = screen(&app);
    assert!(rows.lines().next().is_some_and(|r| r.contains("1 of 12 tasks: /K 1 TA 0  Esc clears")), "{rows}");
    assert!(rows.contains("›task 10") && !rows.contains("task 11"), "{rows}");
    made::press(&mut app, &[Key::Esc]);
    assert_eq!((shown(&app).len(), selected(&app)), (12, Some(10)), "its task stays chosen");
    assert!(!screen(&app).0.contains("Esc clears"));
}

#[test]
fn escape_brings_back_what_was_there_before_the_prompt() {
    let mut app = twelve((80, 24));
    made::press(&mut app, &[Key::Char('/'), Key::Char('1'), Key::Enter, Key::Down]);
    assert_eq!(selected(&app), Some(10));
    made::press(&mut app, &[Key::Char('/'), Key::Ctrl('w'), Key::Char('4'), Key::Down]);
    assert_eq!((shown(&app), selected(&app)), (vec![4], Some(4)));
    made::press(&mut app, &[Key::Esc]);
    assert_eq!((shown(&app), selected(&app)), (vec![1, 10, 11, 12], Some(10)));
    assert!(app.lanes.prompt().is_none());
}

#[test]
fn what_is_written_does_nothing_else_and_only_leaving_does_what_it_always_does() {
    let mut app = twelve((80, 24));
    let (model, before) = (app.setup.model, app.run().map(|r| r.id));
    let every: String = concviz::app::keys::KEYS
        .iter()
        .flat_map(|b| b.keys)
        .filter_map(|k| if let Key::Char(c) = k { Some(*c) } else { None })
        .collect();
    assert!(made::type_in(&mut app, &format!("/{every}")).is_empty());
    assert_eq!(app.lanes.prompt().map(concviz::app::filter::Prompt::text), Some(every));
    made::press(&mut app, &[Key::Tab, Key::BackTab, Key::F(1), Key::F(5), Key::Ctrl('l')]);
    assert_eq!((app.setup.model, app.run().map(|r| r.id)), (model, before));
    assert!(app.layer.is_none() && app.focus.zoom.is_none() && !app.focus.detail);
    assert_eq!(made::press(&mut app, &[Key::Ctrl('z')]), [Effect::Suspend]);
    assert_eq!(made::press(&mut app, &[Key::Ctrl('c')]), [Effect::Stop, Effect::Quit]);
}

#[test]
fn a_filter_that_fits_nobody_says_so_and_shows_nobody() {
    for size in [(40, 12), (80, 24), (120, 36)] {
        let mut app = twelve(size);
        made::type_in(&mut app, "/nobody");
        let (rows, _) = screen(&app);
        assert!(app.order().is_empty() && rows.contains("No task fits /nobody"), "{rows}");
        made::press(&mut app, &[Key::Down, Key::PageUp, Key::Enter]);
        assert_eq!(app.focus.selection, None);
        made::press(&mut app, &[Key::Enter, Key::Char('.'), Key::Char('+'), Key::Down]);
        let (rows, _) = screen(&app);
        assert!(!rows.contains("task 1 ") && rows.contains("No task fits"), "{rows}");
        made::press(&mut app, &[Key::Char('/'), Key::Ctrl('u')]);
        made::type_in(&mut app, "=nonsense");
        let (rows, _) = screen(&app);
        assert!(rows.contains("No task fits /=nonsense"), "{rows}");
        assert!(size.1 < 24 || rows.contains("=waits =runs"), "{rows}");
    }
}

#[test]
fn states_are_those_at_the_playhead() {
    let mut app = twelve((80, 24));
    made::type_in(&mut app, "/=failed");
    assert_eq!(shown(&app), [3]);
    made::press(&mut app, &[Key::Enter, Key::Char('z')]);
    // A quarter as fast: 165 ms of the run after 660.
    made::tell(&mut app, Message::Tick(made::at(400.0 + 660.0)));
    assert_eq!(shown(&app), [3], "it failed at 140 ms");
    made::press(&mut app, &[Key::Char('/'), Key::Ctrl('u')]);
    made::type_in(&mut app, "=waiting");
    assert_eq!(shown(&app), [2, 4, 6, 7, 8, 9, 10, 11]);
    made::type_in(&mut app, " 1");
    assert_eq!(shown(&app), [10, 11], "name and state");
    made::press(&mut app, &[Key::Ctrl('u')]);
    made::type_in(&mut app, "=queued =run");
    assert_eq!(shown(&app), [1, 5, 12]);
}

#[test]
fn any_text_of_any_length_keeps_its_cursor_on_the_screen() {
    let texts = ["日本語テキスト".repeat(40), "e\u{301}\u{200b}".repeat(60), "x ".repeat(300), "🙂é".repeat(80)];
    for size in [(40, 12), (80, 24), (200, 60)] {
        for line in &texts {
            let mut app = twelve(size);
            made::type_in(&mut app, &format!("/{line}"));
            for keys in [&[][..], &[Key::Home, Key::Right], &[Key::Left, Key::Delete], &[Key::End]] {
                made::press(&mut app, keys);
                let (rows, buffer) = screen(&app);
                let row: Vec<_> = buffer.content.iter().skip(usize::from(size.0) * usize::from(size.1 - 1)).collect();
                let cursors = row.iter().filter(|c| c.modifier.contains(Modifier::REVERSED)).count();
                assert!((1..=2).contains(&cursors), "{cursors} cursors after {keys:?}:\n{rows}");
                assert!(row[1].symbol() == "/" && rows.trim_end().ends_with(['l', 'p', 'e', 'y']), "{rows}");
            }
        }
    }
}

#[test]
fn each_order_is_what_it_is_called_and_the_last_leads_back() {
    let mut app = twelve((80, 24));
    let planned: Vec<u32> = (1..=12).collect();
    assert_eq!(shown(&app), planned);
    let orders: [(Sort, [u32; 12]); 4] = [
        (Sort::Start, [4, 2, 1, 3, 6, 7, 8, 9, 10, 11, 5, 12]),
        (Sort::Time, [1, 4, 5, 2, 12, 11, 10, 9, 8, 7, 6, 3]),
        // 96 and 81 %, seven times a third in the plan's order, 25, 5 and 3 %.
        (Sort::Waiting, [4, 2, 6, 7, 8, 9, 10, 11, 12, 3, 5, 1]),
        (Sort::Worker, [1, 8, 2, 7, 3, 5, 4, 6, 9, 10, 11, 12]),
    ];
    for (sort, order) in orders {
        made::type_in(&mut app, "s");
        assert_eq!((app.lanes.sort(), shown(&app)), (sort, order.to_vec()));
        let words = sort.label().expect("words").text();
        assert!(screen(&app).0.contains(&format!("sorted {words}")));
    }
    made::type_in(&mut app, "/1");
    assert_eq!(shown(&app), [1, 10, 11, 12], "the filter keeps the order");
    made::press(&mut app, &[Key::Esc, Key::Char('s')]);
    assert_eq!(shown(&app), planned);
    assert!(!screen(&app).0.contains("sorted"));
}

#[test]
fn lanes_change_places_twice_a_second_at_most_and_the_chosen_task_goes_with_its_lane() {
    let mut app = app(12, (80, 24));
    Made::default().begin(&mut app);
    made::type_in(&mut app, "s");
    let run = made::id(&app);
    let mut changes: Vec<f64> = Vec::new();
    let mut before = app.order();
    made::press(&mut app, &[Key::Down]);
    for step in 0..150_u32 {
        let ms = f64::from(step) * 20.0;
        made::tell(&mut app, Message::Tick(made::at(ms)));
        if step % 10 == 0 && step / 10 < 12 {
            // The last task is taken up first.
            let mut made = Made::default();
            made.enter(ms, 11 - step / 10, 0, 0, State::Running, true);
            made::tell(&mut app, Message::Events(run, made.into_events()));
        }
        if app.order() != before {
            before = app.order();
            changes.push(ms);
        }
        assert_eq!(app.focus.task(), Some(TaskId(0)));
    }
    assert_eq!(shown(&app), (1..=12).rev().collect::<Vec<_>>());
    assert!(changes.len() >= 3 && changes.windows(2).all(|w| w[1] - w[0] >= 500.0), "{changes:?}");
    assert!(screen(&app).0.contains("›task 1 "), "it is brought into view");
}

#[test]
fn a_held_picture_keeps_the_order_of_its_instant() {
    let mut app = app(12, (80, 24));
    Made::default().begin(&mut app);
    let run = made::id(&app);
    let begin = |app: &mut App, ms: f64, task: u32| {
        let mut made = Made::default();
        made.enter(ms, task, 0, 0, State::Running, true);
        made::tell(app, Message::Events(run, made.into_events()));
    };
    made::type_in(&mut app, "s");
    begin(&mut app, 10.0, 7);
    made::tell(&mut app, Message::Tick(made::at(20.0)));
    assert_eq!(app.order().first(), Some(&TaskId(0)), "too soon for the lanes to move");
    made::type_in(&mut app, " ");
    assert_eq!(app.order().first(), Some(&TaskId(7)), "the picture that is held is right");
    let held = app.order();
    begin(&mut app, 15.0, 3);
    begin(&mut app, 5.0, 5);
    for ms in [100.0, 700.0, 2_000.0] {
        made::tell(&mut app, Message::Tick(made::at(ms)));
        assert_eq!(app.order(), held, "nothing moves in a picture that is held");
    }
    made::type_in(&mut app, " ");
    assert_eq!(app.order()[..3], [TaskId(5), TaskId(7), TaskId(3)]);
}

#[test]
fn lanes_are_walked_in_their_order_one_by_one_or_by_tens() {
    let mut app = twelve((80, 24));
    made::press(&mut app, &[Key::Char('s'), Key::Down]);
    assert_eq!(selected(&app), Some(4));
    made::press(&mut app, &[Key::Down]);
    assert_eq!(selected(&app), Some(2));
    made::press(&mut app, &[Key::PageDown]);
    assert_eq!(selected(&app), Some(12));
    made::press(&mut app, &[Key::PageUp]);
    assert_eq!(selected(&app), Some(2));
    made::press(&mut app, &[Key::PageUp, Key::Up]);
    assert_eq!(selected(&app), Some(4));
    made::type_in(&mut app, "/3");
    made::press(&mut app, &[Key::Enter]);
    assert_eq!(selected(&app), Some(3), "who is hidden is not walked from");
}

#[test]
fn the_mouse_takes_what_is_drawn_while_a_filter_is_written() {
    let mut app = twelve((80, 24));
    made::type_in(&mut app, "/1");
    let area = Rect::new(0, 0, 80, 24);
    let rows = screen(&app).0;
    let row = |name: &str| rows.lines().position(|r| r.contains(name)).expect("a lane") as u16;
    let second = hit(&app, area, 2, row("task 10"));
    assert!(matches!(second, Some(Message::Click(Target::Lane(TaskId(9), None)))), "{second:?}");
    made::tell(&mut app, second.expect("a lane"));
    assert_eq!(selected(&app), Some(10));
    assert!(hit(&app, area, 10, 23).is_none(), "no key stands where the line is written");
    let tab = hit(&app, area, 3, 1);
    assert!(matches!(tab, Some(Message::Click(Target::Action(Action::Model(_))))), "{tab:?}");
    made::tell(&mut app, Message::Wheel { steps: 1, zoom_at: None });
    assert_eq!(selected(&app), Some(11));
}

#[test]
fn a_filter_outlives_another_model_and_not_another_workload() {
    let mut app = twelve((80, 24));
    made::press(&mut app, &[Key::Char('/'), Key::Char('1'), Key::Enter, Key::Char('1')]);
    assert_eq!(shown(&app), [1, 10, 11, 12]);
    made::press(&mut app, &[Key::Char('o'), Key::Down, Key::Enter]);
    assert!(app.lanes.filter().is_empty());
    assert_eq!(shown(&app), [1, 2, 3, 4]);
}

#[test]
fn nothing_in_the_header_is_cut_without_saying_so() {
    let long = "The runner could not be started because of a reason that takes more words to tell than any row of a small \
                screen has columns, and of which no word may be missing without a sign that it is.";
    for size in [(40, 12), (64, 20), (80, 24), (81, 24), (120, 36)] {
        let mut app = twelve(size);
        let run = made::id(&app);
        let title = app.setup.title();
        let head = |app: &App| screen(app).0.lines().next().expect("a header").to_owned();
        let row = head(&app);
        assert!(row.contains(&title) || row.contains('…'), "{row}");
        made::tell(&mut app, Message::Failed(run, Failure::Told { sentence: long.to_owned() }));
        let (rows, _) = screen(&app);
        assert!(rows.contains('…') || rows.contains("that it is."), "{rows}");
        made::press(&mut app, &[Key::Char('s'), Key::Char('/')]);
        made::type_in(&mut app, &"task ".repeat(15));
        made::press(&mut app, &[Key::Enter]);
        let row = head(&app);
        let count = if size.0 < 64 { "12/12 /" } else { "12 of 12 tasks: /" };
        assert!(row.contains(count) && row.contains('…'), "{row}");
        assert!(row.contains("MEASURED  failed"), "{row}");
    }
}

#[test]
fn how_busy_the_machine_is_stands_there_as_far_as_there_is_room() {
    use concviz::app::CoreLoad;
    use concviz::recording::Conditions;
    let mut app = app(12, (80, 24));
    events().finish(&mut app, 400.0, 0.0);
    let tabs = |app: &App| screen(app).0.lines().nth(1).expect("tabs").to_owned();
    let load = |n: u16| Message::Load(CoreLoad { cores: (0..n).map(|core| (core, 0.5)).collect() });
    for (columns, few, many) in [(80, "cpu ▄▄", "cpu 50 %"), (120, "cores now ▄▄", "cores now 50 %")] {
        made::tell(&mut app, Message::Resize(columns, 24));
        made::tell(&mut app, load(2));
        assert!(tabs(&app).ends_with(few), "{}", tabs(&app));
        made::tell(&mut app, load(64));
        assert!(tabs(&app).ends_with(many), "{}", tabs(&app));
    }
    made::tell(&mut app, Message::Resize(80, 24));
    made::live(&mut app).run_mut().expect("a run").recording.conditions =
        Conditions { others: Some(1.2), ..Conditions::default() };
    assert!(tabs(&app).ends_with("others 1.2"), "{}", tabs(&app));
    made::tell(&mut app, Message::Resize(130, 36));
    assert!(tabs(&app).ends_with("other programs: 1.2 cores"), "{}", tabs(&app));
    made::tell(&mut app, Message::Resize(160, 36));
    made::tell(&mut app, load(2));
    assert!(tabs(&app).ends_with("cores now ▄▄  other programs: 1.2 cores"), "{}", tabs(&app));
}

#[test]
fn the_views_are_offered_and_the_filter_where_tasks_have_no_lane() {
    let footer = |app: &App| screen(app).0.lines().last().expect("a footer").to_owned();
    let mut few = made::app("cpu", (80, 24));
    made::serial_cpu(&mut few);
    assert!(footer(&few).contains("Tab view") && !footer(&few).contains("filter"), "{}", footer(&few));
    assert!(footer(&twelve((80, 24))).contains("/ filter"), "{}", footer(&twelve((80, 24))));
}

#[test]
fn thousands_of_lanes_are_filtered_and_walked() {
    let mut app = app(4096, (80, 24));
    Made::default().begin(&mut app);
    assert_eq!(app.order().len(), 4096);
    made::type_in(&mut app, "/40 9");
    assert_eq!(
        shown(&app).len(),
        (1..=4096)
            .filter(|n: &u32| {
                let name = n.to_string();
                name.contains("40") && name.contains('9')
            })
            .count()
    );
    made::press(&mut app, &[Key::Enter, Key::Up, Key::PageDown]);
    assert!(app.focus.selection.is_some_and(|s| app.order().contains(&s.task)));
    assert!(screen(&app).0.contains(" of 4096 tasks: /40 9  Esc clears"));
}

fn trace() -> impl Strategy<Value = Vec<(u32, u16, u64, u8)>> {
    proptest::collection::vec((0u32..12, 0u16..5, 0u64..400, 0u8..12), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Looking now and then, forwards and backwards, gives what looking once gives.
    #[test]
    fn the_order_depends_on_the_playhead_alone(events in trace(), looks in proptest::collection::vec(0u64..400, 1..6)) {
        let build = |looks: &[u64]| {
            let mut app = app(12, (80, 24));
            Made::default().begin(&mut app);
            made::type_in(&mut app, "sss");
            let run = made::id(&app);
            let mut now = made::at(400.0);
            let parts = events.len() / looks.len() + 1;
            for (index, look) in looks.iter().enumerate() {
                let mut made = Made::default();
                for (task, worker, ms, state) in events.iter().skip(index * parts).take(parts) {
                    let state = State::from_code(*state).filter(|s| *s != State::Ended);
                    match state {
                        Some(state) => made.enter(*ms as f64, *task, *worker, 0, state, true),
                        None => made.end(*ms as f64, *task, *worker, Outcome::Done, 0),
                    }
                }
                made::tell(&mut app, Message::Events(run, made.into_events()));
                app.playhead = concviz::app::Playhead::Frozen(Ns::from_millis(*look));
                now = now + Ns::from_millis(600);
                made::tell(&mut app, Message::Tick(now));
            }
            app
        };
        let mut often = build(&looks);
        // The last look must see what came last, also where the playhead did not move.
        made::type_in(&mut often, "sssss");
        let mut once = build(&looks[looks.len() - 1..]);
        made::type_in(&mut once, "sssss");
        prop_assert_eq!(often.lanes.sort(), Sort::Waiting);
        prop_assert_eq!(often.order(), once.order());
    }
}
