//! What happens in a run, told in sentences while it goes on: for screen readers and for logs. Of a few tasks it tells
//! what a listener can follow: their first steps, their waits, copies, messages and lost additions (of each kind the
//! first, then one from time to time) and their ends. Many tasks are only counted: once a second, and after ten seconds every ten seconds.

mod offs;
mod shared;

use offs::Offs;
use shared::Shared;

use super::table::clean;
use crate::model::ModelKind;
use crate::state::{Outcome, State};
use crate::text::report::{Told, Wait};
use crate::trace::{Begin, Direction, Event, Stamped, Trace};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

/// Up to this many tasks are told one by one; if there are more, they are counted.
pub(super) const FEW: usize = 32;
/// The shortest time before a task that goes on waiting and working is mentioned again, or [`AGAIN_EACH`] times the
/// number of tasks if that is longer. So there are at most four such sentences a second, whatever the number of tasks.
const AGAIN: Ns = Ns::from_millis(1_000);
const AGAIN_EACH: Ns = Ns::from_millis(250);
/// If a wait is at least this long, its end is worth a sentence.
const LONG: Ns = Ns::from_millis(100);
/// A time without a core that is shorter than this is not mentioned.
const NOTICED: Ns = Ns::from_millis(1);
/// How often many tasks are counted: at first, and after [`PATIENT`].
const COUNTED: Ns = Ns::from_millis(1_000);
const COUNTED_LATER: Ns = Ns::from_millis(10_000);
const PATIENT: Ns = Ns::from_millis(10_000);

/// Tells a run while it goes on.
#[derive(Clone, Debug)]
pub struct Narrator {
    names: Vec<String>,
    /// Whether a task that is ready waits for the loop on a loop, rather than for a core.
    on_loop: bool,
    t0: Stamp,
    /// How many workers there are; a higher number is the dispatcher's, which only sends tasks to workers.
    workers: u16,
    again: Ns,
    voices: Vec<Voice>,
    offs: Offs,
    shared: Shared,
    many: Option<ManyTasks>,
}

/// What has been said of one task.
#[derive(Clone, Copy, Debug, Default)]
struct Voice {
    begun: bool,
    ended: bool,
    /// The wait it is in, and since when.
    waits: Option<(Wait, Ns)>,
    /// When a wait of this kind was told last.
    told: [Option<Ns>; State::COUNT],
    /// When a copy to its worker, or back, was told last.
    copied: [Option<Ns>; 2],
}

/// Whether something that was told at `last` may be told again at `now`; if so, `last` becomes `now`.
fn due(last: &mut Option<Ns>, now: Ns, again: Ns) -> bool {
    let due = last.is_none_or(|t| now.less(t) >= again);
    if due {
        *last = Some(now);
    }
    due
}

impl Narrator {
    /// A narrator for a run of the tasks called `names` under a model of this `kind`.
    pub fn new(names: impl IntoIterator<Item = String>, kind: ModelKind) -> Narrator {
        let names: Vec<String> = names.into_iter().map(|n| clean(&n)).collect();
        let tasks = names.len();
        let (few, many) = if tasks <= FEW { (tasks, None) } else { (0, Some(ManyTasks::of(tasks))) };
        Narrator {
            names,
            on_loop: kind == ModelKind::Async,
            t0: Stamp::default(),
            workers: 0,
            again: AGAIN.max(AGAIN_EACH.times(tasks as u64, 1)),
            voices: vec![Voice::default(); few],
            offs: Offs::default(),
            shared: Shared::default(),
            many,
        }
    }

    /// With what the tasks of `trace` share called as there.
    #[must_use]
    pub fn sharing(self, trace: &Trace) -> Narrator {
        Narrator { shared: Shared::of(trace, self.voices.len()), ..self }
    }

    /// The run begins.
    pub fn begin(&mut self, begin: &Begin) -> Vec<String> {
        (self.t0, self.workers) = (begin.t0, begin.workers);
        let told = Told::Submitted { tasks: self.names.len(), workers: begin.workers, cores: begin.cores.len() };
        let counted = self.many.as_ref().map(|_| Told::WillCount);
        [told].into_iter().chain(counted).map(|told| told.sentence(Ns::ZERO)).collect()
    }

