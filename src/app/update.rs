//! How a message changes the state, and what is to be done about it.

use super::{
    Action, App, Effect, InComparison, InFiles, InLayer, Key, Layer, Message, Phase, Playhead, RowKey, Run, RunId,
    Selection, Shown, Source, Target, comparing, keys, layers, light, losses, order, playing, show, start, variants,
    viewport, views, workers,
};
use crate::plan::Rates;
use crate::recording::Conditions;
use crate::scene::axis_ahead;
use crate::state::Failure;
use crate::text::{self, Label};
use crate::trace::{End, Frame};
use crate::units::{Ns, Stamp};

/// Applies `message` to `app`. Returns what is to be done about it, in this order.
#[must_use = "what is to be done would be lost"]
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    hear(app, message);
    app.forget_stale_toast();
    app.take_asked()
}

fn hear(app: &mut App, message: Message) {
    match message {
        Message::Key(key) => {
            app.pressed = light::of(app, key).or(app.pressed);
            press(app, key);
        }
        Message::Click(target) => click(app, target),
        Message::Wheel { steps, zoom_at: Some(at) } => match app.shown {
            Shown::Run(_) => viewport::zoom(app, steps < 0, Some(at)),
            Shown::Comparison(_) => {}
        },
        Message::Wheel { steps, zoom_at: None } => wheel(app, steps),
        Message::Drag(columns) => viewport::drag(app, columns, app.size.0),
        Message::Resize(columns, rows) => app.size = (columns, rows),
        Message::Tick(now) => tick(app, now),
        Message::Begin(id, begin) => {
            with_run(app, id, |run| {
                run.phase = Phase::Running;
                run.recording.take(Frame::Begin(begin));
            });
            order::see(app);
        }
        Message::Events(id, events) => {
            with_run(app, id, |run| run.recording.take(Frame::Events(events)));
            order::see(app);
        }
        Message::End(id, end, conditions) => over(app, id, *end, conditions),
        Message::Failed(id, reason) => failed(app, id, reason),
        Message::Calibrated(rates) => calibrated(app, Some(rates)),
        Message::NotCalibrated(why) => {
            // The next key that runs something tries again.
            calibrated(app, None);
            comparing::give_up(app);
            app.say(text::no_rates(&why));
        }
        Message::Load(load) => {
            if let Source::Live(live) = &mut app.source {
                live.take_load(load, app.now);
            }
        }
        Message::Saved(result) => app.say(result.map_or_else(|why| why.text(), |what| what.text())),
        Message::Stopped(from, to) => stopped(app, from, to),
    }
}

/// The machine's rates became known, or cannot be measured.
fn calibrated(app: &mut App, rates: Option<Rates>) {
    let Source::Live(live) = &mut app.source else { return };
    let waited = std::mem::take(&mut live.waiting);
    let Some(rates) = rates else { return };
    live.rates = Some(rates.or(live.rates.unwrap_or_default()));
    live.samples.is_quiet(app.now);
    if waited {
        start::start(app);
    }
}

fn with_run(app: &mut App, id: RunId, change: impl FnOnce(&mut Run)) {
    if let Source::Live(live) = &mut app.source
        && let Some(run) = live.awaited(id)
    {
        change(run);
    }
}

fn failed(app: &mut App, id: RunId, reason: Failure) {
    let now = app.now;
    let Source::Live(live) = &mut app.source else { return };
    live.samples.is_quiet(now);
    let Some(run) = live.awaited(id) else { return };
    run.phase = Phase::Failed;
    run.recording.trace.fail(now);
    let row = run.row();
    run.recording.take(Frame::Failed(reason));
    // Stuck once it is stuck every time; after any other failure the next run may come to its end.
    if let Some(why) = run.recording.broken.clone().filter(Failure::is_stuck) {
        app.scoreboard.enter(row, Err(why));
    }
    comparing::next(app);
}

fn over(app: &mut App, id: RunId, end: End, conditions: Conditions) {
    let Source::Live(live) = &mut app.source else { return };
    let Some(run) = live.awaited(id) else { return };
    run.phase = Phase::Over;
    run.recording.take(Frame::End(end));
    run.recording.conditions = conditions;
    run.score = run.recording.score();
    live.note_order();
    live.samples.is_quiet(app.now);
    order::arrange(app);
    let Some(run) = app.source.run() else { return };
    let (Some(time), Some(score)) = (run.trace().makespan(), run.score) else { return };
    // A run that stood still for a while took longer than its work takes: it does not count.
    if run.recording.counts() {
        app.scoreboard.enter(run.row(), Ok(score));
    }
    let slowest = app.scoreboard.slowest().unwrap_or_default();
    if app.focus.zoom.is_none() && start::is_dwarfed(slowest.max(time), app.axis) {
        app.axis = axis_ahead(Ns::ZERO, slowest.max(time));
    }
    grow_axis(app, time);
    comparing::next(app);
}

