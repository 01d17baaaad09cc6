//! The page that is handed out, in a real browser: its keys, its pointer, what it tells a screen reader, and that it asks
//! for nothing. Where no Chromium is installed the test says so and passes; `CONCVIZ_CHROMIUM` names one elsewhere.

#[path = "support/skipped.rs"]
mod skipped;

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use concviz::export::{Page, PageRun, PageWork, html};
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, CounterName, End, Event, QueueName, Stamped, TaskName, Trace};
use concviz::units::{CoreId, CounterId, LockId, Ns, QueueId, Stamp, TaskId, WorkerId};
use sha2::{Digest, Sha256};

use crate::skipped::skipped;

const SCRIPT: &str = include_str!("browser/page.js");
/// A browser that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(90);

/// Three tasks: the second works, sleeps, works; the third changes every 50 us for a while. They share a queue, a counter
/// of which an addition is lost, and a lock that two may hold.
fn trace() -> Trace {
    let names = ["one", "two", "three"].map(|name| TaskName { name: name.to_owned(), background: false });
    let (queue, counter, lock) = (QueueId(0), CounterId(0), LockId::named(0));
    let mut trace =
        Trace::new(names.into(), 3).naming_locks(vec!["seats".to_owned()]).limiting_locks(vec![2]).naming_shared(
            vec![QueueName { name: "belt".to_owned(), room: 4 }],
            vec![CounterName { name: "sum".to_owned(), start: 0, apart: false }],
        );
    trace.begin(&Begin { t0: Stamp(0), cores: vec![0, 1], ..Begin::default() });
    let mut push = |at: u64, task: u32, event: Event| {
        trace.push(&Stamped { at: Stamp(at), worker: WorkerId(task as u16), core: CoreId(task as u16 % 2), event });
    };
    let enter =
        |task: u32, state: State| Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
    push(0, 0, enter(0, State::Running));
    push(0, 1, enter(1, State::Running));
    push(20_000_123, 1, enter(1, State::Sleep));
    push(45_000_444, 1, enter(1, State::Running));
    push(0, 2, enter(2, State::Io));
    for turn in 0..400 {
        let at = 60_000_000 + turn * 100_000;
        push(at, 2, enter(2, State::Running));
        push(at + 50_000, 2, enter(2, State::Io));
    }
    let waited = Ns::ZERO;
    push(10_000_000, 0, Event::Put { queue, task: TaskId(0), number: 0, length: 1, waited });
    push(20_000_000, 0, Event::Put { queue, task: TaskId(0), number: 1, length: 2, waited });
    push(50_000_000, 1, Event::Got { queue, task: TaskId(1), number: 0, length: 1, waited });
    let added = |task, value, found, overwrote| Event::Added {
        counter,
        task: TaskId(task),
        value,
        found,
        overwrote,
        since: Ns(9),
    };
    push(30_000_000, 0, added(0, 1, 0, None));
    push(60_000_000, 1, added(1, 1, 1, Some(TaskId(0))));
    push(30_000_000, 0, Event::PermitTaken { lock, task: TaskId(0), taken: 1, waited });
    push(40_000_000, 1, Event::LockRefused { lock, task: TaskId(1) });
    for task in 0..3 {
        let outcome = Outcome::Done;
        push(100_000_000, task, Event::Ended { task: TaskId(task), outcome, signal: 0, cpu: Ns::ZERO });
    }
    trace.end(End { at: Stamp(100_000_000), ..End::default() });
    trace
}

fn run<'a>(name: &'a str, key: char, locked: bool, sentence: &'a str, trace: &'a Trace) -> PageRun<'a> {
    let figures = vec![("time".to_owned(), "100 ms".to_owned()), ("cores".to_owned(), "1.9".to_owned())];
    let notes = Vec::new();
    PageRun {
        name,
        work: 0,
        key,
        locked,
        trace,
        sentence,
        badge: "MEASURED",
        ratio: "1.00×",
        cores: 2.0,
        figures,
        notes,
    }
}

