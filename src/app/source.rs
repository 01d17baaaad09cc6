//! Where runs come from: they are made here, or they were read from files. Each owns its runs, and says what can be
//! done with them.

use super::{Compared, Held, RowKey, Run};
use crate::scene::Sampled;
use crate::settings::Setup;
use crate::units::Range;

mod families;
mod files;
mod live;

pub use files::{FileWork, Files, InFiles};
pub use live::Live;

/// Where runs come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// They are made here.
    Live(Box<Live>),
    /// They were read from files: all can be done with them but running them again.
    Files(Files),
}

impl Source {
    /// The run that is watched.
    pub fn run(&self) -> Option<&Run> {
        match self {
            Source::Live(live) => live.run(),
            Source::Files(files) => Some(files.run()),
        }
    }

    /// All runs there are.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        let (runs, watched) = match self {
            Source::Live(live) => (live.kept.as_slice(), live.run()),
            Source::Files(files) => (files.runs(), None),
        };
        runs.iter().chain(watched)
    }

    /// The runs that are compared where `setup` is set up, in the order in which they were made; of files, those that did
    /// the work that is looked at.
    pub fn comparable(&self, setup: &Setup) -> Vec<&Run> {
        match self {
            Source::Live(live) => live.comparable(setup),
            Source::Files(files) => files.comparable(),
        }
    }

    /// The rows of a comparison with the result `held`: where runs are made, one for each of `keys`; of files, one for
    /// each model of each file.
    pub fn compared<'a>(&'a self, held: &'a Held, keys: &[RowKey], setup: &Setup) -> Vec<Compared<'a>> {
        match self {
            Source::Live(live) => keys.iter().map(|key| live.compared(*key, held, setup)).collect(),
            Source::Files(files) => files.compared(held),
        }
    }

    /// The kernel's number of each core, and the share in which any program keeps it busy; empty where nobody looks.
    pub fn load(&self) -> &[(u16, f64)] {
        match self {
            Source::Live(live) => &live.load.cores,
            Source::Files(_) => &[],
        }
    }

    /// What others had of the cores of the watched run, as far as that touches `window` and was looked at.
    pub fn others(&self, window: Range) -> Vec<Sampled> {
        match self {
            Source::Live(live) => live.run().map_or_else(Vec::new, |run| live.samples.others(run.trace(), window)),
            Source::Files(_) => Vec::new(),
        }
    }

    /// Watches the newest run that `fits`, unless the watched one does; whether there is one.
    pub fn show(&mut self, fits: impl Fn(&Run) -> bool) -> bool {
        match self {
            Source::Live(live) => live.show(fits),
            Source::Files(files) => files.show(fits),
        }
    }
}
