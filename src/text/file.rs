//! What is said of a recording's file, and of its bytes: why it takes or gives no run, which format they are, where
//! they are damaged, what a newer version wrote.

use std::path::Path;

use super::{counted, outside, outside_within};

/// What is wrong with a block of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file ends inside it.
    CutOff,
    /// It is longer than any block can be.
    TooLong,
    /// Its checksum is wrong: it is not as it was written.
    Checksum,
    /// It should be a text and is none.
    NoText,
    /// It begins a run beyond the most that are read.
    TooManyRuns,
    /// No run has begun.
    NotBegun,
    /// Its kind cannot stand there.
    OutOfPlace,
    /// The names of a run cannot be read.
    Names,
    /// The begin of a run cannot be read.
    Begin,
    /// The events of a run cannot be read.
    Events,
    /// The end of a run cannot be read.
    End,
    /// The reason why a run broke off cannot be read.
    Failed,
    /// It is of this kind, which the first format does not have.
    UnknownBlock(u8),
}

impl Fault {
    fn text(self) -> String {
        let fault = match self {
            Fault::CutOff => "the file ends inside a block",
            Fault::TooLong => "a block that is longer than any can be",
            Fault::Checksum => "a block whose checksum is wrong",
            Fault::NoText => "a text that is none",
            Fault::TooManyRuns => "more runs than are read from one file",
            Fault::NotBegun => "a part of a run that has not begun",
            Fault::OutOfPlace => "a part of a run where none can be",
            Fault::Names => "names that cannot be read",
            Fault::Begin => "a run's begin that cannot be read",
            Fault::Events => "events that are none",
            Fault::End => "a run's end that cannot be read",
            Fault::Failed => "a reason that cannot be read",
            Fault::UnknownBlock(kind) => return format!("a block of kind {kind}, which this format does not have"),
        };
        fault.to_owned()
    }
}

/// Where a recording is damaged, and how.
pub fn damaged_at(at: u64, fault: Fault) -> String {
    format!("damaged at byte {at}: {}", fault.text())
}

/// The same of a recording of which something is left, which is shown.
pub fn damaged(at: u64, fault: Fault) -> String {
    format!("damaged at byte {at}, what comes before it is shown ({}).", fault.text())
}

/// The same of a recording of which nothing is left.
pub fn damaged_before(at: u64, fault: Fault) -> String {
    format!("the recording is {}, before its first run begins: nothing can be read from it", damaged_at(at, fault))
}

/// A recording without a byte.
pub const fn empty_file() -> &'static str {
    "the file is empty: nothing was recorded into it"
}

/// A file that is something else.
pub const fn strange_file() -> &'static str {
    "this is no recording of concviz: expected a file that `--trace` has written"
}

/// A recording that is damaged where it begins.
pub const fn damaged_head() -> &'static str {
    "the recording is damaged in its first 16 bytes: nothing can be read from it"
}

/// A recording of a format that only newer versions read; this one reads those up to `reads`.
pub fn newer_format(major: u16, minor: u16, reads: u16) -> String {
    format!(
        "the recording has format {major}.{minor}, this version reads format {reads} and older ones: open it with a newer concviz"
    )
}

/// That the runs of the work `name` lack one that was asked for; the key `list` leads to other works.
pub fn no_such_run_of(name: &str, list: &str) -> String {
    format!("There is no such run of {}; {list} lists the other workloads.", super::quoted::name(name))
}

/// Which of several runs of one model is shown.
pub fn run_of(who: &str, number: usize, of: usize) -> String {
    format!("Run {number} of {of} of {}.", super::quoted::name(who))
}

/// How many runs did a work.
pub fn runs(count: usize) -> String {
    counted(count as u64, "run", "runs")
}

/// Which `models` the runs of a work have, each with their number, and from which `files` they come.
pub fn holds(models: &[(String, usize)], files: &[&str]) -> String {
    let row =
        |(who, count): &(String, usize)| if *count > 1 { format!("{who} ({})", runs(*count)) } else { who.clone() };
    let models = models.iter().map(row).collect::<Vec<_>>().join(", ");
    let models = if models.is_empty() { "A program that was watched".to_owned() } else { models };
    if files.is_empty() {
        format!("{models}.")
    } else {
        format!("{models}. In {}.", super::listed(files, |file| super::quoted::name(file)))
    }
}

