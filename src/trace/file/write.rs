//! Writing recorded runs.

use std::io::{self, Write};

use serde::Serialize;

use super::super::event::Stamped;
use super::super::wire::Frame;
use super::Names;
use super::block::{BlockKind, LONGEST, block_head, head};
use super::events::Packer;
use crate::text;

/// How many events make a block: few enough that little is lost where the writer dies, many enough that a block's head
/// and the first mention of every worker take little room.
const EACH: usize = 4_096;

/// Writes runs into a file, as their frames come.
///
/// Events are packed as they come and kept until there is a block of them; [`FileWriter::flush`] writes what there is.
/// A writer that is dropped without it loses these.
#[derive(Debug)]
pub struct FileWriter<W> {
    out: W,
    packer: Packer,
}

impl<W: Write> FileWriter<W> {
    /// Begins a new file.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn create(mut out: W) -> io::Result<FileWriter<W>> {
        out.write_all(&head())?;
        Ok(FileWriter::append(out))
    }

    /// Goes on with a file of this version that ends where `out` stands: behind its last sound block, which
    /// [`super::Contents::sound`] says.
    pub fn append(out: W) -> FileWriter<W> {
        FileWriter { out, packer: Packer::default() }
    }

    /// A run begins; `text` says everything about it that is known before.
    ///
    /// # Errors
    /// If the file cannot be written; `InvalidInput` where the text has more than 64 MiB.
    pub fn header(&mut self, text: &str) -> io::Result<()> {
        self.text(BlockKind::Header, text)
    }

    /// What its tasks and locks are called; to be written before its begin.
    ///
    /// # Errors
    /// As [`FileWriter::header`].
    pub fn names(&mut self, names: &Names) -> io::Result<()> {
        self.json(BlockKind::Names, names)
    }

    /// What it was asked to do, in words of the caller's; to be written before its begin.
    ///
    /// # Errors
    /// As [`FileWriter::header`].
    pub fn plan(&mut self, text: &str) -> io::Result<()> {
        self.text(BlockKind::Plan, text)
    }

    /// What the run's runner sent.
    ///
    /// # Errors
    /// If the file cannot be written; `InvalidInput` where the frame takes more than 64 MiB.
    pub fn frame(&mut self, frame: &Frame) -> io::Result<()> {
        match frame {
            Frame::Begin(begin) => self.json(BlockKind::Begin, begin),
            Frame::Events(events) => self.events(events),
            Frame::End(end) => self.json(BlockKind::End, end),
            Frame::Failed(why) => self.json(BlockKind::Failed, why),
        }
    }

    /// More events of the run.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn events(&mut self, mut events: &[Stamped]) -> io::Result<()> {
        while self.packer.count() + events.len() >= EACH {
            let (now, later) = events.split_at(EACH - self.packer.count());
            self.packer.add(now);
            events = later;
            self.write_events()?;
        }
        self.packer.add(events);
        Ok(())
    }

    /// What is known of the run only now that it is over, in words of the caller's.
    ///
    /// # Errors
    /// As [`FileWriter::header`].
    pub fn tail(&mut self, text: &str) -> io::Result<()> {
        self.text(BlockKind::Tail, text)
    }

    /// Writes the events that are kept so far.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_events()?;
        self.out.flush()
    }

    /// The file itself, to write whole blocks from elsewhere. Flush before, so that these stand behind the events so
    /// far.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the events that are kept so far, and gives the file back.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn into_inner(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.out)
    }

    fn write_events(&mut self) -> io::Result<()> {
        if self.packer.count() == 0 {
            return Ok(());
        }
        let (head, body) = self.packer.block();
        let mut begin = block_head(BlockKind::Events, &[&head, body]).to_vec();
        begin.extend(head);
        let written = self.out.write_all(&begin).and_then(|()| self.out.write_all(body));
        self.packer.clear();
        written
    }

    fn json(&mut self, kind: BlockKind, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        self.text(kind, &text)
    }

    fn text(&mut self, kind: BlockKind, text: &str) -> io::Result<()> {
        if text.len() > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text::file::too_long_for_a_block(text.len())));
        }
        self.write_events()?;
        self.out.write_all(&block_head(kind, &[text.as_bytes()]))?;
        self.out.write_all(text.as_bytes())
    }
}
