//! Why it is not known how fast this machine computes, in a sentence without an end mark.

use crate::state::NoRates;

/// Why, and what to do about it.
pub fn no_rates(why: &NoRates) -> String {
    let reason = match why {
        NoRates::Process { system } => system.said.clone(),
        NoRates::Ended { status } => format!("its process ended with {status}"),
        NoRates::Answer { said } => format!("the measuring process answered nonsense ({said})"),
    };
    format!("this machine's speed cannot be measured: {reason}; try again")
}
