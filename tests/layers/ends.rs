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

/// A module that `file` must not import. Above the highest layer there is only what stands in none.
fn forbidden(file: &File) -> (&'static str, u8) {
    let layer = own(file).map_or(0, |(_, layer)| layer);
    let above = LAYERS.iter().find(|(_, other)| *other > layer);
    above.copied().unwrap_or(("nowhere", u8::MAX))
}

/// The line of `file` on which the new function stands.
fn end(file: &File) -> usize {
    file.lines + 1
}

/// The files with one more function each.
fn longer() -> Sources {
    let with_end = |file: &File| {
        let (text, (other, _)) = (&SOURCES[&file.name], forbidden(file));
        (
            file.name.clone(),
            format!("{}\nfn mutation() {{ crate::{other}::x(); }}\n", text.strip_suffix('\n').unwrap_or(text)),
        )
    };
    TREE.files.iter().map(with_end).collect()
}

/// What must be found in `file`; nothing at a crate's root, which may import what it likes.
fn expected(file: &File) -> Option<(Fault, bool)> {
    let ((own, layer), (other, above)) = (own(file)?, forbidden(file));
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
