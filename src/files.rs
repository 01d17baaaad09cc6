//! Files that are written whole or not at all: first under a temporary name in the same folder, then renamed. An
//! existing file is never overwritten unless the caller asks for it. Knows nothing of what is written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::text::storing as text;

/// How many names are tried.
const TRIES: u32 = 10_000;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file already exists.
    #[error("{}", text::is_there(.0))]
    Exists(PathBuf),
    /// The system refuses.
    #[error("{}", text::not_written(.0, &.1.to_string()))]
    Refused(PathBuf, io::Error),
}

/// Whether `path` may be written: it does not exist, or `force` allows replacing it. Callers ask this before long work.
///
/// # Errors
/// If it exists.
pub fn is_free(path: &Path, force: bool) -> Result<(), WriteError> {
    let free = force || path.symlink_metadata().is_err();
    free.then_some(()).ok_or_else(|| WriteError::Exists(path.to_owned()))
}

/// Writes `path` with `write`; an existing file is replaced only if `force` says so.
///
/// # Errors
/// If the file exists, or the system refuses; nothing is left behind then.
pub fn write(path: &Path, force: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let refused = |e: io::Error| WriteError::Refused(path.to_owned(), e);
    // Checked before the work, so that a long one is not done for nothing; a file that appears meanwhile is noticed at
    // the end.
    is_free(path, force)?;
    let mut file = begin(path).map_err(refused)?;
    fill(&mut file, write).map_err(refused)?;
    let kept = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match kept {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists(path.to_owned())),
        Err(e) => Err(refused(e.error)),
    }
}

/// Writes the first of `name.suffix`, `name-2.suffix` ... in `folder` that does not exist, and says which.
///
/// # Errors
/// As the system says; nothing is left behind then.
pub fn write_new(
    folder: &Path,
    name: &str,
    suffix: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let mut file = begin(&folder.join(name))?;
    fill(&mut file, write)?;
    for n in 1..TRIES {
        let path = folder.join(if n == 1 { format!("{name}.{suffix}") } else { format!("{name}-{n}.{suffix}") });
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => file = e.file,
            Err(e) => return Err(e.error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, text::all_names_taken()))
}

/// The system's own words, without the temporary file's name, which the user never chose.
fn plain(e: &io::Error) -> io::Error {
    let said = e.to_string();
    let bare = said.split(" at path ").next().unwrap_or_default().to_owned();
    io::Error::new(e.kind(), bare)
}

/// A new temporary file beside `path`, with the permissions of any file that the user makes.
fn begin(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".concviz-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The user's mask reduces these permissions, as for any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|e| plain(&e))
}

fn fill(file: &mut NamedTempFile, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = io::BufWriter::with_capacity(1 << 16, file.as_file_mut());
    write(&mut buffered)?;
    buffered.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_second_file_does_not_overwrite_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = |out: &mut dyn Write| out.write_all(b"one");
        let two = |out: &mut dyn Write| out.write_all(b"two");
        let first = write_new(folder.path(), "p", "svg", one).expect("written");
        let second = write_new(folder.path(), "p", "svg", two).expect("written");
        assert_ne!(first, second);
        assert_eq!(std::fs::read(&first).expect("read"), b"one");
        assert!(write_new(&folder.path().join("missing"), "p", "svg", one).is_err());
        let refused = write(&first, false, two).expect_err("it is there");
        assert!(refused.to_string().contains("--force"), "{refused}");
        assert_eq!(std::fs::read(&first).expect("read"), b"one");
        write(&first, true, two).expect("forced");
        assert_eq!(std::fs::read(&first).expect("read"), b"two");
        assert_eq!(names(folder.path()), ["p-2.svg", "p.svg"]);
    }

    #[test]
    fn what_breaks_in_the_middle_leaves_nothing_and_takes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kept");
        std::fs::write(&path, b"before").expect("written");
        let breaks = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err(io::Error::other("no room"))
        };
        assert!(matches!(write(&path, true, breaks), Err(WriteError::Refused(..))));
        assert!(matches!(write(&folder.path().join("new"), false, breaks), Err(WriteError::Refused(..))));
        assert_eq!(names(folder.path()), ["kept"]);
        assert_eq!(std::fs::read(&path).expect("read"), b"before");
    }
}
