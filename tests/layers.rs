//! Holds the table of layers that `ARCHITECTURE.md` explains: a module imports only from layers below its own, siblings
//! never import each other, and no file grows beyond what can be read in one go.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with its layer. The longest name that fits a path decides.
const LAYERS: &[(&str, u8)] = &[
    ("units", 0),
    ("state", 0),
    ("text", 1),
    ("palette", 1),
    ("workload", 1),
    ("model", 1),
    ("semantics", 2),
    ("plan", 2),
    ("trace", 2),
    ("settings", 3),
    ("files", 3),
    ("interpreter", 3),
    ("machine", 3),
    ("scene", 3),
    ("insight", 3),
    ("engine", 4),
    ("engine::real", 4),
    ("recording", 4),
    ("app", 5),
    ("export", 5),
    ("recorder", 5),
    ("report", 5),
    ("doctor", 6),
    ("pictures", 6),
    ("ui", 6),
    ("runtime", 7),
    ("cli", 7),
    ("headless", 7),
    ("elsewhere", 8),
];

/// The most lines of a file before its tests.
const LONGEST: usize = 420;

/// A source file: where it is, which module it belongs to, and its text.
struct Source {
    path: PathBuf,
    module: Vec<String>,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).expect("below src").with_extension("");
                let module = inside.iter().map(|p| p.to_string_lossy().into_owned()).collect();
                let text = fs::read_to_string(&path).expect("source is text");
                found.push(Source { path, module, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The entry of the table that `path` (segments after `crate`) belongs to.
fn entry(path: &[String]) -> Option<(&'static str, u8)> {
    let fits = |name: &str| name.split("::").count() <= path.len() && name.split("::").zip(path).all(|(a, b)| a == b);
    LAYERS.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len()).copied()
}

/// `text` with comments, strings and tests blanked, line by line.
fn code(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim() == "#[cfg(test)]" {
            break;
        }
        let mut bare = String::new();
        let mut chars = line.chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            match c {
                '\\' if quoted => {
                    chars.next();
                }
                '\'' if !quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                }
                '"' => quoted = !quoted,
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                c if !quoted => bare.push(c),
                _ => {}
            }
        }
        lines.push(bare);
    }
    lines
}

/// The paths that `lines` import, each with its line: `use` items, braces unfolded, and paths in the code itself.
fn imports(lines: &[String], module: &[String]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut starts = Vec::new();
    for line in lines {
        starts.push(text.len());
        text.push_str(line);
        text.push('\n');
    }
    let line_of = |at: usize| starts.partition_point(|s| *s <= at);
    for root in ["crate::", "super::"] {
        for (at, _) in text.match_indices(root) {
            let before = text[..at].chars().next_back();
            let continues = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
            if continues {
                continue;
            }
            let mut rest = &text[at..];
            let mut base: Vec<String> = if root == "crate::" {
                rest = &rest["crate::".len()..];
                Vec::new()
            } else {
                let mut base = module.to_vec();
                while let Some(shorter) = rest.strip_prefix("super::") {
                    base.pop();
                    rest = shorter;
                }
                base
            };
            let plain = |c: char| c.is_alphanumeric() || c == '_';
            if let Some(inner) = rest.strip_prefix('{') {
                for name in first_names(inner) {
                    let mut path = base.clone();
                    path.push(name);
                    found.push((line_of(at), path));
                }
                continue;
            }
            for segment in rest.split("::") {
                let name: String = segment.chars().take_while(|c| plain(*c)).collect();
                let whole = name.len() == segment.len();
                if !name.is_empty() {
                    base.push(name);
                }
                if !whole {
                    break;
                }
            }
            found.push((line_of(at), base));
        }
    }
    found
}

