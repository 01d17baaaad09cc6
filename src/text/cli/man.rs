//! The texts of the manual page, except for those of the help and of the table of keys.

/// The manual's section that it belongs to.
pub const MANUAL: &str = "User Commands";
/// What stands for all options of a command.
pub const OPTIONS: &str = "options";
/// What stands above the keys.
pub const ON_THE_SCREEN: &str = "On the screen:";
/// That a command has the options of the screen, and its own below.
pub const UNDER_THE_OPTIONS: &str = ", under the options above and";

/// The headings of its sections.
#[expect(missing_docs, reason = "each is named after what it says")]
pub mod heading {
    pub const SYNOPSIS: &str = "SYNOPSIS";
    pub const DESCRIPTION: &str = "DESCRIPTION";
    pub const COMMANDS: &str = "COMMANDS";
    pub const KEYS: &str = "KEYS";
    pub const EXIT_STATUS: &str = "EXIT STATUS";
    pub const ENVIRONMENT: &str = "ENVIRONMENT";
    pub const FILES: &str = "FILES";
    pub const EXAMPLES: &str = "EXAMPLES";
}

/// What the program does.
pub const DESCRIPTION: &[&str] = &[
    "concviz executes a workload serially, on threads, on processes or on an event loop, each with or without a global \
     lock like CPython's GIL, and shows what every task and every core is doing meanwhile. The work is really done.",
    "Without a command it opens the screen, which needs a terminal. With run it prints the result.",
];

/// The codes to exit with.
pub const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Done; also where nobody reads standard output to its end."),
    ("1", "The run failed, a task did not come to its end, or the result could not be written."),
    ("2", "Wrong usage or input. Nothing was run."),
    ("130, 143, 129", "Interrupted (SIGINT), terminated (SIGTERM), or the terminal was closed (SIGHUP)."),
];

/// The environment variables that the program reads.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "If set and not empty, the screen is drawn without colour, unless --color says otherwise."),
    ("TERM, COLORTERM", "How many colours the terminal has. Where TERM is dumb, no progress is printed."),
    ("LC_ALL, LC_CTYPE, LANG", "If the first of them that is set does not name UTF-8, the screen is drawn in ASCII."),
    ("XDG_CACHE_HOME", "The cache folder, if it is not ~/.cache."),
];

/// The files that the program reads.
pub const FILES: &[(&str, &str)] = &[
    ("~/.cache/concviz/rates.json", "How fast one core of this machine counts. Measured again where it is missing."),
    ("FILE.toml", "A workload of your own, for -w: a file like those that concviz workloads --show prints."),
];
