//! What is shown: one run in one of its views, or runs beside each other. Each owns its state.

use super::Compare;
use crate::text::Label;

/// What the lanes' place shows of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// What each task does.
    #[default]
    Tasks,
    /// Who is on each core.
    Cores,
    /// How many cores are used, and by what.
    Utilization,
}

impl View {
    /// All of them, in the order in which a key goes through them.
    pub const ALL: [View; 3] = [View::Tasks, View::Cores, View::Utilization];

    /// Its name.
    pub const fn label(self) -> Label {
        match self {
            View::Tasks => Label::ManyTasks,
            View::Cores => Label::CoresShort,
            View::Utilization => Label::Utilization,
        }
    }
}

/// What is shown.
#[derive(Clone, Debug)]
pub enum Shown {
    /// The run that is watched, in this view.
    Run(View),
    /// Runs beside each other.
    Comparison(Box<Compare>),
}

impl Default for Shown {
    fn default() -> Shown {
        Shown::Run(View::default())
    }
}

impl Shown {
    /// The view of the one run that is shown, if it is one.
    pub fn view(&self) -> Option<View> {
        match self {
            Shown::Run(view) => Some(*view),
            Shown::Comparison(_) => None,
        }
    }

    /// The comparison, if that is shown.
    pub fn comparison(&self) -> Option<&Compare> {
        match self {
            Shown::Run(_) => None,
            Shown::Comparison(compare) => Some(compare),
        }
    }

    /// The comparison gives way to the tasks of one run; nothing where one run is shown already.
    pub(super) fn leave_comparison(&mut self) -> Option<Compare> {
        match std::mem::take(self) {
            Shown::Comparison(compare) => Some(*compare),
            run @ Shown::Run(_) => {
                *self = run;
                None
            }
        }
    }
}