/// The first names of the paths inside a brace, `a::{b, c}, d` being `a` and `d`.
fn first_names(inner: &str) -> Vec<String> {
    let mut depth = 0i32;
    let mut names = Vec::new();
    let mut part = String::new();
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut part)),
            c if depth == 0 => part.push(c),
            _ => {}
        }
    }
    names.push(part);
    let first = |p: &String| p.split("::").next().unwrap_or("").trim().to_owned();
    names.iter().map(first).filter(|n| !n.is_empty()).collect()
}

/// What is wrong in one file.
fn faults(source: &Source) -> Vec<String> {
    if source.module.last().is_some_and(|name| name == "tests") {
        return Vec::new();
    }
    let shown = source.path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&source.path).display().to_string();
    let lines = code(&source.text);
    let mut faults = Vec::new();
    if lines.len() > LONGEST {
        faults.push(format!("{shown}: {} lines before its tests, at most {LONGEST} may be: split it", lines.len()));
    }
    let top = source.module.first().map_or("", String::as_str);
    if top == "main" || top == "lib" {
        return faults;
    }
    let Some((own, layer)) = entry(&source.module) else {
        faults.push(format!(
            "{shown}:1: module `{top}` stands in no layer: add it to tests/layers.rs and ARCHITECTURE.md"
        ));
        return faults;
    };
    for (line, path) in imports(&lines, &source.module) {
        let Some((other, below)) = entry(&path) else {
            let known = path.first().is_none_or(|p| p == "self");
            if !known && path.len() > 1 {
                faults.push(format!("{shown}:{line}: `{}` stands in no layer", path.join("::")));
            }
            continue;
        };
        let family = own == other || own.starts_with(&format!("{other}::")) || other.starts_with(&format!("{own}::"));
        if !family && below >= layer {
            let rule = if below == layer { "siblings never import each other" } else { "imports only go down" };
            faults.push(format!("{shown}:{line}: `{own}` (layer {layer}) imports `{other}` (layer {below}): {rule}"));
        }
    }
    faults
}

#[test]
fn modules_import_only_from_layers_below() {
    let faults: BTreeSet<String> = sources().iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.into_iter().collect::<Vec<_>>().join("\n"));
}

fn fake(module: &str, text: &str) -> Vec<String> {
    let module = module.split("::").map(str::to_owned).collect();
    faults(&Source { path: PathBuf::from("src/fake.rs"), module, text: text.to_owned() })
}

#[test]
fn the_test_itself_sees_what_it_must() {
    assert!(fake("trace::store", "use super::event::Event;\nuse crate::units::Ns;\n").is_empty());
    assert!(fake("trace", "//! See `crate::ui`.\nlet s = \"crate::ui::x\";\n").is_empty());
    assert!(fake("trace", "#[cfg(test)]\nmod tests { use crate::ui::x; }\n").is_empty());
    assert!(fake("app::keys", "use crate::{scene::Lane, trace::{Trace, Span}};").is_empty());
    assert!(fake("engine::real::threads", "use super::super::ring; use crate::engine::x;").is_empty());

    let up = fake("trace::store", "use crate::units::Ns;\nuse crate::ui::render;\n");
    assert_eq!(up, ["src/fake.rs:2: `trace` (layer 2) imports `ui` (layer 6): imports only go down"]);
    let sibling = fake("cli", "fn f() { crate::headless::run() }");
    assert!(sibling[0].contains("siblings never import each other"), "{sibling:?}");
    let braces = fake("scene", "use crate::{\n    units::Ns,\n    insight::Finding,\n};");
    assert!(braces[0].contains("`insight`"), "{braces:?}");
    let above = fake("trace::store", "use super::super::plan::Plan;");
    assert!(above[0].contains("`plan`"), "{above:?}");
    let unknown = fake("nowhere", "");
    assert!(unknown[0].contains("stands in no layer"), "{unknown:?}");
    let long = fake("trace", &"fn f() {}\n".repeat(LONGEST + 1));
    assert!(long[0].contains("421 lines"), "{long:?}");
}
