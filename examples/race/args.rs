//! What is asked for on the command line.

use std::path::PathBuf;

pub const USAGE: &str = "\
usage: race BEFORE [AFTER] [options]

Builds two commits and races them in turn over all benches and the screen's figures.
The code to exit with is 1 where a figure is slower, 2 where there was no race.

  BEFORE, AFTER    commits; AFTER is HEAD unless said, and `.` means the working tree as it is
  --rounds N       how many rounds [default: 9]; with fewer than 6 nothing is as sure as 95 %
  --only TEXT      only figures whose name, as in `frame: threads, 64 tasks: live`, holds this text, in either
                   case; can be repeated. `frame`, `frame: ...` and the like mean that bench alone, `screen` and
                   `screen: ...` the screen; for any other text all benches are run once, to see who has it
  --keep DIR       build in this folder, and leave what was checked out there
  --json FILE      write all that was measured to this file";

/// Rounds, where nothing else is asked for: with nine, one round in which something else happened does no harm.
const ROUNDS: usize = 9;
/// With fewer there is no middle.
const FEWEST: usize = 3;

/// A race that was asked for.
#[derive(Debug, PartialEq)]
pub struct Wanted {
    pub before: String,
    pub after: String,
    pub rounds: usize,
    /// In small letters; all figures if there are none.
    pub only: Vec<String>,
    pub keep: Option<PathBuf>,
    pub json: Option<PathBuf>,
}

/// What `args` ask for; nothing if that is the help.
///
/// # Errors
/// In a sentence, if they ask for nothing that can be done.
pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Option<Wanted>, String> {
    let (mut args, mut commits) = (args.into_iter(), Vec::new());
    let (mut rounds, mut only, mut keep, mut json) = (ROUNDS, Vec::new(), None, None);
    while let Some(arg) = args.next() {
        let (name, joined) = match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (arg.as_str(), None),
        };
        let mut value = || joined.clone().or_else(|| args.next()).ok_or_else(|| format!("{name} needs a value"));
        match name {
            "-h" | "--help" => return Ok(None),
            "--rounds" => {
                let value = value()?;
                let number = value.parse().ok().filter(|n| (FEWEST..=999).contains(n));
                rounds = number.ok_or_else(|| format!("--rounds {value}: a number from {FEWEST} to 999 is needed"))?;
            }
            "--only" => only.push(value()?.to_lowercase()),
            "--keep" => keep = Some(PathBuf::from(value()?)),
            "--json" => json = Some(PathBuf::from(value()?)),
            _ if name.starts_with('-') => return Err(format!("there is no {name}")),
            _ => commits.push(arg),
        }
    }
    let mut commits = commits.into_iter();
    let before = commits.next().ok_or("which commit is the one before?")?;
    let after = commits.next().unwrap_or_else(|| "HEAD".to_owned());
    match commits.next() {
        Some(third) => Err(format!("two commits race, no third as `{third}`")),
        None => Ok(Some(Wanted { before, after, rounds, only, keep, json })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &str) -> Result<Option<Wanted>, String> {
        parse(args.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_second_commit_is_head_unless_said() {
        let wanted = of("main").expect("it is right").expect("a race");
        assert_eq!((wanted.before.as_str(), wanted.after.as_str(), wanted.rounds), ("main", "HEAD", 9));
        let all = "HEAD~2 . --rounds 15 --only Frame --only=quit --keep there --json=x.json";
        let wanted = of(all).expect("it is right").expect("a race");
        assert_eq!((wanted.before.as_str(), wanted.after.as_str(), wanted.rounds), ("HEAD~2", ".", 15));
        assert_eq!(wanted.only, ["frame", "quit"]);
        assert_eq!((wanted.keep, wanted.json), (Some("there".into()), Some("x.json".into())));
        assert_eq!(of("a b --help"), Ok(None));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        for (args, why) in [
            ("", "before?"),
            ("a b c", "`c`"),
            ("a --rounds", "needs a value"),
            ("a --rounds 2", "from 3"),
            ("a --rounds=many", "many"),
            ("a --fast", "--fast"),
        ] {
            let said = of(args).expect_err("it is wrong");
            assert!(said.contains(why), "{args}: {said}");
        }
    }
}
