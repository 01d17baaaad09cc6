//! Colours and characters: what is written to terminals that want less.

use super::glass::View;
use super::program::{Launch, Program, launch};

/// A part of the output that sets a colour, if there is one.
fn color(output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let sequences = text.split("\x1b[").skip(1);
    let styles = sequences.filter_map(|s| {
        let end = s.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
        s[end..].starts_with('m').then(|| s[..end].to_owned())
    });
    let colored =
        |style: &String| style.split([';', ':']).any(|n| n.parse().is_ok_and(|n: u16| matches!(n, 30..=49 | 90..=107)));
    styles.into_iter().find(colored)
}

/// What lies between the name of `task` and the figures beside it.
fn lane(view: &View, task: &str) -> String {
    let row = view.lane(task).map(|y| view.row(y)).unwrap_or_default();
    row.chars().skip(12).take(52).collect()
}

/// Goes through the screens that have most to show.
#[track_caller]
fn tour(program: &Program) {
    program.until_done();
    for key in ["2", "4", "3"] {
        program.press(key);
        program.until("the next tab", |v| v.is_done() && v.lit_tabs().len() == 1);
    }
    for (key, text) in [("?", "How it runs"), ("o", "Enter open"), ("d", "Enter run")] {
        program.press(key);
        program.until_text(text);
        program.press("\x1b");
        program.until("no layer", |v| !v.has("Esc c"));
    }
    program.press("z");
    program.until_text("REPLAY");
    program.press("..");
    program.until_text(", from ");
    program.press("+");
    program.press("P");
    program.until_text("Saved ");
}

#[test]
fn a_rich_terminal_gets_all_colours_and_a_poorer_one_fewer() {
    let styles = |launch: Launch| {
        let program = launch.start();
        program.until_done();
        let output = String::from_utf8_lossy(&program.output()).into_owned();
        program.quits();
        output
    };
    let rich = styles(launch("--set cpu=5ms"));
    assert!(rich.contains(";2;") || rich.contains("[38;2;"), "24 bits");
    let indexed = styles(launch("--set cpu=5ms").env("COLORTERM", ""));
    assert!(indexed.contains("8;5;") && !indexed.contains("8;2;"), "256");
    let sixteen = styles(launch("--set cpu=5ms").env("COLORTERM", "").env("TERM", "xterm"));
    assert!(!sixteen.contains("8;2;") && color(sixteen.as_bytes()).is_some(), "16");
    let always = styles(launch("--set cpu=5ms --color always").env("NO_COLOR", "1"));
    assert!(always.contains("8;2;"), "the flag wins");
}

#[test]
fn who_wants_no_colours_gets_none_and_letters_for_waits() {
    let plain = || launch("-w io -m threads --scale 0.02");
    let never = launch("-w io -m threads --scale 0.02 --color never");
    for (launch, why) in
        [(plain().env("NO_COLOR", "1"), "NO_COLOR"), (plain().env("TERM", "dumb"), "TERM"), (never, "flag")]
    {
        let program = launch.start();
        let view = program.until_done();
        let sleeps = lane(&view, "task 4");
        assert!(sleeps.matches('z').count() > 10, "{why}: {sleeps}");
        assert!(view.has("z sleeps "), "{why}: the legend has the letter too");
        assert_eq!(view.lit_tabs(), ["threads"], "{why}: the tab is lit without colours");
        tour(&program);
        program.press("q");
        let left = program.leaves();
        assert!(left.view.has("concviz -w io"), "{}", left.view.text());
        assert_eq!(color(&left.output), None, "{why}");
    }
}

#[test]
fn each_wait_has_a_letter_of_its_own() {
    let gil = "-m threads --global-lock gil --switch-interval 1ms --set cpu=20ms --color never";
    let program = launch(gil).start();
    let view = program.until_done();
    let lanes: String = ["task 1", "task 2", "task 3", "task 4"].map(|t| lane(&view, t)).concat();
    assert!(lanes.contains('g'), "waiting for the lock:\n{}", view.text());
    assert!(view.has("g waits for the GIL"), "{}", view.text());
    program.press("4");
    program.until("async", |v| v.is_done() && v.lit_tabs() == ["async", "GIL ON"]);
    program.press("g");
    let view = program.until("async without the lock", |v| v.is_done() && v.lit_tabs() == ["async"]);
    assert!(lane(&view, "task 4").contains('/'), "waits for the loop:\n{}", view.text());
    assert!(view.has("/ waits for the loop"), "{}", view.text());
    program.quits();
}

