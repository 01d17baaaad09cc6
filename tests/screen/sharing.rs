//! Lanes of what tasks share beside locks with one holder: queues, counters, locks with permits; and the way from loss to
//! loss.

use concviz::app::{App, Key};
use concviz::export::text;
use concviz::scene::{Rows, SharedFigures};
use concviz::state::{Outcome, State};
use concviz::text::{Label, Sign};
use concviz::trace::{Event, QueueEnd};
use concviz::ui::{Look, render};
use concviz::units::{CounterId, LockId, Ns, QueueId, Range, TaskId};
use insta::assert_snapshot;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::made::{self, Made};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 36), (200, 60)];

fn screen(app: &App, look: Look) -> Buffer {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    let mut buffer = Buffer::empty(area);
    render(app, look, area, &mut buffer);
    buffer
}

fn drawn(app: &App) -> String {
    text(&screen(app, Look::default()))
}

fn row<'a>(text: &'a str, name: &str) -> &'a str {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().rfind(|l| l.trim_start().starts_with(name)).unwrap_or_else(|| panic!("no {name}: {text}"))
}

/// The program with a workload of its own on a screen of `size`, its run under the model of `key` asked for.
fn app(size: (u16, u16), workload: &str, key: &str) -> App {
    let mut app = made::app("cpu", size);
    app.setup.workload = concviz::workload::parse("own.toml", workload).expect("a workload");
    made::type_in(&mut app, key);
    app
}

const QUEUE: &str = r#"
format = 1
name = "queue"
[queues]
jobs = 8
[[tasks]]
name = "maker"
count = 2
steps = [{ repeat = { times = 20, steps = [{ compute = { amount = "3ms" } }, { put = "jobs" }] } }]
[[tasks]]
name = "user"
count = 3
steps = [{ repeat = { each = "jobs", steps = [{ compute = { amount = "10ms" } }] } }]
"#;

/// What a task of the made-up run does.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Works(u32),
    Waits(u32),
    Over,
}

/// Two tasks that put 20 messages each into a queue with room for 8, one each 3 ms, and three that take 10 ms for each
/// message. Time goes on in steps of half a millisecond.
fn queue(size: (u16, u16)) -> App {
    let mut app = app(size, QUEUE, "2");
    let (mut made, step) = (Made::default(), 0.5);
    made.submit(5);
    let mut doing = [Doing::Works(6), Doing::Works(8), Doing::Waits(0), Doing::Waits(0), Doing::Waits(0)];
    for task in 0..5u32 {
        let state = if task < 2 { State::Running } else { State::Channel };
        made.enter(0.0, task, task as u16, (task % 2) as u16, state, true);
    }
    let (mut put, mut got, mut left, mut now) = (0u64, 0u64, [20u32; 2], 0u32);
    let waited = |since: u32, now: u32| Ns::from_micros(500).times(u64::from(now - since), 1);
    while doing.iter().any(|d| *d != Doing::Over) {
        let ms = f64::from(now) * step;
        for task in 0..5u32 {
            let (index, id, worker) = (task as usize, TaskId(task), task as u16);
            let (queue, length) = (QueueId(0), (put - got) as u32);
            let since = match doing[index] {
                Doing::Works(until) if now >= until => now,
                Doing::Waits(since) => since,
                Doing::Works(_) | Doing::Over => continue,
            };
            let waits = matches!(doing[index], Doing::Waits(_));
            let over = if task < 2 { left[index] == 0 } else { length == 0 && left == [0, 0] };
            let blocked = if task < 2 { length == 8 } else { length == 0 };
            if over {
                made.end(ms, task, worker, Outcome::Done, 0);
                doing[index] = Doing::Over;
                continue;
            }
            if blocked {
                if !waits {
                    made.enter(ms, task, worker, 0, State::Channel, true);
                    doing[index] = Doing::Waits(now);
                }
                continue;
            }
            let waited = waited(since, now);
            if task < 2 {
                made.add(ms, worker, 0, Event::Put { queue, task: id, number: put, length: length + 1, waited });
                (put, left[index]) = (put + 1, left[index] - 1);
                if left == [0, 0] {
                    made.add(ms, worker, 0, Event::QueueClosed { queue });
                }
            } else {
                made.add(ms, worker, 0, Event::Got { queue, task: id, number: got, length: length - 1, waited });
                got += 1;
            }
            if waits {
                made.enter(ms, task, worker, (task % 2) as u16, State::Running, true);
            }
            doing[index] = Doing::Works(now + if task < 2 { 6 } else { 20 });
        }
        now += 1;
    }
    made.finish(&mut app, f64::from(now) * step, 0.0);
    made::type_in(&mut app, "f");
    app
}

