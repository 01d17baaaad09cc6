//! From events to bytes.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::super::super::codec::{KINDS, Numbers, Second};
use super::super::super::event::Stamped;
use super::bytes::{difference, number, sign_low};
use super::{Figures, OTHER_CORE, OTHER_TASK, OTHER_WORKER, SHAPE, Thread, Worker};

/// Workers with a lower number are found without a search.
const USUAL: usize = 4_096;

/// Packs the events of one block after the other as they come. Its memory is kept from block to block, so that it soon
/// allocates nothing more.
#[derive(Debug, Default)]
pub(in crate::trace::file) struct Packer {
    /// How many events the block has so far.
    count: usize,
    /// The stamp of its first event.
    began: u64,
    /// The stamp of the event that was added last.
    before: u64,
    /// The earliest stamp of all.
    earliest: u64,
    /// The latest.
    latest: u64,
    /// Its first event up to the stamp. That counts from the earliest of the whole block, so it is written last.
    lead: Vec<u8>,
    /// Everything behind the first event's stamp.
    body: Vec<u8>,
    /// The place of the worker whose event was last.
    current: Option<usize>,
    workers: Vec<Worker>,
    threads: Vec<Thread>,
    /// The indices in these lists: of workers below [`USUAL`] by their number, of other workers and of threads in maps.
    usual_places: Vec<Option<u16>>,
    worker_places: HashMap<u16, u32>,
    thread_places: HashMap<u32, u32, RandomState>,
    shapes: Shapes,
}

impl Packer {
    /// How many events the block has so far.
    pub(in crate::trace::file) fn count(&self) -> usize {
        self.count
    }

    /// The block so far, which has an event at least: the bytes of the second part follow those of the first.
    pub(in crate::trace::file) fn block(&self) -> (Vec<u8>, &[u8]) {
        let mut head = Vec::new();
        number(&mut head, self.count as u64);
        number(&mut head, self.earliest);
        number(&mut head, self.latest - self.earliest);
        head.extend_from_slice(&self.lead);
        number(&mut head, sign_low(self.began.wrapping_sub(self.earliest).cast_signed()));
        (head, &self.body)
    }

    /// Begins the next block.
    pub(in crate::trace::file) fn clear(&mut self) {
        self.count = 0;
        self.current = None;
        self.body.clear();
        self.workers.clear();
        self.threads.clear();
        self.usual_places.clear();
        self.worker_places.clear();
        self.thread_places.clear();
        self.shapes.clear();
    }

    /// Adds `events` to the block, which may have [`MOST`](super::MOST) in all.
    pub(in crate::trace::file) fn add(&mut self, events: &[Stamped]) {
        for stamped in events {
            let numbers = Numbers::of(&stamped.event);
            if KINDS[usize::from(numbers.kind)].second == Second::Thread {
                self.of_thread(stamped, numbers);
            } else {
                self.of_worker(stamped, numbers);
            }
        }
    }

    /// Writes the time since the event before. For the first event of a block, the bytes so far become the lead
    /// instead.
    #[inline]
    fn stamp(&mut self, at: u64) {
        if self.count == 0 {
            std::mem::swap(&mut self.lead, &mut self.body);
            self.body.clear();
            (self.began, self.earliest, self.latest) = (at, at, at);
        } else {
            number(&mut self.body, sign_low(at.wrapping_sub(self.before).cast_signed()));
            (self.earliest, self.latest) = (self.earliest.min(at), self.latest.max(at));
        }
        self.count += 1;
        self.before = at;
    }

    #[inline]
    fn of_worker(&mut self, stamped: &Stamped, numbers: Numbers) {
        let kind = &KINDS[usize::from(numbers.kind)];
        let place = match self.current {
            Some(place) if self.workers[place].number == stamped.worker.0 => place,
            _ => self.place(stamped.worker.0),
        };
        let new = place == self.workers.len();
        if new {
            self.workers.push(Worker::new(stamped.worker.0));
        }
        let other = self.current != Some(place);
        self.current = Some(place);
        let worker = self.workers[place];
        let task = if kind.task { numbers.task } else { worker.task };
        let second = match kind.second {
            Second::Lock if numbers.b == u64::from(worker.lock) => Figures::SAME_LOCK,
            Second::Lock => Figures::LOCK,
            Second::Number | Second::Thread if numbers.b == 0 => Figures::NONE,
            Second::Number | Second::Thread => Figures::NUMBER,
        };
        let mut flags = if other { OTHER_WORKER } else { 0 };
        flags |= if worker.core == stamped.core.0 { 0 } else { OTHER_CORE };
        flags |= if worker.task == task { 0 } else { OTHER_TASK };
        self.shapes.write(numbers, second, flags, &mut self.body);
        if other {
            number(&mut self.body, place as u64);
            if new {
                number(&mut self.body, stamped.worker.0.into());
            }
        }
        if flags & OTHER_CORE != 0 {
            number(&mut self.body, stamped.core.0.into());
        }
        if flags & OTHER_TASK != 0 {
            difference(&mut self.body, worker.task, task);
        }
        self.stamp(stamped.at.0);
        if numbers.a != 0 {
            number(&mut self.body, numbers.a);
        }
        let mut lock = worker.lock;
        match second {
            Figures::NUMBER => number(&mut self.body, numbers.b),
            Figures::LOCK => {
                difference(&mut self.body, lock, numbers.b as u32);
                lock = numbers.b as u32;
            }
            _ => {}
        }
        self.workers[place] = Worker { core: stamped.core.0, task, lock, ..worker };
    }

