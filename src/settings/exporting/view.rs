//! What can be looked at in an export, as data: one row for each.

use super::made::Made;

/// How many runs something shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// One.
    One,
    /// One, or several one above the other on one axis.
    Stacked,
    /// All there are beside each other, or those that are named.
    Compared,
}

/// The properties of a view.
#[derive(Clone, Copy, Debug)]
pub struct ViewRow {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is a view of; nothing where the format decides.
    pub of: Option<Made>,
    /// How many runs a picture of it shows.
    pub runs: Runs,
}

macro_rules! views {
    ($($(#[$about:meta])* $view:ident: $row:expr;)*) => {
        /// What is looked at.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum ExportView {
            $($(#[$about])* $view,)*
        }

        impl ExportView {
            /// All there are.
            pub const ALL: [ExportView; [$(stringify!($view)),*].len()] = [$(ExportView::$view),*];

            /// Its properties.
            pub const fn row(self) -> ViewRow {
                match self {
                    $(ExportView::$view => $row,)*
                }
            }
        }
    };
}

views! {
    /// What each task does.
    #[default]
    Tasks: ViewRow { name: "tasks", of: None, runs: Runs::Stacked };
    /// What each worker does, and for whom.
    Workers: ViewRow { name: "workers", of: None, runs: Runs::Stacked };
    /// In which order tasks finished, in runs of the same model.
    Order: ViewRow { name: "order", of: None, runs: Runs::Compared };
    /// Who is on each core.
    Cores: ViewRow { name: "cores", of: None, runs: Runs::Stacked };
    /// Who has each lock.
    Lock: ViewRow { name: "lock", of: None, runs: Runs::Stacked };
    /// How many cores are used, and by what.
    Utilization: ViewRow { name: "utilization", of: None, runs: Runs::Stacked };
    /// All runs beside each other.
    Compare: ViewRow { name: "compare", of: None, runs: Runs::Compared };
    /// The program's own screen.
    Screen: ViewRow { name: "screen", of: Some(Made::Screen), runs: Runs::One };
}

impl ExportView {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The names of the views that `fit`, as a sentence lists them.
    pub fn names(fit: impl Fn(ExportView) -> bool) -> String {
        let names: Vec<_> = ExportView::ALL.into_iter().filter(|view| fit(*view)).map(ExportView::name).collect();
        names.join(", ")
    }
}
