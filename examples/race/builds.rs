//! Commits, checked out and built. What was built of a commit is kept for its next race; what was checked out is not.
//!
//! In the home of all races, `target/race` unless another was asked for:
//!
//! ```text
//! dependencies/          what is built for all commits; it becomes <commit>/build while that is built
//! <commit>/tree/         the worktree
//! <commit>/build/        the executables, where they were built: paths are baked into them
//! <commit>/built.json    which these are, and by which compiler
//! lock                   held by the race that is going on
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::output;

/// The working tree as it is, in place of a commit. Its folder's name is as long as theirs: paths are baked into
/// executables, and the lengths of these shall be alike.
pub const WORKING_TREE: &str = ".";
const WORKING_FOLDER: &str = "working-tree";
const PROGRAM: &str = "concviz";
const TREE: &str = "tree";
const TEMPORARY: &str = "racing-";
/// Every function begins with a line of the cache, so that one that did not change lies as it lay before: without this
/// the same machine code took up to an eighth longer in one program than in another, only for its place.
const ALIGNED: &str = "-Cllvm-args=-align-all-functions=6";
/// Where cargo looks for flags of the compiler, and what stands between two of them there.
const ENCODED_FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";
const BETWEEN_FLAGS: &str = "\u{1f}";
/// How long git may take, and how long a build.
const SOON: Duration = Duration::from_mins(2);
const LONG: Duration = Duration::from_hours(1);

/// What was built of a commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Built {
    /// The compiler and its flags.
    compiler: String,
    pub program: PathBuf,
    /// The benches by their names.
    pub benches: BTreeMap<String, PathBuf>,
}

impl Built {
    fn is_there(&self) -> bool {
        self.program.exists() && self.benches.values().all(|bench| bench.exists())
    }
}

/// What was asked for, and is there.
#[derive(Clone, Debug)]
pub struct Found {
    asked: String,
    /// None if it is the working tree.
    commit: Option<String>,
    title: String,
}

/// A commit that takes part.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it was asked for.
    pub asked: String,
    /// Its number and its first line.
    pub title: String,
    /// Where it was checked out: what its benches are run in.
    pub tree: PathBuf,
    pub built: Built,
}

/// Where commits are checked out and built. Dropped, it removes the worktrees, unless they are to be kept.
pub struct Home {
    repository: PathBuf,
    folder: PathBuf,
    keep: bool,
    trees: Vec<PathBuf>,
    /// Held as long as this is.
    _lock: File,
}

