//! Amounts in workload files: a number, a duration, the name of a parameter, or a product of those.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Scale;
use crate::text::amount;
use crate::units::{DurationError, Ns};

/// A product of factors, like `wait`, `20ms`, `10_000_000` or `index * wait`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(Vec<Factor>);

/// One factor of a [`Quantity`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A plain number.
    Count(u64),
    /// A duration.
    Time(Ns),
    /// An amount of data.
    Bytes(u64),
    /// The value of a parameter.
    Param(String),
    /// The task's own number within its group, from 0.
    Index,
}

/// The value of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A number.
    Count(u64),
    /// A length of time.
    Time(Ns),
    /// A number of bytes.
    Bytes(u64),
}

/// Units of data, the largest first.
const BYTES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

/// What kind of amount a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number.
    Number,
    /// A length of time.
    Time,
    /// An amount of data.
    Size,
}

impl Unit {
    /// In words, with an example: `a duration like 5ms`.
    pub const fn text(self) -> &'static str {
        match self {
            Unit::Number => amount::NUMBER,
            Unit::Time => amount::TIME,
            Unit::Size => amount::SIZE,
        }
    }
}

/// Why a text is neither a value nor a product of values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It is no duration, and no other kind of value.
    #[error("{}", amount::duration(.0))]
    Duration(DurationError),
    /// A number with letters that are no unit of data; the text that was read.
    #[error("{}", amount::no_size(.0))]
    NoSize(String),
    /// More bytes than 64 bits hold; the text that was read.
    #[error("{}", amount::too_much(.0))]
    TooMuch(String),
}

/// Why a quantity has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// It names a parameter that does not exist.
    #[error("{}", amount::no_parameter(.0))]
    NoSuchParam(String),
    /// Its value does not fit into 64 bits.
    #[error("{}", amount::PRODUCT_TOO_LARGE)]
    TooLarge,
    /// Two durations multiplied.
    #[error("{}", amount::TWO_TIMES)]
    TwoTimes,
    /// An amount of data multiplied by something else than a number.
    #[error("{}", amount::SIZE_BY_NO_NUMBER)]
    SizeByNoNumber,
}

impl Value {
    /// What kind it is.
    pub const fn unit(self) -> Unit {
        match self {
            Value::Count(_) => Unit::Number,
            Value::Time(_) => Unit::Time,
            Value::Bytes(_) => Unit::Size,
        }
    }
}

impl Value {
    /// For people: times in three digits, multiplied by `scale`.
    pub fn shown(self, scale: Scale) -> String {
        match self {
            Value::Time(t) => t.times(scale.millionths, 1_000_000).to_string(),
            Value::Count(_) | Value::Bytes(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Count(n) => write!(f, "{n}"),
            Value::Time(t) => f.write_str(&t.written()),
            Value::Bytes(n) => {
                let fits = |unit: &&(&str, u64)| unit.1 == 1 || (*n > 0 && n % unit.1 == 0);
                let (name, size) = BYTES.iter().find(fits).copied().unwrap_or(("B", 1));
                write!(f, "{}{name}", n / size)
            }
        }
    }
}

impl FromStr for Value {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Value, ValueError> {
        let digits: String = text.trim().chars().filter(|c| *c != '_').collect();
        if let Ok(n) = digits.parse() {
            return Ok(Value::Count(n));
        }
        for (name, size) in BYTES {
            // `12MB` is an amount of data; `B` without a number is none.
            let number = digits.strip_suffix(name).map(|n| n.trim_end().parse::<u64>());
            if let Some(Ok(n)) = number {
                let bytes = n.checked_mul(size).map(Value::Bytes);
                return bytes.ok_or_else(|| ValueError::TooMuch(text.trim().to_owned()));
            }
        }
        // Only data has a unit with a b in it.
        let is_data = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['b', 'B']);
        let refused = |e: DurationError| {
            if is_data { ValueError::NoSize(text.trim().to_owned()) } else { ValueError::Duration(e) }
        };
        text.parse().map(Value::Time).map_err(refused)
    }
}

impl From<Value> for Quantity {
    fn from(value: Value) -> Quantity {
        Quantity(vec![match value {
            Value::Count(n) => Factor::Count(n),
            Value::Time(t) => Factor::Time(t),
            Value::Bytes(n) => Factor::Bytes(n),
        }])
    }
}

impl FromStr for Quantity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Quantity, ValueError> {
        text.split('*').map(factor).collect::<Result<Vec<_>, _>>().map(Quantity)
    }
}

