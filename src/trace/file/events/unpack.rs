//! From bytes to events.

use super::super::super::codec::{Numbers, Strange};
use super::super::super::event::Stamped;
use super::super::Skipped;
use super::bytes::Packed;
use super::owners::{OfThread, Owners};
use super::{Figures, MOST, SHAPE};
use crate::units::{CoreId, Stamp, WorkerId};

/// What all events of a shape have in common.
#[derive(Clone, Copy, Debug)]
struct Shape {
    kind: u8,
    detail: u8,
    figures: u8,
}

/// How a block of events begins: how many there are, the earliest stamp and the latest. Nothing where the bytes do not
/// begin so.
pub(in crate::trace::file) fn span(bytes: &[u8]) -> Option<(usize, Stamp, Stamp)> {
    begin(&mut Packed { bytes })
}

fn begin(packed: &mut Packed<'_>) -> Option<(usize, Stamp, Stamp)> {
    let count = usize::try_from(packed.number()?).ok().filter(|count| *count <= MOST)?;
    let first = packed.number()?;
    let last = first.checked_add(packed.number()?)?;
    Some((count, Stamp(first), Stamp(last)))
}

/// Unpacks blocks. It is used for many of them: its memory is kept, so that it soon allocates nothing more.
#[derive(Debug, Default)]
pub(in crate::trace::file) struct Unpacker {
    owners: Owners,
    shapes: Vec<Shape>,
}

impl Unpacker {
    /// Hands every event of the block `bytes` that this version knows to `each`, in order, and counts the others in
    /// `skipped`. Returns how many it handed over; nothing where the bytes are no such block, though some events may
    /// have been handed over by then.
    pub(in crate::trace::file) fn unpack(
        &mut self,
        bytes: &[u8],
        skipped: &mut Skipped,
        mut each: impl FnMut(Stamped),
    ) -> Option<usize> {
        self.owners.clear();
        self.shapes.clear();
        let mut packed = Packed { bytes };
        let (count, first, last) = begin(&mut packed)?;
        let (mut at, mut known) = (first.0, 0);
        for place in 0..count {
            let head = packed.byte()?;
            let shape = self.shape(head, &mut packed)?;
            let Shape { kind, detail, figures } = shape;
            let (worker, core, numbers) = match figures & Figures::SECOND {
                Figures::THREAD => {
                    let OfThread { worker, core, tid } = self.owners.thread(head, &mut packed)?;
                    at = packed.after(at)?;
                    let a = if figures & Figures::FIRST == 0 { 0 } else { packed.number()? };
                    (worker, core, Numbers { kind, detail, task: 0, a, b: tid.into() })
                }
                second @ (Figures::NONE | Figures::NUMBER | Figures::LOCK | Figures::SAME_LOCK) => {
                    let worker = self.owners.worker(head, &mut packed)?;
                    at = packed.after(at)?;
                    let a = if figures & Figures::FIRST == 0 { 0 } else { packed.number()? };
                    let b = match second {
                        Figures::NONE => 0,
                        Figures::NUMBER => packed.number()?,
                        Figures::LOCK => {
                            worker.lock = packed.near(worker.lock)?;
                            worker.lock.into()
                        }
                        _ => worker.lock.into(),
                    };
                    (worker.number, worker.core, Numbers { kind, detail, task: worker.task, a, b })
                }
                // Figures of a newer version: nobody here knows how long they are, nor where the next event begins.
                _ => {
                    skipped.events(kind, (count - place) as u64);
                    return Some(known);
                }
            };
            // No stamp lies outside the span that the block begins with.
            if !(first.0..=last.0).contains(&at) {
                return None;
            }
            let event = match numbers.event() {
                Ok(event) => event,
                // A task that enters an unknown state must not seem to stay in the one before.
                Err(Strange::UnknownState(event)) => {
                    skipped.states += 1;
                    event
                }
                Err(Strange::Unknown) => {
                    skipped.events(kind, 1);
                    continue;
                }
                Err(Strange::Nonsense) => return None,
            };
            known += 1;
            each(Stamped { at: Stamp(at), worker: WorkerId(worker), core: CoreId(core), event });
        }
        packed.bytes.is_empty().then_some(known)
    }

    #[expect(clippy::inline_always, reason = "once an event; as calls they cost a tenth of opening a file")]
    #[inline(always)]
    fn shape(&mut self, head: u8, packed: &mut Packed<'_>) -> Option<Shape> {
        let number = match head & SHAPE {
            SHAPE => usize::try_from(packed.number()?).ok()?.checked_add(usize::from(SHAPE))?,
            few => usize::from(few),
        };
        if number == self.shapes.len() {
            self.shapes.push(Shape { kind: packed.byte()?, detail: packed.byte()?, figures: packed.byte()? });
        }
        self.shapes.get(number).copied()
    }
}
