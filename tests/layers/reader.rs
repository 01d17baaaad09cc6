//! Goes through the files of a tree: which modules there are and where their files lie, which blocks have items of their
//! own, and what of it only tests have.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Item, ItemMod};

use crate::attributes::{self, attributes_of};
use crate::declare::{is_open, plain};
use crate::tree::{Fault, File, How, Scope, Seen, Sources, TYPE, Tree, What};

/// Where the reader is.
#[derive(Clone)]
pub struct Place {
    pub scope: usize,
    pub test: bool,
    file: usize,
    /// Where the files of modules declared here lie.
    folder: String,
    /// Whether it is inside a module that has no file of its own.
    inline: bool,
}

pub struct Reader<'a> {
    sources: &'a Sources,
    parsed: HashMap<String, Rc<syn::File>>,
    pub tree: Tree,
    pub at: Place,
}

impl Tree {
    /// Reads `sources` from the roots of the library and of the program that uses it under the name `library`.
    pub fn read(sources: &Sources, library: &str) -> Tree {
        let at = Place { scope: 0, test: false, file: 0, folder: String::new(), inline: false };
        let mut reader = Reader { sources, parsed: HashMap::new(), tree: Tree::default(), at };
        let [lib, main] = ["src/lib.rs", "src/main.rs"].map(|root| {
            let exists = sources.contains_key(root);
            exists.then(|| reader.whole_file(root, None, Vec::new(), "src", false)).flatten()
        });
        let mut tree = reader.tree;
        if let (Some(lib), Some(main)) = (lib, main) {
            tree.crates.push((main, library.to_owned(), lib));
        }
        for name in sources.keys() {
            if tree.files.iter().all(|file| file.name != *name) {
                let text = "no module declares it, so nothing in it is compiled or held to any rule".to_owned();
                tree.faults.push(Fault { file: name.clone(), line: 0, text });
            }
        }
        tree
    }
}

