//! This machine: its clock, the cores that a run may use, how fast they compute, what the kernel records of them, and
//! how much of them other programs take. Only facts and the calls that get them: it knows no run and decides nothing
//! about one.

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

/// The facts that are kept of the machine that a run was made on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// How many cores' worth of time can be used: under a quota fewer than are allowed, and then not always a whole
    /// number.
    pub usable: f64,
    /// The kernel's numbers of the allowed cores.
    pub allowed: Vec<u16>,
}

#[cfg(unix)]
impl Machine {
    /// The machine that this program runs on, as far as the program may use it.
    pub fn here() -> Machine {
        Machine { usable: cores::usable(), allowed: cores::allowed() }
    }

    /// The whole cores that can be used, at least one.
    pub fn whole_cores(&self) -> u16 {
        self.usable.ceil().max(1.0) as u16
    }
}
