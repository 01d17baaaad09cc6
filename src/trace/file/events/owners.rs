//! Whose an event is: its worker or thread, its core and its task. Both formats say it in the same way.

use super::super::super::event::Stamped;
use super::bytes::Packed;
use super::{OTHER_CORE, OTHER_TASK, OTHER_WORKER, Thread, Worker};

/// The workers and threads of a block so far, with what is expected of each one's next event.
#[derive(Debug, Default)]
pub(super) struct Owners {
    workers: Vec<Worker>,
    threads: Vec<Thread>,
    /// The place of the worker whose event was last.
    current: usize,
}

/// What an event of a thread says before its stamp.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfThread {
    pub(super) worker: u16,
    pub(super) core: u16,
    pub(super) tid: u32,
}

impl Owners {
    /// Begins the next block.
    pub(super) fn clear(&mut self) {
        self.workers.clear();
        self.threads.clear();
        self.current = 0;
    }

    /// The worker of the event that begins with `head`, with the event's core and task.
    #[expect(clippy::inline_always, reason = "once an event; as calls they cost a tenth of opening a file")]
    #[inline(always)]
    pub(super) fn worker(&mut self, head: u8, packed: &mut Packed<'_>) -> Option<&mut Worker> {
        if head & OTHER_WORKER != 0 {
            self.current = usize::try_from(packed.number()?).ok()?;
            if self.current == self.workers.len() {
                self.workers.push(Worker::new(packed.short()?));
            }
        }
        let worker = self.workers.get_mut(self.current)?;
        if head & OTHER_CORE != 0 {
            worker.core = packed.short()?;
        }
        if head & OTHER_TASK != 0 {
            worker.task = packed.near(worker.task)?;
        }
        Some(worker)
    }

    /// The thread of the event that begins with `head`, with the event's worker and core.
    #[expect(clippy::inline_always, reason = "once an event; as calls they cost a tenth of opening a file")]
    #[inline(always)]
    pub(super) fn thread(&mut self, head: u8, packed: &mut Packed<'_>) -> Option<OfThread> {
        let worker = if head & OTHER_WORKER == 0 { Stamped::NO_WORKER.0 } else { packed.short()? };
        let place = usize::try_from(packed.number()?).ok()?;
        if place == self.threads.len() {
            self.threads.push(Thread::new(packed.word()?));
        }
        let thread = self.threads.get_mut(place)?;
        if head & OTHER_CORE != 0 {
            thread.core = packed.short()?;
        }
        Some(OfThread { worker, core: thread.core, tid: thread.tid })
    }
}
