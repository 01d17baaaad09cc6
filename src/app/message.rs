//! What happens to the screen, and what it asks for.

use super::saved::{Saved, Unsaved};
use super::{Action, CoreLoad, Key, RowKey, RunId, View};
use crate::plan::{Plan, Rates};
use crate::recording::Conditions;
use crate::state::{Failure, NoRates};
use crate::trace::{Begin, End, Stamped};
use crate::units::{Ns, Stamp, TaskId, TurnLength};
use crate::workload::Kernels;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The mouse was pressed on something.
    Click(Target),
    /// The wheel was turned.
    Wheel {
        /// Positive is down.
        steps: i32,
        /// With Ctrl: zoom, around this instant.
        zoom_at: Option<Ns>,
    },
    /// The timeline was dragged by this many columns to the right.
    Drag(i32),
    /// Time has passed.
    Tick(Stamp),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// A run began: its first message.
    Begin(RunId, Begin),
    /// More events of a run.
    Events(RunId, Vec<Stamped>),
    /// A run came to its end.
    End(RunId, Box<End>, Conditions),
    /// A run broke off.
    Failed(RunId, Failure),
    /// How fast this machine is.
    Calibrated(Rates),
    /// How fast this machine is cannot be measured now, for this reason.
    NotCalibrated(NoRates),
    /// How busy the cores are.
    Load(CoreLoad),
    /// Something was saved, or could not be.
    Saved(Result<Saved, Unsaved>),
    /// The program was stopped from the first to the second instant.
    Stopped(Stamp, Stamp),
}

/// Something to be done by the shell around the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Stop the run under way, if any, and run this.
    Start(RunId, Plan),
    /// Tell this run, which goes on, that its global lock has another interval from now.
    TurnLock(RunId, TurnLength),
    /// Stop the run under way, if any.
    Stop,
    /// Find out how fast this machine is at these kernels.
    Calibrate(Kernels),
    /// Save a picture of what is looked at, under a name that begins with this text.
    Save(String),
    /// Store these runs in a file whose name begins with this text.
    Store(String, Vec<RunId>),
    /// Send the result, in a few lines, to the terminal's clipboard.
    Copy,
    /// Draw the whole screen anew.
    Repaint,
    /// Give the terminal back, and stop until continued.
    Suspend,
    /// Leave.
    Quit,
}

/// What the mouse can be pressed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something that does the same as a key.
    Action(Action),
    /// A place in a task's lane.
    Lane(TaskId, Option<Ns>),
    /// The row of a list in front.
    Item(usize),
    /// The name of a view, or of the lens over it.
    View(View, bool),
    /// A row of the scoreboard.
    Board(RowKey),
    /// A row of the comparison.
    Row(usize),
    /// An instant of the axis.
    Moment(Ns),
}
