//! Text from outside: names and sentences of workload files, of recordings, of the kernel, of other programs. Its
//! authors may have put characters into it that a terminal obeys, that turn the line around, or that nobody sees. This
//! is the one place that says what such text becomes before it stands beside our own. A document's own marks (`<`, `|`)
//! are escaped by the code that writes that document.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Stands for a character that a terminal obeys or that turns the direction of writing: a reader sees that there was
/// one.
const SOMETHING: char = '?';

/// `text` on one line, with nothing in it but characters that are shown. A character that parts lines or columns
/// becomes a blank, one that steers (controls of both sets, escapes, changes of direction, codes of no character) a
/// question mark, and one that is never seen is left out. Borrowed where there is nothing to change.
///
/// ```
/// assert_eq!(concviz::text::outside("a\u{1b}[31mb\nc"), "a?[31mb c");
/// ```
pub fn outside(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == Some(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(shown).collect())
}

/// The same in at most `columns` columns of a terminal: a longer text ends with `…`. It reads no more of `text` than it
/// shows, so that a text of megabytes costs nothing.
pub fn outside_within(text: &str, columns: usize) -> Cow<'_, str> {
    // Characters that take no column are limited too: a letter has a few marks.
    let most = columns.saturating_mul(4);
    let (mut wide, mut seen, mut kept) = (0, 0, 0);
    let mut cut = 0;
    for (at, c) in text.char_indices() {
        let width = shown(c).and_then(UnicodeWidthChar::width).unwrap_or(0);
        kept += usize::from(shown(c).is_some());
        if wide + width > columns || kept > most {
            let mut short = outside(&text[..cut]).into_owned();
            if columns > 0 {
                short.push('…');
            }
            return Cow::Owned(short);
        }
        (wide, seen) = (wide + width, at + c.len_utf8());
        if wide < columns {
            cut = seen;
        }
    }
    outside(&text[..seen])
}

/// Whether `c` is shown as it is.
pub(super) fn is_shown(c: char) -> bool {
    shown(c) == Some(c)
}

/// What `c` is shown as; nothing where it is never seen.
const fn shown(c: char) -> Option<char> {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Some(SOMETHING),
        // Changes of direction: what follows would be read from the other end.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(SOMETHING),
        // Codes of no character, and marks that mean something only to an editor of text.
        '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}' => Some(SOMETHING),
        c if c as u32 & 0xfffe == 0xfffe => Some(SOMETHING),
        // Marks without width: they part words, join letters and name a direction, and nobody sees where they stand.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' => None,
        '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{1d173}'..='\u{1d17a}' => None,
        // Letters of the second alphabet that no font has: whole sentences can hide in a name.
        '\u{e0000}'..='\u{e0fff}' => None,
        // Letters that are drawn as nothing.
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn what_a_terminal_obeys_becomes_something_that_is_seen() {
        assert_eq!(outside("\u{1b}]0;owned\u{7}\u{9b}2J\u{7f}\0"), "?]0;owned??2J??");
        assert_eq!(outside("one\r\ntwo\tthree\u{2028}four\u{85}five"), "one  two three four five");
        assert_eq!(outside("gnp.\u{202e}exe\u{2069}"), "gnp.?exe?");
        assert_eq!(outside("\u{feff}pass\u{200b}word\u{200d}\u{2060}\u{61c}\u{200f}"), "password");
        assert_eq!(outside("\u{fffe}\u{ffff}\u{1ffff}\u{fdd0}"), "????");
        assert_eq!(outside("shout\u{e0041}\u{e0042}"), "shout");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in
            ["", "image 2", "任务 a → b", "כתוב עברית", "हिन्दी", "cafe\u{301}", "a|b <c> `d` *e*", "😀", "\u{fffd}"]
        {
            assert!(matches!(outside(text), Cow::Borrowed(same) if same == text), "{text}");
            assert!(matches!(outside_within(text, 20), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_is_too_long_ends_with_dots_in_its_room() {
        assert_eq!(outside_within("abcdef", 6), "abcdef");
        assert_eq!(outside_within("abcdefg", 6), "abcde…");
        assert_eq!(outside_within("任务任务", 8), "任务任务");
        assert_eq!(outside_within("任务任务任", 8), "任务任…");
        assert_eq!(outside_within("ab\u{200b}\u{200b}c\u{1b}", 4), "abc?");
        assert_eq!(outside_within("a", 0), "");
        assert_eq!(outside_within("\u{200b}", 0), "");
        let marks = format!("a{}", "\u{301}".repeat(1_000));
        assert!(outside_within(&marks, 10).chars().count() <= 41);
    }

    /// What must not come out, as the standards list it rather than as the table above does.
    fn is_harmful(c: char) -> bool {
        let listed = [0x61c, 0xad, 0xfeff, 0xfffe, 0xffff, 0x2028, 0x2029];
        let code = c as u32;
        c.is_control()
            || listed.contains(&code)
            || (0x200b..=0x200f).contains(&code)
            || (0x202a..=0x202e).contains(&code)
            || (0x2060..=0x206f).contains(&code)
    }

    /// Texts in which what is harmful is as frequent as what is not.
    fn texts() -> impl Strategy<Value = String> {
        let odd = prop_oneof![
            proptest::char::range('\0', '\u{9f}'),
            proptest::char::range('\u{2000}', '\u{2070}'),
            proptest::char::range('\u{fe00}', '\u{ffff}'),
            any::<char>(),
            Just('\u{61c}'),
            Just('語'),
        ];
        proptest::collection::vec(odd, 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn nothing_harmful_comes_out_and_once_is_enough(text in texts(), columns in 0usize..30) {
            let clean = outside(&text);
            prop_assert!(!clean.contains(is_harmful), "{clean:?}");
            prop_assert!(clean.chars().count() <= text.chars().count());
            prop_assert_eq!(outside(&clean), clean.as_ref());
            let short = outside_within(&text, columns);
            prop_assert!(!short.contains(is_harmful), "{short:?}");
            let width: usize = short.chars().filter_map(UnicodeWidthChar::width).sum();
            prop_assert!(width <= columns, "{short:?}");
            prop_assert_eq!(outside_within(&short, columns), short.as_ref());
            if clean.width() <= columns && clean.chars().filter_map(UnicodeWidthChar::width).sum::<usize>() <= columns
                && clean.chars().count() <= 4 * columns
            {
                prop_assert_eq!(short, clean);
            }
        }

        #[test]
        fn what_can_be_shown_is_kept(text in "[ -~äöü語任务א]{0,40}") {
            prop_assert_eq!(outside(&text), text.as_str());
        }
    }
}
