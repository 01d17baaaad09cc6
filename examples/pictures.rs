//! Makes the pictures of the README: real runs on this machine, drawn by the program's own screen, without a terminal.
//!
//! ```sh
//! cargo run --release --example pictures                # all, into assets/pictures
//! cargo run --release --example pictures compare hero   # these only: other programs may have disturbed them
//! ```
//!
//! Every picture is the screen as the keys named beside it leave it.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use concviz::app::{App, Compare, Effect, Key, Message, update};
use concviz::engine::real::{self, Runner};
use concviz::export::picture::{Options, Subject};
use concviz::export::{Caption, svg};
use concviz::machine::Machine;
use concviz::machine::load::Watch;
use concviz::machine::{calibrate, cores, sys};
use concviz::model::{LockSettings, Model, ModelKind};
use concviz::pictures;
use concviz::plan::{Plan, Wishes};
use concviz::recording::{Comparison, Conditions, Recording};
use concviz::settings::Setup;
use concviz::text;
use concviz::trace::{Frame, Source};
use concviz::ui::{Look, render};
use concviz::workload::{Kernels, Scale, find};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A picture: its name, the workload with parameters and the first model where they are not the usual ones, the screen's
/// size, the keys that were pressed.
const PICTURES: &[(&str, &str, (u16, u16), &str)] = &[
    ("threads", "cpu", (100, 30), "2"),
    ("gil", "cpu", (100, 30), "2 3 4 2 g"),
    ("gil-lens", "cpu", (100, 30), "2 g Tab"),
    ("convoy", "convoy", (100, 30), "2 g"),
    ("cores", "cpu", (100, 30), "2 Tab Tab Tab"),
    ("processes", "cpu", (100, 30), "2 3"),
    ("async-io", "io", (100, 30), "2 4"),
    ("locks", "locks", (100, 36), "2 Tab"),
    ("responsive", "responsive", (100, 30), "2 4"),
    ("many", "mixed async tasks=400", (100, 30), ""),
    ("compare", "cpu", (100, 30), "x End"),
];

/// A picture that is drawn from the run and not from the screen: the same, but for the size.
const DRAWN: (&str, &str, &str) = ("picture", "cpu", "2 g");

