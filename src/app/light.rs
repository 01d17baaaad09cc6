//! Lights the key that is pressed, under the name of what it does there.

use super::{Action, App, InComparison, InLayer, Key, Layer, Pressed, Shown, keys, order};
use crate::text::Label;
use crate::units::Ns;

/// How long a key is lit.
const LIT: Ns = Ns::from_millis(600);

/// `key` as it is lit when it is pressed now; nothing where it means nothing here, is written, or leaves the screen.
pub(super) fn of(app: &App, key: Key) -> Option<Pressed> {
    let until = app.now + LIT;
    let action = keys::action(key);
    if order::is_writing(app) && action.is_none_or(|action| order::is_for_line(key, action)) {
        return keys::hint(key).map(|(key, label)| Pressed { key, label, action: None, until });
    }
    let action = action?;
    let own = keys::binding(action)?.label;
    let label = match app.layer.map(|layer| (layer, layer.means(action))) {
        None | Some((_, InLayer::Usual | InLayer::GivesWay)) => meaning(app, action, own)?,
        Some((Layer::Dials(_), InLayer::Close)) if action == Action::Detail => Label::LitRun,
        Some((_, InLayer::Close)) => own,
        Some((_, InLayer::TakeBack)) => Label::LineCancel,
        Some((_, InLayer::Open(_))) => Label::LitOpen,
        Some((_, InLayer::Turn(..))) => Label::LitTurn,
        Some((Layer::Help(_), InLayer::Move(_))) => Label::LitScroll,
        Some((Layer::Picker(_) | Layer::Works(_) | Layer::Dials(_), InLayer::Move(_))) => Label::LitChoose,
        Some((_, InLayer::Nothing)) => return None,
    };
    Some(Pressed { key: keys::name(key), label, action: Some(action).filter(|_| label == own), until })
}

/// What `action`, which the table calls `own`, does where nothing is in front.
fn meaning(app: &App, action: Action, own: Label) -> Option<Label> {
    if matches!(action, Action::Suspend | Action::Quit) {
        return None;
    }
    match app.shown {
        Shown::Run(_) => Some(own),
        Shown::Comparison(_) => match InComparison::of(action) {
            InComparison::Choose(_) => Some(Label::LitChoose),
            InComparison::Open => Some(Label::LitOpen),
            InComparison::Nothing => None,
            InComparison::Usual | InComparison::GivesWay | InComparison::Anew | InComparison::Leave => Some(own),
        },
    }
}