/// A page of one work.
fn page() -> String {
    let trace = trace();
    let runs = vec![
        run("serial", '1', false, "All in a row.", &trace),
        run("threads", '2', false, "Side by side.", &trace),
        run("threads + GIL", '2', true, "One at a time.", &trace),
    ];
    tried(&Page { title: "a test", sentence: "Threads it is.", runs, ..Page::default() })
}

/// A page of two works.
fn page_of_works() -> String {
    let trace = trace();
    let of = |work, name, key| PageRun { work, ..run(name, key, false, "A run.", &trace) };
    let runs =
        vec![of(0, "cpu: serial", '1'), of(0, "cpu: threads", '2'), of(1, "io: threads", '2'), of(1, "io: async", '4')];
    let works = vec![
        PageWork { title: "It computes.", sentence: "Threads compute.", ideal: Some((Ns(50_000_000), "work / cores")) },
        PageWork { title: "It waits.", sentence: "Async waits.", ideal: None },
    ];
    tried(&Page { title: "cpu, io", works, runs, ..Page::default() })
}

/// `page` with the script that tries it out, which its policy is told to allow.
fn tried(page: &Page<'_>) -> String {
    let text = html(page, None);
    let allowed = format!("script-src '{}' '", fingerprint(SCRIPT));
    let policy = text.replacen("script-src '", &allowed, 1);
    assert_ne!(policy, text, "the page has a policy");
    policy.replacen("<script type", &format!("<script>{SCRIPT}</script>\n<script type"), 1)
}

fn fingerprint(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |bits, b| bits + &format!("{b:08b}"));
    bits += "00";
    let letter = |six: &[u8]| {
        let value = six.iter().fold(0, |value, bit| value * 2 + usize::from(bit - b'0'));
        char::from(LETTERS[value])
    };
    format!("sha256-{}=", bits.as_bytes().chunks(6).map(letter).collect::<String>())
}

/// A browser, if one is installed.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CONCVIZ_CHROMIUM").filter(|name| !name.is_empty());
    let names: Vec<OsString> = named.map_or_else(
        || ["chromium", "chromium-browser", "google-chrome"].map(OsString::from).into(),
        |name| vec![name],
    );
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Joined with a folder, an absolute path is itself.
    let places = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// A browser that is gone when this is.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the document is after its scripts have run.
fn dump(browser: &Path, file: &Path, folder: &Path) -> String {
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"])
        .args(["--window-size=1280,900", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut browser = Browser(command.spawn().expect("a browser"));
    let mut out = browser.0.stdout.take().expect("its output");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = out.read_to_end(&mut text);
        let _ = sender.send(text);
    });
    let text = receiver.recv_timeout(PATIENCE).expect("the browser comes to an end");
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn the_page_does_what_the_program_does() {
    assert_outcome(&page(), 60);
}

#[test]
fn a_page_of_several_works_shows_one_at_a_time() {
    assert_outcome(&page_of_works(), 14);
}

/// That nothing fails on `page`, on which at `least` so many things are tried.
#[track_caller]
fn assert_outcome(page: &str, least: usize) {
    let Some(browser) = chromium() else {
        skipped("no Chromium is installed (CONCVIZ_CHROMIUM names one elsewhere)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.html");
    fs::write(&file, page).expect("a file");
    let dom = dump(&browser, &file, folder.path());
    let Some((_, rest)) = dom.split_once("<pre id=\"outcome\">") else {
        panic!("the page's test has not come to its end: {}", dom.len());
    };
    let outcome = rest.split_once("</pre>").map_or("", |(outcome, _)| outcome);
    println!("{outcome}");
    let failed: Vec<&str> = outcome.lines().filter(|line| line.starts_with("FAILED")).collect();
    assert!(failed.is_empty(), "\n{}\n", failed.join("\n"));
    assert!(outcome.lines().filter(|line| line.starts_with("ok ")).count() >= least, "too few were tried");
}
