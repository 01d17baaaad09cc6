//! Every stretch of every task as a table and as a document, and what they add up to. Times are whole nanoseconds from
//! the start of the run, so that sums made elsewhere come out exactly. Numbers of tasks and workers begin at 1, those
//! of cores are the kernel's; what is unknown is empty in a table and `null` in a document.
//!
//! `assets/spans.schema.json` describes the document, and a test holds one against the other. Fields are added, never
//! renamed or removed, while [`SCHEMA`] stays the same; unknown is `null`.

use std::io::{self, BufWriter, Write};

use csv::Writer;

use super::Portion;
use super::json::Json;
use crate::recording::{RunOutcome, SCHEMA};
use crate::state::State;
use crate::text::exported::{ALL_TASKS, BESIDE_WORK};
use crate::trace::Span;

mod figures;

pub use figures::{CoreFigures, Figures, LockFigures, Statistics, TaskFigures};

/// The columns of [`csv()`].
pub const SPANS: [&str; 11] =
    ["run", "task", "name", "background", "state", "from_ns", "to_ns", "duration_ns", "holds_worker", "worker", "core"];

/// The columns of [`statistics_csv`].
pub const STATISTICS: [&str; 8] = ["run", "of", "number", "name", "what", "sum_ns", "longest_ns", "count"];

