//! A ring of events in shared memory: one writer, one reader, no locks, no allocation, and no system call but the
//! clock. When the ring is full, the writer does not wait: it drops the event and counts it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::machine::sys;
use crate::state::State;
use crate::trace::{EVENT_WORDS, Event, Stamped, Switches};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

/// The fewest events that a ring holds: some milliseconds' worth of the busiest worker.
pub const CAPACITY: usize = 8192;
/// Words before the first event: one cache line for the writer, one for the worker's account of itself, one for the
/// reader.
const HEADER: usize = 24;

/// Words of a ring that holds `capacity` events, a power of two.
pub const fn ring_words(capacity: usize) -> usize {
    HEADER + capacity * EVENT_WORDS
}

// The writer's line.
const HEAD: usize = 0;
const DROPPED: usize = 1;
const TOLD: usize = 2;
const TAIL_SEEN: usize = 3;
// The line of the worker's account of itself.
const PID: usize = 8;
const TID: usize = 9;
const CPU: usize = 10;
const VOLUNTARY: usize = 11;
const INVOLUNTARY: usize = 12;
const RETAKEN: usize = 13;
const CPU_BEFORE: usize = 14;
const WAITS: usize = 15;
// The reader's line.
const TAIL: usize = 16;

/// The memory of a ring, as everybody sees it.
#[derive(Clone, Copy)]
pub struct Ring {
    head: &'static [AtomicU64; HEADER],
    slots: &'static [[AtomicU64; EVENT_WORDS]],
}

/// What a worker says of itself in its ring's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its process; 0 before it has begun.
    pub pid: u32,
    /// Its thread; 0 before it has begun.
    pub tid: u32,
    /// Its CPU time in this run, as last published.
    pub cpu: Ns,
    /// Its CPU time before this run.
    pub cpu_before: Ns,
    /// Its context switches, as last published.
    pub switches: Switches,
    /// How many times it took a global lock again without another worker holding it in between.
    pub lock_retaken: u64,
}

impl Ring {
    /// A ring in `words`, which are all zero at first; `None` if their number is not [`ring_words`] of a power of two.
    pub fn new(words: &'static [AtomicU64]) -> Option<Ring> {
        let (head, rest) = words.split_first_chunk()?;
        let (slots, over) = rest.as_chunks();
        (over.is_empty() && slots.len().is_power_of_two()).then_some(Ring { head, slots })
    }

    fn load(self, at: usize) -> u64 {
        self.head[at].load(Ordering::Relaxed)
    }

    fn store(self, at: usize, value: u64) {
        self.head[at].store(value, Ordering::Relaxed);
    }

    fn capacity(self) -> u64 {
        self.slots.len() as u64
    }

    /// The place of the event number `n`.
    #[inline]
    fn slot(self, n: u64) -> &'static [AtomicU64; EVENT_WORDS] {
        &self.slots[n as usize & (self.slots.len() - 1)]
    }

    /// Appends all events that are in the ring to `out`; only the ring's one reader may call it. Words that encode no
    /// event are read as one lost event.
    pub fn drain(self, out: &mut Vec<Stamped>) {
        let head = self.head[HEAD].load(Ordering::Acquire);
        let tail = self.load(TAIL);
        // Even if the writer stored a wrong head, the reader reads no more events than the ring holds.
        for n in tail.max(head.saturating_sub(self.capacity()))..head {
            let slot = self.slot(n);
            out.push(Stamped::told(std::array::from_fn(|w| slot[w].load(Ordering::Relaxed))));
        }
        self.head[TAIL].store(head, Ordering::Release);
    }

    /// Events recorded so far, lost ones included.
    pub fn emitted(self) -> u64 {
        self.load(HEAD) + self.load(DROPPED)
    }

    /// Events refused so far because the ring was full.
    pub fn dropped(self) -> u64 {
        self.load(DROPPED)
    }

    /// Dropped events that no `Lost` event in the ring reports yet.
    pub fn untold(self) -> u64 {
        self.load(DROPPED).saturating_sub(self.load(TOLD))
    }

    /// Whether the worker has left, or goes round waiting for tasks that were not over when `over` tasks were.
    pub fn waits_since(self, over: u64) -> bool {
        let waits = self.head[WAITS].load(Ordering::Acquire);
        waits == u64::MAX || waits == over + 1
    }

    /// Says that the worker executes nothing any more.
    pub fn set_left(self) {
        self.head[WAITS].store(u64::MAX, Ordering::Release);
    }

    /// What the worker says of itself.
    pub fn account(self) -> Account {
        Account {
            pid: self.load(PID) as u32,
            tid: self.load(TID) as u32,
            cpu: Ns(self.load(CPU)),
            cpu_before: Ns(self.load(CPU_BEFORE)),
            switches: Switches { voluntary: self.load(VOLUNTARY), involuntary: self.load(INVOLUNTARY) },
            lock_retaken: self.load(RETAKEN),
        }
    }
}

