//! Who ended a task's wait for a lock, a permit, room in a queue or a message from it.

use super::lock::{Hold, LockTrack};
use super::queue::{Passage, QueueEnd};
use super::store::Trace;
use super::track::{Span, Track};
use crate::state::State;
use crate::units::{LockId, Ns, QueueId, Range, TaskId};

/// What a task did, or has still to do, for another task's wait to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// It let go of this lock, or holds it still.
    Lock(LockId),
    /// It gave back a permit of this lock.
    Permit(LockId),
    /// It put this message into the queue.
    Message(QueueId, u64),
    /// It took this message out of the queue, which made room.
    Room(QueueId, u64),
}

impl Means {
    /// The lock that only one task may hold at a time, if it was one.
    pub const fn lock(self) -> Option<LockId> {
        match self {
            Means::Lock(lock) => Some(lock),
            Means::Permit(_) | Means::Message(..) | Means::Room(..) => None,
        }
    }
}

/// The task for which another task waited: it held the lock and let go before the other got it, or holds it still; or it
/// gave back a permit, put a message in or took one out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unblocker {
    /// By which means.
    pub means: Means,
    /// Who it was, or still is.
    pub holder: TaskId,
    /// From when to when it held the lock or the permit, or until now. At a queue the last moment before the message
    /// passed.
    pub hold: Range,
    /// When it ended the wait; nothing while the wait goes on.
    pub released: Option<Ns>,
    /// Whether the holder let go because it was asked.
    pub forced: bool,
    /// How many times others held the lock during the wait, this hold included; elsewhere 1.
    pub turns: usize,
    /// For how long the task waited until it could go on, or has waited so far.
    pub waited: Ns,
}

impl Trace {
    /// Who ended the wait `span` of `task` for something that tasks share, as it is known at `until`; nothing where it is
    /// no such wait, or where nobody kept it waiting as far as is recorded.
    pub fn unblocker(&self, task: TaskId, span: &Span, until: Ns) -> Option<Unblocker> {
        let named = match span.state {
            State::Gil => false,
            State::Lock => true,
            State::Channel => return self.at_queue(task, span, until),
            State::Queued | State::Starting | State::Copying | State::Running | State::Ended => return None,
            State::Ready | State::Preempted => return None,
            State::Io | State::Sleep | State::Unknown => return None,
        };
        let locks = || self.locks.iter().filter(|(id, _)| id.name_index().is_some() == named);
        let from = span.range.from;
        let turn = |(id, lock): (&LockId, &LockTrack)| Some((*id, lock.next_turn(task, from)?));
        let next = locks().filter_map(turn).min_by_key(|(_, (_, at))| *at);
        if named
            && let Some((at, found)) = self.giver(task, span)
            && at <= until
            && next.is_none_or(|(_, (_, other))| at < other)
        {
            return found.filter(|_| self.only_waits(task, span, at));
        }
        let Some((lock, (index, at))) = next.filter(|(_, (_, at))| *at <= until && self.only_waits(task, span, *at))
        else {
            return if span.range.to >= until { self.keeper(task, span, until) } else { None };
        };
        let track = self.locks.get(&lock)?;
        let opened = track.opened(index)?;
        // A holder that died with the lock never recorded that it let go.
        let died = self.tasks.get(opened.holder.index()).and_then(Track::ended_at);
        let released = opened.released.unwrap_or_else(|| died.map_or(at, |end| end.min(at)));
        let turns = track.turns_between(from, Some(index));
        let hold = Range::new(opened.hold.from, released);
        let found = (opened.holder != task && released >= from).then_some(released);
        found.map(|released| Unblocker {
            means: Means::Lock(lock),
            holder: opened.holder,
            hold,
            released: Some(released),
            forced: opened.forced,
            turns,
            waited: at - from,
        })
    }

