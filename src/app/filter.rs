//! The filter: which tasks a line of text asks for, and the prompt in which that line is written.

use super::Selection;
use crate::state::{Outcome, State};
use crate::text::Label;

/// A word that begins with this character asks for a state and not for a name.
pub const STATE_MARK: char = '=';
/// The most characters a filter has: more than any name needs, and little enough to search for in every name.
const LONGEST: usize = 100;

/// What a task does at the playhead, or how it ended before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is in this state.
    In(State),
    /// It is over.
    Ended(Outcome),
}

/// What a state word can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Exactly this.
    Only(Doing),
    /// Any state in which the task was begun and neither computes nor copies.
    Waiting,
    /// Over, in whatever way.
    Ended,
}

impl Wanted {
    const OUTCOMES: [Outcome; 4] = [Outcome::Done, Outcome::Failed, Outcome::Killed, Outcome::Stopped];

    /// All that a state word can ask for, with their names: those of the documents, and the words that tell a state
    /// from the others on the screen.
    fn all() -> impl Iterator<Item = (&'static str, Wanted)> {
        let words = |state: State| {
            let shown = [true, false].map(|holds| Label::short_of_state(state, holds).text());
            [state.name(), last_word(shown[0]), last_word(shown[1])].map(|name| (name, Wanted::Only(Doing::In(state))))
        };
        let states = State::ALL.into_iter().flat_map(words);
        let outcomes = Self::OUTCOMES.into_iter().map(|o| (o.name(), Wanted::Only(Doing::Ended(o))));
        [("waiting", Wanted::Waiting), ("waits", Wanted::Waiting), ("ended", Wanted::Ended)]
            .into_iter()
            .chain(states)
            .chain(outcomes)
    }

    /// Those of which a name, in small letters, `fits`; each once.
    fn whose(fits: impl Fn(&str) -> bool) -> Vec<Wanted> {
        let mut all: Vec<Wanted> = Vec::new();
        for (_, wanted) in Wanted::all().filter(|(name, _)| fits(&name.to_lowercase())) {
            if !all.contains(&wanted) {
                all.push(wanted);
            }
        }
        all
    }

    fn fits(self, doing: Option<Doing>) -> bool {
        match (self, doing) {
            (_, None) => false,
            (Wanted::Only(wanted), Some(doing)) => wanted == doing,
            (Wanted::Waiting, Some(doing)) => matches!(doing, Doing::In(state) if is_waiting(state)),
            (Wanted::Ended, Some(doing)) => matches!(doing, Doing::Ended(_)),
        }
    }
}

/// What tells a state from those that are waits as well.
fn last_word(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

/// Whether a task in `state` was begun and neither computes nor copies.
pub(super) const fn is_waiting(state: State) -> bool {
    state.is_in_flight() && !matches!(state, State::Running | State::Copying)
}

/// A filter: every word of it has to be part of a task's name, in any case of letters. A word that begins with
/// [`STATE_MARK`] is instead the beginning of a state's name; of several such words one has to fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    names: Vec<String>,
    /// What each state word can mean; empty where no state has such a name. The mark alone is no state word.
    states: Vec<Vec<Wanted>>,
}

impl Filter {
    /// The filter that `text` asks for.
    pub fn new(text: &str) -> Filter {
        let mut filter = Filter { text: text.trim().to_owned(), ..Filter::default() };
        for word in text.split_whitespace().map(str::to_lowercase) {
            match word.strip_prefix(STATE_MARK) {
                None => filter.names.push(word),
                Some("") => {}
                Some(begin) => {
                    let exact = Wanted::whose(|name| name == begin);
                    filter.states.push(if exact.is_empty() { Wanted::whose(|n| n.starts_with(begin)) } else { exact });
                }
            }
        }
        filter
    }

