//! The line that says what watching costs.

use concviz::app::{App, Message};
use concviz::recording::Conditions;
use concviz::state::State;
use concviz::trace::{Begin, End, KernelRecord, Overhead, RecordUse};
use concviz::ui::{Look, render};
use concviz::units::Ns;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::made::{self, Made};

const SIZES: [(u16, u16); 5] = [(40, 12), (64, 16), (80, 24), (120, 36), (200, 60)];

/// The row above the footer.
fn line(app: &App) -> String {
    let (width, height) = app.size;
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    render(app, Look::default(), area, &mut buffer);
    (0..width).map(|x| buffer[(x, height - 2)].symbol()).collect::<String>().trim().to_owned()
}

/// A run that goes on, one of two seconds that is asked what it costs.
fn running(size: (u16, u16), kernel_record: KernelRecord) -> App {
    let mut app = made::app("cpu", size);
    let mut made = Made::default();
    made.submit(4);
    made.enter(0.0, 0, 0, 0, State::Running, true);
    let run = made::id(&app);
    made::tell(
        &mut app,
        Message::Begin(run, Begin { t0: made::T0, cores: vec![0, 1], kernel_record, ..Begin::default() }),
    );
    made::tell(&mut app, Message::Events(run, made.into_events()));
    made::tell(&mut app, Message::Tick(made::at(1_000.0)));
    app
}

fn end(lost: u64, kernel: Option<RecordUse>) -> End {
    let ms = Ns::from_millis;
    End {
        at: made::at(2_000.0),
        overhead: Overhead { collector: ms(16), dispatcher: ms(4), server: Ns::ZERO },
        events: 8_200,
        lost,
        thousand_events: Ns(31_200),
        kernel,
        ..End::default()
    }
}

#[test]
fn one_key_shows_and_hides_it_at_every_size() {
    for size in SIZES {
        let mut app = running(size, KernelRecord::Switches);
        let before = line(&app);
        made::type_in(&mut app, "w");
        assert!(line(&app).starts_with("0 lost  5 events/s so far"), "{size:?}: {}", line(&app));
        let (run, kernel) = (made::id(&app), RecordUse { switches: 762, lost: 0 });
        let conditions = Conditions { screen: Some(0.01), watching: 0.02, ..Conditions::default() };
        made::tell(&mut app, Message::End(run, Box::new(end(0, Some(kernel))), conditions));
        let whole = match size.0 {
            ..64 => "0 lost  4.1k/s 31 ns  watching 1.0 %",
            64..80 => "0 lost  4.1k events/s, 31 ns each  watching 1.0 %  screen 0.5",
            80..100 => "0 lost  4.1k events/s, 31 ns each  watching 1.0 %  screen 0.5  collector 0.4",
            _ => {
                "0 lost  4.1k events/s, 31 ns each  watching 1.0 %  screen 0.5  collector 0.4  dispatcher 0.1  381 switches/s"
            }
        };
        assert_eq!(line(&app), whole, "{size:?}");
        made::type_in(&mut app, "w");
        assert_ne!(line(&app), whole);
        assert!(before.is_empty() || before != whole);
    }
}

#[test]
fn what_is_lost_of_either_record_is_said_first_and_a_refusal_is_named() {
    let mut app = running((120, 36), KernelRecord::Switches);
    made::type_in(&mut app, "w");
    let run = made::id(&app);
    made::tell(
        &mut app,
        Message::End(run, Box::new(end(5, Some(RecordUse { switches: 9, lost: 7 }))), Conditions::default()),
    );
    assert!(line(&app).starts_with("12 LOST  "), "{}", line(&app));
    let mut app = running((200, 60), KernelRecord::None("users may not read it".to_owned()));
    made::type_in(&mut app, "w");
    let run = made::id(&app);
    made::tell(&mut app, Message::End(run, Box::new(end(0, None)), Conditions::default()));
    assert!(line(&app).contains("no kernel record"), "{}", line(&app));
    assert!(line(&app).ends_with("users may not read it"), "{}", line(&app));
    assert!(!line(&app).contains("screen"), "what nobody measured is not named: {}", line(&app));
}
