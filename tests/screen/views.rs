//! The views of the workers, of the cores and of their utilization: keys, mouse and pictures.

use concviz::app::{Action, App, CoreLoad, Key, Message, Target, View};
use concviz::palette::Theme;
use concviz::state::{Outcome, State};
use concviz::text::Label;
use concviz::trace::KernelRecord;
use concviz::ui::{Depth, Look, hit};
use concviz::units::{Ns, TaskId};
use insta::assert_snapshot;
use ratatui::layout::Rect;

use super::made::{self, Made};
use super::pictures::{draw, styled};

/// Four tasks that take turns on two cores and leave them free now and then.
fn with_pauses(app: &mut App) {
    let mut made = Made::default();
    made.submit(4);
    for round in 0..20u32 {
        for task in 0..4u32 {
            let from = f64::from(round) * 50.0 + f64::from(task / 2) * 20.0;
            let length = if task < 2 { 20.0 } else { 15.0 };
            made.enter(from, task, task as u16, (task % 2) as u16, State::Running, true);
            made.enter(from + length, task, task as u16, 0, State::Sleep, true);
        }
    }
    for task in 0..4 {
        made.end(1_030.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(app, 1_030.0, 0.0);
}

/// Four threads on two cores, beside others that took a part of them.
fn shared(size: (u16, u16)) -> App {
    let mut app = made::app("cpu", size);
    made::serial_cpu(&mut app);
    made::tell(&mut app, Message::Tick(made::T0.before(Ns::from_millis(100))));
    made::type_in(&mut app, "2");
    with_pauses(&mut app);
    for (ms, cores) in [(200.0, [0.9, 0.7]), (450.0, [0.9, 1.0]), (700.0, [0.8, 1.0]), (950.0, [1.0, 0.7])] {
        made::tell(&mut app, Message::Tick(made::at(ms)));
        made::tell(&mut app, Message::Load(CoreLoad { cores: (0..).zip(cores).collect() }));
    }
    made::tell(&mut app, Message::Tick(made::at(1_030.0)));
    app
}

/// The same in `view`.
fn viewed(size: (u16, u16), view: View) -> App {
    let mut app = shared(size);
    made::tell(&mut app, Message::Click(Target::View(view, false)));
    app
}

fn picture(app: &App) -> String {
    styled(&draw(app, Look::default()))
}

fn stops(app: &mut App, key: Key, presses: usize) -> Vec<(View, bool)> {
    let stop = |_| {
        assert!(made::press(app, &[key]).is_empty());
        (app.shown.view().expect("one run"), app.focus.lens)
    };
    (0..presses).map(stop).collect()
}

#[test]
fn tab_goes_through_the_views_and_back() {
    let mut app = shared((80, 24));
    let order = [View::Workers, View::Order, View::Cores, View::Utilization, View::Tasks].map(|view| (view, false));
    assert_eq!(stops(&mut app, Key::Tab, 5), order);
    let back = [View::Utilization, View::Cores, View::Order, View::Workers, View::Tasks].map(|view| (view, false));
    assert_eq!(stops(&mut app, Key::BackTab, 5), back);
}

#[test]
fn where_a_lock_was_taken_the_lens_is_one_of_the_views_and_gives_the_zoom_back() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "++");
    let zoom = app.visible();
    let others = [View::Workers, View::Order, View::Cores, View::Utilization].map(|view| (view, false));
    let round = [&[(View::Tasks, true)], &others[..], &[(View::Tasks, false)]].concat();
    assert_eq!(stops(&mut app, Key::Tab, 6), round);
    assert_eq!(app.visible(), zoom);
    let back: Vec<_> = others.into_iter().rev().chain([(View::Tasks, true)]).collect();
    assert_eq!(stops(&mut app, Key::BackTab, 5), back);
    assert!(app.visible().len() < zoom.len());
    made::press(&mut app, &[Key::Esc]);
    assert_eq!((app.focus.lens, app.visible()), (false, zoom));
}

#[test]
fn every_view_zooms_pans_pauses_and_selects_alike() {
    for view in View::ALL {
        let mut app = viewed((80, 24), view);
        let axis = app.visible();
        made::type_in(&mut app, "++");
        made::press(&mut app, &[Key::Left, Key::Down]);
        assert!(app.visible().len() < axis.len());
        assert_eq!(app.focus.task(), Some(TaskId(0)));
        made::type_in(&mut app, " ");
        assert!(app.is_paused());
        let view = app.shown.view();
        for left in [true, true, false] {
            assert_eq!(app.shown.view() == view && (app.is_paused() || app.focus.zoom.is_some()), left);
            made::press(&mut app, &[Key::Esc]);
            if view == Some(View::Tasks) {
                break;
            }
        }
    }
}

