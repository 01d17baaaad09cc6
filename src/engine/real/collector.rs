//! The thread that empties the rings and alone writes to the runner's stdout. It wakes by the clock, never because of
//! an event: waking a thread costs hundreds of times what an event does.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};

use super::deadlock::{Deadlock, Names};
use super::memory::Memory;
use super::message::Told;
use super::shared::Shared;
use crate::machine::kernel_record::KernelRings;
use crate::machine::{process, sys};
use crate::state::Failure;
use crate::trace::{Begin, End, Event, Frame, RecordUse, Stamped, write_events, write_frame};
use crate::units::{Ns, Stamp, TurnLength, WorkerId};

/// The time between two sweeps where little happens and no watcher has said how often it looks: two sweeps for each
/// frame of a screen. Since the kernel's record is never silent, each sweep wakes the reader; what watching costs
/// depends on how often that happens more than on how much a sweep carries.
const PERIOD: Ns = Ns::from_millis(25);
/// The longest time between two sweeps, however seldom the watcher looks: a sudden burst of events must fit into the
/// rings.
const LONG_PERIOD: Ns = Ns::from_millis(50);
/// The time between two sweeps where much happens: a million switches a second fill a core's ring in 16 ms.
const SHORT_PERIOD: Ns = Ns::from_millis(3);
/// The most events that a sweep should bring. A ring is a few times as long, so that a worker that is suddenly busier
/// has room until the next sweep.
const MUCH: u64 = 1_024;
/// The pauses before the first sweeps are shorter: the user has just pressed a key and waits for the first lanes.
const FIRST: [Ns; 3] = [Ns(500_000), Ns::from_millis(1), Ns::from_millis(2)];
/// Records in a frame, at most.
const FRAME: usize = 1 << 16;

enum Order {
    Begin(Begin),
    /// The global lock has had this interval since this instant.
    Turned(Stamp, TurnLength),
    /// The watcher looks no more often than this.
    Looks(Ns),
    End(Box<End>),
    Fail(Failure),
}

/// The longest time from one look for a deadlock to the next: the look follows the last sweep within that time.
const LOOK_EVERY: Ns = Ns::from_millis(100);

/// A collector that wakes later than it asked for by this has not waited for a core, which it gets at once even on a
/// busy machine: all that runs here stood still, stopped by a signal or frozen with its group or its machine.
const STOOD_STILL: Ns = Ns::from_millis(2_000);

/// How long to wait for the next sweep, after one that brought `brought` events after a wait of `after`; at most
/// `longest`.
fn pause(brought: usize, after: Ns, longest: Ns) -> Ns {
    after.times(MUCH, (brought as u64).max(1)).clamp(SHORT_PERIOD, longest)
}

/// What is to be recorded where the collector, which wanted to wake up at `due`, did so at `now`.
fn standstill(due: Stamp, now: Stamp) -> Option<Stamped> {
    (now.since(due) >= STOOD_STILL).then(|| Stamped::suspended(due, now))
}

/// The collector, seen from the runner's main thread.
pub(super) struct Collector {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

impl Collector {
    /// Starts the thread, which waits for [`Collector::begin`] and writes to `out`.
    ///
    /// # Errors
    /// If the system allows no more threads.
    pub(super) fn start(
        shared: Shared,
        names: Names,
        kernel: Option<KernelRings>,
        out: impl Write + Send + 'static,
    ) -> io::Result<Collector> {
        let (orders, received) = channel();
        let thread = thread::Builder::new().name("collector".to_owned()).spawn(move || {
            sys::take_short_turns();
            let mut sweeper = Sweeper::new(shared, names, kernel, out);
            // The frames cannot be written, so nobody reads them: there is nothing left to run for.
            if sweeper.run(&received).is_err() {
                process::die_with_children();
            }
        })?;
        Ok(Collector { orders, thread })
    }

    /// A function that carries out a command that comes while the run goes on, and has it recorded.
    pub(super) fn obeying(&self, shared: Shared) -> impl FnMut(Told) + Send + 'static {
        let orders = self.orders.clone();
        move |told| match told {
            Told::Interval(length) => {
                let at = sys::now();
                if shared.set_turn_length(length) {
                    let _ = orders.send(Order::Turned(at, length));
                }
            }
            Told::Looks(every) => {
                let _ = orders.send(Order::Looks(every));
            }
        }
    }

    /// Announces the run.
    pub(super) fn begin(&self, begin: Begin) {
        let _ = self.orders.send(Order::Begin(begin));
    }

    /// Writes all remaining events up to `end.at`, then `end`, with the collector's own figures filled in.
    pub(super) fn end(self, end: End) {
        self.last(Order::End(Box::new(end)));
    }

    /// Writes why there is no run, or why it does not go on.
    pub(super) fn fail(self, reason: Failure) {
        self.last(Order::Fail(reason));
    }

