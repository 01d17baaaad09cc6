//! Measures a map of which model is fastest: every cell under every model, round by round.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use super::compare::is_bold;
use super::fault::Wish;
use super::{Fault, Made, Runs, Stop, code, plan, print};
use crate::files;
use crate::machine::Machine;
use crate::palette::Theme;
use crate::pictures;
use crate::plan::{Plan, Rates};
use crate::recording::map::{Map, Schedule, setup, work};
use crate::report::{ListFormat, map_json, map_table};
use crate::settings::{Mapping, PictureFormat, Setup};
use crate::text::report::compare::MapLine;
use crate::units::Ns;

/// Measures the map that `mapping` describes and prints it in `format`, even if something ends the measuring early. The
/// exit code is 0; or 1 if a run failed; or 128 plus the number of the signal that ended it.
pub fn map(mapping: &Mapping, format: ListFormat) -> ExitCode {
    code(attempt(mapping, format))
}

fn attempt(mapping: &Mapping, format: ListFormat) -> Result<(), Stop> {
    if let Some((path, _)) = &mapping.picture {
        files::is_free(path, mapping.force).map_err(Fault::Unwritten)?;
    }
    let cores = usable(mapping);
    let schedule = Schedule::of(mapping, cores);
    let mut map = Map::new(mapping, schedule.length, cores);
    let measured = measure(mapping, schedule, &mut map);
    let broken = measured.as_ref().err().and_then(Stop::reason);
    let printed = print(&match format {
        ListFormat::Table => map_table(&map, is_bold()),
        ListFormat::Json => map_json(&map, broken.as_ref()),
    });
    let drawn = draw(mapping, &map);
    measured.and(printed).and(drawn)?;
    match map.cells.iter().flat_map(|c| &c.failures).flatten().next() {
        Some(why) => Err(Fault::Cell(why.clone()).into()),
        None => Ok(()),
    }
}

/// Makes the picture that is asked for.
fn draw(mapping: &Mapping, map: &Map) -> Result<(), Stop> {
    let Some((path, format)) = &mapping.picture else { return Ok(()) };
    let picture = pictures::of_map(map, &command(mapping, path));
    let bytes = match format {
        PictureFormat::Svg => picture.svg(None).into_bytes(),
        PictureFormat::Png => picture.png(Theme::Dark, 2.0).map_err(|e| Fault::from(Wish::Picture(e)))?,
    };
    files::write(path, mapping.force, |out| out.write_all(&bytes)).map_err(|e| Fault::Unwritten(e).into())
}

/// The command line that makes the same map again.
fn command(mapping: &Mapping, path: &Path) -> String {
    let list = |numbers: Vec<String>| numbers.join(",");
    let tasks = list(mapping.tasks.iter().map(u16::to_string).collect());
    let waits = list(mapping.waits.iter().map(u8::to_string).collect());
    let models =
        mapping.models.iter().map(|m| format!("{}{}", m.kind.name(), if m.lock.is_on() { "+gil" } else { "" }));
    let models = list(models.collect());
    format!("concviz map --tasks {tasks} --waits {waits} -m {models} -o {}", path.display())
}

/// How many cores' worth of time the workers can get.
fn usable(mapping: &Mapping) -> f64 {
    let all = Machine::here().usable;
    mapping.wishes.cores.map_or(all, |n| f64::from(n).min(all))
}

/// One run of a round.
struct Job {
    cell: usize,
    model: usize,
    setup: Setup,
    plan: Plan,
}

fn measure(mapping: &Mapping, schedule: Schedule, map: &mut Map) -> Result<(), Stop> {
    let runs = Runs::open(None)?;
    let (jobs, rates) = jobs(mapping, map)?;
    let ahead =
        MapLine::Ahead { runs: jobs.len(), rounds: schedule.rounds, length: schedule.length, time: schedule.time() };
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "{}", ahead.text());
    }
    let (mut known, mut taken) = (Ns::ZERO, 0.0);
    for round in 1..=schedule.rounds {
        for (done, job) in jobs.iter().enumerate() {
            let what = progress(map, job, schedule, round, done, jobs.len());
            let Made { recording, stop } = runs.make((&job.setup, &job.plan, rates), what, false);
            match stop {
                None | Some(Stop::Broke(_)) => {}
                Some(stop) => return Err(stop),
            }
            if let (Some(others), Some(time)) = (recording.conditions.others, recording.trace.makespan()) {
                known += time;
                taken += others * time.as_secs();
                map.others = Some(taken / known.as_secs());
            }
            let cell = &mut map.cells[job.cell];
            match (recording.trace.makespan(), recording.uncounted()) {
                (Some(time), None) => cell.times[job.model].push(time),
                // A suspended run is left out; a failed run means that this model cannot be measured in this cell.
                (_, Some(_)) if !recording.trace.suspended.is_empty() => {}
                (_, why) => cell.failures[job.model] = why,
            }
        }
    }
    Ok(())
}

/// All runs of a round, in their order: cell by cell, all models in turn.
fn jobs(mapping: &Mapping, map: &Map) -> Result<(Vec<Job>, Rates), Stop> {
    let mut jobs = Vec::new();
    let mut known = None;
    let usable = Machine::here().whole_cores();
    for cell in 0..map.cells.len() {
        let Some((tasks, wait)) = map.place(cell) else { continue };
        let workload = work(tasks, map.length, wait);
        for (model, of) in map.models.iter().enumerate() {
            let setup = setup(mapping, workload.clone(), *of);
            // The rates measured for the first cell that computes hold for the others too.
            let rates = match known {
                Some(rates) => rates,
                None => plan(&setup)?.1,
            };
            if wait < 100 {
                known = Some(rates);
            }
            let programs = setup.tasks().map_err(Fault::Workload)?;
            jobs.push(Job { cell, model, plan: setup.plan(programs, usable, rates), setup });
        }
    }
    Ok((jobs, known.unwrap_or_default()))
}

fn progress(map: &Map, job: &Job, schedule: Schedule, round: usize, done: usize, of: usize) -> String {
    let (tasks, wait) = map.place(job.cell).unwrap_or_default();
    let who = crate::insight::who(map.models[job.model]).row();
    let rounds = (schedule.rounds - round) as u64 * of as u64 + (of - done) as u64;
    let left = schedule.round.times(rounds, of.max(1) as u64);
    MapLine::Progress { round, rounds: schedule.rounds, tasks, wait, who, left }.text()
}
