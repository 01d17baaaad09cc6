//! From events to bytes.

use std::collections::HashMap;

use super::super::super::codec::{KINDS, Numbers, Second};
use super::super::super::event::Stamped;
use super::bytes::{difference, number, sign_low};
use super::{Figures, OTHER_CORE, OTHER_TASK, OTHER_WORKER, SHAPE, Thread, Worker};

/// Workers with a lower number are found without a search.
const USUAL: usize = 4_096;

/// Packs events; kept from one block to the next, so that it allocates nothing for long.
#[derive(Debug, Default)]
pub(in crate::trace::file) struct Packer {
    workers: Vec<Worker>,
    threads: Vec<Thread>,
    /// The places in these lists: of workers with a usual number by that, of others and of threads wherever they are.
    usual_places: Vec<Option<u16>>,
    worker_places: HashMap<u16, u32>,
    thread_places: HashMap<u32, u32>,
    shapes: Shapes,
}

impl Packer {
    /// Packs `events`, at most [`MOST`](super::MOST), at the end of `out`.
    pub(in crate::trace::file) fn pack(&mut self, events: &[Stamped], out: &mut Vec<u8>) {
        self.workers.clear();
        self.threads.clear();
        self.usual_places.clear();
        self.worker_places.clear();
        self.thread_places.clear();
        self.shapes.clear();
        let (mut first, mut last) = (u64::MAX, 0);
        for stamped in events {
            (first, last) = (first.min(stamped.at.0), last.max(stamped.at.0));
        }
        first = first.min(last);
        number(out, events.len() as u64);
        number(out, first);
        number(out, last - first);
        let (mut before, mut current) = (first, None::<usize>);
        for stamped in events {
            let numbers = Numbers::of(&stamped.event);
            let since = sign_low(stamped.at.0.wrapping_sub(before).cast_signed());
            before = stamped.at.0;
            let kind = KINDS[usize::from(numbers.kind)];
            if kind.second == Second::Thread {
                self.of_thread(stamped, numbers, since, out);
                continue;
            }
            let place = match current {
                Some(place) if self.workers[place].number == stamped.worker.0 => place,
                _ => self.place(stamped.worker.0),
            };
            let new = place == self.workers.len();
            if new {
                self.workers.push(Worker::new(stamped.worker.0));
            }
            let other = current != Some(place);
            current = Some(place);
            let worker = &mut self.workers[place];
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
            self.shapes.write(numbers, second, flags, out);
            if other {
                number(out, place as u64);
                if new {
                    number(out, stamped.worker.0.into());
                }
            }
            if flags & OTHER_CORE != 0 {
                number(out, stamped.core.0.into());
            }
            if flags & OTHER_TASK != 0 {
                difference(out, worker.task, task);
            }
            (worker.core, worker.task) = (stamped.core.0, task);
            number(out, since);
            if numbers.a != 0 {
                number(out, numbers.a);
            }
            match second {
                Figures::NUMBER => number(out, numbers.b),
                Figures::LOCK => {
                    let lock = numbers.b as u32;
                    difference(out, worker.lock, lock);
                    worker.lock = lock;
                }
                _ => {}
            }
        }
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

    fn of_thread(&mut self, stamped: &Stamped, numbers: Numbers, since: u64, out: &mut Vec<u8>) {
        let (tid, next) = (numbers.b as u32, self.threads.len() as u32);
        let place = *self.thread_places.entry(tid).or_insert(next);
        if place == next {
            self.threads.push(Thread::new(tid));
        }
        let thread = &mut self.threads[place as usize];
        let told = stamped.worker != Stamped::NO_WORKER;
        let mut flags = if told { OTHER_WORKER } else { 0 };
        flags |= if thread.core == stamped.core.0 { 0 } else { OTHER_CORE };
        self.shapes.write(numbers, Figures::THREAD, flags, out);
        if told {
            number(out, stamped.worker.0.into());
        }
        number(out, place.into());
        if place == next {
            number(out, tid.into());
        }
        if flags & OTHER_CORE != 0 {
            number(out, stamped.core.0.into());
        }
        thread.core = stamped.core.0;
        number(out, since);
        if numbers.a != 0 {
            number(out, numbers.a);
        }
    }
}

/// The shapes of a block so far, by what they are.
#[derive(Debug)]
struct Shapes {
    /// How many have a number.
    count: u32,
    /// What each of them is and its number, at a place that follows from what it is, or behind it; a number of 0 is none.
    places: [(u32, u32); Shapes::PLACES],
}

impl Default for Shapes {
    fn default() -> Shapes {
        Shapes { count: 0, places: [(0, 0); Shapes::PLACES] }
    }
}

impl Shapes {
    const PLACES: usize = 256;
    /// So many are found again. Runs have far fewer; of what is none, a further one gets a new number each time.
    const FOUND: u32 = 128;

    fn clear(&mut self) {
        if self.count > 0 {
            *self = Shapes::default();
        }
    }

    /// The first byte of an event, and what it needs of its shape.
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