    fn last(self, order: Order) {
        let _ = self.orders.send(order);
        let _ = self.thread.join();
    }
}

struct Sweeper<W> {
    shared: Shared,
    names: Names,
    /// The kernel's record of switches, where there is one.
    kernel: Option<KernelRings>,
    out: W,
    /// The longest time between two sweeps.
    longest: Ns,
    /// The events to be written next, in order.
    events: Vec<Stamped>,
    /// The events after the cut of the last sweep: they wait for the next, so that each sweep ends at one moment for
    /// all rings.
    early: Vec<Stamped>,
    /// The latest instant up to which events have been written.
    cut: Stamp,
    memory: Memory,
    deadlock: Deadlock,
    /// Changes of the global lock's interval that have not been written.
    turned: Vec<(Stamp, TurnLength)>,
}

impl<W: Write> Sweeper<W> {
    fn new(shared: Shared, names: Names, kernel: Option<KernelRings>, out: W) -> Sweeper<W> {
        let (memory, deadlock) = (Memory::default(), Deadlock::default());
        let (events, early, turned) = (Vec::new(), Vec::new(), Vec::new());
        let (longest, cut) = (PERIOD, Stamp(0));
        Sweeper { shared, names, kernel, out, longest, events, early, cut, memory, deadlock, turned }
    }