#[test]
fn ascii_is_ascii_to_the_last_byte() {
    let plain = || launch("-m threads --global-lock gil --set cpu=10ms");
    let asked = launch("-m threads --global-lock gil --set cpu=10ms --ascii");
    for (launch, why) in
        [(asked, "--ascii"), (plain().env("LC_ALL", "C"), "LC_ALL=C"), (plain().env("LANG", "POSIX"), "LANG")]
    {
        let program = launch.start();
        let view = program.until_done();
        assert!(view.header().contains("4 tasks x 10 ms of counting"), "{why}: {}", view.header());
        assert!(lane(&view, "task 1").contains('#'), "{why}: {}", view.text());
        program.press("g");
        program.until("no lock", |v| v.is_done() && v.lit_tabs() == ["threads"]);
        tour(&program);
        program.press("q");
        let left = program.leaves();
        assert!(left.view.has("concviz -w cpu"), "{why}: {}", left.view.text());
        let odd = left.output.iter().position(|b| !b.is_ascii());
        let disturbance = |at: usize| String::from_utf8_lossy(&left.output[at.saturating_sub(30)..][..60]).into_owned();
        assert_eq!(odd.map(disturbance), None, "{why}");
    }
}

#[test]
fn ctrl_l_draws_the_whole_screen_anew() {
    let program = launch("--set cpu=5ms").start();
    let before = program.until_done();
    let written = program.output().len();
    program.press("\x0c");
    let after = program.until("a frame from nothing", |v| v.count > before.count && v.is_done());
    let output = program.output();
    assert!(output[written..].windows(4).any(|bytes| bytes == b"\x1b[2J"), "the screen is cleared first");
    assert_eq!(after.row(0), before.row(0));
    program.quits();
}

#[test]
fn what_is_sent_to_the_clipboard_is_said_with_what_is_known_of_its_way() {
    for (name, value, said) in [
        ("SSH_TTY", "/dev/pts/9", Some("Sent through ssh to your terminal's clipboard: 5 lines")),
        (
            "TMUX",
            "/tmp/tmux-0/default,1,0",
            Some("Sent to tmux: 5 lines. It passes them on only if set-clipboard is on."),
        ),
        ("TERM", "linux", None),
    ] {
        let program = launch("--set cpu=5ms").env(name, value).start();
        program.until_done();
        program.press("y");
        program.until_text(said.unwrap_or("Nothing copied: the Linux console has no clipboard."));
        let sent = program.output().windows(5).any(|bytes| bytes == b"\x1b]52;");
        assert_eq!(sent, said.is_some(), "{name}");
        program.quits();
    }
}

#[test]
fn the_theme_changes_while_the_program_runs_but_brings_no_colours_back() {
    let ground = "48;2;255;255;255";
    let program = launch("--set cpu=5ms").start();
    program.until_done();
    assert!(!String::from_utf8_lossy(&program.output()).contains(ground), "it begins dark");
    program.press("T");
    program.until_text("Theme light.");
    assert!(String::from_utf8_lossy(&program.output()).contains(ground), "white ground");
    program.press("P");
    program.until_text("Saved ");
    let svg = std::fs::read_to_string(program.folder().join("concviz-cpu-serial.svg")).expect("a picture");
    assert!(svg.contains("#ffffff") && !svg.contains("prefers-color-scheme"), "the picture has the theme too");
    program.quits();

    let program = launch("--set cpu=5ms").env("NO_COLOR", "1").start();
    program.until_done();
    program.press("T");
    program.until_text("Colours are off (NO_COLOR");
    program.press("q");
    assert_eq!(color(&program.leaves().output), None);
}

#[test]
fn the_key_that_was_pressed_is_lit_for_a_while_and_then_nothing_is_drawn() {
    for without in ["", "1"] {
        let program = launch("--set cpu=5ms").env("NO_COLOR", without).start();
        program.until_done();
        program.press("k");
        let view = program.until("its light", |v| v.has_lit_key() && v.footer().ends_with("k previous task"));
        assert!(view.footer().contains("g GIL"), "{}", view.footer());
        program.until("that it is out", |v| !v.has_lit_key() && v.footer().ends_with("? help"));
        program.press(" ");
        program.until("that it is out again", |v| v.has("paused") && !v.has_lit_key());
        assert!(program.is_quiet_for(std::time::Duration::from_millis(1_100)), "an idle screen writes nothing");
        program.quits();
    }
}
