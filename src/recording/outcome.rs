//! How a run ended: in a word, and with the reason, as documents tell it.

use serde::{Serialize, Serializer};

use super::Recording;
use crate::state::Failure;
use crate::text::{self, Uncounted};

/// The version of all JSON documents: those about runs and those about the program.
pub const SCHEMA: u32 = 2;

/// How a run ended, or several runs that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// It came to its end.
    Done,
    /// It came to its end, but something in it did not: a task of a run, a run of a comparison.
    Incomplete,
    /// It could not be made, or broke off.
    Failed,
    /// A signal asked for its end.
    Interrupted,
    /// Its recording ends before the run does.
    CutOff,
    /// It is not over.
    GoingOn,
}

impl RunOutcome {
    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            RunOutcome::Done => "done",
            RunOutcome::Incomplete => "incomplete",
            RunOutcome::Failed => "failed",
            RunOutcome::Interrupted => "interrupted",
            RunOutcome::CutOff => "cut_off",
            RunOutcome::GoingOn => "going_on",
        }
    }

    /// The outcome of runs that belong together, with its reason: `broken` if that ended them all, else `failed`, which
    /// is why one of them does not count.
    pub fn of_several(broken: Option<&Reason>, failed: Option<&Reason>) -> (RunOutcome, Option<Reason>) {
        let outcome = match (broken, failed) {
            (None, Some(_)) => RunOutcome::Incomplete,
            (broken, _) => RunOutcome::of(broken),
        };
        (outcome, broken.or(failed).cloned())
    }

    /// The outcome of a run that ended for `reason`, or that came to its end.
    pub fn of(reason: Option<&Reason>) -> RunOutcome {
        match reason {
            None | Some(Reason::Uncounted(Uncounted::Suspended)) => RunOutcome::Done,
            Some(Reason::Uncounted(Uncounted::NotOver)) => RunOutcome::GoingOn,
            Some(Reason::Uncounted(Uncounted::Tasks { .. })) => RunOutcome::Incomplete,
            Some(Reason::Broke(Failure::Signal { .. })) => RunOutcome::Interrupted,
            Some(Reason::Broke(Failure::CutOff)) => RunOutcome::CutOff,
            Some(Reason::Broke(_)) => RunOutcome::Failed,
        }
    }
}

/// Why a run is not what was asked for. In JSON an object: the name of the `reason`, its figures, and the `sentence`
/// that a person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It could not be made, or broke off.
    Broke(Failure),
    /// It did not break off, but does not count in a comparison.
    Uncounted(Uncounted),
}

impl Reason {
    /// The sentence, without an end mark.
    pub fn sentence(&self) -> String {
        match self {
            Reason::Broke(why) => text::failure(why),
            Reason::Uncounted(why) => why.text(),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<T> {
            #[serde(flatten)]
            why: T,
            #[serde(skip_serializing_if = "Option::is_none")]
            sentence: Option<String>,
        }
        match self {
            // This failure contains its own sentence.
            Reason::Broke(why @ Failure::Told { .. }) => why.serialize(to),
            Reason::Broke(why) => Told { why, sentence: Some(self.sentence()) }.serialize(to),
            Reason::Uncounted(why) => Told { why, sentence: Some(self.sentence()) }.serialize(to),
        }
    }
}

impl Recording {
    /// Why it does not count in a comparison; `None` if it counts.
    pub fn uncounted(&self) -> Option<Reason> {
        if let Some(why) = &self.broken {
            return Some(Reason::Broke(why.clone()));
        }
        let broken = self.trace.makespan().map(|time| self.trace.stats(time).broken);
        let why = match broken {
            None => Uncounted::NotOver,
            Some(0) if self.trace.suspended.is_empty() => return None,
            Some(0) => Uncounted::Suspended,
            Some(broken) => Uncounted::Tasks { broken, of: self.trace.tasks.len() },
        };
        Some(Reason::Uncounted(why))
    }

    /// Why not all of it came to its end; `None` if all did.
    pub fn reason(&self) -> Option<Reason> {
        self.uncounted().filter(|why| *why != Reason::Uncounted(Uncounted::Suspended))
    }

    /// How it ended.
    pub fn outcome(&self) -> RunOutcome {
        RunOutcome::of(self.reason().as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_an_object_with_its_name_its_figures_and_a_sentence() {
        let json = |reason: &Reason| serde_json::to_string(reason).expect("names and figures");
        let killed = r#"{"reason":"killed","sentence":"the run's process was killed before its tasks had ended"}"#;
        assert_eq!(json(&Reason::Broke(Failure::Killed)), killed);
        let signal = Reason::Broke(Failure::Signal { signal: 2 });
        assert_eq!(json(&signal), r#"{"reason":"signal","signal":2,"sentence":"ended by signal 2"}"#);
        let told = Reason::Broke(Failure::Told { sentence: "no room".to_owned() });
        assert_eq!(json(&told), r#"{"reason":"told","sentence":"no room"}"#);
        let tasks = Reason::Uncounted(Uncounted::Tasks { broken: 1, of: 3 });
        let expected = r#"{"reason":"tasks","broken":1,"of":3,"sentence":"1 of 3 tasks did not come to the end"}"#;
        assert_eq!(json(&tasks), expected);
        let outcome = |reason| RunOutcome::of(Some(reason)).name();
        assert_eq!([outcome(&signal), outcome(&told), outcome(&tasks)], ["interrupted", "failed", "incomplete"]);
    }
}
