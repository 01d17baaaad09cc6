//! For tests that cannot run on every machine: they say so, and `.ci/run` counts them.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::thread;

/// Says that the test that calls this does not run here, and why: on its output, which `cargo test` shows of tests that
/// fail only, and as a line of the file `skipped` in Cargo's folder for tests' files, which `.ci/run` lists.
pub fn skipped(why: &str) {
    println!("SKIPPED: {why}");
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    let mut list = OpenOptions::new().create(true).append(true).open(list).expect("the list of what is skipped");
    let thread = thread::current();
    let line = format!("{} {}: {}\n", env!("CARGO_CRATE_NAME"), thread.name().unwrap_or("?"), why.replace('\n', " "));
    // In one piece: other tests write theirs meanwhile.
    list.write_all(line.as_bytes()).expect("a line");
}
