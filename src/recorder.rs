//! Writes runs into files as they are made, and reads them back. A growing file is whole at any moment except for its
//! last block, so that no more than that is lost when the program, or the machine, stops meanwhile.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::recording::{self, NotOpened, NotRecorded, Opened, RecorderError, Recording};
use crate::text;
use crate::trace::file::{self, Contents, FileError, FileWriter, MAJOR};
use crate::trace::{Frame, Stamped};

/// The most bytes that are read of a file.
const LARGEST: u64 = 4 << 30;

/// A file to which runs are added.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    writer: FileWriter<BufWriter<File>>,
    flushed: Instant,
}

/// How much of a run is lost at most if the program is killed.
const LOSES: Duration = Duration::from_millis(500);

impl Recorder {
    /// The file at `path`: a new one, or a sound recording to which further runs are added. Anything else that is there
    /// stays as it is.
    ///
    /// # Errors
    /// [`RecorderError::NotRecorded`].
    pub fn open(path: &Path) -> Result<Recorder, RecorderError> {
        let writer = writer_of(path).map_err(|why| RecorderError::NotRecorded { file: path.to_owned(), why })?;
        Ok(Recorder { path: path.to_owned(), writer, flushed: Instant::now() })
    }

    /// Writes that a run begins. `run` need not have a trace yet.
    ///
    /// # Errors
    /// [`RecorderError::NotRecorded`].
    pub fn begin(&mut self, run: &Recording) -> Result<(), RecorderError> {
        let written = recording::begin(&mut self.writer, run).and_then(|()| self.writer.flush());
        written.map_err(|e| self.refused(e))
    }

    /// Writes a frame that the run's runner sent.
    ///
    /// # Errors
    /// [`RecorderError::NotRecorded`].
    pub fn frame(&mut self, frame: &Frame) -> Result<(), RecorderError> {
        let mut written = self.writer.frame(frame);
        if matches!(frame, Frame::Begin(_)) || self.flushed.elapsed() >= LOSES {
            written = written.and_then(|()| self.writer.flush());
            self.flushed = Instant::now();
        }
        written.map_err(|e| self.refused(e))
    }

    /// Writes that `run` is over, or broke off.
    ///
    /// # Errors
    /// [`RecorderError::NotRecorded`].
    pub fn end(&mut self, run: &Recording) -> Result<(), RecorderError> {
        let written = self.writer.tail(&recording::tail(run)).and_then(|()| self.writer.flush());
        written.map_err(|e| self.refused(e))
    }

    /// Adds a whole run, whose frames were kept in `scratch`.
    ///
    /// # Errors
    /// [`RecorderError::NotRecorded`].
    pub fn add(&mut self, run: &Recording, scratch: &Scratch) -> Result<(), RecorderError> {
        // If the frames were not kept, nothing of the run is written, not even its begin.
        if let Some(why) = &scratch.broken {
            return Err(self.refused(NotRecorded::NotKept(why.into())));
        }
        self.begin(run)?;
        let written = self.writer.flush().and_then(|()| scratch.copy(self.writer.get_mut()));
        written.map_err(|e| self.refused(e))?;
        self.end(run)
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn refused(&self, why: impl Into<NotRecorded>) -> RecorderError {
        RecorderError::NotRecorded { file: self.path.clone(), why: why.into() }
    }
}

/// A writer that adds to the file at `path`: a new one, or a sound recording.
fn writer_of(path: &Path) -> Result<FileWriter<BufWriter<File>>, NotRecorded> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    let about = file.metadata()?;
    // A device has no end, and no runs can be added to it.
    if !about.is_file() {
        return Err(NotRecorded::NoFile);
    }
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(NotRecorded::InUse),
        // Where a file system has no locks, other programs cannot be kept away.
        Err(TryLockError::Error(_)) => {}
    }
    let length = about.len();
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(LARGEST).read_to_end(&mut bytes)?;
    let out = BufWriter::new(file.try_clone()?);
    match file::read(&bytes) {
        Err(FileError::Empty) => Ok(FileWriter::create(out)?),
        // A file without a run is as good as one with runs.
        Ok(Contents { major: older, .. }) | Err(FileError::NoRun { major: older }) if older < MAJOR => {
            Err(NotRecorded::Older(older))
        }
        Ok(Contents { sound, .. }) if sound == length => Ok(at_the_end(out)?),
        Err(FileError::NoRun { major: MAJOR }) => Ok(at_the_end(out)?),
        Ok(contents) => Err(contents.damage.map_or(NotRecorded::Changing, NotRecorded::Damaged)),
        Err(FileError::Stranger) => Err(NotRecorded::Foreign),
        Err(e) => Err(NotRecorded::Unreadable(e)),
    }
}

fn at_the_end(mut out: BufWriter<File>) -> io::Result<FileWriter<BufWriter<File>>> {
    out.seek(SeekFrom::End(0))?;
    Ok(FileWriter::append(out))
}

/// Writes a file with these runs into `out`.
///
/// # Errors
/// As `out` says.
pub fn write<'a>(out: &mut dyn Write, runs: impl IntoIterator<Item = (&'a Recording, &'a Scratch)>) -> io::Result<()> {
    let mut writer = FileWriter::create(out)?;
    for (run, scratch) in runs {
        recording::begin(&mut writer, run)?;
        writer.flush()?;
        scratch.copy(writer.get_mut())?;
        writer.tail(&recording::tail(run))?;
    }
    writer.flush()
}

