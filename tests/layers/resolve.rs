//! What a path leads to. Follows names through `use` declarations, stars and re-exports to the module that defines the
//! thing, as the compiler does. Knows no types: what stands behind a type or a trait (`Type::method`) counts as its own.
//! Knows no variables either: one that is named as a function in scope counts as that function.

use crate::tree::{How, MACRO, TYPE, Tree, VALUE, What};

/// Where a path leads, and by which way.
#[derive(Clone, Debug)]
pub struct Found {
    /// The paths behind `crate` that were gone: as written, and one more for each re-export on the way.
    pub ways: Vec<Vec<String>>,
    pub end: End,
    /// The `use` declaration of the same module that brought the first name.
    pub through: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Module(usize),
    /// A thing defined in this scope. Not `sure`: the module has no such name, so a macro must have made it.
    Thing {
        scope: usize,
        name: String,
        sure: bool,
    },
    /// Something of another crate.
    Outside,
}

impl Found {
    fn at(end: End) -> Found {
        Found { ways: Vec::new(), end, through: None }
    }
}

impl Tree {
    /// Where the path with this number leads: to several places if a condition chooses between them, to none where it
    /// is of another crate, or of nothing but the code around it.
    pub fn find(&self, seen: usize) -> Vec<Found> {
        let path = &self.seen[seen];
        let wanted = match path.how {
            How::Path => TYPE | VALUE,
            How::Call => MACRO,
            How::Import { .. } | How::Glob { .. } => TYPE | VALUE | MACRO,
        };
        let mut walk = Walk { tree: self, tests: path.test, wanted, busy: vec![(seen, String::new())] };
        let mut found = walk.start(path.scope, &path.path);
        if found.is_empty() && path.how == How::Call && path.path.len() == 1 {
            found = self.macro_in_sight(path.scope, &path.path[0]);
        }
        if found.iter().any(|found| !is_guess(found)) {
            found.retain(|found| !is_guess(found));
        }
        found
    }

    /// The macro that the bare `name` calls: of a module around, or of one that lets its macros out.
    fn macro_in_sight(&self, scope: usize, name: &str) -> Vec<Found> {
        let path = &self.scopes[scope].path;
        let known = self.macros.get(name).into_iter().flatten();
        let in_sight = known.filter(|at| path.starts_with(&self.scopes[**at].path) || self.scopes[**at].macros_leak);
        let found = in_sight.map(|at| Found {
            ways: vec![[self.scopes[*at].path.as_slice(), &[name.to_owned()]].concat()],
            end: End::Thing { scope: *at, name: name.to_owned(), sure: true },
            through: None,
        });
        found.collect()
    }
}

fn is_guess(found: &Found) -> bool {
    matches!(found.end, End::Thing { sure: false, .. })
}

struct Walk<'t> {
    tree: &'t Tree,
    /// Whether names that only tests have are there.
    tests: bool,
    /// What the whole path may lead to.
    wanted: u8,
    /// The declarations that are being followed, stars with the name looked for: none is followed within itself.
    busy: Vec<(usize, String)>,
}

