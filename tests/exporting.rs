//! What is made of recorded runs on the command line: every format and every view of one small file, what is refused,
//! and that nothing is left behind or overwritten then.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::{TempDir, tempdir};

fn concviz(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concviz"));
    command.args(args).current_dir(folder).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
    command.output().expect("the program runs")
}

/// A comparison of three tasks that wait, recorded once for all tests.
fn recording() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempdir().expect("a folder");
        let line = "compare -w io --tasks 3 --wait 5ms --trace r.concviz";
        let Output { status, stderr, .. } = concviz(folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert!(status.success() && stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
        fs::read(folder.path().join("r.concviz")).expect("a file")
    })
}

/// A folder with the recording `r.concviz`.
fn folder() -> TempDir {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join("r.concviz"), recording()).expect("written");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Exports with `args`, which must succeed in silence: what was printed.
#[track_caller]
fn exported(folder: &Path, args: &str) -> Vec<u8> {
    let args: Vec<&str> = ["export"].into_iter().chain(args.split(' ')).collect();
    let Output { status, stdout, stderr } = concviz(folder, &args);
    assert_eq!((status.code(), String::from_utf8_lossy(&stderr).as_ref()), (Some(0), ""), "{args:?}");
    stdout
}

/// Exports with `args`, which must fail with `code`: the one sentence that says why.
#[track_caller]
fn refused(folder: &Path, args: &str, code: i32) -> String {
    let before = names(folder);
    let args: Vec<&str> = ["export"].into_iter().chain(args.split(' ')).collect();
    let Output { status, stdout, stderr } = concviz(folder, &args);
    let said = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(status.code(), Some(code), "{args:?}: {said}");
    assert!(said.starts_with("error: ") && stdout.is_empty(), "{args:?}: {said}");
    assert_eq!(names(folder), before, "{args:?} left something behind");
    assert!(code == 2 || (said.lines().count() == 1 && said.len() < 300), "{args:?}: {said}");
    said
}

/// What is wrong with `xml`, if it is not well-formed; enough of a parser for what this program writes.
fn faults(xml: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        if rest[..at].contains('&')
            && !rest[..at].split('&').skip(1).all(|r| r.split_once(';').is_some_and(|p| p.0.len() < 8))
        {
            return Some(format!("a bare & in {}", &rest[..at]));
        }
        let tag = &rest[at + 1..];
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = &comment[comment.find("-->")? + 3..];
            continue;
        }
        let end = tag.find('>')?;
        let body = &tag[..end];
        let name = body.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if body.starts_with('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}> closes another"));
            }
        } else if !body.ends_with('/') && !body.starts_with(['?', '!']) {
            open.push(name);
        }
        if body.matches('"').count() % 2 == 1 {
            return Some(format!("an open quote in <{body}>"));
        }
        rest = &tag[end + 1..];
    }
    (!open.is_empty()).then(|| format!("never closed: {open:?}"))
}