/// The axis never jumps while a run grows: it doubles when the run leaves it.
fn grow_axis(app: &mut App, reached: Ns) {
    while reached > app.axis {
        app.axis = app.axis.times(2, 1);
    }
}

fn tick(app: &mut App, now: Stamp) {
    app.now = now;
    app.fade();
    playing::advance(app, now);
    if matches!(app.playhead, Playhead::Live) {
        let reached = app.until();
        grow_axis(app, reached);
    }
    order::tick(app);
}

fn stopped(app: &mut App, from: Stamp, to: Stamp) {
    app.now = to;
    let Source::Live(live) = &mut app.source else { return };
    if let Some(run) = live.run_mut().filter(|r| r.phase == Phase::Running) {
        run.recording.trace.suspend(from, to);
    }
}

fn press(app: &mut App, key: Key) {
    let action = keys::action(key);
    if order::is_writing(app) && action.is_none_or(|action| order::is_for_line(key, action)) {
        order::press(app, key);
        return;
    }
    let Some(action) = action else { return };
    if action == Action::Variant && !app.has_variants() {
        return app.say(Label::NoVariants.text());
    }
    match app.layer.map(|layer| (layer, layer.means(action))) {
        None | Some((_, InLayer::Usual)) => perform(app, action),
        Some((_, InLayer::GivesWay)) => {
            app.layer = None;
            perform(app, action);
        }
        Some((layer, InLayer::Close)) => layers::close(app, layer),
        Some((_, InLayer::TakeBack)) => layers::take_back(app),
        Some((_, InLayer::Open(place))) => layers::open(app, place),
        Some((_, InLayer::Turn(place, up))) => layers::turn(app, place, up),
        Some((layer, InLayer::Move(by))) => layers::walk(app, layer, by),
        Some((_, InLayer::Nothing)) => {}
    }
}

fn wheel(app: &mut App, steps: i32) {
    let key = if steps > 0 { Key::Down } else { Key::Up };
    for _ in 0..steps.abs() {
        press(app, key);
    }
}

fn click(app: &mut App, target: Target) {
    match target {
        Target::Action(action) => perform(app, action),
        Target::Lane(task, at) => {
            app.focus.selection = Some(Selection { task, at });
            app.focus.detail = at.is_some();
        }
        Target::View(view, lens) => views::show(app, view, lens),
        Target::Board(key) => run_row(app, key),
        Target::Row(n) => comparing::press(app, n),
        Target::Moment(at) => playing::to(app, at),
        Target::Item(n) => layers::press(app, n),
    }
}

