//! The keys, as data: one table that the dispatcher, the footer, the help and the man page read.

use super::filter::Edit;
use crate::model::ModelKind;
use crate::text::{Label, to_come};

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
    /// Removes what is before the cursor.
    Backspace,
    /// Removes what is under the cursor.
    Delete,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Run the workload under this model.
    Model(ModelKind),
    /// The global lock on or off, and run.
    Lock,
    /// The other generation of the global lock, and run.
    Generation,
    /// The next variant of the workload, and run.
    Variant,
    /// Choose a workload.
    Open,
    /// Open the dials, to turn the numbers.
    Dials,
    /// Run the same again.
    Again,
    /// Replay the last run in slow motion; again: slower.
    Slow,
    /// Replay it as fast as it was; again: faster.
    Fast,
    /// Stop the picture; the run goes on.
    Pause,
    /// The playhead a little back.
    ScrubBack,
    /// The playhead a little on.
    ScrubOn,
    /// The playhead to the change before.
    PreviousEvent,
    /// The playhead to the next change of any task.
    NextEvent,
    /// All models beside each other.
    Compare,
    /// The lane above.
    LaneUp,
    /// The lane below.
    LaneDown,
    /// Ten lanes up.
    LanesUp,
    /// Ten lanes down.
    LanesDown,
    /// Write a filter: it says which tasks have a lane.
    Filter,
    /// Sort the lanes by something else.
    Sort,
    /// Show an earlier stretch of time.
    PanLeft,
    /// Show a later stretch of time.
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
    /// To the task that ended the selected wait.
    Unblocker,
    /// To the next lost addition, or refused try.
    NextLoss,
    /// To the one before.
    PreviousLoss,
    /// What the selected segment is.
    Detail,
    /// The next view of the run: its tasks, the lock's first turns, its cores, how they are used.
    NextView,
    /// The view before.
    PreviousView,
    /// What watching costs, in a line.
    Costs,
    /// Save a picture.
    Picture,
    /// Store the runs in a file.
    Store,
    /// The result as text, for the clipboard.
    Copy,
    /// Close the top layer.
    Close,
    /// The help.
    Help,
    /// Leave the program.
    Quit,
    /// The next theme of colours.
    Theme,
    /// Draw the whole screen anew: something else may have written on it.
    Redraw,
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
    bind(Action::Generation, &[Key::Char('G')], "G", Label::KeyGeneration, Group::Model),
    bind(Action::Variant, &[Key::Char('a')], "a", Label::KeyVariant, Group::Model),
    bind(Action::Open, &[Key::Char('o')], "o", Label::KeyOpen, Group::Model),
    bind(Action::Dials, &[Key::Char('d')], "d", Label::KeyDials, Group::Model),
    bind(Action::Compare, &[Key::Char('x')], "x", Label::KeyCompare, Group::Model),
    bind(Action::Again, &[Key::Char('r')], "r", Label::KeyAgain, Group::Run),
    bind(Action::Slow, &[Key::Char('z')], "z", Label::KeySlow, Group::Run),
    bind(Action::Fast, &[Key::Char('Z')], "Z", Label::KeyFast, Group::Run),
    bind(Action::Pause, &[Key::Char(' ')], "space", Label::KeyPause, Group::Run),
    bind(Action::ScrubBack, &[Key::Char('<')], "<", Label::KeyScrubBack, Group::Run),
    bind(Action::ScrubOn, &[Key::Char('>')], ">", Label::KeyScrubOn, Group::Run),
    bind(Action::PreviousEvent, &[Key::Char('N')], "N", Label::KeyPreviousEvent, Group::Run),
    bind(Action::NextEvent, &[Key::Char('n')], "n", Label::KeyNextEvent, Group::Run),
    bind(Action::LaneUp, &[Key::Up, Key::Char('k')], "up k", Label::KeyLaneUp, Group::Look),
    bind(Action::LaneDown, &[Key::Down, Key::Char('j')], "down j", Label::KeyLaneDown, Group::Look),
    bind(Action::LanesUp, &[Key::PageUp], "PgUp", Label::KeyLanesUp, Group::Look),
    bind(Action::LanesDown, &[Key::PageDown], "PgDn", Label::KeyLanesDown, Group::Look),
    bind(Action::Filter, &[Key::Char('/')], "/", Label::KeyFilter, Group::Look),
    bind(Action::Sort, &[Key::Char('s')], "s", Label::KeySort, Group::Look),
    bind(Action::Previous, &[Key::Char(',')], ",", Label::KeyPrevious, Group::Look),
    bind(Action::Next, &[Key::Char('.')], ".", Label::KeyNext, Group::Look),
    bind(Action::Unblocker, &[Key::Char('u')], "u", Label::KeyUnblocker, Group::Look),
    bind(Action::NextLoss, &[Key::Char('c')], "c", Label::KeyNextLoss, Group::Look),
    bind(Action::PreviousLoss, &[Key::Char('C')], "C", Label::KeyPreviousLoss, Group::Look),
    bind(Action::Detail, &[Key::Enter], "Enter", Label::KeyDetail, Group::Look),
    bind(Action::ZoomIn, &[Key::Char('+'), Key::Char('=')], "+", Label::KeyZoomIn, Group::Look),
    bind(Action::ZoomOut, &[Key::Char('-')], "-", Label::KeyZoomOut, Group::Look),
    bind(Action::PanLeft, &[Key::Left, Key::Char('h')], "left h", Label::KeyPanLeft, Group::Look),
    bind(Action::PanRight, &[Key::Right, Key::Char('l')], "right l", Label::KeyPanRight, Group::Look),
    bind(Action::Fit, &[Key::Char('f')], "f", Label::KeyFit, Group::Look),
    bind(Action::Start, &[Key::Home], "Home", Label::KeyStart, Group::Look),
    bind(Action::End, &[Key::End], "End", Label::KeyEnd, Group::Look),
    bind(Action::NextView, &[Key::Tab], "Tab", Label::KeyView, Group::Look),
    bind(Action::PreviousView, &[Key::BackTab], "Shift-Tab", Label::KeyViewBack, Group::Look),
    bind(Action::Costs, &[Key::Char('w')], "w", Label::KeyCosts, Group::Program),
    bind(Action::Picture, &[Key::Char('P')], "P", Label::KeyPicture, Group::Program),
    bind(Action::Store, &[Key::Char('S')], "S", Label::KeyRecord, Group::Program),
    bind(Action::Copy, &[Key::Char('y')], "y", Label::KeyCopy, Group::Program),
    bind(Action::Help, &[Key::Char('?'), Key::F(1)], "?", Label::KeyHelp, Group::Program),
    bind(Action::Close, &[Key::Esc], "Esc", Label::KeyClose, Group::Program),
    bind(Action::Theme, &[Key::Char('T')], "T", Label::KeyTheme, Group::Program),
    bind(Action::Redraw, &[Key::Ctrl('l')], "Ctrl-L", Label::KeyRedraw, Group::Program),
    bind(Action::Suspend, &[Key::Ctrl('z')], "Ctrl-Z", Label::KeySuspend, Group::Program),
    bind(Action::Quit, &[Key::Char('q'), Key::Ctrl('c'), Key::F(10)], "q", Label::KeyQuit, Group::Program),
];

