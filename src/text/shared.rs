//! What stands beside the lanes of queues, counters and locks that several tasks may hold at a time.

use super::{short, whole};
use crate::units::Ns;

/// How much of the whole there was, on average: of places in a queue, of permits.
pub fn of(mean: f64, whole: u64) -> String {
    format!("{} of {}", tenths(mean), grouped(whole))
}

/// How many tasks waited at the ends of a queue, on average, in more and in fewer words: for room, for a message.
pub fn at_queue(room: f64, message: f64) -> [String; 3] {
    let (count, what) = if room >= message { (room, "room") } else { (message, "a message") };
    let few = if room >= message { "room" } else { "message" };
    let both = format!("wait: {} for room, {} for message", tenths(room), tenths(message));
    [both, format!("{} wait for {what}", tenths(count)), format!("{} for {few}", tenths(count))]
}

/// How many tasks waited for a permit, on average.
pub fn wait(count: f64) -> String {
    format!("{} wait", tenths(count))
}

/// How many tries to take a lock were refused.
pub fn refused(count: u64) -> [String; 2] {
    let tries = if count == 1 { "try" } else { "tries" };
    let count = grouped(count);
    [format!("{count} {tries} refused"), format!("{count} refused")]
}

/// What a counter holds.
pub fn is(value: u64) -> String {
    format!("is {}", grouped(value))
}

/// What a counter should hold.
pub fn should_be(value: u64) -> String {
    format!("should be {}", grouped(value))
}

/// What a counter holds, of what it should hold.
pub fn value_of(value: u64, expected: u64) -> String {
    format!("{} of {}", grouped(value), grouped(expected))
}

/// What a counter holds that holds what it should, in more and in fewer words.
pub fn exact(value: u64) -> [String; 2] {
    let value = grouped(value);
    [format!("{value}, exact"), value]
}

/// That each of so many workers has its own copy of a counter, and what each copy holds. The second is as long as there
/// are copies.
pub fn copies(values: &[u32]) -> [Vec<String>; 2] {
    let count = values.len();
    let whole = values.iter().map(|v| grouped((*v).into())).collect::<Vec<_>>().join(", ");
    let range = values.iter().min().zip(values.iter().max());
    let range = range.map_or_else(
        || "not used".to_owned(),
        |(least, most)| {
            if least == most {
                format!("{} each", grouped((*least).into()))
            } else {
                format!("{} to {}", grouped((*least).into()), grouped((*most).into()))
            }
        },
    );
    let long = format!("each of {count} has its own copy");
    let words =
        if count == 0 { Vec::new() } else { vec![long, format!("{count} own copies"), format!("{count} copies")] };
    [words, if count == 0 { vec![range] } else { vec![whole, range] }]
}

/// What stands before the lines that tell the first loss, and when it was.
pub fn first_loss(at: Ns) -> [String; 2] {
    ["first loss".to_owned(), format!("at {at}")]
}

/// What a task did for an addition: it loaded one value and stored another.
pub fn steps(loaded: u32, stored: u32) -> [String; 2] {
    [format!("load {}", grouped(loaded.into())), format!("store {}", grouped(stored.into()))]
}

/// That a task stored `stored` where another, `whose`, had stored `found` meanwhile.
pub fn stored_over(stored: u32, found: u32, whose: Option<&str>, lost: i64) -> String {
    let (stored, found) = (grouped(stored.into()), grouped(found.into()));
    let over = whose.map_or_else(|| format!("over {found}"), |name| format!("over {found} by {}", short(name, 14)));
    match lost {
        1 => format!("Stored {stored} {over}: one addition is gone."),
        lost if lost > 1 => format!("Stored {stored} {over}: {} additions are gone.", grouped(lost.unsigned_abs())),
        _ => format!("Stored {stored} {over}, which was too little."),
    }
}

/// What a store destroys that comes after others.
pub fn overwrites(lost: i64) -> String {
    match lost {
        1 => "overwrites: one addition is gone".to_owned(),
        lost if lost > 1 => format!("overwrites: {} additions are gone", grouped(lost.unsigned_abs())),
        _ => "overwrites a store that was wrong".to_owned(),
    }
}

/// A number with a digit after the point where it is not whole and not large.
fn tenths(x: f64) -> String {
    if x < 999.95 { whole(x) } else { grouped(x.round() as u64) }
}

/// A number with its thousands apart: `1,317`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// That a task only tried to take `lock`, and who had it, where it was one task.
pub fn tried(lock: &str, holder: Option<&str>) -> String {
    match holder {
        Some(holder) => format!("Tried to take `{lock}`, and {holder} had it."),
        None => format!("Tried to take `{lock}`, and found it taken."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_in_vain_names_who_had_the_lock_where_that_is_one() {
        assert_eq!(tried("fork 2", Some("philosopher 2")), "Tried to take `fork 2`, and philosopher 2 had it.");
        assert_eq!(tried("slots", None), "Tried to take `slots`, and found it taken.");
    }

    #[test]
    fn figures_are_short_enough_for_the_columns_beside_the_lanes() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            (of(5.94, 8), of(8.0, 8), of(0.04, 1_000)),
            ("5.9 of 8".into(), "8 of 8".into(), "0 of 1,000".into())
        );
        assert_eq!(at_queue(1.24, 0.3)[2], "1.2 for room");
        assert_eq!(at_queue(0.0, 12.5)[2], "12.5 for message");
        assert_eq!((refused(1)[0].as_str(), refused(2)[0].as_str()), ("1 try refused", "2 tries refused"));
        assert_eq!(exact(2_000)[0], "2,000, exact");
        let [words, values] = copies(&[20, 20]);
        assert_eq!((words[0].as_str(), values[0].as_str()), ("each of 2 has its own copy", "20, 20"));
        assert_eq!((values[1].as_str(), copies(&[1, 3])[1][1].as_str()), ("20 each", "1 to 3"));
        assert_eq!(copies(&[]), [vec![], vec!["not used".to_owned()]]);
        assert!(copies(&[1; 32])[0].iter().any(|words| words.len() <= 15));
        assert_eq!(stored_over(11, 27, Some("adder 2"), 17), "Stored 11 over 27 by adder 2: 17 additions are gone.");
        assert_eq!(stored_over(12, 9, None, -2), "Stored 12 over 9, which was too little.");
        assert_eq!(overwrites(3), "overwrites: 3 additions are gone");
        assert_eq!(overwrites(-1), "overwrites a store that was wrong");
    }
}