/// That `bytes` are of `format`.
#[track_caller]
fn assert_format(format: &str, bytes: &[u8]) {
    assert!(!bytes.is_empty(), "{format}");
    if format == "png" {
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a picture");
        assert!(reader.info().width >= 480);
        return;
    }
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    match format {
        "svg" => assert_eq!((faults(text), text.contains("<desc")), (None, true)),
        "html" => assert!(text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>")),
        "txt" => assert!(text.lines().count() == 36 && !text.contains('\u{1b}') && text.contains("task 3")),
        "ansi" => assert!(text.contains("\u{1b}[") && text.contains("task")),
        "markdown" => assert!(text.lines().any(|line| line.starts_with("| ")) && text.contains("serial")),
        "json" | "chrome" => drop(serde_json::from_str::<serde_json::Value>(text).expect("JSON")),
        "csv" | "stats" => {
            let commas = |line: &str| {
                let quoted = line.split('"').step_by(2);
                quoted.map(|part| part.matches(',').count()).sum::<usize>()
            };
            let head = text.lines().next().map(commas);
            assert!(text.lines().count() > 3 && head > Some(3));
            assert!(text.lines().all(|line| Some(commas(line)) == head), "{text}");
        }
        "cast" => {
            let mut lines = text.lines().filter(|line| !line.starts_with('#'));
            let head: serde_json::Value = serde_json::from_str(lines.next().expect("a head")).expect("JSON");
            assert!(head["version"].is_number());
            for line in lines {
                let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
                assert!(event[0].is_number() && event[1].is_string() && event[2].is_string(), "{line}");
            }
        }
        other => panic!("{other}"),
    }
}

const FORMATS: [(&str, &str); 11] = [
    ("svg", "o.svg"),
    ("png", "o.png"),
    ("html", "o.html"),
    ("txt", "o.txt"),
    ("ansi", "o.ansi"),
    ("markdown", "o.md"),
    ("chrome", "o.trace.json"),
    ("csv", "o.csv"),
    ("stats", "o.stats.csv"),
    ("json", "o.json"),
    ("cast", "o.cast"),
];

#[test]
fn every_format_is_written_to_a_file_and_to_standard_output() {
    let folder = folder();
    for (format, file) in FORMATS {
        assert!(exported(folder.path(), &format!("r.concviz -o {file}")).is_empty());
        let bytes = fs::read(folder.path().join(file)).expect("a file");
        assert_format(format, &bytes);
        let printed = exported(folder.path(), &format!("r.concviz --format {format}"));
        assert_format(format, &printed);
        assert_eq!(exported(folder.path(), &format!("r.concviz --format {format} -o -")), printed);
    }
    assert_eq!(names(folder.path()).len(), 1 + FORMATS.len(), "no other files");
}

#[test]
fn every_view_is_a_picture_of_its_own() {
    let folder = folder();
    let mut seen = Vec::new();
    for view in ["tasks", "workers", "order", "cores", "lock", "utilization", "compare", "screen"] {
        let svg = exported(folder.path(), &format!("r.concviz --format svg --run threads+gil --view {view}"));
        assert_format("svg", &svg);
        assert!(!seen.contains(&svg), "{view} looks like another");
        seen.push(svg);
        if view == "screen" {
            let why = refused(folder.path(), "r.concviz -o x.png --view screen", 1);
            assert!(why.contains("not as png"), "{why}");
        } else {
            assert_format("png", &exported(folder.path(), &format!("r.concviz --format png --view {view}")));
        }
        if view == "lock" {
            let why = refused(folder.path(), &format!("r.concviz -o x.txt --view {view}"), 1);
            assert!(why.contains(&format!("no view `{view}`")) && why.contains("svg"), "{why}");
        } else {
            assert!(!exported(folder.path(), &format!("r.concviz --format txt --view {view}")).is_empty());
        }
    }
    let moving = exported(folder.path(), "r.concviz --format svg --animate 4s");
    assert_format("svg", &moving);
    assert!(!seen.contains(&moving));
}

#[test]
fn several_runs_stand_one_above_the_other_on_one_axis() {
    let folder = folder();
    for view in ["tasks", "workers", "cores", "lock", "utilization"] {
        let args = format!("r.concviz --format svg --view {view} --run threads+gil --run processes");
        let both = exported(folder.path(), &args);
        assert_format("svg", &both);
        let both = String::from_utf8(both).expect("UTF-8");
        let heading = |name: &str| both.find(&format!("font-weight=\"700\">{name}</text>"));
        let (first, second) = (heading("threads+GIL"), heading("processes"));
        assert!(first.is_some() && first < second, "{view}");
        let turned = format!("r.concviz --format svg --view {view} --run processes --run threads+gil");
        assert_ne!(exported(folder.path(), &turned), both.as_bytes(), "{view}: in the order in which they are named");
        assert_format("png", &exported(folder.path(), &args.replace("svg", "png")));
        // A run that is named twice is shown once.
        let once = exported(folder.path(), &format!("r.concviz --format svg --view {view} --run 5 --run threads+gil"));
        let once = String::from_utf8(once).expect("UTF-8");
        assert!(!once.contains("font-weight=\"700\">threads+GIL</text>"), "{view}");
    }
    let compared = |args: &str| {
        let args = format!("r.concviz --format svg --view compare{args}");
        String::from_utf8(exported(folder.path(), &args)).expect("UTF-8").matches("data-from").count()
    };
    assert_eq!((compared(" --run serial --run async"), compared(" --run serial")), (2, 1));
    assert_eq!(compared(""), 5);
    let rows = |args: &str| exported(folder.path(), &format!("r.concviz --format stats{args}")).len();
    assert!(rows(" --run 1") < rows(" --run 1 --run 2") && rows(" --run 1 --run 2") < rows(""));
    fs::copy(folder.path().join("r.concviz"), folder.path().join("later.concviz")).expect("copied");
    let two = exported(folder.path(), "r.concviz later.concviz --format svg --run 1 --run 6");
    let two = String::from_utf8(two).expect("UTF-8");
    assert!(two.contains(">r serial</text>") && two.contains(">later serial</text>"));
}

#[test]
fn the_name_that_speedscope_reads_is_the_one_that_is_suggested() {
    let folder = folder();
    let Output { stdout, .. } = concviz(folder.path(), &["export", "--help"]);
    let help = String::from_utf8(stdout).expect("UTF-8");
    assert!(help.contains(".trace.json") && !help.contains(".chrome.json"), "{help}");
    exported(folder.path(), "r.concviz -o a.trace.json");
    exported(folder.path(), "r.concviz -o a.chrome.json");
    let read = |name: &str| fs::read(folder.path().join(name)).expect("a file");
    assert_eq!(read("a.trace.json"), read("a.chrome.json"));
}

/// The words of a command line, as a shell would read them.
fn words(line: &str) -> Vec<String> {
    let Output { stdout, .. } =
        Command::new("sh").args(["-c", &format!("printf '%s\\n' {line}")]).output().expect("a shell");
    String::from_utf8(stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn the_command_in_a_file_makes_the_same_file_again() {
    let folder = folder();
    let cases: [&[&str]; 8] = [
        &["-o", "o.svg", "--run", "threads+gil", "--run", "processes", "--run", "1", "--view", "cores"],
        &["-o", "o.svg"],
        &["-o", "o.svg", "--run", "threads+gil", "--view", "lock", "--range", "1ms..4.5ms", "--theme", "light"],
        &["-o", "o.svg", "--view", "compare", "--title", "It's <a> & \"b\"", "--post"],
        &["-o", "o.svg", "--view", "screen", "--screen", "90x30", "--run", "4"],
        &["-o", "o.svg", "--animate", "1500ms", "--width", "900"],
        &["-o", "o.html", "--title", "a b", "--theme", "dark"],
        &["-o", "o.cast", "--speed", "0.25", "--screen", "80x24", "--run", "2"],
    ];
    for case in cases {
        let args: Vec<&str> = ["export", "r.concviz"].into_iter().chain(case.iter().copied()).collect();
        let run = |args: &[&str]| {
            let Output { status, stderr, .. } = concviz(folder.path(), args);
            assert!(status.success(), "{args:?}: {}", String::from_utf8_lossy(&stderr));
            let path = folder.path().join(case[1]);
            let text = fs::read_to_string(&path).expect("a file");
            fs::remove_file(path).expect("removed");
            text
        };
        let text = run(&args);
        // As it stands in the file, with what the format escapes.
        let at = text.find("concviz export r.concviz").unwrap_or_else(|| panic!("{case:?} names no command"));
        let end = text[at..].find(['<', '\n']).map_or(text.len(), |end| at + end);
        let line = if case[1] == "o.cast" {
            let head: serde_json::Value = serde_json::from_str(text.lines().next().unwrap_or_default()).expect("JSON");
            head["command"].as_str().expect("a command").to_owned()
        } else {
            let line = &text[at..end];
            let line = if text[..at].ends_with('(') { line.trim_end_matches(')') } else { line };
            line.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&")
        };
        let again = words(&line);
        let again: Vec<&str> = again.iter().map(String::as_str).collect();
        assert_eq!(again.first(), Some(&"concviz"));
        assert!(run(&again[1..]) == text, "`{line}` makes another file than {case:?}");
    }
}

#[test]
fn what_is_there_is_replaced_only_by_force() {
    let folder = folder();
    fs::write(folder.path().join("o.svg"), "mine").expect("written");
    let why = refused(folder.path(), "r.concviz -o o.svg", 1);
    assert!(why.contains("o.svg is there already") && why.contains("--force"), "{why}");
    assert_eq!(fs::read(folder.path().join("o.svg")).expect("read"), b"mine");
    // A failure takes nothing away, whatever was allowed.
    refused(folder.path(), "r.concviz -o o.svg --force --run 9", 1);
    assert_eq!(fs::read(folder.path().join("o.svg")).expect("read"), b"mine");
    exported(folder.path(), "r.concviz -o o.svg --force");
    assert_format("svg", &fs::read(folder.path().join("o.svg")).expect("read"));
    // Nor is the recording itself.
    refused(folder.path(), "r.concviz --format csv -o r.concviz", 1);
    assert_eq!(fs::read(folder.path().join("r.concviz")).expect("read"), recording());
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let folder = folder();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("written");
    write("empty", b"");
    write("foreign", b"<svg></svg>\n");
    write("cut", &recording()[..700]);
    fs::create_dir(folder.path().join("folder")).expect("made");
    let cases = [
        ("r.concviz -o o.xyz", 2, &["o.xyz does not say what to write", "--format", "chrome"][..]),
        ("r.concviz", 2, &["-o FILE.svg", "--format"]),
        ("r.concviz -o o.svg --format pdf", 2, &["pdf", "svg"]),
        ("-o o.svg", 2, &["FILE"]),
        ("r.concviz -o o.png --animate 3s", 2, &["--animate says nothing about png, it is for svg"]),
        ("r.concviz -o o.md --run 1", 2, &["--run says nothing about markdown"]),
        ("r.concviz -o o.txt --title a", 2, &["--title says nothing about txt"]),
        ("r.concviz -o o.svg --screen 90x30", 2, &["--screen says nothing about a picture", "--view screen"]),
        ("r.concviz -o o.svg --view screen --width 900", 2, &["--width", "about the screen", "--view tasks"]),
        ("r.concviz -o o.txt --run 1 --run 2", 2, &["the screen shows one run", "tasks, workers", "compare"]),
        ("r.concviz -o o.svg --view screen --run 1 --run 2", 2, &["the screen shows one run"]),
        ("r.concviz -o o.svg --run 1 --run 9", 1, &["no such run"]),
        ("r.concviz -o o.svg --run 1 --run 2 --range 10s..20s", 1, &["nothing of the run lies in the range"]),
        ("r.concviz -o o.svg --run fast", 2, &["threads+gil"]),
        ("r.concviz -o o.svg --range 5ms..1ms", 2, &["ends before it begins"]),
        ("r.concviz -o o.svg --range 5ms", 2, &["0s..50ms"]),
        ("r.concviz -o o.svg --width 3", 2, &["from 480 to 8000"]),
        ("r.concviz -o o.svg --screen 1x1", 2, &["40x12"]),
        ("r.concviz -o o.svg --run 9", 1, &["no such run", "5 threads+GIL", "--run"]),
        ("r.concviz -o o.svg --run 0", 1, &["no such run"]),
        ("r.concviz -o o.txt --run processes+gil", 1, &["no such run"]),
        ("r.concviz -o o.csv --run 9", 1, &["no such run"]),
        ("r.concviz -o o.svg --range 10s..20s", 1, &["nothing of the run lies in the range", "--range"]),
        ("r.concviz -o o.txt --range 10s..20s", 1, &["nothing of the run lies in"]),
        ("r.concviz -o o.csv --range 10s..20s", 1, &["nothing of the run lies in"]),
        ("r.concviz -o o.svg --view compare --range 10s..20s", 1, &["nothing of the run lies in"]),
        ("empty -o o.svg", 1, &["empty cannot be opened", "nothing was recorded"]),
        ("foreign -o o.svg", 1, &["foreign cannot be opened", "no recording of concviz", "--trace"]),
        ("cut -o o.svg", 1, &["cut cannot be opened", "damaged at byte "]),
        ("missing -o o.svg", 1, &["missing cannot be opened"]),
        ("folder -o o.svg", 1, &["folder cannot be opened"]),
        ("r.concviz -o no/such/o.svg", 1, &["no/such/o.svg cannot be written"]),
        ("r.concviz -o folder --format svg", 1, &["folder is there already"]),
    ];
    for (args, code, parts) in cases {
        let why = refused(folder.path(), args, code);
        for part in parts {
            assert!(why.contains(part), "{args}: `{part}` is missing in: {why}");
        }
    }
}

#[test]
fn what_comes_before_the_damage_is_exported_and_that_is_said() {
    let folder = folder();
    let mut bytes = recording().to_vec();
    bytes.truncate(bytes.len() - 40);
    fs::write(folder.path().join("hurt.concviz"), bytes).expect("written");
    let Output { status, stdout, stderr } = concviz(folder.path(), &["export", "hurt.concviz", "--format", "markdown"]);
    let said = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(
        said.starts_with("note: hurt.concviz: ") && said.contains("at byte ") && said.lines().count() == 1,
        "{said}"
    );
    assert_format("markdown", &stdout);
}

#[test]
fn files_with_several_sources_are_told_apart() {
    let folder = folder();
    fs::copy(folder.path().join("r.concviz"), folder.path().join("later.concviz")).expect("copied");
    let table = exported(folder.path(), "r.concviz later.concviz --format markdown");
    let table = String::from_utf8(table).expect("UTF-8");
    assert!(table.contains("r serial") && table.contains("later threads+GIL"), "{table}");
    assert_format("svg", &exported(folder.path(), "r.concviz later.concviz --format svg --view compare"));
    assert_format("html", &exported(folder.path(), "r.concviz later.concviz --format html"));
    let why = refused(folder.path(), "r.concviz later.concviz -o o.svg --run 11", 1);
    assert!(why.contains("10 "), "{why}");
}

/// A folder with runs of three works in `s.concviz`: 1 and 2 of io, 3 and 4 of cpu, 5 of cpu at another scale.
fn several() -> TempDir {
    let folder = tempdir().expect("a folder");
    for line in [
        "-w io --tasks 2 --wait 2ms -m threads",
        "-w io --tasks 2 --wait 2ms -m async",
        "-w cpu --tasks 2 --set cpu=1ms -m serial",
        "-w cpu --tasks 2 --set cpu=1ms -m threads",
        "-w cpu --tasks 2 --set cpu=1ms -m threads --scale 0.5",
    ] {
        let args: Vec<&str> = ["run", "--trace", "s.concviz"].into_iter().chain(line.split(' ')).collect();
        let Output { status, stderr, .. } = concviz(folder.path(), &args);
        assert!(status.success(), "{line}: {}", String::from_utf8_lossy(&stderr));
    }
    folder
}

#[test]
fn a_run_of_several_workloads_is_named_with_its_workload() {
    let folder = several();
    let of = |args: &[&str]| {
        let args: Vec<&str> = ["export", "s.concviz"].iter().chain(args).copied().collect();
        let Output { status, stdout, stderr } = concviz(folder.path(), &args);
        assert_eq!((status.code(), String::from_utf8_lossy(&stderr).as_ref()), (Some(0), ""), "{args:?}");
        String::from_utf8(stdout).expect("UTF-8")
    };
    // One run: its picture, its data, its screen.
    let svg = of(&["--format", "svg", "--run", "io:threads"]);
    assert!(svg.contains(">io, threads: 2 tasks") && svg.contains("--run io:threads"), "{svg}");
    let half = of(&["--format", "svg", "--run", "cpu scale=0.5:threads"]);
    assert!(
        half.contains(">cpu, threads: 2 tasks") && half.contains("--run &#39;cpu scale=0.5:threads&#39;"),
        "{half}"
    );
    let screen = of(&["--format", "txt", "--run", "cpu scale=1:threads"]);
    assert!(screen.starts_with(" cpu scale=1 2 tasks"), "{screen}");
    // Several: each with the name of its workload, unless all are of one.
    let both = of(&["--format", "svg", "--run", "io:async", "--run", "cpu scale=1:serial"]);
    assert!(both.contains(">io: async<") && both.contains(">cpu: serial<"), "{both}");
    let alike = of(&["--format", "svg", "--run", "io:async", "--run", "io:threads"]);
    assert!(alike.contains(">async<") && !alike.contains("io: async"), "{alike}");
    let csv = of(&["--format", "csv"]);
    for name in ["io: threads,", "cpu scale=1: serial,", "cpu scale=0.5: threads,"] {
        assert!(csv.contains(name), "no {name} in {}", csv.lines().take(3).collect::<Vec<_>>().join("\n"));
    }
    // All of one workload, compared with each other.
    let compared = of(&["--format", "svg", "--view", "compare", "--run", "cpu scale=1:all"]);
    assert!(compared.contains(">cpu: 2 tasks") && compared.contains(">1.00<"), "{compared}");
    assert!(!compared.contains("did not do the same work"), "{compared}");
    let every = of(&["--format", "svg", "--view", "compare"]);
    assert!(every.contains(">io, cpu scale=1, cpu scale=0.5; measured") && every.contains(">cpu scale=0.5 threads<"));
    let screen = of(&["--format", "txt", "--view", "compare", "--run", "cpu scale=1:all"]);
    assert!(screen.starts_with(" cpu scale=1 2 tasks"), "{screen}");
    let row = |name: &str| screen.lines().skip(3).find(|line| line.trim_start_matches(['▌', ' ']).starts_with(name));
    assert!(row("serial").is_some_and(|row| row.contains("1.00")) && row("async").is_none(), "{screen}");
    // The page and the tables have everything.
    let page = of(&["--format", "html"]);
    assert!(page.contains("<th scope=\"row\">cpu scale=1: serial</th>") && page.contains("<h1>io, cpu scale=1, "));
    let table = of(&["--format", "markdown"]);
    assert!(table.starts_with("io, cpu scale=1, cpu scale=0.5\n") && table.contains("| io async |"), "{table}");
}

#[test]
fn a_run_that_several_workloads_have_is_not_guessed() {
    let folder = several();
    let cases = [
        ("-o o.svg --run threads", 1, &["1 io:threads, 4 cpu scale=1:threads, 5 cpu scale=0.5:threads", "--run"][..]),
        ("-o o.csv --run processes", 1, &["no such run", "2 io:async", "3 cpu scale=1:serial"]),
        ("-o o.svg --run cpu:threads", 1, &["no such run", "5 cpu scale=0.5:threads"]),
        ("-o o.txt --run io:serial", 1, &["no such run"]),
        ("-o o.svg --run sort:all", 1, &["no such run"]),
        ("-o o.svg --run io:fast", 2, &["threads+gil"]),
        ("-o o.txt --run io:all", 2, &["the screen shows one run"]),
    ];
    for (args, code, parts) in cases {
        let why = refused(folder.path(), &format!("s.concviz {args}"), code);
        for part in parts {
            assert!(why.contains(part), "{args}: `{part}` is missing in: {why}");
        }
    }
    // What only one of them has needs no name.
    exported(folder.path(), "s.concviz --format svg --run async");
    exported(folder.path(), "s.concviz --format svg --run 4");
}

#[test]
fn a_comparison_of_several_workloads_names_them_in_every_format() {
    let folder = several();
    let of = |format: &str| {
        let Output { status, stdout, .. } = concviz(folder.path(), &["compare", "s.concviz", "--format", format]);
        assert!(status.success(), "{format}");
        String::from_utf8(stdout).expect("UTF-8")
    };
    let works = "io, cpu scale=1, cpu scale=0.5";
    let table = of("table");
    assert!(table.starts_with(&format!("{works}\n")) && table.contains("\ncpu scale=0.5 threads "), "{table}");
    assert!(table.contains("No ratios: the runs did not do the same work."), "{table}");
    for row in ["| io threads |", "| io async |", "| cpu scale=1 serial |", "| cpu scale=0.5 threads |"] {
        assert!(of("markdown").contains(row), "{row}");
    }
    for row in ["\nio,threads,off,0,1,", "\nio,async,", "\ncpu scale=1,serial,", "\ncpu scale=0.5,threads,"] {
        assert!(of("csv").contains(row), "{row}");
    }
    let document: serde_json::Value = serde_json::from_str(&of("json")).expect("JSON");
    let rows = document["rows"].as_array().expect("rows");
    assert_eq!((document["same_work"].as_str(), rows.len()), (Some("no"), 5));
    assert!(rows[1..].iter().all(|row| row["speedup"].is_null() && row["no_speedup"] == "other work"), "{rows:?}");
    let Output { stdout, .. } = concviz(folder.path(), &["compare", "s.concviz", "--plain"]);
    let said = String::from_utf8_lossy(&stdout).into_owned();
    assert!(said.starts_with(&format!("Runs of 3 workloads: {works}.\n")), "{said}");
}

#[test]
fn runs_are_recorded_by_every_command_that_makes_some() {
    let folder = tempdir().expect("a folder");
    let all = |line: &str| {
        let Output { status, stderr, .. } = concviz(folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert!(status.success(), "{line}: {}", String::from_utf8_lossy(&stderr));
    };
    all("run -w io --tasks 2 --wait 2ms --trace f.concviz");
    all("run -w io --tasks 2 --wait 2ms --repeat 2 --format json --trace f.concviz");
    all("compare -w io --tasks 2 --wait 2ms -m serial,async --trace f.concviz");
    let opened = concviz::recorder::read(&folder.path().join("f.concviz")).expect("sound");
    let kinds: Vec<&str> =
        opened.recordings.iter().map(|r| r.planned().expect("a plan").plan.model.kind.name()).collect();
    assert_eq!(kinds, ["serial", "serial", "serial", "serial", "async"]);
    assert!(opened.notes.is_empty() && opened.recordings.iter().all(|r| r.broken.is_none()));
    // Where it cannot be recorded nothing is run.
    fs::write(folder.path().join("notes.txt"), "mine").expect("written");
    for line in ["run -w io --trace notes.txt", "compare -w io --trace notes.txt", "run -w io --trace ."] {
        let Output { status, stdout, stderr } = concviz(folder.path(), &line.split(' ').collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&stderr);
        assert_eq!((status.code(), stdout.len(), said.lines().count()), (Some(1), 0, 1), "{line}: {said}");
        assert!(said.contains("cannot be recorded into"), "{said}");
    }
    assert_eq!(fs::read(folder.path().join("notes.txt")).expect("read"), b"mine");
}

#[test]
fn what_tasks_share_is_in_every_format_that_can_show_it() {
    let folder = tempdir().expect("a folder");
    // Whoever stores long after it has loaded overwrites what another has stored meanwhile.
    let workload = "format = 1\nname = 'shared'\n[queues]\n'jobs <&>' = 3\n[counters]\ntotal = 5\n\
        [[tasks]]\nname = 'maker'\ncount = 2\nsteps = [{ repeat = { times = 10, steps = [{ put = 'jobs <&>' }] } }]\n\
        [[tasks]]\nname = 'user'\ncount = 2\nsteps = [{ repeat = { each = 'jobs <&>', steps = [\n\
        { lock = { name = 'slots', limit = 2, steps = ['yield'] } },\n\
        { add = { counter = 'total', how = 'plain', gap = '4ms', switch = true } }] } }]\n";
    std::fs::write(folder.path().join("w.toml"), workload).expect("written");
    let made = concviz(folder.path(), &["run", "-w", "w.toml", "-m", "threads", "--trace", "x.concviz"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let text =
        |args: &str| String::from_utf8(exported(folder.path(), &format!("x.concviz --format {args}"))).expect("UTF-8");
    let chrome: serde_json::Value = serde_json::from_str(&text("chrome")).expect("JSON");
    let events = chrome["traceEvents"].as_array().expect("events");
    let count = |key: &str, value: &str| events.iter().filter(|event| event[key] == value).count();
    assert_eq!(chrome["otherData"]["runs"][0]["messages"], 20);
    assert_eq!(count("cat", "message"), 40, "an arrow for each message");
    assert_eq!(count("name", "queue jobs <&>"), 41, "each put, each get, and what there was at first");
    assert_eq!(count("name", "counter total"), 21);
    assert!(count("name", "lock slots") > 20 && count("name", "lost update") > 0);
    let total = events.iter().rfind(|event| event["name"] == "counter total").expect("a sample");
    let (value, lost) = (total["args"]["value"].as_u64().expect("a value"), count("name", "lost update"));
    assert!(total["args"]["expected"] == 25 && value < 25 && lost <= 20, "{total}");
    let page = text("html");
    assert!(page.contains("\"kind\":\"queue\",\"name\":\"jobs \\u003c\\u0026\\u003e\",\"room\":3"));
    let picture = text("svg");
    assert_eq!(faults(&picture), None);
    for said in ["queue jobs &lt;&amp;&gt;", "counter total", "lock slots", "lost updates", "first loss"] {
        assert!(picture.contains(said), "no {said}");
    }
    let table = text("markdown");
    assert!(table.contains(&format!("should be 25, is {value}")), "{table}");
    assert!(table.contains("- threads: 20 messages put into \\`jobs \\<\\&\\>\\`, 20 taken out"), "{table}");
}

#[test]
fn a_picture_of_a_run_that_is_stuck_says_why() {
    let folder = tempdir().expect("a folder");
    for model in ["threads", "async"] {
        let line = format!("run -w deadlock --set reach=5ms -m {model} --trace f.concviz");
        assert!(!concviz(folder.path(), &line.split(' ').collect::<Vec<_>>()).status.success(), "{line}");
    }
    let why = "deadlock: left wants `b`, right wants `a`; take locks in one order";
    let picture = |run: &str| String::from_utf8(exported(folder.path(), run)).expect("UTF-8");
    let one = picture("f.concviz -o - --format svg --run 1");
    assert!(faults(&one).is_none() && one.contains(why), "{one}");
    let both = picture("f.concviz -o - --format svg --run 1 --run 2");
    assert!(["threads: ", "async: "].iter().all(|row| both.contains(&format!("{row}{why}"))), "{both}");
}
