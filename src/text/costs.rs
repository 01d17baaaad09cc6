//! What watching a run costs, in words.

/// What is recorded of a run, and what that costs. Rates are per second; shares are of all cores' time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Events recorded.
    pub events: f64,
    /// What one of them costs a worker, in nanoseconds; nothing while the run goes on.
    pub each: Option<f64>,
    /// Events and switches that found no room.
    pub lost: u64,
    /// Switches in the kernel's record; nothing while the run goes on, and where there is none.
    pub switches: Option<f64>,
    /// Why there is no kernel's record.
    pub refusal: Option<String>,
    /// The sum of the shares; nothing while the run goes on.
    pub watching: Option<f64>,
    /// The shares of the screen, the collector, the dispatcher and the server.
    pub shares: [f64; 4],
}

/// What was recorded of a run that is over, and what that took: rates per second, a share of all cores' time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recorded {
    /// Events.
    pub events: f64,
    /// What one of them cost a worker, in nanoseconds; nothing where nobody measured.
    pub each: Option<f64>,
    /// Switches by the kernel; nothing where it recorded none.
    pub switches: Option<f64>,
    /// The share that watching took.
    pub watching: f64,
}

impl Recorded {
    /// As a line of a report.
    pub fn text(&self) -> String {
        let each = self.each.map_or_else(String::new, |ns| format!(" at {ns:.0} ns each"));
        let kernel = self.switches.map_or_else(|| "no switches".to_owned(), |n| format!("{n:.0} switches"));
        let (events, share) = (self.events, self.watching * 100.0);
        format!(
            "recorded {events:.0} events a second{each}, and {kernel} by the kernel; watching took {share:.1} % of the cores"
        )
    }
}

/// A smaller share would be written as nothing.
const LEAST: f64 = 0.000_5;
/// What the shares are called.
const WHO: [&str; 4] = ["screen", "collector", "dispatcher", "server"];

impl Costs {
    /// The parts of a line, most important first; `narrow` where there is room for little.
    pub fn parts(&self, narrow: bool) -> Vec<String> {
        let lost = match self.lost {
            0 => "0 lost".to_owned(),
            n => format!("{n} LOST"),
        };
        let events = rate(self.events);
        let Some(watching) = self.watching.map(|share| share * 100.0) else {
            let later = if narrow { "cost: at the end" } else { "what it costs is known at the end" };
            return vec![lost, format!("{events} events/s so far"), later.to_owned()];
        };
        if narrow {
            let each = self.each.map_or_else(String::new, |ns| format!(" {ns:.0} ns"));
            return vec![lost, format!("{events}/s{each}"), format!("watching {watching:.1} %")];
        }
        let each = self.each.map_or_else(String::new, |ns| format!(", {ns:.0} ns each"));
        let mut parts = vec![lost, format!("{events} events/s{each}"), format!("watching {watching:.1} %")];
        parts.extend(self.refusal.as_ref().map(|_| "no kernel record".to_owned()));
        let taken = WHO.iter().zip(self.shares).filter(|(_, share)| *share >= LEAST);
        parts.extend(taken.map(|(who, share)| format!("{who} {:.1}", share * 100.0)));
        parts.extend(self.refusal.clone());
        parts.extend(self.switches.map(|n| format!("{} switches/s", rate(n))));
        parts
    }
}

/// A rate as people say it: `870`, `4.1k`, `2.0M`.
fn rate(n: f64) -> String {
    match n {
        ..1_000.0 => format!("{n:.0}"),
        ..1_000_000.0 => format!("{:.1}k", n / 1e3),
        _ => format!("{:.1}M", n / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> Costs {
        Costs {
            events: 4_130.0,
            each: Some(30.4),
            lost: 0,
            switches: Some(381.0),
            refusal: None,
            watching: Some(0.0091),
            shares: [0.005, 0.004, 0.0001, 0.0],
        }
    }

    #[test]
    fn what_it_costs_fits_a_line_of_80_columns_and_a_narrow_one() {
        let wide = costs().parts(false);
        assert_eq!(
            wide[..5].join("  "),
            "0 lost  4.1k events/s, 30 ns each  watching 0.9 %  screen 0.5  collector 0.4"
        );
        assert_eq!(wide[5..], ["381 switches/s"], "what is next to nothing is not named");
        assert_eq!(costs().parts(true).join("  "), "0 lost  4.1k/s 30 ns  watching 0.9 %");
    }

    #[test]
    fn what_is_lost_comes_first_and_what_is_not_known_is_not_claimed() {
        assert_eq!(Costs { lost: 12, ..costs() }.parts(false)[0], "12 LOST");
        let live = Costs { watching: None, each: None, ..costs() }.parts(false).join("  ");
        assert!(live.contains("at the end") && !live.contains("ns each") && !live.contains("watching"), "{live}");
        let without = Costs { refusal: Some("users may not read it".to_owned()), switches: None, ..costs() };
        let without = without.parts(false);
        assert_eq!((without[3].as_str(), without[6].as_str()), ("no kernel record", "users may not read it"));
        assert!(without[..5].join("  ").len() <= 79, "that there is none fits beside the rest");
    }
}
