//! The options of `concviz map`, and the settings that follow from them.

use std::path::PathBuf;

use clap::Args;

use super::Host;
use super::refusal::{Refusal, ValueRefusal};
use super::shared::{self, HowArgs, MOST_ROUNDS};
use super::values::{self, LockArg, ModelArg, one_of};
use crate::report::ListFormat;
use crate::settings::{ExportFormat, Mapping, PictureFormat};
use crate::text::cli::help::{heading, map, shared as common, value};
use crate::units::Ns;

/// The shortest and the longest task of a map.
const LENGTHS: (Ns, Ns) = (Ns::from_micros(100), Ns::from_millis(10_000));
/// The shortest and the longest time for a whole map.
const BUDGETS: (Ns, Ns) = (Ns::from_millis(1), Ns::from_millis(24 * 3_600_000));
/// The most rows, and columns, of a map.
const MOST_PLACES: usize = 32;
/// The most tasks in a cell of a map.
const MOST_TASKS: u16 = 1_024;

/// The options of `concviz map`.
#[derive(Debug, Args)]
pub(super) struct MapArgs {
    /// The rows: a list of how many tasks
    #[arg(long, value_name = value::LIST, value_delimiter = ',', default_value = "1,2,4,8,16,32,64", allow_hyphen_values = true, value_parser = values::count(MOST_TASKS), help_heading = heading::WORK, help = map::TASKS)]
    pub tasks: Vec<u16>,
    /// The columns: a list of percentages of its time for which a task waits
    #[arg(long, value_name = value::LIST, value_delimiter = ',', default_value = "0,25,50,75,90,100", allow_hyphen_values = true, value_parser = share, help_heading = heading::WORK, help = map::WAITS)]
    pub waits: Vec<u8>,
    /// How long a task takes alone [default: up to 20ms, as --time allows]
    #[arg(long, value_name = value::TIME, allow_hyphen_values = true, value_parser = length, help_heading = heading::WORK, help = map::LENGTH)]
    pub length: Option<Ns>,
    /// How long it should take, as far as --length and --repeat leave that open
    #[arg(long, value_name = value::TIME, default_value = "60s", allow_hyphen_values = true, value_parser = budget, help_heading = heading::WORK, help = map::TIME)]
    pub time: Ns,
    /// How many rounds [default: 3 to 9, as --time allows]
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = values::count(MOST_ROUNDS), help_heading = heading::WORK, help = map::REPEAT)]
    pub repeat: Option<u16>,
    /// Which models: a list of serial, threads, processes, async, threads+gil
    #[arg(short, long, value_name = value::LIST, value_delimiter = ',', default_value = "serial,threads,processes,async", value_parser = values::model, help_heading = heading::MODEL, help = map::MODELS)]
    pub models: Vec<ModelArg>,
    #[arg(long, value_name = value::LOCK, default_value = "gil", help = common::GLOBAL_LOCK_OF_THREADS, value_parser = one_of(&[LockArg::Gil, LockArg::GilLegacy], LockArg::name), help_heading = heading::MODEL)]
    pub global_lock: LockArg,
    #[command(flatten)]
    pub how: HowArgs,
    /// Make a picture of it too: a file that ends in .svg or .png
    #[arg(short, long, value_name = value::FILE, help_heading = heading::OUTPUT, help = map::OUT)]
    pub out: Option<PathBuf>,
    /// Replace a picture that is there
    #[arg(long, requires = "out", help_heading = heading::OUTPUT, help = map::FORCE)]
    pub force: bool,
    /// How the map is printed
    #[arg(long, value_name = value::FORMAT, default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name), help_heading = heading::OUTPUT, help = map::FORMAT)]
    pub format: ListFormat,
}

/// Reads a share in per cent.
fn share(text: &str) -> Result<u8, ValueRefusal> {
    let bare = text.trim().trim_end_matches('%');
    bare.parse().ok().filter(|n| *n <= 100).ok_or(ValueRefusal::Share)
}

/// Reads the length of a task.
fn length(text: &str) -> Result<Ns, ValueRefusal> {
    let (least, most) = LENGTHS;
    let time = values::time(text)?;
    let refused = || ValueRefusal::TimeOutOfRange { read: text.to_owned(), least, most };
    if (least..=most).contains(&time) { Ok(time) } else { Err(refused()) }
}

/// Reads the time for a map.
fn budget(text: &str) -> Result<Ns, ValueRefusal> {
    let (least, most) = BUDGETS;
    let time = values::time(text)?;
    let refused = || ValueRefusal::LongTimeOutOfRange { read: text.to_owned(), least, most };
    if (least..=most).contains(&time) { Ok(time) } else { Err(refused()) }
}

/// The file for a picture; its name must say which kind of picture.
fn picture(path: Option<&PathBuf>) -> Result<Option<(PathBuf, PictureFormat)>, Refusal> {
    let Some(path) = path else { return Ok(None) };
    if let Some(format) = ExportFormat::of_file(&path.to_string_lossy()).and_then(ExportFormat::picture) {
        return Ok(Some((path.clone(), format)));
    }
    let pictures = ExportFormat::ALL.into_iter().filter(|format| format.picture().is_some());
    let ends = pictures.map(ExportFormat::end).collect();
    Err(Refusal::NoPicture(path.clone(), ends))
}

/// What `concviz map` is asked for.
pub(super) fn mapping(options: &MapArgs, host: &impl Host) -> Result<Mapping, Refusal> {
    let lock = shared::lock(options.global_lock, &options.how)?;
    let wishes = shared::wishes(&options.how, 1, host)?;
    let models = shared::models(&options.models, lock);
    if models.len() < 2 {
        return Err(Refusal::TooFewModels);
    }
    let (mut tasks, mut waits) = (options.tasks.clone(), options.waits.clone());
    tasks.sort_unstable();
    tasks.dedup();
    waits.sort_unstable();
    waits.dedup();
    if tasks.len() > MOST_PLACES || waits.len() > MOST_PLACES {
        return Err(Refusal::TooManyPlaces(MOST_PLACES));
    }
    Ok(Mapping {
        tasks,
        waits,
        length: options.length,
        time: options.time,
        repeat: options.repeat,
        models,
        lock,
        wishes,
        picture: picture(options.out.as_ref())?,
        force: options.force,
    })
}

#[cfg(test)]
mod tests;
