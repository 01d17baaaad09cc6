//! What is shown: one run in one of its views, or runs beside each other. Each owns its state.

use super::Compare;
use crate::settings::ExportView;
use crate::text::Label;

/// What a view does with the rows of the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It shows the tasks' lanes there, with the lock, the loop and the cores below.
    Lanes,
    /// It takes all of these rows.
    Pane,
}

/// The properties of a view, except how it is drawn: the module that draws it knows that.
#[derive(Clone, Copy, Debug)]
pub struct ViewRow {
    /// Its name.
    pub label: Label,
    /// Its name where there is little room.
    pub short: Label,
    /// What it does with the rows of the lanes.
    pub place: Place,
    /// What a picture of it shows.
    pub picture: ExportView,
    /// What a picture of it shows under the lens; nothing where it has none. A view with a lens is two stops for the
    /// key that goes through the views.
    pub lens: Option<ExportView>,
}

macro_rules! views {
    ($($(#[$about:meta])* $view:ident: $row:expr;)*) => {
        /// What the lanes' place shows of one run.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum View {
            $($(#[$about])* $view,)*
        }

        impl View {
            /// All of them, in the order in which a key goes through them.
            pub const ALL: [View; [$(stringify!($view)),*].len()] = [$(View::$view),*];

            /// What is to be known of it.
            pub const fn row(self) -> ViewRow {
                match self {
                    $(View::$view => $row,)*
                }
            }
        }
    };
}

views! {
    /// What each task does.
    #[default]
    Tasks: ViewRow {
        label: Label::ManyTasks,
        short: Label::ManyTasks,
        place: Place::Lanes,
        picture: ExportView::Tasks,
        lens: Some(ExportView::Lock),
    };
    /// Whose task each worker has.
    Workers: ViewRow {
        label: Label::Workers,
        short: Label::WorkersShort,
        place: Place::Pane,
        picture: ExportView::Workers,
        lens: None,
    };
    /// In which order tasks finished, in the last runs.
    Order: ViewRow {
        label: Label::ViewOrder,
        short: Label::ViewOrder,
        place: Place::Pane,
        picture: ExportView::Order,
        lens: None,
    };
    /// Who is on each core.
    Cores: ViewRow {
        label: Label::CoresShort,
        short: Label::CoresShort,
        place: Place::Pane,
        picture: ExportView::Cores,
        lens: None,
    };
    /// How many cores are used, and by what.
    Utilization: ViewRow {
        label: Label::Utilization,
        short: Label::UtilizationShort,
        place: Place::Pane,
        picture: ExportView::Utilization,
        lens: None,
    };
}

impl View {
    /// Its name.
    pub const fn label(self) -> Label {
        self.row().label
    }

    /// Whether it takes the rows of the lanes.
    pub fn is_pane(self) -> bool {
        self.row().place == Place::Pane
    }

    /// Whether its columns are stretches of time.
    pub fn is_over_time(self) -> bool {
        match self {
            View::Tasks | View::Workers | View::Cores | View::Utilization => true,
            View::Order => false,
        }
    }

    /// What a picture of it shows, under the `lens` or without.
    pub fn picture(self, lens: bool) -> ExportView {
        let row = self.row();
        row.lens.filter(|_| lens).unwrap_or(row.picture)
    }

    /// Where a key stops on its way through the views, each with whether the lens is on: a view that has a lens is
    /// followed by itself under the lens. The comparison is no stop: it shows several runs.
    pub(super) fn stops() -> Vec<(View, bool)> {
        let of = |view: View| [Some((view, false)), view.row().lens.map(|_| (view, true))];
        View::ALL.into_iter().flat_map(of).flatten().collect()
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
