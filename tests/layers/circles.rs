//! Circles between the files of one room, that is, of one entry of the table. A file is tied to another one if it uses
//! what that one defines, by whatever way the name comes. Two things tie nothing: that a file uses what a file above it
//! defines (`super::NOBODY`), for that is what files below another are for; and that a file hands on what those below it
//! define (`mod x; pub use x::Thing;`), for that is but a name.

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::End;
use crate::rules::Rules;
use crate::tree::{Fault, How, Scope, Tree};

/// The ties of each room: what the first file uses of the second one, and where it does first.
#[derive(Default)]
pub struct Ties {
    rooms: BTreeMap<String, BTreeMap<(String, String), Tie>>,
    /// Those with a file above.
    pub upwards: BTreeMap<(String, String), BTreeSet<String>>,
}

#[derive(Default)]
struct Tie {
    line: usize,
    names: BTreeSet<String>,
}

/// The files that reach each other, and what is said of them.
struct Circle {
    files: Vec<String>,
    text: String,
}

impl Rules<'_> {
    /// The circles that are not known, and those known that are no longer there.
    pub fn circles(&self, tree: &Tree) -> BTreeSet<Fault> {
        let found = self.ties(tree).circles();
        let mut faults = BTreeSet::new();
        for Circle { files, text } in &found {
            if !self.circles.iter().any(|known| known == files) {
                faults.insert(Fault { file: files[0].clone(), line: 0, text: text.clone() });
            }
        }
        for known in self.circles {
            if !found.iter().any(|circle| *known == circle.files) {
                let text = format!("no longer the circle `{}`: take it off the list", known.join("`, `"));
                faults.insert(Fault { file: known[0].to_owned(), line: 0, text });
            }
        }
        faults
    }

    pub fn ties(&self, tree: &Tree) -> Ties {
        let mut ties = Ties::default();
        let entry = |scope: &Scope| self.entry(&tree.scopes[scope.top].path).map(|(name, _)| name);
        let rooms: Vec<Option<&str>> = tree.scopes.iter().map(entry).collect();
        for (number, seen) in tree.seen.iter().enumerate().filter(|(_, seen)| !seen.test) {
            let Some(own) = rooms[seen.scope] else { continue };
            for found in tree.find(number) {
                let (other, name) = match (found.end, seen.how) {
                    (End::Thing { scope, name, .. }, _) => (scope, name),
                    (End::Module(module), How::Glob { .. }) => (module, "*".to_owned()),
                    _ => continue,
                };
                if rooms[other] == Some(own) {
                    ties.add(tree, own, number, other, name);
                }
            }
        }
        ties
    }
}

impl Ties {
    /// Notes that the path with this number leads to `name` in the scope `other` of the same room.
    fn add(&mut self, tree: &Tree, room: &str, seen: usize, other: usize, name: String) {
        let seen = &tree.seen[seen];
        let [from, to] = [seen.scope, other].map(|scope| tree.scopes[scope].top);
        let [from_path, to_path] = [from, to].map(|top| &tree.scopes[top].path);
        let hands_on = matches!(seen.how, How::Import { open: true } | How::Glob { open: true });
        let [from, to] = [from, to].map(|top| tree.files[tree.scopes[top].file].name.clone());
        if from == to || (hands_on && to_path.starts_with(from_path)) {
            return;
        }
        if from_path.starts_with(to_path) {
            self.upwards.entry((from, to)).or_default().insert(name);
            return;
        }
        let tie = self.rooms.entry(room.to_owned()).or_default().entry((from, to)).or_default();
        tie.line = if tie.line == 0 { seen.line } else { tie.line.min(seen.line) };
        tie.names.insert(name);
    }

    fn circles(&self) -> Vec<Circle> {
        let mut circles = Vec::new();
        for (room, ties) in &self.rooms {
            let reached: BTreeMap<&str, BTreeSet<&str>> =
                ties.keys().map(|(from, _)| (from.as_str(), reached(ties, from))).collect();
            let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
            let mut left: BTreeSet<&str> = reached.keys().copied().filter(|file| reaches(file, file)).collect();
            while let Some(first) = left.pop_first() {
                let with: Vec<&str> = left.iter().copied().filter(|f| reaches(first, f) && reaches(f, first)).collect();
                left.retain(|file| !with.contains(file));
                let files: Vec<String> = [first].into_iter().chain(with).map(str::to_owned).collect();
                let text = told(room, ties, &files);
                circles.push(Circle { files, text });
            }
        }
        circles
    }
}

/// All files that `from` uses, and those that they use, and so on; itself if it is among them.
fn reached<'a>(ties: &'a BTreeMap<(String, String), Tie>, from: &str) -> BTreeSet<&'a str> {
    let mut all = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        for (_, to) in ties.keys().filter(|(from, _)| from == file) {
            if all.insert(to.as_str()) {
                next.push(to);
            }
        }
    }
    all
}

fn told(room: &str, ties: &BTreeMap<(String, String), Tie>, files: &[String]) -> String {
    let mut text = format!(
        "{} files of `{room}` use each other in a circle: move what ties them to a file of its own",
        files.len()
    );
    for ((from, to), Tie { line, names }) in ties {
        if files.contains(from) && files.contains(to) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            text.push_str(&format!("\n    {from}:{line} uses `{}` of {to}", names.join("`, `")));
        }
    }
    text
}
