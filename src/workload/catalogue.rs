//! The workloads that ship inside the program. They are files like a user's own, read by the same parser.

use super::{Workload, parse};

/// A shipped workload file.
#[derive(Clone, Copy, Debug)]
pub struct ShippedFile {
    /// Its name, without the suffix.
    pub name: &'static str,
    /// The full names of its variants, as `-w` takes them.
    pub variants: &'static [&'static str],
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal $([$($variant:literal),+])?),+ $(,)?) => {
        &[$(ShippedFile {
            name: $name,
            variants: &[$($(concat!($name, ":", $variant)),+)?],
            text: include_str!(concat!("../../assets/workloads/", $name, ".toml")),
        }),+]
    };
}

/// All shipped workloads, in the order of the picker; behind one with variants, their names: `"race" ["plain", "locked"]`.
pub const SHIPPED: &[ShippedFile] = shipped![
    "cpu",
    "io",
    "primes",
    "sort",
    "hash",
    "image",
    "requests",
    "files",
    "mixed",
    "responsive",
    "locks",
    "race" ["plain", "no-switch", "locked", "atomic"],
    "deadlock" ["two-locks", "philosophers", "ordered", "try"],
    "order",
    "queue" ["balanced", "full", "empty", "two-kinds"],
    "pickle" ["1MB", "1kB", "100MB"],
    "gil-1",
    "gil-3",
    "gil-io" ["released", "held"],
    "convoy",
    "convoy-sleep",
];

/// All shipped workloads, read.
pub fn shipped() -> Vec<Workload> {
    SHIPPED.iter().filter_map(read).collect()
}

/// The shipped workload `name`.
pub fn find(name: &str) -> Option<Workload> {
    SHIPPED.iter().find(|f| f.name == name).and_then(read)
}

/// The shipped workload whose name is most like `name`, if any is like it at all.
pub fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(&SHIPPED.iter().map(|file| file.name).collect::<Vec<_>>(), name)
}

/// That of `known` which is most like `name`, if any is like it at all.
pub fn nearest_of<'a>(known: &[&'a str], name: &str) -> Option<&'a str> {
    let like = |known: &&str| strsim::jaro_winkler(known, name);
    let best = known.iter().copied().max_by(|a, b| like(a).total_cmp(&like(b)))?;
    (like(&best) > 0.55).then_some(best)
}

fn read(file: &ShippedFile) -> Option<Workload> {
    let name = format!("{}.toml", file.name);
    let read = parse(&name, file.text);
    debug_assert!(read.is_ok(), "{read:?}");
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Scale;

    #[test]
    fn every_shipped_file_is_read_and_resolves() {
        for file in SHIPPED {
            let workload = parse(file.name, file.text).expect(file.name);
            assert_eq!(workload.name, file.name);
            assert!(!workload.resolve(Scale::ONE).expect(file.name).is_empty());
            let roles = file.name == "deadlock";
            assert!(roles || workload.param("tasks").is_some(), "{} cannot be given a number of tasks", file.name);
            let full = |variant: &str| super::super::full_name(file.name, Some(variant)).into_owned();
            let variants: Vec<String> = workload.variant_names().into_iter().map(full).collect();
            assert_eq!(file.variants, variants, "the variants of {} are not those of its file", file.name);
            assert!(!workload.title.is_empty() && !workload.about.is_empty() && !workload.show.is_empty());
        }
        assert_eq!(shipped().len(), SHIPPED.len());
    }

    #[test]
    fn the_nearest_name_is_offered() {
        assert_eq!(nearest("cpuu"), Some("cpu"));
        assert_eq!(nearest("i"), Some("io"));
        assert_eq!(nearest("xyzzy"), None);
    }
}
