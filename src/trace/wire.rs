//! Frames on the pipe between a runner and its watcher: a length, a kind, a payload. Events travel as
//! they were encoded; the rest as JSON.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::codec::EVENT_BYTES;
use super::event::Stamped;
use super::provenance::Provenance;
use crate::state::{Failure, Outcome};
use crate::text;
use crate::units::{Ns, Stamp};

/// One message of a runner.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The run begins.
    Begin(Begin),
    /// What has happened since the last frame.
    Events(Vec<Stamped>),
    /// The run is over; nothing follows.
    End(End),
    /// The run could not be made, or broke off, for this reason; nothing follows.
    Failed(Failure),
}

/// The first frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Begin {
    /// Who makes the run.
    #[serde(default, skip_serializing_if = "Provenance::is_usual")]
    pub made_by: Provenance,
    /// The submission of the first task.
    pub t0: Stamp,
    /// The runner's process.
    pub pid: u32,
    /// How many workers the plan names.
    pub workers: u16,
    /// The cores the workers may use.
    pub cores: Vec<u16>,
    /// What is known of who was on which core.
    #[serde(rename = "record")]
    pub kernel_record: KernelRecord,
    /// Threads of the run that watch or serve it and are no workers.
    pub watchers: Vec<u32>,
}

/// What is known of who was on which core, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AnyKernelRecord")]
pub enum KernelRecord {
    /// Every switch in and out, as the kernel recorded it.
    Switches,
    /// The kernel records nothing for this program: for this reason.
    None(String),
}

/// A [`KernelRecord`] as it was stored, perhaps by a newer version.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyKernelRecord {
    Known(KnownKernelRecord),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
enum KnownKernelRecord {
    Switches,
    None(String),
}

impl From<AnyKernelRecord> for KernelRecord {
    fn from(stored: AnyKernelRecord) -> KernelRecord {
        match stored {
            AnyKernelRecord::Known(KnownKernelRecord::Switches) => KernelRecord::Switches,
            AnyKernelRecord::Known(KnownKernelRecord::None(why)) => KernelRecord::None(why),
            AnyKernelRecord::Other(_) => KernelRecord::None(text::file::unknown_record().to_owned()),
        }
    }
}

impl Default for KernelRecord {
    fn default() -> KernelRecord {
        KernelRecord::None(text::file::not_begun().to_owned())
    }
}

/// The last frame of a run that came to its end: what is counted rather than seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// The instant at which the runner held the last result.
    pub at: Stamp,
    /// CPU time of the workers from the first submission to the end.
    pub cpu: Ns,
    /// The part of `cpu` that threads other than workers took: those that read and write files for an event loop.
    pub helpers: Ns,
    /// CPU time of everything else in the run.
    pub overhead: Overhead,
    /// Switches of the workers as the kernel counted them.
    pub switches: Switches,
    /// Peak resident memory of the runner and its workers, shared pages counted once, in bytes; 0 if unknown.
    pub peak_rss_bytes: u64,
    /// Each worker's account, in the plan's order.
    pub workers: Vec<WorkerUse>,
    /// What each task brought back, in the plan's order.
    pub results: Vec<TaskResult>,
    /// Where files were, if tasks had any.
    pub files: Option<FileSystem>,
    /// How many times the holder of a global lock took it again with nobody in between.
    pub lock_retaken: u64,
    /// Events recorded, lost ones included.
    pub events: u64,
    /// Events lost because a ring was full.
    pub lost: u64,
    /// What recording a thousand events costs a worker, measured right after the run; 0 where nobody measured.
    pub thousand_events: Ns,
    /// What the kernel's record came to; nothing where there was none.
    pub kernel: Option<RecordUse>,
    /// What each queue came to, in the plan's order.
    pub queues: Vec<QueueUse>,
    /// What each counter came to, in the plan's order.
    pub counters: Vec<CounterUse>,
}

/// What a queue came to. Counted by those who use it, so that nothing that the rings lost is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueUse {
    /// Messages put in.
    pub put: u64,
    /// Messages taken out.
    pub got: u64,
    /// Bytes that those put in carried.
    pub bytes: u64,
    /// Whether every task that puts messages in was over.
    pub closed: bool,
}

