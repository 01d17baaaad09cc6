//! The figures of a run, all derived from its trace, up to any instant.

use std::cmp::Reverse;

use super::aggregate::Activity;
use super::stats::{LockStats, LongestBlock, Overdue, Stats};
use super::store::Trace;
use super::switched::Switched;
use super::track::Track;
use super::wire::{KernelRecord, Switches};
use crate::state::{Outcome, State};
use crate::units::{Ns, Range, TaskId};

impl Trace {
    /// How many cores the run kept busy up to `until`, on average. Once the run is over, the kernel's account of CPU
    /// time says it, which includes what waits cost; before that, or without an account, the tasks' states say it.
    pub fn busy(&self, until: Ns) -> f64 {
        let account = self.report.as_ref().filter(|report| report.cpu > Ns::ZERO);
        let over = account.zip(self.makespan()).filter(|(_, end)| until >= *end);
        over.map_or_else(|| self.stats(until).busy, |(report, end)| report.cpu.share_of(end))
    }

    /// The figures of the run up to `until`.
    pub fn stats(&self, until: Ns) -> Stats {
        let mut totals = self.aggregate.totals(until);
        for late in self.overdue(until) {
            totals.shift(late.kind, late.ready(), until - late.from);
        }
        let mut stats = Stats { elapsed: until, sums: totals.states(), ..Stats::default() };
        let of = |states: &mut dyn Iterator<Item = State>| -> Ns { states.map(|s| stats.sums[s as usize]).sum() };
        let in_flight = of(&mut State::ALL.into_iter().filter(|s| s.is_in_flight()));
        stats.busy = stats.sums[State::Running as usize].share_of(until);
        stats.concurrency = in_flight.share_of(until);
        let counts = self.aggregate.counts(until);
        stats.in_flight = counts.in_flight();
        stats.ended = counts.state(State::Ended);
        if self.broken > 0 {
            let over = |t: &&Track| t.ended_at().is_some_and(|at| at <= until);
            let broken = |t: &&Track| t.end.is_some_and(|(outcome, _)| outcome.is_broken());
            stats.broken = self.tasks.iter().filter(over).filter(broken).count();
        }
        (stats.copied, stats.copying) = (self.copied.0, self.copying());
        for worker in &self.workers {
            if let (Some(starting), Some(started)) = (worker.starting, worker.started) {
                stats.spawned += 1;
                stats.spawning += started - starting;
            }
        }
        stats.lost = self.losses.iter().fold(0, |sum, l| sum.saturating_add(l.count));
        stats.lock = self.lock_stats(until, stats.sums[State::Gil as usize]);
        stats
    }

    /// The tasks that had come to their end by the instant `until`, in the order in which they did; of two at the same
    /// instant the one with the smaller number comes first. Tasks that failed, were killed or stopped are not among them.
    pub fn finished(&self, until: Ns) -> Vec<TaskId> {
        let done = |track: &Track| track.end.is_some_and(|(outcome, _)| outcome == Outcome::Done);
        let ended = (0..).map(TaskId).zip(&self.tasks).filter(|(_, track)| done(track));
        let mut ended: Vec<(Ns, TaskId)> = ended.filter_map(|(task, track)| Some((track.ended_at()?, task))).collect();
        ended.retain(|(at, _)| *at <= until);
        ended.sort_unstable();
        ended.into_iter().map(|(_, task)| task).collect()
    }

    /// The time that copies took: no more than the run lasted, nor than those who copy were on a core. Earlier versions
    /// recorded with each copy how long they had been at it, which includes what they waited meanwhile.
    fn copying(&self) -> Ns {
        let on_cores = self.report.as_ref().map(|end| end.cpu + end.overhead.dispatcher).filter(|cpu| *cpu > Ns::ZERO);
        self.copied.1.min(self.latest).min(on_cores.unwrap_or(Ns::MAX))
    }

    fn lock_stats(&self, until: Ns, wait: Ns) -> Option<LockStats> {
        let used = self.locks.iter().filter(|(id, l)| id.name_index().is_none() && !l.is_empty()).map(|(_, l)| l);
        let mut sum = LockStats { wait, ..LockStats::default() };
        for lock in used {
            sum.instances += 1;
            let figures = lock.figures(until);
            sum.held += figures.held;
            sum.hand_overs += figures.hand_overs;
            sum.drop_requests += figures.drop_requests;
            sum.timeouts += figures.timeouts;
            sum.forced += figures.forced;
            sum.voluntary += figures.voluntary;
        }
        (sum.instances > 0).then_some(sum)
    }

