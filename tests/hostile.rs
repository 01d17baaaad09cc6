//! Whatever recordings hold as names and reasons, nothing of it is obeyed by a terminal, turns a line around, hides, or is
//! markup where it comes out: in every format and view of an export and in every format of a report.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use concviz::machine::Machine;
use concviz::model::{LockSettings, Model, ModelKind};
use concviz::plan::{Rates, Wishes};
use concviz::recording::{Recording, begin, tail};
use concviz::settings::{ExportFormat, ExportView, Made, Setup};
use concviz::state::{Failure, Outcome, State};
use concviz::trace::file::FileWriter;
use concviz::trace::{Begin, CounterUse, End, Event, Frame, QueueUse, Stamped};
use concviz::units::{CoreId, CounterId, LockId, Ns, QueueId, Stamp, TaskId, WorkerId};
use concviz::workload::{Counter, Queue, Scale, Variant, Workload, find};
use tempfile::tempdir;

const T0: Stamp = Stamp(7_000_000_000);

/// What somebody may call something.
const HOSTILE: [&str; 8] = [
    "red\u{1b}[31m\u{1b}]0;owned\u{7}\u{9b}2J\u{90}q\u{0}\u{8}\u{7f}",
    "two\nlines\r\nand\ta\u{b}tab\u{85}x\u{2028}y\u{2029}z",
    "gnp.\u{202e}exe\u{202d}\u{2066}\u{2067}\u{2068}\u{2069}\u{202c}\u{200e}\u{200f}\u{61c}",
    "pass\u{200b}word\u{200c}\u{200d}\u{2060}\u{feff}\u{fffe}\u{ffff}",
    "</script><script>hostile()</script><!-- ]]>",
    "</text></svg><image href='x' onload=\"hostile()\"/>&hostile; {{data}}",
    "<img src=x onerror=hostile()> *bold* __strong__ `code` | [link](https://hostile.example) ![i](x)",
    "$(hostile) `hostile` =cmd|' /C calc'!A0, \"quoted\"\"",
];

fn stamped(us: u64, worker: u16, event: Event) -> Stamped {
    Stamped { at: T0 + Ns::from_micros(us), worker: WorkerId(worker), core: CoreId(0), event }
}

