//! The tracks of cores, of the event loop and of locks.

use std::io;

use super::Writer;
use crate::export::Portion;
use crate::export::json::quoted;
use crate::state::Outcome;
use crate::text::exported::{ASKS, EVENT_LOOP, WAITS_ON};
use crate::trace::{Hold, Owner, Track, Turn};
use crate::units::Range;

/// The owner's name where several claim to work, or where nobody knows who does.
const SOMEBODY: &str = "\"somebody\"";

/// Who has a core or the loop for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub range: Range,
    pub owner: Owner,
    /// Whether the owner works there; else it is there without computing, or nobody is there.
    pub works: bool,
}

/// What one track shows: stretches of work, and all others.
#[derive(Clone, Debug, Default)]
struct TrackStretches {
    work: Vec<Stretch>,
    rest: Vec<Stretch>,
}

impl TrackStretches {
    /// All stretches in order, none overlapping another: where the record claims both, work counts.
    fn laid(self) -> Vec<Stretch> {
        let TrackStretches { mut work, mut rest } = self;
        work.sort_unstable_by_key(|s| s.range.from);
        rest.sort_unstable_by_key(|s| s.range.from);
        let (mut all, mut next, mut free_from) =
            (Vec::with_capacity(work.len() + rest.len()), 0, Range::default().from);
        for stretch in rest {
            let mut from = stretch.range.from.max(free_from);
            while work.get(next).is_some_and(|w| w.range.to <= from) {
                next += 1;
            }
            let among = work[next..].iter().take_while(|w| w.range.from < stretch.range.to);
            for worked in among {
                all.push(Stretch { range: Range::new(from, worked.range.from), ..stretch });
                from = from.max(worked.range.to);
            }
            all.push(Stretch { range: Range::new(from, stretch.range.to), ..stretch });
            free_from = free_from.max(stretch.range.to);
        }
        all.retain(|s| !s.range.is_empty());
        all.append(&mut work);
        all.sort_unstable_by_key(|s| s.range.from);
        all
    }
}

impl Writer<'_, '_, '_> {
    pub(super) fn cores(&mut self) -> io::Result<()> {
        let trace = self.run.trace();
        let aggregate = trace.aggregate();
        let mut lanes = vec![TrackStretches::default(); aggregate.cores().len()];
        let mut event_loop = TrackStretches::default();
        let looped = self.run.has_loop();
        aggregate.turns(self.window, |range, turn| match turn {
            Turn::Core(place, owner) => lanes[place].work.push(Stretch { range, owner, works: true }),
            Turn::OffTask(place, owner) => lanes[place].rest.push(Stretch { range, owner, works: false }),
            Turn::Loop(_) | Turn::Listens if !looped => {}
            Turn::Loop(owner) => event_loop.work.push(Stretch { range, owner, works: true }),
            Turn::Listens => event_loop.rest.push(Stretch { range, owner: Owner::Nobody, works: false }),
        });
        let mut numbers = trace.cores.clone();
        numbers.sort_unstable();
        numbers.dedup();
        for (tid, core) in (self.tids.cores..).zip(numbers) {
            let place = aggregate.place_of(core);
            let lane = place.map(|place| std::mem::take(&mut lanes[place])).unwrap_or_default();
            self.lane(tid, &format!("core {core}"), "core", lane)?;
        }
        if looped {
            self.lane(self.tids.event_loop, EVENT_LOOP, "loop", event_loop)?;
        }
        Ok(())
    }

    fn lane(&mut self, tid: u64, name: &str, category: &str, lane: TrackStretches) -> io::Result<()> {
        let track = self.track(tid, name)?;
        let names = self.quoted();
        let plain = format!(",\"cat\":\"{category}\"");
        let grey = format!("{plain},\"cname\":\"grey\"");
        for stretch in lane.laid() {
            let (name, kind) = match stretch.owner {
                Owner::Task(task) => (names.get(task.index()).map_or(SOMEBODY, String::as_str), &plain),
                Owner::Somebody => (SOMEBODY, &plain),
                Owner::Helper => ("\"helper\"", &plain),
                Owner::Watcher => ("\"overhead\"", &grey),
                Owner::Nobody => ("\"listens\"", &grey),
            };
            let works = if stretch.works { "true}}" } else { "false}}" };
            self.slice(&track, stretch.range, name, kind)?.raw(",\"args\":{\"works\":").raw(works);
            self.tally.turns += 1;
        }
        Ok(())
    }

    /// The tasks' names, as JSON has texts.
    fn quoted(&self) -> Vec<String> {
        self.run.tasks().map(|task| quoted(&self.run.task_name(task))).collect()
    }

    pub(super) fn locks(&mut self) -> io::Result<()> {
        let run = self.run;
        let names = self.quoted();
        for (tid, (id, lock)) in (self.tids.locks..).zip(&run.trace().locks) {
            let name = run.lock_name(*id);
            let title = if id.name_index().is_some() { format!("lock {name}") } else { name };
            let track = self.track(tid, &title)?;
            for hold in lock.holds(self.window) {
                let name = names.get(hold.task.index()).map_or(SOMEBODY, String::as_str);
                let waited = hold.waited.0;
                self.slice(&track, hold.range, name, ",\"cat\":\"lock\"")?.raw(",\"args\":{\"waited_ns\":").int(waited);
                self.json.raw(",\"released\":").raw(released(run, &hold)).raw("}}");
                self.tally.holds += 1;
            }
            let requests = lock.drop_requests(self.window).iter().map(|asked| (asked, ASKS));
            let timeouts = lock.timeouts(self.window).iter().map(|waits| (waits, WAITS_ON));
            for ((at, task), what) in requests.chain(timeouts) {
                self.instant(&track, *at)?.json.raw(",\"name\":\"").raw(what).raw("\",\"cat\":\"ask\"");
                self.json.raw(",\"args\":{\"task\":").text(&run.task_name(*task)).raw("}}");
            }
        }
        Ok(())
    }
}

