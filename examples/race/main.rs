//! Guards speed: builds two commits and races them in turn over all benches and the screen's figures, and fails where
//! the second is slower.
//!
//! ```sh
//! cargo run --release --example race -- HEAD~1               # against HEAD
//! cargo run --release --example race -- main .               # against the working tree as it is
//! cargo run --release --example race -- main --only frame    # one bench
//! ```
//!
//! The code to exit with is 0 where nothing is slower, 1 where something is, and 2 where there was no race. A figure is
//! slower where its ratio is surely above 1.03: the interval of the median ratio asks nothing of the noise but to fall
//! on both alike. There are some 160 figures, and one in fifty of such intervals lies wholly above the true ratio by
//! chance; so what is found slower is raced again, and only what is slower in both races counts. Speed depends on the
//! machine: the table says what others took of it meanwhile.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod args;
#[cfg(target_os = "linux")]
mod benches;
#[cfg(target_os = "linux")]
mod builds;
#[cfg(target_os = "linux")]
mod courses;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod progress;
#[cfg(target_os = "linux")]
mod race;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod sides;
#[cfg(target_os = "linux")]
mod statistics;
#[cfg(target_os = "linux")]
mod tables;
#[cfg(target_os = "linux")]
mod terminal;

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("races are run on Linux only: elsewhere nobody says what other programs take of the machine");
    ExitCode::from(2)
}

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let wanted = match args::parse(std::env::args().skip(1)) {
        Ok(Some(wanted)) => wanted,
        Ok(None) => {
            println!("{}", args::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(why) => {
            eprintln!("{why}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(&wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            // Whatever it broke off, a stopped race has but one reason.
            eprintln!("\n{}", process::go_on().err().unwrap_or(why));
            ExitCode::from(2)
        }
    }
}

/// Whether nothing is slower.
#[cfg(target_os = "linux")]
fn run(wanted: &args::Wanted) -> Result<bool, String> {
    use std::fs::File;

    use race::Filter;

    // Known at once, not after half an hour.
    let json = wanted.json.as_ref().map(|file| File::create(file).map_err(|e| format!("{}: {e}", file.display())));
    let json = json.transpose()?;
    process::listen()?;
    let mut home = builds::Home::open(wanted.keep.as_deref())?;
    // Both, before any of them is built.
    let (before, after) = (home.find(&wanted.before)?, home.find(&wanted.after)?);
    let before = home.enter(before)?;
    let after = if wanted.after == wanted.before { before.clone() } else { home.enter(after)? };
    // Everything that the programs write lies in here, and goes with it.
    let folder = home.temporary()?;
    let runners = sides::prepare([before, after], folder.path())?;
    let mut progress = progress::Progress::new();
    let first = race::race(&runners, wanted.rounds, &Filter::Texts(&wanted.only), &mut progress)?;
    if first.figures.is_empty() {
        let why = first.left_out.join("\n");
        return Err(format!("there is no figure that both have and that was asked for\n{why}").trim_end().to_owned());
    }
    print!("{}{}{}", report::head(&runners, wanted.rounds), report::table(&first), report::machine(&first.rounds));
    let slower = report::slower(&first);
    let mut failed = Vec::new();
    let mut again = None;
    if !slower.is_empty() {
        eprintln!("{} figures are slower: they are raced again", slower.len());
        let second = race::race(&runners, wanted.rounds, &Filter::Names(&slower), &mut progress)?;
        println!("\nWhat was slower, raced again:");
        print!("{}{}", report::table(&second), report::machine(&second.rounds));
        failed = report::slower_again(slower, &second);
        again = Some(second);
    }
    println!("\n{}", report::summary(&first, again.as_ref(), &failed).trim_end());
    if let Some(file) = json {
        let document = report::document(&runners, &first, again.as_ref(), &failed);
        serde_json::to_writer_pretty(file, &document).map_err(|e| e.to_string())?;
    }
    Ok(failed.is_empty())
}