    fn place(&mut self, worker: u16) -> usize {
        let usual = usize::from(worker);
        if usual < USUAL {
            if self.usual_places.len() <= usual {
                self.usual_places.resize(usual + 1, None);
            }
            // There are at most as many workers as numbers for them.
            return usize::from(*self.usual_places[usual].get_or_insert(self.workers.len() as u16));
        }
        let next = self.workers.len() as u32;
        *self.worker_places.entry(worker).or_insert(next) as usize
    }

    #[inline]
    fn of_thread(&mut self, stamped: &Stamped, numbers: Numbers) {
        let (tid, next) = (numbers.b as u32, self.threads.len() as u32);
        let place = *self.thread_places.entry(tid).or_insert(next);
        if place == next {
            self.threads.push(Thread::new(tid));
        }
        let thread = &mut self.threads[place as usize];
        let told = stamped.worker != Stamped::NO_WORKER;
        let mut flags = if told { OTHER_WORKER } else { 0 };
        flags |= if thread.core == stamped.core.0 { 0 } else { OTHER_CORE };
        thread.core = stamped.core.0;
        self.shapes.write(numbers, Figures::THREAD, flags, &mut self.body);
        if told {
            number(&mut self.body, stamped.worker.0.into());
        }
        number(&mut self.body, place.into());
        if place == next {
            number(&mut self.body, tid.into());
        }
        if flags & OTHER_CORE != 0 {
            number(&mut self.body, stamped.core.0.into());
        }
        self.stamp(stamped.at.0);
        if numbers.a != 0 {
            number(&mut self.body, numbers.a);
        }
    }
}

/// The shapes of a block so far, by what they are.
#[derive(Debug)]
struct Shapes {
    /// How many shapes have a number.
    count: u32,
    /// A hash table: each shape and its number, at the place of its hash or behind. Numbers count from 1 here; 0 is an
    /// empty place.
    places: [(u32, u32); Shapes::PLACES],
}

impl Default for Shapes {
    fn default() -> Shapes {
        Shapes { count: 0, places: [(0, 0); Shapes::PLACES] }
    }
}

impl Shapes {
    const PLACES: usize = 256;
    /// How many shapes are kept in the table. Runs have far fewer; a further shape gets a new number each time it
    /// comes.
    const FOUND: u32 = 128;

    fn clear(&mut self) {
        if self.count > 0 {
            *self = Shapes::default();
        }
    }

    /// Writes the first byte of an event, and its shape where that does not fit into it or is new.
    #[inline]
    fn write(&mut self, numbers: Numbers, second: u8, flags: u8, out: &mut Vec<u8>) {
        let figures = second | if numbers.a == 0 { 0 } else { Figures::FIRST };
        let what = u32::from_le_bytes([numbers.kind, numbers.detail, figures, 0]);
        let mut place = (what.wrapping_mul(0x9e37_79b1) >> 24) as usize;
        let known = loop {
            match self.places[place] {
                (_, 0) => break None,
                (other, number) if other == what => break Some(number - 1),
                _ => place = (place + 1) % Shapes::PLACES,
            }
        };
        let shape = known.unwrap_or(self.count);
        if shape < SHAPE.into() {
            out.push(shape as u8 | flags);
        } else {
            out.push(SHAPE | flags);
            number(out, u64::from(shape - u32::from(SHAPE)));
        }
        if known.is_none() {
            self.count += 1;
            if self.count <= Shapes::FOUND {
                self.places[place] = (what, self.count);
            }
            out.extend([numbers.kind, numbers.detail, figures]);
        }
    }
}
