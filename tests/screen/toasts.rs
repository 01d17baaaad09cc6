//! Toasts: how long each stands, and beside which run.

use concviz::app::{App, Message, Saved};
use concviz::text::{Label, NoLink};
use concviz::units::Ns;

use super::made;

fn toast(app: &App) -> Option<&str> {
    app.toast.as_ref().map(|toast| toast.text.as_str())
}

fn saved(app: &mut App) -> String {
    let saved = Saved::Runs { count: 2, file: "runs.concviz".to_owned() };
    let text = saved.text();
    made::tell(app, Message::Saved(Ok(saved)));
    text
}

#[test]
fn what_is_said_of_a_run_goes_when_another_starts() {
    for keys in ["3", "r", "g", "x"] {
        let mut app = made::first_minute((80, 24));
        made::type_in(&mut app, "u");
        assert_eq!(toast(&app), Some(NoLink::NothingSelected.text()));
        assert_eq!(app.toast.as_ref().and_then(|toast| toast.about), Some(made::id(&app)));
        made::type_in(&mut app, "+w");
        assert!(toast(&app).is_some(), "the run is still looked at");
        made::type_in(&mut app, keys);
        assert_eq!(toast(&app), None, "{keys}");
    }
}

#[test]
fn what_is_said_of_a_run_goes_when_another_is_shown() {
    let mut app = made::viewed((80, 24), &["a"]);
    made::type_in(&mut app, "G");
    assert_eq!(toast(&app), Some(Label::NoSuchRun.text()));
    made::type_in(&mut app, "2");
    assert_eq!(toast(&app), None);
    made::type_in(&mut app, "r");
    assert_eq!(toast(&app), Some(Label::NothingRunsHere.text()));
    made::type_in(&mut app, "x");
    assert_eq!(toast(&app), None, "runs beside each other are not that run");
}

#[test]
fn what_is_said_of_a_file_stays_for_its_time() {
    let mut app = made::first_minute((80, 24));
    let (said, now) = (saved(&mut app), app.now);
    made::type_in(&mut app, "3");
    made::answer(&mut app);
    made::type_in(&mut app, "x");
    assert_eq!(toast(&app), Some(said.as_str()));
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(3_999)));
    assert_eq!(toast(&app), Some(said.as_str()));
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(4_000)));
    assert_eq!(toast(&app), None);
}
