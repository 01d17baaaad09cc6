//! The workloads that can be chosen on the screen.

use std::sync::OnceLock;

use crate::workload::{Workload, shipped};

/// The shipped workloads, read when they are looked at for the first time, and the one that the program was started with.
#[derive(Clone, Debug)]
pub struct Catalogue {
    first: Workload,
    all: OnceLock<Vec<Workload>>,
}

impl Catalogue {
    /// The shipped workloads and `first`, which takes the place of the one with its name.
    pub fn with(first: Workload) -> Catalogue {
        Catalogue { first, all: OnceLock::new() }
    }

    /// All of them, in the order in which they are shown.
    pub fn all(&self) -> &[Workload] {
        self.all.get_or_init(|| {
            let mut all = shipped();
            match all.iter_mut().find(|workload| workload.name == self.first.name) {
                Some(same) => *same = self.first.clone(),
                None => all.push(self.first.clone()),
            }
            all
        })
    }
}
