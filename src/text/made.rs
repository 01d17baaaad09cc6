//! What is made of a record, as a sentence names it.

/// A picture, drawn from the record.
pub const PICTURE: &str = "a picture";
/// The program's own screen.
pub const SCREEN: &str = "the screen";
/// A page with all runs.
pub const PAGE: &str = "a page";
/// A table of the results.
pub const TABLE: &str = "a table";
/// Data for programs.
pub const DATA: &str = "data";
