//! Sentences in which tasks are in each other's way, or are not: locks, a ticker beside jobs, small requests beside a
//! task that computes, a loop with too much to do.

use super::{counted, number_word, percent, short};
use crate::units::Ns;

/// What became of tasks that share something.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Sharing {
    /// Tasks waited for the lock called `name`, which was held for the `share` of the time.
    LockWaits { name: String, share: f64, tasks: usize, wait: Ns },
    /// A task in the background came late, by `late` at most.
    Late { task: String, late: Ns, reason: Reason },
    /// The global lock was held for that `share` of the time, though tasks mostly waited for others.
    GilFull { share: f64, tasks: usize, time: Ns },
    /// The loop had hardly time to listen.
    LoopFull { share: f64, tasks: usize, time: Ns },
    /// Beside a task that computes, others made `per_second` rounds a second, each of which waited `each` for its turn.
    Rounds { round: Round, behind: Behind, each: Ns, per_second: f64 },
}

/// Who made a task late, or saw to it that it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A task that computed on the loop did not give way.
    Loop,
    /// It had to ask for the global lock.
    Gil,
    /// There were not enough cores.
    Cores,
}

/// What a round is mostly made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Asking and getting an answer.
    Answer,
    /// Waiting for a timer.
    Nap,
}

/// What a round waits for when its answer or its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The global lock.
    Gil,
    /// Its turn on a loop.
    Turn,
    /// A core.
    Core,
    /// Nothing worth speaking of.
    Nobody,
}

impl Sharing {
    /// The sentence.
    pub fn text(&self) -> String {
        match self {
            Sharing::LockWaits { name, share, tasks, wait } => {
                let who = counted(*tasks as u64, "task", "tasks");
                format!("Lock `{}` {} taken: {who} waited {wait}.", short(name, 10), percent(*share))
            }
            Sharing::Late { task, late, reason } => {
                let why = match reason {
                    Reason::Loop => "the loop was taken",
                    Reason::Gil => "it asks for the GIL",
                    Reason::Cores => "cores are shared",
                };
                if *late < Ns::from_millis(1) {
                    format!("{} came on time: {late} late at most.", short(task, 12))
                } else {
                    format!("{} came up to {late} late: {why}.", short(task, 10))
                }
            }
            Sharing::GilFull { share, tasks, time } => {
                let (who, held) = (number_word(*tasks), percent(*share));
                format!("{who} tasks, one GIL {held} held: {time}.")
            }
            Sharing::LoopFull { share, tasks, time } => {
                let (who, busy) = (number_word(*tasks), percent(*share));
                format!("{who} tasks, one loop {busy} busy: {time}.")
            }
            Sharing::Rounds { round, behind, each, per_second } => {
                let (one, many) = match round {
                    Round::Answer => ("answer", "answers"),
                    Round::Nap => ("round", "rounds"),
                };
                let rate = rate(*per_second);
                let what = match behind {
                    Behind::Gil => "the GIL",
                    Behind::Turn => "the loop",
                    Behind::Core => "a core",
                    Behind::Nobody => return format!("Nobody waits for a GIL: {rate} {many} a second."),
                };
                format!("Each {one} waits {each} for {what}: {rate} a second.")
            }
        }
    }
}

/// A rate per second: `17.5`, `196`.
fn rate(per_second: f64) -> String {
    if per_second < 100.0 && per_second.fract() > 0.0 { format!("{per_second:.1}") } else { format!("{per_second:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Try;

    #[test]
    fn they_read_as_people_speak_and_leave_room_for_what_to_press() {
        let wait = Ns::from_millis(1_940);
        let name = "the ledger of all accounts".to_owned();
        let late = |reason| Sharing::Late { task: "a ticker of mine".to_owned(), late: wait, reason };
        let said = [
            (
                Sharing::LockWaits { name: "db".to_owned(), share: 0.95, tasks: 8, wait },
                "Lock `db` 95 % taken: 8 tasks waited 1.94 s.",
            ),
            (
                Sharing::LockWaits { name, share: 0.5, tasks: 4_096, wait },
                "Lock `the ledge…` 50 % taken: 4096 tasks waited 1.94 s.",
            ),
            (late(Reason::Loop), "a ticker … came up to 1.94 s late: the loop was taken."),
            (late(Reason::Gil), "a ticker … came up to 1.94 s late: it asks for the GIL."),
            (late(Reason::Cores), "a ticker … came up to 1.94 s late: cores are shared."),
            (Sharing::GilFull { share: 0.96, tasks: 60, time: wait }, "60 tasks, one GIL 96 % held: 1.94 s."),
            (Sharing::LoopFull { share: 0.96, tasks: 4_096, time: wait }, "4096 tasks, one loop 96 % busy: 1.94 s."),
        ];
        let rounds = |round, behind, each, per_second| Sharing::Rounds {
            round,
            behind,
            each: Ns::from_micros(each),
            per_second,
        };
        let rounds = [
            (rounds(Round::Answer, Behind::Gil, 5_100, 196.2), "Each answer waits 5.1 ms for the GIL: 196 a second."),
            (rounds(Round::Answer, Behind::Gil, 590, 1_704.0), "Each answer waits 590 us for the GIL: 1704 a second."),
            (rounds(Round::Nap, Behind::Gil, 51_200, 19.53), "Each round waits 51.2 ms for the GIL: 19.5 a second."),
            (rounds(Round::Nap, Behind::Turn, 5_000, 162.0), "Each round waits 5 ms for the loop: 162 a second."),
            (rounds(Round::Nap, Behind::Core, 2_500, 300.0), "Each round waits 2.5 ms for a core: 300 a second."),
            (rounds(Round::Answer, Behind::Nobody, 0, 18_200.4), "Nobody waits for a GIL: 18200 answers a second."),
            (rounds(Round::Nap, Behind::Nobody, 0, 928.0), "Nobody waits for a GIL: 928 rounds a second."),
        ];
        for (sharing, expected) in said.into_iter().chain(rounds) {
            assert_eq!(sharing.text(), expected);
            let row = format!(" {expected}  try 2: {}", Try::ProcessEach.text());
            assert!(row.chars().count() <= 80, "{row}");
        }
    }
}