    /// The filter as it was written, without the spaces around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets every task through.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.states.is_empty()
    }

    /// Whether it asks for what tasks do, which changes as the playhead moves.
    pub fn asks_for_states(&self) -> bool {
        !self.states.is_empty()
    }

    /// Whether one of its words asks for a state that does not exist.
    pub fn has_stranger(&self) -> bool {
        self.states.iter().any(Vec::is_empty)
    }

    /// Whether a task whose name is `name` in small letters is asked for, whatever it does.
    pub fn fits_name(&self, name: &str) -> bool {
        self.names.iter().all(|word| name.contains(word.as_str()))
    }

    /// Whether a task that does `doing` is asked for, whatever its name. A task of which that is not known does not
    /// fit.
    pub fn fits_state(&self, doing: Option<Doing>) -> bool {
        self.states.is_empty() || self.states.iter().flatten().any(|wanted| wanted.fits(doing))
    }
}

/// The line in which a filter is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    chars: Vec<char>,
    cursor: usize,
    /// The filter and the selection as they were, for a user who changes their mind.
    pub(super) before: (Filter, Option<Selection>),
}

/// What an editing key does to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edit {
    /// Removes the character before the cursor.
    Back,
    /// Removes the character under the cursor.
    Delete,
    /// Removes the word before the cursor.
    Word,
    /// Removes everything.
    Clear,
    /// The cursor one to the left.
    Left,
    /// The cursor one to the right.
    Right,
    /// The cursor before the first character.
    Start,
    /// The cursor behind the last character.
    End,
}

impl Prompt {
    /// A prompt that holds `filter`, with the cursor behind it.
    pub(super) fn new(filter: &Filter, selection: Option<Selection>) -> Prompt {
        let chars: Vec<char> = filter.text.chars().collect();
        Prompt { cursor: chars.len(), chars, before: (filter.clone(), selection) }
    }

    /// What is written in it.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// The characters before the cursor, the one under it (a space at the end), and those after.
    pub fn parts(&self) -> (String, char, String) {
        let (before, after) = self.chars.split_at(self.cursor);
        let under = after.first().copied().unwrap_or(' ');
        (before.iter().collect(), under, after.iter().skip(1).collect())
    }

    /// Inserts `c` at the cursor, unless it is a control character or the line is full.
    pub(super) fn insert(&mut self, c: char) {
        if !c.is_control() && self.chars.len() < LONGEST {
            self.chars.insert(self.cursor, c);
            self.cursor += 1;
        }
    }

