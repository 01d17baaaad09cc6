//! Reading recorded runs. Every byte that is used is checked, here and once; what is handed out makes sense as a
//! record, though it need not as a run.

use std::collections::BTreeSet;

use super::super::wire::Begin;
use super::block::{Block, BlockKind, Blocks, damage, minor_version};
use super::events::Unpacker;
use super::{Contents, Damage, FileError, RecordedRun};

/// The most runs of one file: a run takes much more memory than the nine bytes that begin one.
const MOST_RUNS: usize = 1 << 16;

/// Reads the runs of a file whose bytes are these, up to its end or to the first damage. Events stay packed.
///
/// # Errors
/// Where there is no run at all to be read, with a sentence that says why.
pub fn read(bytes: &[u8]) -> Result<Contents<'_>, FileError> {
    let mut blocks = Blocks::new(bytes, minor_version(bytes)?);
    let mut runs: Vec<RecordedRun<'_>> = Vec::new();
    let mut unpacker = Unpacker::default();
    let mut sound = blocks.used();
    let damage = loop {
        match blocks.next_block() {
            Ok(None) => break None,
            Ok(Some(block)) => {
                if let Err(damage) = take(&mut runs, &block, &mut unpacker) {
                    break Some(damage);
                }
            }
            Err(damage) => break Some(damage),
        }
        sound = blocks.used();
    };
    match damage {
        Some(damage) if runs.is_empty() => Err(FileError::Damaged(damage)),
        None if runs.is_empty() => Err(FileError::NoRun),
        damage => Ok(Contents { runs, damage, sound: sound as u64 }),
    }
}

/// Adds a block to the last run, or begins one with it.
fn take<'a>(runs: &mut Vec<RecordedRun<'a>>, block: &Block<'a>, unpacker: &mut Unpacker) -> Result<(), Damage> {
    let wrong = |what: &str| damage(block.at, what);
    let text = || std::str::from_utf8(block.payload).map_err(|_| wrong("a text that is none"));
    if block.kind == BlockKind::Header {
        if runs.len() == MOST_RUNS {
            return Err(wrong("more runs than are read from one file"));
        }
        runs.push(RecordedRun { header: text()?, ..RecordedRun::default() });
        return Ok(());
    }
    let run = runs.last_mut().ok_or_else(|| wrong("a part of a run that has not begun"))?;
    let over = run.end.is_some() || run.failed.is_some();
    let out_of_place = || wrong("a part of a run where none can be");
    match block.kind {
        BlockKind::Begin if run.begin.is_none() && !over => {
            let begin: Begin =
                serde_json::from_slice(block.payload).map_err(|_| wrong("a run's begin that cannot be read"))?;
            run.begin = Some(tidy(begin));
        }
        BlockKind::Events if run.begin.is_some() && !over => {
            let count = unpacker.unpack(block.payload, |_| ()).ok_or_else(|| wrong("events that are none"))?;
            run.events += count as u64;
            run.packed.push(block.payload);
        }
        BlockKind::End if run.begin.is_some() && !over => {
            let end = serde_json::from_slice(block.payload).map_err(|_| wrong("a run's end that cannot be read"))?;
            run.end = Some(end);
        }
        BlockKind::Failed if !over => run.failed = Some(text()?),
        BlockKind::Tail if run.tail.is_none() => run.tail = Some(text()?),
        _ => return Err(out_of_place()),
    }
    Ok(())
}

/// Each core and each thread once: with thousands of the same, every event would look through them all.
fn tidy(mut begin: Begin) -> Begin {
    let mut seen = BTreeSet::new();
    begin.cores.retain(|core| seen.insert(*core));
    let mut seen = BTreeSet::new();
    begin.watchers.retain(|tid| seen.insert(*tid));
    begin
}