/// A run in which each task has a lock for a millisecond; with `reason` it breaks off for that.
fn run(kind: ModelKind, first: usize, reason: Option<&str>) -> (Recording, Vec<Frame>) {
    let name = |n: usize| HOSTILE[(first + n) % HOSTILE.len()].to_owned();
    let mut workload = find("locks").expect("a shipped workload");
    (workload.name, workload.title, workload.about) = (name(0), name(1), name(2));
    let variant = |n: usize| Variant {
        workload: Workload { variant: Some(name(n)), ..workload.clone() },
        own: vec![name(n + 1)],
    };
    workload.variants = vec![variant(3), variant(4)];
    workload.variant = Some(name(3));
    let (model, wishes) = (Model::plain(kind), Wishes::default());
    let setup = Setup { workload, model, lock: LockSettings::default(), wishes, scale: Scale::ONE };
    let rates = Rates::all(1_000_000);
    let mut plan = setup.plan(setup.tasks().expect("a sound workload"), 2, rates);
    plan.workload = name(0);
    plan.tasks.iter_mut().enumerate().for_each(|(n, task)| task.name = name(n));
    plan.locks.iter_mut().enumerate().for_each(|(n, lock)| *lock = name(n + 3));
    // One lock more, which several tasks may hold at a time.
    plan.limits = vec![1; plan.locks.len()];
    plan.limits.push(2);
    plan.locks.push(name(6));
    plan.queues = vec![Queue { name: name(4), room: 2 }];
    plan.counters = vec![Counter { name: name(5), start: 0 }];
    let tasks = plan.tasks.len() as u32;
    let permits = LockId::named(plan.locks.len() as u16 - 1);
    let mut events: Vec<Stamped> = (0..tasks).map(|n| stamped(0, 0, Event::Submitted { task: TaskId(n) })).collect();
    for n in 0..tasks {
        let (task, from, lock) = (TaskId(n), u64::from(n) * 1_000, LockId::named(0));
        let enter = Event::Enter { task, state: State::Running, holds: true, ago: Ns::ZERO, due: None };
        events.push(stamped(from, 0, enter));
        events.push(stamped(from + 100, 0, Event::LockTaken { lock, task, waited: Ns::ZERO }));
        events.push(stamped(from + 900, 0, Event::LockReleased { lock, task, forced: false }));
        let waited = Ns::ZERO;
        let (queue, number, counter) = (QueueId(0), u64::from(n), CounterId(0));
        events.push(stamped(from + 910, 0, Event::Put { queue, task, number, length: 1, waited }));
        events.push(stamped(from + 920, 0, Event::Got { queue, task, number, length: 0, waited }));
        // Every addition destroys the one before it.
        let (found, overwrote) = (u32::from(n > 0), n.checked_sub(1).map(TaskId));
        events.push(stamped(from + 930, 0, Event::Added { counter, task, value: 1, found, overwrote, since: Ns(9) }));
        events.push(stamped(from + 940, 0, Event::PermitTaken { lock: permits, task, taken: 1, waited }));
        events.push(stamped(from + 945, 0, Event::LockRefused { lock: permits, task }));
        events.push(stamped(from + 950, 0, Event::PermitReleased { lock: permits, task, taken: 0 }));
        let ended = Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::from_millis(1) };
        events.push(stamped(from + 1_000, 0, ended));
    }
    let last = if let Some(reason) = reason {
        Frame::Failed(Failure::Told { sentence: reason.to_owned() })
    } else {
        let queues = vec![QueueUse { put: tasks.into(), got: tasks.into(), bytes: 9, closed: true }];
        let counters = vec![CounterUse { additions: tasks.into(), value: 1, ..CounterUse::default() }];
        Frame::End(End { at: T0 + Ns::from_millis(u64::from(tasks)), queues, counters, ..End::default() })
    };
    let begin = Begin { t0: T0, pid: 9, workers: 1, cores: vec![0, 1], ..Begin::default() };
    let frames = vec![Frame::Begin(begin), Frame::Events(events), last];
    let mut run = Recording::of_plan(setup, plan, rates, Machine { usable: 2.0, allowed: vec![0, 1] });
    frames.iter().for_each(|frame| run.take(frame.clone()));
    (run, frames)
}

/// A file with runs in which every name of the list is one of everything.
fn file() -> Vec<u8> {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    for (place, reason) in HOSTILE.iter().enumerate() {
        let kind = ModelKind::ALL[place % ModelKind::ALL.len()];
        let (run, frames) = run(kind, place, (place != 2).then_some(reason));
        begin(&mut writer, &run).expect("a vector takes everything");
        frames.iter().for_each(|frame| writer.frame(frame).expect("a vector takes everything"));
        writer.tail(&tail(&run)).expect("a vector takes everything");
    }
    writer.into_inner().expect("a vector takes everything")
}

fn said(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concviz"));
    command.args(args).current_dir(folder).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    let why = String::from_utf8(stderr).expect("UTF-8");
    assert!(status.code().is_some_and(|code| code < 2), "{args:?}: {why}");
    assert_clean(&why, &format!("{args:?} on stderr"));
    assert!(status.success() || !stdout.is_empty(), "{args:?}: {why}");
    String::from_utf8(stdout).expect("UTF-8")
}

/// What has no place in a text that is shown.
fn is_harmful(c: char) -> bool {
    let code = c as u32;
    let listed = [0x61c, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff];
    (c.is_control() && c != '\n')
        || listed.contains(&code)
        || (0x200b..=0x200f).contains(&code)
        || (0x202a..=0x202e).contains(&code)
        || (0x2060..=0x206f).contains(&code)
}

#[track_caller]
fn assert_clean(text: &str, of: &str) {
    if let Some(at) = text.find(is_harmful) {
        let from = text[..at].char_indices().rev().nth(60).map_or(0, |(place, _)| place);
        panic!("{of}: {:?}", text[from..].chars().take(90).collect::<String>());
    }
}

