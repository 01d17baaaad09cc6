//! What the reader of TOML says, in the words of a workload file.

/// Whole messages, and what they mean here.
const WHOLE: &[(&str, &str)] = &[
    ("wanted string or table", "expected a step, like \"yield\" or { sleep = \"5ms\" }"),
    ("wanted exactly 1 element, more than 1 element", "expected one step in each pair of braces"),
    ("wanted exactly 1 element, got 0 elements", "expected a step, like { sleep = \"5ms\" }"),
    ("cannot recurse further; max recursion depth met", "this is nested too deeply"),
    ("duplicate key", "this key is there twice"),
    ("string values must be quoted, expected literal string", "a text must stand in quotes, like \"cpu\""),
];

/// Types, as they are called for programmers and for everybody.
const TYPES: &[(&str, &str)] = &[
    ("i64", "a whole number"),
    ("u64", "a whole number from 0"),
    ("a string", "a text in quotes"),
    ("a boolean", "true or false"),
    ("a sequence", "a list in [ ]"),
    ("a map", "a table"),
    ("struct FileCompute", "a table like { amount = \"5ms\" }"),
    ("struct FileRequest", "a table like { latency = \"5ms\" }"),
    ("struct FileLock", "a table like { name = \"db\", steps = [...] }"),
    ("struct FileRepeat", "a table like { times = 3, steps = [...] }"),
    ("sequence", "a list"),
    ("map", "a table"),
];

/// `message` in plain words.
pub(super) fn plain(message: &str) -> String {
    if let Some((_, words)) = WHOLE.iter().find(|(raw, _)| *raw == message) {
        return (*words).to_owned();
    }
    if let Some((found, expected)) = message.strip_prefix("invalid type: ").and_then(|m| m.rsplit_once(", expected ")) {
        return format!("expected {}, found {}", named(expected), named(found).replacen("string", "the text", 1));
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{field} is missing");
    }
    for unknown in ["unknown field ", "unknown variant "] {
        if let Some((name, known)) = message.strip_prefix(unknown).and_then(|m| m.split_once(", expected ")) {
            return format!("{name} is not known here: expected {known}");
        }
    }
    message.to_owned()
}

fn named(kind: &str) -> &str {
    TYPES.iter().find(|(raw, _)| *raw == kind).map_or(kind, |(_, words)| words)
}
