//! What tasks made of what they share: lost updates of a counter, a queue that is mostly full or empty.

use super::Facts;
use crate::model::ModelKind;
use crate::text::Sentence;
use crate::trace::{CounterUse, QueueEnd, QueueName, QueueTrack};
use crate::units::{Ns, QueueId, Range};

/// From this share of the time on a queue that is full, or empty, is what a run shows.
const MOSTLY: f64 = 0.3;
/// From this many tasks on that wait at the other end on average, it is the queue that holds them up.
const HELD_UP: f64 = 0.5;
/// From this share of the cores on that were busy, tasks at either end are slow because they lack a core.
const NO_CORE_LEFT: f64 = 0.8;
/// Queues that more messages went through are not gone through message by message.
const MOST: usize = 200_000;

/// The sentence about what tasks shared, if there is one: losses first, then queues, then counters that are right.
pub(super) fn found(facts: &Facts<'_>) -> Option<Sentence> {
    let counters = counters(facts);
    let worst = counters.iter().max_by_key(|(expected, value, _)| expected.saturating_sub(*value));
    let lost = |(expected, value, additions): (u64, u64, u64)| {
        (expected > value).then(|| Sentence::Lost { additions, value, lost: expected - value })
    };
    let exact = || {
        let additions = counters.iter().map(|(.., additions)| additions).sum();
        let turns = facts.model.kind == ModelKind::Serial;
        (additions > 0).then_some(Sentence::NoneLost { additions, turns })
    };
    worst.copied().and_then(lost).or_else(|| apart(facts)).or_else(|| queue(facts)).or_else(exact)
}

/// The sentence about counters of which each process has a copy.
fn apart(facts: &Facts<'_>) -> Option<Sentence> {
    let end = facts.trace.report.as_ref()?;
    let copies = |used: &CounterUse| used.additions > 0 && !used.copies.is_empty();
    end.counters.iter().any(copies).then_some(Sentence::Apart)
}

/// Of each counter that all share: what it should be, what it is, and how many additions there were.
fn counters(facts: &Facts<'_>) -> Vec<(u64, u64, u64)> {
    let Some(end) = &facts.trace.report else { return Vec::new() };
    let named = facts.trace.sharing.counter_names.iter().zip(&end.counters);
    let shared = named.filter(|(_, used)| used.copies.is_empty());
    shared.map(|(name, used)| (u64::from(name.start) + used.additions, used.value.into(), used.additions)).collect()
}

/// The sentence about a queue that was mostly full, or mostly empty, and held tasks up by that. A queue between tasks
/// that are equally quick is mostly empty too, and nobody waits for long.
fn queue(facts: &Facts<'_>) -> Option<Sentence> {
    if facts.stats.busy >= NO_CORE_LEFT * facts.cores {
        return None;
    }
    let named = (0u8..).map(QueueId).zip(&facts.trace.sharing.queue_names);
    let shares = named.filter_map(|(id, name)| {
        let queue = facts.trace.sharing.queues.get(&id)?;
        let all = Range::new(Ns::ZERO, facts.stats.elapsed);
        let holds_up = |end| queue.waiting(end, all).share_of(all.len()) >= HELD_UP;
        // Known at once, unlike the shares: for these all messages are gone through.
        let [room, message] = [QueueEnd::In, QueueEnd::Out].map(holds_up);
        let (full, empty) = if room || message { shares(queue, name, all.to)? } else { return None };
        let is_full = full >= empty;
        (if is_full { room } else { message }).then_some((name, is_full, full.max(empty)))
    });
    let (name, full, share) = shares.max_by(|a, b| a.2.total_cmp(&b.2)).filter(|(.., share)| *share >= MOSTLY)?;
    Some(Sentence::Queue { name: name.name.clone(), full, share })
}