    /// Does `edit`.
    pub(super) fn edit(&mut self, edit: Edit) {
        let last = self.chars.len();
        match edit {
            Edit::Back => {
                self.chars.drain(self.cursor.saturating_sub(1)..self.cursor);
                self.cursor = self.cursor.saturating_sub(1);
            }
            Edit::Delete => {
                self.chars.drain(self.cursor..(self.cursor + 1).min(last));
            }
            Edit::Word => {
                let before = &self.chars[..self.cursor];
                let end = before.iter().rposition(|c| !c.is_whitespace()).map_or(0, |i| i + 1);
                let start = before[..end].iter().rposition(|c| c.is_whitespace()).map_or(0, |i| i + 1);
                self.chars.drain(start..self.cursor);
                self.cursor = start;
            }
            Edit::Clear => {
                self.chars.clear();
                self.cursor = 0;
            }
            Edit::Left => self.cursor = self.cursor.saturating_sub(1),
            Edit::Right => self.cursor = (self.cursor + 1).min(last),
            Edit::Start => self.cursor = 0,
            Edit::End => self.cursor = last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_parts_of_names_in_any_case_and_all_of_them_count() {
        let fits = |text: &str, name: &str| Filter::new(text).fits_name(&name.to_lowercase());
        assert!(fits("", "task 1") && fits("  ", "task 1"));
        assert!(fits("HAND 1", "handler 12") && fits("1 hand", "Handler 12"));
        assert!(!fits("hand 3", "handler 12"));
        assert!(fits("größe", "GRÖSSE, GRÖßE") && fits("日", "日本"));
        assert!(fits("io", "radio 1"), "a state's name without its mark is part of a name");
    }

    #[test]
    fn state_words_ask_for_what_a_task_does() {
        let fits = |text: &str, doing| Filter::new(text).fits_state(Some(doing));
        assert!(fits("=waiting", Doing::In(State::Gil)) && fits("=waiting", Doing::In(State::Sleep)));
        assert!(!fits("=waiting", Doing::In(State::Running)) && !fits("=waiting", Doing::In(State::Queued)));
        assert!(fits("=run", Doing::In(State::Running)) && fits("=RUNNING", Doing::In(State::Running)));
        assert!(fits("=failed", Doing::Ended(Outcome::Failed)) && !fits("=failed", Doing::Ended(Outcome::Done)));
        assert!(fits("=ended", Doing::Ended(Outcome::Killed)));
        assert!(fits("=io =gil", Doing::In(State::Gil)), "one of several is enough");
        assert!(fits("=", Doing::In(State::Gil)), "the mark alone asks for nothing yet");
        assert!(!fits("=nonsense", Doing::In(State::Gil)) && Filter::new("=nonsense").has_stranger());
        assert!(!Filter::new("=running").fits_state(None), "the unknown is not guessed");
    }

    #[test]
    fn states_are_asked_for_as_the_screen_names_them() {
        let found = |text: &str| Filter::new(text).states.concat();
        let only = |state| vec![Wanted::Only(Doing::In(state))];
        for state in State::ALL {
            for holds in [true, false] {
                let word = last_word(Label::short_of_state(state, holds).text());
                assert_eq!(found(&format!("={word}")), only(state), "{word}");
            }
        }
        assert_eq!(
            (found("=core"), found("=I/O"), found("=pre")),
            (only(State::Ready), only(State::Io), only(State::Preempted))
        );
        for word in Label::StateNames.text().split(' ').chain(Label::OutcomeNames.text().split(' ')) {
            assert!(!Filter::new(word).has_stranger(), "{word} is offered");
        }
    }

    #[test]
    fn every_state_and_every_end_can_be_asked_for_by_its_name() {
        for (name, wanted) in Wanted::all() {
            assert_eq!(Filter::new(&format!("={name}")).states, [vec![wanted]], "{name}");
        }
    }

    #[test]
    fn a_word_is_removed_with_the_spaces_behind_it() {
        let mut prompt = Prompt::new(&Filter::new("one two  "), None);
        prompt.insert(' ');
        prompt.edit(Edit::Word);
        assert_eq!(prompt.text(), "one ");
        prompt.edit(Edit::Word);
        assert_eq!(prompt.text(), "");
        prompt.edit(Edit::Word);
        assert_eq!(prompt.parts(), (String::new(), ' ', String::new()));
    }

    fn edit() -> impl Strategy<Value = Result<char, Edit>> {
        let edits =
            [Edit::Back, Edit::Delete, Edit::Word, Edit::Clear, Edit::Left, Edit::Right, Edit::Start, Edit::End];
        prop_oneof![4 => any::<char>().prop_map(Ok), 1 => proptest::sample::select(edits.to_vec()).prop_map(Err)]
    }

    proptest! {
        #[test]
        fn the_cursor_stays_inside_and_the_line_within_its_bound(edits in proptest::collection::vec(edit(), 0..300)) {
            let mut prompt = Prompt::new(&Filter::default(), None);
            for edit in edits {
                match edit {
                    Ok(c) => prompt.insert(c),
                    Err(edit) => prompt.edit(edit),
                }
                let (before, under, after) = prompt.parts();
                prop_assert!(prompt.chars.len() <= LONGEST && prompt.cursor <= prompt.chars.len());
                let whole = format!("{before}{under}{after}");
                prop_assert_eq!(whole.strip_suffix(' ').filter(|_| prompt.cursor == prompt.chars.len())
                    .unwrap_or(&whole), prompt.text());
            }
        }

        #[test]
        fn more_words_never_let_more_tasks_through(text in ".{0,20}", more in ".{0,10}", name in ".{0,20}") {
            let name = name.to_lowercase();
            let (few, many) = (Filter::new(&text), Filter::new(&format!("{text} {more}")));
            prop_assert!(!many.fits_name(&name) || few.fits_name(&name));
        }
    }
}
