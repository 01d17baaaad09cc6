//! What the screen asks for: one queue, and the one place that carries it out. Nothing gets lost: whatever the screen
//! answers to any message goes into the queue, and what needs a terminal waits in it until there is one.

use std::collections::VecDeque;
use std::io;

use crate::app::{App, Effect, Message, RunId, Saved, Unsaved, update};
use crate::plan::Plan;
use crate::state::{Failure, NoRates};
use crate::units::{Stamp, TurnLength};
use crate::workload::Kernels;

/// Why the screen is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The user wants to.
    Asked,
    /// A signal of this number.
    Signal(i32),
}

/// What carries out the effects that the screen asks for, or says why it cannot.
pub trait Shell {
    /// Whether there is a terminal: what needs one is not asked for before.
    fn has_terminal(&self) -> bool;
    /// Stops the run under way, if any, and runs `plan`.
    fn start(&mut self, app: &App, id: RunId, plan: &Plan) -> Result<(), Failure>;
    /// Tells a run that goes on that its global lock has another interval.
    fn turn_lock(&mut self, id: RunId, length: TurnLength);
    /// Stops the run under way, if any.
    fn stop(&mut self);
    /// Begins to measure how fast this machine is.
    fn calibrate(&mut self, kernels: Kernels) -> Result<(), NoRates>;
    /// Saves a picture of what is looked at. Returns what was saved.
    fn save(&mut self, app: &App, name: &str) -> Result<Saved, Unsaved>;
    /// Stores runs in a file. Returns what was saved.
    fn store(&mut self, app: &App, name: &str, runs: &[RunId]) -> Result<Saved, Unsaved>;
    /// Sends the result to the clipboard. Returns what was sent.
    fn copy(&mut self, app: &App) -> Result<Saved, Unsaved>;
    /// Sees to it that the next frame is drawn whole.
    fn repaint(&mut self);
    /// Gives the terminal back until the program is continued. Returns from when to when the program stood still.
    ///
    /// # Errors
    /// If the terminal cannot be taken again.
    fn suspend(&mut self, app: &App) -> io::Result<(Stamp, Stamp)>;
}

/// What is still to be done, in the order in which it was asked for.
#[derive(Default)]
pub struct Effects {
    waiting: VecDeque<Effect>,
}

impl Effects {
    /// Asks for `effects`, after all that was asked for before.
    pub fn ask(&mut self, effects: impl IntoIterator<Item = Effect>) {
        self.waiting.extend(effects);
    }

    /// Tells the screen what happened, and keeps what it asks for.
    pub fn tell(&mut self, app: &mut App, message: Message) {
        let effects = update(app, message);
        self.ask(effects);
    }

