//! Sentences about the machine rather than the model: how few cores it has, who else uses them, how fast they are.

use super::{all_busy, cores_of, counted, factor, number_word, whole};
use crate::units::Ns;

/// What the machine, rather than the model, has made of a run. Speeds are shares of another run's.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Here {
    OneUsableCore { cores: f64, time: Ns },
    PartOfACore { cores: f64 },
    OneCoreOneLock { hand_overs: u64 },
    TurnsOnOneCore { going: usize, cores: f64 },
    MachineBusy { others: f64, cores: f64 },
    HostBusy { stolen: f64, cores: f64 },
    SlowCores { busy: f64, cores: f64, speed: f64, speedup: Option<f64> },
    SlowBaseline { speed: f64 },
    SlowRun { speed: f64 },
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
            Here::MachineBusy { others, cores } => {
                format!("Other programs kept {} cores busy: no fair ratio.", cores_of(*others, *cores))
            }
            Here::HostBusy { stolen, cores } => {
                format!("The host took {} cores away: no fair ratio.", cores_of(*stolen, *cores))
            }
            Here::SlowCores { busy, cores, speed, speedup } => {
                let ratio = speedup.map_or_else(String::new, |x| format!(": {}", factor(x)));
                format!("{}, each {speed:.1} as fast as alone{ratio}.", all_busy(*busy, *cores, true))
            }
            Here::SlowBaseline { speed } => {
                format!("The machine ran serial at {speed:.1} of this speed: no fair ratio.")
            }
            Here::SlowRun { speed } => {
                format!("The machine ran at {speed:.1} of serial's speed: no fair ratio.")
            }
        }
    }
}
