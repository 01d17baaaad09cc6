//! The file that a task's `write` and `read` steps use. It has no name, so that nothing is ever left behind. A `write`
//! is over only when its bytes are on the disk, and a `read` does not find them in the kernel's memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::PathBuf;

use crate::machine::{cores, process};
use crate::state::{Failure, FileLack};
use crate::trace::FileSystem;

/// The most bytes that are written or read at once.
const CHUNK: usize = 256 << 10;

/// A task's file, made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    file: Option<File>,
    length: u64,
}

impl Scratch {
    pub(super) fn is_there(&self) -> bool {
        self.file.is_some()
    }

    /// Writes `bytes` bytes from the start of the file, and waits until they are on the disk.
    ///
    /// # Errors
    /// If the system refuses it.
    pub(super) fn write(&mut self, bytes: u64) -> Result<(), Failure> {
        self.try_write(bytes).map_err(|e| refused(true, e))
    }

    /// Reads `bytes` bytes from the start of the file; bytes that the task has not written before are written first.
    ///
    /// # Errors
    /// If the system refuses it.
    pub(super) fn read(&mut self, bytes: u64) -> Result<(), Failure> {
        if self.length < bytes {
            self.write(bytes)?;
        }
        self.try_read(bytes).map_err(|e| refused(false, e))
    }

    fn file(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            process::survive_size_limits();
            self.file = Some(tempfile::tempfile()?);
        }
        let file = self.file.as_mut().ok_or(ErrorKind::NotFound)?;
        file.rewind()?;
        Ok(file)
    }

    fn try_write(&mut self, bytes: u64) -> io::Result<()> {
        let file = self.file()?;
        let chunk = vec![b'.'; CHUNK.min(bytes as usize)];
        let mut left = bytes;
        while left > 0 {
            let length = left.min(CHUNK as u64);
            file.write_all(&chunk[..length as usize])?;
            left -= length;
        }
        file.sync_data()?;
        self.length = self.length.max(bytes);
        Ok(())
    }

    fn try_read(&mut self, bytes: u64) -> io::Result<()> {
        let file = self.file()?;
        forget_cached(file);
        let mut chunk = vec![0; CHUNK.min(bytes as usize)];
        let mut left = bytes;
        while left > 0 {
            let length = left.min(CHUNK as u64);
            file.read_exact(&mut chunk[..length as usize])?;
            left -= length;
        }
        Ok(())
    }
}

/// The file system that the files of a run are on; `None` where the system does not say.
pub(super) fn file_system() -> Option<FileSystem> {
    let folder = folder();
    let kind = cores::file_system(&folder)?;
    Some(FileSystem { in_memory: cores::is_in_memory(&kind), folder: folder.display().to_string(), kind })
}

/// Has the kernel drop its cached copy of `file`, so that reading goes to the disk. Where the kernel does not drop it,
/// reading is faster than it should be, which is no error.
fn forget_cached(file: &File) {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    let _ = file;
}

/// The folder that the files are in.
pub(super) fn folder() -> PathBuf {
    std::env::temp_dir()
}

/// What went wrong with a file that was to be written, or read.
fn refused(writing: bool, e: io::Error) -> Failure {
    use rustix::io::Errno;
    let lack = match e.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOSPC | Errno::DQUOT) => FileLack::Room,
        Some(Errno::ROFS | Errno::ACCESS | Errno::PERM | Errno::NOENT | Errno::NOTDIR) => FileLack::Folder,
        Some(Errno::MFILE | Errno::NFILE) => FileLack::Descriptors,
        Some(Errno::FBIG) => FileLack::Size,
        _ => FileLack::Other,
    };
    Failure::File { lack, folder: folder().display().to_string(), writing, system: e.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn what_was_not_written_is_written_before_it_is_read() {
        let mut scratch = Scratch::default();
        scratch.read(700_000).expect("a file");
        scratch.write(10).expect("a file");
        assert_eq!(scratch.length, 700_000);
        assert_eq!(scratch.file.as_ref().expect("a file").metadata().expect("its length").len(), 700_000);
        scratch.read(0).expect("nothing");
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        use rustix::io::Errno;
        let of = |errno: Errno| text::failure(&refused(true, io::Error::from(errno)));
        for (errno, hint) in [(Errno::NOSPC, "make room"), (Errno::ROFS, "TMPDIR"), (Errno::MFILE, "ulimit -n")] {
            assert!(of(errno).contains(hint), "{}", of(errno));
        }
        assert!(of(Errno::IO).contains("cannot be written"));
    }
}
