//! The help of the command line: what commands and options do, and what stands for their values.

/// What the program is, on two lines.
pub const ABOUT: &str =
    "See concurrency: the same work as serial, threads, processes and async, with\nand without a GIL";
/// How it is used.
pub const USAGE: &str = "concviz [options]            the screen\n       concviz <command> [options]";

/// Command lines, and what they do.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("concviz", "the screen; 1 2 3 4 choose the model, g the GIL"),
    ("concviz -w io -m async", "the screen, started there"),
    ("concviz run -m threads", "one run, its result as a table"),
    ("concviz run -m threads --repeat 10", "ten runs, and how their times are spread"),
    ("concviz run --tasks 200 --cpu 5ms --wait 50ms", "numbers of your own, without a file"),
    ("concviz run --trace runs.concviz", "a run that is kept; view opens it, export draws it"),
    ("concviz view runs.concviz", "the screen on what was recorded"),
    ("concviz export runs.concviz -o runs.svg", "a picture; also png html txt md json csv cast"),
    ("concviz compare -w io", "all models in turn: who gains, and why"),
    ("concviz map", "who wins: share of waiting x number of tasks"),
    ("concviz run --format json", "the result for programs; csv for spreadsheets"),
    ("concviz workloads", "what there is to run"),
];

/// The examples below the help.
pub fn examples() -> String {
    let lines = EXAMPLES.iter().map(|(line, meaning)| match line.len() {
        0..=28 => format!("\n  {line:<28}  {meaning}"),
        _ => format!("\n  {line}\n  {:<28}  {meaning}", ""),
    });
    lines.fold("Examples:".to_owned(), |text, line| text + &line)
}

/// What each command does.
pub mod command {
    /// `run`.
    pub const RUN: &str = "Run without a screen and print the result";
    /// `view`.
    pub const VIEW: &str = "Look at recorded runs on the screen, with everything but running them again";
    /// `export`.
    pub const EXPORT: &str = "Make pictures, pages, tables, data or casts of recorded runs";
    /// `compare`.
    pub const COMPARE: &str = "Run the same under every model and hold them against each other";
    /// `map`.
    pub const MAP: &str = "Find out which model wins, by how much tasks wait and how many there are";
    /// `workloads`.
    pub const WORKLOADS: &str = "List the workloads, or print one as a file to edit";
    /// `doctor`.
    pub const DOCTOR: &str = "Say what this machine can show, and what limits it";
    /// `completions`.
    pub const COMPLETIONS: &str = "Print the script that completes commands and options in a shell";
    /// `man`.
    pub const MAN: &str = "Print the manual page: concviz man | man -l -";
}

/// The headings above options.
pub mod heading {
    /// Above the options about what is run.
    pub const WORK: &str = "What is run";
    /// Above the options about the model, and what it runs on.
    pub const MODEL: &str = "How it is run";
    /// Above the options about what comes out.
    pub const OUTPUT: &str = "How it is shown";
}

/// What stands for a value.
#[expect(missing_docs, reason = "each is named after what it says")]
pub mod value {
    pub const COLUMNS_AND_ROWS: &str = "COLUMNSxROWS";
    pub const FACTOR: &str = "FACTOR";
    pub const FILE: &str = "FILE";
    pub const FORMAT: &str = "FORMAT";
    pub const FROM_TO: &str = "FROM..TO";
    pub const KEY_VALUE: &str = "KEY=VALUE";
    pub const LIST: &str = "LIST";
    pub const LOCK: &str = "LOCK";
    pub const MODEL: &str = "MODEL";
    pub const N: &str = "N";
    pub const NAME: &str = "NAME";
    pub const NAME_OR_FILE: &str = "NAME|FILE.toml";
    pub const PIXELS: &str = "PIXELS";
    pub const RUN: &str = "RUN";
    pub const SHELL: &str = "SHELL";
    pub const TEXT: &str = "TEXT";
    pub const THEME: &str = "THEME";
    pub const TIME: &str = "TIME";
    pub const VIEW: &str = "VIEW";
    pub const WHEN: &str = "WHEN";
}

