//! The head of a file and the blocks behind it: bytes with a kind, a length and a checksum.

use super::{Damage, FileError};

/// The version that is written: a reader of an older one would misread it.
pub const MAJOR: u16 = 1;
/// Counts kinds of blocks that were added since: a reader of an older one skips them.
pub const MINOR: u16 = 0;

/// The first bytes of every recording. The last one ends a listing on old systems, and is no text on any.
const MAGIC: [u8; 8] = *b"concviz\x1a";
/// Bytes of a file's head.
pub(super) const HEAD: usize = 16;
/// Bytes before a block's payload.
pub(super) const BLOCK_HEAD: usize = 9;
/// The longest payload: more is nonsense, and would not be taken by the pipe either.
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
    /// Why the run broke off, in words.
    Failed = 5,
    /// What was known only afterwards: text of the writer.
    Tail = 6,
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

/// The minor version of the file that begins with `bytes`.
pub(super) fn minor_version(bytes: &[u8]) -> Result<u16, FileError> {
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
        MAJOR => Ok(minor),
        0 => Err(FileError::Head),
        _ => Err(FileError::Newer { major, minor }),
    }
}

/// The bytes before `payload`.
pub(super) fn block_head(kind: BlockKind, payload: &[u8]) -> [u8; BLOCK_HEAD] {
    let mut head = [0; BLOCK_HEAD];
    head[0] = kind as u8;
    head[1..5].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    let sum = checksum(&head[..5], payload);
    head[5..].copy_from_slice(&sum.to_le_bytes());
    head
}

fn checksum(kind_and_length: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(kind_and_length);
    hasher.update(payload);
    hasher.finalize()
}

/// The blocks of a file, one after the other, up to its end or its first damage.
#[derive(Clone, Debug)]
pub(super) struct Blocks<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether kinds that this version does not know are skipped.
    newer: bool,
}

/// A sound block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub kind: BlockKind,
    pub payload: &'a [u8],
    /// Where it begins in the file.
    pub at: usize,
}

impl<'a> Blocks<'a> {
    /// Those of a file with this minor version.
    pub(super) fn new(bytes: &'a [u8], minor: u16) -> Blocks<'a> {
        Blocks { bytes, at: HEAD, newer: minor > MINOR }
    }

    /// How many bytes were used.
    pub(super) fn used(&self) -> usize {
        self.at
    }

    /// The next block that this version knows, or nothing at the end.
    pub(super) fn next_block(&mut self) -> Result<Option<Block<'a>>, Damage> {
        loop {
            let at = self.at;
            let rest = self.bytes.get(at..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(None);
            }
            let (kind, payload) = split(rest).map_err(|what| damage(at, what))?;
            self.at = at + BLOCK_HEAD + payload.len();
            match BlockKind::from_repr(kind) {
                Some(kind) => return Ok(Some(Block { kind, payload, at })),
                None if self.newer => {}
                None => {
                    self.at = at;
                    return Err(damage(at, &format!("a block of kind {kind}, which this format does not have")));
                }
            }
        }
    }
}

pub(super) fn damage(at: usize, what: &str) -> Damage {
    Damage { at: at as u64, what: what.to_owned() }
}

/// The kind and the payload of the block that `bytes` begin with.
fn split(bytes: &[u8]) -> Result<(u8, &[u8]), &'static str> {
    const CUT: &str = "the file ends inside a block";
    let (head, rest) = bytes.split_first_chunk::<BLOCK_HEAD>().ok_or(CUT)?;
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > LONGEST {
        return Err("a block that is longer than any can be");
    }
    let payload = rest.get(..length).ok_or(CUT)?;
    let sum = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
    if checksum(&head[..5], payload) == sum { Ok((head[0], payload)) } else { Err("a block whose checksum is wrong") }
}
