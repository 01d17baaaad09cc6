//! The playhead: from event to event, a little on and back, by the mouse, slow and fast; over runs that go on, that are
//! over, and that were recorded. It is never past the end.

use concviz::app::{Action, App, Key, Layer, Message, Playhead, Target, keys};
use concviz::ui::{Look, hit, render};
use concviz::units::{Ns, TaskId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::made::{self, Made};
use super::variants;

fn ms(ms: u64) -> Ns {
    Ns::from_millis(ms)
}

/// Whether what is shown lies within what there is.
#[track_caller]
fn assert_inside(app: &App) {
    assert!(app.until() <= app.present(), "{:?} is past {:?}", app.until(), app.present());
    if app.run().is_some_and(concviz::app::Run::is_over) {
        assert!(app.moment() <= app.end());
    }
}

#[test]
fn it_goes_from_change_to_change_and_no_further_than_the_ends() {
    for mut app in [made::first_minute((80, 24)), made::viewed((80, 24), &["a"])] {
        made::type_in(&mut app, "N");
        let last = app.until();
        assert!(app.is_paused() && last < app.end());
        made::type_in(&mut app, "n");
        made::type_in(&mut app, "n");
        assert_eq!(app.playhead, Playhead::Live, "behind the last change is the end");
        made::type_in(&mut app, "n");
        assert_eq!((app.playhead, app.until()), (Playhead::Live, app.end()));
        let mut seen = Vec::new();
        while seen.last() != Some(&Ns::ZERO) {
            made::type_in(&mut app, "N");
            seen.push(app.until());
            assert_inside(&app);
            assert!(seen.len() < 20_000);
        }
        assert!(seen.windows(2).all(|pair| pair[1] < pair[0]), "each is before the one before");
        made::type_in(&mut app, "N");
        assert_eq!(app.until(), Ns::ZERO);
        // The same way back.
        for at in seen.iter().rev().skip(1).take(20) {
            made::type_in(&mut app, "n");
            assert_eq!(app.until(), *at);
        }
    }
}

#[test]
fn it_is_moved_a_little_on_and_back() {
    let mut app = made::first_minute((80, 24));
    let step = app.visible().len().times(1, 40);
    made::type_in(&mut app, "<<");
    assert_eq!(app.until(), app.end() - step.times(2, 1));
    made::type_in(&mut app, ">");
    assert_eq!(app.until(), app.end() - step);
    made::type_in(&mut app, ">>>>");
    assert_eq!(app.playhead, Playhead::Live);
    for _ in 0..100 {
        made::type_in(&mut app, "<");
    }
    assert_eq!(app.until(), Ns::ZERO);
    made::press(&mut app, &[Key::End]);
    assert_eq!(app.until(), app.end());
    made::type_in(&mut app, "<");
    made::press(&mut app, &[Key::Esc]);
    assert_eq!(app.playhead, Playhead::Live);
}

#[test]
fn over_a_run_that_goes_on_it_stands_still_and_follows_again() {
    let mut app = made::app("cpu", (80, 24));
    Made::default().begin(&mut app);
    made::tell(&mut app, Message::Tick(made::at(300.0)));
    for (keys, wanted) in [("<", None), (" ", Some(ms(300)))] {
        made::type_in(&mut app, keys);
        assert!(app.is_paused() && !matches!(app.playhead, Playhead::Replay { .. }), "{keys}");
        let at = app.until();
        assert!(wanted.is_none_or(|w| w == at) && at <= ms(300));
        made::tell(&mut app, Message::Tick(made::at(300.0)));
        assert_eq!(app.until(), at, "it goes on unseen");
        made::press(&mut app, &[Key::End]);
        assert_eq!((app.playhead, app.until()), (Playhead::Live, ms(300)));
    }
    // Nothing is there yet beyond the present.
    for _ in 0..200 {
        made::type_in(&mut app, ">");
        assert_inside(&app);
    }
    made::tell(&mut app, Message::Click(Target::Moment(ms(5_000))));
    assert_inside(&app);
    made::type_in(&mut app, "zZ");
    assert!(!matches!(app.playhead, Playhead::Replay { .. }), "there is nothing to be replayed yet");
}

#[test]
fn a_press_on_the_axis_takes_it_there_and_behind_the_end_to_the_end() {
    let area = Rect::new(0, 0, 80, 24);
    for mut app in [made::first_minute((80, 24)), made::viewed((80, 24), &["a"])] {
        let layout = concviz::ui::Layout::of(&app, area).expect("it is large enough");
        for x in layout.plot.0..layout.plot.0 + layout.plot.1 {
            let message = hit(&app, area, x, layout.axis).expect("an instant");
            made::tell(&mut app, message.clone());
            let Message::Click(Target::Moment(at)) = message else { panic!("{message:?}") };
            assert_eq!(app.until(), at.min(app.end()));
            assert_eq!(app.is_paused(), at < app.end());
        }
        assert!(matches!(hit(&app, area, 1, layout.axis), Some(Message::Click(Target::Action(Action::NextView)))));
    }
}

#[test]
fn the_picture_follows_it_out_of_the_stretch_that_is_looked_at() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "++++");
    let length = app.visible().len();
    made::press(&mut app, &[Key::Home]);
    for key in "<<<<<<<<<<<<<<<<<<<<<<<<NNNNNNNNN>>>>>nnnnnnnnnnnnnnnnnn".chars() {
        made::press(&mut app, &[Key::Char(key)]);
        let (at, visible) = (app.until(), app.visible());
        assert!(visible.contains(at) || at == visible.to, "{key}: {at} is not in {visible:?}");
        assert_eq!(visible.len(), length, "it only moves");
    }
    // A replay that leaves it takes the picture along, one that has not come to it yet does not.
    made::tell(&mut app, Message::Click(Target::Moment(ms(1_000))));
    made::type_in(&mut app, " ");
    let begin = app.now;
    for n in 1..20 {
        made::tell(&mut app, Message::Tick(begin + ms(n * 45)));
        assert!(app.playhead == Playhead::Live || app.visible().contains(app.until()), "{n}");
    }
    let visible = app.visible();
    assert!(visible.from > ms(1_000));
    made::press(&mut app, &[Key::Esc, Key::Char('z')]);
    made::tell(&mut app, Message::Tick(begin + ms(1_200)));
    assert_eq!(app.visible(), visible);
}

