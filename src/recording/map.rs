//! A map of which model is fastest: a column for each share of waiting, a row for each number of tasks, and in each
//! cell the times of every model. Makes the work of its cells and judges what was measured; measures nothing itself.

use super::Reason;
use crate::insight::Timing;
use crate::model::{LockSettings, Model, ModelKind};
use crate::plan::{Expected, Rates};
use crate::settings::{Mapping, Setup};
use crate::units::Ns;
use crate::workload::{GilUse, Kernel, Quantity, Scale, StepSpec, TaskSpec, Value, Workload};

/// The time that a run takes besides its tasks: to start its runner, to end it, to hand over its record.
const AROUND: Ns = Ns::from_millis(15);
/// The lengths of a task to choose from if the user gives none: the first one that fits into the time is used.
const LENGTHS: [Ns; 4] = [Ns::from_millis(20), Ns::from_millis(10), Ns::from_millis(5), Ns::from_millis(2)];
/// The fewest and the most rounds if the user gives no number: with fewer there is no spread to speak of.
const ROUNDS: (u64, u64) = (3, 9);
/// From so many rounds on it is telling if times do not overlap.
const REGULAR: usize = 3;

/// A map with its measurements.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// How long a task takes alone.
    pub length: Ns,
    /// How many cores there were.
    pub cores: f64,
    /// The models that were measured, in the order in which each cell has them.
    pub models: Vec<Model>,
    /// The rows: how many tasks.
    pub tasks: Vec<u16>,
    /// The columns: the percentage of its time for which a task waits.
    pub waits: Vec<u8>,
    /// The cells, row by row.
    pub cells: Vec<Cell>,
    /// How many cores other programs kept busy meanwhile, on average; `None` where no run was long enough to tell.
    pub others: Option<f64>,
}

/// What was measured in one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// The times of each model, round by round.
    pub times: Vec<Vec<Ns>>,
    /// Why a run of each model failed, if one did: then it is out of this cell.
    pub failures: Vec<Option<Reason>>,
}

/// Which model is fastest in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Winner {
    /// Unknown: there is nothing to compare.
    Unknown,
    /// These models cannot be told apart, by their place in [`Map::models`]; the fastest first.
    Tie(Vec<usize>),
    /// This model, by its place.
    One(usize),
}

/// How a map is going to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long a task takes alone.
    pub length: Ns,
    /// How many rounds.
    pub rounds: usize,
    /// How long a round is expected to take.
    pub round: Ns,
}

impl Cell {
    /// An empty cell for this many models.
    pub fn of(models: usize) -> Cell {
        Cell { times: vec![Vec::new(); models], failures: vec![None; models] }
    }

    /// How long the model at `place` took; `None` where it was not measured, or failed.
    pub fn timing(&self, place: usize) -> Option<Timing> {
        let failed = self.failures.get(place)?.is_some();
        Timing::of(self.times.get(place)?).filter(|_| !failed)
    }

    /// Which model is fastest: the one with the shortest median, if it ties with no other ([`Timing::ties`]) and was
    /// ahead of each of them so regularly that it was no chance.
    pub fn winner(&self) -> Winner {
        let mut known: Vec<(usize, Timing)> =
            (0..self.times.len()).filter_map(|place| Some((place, self.timing(place)?))).collect();
        known.sort_by_key(|(place, timing)| (timing.time, *place));
        let (Some((first, best)), true) = (known.first().copied(), known.len() > 1) else { return Winner::Unknown };
        let tied: Vec<usize> = known
            .iter()
            .filter(|(place, t)| t.ties(best) || !self.is_ahead(first, *place))
            .map(|(place, _)| *place)
            .collect();
        if tied.len() == 1 { Winner::One(first) } else { Winner::Tie(tied) }
    }

    /// Whether `one` was faster than `other` in at least three of four of the rounds that both were measured in, and
    /// three of four of its times are below three of four of the other's. Of equal models that is seldom the case: with
    /// three rounds, once in twenty. With fewer rounds nothing is regular, so the medians must differ by a quarter.
    fn is_ahead(&self, one: usize, other: usize) -> bool {
        let rounds = || self.times[one].iter().zip(&self.times[other]);
        let often = 4 * rounds().filter(|(a, b)| a < b).count() >= 3 * rounds().count();
        let apart = if rounds().count() < REGULAR {
            let medians = self.timing(one).zip(self.timing(other));
            medians.is_some_and(|(own, theirs)| own.time.times(5, 4) < theirs.time)
        } else {
            quartile(&self.times[one], 3) < quartile(&self.times[other], 1)
        };
        often && apart
    }
}

/// The value that `quarters` quarters of `times` do not exceed.
fn quartile(times: &[Ns], quarters: usize) -> Option<Ns> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get((quarters * sorted.len()).div_ceil(4).saturating_sub(1)).copied()
}

