//! A tree of source files as the compiler sees it: modules and blocks as scopes, the names in them, and every path that
//! stands in the code. Says nothing of what a path leads to (`resolve` does) nor of whether it may (`rules` does).

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The files by their names, as `src/trace/merge.rs`.
pub type Sources = BTreeMap<String, String>;

/// What a name can be: of a type or a module, of a value, of a macro. They do not hide each other.
pub const TYPE: u8 = 1;
pub const VALUE: u8 = 2;
pub const MACRO: u8 = 4;

/// Something wrong, and where. Line 0 is the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub text: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fault { file, line, text } = self;
        if *line == 0 { write!(f, "{file}: {text}") } else { write!(f, "{file}:{line}: {text}") }
    }
}

/// All that was read.
#[derive(Default)]
pub struct Tree {
    pub scopes: Vec<Scope>,
    pub seen: Vec<Seen>,
    pub files: Vec<File>,
    /// Names of whole crates: in the crate with this root, the name means the other root.
    pub crates: Vec<(usize, String, usize)>,
    /// The scopes in which a macro of this name is defined.
    pub macros: HashMap<String, Vec<usize>>,
    /// Modules whose place is given by hand: file, line, and the place.
    pub placed: Vec<(String, usize, String)>,
    /// What was wrong while reading.
    pub faults: Vec<Fault>,
}

pub struct File {
    pub name: String,
    pub lines: usize,
    /// The lines that belong to items of the tests.
    pub tested: BTreeSet<usize>,
    /// The modules that it is: more than one where `#[path]` leads to it.
    pub modules: Vec<usize>,
}

/// A module, or a block with items of its own.
pub struct Scope {
    /// The scope around a block. A module sees no names of the module around it.
    pub around: Option<usize>,
    /// Itself where it is a module, else the module it lies in.
    pub module: usize,
    /// The module around its module; none at a crate's root.
    pub parent: Option<usize>,
    pub root: usize,
    /// The module that the whole file is.
    pub top: usize,
    /// The module's path behind `crate`.
    pub path: Vec<String>,
    pub file: usize,
    pub line: usize,
    /// Whether it exists in tests only.
    pub test: bool,
    /// Whether macros defined in it reach beyond it.
    pub macros_leak: bool,
    pub names: HashMap<String, Vec<Name>>,
    /// The `use` declarations that end in a star.
    pub globs: Vec<usize>,
}

pub struct Name {
    pub kinds: u8,
    pub what: What,
    /// Whether others than the modules inside can see it.
    pub open: bool,
    pub test: bool,
}

pub enum What {
    Module(usize),
    Thing,
    /// With the names of its variants.
    Enum(Vec<String>),
    /// What the `use` declaration leads to.
    Import(usize),
    /// A macro that its module hands to the root.
    Exported(usize),
}

/// A path in the code.
pub struct Seen {
    pub scope: usize,
    pub line: usize,
    /// Its segments; the first may be `crate`, `self`, `super`, or `::` where the path begins so.
    pub path: Vec<String>,
    pub how: How,
    pub test: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    Path,
    /// A macro is called.
    Call,
    /// `use`; others may see the name.
    Import {
        open: bool,
    },
    /// `use` with a star.
    Glob {
        open: bool,
    },
}
