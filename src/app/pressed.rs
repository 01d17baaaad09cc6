//! The key that was pressed last. The footer lights it for a short while: those who look on, in a hall or at a recording,
//! see which key did what happens.

use super::Action;
use crate::text::Label;
use crate::units::Stamp;

/// A key that was pressed a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// How the key is written.
    pub key: &'static str,
    /// What it did.
    pub label: Label,
    /// The action of the table, if it did what the table calls it.
    pub action: Option<Action>,
    /// When its light goes out.
    pub until: Stamp,
}
