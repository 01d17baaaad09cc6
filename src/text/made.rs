//! What is made of a record, as a sentence names it.

/// Drawn from the record.
pub const PICTURE: &str = "a picture";
/// The program's own.
pub const SCREEN: &str = "the screen";
/// With all runs.
pub const PAGE: &str = "a page";
/// Of the results.
pub const TABLE: &str = "a table";
/// For programs.
pub const DATA: &str = "data";
