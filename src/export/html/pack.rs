//! What happened, as bytes in text: exact to the nanosecond, and small. A page has room for so many bytes only; where a
//! run needs more, sums over a fine grid stand for its spans, which are exact too.
//!
//! All numbers are unsigned LEB128. A stretch is the gap since the one before (where there is one), and its length.

use serde::Serialize;

use crate::state::State;
use crate::trace::{Span, Trace, Track};
use crate::units::{CoreId, Ns, Range, WorkerId};

/// How many columns of sums a run has whose spans find no room: the most of these that find room.
const COLUMNS: [u64; 8] = [8192, 4096, 2048, 1024, 512, 256, 128, 64];
/// The states, each without and with a worker that is kept occupied.
pub(super) const KINDS: usize = 2 * State::COUNT;
/// Flags beside a span's state.
const HOLDS: u8 = 1 << 4;
const WORKER: u8 = 1 << 5;
const CORE: u8 = 1 << 6;
const GAP: u8 = 1 << 7;

/// Who has a thing for a stretch of its lane: nobody knows.
pub(super) const SOMEBODY: u64 = 0;
/// On the loop: it listens. On a core: a thread that is no worker.
pub(super) const LISTENS: u64 = 1;
/// On a core: what watches or serves the run.
pub(super) const WATCHER: u64 = 2;
/// From here on: twice the task's number, plus one if it was there without computing, or let go because it was asked.
pub(super) const TASKS: u64 = 3;

/// A stretch of the lane of a thing that only one task has at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LaneTurn {
    pub range: Range,
    pub who: u64,
}

/// Bytes as text. `cell` is the length of a column in nanoseconds where they are sums, 0 where they are exact.
#[derive(Serialize)]
pub(super) struct Packed {
    pub count: u64,
    pub cell: u64,
    pub columns: u64,
    pub bytes: String,
}

/// The sums of `pack`, in as many columns as there is room for.
pub(super) fn fitting(end: Ns, room: usize, count: u64, pack: impl Fn(Ns, u64) -> Vec<u8>) -> Packed {
    let mut last = Packed { count, cell: 0, columns: 0, bytes: String::new() };
    for columns in COLUMNS {
        let cell = Ns(end.0.div_ceil(columns).max(1));
        let columns = end.0.div_ceil(cell.0);
        let bytes = pack(cell, columns);
        let fits = bytes.len() <= room;
        last = Packed { count, cell: cell.0, columns, bytes: base64(&bytes) };
        if fits {
            break;
        }
    }
    last
}

/// Adds `value` to `out`.
pub(super) fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// `bytes` as text, in the usual alphabet.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 0x3f) as usize];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Everything all tasks did up to `end`, span by span, and how many spans that are: for each task their number, then
/// for each a byte of flags and state, the worker and the core where they are others than before, and the stretch.
pub(super) fn spans(trace: &Trace, end: Ns) -> (Vec<u8>, u64) {
    let mut out = Vec::new();
    let mut all = 0;
    for track in &trace.tasks {
        let mut of_task = Vec::new();
        let mut writer = SpanWriter::default();
        let mut count = 0;
        for span in track.spans(Range::new(Ns::ZERO, end)) {
            writer.write(&mut of_task, &span);
            count += 1;
        }
        number(&mut out, count);
        out.append(&mut of_task);
        all += count;
    }
    (out, all)
}

/// What was written last of a task.
#[derive(Default)]
struct SpanWriter {
    at: Ns,
    worker: WorkerId,
    core: Option<CoreId>,
}

impl SpanWriter {
    fn write(&mut self, out: &mut Vec<u8>, span: &Span) {
        let core = Trace::core_of(span.core).filter(|_| span.state == State::Running);
        let mut head = span.state as u8;
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        head |= flag(span.holds, HOLDS) | flag(span.worker != self.worker, WORKER);
        head |= flag(core != self.core, CORE) | flag(span.range.from > self.at, GAP);
        out.push(head);
        if span.worker != self.worker {
            number(out, span.worker.0.into());
        }
        if core != self.core {
            number(out, core.map_or(0, |core| u64::from(core.0) + 1));
        }
        if span.range.from > self.at {
            number(out, (span.range.from - self.at).0);
        }
        number(out, span.range.len().0);
        *self = SpanWriter { at: span.range.to, worker: span.worker, core };
    }
}

