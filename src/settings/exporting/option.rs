//! The options of an export, as data: how each is written, and which kinds of export it applies to.

use super::made::Made;

macro_rules! options {
    ($($(#[$about:meta])* $option:ident: $flag:literal, $of:expr;)*) => {
        /// An option that says how something is exported.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ExportOption {
            $($(#[$about])* $option,)*
        }

        impl ExportOption {
            /// All there are, in the order in which a command line names them.
            pub const ALL: [ExportOption; [$($flag),*].len()] = [$(ExportOption::$option),*];

            /// How it is written.
            pub const fn flag(self) -> &'static str {
                match self {
                    $(ExportOption::$option => $flag,)*
                }
            }

            /// The kinds of export that it applies to.
            const fn of(self) -> &'static [Made] {
                match self {
                    $(ExportOption::$option => $of,)*
                }
            }
        }
    };
}

options! {
    /// What is looked at.
    View: "--view", &[Made::Picture, Made::Screen];
    /// Which runs.
    Run: "--run", &[Made::Picture, Made::Screen, Made::Data];
    /// Which stretch of time.
    Range: "--range", &[Made::Picture, Made::Screen, Made::Data];
    /// The width in pixels.
    Width: "--width", &[Made::Picture];
    /// Dots of a PNG for each pixel.
    Scale: "--scale", &[Made::Picture];
    /// The columns and rows.
    Screen: "--screen", &[Made::Screen];
    /// How fast it is played.
    Speed: "--speed", &[Made::Screen];
    /// The size for posts.
    Post: "--post", &[Made::Picture];
    /// For how long the time sweeps over the picture.
    Animate: "--animate", &[Made::Picture];
    /// The colours.
    Theme: "--theme", &[Made::Picture, Made::Screen, Made::Page];
    /// A title in place of the workload's.
    Title: "--title", &[Made::Picture, Made::Screen, Made::Page];
}

impl ExportOption {
    /// Whether it applies to what is `made`.
    pub fn is_about(self, made: Made) -> bool {
        self.of().contains(&made)
    }
}