/// The writing end of a ring. A ring may have only one, used by one thread at a time: two would garble each other's
/// events (and do nothing worse).
pub struct Tracer {
    ring: Ring,
    worker: WorkerId,
}

impl Tracer {
    /// A tracer that writes the events of `worker` into `ring`.
    pub fn new(ring: Ring, worker: WorkerId) -> Tracer {
        Tracer { ring, worker }
    }

    /// The worker whose events it writes.
    pub fn worker(&self) -> WorkerId {
        self.worker
    }

    /// Records that `event` happened now, and returns this instant.
    #[inline]
    pub fn emit(&self, event: Event) -> Stamp {
        let at = sys::now();
        self.emit_at(at, event);
        at
    }

    /// Records that `event` happened at `at`, which is no earlier than the event recorded before.
    #[inline]
    pub fn emit_at(&self, at: Stamp, event: Event) {
        let ring = self.ring;
        let head = ring.load(HEAD);
        let untold = ring.untold();
        let needed = 1 + u64::from(untold > 0);
        if !self.has_room(head, needed) {
            ring.store(DROPPED, ring.load(DROPPED) + 1);
            return;
        }
        if untold > 0 {
            self.write(head, at, Event::Lost { count: untold });
            ring.store(TOLD, ring.load(TOLD) + untold);
        }
        self.write(head + needed - 1, at, event);
        ring.head[HEAD].store(head + needed, Ordering::Release);
    }

    /// Whether `needed` more events fit. Reads the reader's line only when the tail last seen leaves too little room.
    #[inline]
    fn has_room(&self, head: u64, needed: u64) -> bool {
        if head + needed - self.ring.load(TAIL_SEEN) <= self.ring.capacity() {
            return true;
        }
        let tail = self.ring.head[TAIL].load(Ordering::Acquire);
        self.ring.store(TAIL_SEEN, tail);
        head + needed - tail <= self.ring.capacity()
    }

    #[inline]
    fn write(&self, n: u64, at: Stamp, event: Event) {
        let words = Stamped { at, worker: self.worker, core: sys::core(), event }.encode();
        for (place, word) in self.ring.slot(n).iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
    }

    /// Stores which process and thread the caller is. If it is `not_new`, its CPU time so far does not count to the
    /// run.
    pub fn introduce(&self, not_new: bool) {
        self.ring.store(PID, u64::from(std::process::id()));
        self.ring.store(TID, u64::from(sys::thread_id()));
        self.ring.store(CPU_BEFORE, if not_new { sys::thread_cpu().0 } else { 0 });
    }

    /// Stores the worker's CPU time, of which its clock reads `cpu`, and its switches; returns its CPU time in this
    /// run.
    pub fn publish(&self, cpu: Ns) -> Ns {
        let cpu = cpu.less(Ns(self.ring.load(CPU_BEFORE)));
        let switches = sys::thread_switches();
        self.ring.store(CPU, cpu.0);
        self.ring.store(VOLUNTARY, switches.voluntary);
        self.ring.store(INVOLUNTARY, switches.involuntary);
        cpu
    }

    /// Stores that the worker goes round waiting for tasks that were not over when `since` tasks were; `None`: that it
    /// does not.
    pub fn set_waits(&self, since: Option<u64>) {
        self.ring.head[WAITS].store(since.map_or(0, |n| n + 1), Ordering::Release);
    }

    /// Says that the worker executes nothing any more.
    pub fn set_left(&self) {
        self.ring.set_left();
    }

    /// Counts that this worker took the lock again without another worker holding it in between.
    pub fn count_retaken(&self) {
        self.ring.store(RETAKEN, self.ring.load(RETAKEN) + 1);
    }
}

/// Events in a round of [`cost_of_a_thousand`]: few enough that the ring stays in the nearest cache, as a worker's ring
/// does between two sweeps.
const ROUND: usize = 256;
/// Rounds of [`cost_of_a_thousand`].
const ROUNDS: usize = 9;

