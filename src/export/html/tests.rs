use proptest::prelude::*;
use serde_json::Value;

use super::pack::KINDS;
use super::*;
use crate::state::{Outcome, State};
use crate::trace::{Begin, End, Event, Span, Stamped, TaskName};
use crate::units::{CoreId, LockId, Range, Stamp, TaskId, WorkerId};

mod packed;

use packed::read_turns;

const SOURCES: [&str; 2] = [PAGE, STYLE];

/// The names in a template that stand for no word of the program.
const SLOTS: [&str; 13] = [
    "theme", "policy", "title", "subtitle", "sentence", "command", "machine", "figures", "notes", "style", "script",
    "data", "version",
];

/// A trace under construction: what is entered when, by which task.
fn trace(names: &[&str], cores: Vec<u16>) -> Trace {
    let names = names.iter().map(|name| TaskName { name: (*name).to_owned(), background: false });
    let mut trace = Trace::new(names.collect(), 3);
    trace.begin(&Begin { t0: Stamp(1_000), cores, ..Begin::default() });
    trace
}

fn push(trace: &mut Trace, at: u64, worker: u16, core: u16, event: Event) {
    trace.push(&Stamped { at: Stamp(1_000 + at), worker: WorkerId(worker), core: CoreId(core), event });
}

fn enter(trace: &mut Trace, at: u64, task: u32, core: u16, state: State, holds: bool) {
    let event = Event::Enter { task: TaskId(task), state, holds, ago: Ns::ZERO, due: None };
    push(trace, at, task as u16, core, event);
}

fn end(trace: &mut Trace, at: u64) {
    trace.end(End { at: Stamp(1_000 + at), ..End::default() });
}

/// Two tasks that take turns under a lock, one of which is killed.
fn small() -> Trace {
    let mut trace = trace(&["first", "second"], vec![0, 1, 2]).naming_locks(vec!["books".to_owned()]);
    for task in 0..2 {
        push(&mut trace, 0, 2, 0, Event::Submitted { task: TaskId(task) });
        push(&mut trace, 5, task as u16, 0, Event::WorkerStarted { pid: 40, tid: 41 + task });
    }
    let lock = LockId::named(0);
    enter(&mut trace, 10, 0, 0, State::Running, true);
    push(&mut trace, 20, 0, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO });
    enter(&mut trace, 30, 1, 1, State::Lock, true);
    push(&mut trace, 1_000_020, 0, 0, Event::LockReleased { lock, task: TaskId(0), forced: false });
    push(&mut trace, 1_000_090, 1, 1, Event::LockTaken { lock, task: TaskId(1), waited: Ns(1_000_060) });
    enter(&mut trace, 1_000_090, 1, 1, State::Running, true);
    enter(&mut trace, 1_000_100, 0, 0, State::Sleep, false);
    let ended = |task: u32, outcome, signal| Event::Ended { task: TaskId(task), outcome, signal, cpu: Ns::ZERO };
    push(&mut trace, 1_500_000, 0, 0, ended(0, Outcome::Done, 0));
    push(&mut trace, 2_000_000, 1, 1, ended(1, Outcome::Killed, 9));
    push(&mut trace, 1_700_000, 1, 1, Event::Lost { count: 12 });
    trace.suspend(Stamp(1_000 + 1_100_000), Stamp(1_000 + 1_200_000));
    end(&mut trace, 2_000_000);
    trace
}

fn run<'a>(name: &'a str, trace: &'a Trace) -> PageRun<'a> {
    PageRun {
        name,
        work: 0,
        key: '2',
        locked: false,
        trace,
        sentence: "",
        badge: "MEASURED",
        ratio: "1.95×",
        cores: 2.0,
        figures: vec![("time".to_owned(), "2 ms".to_owned())],
        notes: Vec::new(),
    }
}

fn page(runs: Vec<PageRun<'_>>) -> Page<'_> {
    Page { title: "test", sentence: "So it is.", runs, ..Page::default() }
}

/// The data of a page, as its script reads it.
fn data(html: &str) -> Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"data\">").expect("data");
    let (data, _) = rest.split_once("</script>").expect("an end of it");
    serde_json::from_str(data).expect("JSON")
}

