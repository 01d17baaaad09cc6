//! What a `compute` step computes: kinds of work that differ in how they use a core.

use serde::{Deserialize, Serialize};

/// The work that a `compute` step does. The engine defines what one iteration of each is; the plan makes sure that the
/// number of iterations is the same under every model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kernel {
    /// The counting loop that talks about the GIL use: one addition is an iteration.
    Count = 0,
    /// Look for primes: one number tested is an iteration.
    Primes = 1,
    /// Sort: one small block of numbers is an iteration.
    Sort = 2,
    /// Hash: one block of SHA-256 is an iteration.
    Sha256 = 3,
    /// Draw the Mandelbrot set: one step of z² + c is an iteration.
    Mandelbrot = 4,
    /// Multiply matrices: one product of two small ones is an iteration.
    Matrix = 5,
}

impl Kernel {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// All there are.
    pub const ALL: [Kernel; Kernel::COUNT] =
        [Kernel::Count, Kernel::Primes, Kernel::Sort, Kernel::Sha256, Kernel::Mandelbrot, Kernel::Matrix];

    /// Its name in workload files.
    pub const fn name(self) -> &'static str {
        match self {
            Kernel::Count => "count",
            Kernel::Primes => "primes",
            Kernel::Sort => "sort",
            Kernel::Sha256 => "sha256",
            Kernel::Mandelbrot => "mandelbrot",
            Kernel::Matrix => "matrix",
        }
    }

    /// What its step does with the global lock if the file does not say: what the same work does in `CPython` 3.13,
    /// written as most programs write it. A step is then one call, or one loop, with the whole amount.
    ///
    /// - `count`, `primes` and `mandelbrot` are loops of bytecode: the evaluation loop looks for a request to let go at
    ///   every jump back (`ceval_gil.c`).
    /// - `sort` is one call of `sorted` or `list.sort` on numbers: `listobject.c` nowhere lets go of the lock, and
    ///   comparing two numbers executes no bytecode. (Measured: a thread beside a `sorted` of 400,000 floats stands still
    ///   for all of the call.)
    /// - `sha256` is one call of `hashlib` on more than 2,047 bytes, or of `pbkdf2_hmac`: its documentation says that it
    ///   lets go of the lock meanwhile. (Measured: two threads do 1.7 to 2 times the work of one on two cores.)
    /// - `matrix` is one product of two large arrays: `NumPy` lets go of the lock around its arithmetic, as its notes on
    ///   threads say.
    pub const fn gil(self) -> GilUse {
        match self {
            Kernel::Count | Kernel::Primes | Kernel::Mandelbrot => GilUse::Python,
            Kernel::Sort => GilUse::Held,
            Kernel::Sha256 | Kernel::Matrix => GilUse::Released,
        }
    }

    /// The kernel of that name.
    pub fn named(name: &str) -> Option<Kernel> {
        Kernel::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// What a `compute` step does with the global lock, where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GilUse {
    /// It holds the lock and gives way when it is asked, as bytecode does. Recordings that do not say are of this kind.
    #[default]
    Python,
    /// It holds the lock from its begin to its end, also if another thread asks for it: one call into C.
    Held,
    /// It lets go of the lock, computes without it, and takes it again: one call into C that does so.
    Released,
}

impl GilUse {
    /// All there are.
    pub const ALL: [GilUse; 3] = [GilUse::Python, GilUse::Held, GilUse::Released];

    /// The word in workload files.
    pub const fn name(self) -> &'static str {
        match self {
            GilUse::Python => "python",
            GilUse::Held => "held",
            GilUse::Released => "released",
        }
    }

    /// The one of that word.
    pub fn named(word: &str) -> Option<GilUse> {
        GilUse::ALL.into_iter().find(|gil| gil.name() == word)
    }

    /// Whether it is the one that recordings leave out.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn is_python(&self) -> bool {
        *self == GilUse::Python
    }
}

/// A set of kernels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kernels(u8);

impl Kernels {
    /// Puts `kernel` into the set.
    pub fn insert(&mut self, kernel: Kernel) {
        self.0 |= 1 << kernel as u8;
    }

    /// Whether `kernel` is in it.
    pub const fn contains(self, kernel: Kernel) -> bool {
        self.0 & (1 << kernel as u8) != 0
    }

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in it, in the order of [`Kernel::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kernel> {
        Kernel::ALL.into_iter().filter(move |k| self.contains(*k))
    }
}

impl FromIterator<Kernel> for Kernels {
    fn from_iter<I: IntoIterator<Item = Kernel>>(kernels: I) -> Kernels {
        let mut set = Kernels::default();
        kernels.into_iter().for_each(|k| set.insert(k));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_sets_hold_what_was_put_in() {
        for kernel in Kernel::ALL {
            assert_eq!(Kernel::named(kernel.name()), Some(kernel));
        }
        assert_eq!(Kernel::named("knit"), None);
        for gil in GilUse::ALL {
            assert_eq!(GilUse::named(gil.name()), Some(gil));
            assert_eq!(serde_json::to_string(&gil).expect("a word"), format!("\"{}\"", gil.name()));
        }
        assert_eq!(GilUse::named("Held"), None);
        let set: Kernels = [Kernel::Matrix, Kernel::Count].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Kernel::Count, Kernel::Matrix]);
        assert!(Kernels::default().is_empty() && !set.is_empty() && !set.contains(Kernel::Sort));
    }
}