impl Reader<'_> {
    pub fn fault(&mut self, line: usize, text: String) {
        let file = self.tree.files[self.at.file].name.clone();
        self.tree.faults.push(Fault { file, line, text });
    }

    /// Writes a path down. Returns its number.
    pub fn saw(&mut self, path: Vec<String>, line: usize, how: How) -> usize {
        let is_std = path.first().is_some_and(|first| first == "std" || first == "core");
        if path.last().is_some_and(|last| last == "include") && (how == How::Call || is_std) {
            self.fault(line, "`include!` brings code that this test does not read: make it a module".to_owned());
        }
        let Place { scope, test, .. } = self.at;
        self.tree.seen.push(Seen { scope, line, path, how, test });
        self.tree.seen.len() - 1
    }

    /// Reads a file as the module `path`; nothing where there is no such file.
    fn whole_file(
        &mut self,
        name: &str,
        parent: Option<usize>,
        path: Vec<String>,
        folder: &str,
        test: bool,
    ) -> Option<usize> {
        let text = self.sources.get(name)?;
        let syntax = self.syntax(name, text);
        let file = self.tree.files.iter().position(|file| file.name == name).unwrap_or_else(|| {
            let lines = text.lines().count();
            let file = File { name: name.to_owned(), lines, tested: BTreeSet::new(), modules: Vec::new() };
            self.tree.files.push(file);
            self.tree.files.len() - 1
        });
        let test = test || attributes::only_in_tests(&syntax.attrs);
        let place = Place { scope: 0, test, file, folder: folder.to_owned(), inline: false };
        let before = std::mem::replace(&mut self.at, place);
        let scope = self.scope(None, parent, path, 1);
        self.tree.files[file].modules.push(scope);
        self.at.scope = scope;
        self.items(&syntax.items);
        self.at = before;
        Some(scope)
    }

    /// The syntax of a file, parsed once. Of one that makes no sense, nothing.
    fn syntax(&mut self, name: &str, text: &str) -> Rc<syn::File> {
        if let Some(known) = self.parsed.get(name) {
            return known.clone();
        }
        let syntax = syn::parse_file(text).unwrap_or_else(|error| {
            let (line, text) = (error.span().start().line, format!("it cannot be read: {error}"));
            self.tree.faults.push(Fault { file: name.to_owned(), line, text });
            syn::File { shebang: None, attrs: Vec::new(), items: Vec::new() }
        });
        let syntax = Rc::new(syntax);
        self.parsed.insert(name.to_owned(), syntax.clone());
        syntax
    }

    /// A new scope here: a block inside `around`, or else a module below `parent`.
    fn scope(&mut self, around: Option<usize>, parent: Option<usize>, path: Vec<String>, line: usize) -> usize {
        let new = self.tree.scopes.len();
        let outer = around.map(|around| &self.tree.scopes[around]);
        let file = self.at.file;
        let above = parent.map(|parent| &self.tree.scopes[parent]);
        let scope = Scope {
            around,
            module: outer.map_or(new, |outer| outer.module),
            parent: outer.map_or(parent, |outer| outer.parent),
            root: outer.or(above).map_or(new, |other| other.root),
            top: outer.or(above.filter(|_| self.at.inline)).map_or(new, |other| other.top),
            path: outer.map_or(path, |outer| outer.path.clone()),
            file,
            line,
            test: self.at.test,
            macros_leak: false,
            names: HashMap::new(),
            globs: Vec::new(),
        };
        self.tree.scopes.push(scope);
        new
    }

    /// Reads the items of a scope: first what names there are, then what stands in them.
    fn items<'i>(&mut self, items: impl IntoIterator<Item = &'i Item> + Clone) {
        for item in items.clone() {
            self.under(attributes_of(item), |reader| reader.declare(item));
        }
        for item in items {
            self.visit_item(item);
        }
    }

    /// Reads statements among which there are items, which only they can see.
    pub fn block(&mut self, block: &syn::Block, rest: impl FnOnce(&mut Self)) {
        let items =
            block.stmts.iter().filter_map(|stmt| if let syn::Stmt::Item(item) = stmt { Some(item) } else { None });
        if items.clone().next().is_none() {
            return rest(self);
        }
        let outer = self.at.scope;
        let scope = self.scope(Some(outer), None, Vec::new(), block.span().start().line);
        self.at.scope = scope;
        for item in items {
            self.under(attributes_of(item), |reader| reader.declare(item));
        }
        rest(self);
        self.at.scope = outer;
    }

    /// Reads what stands behind `attributes`: of the tests, where they say so.
    pub fn under(&mut self, attributes: &[Attribute], read: impl FnOnce(&mut Self)) {
        let before = self.at.test;
        self.at.test |= attributes::only_in_tests(attributes);
        read(self);
        self.at.test = before;
    }

    /// As [`Reader::under`], for items: their lines are the tests' too.
    pub fn item_under(&mut self, attributes: &[Attribute], item: &impl Spanned, read: impl FnOnce(&mut Self)) {
        if attributes::only_in_tests(attributes) {
            let span = item.span();
            self.tree.files[self.at.file].tested.extend(span.start().line..=span.end().line);
        }
        self.under(attributes, read);
    }

    /// A module: what is inside it, or its file.
    pub fn module(&mut self, item: &ItemMod) {
        let line = item.ident.span().start().line;
        let name = plain(&item.ident);
        let by_hand = attributes::place(&item.attrs);
        if let Some((line, place)) = &by_hand {
            self.tree.placed.push((self.tree.files[self.at.file].name.clone(), *line, place.clone()));
        }
        let parent = self.tree.scopes[self.at.scope].module;
        let mut path = self.tree.scopes[parent].path.clone();
        path.push(name.clone());
        let made = if let Some((_, items)) = &item.content {
            Some(self.inside(&name, line, |reader| reader.items(items)))
        } else {
            self.child_file(&name, parent, path, by_hand.map(|(_, place)| place))
        };
        let Some(made) = made else {
            return self.fault(line, format!("module `{name}` has no file"));
        };
        self.tree.scopes[made].macros_leak = item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_use"));
        self.name(name, TYPE, What::Module(made), is_open(&item.vis));
    }

    /// Reads a module that has no file of its own.
    pub fn inside(&mut self, name: &str, line: usize, read: impl FnOnce(&mut Self)) -> usize {
        let parent = self.tree.scopes[self.at.scope].module;
        let mut path = self.tree.scopes[parent].path.clone();
        path.push(name.to_owned());
        let folder = join(&self.at.folder, name);
        let before = self.at.clone();
        self.at = Place { folder, inline: true, ..before.clone() };
        let scope = self.scope(None, Some(parent), path, line);
        self.at.scope = scope;
        read(self);
        self.at = before;
        scope
    }

    fn child_file(&mut self, name: &str, parent: usize, path: Vec<String>, by_hand: Option<String>) -> Option<usize> {
        let test = self.at.test;
        if let Some(place) = by_hand {
            let file = &self.tree.files[self.at.file].name;
            let beside = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let file = join(if self.at.inline { &self.at.folder } else { beside }, &place);
            // A file that leads to itself would never end.
            let mut above = Some(parent);
            while let Some(scope) = above {
                if self.tree.files[self.tree.scopes[scope].file].name == file {
                    return None;
                }
                above = self.tree.scopes[scope].parent;
            }
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            return self.whole_file(&file, Some(parent), path, &folder, test);
        }
        let folder = join(&self.at.folder, name);
        let [flat, deep] = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
        let file = if self.sources.contains_key(&flat) { flat } else { deep };
        self.whole_file(&file, Some(parent), path, &folder, test)
    }
}

/// `place` as seen from `folder`.
fn join(folder: &str, place: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in place.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
