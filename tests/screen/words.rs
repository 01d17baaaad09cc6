//! One name for each state, one swatch for each colour, and a help that explains what stands on the screen.

use std::collections::BTreeSet;

use concviz::app::{App, Key};
use concviz::export::text;
use concviz::state::{Outcome, State};
use concviz::text::{Label, Sign};
use concviz::ui::{Depth, Look};
use ratatui::style::Color;

use super::made::{self, Made};
use super::pictures::draw;

/// A screen whose legend has room for every state there is.
const WIDE: (u16, u16) = (240, 60);

/// A run on threads in which a task is in every state that a planned run has, each for a while.
fn every_state(size: (u16, u16)) -> App {
    let mut app = made::app("cpu", size);
    made::type_in(&mut app, "2");
    let mut made = Made::default();
    for (n, state) in State::PLANNED.into_iter().enumerate() {
        made.enter(10.0 * n as f64, 0, 0, 0, state, true);
    }
    let end = 10.0 * State::PLANNED_COUNT as f64;
    for task in 0..4 {
        made.end(end, task, task as u16, Outcome::Done, 0);
    }
    made.finish(&mut app, end, 0.0);
    app
}

fn rows(app: &App, look: Look) -> Vec<String> {
    text(&draw(app, look)).lines().map(str::to_owned).collect()
}

#[test]
fn legend_and_detail_call_every_state_the_same() {
    let mut app = every_state(WIDE);
    let legend = rows(&app, Look::default()).into_iter().find(|row| row.contains("runs")).expect("a legend");
    for state in State::PLANNED {
        let name = Label::of_state(state, true).text();
        assert!(legend.contains(&format!(" {name} ")), "{name} is not in the legend: {legend}");
    }
    made::press(&mut app, &[Key::Down]);
    let mut told = BTreeSet::new();
    for _ in State::PLANNED {
        made::type_in(&mut app, ".");
        let span = app.selected_span().expect("a segment");
        let name = Label::of_state(span.state, span.holds).text();
        let screen = text(&draw(&app, Look::default()));
        assert!(screen.contains(&format!("task 1 {name} 1")), "{name} is not in the detail:\n{screen}");
        told.insert(name);
    }
    assert_eq!(told.len(), State::PLANNED_COUNT);
}

#[test]
fn every_swatch_of_the_legend_is_another() {
    let app = every_state(WIDE);
    let legend = Label::StateRunning.text();
    for (depth, ascii) in [(Depth::True, false), (Depth::Indexed, false), (Depth::Sixteen, false), (Depth::None, true)]
    {
        let buffer = draw(&app, Look { depth, ascii, ..Look::default() });
        let y = (0..buffer.area.height)
            .rev()
            .find(|y| {
                (0..WIDE.0).map(|x| buffer[(x, *y)].symbol()).collect::<String>().contains(&format!(" {legend} "))
            })
            .expect("a legend");
        let row: String = (0..WIDE.0).map(|x| buffer[(x, y)].symbol()).collect();
        let mut swatches: Vec<(String, Option<Color>)> = Vec::new();
        for state in State::PLANNED {
            let name = format!(" {} ", Label::of_state(state, true).text());
            let at = row.find(&name).unwrap_or_else(|| panic!("{name} is not in the legend: {row}"));
            let x = row[..at].chars().count() as u16 - 1;
            let (symbol, color) = (buffer[(x, y)].symbol().to_owned(), buffer[(x, y)].style().fg);
            // With many colours each state has its own; with few, or none, its shape or its letter tells it.
            let like = swatches.iter().find(|(s, c)| match depth {
                Depth::True | Depth::Indexed => *c == color,
                Depth::Sixteen => *c == color && *s == symbol,
                Depth::None => *s == symbol,
            });
            assert_eq!(like, None, "{name} looks like another state at {depth:?}");
            swatches.push((symbol, color));
        }
    }
}

#[test]
fn the_help_explains_the_signs_that_are_on_the_screen_and_no_others() {
    let help = |mut app: App| {
        made::type_in(&mut app, "?");
        text(&draw(&app, Look::default()))
    };
    let mut locked = made::first_minute((120, 60));
    made::press(&mut locked, &[Key::Tab]);
    let locked = help(locked);
    assert!(locked.contains(Label::HelpHere.text()), "{locked}");
    let gil = [Sign::State(State::Gil, true), Sign::Forced, Sign::Digits, Sign::Bar, Sign::UnderWay];
    for sign in gil {
        assert!(locked.contains(sign.means()), "{sign:?} is not explained:\n{locked}");
    }
    let mut plain = made::app("cpu", (120, 60));
    made::serial_cpu(&mut plain);
    let plain = help(plain);
    for sign in [Sign::State(State::Running, true), Sign::State(State::Queued, true), Sign::Ratio] {
        assert!(plain.contains(sign.means()), "{sign:?} is not explained:\n{plain}");
    }
    for sign in [Sign::State(State::Gil, true), Sign::Forced, Sign::Voluntary, Sign::Asked, Sign::OtherPrograms] {
        assert!(!plain.contains(sign.means()), "{sign:?} is not on the screen:\n{plain}");
    }
    let empty = help(made::app("cpu", (40, 12)));
    assert!(!empty.contains(Label::HelpHere.text()), "nothing is drawn yet:\n{empty}");
}
