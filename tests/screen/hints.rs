//! Every key that the screen names leads to what it promises, from wherever it is named: the hints of rows without
//! figures, what the sentence says to try, and how a run that broke off is run again.

use concviz::app::{App, Key, Message, Phase, RowKey, Scoreboard, keys};
use concviz::export::text;
use concviz::insight::Change;
use concviz::model::{Generation, Model, ModelKind};
use concviz::recording::Score;
use concviz::state::{Failure, Outcome, State};
use concviz::text::Try;
use concviz::trace::Event;
use concviz::ui::Look;
use concviz::units::{LockId, Ns, TaskId};

use super::board::all;
use super::made::{self, Made};
use super::pictures::draw;

const SIZE: (u16, u16) = (120, 44);

/// What names each row on a screen of this size.
fn name(key: RowKey) -> String {
    let long = ["serial", "threads", "processes", "async"];
    let short = ["ser", "thr", "proc", "async"];
    match key.lock {
        None => long[key.kind as usize].to_owned(),
        Some(Generation::Newer) => format!("{} + GIL", short[key.kind as usize]),
        Some(Generation::Older) => format!("{} + old GIL", short[key.kind as usize]),
    }
}

/// The screen, line by line.
fn screen(app: &App) -> Vec<String> {
    text(&draw(app, Look::default())).lines().map(str::to_owned).collect()
}

/// The rows that say what to press, each with these keys as they are written.
fn hints(app: &App) -> Vec<(RowKey, String)> {
    let row = |line: &String| {
        let (before, keys) = line.split_once(" press ")?;
        let key = all().into_iter().find(|key| name(*key) == before.trim());
        Some((key.unwrap_or_else(|| panic!("a row without a name: {line}")), keys.trim().to_owned()))
    };
    screen(app).iter().filter(|line| !line.contains("to run again")).filter_map(row).collect()
}

/// What the sentence says to try: the keys as they are written, and what they show.
fn tried(app: &App) -> Option<(String, String)> {
    let line = screen(app).into_iter().find(|line| line.contains("  try "))?;
    let (_, hint) = line.split_once("  try ")?;
    let (keys, why) = hint.split_once(": ")?;
    Some((keys.to_owned(), why.trim().to_owned()))
}

/// `app` after the keys that are written like this: none of them may be of no use.
#[track_caller]
fn after(app: &App, written: &str) -> App {
    let mut app = app.clone();
    for word in written.split(' ') {
        let binding = keys::KEYS.iter().find(|b| b.shown == word).unwrap_or_else(|| panic!("`{written}`: no such key"));
        made::press(&mut app, &[binding.keys[0]]);
    }
    app
}

/// What there is to press in all: the fewest keys from one row to another.
fn fewest(from: RowKey, to: RowKey) -> usize {
    (usize::from(from.kind != to.kind) + usize::from(from.lock != to.lock)).max(1)
}

/// The row of the run that was started last.
fn run_of(app: &App) -> RowKey {
    app.run().expect("a run").row()
}

/// The screen as it is with `chosen` chosen, and `set` as the generation that the lock's key turns on; its run has begun.
fn begun(workload: &str, chosen: RowKey, set: Generation) -> App {
    let mut app = made::app(workload, SIZE);
    made::answer(&mut app);
    app.setup.lock.legacy = set == Generation::Older;
    app.setup.model = chosen.model(app.setup.lock);
    made::type_in(&mut app, "r");
    app.scoreboard.clear();
    assert_eq!(run_of(&app), chosen);
    app
}

/// Every row that can be chosen, each with every generation that the lock's key can turn on then.
fn states() -> Vec<(RowKey, Generation)> {
    let both = [Generation::Newer, Generation::Older];
    let sets = |key: RowKey| both.into_iter().filter(move |set| key.lock.is_none_or(|lock| lock == *set));
    all().into_iter().flat_map(|key| sets(key).map(move |set| (key, set))).collect()
}

/// Which rows have figures: none, the usual ones, those of one lock, all, and all but one.
fn filled() -> Vec<Vec<RowKey>> {
    let rows = all();
    let those = |keep: &dyn Fn(&RowKey) -> bool| rows.iter().copied().filter(keep).collect::<Vec<_>>();
    let locks = [None, Some(Generation::Newer), Some(Generation::Older)];
    let mut filled = vec![Vec::new(), RowKey::usual(), rows.clone()];
    filled.extend(locks.map(|lock| those(&|key| key.lock == lock)));
    filled.extend(rows.iter().map(|one| those(&|key| key != one)));
    filled
}