const RACE: &str = r#"
format = 1
name = "race"
[counters]
total = 1_000
[[tasks]]
name = "adder"
count = 2
steps = [{ repeat = { times = 30, steps = [{ add = { counter = "total", how = "plain" } }] } }]
"#;

/// Two tasks that add one to a counter, 30 times each. In every third round both load the same value, and one addition is
/// lost, if they share the counter.
fn race(size: (u16, u16), key: &str) -> App {
    let mut app = app(size, RACE, key);
    let (shared, losses) = (key == "2", key == "2");
    let mut made = Made::default();
    made.submit(2);
    for task in 0..2u32 {
        made.enter(0.0, task, task as u16, task as u16, State::Running, true);
    }
    let (counter, mut values) = (CounterId(0), [1_000u32; 2]);
    for round in 0..30u32 {
        let ms = 1.0 + f64::from(round) * 2.0;
        let lost = losses && round % 3 == 2;
        for task in 0..2u32 {
            let copy = if shared { 0 } else { task as usize };
            let found = values[copy];
            let loaded = if lost && task == 1 { found - 1 } else { found };
            let overwrote = (loaded != found).then_some(TaskId(0));
            values[copy] = loaded + 1;
            let (value, since) = (loaded + 1, Ns::from_micros(400));
            let event = Event::Added { counter, task: TaskId(task), value, found, overwrote, since };
            made.add(ms + f64::from(task) * 0.2, task as u16, task as u16, event);
        }
    }
    for task in 0..2u32 {
        made.end(62.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(&mut app, 62.0, 0.0);
    made::type_in(&mut app, "f");
    app
}

const PERMITS: &str = r#"
format = 1
name = "permits"
[[tasks]]
name = "guest"
count = 3
steps = [{ lock = { name = "slots", limit = 2, try = true, steps = [{ compute = { amount = "10ms" } }] } }]
"#;

/// Two tasks have a permit each, a third tries in vain, and gets one when the first gives its own back.
fn permits(size: (u16, u16)) -> App {
    let mut app = app(size, PERMITS, "2");
    let mut made = Made::default();
    made.submit(3);
    let lock = LockId::named(0);
    let taken = |task: u32, taken, waited| Event::PermitTaken { lock, task: TaskId(task), taken, waited: Ns(waited) };
    let back = |task: u32, taken| Event::PermitReleased { lock, task: TaskId(task), taken };
    for task in 0..3u32 {
        made.enter(0.0, task, task as u16, 0, State::Running, true);
    }
    made.add(1.0, 0, 0, taken(0, 1, 0));
    made.add(2.0, 1, 0, taken(1, 2, 0));
    made.add(4.0, 2, 0, Event::LockRefused { lock, task: TaskId(2) });
    made.enter(5.0, 2, 2, 0, State::Lock, true);
    made.add(11.0, 0, 0, back(0, 1));
    made.add(11.1, 2, 0, taken(2, 2, 6_100_000));
    made.enter(11.1, 2, 2, 0, State::Running, true);
    made.add(16.0, 1, 0, back(1, 1));
    made.add(20.0, 2, 0, back(2, 0));
    for task in 0..3u32 {
        made.end(20.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(&mut app, 20.0, 0.0);
    made::type_in(&mut app, "f");
    app
}

#[test]
fn a_queue_on_a_projector() {
    assert_snapshot!(drawn(&queue((80, 24))));
}

#[test]
fn a_queue_on_the_reference_size() {
    assert_snapshot!(drawn(&queue((120, 36))));
}

#[test]
fn a_queue_on_a_large_screen() {
    assert_snapshot!(drawn(&queue((200, 60))));
}

#[test]
fn a_race_on_a_projector() {
    assert_snapshot!(drawn(&race((80, 24), "2")));
}

#[test]
fn a_race_on_the_reference_size() {
    assert_snapshot!(drawn(&race((120, 36), "2")));
}

#[test]
fn a_race_on_a_large_screen() {
    assert_snapshot!(drawn(&race((200, 60), "2")));
}

#[test]
fn a_lock_with_permits_and_a_refusal() {
    assert_snapshot!(drawn(&permits((120, 36))));
}

#[test]
fn a_queue_is_as_high_as_it_is_full_and_says_how_full_on_average() {
    let app = queue((80, 24));
    let scene = app.scene(52, &Rows::default()).expect("a run");
    let lane = &scene.shared[0];
    let SharedFigures::Queue { mean, room, waiting } = &lane.figures else { panic!("a queue") };
    let track = &app.run().expect("a run").trace().sharing.queues[&QueueId(0)];
    let whole = Range::new(Ns::ZERO, app.until());
    assert_eq!((*room, lane.name.as_str()), (8, "jobs"));
    assert!((mean - track.lengths(whole).mean).abs() < 1e-9 && *mean > 4.0 && *mean < 8.0, "{mean}");
    assert!((waiting[0] - track.waiting(QueueEnd::In, whole).share_of(whole.len())).abs() < 1e-9);
    assert!(waiting[0] > waiting[1], "the users are slow: {waiting:?}");
    // It is full in the middle: a full column is as high as the lane, less the line of ground above it.
    let text = drawn(&app);
    assert!(text.contains("of 8") && text.contains("for room"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let low = lines.iter().position(|l| l.trim_start().starts_with("jobs")).expect("its row");
    assert!(lines[low].contains('█') && lines[low - 1].contains('▇'), "two rows: {text}");
}

#[test]
fn what_was_lost_stands_upon_what_is_there_and_each_loss_has_a_mark() {
    let app = race((120, 36), "2");
    let text = drawn(&app);
    assert!(text.contains("is 1,050") && text.contains("should be 1,060"), "{text}");
    let marks = text.lines().find(|l| l.matches('×').count() == 10).unwrap_or_else(|| panic!("ten marks: {text}"));
    assert!(marks.trim_start().starts_with('×'), "{marks}");
    assert!(row(&text, "first loss").contains("adder 1") && row(&text, "first loss").contains("store 1,005"), "{text}");
    assert!(row(&text, "at 5.2 ms").contains("adder 2") && row(&text, "at 5.2 ms").contains("load 1,004"), "{text}");
    assert!(row(&text, "at 5.2 ms").contains("one addition is gone"), "{text}");
}

#[test]
fn copies_and_exact_counters_show_no_loss() {
    let app = race((120, 36), "3");
    let text = drawn(&app);
    assert!(text.contains("1,030, 1,030") && text.contains("2 own copies"), "{text}");
    assert!(!text.contains("should be") && !text.contains("first loss"), "{text}");
    let wide = drawn(&race((200, 60), "3"));
    assert!(wide.contains("each of 2 has its own copy"), "{wide}");
}

#[test]
fn c_goes_from_loss_to_loss_and_back_and_brings_each_into_view() {
    let mut app = race((120, 36), "2");
    let at = |app: &App| app.focus.selection.map(|s| (s.task.0, s.at.map(Ns::as_millis)));
    assert!(drawn(&app).contains("c next loss"), "the footer offers it");
    made::type_in(&mut app, "c");
    assert_eq!(at(&app), Some((1, Some(5.2))));
    assert!(drawn(&app).contains("Stored 1,005 over 1,005 by adder 1: one addition is gone."), "{}", drawn(&app));
    app.focus.zoom = Some(Range::new(Ns::ZERO, Ns::from_millis(8)));
    made::type_in(&mut app, "cc");
    assert_eq!(at(&app), Some((1, Some(17.2))));
    assert!(app.visible().contains(Ns::from_micros(17_200)));
    made::type_in(&mut app, "C");
    assert_eq!(at(&app), Some((1, Some(11.2))));
    app.focus.selection = None;
    made::type_in(&mut app, "C");
    assert_eq!(at(&app), Some((1, Some(59.2))), "the last one of all");
    made::type_in(&mut app, "c");
    assert_eq!(at(&app), Some((1, Some(59.2))), "there is none behind it");
    // A refused try is found too.
    let mut app = permits((120, 36));
    made::type_in(&mut app, "c");
    assert_eq!(at(&app), Some((2, Some(4.0))));
    assert!(drawn(&app).contains("Tried to take `slots`, and found it taken."), "{}", drawn(&app));
}

#[test]
fn where_nothing_was_lost_c_is_not_offered_and_says_so() {
    let mut app = race((200, 60), "3");
    assert!(!drawn(&app).contains("next loss"));
    made::type_in(&mut app, "c");
    assert_eq!(app.toast.as_ref().map(|t| t.text.as_str()), Some(Label::NoLosses.text()));
    assert_eq!(app.focus.selection, None);
}

#[test]
fn waits_at_a_queue_and_for_a_permit_lead_to_whoever_ended_them() {
    let mut app = queue((120, 36));
    made::press(&mut app, &[Key::Down]);
    for _ in 0..60 {
        made::type_in(&mut app, ".");
        if app.selected_span().is_some_and(|s| s.state == State::Channel) {
            break;
        }
    }
    let text = drawn(&app);
    assert!(text.contains("out of `jobs`: room.  u: go there"), "{text}");
    made::type_in(&mut app, "u");
    assert!(app.focus.task().is_some_and(|task| task.0 >= 2), "a user made the room");
    let mut app = permits((120, 36));
    made::press(&mut app, &[Key::Up]);
    made::type_in(&mut app, "..");
    assert!(drawn(&app).contains("Lock `slots`: guest 1 gave back its permit."), "{}", drawn(&app));
}

#[test]
fn messages_are_followed_close_by_and_the_selected_one_has_its_number() {
    let mut app = queue((200, 60));
    let lines = |app: &App| drawn(app).matches(['╲', '│']).count();
    assert_eq!(lines(&app), 0, "too many to be told apart");
    app.focus.zoom = Some(Range::new(Ns::ZERO, Ns::from_millis(8)));
    assert!(lines(&app) > 0, "{}", drawn(&app));
    made::press(&mut app, &[Key::Down]);
    made::type_in(&mut app, ".");
    let text = drawn(&app);
    assert!(text.contains("│ 1") || text.contains("╲ 1"), "{text}");
}

#[test]
fn the_help_explains_what_stands_in_the_lanes() {
    for (app, signs) in [
        (queue((200, 60)), vec![Sign::InQueue]),
        (race((200, 60), "2"), vec![Sign::CounterHolds, Sign::CounterLacks, Sign::LostAddition]),
        (permits((200, 60)), vec![Sign::Permits, Sign::Refused]),
    ] {
        let mut app = app;
        made::type_in(&mut app, "?");
        let text = drawn(&app);
        for sign in signs {
            assert!(text.contains(sign.means()), "{sign:?}: {text}");
        }
        assert!(text.contains("next loss") != text.contains(Sign::InQueue.means()), "{text}");
    }
}

#[test]
fn the_lanes_are_drawn_at_every_size_and_in_ascii() {
    for size in SIZES {
        for app in [queue(size), race(size, "2"), race(size, "3"), permits(size)] {
            let buffer = screen(&app, Look { ascii: true, ..Look::default() });
            let stranger = buffer.content.iter().find(|c| !c.symbol().is_ascii());
            assert_eq!(stranger, None, "{size:?}");
            assert_eq!(text(&buffer).matches('?').count(), 1, "only the footer's: {}", text(&buffer));
        }
    }
}