impl Walk<'_> {
    /// Follows `path` as it stands in `scope`.
    fn start(&mut self, scope: usize, path: &[String]) -> Vec<Found> {
        let Some((first, mut rest)) = path.split_first() else { return Vec::new() };
        let here = &self.tree.scopes[scope];
        let mut module = match first.as_str() {
            "crate" => return self.inside(here.root, rest),
            "::" => return rest.split_first().map_or_else(Vec::new, |(name, rest)| self.of_crate(scope, name, rest)),
            "self" => Some(here.module),
            "super" => here.parent,
            _ => return self.by_name(scope, first, rest),
        };
        while let ([first, more @ ..], Some(at)) = (rest, module)
            && first == "super"
        {
            (rest, module) = (more, self.tree.scopes[at].parent);
        }
        module.map_or_else(Vec::new, |module| self.inside(module, rest))
    }

    /// The first name of a path: of the blocks around, of the module, or a crate.
    fn by_name(&mut self, scope: usize, name: &str, rest: &[String]) -> Vec<Found> {
        let mut at = Some(scope);
        while let Some(scope) = at {
            if let Some(found) = self.member(scope, name, rest, None) {
                return found;
            }
            at = self.tree.scopes[scope].around;
        }
        self.of_crate(scope, name, rest)
    }

    fn of_crate(&mut self, scope: usize, name: &str, rest: &[String]) -> Vec<Found> {
        let root = self.tree.scopes[scope].root;
        let known = self.tree.crates.iter().find(|(from, crate_name, _)| *from == root && crate_name == name);
        known.map_or_else(Vec::new, |(_, _, other)| self.inside(*other, rest))
    }

    /// Follows `rest` from within a module.
    fn inside(&mut self, module: usize, rest: &[String]) -> Vec<Found> {
        let way = [self.tree.scopes[module].path.as_slice(), rest].concat();
        let mut found = match rest.split_first() {
            None => vec![Found::at(End::Module(module))],
            Some((name, rest)) => self
                .member(module, name, rest, None)
                .unwrap_or_else(|| vec![Found::at(End::Thing { scope: module, name: name.clone(), sure: false })]),
        };
        for found in &mut found {
            found.ways.insert(0, way.clone());
            found.through = None;
        }
        found
    }

    /// Follows `name` and then `rest` from the scope that has the name; nothing if it has none. A star that stands in
    /// `viewer` sees private names only from within the module.
    fn member(&mut self, scope: usize, name: &str, rest: &[String], viewer: Option<usize>) -> Option<Vec<Found>> {
        let tree = self.tree;
        let kinds = if rest.is_empty() { self.wanted } else { TYPE };
        let module = &tree.scopes[scope].path;
        let sees_all = viewer.is_none_or(|viewer| tree.scopes[viewer].path.starts_with(module));
        let names = tree.scopes[scope].names.get(name).into_iter().flatten();
        let mut there =
            names.filter(|n| n.kinds & kinds != 0 && (!n.test || self.tests) && (n.open || sees_all)).peekable();
        if there.peek().is_none() {
            return self.through_stars(scope, name, rest, viewer);
        }
        let mut found = Vec::new();
        for known in there.collect::<Vec<_>>() {
            match &known.what {
                What::Module(module) => found.extend(self.inside(*module, rest)),
                What::Exported(module) => found.extend(self.inside(*module, &[name.to_owned()])),
                What::Import(seen) => found.extend(self.import(*seen, rest)),
                What::Thing | What::Enum(_) => {
                    found.push(Found::at(End::Thing { scope, name: name.to_owned(), sure: true }));
                }
            }
        }
        Some(found)
    }

    fn import(&mut self, seen: usize, rest: &[String]) -> Vec<Found> {
        let key = (seen, String::new());
        if self.busy.contains(&key) {
            return Vec::new();
        }
        self.busy.push(key);
        let import = &self.tree.seen[seen];
        let mut found = self.start(import.scope, &[import.path.as_slice(), rest].concat());
        self.busy.pop();
        if found.is_empty() {
            found.push(Found::at(End::Outside));
        }
        found.iter_mut().for_each(|found| found.through = Some(seen));
        found
    }

    fn through_stars(
        &mut self,
        scope: usize,
        name: &str,
        rest: &[String],
        viewer: Option<usize>,
    ) -> Option<Vec<Found>> {
        let tree = self.tree;
        let sees_all = viewer.is_none_or(|viewer| tree.scopes[viewer].path.starts_with(&tree.scopes[scope].path));
        let mut all = None;
        for &star in &tree.scopes[scope].globs {
            let (seen, key) = (&tree.seen[star], (star, name.to_owned()));
            let hidden = (seen.test && !self.tests) || !(sees_all || seen.how == How::Glob { open: true });
            if hidden || self.busy.contains(&key) {
                continue;
            }
            self.busy.push(key);
            for source in self.start(seen.scope, &seen.path) {
                if let Some(mut found) = self.of_star(&source.end, name, rest, scope) {
                    for found in &mut found {
                        found.through = Some(star);
                    }
                    all.get_or_insert_with(Vec::new).extend(found);
                }
            }
            self.busy.pop();
        }
        all
    }

    /// `name` of what a star in `viewer` stands behind: a module, or an enum with its variants.
    fn of_star(&mut self, source: &End, name: &str, rest: &[String], viewer: usize) -> Option<Vec<Found>> {
        let tree = self.tree;
        match source {
            End::Module(module) => {
                let mut found = self.member(*module, name, rest, Some(viewer))?;
                let way = [tree.scopes[*module].path.as_slice(), &[name.to_owned()], rest].concat();
                found.iter_mut().for_each(|found| found.ways.insert(0, way.clone()));
                Some(found)
            }
            End::Thing { scope, name: whole, .. } => {
                let mut known = tree.scopes[*scope].names.get(whole)?.iter();
                let has = known.any(|n| matches!(&n.what, What::Enum(variants) if variants.iter().any(|v| v == name)));
                has.then(|| vec![Found::at(source.clone())])
            }
            End::Outside => None,
        }
    }
}
