//! What an export is made of, whatever the format.

use crate::text::made as text;

/// What a file can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A picture, drawn from the record.
    Picture,
    /// The program's own screen.
    Screen,
    /// A page with all runs.
    Page,
    /// A table of the results.
    Table,
    /// What was recorded, for programs.
    Data,
}

impl Made {
    /// What it is called in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Made::Picture => text::PICTURE,
            Made::Screen => text::SCREEN,
            Made::Page => text::PAGE,
            Made::Table => text::TABLE,
            Made::Data => text::DATA,
        }
    }
}