impl Home {
    /// That of the repository around the current folder. In `keep`, everything stays.
    ///
    /// # Errors
    /// If there is no repository, or another race is going on.
    pub fn open(keep: Option<&Path>) -> Result<Home, String> {
        let top = output(Command::new("git").args(["rev-parse", "--show-toplevel"]), SOON)?;
        let repository = PathBuf::from(top.trim_end());
        let folder = keep.map_or_else(|| repository.join("target").join("race"), Path::to_owned);
        let wrong = |e: std::io::Error| format!("{}: {e}", folder.display());
        fs::create_dir_all(&folder).map_err(wrong)?;
        let folder = folder.canonicalize().map_err(wrong)?;
        let lock = File::create(folder.join("lock")).map_err(wrong)?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err("another race is going on: two at a time spoil each other".to_owned());
        }
        let home = Home { repository, folder, keep: keep.is_some(), trees: Vec::new(), _lock: lock };
        home.tidy();
        Ok(home)
    }

    /// Removes what a race left that was killed.
    fn tidy(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten().filter(|_| !self.keep) {
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                let _ = fs::remove_dir_all(entry.path());
            } else {
                self.remove(&entry.path().join(TREE));
            }
        }
    }

    /// A folder for what the race needs, which goes with its value.
    ///
    /// # Errors
    /// If there is no room.
    pub fn temporary(&self) -> Result<TempDir, String> {
        tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(&self.folder).map_err(|e| e.to_string())
    }

    fn git(&self, args: &[&str]) -> Result<String, String> {
        let mut command = Command::new("git");
        command.current_dir(&self.repository).args(args);
        output(&mut command, SOON).map(|text| text.trim_end().to_owned())
    }

    /// What was `asked` for.
    ///
    /// # Errors
    /// If there is no such commit.
    pub fn find(&self, asked: &str) -> Result<Found, String> {
        let asked = asked.to_owned();
        if asked == WORKING_TREE {
            let head = self.git(&["log", "-1", "--format=%h", "HEAD"])?;
            return Ok(Found { asked, commit: None, title: format!("the working tree, on {head}") });
        }
        let wanted = format!("{asked}^{{commit}}");
        let commit = self.git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        let commit = commit.map_err(|_| format!("there is no commit `{asked}`"))?;
        let title = self.git(&["log", "-1", "--format=%h %s", &commit])?;
        Ok(Found { asked, commit: Some(commit), title })
    }

    /// Checks it out and builds it, or finds what was built of it before.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn enter(&mut self, Found { asked, commit, title }: Found) -> Result<Entry, String> {
        let name = commit.as_deref().unwrap_or(WORKING_FOLDER);
        let folder = self.folder.join(name.chars().take(WORKING_FOLDER.len()).collect::<String>());
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut tree = self.repository.clone();
        if let Some(commit) = &commit {
            tree = folder.join(TREE);
            self.check_out(commit, &tree)?;
        }
        let built = self.built(&folder, &tree, commit.is_none()).map_err(|e| format!("{title}: {e}"))?;
        Ok(Entry { asked, title, tree, built })
    }

    fn check_out(&mut self, commit: &str, tree: &Path) -> Result<(), String> {
        if self.trees.iter().any(|there| there == tree) {
            return Ok(());
        }
        // A race that was killed has left one, or it was to be kept.
        self.remove(tree);
        self.trees.push(tree.to_owned());
        let path = tree.to_str().ok_or("the folder's name is no text")?;
        self.git(&["worktree", "add", "--detach", "--force", path, commit]).map(drop)
    }

    /// Removes a worktree, also where the race was stopped, when no group can be started any more.
    fn remove(&self, tree: &Path) {
        let git = |args: &[&str]| {
            let mut command = Command::new("git");
            command.current_dir(&self.repository).args(args);
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        };
        if let Some(path) = tree.to_str().filter(|_| tree.exists()) {
            git(&["worktree", "remove", "--force", "--force", path]);
            let _ = fs::remove_dir_all(tree);
            git(&["worktree", "prune"]);
        }
    }

    /// What is built of `tree` in `folder`.
    fn built(&self, folder: &Path, tree: &Path, changes: bool) -> Result<Built, String> {
        let note = folder.join("built.json");
        let compiler = output(Command::new("rustc").arg("-vV").current_dir(tree), SOON)?;
        let compiler = format!("{compiler}{}", flags().replace(BETWEEN_FLAGS, " "));
        let known = fs::read(&note).ok().and_then(|text| serde_json::from_slice::<Built>(&text).ok());
        if let Some(known) = known.filter(|k| !changes && k.compiler == compiler && k.is_there()) {
            return Ok(known);
        }
        eprintln!("building {}, which takes some minutes", folder.file_name().unwrap_or_default().display());
        let (shared, build) = (self.folder.join("dependencies"), folder.join("build"));
        let _ = fs::remove_file(&note);
        if shared.exists() {
            let _ = fs::remove_dir_all(&build);
            rename(&shared, &build)?;
        }
        let made = make(tree, &build);
        // Whatever became of it, dependencies are worth keeping; they are never needed in two places.
        let program_and_benches = made.and_then(|made| keep_executables(folder, &build, made));
        let _ = fs::remove_dir_all(&shared);
        if build.exists() {
            rename(&build, &shared)?;
        }
        let (program, benches) = program_and_benches?;
        rename(&folder.join("executables"), &build)?;
        let built = Built { compiler, program, benches };
        let text = serde_json::to_vec_pretty(&built).map_err(|e| e.to_string())?;
        fs::write(&note, text).map_err(|e| format!("{}: {e}", note.display()))?;
        Ok(built)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        for tree in std::mem::take(&mut self.trees) {
            self.remove(&tree);
        }
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), String> {
    fs::rename(from, to).map_err(|e| format!("{} cannot become {}: {e}", from.display(), to.display()))
}

/// A program, and benches by their names.
type Executables = (PathBuf, BTreeMap<String, PathBuf>);

/// Builds the benches, and then the program: it lies where the benches look for it as it is when built for itself,
/// which is what people have.
fn make(tree: &Path, build: &Path) -> Result<Executables, String> {
    let cargo = |args: &[&str]| {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(tree).args(args).arg("--locked").arg("--target-dir").arg(build);
        command.env(ENCODED_FLAGS, flags());
        output(command.args(["--message-format", "json-render-diagnostics"]), LONG)
    };
    let benches = artifacts(&cargo(&["bench", "--no-run", "--bench", "*"])?, "bench");
    let program = artifacts(&cargo(&["build", "--release"])?, "bin").remove(PROGRAM);
    Ok((program.ok_or_else(|| format!("no program `{PROGRAM}` was built"))?, benches))
}

