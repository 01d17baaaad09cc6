//! The formats, as data: one row for each, which the command line, its help, its completions and its refusals read. The
//! list of formats is made of the rows, so a new format is added here alone; the compiler then asks for the code that
//! writes it.

use super::made::Made;
use super::option::ExportOption;

/// The properties of a format.
#[derive(Clone, Copy, Debug)]
pub struct FormatRow {
    /// The name on the command line.
    pub name: &'static str,
    /// How the names of its files end: the first is suggested, the others are understood.
    pub ends: &'static [&'static str],
    /// What it can show; the first of these where no view decides.
    pub makes: &'static [Made],
    /// The options that say something about it.
    pub knows: &'static [ExportOption],
}

macro_rules! formats {
    ($($(#[$about:meta])* $format:ident: $row:expr;)*) => {
        /// What is written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ExportFormat {
            $($(#[$about])* $format,)*
        }

        impl ExportFormat {
            /// All there are.
            pub const ALL: [ExportFormat; [$(stringify!($format)),*].len()] = [$(ExportFormat::$format),*];

            /// Its properties.
            pub const fn row(self) -> FormatRow {
                use ExportOption::{Animate, Post, Range, Run, Scale, Screen, Speed, Theme, Title, View, Width};
                match self {
                    $(ExportFormat::$format => $row,)*
                }
            }
        }
    };
}

formats! {
    /// A vector picture.
    Svg: FormatRow {
        name: "svg",
        ends: &[".svg"],
        makes: &[Made::Picture, Made::Screen],
        knows: &[View, Run, Range, Width, Screen, Post, Animate, Theme, Title],
    };
    /// A picture in dots.
    Png: FormatRow {
        name: "png",
        ends: &[".png"],
        makes: &[Made::Picture],
        knows: &[View, Run, Range, Width, Scale, Post, Theme, Title],
    };
    /// A page with all runs.
    Html: FormatRow {
        name: "html",
        ends: &[".html", ".htm"],
        makes: &[Made::Page],
        knows: &[Theme, Title],
    };
    /// The screen as text.
    Txt: FormatRow {
        name: "txt",
        ends: &[".txt"],
        makes: &[Made::Screen],
        knows: &[View, Run, Range, Screen],
    };
    /// The screen as text with colours for terminals.
    Ansi: FormatRow {
        name: "ansi",
        ends: &[".ansi", ".ans"],
        makes: &[Made::Screen],
        knows: &[View, Run, Range, Screen, Theme],
    };
    /// A table of the results.
    Markdown: FormatRow {
        name: "markdown",
        ends: &[".md"],
        makes: &[Made::Table],
        knows: &[],
    };
    /// Chrome's trace format, which Perfetto and speedscope open.
    Chrome: FormatRow {
        name: "chrome",
        // Speedscope refuses the second.
        ends: &[".trace.json", ".chrome.json"],
        makes: &[Made::Data],
        knows: &[Run, Range],
    };
    /// The statistics as lines of values.
    Stats: FormatRow {
        name: "stats",
        ends: &[".stats.csv"],
        makes: &[Made::Data],
        knows: &[Run, Range],
    };
    /// Every stretch of every task as a line of values.
    Csv: FormatRow {
        name: "csv",
        ends: &[".csv"],
        makes: &[Made::Data],
        knows: &[Run, Range],
    };
    /// The same as a document for programs.
    Json: FormatRow {
        name: "json",
        ends: &[".json"],
        makes: &[Made::Data],
        knows: &[Run, Range],
    };
    /// A recording of the screen that asciinema plays.
    Cast: FormatRow {
        name: "cast",
        ends: &[".cast"],
        makes: &[Made::Screen],
        knows: &[View, Run, Range, Screen, Speed, Theme, Title],
    };
}

/// The format of a picture, for commands that make nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// A vector picture.
    Svg,
    /// A picture in dots.
    Png,
}

impl ExportFormat {
    /// As the format of a picture; nothing where it cannot show one.
    pub const fn picture(self) -> Option<PictureFormat> {
        match self {
            ExportFormat::Svg => Some(PictureFormat::Svg),
            ExportFormat::Png => Some(PictureFormat::Png),
            ExportFormat::Html
            | ExportFormat::Txt
            | ExportFormat::Ansi
            | ExportFormat::Markdown
            | ExportFormat::Chrome
            | ExportFormat::Stats
            | ExportFormat::Csv
            | ExportFormat::Json
            | ExportFormat::Cast => None,
        }
    }

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// How the name of a file in it ends.
    pub const fn end(self) -> &'static str {
        self.row().ends[0]
    }

    /// The format that a file's name asks for by its end; where several ends fit, the longest decides.
    pub fn of_file(name: &str) -> Option<ExportFormat> {
        let name = name.to_ascii_lowercase();
        let longest = |format: ExportFormat| {
            format.row().ends.iter().filter(|end| name.ends_with(*end)).map(|end| end.len()).max()
        };
        let fitting = ExportFormat::ALL.into_iter().filter_map(|format| Some((longest(format)?, format)));
        fitting.max_by_key(|(length, _)| *length).map(|(_, format)| format)
    }

    /// Whether `option` says something about it.
    pub fn knows(self, option: ExportOption) -> bool {
        self.row().knows.contains(&option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_end_means_one_format_and_the_longest_one_counts() {
        let mut ends = HashSet::new();
        for format in ExportFormat::ALL {
            let row = format.row();
            assert!(!row.name.is_empty() && !row.makes.is_empty());
            assert_eq!(format.picture().is_some(), row.makes.contains(&Made::Picture), "{}", row.name);
            for end in row.ends {
                assert!(end.starts_with('.') && ends.insert(*end), "{end}");
                assert_eq!(ExportFormat::of_file(&format!("a.b{}", end.to_uppercase())), Some(format));
            }
        }
        assert_eq!(ExportFormat::of_file("runs.trace.json"), Some(ExportFormat::Chrome));
        assert_eq!(ExportFormat::of_file("trace.json"), Some(ExportFormat::Json));
        assert_eq!(ExportFormat::of_file("a.concviz"), None);
    }

    #[test]
    fn an_option_that_a_format_knows_says_something_of_what_it_makes() {
        for format in ExportFormat::ALL {
            for option in ExportOption::ALL {
                let fits = format.row().makes.iter().any(|made| option.is_about(*made));
                assert!(fits || !format.knows(option), "{} of {}", option.flag(), format.name());
            }
        }
        for option in ExportOption::ALL {
            assert!(ExportFormat::ALL.into_iter().any(|format| format.knows(option)), "{}", option.flag());
        }
    }
}