impl Map {
    /// An empty map of `mapping`, with tasks of this `length`.
    pub fn new(mapping: &Mapping, length: Ns, cores: f64) -> Map {
        let cells = vec![Cell::of(mapping.models.len()); mapping.tasks.len() * mapping.waits.len()];
        Map {
            length,
            cores,
            models: mapping.models.clone(),
            tasks: mapping.tasks.clone(),
            waits: mapping.waits.clone(),
            cells,
            others: None,
        }
    }

    /// The cell in the row for the `row`th number of tasks and the `column`th share of waiting.
    pub fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.cells.get(row * self.waits.len() + column).filter(|_| column < self.waits.len())
    }

    /// How many tasks the `index`th cell has, and for what percentage of their time they wait.
    pub fn place(&self, index: usize) -> Option<(u16, u8)> {
        let columns = self.waits.len().max(1);
        Some((*self.tasks.get(index / columns)?, *self.waits.get(index % columns)?))
    }

    /// How many rounds the most measured cell has.
    pub fn rounds(&self) -> usize {
        self.cells.iter().flat_map(|c| &c.times).map(Vec::len).max().unwrap_or(0)
    }

    /// How many cells each model wins, by its place.
    pub fn won(&self) -> Vec<usize> {
        let mut won = vec![0; self.models.len()];
        for cell in &self.cells {
            if let Winner::One(place) = cell.winner() {
                won[place] += 1;
            }
        }
        won
    }
}

/// The work of a cell: `tasks` tasks that take `length` each, of which they wait `wait` per cent: half of that before
/// they compute and half after it, like a client that asks, works on the answer and asks again.
pub fn work(tasks: u16, length: Ns, wait: u8) -> Workload {
    let waits = length.times(wait.min(100).into(), 100);
    let half = || StepSpec::Sleep(Quantity::from(Value::Time(waits.times(1, 2))));
    let amount = Quantity::from(Value::Time(length - waits));
    let compute = StepSpec::Compute { kernel: Kernel::Count, amount, gil: GilUse::Python };
    // A wait of no length would still be a step, and so would computing nothing.
    let steps = match wait {
        0 => vec![compute],
        100.. => vec![half(), half()],
        _ => vec![half(), compute, half()],
    };
    let count = Quantity::from(Value::Count(tasks.into()));
    let task = TaskSpec { name: "task".to_owned(), count, background: false, steps };
    Workload::of("map".to_owned(), vec![task])
}

/// The setup of a cell under `model`.
pub fn setup(mapping: &Mapping, workload: Workload, model: Model) -> Setup {
    let lock: LockSettings = mapping.lock;
    Setup { workload, model, lock, wishes: mapping.wishes, scale: Scale::ONE }
}

impl Schedule {
    /// The schedule of `mapping` on a machine with `cores` cores: the longest tasks of which three rounds fit into its
    /// time, and then as many rounds as fit, nine at most. A length or a number of rounds that `mapping` gives is kept.
    pub fn of(mapping: &Mapping, cores: f64) -> Schedule {
        let lengths: Vec<Ns> = mapping.length.map_or_else(|| LENGTHS.to_vec(), |length| vec![length]);
        let least = mapping.repeat.map_or(ROUNDS.0, u64::from);
        let fits = |length: &&Ns| round(mapping, **length, cores).times(least, 1) <= mapping.time;
        let shortest = lengths.last().copied().unwrap_or(LENGTHS[0]);
        let length = lengths.iter().find(fits).copied().unwrap_or(shortest);
        let round = round(mapping, length, cores);
        let rounds = mapping
            .repeat
            .map_or_else(|| (mapping.time.0 / round.0.max(1)).clamp(ROUNDS.0, ROUNDS.1) as usize, usize::from);
        Schedule { length, rounds, round }
    }

    /// How long all of it is expected to take.
    pub fn time(&self) -> Ns {
        self.round.times(self.rounds as u64, 1)
    }
}

/// How long a round is expected to take.
fn round(mapping: &Mapping, length: Ns, cores: f64) -> Ns {
    let mut sum = Ns::ZERO;
    for tasks in &mapping.tasks {
        for wait in &mapping.waits {
            let programs = work(*tasks, length, *wait).resolve(Scale::ONE).unwrap_or_default();
            let expected = Expected::of(&programs, Rates::all(1_000_000));
            for model in &mapping.models {
                sum += AROUND + expected.under(*model, at_once(mapping, model.kind, programs.len(), cores), cores);
            }
        }
    }
    sum
}

fn at_once(mapping: &Mapping, kind: ModelKind, tasks: usize, cores: f64) -> usize {
    kind.at_once(mapping.wishes.workers, tasks, cores.ceil() as usize)
}

#[cfg(test)]
mod tests;
