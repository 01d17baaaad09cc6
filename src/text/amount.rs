//! Sentences about amounts that cannot be read or used: times, sizes, numbers and their products.

use super::quoted::quoted;
use crate::units::{DurationError, Ns};

/// What a kind of amount is called: a number.
pub const NUMBER: &str = "a whole number";
/// A time.
pub const TIME: &str = "a duration like 5ms";
/// An amount of data.
pub const SIZE: &str = "a size like 64kB";

/// Why a text is no duration.
pub fn duration(error: &DurationError) -> String {
    match error {
        DurationError::NotANumber(read) => {
            format!("{} is not a duration: write a number with a unit, like 5ms, 1.5s or 250us", quoted(read))
        }
        DurationError::NoUnit(read) => {
            format!("{} needs a unit: ns, us, ms, s or min, like 5ms or 1.5s", quoted(read))
        }
        DurationError::TooLong(read) => {
            format!("{} is too long a time: the longest is {}", quoted(read), longest(DurationError::LONGEST))
        }
    }
}

/// A limit of times, in hours where it is one of hours: `24 h`.
pub fn longest(time: Ns) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    if time.0 >= HOUR && time.0.is_multiple_of(HOUR) { format!("{} h", time.0 / HOUR) } else { time.to_string() }
}

/// That a text is no amount of data.
pub fn no_size(read: &str) -> String {
    format!("{} is no size: write one like 64kB, 1MB or 1GiB", quoted(read))
}

/// That an amount is larger than any number can be.
pub fn too_much(read: &str) -> String {
    format!("{} is too much", quoted(read))
}

/// That there is no parameter of that name.
pub fn no_parameter(name: &str) -> String {
    format!("there is no parameter {}", quoted(name))
}

/// That a product is larger than any number can be.
pub const PRODUCT_TOO_LARGE: &str = "the product is too large";
/// That nobody knows what the product of two times is.
pub const TWO_TIMES: &str = "two durations cannot be multiplied";
/// That a size cannot be multiplied by a time or by a size.
pub const SIZE_BY_NO_NUMBER: &str = "a size can be multiplied by numbers only";

/// That a factor is no number.
pub fn no_factor(read: &str) -> String {
    format!("{} is not a number", quoted(read))
}

/// That a factor is too small or too large.
pub fn factor_out_of_range(read: &str, least: f64, most: f64) -> String {
    format!("{} is out of range: from {least} to {most}", quoted(read))
}