#[test]
fn escape_leads_from_a_view_to_the_tasks_and_another_run_stays_in_it() {
    let mut app = viewed((80, 24), View::Cores);
    assert!(!made::type_in(&mut app, "r").is_empty());
    assert_eq!(app.shown.view(), Some(View::Cores));
    made::press(&mut app, &[Key::Esc]);
    assert_eq!(app.shown.view(), Some(View::Tasks));
}

#[test]
fn what_stands_around_a_view_does_not_move() {
    for size in [(40, 12), (80, 24), (120, 36), (200, 60)] {
        let rows = |view| {
            let buffer = draw(&viewed(size, view), Look::default());
            concviz::export::text(&buffer).lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let tasks = rows(View::Tasks);
        let same = |row: &&String| ["threads  ", "MEASURED", "serial  "].iter().any(|word| row.starts_with(word));
        for other in View::ALL.map(rows) {
            assert_eq!(tasks.len(), other.len());
            let kept = |rows: &[String]| rows.iter().filter(same).cloned().collect::<Vec<_>>();
            assert_eq!(kept(&tasks), kept(&other));
            assert_eq!(tasks.first(), other.first());
            assert_eq!(tasks.last(), other.last());
        }
    }
}

fn target(app: &App, x: u16, y: u16) -> Option<Target> {
    match hit(app, Rect::new(0, 0, app.size.0, app.size.1), x, y)? {
        Message::Click(target) => Some(target),
        other => panic!("a press gave {other:?}"),
    }
}

#[test]
fn a_press_on_a_core_selects_the_task_there_and_the_names_of_the_views_can_be_pressed() {
    let mut app = viewed((120, 36), View::Cores);
    let rows = concviz::export::text(&draw(&app, Look::default()));
    let y = rows.lines().position(|row| row.trim_start().starts_with("core 1")).expect("a core") as u16;
    let Some(Target::Lane(task, Some(_))) = target(&app, 30, y) else { panic!("no lane:\n{rows}") };
    assert!([TaskId(1), TaskId(3)].contains(&task), "{task:?} was never on core 1");
    assert!(target(&app, 100, y).is_none(), "nobody is there yet");
    let x = rows.lines().nth(1).and_then(|row| row.find("usage")).expect("its name") as u16;
    assert_eq!(target(&app, x, 1), Some(Target::View(View::Utilization, false)));
    made::tell(&mut app, Message::Click(Target::View(View::Utilization, false)));
    assert_eq!(app.shown.view(), Some(View::Utilization));
    let y = rows.lines().position(|row| row.starts_with(" cores ")).expect("the axis") as u16;
    assert_eq!(target(&app, 2, y), Some(Target::Action(Action::NextView)));
}

#[test]
fn the_lens_has_a_tab_of_its_own_where_a_lock_was_taken() {
    let mut app = made::first_minute((120, 36));
    let tabs = |app: &App| concviz::export::text(&draw(app, Look::default())).lines().nth(1).unwrap_or("").to_owned();
    let x = tabs(&app).find(" lens ").expect("a tab") as u16 + 1;
    assert_eq!(target(&app, x, 1), Some(Target::View(View::Tasks, true)));
    made::tell(&mut app, Message::Click(Target::View(View::Tasks, true)));
    assert!(app.focus.lens && app.shown.view() == Some(View::Tasks));
    assert!(tabs(&app).contains(" lens "), "it stays while it is shown");
    made::tell(&mut app, Message::Click(Target::View(View::Tasks, false)));
    assert!(!app.focus.lens);
    assert!(!tabs(&shared((120, 36))).contains("lens"), "no lock was taken there");
}

#[test]
fn where_nothing_is_recorded_the_views_say_what_they_rest_on() {
    for view in [View::Cores, View::Utilization] {
        let mut app = viewed((120, 36), view);
        made::live(&mut app).run_mut().expect("a run").recording.trace.kernel_record =
            KernelRecord::None("it is refused".to_owned());
        let rows = concviz::export::text(&draw(&app, Look::default()));
        assert!(rows.contains("seen by the workers themselves, to 0.15 ms: no kernel record ("), "{rows}");
    }
}

#[test]
fn the_cores_on_a_projector() {
    assert_snapshot!(picture(&viewed((80, 24), View::Cores)));
}

#[test]
fn the_cores_on_the_reference_size() {
    assert_snapshot!(picture(&viewed((120, 36), View::Cores)));
}

#[test]
fn the_cores_on_a_large_screen() {
    assert_snapshot!(picture(&viewed((200, 60), View::Cores)));
}

#[test]
fn the_cores_close_by_with_a_task_selected() {
    let mut app = viewed((80, 24), View::Cores);
    made::type_in(&mut app, "++++");
    made::press(&mut app, &[Key::Down]);
    assert_snapshot!(picture(&app));
}

#[test]
fn the_cores_without_colour() {
    let look = Look { theme: Theme::Dark, depth: Depth::None, ascii: false };
    assert_snapshot!(styled(&draw(&viewed((80, 24), View::Cores), look)));
}

#[test]
fn the_utilization_on_a_projector() {
    assert_snapshot!(picture(&viewed((80, 24), View::Utilization)));
}

#[test]
fn the_utilization_on_the_reference_size() {
    assert_snapshot!(picture(&viewed((120, 36), View::Utilization)));
}

#[test]
fn the_utilization_on_a_large_screen() {
    assert_snapshot!(picture(&viewed((200, 60), View::Utilization)));
}

/// The row of the tabs, and what a press on each of its columns means.
fn tabs(app: &App) -> (Vec<char>, Vec<Option<Target>>) {
    let text = concviz::export::text(&draw(app, Look::default()));
    let mut row: Vec<char> = text.lines().nth(1).unwrap_or_default().chars().collect();
    row.resize(app.size.0.into(), ' ');
    (row, (0..app.size.0).map(|x| target(app, x, 1)).collect())
}

/// The part of the row of tabs on which a press means `wanted`.
fn pressable(row: &[char], presses: &[Option<Target>], wanted: Target) -> String {
    let hit = row.iter().zip(presses).filter(|(_, press)| **press == Some(wanted));
    hit.map(|(c, _)| *c).collect::<String>().trim().to_owned()
}

#[test]
fn the_views_can_be_chosen_in_the_row_of_tabs_at_every_width() {
    for keys in ["2", "2g", "2G"] {
        let mut app = made::app("cpu", (80, 24));
        made::tell(&mut app, Message::Load(CoreLoad { cores: vec![(0, 0.5), (1, 1.0)] }));
        made::type_in(&mut app, keys);
        made::answer(&mut app);
        let stops = app.views();
        for width in (40..=150).chain([160, 200]) {
            let place = usize::from(width) % stops.len();
            let target = |(view, lens)| Target::View(view, lens);
            made::tell(&mut app, Message::Click(target(stops[place])));
            made::tell(&mut app, Message::Resize(width, 24));
            let (row, presses) = tabs(&app);
            let on = |wanted| pressable(&row, &presses, wanted);
            let names = |(view, lens): (View, bool)| {
                let names = if lens { [Label::LensShort; 2] } else { [view.label(), view.row().short] };
                names.map(Label::text)
            };
            let [name, short] = names(stops[place]);
            let number = format!("{}/{}", place + 1, stops.len());
            let one = [format!("{short} {number}"), short.to_owned(), number];
            let here = on(target(stops[place]));
            let ways = [Action::PreviousView, Action::NextView].map(|action| on(Target::Action(action)));
            let words: String = row.iter().collect();
            match ways.each_ref().map(String::as_str) {
                ["‹", "›"] => assert!(one.contains(&here), "{width}: {words}"),
                ["", ""] if width >= 80 => {
                    for stop in &stops {
                        assert!(names(*stop).contains(&on(target(*stop)).as_str()), "{width}: {words}");
                    }
                }
                ways => assert!(ways == ["", ""] && here.is_empty(), "{width}: {words}"),
            }
            assert!(width < 130 || here == name || (here == short && width < 150), "{width}: {words}");
        }
    }
}

#[test]
fn a_shortened_tab_leads_to_the_view_before_and_the_next() {
    let mut app = viewed((80, 24), View::Tasks);
    let ways = [('›', View::Workers), ('›', View::Order), ('‹', View::Workers), ('‹', View::Tasks)];
    for (sign, view) in ways {
        let (row, presses) = tabs(&app);
        let x = row.iter().position(|c| *c == sign).expect("a way on");
        made::tell(&mut app, Message::Click(presses[x].expect("it can be pressed")));
        assert_eq!(app.shown.view(), Some(view), "{sign}");
    }
}