fn perform(app: &mut App, action: Action) {
    if let Source::Files(files) = &app.source {
        match files.means(action) {
            InFiles::Usual => {}
            InFiles::Show(Some(id)) => {
                show::next(app, id);
                return variants::settle(app);
            }
            InFiles::Show(None) => {
                let lacks = files.lacks();
                return app.say_of_run(lacks);
            }
            InFiles::Refused(why) => return app.say_of_run(why.text()),
        }
    }
    if let Shown::Comparison(_) = app.shown {
        match InComparison::of(action) {
            InComparison::Usual => {}
            InComparison::GivesWay => comparing::give_way(app),
            InComparison::Anew => return comparing::measure(app, true),
            InComparison::Choose(by) => return comparing::walk(app, by),
            InComparison::Open => return comparing::enter(app),
            InComparison::Leave => return comparing::leave(app),
            InComparison::Nothing => return,
        }
    }
    match action {
        Action::Model(kind) => {
            app.setup.model.kind = kind;
            start::start(app);
        }
        Action::Lock => {
            app.setup.toggle_lock();
            start::start(app);
        }
        Action::Generation => {
            app.setup.toggle_generation();
            start::start(app);
        }
        Action::Variant => {
            variants::next(app);
            start::start(app);
            variants::settle(app);
        }
        Action::Again => start::start(app),
        Action::Open => app.layer = Some(layers::list(app)),
        Action::Dials => app.layer = Some(Layer::Dials(0)),
        Action::Help => app.layer = Some(Layer::Help(0)),
        Action::Slow => playing::slower(app),
        Action::Fast => playing::faster(app),
        Action::Pause => playing::pause(app),
        Action::ScrubBack => playing::scrub(app, false),
        Action::ScrubOn => playing::scrub(app, true),
        Action::PreviousEvent => playing::event(app, false),
        Action::NextEvent => playing::event(app, true),
        Action::Compare => comparing::open(app),
        Action::LaneUp => workers::lane(app, -1),
        Action::LaneDown => workers::lane(app, 1),
        Action::LanesUp => workers::lane(app, -10),
        Action::LanesDown => workers::lane(app, 10),
        Action::Filter => order::open(app),
        Action::Sort => order::sort(app),
        Action::PanLeft => viewport::pan(app, false),
        Action::PanRight => viewport::pan(app, true),
        Action::ZoomIn => viewport::zoom(app, true, None),
        Action::ZoomOut => viewport::zoom(app, false, None),
        Action::Fit => viewport::fit(app),
        Action::Start => viewport::edge(app, false),
        Action::End => {
            viewport::edge(app, true);
            playing::follow(app);
        }
        Action::Previous => workers::segment(app, false),
        Action::Next => workers::segment(app, true),
        Action::Unblocker => to_unblocker(app),
        Action::NextLoss => losses::go(app, true),
        Action::PreviousLoss => losses::go(app, false),
        Action::Detail => {
            // The detail opens and stays open while the user walks from segment to segment.
            app.focus.selection = app.focus.selection.or(app.first_lane().map(|task| Selection { task, at: None }));
            app.focus.detail = app.focus.selection.is_some();
        }
        Action::NextView => views::turn(app, true),
        Action::PreviousView => views::turn(app, false),
        Action::Costs => app.costs = !app.costs,
        Action::Picture => app.ask(Effect::Save(picture_name(app))),
        Action::Store => store(app),
        Action::Copy => app.ask(Effect::Copy),
        Action::Close => close(app),
        Action::Theme => {
            app.coloring = app.coloring.next();
            app.say(app.coloring.text());
        }
        Action::Redraw => app.ask(Effect::Repaint),
        Action::Suspend => app.ask(Effect::Suspend),
        Action::Quit => {
            app.ask(Effect::Stop);
            app.ask(Effect::Quit);
        }
    }
}

/// Goes to the task that ended the selected wait, or says why there is none.
fn to_unblocker(app: &mut App) {
    if let Err(why) = viewport::unblocker(app) {
        app.say_of_run(why.text());
    }
}

/// Closes the top layer only, one at a time.
fn close(app: &mut App) {
    if let Some(layer) = app.layer {
        layers::close(app, layer);
    } else if app.focus.detail {
        app.focus.detail = false;
    } else if order::clear(app) {
        // The filter is gone: the header says that this key takes it away.
    } else if matches!(app.playhead, Playhead::Replay { .. } | Playhead::Frozen(_)) {
        playing::follow(app);
    } else if app.focus.leave_lens() {
        // The zoom from before the lens is back.
    } else if app.focus.zoom.is_some() {
        app.focus.widen();
    } else {
        match app.shown {
            Shown::Run(view) if view.is_pane() => app.shown = Shown::default(),
            Shown::Run(_) => app.focus.selection = None,
            Shown::Comparison(_) => comparing::leave(app),
        }
    }
}

/// Runs the row `key` of the scoreboard; where nothing is run, its run is shown.
fn run_row(app: &mut App, key: RowKey) {
    match &app.source {
        Source::Live(_) => {
            variants::turn(app, key.variant);
            app.setup.choose(key.model(app.setup.lock));
            start::start(app);
            variants::settle(app);
        }
        Source::Files(files) => {
            if let Some(id) = files.of_row(key) {
                show::next(app, id);
                variants::settle(app);
            } else {
                let lacks = files.lacks();
                app.say_of_run(lacks);
            }
        }
    }
}

/// Stores the runs that are over, the one that is watched and those that are kept beside it.
fn store(app: &mut App) {
    let mut runs: Vec<RunId> = app.runs().filter(|run| run.is_over()).map(|run| run.id).collect();
    runs.sort_unstable();
    if runs.is_empty() {
        app.say(Label::NothingToStore.text());
    } else {
        app.ask(Effect::Store(format!("concviz-{}", app.setup.workload.name), runs));
    }
}

fn picture_name(app: &App) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = app.work().chars().map(plain).collect();
    // A run that nobody planned has no model.
    let planned = app.run().is_none_or(|run| run.recording.model().is_some());
    let model = app.setup.model;
    match app.shown {
        Shown::Comparison(_) => format!("concviz-{name}-compare"),
        Shown::Run(_) if !planned => format!("concviz-{name}"),
        Shown::Run(_) if model.lock.is_on() => format!("concviz-{name}-{}-{}", model.kind.name(), model.lock.name()),
        Shown::Run(_) => format!("concviz-{name}-{}", model.kind.name()),
    }
}
