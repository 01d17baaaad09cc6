//! The race: round by round, course by course, both commits back to back, and who is first changes with each round, so
//! that whatever drifts hurts both alike.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::benches::{BENCHES, Unit};
use crate::courses::{Course, Name};
use crate::load::{Load, Others};
use crate::process;
use crate::progress::Progress;
use crate::sides::Runner;
use crate::statistics::{Judged, Pair, judge};
use crate::tables::{Row, matched};

/// A figure, and what was measured of it.
#[derive(Clone, Debug)]
pub struct Figure {
    pub name: Name,
    pub unit: Unit,
    /// One for each round.
    pub pairs: Vec<Pair>,
}

impl Figure {
    pub fn judged(&self) -> Judged {
        judge(&self.pairs, self.unit.better(), self.unit.floor())
    }
}

/// A round that was run.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub before_first: bool,
    pub took: Duration,
    /// Unknown where the system does not say.
    pub others: Option<Others>,
}

/// What came of some rounds.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// In the order of the courses, and of the rows of their tables.
    pub figures: Vec<Figure>,
    pub rounds: Vec<Round>,
    /// What was not compared, and why.
    pub left_out: Vec<String>,
}

/// Which figures are wanted.
pub enum Filter<'a> {
    /// Those whose names hold one of these texts; all where there are none.
    Texts(&'a [String]),
    Names(&'a [Name]),
}

impl Filter<'_> {
    fn wants(&self, name: &Name) -> bool {
        match self {
            Filter::Texts(texts) => {
                let whole = name.whole().to_lowercase();
                let holds = |text: &String| whole.contains(text.as_str()) && may_mean(text, name.group);
                texts.is_empty() || texts.iter().any(holds)
            }
            Filter::Names(names) => names.contains(name),
        }
    }

    /// Whether `course` may have figures that are wanted. Of benches that is not known before they were run, unless a
    /// text says which.
    fn may_want(&self, course: Course) -> bool {
        if let Some(names) = course.names() {
            return names.iter().any(|name| self.wants(name));
        }
        match self {
            Filter::Texts(texts) => texts.is_empty() || texts.iter().any(|text| may_mean(text, course.group())),
            Filter::Names(names) => names.iter().any(|name| name.group == course.group()),
        }
    }
}

/// Whether `text` may mean figures of this group: if it begins with the name of one it means no other.
fn may_mean(text: &str, group: &str) -> bool {
    let begins = |group: &str| text.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    begins(group) || !Course::all().iter().any(|course| begins(course.group()))
}

/// Races the two `runners` for so many rounds over what the filter wants.
///
/// # Errors
/// If something cannot be run, or the race was stopped.
pub fn race(runners: &[Runner; 2], rounds: usize, filter: &Filter, progress: &mut Progress) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    let mut courses = can_race(runners, filter, &mut outcome.left_out);
    // What an older commit lacks is found out once; in a race of what both had, nothing may be missing.
    let may_lack = |round| round == 0 && matches!(filter, Filter::Texts(_));
    progress.begin(rounds, &courses);
    for round in 0..rounds {
        let (load, began, before_first) = (Load::begin(), Instant::now(), round % 2 == 0);
        for course in &courses {
            let mut found = [None, None];
            for who in if before_first { [0, 1] } else { [1, 0] } {
                progress.runs(round, *course, who);
                found[who] = Some(course.run(&runners[who]));
                process::go_on()?;
                progress.has_run(*course);
            }
            let [Some(before), Some(after)] = found else { continue };
            match both(*course, before, after, may_lack(round))? {
                Ok([before, after]) => outcome.add(*course, [&before, &after], filter, round == 0),
                Err(why) => outcome.left_out.push(why),
            }
        }
        outcome.rounds.push(Round { before_first, took: began.elapsed(), others: load.end() });
        if round == 0 {
            // Those that have nothing to say are not run again.
            let speaks = |course: &Course| outcome.figures.iter().any(|figure| course.has(&figure.name));
            courses.retain(speaks);
            progress.goes_on_with(&courses);
        }
    }
    progress.end();
    Ok(outcome)
}

/// The courses that both can run. What only one has is said.
fn can_race(runners: &[Runner; 2], filter: &Filter, left_out: &mut Vec<String>) -> Vec<Course> {
    let mut courses: Vec<Course> = Course::all().into_iter().filter(|course| filter.may_want(*course)).collect();
    courses.retain(|course| {
        let missing: Vec<&str> = runners
            .iter()
            .filter(|runner| !course.is_built(&runner.entry.built))
            .map(|runner| runner.entry.asked.as_str())
            .collect();
        if !missing.is_empty() {
            left_out.push(format!("{}: there is no such bench in {}", course.group(), missing.join(" and ")));
        }
        missing.is_empty()
    });
    let known = |name: &String| BENCHES.iter().any(|bench| bench.name == name);
    let all: BTreeMap<&String, _> = runners.iter().flat_map(|runner| &runner.entry.built.benches).collect();
    left_out.extend(
        all.keys()
            .filter(|name| !known(name) && matches!(filter, Filter::Texts([])))
            .map(|name| format!("{name}: examples/race/benches.rs does not know what this bench prints")),
    );
    courses
}