/// What a counter came to. Counted by those who add to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterUse {
    /// Additions made, to whichever copy.
    pub additions: u64,
    /// Its value at the end; where each worker has a copy of its own, the value of the one that nobody added to.
    pub value: u32,
    /// The value of each worker's own copy at the end; empty where there is one counter for all.
    pub copies: Vec<u32>,
}

/// What the kernel's record of a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordUse {
    /// How many switches, and ends of threads, it holds.
    pub switches: u64,
    /// How many found no room and are missing.
    pub lost: u64,
}

/// CPU time in a run that is no worker's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overhead {
    /// Of the thread that drains the rings.
    pub collector: Ns,
    /// Of the thread that hands tasks to worker processes.
    pub dispatcher: Ns,
    /// Of the thread that answers requests.
    pub server: Ns,
}

impl Overhead {
    /// The sum of the three.
    pub fn all(&self) -> Ns {
        self.collector + self.dispatcher + self.server
    }
}

/// Where the files of tasks were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystem {
    /// The folder.
    pub folder: String,
    /// What the system calls it: `ext4`, `tmpfs`; or its number.
    pub kind: String,
    /// Whether it is in memory: nothing there ever waits for a disk.
    pub in_memory: bool,
}

/// Context switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The thread had to wait.
    pub voluntary: u64,
    /// The kernel took the core away.
    pub involuntary: u64,
}

/// A worker's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerUse {
    /// As it is called in its process (thread name).
    pub name: String,
    /// Its process; 0 if it never was.
    pub pid: u32,
    /// Its thread; 0 if it never was.
    pub tid: u32,
    /// Its CPU time.
    pub cpu: Ns,
    /// Its switches.
    pub switches: Switches,
}

/// What a task brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskResult {
    /// How it ended.
    pub outcome: Outcome,
    /// What its kernel came to; nothing where it did not end.
    pub value: Option<u64>,
    /// How many rounds it made, of all `repeat` steps that hold no other; until it was stopped, if it was. Nothing where
    /// it failed or was killed.
    pub laps: Option<u64>,
}

impl TaskResult {
    /// It came to its end with `value`, after `laps` rounds.
    pub const fn done(value: u64, laps: u64) -> TaskResult {
        TaskResult { outcome: Outcome::Done, value: Some(value), laps: Some(laps) }
    }

    /// The end of the run stopped it, after `laps` rounds.
    pub const fn stopped(laps: u64) -> TaskResult {
        TaskResult { outcome: Outcome::Stopped, value: None, laps: Some(laps) }
    }

    /// It ended as `outcome` says, and brought nothing back.
    pub const fn broken(outcome: Outcome) -> TaskResult {
        TaskResult { outcome, value: None, laps: None }
    }
}

/// Why no frame could be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The pipe broke, or ended inside a frame.
    #[error("{}", text::wire::broken(&.0.to_string()))]
    Io(#[from] io::Error),
    /// A payload of this many bytes, more than any runner writes.
    #[error("{}", text::wire::too_long(*.0))]
    TooLong(u32),
    /// A kind that no runner of this version writes.
    #[error("{}", text::wire::unknown_kind(*.0))]
    Kind(u8),
    /// A payload that does not fit its kind, in the words of the JSON reader.
    #[error("{}", text::wire::malformed(&.0.to_string()))]
    Payload(serde_json::Error),
}

/// The longest payload that is read, in bytes; a collector's sweep is far below.
const LONGEST: u32 = 64 << 20;
/// Bytes before a payload: its length, and its kind.
const HEAD: usize = 5;
/// The kind of a frame of events.
const EVENTS: u8 = 2;

/// Writes `frame` to `out`, in one piece.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_frame(out: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let mut bytes = vec![0; HEAD];
    let kind = match frame {
        Frame::Begin(begin) => json(&mut bytes, begin, 1)?,
        Frame::Events(events) => return write_events(out, events),
        Frame::End(end) => json(&mut bytes, end, 3)?,
        Frame::Failed(why) => json(&mut bytes, why, 4)?,
    };
    send(out, bytes, kind)
}