fn factor(text: &str) -> Result<Factor, ValueError> {
    let text = text.trim();
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if text == "index" {
        return Ok(Factor::Index);
    }
    if is_name {
        return Ok(Factor::Param(text.to_owned()));
    }
    match text.parse()? {
        Value::Count(n) => Ok(Factor::Count(n)),
        Value::Time(t) => Ok(Factor::Time(t)),
        Value::Bytes(n) => Ok(Factor::Bytes(n)),
    }
}

impl Quantity {
    /// The names it refers to.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|f| match f {
            Factor::Param(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Its value for the task number `index` of its group.
    ///
    /// # Errors
    /// If a parameter is unknown, a duration or an amount of data is multiplied by anything but a number, or the value
    /// does not fit into 64 bits.
    pub fn value(&self, params: &BTreeMap<&str, Value>, index: u64) -> Result<Value, QuantityError> {
        let mut product = Value::Count(1);
        for factor in &self.0 {
            let next = match factor {
                Factor::Count(n) => Value::Count(*n),
                Factor::Time(t) => Value::Time(*t),
                Factor::Bytes(n) => Value::Bytes(*n),
                Factor::Index => Value::Count(index),
                Factor::Param(name) => {
                    *params.get(name.as_str()).ok_or_else(|| QuantityError::NoSuchParam(name.clone()))?
                }
            };
            product = multiply(product, next)?;
        }
        Ok(product)
    }
}

fn multiply(a: Value, b: Value) -> Result<Value, QuantityError> {
    let product = match (a, b) {
        (Value::Count(a), Value::Count(b)) => a.checked_mul(b).map(Value::Count),
        (Value::Count(n), Value::Time(t)) | (Value::Time(t), Value::Count(n)) => {
            t.0.checked_mul(n).map(|ns| Value::Time(Ns(ns)))
        }
        (Value::Count(n), Value::Bytes(b)) | (Value::Bytes(b), Value::Count(n)) => b.checked_mul(n).map(Value::Bytes),
        (Value::Time(_), Value::Time(_)) => return Err(QuantityError::TwoTimes),
        (Value::Time(_) | Value::Bytes(_), Value::Time(_) | Value::Bytes(_)) => {
            return Err(QuantityError::SizeByNoNumber);
        }
    };
    product.ok_or(QuantityError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of `text` as a parameter, or the sentence of its refusal.
    fn value(text: &str) -> Result<Value, String> {
        let params = BTreeMap::from([("wait", Value::Time(Ns::from_millis(20))), ("n", Value::Count(3))]);
        let quantity = text.parse::<Quantity>().map_err(|e| e.to_string())?;
        quantity.value(&params, 2).map_err(|e| e.to_string())
    }

    #[test]
    fn products_of_numbers_durations_and_names() {
        assert_eq!(value("10_000"), Ok(Value::Count(10_000)));
        assert_eq!(value("wait"), Ok(Value::Time(Ns::from_millis(20))));
        assert_eq!(value("index * wait"), Ok(Value::Time(Ns::from_millis(40))));
        assert_eq!(value("n*2 * 5ms"), Ok(Value::Time(Ns::from_millis(30))));
    }

    #[test]
    fn amounts_of_data_have_units_and_are_written_as_they_are_read() {
        assert_eq!(value("64kB"), Ok(Value::Bytes(64_000)));
        assert_eq!(value("n * 1MiB"), Ok(Value::Bytes(3 << 20)));
        for text in ["0B", "1B", "1500B", "64kB", "3MB", "1MiB", "2GB", "1GiB"] {
            assert_eq!(text.parse::<Value>().map(|v| v.to_string()), Ok(text.to_owned()));
        }
        assert!(value("99999999999GB").expect_err("nonsense").contains("too much"));
        assert!(value("1kB * 1kB").expect_err("nonsense").contains("numbers only"));
        assert!("B".parse::<Value>().is_err() && "-1kB".parse::<Value>().is_err());
    }

    #[test]
    fn nonsense_is_said_in_words() {
        assert!(value("nobody").expect_err("nonsense").contains("nobody"));
        assert!(value("wait * wait").expect_err("nonsense").contains("two durations"));
        assert!(value("18446744073709551615 * 2").expect_err("nonsense").contains("too large"));
        assert_eq!("fast".parse::<Value>(), Err(ValueError::Duration(DurationError::NotANumber("fast".to_owned()))));
        assert_eq!("5 bits".parse::<Value>(), Err(ValueError::NoSize("5 bits".to_owned())));
        assert!(value("").is_err());
        assert!(value("wait *").is_err());
    }
}
