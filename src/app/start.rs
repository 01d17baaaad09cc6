//! Starts a run of what is set up.

use super::{App, Effect, Playhead, Source, order};
use crate::plan::Expected;
use crate::scene::axis_ahead;
use crate::units::Ns;
use crate::workload::Kernels;

/// Runs what is set up, where runs are made; a run under way is stopped.
pub(super) fn start(app: &mut App) {
    let (cores, whole_cores) = (app.cores(), app.whole_cores());
    let Source::Live(live) = &mut app.source else { return };
    app.focus.widen();
    // In a comparison the run is kept whatever came of it: its row says why it does not count.
    live.keep(&app.setup, app.shown.comparison().is_some());
    live.samples.restart(live.is_busy(), app.now);
    app.playhead = Playhead::Live;
    app.layer = None;
    app.focus.forget_segment();
    take_up(app);
    let Source::Live(live) = &mut app.source else { return };
    // Made only once: thousands of programs take time, and the user's key waits for it.
    let tasks = match app.setup.tasks() {
        Ok(tasks) => tasks,
        Err(why) => return app.say(why.to_string()),
    };
    let rates = live.rates.unwrap_or_default();
    let expected = Expected::of(&tasks, rates);
    live.estimate = expected.serial;
    let slowest = app.scoreboard.slowest().unwrap_or_default();
    let least = app.setup.at_least(&expected, tasks.len(), cores);
    let dwarfed = is_dwarfed(least.max(slowest), expected.serial);
    app.axis = axis_ahead(if dwarfed { least } else { expected.serial }, slowest);
    let missing = rates.missing(Kernels::of_all(&tasks));
    if missing.is_empty() {
        let plan = app.setup.plan(tasks, whole_cores, rates);
        let id = live.begin(app.setup.clone(), plan.clone(), app.machine.clone());
        app.ask(Effect::Start(id, plan));
    } else if live.wait() {
        app.ask(Effect::Stop);
        app.ask(Effect::Calibrate(missing));
    }
    order::arrange(app);
}

/// From now on the scoreboard belongs to what is set up: where that is other work, the figures and runs of the old one
/// go.
pub(super) fn take_up(app: &mut App) {
    let Source::Live(live) = &mut app.source else { return };
    if live.belongs_to(&app.setup) {
        app.scoreboard.clear();
        live.kept.clear();
        app.focus.selection = None;
    }
}

/// Whether an axis of `length` would show the slowest run so far as a speck: thousands of tasks that wait together are
/// over in no time, though one after the other they would take an hour.
pub(super) fn is_dwarfed(slowest: Ns, length: Ns) -> bool {
    slowest > Ns::ZERO && slowest.times(4, 1) < length
}

impl App {
    /// Begins the first run: what the program does when it is launched.
    #[must_use = "what is to be done would be lost"]
    pub fn launch(&mut self) -> Vec<Effect> {
        start(self);
        self.take_asked()
    }
}