/// Writes a [`Frame::Events`] of `events` to `out`, in one piece.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_events(out: &mut impl Write, events: &[Stamped]) -> io::Result<()> {
    let mut bytes = vec![0; HEAD];
    bytes.reserve(events.len() * EVENT_BYTES);
    events.iter().for_each(|r| r.write(&mut bytes));
    send(out, bytes, EVENTS)
}

fn send(out: &mut impl Write, mut frame: Vec<u8>, kind: u8) -> io::Result<()> {
    let length = (frame.len() - HEAD) as u32;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    frame[4] = kind;
    out.write_all(&frame)?;
    out.flush()
}

fn json(bytes: &mut Vec<u8>, value: &impl Serialize, kind: u8) -> io::Result<u8> {
    serde_json::to_writer(bytes, value)?;
    Ok(kind)
}

/// Reads frames from a pipe, one after the other.
#[derive(Debug)]
pub struct FrameReader<R> {
    from: R,
    /// The payload of the last frame; the next one is read into the same memory.
    payload: Vec<u8>,
}

impl<R: Read> FrameReader<R> {
    /// Reads from `from`, which should be buffered.
    pub fn new(from: R) -> FrameReader<R> {
        FrameReader { from, payload: Vec::new() }
    }

    /// The next frame, or nothing at the end.
    ///
    /// # Errors
    /// If the pipe breaks inside a frame, or what it carries is no frame.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let mut head = [0; HEAD];
        match self.from.read(&mut head[..1])? {
            0 => return Ok(None),
            _ => self.from.read_exact(&mut head[1..])?,
        }
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        if length > LONGEST {
            return Err(FrameError::TooLong(length));
        }
        self.payload.resize(length as usize, 0);
        self.from.read_exact(&mut self.payload)?;
        let payload = self.payload.as_slice();
        let malformed = FrameError::Payload;
        Ok(Some(match head[4] {
            1 => Frame::Begin(serde_json::from_slice(payload).map_err(malformed)?),
            EVENTS => Frame::Events(events(payload)),
            3 => Frame::End(serde_json::from_slice(payload).map_err(malformed)?),
            4 => Frame::Failed(serde_json::from_slice(payload).map_err(malformed)?),
            kind => return Err(FrameError::Kind(kind)),
        }))
    }
}

/// The events in `payload`.
fn events(payload: &[u8]) -> Vec<Stamped> {
    let mut events = Vec::with_capacity(payload.len() / EVENT_BYTES);
    events.extend(payload.as_chunks().0.iter().map(Stamped::read));
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Event;
    use crate::units::{CoreId, TaskId, WorkerId};

    #[test]
    fn frames_are_read_back_and_a_cut_pipe_is_an_error() {
        let event = Event::Submitted { task: TaskId(3) };
        let stamped = Stamped { at: Stamp(7), worker: WorkerId(1), core: CoreId(0), event };
        let frames = [
            Frame::Begin(Begin {
                made_by: Provenance::Measured,
                t0: Stamp(1),
                pid: 2,
                workers: 4,
                cores: vec![0, 1],
                kernel_record: KernelRecord::Switches,
                watchers: vec![7],
            }),
            Frame::Events(vec![stamped; 3]),
            Frame::End(End { events: 3, ..End::default() }),
            Frame::Failed(Failure::Killed),
        ];
        let mut pipe = Vec::new();
        for frame in &frames {
            write_frame(&mut pipe, frame).expect("a vector takes everything");
        }
        let mut reader = FrameReader::new(pipe.as_slice());
        for frame in &frames {
            assert_eq!(reader.next_frame().expect("a frame").as_ref(), Some(frame));
        }
        assert!(reader.next_frame().expect("the end").is_none());
        for cut in 1..pipe.len() {
            let mut reader = FrameReader::new(&pipe[..cut]);
            while let Ok(Some(_)) = reader.next_frame() {}
        }
        let mut nonsense = FrameReader::new([1u8, 0, 0, 0, 9, 0].as_slice());
        assert!(matches!(nonsense.next_frame(), Err(FrameError::Kind(_))));
    }
}
