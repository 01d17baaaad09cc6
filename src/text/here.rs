//! Sentences about the machine rather than the model: how few cores it has.

use super::{counted, number_word, whole};
use crate::units::Ns;

/// What the machine, rather than the model, has made of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Here {
    OneUsableCore { cores: f64, time: Ns },
    PartOfACore { cores: f64 },
    OneCoreOneLock { hand_overs: u64 },
    TurnsOnOneCore { going: usize, cores: f64 },
}

impl Here {
    /// The sentence.
    pub fn text(&self) -> String {
        match self {
            Here::OneUsableCore { cores, time } if *cores >= 1.05 => {
                format!("Only {} cores: little can run in parallel. {time}.", whole(*cores))
            }
            Here::OneUsableCore { time, .. } => {
                format!("Only one core: nothing can run in parallel. {time}.")
            }
            Here::PartOfACore { cores } => {
                let part = match *cores {
                    0.45..0.55 => "Half".to_owned(),
                    ..0.1 => format!("{cores:.2} of"),
                    _ => format!("{cores:.1} of"),
                };
                format!("{part} a core: the quota makes it wait, no two at once.")
            }
            Here::OneCoreOneLock { hand_overs } => {
                let turns = counted(*hand_overs, "hand-over", "hand-overs");
                format!("One core, one lock: no two at once, {turns}.")
            }
            Here::TurnsOnOneCore { going, cores } => {
                let (who, what) = (number_word(*going), if *cores < 0.95 { "a part of one" } else { "one" });
                format!("{who} under way, but only {what} core here: no two at once.")
            }
        }
    }
}
