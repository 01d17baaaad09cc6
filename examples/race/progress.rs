//! How far the race is, on stderr: a line that is written over on a terminal, a line for each round elsewhere.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use crate::courses::Course;

/// What a course takes of one commit, as long as none was run.
const GUESS: Duration = Duration::from_secs(6);

/// What was run, how long it took, and what is still to be run.
pub struct Progress {
    /// What each course takes of one commit; the last time counts.
    took: BTreeMap<String, Duration>,
    /// The courses of each round, and how often each is still to be run.
    left: BTreeMap<String, usize>,
    rounds: usize,
    /// The round of which a line was written.
    said: usize,
    since: Instant,
    is_terminal: bool,
}

impl Progress {
    pub fn new() -> Progress {
        Progress {
            took: BTreeMap::new(),
            left: BTreeMap::new(),
            rounds: 0,
            said: 0,
            since: Instant::now(),
            is_terminal: stderr().is_terminal(),
        }
    }

    /// A race of so many rounds over these courses begins.
    pub fn begin(&mut self, rounds: usize, courses: &[Course]) {
        (self.rounds, self.said) = (rounds, 0);
        self.left = courses.iter().map(|course| (course.name(), rounds * 2)).collect();
    }

    /// From now on only these courses are run.
    pub fn goes_on_with(&mut self, courses: &[Course]) {
        self.left.retain(|name, _| courses.iter().any(|course| course.name() == *name));
    }

    /// One of the two is about to be run.
    pub fn runs(&mut self, round: usize, course: Course, who: usize) {
        self.since = Instant::now();
        let (round, left) = (round + 1, minutes(self.time_left()));
        let who = ["before", "after"][who.min(1)];
        let name = course.name();
        if self.is_terminal {
            eprint!("\rround {round} of {}, about {left} left: {name}, {who}\x1b[K", self.rounds);
            let _ = stderr().flush();
        } else if self.said < round {
            self.said = round;
            eprintln!("round {round} of {}, about {left} left", self.rounds);
        }
    }

    /// It was run.
    pub fn has_run(&mut self, course: Course) {
        self.took.insert(course.name(), self.since.elapsed());
        if let Some(left) = self.left.get_mut(&course.name()) {
            *left = left.saturating_sub(1);
        }
    }

    /// The race is over: its line is no more.
    pub fn end(&mut self) {
        if self.is_terminal {
            eprint!("\r\x1b[K");
        }
    }

    /// What is still to be run takes about so long; of what was never run, as long as what was takes on average.
    fn time_left(&self) -> Duration {
        let known = u32::try_from(self.took.len()).unwrap_or(u32::MAX);
        let usual = self.took.values().sum::<Duration>().checked_div(known).unwrap_or(GUESS);
        let each = |(name, times): (&String, &usize)| {
            self.took.get(name).copied().unwrap_or(usual) * u32::try_from(*times).unwrap_or(u32::MAX)
        };
        self.left.iter().map(each).sum()
    }
}

/// A time in words.
pub fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..90 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_run_takes_as_long_as_what_was() {
        let courses = &Course::all()[..3];
        let mut progress = Progress::new();
        progress.begin(2, courses);
        assert_eq!(progress.time_left(), GUESS * 12);
        let seconds = Duration::from_secs;
        progress.took = [(courses[0].name(), seconds(1)), (courses[1].name(), seconds(5))].into();
        progress.has_run(courses[0]);
        progress.took.insert(courses[0].name(), seconds(1));
        assert_eq!(progress.time_left(), seconds(3 + 4 * 5 + 4 * 3));
        progress.goes_on_with(&courses[..1]);
        assert_eq!(progress.time_left(), seconds(3));
    }

    #[test]
    fn long_times_are_told_in_minutes() {
        assert_eq!(minutes(Duration::from_millis(1_200)), "1 s");
        assert_eq!(minutes(Duration::from_secs(89)), "89 s");
        assert_eq!(minutes(Duration::from_secs(100)), "2 min");
        assert_eq!(minutes(Duration::from_mins(26)), "26 min");
    }
}
