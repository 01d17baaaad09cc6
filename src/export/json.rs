//! JSON written piece by piece into a stream: for documents of a million lines, of which each is a few numbers. The
//! caller writes what is between the pieces (commas, braces), and tests the result with a parser.

use std::io::{self, Write};

use serde::Serialize;

use crate::text::markup;
use crate::units::Ns;

/// How many bytes are gathered before they are handed on.
const PIECE: usize = 1 << 16;

/// Text on its way into a stream.
pub(super) struct Json<'a> {
    out: &'a mut dyn Write,
    bytes: Vec<u8>,
    /// How many bytes have been handed on.
    written: u64,
    /// Whether nothing stands yet in the list that is being written.
    first: bool,
}

impl<'a> Json<'a> {
    pub fn new(out: &'a mut dyn Write) -> Json<'a> {
        Json { out, bytes: Vec::with_capacity(PIECE + 4_096), written: 0, first: true }
    }

    /// Adds `text` as it is.
    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// A whole number.
    pub fn int(&mut self, number: u64) -> &mut Self {
        self.bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        self
    }

    /// Microseconds, with three decimals: every nanosecond exactly.
    pub fn micros(&mut self, time: Ns) -> &mut Self {
        self.int(time.0 / 1_000).decimals(time.0 % 1_000, 3)
    }

    /// A number given in millionths.
    pub fn millionths(&mut self, number: u64) -> &mut Self {
        self.int(number / 1_000_000).decimals(number % 1_000_000, 6)
    }

    fn decimals(&mut self, mut part: u64, count: usize) -> &mut Self {
        let mut text = *b".000000";
        for digit in text[1..=count].iter_mut().rev() {
            *digit += (part % 10) as u8;
            part /= 10;
        }
        self.bytes.extend_from_slice(&text[..=count]);
        self
    }

    /// A text, quoted.
    pub fn text(&mut self, text: &str) -> &mut Self {
        quote(text, &mut self.bytes);
        self
    }

    /// A text, quoted; `null` where it is empty.
    pub fn known_text(&mut self, text: &str) -> &mut Self {
        if text.is_empty() { self.raw("null") } else { self.text(text) }
    }

    /// A small value, all at once.
    pub fn value(&mut self, value: &impl Serialize) -> &mut Self {
        // Writing into memory does not fail, and the values have only names for keys.
        let text = serde_json::to_string(value).unwrap_or_default();
        self.bytes.extend_from_slice(markup::json(&text).as_bytes());
        self
    }

    /// A whole number, or `null`.
    pub fn number(&mut self, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => self.int(number),
            None => self.raw("null"),
        }
    }

    /// `before`, which holds the key, and then the number; nothing at all where there is no number.
    pub fn known(&mut self, before: &str, number: Option<u64>) -> &mut Self {
        if let Some(number) = number {
            self.raw(before).int(number);
        }
        self
    }

    /// A list begins: its first entry gets no comma.
    pub fn list(&mut self) -> &mut Self {
        self.first = true;
        self.raw("[")
    }

    /// The next entry of the list begins, on a line of its own.
    ///
    /// # Errors
    /// If writing to the stream fails.
    pub fn next(&mut self) -> io::Result<&mut Self> {
        if self.bytes.len() >= PIECE {
            self.hand_on()?;
        }
        let first = std::mem::replace(&mut self.first, false);
        Ok(self.raw(if first { "\n" } else { ",\n" }))
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.written += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }

    /// Hands on what is left, and says how many bytes there were.
    ///
    /// # Errors
    /// If writing to the stream fails.
    pub fn finish(mut self) -> io::Result<u64> {
        self.hand_on()?;
        self.out.flush()?;
        Ok(self.written)
    }
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    quote(text, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `text` as a JSON string, at the end of `out`.
pub(super) fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 | 0x7f => {
                let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Json<'_>)) -> String {
        let mut bytes = Vec::new();
        let mut json = Json::new(&mut bytes);
        write(&mut json);
        json.finish().expect("a vector takes everything");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn every_nanosecond_is_kept() {
        for (ns, shown) in [(0, "0.000"), (1, "0.001"), (1_000, "1.000"), (12_345_067, "12345.067")] {
            assert_eq!(written(|json| _ = json.micros(Ns(ns))), shown);
        }
        assert_eq!(written(|json| _ = json.millionths(1_500_000)), "1.500000");
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in any::<String>()) {
            let read: String = serde_json::from_str(&written(|json| _ = json.text(&text))).expect("JSON");
            prop_assert_eq!(read, text);
        }
    }
}