    /// The tasks whose wait is overdue at `until`: they count as `ready`, which [`Trace::aggregate`] does not know.
    pub fn overdue(&self, until: Ns) -> impl Iterator<Item = Overdue> + '_ {
        (0u32..).zip(&self.tasks).filter_map(move |(task, track)| {
            let from = track.overdue(until)?;
            let last = track.marks().last()?;
            Some(Overdue {
                task: TaskId(task),
                from,
                state: last.state,
                kind: Activity::of(last.state, last.holds),
                holds: last.holds,
            })
        })
    }

    /// The longest time up to `until` for which one task kept the event loop without working, and how many were ready
    /// meanwhile.
    pub fn longest_block(&self, until: Ns) -> Option<LongestBlock> {
        if let Some((_, known)) = self.block.filter(|(whole, _)| *whole == until) {
            return known;
        }
        let totals = self.aggregate.totals(until);
        let asleep = State::Sleep as usize;
        if totals.states()[asleep] == totals.free()[asleep] {
            return None;
        }
        let window = Range::new(Ns::ZERO, until);
        let blocks = |track: &Track| {
            let spans = track.spans(window).filter(|s| s.holds && s.state == State::Sleep);
            spans.map(|s| s.range).max_by_key(|r| (r.len(), Reverse(r.from)))
        };
        let of_tasks = (0u32..).zip(&self.tasks).filter_map(|(task, track)| Some((TaskId(task), blocks(track)?)));
        let (task, range) = of_tasks.max_by_key(|(task, r)| (r.len(), Reverse(*task)))?;
        let waits = |t: &&Track| t.spans(range).any(|s| s.state == State::Ready);
        Some(LongestBlock { task, range, ready: self.tasks.iter().filter(waits).count() })
    }

    /// How often the run's workers were switched in `range`, by the kernel's record; nothing where there is none.
    pub fn switched(&self, range: Range) -> Option<Switched> {
        (self.kernel_record == KernelRecord::Switches).then(|| self.switched.within(range))
    }

    /// The switches of the run's workers: by the kernel's record, or else as workers' accounts say at the end of their
    /// tasks, which leaves out those in the background.
    pub fn switches(&self) -> Switches {
        let told = self.report.as_ref().map(|end| end.switches).unwrap_or_default();
        let whole = Range::new(Ns::ZERO, self.latest());
        self.switched(whole).map_or(told, |s| Switches { voluntary: s.voluntary, involuntary: s.forced })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Begin, Direction, End, Event, Overhead, Stamped, TaskName};
    use crate::units::{CoreId, Stamp, WorkerId};

    /// A run of a second, in which two workers and the dispatcher were on cores for 400 ms, with these copies: when each
    /// was over, and how long it took by its own account, in ms.
    fn copying(copies: &[(u64, u64)], cpu: u64) -> Trace {
        let name = TaskName { name: "task".to_owned(), background: false };
        let mut trace = Trace::new(vec![name], 2);
        trace.begin(&Begin { t0: Stamp(5_000_000), pid: 1, workers: 2, cores: vec![0, 1], ..Begin::default() });
        for (at, spent) in copies {
            let (task, spent) = (TaskId(0), Ns::from_millis(*spent));
            let event = Event::Copied { task, direction: Direction::In, bytes: 100, spent };
            let at = Stamp(5_000_000 + at * 1_000_000);
            trace.push(&Stamped { at, worker: WorkerId(0), core: CoreId(0), event });
        }
        let overhead = Overhead { dispatcher: Ns::from_millis(cpu / 4), ..Overhead::default() };
        let cpu = Ns::from_millis(cpu - cpu / 4);
        trace.end(End { at: Stamp(1_005_000_000), cpu, overhead, ..End::default() });
        trace
    }

    #[test]
    fn copies_take_no_longer_than_the_run_nor_than_their_processes_were_on_a_core() {
        let told = |copies: &[(u64, u64)], cpu| {
            let stats = copying(copies, cpu).stats(Ns::from_millis(1_000));
            (stats.copied, stats.copying.0 / 1_000_000)
        };
        assert_eq!(told(&[(10, 1), (900, 2)], 400), (200, 3));
        assert_eq!(told(&[(800, 19_600)], 400), (100, 400), "it waited for a core most of that time");
        assert_eq!(told(&[(800, 19_600)], 0), (100, 800), "it cannot have begun before the run");
        assert_eq!(told(&[(800, u64::MAX / 2_000_000), (900, u64::MAX / 2_000_000)], 0).1, 1_000);
        let unfinished = copying(&[(800, 700), (800, 700)], 0).stats(Ns::from_millis(1_000));
        assert_eq!(unfinished.copying, Ns::from_millis(1_000));
    }

    #[test]
    fn a_standstill_that_both_sides_noticed_is_one() {
        let mut trace = copying(&[], 0);
        for (from, to) in [(100, 300), (110, 320), (90, 330), (700, 900)] {
            trace.push(&Stamped::suspended(Stamp(5_000_000 + from), Stamp(5_000_000 + to)));
        }
        assert_eq!(trace.suspended, [Range::new(Ns(90), Ns(330)), Range::new(Ns(700), Ns(900))]);
    }

    #[test]
    fn tasks_are_finished_in_the_order_of_their_ends_and_only_those_that_were_done() {
        let name = |n: u32| TaskName { name: format!("task {n}"), background: n == 5 };
        let mut trace = Trace::new((0..6).map(name).collect(), 1);
        trace.begin(&Begin { t0: Stamp(0), workers: 1, ..Begin::default() });
        // Two at the same instant, one that was killed, one stopped, one that goes on; told out of order.
        let ends = [(40, 3, Outcome::Done), (10, 4, Outcome::Done), (40, 0, Outcome::Done), (20, 2, Outcome::Killed)];
        for (at, task, outcome) in ends.into_iter().chain([(50, 5, Outcome::Stopped)]) {
            let event = Event::Ended { task: TaskId(task), outcome, signal: 0, cpu: Ns::ZERO };
            trace.push(&Stamped { at: Stamp(at), worker: WorkerId(0), core: CoreId(0), event });
        }
        let finished = |until| trace.finished(Ns(until)).iter().map(|task| task.0).collect::<Vec<_>>();
        assert_eq!(finished(100), [4, 0, 3]);
        assert_eq!((finished(39), finished(9)), (vec![4], vec![]));
    }
}