/// The names of the elements of an XML or HTML document, and of its attributes that a browser would run; what is in
/// scripts and comments is left out.
fn elements(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        let end = tag.find('>').expect("a tag ends");
        // What stands between quotes is the value of an attribute, whatever words are in it.
        let outside: String = tag[..end].split('"').step_by(2).collect();
        let mut words = outside.split_whitespace();
        let name = words.next().unwrap_or_default().trim_matches('/').to_owned();
        assert!(!words.any(|word| word.starts_with("on")), "{name} runs something");
        rest = &tag[end + 1..];
        if !tag.starts_with('/') && (name == "script" || name == "style") {
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("it is closed")..];
        }
        found.push(name);
    }
    found
}

/// That nothing in Markdown is anything but text, tables and their rules.
#[track_caller]
fn assert_plain_markdown(text: &str) {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let live = matches!(c, '`' | '<' | '[' | ']' | '*' | '@' | '$') && before != '\\';
        let broken = text[at..].starts_with("<br>");
        assert!(!live || broken, "{:?}", &text[at..].chars().take(40).collect::<String>());
        assert!(!text[at..].starts_with("://") || before == '\\', "an address");
        before = if before == '\\' { ' ' } else { c };
    }
    let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
    let rows: Vec<usize> = text.lines().filter(|line| line.starts_with('|')).map(bars).collect();
    assert!(rows.len() > 3 && rows.iter().all(|bars| *bars == rows[0]), "{rows:?}: {text}");
}

#[test]
fn nothing_of_what_a_recording_holds_is_obeyed_in_any_export() {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join("r.concviz"), file()).expect("written");
    for format in ExportFormat::ALL.into_iter().filter(|format| *format != ExportFormat::Png) {
        for view in ExportView::ALL {
            let has_views = format.row().makes.iter().any(|made| matches!(made, Made::Picture | Made::Screen));
            let on_screen = view != ExportView::Lock;
            if view != ExportView::Tasks && (!has_views || (format.row().makes[0] == Made::Screen && !on_screen)) {
                continue;
            }
            for number in ["1", "3", "8"] {
                let mut args = vec!["export", "r.concviz", "--format", format.name()];
                if has_views {
                    args.extend(["--view", view.name(), "--run", number]);
                }
                let of = args.join(" ");
                let text = said(folder.path(), &args);
                assert!(!text.is_empty(), "{of}");
                match format {
                    ExportFormat::Svg | ExportFormat::Html => {
                        assert_clean(&text, &of);
                        let live = ["image", "img", "foreignObject", "iframe", "object"];
                        let elements = elements(&text);
                        assert!(!elements.iter().any(|name| live.contains(&name.as_str())), "{of}");
                        // The begin and the end of the page's own link.
                        assert!(elements.iter().filter(|name| *name == "a").count() <= 2, "{of}");
                        assert!(text.matches("</script>").count() <= 2 && text.matches("</svg>").count() <= 1, "{of}");
                    }
                    ExportFormat::Ansi => {
                        let parts = text.split("\u{1b}[");
                        let bare = |part: &str| part.split_once('m').map_or(String::new(), |(_, rest)| rest.to_owned());
                        parts.enumerate().for_each(|(place, part)| {
                            assert_clean(&if place == 0 { part.to_owned() } else { bare(part) }, &of);
                        });
                    }
                    ExportFormat::Markdown => {
                        assert_clean(&text, &of);
                        assert_plain_markdown(&text);
                    }
                    ExportFormat::Txt
                    | ExportFormat::Chrome
                    | ExportFormat::Stats
                    | ExportFormat::Csv
                    | ExportFormat::Json
                    | ExportFormat::Cast => assert_clean(&text, &of),
                    ExportFormat::Png => {}
                }
            }
        }
    }
}

#[test]
fn nothing_of_what_a_recording_holds_is_obeyed_in_any_report() {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join("r.concviz"), file()).expect("written");
    for format in ["table", "csv", "markdown", "plain"] {
        let mut args = vec!["compare", "r.concviz"];
        args.extend(if format == "plain" { vec!["--plain"] } else { vec!["--format", format] });
        let text = said(folder.path(), &args);
        assert_clean(&text, format);
        if format == "markdown" {
            assert_plain_markdown(&text);
        }
    }
}