    /// When `task`, which waits in `span`, takes a permit next, and who had given it back.
    fn giver(&self, task: TaskId, span: &Span) -> Option<(Ns, Option<Unblocker>)> {
        let from = span.range.from;
        let next =
            self.sharing.permits.iter().filter_map(|(id, track)| Some((*id, track, track.next_taking(task, from)?)));
        let (lock, track, (index, at)) = next.min_by_key(|(_, _, (_, at))| *at)?;
        let given = track.given_back(index).filter(|given| given.holder != task && given.hold.to >= from);
        let found = given.map(|given| Unblocker {
            means: Means::Permit(lock),
            holder: given.holder,
            hold: given.hold,
            released: Some(given.hold.to),
            forced: false,
            turns: 1,
            waited: at - from,
        });
        Some((at, found))
    }

    /// Who ended the wait `span` of `task` at a queue.
    fn at_queue(&self, task: TaskId, span: &Span, until: Ns) -> Option<Unblocker> {
        let from = span.range.from;
        let next =
            self.sharing.queues.iter().filter_map(|(id, track)| Some((*id, track, track.next_passage(task, from)?)));
        let (queue, track, passed) = next.min_by_key(|(_, _, passed)| passed.at)?;
        if passed.at > until || !self.only_waits(task, span, passed.at) {
            return None;
        }
        let (means, other) = match passed.end {
            QueueEnd::Out => (Means::Message(queue, passed.number), track.passage(passed.number, QueueEnd::In)?),
            QueueEnd::In => {
                // The message has its place since the one left that was as many before it as the queue has room for.
                let room = self.sharing.queue_names.get(queue.index())?.room;
                let number = passed.number.checked_sub(room.into())?;
                (Means::Room(queue, number), track.passage(number, QueueEnd::Out)?)
            }
        };
        let Passage { at, task: holder, .. } = other;
        (holder != task && at >= from).then(|| Unblocker {
            means,
            holder,
            hold: Range::new(Ns(at.0.saturating_sub(1)), at),
            released: Some(at),
            forced: false,
            turns: 1,
            waited: passed.at - from,
        })
    }

    /// Whether `task` did nothing but wait between `span` and `at`.
    fn only_waits(&self, task: TaskId, span: &Span, at: Ns) -> bool {
        let Some(track) = self.tasks.get(task.index()) else { return false };
        let after = track.marks().partition_point(|m| m.at < span.range.to);
        let mut between: Vec<State> =
            track.marks()[after..].iter().take_while(|m| m.at < at).map(|m| m.state).collect();
        // A task that is back on its core takes a moment to find that it has the lock.
        between.pop_if(|last| *last == State::Running);
        // A message that is a copy is read or written before it has passed.
        let copied = span.state == State::Channel;
        between.iter().all(|s| match s {
            State::Ready | State::Preempted | State::Gil | State::Lock => true,
            State::Channel | State::Copying => copied,
            State::Queued | State::Starting | State::Running | State::Io | State::Sleep => false,
            State::Unknown | State::Ended => false,
        })
    }

    /// Who has, at `until`, the lock `lock`, for which `task` is known to wait still in `span`.
    pub fn keeper_of(&self, lock: LockId, task: TaskId, span: &Span, until: Ns) -> Option<Unblocker> {
        let hold = self.locks.get(&lock)?.holder_at(until).filter(|hold| hold.task != task)?;
        Some(self.kept_by(span, (lock, hold), until))
    }

    /// The task that has, at `until`, the lock for which `task` still waits.
    fn keeper(&self, task: TaskId, span: &Span, until: Ns) -> Option<Unblocker> {
        let held = |(id, lock): (&LockId, &LockTrack)| Some((*id, lock.holder_at(until).filter(|h| h.task != task)?));
        let (lock, hold) = if span.state == State::Gil {
            // The lock of the worker's process: it has the number of the first worker there.
            held(self.locks.range(..=LockId(u32::from(span.worker.0))).next_back()?)?
        } else {
            // For which of several locks it waits is known only once it has got it: only a single held lock is an
            // answer.
            let mut held = self.locks.iter().filter(|(id, _)| id.name_index().is_some()).filter_map(held);
            held.next().filter(|_| held.next().is_none())?
        };
        Some(self.kept_by(span, (lock, hold), until))
    }

