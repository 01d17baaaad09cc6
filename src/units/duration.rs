//! Durations as people write and read them: `5ms`, `1.5s`, `250us`.

use std::fmt;
use std::str::FromStr;

use super::Ns;

/// Why a text is not a duration. What is said of it is a matter of `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// No number, or something that is not one; what was read.
    NotANumber(String),
    /// A number without its unit, or with one that does not exist; what was read.
    NoUnit(String),
    /// More than [`DurationError::LONGEST`]; what was read.
    TooLong(String),
}

impl DurationError {
    /// The longest duration that is read: a day.
    pub const LONGEST: Ns = Ns(24 * 3_600 * 1_000_000_000);
}

const UNITS: [(&str, u64); 6] =
    [("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000)];

impl FromStr for Ns {
    type Err = DurationError;

    /// Reads a decimal number and a unit. Exact: no floating point on the way; digits below a nanosecond are cut.
    fn from_str(text: &str) -> Result<Ns, DurationError> {
        let bare = text.trim();
        let split = bare.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(bare.len());
        let (number, unit) = bare.split_at(split);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |s: &str| s.chars().filter(|c| *c != '_').collect::<String>();
        let (whole, fraction) = (digits(whole), digits(fraction));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(DurationError::NotANumber(bare.to_owned()));
        }
        let too_long = || DurationError::TooLong(bare.to_owned());
        let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit.trim()) else {
            let zero = whole.chars().chain(fraction.chars()).all(|c| c == '0');
            let missing = unit.trim().is_empty();
            return if zero && missing { Ok(Ns::ZERO) } else { Err(DurationError::NoUnit(bare.to_owned())) };
        };
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| too_long())? };
        let mut nanos = whole.checked_mul(*scale).ok_or_else(too_long)?;
        let mut place = *scale;
        for digit in fraction.bytes() {
            place /= 10;
            nanos = nanos.checked_add(u64::from(digit - b'0') * place).ok_or_else(too_long)?;
        }
        if Ns(nanos) > DurationError::LONGEST { Err(too_long()) } else { Ok(Ns(nanos)) }
    }
}

/// A duration on its way to the reader: the same three significant digits everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Shown(Ns);

impl Shown {
    /// `ns` as it is shown to people.
    pub fn of(ns: Ns) -> Shown {
        Shown(ns)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = self.0.0 as f64;
        let (scale, unit) = match self.0.0 {
            0 => return f.pad("0 s"),
            1..1_000 => (1, "ns"),
            1_000..999_500 => (1_000, "us"),
            999_500..999_500_000 => (1_000_000, "ms"),
            999_500_000..600_000_000_000 => (1_000_000_000, "s"),
            _ => (60_000_000_000, "min"),
        };
        let (value, whole) = (ns / scale as f64, self.0.0.is_multiple_of(scale));
        let text = if whole || value >= 99.95 {
            format!("{value:.0} {unit}")
        } else if value >= 9.995 || unit != "s" {
            format!("{value:.1} {unit}")
        } else {
            format!("{value:.2} {unit}")
        };
        f.pad(&text)
    }
}

impl Ns {
    /// In the unit in which `longest` is shown, so that both can be compared at a glance: `0.90 s` beside `1.80 s`.
    pub fn like(self, longest: Ns) -> String {
        match longest.0.max(self.0) {
            ..999_500 => self.to_string(),
            999_500..999_500_000 => format!("{:.1} ms", self.as_millis()),
            _ => format!("{:.2} s", self.as_secs()),
        }
    }

    /// As it is written in files and on the command line: exact, shortest, `1.5s`, `5ms`.
    pub fn written(self) -> String {
        let (scale, unit) = match self.0 {
            0 => return "0s".to_owned(),
            n if n >= 1_000_000_000 => (1_000_000_000, "s"),
            n if n >= 1_000_000 => (1_000_000, "ms"),
            n if n >= 1_000 => (1_000, "us"),
            _ => (1, "ns"),
        };
        let (whole, rest) = (self.0 / scale, self.0 % scale);
        if rest == 0 {
            return format!("{whole}{unit}");
        }
        let width = scale.ilog10() as usize;
        let fraction = format!("{rest:0width$}");
        format!("{whole}.{}{unit}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, ns) in [
            ("5ms", 5_000_000),
            ("1.5s", 1_500_000_000),
            ("250us", 250_000),
            ("250µs", 250_000),
            ("0.000_000_001s", 1),
            (" 2 s ", 2_000_000_000),
            ("0", 0),
            (".5s", 500_000_000),
            ("2min", 120_000_000_000),
        ] {
            assert_eq!(text.parse::<Ns>(), Ok(Ns(ns)), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest_with_a_reason() {
        assert!(matches!("".parse::<Ns>(), Err(DurationError::NotANumber(_))));
        assert!(matches!("-5ms".parse::<Ns>(), Err(DurationError::NotANumber(_))));
        assert!(matches!("nan".parse::<Ns>(), Err(DurationError::NotANumber(_))));
        assert!(matches!("1.2.3s".parse::<Ns>(), Err(DurationError::NotANumber(_))));
        assert!(matches!("5".parse::<Ns>(), Err(DurationError::NoUnit(_))));
        assert!(matches!("5 parsecs".parse::<Ns>(), Err(DurationError::NoUnit(_))));
        assert!(matches!("99999999999999999999s".parse::<Ns>(), Err(DurationError::TooLong(_))));
        assert!(matches!("25min25".parse::<Ns>(), Err(DurationError::NoUnit(_))));
        assert!(matches!("90000s".parse::<Ns>(), Err(DurationError::TooLong(_))));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for ns in [0, 1, 999, 1_000, 1_500, 5_000_000, 1_500_000_000, 123_456_789, 86_400_000_000_000] {
            assert_eq!(Ns(ns).written().parse::<Ns>(), Ok(Ns(ns)));
        }
    }

    #[test]
    fn is_shown_with_three_digits() {
        let shown = |ns| Ns(ns).to_string();
        assert_eq!(shown(1_950_000_000), "1.95 s");
        assert_eq!(shown(5_100_000), "5.1 ms");
        assert_eq!(shown(160_000_000), "160 ms");
        assert_eq!(shown(250_000), "250 us");
        assert_eq!(shown(999_999_999), "1.00 s");
        assert_eq!(shown(60_000_000_000), "60 s");
        assert_eq!(shown(61_260_000_000), "61.3 s");
        assert_eq!(shown(5_000_000), "5 ms");
    }
}