    /// Carries out all that can be done now, and what comes of it; whether the screen is to be left.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn perform(&mut self, app: &mut App, shell: &mut impl Shell) -> io::Result<Option<Leave>> {
        let mut later = VecDeque::new();
        while let Some(effect) = self.waiting.pop_front() {
            match effect {
                Effect::Save(_) | Effect::Store(..) | Effect::Copy | Effect::Repaint | Effect::Suspend
                    if !shell.has_terminal() =>
                {
                    later.push_back(effect);
                }
                Effect::Start(id, plan) => {
                    if let Err(why) = shell.start(app, id, &plan) {
                        self.tell(app, Message::Failed(id, why));
                    }
                }
                Effect::TurnLock(id, length) => shell.turn_lock(id, length),
                Effect::Stop => shell.stop(),
                Effect::Calibrate(kernels) => {
                    if let Err(why) = shell.calibrate(kernels) {
                        self.tell(app, Message::NotCalibrated(why));
                    }
                }
                Effect::Save(name) => {
                    let saved = shell.save(app, &name);
                    self.tell(app, Message::Saved(saved));
                }
                Effect::Store(name, runs) => {
                    let stored = shell.store(app, &name, &runs);
                    self.tell(app, Message::Saved(stored));
                }
                Effect::Copy => {
                    let copied = shell.copy(app);
                    self.tell(app, Message::Saved(copied));
                }
                Effect::Repaint => shell.repaint(),
                Effect::Suspend => {
                    let (from, to) = shell.suspend(app)?;
                    self.tell(app, Message::Stopped(from, to));
                }
                Effect::Quit => return Ok(Some(Leave::Asked)),
            }
        }
        self.waiting = later;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Key, Run};
    use crate::machine::Machine;
    use crate::model::{LockSettings, Model, ModelKind};
    use crate::plan::{Rates, Wishes};
    use crate::recording::Conditions;
    use crate::settings::Setup;
    use crate::text::storing::Clipboard;
    use crate::trace::{Begin, End};
    use crate::units::Ns;
    use crate::workload::{Scale, find};

    const T0: Stamp = Stamp(1_000_000_000);

    const SENT: Saved = Saved::Sent { lines: 5, to: Clipboard::Terminal };

    /// A shell that refuses some things and remembers the others.
    #[derive(Default)]
    struct Fake {
        terminal: bool,
        refuses: Vec<ModelKind>,
        started: Vec<Model>,
        done: Vec<&'static str>,
    }

    impl Shell for Fake {
        fn has_terminal(&self) -> bool {
            self.terminal
        }

        fn start(&mut self, app: &App, id: RunId, plan: &Plan) -> Result<(), Failure> {
            assert_eq!(app.run().map(|run| run.id), Some(id), "what is started is what is watched");
            if self.refuses.contains(&plan.model.kind) {
                return Err(Failure::Told { sentence: "the system allows no more".to_owned() });
            }
            self.started.push(plan.model);
            Ok(())
        }

        fn turn_lock(&mut self, _: RunId, _: TurnLength) {
            self.done.push("turn");
        }

        fn stop(&mut self) {
            self.done.push("stop");
        }

        fn calibrate(&mut self, _: Kernels) -> Result<(), NoRates> {
            Err(NoRates::Ended { status: "nothing".to_owned() })
        }

        fn save(&mut self, _: &App, _: &str) -> Result<Saved, Unsaved> {
            self.done.push("save");
            Ok(Saved::Picture { svg: "a.svg".to_owned(), png: "a.png".to_owned() })
        }

        fn store(&mut self, _: &App, _: &str, _: &[RunId]) -> Result<Saved, Unsaved> {
            self.done.push("store");
            Err(Unsaved::NotKept)
        }

        fn copy(&mut self, _: &App) -> Result<Saved, Unsaved> {
            self.done.push("copy");
            Ok(SENT)
        }

        fn repaint(&mut self) {
            self.done.push("repaint");
        }

        fn suspend(&mut self, _: &App) -> io::Result<(Stamp, Stamp)> {
            self.done.push("suspend");
            Ok((T0, T0 + Ns(1)))
        }
    }

    fn app(rates: Option<Rates>) -> App {
        let setup = Setup {
            workload: find("cpu").expect("a shipped workload"),
            model: Model::plain(ModelKind::Serial),
            lock: LockSettings::default(),
            wishes: Wishes::default(),
            scale: Scale::ONE,
        };
        App::new(setup, Machine { usable: 2.0, allowed: vec![0, 1] }, rates, T0, (80, 24))
    }

    fn perform(effects: &mut Effects, app: &mut App, shell: &mut Fake) -> Option<Leave> {
        effects.perform(app, shell).expect("a terminal")
    }

    /// Presses `x` and brings every run that begins then to its end.
    fn compare(app: &mut App, shell: &mut Fake) {
        let mut effects = Effects::default();
        effects.ask(app.launch());
        perform(&mut effects, app, shell);
        effects.tell(app, Message::Key(Key::Char('x')));
        perform(&mut effects, app, shell);
        while let Some(run) = app.run().filter(|run| !run.is_over()) {
            let id = run.id;
            effects.tell(app, Message::Begin(id, Begin { t0: T0, workers: 1, cores: vec![0, 1], ..Begin::default() }));
            let end = End { at: T0 + Ns::from_millis(10), ..End::default() };
            effects.tell(app, Message::End(id, Box::new(end), Conditions::default()));
            perform(&mut effects, app, shell);
        }
    }

    #[test]
    fn a_comparison_goes_on_where_a_run_of_it_cannot_be_started() {
        use ModelKind::{Async, Processes, Serial, Threads};
        for refuses in [vec![Processes], vec![Serial], vec![Threads, Async], ModelKind::ALL.to_vec()] {
            let mut shell = Fake { refuses: refuses.clone(), ..Fake::default() };
            let mut app = app(Some(Rates::all(1_000_000)));
            compare(&mut app, &mut shell);
            let failed: Vec<bool> = app.compared().iter().map(|row| row.failure.is_some()).collect();
            let wanted = [Serial, Threads, Processes, Async, Threads].map(|kind| refuses.contains(&kind));
            assert_eq!(failed, wanted, "every row was tried");
            let made = app.compared().iter().all(|row| row.failure.is_some() || row.run.is_some_and(Run::is_over));
            assert!(made && shell.started.iter().all(|model| !refuses.contains(&model.kind)));
            let compare = app.shown.comparison().expect("it is shown");
            assert!(app.run().is_some_and(Run::is_over) && !compare.is_measuring());
        }
    }

    #[test]
    fn what_needs_a_terminal_waits_for_one_and_nothing_else_does() {
        let (mut app, mut shell) = (app(Some(Rates::all(1_000_000))), Fake::default());
        let mut effects = Effects::default();
        effects.ask([Effect::Suspend, Effect::Save("a".to_owned())]);
        effects.ask(app.launch());
        effects.ask([Effect::Store("b".to_owned(), Vec::new()), Effect::Stop, Effect::Repaint, Effect::Copy]);
        assert_eq!(perform(&mut effects, &mut app, &mut shell), None);
        assert_eq!((shell.started.len(), shell.done.as_slice()), (1, &["stop"][..]));
        shell.terminal = true;
        effects.tell(&mut app, Message::Key(Key::Char('q')));
        assert_eq!(perform(&mut effects, &mut app, &mut shell), Some(Leave::Asked));
        assert_eq!(shell.done, ["stop", "suspend", "save", "store", "repaint", "copy", "stop"]);
        assert_eq!(app.toast.as_ref().map(|toast| toast.text.as_str()), Some(SENT.text().as_str()), "each is said");
    }

    #[test]
    fn a_machine_that_cannot_be_measured_is_said() {
        let (mut app, mut shell) = (app(None), Fake::default());
        let mut effects = Effects::default();
        effects.ask(app.launch());
        perform(&mut effects, &mut app, &mut shell);
        let said = crate::text::no_rates(&NoRates::Ended { status: "nothing".to_owned() });
        assert_eq!(app.toast.as_ref().map(|toast| toast.text.as_str()), Some(said.as_str()));
        assert!(!app.is_calibrating());
    }
}