#[test]
fn the_data_of_a_small_page_is_as_it_was() {
    let trace = small();
    let html = html(&page(vec![run("threads", &trace)]), Some(Theme::Light));
    assert!(html.contains("<html lang=\"en\" data-theme=\"light\">"));
    let mut data = data(&html);
    data["words"] = Value::Null;
    data["states"] = Value::Null;
    let text = serde_json::to_string_pretty(&data).expect("JSON");
    insta::with_settings!({ snapshot_path => "../../../tests/export", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("page_data", text);
    });
}

#[test]
fn locks_and_cores_are_told_turn_by_turn() {
    let trace = small();
    let data = data(&html(&page(vec![run("threads", &trace)]), None));
    let lanes = data["runs"][0]["lanes"].as_array().expect("lanes");
    let named: Vec<_> = lanes.iter().map(|lane| (lane["kind"].as_str(), lane["name"].as_str())).collect();
    assert_eq!(named, [(Some("lock"), Some("books")), (Some("core"), Some("0")), (Some("core"), Some("1"))]);
    assert_eq!(read_turns(&lanes[0]["turns"]), [(20, 1_000_020, 3), (1_000_090, 2_000_000, 5)]);
    assert_eq!(read_turns(&lanes[1]["turns"]), [(10, 1_000_100, 3)]);
    assert_eq!(read_turns(&lanes[2]["turns"]), [(1_000_090, 2_000_000, 5)]);
    assert_eq!(data["runs"][0]["idle"], serde_json::json!([2]));
}

#[test]
fn each_work_has_its_own_axis_verdict_and_ideal() {
    let (short, mut long) = (small(), trace(&["one"], vec![0]));
    end(&mut long, 90_000_000);
    let of = |work, name, trace| PageRun { work, ..run(name, trace) };
    let works = vec![
        PageWork { title: "two tasks", sentence: "Two.", ideal: Some((Ns(7), "a limit")) },
        PageWork { title: "one task", sentence: "One.", ideal: None },
    ];
    let runs = vec![of(0, "cpu: threads", &short), of(1, "io: threads", &long), of(1, "io: async", &short)];
    let html = html(&Page { works, ..page(runs) }, None);
    let data = data(&html);
    let told = |place: &str| data.pointer(place).cloned().unwrap_or(Value::Null);
    assert_eq!(data["works"].as_array().map(Vec::len), Some(2));
    assert_eq!((told("/works/0/sentence"), told("/works/1/title")), ("Two.".into(), "one task".into()));
    assert_eq!((told("/works/0/ideal/time"), told("/works/1/ideal")), (7.into(), Value::Null));
    let axis = |work: usize| data["works"][work]["axis"].as_u64().expect("an axis");
    assert!(axis(0) >= 2_000_000 && axis(0) < 90_000_000 && axis(1) >= 90_000_000, "{} {}", axis(0), axis(1));
    assert_eq!([0, 1, 2].map(|run| data["runs"][run]["work"].as_u64()), [Some(0), Some(1), Some(1)]);
    for name in ["cpu: threads", "io: threads", "io: async"] {
        assert!(html.contains(&format!("<th scope=\"row\">{name}</th>")), "{name}");
    }
    // Where a page names no work its runs did what the page says.
    let plain = self::data(&self::html(&page(vec![run("threads", &short)]), None));
    assert_eq!(plain["works"].as_array().map(Vec::len), Some(1));
    assert_eq!((&plain["works"][0]["sentence"], &plain["runs"][0]["work"]), (&"So it is.".into(), &0.into()));
}

#[test]
fn names_stay_names() {
    let nasty = "</script><script>alert('x')</script><!-- \"&amp;' \u{0}\u{1b}[31m\u{2028}{{data}}";
    let trace = trace(&[nasty], vec![0]);
    let named = PageRun { sentence: nasty, figures: vec![(nasty.into(), nasty.into())], ..run(nasty, &trace) };
    let page = Page {
        title: nasty,
        subtitle: nasty,
        sentence: nasty,
        command: nasty,
        machine: nasty,
        works: vec![PageWork { title: nasty, sentence: nasty, ideal: Some((Ns(1), nasty)) }],
        runs: vec![PageRun { notes: vec![nasty.into()], ..named }],
    };
    let html = html(&page, None);
    assert_eq!(html.matches("</script>").count(), 2, "only the page's own scripts end");
    assert_eq!(html.matches("<script").count(), 2);
    assert!(!html.contains("<!--"));
    assert!(html.chars().all(|c| c == '\n' || !c.is_control()), "no control characters");
    let data = data(&html);
    for place in ["/title", "/runs/0/name", "/runs/0/tasks/0", "/works/0/title", "/works/0/ideal/words"] {
        assert_eq!(
            data.pointer(place).and_then(Value::as_str),
            Some(nasty.replace('\u{2028}', " ").as_str()),
            "{place}"
        );
    }
}

