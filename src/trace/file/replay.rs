//! From a recorded run to its trace.

use std::collections::BTreeMap;
use std::io;

use super::super::event::{Event, Stamped};
use super::super::source::{Command, Frames, Source};
use super::super::store::{LONGEST, TaskName, Trace};
use super::super::wire::{Frame, FrameError};
use super::events::{Unpacker, first};
use super::{RecordedRun, Skipped};
use crate::units::{Ns, Stamp, TaskId};

/// How many records may move to make room for late events, for each event on average. Runs stay far below. Where a
/// file's instants are all nonsense, its events are sorted first: else opening it would take for ever.
const PATIENCE: u64 = 512;
/// How many records may move beyond that, so that short runs are never sorted.
const START: u64 = 1 << 20;

/// A recorded run that gives its frames once more.
pub struct Playback<'a> {
    run: &'a RecordedRun<'a>,
    part: Part,
    unpacker: AnyUnpacker,
}

/// What unpacks the blocks of a run, whatever its format.
enum AnyUnpacker {
    First(first::Unpacker),
    Second(Unpacker),
}

impl AnyUnpacker {
    fn of(run: &RecordedRun<'_>) -> AnyUnpacker {
        if run.first_format {
            AnyUnpacker::First(first::Unpacker::default())
        } else {
            AnyUnpacker::Second(Unpacker::default())
        }
    }

    /// Adds the events of `block`, which is known to be sound, to `events`.
    fn unpack(&mut self, block: &[u8], events: &mut Vec<Stamped>) {
        let each = |stamped| events.push(stamped);
        match self {
            AnyUnpacker::First(first) => first.unpack(block, each),
            // What was skipped was counted when the file was read.
            AnyUnpacker::Second(second) => second.unpack(block, &mut Skipped::default(), each),
        };
    }
}

/// The frame that a playback gives next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Begin,
    /// Its events from this block on.
    Events(usize),
    End,
    Nothing,
}

impl Playback<'_> {
    fn next(&mut self) -> Option<Frame> {
        let run = self.run;
        loop {
            match self.part {
                Part::Begin => {
                    self.part = Part::Events(0);
                    match &run.begin {
                        Some(begin) => return Some(Frame::Begin(begin.clone())),
                        None => self.part = Part::End,
                    }
                }
                Part::Events(block) => match run.packed.get(block) {
                    Some(payload) => {
                        self.part = Part::Events(block + 1);
                        let mut events = Vec::new();
                        self.unpacker.unpack(payload, &mut events);
                        return Some(Frame::Events(events));
                    }
                    None => self.part = Part::End,
                },
                Part::End => {
                    self.part = Part::Nothing;
                    return run.end.clone().map(Frame::End).or(run.failed.clone().map(Frame::Failed));
                }
                Part::Nothing => return None,
            }
        }
    }
}

impl<'a> Source<'a> for Playback<'a> {
    fn frames(&mut self) -> Option<Box<dyn Frames + 'a>> {
        let rest = Playback { run: self.run, part: self.part, unpacker: AnyUnpacker::of(self.run) };
        self.part = Part::Nothing;
        (rest.part != Part::Nothing).then(|| Box::new(rest) as Box<dyn Frames + 'a>)
    }

    fn tell(&mut self, command: Command) -> io::Result<()> {
        // A recorded run cannot be told anything; a reader that wants no more of it stops reading.
        match command {
            Command::Interval(_) | Command::Looks(_) | Command::Suspend | Command::Resume | Command::Stop => Ok(()),
        }
    }
}

impl Frames for Playback<'_> {
    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        Ok(self.next())
    }
}

impl RecordedRun<'_> {
    /// Hands its events to `each`, some thousands at a time, in the order in which they were written, for as long as it
    /// says that it wants more.
    pub fn batches(&self, mut each: impl FnMut(&[Stamped]) -> bool) {
        let mut unpacker = AnyUnpacker::of(self);
        let mut events = Vec::new();
        for payload in &self.packed {
            events.clear();
            unpacker.unpack(payload, &mut events);
            if !each(&events) {
                return;
            }
        }
    }

    /// All of its events.
    pub fn events(&self) -> Vec<Stamped> {
        let mut all = Vec::new();
        self.batches(|batch| {
            all.extend_from_slice(batch);
            true
        });
        all
    }

    /// The run as a source: it gives its runner's frames once more, as fast as anybody reads.
    pub fn source(&self) -> Playback<'_> {
        Playback { run: self, part: Part::Begin, unpacker: AnyUnpacker::of(self) }
    }

    /// Its trace, as it was when the run was over, or as far as it is known. Nothing of it is dropped, however much
    /// there is: a change takes at most 64 bytes. `names` are its tasks, `locks` what the workload's own locks are
    /// called.
    pub fn trace(&self, names: Vec<TaskName>, locks: Vec<String>) -> Trace {
        let workers = self.begin.as_ref().map_or(0, |begin| begin.workers);
        self.told_to(Trace::new(names, workers).naming_locks(locks))
    }

    /// As [`RecordedRun::trace`], but into `trace`, which knows of nothing yet.
    pub fn told_to(&self, trace: Trace) -> Trace {
        let mut trace = trace.keeping_everything();
        let mut blank = trace.clone();
        let mut source = self.source();
        let mut count = 0;
        while let Some(frame) = source.next() {
            match frame {
                Frame::Begin(begin) => {
                    trace.begin(&begin);
                    blank = trace.clone();
                }
                Frame::Events(events) => {
                    trace.extend(&events);
                    count += events.len() as u64;
                    if trace.moved() > PATIENCE * count + START {
                        // Begins again with all events in order; then only the end is left to be given.
                        trace = blank.clone();
                        trace.extend(&self.in_order(trace.t0().unwrap_or_default()));
                        source.part = Part::End;
                    }
                }
                Frame::End(end) => trace.end(end),
                Frame::Failed(_) => {}
            }
        }
        trace
    }

    /// Its events sorted by their instants, which are kept within the longest run from `t0`. No duration reaches back
    /// behind the last event that had one about the same task.
    fn in_order(&self, t0: Stamp) -> Vec<Stamped> {
        let mut events = self.events();
        events.iter_mut().for_each(|stamped| stamped.at = stamped.at.clamp(t0, t0 + LONGEST));
        events.sort_by_key(|stamped| stamped.at);
        let mut last: BTreeMap<TaskId, Stamp> = BTreeMap::new();
        for stamped in &mut events {
            let at = stamped.at;
            let mut cut = |task: TaskId, reach: &mut Ns| {
                let before = last.insert(task, at).unwrap_or(at);
                *reach = (*reach).min(at.since(before));
            };
            match &mut stamped.event {
                Event::Enter { task, ago, .. } => cut(*task, ago),
                Event::WasOff { task, spent } => cut(*task, spent),
                Event::LockTaken { task, waited, .. }
                | Event::PermitTaken { task, waited, .. }
                | Event::Put { task, waited, .. }
                | Event::Got { task, waited, .. } => cut(*task, waited),
                _ => {}
            }
        }
        events
    }
}
