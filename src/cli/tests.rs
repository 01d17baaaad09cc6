use super::*;
use crate::model::{GlobalLock, LockSettings, ModelKind};
use crate::palette::Theme;
use crate::settings::Color;
use crate::units::Ns;
use crate::workload::Value;

/// A machine with two cores and a few files.
pub(super) struct Fake;

const GOOD: &str = "format = 1\nname = \"mine\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n";

const RACE: &str = "format = 1\nname = \"race\"\nvariant = \"plain\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n\
    [[variants]]\nname = \"locked\"\nlock = \"gil\"\nparams = { wait = \"5ms\" }\n\
    [[variants.tasks]]\nname = \"t\"\nsteps = [{ sleep = \"wait\" }]\n";

impl Host for Fake {
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let bytes = match path.to_str() {
            Some("mine.toml" | "folder/mine") => GOOD.as_bytes().to_vec(),
            Some("gil.toml") => GOOD.replace("[[tasks]]", "lock = \"gil\"\n[[tasks]]").into_bytes(),
            Some("old.toml") => GOOD.replace("[[tasks]]", "lock = \"gil-legacy\"\n[[tasks]]").into_bytes(),
            Some("race.toml" | "folder/race") => RACE.as_bytes().to_vec(),
            Some("a:b.toml" | "folder/a:b") => GOOD.as_bytes().to_vec(),
            Some("late.toml") => RACE.replace("steps = [{ sleep", "count = \"wait\"\nsteps = [{ sleep").into_bytes(),
            Some("broken.toml") => b"format = 1\nname = mine\n".to_vec(),
            Some("latin1.toml") => b"format = 1\nname = \"caf\xe9\"\n".to_vec(),
            Some("large.toml") => vec![b'#'; (2 << 20).min(most as usize)],
            Some("secret.toml") => return Err(io::ErrorKind::PermissionDenied.into()),
            Some("folder.toml") => return Err(io::ErrorKind::IsADirectory.into()),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(bytes)
    }

    fn allowed_cores(&self) -> u16 {
        2
    }
}

fn parsed(line: &str) -> Result<Invocation, Exit> {
    parse(std::iter::once("concviz").chain(line.split_whitespace()), &Fake)
}