/// A recording without a run.
pub const fn no_run() -> &'static str {
    "the recording holds no run: it ends before the first one begins"
}

/// A recording of an older format, into which nothing more is written.
pub fn older_format(major: u16) -> String {
    another_name(&format!("it has format {major}, which is read and not written any more"))
}

/// That nothing can be recorded into `file`.
pub fn not_recorded(file: &Path, why: &str) -> String {
    format!("{} cannot be recorded into: {}", outside(&file.to_string_lossy()), outside(why))
}

/// That no run can be read from `file`.
pub fn not_opened(file: &Path, why: &str) -> String {
    format!("{} cannot be opened: {}", outside(&file.to_string_lossy()), outside(why))
}

/// What to do about a file that takes no run.
pub fn another_name(why: &str) -> String {
    format!("{why}; choose another name")
}

/// A file into which somebody else records.
pub fn in_use() -> String {
    another_name("another program records into it")
}

/// A recording that is damaged, into which nothing more is written.
pub fn damaged_there(at: u64, fault: Fault) -> String {
    another_name(&format!("it is {}", damaged_at(at, fault)))
}

/// A file whose length changes while it is read.
pub fn changing() -> String {
    another_name("it changed while it was read")
}

/// A file that is there and is something else.
pub fn foreign() -> String {
    another_name("it is there and is no recording")
}

/// A block that is too long for any reader of recordings.
pub fn too_long_for_a_block(bytes: usize) -> String {
    format!("{bytes} bytes are too long for a block of a recording")
}

/// The first of `count` notes on the files that are shown.
pub fn first_note(note: &str, count: usize) -> String {
    if count == 1 { note.to_owned() } else { format!("1 of {count} notes: {note}") }
}

/// What this version does not know of the run `number`: events, by name and count, blocks, and how many times a task
/// came into an unknown state.
pub fn skipped(number: usize, events: &[(String, u64)], blocks: u64, states: u64) -> String {
    let mut parts = Vec::new();
    if !events.is_empty() {
        let all = events.iter().map(|(_, count)| count).sum();
        let names: Vec<String> =
            events.iter().take(3).map(|(name, _)| format!("`{}`", outside_within(name, 30))).collect();
        let more = if events.len() > 3 { ", ..." } else { "" };
        parts.push(format!("{} ({}{more})", counted(all, "event", "events"), names.join(", ")));
    }
    if blocks > 0 {
        parts.push(counted(blocks, "block", "blocks"));
    }
    let mut said = if parts.is_empty() {
        format!("Run {number} was recorded by a newer concviz.")
    } else {
        format!("Run {number} was recorded by a newer concviz: {} skipped.", parts.join(" and "))
    };
    if states > 0 {
        said += &format!(" {} to a state without a name here: drawn as unknown.", counted(states, "change", "changes"));
    }
    said
}

/// A run whose plan this version does not know: `what` in it.
pub fn unknown_plan(number: usize, what: &str) -> String {
    let what = outside_within(what, 80);
    format!("Run {number} is shown, but cannot be run again here: it did what this version does not know ({what}).")
}

/// A kind of kernel's record that only a newer version knows.
pub const fn unknown_record() -> &'static str {
    "a newer concviz recorded it in a way that this version does not know"
}

/// Why there is no kernel's record before the run begins.
pub const fn not_begun() -> &'static str {
    "the run has not begun"
}

/// A plan that no version of the program makes.
pub const fn nonsense_plan() -> &'static str {
    "its plan is none that this program makes"
}

/// A plan that is not there.
pub const fn no_plan() -> &'static str {
    "the file does not say what"
}

/// A recording that ends after the plan of a run.
pub const fn no_run_yet() -> &'static str {
    "it ends before the run begins"
}
