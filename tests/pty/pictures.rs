//! Saving pictures.

use std::fs;
use std::path::Path;

use super::program::launch;

/// The names in `folder`, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What is wrong with `text` as XML; nothing if each tag is closed in its order, each attribute quoted, and each
/// reference known. No more of XML is looked at than pictures have.
fn faults(text: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        if let Some(fault) = bad_references(&rest[..at]) {
            return Some(fault);
        }
        let end = rest[at..].find('>').map(|e| at + e);
        let Some(end) = end else { return Some(format!("an open tag: {}", &rest[at..])) };
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}> closes what was not open"));
            }
            continue;
        }
        let (inner, closed) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
        let (name, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
        if !name.chars().all(char::is_alphanumeric) || name.is_empty() {
            return Some(format!("no name: <{tag}>"));
        }
        if let Some(fault) = bad_attributes(attributes) {
            return Some(format!("{fault} in <{tag}>"));
        }
        if !closed {
            open.push(name);
        }
    }
    (!open.is_empty() || !rest.trim().is_empty()).then(|| format!("left over: {open:?} {rest}"))
}

fn bad_references(text: &str) -> Option<String> {
    let known = ["amp;", "lt;", "gt;", "quot;", "apos;"];
    let bad = text.split('&').skip(1).find(|after| !known.iter().any(|k| after.starts_with(k)))?;
    Some(format!("a bare & before {bad}"))
}

fn bad_attributes(mut text: &str) -> Option<String> {
    let mut names = Vec::new();
    while !text.trim().is_empty() {
        let Some((name, after)) = text.trim_start().split_once("=\"") else { return Some("no value".to_owned()) };
        let Some((value, after)) = after.split_once('"') else { return Some("an open quote".to_owned()) };
        if names.contains(&name) || name.contains(char::is_whitespace) {
            return Some(format!("a wrong attribute {name}"));
        }
        names.push(name);
        if let Some(fault) = bad_references(value) {
            return Some(fault);
        }
        text = after;
    }
    None
}

#[test]
fn the_parser_sees_what_it_must() {
    assert_eq!(faults("<svg a=\"1\"><g><b c=\"2\"/>x &amp; y</g></svg>\n"), None);
    for broken in ["<a><b></a></b>", "<a", "<a>", "<a b=c></a>", "<a b=\"1\" b=\"2\"/>", "<a>x & y</a>", "<a/>x"] {
        assert!(faults(broken).is_some(), "{broken}");
    }
}

#[test]
fn a_picture_is_drawn_from_the_run_twice_and_never_overwrites() {
    let program = launch("-m threads --set cpu=5ms").start();
    let view = program.until_done();
    let sentence = view.row(2).trim().split("  ").next().unwrap_or_default().to_owned();
    assert!(sentence.len() > 10, "{sentence}");
    program.press("P");
    program.until_text("Saved concviz-cpu-threads.svg and concviz-cpu-threads.png.");
    assert_eq!(names(program.folder()), ["concviz-cpu-threads.png", "concviz-cpu-threads.svg"]);

    let read = |name: &str| fs::read_to_string(program.folder().join(name)).expect("text");
    let svg = read("concviz-cpu-threads.svg");
    let png = fs::read(program.folder().join("concviz-cpu-threads.png")).expect("dots");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xaeB`\x82"));
    assert_eq!(faults(&svg), None);
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{}", &svg[..80]);
    assert!(svg.contains(&format!(">{sentence}</desc>")), "the sentence is told to who cannot see it");
    assert!(svg.matches(&sentence).count() > 1, "and drawn: {sentence}");
    assert!(svg.contains("task 4") && svg.contains("concviz -w cpu -m threads --set cpu=5ms"), "{svg}");

    program.press("P");
    program.until_text("Saved concviz-cpu-threads-2.svg and concviz-cpu-threads-2.png.");
    assert_eq!(names(program.folder()).len(), 4);
    assert_eq!(read("concviz-cpu-threads.svg"), svg, "the first is as it was");
    program.quits();
}

#[test]
fn a_picture_of_another_run_has_another_name() {
    let program = launch("-w io -m async --global-lock gil --scale 0.01").start();
    program.until_done();
    program.press("P");
    program.until_text("Saved concviz-io-async-gil.svg");
    program.quits();
}

#[test]
fn a_folder_that_cannot_be_written_is_told_in_a_sentence() {
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    // Not a matter of rights, which an administrator has all of: the folder itself is gone.
    fs::remove_dir_all(program.folder()).expect("removed");
    program.press("P");
    program.until_text("No picture: concviz-cpu-serial.svg cannot be written here");
    program.press("r");
    program.until_done();
    program.quits();
}
