//! Why a command line is refused: for the value of one option by itself, or for several options together. The sentences
//! are those of [`text::cli`](crate::text::cli).

use std::io;
use std::path::{Path, PathBuf};

use crate::text::{amount, cli as words};
use crate::units::{DurationError, Ns};
use crate::workload::{FileError, ResolveError, ScaleError, ValueError};

/// Why the value of an option is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum ValueRefusal {
    /// It is no whole number from 1 to this.
    #[error("{}", words::whole_number(1, u64::from(*.0)))]
    Count(u16),
    /// It is no number of ticks from 1 to this.
    #[error("{}", words::ticks(1, *.0))]
    Ticks(u32),
    /// It is zero, or longer than a switch interval can be.
    #[error("{}", words::interval(.read, *.most))]
    Interval { read: String, most: Ns },
    /// It is no length of time.
    #[error("{}", amount::duration(.0))]
    Time(DurationError),
    /// It is a time out of these limits.
    #[error("{}", words::time(.read, *.least, *.most))]
    TimeOutOfRange { read: String, least: Ns, most: Ns },
    /// The same for a time that may be long.
    #[error("{}", words::long_time(.read, *.least, *.most))]
    LongTimeOutOfRange { read: String, least: Ns, most: Ns },
    /// It is no factor.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// It is no seed; what was read.
    #[error("{}", words::seed(.0, u64::MAX))]
    Seed(String),
    /// It has no sign between a parameter and its value.
    #[error("{}", words::no_equals(.0))]
    NoEquals(String),
    /// It lacks the parameter or its value.
    #[error("{}", words::incomplete(.0))]
    Incomplete(String),
    /// The value of a parameter cannot be read.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// It is no model; the names of all models.
    #[error("{}", words::models(.0))]
    Models(Vec<&'static str>),
    /// It is no share in per cent.
    #[error("{}", words::SHARES)]
    Share,
    /// It names no run of a file, neither by its number nor by one of these models.
    #[error("{}", words::run_of_file(.0))]
    Run(Vec<&'static str>),
    /// It is no stretch of time.
    #[error("{}", words::no_range(.0))]
    NoRange(String),
    /// It is a stretch of time that is turned around.
    #[error("{}", words::ends_before_it_begins(.0))]
    EndsBeforeItBegins(String),
    /// It is no width of a picture within these limits.
    #[error("{}", words::width(*.least, *.most))]
    Width { least: u16, most: u16 },
    /// It is no number within these limits.
    #[error("{}", words::number(*.least, *.most))]
    Number { least: f64, most: f64 },
    /// It is no factor within these limits.
    #[error("{}", words::factor(*.least, *.most))]
    Factor { least: f64, most: f64 },
    /// It is too short, or too long, for the time to sweep over a picture.
    #[error("{}", words::sweep(*.least, *.most))]
    Sweep { least: Ns, most: Ns },
    /// It is no size of a screen within these limits: columns, and rows.
    #[error("{}", words::screen_size(*.least, *.most))]
    Screen { least: (u16, u16), most: (u16, u16) },
}

impl From<DurationError> for ValueRefusal {
    fn from(error: DurationError) -> ValueRefusal {
        ValueRefusal::Time(error)
    }
}

/// Why nothing can be done with a command line each of whose options is right by itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// A run was asked for in sentences and in this format.
    #[error("{}", words::plain_or_for_programs(.0))]
    PlainOrForPrograms(&'static str),
    /// The same of a comparison.
    #[error("{}", words::plain_or_document(.0))]
    PlainOrDocument(&'static str),
    /// Runs out of files are to be recorded again, in this file.
    #[error("{}", words::recorded_already(&.0.to_string_lossy()))]
    RecordedAlready(PathBuf),
    /// This name does not say which kind of picture it is.
    #[error("{}", words::no_picture(&.0.to_string_lossy(), .1))]
    NoPicture(PathBuf, Vec<&'static str>),
    /// A map of one model.
    #[error("{}", words::TOO_FEW_MODELS)]
    TooFewModels,
    /// A map with more rows or columns than this.
    #[error("{}", words::too_many_places(*.0))]
    TooManyPlaces(usize),
    /// More cores than are allowed.
    #[error("{}", words::too_many_cores(*.asked, *.allowed))]
    TooManyCores { asked: u16, allowed: u16 },
    /// This option is of the newer lock, and the older one was asked for.
    #[error("{}", words::of_newer_lock(.0))]
    OfNewerLock(&'static str),
    /// A check interval, of so many ticks, is of the older lock, and the newer one was asked for.
    #[error("{}", words::of_older_lock(*.0))]
    OfOlderLock(u32),
    /// Options of both locks.
    #[error("{}", words::of_both_locks(.newer, *.ticks))]
    OfBothLocks { newer: &'static str, ticks: u32 },
    /// There is no such workload.
    #[error("{}", words::no_workload(.read, *.near, .known, *.or_file))]
    NoWorkload { read: String, near: Option<&'static str>, known: Vec<&'static str>, or_file: bool },
    /// The workload has no such variant.
    #[error("{}", words::no_variant(.workload, .read, .near.as_deref(), .known))]
    NoVariant { workload: String, read: String, near: Option<String>, known: Vec<String> },
    /// The workload that amounts alone are for is not there.
    #[error("{}", words::amounts_alone(.workload, .usual))]
    AmountsAlone { workload: &'static str, usual: &'static str },
    /// A parameter cannot be set.
    #[error(transparent)]
    Parameter(#[from] ResolveError),
    /// The workload cannot be run with these numbers.
    #[error("{}", words::cannot_run(.workload, &.why.to_string()))]
    CannotRun { workload: String, why: ResolveError },
    /// The workload's file is refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The workload's file has more bytes than this.
    #[error("{}", words::too_large(&.file.to_string_lossy(), *.most / MIB))]
    TooLarge { file: PathBuf, most: usize },
    /// The workload's file is no text from this place on.
    #[error("{}", crate::text::workload::at(&.file.to_string_lossy(), *.line, *.column, words::NO_UTF8))]
    NoUtf8 { file: PathBuf, line: usize, column: usize },
    /// Nothing says in which of these formats to write: not even the file's name, where there is a file.
    #[error("{}", no_format(.0.as_deref(), .1))]
    NoFormat(Option<PathBuf>, Vec<&'static str>),
    /// An option says nothing about this format, but about others.
    #[error("{}", words::not_of_format(.flag, .format, .formats))]
    NotOfFormat { flag: &'static str, format: &'static str, formats: Vec<&'static str> },
    /// An option says nothing about what is made here, but about what the format can show in this view.
    #[error("{}", words::not_of_made(.flag, .made, *.other, .view))]
    NotOfMade { flag: &'static str, made: &'static str, other: Option<&'static str>, view: &'static str },
    /// Several runs are named for an export that shows one; these views show more.
    #[error("{}", words::one_run(.what, .views))]
    OneRun { what: String, views: String },
    /// The system does not let the workload's file be read.
    #[error("{}", unreadable(&.file.to_string_lossy(), .why))]
    Unreadable { file: PathBuf, why: io::Error },
}

/// Bytes in a MiB.
const MIB: usize = 1 << 20;

fn no_format(out: Option<&Path>, formats: &[&str]) -> String {
    match out {
        Some(path) => words::no_format_in_name(&path.to_string_lossy(), formats),
        None => words::no_format(formats),
    }
}

fn unreadable(file: &str, why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => words::no_file(file),
        io::ErrorKind::PermissionDenied => words::no_permission(file),
        io::ErrorKind::IsADirectory => words::is_folder(file),
        io::ErrorKind::NotADirectory => words::no_folder(file),
        _ => words::unreadable(file, &why.to_string()),
    }
}