    /// The sentences about the next `events`, in the order in which they happened.
    pub fn tell(&mut self, events: &[Stamped]) -> Vec<String> {
        let mut events = events.to_vec();
        events.sort_by_key(|r| r.at);
        let mut sentences = Vec::new();
        for stamped in &events {
            let at = stamped.at.since(self.t0);
            sentences.extend(self.counted(at));
            sentences.extend(self.one(at, stamped).iter().map(|told| told.sentence(at)));
        }
        sentences
    }

    /// The sentence that is due `now` although nothing happened, if there is one.
    pub fn pause(&mut self, now: Stamp) -> Option<String> {
        self.counted(now.since(self.t0))
    }

    fn counted(&mut self, at: Ns) -> Option<String> {
        let on_loop = self.on_loop;
        self.many.as_mut()?.count(at, on_loop).map(|(at, told)| told.sentence(at))
    }

    fn one(&mut self, at: Ns, stamped: &Stamped) -> Vec<Told> {
        let back = self.offs.note(stamped).filter(|(_, time)| *time >= NOTICED && self.many.is_none());
        match stamped.event {
            Event::Lost { count } if stamped.worker == Stamped::NO_WORKER => vec![Told::SwitchesLost { count }],
            Event::Lost { count } => vec![Told::Lost { worker: stamped.worker.0 + 1, count }],
            Event::IntervalChanged { .. } => Vec::new(),
            Event::Switched { .. } => back.map_or_else(Vec::new, |(task, time)| self.was_off(at, task, time)),
            Event::Suspended { spent } => vec![Told::StoodStill { time: spent }],
            Event::WorkerEnded { who, outcome, signal } => match outcome {
                Outcome::Killed => vec![Told::WorkerKilled { worker: who.0 + 1, signal }],
                Outcome::Failed => vec![Told::WorkerFailed { worker: who.0 + 1 }],
                Outcome::Done | Outcome::Stopped | Outcome::Unknown => Vec::new(),
            },
            Event::QueueClosed { .. } => self.shared.closed(stamped.event).into_iter().collect(),
            event if self.many.is_some() => self.of_many(event),
            Event::Enter { task, state, ago, due, .. } => self.enters(at, task, state, (ago, due), stamped.worker),
            Event::Ended { task, outcome, signal, .. } => self.ends(task, outcome, signal),
            Event::WorkerStarted { pid, tid } => vec![Told::WorkerReady { worker: stamped.worker.0 + 1, pid, tid }],
            Event::WasOff { task, spent } => self.was_off(at, task, spent),
            Event::Copied { task, direction, bytes, spent } => self.copies(at, task, direction, bytes, spent),
            event => self.shared.tell(at, event, self.again, &self.names).into_iter().collect(),
        }
    }

