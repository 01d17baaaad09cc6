//! Sentences about a wait and the task that ended it.

use super::short;
use crate::state::State;
use crate::units::Ns;

/// Who ended a task's wait. A lock without a name is the GIL.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Link {
    /// The wait is over; others had `turns` turns with the lock meanwhile.
    Ended { lock: Option<String>, holder: String, forced: bool, turns: usize },
    /// It goes on, and the holder has had the lock for the time `held`.
    GoesOn { lock: Option<String>, holder: String, held: Ns },
    /// The holder gave back its permit of a lock that several tasks may hold at a time.
    Permit { lock: String, holder: String },
    /// The task waited for a message: the holder put it in. The first message has the number 1.
    Message { queue: String, holder: String, number: u64 },
    /// The task waited for room: the holder took this message out.
    Room { queue: String, holder: String, number: u64 },
}

impl Link {
    /// The sentence.
    pub fn text(&self) -> String {
        match self {
            Link::Ended { lock, holder, forced, turns } => {
                let how = match (lock, forced) {
                    // Nobody ever asks for a lock of the workload's own.
                    (Some(_), _) => " until it let go",
                    (None, true) => ", which was asked to let go",
                    (None, false) => ", which let go by itself",
                };
                let holder = short(holder, 14);
                match turns {
                    0 | 1 => format!("{} held by {holder}{how}.", named(lock.as_deref())),
                    n => format!("{}: {n} turns of others, last {holder}{how}.", named(lock.as_deref())),
                }
            }
            Link::GoesOn { lock, holder, held } => {
                format!("{} held by {}, for {held} so far.", named(lock.as_deref()), short(holder, 14))
            }
            Link::Permit { lock, holder } => {
                format!("{}: {} gave back its permit.", named(Some(lock)), short(holder, 14))
            }
            Link::Message { queue, holder, number } => {
                format!("Message {number} of `{}` ended it: put in by {}.", short(queue, 10), short(holder, 14))
            }
            Link::Room { queue, holder, number } => {
                format!("{} took message {number} out of `{}`: room.", short(holder, 14), short(queue, 10))
            }
        }
    }
}

/// Why there is no task to go to from a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLink {
    /// No segment is selected.
    NothingSelected,
    /// The segment is in this state, on an event loop or not.
    State(State, bool),
    /// Nobody ends the wait: the run is stuck.
    InVain,
    /// There is such a task, but it has no lane: a filter hides it.
    Hidden,
}

impl NoLink {
    /// The sentence.
    pub const fn text(self) -> &'static str {
        match self {
            NoLink::NothingSelected => "First select a wait: , and . go from segment to segment.",
            NoLink::InVain => "Nobody ends this wait, and nobody could: the run is stuck.",
            NoLink::Hidden => "The task that ended this wait has no lane: the filter hides it.",
            NoLink::State(State::Sleep, _) => "A sleep ends by the clock: no other task ended it.",
            NoLink::State(State::Io, _) => "An answer or the disk ended this wait, no other task.",
            NoLink::State(State::Unknown, _) => "It waits, reason unknown: nobody told.",
            NoLink::State(State::Channel, _) => {
                "Room in the queue, a message or its end: no task is known to have ended it."
            }
            NoLink::State(State::Queued, _) => "It is queued: it goes on when a worker is free.",
            NoLink::State(State::Starting | State::Copying, _) => {
                "Its worker starts or copies: no other task ends that."
            }
            NoLink::State(State::Ready, true) => "It waits for the loop: the loop's lane says who has it.",
            NoLink::State(State::Ready, false) => "It waits for a core: the cores' rows say who is on them.",
            NoLink::State(State::Preempted, _) => "It is preempted: the cores' rows say who is on them.",
            NoLink::State(State::Gil | State::Lock, _) => "Nobody is known to have had the lock meanwhile.",
            NoLink::State(State::Running | State::Ended, _) => "It works here: nobody keeps it waiting.",
        }
    }
}

fn named(lock: Option<&str>) -> String {
    lock.map_or_else(|| "GIL".to_owned(), |name| format!("Lock `{}`", short(name, 10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_say_who_had_it_and_leave_room_for_where_to_go() {
        let gil = |forced, turns| Link::Ended { lock: None, holder: "task 3".to_owned(), forced, turns };
        let lock = || Some("the ledger of all accounts".to_owned());
        let holder = "a request handler".to_owned();
        let named = Link::Ended { lock: lock(), holder: holder.clone(), forced: false, turns: 4_096 };
        let now = Link::GoesOn { lock: lock(), holder, held: Ns::from_micros(1_234) };
        let said = [
            (gil(true, 1), "GIL held by task 3, which was asked to let go."),
            (gil(false, 1), "GIL held by task 3, which let go by itself."),
            (gil(true, 7), "GIL: 7 turns of others, last task 3, which was asked to let go."),
            (named, "Lock `the ledge…`: 4096 turns of others, last a request han… until it let go."),
            (now, "Lock `the ledge…` held by a request han…, for 1.2 ms so far."),
            (
                Link::Permit { lock: "slots".to_owned(), holder: "user 2".to_owned() },
                "Lock `slots`: user 2 gave back its permit.",
            ),
            (
                Link::Message { queue: "jobs".to_owned(), holder: "maker 1".to_owned(), number: 7 },
                "Message 7 of `jobs` ended it: put in by maker 1.",
            ),
            (
                Link::Room { queue: "jobs".to_owned(), holder: "user 3".to_owned(), number: 7 },
                "user 3 took message 7 out of `jobs`: room.",
            ),
        ];
        for (link, expected) in said {
            assert_eq!(link.text(), expected);
        }
    }

    #[test]
    fn every_state_has_words_that_fit_a_row() {
        for state in State::ALL {
            for looped in [false, true] {
                assert!(NoLink::State(state, looped).text().len() < 78);
            }
        }
    }
}
