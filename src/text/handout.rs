//! The words of the page that is handed out: those of its template, and those that its script puts together.

use super::Label;

/// Each word's name, as the page asks for it, and the word.
pub const WORDS: &[(&str, &str)] = &[
    ("again", "The same again:"),
    ("all_runs", "All runs, on one axis"),
    ("at", "at"),
    ("at_best", "at best"),
    ("beside", "not computing"),
    ("by_itself", "let go by itself"),
    (
        "canvas_hint",
        "Up and down choose a task, comma and full stop a segment, plus and minus zoom, question mark lists all keys.",
    ),
    ("close", Label::KeyClose.text()),
    ("compare", "compare"),
    ("core", Label::Core.text()),
    ("cores_busy", Label::CoresBusy.text()),
    ("counter", "counter"),
    ("detail", Label::KeyDetail.text()),
    ("done", Label::Done.text()),
    ("dotted", Label::LegendDotted.text()),
    ("end", Label::KeyEnd.text()),
    ("exact", "exact"),
    ("figures_title", "Figures"),
    ("fit", Label::KeyFit.text()),
    ("free", "its worker is free"),
    ("from", "from"),
    ("gil", "GIL on or off"),
    ("gil_held", Label::GilHeld.text()),
    ("gil_off", Label::GilOff.text()),
    ("gil_on", "GIL on"),
    ("held", Label::Held.text()),
    ("helper", "a helper thread"),
    ("hint", "Point at a segment, or walk with j k and , . from one to the next. All keys: ?"),
    ("how_to_read", Label::LegendTitle.text()),
    ("ideal", "ideal"),
    ("idle", Label::Idle.text()),
    ("in", "in"),
    ("in_the_largest", "in the largest copy"),
    ("is", "is"),
    ("keys", "keys"),
    ("lane_down", Label::KeyLaneDown.text()),
    ("lane_up", Label::KeyLaneUp.text()),
    ("lanes_down", Label::KeyLanesDown.text()),
    ("lanes_up", Label::KeyLanesUp.text()),
    ("legend", "What the colours are, and their share of what is visible"),
    ("listens", "the loop listens"),
    ("lock", Label::Lock.text()),
    ("look_closer", Label::GroupLook.text()),
    ("lost_updates", "lost updates"),
    ("low", Label::LegendLow.text()),
    ("model", Label::KeyModel.text()),
    ("models", "Models"),
    ("more_cores", Label::MoreCores.text()),
    (
        "mouse",
        "Mouse: click a task or a segment; wheel with Ctrl zooms where it points; drag pans; drag on the axis replays. \
      Fingers: tap, drag, and pull apart. Where many changes lie in one column each state keeps its share of the ink.",
    ),
    ("next", Label::KeyNext.text()),
    ("no_more", "no further segment"),
    ("no_run", "no run for key"),
    ("no_script", "The timelines need JavaScript. The figures below do not."),
    ("no_variant", "no run with the GIL the other way for"),
    ("nobody", "nobody"),
    ("occupied", "its worker can do nothing else"),
    ("of", Label::Of.text()),
    ("only_sums", "single segments are not in this file, only exact sums"),
    ("over", "over"),
    ("own_copies", "own copies"),
    ("pan_left", Label::KeyPanLeft.text()),
    ("pan_right", Label::KeyPanRight.text()),
    ("paused", Label::Paused.text()),
    ("play", "replay, pause"),
    ("previous", Label::KeyPrevious.text()),
    ("process", "process"),
    ("queue", "queue"),
    ("ratio", "×"),
    ("refused", "refused"),
    ("replay", "replay"),
    ("replay_badge", Label::Replay.text()),
    ("runs", Label::StateRunning.text()),
    ("segments", "segments"),
    ("several", "several in turn"),
    ("shares_of", "shares of"),
    ("should_be", "should be"),
    ("signal", "signal"),
    ("slow", "slow replay, again: slower"),
    ("slow_short", "slow"),
    ("space", "space"),
    ("start", Label::KeyStart.text()),
    ("stippled", "stippled: its worker starts"),
    ("stored", "stored"),
    ("sums_note", "This run has more segments than a page has room for. What is drawn are exact sums over columns of"),
    ("tall", Label::LegendTall.text()),
    ("tasks", Label::ManyTasks.text()),
    ("theme_button", "theme"),
    ("thin", "lowest: queued, nobody has taken it up"),
    ("thread", "thread"),
    ("time", "time"),
    ("timeline", "Timeline"),
    ("to", "to"),
    ("to_the_timeline", "To the timeline"),
    ("used", Label::Used.text()),
    ("waiting", Label::WaitingAtOnce.text()),
    ("was_asked", "let go because a waiter asked"),
    ("watcher", "what watches the run"),
    ("work", "another workload"),
    ("worker", Label::Worker.text()),
    ("zoom_in", Label::KeyZoomIn.text()),
    ("zoom_out", Label::KeyZoomOut.text()),
];

/// The word of that name; nothing where there is none.
pub fn word(name: &str) -> &'static str {
    WORDS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_order_and_once() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(word("ideal"), "ideal");
        assert_eq!(word("nonsense"), "");
    }
}
