//! What the reader of TOML says, in the words of a workload file.

use super::super::quoted::{quoted, said};

/// Whole messages, and what they mean here.
const WHOLE: &[(&str, &str)] = &[
    ("quantity", "expected a whole number, a duration like \"5ms\" or the name of a parameter"),
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
    ("struct FileQueue", "how many messages it has room for, or a table like { room = 8, payload = \"2kB\" }"),
    ("struct FilePut", "a queue's name, or a table like { queue = \"jobs\", payload = \"2kB\" }"),
    ("struct FileAdd", "a counter's name, or a table like { counter = \"total\", how = \"plain\" }"),
    ("struct FileRepeat", "a table like { times = 3, steps = [...] }"),
    ("sequence", "a list"),
    ("map", "a table"),
];

/// `message` in plain words. An amount of whatever kind is called `quantity` there.
pub fn toml(message: &str) -> String {
    if let Some((_, words)) = WHOLE.iter().find(|(raw, _)| *raw == message) {
        return (*words).to_owned();
    }
    if let Some((found, expected)) = message.strip_prefix("invalid type: ").and_then(|m| m.rsplit_once(", expected ")) {
        return format!("expected {}, found {}", said(named(expected)), this(found));
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{} is missing", said(field));
    }
    for unknown in ["unknown field ", "unknown variant "] {
        if let Some((name, known)) = message.strip_prefix(unknown).and_then(|m| m.rsplit_once(", expected ")) {
            let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`')).unwrap_or(name);
            return format!("{} is not known here: expected {}", quoted(name), said(known));
        }
    }
    said(message)
}

fn named(kind: &str) -> &str {
    TYPES.iter().find(|(raw, _)| *raw == kind).map_or(kind, |(_, words)| words)
}

/// What was found in place of something else: a text between quotes, or whatever it is called.
fn this(found: &str) -> String {
    match found.strip_prefix("string \"").and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => format!("the text \"{}\"", super::super::quoted::name(text)),
        None => said(named(found)),
    }
}
