//! What tasks share: how many messages are in a queue, what a counter holds and what it should hold, how many permits of
//! a lock are taken; and on the tasks' own tracks, who destroyed an addition and who was refused a lock.

use std::io;

use super::counters::STRETCHES;
use super::{Track, Writer};
use crate::export::Portion;
use crate::export::json::Json;
use crate::text::exported::{LOST_UPDATE, TRY_REFUSED, of_worker};
use crate::trace::{Addition, CounterCopy, CounterTrack, Levels, PermitTrack, QueueTrack};
use crate::units::{CounterId, LockId, Ns, Range, TaskId};

/// With more changes than this, a number is written as it was on average from one sample to the next.
const MOST_CHANGES: usize = 20_000;
/// The most marks of what happened to a task.
const MOST_DEEDS: usize = 10_000;

/// What happened to a task.
#[derive(Clone, Copy, Debug)]
struct Deed {
    task: TaskId,
    at: Ns,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// It destroyed additions to a counter.
    Lost(CounterId, Addition),
    /// It tried to take a lock, and was refused.
    Refused(LockId),
}

/// What happened to tasks, by task.
#[derive(Clone, Debug, Default)]
pub(super) struct Deeds {
    list: Vec<Deed>,
    /// How many more there are.
    pub left_out: u64,
}

impl Deeds {
    /// What happened in `run`; the first of it where that is too much.
    pub fn of(run: &Portion<'_>) -> Deeds {
        let (sharing, window) = (&run.trace().sharing, run.window());
        let mut list = Vec::new();
        for (id, counter) in &sharing.counters {
            let all = copies(counter).flat_map(|(_, copy)| copy.within(window)).filter(|addition| addition.lost() > 0);
            list.extend(all.map(|a| Deed { task: a.task, at: a.at, what: What::Lost(*id, *a) }));
        }
        for lock in (0u16..).take(run.trace().lock_names.len()).map(LockId::named) {
            let refused = |(at, task): &(Ns, TaskId)| Deed { task: *task, at: *at, what: What::Refused(lock) };
            list.extend(sharing.refusals(lock, window).iter().map(refused));
        }
        list.retain(|deed| deed.task.index() < run.trace().tasks.len());
        let left_out = list.len().saturating_sub(MOST_DEEDS) as u64;
        if left_out > 0 {
            list.sort_by_key(|deed| deed.at);
            list.truncate(MOST_DEEDS);
        }
        list.sort_by_key(|deed| (deed.task, deed.at));
        Deeds { list, left_out }
    }

    fn of_task(&self, task: TaskId) -> &[Deed] {
        let place = |task: TaskId| self.list.partition_point(|deed| deed.task < task);
        &self.list[place(task)..place(TaskId(task.0.saturating_add(1)))]
    }
}

/// The copies of a counter: of the one that all share there is no worker to name.
fn copies(counter: &CounterTrack) -> impl Iterator<Item = (Option<u64>, &CounterCopy)> {
    let own = counter.copies().map(|(worker, copy)| (Some(u64::from(worker.0) + 1), copy));
    counter.shared().map(|copy| (None, copy)).into_iter().chain(own)
}

impl<'j> Writer<'_, 'j, '_> {
    /// A counter for each thing that is shared.
    pub(super) fn sharing(&mut self) -> io::Result<()> {
        let (run, window) = (self.run, self.window);
        let sharing = &run.trace().sharing;
        if window.is_empty() {
            return Ok(());
        }
        for (id, queue) in &sharing.queues {
            let name = format!("queue {}", run.queue_name(*id));
            let passages = queue.passages(window);
            if passages.len() <= MOST_CHANGES {
                let changes = passages.map(|passage| (passage.at, passage.length));
                self.steps(&name, "messages", queue.length_at(window.from), changes)?;
            } else {
                self.means(&name, "messages", |part| QueueTrack::lengths(queue, part))?;
            }
        }
        for (id, counter) in &sharing.counters {
            let name = format!("counter {}", run.counter_name(*id));
            for (worker, copy) in copies(counter) {
                match worker {
                    None => self.value(&name, copy)?,
                    Some(worker) => self.value(&of_worker(&name, worker), copy)?,
                }
            }
        }
        for (id, permits) in &sharing.permits {
            let name = format!("lock {}", run.lock_name(*id));
            let all = permits.changes(window);
            if all.len() <= MOST_CHANGES {
                let changes = all.iter().map(|permit| (permit.at, u32::from(permit.taken)));
                self.steps(&name, "taken", permits.taken_at(window.from), changes)?;
            } else {
                self.means(&name, "taken", |part| PermitTrack::taken(permits, part))?;
            }
        }
        Ok(())
    }