/// How a turn with a lock ended; `null` for a turn that goes on.
fn released(run: &Portion<'_>, hold: &Hold) -> &'static str {
    let holder = run.trace().tasks.get(hold.task.index());
    let killed = holder.filter(|track| matches!(track.end, Some((Outcome::Killed, _)))).and_then(Track::ended_at);
    match (hold.open, hold.forced) {
        (true, _) => "null",
        (false, true) => "\"forced\"",
        // A task that dies with a lock never says that it lets go.
        (false, false) if killed.is_some_and(|at| at <= hold.range.to) => "\"died\"",
        (false, false) => "\"voluntary\"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ns;
    use proptest::prelude::*;

    fn stretches(works: bool) -> impl Strategy<Value = Vec<Stretch>> {
        proptest::collection::vec((0u64..20, 0u64..20), 0..12).prop_map(move |steps| {
            let mut at = 0;
            let mut all = Vec::new();
            for (gap, length) in steps {
                let range = Range::new(Ns(at + gap), Ns(at + gap + length));
                at = range.to.0;
                all.push(Stretch { range, owner: Owner::Helper, works });
            }
            all.retain(|s| !s.range.is_empty());
            all
        })
    }

    proptest! {
        #[test]
        fn work_stays_whole_and_all_else_fills_what_is_left(work in stretches(true), rest in stretches(false)) {
            let laid = TrackStretches { work: work.clone(), rest: rest.clone() }.laid();
            for pair in laid.windows(2) {
                prop_assert!(pair[0].range.to <= pair[1].range.from, "{:?}", pair);
            }
            prop_assert_eq!(laid.iter().filter(|s| s.works).copied().collect::<Vec<_>>(), work.clone());
            let in_any = |all: &[Stretch], at: u64| all.iter().any(|s| s.range.contains(Ns(at)));
            for at in 0..500 {
                let shown = laid.iter().any(|s| !s.works && s.range.contains(Ns(at)));
                prop_assert_eq!(shown, in_any(&rest, at) && !in_any(&work, at));
            }
        }
    }
}