    fn run(&mut self, orders: &Receiver<Order>) -> io::Result<()> {
        loop {
            match orders.recv() {
                Ok(Order::Begin(mut begin)) => {
                    begin.watchers.push(sys::thread_id());
                    break write_frame(&mut self.out, &Frame::Begin(begin))?;
                }
                // The run has not begun: it begins with this interval.
                Ok(Order::Turned(..)) => {}
                Ok(Order::Looks(every)) => self.is_looked_at(every),
                Ok(Order::Fail(reason)) => {
                    return write_frame(&mut self.out, &Frame::Failed(reason));
                }
                Ok(Order::End(_)) | Err(_) => return Ok(()),
            }
        }
        let mut next = sys::now();
        let mut pauses = FIRST.into_iter();
        let (mut looked, mut swept) = (next, next);
        let mut usual = self.longest;
        loop {
            next = (next + pauses.next().unwrap_or(usual)).max(sys::now());
            let heard = orders.recv_timeout(next.since(sys::now()).to_std());
            let until = if let Ok(Order::End(end)) = &heard { end.at } else { sys::now() };
            self.early.extend(standstill(next, until));
            match heard {
                Err(RecvTimeoutError::Timeout) => {
                    let now = sys::now();
                    let brought = self.sweep_now()?;
                    usual = pause(brought, now.since(std::mem::replace(&mut swept, now)), self.longest);
                    self.memory.sample(self.shared, now);
                    if self.names.has_waits() && now.since(looked) >= LOOK_EVERY.less(usual) {
                        looked = now;
                        self.look_for_deadlock()?;
                    }
                }
                Ok(Order::End(end)) => return self.finish(*end),
                Ok(Order::Fail(reason)) => {
                    self.sweep(sys::now(), false)?;
                    return write_frame(&mut self.out, &Frame::Failed(reason));
                }
                Ok(Order::Turned(at, length)) => self.turned.push((at, length)),
                Ok(Order::Looks(every)) => self.is_looked_at(every),
                Ok(Order::Begin(_)) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// The watcher looks no more often than this.
    fn is_looked_at(&mut self, every: Ns) {
        self.longest = every.clamp(PERIOD, LONG_PERIOD);
    }

    /// Ends the run where tasks wait in vain.
    fn look_for_deadlock(&mut self) -> io::Result<()> {
        let Some(reason) = self.deadlock.look(self.shared, &self.names) else { return Ok(()) };
        write_frame(&mut self.out, &Frame::Failed(reason))?;
        process::die_with_children()
    }

    /// A sweep at this moment. Once the run has ended, what it brings is kept until the sweeper hears when that was:
    /// tasks in the background record events that are later.
    fn sweep_now(&mut self) -> io::Result<usize> {
        let now = sys::now();
        if !self.shared.has_ended() {
            self.cut = now;
        }
        self.sweep(self.cut, false)
    }

    /// Empties the rings and writes the events up to `cut`, in order; the `last` time, also how many were lost after
    /// all others. Returns how many the rings held.
    ///
    /// The workers' rings are emptied before the kernel's: a worker was put on its core before it recorded anything, so
    /// the kernel's record of that is never missing when the worker's own events are read.
    fn sweep(&mut self, cut: Stamp, last: bool) -> io::Result<usize> {
        std::mem::swap(&mut self.events, &mut self.early);
        let kept = self.events.len();
        for (worker, ring) in self.shared.rings() {
            ring.drain(&mut self.events);
            if last && ring.untold() > 0 {
                let event = Event::Lost { count: ring.untold() };
                self.events.push(Stamped { at: cut, worker, core: Stamped::NO_CORE, event });
            }
        }
        if let Some(kernel) = &mut self.kernel {
            kernel.drain(&mut self.events);
            self.events.extend(last.then(|| kernel.untold(cut)).flatten());
        }
        self.note_turned();
        // Each ring is in order. The sort is stable, so events that one thread recorded at the same instant stay in
        // order.
        let brought = self.events.len() - kept;
        self.events.sort_by_key(|stamped| stamped.at);
        self.early.extend(self.events.drain(self.events.partition_point(|stamped| stamped.at <= cut)..));
        self.write()?;
        Ok(brought)
    }

    /// Records the changes of the lock's interval as the dispatcher's events, no earlier than the dispatcher's last
    /// event in this sweep: its events must stay in order.
    fn note_turned(&mut self) {
        let worker = WorkerId(self.shared.workers());
        let last = self.events.iter().rev().find(|r| r.worker == worker).map_or(Stamp(0), |r| r.at);
        for (at, length) in self.turned.drain(..) {
            let event = Event::IntervalChanged { length };
            self.events.push(Stamped { at: at.max(last), worker, core: Stamped::NO_CORE, event });
        }
    }

    fn write(&mut self) -> io::Result<()> {
        for part in self.events.chunks(FRAME) {
            write_events(&mut self.out, part)?;
        }
        self.events.clear();
        Ok(())
    }

    fn finish(&mut self, mut end: End) -> io::Result<()> {
        self.sweep(end.at, true)?;
        self.memory.sample_now(self.shared);
        end.peak_rss_bytes = self.memory.peak();
        for (_, ring) in self.shared.rings() {
            end.events += ring.emitted();
            end.lost += ring.dropped();
            end.lock_retaken += ring.account().lock_retaken;
        }
        if let Some(kernel) = &self.kernel {
            end.kernel = Some(RecordUse { switches: kernel.count, lost: kernel.lost() });
        }
        end.overhead.collector = sys::thread_cpu();
        write_frame(&mut self.out, &Frame::End(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::real::cells::a_run;
    use crate::trace::FrameReader;
    use crate::units::TaskId;

    #[test]
    fn the_more_a_sweep_brings_the_sooner_comes_the_next() {
        assert_eq!(pause(0, PERIOD, PERIOD), PERIOD);
        assert_eq!(pause(900, PERIOD, PERIOD), PERIOD, "what comes in so long is not much");
        assert_eq!(pause(2_560, PERIOD, PERIOD), Ns::from_millis(10));
        assert_eq!(pause(1 << 20, PERIOD, PERIOD), SHORT_PERIOD);
        assert_eq!(pause(2_048, Ns::from_millis(10), PERIOD), Ns::from_millis(5));
        assert_eq!(pause(10, SHORT_PERIOD, PERIOD), PERIOD, "it is quiet again");
    }

    #[test]
    fn no_event_is_written_that_is_later_than_the_end_of_the_run() {
        let run = a_run();
        let tracer = run.shared.tracer(WorkerId(0)).expect("a ring");
        let task = TaskId(0);
        let mut sweeper = Sweeper::new(run.shared, Names::of(&run.plan), None, Vec::new());
        let before = tracer.emit(Event::Submitted { task });
        assert_eq!(sweeper.sweep_now().expect("memory takes all"), 1);
        let at = run.shared.end();
        tracer.emit_at(at, Event::Submitted { task });
        // A task in the background goes on.
        tracer.emit_at(Stamp(at.0 + 1), Event::Submitted { task });
        assert_eq!(sweeper.sweep_now().expect("memory takes all"), 2, "its ring has room again");
        assert_eq!(sweeper.sweep_now().expect("memory takes all"), 0);
        sweeper.finish(End { at, ..End::default() }).expect("memory takes all");
        let mut frames = FrameReader::new(sweeper.out.as_slice());
        let mut stamps = Vec::new();
        while let Some(frame) = frames.next_frame().expect("what was written") {
            match frame {
                Frame::Events(events) => stamps.extend(events.iter().map(|stamped| stamped.at)),
                Frame::End(end) => assert_eq!((end.at, end.events), (at, 3)),
                frame => panic!("{frame:?}"),
            }
        }
        assert_eq!(stamps, [before, at]);
    }

    #[test]
    fn a_collector_that_wakes_far_too_late_stood_still_with_all_the_run() {
        let at = |ms: u64| Stamp(ms * 1_000_000);
        assert_eq!(standstill(at(100), at(90)), None, "an order came before its time");
        assert_eq!(standstill(at(100), at(900)), None, "the machine is busy");
        let event = Event::Suspended { spent: Ns::from_millis(19_600) };
        assert_eq!(standstill(at(100), at(19_700)).map(|s| (s.at, s.event)), Some((at(19_700), event)));
    }
}