/// What both have found; or why they cannot be compared.
type Both = Result<[Vec<Row>; 2], String>;

fn both(
    course: Course,
    before: Result<Vec<Row>, String>,
    after: Result<Vec<Row>, String>,
    may_lack: bool,
) -> Result<Both, String> {
    let name = course.name();
    match (before, after) {
        (Ok(before), Ok(after)) => Ok(Ok([before, after])),
        (Err(why), _) if may_lack && course.may_be_lacking() => {
            Ok(Err(format!("{name}: it cannot be measured before: {why}")))
        }
        (Err(why), _) => Err(format!("{name}, before: {why}")),
        (_, Err(why)) => Err(format!("{name}, after: {why}")),
    }
}

impl Outcome {
    /// Takes what both have found in a round. In the first one it is said what only one of them has.
    fn add(&mut self, course: Course, [before, after]: [&[Row]; 2], filter: &Filter, first: bool) {
        let matched = matched(before, after);
        let mut alone: Vec<String> = matched.left.iter().map(|label| format!("the row `{label}`")).collect();
        for (b, a) in matched.pairs {
            for (column, reading) in &before[b].figures {
                let name = Name { group: course.group(), row: before[b].label.clone(), column };
                let other = after[a].figures.iter().find(|(other, _)| other == column).map(|(_, other)| *other);
                let pair = other.map(|after| Pair { before: *reading, after });
                match (pair, course.unit(&name.row, column)) {
                    _ if !filter.wants(&name) => {}
                    (Some(pair), Some(unit)) if pair.is_measured() => self.push(name, unit, pair),
                    _ => alone.push(format!("a number for `{}`", name.short())),
                }
            }
        }
        if first {
            self.left_out.extend(alone.iter().map(|what| format!("{}: not both have {what}", course.group())));
        }
    }

    fn push(&mut self, name: Name, unit: Unit, pair: Pair) {
        if let Some(figure) = self.figures.iter_mut().find(|figure| figure.name == name) {
            figure.pairs.push(pair);
        } else {
            self.figures.push(Figure { name, unit, pairs: vec![pair] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Reading;

    /// The groups of what is run where such figures are wanted.
    fn run_for(texts: &[&str]) -> Vec<&'static str> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let filter = Filter::Texts(&texts);
        let mut groups: Vec<_> =
            Course::all().into_iter().filter(|course| filter.may_want(*course)).map(Course::group).collect();
        groups.dedup();
        groups
    }

    #[test]
    fn only_what_may_have_the_figure_is_run() {
        assert_eq!(run_for(&[]).len(), BENCHES.len() + 1);
        assert_eq!(run_for(&["frame"]), ["frame"]);
        assert_eq!(run_for(&["frame: threads, 64", "export"]), ["frame", "export"]);
        assert_eq!(run_for(&["screen"]), ["screen"]);
        assert_eq!(run_for(&["screen: quit"]), ["screen"]);
        assert_eq!(run_for(&["quit"]).len(), BENCHES.len() + 1, "a bench may have a row of that name");
        assert_eq!(run_for(&["64 tasks"]).len(), BENCHES.len());
    }

    #[test]
    fn what_only_one_has_is_said_and_left_out() {
        let reading = |value| Reading { value, half: 0.05 };
        let row = |label: &str, value| Row { label: label.to_owned(), figures: vec![("", reading(value))] };
        let course = Course::all()[0];
        let mut outcome = Outcome::default();
        let before = [row("a", 1.0), row("b", 2.0), row("c", f64::NAN)];
        let after = [row("a", 1.5), row("c", 3.0)];
        for round in 0..3 {
            outcome.add(course, [&before, &after], &Filter::Texts(&[]), round == 0);
        }
        assert_eq!(outcome.figures.len(), 1);
        assert_eq!((outcome.figures[0].name.whole().as_str(), outcome.figures[0].pairs.len()), ("events: a", 3));
        assert_eq!(outcome.left_out, ["events: not both have the row `b`", "events: not both have a number for `c`"]);
    }

    #[test]
    fn an_older_commit_may_lack_a_scene_and_no_newer_one() {
        let [bench, scene] = [Course::all()[0], Course::Scene(&crate::screen::SCENES[0])];
        let (good, bad) = (|| Ok(Vec::new()), || Err("no".to_owned()));
        assert!(both(scene, good(), good(), false).is_ok_and(|both| both.is_ok()));
        assert!(both(scene, bad(), good(), true).is_ok_and(|both| both.is_err()));
        assert!(both(scene, bad(), good(), false).is_err(), "it could do it before");
        assert!(both(scene, good(), bad(), true).is_err());
        assert_eq!(both(bench, bad(), good(), true), Err("events, before: no".to_owned()));
    }
}
