//! The work of `compute` steps: how each kernel does one iteration, and stops early when another worker wants the lock.
//!
//! The same number of iterations from the same start value gives the same value, in however many pieces they are done.

use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::Array2;
use ndarray::linalg::general_mat_mul;
use sha2::{Digest, Sha256};

use super::sys;
use crate::workload::Kernel;

/// A kernel at work, from one piece to the next.
pub struct Labour {
    value: u64,
    scratch: Scratch,
}

/// What a kernel remembers besides its value.
enum Scratch {
    Count,
    /// The next number to be tested.
    Primes(u64),
    Sort(Box<[u32; BLOCK]>),
    Sha256([u8; 32]),
    Mandelbrot(Point),
    Matrix(Box<Product>),
}

/// Numbers in a block to be sorted.
const BLOCK: usize = 256;
/// Where the search for primes begins: about one odd number in ten there is a prime.
const FIRST_TESTED: u64 = 1_000_000_001;
/// The picture's columns and rows.
const PICTURE: u32 = 512;
/// After this many steps a point counts as part of the set.
const DEEPEST: u32 = 255;
/// Rows and columns of a matrix.
const SIZE: usize = 16;

impl Labour {
    /// `kernel`, starting from `value`.
    pub fn new(kernel: Kernel, value: u64) -> Labour {
        let scratch = match kernel {
            Kernel::Count => Scratch::Count,
            Kernel::Primes => Scratch::Primes(FIRST_TESTED),
            Kernel::Sort => Scratch::Sort(Box::new([0; BLOCK])),
            Kernel::Sha256 => {
                let mut digest = [0; 32];
                digest[..8].copy_from_slice(&value.to_le_bytes());
                Scratch::Sha256(digest)
            }
            Kernel::Mandelbrot => Scratch::Mandelbrot(Point::default()),
            Kernel::Matrix => Scratch::Matrix(Box::new(Product::new())),
        };
        Labour { value, scratch }
    }

    /// Its value so far.
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// Does up to `times` iterations, fewer if another worker has `wanted` the lock; returns how many.
    pub fn advance(&mut self, times: u64, wanted: &AtomicBool) -> u64 {
        let value = &mut self.value;
        match &mut self.scratch {
            // It looks at every turn, as `CPython` does: that costs nothing, and how soon a holder lets go matters. If
            // it is soon, a thread that has just asked is not yet asleep, and often gets the lock before threads that
            // have waited longer.
            Scratch::Count => {
                let done;
                (*value, done) = sys::count_up(*value, times, wanted);
                done
            }
            Scratch::Primes(next) => repeat(times, wanted, || {
                *value = value.wrapping_add(u64::from(primal_check::miller_rabin(*next)));
                *next += 2;
            }),
            Scratch::Sort(block) => repeat(times, wanted, || *value = sort(*value, block)),
            Scratch::Sha256(digest) => {
                let done = repeat(times, wanted, || *digest = Sha256::digest(*digest).into());
                *value = digest.first_chunk().map_or(0, |start| u64::from_le_bytes(*start));
                done
            }
            Scratch::Mandelbrot(point) => repeat(times, wanted, || {
                if let Some(depth) = point.step() {
                    *value = value.wrapping_add(u64::from(depth));
                }
            }),
            Scratch::Matrix(product) => repeat(times, wanted, || *value = value.wrapping_add(product.step())),
        }
    }
}

/// Calls `once` up to `times` times, or until another worker has `wanted` the lock; returns how many times.
fn repeat(times: u64, wanted: &AtomicBool, mut once: impl FnMut()) -> u64 {
    let mut left = times;
    while left > 0 {
        once();
        left -= 1;
        if wanted.load(Ordering::Relaxed) {
            break;
        }
    }
    times - left
}

/// Fills `block` with numbers that depend on `value`, sorts them, and returns what the middle one makes of `value`.
fn sort(value: u64, block: &mut [u32; BLOCK]) -> u64 {
    // A linear congruence (Knuth's MMIX constants): cheap beside the sorting, and never the same block twice in a row.
    let mut state = value;
    for number in block.iter_mut() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *number = (state >> 32) as u32;
    }
    block.sort_unstable();
    state ^ u64::from(block[BLOCK / 2])
}

