//! The bottom of the screen: the legend, which is the profile of what is visible, and the detail of what is selected.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{lane, paint};
use crate::app::{Action, App, Run, keys};
use crate::model::ModelKind;
use crate::scene::Scene;
use crate::state::State;
use crate::text::{self, Label, Link, percent};
use crate::trace::{CounterTrack, Means, Span, Trace};
use crate::units::{LockId, Ns, QueueId, Range, TaskId};

/// The state a task is in, in a word or two, beside its name.
pub fn short(state: State, kind: ModelKind) -> &'static str {
    Label::short_of_state(state, kind != ModelKind::Async).text()
}

/// The legend: only states that are present, each drawn as its lane draws it.
pub fn draw(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (Some(y), Some(_)) = (layout.legend, app.run()) else { return };
    let mut x = layout.area.x + 1;
    // A state that keeps a worker in one place and none in another has one name, and so one swatch.
    let mut entries: Vec<(State, bool, f64)> = Vec::new();
    for (state, holds, share) in scene.legend() {
        match entries.iter_mut().find(|e| Label::of_state(e.0, e.1) == Label::of_state(state, holds)) {
            Some(same) => same.2 += share,
            None => entries.push((state, holds, share)),
        }
    }
    for (state, holds, share) in entries {
        let symbol = lane::symbol(look, state, holds);
        let text = format!("{} {}", Label::of_state(state, holds).text(), percent(share));
        if x + 2 + paint::width(&text) > layout.area.right() {
            break;
        }
        paint::cell(buffer, x, y, symbol, look.fg(Role::of(state, holds)));
        x = paint::put(buffer, x + 2, y, layout.area.right(), &text, look.fg(Role::Dim)) + 3;
    }
}

/// Who ended the selected wait, or keeps it going on, in words.
fn link(app: &App, run: &Run) -> Option<String> {
    let found = app.unblocker()?;
    let holder = run.trace().names.get(found.holder.index()).map_or_else(String::new, |n| n.name.clone());
    let trace = run.trace();
    let name = |lock: LockId| lock.name_index().and_then(|n| trace.lock_names.get(n)).cloned();
    let queue =
        |queue: QueueId| trace.sharing.queue_names.get(queue.index()).map_or_else(String::new, |q| q.name.clone());
    let link = match (found.means, found.released) {
        (Means::Lock(lock), Some(_)) => {
            Link::Ended { lock: name(lock), holder, forced: found.forced, turns: found.turns }
        }
        (Means::Lock(lock), None) => Link::GoesOn { lock: name(lock), holder, held: found.hold.len() },
        (Means::Permit(lock), _) => Link::Permit { lock: name(lock).unwrap_or_default(), holder },
        (Means::Message(id, number), _) => Link::Message { queue: queue(id), holder, number: number + 1 },
        (Means::Room(id, number), _) => Link::Room { queue: queue(id), holder, number: number + 1 },
    };
    Some(link.text())
}

/// Which additions were destroyed by the store at the selected instant, in words.
fn loss(app: &App, run: &Run) -> Option<String> {
    let selection = app.focus.selection?;
    let at = selection.at?;
    let counters = run.trace().sharing.counters.values().filter_map(CounterTrack::shared);
    let stores = counters.flat_map(|counter| counter.within(Range::new(at, at + Ns(1))));
    let by = stores.into_iter().find(|addition| addition.task == selection.task && addition.lost() != 0)?;
    let whose = by.overwrote.and_then(|task| run.trace().names.get(task.index())).map(|name| name.name.as_str());
    Some(text::shared::stored_over(by.value, by.found, whose, by.lost()))
}

/// Which lock the selected task found taken at the selected instant, and who had it, in words.
fn refusal(app: &App, run: &Run) -> Option<String> {
    let selection = app.focus.selection?;
    let at = selection.at?;
    let trace = run.trace();
    let sharing = &trace.sharing;
    let here = Range::new(at, at + Ns(1));
    let is_here = |lock: &LockId| sharing.refusals(*lock, here).iter().any(|(_, task)| *task == selection.task);
    let lock = sharing.refused_locks().find(is_here)?;
    let name = lock.name_index().and_then(|place| trace.lock_names.get(place))?;
    let hold = trace.locks.get(&lock).and_then(|lock| lock.holder_at(at));
    let holder = hold.and_then(|hold| trace.names.get(hold.task.index())).map(|holder| holder.name.as_str());
    Some(text::shared::tried(name, holder))
}