    fn kept_by(&self, span: &Span, (lock, hold): (LockId, Hold), until: Ns) -> Unblocker {
        Unblocker {
            means: Means::Lock(lock),
            holder: hold.task,
            hold: hold.range,
            released: None,
            forced: false,
            turns: self.locks.get(&lock).map_or(0, |l| l.turns_between(span.range.from, None)),
            waited: until - span.range.from,
        }
    }

    /// For how long `task` held the global lock, up to `until`: that of its process.
    pub fn held_by(&self, task: TaskId, until: Ns) -> Ns {
        let global = self.locks.iter().filter(|(id, _)| id.name_index().is_none());
        global.map(|(_, lock)| lock.held_by(task, until)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Begin, Event, QueueName, Stamped, TaskName};
    use crate::units::{CoreId, CounterId, Stamp, WorkerId};
    use proptest::prelude::*;

    const TASKS: u32 = 4;

    fn empty() -> Trace {
        let name = |n: u32| TaskName { name: format!("task {n}"), background: false };
        let mut trace = Trace::new((0..TASKS).map(name).collect(), TASKS as u16);
        trace.begin(&Begin { t0: Stamp(0), ..Begin::default() });
        trace
    }

    fn push(trace: &mut Trace, at: u64, task: u32, event: Event) {
        trace.push(&Stamped { at: Stamp(at), worker: WorkerId(task as u16), core: CoreId(0), event });
    }

    fn enter(trace: &mut Trace, at: u64, task: u32, state: State) {
        let event = Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
        push(trace, at, task, event);
    }

    /// A wait that is over, and what ended it.
    #[derive(Clone, Copy, Debug)]
    struct Wait {
        task: u32,
        from: u64,
        holder: u32,
        held_since: u64,
        released: u64,
        forced: bool,
        taken: u64,
    }

    /// Tasks that take and release one lock as `script` says, each step a few instants later than the one before; and
    /// the waits there were.
    fn played(script: &[(u64, u32, bool)], state: State, lock: LockId) -> (Trace, Vec<Wait>) {
        let (mut trace, mut at, mut waits) = (empty(), 1, Vec::new());
        let mut holder: Option<(u32, u64)> = None;
        let mut waiting: Vec<(u32, u64)> = Vec::new();
        for (gap, who, forced) in script {
            at += gap;
            let (who, task) = (*who, TaskId(*who));
            match holder {
                Some((has, since)) if has == who => {
                    push(&mut trace, at, who, Event::LockReleased { lock, task, forced: *forced });
                    enter(&mut trace, at, who, if *forced { state } else { State::Sleep });
                    if *forced {
                        waiting.push((who, at));
                    }
                    let next = waiting.iter().position(|(other, _)| *other != who);
                    holder = next.map(|place| {
                        let (next, from) = waiting.remove(place);
                        waits.push(Wait {
                            task: next,
                            from,
                            holder: has,
                            held_since: since,
                            released: at,
                            forced: *forced,
                            taken: at + 2,
                        });
                        let event = Event::LockTaken { lock, task: TaskId(next), waited: Ns(at + 2 - from) };
                        push(&mut trace, at + 2, next, event);
                        enter(&mut trace, at + 3, next, State::Running);
                        (next, at + 2)
                    });
                    // A holder that let go because it was asked to and finds nobody there takes it again.
                    if holder.is_none() && waiting.pop().is_some() {
                        push(&mut trace, at + 2, who, Event::LockTaken { lock, task, waited: Ns(2) });
                        enter(&mut trace, at + 3, who, State::Running);
                        holder = Some((who, at + 2));
                    }
                    at += 3;
                }
                Some(_) if waiting.iter().all(|(other, _)| *other != who) => {
                    enter(&mut trace, at, who, state);
                    waiting.push((who, at));
                }
                None => {
                    push(&mut trace, at, who, Event::LockTaken { lock, task, waited: Ns::ZERO });
                    enter(&mut trace, at, who, State::Running);
                    holder = Some((who, at));
                }
                Some(_) => {}
            }
        }
        (trace, waits)
    }

    fn span(trace: &Trace, wait: &Wait, until: u64) -> Span {
        trace.tasks[wait.task as usize].span_at(Ns(wait.from), Ns(until)).expect("it waits")
    }

    proptest! {
        #[test]
        fn every_wait_knows_who_ended_it_and_while_it_lasts_who_has_the_lock(
            script in proptest::collection::vec((1u64..50, 0..TASKS, any::<bool>()), 1..150),
            gil in any::<bool>(),
        ) {
            let (state, lock) = if gil { (State::Gil, LockId(0)) } else { (State::Lock, LockId::named(3)) };
            let (trace, waits) = played(&script, state, lock);
            for wait in &waits {
                let ended = trace.unblocker(TaskId(wait.task), &span(&trace, wait, 1 << 40), Ns(1 << 40));
                let found = ended.expect("somebody had it");
                prop_assert_eq!(found.means.lock(), Some(lock));
                prop_assert_eq!(found.holder, TaskId(wait.holder));
                prop_assert_eq!(found.hold, Range::new(Ns(wait.held_since), Ns(wait.released)));
                prop_assert_eq!((found.released, found.forced), (Some(Ns(wait.released)), wait.forced));
                prop_assert_eq!(found.waited, Ns(wait.taken - wait.from));
                prop_assert!(found.turns >= 1);
                // Just before the lock is let go of, the playhead sees the task that has it.
                if wait.released > wait.from + 1 && wait.released > wait.held_since + 1 {
                    let until = wait.released - 1;
                    let now = trace.unblocker(TaskId(wait.task), &span(&trace, wait, until), Ns(until));
                    let now = now.expect("somebody has it");
                    prop_assert_eq!((now.holder, now.released), (TaskId(wait.holder), None));
                    prop_assert_eq!(now.hold.from, Ns(wait.held_since.min(until)));
                }
            }
        }
    }

    #[test]
    fn sleeping_is_ended_by_nobody_and_so_is_a_wait_for_what_nobody_had() {
        let mut trace = empty();
        let lock = LockId::named(0);
        enter(&mut trace, 1, 0, State::Sleep);
        enter(&mut trace, 50, 0, State::Lock);
        push(&mut trace, 80, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns(30) });
        enter(&mut trace, 81, 0, State::Running);
        for at in [10, 60, 90] {
            let span = trace.tasks[0].span_at(Ns(at), Ns(100)).expect("a span");
            assert_eq!(trace.unblocker(TaskId(0), &span, Ns(100)), None, "{at}");
        }
    }

