//! Holds that the map of the source is short and true: its layers are those that `tests/layers` holds, and the files that
//! documents name are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that holds the README.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn map() -> String {
    read(&root().join("ARCHITECTURE.md"))
}

/// What stands in backquotes in `text`, but for blocks of code.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.lines()).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// The modules with their layers, as the table of the map has them.
fn layers_of_the_map(map: &str) -> BTreeSet<(u8, String)> {
    let table = map.lines().skip_while(|line| !line.starts_with("| layer |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| {
        let layer =
            row.split('|').nth(1).and_then(|cell| cell.trim().parse().ok()).expect("a row begins with its layer");
        quoted(row).into_iter().map(move |module| (layer, module.to_owned()))
    })
    .collect()
}

/// The same, as the source of the test has them that holds them.
fn layers_of_the_test(source: &str) -> BTreeSet<(u8, String)> {
    let (_, list) = source.split_once("const LAYERS: &[(&str, u8)] = &[").expect("there is a list");
    let (list, _) = list.split_once("];").expect("the list ends");
    let rows = list.lines().map(str::trim).filter(|line| !line.is_empty());
    rows.map(|row| {
        let row = row.strip_prefix("(\"").and_then(|row| row.strip_suffix("),")).expect("a row of the list");
        let (module, layer) = row.split_once("\", ").expect("a module and its layer");
        (layer.parse().expect("a layer"), module.to_owned())
    })
    .collect()
}

#[test]
fn the_map_is_read_in_five_minutes() {
    let words = map().split_whitespace().count();
    assert!(words <= 1_400, "ARCHITECTURE.md has {words} words");
}

#[test]
fn the_layers_of_the_map_are_those_that_are_held() {
    let held = layers_of_the_test(&read(&root().join("tests/layers/main.rs")));
    assert!(!held.is_empty());
    assert_eq!(layers_of_the_map(&map()), held);
}

#[test]
fn the_files_that_documents_name_are_there() {
    let mut pages: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| root().join(name)).into();
    pages.extend(
        fs::read_dir(root().join("docs")).expect("docs is a folder").map(|entry| entry.expect("an entry").path()),
    );
    let (mut named, mut missing) = (0, Vec::new());
    for page in pages {
        let text = read(&page);
        for path in quoted(&text) {
            if ["src/", "tests/", "assets/", "docs/"].iter().any(|folder| path.starts_with(folder)) {
                named += 1;
                if !root().join(path).exists() {
                    missing.push(format!("{}: {path}", page.display()));
                }
            }
        }
    }
    assert!(named > 0, "no file is named");
    assert!(missing.is_empty(), "files that are not there:\n{}", missing.join("\n"));
}
