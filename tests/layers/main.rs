//! Holds the table of layers that `ARCHITECTURE.md` explains: a module imports only from layers below its own, siblings
//! never import each other, no file grows beyond what can be read in one go, and the files of a module do not use each
//! other in circles.
//!
//! Reads the syntax of every file under `src`, to its last line. Items that only tests have may use what they like.

mod attributes;
mod cases;
mod circles;
mod declare;
mod ends;
mod exhaustive;
mod paths;
mod phrases;
mod reader;
mod resolve;
mod rules;
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rules::Rules;
use tree::{Fault, Sources, Tree};

/// Each module with its layer. The longest name that fits a path decides.
const LAYERS: &[(&str, u8)] = &[
    ("units", 0),
    ("state", 0),
    ("text", 1),
    ("palette", 2),
    ("workload", 2),
    ("model", 2),
    ("semantics", 3),
    ("plan", 3),
    ("trace", 3),
    ("settings", 4),
    ("files", 4),
    ("interpreter", 4),
    ("machine", 4),
    ("scene", 4),
    ("insight", 4),
    ("engine", 5),
    ("engine::real", 5),
    ("recording", 5),
    ("app", 6),
    ("export", 6),
    ("recorder", 6),
    ("report", 6),
    ("watching", 6),
    ("doctor", 7),
    ("pictures", 7),
    ("ui", 7),
    ("look", 8),
    ("runtime", 9),
    ("cli", 9),
    ("headless", 9),
    ("elsewhere", 10),
];

/// The most lines of a file without its tests.
const LONGEST: usize = 420;

/// No circle is there, and no module is placed by hand; one that must be, for a while, is listed here.
const RULES: Rules<'_> = Rules { layers: LAYERS, longest: LONGEST, circles: &[], placed: &[] };

/// The Rust files in the folder `src` of `root`.
fn sources(root: &Path) -> Sources {
    let mut found = Sources::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).expect("the folder can be listed") {
            let path = folder.join(entry.expect("an entry").file_name());
            if root.join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(root.join(&path)).expect("source is text");
                let name: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                found.insert(name.join("/"), text);
            }
        }
    }
    found
}

/// The program's own files.
static SOURCES: LazyLock<Sources> = LazyLock::new(|| sources(Path::new(env!("CARGO_MANIFEST_DIR"))));

fn read(sources: &Sources) -> Tree {
    Tree::read(sources, env!("CARGO_PKG_NAME"))
}

static TREE: LazyLock<Tree> = LazyLock::new(|| read(&SOURCES));

#[test]
fn modules_import_only_from_layers_below() {
    holds(&RULES.faults(&TREE));
}

#[test]
fn files_of_a_module_use_each_other_in_no_circle() {
    holds(&RULES.circles(&TREE));
}

fn holds(faults: &BTreeSet<Fault>) {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "\n{}\n", told.join("\n"));
}
