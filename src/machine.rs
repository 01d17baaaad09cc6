//! This machine: its clock, the cores that a run may use, how fast they compute, what the kernel records of them, what
//! other programs take. Facts, and the calls that get them; knows no run, and decides nothing about one.

use serde::{Deserialize, Serialize};

#[cfg(unix)]
pub mod calibrate;
#[cfg(unix)]
pub mod cores;
#[cfg(unix)]
pub mod kernel_record;
#[cfg(unix)]
pub mod kernels;
pub mod load;
#[cfg(unix)]
pub mod process;
#[cfg(unix)]
pub mod sys;

#[cfg(unix)]
pub use sys::{now, process_cpu};

/// What is known of the machine a run was made on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Cores that can be used: fewer than allowed under a quota, and then not whole.
    pub usable: f64,
    /// The kernel's numbers of the allowed cores.
    pub allowed: Vec<u16>,
}

#[cfg(unix)]
impl Machine {
    /// The one that this program is on, as far as this program may use it.
    pub fn here() -> Machine {
        Machine { usable: cores::usable(), allowed: cores::allowed() }
    }

    /// The whole cores that can be used, at least one.
    pub fn whole_cores(&self) -> u16 {
        self.usable.ceil().max(1.0) as u16
    }
}
