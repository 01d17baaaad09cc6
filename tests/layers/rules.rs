//! What may stand where: the layers, the table itself, the length of files, and that nothing is read past.

use std::collections::BTreeSet;

use crate::resolve::Found;
use crate::tree::{Fault, Tree};

/// An entry of the table: a module and its layer.
pub type Entry<'a> = Option<(&'a str, u8)>;

/// What a tree is held to.
pub struct Rules<'a> {
    /// Each module with its layer. The longest name that fits a path decides.
    pub layers: &'a [(&'a str, u8)],
    /// The most lines of a file without its tests.
    pub longest: usize,
    /// The circles that are there for now, each as the files in it, sorted.
    pub circles: &'a [&'a [&'a str]],
    /// The modules that are placed by hand for now: the file that says so, and the place.
    pub placed: &'a [(&'a str, &'a str)],
}

impl Rules<'_> {
    /// The entry of the table that `path` (segments behind `crate`) belongs to.
    pub fn entry(&self, path: &[String]) -> Entry<'_> {
        let fits = |name: &str| {
            let mut segments = path.iter();
            name.split("::").all(|part| segments.next().is_some_and(|segment| segment == part))
        };
        self.layers.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len()).copied()
    }

    /// All that is wrong, but for circles.
    pub fn faults(&self, tree: &Tree) -> BTreeSet<Fault> {
        let mut faults: BTreeSet<Fault> = tree.faults.iter().cloned().collect();
        faults.extend(self.outside_of_the_table(tree));
        faults.extend(self.imports(tree).into_iter().filter(|(_, of_tests)| !of_tests).map(|(fault, _)| fault));
        faults.extend(self.too_long(tree));
        faults.extend(self.placed_by_hand(tree));
        faults
    }

    fn outside_of_the_table(&self, tree: &Tree) -> Vec<Fault> {
        let is_own = |at: usize| tree.scopes[at].around.is_none();
        let modules = tree.scopes.iter().enumerate().filter(|(at, scope)| {
            let has_place = scope.top == *at || scope.path.len() == 1;
            is_own(*at) && has_place && !scope.test && !scope.path.is_empty()
        });
        let unknown = modules.filter(|(_, scope)| self.entry(&scope.path).is_none());
        let text = |top: &str| {
            format!("module `{top}` stands in no layer: add it to tests/layers/main.rs and ARCHITECTURE.md")
        };
        unknown.map(|(_, scope)| fault(tree, scope.file, scope.line, text(&scope.path[0]))).collect()
    }

    /// The forbidden imports, and whether only tests have them.
    pub fn imports(&self, tree: &Tree) -> BTreeSet<(Fault, bool)> {
        let entries: Vec<Entry<'_>> = tree.scopes.iter().map(|scope| self.entry(&scope.path)).collect();
        let mut faults = BTreeSet::new();
        for (number, seen) in tree.seen.iter().enumerate() {
            let Some(own) = entries[seen.scope] else { continue };
            for found in tree.find(number) {
                let verdicts = self.verdicts(own, &found);
                if verdicts.is_empty() {
                    continue;
                }
                // A name that a `use` brought is judged there; here only what the rest of the path adds to it.
                let judged = |via: usize| tree.find(via).iter().flat_map(|found| self.verdicts(own, found)).collect();
                let known: Vec<Verdict> = found.through.map_or_else(Vec::new, judged);
                let new = verdicts.into_iter().filter(|verdict| known.iter().all(|known| known.of != verdict.of));
                let at = |text| (fault(tree, tree.scopes[seen.scope].file, seen.line, text), seen.test);
                faults.extend(new.map(|verdict| at(verdict.text)));
            }
        }
        faults
    }

    fn verdicts(&self, own: (&str, u8), found: &Found) -> Vec<Verdict> {
        found.ways.iter().filter_map(|way| self.verdict(own, way)).collect()
    }

    /// What is wrong with going by `way` from the module `own`.
    fn verdict(&self, (own, layer): (&str, u8), way: &[String]) -> Option<Verdict> {
        let Some((other, below)) = self.entry(way) else {
            let text = format!("`{}` stands in no layer", way.join("::"));
            return (way.len() > 1).then(|| Verdict { of: way[0].clone(), text });
        };
        let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with("::"));
        let family = own == other || within(own, other) || within(other, own);
        if family || below < layer {
            return None;
        }
        let rule = if below == layer { "siblings never import each other" } else { "imports only go down" };
        let text = format!("`{own}` (layer {layer}) imports `{other}` (layer {below}): {rule}");
        Some(Verdict { of: other.to_owned(), text })
    }

    fn too_long(&self, tree: &Tree) -> Vec<Fault> {
        let files = tree.files.iter().enumerate();
        let own = files.filter(|(_, file)| file.modules.iter().any(|module| !tree.scopes[*module].test));
        let counted = own.map(|(at, file)| (at, file.lines - file.tested.len()));
        let text = |lines| format!("{lines} lines before its tests, at most {} may be: split it", self.longest);
        counted.filter(|(_, lines)| *lines > self.longest).map(|(at, lines)| fault(tree, at, 0, text(lines))).collect()
    }

    fn placed_by_hand(&self, tree: &Tree) -> Vec<Fault> {
        let known = |file: &str, place: &str| self.placed.contains(&(file, place));
        let new = tree.placed.iter().filter(|(file, _, place)| !known(file, place)).map(|(file, line, place)| {
            let text = format!("`#[path = \"{place}\"]` hides where the module is: give its file the module's name");
            Fault { file: file.clone(), line: *line, text }
        });
        let is_there =
            |file: &str, place: &str| tree.placed.iter().any(|(f, _, p)| (f.as_str(), p.as_str()) == (file, place));
        let gone = self.placed.iter().filter(|(file, place)| !is_there(file, place)).map(|(file, place)| {
            let text = format!("`#[path = \"{place}\"]` is no longer there: take it off the list");
            Fault { file: (*file).to_owned(), line: 0, text }
        });
        new.chain(gone).collect()
    }
}

pub fn fault(tree: &Tree, file: usize, line: usize, text: String) -> Fault {
    Fault { file: tree.files[file].name.clone(), line, text }
}

struct Verdict {
    /// The entry of the table that is imported, or the unknown module.
    of: String,
    text: String,
}