/// Keys kept for features to come, each with its feature. Until then they do nothing, and no mode may bind them to
/// anything else: so no key ever changes its meaning.
pub const RESERVED: &[(Key, &str)] = &[
    (Key::Char('v'), to_come::CODE),
    (Key::Char('e'), to_come::WHY),
    (Key::Char('p'), to_come::PREDICT),
    (Key::Char('['), to_come::STAGE_BEFORE),
    (Key::Char(']'), to_come::STAGE_AFTER),
    (Key::Char('K'), to_come::KILL),
    (Key::Char('m'), to_come::MODELS),
    (Key::Char('O'), to_come::PRINTED),
    (Key::Char('F'), to_come::WHOLE_STAGE),
];

/// The actions of the footer, the most important first. Those that do not fit are left out from the end, except the
/// last, which always stands.
pub const FOOTER: &[Action] = &[
    Action::Lock,
    Action::Variant,
    Action::NextLoss,
    Action::Compare,
    Action::Open,
    Action::Again,
    Action::NextView,
    Action::Slow,
    Action::Pause,
    Action::Dials,
    Action::ZoomIn,
    Action::Filter,
    Action::Sort,
    Action::Picture,
    Action::Detail,
    Action::Quit,
    Action::Help,
];

/// The actions of the footer that are of use (`is_of_use`), with the filter early where there are `more` tasks than
/// lanes.
pub fn footer(more: bool, is_of_use: impl Fn(Action) -> bool) -> Vec<Action> {
    let mut offered: Vec<Action> = FOOTER.iter().copied().filter(|a| is_of_use(*a)).collect();
    if more && offered.contains(&Action::Filter) {
        offered.retain(|a| *a != Action::Filter);
        let early = offered.iter().position(|a| *a == Action::Slow).unwrap_or(0);
        offered.insert(early, Action::Filter);
    }
    offered
}

/// What a key does while the filter is written; every other character is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// Changes the line, or moves the cursor in it.
    Edit(Edit),
    /// Selects the lane this many places further down; negative is up.
    Lane(i32),
    /// The filter stays.
    Keep,
    /// The filter that was there before comes back.
    Cancel,
}