/// The point of the picture that is being computed.
#[derive(Default)]
struct Point {
    column: u32,
    row: u32,
    depth: u32,
    z: (f64, f64),
}

impl Point {
    /// One step of z² + c; the number of steps, if that was the point's last one.
    fn step(&mut self) -> Option<u32> {
        let place = |n: u32, from: f64, to: f64| from + (to - from) * f64::from(n) / f64::from(PICTURE);
        let c = (place(self.column, -2.0, 0.5), place(self.row, -1.25, 1.25));
        let (x, y) = self.z;
        self.z = (x * x - y * y + c.0, 2.0 * x * y + c.1);
        self.depth += 1;
        if self.depth < DEEPEST && self.z.0 * self.z.0 + self.z.1 * self.z.1 <= 4.0 {
            return None;
        }
        let next = (self.column + 1) % PICTURE;
        let row = if next == 0 { (self.row + 1) % PICTURE } else { self.row };
        let last = std::mem::replace(self, Point { column: next, row, ..Point::default() });
        Some(last.depth)
    }
}

/// A matrix that is multiplied by another again and again.
struct Product {
    value: Array2<f64>,
    by: Array2<f64>,
    next: Array2<f64>,
}

impl Product {
    fn new() -> Product {
        // Each row of the factor adds up to one, so no value grows or vanishes, however often they are multiplied.
        let by = Array2::from_shape_fn((SIZE, SIZE), |(row, column)| {
            let weight = |column: usize| ((row * 7 + column * 3) % SIZE + 1) as f64;
            weight(column) / (0..SIZE).map(weight).sum::<f64>()
        });
        let value = Array2::from_shape_fn((SIZE, SIZE), |(row, column)| (row * SIZE + column) as f64);
        Product { value, by, next: Array2::zeros((SIZE, SIZE)) }
    }

    fn step(&mut self) -> u64 {
        general_mat_mul(1.0, &self.value, &self.by, 0.0, &mut self.next);
        std::mem::swap(&mut self.value, &mut self.next);
        self.value[(0, 0)].to_bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(kernel: Kernel, pieces: &[u64]) -> u64 {
        let (mut labour, nobody) = (Labour::new(kernel, 3), AtomicBool::new(false));
        for piece in pieces {
            assert_eq!(labour.advance(*piece, &nobody), *piece);
        }
        labour.value()
    }

    #[test]
    fn the_same_work_in_any_pieces_comes_to_the_same_value() {
        for kernel in Kernel::ALL {
            let whole = in_pieces(kernel, &[3_000]);
            assert_eq!(in_pieces(kernel, &[1, 999, 2_000]), whole, "{}", kernel.name());
            assert_ne!(in_pieces(kernel, &[2_000]), whole, "{} does nothing", kernel.name());
        }
    }

    #[test]
    fn whoever_is_asked_stops_after_one_iteration() {
        let somebody = AtomicBool::new(true);
        for kernel in Kernel::ALL {
            assert_eq!(Labour::new(kernel, 0).advance(1_000, &somebody), 1);
        }
    }

    #[test]
    fn values_are_those_known_from_elsewhere() {
        assert_eq!(in_pieces(Kernel::Count, &[39]), 42);
        // Of the first 50 odd numbers above 10^9, these are prime: 1000000007, 1000000009, 1000000021, 1000000033,
        // 1000000087, 1000000093, 1000000097.
        assert_eq!(in_pieces(Kernel::Primes, &[50]), 3 + 7);
        let mut digest = [0; 32];
        digest[0] = 3;
        let twice: [u8; 32] = Sha256::digest(Sha256::digest(digest)).into();
        assert_eq!(in_pieces(Kernel::Sha256, &[2]).to_le_bytes(), twice[..8]);
        // The corner of the picture, -2 - 1.25i, is outside after one step.
        assert_eq!(in_pieces(Kernel::Mandelbrot, &[1]), 3 + 1);
    }
}
