//! Makes text fit for documents, so that it is not taken for their own marks. Text from outside is cleaned on the way.

use std::borrow::Cow;
use std::fmt::Write;

use super::outside;
use super::outside::is_shown;

/// `text` as it stands in an element or in a quoted attribute of XML and HTML: it is text there, and holds nothing that
/// XML 1.0 forbids.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in outside(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The JSON document `json` without a character that a terminal obeys or nobody sees: each is written as its number,
/// which reads back as the same text. What JSON itself is made of is ASCII.
pub fn json(json: &str) -> Cow<'_, str> {
    let stays = |c: char| c == '\n' || is_shown(c);
    if json.chars().all(stays) {
        return json.into();
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if stays(c) {
            out.push(c);
        } else {
            // Writing into memory does not fail.
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| _ = write!(out, "\\u{unit:04x}"));
        }
    }
    out.into()
}

/// `text` as it stands in a line or in a cell of Markdown (GitHub's kind): its signs stand for themselves, nothing in
/// it is a tag, a link or an address, and its lines are broken where it breaks them.
pub fn markdown(text: &str) -> String {
    let lines = text.trim().lines().map(|line| literal(&outside(line)));
    lines.collect::<Vec<_>>().join("<br>")
}

/// One line of text in Markdown.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for (at, c) in text.char_indices() {
        let behind = &text[at + c.len_utf8()..];
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let www = |part: &str| part.to_ascii_lowercase().ends_with("www");
        let means = match c {
            // Within a word it stands for itself.
            '_' => !word(before) || !word(behind.chars().next()),
            '|' | '\\' | '`' | '*' | '<' | '>' | '[' | ']' | '~' | '&' | '$' | '@' => true,
            // Some readers of Markdown make a link of an address, marked or not.
            ':' => behind.starts_with("//"),
            '.' => www(text.get(at.saturating_sub(3)..at).unwrap_or_default()),
            // At the begin of a line these make a heading, or an item of a list.
            '#' | '-' | '+' => before.is_none() && !behind.is_empty(),
            _ => false,
        };
        if means {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_document_says_the_same_and_steers_nothing(text in any::<String>()) {
            let hostile = format!("{text}\u{1b}[31m\u{9b}2J\u{202e}\u{200b}\u{e0041}");
            let written = serde_json::to_string_pretty(&[&hostile]).expect("JSON");
            let harmless = json(&written);
            prop_assert!(harmless.chars().all(|c| c == '\n' || is_shown(c)));
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&harmless).expect("JSON"), [hostile]);
        }
    }

    #[test]
    fn signs_of_a_document_become_text() {
        assert_eq!(xml("<a b=\"c\">&'\u{1b}\u{ffff}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;?? ");
        assert_eq!(
            markdown("*a* _b_ c_d `e` | [f](g) <img> &amp;"),
            r"\*a\* \_b\_ c_d \`e\` \| \[f\](g) \<img\> \&amp;"
        );
        assert_eq!(markdown("see https://a.b and www.c.d, e@f.g"), r"see https\://a.b and www\.c.d, e\@f.g");
        assert_eq!(markdown("# a\n- b\r\n\u{202e}c"), r"\# a<br>\- b<br>?c");
        assert_eq!((markdown("a: 1.5 - 2 + x"), markdown("-")), ("a: 1.5 - 2 + x".to_owned(), "-".to_owned()));
    }

    proptest! {
        #[test]
        fn every_mark_is_escaped_and_can_be_read_back(text in "[ -~\u{e9}\u{202e}\u{0}-\u{1f}]{0,30}") {
            let xml = xml(&text);
            prop_assert!(!xml.contains(['<', '>', '"', '\'']) && !xml.contains(char::is_control));
            let read = xml.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            prop_assert_eq!(read.replace("&amp;", "&"), outside(&text).into_owned());
            let line = text.replace(['\n', '\r'], " ");
            let (marked, mut read) = (markdown(&line), String::new());
            let mut chars = marked.chars();
            while let Some(c) = chars.next() {
                read.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
            prop_assert_eq!(read, outside(line.trim()).into_owned());
        }
    }
}