/// The moving picture: two runs of one workload on one axis, so short that each turn with the GIL is seen. Its name, the
/// workload, the keys that make the runs, the models that are shown, how often each is made (the median is shown), and for
/// how long the time sweeps over it.
const HERO: (&str, &str, &str, [(ModelKind, bool); 2], usize, f64) =
    ("hero", "cpu cpu=40ms", "3 2 g", [(ModelKind::Threads, true), (ModelKind::Processes, false)], 5, 6.0);

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    if let Some(code) = real::hidden(&args) {
        return code;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    let screens = PICTURES.iter().map(|(name, ..)| *name);
    let known: Vec<&str> = screens.chain([DRAWN.0, HERO.0]).collect();
    if let Some(name) = args.iter().find(|arg| !known.iter().any(|name| arg == name)) {
        eprintln!("error: no picture is called {}; there are {}", name.display(), known.join(", "));
        return ExitCode::FAILURE;
    }
    for name in known.into_iter().filter(|name| args.is_empty() || args.iter().any(|arg| arg == name)) {
        if let Err(why) = made(&folder, name) {
            eprintln!("error: {name}: {why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn made(folder: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    match PICTURES.iter().find(|picture| picture.0 == name) {
        Some((_, workload, size, keys)) => picture(folder, name, workload, *size, keys),
        None if name == HERO.0 => hero(folder),
        None => drawn(folder),
    }
}

fn hero(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (name, workload, keys, models, times, seconds) = HERO;
    let mut apps = Vec::new();
    for _ in 0..times {
        apps.push(pressed(workload, (100, 30), keys)?);
    }
    let runs: Vec<&Recording> = apps.iter().flat_map(App::runs).map(|run| &run.recording).collect();
    let comparison = Comparison::of(&runs);
    let median = |(kind, locked): (ModelKind, bool)| {
        let is_it = |n: &usize| runs[*n].model().is_some_and(|m| m.kind == kind && m.lock.is_on() == locked);
        comparison.rows.iter().filter_map(|row| row.shown).find(is_it).map(|n| runs[n])
    };
    let wanted: Vec<&Recording> = models.into_iter().filter_map(median).collect();
    let made = wanted.first().and_then(|run| run.planned()).ok_or("no run")?.setup.comparison_command();
    let shown = "--run threads+gil --run processes";
    let command = format!(
        "{made} --trace runs.concviz && concviz export runs.concviz -o {name}.svg {shown} --animate {seconds}s"
    );
    let picture = pictures::of_runs(&wanted, Subject::Tasks, &Options::default(), &command);
    let file = folder.join(format!("{name}.svg"));
    fs::write(&file, picture.animated(None, seconds))?;
    println!("{}: {}", file.display(), picture.description);
    Ok(())
}

fn drawn(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (name, workload, keys) = DRAWN;
    let app = pressed(workload, (100, 30), keys)?;
    let run = app.run().ok_or("no run")?;
    let run = &run.recording;
    let picture = pictures::of_run(run, Subject::Tasks, &Options::default(), &run.origin.command());
    let file = folder.join(format!("{name}.svg"));
    fs::write(&file, picture.svg(None))?;
    println!("{}: {}", file.display(), picture.description);
    Ok(())
}

fn picture(folder: &Path, name: &str, workload: &str, size: (u16, u16), keys: &str) -> Result<(), Box<dyn Error>> {
    let app = pressed(workload, size, keys)?;
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    render(&app, Look::default(), area, &mut buffer);
    let caption = Caption {
        title: format!("concviz: {}", app.setup.title()),
        description: described(&app),
        command: app.setup.command(),
        ..Caption::default()
    };
    fs::create_dir_all(folder)?;
    let file = folder.join(format!("{name}.svg"));
    fs::write(&file, svg(&buffer, &caption))?;
    println!("{}: {}", file.display(), caption.description);
    Ok(())
}

/// What is to be seen, in a sentence.
fn described(app: &App) -> String {
    let compared = app.shown.comparison().and_then(Compare::result);
    let verdict = compared.map(|comparison| comparison.verdict.text());
    verdict.or_else(|| Some(app.finding()?.say.text())).unwrap_or_default()
}

/// The program as the keys leave it.
fn pressed(workload: &str, size: (u16, u16), keys: &str) -> Result<App, Box<dyn Error>> {
    let mut words = workload.split(' ');
    let mut workload = words.next().and_then(find).ok_or("no such workload")?;
    let mut kind = ModelKind::Serial;
    for word in words {
        match word.split_once('=') {
            Some((param, value)) => workload.set(param, value.parse()?)?,
            None => kind = ModelKind::ALL.into_iter().find(|k| k.name() == word).ok_or("no such model")?,
        }
    }
    let setup = Setup {
        workload,
        model: Model::plain(kind),
        lock: LockSettings::default(),
        wishes: Wishes::default(),
        scale: Scale::ONE,
    };
    let machine = Machine { usable: cores::usable(), allowed: cores::allowed() };
    let rates = calibrate::rates(Kernels::of_all(&setup.tasks()?)).map_err(|why| text::no_rates(&why))?;
    let mut app = App::new(setup, machine, Some(rates), sys::now(), size);
    let effects = app.launch();
    carry_out(&mut app, effects)?;
    for key in keys.split(' ') {
        let key = match (key, key.chars().next()) {
            ("Tab", _) => Key::Tab,
            ("End", _) => Key::End,
            (_, Some(c)) => Key::Char(c),
            (_, None) => continue,
        };
        let effects = update(&mut app, Message::Key(key));
        carry_out(&mut app, effects)?;
    }
    Ok(app)
}

/// Runs what is asked for to its end.
fn carry_out(app: &mut App, effects: Vec<Effect>) -> Result<(), Box<dyn Error>> {
    for effect in effects {
        if let Effect::Start(id, plan) = effect {
            for message in messages(id, &plan)? {
                // A comparison goes on to its next run.
                let more = update(app, message);
                carry_out(app, more)?;
            }
        }
    }
    Ok(())
}

fn messages(id: concviz::app::RunId, plan: &Plan) -> Result<Vec<Message>, Box<dyn Error>> {
    let mut runner = Runner::spawn(plan).map_err(|why| text::failure(&why))?;
    let mut frames = runner.frames().ok_or("a runner without frames")?;
    let mut messages = Vec::new();
    let mut watch = None;
    while let Some(frame) = frames.next_frame()? {
        messages.push(match frame {
            Frame::Begin(begin) => {
                watch = Some(Watch::begin(cores::allowed(), sys::now(), sys::process_cpu()));
                Message::Begin(id, begin)
            }
            Frame::Events(records) => Message::Events(id, records),
            Frame::End(end) => {
                let run = end.cpu + end.overhead.collector + end.overhead.dispatcher;
                let others = watch.as_ref().and_then(|w| w.others(sys::now(), sys::process_cpu(), run));
                Message::End(id, Box::new(end), Conditions { others, ..Conditions::default() })
            }
            Frame::Failed(why) => return Err(text::failure(&why).into()),
        });
    }
    Ok(messages)
}