    /// Each change of a number.
    fn steps(
        &mut self,
        name: &str,
        part: &str,
        first: u32,
        changes: impl Iterator<Item = (Ns, u32)>,
    ) -> io::Result<()> {
        self.level(name, self.window.from)?.raw(part).raw("\":").int(first.into()).raw("}}");
        for (at, level) in changes {
            self.level(name, at)?.raw(part).raw("\":").int(level.into()).raw("}}");
        }
        Ok(())
    }

    /// A number that changes too often: its means.
    fn means(&mut self, name: &str, part: &str, levels: impl Fn(Range) -> Levels) -> io::Result<()> {
        for stretch in stretches(self.window) {
            let mean = (levels(stretch).mean * 1e6).round() as u64;
            self.level(name, stretch.from)?.raw(part).raw("\":").millionths(mean).raw("}}");
        }
        Ok(())
    }

    /// What a counter held and should have held.
    fn value(&mut self, name: &str, copy: &CounterCopy) -> io::Result<()> {
        let (from, window) = (self.window.from, self.window);
        self.counter(name, copy, from)?;
        let additions = copy.within(window);
        if additions.len() > MOST_CHANGES {
            return stretches(window).try_for_each(|stretch| self.counter(name, copy, stretch.to));
        }
        for (expected, addition) in (copy.expected(from) + 1..).zip(additions) {
            self.held(name, addition.at, addition.value, expected)?;
        }
        Ok(())
    }

    fn counter(&mut self, name: &str, copy: &CounterCopy, at: Ns) -> io::Result<()> {
        self.held(name, at, copy.value_at(at), copy.expected(at + Ns(1)))
    }

    fn held(&mut self, name: &str, at: Ns, value: u32, expected: u64) -> io::Result<()> {
        self.level(name, at)?.raw("value\":").int(value.into()).raw(",\"expected\":").int(expected).raw("}}");
        Ok(())
    }

    /// Begins a sample; the name of its first part follows.
    fn level(&mut self, name: &str, at: Ns) -> io::Result<&mut Json<'j>> {
        let pid = self.pid;
        self.tally.samples += 1;
        self.json.next()?.raw("{\"ph\":\"C\",\"pid\":").int(pid).raw(",\"ts\":").micros(at);
        Ok(self.json.raw(",\"name\":").text(name).raw(",\"args\":{\""))
    }

    /// What happened to `task`, on its track.
    pub(super) fn deeds(&mut self, track: &Track, task: TaskId, deeds: &Deeds) -> io::Result<()> {
        let run = self.run;
        for deed in deeds.of_task(task) {
            let json = &mut *self.instant(track, deed.at)?.json;
            match deed.what {
                What::Lost(counter, addition) => {
                    json.raw(",\"name\":\"").raw(LOST_UPDATE).raw("\",\"cat\":\"counter\",\"cname\":\"terrible\"");
                    json.raw(",\"args\":{\"counter\":").text(&run.counter_name(counter));
                    json.raw(",\"stored\":").int(addition.value.into()).raw(",\"over\":").int(addition.found.into());
                    json.raw(",\"of\":");
                    match addition.overwrote {
                        Some(task) => json.text(&run.task_name(task)),
                        None => json.raw("null"),
                    };
                    json.raw(",\"loaded_ns_ago\":").int(addition.since.0);
                }
                What::Refused(lock) => {
                    json.raw(",\"name\":\"").raw(TRY_REFUSED).raw("\",\"cat\":\"lock\",\"args\":{\"lock\":");
                    json.text(&run.lock_name(lock));
                }
            }
            json.raw("}}");
        }
        Ok(())
    }
}

/// The stretches that `window` is divided into.
fn stretches(window: Range) -> impl Iterator<Item = Range> {
    let count = STRETCHES.min(window.len().0);
    let edge = move |n: u64| window.from + window.len().times(n, count);
    (0..count).map(move |n| Range::new(edge(n), edge(n + 1)))
}