/// One row of the table of keys that work while the filter is written.
#[derive(Clone, Copy, Debug)]
pub struct LineBinding {
    /// What it does.
    pub line: Line,
    /// Every key that does it.
    pub keys: &'static [Key],
    /// How the key is written, and what it is called, where the prompt names it.
    pub hint: Option<(&'static str, Label)>,
}

const fn line_bind(line: Line, keys: &'static [Key]) -> LineBinding {
    LineBinding { line, keys, hint: None }
}

/// The keys while the filter is written. None of them is a character.
pub const LINE: &[LineBinding] = &[
    LineBinding { line: Line::Keep, keys: &[Key::Enter], hint: Some(("Enter", Label::LineKeep)) },
    LineBinding { line: Line::Cancel, keys: &[Key::Esc], hint: Some(("Esc", Label::LineCancel)) },
    LineBinding { line: Line::Edit(Edit::Clear), keys: &[Key::Ctrl('u')], hint: Some(("Ctrl-U", Label::LineClear)) },
    line_bind(Line::Edit(Edit::Back), &[Key::Backspace, Key::Ctrl('h')]),
    line_bind(Line::Edit(Edit::Delete), &[Key::Delete, Key::Ctrl('d')]),
    line_bind(Line::Edit(Edit::Word), &[Key::Ctrl('w')]),
    line_bind(Line::Edit(Edit::Left), &[Key::Left, Key::Ctrl('b')]),
    line_bind(Line::Edit(Edit::Right), &[Key::Right, Key::Ctrl('f')]),
    line_bind(Line::Edit(Edit::Start), &[Key::Home, Key::Ctrl('a')]),
    line_bind(Line::Edit(Edit::End), &[Key::End, Key::Ctrl('e')]),
    line_bind(Line::Lane(-1), &[Key::Up]),
    line_bind(Line::Lane(1), &[Key::Down]),
    line_bind(Line::Lane(-10), &[Key::PageUp]),
    line_bind(Line::Lane(10), &[Key::PageDown]),
];

/// What `key` does while the filter is written, if it is not simply written.
pub fn line(key: Key) -> Option<Line> {
    LINE.iter().find(|b| b.keys.contains(&key)).map(|b| b.line)
}

/// How `key` is written, and what it is called, where the prompt names it.
pub fn hint(key: Key) -> Option<(&'static str, Label)> {
    LINE.iter().find(|b| b.keys.contains(&key)).and_then(|b| b.hint)
}

/// How `key` itself is written where its row has a name for each key, else as its row's first key.
pub fn name(key: Key) -> &'static str {
    let Some(row) = KEYS.iter().find(|b| b.keys.contains(&key)) else { return "" };
    let place = row.keys.iter().position(|k| *k == key).unwrap_or(0);
    let mut names = row.shown.split(' ');
    let first = names.next().unwrap_or(row.shown);
    if place == 0 { first } else { names.nth(place - 1).unwrap_or(first) }
}

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
    fn no_character_edits_the_line_and_no_key_does_two_things_in_it() {
        let mut keys = HashSet::new();
        for key in LINE.iter().flat_map(|row| row.keys) {
            assert!(keys.insert(*key), "{key:?} does two things");
            assert!(!matches!(key, Key::Char(_)), "{key:?} is to be written");
            assert!(!matches!(action(*key), Some(Action::Quit | Action::Suspend)), "{key:?} works everywhere");
        }
    }

    #[test]
    fn what_a_key_will_mean_nothing_else_means_before() {
        let mut reserved = HashSet::new();
        for (key, meaning) in RESERVED {
            assert!(reserved.insert(*key) && !meaning.is_empty(), "{key:?} is reserved twice");
            assert_eq!(action(*key), None, "{key:?} is for: {meaning}");
            assert_eq!(line(*key), None, "{key:?} is for: {meaning}");
        }
    }

    #[test]
    fn a_key_means_the_same_in_the_line_as_outside_or_moves_there_as_it_moves_here() {
        // Lists, dials, the help and the comparison have no keys of their own: the actions of the table act on them
        // instead. The prompt does the same with the actions that move, take and leave.
        for row in LINE {
            for key in row.keys {
                let fits = match (row.line, action(*key)) {
                    (_, None) => true,
                    (Line::Lane(-1), Some(outside)) => outside == Action::LaneUp,
                    (Line::Lane(1), Some(outside)) => outside == Action::LaneDown,
                    (Line::Lane(-10), Some(outside)) => outside == Action::LanesUp,
                    (Line::Lane(10), Some(outside)) => outside == Action::LanesDown,
                    (Line::Edit(Edit::Left), Some(outside)) => outside == Action::PanLeft,
                    (Line::Edit(Edit::Right), Some(outside)) => outside == Action::PanRight,
                    (Line::Edit(Edit::Start), Some(outside)) => outside == Action::Start,
                    (Line::Edit(Edit::End), Some(outside)) => outside == Action::End,
                    (Line::Keep, Some(outside)) => outside == Action::Detail,
                    (Line::Cancel, Some(outside)) => outside == Action::Close,
                    (Line::Lane(_) | Line::Edit(_), Some(_)) => false,
                };
                assert!(fits, "{key:?} is {:?} in the line and {:?} outside", row.line, action(*key));
            }
        }
    }

    #[test]
    fn the_footer_knows_its_keys_and_ends_with_help() {
        assert!(FOOTER.iter().all(|a| binding(*a).is_some()));
        assert_eq!(FOOTER.last(), Some(&Action::Help));
        for (more, filter) in [(false, true), (true, true), (true, false)] {
            let offered = footer(more, |action| filter || action != Action::Filter);
            assert_eq!(offered.len(), FOOTER.len() - usize::from(!filter));
            assert_eq!(offered.iter().collect::<HashSet<_>>().len(), offered.len(), "{offered:?}");
            assert_eq!(offered.last(), Some(&Action::Help));
        }
    }
}