/// Where a segment happened: the worker, its process and thread, the core; and whether it kept the worker.
fn draw_place(run: &Run, span: &Span, look: Look, (x, y, right): (u16, u16, u16), buffer: &mut Buffer) {
    let worker = run.trace().workers.get(span.worker.index());
    let place = worker
        .filter(|w| w.pid != 0)
        .map_or_else(String::new, |w| text::screen::worker(u64::from(span.worker.0) + 1, w.pid, w.tid));
    let core = Trace::core_of(span.core).filter(|_| span.state == State::Running);
    let core = core.map_or_else(String::new, |c| format!("  {} {}", Label::Core.text(), c.0));
    let held = text::screen::its_worker(span.state, span.holds);
    let dim = look.fg(Role::Dim);
    paint::parts(
        buffer,
        x,
        y,
        right,
        &[(&place, dim), (&core, dim), (if held.is_empty() { "" } else { "  " }, dim), (held, dim)],
    );
}

/// What the selected segment is; in place of the legend. A line `head` comes first, if there is one.
pub fn draw_detail(app: &App, head: Option<&str>, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (Some(run), Some(selection)) = (app.run(), app.focus.selection) else { return };
    paint::fill(buffer, layout.detail, look.ground());
    let (x, right) = (layout.area.x + 1, layout.area.right());
    let mut y = layout.detail.y;
    let name = run.trace().names.get(selection.task.index()).map_or("", |n| n.name.as_str());
    let text = look.fg(Role::Text);
    let dim = look.fg(Role::Dim);
    let Some(track) = run.trace().tasks.get(selection.task.index()) else { return };
    if let Some(head) = head {
        paint::put(buffer, x, y, right, head, text);
        y += 1;
    }
    if let Some(span) = app.selected_span() {
        let lasted = text::screen::lasted(Label::of_state(span.state, span.holds).text(), span.range.len(), span.open);
        let doing = format!(" {lasted}");
        let from = text::screen::from_to(span.range);
        paint::parts(
            buffer,
            x,
            y,
            right,
            &[
                (name, text.add_modifier(Modifier::BOLD)),
                (&doing, look.fg(Role::State(span.state)).add_modifier(Modifier::BOLD)),
                (&from, text),
            ],
        );
        y += 1;
        if let Some(link) = link(app, run) {
            let key = format!("  {}", keys::shown(Action::Unblocker));
            let there = format!(": {}", Label::GoThere.text());
            let accent = look.fg(Role::Accent);
            let offer = paint::width(&key) + paint::width(&there);
            let end = if x + paint::width(&link) + offer <= right { right } else { right.saturating_sub(offer) };
            let x = paint::put(buffer, x, y, end, &link, text);
            paint::parts(buffer, x, y, right, &[(&key, accent.add_modifier(Modifier::BOLD)), (&there, accent)]);
            y += 1;
        }
        if let Some(loss) = loss(app, run).or_else(|| refusal(app, run)) {
            y = y.min(layout.footer - 2);
            paint::put(buffer, x, y, right, &loss, look.fg(Role::Alarm));
            y += 1;
        }
        if y + 1 < layout.footer {
            draw_place(run, &span, look, (x, y, right), buffer);
            y += 1;
        }
    } else if let (Some(at), Some((outcome, _))) = (track.ended_at(), track.end) {
        let end = format!(" {} at {at}", outcome.name());
        paint::parts(buffer, x, y, right, &[(name, text.add_modifier(Modifier::BOLD)), (&end, text)]);
        y += 1;
    }
    if y < layout.footer {
        let sums = track.sums(app.until());
        let mut states: Vec<State> = State::ALL.into_iter().filter(|s| sums[*s as usize].0 > 0).collect();
        states.sort_by_key(|s| std::cmp::Reverse(sums[*s as usize]));
        let mut line = laps(run, selection.task).unwrap_or_default();
        let held = run.trace().held_by(selection.task, app.until());
        if run.model.lock.is_on() && held > Ns::ZERO {
            line += &format!("{} {held}   ", Label::HeldTheGil.text());
        }
        for state in states {
            let words = Label::of_state(state, run.model.kind != ModelKind::Async).text();
            let part = format!("{words} {}   ", sums[state as usize]);
            if x + paint::width(&line) + paint::width(part.trim_end()) > right {
                break;
            }
            line += &part;
        }
        paint::put(buffer, x, y, right, line.trim_end(), dim);
    }
}

/// How many rounds a task made, once the run is over; nothing if it made none, or nobody knows.
fn laps(run: &Run, task: TaskId) -> Option<String> {
    let laps = run.trace().report.as_ref()?.results.get(task.index())?.laps.filter(|laps| *laps > 0)?;
    let track = run.trace().tasks.get(task.index())?;
    let time = track.ended_at().zip(track.first_running()).map_or(Ns::ZERO, |(to, from)| to - from);
    Some(format!("{} {}   ", Label::Laps.text(), text::laps(laps, time)))
}
