//! Why there is no kernel record of a run, with the figures. Its words for people are in `text`.

/// Why the kernel's record of a run cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRecord {
    /// Nobody wanted it.
    Unwanted,
    /// This system has none that a program can read.
    System,
    /// This kernel has none that a program can read.
    Kernel {
        /// What it says.
        said: String,
    },
    /// Users may not read it.
    Restricted {
        /// The kernel's `perf_event_paranoid`.
        level: i32,
    },
    /// It is refused although the kernel's settings allow it, as in a container.
    Contained,
    /// No file descriptor is left for it.
    Descriptors,
    /// The kernel refuses it for another reason.
    Refused {
        /// What it says.
        said: String,
    },
    /// It could not even be tried.
    Untried,
}