/// What the options and arguments that several commands have do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod shared {
    pub const MODEL: &str = "How its tasks are executed";
    pub const GLOBAL_LOCK: &str = "Whether a task must hold a global lock to compute, like CPython's GIL; gil-legacy is that of Python 2 [default: as \
         the workload says, else off]";
    pub const GLOBAL_LOCK_OF_THREADS: &str = "The global lock of threads+gil: like CPython's, or that of Python 2";
    pub const PLAIN: &str = "Print what happens in sentences: for screen readers and logs";
    pub const TRACE: &str = "Add every run to this file, which `concviz view` opens and `concviz export` draws";
    pub const FILES: &str = "Files that --trace or the key S has written";

    /// The help of `--workload`, which takes these names.
    pub fn workload(names: &[&str]) -> String {
        format!(
            "What to run: {}, or a file of your own that ends in .toml; NAME:VARIANT for a variant [default: cpu; mixed where \
             --cpu or --wait is given]",
            names.join(", ")
        )
    }

    pub const TASKS: &str = "How many tasks: short for --set tasks=N";
    pub const CPU: &str = "How long a task computes: short for --set cpu=TIME";
    pub const WAIT: &str = "How long each wait of a task takes: short for --set wait=TIME";
    pub const SET: &str = "Set a parameter of the workload, like wait=100ms; can be repeated";
    pub const SCALE: &str = "Multiply every amount of computing and of waiting";
    pub const SEED: &str = "The seed of everything random";
    pub const SWITCH_INTERVAL: &str =
        "How long a thread waits for the global lock before it asks for it [default: 5ms]";
    pub const NO_FORCED_SWITCHING: &str =
        "Let a task that was asked for the global lock take it again before another has it";
    pub const CHECK_INTERVAL: &str =
        "After how many ticks the older lock is let go of; one is 4.2 ns of work [default: 100]";
    pub const WORKERS: &str = "How many threads or processes, or on the loop how many tasks are under way at a time \
                               [default: as workload and model say]";
    pub const CORES: &str = "Keep the workers on the first N cores [default: all allowed]";
    pub const NO_KERNEL_RECORD: &str = "Do without the kernel's record of who is on which core when";
    pub const COLOR: &str = "Whether to draw in colour";
    pub const THEME: &str = "The colours to draw in";
    pub const ASCII: &str = "Draw with ASCII characters only";
    pub const NO_MOUSE: &str = "Leave the mouse to the terminal";
    pub const FORMAT: &str = "How the result is printed";
}

/// What the options of `run` do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod run {
    pub const REPEAT: &str = "Run so many times, and say how the figures spread";
}

/// What the options of `export` do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod export {
    pub const FILES: &str = "Files that --trace or the key S has written";

    /// The help of `--out`, whose files end in one of `ends`.
    pub fn out(ends: &[&str]) -> String {
        format!("The file to write; its end says what: {}", ends.join(" "))
    }

    pub const FORMAT: &str = "What is written, where the name does not say it; needed for standard output";
    pub const FORCE: &str = "Replace a file that is there";
    pub const VIEW: &str = "What is looked at [default: tasks]";
    pub const RUN: &str = "Which of several runs: its number, its model like threads or threads+gil, or with its \
                           workload, like io:threads or io:all; again: one more, on the same axis";
    pub const RANGE: &str = "The stretch of time that is shown, like 10ms..50ms, 10ms.. or ..50ms";
    pub const TITLE: &str = "A title in place of the workload's";
    pub const THEME: &str = "The colours; without it an SVG and a page follow their viewer";
    pub const WIDTH: &str = "The width of a picture in pixels [default: 1200]";
    pub const SCALE: &str = "Dots of a PNG to a pixel: 2 for sharp displays";
    pub const POST: &str = "Make the picture 1200 by 675 pixels, for posts";
    pub const ANIMATE: &str = "Let the time sweep over an SVG, for so long";
    pub const SCREEN: &str = "Columns and rows of a screen: of txt, ansi, cast, and --view screen [default: 120x36]";
    pub const SPEED: &str = "How many times as fast as the run a cast is, like 0.25 [default: as can be watched]";
}

/// What the options of `compare` do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod compare {
    pub const FILES: &str = "Compare the runs in these files in place of making new ones";
    pub const MODELS: &str =
        "Which models: a list of serial, threads, processes, async, threads+gil [default: all of them]";
    pub const GLOBAL_LOCK: &str = "The global lock of threads+gil: like CPython's, or that of Python 2 [default: gil, or \
                                   gil-legacy where the workload starts with it]";
    pub const PLAIN: &str = "Print the result in sentences: for screen readers and logs";
    pub const TRACE: &str = "Add the runs to this file, which `concviz view` opens and `concviz export` draws";
    pub const REPEAT: &str = "Measure all of them so many times, round by round, and take each one's median run";
}

/// What the options of `map` do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod map {
    pub const TASKS: &str = "The rows: a list of how many tasks";
    pub const WAITS: &str = "The columns: a list of percentages of its time for which a task waits";
    pub const LENGTH: &str = "How long a task takes alone [default: up to 20ms, as --time allows]";
    pub const TIME: &str = "How long it should take, as far as --length and --repeat leave that open";
    pub const REPEAT: &str = "How many rounds [default: 3 to 9, as --time allows]";
    pub const MODELS: &str = "Which models: a list of serial, threads, processes, async, threads+gil";
    pub const OUT: &str = "Make a picture of it too: a file that ends in .svg or .png";
    pub const FORCE: &str = "Replace a picture that is there";
    pub const FORMAT: &str = "How the map is printed";
}

/// What the options of `workloads` do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod workloads {
    pub const SHOW: &str = "Print this one as the file it is, ready to edit";
    pub const FORMAT: &str = "How the list is printed";
}

/// What the options of `doctor` do.
#[expect(missing_docs, reason = "each is named after its option")]
pub mod doctor {
    pub const FORMAT: &str = "How it is printed";
}

/// What the arguments of `completions` do.
#[expect(missing_docs, reason = "each is named after its argument")]
pub mod completions {
    pub const SHELL: &str = "The shell";
}
