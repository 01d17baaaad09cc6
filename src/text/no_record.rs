//! Why there is no kernel record, as the end of a sentence, and what would allow one.

use crate::state::NoRecord;

/// Why there is no kernel record, and what to do about it where something can be done.
pub fn no_record(why: &NoRecord) -> String {
    let reason = no_record_reason(why);
    match no_record_cure(why) {
        Some(cure) => format!("{reason}; {cure}"),
        None => reason,
    }
}

/// The reason alone.
pub fn no_record_reason(why: &NoRecord) -> String {
    match why {
        NoRecord::Unwanted => "it was not asked for".to_owned(),
        NoRecord::System => "this system keeps none that a program can read".to_owned(),
        NoRecord::Kernel { said } => format!("this kernel keeps none that a program can read ({said})"),
        NoRecord::Restricted { level } => format!("users may not read it (perf_event_paranoid is {level})"),
        NoRecord::Contained => "it is refused, as containers do".to_owned(),
        NoRecord::Descriptors => "no file descriptor is left for it".to_owned(),
        NoRecord::Refused { said } => format!("the kernel refuses it: {said}"),
        NoRecord::Untried => "trying it failed".to_owned(),
    }
}

/// What would allow it; nothing where nothing can be done.
pub const fn no_record_cure(why: &NoRecord) -> Option<&'static str> {
    match why {
        NoRecord::Restricted { .. } => Some("as root, sysctl kernel.perf_event_paranoid=2 allows it"),
        NoRecord::Contained => Some("run it outside, or allow perf_event_open there"),
        NoRecord::Descriptors => Some("raise `ulimit -n`"),
        NoRecord::Unwanted
        | NoRecord::System
        | NoRecord::Kernel { .. }
        | NoRecord::Refused { .. }
        | NoRecord::Untried => None,
    }
}