/// What recording a thousand events costs the calling thread on its core now: the clock, the core's number, encoding
/// and the ring. It is the median of nine rounds of 256 events each into a ring of this call's own, and takes about a
/// tenth of a millisecond. On a busy machine recording costs more, because others have used the caches; this is left
/// out.
pub fn cost_of_a_thousand() -> Ns {
    let words: Vec<AtomicU64> = std::iter::repeat_with(AtomicU64::default).take(ring_words(ROUND)).collect();
    // Leaking a few pages is harmless: the process is about to end.
    let Some(ring) = Ring::new(words.leak()) else { return Ns::ZERO };
    let tracer = Tracer::new(ring, WorkerId(0));
    let mut kept = Vec::with_capacity(ROUND);
    let mut rounds = [Ns::ZERO; ROUNDS];
    for took in &mut rounds {
        let from = sys::now();
        for task in (0..ROUND as u32).map(TaskId) {
            tracer.emit(Event::Enter { task, state: State::Running, holds: true, ago: Ns::ZERO, due: None });
        }
        *took = sys::now().since(from);
        kept.clear();
        ring.drain(&mut kept);
    }
    rounds.sort_unstable();
    rounds[ROUNDS / 2].times(1_000, ROUND as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring() -> Ring {
        let words: Vec<AtomicU64> = std::iter::repeat_with(AtomicU64::default).take(ring_words(CAPACITY)).collect();
        Ring::new(words.leak()).expect("as many words as a ring has")
    }

    fn number(stamped: &Stamped) -> u64 {
        match stamped.event {
            Event::Submitted { task } => u64::from(task.0),
            Event::Lost { count } => count,
            _ => unreachable!("only these are written here"),
        }
    }

    fn push(tracer: &Tracer, n: u32) {
        tracer.emit(Event::Submitted { task: TaskId(n) });
    }

    #[test]
    fn a_full_ring_counts_what_it_refuses_and_says_so_in_its_place() {
        let ring = ring();
        let tracer = Tracer::new(ring, WorkerId(3));
        let capacity = CAPACITY as u32;
        (0..capacity + 10).for_each(|n| push(&tracer, n));
        assert_eq!((ring.dropped(), ring.untold()), (10, 10));
        let mut out = Vec::new();
        ring.drain(&mut out);
        assert_eq!(out.len(), CAPACITY);
        push(&tracer, capacity + 10);
        out.clear();
        ring.drain(&mut out);
        assert_eq!(out.len(), 2);
        assert_eq!(out[0].event, Event::Lost { count: 10 });
        assert_eq!(number(&out[1]), u64::from(capacity + 10));
        assert_eq!((ring.dropped(), ring.untold()), (10, 0));
    }

    #[test]
    fn one_free_place_is_not_enough_for_the_loss_and_the_next_event() {
        let ring = ring();
        let tracer = Tracer::new(ring, WorkerId(0));
        let mut out = Vec::new();
        (0..=CAPACITY as u32).for_each(|n| push(&tracer, n));
        ring.store(TAIL, 1);
        push(&tracer, 0);
        assert_eq!(ring.dropped(), 2);
        ring.drain(&mut out);
        push(&tracer, 7);
        out.clear();
        ring.drain(&mut out);
        assert_eq!(out[0].event, Event::Lost { count: 2 });
    }

    #[test]
    fn two_threads_agree_on_every_event() {
        const EVENTS: u32 = 100_000;
        let ring = ring();
        let tracer = Tracer::new(ring, WorkerId(0));
        let mut out = Vec::new();
        std::thread::scope(|s| {
            let writer = s.spawn(move || (0..EVENTS).for_each(|n| push(&tracer, n)));
            while !writer.is_finished() {
                ring.drain(&mut out);
            }
        });
        ring.drain(&mut out);
        let mut next = 0;
        for stamped in &out {
            if let Event::Lost { count } = stamped.event {
                next += count;
            } else {
                assert_eq!(number(stamped), next);
                next += 1;
            }
        }
        assert_eq!(next + ring.untold(), u64::from(EVENTS));
        assert!(out.windows(2).all(|w| w[0].at <= w[1].at));
    }

    #[test]
    fn what_recording_costs_is_measured_quickly_enough() {
        let from = sys::now();
        let cost = cost_of_a_thousand();
        let took = sys::now().since(from);
        assert!(cost > Ns::ZERO && cost < took, "{cost} {took}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_unsaid(bursts in proptest::collection::vec(0u32..12_000, 1..8)) {
            let ring = ring();
            let tracer = Tracer::new(ring, WorkerId(0));
            let (mut out, mut pushed) = (Vec::new(), 0);
            for burst in bursts {
                (0..burst).for_each(|n| push(&tracer, n));
                pushed += u64::from(burst);
                ring.drain(&mut out);
            }
            let lost: u64 = out.iter().filter(|r| matches!(r.event, Event::Lost { .. })).map(number).sum();
            let kept = out.iter().filter(|r| !matches!(r.event, Event::Lost { .. })).count() as u64;
            prop_assert_eq!(kept + lost + ring.untold(), pushed);
            prop_assert_eq!(ring.dropped(), lost + ring.untold());
        }
    }
}
