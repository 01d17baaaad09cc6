//! Reading recorded runs. Every byte that is used is checked, here and once. What is handed out makes sense event by
//! event, though not necessarily as a run.

use std::collections::BTreeSet;

use super::super::wire::Begin;
use super::block::{Block, BlockKind, Blocks, damage, version};
use super::events::{Unpacker, first, span};
use super::{Contents, Fault, FileError, Names, RecordedRun};
use crate::state::Failure;

/// The most runs of one file: a run takes much more memory than the nine bytes that begin one.
const MOST_RUNS: usize = 1 << 16;

/// Reads the runs of a file whose bytes are these, up to its end or to the first damage. Events stay packed.
///
/// # Errors
/// Where there is no run at all to be read.
pub fn read(bytes: &[u8]) -> Result<Contents<'_>, FileError> {
    let major = version(bytes)?;
    let mut reader =
        Reader { major, runs: Vec::new(), first: first::Unpacker::default(), unpacker: Unpacker::default() };
    let mut blocks = Blocks::new(bytes);
    let mut sound = blocks.used();
    let damage = loop {
        match blocks.next_block() {
            Ok(None) => break None,
            Ok(Some(block)) => {
                if let Err(fault) = reader.take(&block) {
                    break Some(damage(block.at, fault));
                }
            }
            Err(damage) => break Some(damage),
        }
        sound = blocks.used();
    };
    let runs = reader.runs;
    match damage {
        Some(damage) if runs.is_empty() => Err(FileError::Damaged(damage)),
        None if runs.is_empty() => Err(FileError::NoRun { major }),
        damage => Ok(Contents { major, runs, damage, sound: sound as u64 }),
    }
}

/// What was read so far, and what events are unpacked with.
struct Reader<'a> {
    major: u16,
    runs: Vec<RecordedRun<'a>>,
    first: first::Unpacker,
    unpacker: Unpacker,
}

impl<'a> Reader<'a> {
    /// Adds a block to the last run, or begins one with it.
    fn take(&mut self, block: &Block<'a>) -> Result<(), Fault> {
        let text = || std::str::from_utf8(block.payload).map_err(|_| Fault::NoText);
        let first_format = self.major == 1;
        if block.kind == Ok(BlockKind::Header) {
            if self.runs.len() == MOST_RUNS {
                return Err(Fault::TooManyRuns);
            }
            self.runs.push(RecordedRun { header: text()?, first_format, ..RecordedRun::default() });
            return Ok(());
        }
        let Some(run) = self.runs.last_mut() else {
            // A block of an unknown kind before the first run may be about all runs.
            return if block.kind.is_err() && !first_format { Ok(()) } else { Err(Fault::NotBegun) };
        };
        let over = run.end.is_some() || run.failed.is_some();
        let begun = run.begin.is_some();
        match block.kind {
            Err(kind) if first_format => return Err(Fault::UnknownBlock(kind)),
            Ok(BlockKind::Names | BlockKind::Plan) if first_format => return Err(Fault::OutOfPlace),
            Err(kind) => *run.skipped.blocks.entry(kind).or_default() += 1,
            Ok(BlockKind::Names) if run.names.is_none() && !begun => {
                let mut names: Names = serde_json::from_slice(block.payload).map_err(|_| Fault::Names)?;
                names.background.sort_unstable();
                run.names = Some(names);
            }
            Ok(BlockKind::Plan) if run.plan.is_none() && !begun => run.plan = Some(text()?),
            Ok(BlockKind::Begin) if !begun && !over => {
                let begin: Begin = serde_json::from_slice(block.payload).map_err(|_| Fault::Begin)?;
                run.begin = Some(tidy(begin));
            }
            Ok(BlockKind::Events) if begun && !over => {
                let count = if first_format {
                    self.first.unpack(block.payload, |_| ())
                } else {
                    self.unpacker.unpack(block.payload, &mut run.skipped, |_| ())
                };
                run.events += count.ok_or(Fault::Events)? as u64;
                if let Some((count, earliest, latest)) = span(block.payload).filter(|_| !first_format)
                    && count > 0
                {
                    let (from, to) = run.span.unwrap_or((earliest, latest));
                    run.span = Some((from.min(earliest), to.max(latest)));
                }
                run.packed.push(block.payload);
            }
            Ok(BlockKind::End) if begun && !over => {
                run.end = Some(serde_json::from_slice(block.payload).map_err(|_| Fault::End)?);
            }
            Ok(BlockKind::Failed) if !over && first_format => {
                run.failed = Some(Failure::Told { sentence: text()?.to_owned() });
            }
            Ok(BlockKind::Failed) if !over => run.failed = Some(Failure::from_json(text()?).ok_or(Fault::Failed)?),
            Ok(BlockKind::Tail) if run.tail.is_none() => run.tail = Some(text()?),
            Ok(_) => return Err(Fault::OutOfPlace),
        }
        Ok(())
    }
}

/// Keeps each core and each thread once: with thousands of the same, every event would look through them all.
fn tidy(mut begin: Begin) -> Begin {
    let mut seen = BTreeSet::new();
    begin.cores.retain(|core| seen.insert(*core));
    let mut seen = BTreeSet::new();
    begin.watchers.retain(|tid| seen.insert(*tid));
    begin
}
