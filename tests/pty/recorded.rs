//! Runs that are recorded, looked at again, stored, and given to others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::{TempDir, tempdir};

use super::program::{PROGRAM, REFERENCE, launch};

/// A comparison of all models, recorded, and the folder it is in.
fn recording() -> (TempDir, PathBuf) {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("r.concviz");
    let args = "compare -w io --tasks 3 --wait 5ms --trace";
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pty-cache");
    let run = Command::new(PROGRAM).args(args.split(' ')).arg(&path).env("XDG_CACHE_HOME", cache).output();
    let run = run.expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    (folder, path)
}

#[test]
fn what_was_recorded_is_looked_at_with_every_key_but_those_that_run_something() {
    let (_folder, path) = recording();
    let program = launch(&format!("view {}", path.display())).size(REFERENCE).start();
    let view = program.until_text("RECORDED");
    assert_eq!(view.lit_tabs(), ["serial"]);
    assert!(!view.footer().contains("r again") && !view.footer().contains("d dials"), "{}", view.footer());
    program.press("x");
    program.until("the replay of all", |v| v.has("REPLAY") && v.has("thr + GIL") && v.has("ideal"));
    program.press("\x1b");
    let all = |v: &super::glass::View| v.rows().iter().filter(|r| r.contains('⚑')).count() == 5;
    let view = program.until("its end", |v| v.has("RECORDED") && all(v));
    assert!(view.row(3).contains('.'), "a verdict: {}", view.text());
    // Two rows down are the processes.
    program.press("\x1b[B\x1b[B\r");
    program.until("the processes", |v| v.lit_tabs() == ["processes"] && v.lane("task 3").is_some());
    for (key, lit) in [
        ("2", &["threads"][..]),
        ("g", &["threads", "GIL ON"]),
        ("g", &["threads"]),
        ("3", &["processes"]),
        ("4", &["async"]),
        ("1", &["serial"]),
    ] {
        program.press(key);
        program.until(&format!("{lit:?} after {key}"), |v| v.lit_tabs() == lit && v.has("RECORDED"));
    }
    program.press("g");
    program.until_text("There is no such run in what was recorded.");
    program.press("o");
    program.until_text("All runs here are of one workload.");
    for key in ["r", "d"] {
        program.press(key);
        let view = program.until_text("These runs were recorded; to run something, start concviz without a file.");
        assert!(view.has("RECORDED") && view.lit_tabs() == ["serial"], "{}", view.text());
    }
    program.press("S");
    program.until_text("These runs are in a file already.");
    program.press("x");
    program.until_text("REPLAY");
    let left = program.quits();
    assert_eq!(left.text().trim(), "", "there is no command that repeats it");
}

#[test]
fn a_picture_of_a_comparison_is_of_its_end_or_says_of_which_instant() {
    let (_folder, path) = recording();
    let program = launch(&format!("view {}", path.display())).size(REFERENCE).start();
    program.until_text("RECORDED");
    program.press("x");
    program.until_text("REPLAY");
    program.press("\x1b");
    program.until_text("RECORDED");
    program.press("P");
    program.until_text("Saved concviz-io-compare.svg");
    program.press("<");
    program.until_text("paused");
    program.press("P");
    program.until_text("Saved concviz-io-compare-2.svg");
    let read = |name: &str| fs::read_to_string(program.folder().join(name)).expect("a picture");
    let (whole, at) = (read("concviz-io-compare.svg"), read("concviz-io-compare-2.svg"));
    assert!(whole.contains("; measured in turn, drawn on one axis") && !whole.contains("of each run"), "{whole}");
    assert!(at.contains("of each run; measured in turn") && at.contains("Under way: "), "{at}");
    program.quits();
}

