//! Values of options: each is read here and held against its limits. What depends on several options is decided in the
//! files that declare them.

use std::ffi::{OsStr, OsString};

use clap::Arg;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::refusal::ValueRefusal;
use crate::model::ModelKind;
use crate::units::Ns;
use crate::workload::{MAX_TASKS, SHIPPED, Scale, ScaleError, StartLock, Value};

/// The most tasks, and the most workers.
pub(super) const MOST: u16 = MAX_TASKS as u16;
/// The longest switch interval.
const LONGEST_INTERVAL: Ns = Ns::from_millis(10_000);
/// The longest check interval: 0.4 s of work.
const MOST_TICKS: u32 = 100_000_000;

/// Reads a number, from 1 to `most`.
pub(super) fn count(most: u16) -> impl Fn(&str) -> Result<u16, ValueRefusal> + Clone {
    move |text| match text.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(ValueRefusal::Count(most)),
    }
}

/// Reads a switch interval.
pub(super) fn interval(text: &str) -> Result<Ns, ValueRefusal> {
    let interval = time(text)?;
    if interval == Ns::ZERO || interval > LONGEST_INTERVAL {
        return Err(ValueRefusal::Interval { read: text.to_owned(), most: LONGEST_INTERVAL });
    }
    Ok(interval)
}

/// Reads a check interval.
pub(super) fn ticks(text: &str) -> Result<u32, ValueRefusal> {
    match text.parse() {
        Ok(n) if (1..=MOST_TICKS).contains(&n) => Ok(n),
        _ => Err(ValueRefusal::Ticks(MOST_TICKS)),
    }
}

/// Reads a length of time.
pub(super) fn time(text: &str) -> Result<Ns, ValueRefusal> {
    Ok(text.parse()?)
}

/// Reads a factor.
pub(super) fn scale(text: &str) -> Result<Scale, ScaleError> {
    text.parse()
}

/// Reads a seed.
pub(super) fn seed(text: &str) -> Result<u64, ValueRefusal> {
    text.parse().map_err(|_| ValueRefusal::Seed(text.to_owned()))
}

/// Reads `KEY=VALUE`.
pub(super) fn assignment(text: &str) -> Result<(String, Value), ValueRefusal> {
    let (key, value) = text.split_once('=').ok_or_else(|| ValueRefusal::NoEquals(text.to_owned()))?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || value.is_empty() {
        return Err(ValueRefusal::Incomplete(text.to_owned()));
    }
    Ok((key.to_owned(), value.parse::<Value>()?))
}

/// Reads one of `all` by its name.
pub(super) fn one_of<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let first = all[0];
    let named = move |text: String| all.iter().copied().find(|t| name(*t) == text).unwrap_or(first);
    PossibleValuesParser::new(all.iter().map(|t| name(*t))).map(named)
}

/// The global lock, before its interval is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockArg {
    Off,
    Gil,
    GilLegacy,
}

impl LockArg {
    pub(super) const ALL: [LockArg; 3] = [LockArg::Off, LockArg::Gil, LockArg::GilLegacy];

    pub(super) const fn name(self) -> &'static str {
        match self {
            LockArg::Off => "off",
            LockArg::Gil => "gil",
            LockArg::GilLegacy => "gil-legacy",
        }
    }

    /// The one with which a workload starts.
    pub(super) const fn of(start: StartLock) -> LockArg {
        match start {
            StartLock::Off => LockArg::Off,
            StartLock::Gil => LockArg::Gil,
            StartLock::GilLegacy => LockArg::GilLegacy,
        }
    }
}

/// A model as it is named in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ModelArg {
    pub kind: ModelKind,
    pub locked: bool,
}

/// Reads the name of a model, with or without the global lock.
pub(super) fn model(text: &str) -> Result<ModelArg, ValueRefusal> {
    let (name, locked) = match text.split_once('+') {
        Some((name, "gil")) => (name, true),
        _ => (text, false),
    };
    let kind = ModelKind::ALL.into_iter().find(|k| k.name() == name);
    kind.map(|kind| ModelArg { kind, locked }).ok_or_else(|| ValueRefusal::Models(model_names()))
}

/// The names of all models, as they can be written in a list.
pub(super) fn model_names() -> Vec<&'static str> {
    ModelKind::ALL.map(ModelKind::name).into_iter().chain(["threads+gil"]).collect()
}

/// The names of all shipped workloads.
pub(super) fn workload_names() -> Vec<&'static str> {
    SHIPPED.iter().map(|f| f.name).collect()
}

/// The names of all shipped workloads, each followed by the full names of its variants.
pub(super) fn full_names() -> Vec<&'static str> {
    SHIPPED.iter().flat_map(|f| std::iter::once(f.name).chain(f.variants.iter().copied())).collect()
}

/// Takes any text, which is looked up elsewhere; knows the names, so that shells can complete them.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkloadName;

impl TypedValueParser for WorkloadName {
    type Value = OsString;

    fn parse_ref(&self, _: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<OsString, clap::Error> {
        Ok(value.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(full_names().into_iter().map(PossibleValue::new)))
    }
}
