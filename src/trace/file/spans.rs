//! When the runs of a file took place, without reading them: of each block only the first bytes are read.

use std::io::{self, Read, Seek, SeekFrom};

use super::block::{BLOCK_HEAD, BlockKind, HEAD, split_head, version};
use super::events::span;
use super::{Damage, FileError};
use crate::units::Stamp;

/// How many events of a run there are, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many there are, also those that this version does not know.
    pub events: u64,
    /// The earliest stamp and the latest; nothing where there are none.
    pub stamps: Option<(Stamp, Stamp)>,
}

/// The most bytes that a block of events begins with: its head, a count, a stamp and a time.
const BEGIN: usize = BLOCK_HEAD + 3 + 10 + 10;

/// The spans of the runs in `file`, in their order, up to its end or to the first block that is cut off. Whether the
/// content of the blocks is sound is not looked at: only [`super::read()`] says that. Makes two system calls for each
/// block. In format 1 blocks do not begin so: the runs of such a file have no events here.
///
/// # Errors
/// If it cannot be read, or is no recording that this version reads: [`FileError`] as its source.
pub fn spans(file: &mut (impl Read + Seek)) -> io::Result<Vec<Span>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut head = Vec::with_capacity(HEAD);
    Read::by_ref(file).take(HEAD as u64).read_to_end(&mut head)?;
    let refused = |e: FileError| io::Error::new(io::ErrorKind::InvalidData, e);
    let first_format = version(&head).map_err(refused)? == 1;
    let mut runs: Vec<Span> = Vec::new();
    let mut at = HEAD as u64;
    let mut bytes = [0; BEGIN];
    while at < length {
        let room = BEGIN.min(usize::try_from(length - at).unwrap_or(BEGIN));
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes[..room])?;
        let Some(head) = bytes[..room].first_chunk::<BLOCK_HEAD>() else { break };
        let broken = |fault| refused(FileError::Damaged(Damage { at, fault }));
        let (kind, payload) = split_head(*head).map_err(broken)?;
        let next = at + (BLOCK_HEAD + payload) as u64;
        if next > length {
            break;
        }
        if kind == BlockKind::Header as u8 {
            runs.push(Span { events: 0, stamps: None });
        } else if kind == BlockKind::Events as u8
            && !first_format
            && let Some(run) = runs.last_mut()
        {
            let begin = &bytes[BLOCK_HEAD..room.min(BLOCK_HEAD + payload)];
            let (count, first, last) = span(begin).ok_or_else(|| broken(super::Fault::Events))?;
            run.events += count as u64;
            if count > 0 {
                let (from, to) = run.stamps.unwrap_or((first, last));
                run.stamps = Some((from.min(first), to.max(last)));
            }
        }
        at = next;
    }
    Ok(runs)
}
