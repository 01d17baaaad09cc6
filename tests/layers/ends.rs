//! Proves that every file is read to its end: one more function there, with an import that the rules forbid, is found,
//! and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{Fault, File, Sources};
use crate::{LAYERS, RULES, SOURCES, TREE, read};

/// The layer of the highest module that `file` is; nothing where it is a root.
fn own(file: &File) -> Option<(&'static str, u8)> {
    let modules = file.modules.iter().filter_map(|module| RULES.entry(&TREE.scopes[*module].path));
    modules.max_by_key(|(_, layer)| *layer)
}

/// A module that the file called `name` must not import: the highest of all. That one's own files have only what stands in
/// no layer above them.
fn forbidden(name: &str) -> (&'static str, u8) {
    let highest = LAYERS.iter().max_by_key(|(_, layer)| *layer).copied().expect("layers");
    let rest = name.strip_prefix("src/").and_then(|rest| rest.strip_prefix(highest.0));
    if rest.is_some_and(|rest| rest.starts_with(['.', '/'])) { ("nowhere", u8::MAX) } else { highest }
}

/// The line of `file` on which the new function stands.
fn end(file: &File) -> usize {
    file.lines + 1
}

/// The files with one more function each.
fn longer() -> Sources {
    let with_end = |(name, text): (&String, &String)| {
        let (text, other) = (text.strip_suffix('\n').unwrap_or(text), forbidden(name).0);
        (name.clone(), format!("{text}\nfn mutation() {{ crate::{other}::x(); }}\n"))
    };
    SOURCES.iter().map(with_end).collect()
}

/// What must be found in `file`; nothing at a crate's root, which may import what it likes.
fn expected(file: &File) -> Option<(Fault, bool)> {
    let ((own, layer), (other, above)) = (own(file)?, forbidden(&file.name));
    let text = if above == u8::MAX {
        format!("`{other}::x` stands in no layer")
    } else {
        format!("`{own}` (layer {layer}) imports `{other}` (layer {above}): imports only go down")
    };
    let of_tests = file.modules.iter().all(|module| TREE.scopes[*module].test);
    Some((Fault { file: file.name.clone(), line: end(file), text }, of_tests))
}

#[test]
fn every_file_is_read_to_its_end() {
    let tree = read(&longer());
    assert_eq!(TREE.files.len(), SOURCES.len());
    let mut read_at: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for seen in tree.seen.iter().filter(|seen| matches!(seen.path.as_slice(), [_, _, last] if last == "x")) {
        let file = &tree.files[tree.scopes[seen.scope].file];
        *read_at.entry((&file.name, seen.line)).or_default() += 1;
    }
    for file in &TREE.files {
        assert_eq!(read_at.get(&(&file.name, end(file))), Some(&file.modules.len()), "{}", file.name);
    }
    let known = RULES.imports(&TREE);
    let found: BTreeSet<_> = RULES.imports(&tree).difference(&known).cloned().collect();
    let expected: BTreeSet<_> = TREE.files.iter().filter_map(expected).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let too_much: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && too_much.is_empty(), "not found: {missed:#?}\nfound for no reason: {too_much:#?}");
}