/// What base64 holds; nothing where it is none.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let bits: Option<Vec<u8>> = text.iter().filter(|c| **c != b'=').map(|c| value(*c)).collect();
    let bits = bits?;
    let bytes = bits.chunks(4).flat_map(|four| {
        let all = four.iter().fold(0_u32, |all, six| all << 6 | u32::from(*six)) << (6 * (4 - four.len()));
        all.to_be_bytes()[1..four.len()].to_vec()
    });
    Some(bytes.collect())
}

#[test]
fn the_screen_records_each_run_stores_them_and_copies_the_result() {
    let program = launch("--set cpu=5ms --trace t.concviz").size(REFERENCE).start();
    program.until_done();
    program.press("2");
    program.until("threads", |v| v.is_done() && v.lit_tabs() == ["threads"]);
    // The rest is measured for the comparison.
    program.press("x");
    program.until("all five", |v| v.has("REPLAY") && v.has("thr + GIL"));
    let trace = program.folder().join("t.concviz");
    let opened = concviz::recorder::read(&trace).expect("a recording");
    let kinds: Vec<_> =
        opened.recordings.iter().map(|r| r.model().expect("a plan")).map(|m| (m.kind.name(), m.lock.is_on())).collect();
    let all = [("serial", false), ("threads", false), ("processes", false), ("async", false), ("threads", true)];
    assert_eq!((kinds.as_slice(), opened.notes.len()), (&all[..], 0));

    program.press("S");
    program.until_text("Stored 5 runs in concviz-cpu.concviz; concviz view opens it.");
    let stored = fs::read(program.folder().join("concviz-cpu.concviz")).expect("a file");
    assert!(stored == fs::read(&trace).expect("a file"), "the same runs in the same words");
    program.press("S");
    program.until_text("Stored 5 runs in concviz-cpu-2.concviz");

    program.press("y");
    program.until_text("Sent to the terminal's clipboard: 5 lines (some terminals refuse it).");
    let output = program.output();
    let begin = b"\x1b]52;c;";
    let at = output.windows(begin.len()).position(|w| w == begin).expect("an OSC 52") + begin.len();
    let end = output[at..].iter().position(|b| matches!(b, 7 | 27)).expect("its end");
    let text = String::from_utf8(decoded(&output[at..at + end]).expect("base64")).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[0].starts_with("concviz cpu: ") && lines[4].starts_with("concviz compare -w cpu "), "{text}");
    assert!(lines[1].contains("serial ") && lines[1].contains("threads "), "{text}");
    program.press("P");
    program.until_text("Saved concviz-cpu-");
    program.quits();
}

#[test]
fn a_file_that_cannot_be_recorded_into_is_said_before_anything_runs() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    fs::write(&path, "mine").expect("written");
    for wrong in [path.clone(), folder.path().to_owned()] {
        let program = launch(&format!("--trace {}", wrong.display())).size(REFERENCE).start();
        let left = program.leaves();
        let text = left.view.text();
        assert_eq!(left.code, Some(1), "{text}");
        assert!(
            text.starts_with(&format!("error: {}", wrong.display())) && text.contains("cannot be recorded"),
            "{text}"
        );
    }
    assert_eq!(fs::read(&path).expect("read"), b"mine");
}

#[test]
fn a_run_that_stood_still_meanwhile_is_no_time_in_its_file_either() {
    let program = launch("--set cpu=300ms --trace t.concviz").start();
    program.until("that it runs", |v| v.header().contains('▶'));
    program.press("\x1a");
    program.until("the shell's screen", super::glass::View::is_given_back);
    let stopped = || (program.process().state() == Some('T')).then_some(());
    super::kernel::eventually("that it stops", stopped);
    program.resume();
    program.until("the end", |v| v.is_taken() && v.is_done());
    let opened = concviz::recorder::read(&program.folder().join("t.concviz")).expect("a recording");
    let run = &opened.recordings[0];
    assert_eq!(run.trace.suspended.len(), 1);
    assert!(!run.counts() && run.broken.is_none());
    program.quits();
}