/// The compiler's flags: those of the environment, and [`ALIGNED`]. Cargo then leaves aside those of its own files.
fn flags() -> String {
    let known = |name| std::env::var(name).ok().filter(|flags| !flags.is_empty());
    aligned(known(ENCODED_FLAGS), known("RUSTFLAGS"))
}

/// [`ALIGNED`] behind the flags that cargo would take: of the two it looks only at the first that there is.
fn aligned(encoded: Option<String>, plain: Option<String>) -> String {
    let encode = |flags: String| flags.split_whitespace().collect::<Vec<_>>().join(BETWEEN_FLAGS);
    let asked = encoded.or_else(|| plain.map(encode));
    asked.into_iter().chain([ALIGNED.to_owned()]).collect::<Vec<_>>().join(BETWEEN_FLAGS)
}

/// The executables of a kind that cargo says it has made.
fn artifacts(messages: &str, kind: &str) -> BTreeMap<String, PathBuf> {
    let artifact = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        let target = &message["target"];
        let kinds = target["kind"].as_array()?;
        let wanted = message["reason"] == "compiler-artifact" && kinds.iter().any(|k| k == kind);
        let executable = message["executable"].as_str().filter(|_| wanted)?;
        Some((target["name"].as_str()?.to_owned(), PathBuf::from(executable)))
    };
    messages.lines().filter_map(artifact).collect()
}

/// Copies the executables out of `build` into a folder that can take its place, and removes from there whatever belongs
/// to this commit alone.
fn keep_executables(folder: &Path, build: &Path, made: Executables) -> Result<Executables, String> {
    let kept = folder.join("executables");
    let _ = fs::remove_dir_all(&kept);
    for from in made.1.values().chain([&made.0]) {
        let inside = from.strip_prefix(build).map_err(|_| format!("{} is not in its folder", from.display()))?;
        let to = kept.join(inside);
        let copied = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(from, &to));
        copied.map_err(|e| format!("{}: {e}", to.display()))?;
    }
    // Each in several copies and with a number of its own: they would pile up.
    let ours: Vec<String> = made.1.keys().cloned().chain([PROGRAM.to_owned()]).collect();
    for part in ["deps", ".fingerprint", "incremental", "build", ""] {
        remove_ours(&build.join("release").join(part), &ours);
    }
    Ok(made)
}

/// Removes from `folder` what is called as one of `names`, with a number behind it or not.
fn remove_ours(folder: &Path, names: &[String]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.split('.').next().unwrap_or_default();
        let stem = stem.rsplit_once('-').map_or(stem, |(stem, _)| stem).trim_start_matches("lib");
        if names.iter().any(|ours| ours == stem) {
            let path = entry.path();
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_says_where_executables_are() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"concviz"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"concviz"},"executable":"/t/release/concviz"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"kind":["bench"],"name":"frame"},"executable":"/t/release/deps/frame-1"}"#,
            "\nnot JSON\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            artifacts(messages, "bench"),
            [("frame".to_owned(), PathBuf::from("/t/release/deps/frame-1"))].into()
        );
        assert_eq!(artifacts(messages, "bin")["concviz"], Path::new("/t/release/concviz"));
    }

    #[test]
    fn functions_are_aligned_beside_what_the_environment_asks_for() {
        let (encoded, plain) = (Some("-A\u{1f}-B c".to_owned()), Some("-D  e".to_owned()));
        assert_eq!(aligned(None, None), ALIGNED);
        assert_eq!(aligned(None, plain.clone()), format!("-D\u{1f}e\u{1f}{ALIGNED}"));
        assert_eq!(aligned(encoded, plain), format!("-A\u{1f}-B c\u{1f}{ALIGNED}"));
    }

    #[test]
    fn what_belongs_to_one_commit_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["frame-0123", "frame-0123.d", "libconcviz-1.rlib", "concviz", "frames-1", "png-1", "libframe.so"];
        for name in names {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        fs::create_dir(folder.path().join("concviz-77")).expect("a folder");
        remove_ours(folder.path(), &["frame".to_owned(), "concviz".to_owned()]);
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .expect("it is there")
            .flatten()
            .map(|e| e.file_name().display().to_string())
            .collect();
        left.sort();
        assert_eq!(left, ["frames-1", "png-1"]);
    }
}