fn screen(line: &str) -> Settings {
    match parsed(line) {
        Ok(Invocation::Screen(settings)) => settings,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn without_arguments_the_screen_starts_with_cpu_serial() {
    let settings = screen("");
    assert_eq!(settings.setup.workload.name, "cpu");
    assert_eq!(settings.setup.model, crate::model::Model::plain(ModelKind::Serial));
    assert_eq!(
        settings.setup.wishes,
        crate::plan::Wishes { workers: None, cores: None, seed: 1, no_kernel_record: false }
    );
    assert_eq!(settings.setup.lock, LockSettings::default());
    assert!(settings.mouse && !settings.ascii && !settings.plain);
    assert_eq!((settings.color, settings.theme), (Color::Auto, Theme::Dark));
}

#[test]
fn every_option_arrives() {
    let settings = screen(
        "-w io -m threads --global-lock gil --switch-interval 20ms --tasks 6 --workers 3 --cores 2 --scale 0.25 \
         --seed 9 --set wait=100ms --color never --theme color-blind --ascii --no-mouse --plain --no-kernel-record",
    );
    assert_eq!(settings.setup.workload.param("tasks"), Some(Value::Count(6)));
    assert_eq!(settings.setup.workload.param("wait"), Some(Value::Time(Ns::from_millis(100))));
    assert_eq!(settings.setup.model.kind, ModelKind::Threads);
    assert_eq!(settings.setup.model.lock, GlobalLock::gil(Ns::from_millis(20)));
    assert_eq!(
        settings.setup.wishes,
        crate::plan::Wishes { workers: Some(3), cores: Some(2), seed: 9, no_kernel_record: true }
    );
    assert_eq!(settings.setup.scale.millionths, 250_000);
    assert_eq!((settings.color, settings.theme), (Color::Never, Theme::ColorBlind));
    assert!(settings.ascii && settings.plain && !settings.mouse);
}

#[test]
fn the_interval_is_kept_for_a_lock_that_is_switched_on_later() {
    let settings = screen("--switch-interval 1ms");
    assert_eq!((settings.setup.model.lock, settings.setup.lock.interval), (GlobalLock::Off, Ns::from_millis(1)));
    let settings = screen("--check-interval 1000");
    assert_eq!(settings.setup.model.lock, GlobalLock::Off);
    assert_eq!(settings.setup.lock.lock(), GlobalLock::GilLegacy { check_interval: 1_000 });
}

#[test]
fn a_workload_starts_with_the_lock_that_its_file_names_unless_an_option_says_another() {
    let lock = |line: &str| screen(line).setup.model.lock;
    let old = GlobalLock::GilLegacy { check_interval: 100 };
    assert_eq!(lock("-w gil.toml"), GlobalLock::gil(Ns::from_millis(5)));
    assert_eq!(lock("-w gil.toml --switch-interval 1ms"), GlobalLock::gil(Ns::from_millis(1)));
    assert_eq!(lock("-w gil.toml --global-lock off"), GlobalLock::Off);
    assert_eq!(lock("-w gil.toml --global-lock gil-legacy"), old);
    assert_eq!(lock("-w old.toml"), old);
    assert_eq!(lock("-w old.toml --check-interval 7"), GlobalLock::GilLegacy { check_interval: 7 });
    assert!(screen("-w old.toml --global-lock off --check-interval 7").setup.lock.legacy);
    let exit = parsed("-w gil.toml --check-interval 7").expect_err("options of another lock");
    assert!(exit.text.contains("is of the older lock: write --global-lock gil-legacy"), "{}", exit.text);
    let run = |line: &str| match parsed(line) {
        Ok(Invocation::Run(settings, ..)) => settings.setup,
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(run("run -w old.toml -m threads").model, crate::model::Model { kind: ModelKind::Threads, lock: old });
    // The command that repeats a run says only what the file does not, and it says when the lock is off.
    assert_eq!(run("run -w gil.toml --global-lock off").command(), "concviz -w mine -m serial --global-lock off");
    assert_eq!(run("run -w gil.toml").command(), "concviz -w mine -m serial --global-lock gil");
    assert_eq!(run("run -w mine.toml").command(), "concviz -w mine -m serial");
    assert_eq!(run("run -w old.toml").comparison_command(), "concviz compare -w mine");
    let newer = run("run -w old.toml --global-lock gil").comparison_command();
    assert_eq!(newer, "concviz compare -w mine --global-lock gil");
}

#[test]
fn a_variant_is_named_behind_a_colon() {
    let chosen = |line: &str| {
        let setup = screen(line).setup;
        (setup.workload.full_name().into_owned(), setup.model.lock.is_on())
    };
    assert_eq!(chosen("-w race.toml"), ("race:plain".to_owned(), false));
    for line in ["-w race.toml:locked", "-w folder/race:locked"] {
        assert_eq!(chosen(line), ("race:locked".to_owned(), true), "{line}");
    }
    assert_eq!(chosen("-w folder/race:plain").0, "race:plain");
    // A colon can be a part of a file's name.
    for line in ["-w a:b.toml", "-w folder/a:b"] {
        assert_eq!(chosen(line).0, "mine", "{line}");
    }
    let locked = screen("-w race.toml:locked --set wait=7ms").setup;
    assert_eq!(locked.workload.param("wait"), Some(Value::Time(Ns::from_millis(7))));
    assert_eq!(locked.command(), "concviz -w race:locked -m serial --global-lock gil --set wait=7ms");
    assert_eq!(locked.comparison_command(), "concviz compare -w race:locked --set wait=7ms");
    let refused = [
        (
            "-w race.toml:lock",
            "error: workload `race` has no variant `lock` (did you mean `locked`?): write one of plain, locked",
        ),
        ("-w race.toml:zzz", "error: workload `race` has no variant `zzz`: write one of plain, locked"),
        ("-w race.toml:", "error: workload `race` has no variant ``: write one of plain, locked"),
        ("-w mine.toml:locked", "error: workload `mine` has no variant `locked`: it has none"),
        ("-w cpu:locked", "error: workload `cpu` has no variant `locked`: it has none"),
        ("-w cpuu:locked", "error: there is no workload `cpuu` (did you mean `cpu`?): write one of"),
        ("-w gone/race:locked", "error: there is no file `gone/race"),
        ("-w race.toml --set wait=7ms", "error: workload `race:plain` has no parameter `wait`: it has none"),
        ("compare -w race.toml:lock", "error: workload `race` has no variant `lock` (did you mean `locked`?)"),
        ("workloads --show cpu:locked", "error: workload `cpu` has no variant `locked`: it has none"),
        // What is wrong with a variant is said at once, whichever is asked for.
        (
            "-w late.toml",
            "error: workload `race:locked` cannot be run like this: task `t`: count: takes a whole number",
        ),
    ];
    for (line, expected) in refused {
        let exit = parsed(line).expect_err("wrong usage");
        assert!(exit.code == 2 && exit.text.starts_with(expected), "{line}: {}", exit.text);
    }
}

#[test]
fn each_generation_of_the_lock_has_options_of_its_own() {
    let lock = |line: &str| screen(line).setup.model.lock;
    assert_eq!(lock("--global-lock gil-legacy"), GlobalLock::GilLegacy { check_interval: 100 });
    assert_eq!(lock("--global-lock gil-legacy --check-interval 7"), GlobalLock::GilLegacy { check_interval: 7 });
    let unforced = GlobalLock::Gil { interval: Ns::from_millis(5), forced_switching: false };
    assert_eq!(lock("--global-lock gil --no-forced-switching"), unforced);
    let refused = [
        (
            "--global-lock gil --check-interval 100",
            "--check-interval 100 is of the older lock: write --global-lock gil-legacy",
        ),
        (
            "--global-lock gil-legacy --switch-interval 5ms",
            "--switch-interval is of the newer lock: write --global-lock gil,",
        ),
        ("--global-lock gil-legacy --no-forced-switching", "--no-forced-switching is of the newer lock"),
        ("--switch-interval 5ms --check-interval 9", "choose one of them"),
        ("--check-interval 0", "write a whole number of ticks from 1 to 100000000"),
        ("--check-interval 5ms", "ticks"),
    ];
    for (line, expected) in refused {
        let exit = parsed(line).expect_err("wrong usage");
        assert!(exit.code == 2 && exit.text.contains(expected), "{line}: {}", exit.text);
    }
}

#[test]
fn run_has_a_format() {
    assert!(
        matches!(parsed("run -m async"), Ok(Invocation::Run(s, Format::Table, None)) if s.setup.model.kind == ModelKind::Async)
    );
    assert!(matches!(parsed("run --format json"), Ok(Invocation::Run(_, Format::Json, None))));
    assert!(matches!(parsed("doctor"), Ok(Invocation::Doctor(ListFormat::Table))));
    assert!(matches!(parsed("doctor --format json"), Ok(Invocation::Doctor(ListFormat::Json))));
    assert!(matches!(parsed("run --plain"), Ok(Invocation::Run(s, ..)) if s.plain));
    assert!(matches!(parsed("run --repeat 5 --format csv"), Ok(Invocation::Run(_, Format::Csv, Some(5)))));
}

#[test]
fn amounts_have_options_of_their_own() {
    let settings = screen("-w cpu --cpu 7ms --tasks 3 --set cpu=9ms");
    assert_eq!(settings.setup.workload.param("cpu"), Some(Value::Time(Ns::from_millis(7))));
    let settings = screen("-w io --wait 7ms");
    assert_eq!(settings.setup.workload.param("wait"), Some(Value::Time(Ns::from_millis(7))));
}

#[test]
fn texts_are_asked_for_too() {
    let text = |line| match parsed(line) {
        Ok(Invocation::Print(text)) => text,
        other => panic!("{line}: {other:?}"),
    };
    assert!(text("workloads").contains("  cpu  "));
    assert!(text("workloads --show io").starts_with("format = 1\n"));
    assert!(text("workloads --format json").starts_with("{\n  \"schema\": 2,"));
}

#[test]
fn a_file_of_the_user_is_read() {
    assert_eq!(screen("-w mine.toml").setup.workload.name, "mine");
    assert_eq!(screen("-w folder/mine").setup.workload.name, "mine");
}

#[test]
fn help_and_version_are_asked_for() {
    for line in ["--help", "-h", "--version", "run --help"] {
        let exit = parsed(line).expect_err(line);
        assert!(exit.asked_for && exit.code == 0, "{line}");
    }
}

#[test]
fn the_help_fits_a_small_terminal_and_names_every_command() {
    for line in ["--help", "-h", "run --help", "workloads --help", "doctor --help", "completions --help", "man --help"]
    {
        let text = parsed(line).expect_err(line).text;
        let widest = text.lines().max_by_key(|l| l.chars().count()).unwrap_or_default();
        assert!(widest.chars().count() <= 80, "{line}: {widest}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{line}");
    }
    let text = parsed("--help").expect_err("help").text;
    let (commands, rest) = text.split_once("Commands:\n").and_then(|(_, t)| t.split_once("\n\n")).expect("commands");
    for command in ["run", "workloads", "doctor", "completions", "man"] {
        assert_eq!(commands.lines().filter(|l| l.starts_with(&format!("  {command} "))).count(), 1, "{commands}");
    }
    for (example, _) in words::help::EXAMPLES {
        assert!(rest.contains(example), "{example}");
        assert!(parse(example.split_whitespace(), &Fake).is_ok(), "{example} must be right itself");
    }
}

/// What is wrong, and what the sentence about it must contain.
const WRONG: &[(&str, &[&str])] = &[
    ("-w cpuu", &["no workload `cpuu`", "did you mean `cpu`?", "cpu, io", ".toml"]),
    ("-w xyzzy", &["no workload `xyzzy`", "cpu, io", ".toml"]),
    ("-w nowhere.toml", &["no file `nowhere.toml`", "-w"]),
    ("-w some/where", &["no file `some/where`"]),
    ("-w secret.toml", &["`secret.toml`", "permission"]),
    ("-w folder.toml", &["`folder.toml` is a folder"]),
    ("-w large.toml", &["`large.toml`", "1 MiB"]),
    ("-w latin1.toml", &["latin1.toml:2:12:", "UTF-8"]),
    ("-w broken.toml", &["broken.toml:2:8:"]),
    ("-w mine.toml --tasks 3", &["`mine` has no parameter `tasks`", "it has none"]),
    ("-m thread", &["'thread'", "--model", "serial, threads, processes, async", "similar value exists: 'threads'"]),
    ("-m", &["--model", "serial, threads, processes, async"]),
    ("--global-lock on", &["'on'", "--global-lock", "off, gil"]),
    ("--switch-interval 0", &["--switch-interval", "more than 0", "at most 10s"]),
    ("--switch-interval 0ms", &["--switch-interval", "more than 0"]),
    ("--switch-interval 11s", &["--switch-interval", "at most 10s"]),
    ("--switch-interval -5ms", &["--switch-interval", "not a duration", "5ms"]),
    ("--switch-interval 5", &["--switch-interval", "needs a unit"]),
    ("--switch-interval nan", &["--switch-interval", "not a duration"]),
    ("--tasks 0", &["--tasks", "from 1 to 4096"]),
    ("--tasks -1", &["--tasks", "from 1 to 4096"]),
    ("--tasks 4097", &["--tasks", "from 1 to 4096"]),
    ("--tasks many", &["'many'", "--tasks", "from 1 to 4096"]),
    ("--tasks 99999999999999999999", &["--tasks", "from 1 to 4096"]),
    ("--workers 0", &["--workers", "from 1 to 4096"]),
    ("--workers 4097", &["--workers", "from 1 to 4096"]),
    ("--workers -4", &["--workers", "from 1 to 4096"]),
    ("--workers 1.5", &["--workers", "from 1 to 4096"]),
    ("--cores 0", &["--cores", "from 1 to"]),
    ("--cores 3", &["--cores 3", "2 cores are allowed", "1 to 2"]),
    ("--cores -1", &["--cores", "from 1 to"]),
    ("--scale 0", &["--scale", "from 0.0001 to 1000"]),
    ("--scale -1", &["--scale", "from 0.0001 to 1000"]),
    ("--scale nan", &["--scale", "from 0.0001 to 1000"]),
    ("--scale inf", &["--scale", "from 0.0001 to 1000"]),
    ("--scale 1e9", &["--scale", "from 0.0001 to 1000"]),
    ("--scale half", &["--scale", "not a number"]),
    ("--seed -1", &["--seed", "whole number"]),
    ("--seed x", &["--seed", "whole number"]),
    ("--set cpu", &["--set", "no `=`", "wait=100ms"]),
    ("--set =5ms", &["--set", "incomplete"]),
    ("--set cpu=", &["--set", "incomplete"]),
    ("--set cpu=fast", &["--set", "`fast` is not a duration"]),
    ("--set cpu=-5ms", &["--set", "`-5ms` is not a duration"]),
    ("--set cpu=5", &["`cpu` takes a duration like 5ms"]),
    ("--set tasks=5ms", &["`tasks` takes a whole number"]),
    ("--set tasks=0", &["0 tasks", "between 1 and 4096"]),
    ("--set tasks=5000", &["5000 tasks", "between 1 and 4096"]),
    ("--set wait=5ms", &["`cpu` has no parameter `wait`", "tasks (a whole number), cpu (a duration like 5ms)"]),
    ("-w cpu --wait 5ms", &["`cpu` has no parameter `wait`", "tasks (a whole number), cpu (a duration like 5ms)"]),
    ("-w io --cpu 5ms", &["`io` has no parameter `cpu`", "wait (a duration like 5ms)"]),
    ("--cpu 5", &["--cpu", "`5` needs a unit"]),
    ("--wait fast", &["--wait", "`fast` is not a duration"]),
    ("run --cpu -5ms", &["--cpu", "`-5ms` is not a duration"]),
    ("-w io --set wait=24h", &["`24h` needs a unit"]),
    ("-w io --set wait=1440min --tasks 5", &["cannot be run", "longer than 24 h"]),
    ("--color sometimes", &["--color", "auto, always, never"]),
    ("--theme solarized", &["--theme", "dark, light, high-contrast, color-blind"]),
    ("--no-such-option", &["--no-such-option"]),
    ("rum", &["rum", "run"]),
    ("workload", &["workload", "workloads"]),
    ("workloads --show cpuu", &["no workload `cpuu`", "did you mean `cpu`?", "cpu, io"]),
    ("workloads --show ./cpu.toml", &["no workload `./cpu.toml`"]),
    ("workloads --show", &["--show"]),
    ("workloads --show cpu --format json", &["--show", "--format"]),
    ("workloads --format csv", &["--format", "table, json"]),
    ("doctor --format csv", &["--format", "table, json"]),
    ("workloads cpu", &["cpu"]),
    ("completions", &["<SHELL>"]),
    ("completions tcsh", &["'tcsh'", "bash, elvish, fish, powershell, zsh"]),
    ("man 1", &["'1'"]),
    ("comparison", &["compare"]),
    ("run --format xml", &["--format", "table, json, csv"]),
    ("run --repeat 0", &["--repeat", "from 1 to 1000"]),
    ("run --repeat 1001", &["--repeat", "from 1 to 1000"]),
    ("run --repeat -1", &["--repeat", "from 1 to 1000"]),
    ("--repeat 3", &["--repeat"]),
    ("run --theme dark", &["--theme"]),
    ("run --plain --format json", &["--plain", "--format json", "choose one"]),
    ("run --plain --format csv", &["--plain", "--format csv", "choose one"]),
    ("-m threads run", &["run", "--model"]),
];

#[test]
fn what_is_wrong_is_said_with_the_value_and_the_way_out() {
    for (line, parts) in WRONG {
        let exit = parsed(line).expect_err(line);
        assert_eq!(exit.code, 2, "{line}: {}", exit.text);
        assert!(!exit.asked_for, "{line}");
        for part in *parts {
            assert!(exit.text.contains(part), "{line}: `{part}` is missing in: {}", exit.text);
        }
        assert!(exit.text.starts_with("error: ") && exit.text.ends_with('\n'), "{line}: {}", exit.text);
    }
}

/// Texts with which nobody means well, and texts that only look odd.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> =
        ["\u{1b}[2J\u{1b}]0;owned\u{7}", "a\nb\rc\td", "\u{9b}31m", "gnp.\u{202e}exe", "pass\u{200b}word\u{feff}"]
            .map(str::to_owned)
            .to_vec();
    texts.extend(["<script>alert(1)</script>", "`rm -rf`", "''\"\"\\"].map(str::to_owned));
    texts.push("x".repeat(100_000));
    texts.push("\u{1b}\u{202e}".repeat(50_000));
    texts
}

/// Holds that `text` steers no terminal, hides nothing and fills no screen.
fn assert_harmless(what: &str, text: &str) {
    let hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let steers = text.chars().find(|c| (c.is_control() && *c != '\n') || hidden(*c));
    assert!(steers.is_none(), "{what}: {steers:?} in {text:?}");
    assert!(text.chars().count() <= 2_000, "{what}: {} characters", text.chars().count());
    assert!(text.lines().count() <= 12, "{what}: {text:?}");
}

#[test]
fn what_the_terminal_would_obey_is_never_echoed_and_nothing_is_endless() {
    for text in hostile() {
        let shown = text.chars().take(12).collect::<String>();
        let (file, parameter) = (format!("{text}.toml"), format!("{text}=5ms"));
        let (value, long) = (format!("cpu={text}"), format!("--{text}"));
        let lines: &[&[&str]] = &[
            &["-w", &text],
            &["-w", &file],
            &["--set", &parameter],
            &["--set", &value],
            &["--set", &text],
            &["--tasks", &text],
            &["--cpu", &text],
            &["--scale", &text],
            &["--seed", &text],
            &["--switch-interval", &text],
            &["-m", &text],
            &["--color", &text],
            &[&text],
            &[&long],
            &["run", &text],
            &["run", &long],
            &["compare", "-m", &text],
            &["compare", &text, "--trace", &text],
            &["map", "-o", &text],
            &["map", "--time", &text],
            &["workloads", "--show", &text],
            &["completions", &text],
            &["export", &text],
        ];
        for line in lines {
            let Err(exit) = parse(["concviz"].iter().chain(*line), &Fake) else { panic!("{line:?} is refused") };
            assert_eq!(exit.code, 2, "{}", exit.text);
            assert_harmless(&format!("{} {shown:?}", line[0]), &exit.text);
        }
    }
}
