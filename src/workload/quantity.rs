//! Amounts in workload files: a number, a duration, the name of a parameter, or a product of those.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::units::Ns;

/// A product of factors, like `wait`, `20ms`, `10_000_000` or `index * wait`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity(Vec<Factor>);

/// One factor of a [`Quantity`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A plain number.
    Count(u64),
    /// A duration.
    Time(Ns),
    /// The value of a parameter.
    Param(String),
    /// The task's own number within its group, from 0.
    Index,
}

/// What a quantity comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Count(u64),
    /// A length of time.
    Time(Ns),
}

impl Value {
    /// What kind it is, for messages.
    pub const fn unit(self) -> &'static str {
        match self {
            Value::Count(_) => "a whole number",
            Value::Time(_) => "a duration like 5ms",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Count(n) => write!(f, "{n}"),
            Value::Time(t) => f.write_str(&t.written()),
        }
    }
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Value, String> {
        let digits: String = text.trim().chars().filter(|c| *c != '_').collect();
        if let Ok(n) = digits.parse() {
            return Ok(Value::Count(n));
        }
        text.parse().map(Value::Time).map_err(|e: crate::units::DurationError| e.to_string())
    }
}

impl From<Value> for Quantity {
    fn from(value: Value) -> Quantity {
        Quantity(vec![match value {
            Value::Count(n) => Factor::Count(n),
            Value::Time(t) => Factor::Time(t),
        }])
    }
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Quantity, String> {
        text.split('*').map(factor).collect::<Result<Vec<_>, _>>().map(Quantity)
    }
}

fn factor(text: &str) -> Result<Factor, String> {
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

    /// What it comes to for the task number `index` of its group.
    ///
    /// # Errors
    /// In words: an unknown name, two durations multiplied, or more than 64 bits hold.
    pub fn value(&self, params: &BTreeMap<&str, Value>, index: u64) -> Result<Value, String> {
        let mut product = Value::Count(1);
        for factor in &self.0 {
            let next = match factor {
                Factor::Count(n) => Value::Count(*n),
                Factor::Time(t) => Value::Time(*t),
                Factor::Index => Value::Count(index),
                Factor::Param(name) => {
                    *params.get(name.as_str()).ok_or_else(|| format!("there is no parameter `{name}`"))?
                }
            };
            product = multiply(product, next)?;
        }
        Ok(product)
    }
}

fn multiply(a: Value, b: Value) -> Result<Value, String> {
    let too_much = || "the product is too large".to_owned();
    match (a, b) {
        (Value::Count(a), Value::Count(b)) => a.checked_mul(b).map(Value::Count).ok_or_else(too_much),
        (Value::Count(n), Value::Time(t)) | (Value::Time(t), Value::Count(n)) => {
            t.0.checked_mul(n).map(|ns| Value::Time(Ns(ns))).ok_or_else(too_much)
        }
        (Value::Time(_), Value::Time(_)) => Err("two durations cannot be multiplied".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        let params = BTreeMap::from([("wait", Value::Time(Ns::from_millis(20))), ("n", Value::Count(3))]);
        text.parse::<Quantity>()?.value(&params, 2)
    }

    #[test]
    fn products_of_numbers_durations_and_names() {
        assert_eq!(value("10_000"), Ok(Value::Count(10_000)));
        assert_eq!(value("wait"), Ok(Value::Time(Ns::from_millis(20))));
        assert_eq!(value("index * wait"), Ok(Value::Time(Ns::from_millis(40))));
        assert_eq!(value("n*2 * 5ms"), Ok(Value::Time(Ns::from_millis(30))));
    }

    #[test]
    fn nonsense_is_said_in_words() {
        assert!(value("nobody").expect_err("nonsense").contains("nobody"));
        assert!(value("wait * wait").expect_err("nonsense").contains("two durations"));
        assert!(value("18446744073709551615 * 2").expect_err("nonsense").contains("too large"));
        assert!(value("").is_err());
        assert!(value("wait *").is_err());
    }
}
