//! The head of a file and the blocks behind it: bytes with a kind, a length and a checksum.

use super::{Damage, Fault, FileError};

/// The major version that is written: a reader of an older one would misread the file.
pub const MAJOR: u16 = 2;
/// The minor version, which counts additions since: a reader of an older one skips them.
pub const MINOR: u16 = 0;

/// The first bytes of every recording. The last one ends a listing on old systems, and is no text on any.
const MAGIC: [u8; 8] = *b"concviz\x1a";
/// Bytes of a file's head.
pub(super) const HEAD: usize = 16;
/// Bytes before a block's payload.
pub(super) const BLOCK_HEAD: usize = 9;
/// The longest payload, in bytes: more is nonsense, and would not be taken by the pipe either.
pub(super) const LONGEST: usize = 64 << 20;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BlockKind {
    /// A run begins here: text of the writer.
    Header = 1,
    /// [`crate::trace::Begin`], as JSON.
    Begin = 2,
    /// Packed events.
    Events = 3,
    /// [`crate::trace::End`], as JSON.
    End = 4,
    /// Why the run broke off: [`crate::state::Failure`], as JSON; in format 1 a sentence.
    Failed = 5,
    /// What was known only afterwards: text of the writer.
    Tail = 6,
    /// [`super::Names`], as JSON.
    Names = 7,
    /// What the run was asked to do: text of the writer.
    Plan = 8,
}

impl BlockKind {
    fn from_repr(n: u8) -> Option<BlockKind> {
        Some(match n {
            1 => BlockKind::Header,
            2 => BlockKind::Begin,
            3 => BlockKind::Events,
            4 => BlockKind::End,
            5 => BlockKind::Failed,
            6 => BlockKind::Tail,
            7 => BlockKind::Names,
            8 => BlockKind::Plan,
            _ => return None,
        })
    }
}

/// The head of a file of this version.
pub(super) fn head() -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&MAGIC);
    head[8..10].copy_from_slice(&MAJOR.to_le_bytes());
    head[10..12].copy_from_slice(&MINOR.to_le_bytes());
    let sum = crc32fast::hash(&head[..12]);
    head[12..].copy_from_slice(&sum.to_le_bytes());
    head
}

/// The major version of the file that begins with `bytes`.
pub(super) fn version(bytes: &[u8]) -> Result<u16, FileError> {
    if bytes.is_empty() {
        return Err(FileError::Empty);
    }
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] != MAGIC[..known] {
        return Err(FileError::Stranger);
    }
    let Some((head, _)) = bytes.split_first_chunk::<HEAD>() else { return Err(FileError::Head) };
    let sum = u32::from_le_bytes([head[12], head[13], head[14], head[15]]);
    if crc32fast::hash(&head[..12]) != sum {
        return Err(FileError::Head);
    }
    let (major, minor) = (u16::from_le_bytes([head[8], head[9]]), u16::from_le_bytes([head[10], head[11]]));
    match major {
        0 => Err(FileError::Head),
        1..=MAJOR => Ok(major),
        _ => Err(FileError::Newer { major, minor }),
    }
}

/// The head of a block whose payload has these parts.
pub(super) fn block_head(kind: BlockKind, payload: &[&[u8]]) -> [u8; BLOCK_HEAD] {
    let mut head = [0; BLOCK_HEAD];
    head[0] = kind as u8;
    head[1..5].copy_from_slice(&(payload.iter().map(|part| part.len()).sum::<usize>() as u32).to_le_bytes());
    let sum = checksum(&head[..5], payload);
    head[5..].copy_from_slice(&sum.to_le_bytes());
    head
}

fn checksum(kind_and_length: &[u8], payload: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(kind_and_length);
    payload.iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// The blocks of a file, one after the other, up to its end or its first damage.
#[derive(Clone, Debug)]
pub(super) struct Blocks<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A sound block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// Its kind, or the number of one that this version does not know.
    pub kind: Result<BlockKind, u8>,
    pub payload: &'a [u8],
    /// Where it begins in the file.
    pub at: usize,
}

impl<'a> Blocks<'a> {
    /// The blocks of a file with these bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Blocks<'a> {
        Blocks { bytes, at: HEAD }
    }

    /// How many bytes were used.
    pub(super) fn used(&self) -> usize {
        self.at
    }

    /// The next block, or nothing at the end.
    pub(super) fn next_block(&mut self) -> Result<Option<Block<'a>>, Damage> {
        let at = self.at;
        let rest = self.bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let (kind, payload) = split(rest).map_err(|fault| damage(at, fault))?;
        self.at = at + BLOCK_HEAD + payload.len();
        Ok(Some(Block { kind: BlockKind::from_repr(kind).ok_or(kind), payload, at }))
    }
}

pub(super) fn damage(at: usize, fault: Fault) -> Damage {
    Damage { at: at as u64, fault }
}

/// A block's kind and the length of its payload, as its first bytes say.
pub(super) fn split_head(head: [u8; BLOCK_HEAD]) -> Result<(u8, usize), Fault> {
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > LONGEST { Err(Fault::TooLong) } else { Ok((head[0], length)) }
}

/// The kind and the payload of the block that `bytes` begin with.
fn split(bytes: &[u8]) -> Result<(u8, &[u8]), Fault> {
    let (head, rest) = bytes.split_first_chunk::<BLOCK_HEAD>().ok_or(Fault::CutOff)?;
    let (kind, length) = split_head(*head)?;
    let payload = rest.get(..length).ok_or(Fault::CutOff)?;
    let sum = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
    if checksum(&head[..5], &[payload]) == sum { Ok((kind, payload)) } else { Err(Fault::Checksum) }
}