#[test]
fn nothing_is_fetched_and_only_the_page_s_own_script_may_run() {
    let trace = small();
    let html = html(&page(vec![run("threads", &trace)]), None);
    let (_, script) = html.rsplit_once("<script>").expect("a script");
    let (script, _) = script.split_once("</script>").expect("its end");
    assert!(html.contains(&format!("script-src '{}'", fingerprint(script))));
    assert!(html.contains("default-src 'none'"));
    for source in SOURCES.into_iter().chain(SCRIPT) {
        for sign in
            ["http:", "https:", "//cdn", "@import", "url(", " src=", "import(", "fetch(", "XMLHttp", "WebSocket"]
        {
            assert!(!source.contains(sign), "{sign}");
        }
    }
}

#[test]
fn every_word_is_there_and_used() {
    let script = SCRIPT.concat();
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let mut asked: Vec<&str> = Vec::new();
    for (at, _) in script.match_indices("W.") {
        let rest = &script[at + 2..];
        asked.push(&rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]);
    }
    let slots = PAGE.split("{{").skip(1).filter_map(|part| part.split_once("}}")).map(|(name, _)| name);
    asked.extend(slots.filter(|name| !SLOTS.contains(name)));
    for word in &asked {
        assert!(!handout::word(word).is_empty(), "no word `{word}`");
    }
    for (name, _) in handout::WORDS {
        assert!(asked.contains(name), "nobody uses the word `{name}`");
    }
}

#[test]
fn a_page_without_runs_is_a_page() {
    let html = html(&page(Vec::new()), None);
    assert!(html.contains("So it is.") && html.ends_with("</html>\n"));
}

#[test]
fn a_page_stays_below_eight_megabytes() {
    let mut trace = trace(&["a", "b"], vec![0, 1]).with_limit(1_000_000);
    let events: Vec<Stamped> = (0..400_000u64)
        .map(|n| {
            let state = if n % 4 < 2 { State::Running } else { State::Io };
            let event = Event::Enter { task: TaskId(n as u32 % 2), state, holds: true, ago: Ns::ZERO, due: None };
            let at = Stamp(1_000 + n * 1_234_567);
            Stamped { at, worker: WorkerId(n as u16 % 2), core: CoreId(n as u16 % 2), event }
        })
        .collect();
    trace.extend(&events);
    end(&mut trace, 400_000 * 1_234_567);
    let runs: Vec<PageRun> = (0..5).map(|_| run("threads", &trace)).collect();
    let html = html(&page(runs), None);
    assert!(html.len() < 8_000_000, "{} bytes", html.len());
    let spans = &data(&html)["runs"][0]["spans"];
    assert!(spans["cell"].as_u64() > Some(0) && spans["count"].as_u64() == Some(400_000));
}

proptest! {
    #[test]
    fn what_fills_a_template_is_not_filled_again(text in "[a-z{}]{0,40}") {
        let filled = fill("a{{x}}b{{y}}c", |_, out| out.push_str(&text));
        prop_assert_eq!(filled, format!("a{text}b{text}c"));
    }
}

/// The page has its colours in its own style; they are those of the program.
#[test]
fn the_page_has_the_colours_of_every_theme() {
    use crate::palette::{Role, TASK_COLORS};
    let style = super::STYLE.to_ascii_lowercase();
    for theme in [Theme::Dark, Theme::Light, Theme::HighContrast, Theme::ColorBlind] {
        for state in State::ALL {
            let color = format!("#{:06x}", theme.color(Role::State(state)));
            assert!(style.contains(&color), "{}: {} is {color}", theme.name(), state.name());
        }
        for task in 0..TASK_COLORS as u32 {
            let color = format!("--task-{task}: #{:06x};", theme.color(Role::Task(TaskId(task))));
            assert!(style.contains(&color), "{}: {color}", theme.name());
        }
    }
}

/// So is the order in which it stacks states.
#[test]
fn the_page_stacks_states_as_the_program_does() {
    let stack = crate::palette::STACK.map(|state| format!("S.{}", state.name())).join(", ");
    let script = SCRIPT.concat();
    assert!(script.contains(&format!("const STACK = [\n  {stack},\n];")), "{stack}");
}
