//! What the command line says: why it is refused, and what is printed of it without a run. The texts of its help stand
//! in [`help`], those of the manual page in [`man`].

pub mod help;
pub mod man;

use super::quoted::{listed, name, path, quoted, said};
use crate::units::Ns;

/// A sentence about what went wrong, as it is printed.
pub fn error(sentence: &str) -> String {
    format!("error: {sentence}\n")
}

/// That what was asked for cannot be printed.
pub fn no_output(why: &str) -> String {
    format!("standard output cannot be written: {}", said(why))
}

/// The stream that is no terminal, though it should be: the one that is written to.
pub const OUTPUT: &str = "standard output";
/// The same for the one that is read from.
pub const INPUT: &str = "standard input";
/// What to use where there is no terminal for a run.
pub const RUN_INSTEAD: &str = "`concviz run`, which prints the result";
/// What to use where there is no terminal for recorded runs.
pub const EXPORT_INSTEAD: &str = "`concviz export`, which writes what was recorded";

/// That there is no terminal.
pub fn no_terminal(missing: &str, instead: &str) -> String {
    format!("the screen needs a terminal and {missing} is not one: use {instead}")
}

/// That measured runs need another system than this one.
pub fn no_unix(system: &str) -> String {
    format!("measured runs need a Unix system, which {system} is not: try Linux, or WSL")
}

/// What stands below the list of workloads.
pub const BELOW_WORKLOADS: &str = "\
On the right: what to press on the screen, key after key, to see its point. The
serial run comes by itself.
concviz -w NAME opens one; concviz workloads --show NAME prints it as a file to
edit, which -w FILE.toml reads.
";

/// What a shell calls the names that complete a workload.
pub const WORKLOAD: &str = "workload";
/// What a shell calls the files that complete a workload.
pub const FILE: &str = "file";

/// That a value is no number within these limits.
pub fn whole_number(least: u64, most: u64) -> String {
    format!("write a whole number from {least} to {most}")
}

/// The same of ticks.
pub fn ticks(least: u32, most: u32) -> String {
    format!("write a whole number of ticks from {least} to {most}")
}

/// That a value is no seed.
pub fn seed(read: &str, most: u64) -> String {
    format!("{} is not a whole number from 0 to {most}", quoted(read))
}

/// That a switch interval is zero, or too long.
pub fn interval(read: &str, most: Ns) -> String {
    format!("{} is out of range: write more than 0 and at most {}", quoted(read), most.written())
}

/// A parameter with its value, as they are written.
const ASSIGNMENT: &str = "write a parameter and its value, like wait=100ms or tasks=8";

/// That there is no sign between a parameter and its value.
pub fn no_equals(read: &str) -> String {
    format!("{} has no `=`: {ASSIGNMENT}", quoted(read))
}

/// That a parameter or its value is missing.
pub fn incomplete(read: &str) -> String {
    format!("{} is incomplete: {ASSIGNMENT}", quoted(read))
}

/// That a text is no list of models.
pub fn models(known: &[&str]) -> String {
    format!("write some of {}, with commas between", known.join(", "))
}

/// That a text is no share in per cent.
pub const SHARES: &str = "write whole numbers from 0 to 100";

/// That a run of a file is named by no number and by none of these models.
pub fn run_of_file(known: &[&str]) -> String {
    format!("write the number of a run, or one of {}", known.join(", "))
}

/// Two times with what stands between them, as they are written.
const RANGE: &str = "write two times with two dots between, like 0s..50ms";

/// That a text is no stretch of time.
pub fn no_range(read: &str) -> String {
    format!("{} is no stretch of time: {RANGE}", quoted(read))
}

/// That a stretch of time is turned around.
pub fn ends_before_it_begins(read: &str) -> String {
    format!("{} ends before it begins: {RANGE}", quoted(read))
}

/// That a text is no width, or one out of these limits.
pub fn width(least: u16, most: u16) -> String {
    format!("write a number of pixels from {least} to {most}")
}

/// The same of a number.
pub fn number(least: f64, most: f64) -> String {
    format!("write a number from {least} to {most}")
}

/// The same of a factor.
pub fn factor(least: f64, most: f64) -> String {
    format!("write a factor from {least} to {most}")
}

/// The same of how long the time sweeps over a picture.
pub fn sweep(least: Ns, most: Ns) -> String {
    format!("write a time from {} to {}", limit(least), limit(most))
}

/// The same of the columns and rows of a screen.
pub fn screen_size(least: (u16, u16), most: (u16, u16)) -> String {
    format!("write columns and rows from {}x{} to {}x{}", least.0, least.1, most.0, most.1)
}

/// That a time is out of these limits.
pub fn time(read: &str, least: Ns, most: Ns) -> String {
    format!("{} is out of range: write {} to {}", quoted(read), limit(least), limit(most))
}

/// The same of a time that people give in seconds or minutes.
pub fn long_time(read: &str, least: Ns, most: Ns) -> String {
    format!("{}, like 90s or 10min", time(read, least, most))
}

/// A limit as it could be typed.
fn limit(time: Ns) -> String {
    const MINUTE: Ns = Ns::from_millis(60_000);
    if time > MINUTE && time.0.is_multiple_of(MINUTE.0) { format!("{}min", time.0 / MINUTE.0) } else { time.written() }
}

