//! What is said of queues and counters, which tasks share.

use super::bytes;
use crate::text::counted;
use crate::units::Ns;

/// What became of the additions to the counters of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Additions {
    /// No addition is lost.
    Exact,
    /// So many additions were overwritten.
    Lost(u64),
    /// Nothing was shared: there are so many copies that somebody added to.
    Copies(u64),
}

impl Additions {
    /// Both together.
    pub fn with(self, other: Additions) -> Additions {
        match (self, other) {
            (Additions::Copies(a), Additions::Copies(b)) => Additions::Copies(a.max(b)),
            (Additions::Copies(n), _) | (_, Additions::Copies(n)) => Additions::Copies(n),
            (Additions::Lost(a), Additions::Lost(b)) => Additions::Lost(a + b),
            (Additions::Lost(n), Additions::Exact) | (Additions::Exact, Additions::Lost(n)) => Additions::Lost(n),
            (Additions::Exact, Additions::Exact) => Additions::Exact,
        }
    }

    /// In a word or two, as it stands in a table: `683 lost`.
    pub fn word(self) -> String {
        match self {
            Additions::Exact => "exact".to_owned(),
            Additions::Lost(n) => format!("{n} lost"),
            Additions::Copies(n) => counted(n, "copy", "copies"),
        }
    }
}

/// A line about something that tasks shared.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum SharedLine {
    Queue { name: String, put: u64, got: u64, carried: u64 },
    Counter { name: String, expected: u64, value: u64, lost: u64 },
    Copies { name: String, copies: Vec<u32> },
    Permits { name: String, limit: u16, mean: f64, most: u32, waited: Ns, refused: u64 },
}

impl SharedLine {
    pub(super) fn text(&self) -> String {
        match *self {
            SharedLine::Queue { ref name, put, got, carried } => queue(name, put, got, carried),
            SharedLine::Counter { ref name, expected, value, lost } => counter(name, expected, value, lost),
            SharedLine::Copies { ref name, ref copies } => self::copies(name, copies),
            SharedLine::Permits { ref name, limit, mean, most, waited, refused } => {
                permits(name, limit, (mean, most), waited) + &self::refused(refused)
            }
        }
    }
}

/// A number as people read it: `2,000`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let places = digits.len();
    let digit = |(place, digit): (usize, char)| {
        let comma = place > 0 && (places - place).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(digit).collect()
}

/// What went through a queue.
fn queue(name: &str, put: u64, got: u64, carried: u64) -> String {
    let messages = match put {
        1 => "1 message".to_owned(),
        n => format!("{} messages", grouped(n)),
    };
    let left = if put > got { format!(", {} left in it", grouped(put - got)) } else { String::new() };
    let carried = if carried > 0 { format!(", {}", bytes(carried)) } else { String::new() };
    format!("{messages} put into `{name}`, {} taken out{left}{carried}", grouped(got))
}

/// What a counter came to, which all tasks share.
fn counter(name: &str, expected: u64, value: u64, lost: u64) -> String {
    let (should, is) = (grouped(expected), grouped(value));
    match lost {
        0 => format!("`{name}`: should be {should}, is {is}: exact"),
        1 => format!("`{name}`: should be {should}, is {is}: 1 update was lost"),
        n => format!("`{name}`: should be {should}, is {is}: {} updates were lost", grouped(n)),
    }
}

/// What a counter came to of which each worker had a copy.
fn copies(name: &str, copies: &[u32]) -> String {
    const TOLD: usize = 8;
    if copies.is_empty() {
        return format!("`{name}`: nobody added to it");
    }
    let told: Vec<String> = copies.iter().take(TOLD).map(|value| grouped(u64::from(*value))).collect();
    let rest = if copies.len() > TOLD { format!(" and {} more", copies.len() - TOLD) } else { String::new() };
    format!("`{name}`: each process added to a copy of its own: {}{rest}", told.join(", "))
}

/// What a lock came to that several tasks may hold at a time; of those so many did on average, and at most.
fn permits(name: &str, limit: u16, (mean, most): (f64, u32), waited: Ns) -> String {
    format!("lock `{name}`: {mean:.1} of {limit} permits taken on average, {most} at most, waited for {waited} in all")
}

/// How many tries to take a lock were refused, behind what else is said of it.
pub(super) fn refused(tries: u64) -> String {
    if tries == 0 { String::new() } else { format!(", refused {}", counted(tries, "try", "tries")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_where_people_put_them() {
        let said = [0, 7, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(said, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn what_is_shared_is_told_in_one_line() {
        assert_eq!(queue("jobs", 1_400, 1_400, 800_000), "1,400 messages put into `jobs`, 1,400 taken out, 800.0 kB");
        assert_eq!(queue("jobs", 1, 0, 0), "1 message put into `jobs`, 0 taken out, 1 left in it");
        assert_eq!(counter("total", 2_000, 1_317, 683), "`total`: should be 2,000, is 1,317: 683 updates were lost");
        assert_eq!(counter("total", 20, 19, 1), "`total`: should be 20, is 19: 1 update was lost");
        assert_eq!(counter("total", 20, 20, 0), "`total`: should be 20, is 20: exact");
        assert_eq!(copies("total", &[20, 1_000]), "`total`: each process added to a copy of its own: 20, 1,000");
        assert_eq!(copies("total", &[]), "`total`: nobody added to it");
        assert!(copies("total", &[1; 10]).ends_with("1, 1, 1, 1, 1, 1, 1, 1 and 2 more"));
    }

    #[test]
    fn what_a_lock_with_permits_came_to_is_one_line() {
        let said = permits("slots", 3, (1.26, 3), Ns::from_millis(40)) + &refused(2);
        let expected =
            "lock `slots`: 1.3 of 3 permits taken on average, 3 at most, waited for 40 ms in all, refused 2 tries";
        assert_eq!(said, expected);
        assert_eq!((refused(0), refused(1)), (String::new(), ", refused 1 try".to_owned()));
    }

    #[test]
    fn several_counters_have_one_word() {
        let word = |all: &[Additions]| all.iter().copied().reduce(Additions::with).expect("some").word();
        assert_eq!(word(&[Additions::Exact, Additions::Exact]), "exact");
        assert_eq!(word(&[Additions::Exact, Additions::Lost(3), Additions::Lost(4)]), "7 lost");
        assert_eq!(word(&[Additions::Copies(2), Additions::Copies(1)]), "2 copies");
        assert_eq!(word(&[Additions::Copies(1)]), "1 copy");
    }
}
