//! What a comparison says of tasks that go round beside the work. Models come as they are listed: `threads and async`.

use super::{rate_of, short};
use crate::units::Ns;

/// They keep going under these models: `who` begins the sentence, and `one` says whether that is in the singular.
pub(super) fn keep_going((who, one): (&str, bool), task: &str, of: usize, gap: Ns) -> String {
    let others = if of > 1 { " and the others" } else { "" };
    let keep = if one { "keeps" } else { "keep" };
    format!("{who} {keep} `{}`{others} going: gaps up to {gap}.", short(task, 16))
}

/// These models let them come late.
pub(super) fn stutters((who, one): (&str, bool), task: Option<&str>, of: usize, gap: Ns) -> String {
    let make = if one { "makes" } else { "make" };
    format!("{who} {make} {} stutter: gaps up to {gap}.", it(task, of))
}

/// These models freeze them: for about the same time all of them if `alike`; because of their only thread if
/// `one_thread`.
pub(super) fn freezes(
    (who, one): (&str, bool),
    task: Option<&str>,
    of: usize,
    gap: Ns,
    (alike, one_thread): (bool, bool),
) -> String {
    let freeze = if one { "freezes" } else { "freeze" };
    let up_to = if alike { "" } else { "up to " };
    let why = if one_thread { ": another task keeps the one thread" } else { "" };
    format!("{who} {freeze} {} for {up_to}{gap}{why}.", it(task, of))
}

/// Most rounds in a second are made under these models, and fewest under those.
pub(super) fn most((who, most): (&str, f64), (least, fewest): (&str, f64)) -> String {
    let (most, fewest) = (rate_of(most), rate_of(fewest));
    format!("Most rounds: {most} a second under {who}; fewest: {fewest} under {least}.")
}

/// What the task is called, or, where the sentence before has named it, by a pronoun.
fn it(task: Option<&str>, of: usize) -> String {
    match (task, of) {
        (Some(name), _) => format!("`{}`", short(name, 16)),
        (None, 0 | 1) => "it".to_owned(),
        (None, _) => "one of them".to_owned(),
    }
}