#[test]
fn selected_and_filtered_it_stays_what_it_is() {
    let mut app = made::viewed((120, 36), &["a"]);
    made::press(&mut app, &[Key::Down, Key::Char('N'), Key::Tab]);
    assert!(app.is_paused() && app.focus.selection.is_some_and(|s| s.task == TaskId(0)));
    let at = app.until();
    for _ in 0..3 {
        made::press(&mut app, &[Key::Tab]);
        assert_eq!(app.until(), at, "every view shows the same instant");
    }
}

/// A small generator of numbers that look random.
fn dice() -> fastrand::Rng {
    fastrand::Rng::with_seed(0xD1CE)
}

#[test]
fn two_thousand_keys_and_presses_break_nothing() {
    let mut random = dice();
    let table: Vec<Key> = keys::KEYS
        .iter()
        .filter(|b| !matches!(b.action, Action::Quit | Action::Suspend))
        .flat_map(|b| b.keys.iter().copied())
        .collect();
    let apps = [
        made::app("cpu", (80, 24)),
        made::compared((120, 36)),
        made::viewed((80, 24), &["a"]),
        made::viewed((40, 12), &["a", "b"]),
        variants::started((80, 24), variants::race()),
        variants::viewed((120, 36)),
    ];
    for mut app in apps {
        let mut now = made::at(0.0);
        for n in 0..2_000 {
            match random.u8(..12) {
                0 if app.run().is_some_and(|run| !run.is_over()) => drop(made::answer(&mut app)),
                1 => {
                    let (x, y) = (random.u16(..app.size.0), random.u16(..app.size.1));
                    let area = Rect::new(0, 0, app.size.0, app.size.1);
                    if let Some(message) = hit(&app, area, x, y) {
                        made::tell(&mut app, message);
                    }
                }
                2 => drop(made::tell(&mut app, Message::Drag(random.i32(-30..30)))),
                _ => drop(made::press(&mut app, &[table[random.usize(..table.len())]])),
            }
            now = now + ms(random.u64(..80));
            made::tell(&mut app, Message::Tick(now));
            assert_inside(&app);
            assert!(!app.visible().is_empty());
            assert!(app.shown.comparison().is_none_or(|compare| compare.row < app.compared().len()));
            // Where something is lit it is what is shown, but while numbers are turned.
            let shown = app.run().map(|run| run.model);
            assert_eq!(app.run().map_or(app.row().variant, |run| run.variant), app.row().variant, "after {n}");
            if !matches!(app.layer, Some(Layer::Dials(_))) && app.shown.view().is_some() {
                assert!(
                    shown.is_none_or(|model| model == app.setup.model),
                    "after {n}: {shown:?} {:?}",
                    app.setup.model
                );
            }
            let area = Rect::new(0, 0, app.size.0, app.size.1);
            render(&app, Look::default(), area, &mut Buffer::empty(area));
        }
    }
}
