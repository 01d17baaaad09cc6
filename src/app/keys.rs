//! The keys, as data: one table that the dispatcher, the footer, the help and the man page read.

use crate::model::ModelKind;
use crate::text::Label;

/// A key as it arrives, whatever the terminal library calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, as it was typed.
    Char(char),
    /// A character with Ctrl.
    Ctrl(char),
    /// A function key.
    F(u8),
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// To the left end.
    Home,
    /// To the right end.
    End,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Tabulator with Shift.
    BackTab,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Run the workload under this model.
    Model(ModelKind),
    /// The global lock on or off, and run.
    Lock,
    /// Choose a workload.
    Open,
    /// Turn the numbers.
    Dials,
    /// Run the same again.
    Again,
    /// Replay the last run in slow motion; again: slower.
    Slow,
    /// Stop the picture; the run goes on.
    Pause,
    /// The lane above.
    LaneUp,
    /// The lane below.
    LaneDown,
    /// Earlier.
    PanLeft,
    /// Later.
    PanRight,
    /// Less time on the screen.
    ZoomIn,
    /// More time on the screen.
    ZoomOut,
    /// The whole run; again: the whole axis.
    Fit,
    /// To the start.
    Start,
    /// To the end, or the present.
    End,
    /// The segment before.
    Previous,
    /// The segment after.
    Next,
    /// What the selected segment is.
    Detail,
    /// The first turns, unfolded.
    Lens,
    /// Save a picture.
    Picture,
    /// Close the top layer.
    Close,
    /// The help.
    Help,
    /// Leave.
    Quit,
    /// To the shell, and back with `fg`.
    Suspend,
}

/// Where a key stands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The model and the workload.
    Model,
    /// The run.
    Run,
    /// Looking closer.
    Look,
    /// The program.
    Program,
}

impl Group {
    /// All of them, in the help's order.
    pub const ALL: [Group; 4] = [Group::Model, Group::Run, Group::Look, Group::Program];

    /// Its heading.
    pub const fn label(self) -> Label {
        match self {
            Group::Model => Label::GroupModel,
            Group::Run => Label::GroupRun,
            Group::Look => Label::GroupLook,
            Group::Program => Label::GroupProgram,
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// Every key that does it; the first is the one that is shown.
    pub keys: &'static [Key],
    /// How the keys are written.
    pub shown: &'static str,
    /// What it is called.
    pub label: Label,
    /// Where it stands in the help.
    pub group: Group,
}

const fn bind(action: Action, keys: &'static [Key], shown: &'static str, label: Label, group: Group) -> Binding {
    Binding { action, keys, shown, label, group }
}

/// The table.
pub const KEYS: &[Binding] = &[
    // The unshifted top row of an AZERTY keyboard counts as the digits on it.
    bind(Action::Model(ModelKind::Serial), &[Key::Char('1'), Key::Char('&')], "1", Label::KeySerial, Group::Model),
    bind(Action::Model(ModelKind::Threads), &[Key::Char('2'), Key::Char('é')], "2", Label::KeyThreads, Group::Model),
    bind(
        Action::Model(ModelKind::Processes),
        &[Key::Char('3'), Key::Char('"')],
        "3",
        Label::KeyProcesses,
        Group::Model,
    ),
    bind(Action::Model(ModelKind::Async), &[Key::Char('4'), Key::Char('\'')], "4", Label::KeyAsync, Group::Model),
    bind(Action::Lock, &[Key::Char('g')], "g", Label::KeyGil, Group::Model),
    bind(Action::Open, &[Key::Char('o')], "o", Label::KeyOpen, Group::Model),
    bind(Action::Dials, &[Key::Char('d')], "d", Label::KeyDials, Group::Model),
    bind(Action::Again, &[Key::Char('r')], "r", Label::KeyAgain, Group::Run),
    bind(Action::Slow, &[Key::Char('z')], "z", Label::KeySlow, Group::Run),
    bind(Action::Pause, &[Key::Char(' ')], "space", Label::KeyPause, Group::Run),
    bind(Action::LaneUp, &[Key::Up, Key::Char('k')], "up k", Label::KeyLaneUp, Group::Look),
    bind(Action::LaneDown, &[Key::Down, Key::Char('j')], "down j", Label::KeyLaneDown, Group::Look),
    bind(Action::Previous, &[Key::Char(',')], ",", Label::KeyPrevious, Group::Look),
    bind(Action::Next, &[Key::Char('.')], ".", Label::KeyNext, Group::Look),
    bind(Action::Detail, &[Key::Enter], "Enter", Label::KeyDetail, Group::Look),
    bind(Action::ZoomIn, &[Key::Char('+'), Key::Char('=')], "+", Label::KeyZoomIn, Group::Look),
    bind(Action::ZoomOut, &[Key::Char('-')], "-", Label::KeyZoomOut, Group::Look),
    bind(Action::PanLeft, &[Key::Left, Key::Char('h')], "left h", Label::KeyPanLeft, Group::Look),
    bind(Action::PanRight, &[Key::Right, Key::Char('l')], "right l", Label::KeyPanRight, Group::Look),
    bind(Action::Fit, &[Key::Char('f')], "f", Label::KeyFit, Group::Look),
    bind(Action::Start, &[Key::Home], "Home", Label::KeyStart, Group::Look),
    bind(Action::End, &[Key::End], "End", Label::KeyEnd, Group::Look),
    bind(Action::Lens, &[Key::Tab, Key::BackTab], "Tab", Label::KeyLens, Group::Look),
    bind(Action::Picture, &[Key::Char('P')], "P", Label::KeyPicture, Group::Program),
    bind(Action::Help, &[Key::Char('?'), Key::F(1)], "?", Label::KeyHelp, Group::Program),
    bind(Action::Close, &[Key::Esc], "Esc", Label::KeyClose, Group::Program),
    bind(Action::Suspend, &[Key::Ctrl('z')], "Ctrl-Z", Label::KeySuspend, Group::Program),
    bind(Action::Quit, &[Key::Char('q'), Key::Ctrl('c'), Key::F(10)], "q", Label::KeyQuit, Group::Program),
];

/// The footer: what stands there, most important first. Those that do not fit are left out from the end, except the
/// last, which always stands.
pub const FOOTER: &[Action] = &[
    Action::Lock,
    Action::Open,
    Action::Again,
    Action::Slow,
    Action::Lens,
    Action::Pause,
    Action::Dials,
    Action::ZoomIn,
    Action::Picture,
    Action::Detail,
    Action::Quit,
    Action::Help,
];

/// What `key` asks for.
pub fn action(key: Key) -> Option<Action> {
    KEYS.iter().find(|b| b.keys.contains(&key)).map(|b| b.action)
}

/// The row of `action`.
pub fn binding(action: Action) -> Option<&'static Binding> {
    KEYS.iter().find(|b| b.action == action)
}

/// How the key for `action` is written.
pub fn shown(action: Action) -> &'static str {
    binding(action).map_or("", |b| b.shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_key_does_two_things_and_no_action_has_two_rows() {
        let mut keys = HashSet::new();
        let mut actions = HashSet::new();
        for row in KEYS {
            assert!(actions.insert(row.action), "{:?} has two rows", row.action);
            for key in row.keys {
                assert!(keys.insert(*key), "{key:?} does two things");
            }
        }
    }

    #[test]
    fn the_footer_knows_its_keys_and_ends_with_help() {
        assert!(FOOTER.iter().all(|a| binding(*a).is_some()));
        assert_eq!(FOOTER.last(), Some(&Action::Help));
    }
}