    fn of_many(&mut self, event: Event) -> Vec<Told> {
        let Some(many) = &mut self.many else { return Vec::new() };
        match event {
            Event::Enter { task, state, .. } => many.change(task, state),
            Event::WorkerStarting { task, .. } => many.change(task, State::Starting),
            Event::Ended { task, outcome, signal, .. } => {
                many.change(task, State::Ended);
                if outcome.is_broken() && many.broken < FEW {
                    many.broken += 1;
                    let task = self.names.get(task.index()).cloned().unwrap_or_default();
                    return vec![Told::Ended { task, outcome, signal }];
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn enters(
        &mut self,
        at: Ns,
        task: TaskId,
        state: State,
        (ago, until): (Ns, Option<Ns>),
        worker: WorkerId,
    ) -> Vec<Told> {
        let Some(voice) = self.voices.get_mut(task.index()) else { return Vec::new() };
        let name = || self.names[task.index()].clone();
        let wait = Wait::of(state, self.on_loop);
        let mut said = Vec::new();
        if let Some((waited, since)) = voice.waits.take_if(|(w, _)| Some(*w) != wait) {
            // The wait was over before the task went on: in between, the task was ready.
            let after = at.less(ago).less(since);
            if after >= LONG {
                said.push(Told::Waited { task: name(), after, wait: waited, goes_on: wait.is_none() && ago < LONG });
            }
        }
        if ago >= LONG {
            let wait = if self.on_loop { Wait::Loop } else { Wait::Core };
            said.push(Told::Waited { task: name(), after: ago, wait, goes_on: true });
        }
        if !voice.begun && state.is_in_flight() && worker.0 < self.workers {
            voice.begun = true;
            said.push(Told::Starts { task: name(), worker: worker.0 + 1 });
        }
        if let Some(wait) = wait {
            voice.waits.get_or_insert((wait, at));
            let nothing = wait == Wait::Timer && until == Some(Ns::ZERO);
            if !nothing && due(&mut voice.told[state as usize], at, self.again) {
                said.push(Told::Waits { task: name(), wait, due: until.filter(|_| wait == Wait::Timer) });
            }
        }
        said
    }

    fn was_off(&mut self, at: Ns, task: TaskId, time: Ns) -> Vec<Told> {
        let again = self.again;
        let voice = self.voices.get_mut(task.index());
        let heard = voice.is_some_and(|v| due(&mut v.told[State::Ready as usize], at, again));
        let told = || Told::WasOff { task: self.names[task.index()].clone(), time };
        heard.then(told).into_iter().collect()
    }

    fn copies(&mut self, at: Ns, task: TaskId, direction: Direction, bytes: u64, time: Ns) -> Vec<Told> {
        let again = self.again;
        let back = direction == Direction::Out;
        let voice = self.voices.get_mut(task.index());
        let heard = voice.is_some_and(|v| due(&mut v.copied[usize::from(back)], at, again));
        let told = || Told::Copied { task: self.names[task.index()].clone(), back, bytes, time };
        heard.then(told).into_iter().collect()
    }

    fn ends(&mut self, task: TaskId, outcome: Outcome, signal: u8) -> Vec<Told> {
        let Some(voice) = self.voices.get_mut(task.index()).filter(|v| !v.ended) else { return Vec::new() };
        voice.ended = true;
        vec![Told::Ended { task: self.names[task.index()].clone(), outcome, signal }]
    }
}

/// Many tasks, of which only the number in each state is told.
#[derive(Clone, Debug)]
struct ManyTasks {
    states: Vec<State>,
    /// When they are counted next, if anything changed.
    next: Ns,
    changed: bool,
    /// How many failed or killed tasks were told.
    broken: usize,
}

impl ManyTasks {
    fn of(tasks: usize) -> ManyTasks {
        ManyTasks { states: vec![State::Queued; tasks], next: COUNTED, changed: false, broken: 0 }
    }

    fn change(&mut self, task: TaskId, state: State) {
        if let Some(now) = self.states.get_mut(task.index()).filter(|now| **now != State::Ended) {
            self.changed |= *now != state;
            *now = state;
        }
    }

    /// How many tasks are in each state, and the instant for which that is told; `None` if it is not yet time, or
    /// nothing changed.
    fn count(&mut self, at: Ns, on_loop: bool) -> Option<(Ns, Told)> {
        if at < self.next || !self.changed {
            return None;
        }
        let every = if at < PATIENT { COUNTED } else { COUNTED_LATER };
        let since = std::mem::replace(&mut self.next, Ns((at.0 / every.0 + 1) * every.0));
        self.changed = false;
        let of = |state: State| self.states.iter().filter(|s| **s == state).count();
        let going = [
            State::Running,
            State::Ready,
            State::Preempted,
            State::Gil,
            State::Lock,
            State::Channel,
            State::Io,
            State::Sleep,
            State::Unknown,
            State::Copying,
            State::Starting,
            State::Queued,
        ];
        let doing = going.map(|s| (s, of(s))).into_iter().filter(|(_, n)| *n > 0).collect();
        let (over, tasks) = (of(State::Ended), self.states.len());
        (over < tasks).then_some((since, Told::Count { over, tasks, doing, on_loop }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{CounterName, QueueName, Switch};
    use crate::units::{CoreId, CounterId, LockId, QueueId};

    fn at(ms: u64, event: Event) -> Stamped {
        Stamped { at: Stamp(ms * 1_000_000), worker: WorkerId(0), core: CoreId(0), event }
    }

    fn enter(task: u32, state: State) -> Event {
        Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None }
    }

    fn ended(task: u32, outcome: Outcome, signal: u8) -> Event {
        Event::Ended { task: TaskId(task), outcome, signal, cpu: Ns::ZERO }
    }

    fn narrator(tasks: usize, kind: ModelKind) -> Narrator {
        let mut narrator = Narrator::new((1..=tasks).map(|n| format!("task {n}")), kind);
        let begin = Begin { t0: Stamp(0), pid: 1, workers: 1, cores: vec![0], ..Begin::default() };
        assert!(narrator.begin(&begin)[0].contains("submitted"));
        narrator
    }

    #[test]
    fn every_wait_is_told_and_a_long_one_has_an_end() {
        for (state, waits, noun) in [
            (State::Ready, "waits for a core", "waiting for a core"),
            (State::Gil, "waits for the GIL", "waiting for the GIL"),
            (State::Lock, "waits for a lock", "waiting for a lock"),
            (State::Channel, "waits for a queue", "waiting for a queue"),
            (State::Io, "waits for I/O", "waiting for I/O"),
            (State::Sleep, "sleeps", "sleep"),
            (State::Unknown, "waits, reason unknown", "waiting, reason unknown"),
        ] {
            let mut narrator = narrator(1, ModelKind::Threads);
            let told = narrator.tell(&[
                at(1, enter(0, State::Running)),
                at(2, enter(0, state)),
                at(302, enter(0, State::Running)),
            ]);
            let expected = [
                "0.001 s: task 1 starts on worker 1.".to_owned(),
                format!("0.002 s: task 1 {waits}."),
                format!("0.302 s: task 1 goes on after 300 ms of {noun}."),
            ];
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn on_a_loop_a_task_waits_for_its_turn() {
        let mut narrator = narrator(1, ModelKind::Async);
        let due = |ms| Some(Ns::from_millis(ms));
        let sleep = Event::Enter { task: TaskId(0), state: State::Sleep, holds: false, ago: Ns::ZERO, due: due(200) };
        let late = Ns::from_millis(150);
        let wakes = Event::Enter { task: TaskId(0), state: State::Running, holds: true, ago: late, due: None };
        let told = narrator.tell(&[at(0, enter(0, State::Ready)), at(1, sleep), at(351, wakes)]);
        let expected = [
            "0.000 s: task 1 starts on worker 1.",
            "0.000 s: task 1 waits for the loop.",
            "0.001 s: task 1 sleeps for 200 ms.",
            "0.351 s: task 1 is through with 200 ms of sleep.",
            "0.351 s: task 1 goes on after 150 ms of waiting for the loop.",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn whoever_the_kernel_took_off_its_core_is_told_when_it_is_back() {
        let mut narrator = narrator(1, ModelKind::Threads);
        narrator.tell(&[at(0, Event::WorkerStarted { pid: 1, tid: 9 }), at(1, enter(0, State::Running))]);
        let switched = |ms, switch| at(ms, Event::Switched { tid: 9, switch });
        let told = narrator.tell(&[
            switched(5, Switch::Preempted),
            switched(12, Switch::In),
            switched(1_100, Switch::Preempted),
            at(1_100, enter(0, State::Sleep)),
            switched(1_200, Switch::In),
        ]);
        assert_eq!(told[0], "0.012 s: task 1 was preempted for 7 ms.");
        assert!(told.iter().skip(1).all(|t| !t.contains("was preempted")), "{told:?}");
    }

    #[test]
    fn what_the_kernels_record_lost_is_no_workers() {
        let mut narrator = narrator(1, ModelKind::Threads);
        let lost = |worker, count| Stamped { worker, ..at(5, Event::Lost { count }) };
        let told = narrator.tell(&[lost(Stamped::NO_WORKER, 12), lost(WorkerId(0), 3)]);
        assert_eq!(told, ["0.005 s: 12 switches of the kernel's record lost.", "0.005 s: 3 events of worker 1 lost."]);
    }

    #[test]
    fn copies_and_stretches_without_a_core_are_told() {
        let mut narrator = narrator(1, ModelKind::Processes);
        let copied = |direction| Event::Copied { task: TaskId(0), direction, bytes: 64, spent: Ns::from_micros(20) };
        let off = Event::WasOff { task: TaskId(0), spent: Ns::from_millis(4) };
        let sent = Stamped { worker: WorkerId(1), ..at(0, enter(0, State::Copying)) };
        assert!(narrator.tell(&[sent]).is_empty(), "who sends a task is not who does it");
        let told = narrator.tell(&[
            at(1, copied(Direction::In)),
            at(2, copied(Direction::In)),
            at(20, off),
            at(30, off),
            at(1_040, off),
            at(1_050, copied(Direction::Out)),
        ]);
        let expected = [
            "0.001 s: 64 B copied to task 1, in 20 us.",
            "0.020 s: task 1 was preempted for 4 ms.",
            "1.040 s: task 1 was preempted for 4 ms.",
            "1.050 s: 64 B copied back from task 1, in 20 us.",
        ];
        assert_eq!(told, expected);
    }

    /// A run of two tasks that share a queue, a counter and a lock.
    fn sharing() -> Narrator {
        let name = |name: &str| name.to_owned();
        let queues = vec![QueueName { name: name("jobs"), room: 8 }];
        let counters = vec![CounterName { name: name("total"), start: 0, apart: false }];
        let trace = Trace::new(Vec::new(), 1).naming_locks(vec![name("slots")]).naming_shared(queues, counters);
        narrator(2, ModelKind::Threads).sharing(&trace)
    }

    #[test]
    fn messages_lost_additions_permits_and_tries_are_told() {
        let (one, two) = (TaskId(0), TaskId(1));
        let (queue, counter, lock) = (QueueId(0), CounterId(0), LockId::named(0));
        let put = |number, length, waited| Event::Put { queue, task: one, number, length, waited };
        let got = |length, waited| Event::Got { queue, task: two, number: 0, length, waited };
        let added = |value, found, overwrote| Event::Added {
            counter,
            task: two,
            value,
            found,
            overwrote,
            since: Ns::from_micros(100),
        };
        let told = sharing().tell(&[
            at(1, put(0, 1, Ns::ZERO)),
            at(2, put(1, 2, Ns::ZERO)),
            at(3, got(1, Ns::ZERO)),
            at(4, added(42, 41, None)),
            at(5, added(43, 43, Some(one))),
            at(6, Event::PermitTaken { lock, task: one, taken: 2, waited: Ns::from_millis(3) }),
            at(7, Event::PermitReleased { lock, task: one, taken: 1 }),
            at(8, Event::LockRefused { lock, task: two }),
            at(1_100, put(2, 8, Ns::from_millis(20))),
            at(1_200, got(0, Ns::from_millis(150))),
            at(1_300, added(50, 52, Some(one))),
            at(1_400, Event::QueueClosed { queue }),
        ]);
        let expected = [
            "0.001 s: task 1 puts a message into jobs, which now holds 1.",
            "0.003 s: task 2 takes a message out of jobs, which now holds 1.",
            "0.005 s: task 2 stores 43 in total over task 1's 43: one addition is lost.",
            "0.006 s: task 1 takes a permit of slots after 3 ms: now 2 are taken.",
            "0.008 s: task 2 tries to take slots and finds it taken.",
            "1.100 s: task 1 puts a message into jobs after 20 ms, which now holds 8.",
            "1.200 s: task 2 takes a message out of jobs after 150 ms, which now holds 0.",
            "1.300 s: task 2 stores 50 in total over task 1's 52: 3 additions are lost.",
            "1.400 s: jobs is closed: nobody will put anything in any more.",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn thousands_of_messages_leave_the_rest_to_be_heard() {
        let mut narrator = sharing();
        let mut told = Vec::new();
        for number in 0..3_000 {
            let put = Event::Put { queue: QueueId(0), task: TaskId(0), number, length: 1, waited: Ns::ZERO };
            told.extend(narrator.tell(&[at(number, put)]));
        }
        assert_eq!(told.len(), 3, "one in a second: {told:?}");
        // Of many tasks only the end of a queue is told.
        let names = vec![QueueName { name: "jobs".to_owned(), room: 8 }];
        let trace = Trace::new(Vec::new(), 1).naming_shared(names, Vec::new());
        let mut many = self::narrator(100, ModelKind::Threads).sharing(&trace);
        let put = Event::Put { queue: QueueId(0), task: TaskId(0), number: 0, length: 1, waited: Ns::ZERO };
        let told = many.tell(&[at(1, put), at(2, Event::QueueClosed { queue: QueueId(0) })]);
        assert_eq!(told, ["0.002 s: jobs is closed: nobody will put anything in any more."]);
    }

    #[test]
    fn repeated_waits_are_told_at_most_four_times_a_second() {
        for (tasks, most) in [(1, 3), (4, 12), (32, 32)] {
            let mut narrator = narrator(tasks, ModelKind::Threads);
            let mut told = Vec::new();
            for round in 0..300 {
                for task in 0..tasks as u32 {
                    told.extend(narrator.tell(&[at(round * 10, enter(task, State::Gil))]));
                    told.extend(narrator.tell(&[at(round * 10 + 5, enter(task, State::Running))]));
                }
            }
            let waits = told.iter().filter(|s| s.contains("waits for the GIL")).count();
            assert_eq!(waits, most, "{tasks} tasks in three seconds: each once, then four in a second at most");
        }
    }

    #[test]
    fn many_tasks_are_counted_and_only_what_goes_wrong_is_told_of_one() {
        let mut narrator = narrator(100, ModelKind::Threads);
        let mut told = Vec::new();
        for n in 0..100 {
            told.extend(narrator.tell(&[at(u64::from(n) * 25, enter(n, State::Running))]));
            let after = if n % 2 == 0 { enter(n, State::Io) } else { ended(n, Outcome::Done, 0) };
            told.extend(narrator.tell(&[at(u64::from(n) * 25 + 10, after)]));
        }
        told.extend(narrator.tell(&[at(2_600, ended(0, Outcome::Killed, 9))]));
        let expected = [
            "1.000 s: 20 of 100 tasks are over; 20 waiting for I/O, 60 queued.",
            "2.000 s: 40 of 100 tasks are over; 40 waiting for I/O, 20 queued.",
            "2.600 s: task 1 was killed by signal 9.",
        ];
        assert_eq!(told, expected);
        // Nothing comes for a while: what had changed is told nevertheless, and once.
        assert_eq!(narrator.pause(Stamp(2_900_000_000)), None);
        let said = narrator.pause(Stamp(3_010_000_000));
        assert_eq!(said.as_deref(), Some("3.000 s: 51 of 100 tasks are over; 49 waiting for I/O."));
        assert_eq!(narrator.pause(Stamp(5_000_000_000)), None);
        // Later on it is told less often.
        let _ = narrator.tell(&[at(15_000, enter(2, State::Running)), at(16_000, enter(4, State::Running))]);
        assert_eq!(narrator.pause(Stamp(19_000_000_000)), None);
        assert!(narrator.pause(Stamp(20_010_000_000)).is_some_and(|s| s.starts_with("20.000 s: 51 of 100")));
    }

    #[test]
    fn the_most_tasks_there_can_be_are_told_in_a_few_lines() {
        let tasks = crate::workload::MAX_TASKS as u32;
        let mut narrator = narrator(tasks as usize, ModelKind::Threads);
        let mut lines = 0;
        for ms in 0..60_000u64 {
            let (lap, task) = (ms / u64::from(tasks), (ms % u64::from(tasks)) as u32);
            let state = if lap % 2 == 0 { State::Running } else { State::Gil };
            lines += narrator.tell(&[at(ms, enter(task, state))]).len();
        }
        assert!((12..=16).contains(&lines), "{lines} lines in a minute");
    }
}