/// Gives these rows figures, and no others.
fn fill(app: &mut App, rows: &[RowKey]) {
    app.scoreboard.clear();
    for key in rows {
        let score = Score { time: Ns::from_millis(2_000), busy: 1.0, ..Score::default() };
        app.scoreboard.enter(*key, Ok(score));
    }
}

/// Asserts that each hint of the screen leads where it says, on the shortest way; how many there were.
#[track_caller]
fn assert_hints(app: &App) -> usize {
    let from = RowKey::of(app.setup.model);
    let hints = hints(app);
    for (to, keys) in &hints {
        let there = after(app, keys);
        let planned = there.run().and_then(|run| run.recording.planned()).expect("it was planned").plan.model;
        assert_eq!((run_of(&there), RowKey::of(planned)), (*to, *to), "`press {keys}` from {from:?}");
        assert_eq!(there.setup.model, to.model(app.setup.lock), "with the interval as it is set");
        assert_eq!(keys.split(' ').count(), fewest(from, *to), "`press {keys}` from {from:?} to {to:?}");
        // The first of two keys runs something too: nobody is sent through serial, the longest of all, without need.
        if let Some((first, _)) = keys.split_once(' ') {
            let through = run_of(&after(app, first)).kind;
            assert!(through != ModelKind::Serial, "`press {keys}` from {from:?}");
        }
    }
    hints.len()
}