/// That sentences and a document for programs were asked for.
pub fn plain_or_for_programs(format: &str) -> String {
    format!("--plain prints sentences and --format {format} is for programs: choose one of them")
}

/// That sentences and a document were asked for.
pub fn plain_or_document(format: &str) -> String {
    format!("--plain prints sentences and --format {format} a document: choose one of them")
}

/// That runs which are in a file already are to be recorded again.
pub fn recorded_already(trace: &str) -> String {
    format!("--trace {}: runs that are in a file already are not recorded again, leave it out", path(trace))
}

/// That the name of a picture does not say which kind it is, by one of these ends.
pub fn no_picture(out: &str, ends: &[&str]) -> String {
    format!("-o {}: write a file that ends in {}", path(out), ends.join(" or "))
}

/// That a file's name does not say in which of these formats to write it.
pub fn no_format_in_name(out: &str, formats: &[&str]) -> String {
    format!("{} does not say what to write: add --format, one of {}", path(out), formats.join(", "))
}

/// That nothing says what to write.
pub fn no_format(formats: &[&str]) -> String {
    format!("it is not said what to write: add -o FILE.svg, or --format, one of {}", formats.join(", "))
}

/// That the option `flag` says nothing about `format`, but about `formats`.
pub fn not_of_format(flag: &str, format: &str, formats: &[&str]) -> String {
    format!("{flag} says nothing about {format}, it is for {}: leave it out", formats.join(", "))
}

/// That the option `flag` says nothing about what is made, but about `other`, which `view` makes.
pub fn not_of_made(flag: &str, made: &str, other: Option<&str>, view: &str) -> String {
    let other = other.unwrap_or("something else");
    format!("{flag} says nothing about {made}, it is for {other}: leave it out, or write --view {view}")
}

/// That several runs were named for something that shows one; `views` show more.
pub fn one_run(what: &str, views: &str) -> String {
    format!("{what} shows one run: write --run once, or make a picture with one of the views {views}")
}

/// That a map needs two models to compare.
pub const TOO_FEW_MODELS: &str = "a map needs two models or more: write --models serial,threads";

/// That a map is too large.
pub fn too_many_places(most: usize) -> String {
    format!("a map has at most {most} rows and as many columns: write fewer")
}

/// That fewer cores are allowed than asked for.
pub fn too_many_cores(asked: u16, allowed: u16) -> String {
    let cores = if allowed == 1 { "1 core is".to_owned() } else { format!("{allowed} cores are") };
    format!("--cores {asked}: only {cores} allowed here, write 1 to {allowed}")
}

/// That the older lock has no such option.
pub fn of_newer_lock(option: &str) -> String {
    format!("{option} is of the newer lock: write --global-lock gil, or --check-interval N")
}

/// That the newer lock counts no ticks.
pub fn of_older_lock(ticks: u32) -> String {
    format!("--check-interval {ticks} is of the older lock: write --global-lock gil-legacy, or --switch-interval TIME")
}

/// That no lock has both options.
pub fn of_both_locks(option: &str, ticks: u32) -> String {
    format!("{option} is of the newer lock and --check-interval {ticks} of the older one: choose one of them")
}

/// That there is no such workload, but these, and perhaps a file; `near` is the name that is most like it.
pub fn no_workload(read: &str, near: Option<&str>, known: &[&str], or_file: bool) -> String {
    let hint = near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    let file = if or_file { ", or a file that ends in .toml" } else { "" };
    format!("there is no workload {}{hint}: write one of {}{file}", quoted(read), known.join(", "))
}

/// That the workload has no such variant, but these.
pub fn no_variant(workload: &str, read: &str, near: Option<&str>, known: &[String]) -> String {
    let what = format!("workload {} has no variant {}", quoted(workload), quoted(read));
    let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
    match known {
        [] => format!("{what}: it has none"),
        known => format!("{what}{hint}: write one of {}", listed(known, |variant| name(variant))),
    }
}

/// That amounts alone are for a workload that is not there.
pub fn amounts_alone(workload: &str, usual: &str) -> String {
    format!(
        "--cpu and --wait alone are for the workload `{workload}`, which is not there: choose one with -w, like -w {usual}"
    )
}

/// That a workload cannot be run with these numbers.
pub fn cannot_run(workload: &str, why: &str) -> String {
    format!("workload {} cannot be run like this: {why}", quoted(workload))
}

/// That a workload file is too large, in MiB.
pub fn too_large(file: &str, most: usize) -> String {
    format!("`{}` is no workload file: it is larger than {most} MiB", path(file))
}

/// That a workload file is no text.
pub const NO_UTF8: &str = "expected UTF-8 text: save the file as UTF-8";

/// That there is no such file.
pub fn no_file(file: &str) -> String {
    format!("there is no file `{}`: check the path given with -w", path(file))
}

/// That the user may not read `file`.
pub fn no_permission(file: &str) -> String {
    format!("`{}` cannot be read: you have no permission to", path(file))
}

/// That `file` is a folder.
pub fn is_folder(file: &str) -> String {
    format!("`{}` is a folder: -w takes a workload file", path(file))
}

/// That a part of the path of `file` should be a folder and is none.
pub fn no_folder(file: &str) -> String {
    format!("`{}` cannot be read: a part of the path is no folder", path(file))
}

/// That `file` cannot be read, and why, as the system says.
pub fn unreadable(file: &str, why: &str) -> String {
    format!("`{}` cannot be read: {}", path(file), said(why))
}