/// Writes a line for each stretch of each task of `runs`, task by task in the order of the plan; gives back how many
/// there are.
///
/// # Errors
/// If writing to `out` fails.
pub fn csv(out: &mut impl Write, runs: &[Portion<'_>]) -> io::Result<u64> {
    lines(out, runs).map_err(bare)
}

/// The system's own error, where there is one: a reader that reads no further is no failure, and must be told from one.
fn bare(e: csv::Error) -> io::Error {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn lines(out: &mut impl Write, runs: &[Portion<'_>]) -> csv::Result<u64> {
    let mut out = BufWriter::new(out);
    out.write_all(&record(&SPANS)?)?;
    let mut count = 0;
    let mut line = Vec::new();
    for run in runs {
        for (task, track) in run.tasks().zip(&run.trace().tasks) {
            let number = (u64::from(task.0) + 1).to_string();
            let background = truth(run.trace().is_background(task));
            // What all lines of a task begin with. In what follows nothing needs quotes.
            let begin = record(&[run.name, &number, &run.task_name(task), background])?;
            for span in track.spans(run.window()) {
                let (mut from, mut to, mut length) = (itoa::Buffer::new(), itoa::Buffer::new(), itoa::Buffer::new());
                let (mut worker, mut core) = (itoa::Buffer::new(), itoa::Buffer::new());
                line.clear();
                line.extend_from_slice(begin.trim_ascii_end());
                for field in [
                    span.state.name(),
                    from.format(span.range.from.0),
                    to.format(span.range.to.0),
                    length.format(span.range.len().0),
                    truth(span.holds),
                    run.worker_in(&span).map_or("", |number| worker.format(number)),
                    Portion::core(&span).map_or("", |number| core.format(number)),
                ] {
                    line.push(b',');
                    line.extend_from_slice(field.as_bytes());
                }
                line.push(b'\n');
                out.write_all(&line)?;
                count += 1;
            }
        }
    }
    out.flush()?;
    Ok(count)
}

/// A line of a table, with quotes where there must be some.
fn record(fields: &[&str]) -> csv::Result<Vec<u8>> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(fields)?;
    Ok(table.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

const fn truth(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

/// Writes what the stretches of `runs` add up to, a line for each figure: of each task and of all tasks by state, of
/// each core by use, of each lock. `longest_ns` is the longest time without a break, `count` how many such times there
/// were.
///
/// # Errors
/// If writing to `out` fails.
pub fn statistics_csv(out: &mut impl Write, runs: &[Portion<'_>]) -> io::Result<()> {
    statistics_lines(out, runs).map_err(bare)
}

fn statistics_lines(out: &mut impl Write, runs: &[Portion<'_>]) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(STATISTICS)?;
    for run in runs {
        let all = Statistics::of(run);
        let mut line = |of: &str, number: &str, name: &str, what: &str, sum: u64, longest: &str, count: &str| {
            table.write_record([run.name, of, number, name, what, &sum.to_string(), longest, count])
        };
        let states = |figures: &[Figures; State::COUNT]| {
            let known = run.states().filter(|(_, known)| *known);
            known.map(|(s, _)| (s.name(), figures[s as usize])).collect::<Vec<_>>()
        };
        for (what, f) in states(&all.states) {
            line(ALL_TASKS, "", "", what, f.sum.0, &f.longest.0.to_string(), &f.count.to_string())?;
        }
        for task in &all.tasks {
            for (what, f) in states(&task.states) {
                let number = (task.task.0 + 1).to_string();
                let (longest, count) = (f.longest.0.to_string(), f.count.to_string());
                line("task", &number, &task.name, what, f.sum.0, &longest, &count)?;
            }
        }
        for core in &all.cores {
            let uses = [("working", core.working), (BESIDE_WORK, core.off_task), ("overhead", core.overhead)];
            for (what, sum) in uses {
                line("core", &core.core.to_string(), "", what, sum.0, "", "")?;
            }
        }
        for lock in &all.locks {
            let (name, held) = (&lock.name, lock.held);
            line("lock", "", name, "held", held.sum.0, &held.longest.0.to_string(), &held.count.to_string())?;
            let waits = lock.waited;
            line("lock", "", name, "waited", waits.sum.0, &waits.longest.0.to_string(), &waits.count.to_string())?;
        }
    }
    Ok(table.flush()?)
}

/// Writes `runs` as one JSON document: the figures of each, and every stretch.
///
/// # Errors
/// If writing to `out` fails; what was written until then is no valid document.
pub fn json(out: &mut impl Write, runs: &[Portion<'_>]) -> io::Result<u64> {
    let mut json = Json::new(out);
    json.raw("{\"schema\":").int(u64::from(SCHEMA)).raw(",\"concviz\":").text(env!("CARGO_PKG_VERSION"));
    json.raw(",\"runs\":[");
    for (index, run) in runs.iter().enumerate() {
        json.raw(if index > 0 { ",\n" } else { "\n" });
        about(&mut json, run);
        figures::write(&mut json, run)?;
        json.raw(",\"spans\":").list();
        for (task, track) in run.tasks().zip(&run.trace().tasks) {
            // What all stretches of a task begin with.
            let begin = format!("{{\"task\":{},\"state\":\"", u64::from(task.0) + 1);
            for span in track.spans(run.window()) {
                one(json.next()?.raw(&begin), run, &span);
            }
        }
        json.raw("]}");
    }
    json.raw("\n]}\n");
    json.finish()
}

fn about(json: &mut Json<'_>, run: &Portion<'_>) {
    let window = run.window();
    let reason = run.run.reason();
    json.raw("{\"name\":").known_text(run.name).raw(",\"origin\":").value(&run.run.origin.kind());
    json.raw(",\"outcome\":").text(RunOutcome::of(reason.as_ref()).name()).raw(",\"reason\":").value(&reason);
    json.raw(",\"sentence\":").known_text(run.sentence).raw(",\"command\":").known_text(run.command);
    json.raw(",\"makespan_ns\":").number(run.makespan().map(|end| end.0));
    json.raw(",\"from_ns\":").int(window.from.0).raw(",\"to_ns\":").int(window.to.0);
    json.raw(",\"kept_from_ns\":").int(run.trace().forgotten.0).raw(",\"lost_events\":").int(run.lost());
    json.raw(",\"kernel_record\":").text(&run.record());
}

fn one(json: &mut Json<'_>, run: &Portion<'_>, span: &Span) {
    json.raw(span.state.name()).raw("\",\"from_ns\":").int(span.range.from.0);
    json.raw(",\"to_ns\":").int(span.range.to.0).raw(",\"holds_worker\":").raw(truth(span.holds));
    json.raw(",\"worker\":").number(run.worker_in(span)).raw(",\"core\":").number(Portion::core(span)).raw("}");
}

#[cfg(test)]
mod tests;
