//! What stands in a corner of every picture of a run: who made it, and what its figures rest on.

use crate::text::Label;
use crate::trace::{Provenance, Trace};

/// The badge of `runs`, seen together.
pub fn badge<'a>(runs: impl IntoIterator<Item = &'a Trace>) -> Label {
    let (mut made_by, mut whole) = (Provenance::default(), true);
    for run in runs {
        if run.made_by != Provenance::Measured {
            made_by = run.made_by;
        }
        whole &= run.has_kernel_record();
    }
    match made_by {
        Provenance::Measured if whole => Label::Measured,
        Provenance::Measured => Label::NoKernelRecord,
        Provenance::Unknown => Label::UnknownMaker,
    }
}
