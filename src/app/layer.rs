//! What is in front of the timeline.

/// What is in front of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The help, scrolled down by so many rows.
    Help(u16),
    /// The list of workloads, with the chosen one.
    Picker(usize),
    /// The dials, with the chosen one.
    Dials(usize),
}
