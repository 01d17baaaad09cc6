//! What is in front of the timeline, and what keys mean there.

use super::Action;

/// What is in front of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The help, scrolled down by this many rows.
    Help(u16),
    /// The list of workloads, with the chosen one.
    Picker(usize),
    /// The list of the works of files, with the chosen one.
    Works(usize),
    /// The dials, with the chosen one.
    Dials(usize),
}

/// What an action does while something is in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InLayer {
    /// The same as anywhere else.
    Usual,
    /// The same as anywhere else, and what is in front goes away: a model key is what people came for.
    GivesWay,
    /// What is in front goes away.
    Close,
    /// What is in front goes away, and the dials that were turned go back: the setup is again that of the run that is
    /// shown.
    TakeBack,
    /// The workload, or the work of files, at this place is opened.
    Open(usize),
    /// The dial at this place is turned, up or down.
    Turn(usize, bool),
    /// The choice moves this many rows further down; negative is up.
    Move(isize),
    /// Nothing: it is not meant for what is in front.
    Nothing,
}

impl Layer {
    /// What `action` does while this is in front.
    pub const fn means(self, action: Action) -> InLayer {
        match (action, self) {
            (Action::Model(_) | Action::Lock | Action::Generation | Action::Variant | Action::Again, _) => {
                InLayer::GivesWay
            }
            (Action::Theme | Action::Redraw | Action::Suspend | Action::Quit, _) => InLayer::Usual,
            (Action::Close, Layer::Dials(_)) => InLayer::TakeBack,
            (Action::Close, _) | (Action::Help, Layer::Help(_)) => InLayer::Close,
            (Action::Open, Layer::Picker(_) | Layer::Works(_)) => InLayer::Close,
            (Action::Dials | Action::Detail, Layer::Dials(_)) => InLayer::Close,
            (Action::Detail, Layer::Picker(n) | Layer::Works(n)) => InLayer::Open(n),
            (Action::PanLeft, Layer::Dials(n)) => InLayer::Turn(n, false),
            (Action::PanRight, Layer::Dials(n)) => InLayer::Turn(n, true),
            (Action::LaneUp, _) => InLayer::Move(-1),
            (Action::LaneDown, _) => InLayer::Move(1),
            (Action::LanesUp, _) => InLayer::Move(-10),
            (Action::LanesDown, _) => InLayer::Move(10),
            (Action::Help | Action::Open | Action::Dials | Action::Detail, _) => InLayer::Nothing,
            (Action::PanLeft | Action::PanRight | Action::ZoomIn | Action::ZoomOut | Action::Fit, _) => {
                InLayer::Nothing
            }
            (Action::Slow | Action::Fast | Action::Pause | Action::ScrubBack | Action::ScrubOn, _) => InLayer::Nothing,
            (Action::PreviousEvent | Action::NextEvent | Action::Start | Action::End, _) => InLayer::Nothing,
            (Action::Filter | Action::Sort | Action::Previous | Action::Next, _) => InLayer::Nothing,
            (Action::NextLoss | Action::PreviousLoss, _) => InLayer::Nothing,
            (Action::Unblocker | Action::NextView | Action::PreviousView, _) => InLayer::Nothing,
            (Action::Compare | Action::Costs | Action::Picture | Action::Store | Action::Copy, _) => InLayer::Nothing,
        }
    }
}
