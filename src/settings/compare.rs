//! What the user chose for a comparison, and for a map.

use std::path::PathBuf;

use super::{PictureFormat, Setup};
use crate::model::{LockSettings, Model};
use crate::plan::Wishes;
use crate::units::Ns;

/// Everything that decides a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparing {
    /// What is run; each run has a model of its own.
    pub setup: Setup,
    /// The models, in the order in which they are measured, each once.
    pub models: Vec<Model>,
    /// How many rounds.
    pub repeat: u16,
    /// Whether the result is told in sentences.
    pub plain: bool,
    /// The file to which the runs are added.
    pub trace: Option<PathBuf>,
    /// Files with the runs that are compared, in place of new ones.
    pub files: Vec<PathBuf>,
}

/// Everything that decides a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The rows: how many tasks, in order.
    pub tasks: Vec<u16>,
    /// The columns: the percentage of its time for which a task waits, in order.
    pub waits: Vec<u8>,
    /// How long a task takes alone; as long as there is time for, if nothing is said.
    pub length: Option<Ns>,
    /// How long all runs of the map together may take.
    pub time: Ns,
    /// How many rounds; as many as there is time for, if nothing is said.
    pub repeat: Option<u16>,
    /// The models, each once; two at least.
    pub models: Vec<Model>,
    /// How the global lock is set.
    pub lock: LockSettings,
    /// Workers, cores, seed.
    pub wishes: Wishes,
    /// The file for a picture of the map, and the picture's format.
    pub picture: Option<(PathBuf, PictureFormat)>,
    /// Whether a picture that is there is replaced.
    pub force: bool,
}
