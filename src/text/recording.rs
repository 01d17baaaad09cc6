//! What is said of files with recorded runs, and of runs beside each other.

use super::outside_within;
use crate::units::Ns;

/// What all rows of a comparison share: the same `work`, drawn as height; or that there is hardly any.
pub fn same_ink(work: Ns, hardly: bool) -> String {
    if hardly {
        "Height is cores busy: tasks hardly compute here, they wait.".to_owned()
    } else {
        format!("Same ink, other shape: under every model {work} of work.")
    }
}

/// The title of a picture of one run of the workload or program `name`, which does what `title` says, under the model
/// `who`: a program that was watched has none.
pub fn picture_title(name: &str, who: Option<&str>, title: &str) -> String {
    let name = who.map_or_else(|| name.to_owned(), |who| format!("{name}, {who}"));
    if title.is_empty() { name } else { format!("{name}: {title}") }
}

/// The name of a work: that of its workload, and the numbers that tell it from others of this name.
pub fn work(workload: &str, numbers: &[(String, String)]) -> String {
    let number = |(name, value): &(String, String)| format!(" {name}={value}");
    workload.to_owned() + &numbers.iter().map(number).collect::<String>()
}

/// The same of the work that is the `number`th of this name.
pub fn work_again(name: &str, number: usize) -> String {
    format!("{name} ({number})")
}

/// The name of a run `who` among runs of several works.
pub fn run_of_work(work: &str, who: &str) -> String {
    format!("{work}: {who}")
}

/// What is `said` of the run of a row.
pub fn of_row(row: &str, said: &str) -> String {
    format!("{row}: {said}")
}

/// What is `said` of each of several works, each with its name.
pub fn of_works(said: &[(&str, &str)]) -> String {
    let of = |(work, said): &(&str, &str)| {
        let end = if said.ends_with(['.', '!', '?']) { "" } else { "." };
        format!("{work}: {said}{end}")
    };
    said.iter().filter(|(_, said)| !said.is_empty()).map(of).collect::<Vec<_>>().join(" ")
}

/// The title of a picture of several runs, whole or at the instant `at` of each.
pub fn comparison_title(workload: &str, title: &str, at: Option<Ns>) -> String {
    let what = if title.is_empty() { workload.to_owned() } else { format!("{workload}: {title}") };
    let at = at.map_or_else(String::new, |at| format!("at {at} of each run; "));
    format!("{what}; {at}measured in turn, drawn on one axis")
}

/// The machine that runs were made on.
pub fn machine(allowed: usize, usable: f64) -> String {
    if (usable - allowed as f64).abs() < 0.05 {
        super::counted(allowed as u64, "core", "cores")
    } else {
        format!("{usable:.1} of {allowed} cores")
    }
}

/// That the run asked for is not among `runs`, those that the file has.
pub fn no_such_run(runs: &[String]) -> String {
    format!("the file has no such run; it has {}: choose one with --run", runs.join(", "))
}

/// How the command line names a run of the work `work` under a model.
pub fn named_run(work: &str, who: &str) -> String {
    format!("{work}:{who}")
}

/// That the model asked for has runs of several workloads: `runs` lists them.
pub fn several_runs(runs: &[String]) -> String {
    format!("the file has such runs of several workloads, {}: choose one with --run", runs.join(", "))
}

/// That a range lies behind the end of the run.
pub fn nothing_in_range(end: Ns) -> String {
    format!("nothing of the run lies in the range, it ends at {end}: choose an earlier --range")
}

/// That a view exists as a picture only; the screen has those of the list `known`.
pub fn no_such_screen(view: &str, known: &str) -> String {
    format!("the screen has no view `{view}`: write it as svg or png, or choose one of {known}")
}

/// That the screen itself cannot be written as PNG.
pub const fn no_dots_of_the_screen() -> &'static str {
    "the screen itself can be written as svg, txt, ansi or cast, not as png: choose another --view for png"
}

/// Which run of a comparison is being made.
pub fn measuring(who: &str, number: usize, of: usize) -> String {
    format!("Measuring {who}: run {number} of {of}.")
}

/// The run `number` of a file cannot be read, nor what comes behind it.
pub fn unreadable_run(number: usize, why: &str) -> String {
    format!("Run {number} of the file cannot be read ({}).", outside_within(why, 200))
}

/// That a recording ends before its run does.
pub const fn cut_off_here() -> &'static str {
    "The recording ends before the run does: what is known of it is shown."
}

/// Which files a picture was saved in.
pub fn saved(one: &str, other: &str) -> String {
    format!("Saved {one} and {other}.")
}

/// Why there is no picture.
pub fn no_picture(why: &str) -> String {
    format!("No picture: {why}.")
}

/// That what is named is no file.
pub const fn no_file() -> &'static str {
    "it is a folder or a device; name a file"
}

/// What a run sent could not be kept, since the folder for temporary files does not take it: `why`.
pub fn no_room_for_it(why: &str) -> String {
    format!("the folder for temporary files could not keep the run: {why}")
}

/// Where runs were stored.
pub fn stored(runs: usize, file: &str) -> String {
    let runs = super::counted(runs as u64, "run", "runs");
    format!("Stored {runs} in {file}; concviz view opens it.")
}

/// Why runs were not stored.
pub fn not_stored(why: &str) -> String {
    format!("Nothing is stored: {why}.")
}

/// Why an export is not printed, as the system says.
pub fn not_exported(why: &str) -> String {
    format!("the export cannot be written to standard output: {why}")
}