/// The frames of a run, in a file without a name, which disappears with the program and takes no memory.
#[derive(Debug)]
pub struct Scratch {
    /// `None` once all frames are written: then its buffer is no longer needed.
    writer: Option<FileWriter<BufWriter<File>>>,
    file: File,
    /// Why a frame could not be written; after it no further frame is.
    broken: Option<io::Error>,
}

/// Bytes of a file before its first block.
const HEAD: u64 = 16;

impl Scratch {
    /// A new one.
    ///
    /// # Errors
    /// If there can be no file.
    pub fn new() -> io::Result<Scratch> {
        let file = tempfile::tempfile()?;
        let writer = Some(FileWriter::create(BufWriter::new(file.try_clone()?))?);
        Ok(Scratch { writer, file, broken: None })
    }

    /// Writes a frame that the runner sent. If it cannot be written, that is reported only when the run is stored.
    pub fn frame(&mut self, frame: &Frame) {
        self.attempt(|writer| writer.frame(frame));
    }

    /// Writes events that the runner sent.
    pub fn events(&mut self, events: &[Stamped]) {
        self.attempt(|writer| writer.events(events));
    }

    /// Ends the file: the runner has sent everything.
    pub fn close(&mut self) {
        self.attempt(FileWriter::flush);
        self.writer = None;
    }

    fn attempt(&mut self, write: impl FnOnce(&mut FileWriter<BufWriter<File>>) -> io::Result<()>) {
        if let (Some(writer), None) = (&mut self.writer, &self.broken) {
            self.broken = write(writer).err();
        }
    }

    /// Whether all that was sent is in the file.
    fn whole(&self) -> io::Result<()> {
        let why = self.broken.as_ref().map(|e| io::Error::new(e.kind(), text::no_room_for_it(&e.to_string())));
        why.map_or(Ok(()), Err)
    }

    /// Copies its blocks to `out`.
    fn copy(&self, out: &mut dyn Write) -> io::Result<()> {
        self.whole()?;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(HEAD))?;
        io::copy(&mut file, &mut &mut *out).map(drop)
    }
}

#[cfg(unix)]
fn is_device(kind: std::fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&kind)
}

#[cfg(not(unix))]
const fn is_device(_: std::fs::FileType) -> bool {
    false
}

/// The runs in the file at `path`.
///
/// # Errors
/// [`RecorderError::NotOpened`], where there is no run to be read.
pub fn read(path: &Path) -> Result<Opened, RecorderError> {
    runs_of(path).map_err(|why| RecorderError::NotOpened { file: path.to_owned(), why })
}

fn runs_of(path: &Path) -> Result<Opened, NotOpened> {
    let file = File::open(path)?;
    // A device may have no end. A pipe is accepted.
    let kind = file.metadata()?.file_type();
    if kind.is_dir() || is_device(kind) {
        return Err(NotOpened::NoFile);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(recording::open(&bytes)?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::model::{LockSettings, Model, ModelKind};
    use crate::plan::{Rates, Wishes};
    use crate::settings::Setup;
    use crate::state::Failure;
    use crate::workload::Scale;

    /// A file on a disk that has no room for anything.
    fn on_a_full_disk() -> Scratch {
        let file = OpenOptions::new().read(true).write(true).open("/dev/full").expect("/dev/full");
        let writer = FileWriter::append(BufWriter::new(file.try_clone().expect("one more")));
        Scratch { writer: Some(writer), file, broken: None }
    }

    #[test]
    fn a_full_disk_is_said_when_the_run_is_to_be_stored_and_leaves_no_half_run() {
        let workload = crate::workload::find("cpu").expect("a shipped workload");
        let (model, lock) = (Model::plain(ModelKind::Serial), LockSettings::default());
        let setup = Setup { workload, model, lock, wishes: Wishes::default(), scale: Scale::ONE };
        let rates = Rates::all(1_000_000);
        let plan = setup.plan(setup.tasks().expect("sound"), 2, rates);
        let run = Recording::of_plan(setup, plan, rates, Machine::default());
        let full = |act: fn(&mut Scratch)| {
            let mut scratch = on_a_full_disk();
            act(&mut scratch);
            scratch.frame(&Frame::Failed(Failure::Killed));
            scratch.close();
            scratch
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("runs.concviz");
        let mut recorder = Recorder::open(&path).expect("new");
        for scratch in [full(|_| ()), full(|s| (0..9_000).for_each(|_| s.events(&[Stamped::suspended(now(), now())])))]
        {
            let why = recorder.add(&run, &scratch).expect_err("it is not whole");
            assert!(matches!(&why, RecorderError::NotRecorded { why: NotRecorded::NotKept(_), .. }), "{why:?}");
            let why = why.to_string();
            for part in ["runs.concviz cannot be recorded into: ", "temporary files", "space"] {
                assert!(why.contains(part), "{why}");
            }
            let why = write(&mut Vec::new(), [(&run, &scratch)]).expect_err("it is not whole").to_string();
            assert!(why.contains("temporary files") && !why.contains('\n'), "{why}");
        }
        let mut sound = Scratch::new().expect("room");
        sound.frame(&Frame::Failed(Failure::Killed));
        sound.close();
        recorder.add(&run, &sound).expect("there is room");
        let opened = read(&path).expect("sound");
        assert_eq!((opened.recordings.len(), opened.notes.len()), (1, 0));
        assert_eq!(opened.recordings[0].broken, Some(Failure::Killed));
    }

    fn now() -> crate::units::Stamp {
        crate::units::Stamp(9)
    }
}