#[test]
fn the_hint_of_each_row_leads_there() {
    let mut seen = 0;
    for workload in ["cpu", "io"] {
        for (chosen, set) in states() {
            let going = begun(workload, chosen, set);
            let mut over = going.clone();
            made::answer(&mut over);
            let mut broken = going.clone();
            let run = made::id(&broken);
            made::tell(&mut broken, Message::Failed(run, Failure::Killed));
            for (mut app, sets) in [(going, 3), (over, usize::MAX), (broken, 3)] {
                for rows in filled().into_iter().take(sets) {
                    fill(&mut app, &rows);
                    let live = app.run().is_some_and(|run| !run.is_over());
                    let empty = app.rows().iter().filter(|row| row.score.is_none()).count();
                    let own = usize::from(live && app.scoreboard.get(chosen).is_none());
                    assert_eq!(assert_hints(&app), empty - own, "{workload} {chosen:?} {rows:?}");
                    seen += empty;
                }
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn from_every_row_a_hint_leads_to_every_other() {
    for (chosen, set) in states() {
        let mut app = begun("cpu", chosen, set);
        app.scoreboard = Scoreboard::of(all());
        assert_eq!(assert_hints(&app), 11, "{chosen:?}");
    }
}

/// What the words behind the keys promise of the model.
fn is_promised(why: Try, from: RowKey, to: RowKey) -> bool {
    use ModelKind::{Async, Processes, Serial, Threads};
    match why {
        Try::ThreadEach | Try::ManyThreads => to.kind == Threads,
        Try::ProcessEach | Try::SomeProcesses => to.kind == Processes && to.lock.is_none(),
        Try::LockEach => to.kind == Processes && to.lock.is_some(),
        Try::OneThread | Try::OneLoop => to.kind == Async,
        Try::OneByOne | Try::SerialAgain => to == RowKey { kind: Serial, lock: None, variant: 0 },
        Try::AddGil => to == RowKey { kind: from.kind, lock: Some(Generation::Newer), variant: 0 },
        Try::DropGil => to == RowKey { kind: from.kind, lock: None, variant: 0 },
        Try::Again | Try::Variant => true,
        Try::Dials | Try::WaitingWorkload | Try::CountingWorkload => false,
    }
}

/// Asserts that what the sentence says to try is what the finding means, and that its keys lead there; the change.
#[track_caller]
fn assert_tried(app: &App) -> Change {
    let finding = app.finding().expect("a finding");
    let cure = finding.cure.unwrap_or_else(|| panic!("`{}` ends there", finding.say.text()));
    let (keys, why) = tried(app).unwrap_or_else(|| panic!("it is not shown:\n{}", screen(app).join("\n")));
    assert_eq!(why, cure.why.text());
    let (from, there) = (run_of(app), after(app, &keys));
    let to = match cure.change {
        Change::Model(kind) => RowKey { kind, lock: None, variant: 0 },
        Change::Locked(kind, generation) => RowKey { kind, lock: Some(generation), variant: 0 },
        Change::Again => from,
        Change::Variant => panic!("a workload without variants has no other"),
        Change::Workload => {
            let said = screen(&there).join("\n");
            assert!(there.layer.is_some() && said.contains("Enter open"), "`try {keys}`:\n{said}");
            return cure.change;
        }
        Change::Dials => panic!("nobody is sent to the dials"),
    };
    let what = format!("`{} try {keys}: {why}` from {from:?}", finding.say.text());
    assert_eq!(run_of(&there), to, "{what}");
    assert!(is_promised(cure.why, from, to), "{what}");
    assert_ne!(there.run().map(|run| run.id), app.run().map(|run| run.id), "{what}: nothing is run");
    if !matches!(cure.why, Try::Again | Try::SerialAgain) {
        assert_ne!(to, from, "{what}: that is what is shown");
        assert_eq!(app.scoreboard.get(to), None, "{what}: that was seen");
        assert_eq!(keys.split(' ').count(), fewest(from, to), "{what}");
    }
    cure.change
}

/// Asserts that the same is said to try where there are few columns.
#[track_caller]
fn assert_tried_on_a_projector(app: &App) {
    let (keys, why) = tried(app).expect("it is shown");
    let mut small = app.clone();
    small.size = (80, 24);
    let said = screen(&small);
    let hint = format!(" {keys}: {why}");
    assert!(said.iter().any(|line| line.ends_with(&hint)), "`{hint}`:\n{}", said.join("\n"));
}

/// Tasks that wait for a timer most of the time.
fn waiting(app: &mut App) {
    let mut made = Made::default();
    let tasks = app.run().map_or(0, |run| run.trace().tasks.len()) as u32;
    made.submit(tasks);
    for task in 0..tasks {
        made.enter(0.0, task, task as u16, 0, State::Running, true);
        made.enter(1.0, task, task as u16, 0, State::Sleep, true);
        made.end(900.0 + f64::from(task), task, task as u16, Outcome::Done, 0);
    }
    made.finish(app, 1_000.0, 0.0);
}

/// The first task computes; the second asks for something again and again, and then waits for its turn.
fn rounds(app: &mut App) {
    let mut made = Made::default();
    made.submit(2);
    made.enter(0.0, 0, 0, 0, State::Running, true);
    made.enter(0.0, 1, 1, 1, State::Running, true);
    for from in (0..100).map(|n| f64::from(n) * 10.0) {
        made.enter(from + 0.1, 1, 1, 1, State::Io, true);
        made.enter(from + 1.0, 1, 1, 1, State::Gil, true);
        made.enter(from + 9.9, 1, 1, 1, State::Running, true);
    }
    made.end(1_000.0, 0, 0, Outcome::Done, 0);
    made.end(1_000.0, 1, 1, Outcome::Done, 0);
    made.finish(app, 1_000.0, 0.0);
}

/// The first task, in the background, wants to move every 20 ms and comes late; the others compute.
fn late(app: &mut App) {
    let mut made = Made::default();
    made.submit(3);
    for from in (0..10).map(|n| f64::from(n) * 50.0) {
        made.enter(from, 0, 0, 0, State::Running, true);
        made.enter(from + 0.1, 0, 0, 0, State::Sleep, true);
        made.enter(from + 20.0, 0, 0, 0, State::Ready, true);
    }
    for task in 1..3u32 {
        made.enter(0.0, task, task as u16, 0, State::Running, true);
        made.end(499.0, task, task as u16, Outcome::Done, 0);
    }
    made.end(500.0, 0, 0, Outcome::Done, 0);
    made.finish(app, 500.0, 0.0);
}

/// One task that computes, and the lock that nobody asks for.
fn alone(app: &mut App) {
    let mut made = Made::default();
    made.submit(1);
    made.add(0.1, 0, 0, Event::LockTaken { lock: LockId(0), task: TaskId(0), waited: Ns::ZERO });
    made.enter(0.1, 0, 0, 0, State::Running, true);
    made.end(1_000.0, 0, 0, Outcome::Done, 0);
    made.finish(app, 1_000.0, 0.0);
}

/// Two tasks at a time compute, beside programs that keep more than a core busy.
fn beside_others(app: &mut App) {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4u32 {
        made.enter(0.0, task, task as u16, 0, State::Running, true);
        made.enter(400.0, task, task as u16, 0, State::Preempted, true);
        made.end(4_000.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(app, 4_000.0, 1.2);
}

#[test]
fn what_the_sentence_says_to_try_is_something_else_and_its_keys_lead_there() {
    type Ends = fn(&mut App);
    let computing: Ends = |app| drop(made::answer(app));
    let broken: Ends = |app| drop(made::processes_cpu(app));
    let stories: [(&str, Ends); 7] = [
        ("cpu", computing),
        ("cpu", broken),
        ("cpu", beside_others),
        ("io", waiting),
        ("convoy", rounds),
        ("responsive", late),
        ("gil-1", alone),
    ];
    let (mut models, mut others) = (0, 0);
    for (workload, end) in stories {
        for (chosen, set) in states() {
            let mut app = begun(workload, chosen, set);
            assert_eq!(app.finding().and_then(|found| found.cure), None, "nobody is told to leave before the end");
            end(&mut app);
            for mut rows in filled() {
                // The run that is shown has figures too.
                rows.push(chosen);
                fill(&mut app, &rows);
                if rows.len() == 1 {
                    assert_tried_on_a_projector(&app);
                }
                match assert_tried(&app) {
                    Change::Model(_) | Change::Locked(..) => models += 1,
                    Change::Again | Change::Workload | Change::Dials | Change::Variant => others += 1,
                }
            }
        }
    }
    assert!(models > 600 && others > 300, "{models} and {others}");
}

/// The rows whose ratio is in doubt, each with the keys that run serial and then this row again.
fn doubted(app: &App) -> Vec<(RowKey, String)> {
    let row = |line: &String| {
        let (before, _) = line.split_once(": both again")?;
        let key = all().into_iter().find(|key| before.trim().starts_with(&format!("{}  ", name(*key))));
        let (_, keys) = before.rsplit_once("; ").expect("the keys stand behind the reason");
        Some((key.unwrap_or_else(|| panic!("a row without a name: {line}")), keys.to_owned()))
    };
    screen(app).iter().filter_map(row).collect()
}

#[test]
fn where_serial_was_disturbed_it_is_run_again_without_the_lock_and_then_the_row_in_doubt() {
    let serial = RowKey { kind: ModelKind::Serial, lock: None, variant: 0 };
    let time = Ns::from_millis(2_000);
    let disturbed = Score { time, crowded: Ns::from_millis(1_500), busy: 0.3, others: 1.5, ..Score::default() };
    for (chosen, set) in states().into_iter().filter(|(chosen, _)| *chosen != serial) {
        let mut app = begun("cpu", chosen, set);
        made::answer(&mut app);
        fill(&mut app, &all());
        app.scoreboard.enter(RowKey::of(Model::plain(ModelKind::Serial)), Ok(disturbed));
        app.axis = time.times(10, 1);
        assert_eq!(assert_tried(&app), Change::Model(ModelKind::Serial), "{chosen:?}");
        let doubted = doubted(&app);
        assert_eq!(doubted.len(), 11, "{}", screen(&app).join("\n"));
        for (row, keys) in doubted {
            let mut there = app.clone();
            let mut run = Vec::new();
            for key in keys.split(' ') {
                there = after(&there, key);
                run.push(run_of(&there));
            }
            let first = run.iter().position(|run| *run == serial).unwrap_or_else(|| panic!("`{keys}` from {chosen:?}"));
            assert_eq!(run.last(), Some(&row), "`{keys}` from {chosen:?}");
            assert_eq!(run.len(), fewest(chosen, serial) + fewest(serial, row), "`{keys}` from {chosen:?}");
            assert_eq!(first + 1, fewest(chosen, serial), "`{keys}` from {chosen:?}");
        }
    }
}

#[test]
fn a_run_that_broke_off_is_run_again_with_the_key_that_is_named() {
    for (chosen, set) in states() {
        let mut app = begun("cpu", chosen, set);
        let run = made::id(&app);
        made::tell(&mut app, Message::Failed(run, Failure::Killed));
        let said = screen(&app).join("\n");
        let (_, named) = said.split_once("; press ").unwrap_or_else(|| panic!("no key:\n{said}"));
        let there = after(&app, named.split(' ').next().unwrap_or_default());
        assert_eq!(run_of(&there), chosen);
        assert!(there.run().is_some_and(|run| run.id != made::id(&app) && run.phase == Phase::Starting));
    }
}

#[test]
fn the_first_hints_are_true_before_anything_has_run() {
    let mut app = made::app("cpu", SIZE);
    assert!(assert_hints(&app) >= 4);
    made::press(&mut app, &[Key::Char('d'), Key::Right]);
    let effects = made::press(&mut app, &[Key::Enter]);
    assert_eq!(effects.len(), 1, "{effects:?}");
    assert_eq!(assert_hints(&app), 4);
}