    #[test]
    fn a_wait_for_a_queue_is_not_ended_by_whoever_had_a_lock() {
        let mut trace = empty();
        let lock = LockId::named(0);
        push(&mut trace, 1, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO });
        enter(&mut trace, 10, 1, State::Channel);
        push(&mut trace, 40, 0, Event::LockReleased { lock, task: TaskId(0), forced: false });
        enter(&mut trace, 41, 1, State::Running);
        push(&mut trace, 42, 1, Event::LockTaken { lock, task: TaskId(1), waited: Ns::ZERO });
        let span = trace.tasks[1].span_at(Ns(20), Ns(100)).expect("it waits");
        assert_eq!(trace.unblocker(TaskId(1), &span, Ns(30)), None, "while the wait goes on");
        assert_eq!(trace.unblocker(TaskId(1), &span, Ns(100)), None, "when it is over");
    }

    fn at_queue(trace: &mut Trace, at: u64, task: u32, number: u64, length: u32, put: bool) {
        let (queue, id, waited) = (QueueId(0), TaskId(task), Ns::ZERO);
        let put = put.then_some(Event::Put { queue, task: id, number, length, waited });
        push(trace, at, task, put.unwrap_or(Event::Got { queue, task: id, number, length, waited }));
    }

    #[test]
    fn a_wait_at_a_queue_is_ended_by_whoever_put_the_message_in_or_made_the_room() {
        let queue = QueueName { name: "jobs".to_owned(), room: 2 };
        let mut trace = empty().naming_shared(vec![queue], Vec::new());
        enter(&mut trace, 5, 1, State::Channel);
        at_queue(&mut trace, 10, 0, 0, 1, true);
        // A copied message takes a while to be read.
        enter(&mut trace, 12, 1, State::Copying);
        at_queue(&mut trace, 20, 1, 0, 0, false);
        at_queue(&mut trace, 30, 0, 1, 1, true);
        at_queue(&mut trace, 31, 0, 2, 2, true);
        enter(&mut trace, 32, 0, State::Channel);
        at_queue(&mut trace, 40, 1, 1, 1, false);
        at_queue(&mut trace, 41, 2, 2, 0, false);
        at_queue(&mut trace, 42, 0, 3, 1, true);
        enter(&mut trace, 42, 0, State::Running);
        let found = |task: usize, at, until| {
            let span = trace.tasks[task].span_at(Ns(at), Ns(until)).expect("it waits");
            let found = trace.unblocker(TaskId(task as u32), &span, Ns(until))?;
            Some((found.means, found.holder.0, found.released, found.waited))
        };
        let message = Means::Message(QueueId(0), 0);
        assert_eq!(found(1, 6, 100), Some((message, 0, Some(Ns(10)), Ns(15))));
        let room = Means::Room(QueueId(0), 1);
        assert_eq!(found(0, 35, 100), Some((room, 1, Some(Ns(40)), Ns(10))), "the first that left, not the last");
        assert_eq!(found(0, 35, 39), None, "while it goes on");
    }

    #[test]
    fn a_wait_for_a_permit_is_ended_by_whoever_gave_one_back() {
        let mut trace = empty();
        let lock = LockId::named(0);
        let taken = |trace: &mut Trace, at, task, taken, waited| {
            push(trace, at, task, Event::PermitTaken { lock, task: TaskId(task), taken, waited: Ns(waited) });
        };
        taken(&mut trace, 1, 0, 1, 0);
        taken(&mut trace, 2, 1, 2, 0);
        enter(&mut trace, 5, 2, State::Lock);
        push(&mut trace, 20, 1, Event::PermitReleased { lock, task: TaskId(1), taken: 1 });
        taken(&mut trace, 22, 2, 2, 17);
        enter(&mut trace, 23, 2, State::Running);
        let span = trace.tasks[2].span_at(Ns(6), Ns(100)).expect("it waits");
        let found = trace.unblocker(TaskId(2), &span, Ns(100)).expect("somebody gave one back");
        assert_eq!((found.means, found.holder, found.waited), (Means::Permit(lock), TaskId(1), Ns(17)));
        assert_eq!((found.hold, found.released), (Range::new(Ns(2), Ns(20)), Some(Ns(20))));
    }

    #[test]
    fn what_tasks_share_takes_no_more_memory_than_the_limit_lets_it() {
        let mut trace = empty().with_limit(1_000);
        for n in 0..10_000u64 {
            at_queue(&mut trace, 4 * n, 0, n, 1, true);
            at_queue(&mut trace, 4 * n + 1, 1, n, 0, false);
            let (task, value) = (TaskId(2), n as u32 + 1);
            let overwrote = (n == 5).then_some(TaskId(3));
            let found = value - 1 + u32::from(n == 5);
            let since = Ns(1);
            push(
                &mut trace,
                4 * n + 2,
                2,
                Event::Added { counter: CounterId(0), task, value, found, overwrote, since },
            );
            push(&mut trace, 4 * n + 3, 3, Event::LockRefused { lock: LockId::named(0), task: TaskId(3) });
        }
        let queue = &trace.sharing.queues[&QueueId(0)];
        let copy = trace.sharing.counters[&CounterId(0)].shared().expect("somebody added");
        let kept = queue.kept() + copy.within(Range::new(Ns::ZERO, Ns::MAX)).len();
        assert!(kept < 1_000 && kept > 50, "{kept}");
        assert!(trace.kept() <= 1_000);
        let end = Ns(40_000);
        assert_eq!(queue.counts(end), (10_000, 10_000));
        assert_eq!((copy.additions(end), copy.lost(end), copy.value_at(end)), (10_000, (1, 1), 10_000));
        assert_eq!(copy.first_loss().map(|(by, _)| by.at), Some(Ns(22)));
        assert_eq!(trace.sharing.refused(LockId::named(0), end), 10_000);
    }

    #[test]
    fn a_worker_that_is_back_on_its_core_before_it_has_the_lock_still_waited_for_its_holder() {
        let mut trace = empty();
        let lock = LockId::named(0);
        push(&mut trace, 1, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO });
        enter(&mut trace, 10, 1, State::Lock);
        push(&mut trace, 40, 0, Event::LockReleased { lock, task: TaskId(0), forced: false });
        // As the kernel's record tells it: ready from the release, on its core a moment before it notes the taking.
        enter(&mut trace, 40, 1, State::Ready);
        enter(&mut trace, 45, 1, State::Running);
        push(&mut trace, 50, 1, Event::LockTaken { lock, task: TaskId(1), waited: Ns(40) });
        let span = trace.tasks[1].span_at(Ns(20), Ns(100)).expect("it waits");
        let found = trace.unblocker(TaskId(1), &span, Ns(100)).expect("somebody had it");
        assert_eq!((found.holder, found.released), (TaskId(0), Some(Ns(40))));
    }

    #[test]
    fn a_lock_of_the_dead_was_let_go_of_when_they_died() {
        let mut trace = empty();
        let lock = LockId::named(0);
        push(&mut trace, 1, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO });
        enter(&mut trace, 10, 1, State::Lock);
        let outcome = crate::state::Outcome::Killed;
        push(&mut trace, 40, 0, Event::Ended { task: TaskId(0), outcome, signal: 9, cpu: Ns::ZERO });
        push(&mut trace, 60, 1, Event::LockAbandoned { lock });
        push(&mut trace, 60, 1, Event::LockTaken { lock, task: TaskId(1), waited: Ns(50) });
        enter(&mut trace, 60, 1, State::Running);
        let span = trace.tasks[1].span_at(Ns(20), Ns(100)).expect("it waits");
        let found = trace.unblocker(TaskId(1), &span, Ns(100)).expect("somebody had it");
        assert_eq!((found.holder, found.released), (TaskId(0), Some(Ns(40))));
    }

    #[test]
    fn each_process_has_its_own_global_lock() {
        let mut trace = empty();
        let taken = |task: u32| Event::LockTaken { lock: LockId(task), task: TaskId(task), waited: Ns::ZERO };
        for task in 0..3 {
            push(&mut trace, 1, task, taken(task));
        }
        // A second task of the third process waits for that one's lock.
        trace.push(&Stamped {
            at: Stamp(5),
            worker: WorkerId(2),
            core: CoreId(0),
            event: Event::Enter { task: TaskId(3), state: State::Gil, holds: true, ago: Ns::ZERO, due: None },
        });
        let span = trace.tasks[3].span_at(Ns(6), Ns(20)).expect("it waits");
        let found = trace.unblocker(TaskId(3), &span, Ns(20)).expect("somebody has it");
        assert_eq!((found.means.lock(), found.holder, found.waited), (Some(LockId(2)), TaskId(2), Ns(15)));
        assert_eq!(trace.held_by(TaskId(2), Ns(20)), Ns(19));
    }
}
