//! The badge in a corner of every picture of a run: who made the run, and what its figures rest on.

use crate::text::Label;
use crate::trace::{Provenance, Trace};

/// The badge for a picture of all `runs` together.
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