/// The same as sums in `columns` columns of `cell` each. For each task, until all columns are told: how many columns
/// are of one kind all the time (or empty), and of which; or, for one column, which kinds are in it and for how long.
pub(super) fn sums(trace: &Trace, end: Ns, cell: Ns, columns: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sums = vec![[0u64; KINDS]; columns as usize];
    for track in &trace.tasks {
        sums.fill([0; KINDS]);
        fold(track, end, cell, &mut sums);
        let pure = |column: &[u64; KINDS]| match column.iter().position(|time| *time > 0) {
            None => Some(KINDS),
            Some(kind) => Some(kind).filter(|kind| column[*kind] == cell.0),
        };
        for alike in sums.chunk_by(|a, b| pure(a).is_some() && pure(a) == pure(b)) {
            let Some(first) = alike.first() else { continue };
            if let Some(kind) = pure(first) {
                number(&mut out, alike.len() as u64);
                number(&mut out, kind as u64);
            } else {
                number(&mut out, 0);
                let mask = (0..KINDS).filter(|kind| first[*kind] > 0).fold(0, |mask, kind| mask | 1 << kind);
                number(&mut out, mask);
                first.iter().filter(|time| **time > 0).for_each(|time| number(&mut out, *time));
            }
        }
    }
    out
}

fn fold(track: &Track, end: Ns, cell: Ns, sums: &mut [[u64; KINDS]]) {
    for span in track.spans(Range::new(Ns::ZERO, end)) {
        let kind = 2 * span.state as usize + usize::from(span.holds);
        share(span.range, cell, sums.len(), |column, time| sums[column][kind] += time);
    }
}

/// Calls `each` with every column that `range` touches and for how long.
fn share(range: Range, cell: Ns, columns: usize, mut each: impl FnMut(usize, u64)) {
    let mut from = range.from.0;
    while from < range.to.0 {
        let column = from / cell.0;
        let to = ((column + 1) * cell.0).min(range.to.0);
        if let Some(column) = usize::try_from(column).ok().filter(|column| *column < columns) {
            each(column, to - from);
        }
        from = to;
    }
}

/// `turns` in order, none overlapping: claims of one core may overlap by as much as two records differ.
pub(super) fn settled(mut turns: Vec<LaneTurn>) -> Vec<LaneTurn> {
    turns.sort_by_key(|turn| turn.range.from);
    let mut at = Ns::ZERO;
    for turn in &mut turns {
        turn.range = Range::new(turn.range.from.max(at), turn.range.to.max(at));
        at = turn.range.to;
    }
    turns.retain(|turn| !turn.range.is_empty());
    turns
}

/// Settled turns as bytes, one by one.
pub(super) fn turns(turns: &[LaneTurn]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = Ns::ZERO;
    for turn in turns {
        number(&mut out, (turn.range.from - at).0);
        number(&mut out, turn.range.len().0);
        number(&mut out, turn.who);
        at = turn.range.to;
    }
    out
}

/// The same as sums in columns: for how long in each a task or somebody unknown had it, for how long `LISTENS` and
/// `WATCHER` did.
pub(super) fn turn_sums(turns: &[LaneTurn], cell: Ns, columns: u64) -> Vec<u8> {
    let mut sums = vec![[0u64; 3]; columns as usize];
    for turn in turns {
        let had = match turn.who {
            LISTENS => 1,
            WATCHER => 2,
            _ => 0,
        };
        share(turn.range, cell, sums.len(), |column, time| sums[column][had] += time);
    }
    let mut out = Vec::new();
    sums.iter().flatten().for_each(|time| number(&mut out, *time));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_the_usual_one() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn numbers_take_a_byte_for_seven_bits() {
        let bytes = |value| {
            let mut out = Vec::new();
            number(&mut out, value);
            out
        };
        assert_eq!(bytes(0), [0]);
        assert_eq!(bytes(127), [127]);
        assert_eq!(bytes(300), [0xac, 2]);
        assert_eq!(bytes(u64::MAX).len(), 10);
    }
}
