//! Which benches there are, and which of what they print are figures. This is the one place that knows; where a bench
//! prints another table than before, the new form is added here, and the old one stays for older commits.

use crate::statistics::Better;

/// What a figure is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Nanoseconds,
    Milliseconds,
    Percent,
    Bytes,
    Kilobytes,
    Megabytes,
    MegabytesPerSecond,
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Unit::Nanoseconds => "ns",
            Unit::Milliseconds => "ms",
            Unit::Percent => "%",
            Unit::Bytes => "bytes",
            Unit::Kilobytes => "kB",
            Unit::Megabytes => "MB",
            Unit::MegabytesPerSecond => "MB/s",
        }
    }

    pub fn better(self) -> Better {
        match self {
            Unit::MegabytesPerSecond => Better::Higher,
            _ => Better::Lower,
        }
    }

    /// Below this a figure is noise: 5 us on the wall; pages of memory that a run shares among its events; shares of a
    /// core that the kernel itself takes.
    pub fn floor(self) -> f64 {
        match self {
            Unit::Milliseconds => 0.005,
            Unit::Bytes => 4.0,
            Unit::Percent => 0.05,
            _ => 1e-9,
        }
    }
}

/// A part of a line, from left to right, after the row's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A number that counts, by its name in the row; the only one of a row needs none.
    Figure(&'static str, Unit),
    /// A number that does not.
    Number,
    /// This word.
    Word(&'static str),
    /// Whatever else there is, or nothing.
    Rest,
}

use Part::{Figure, Number, Rest, Word};

/// A bench.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    pub name: &'static str,
    /// What it is run with.
    pub args: &'static [&'static str],
    /// The forms its lines have had; the newest first.
    pub forms: &'static [&'static [Part]],
}

/// All of them, in the order in which they are run and shown.
pub const BENCHES: [Bench; 8] = [
    Bench { name: "events", args: &[], forms: &[SPREAD] },
    Bench { name: "frame", args: &[], forms: &[WORKERS_AND_MEMORY, WORKERS, FRAME_AND_MEMORY, FRAME] },
    Bench { name: "record", args: &[], forms: &[SPREAD] },
    Bench {
        name: "file",
        args: &[],
        forms: &[&[
            Number,
            Figure("bytes an event", Unit::Bytes),
            Figure("write", Unit::Nanoseconds),
            Figure("check", Unit::Nanoseconds),
            Figure("to trace", Unit::Milliseconds),
            Figure("bytes a span", Unit::Bytes),
            Number,
            Word("spans"),
        ]],
    },
    Bench {
        name: "picture",
        args: &[],
        forms: &[&[
            Figure("SVG", Unit::Milliseconds),
            Figure("size of the SVG", Unit::Kilobytes),
            Figure("PNG", Unit::Milliseconds),
            Figure("size of the PNG", Unit::Kilobytes),
            Figure("PNG 2x", Unit::Milliseconds),
        ]],
    },
    Bench {
        name: "export",
        args: &[],
        forms: &[&[
            Figure("time", Unit::Milliseconds),
            Word("ms"),
            Number,
            Word("MB"),
            Figure("speed", Unit::MegabytesPerSecond),
            Word("MB/s"),
        ]],
    },
    // Once each: the rounds of the race are its repetitions.
    Bench {
        name: "observing",
        args: &["1"],
        forms: &[&[Figure("", Unit::Percent), Number, Number, Number, Number, Number, Rest]],
    },
    Bench {
        name: "queue",
        args: &["1"],
        forms: &[
            &[Figure("", Unit::Nanoseconds), Word("ns,"), Rest],
            &[Figure("time", Unit::Milliseconds), Word("ms")],
        ],
    },
];

/// A row of frames, and of recording, that goes on with what is given; and that of some views more.
macro_rules! frame {
    ([$($view:expr)?] $($more:expr),+) => {
        &[
            Figure("live", Unit::Milliseconds),
            Figure("live, closer", Unit::Milliseconds),
            Figure("over", Unit::Milliseconds),
            Figure("over, closer", Unit::Milliseconds),
            Figure("some", Unit::Milliseconds),
            $($view,)?
            Figure("cores", Unit::Milliseconds),
            Figure("usage", Unit::Milliseconds),
            Figure("recording an event", Unit::Nanoseconds),
            Word("ns"),
            $($more),+
        ]
    };
}

/// Of the first run, and formerly of all, also its memory.
const WORKERS_AND_MEMORY: &[Part] =
    frame![[OF_WORKERS] Word("and"), Figure("memory of an event", Unit::Bytes), Word("bytes"), Rest];
const WORKERS: &[Part] = frame![[OF_WORKERS] Rest];
const OF_WORKERS: Part = Figure("workers", Unit::Milliseconds);

/// Before there was a view of the workers.
const FRAME_AND_MEMORY: &[Part] =
    frame![[] Word("and"), Figure("memory of an event", Unit::Bytes), Word("bytes"), Rest];
const FRAME: &[Part] = frame![[] Rest];

/// A median, and how it spreads.
const SPREAD: &[Part] = &[Figure("", Unit::Nanoseconds), Word("ns"), Word("(p10"), Rest];

impl Bench {
    /// The unit of one of its columns.
    pub fn unit(&self, column: &str) -> Option<Unit> {
        let parts = self.forms.iter().flat_map(|form| form.iter());
        parts.into_iter().find_map(|part| match part {
            Figure(name, unit) if *name == column => Some(*unit),
            _ => None,
        })
    }
}