/// For what share of the time the queue was full, and empty: from its first message until it was closed, or `until`.
fn shares(queue: &QueueTrack, QueueName { room, .. }: &QueueName, until: Ns) -> Option<(f64, f64)> {
    let passages = queue.passages(Range::new(Ns::ZERO, until));
    let until = queue.closed_at().unwrap_or(until).min(until);
    if passages.len() > MOST || *room == 0 {
        return None;
    }
    let (mut full, mut empty, mut last) = (Ns::ZERO, Ns::ZERO, None);
    let first = queue.passages(Range::new(Ns::ZERO, until)).next()?.at;
    for (at, length) in passages.map(|p| (p.at.min(until), Some(p.length))).chain([(until, None)]) {
        if let Some((since, length)) = last {
            let time: Ns = at - since;
            full += if length >= *room { time } else { Ns::ZERO };
            empty += if length == 0 { time } else { Ns::ZERO };
        }
        last = length.map(|length| (at, length));
    }
    let open = until - first;
    (open > Ns::ZERO).then(|| (full.share_of(open), empty.share_of(open)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::Change;
    use crate::model::Model;
    use crate::trace::{Begin, CounterName, End, Event, Stamped, Stats, TaskName, Trace};
    use crate::units::{CoreId, Stamp, TaskId, WorkerId};

    /// What `ask` is told after 100 ms of a run under `kind` whose counter came to `used` and whose queue, with room for two
    /// messages, had these lengths from these milliseconds on, after so many milliseconds of waiting.
    fn told<T>(
        kind: ModelKind,
        used: Option<CounterUse>,
        lengths: &[(u64, u32, u64)],
        ask: impl Fn(Facts<'_>) -> T,
    ) -> T {
        let queues = vec![QueueName { name: "jobs".to_owned(), room: 2 }];
        let counters = vec![CounterName { name: "total".to_owned(), start: 5, apart: false }];
        let names = vec![TaskName { name: "task".to_owned(), background: false }];
        let mut trace = Trace::new(names, 1).naming_shared(queues, counters);
        trace.begin(&Begin { t0: Stamp(0), workers: 1, cores: vec![0], ..Begin::default() });
        let (queue, task) = (QueueId(0), TaskId(0));
        let (mut put, mut got, mut before) = (0, 0, 0);
        for (ms, length, waited) in lengths {
            let waited = Ns::from_millis(*waited);
            let event = if *length > before {
                put += 1;
                Event::Put { queue, task, number: put - 1, length: *length, waited }
            } else {
                got += 1;
                Event::Got { queue, task, number: got - 1, length: *length, waited }
            };
            before = *length;
            trace.push(&Stamped { at: Stamp(ms * 1_000_000), worker: WorkerId(0), core: CoreId(0), event });
        }
        let counters = used.into_iter().collect();
        trace.end(End { at: Stamp(100_000_000), counters, ..End::default() });
        let stats = trace.stats(Ns::from_millis(100));
        ask(Facts {
            trace: &trace,
            stats: &stats,
            model: Model::plain(kind),
            workers: 1,
            cores: 2.0,
            serial: None,
            ratio: None,
            over: true,
            varied: false,
            seen: &|_| true,
        })
    }

    fn said(kind: ModelKind, used: Option<CounterUse>, lengths: &[(u64, u32, u64)]) -> Option<String> {
        told(kind, used, lengths, |facts| found(&facts).map(|sentence| sentence.text()))
    }

    #[test]
    fn losses_come_first_then_queues_then_counters_that_are_right() {
        let used = |value, copies| Some(CounterUse { additions: 20, value, copies });
        let full = [(10, 1, 0), (20, 2, 0), (90, 1, 0), (90, 2, 70), (90, 1, 0), (95, 0, 0)];
        let lost = "20 additions, the counter says 22: 3 updates were lost.";
        assert_eq!(said(ModelKind::Threads, used(22, vec![]), &full).as_deref(), Some(lost));
        let apart = "Each process adds to a copy of its own: nothing is shared.";
        assert_eq!(said(ModelKind::Processes, used(5, vec![15, 15]), &full).as_deref(), Some(apart));
        // Full from 20 to 90 of the 90 ms since its first message.
        let queue = "The queue jobs is full 78 % of the time: its takers are slow.";
        assert_eq!(said(ModelKind::Threads, used(25, vec![]), &full).as_deref(), Some(queue));
        let empty = "The queue jobs is empty 90 % of the time: its makers are slow.";
        assert_eq!(
            said(ModelKind::Threads, None, &[(0, 1, 0), (10, 0, 10), (99, 1, 0), (99, 0, 89)]).as_deref(),
            Some(empty)
        );
        let exact = "20 additions, none lost: tasks add one after the other.";
        assert_eq!(said(ModelKind::Serial, used(25, vec![]), &[]).as_deref(), Some(exact));
        assert_eq!(said(ModelKind::Async, used(25, vec![]), &[]).as_deref(), Some("20 additions, none lost."));
        assert_eq!(said(ModelKind::Threads, None, &[(0, 1, 0)]), None);
        // Whoever lacks a core is slow for that.
        let busy = |facts: Facts<'_>| {
            let stats = Stats { busy: 1.7, ..*facts.stats };
            found(&Facts { stats: &stats, ..facts })
        };
        assert_eq!(told(ModelKind::Threads, None, &[(0, 1, 0), (10, 0, 10), (99, 1, 0), (99, 0, 89)], busy), None);
        // Empty for as long, but nobody waits for long.
        assert_eq!(said(ModelKind::Threads, None, &[(0, 1, 0), (10, 0, 10)]), None);
    }

    #[test]
    fn who_loses_updates_is_sent_to_another_variant_if_there_is_one() {
        let used = |value| Some(CounterUse { additions: 20, value, copies: Vec::new() });
        for (value, varied, other) in [(22, true, true), (22, false, false), (25, true, false)] {
            let change =
                |facts: Facts<'_>| crate::insight::find(&Facts { varied, ..facts }).cure.map(|cure| cure.change);
            let change = told(ModelKind::Threads, used(value), &[], change);
            assert_eq!(change == Some(Change::Variant), other, "{value} {varied}: {change:?}");
        }
    }
}
