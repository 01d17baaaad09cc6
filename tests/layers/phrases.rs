//! Holds that what people read stands in `text` and nowhere else, so that a second language is a second table; and that
//! errors are types whose sentences are made there, rather than texts.
//!
//! A phrase is two words with a blank between, or more. What only whoever repairs the program reads is none: documents in
//! the code, and what `expect`, `panic!` and assertions say.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, GenericArgument, Item, Lit, LitStr, Macro, PathArguments, Type};

use crate::attributes::{attributes_of, only_in_tests};
use crate::tree::{Fault, Sources};
use crate::{SOURCES, TREE, holds};

/// The room that may have phrases.
const TEXT: &str = "text";

/// Rooms, and single files of them, that still have phrases of their own: the fewer the better.
const PHRASES: &[&str] = &[];

/// What other programs say and read: commands of this one, the kernel's words and the processor's, what a library says of
/// a failure, marks of a script or of a manual page, and what a reader of JSON calls unknown.
const OTHERS: &[&str] = &[
    "concviz compare -w {}{lock}{}",
    "concviz map --tasks {tasks} --waits {waits} -m {models} -o {}",
    " at path ",
    "cmp byte ptr [{wanted}], 0",
    "model name",
    "concviz export",
    "unknown variant ",
    "\"use strict\";\n(() => {{\n{}}})();\n",
    "\n\nFor more information",
    "    or return\n",
    "    or return 0\n",
    ".TH CONCVIZ 1 \"\" \"concviz {version}\" \"{manual}\"\n",
];

/// Those whose errors are still texts.
const TEXTS: &[&str] = &[];

/// Macros whose texts nobody reads but whoever repairs the program.
const ASIDE: &[&str] = &[
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "unreachable",
    "todo",
    "unimplemented",
    "compile_error",
];

/// Methods of which the same is true.
const ASIDE_METHODS: &[&str] = &["expect", "expect_err"];

/// The attributes whose texts are read: the others are for the compiler, or hold documents.
const READ: &[&str] = &["error", "arg", "command", "clap", "serde"];

/// Whether `text` reads like a sentence: two words of letters with one blank between, what is filled in left out.
fn is_phrase(text: &str) -> bool {
    // A column of blanks lays out, and a path or a key joins its words with other signs.
    let mut open = 0;
    let bare: String = text
        .chars()
        .filter(|c| {
            open += i32::from(*c == '{');
            let shown = open <= 0;
            open -= i32::from(*c == '}');
            shown
        })
        .collect();
    let letters = |word: &str| {
        // Of markup, with its value.
        let attribute = word.contains('=');
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '/' && c != '_');
        !attribute && (word.len() > 1 || word == "a") && word.chars().all(|c| c.is_alphabetic() || c == '\'')
    };
    let words: Vec<&str> = bare.split(' ').collect();
    words.windows(2).any(|two| letters(two[0]) && letters(two[1]))
}

/// What is looked for in a file.
#[derive(Default)]
struct Reader {
    /// The lines on which a phrase stands, with it.
    phrases: BTreeSet<(usize, String)>,
    /// The lines on which the help of an option is a document of the code.
    helps: BTreeSet<usize>,
    /// The lines on which an error is a text.
    texts: BTreeSet<usize>,
}

impl Reader {
    fn text(&mut self, literal: &LitStr) {
        let value = literal.value();
        if is_phrase(&value) && !OTHERS.contains(&value.as_str()) {
            self.phrases.insert((literal.span().start().line, value));
        }
    }

    /// All literals among `tokens`: macros are read as they are written. What an assertion within says is left out.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse2::<LitStr>(TokenStream::from(TokenTree::Literal(literal.clone()))) {
                        self.text(&text);
                    }
                }
                TokenTree::Group(group) => {
                    let named = |back: usize| match at.checked_sub(back).map(|at| &tokens[at]) {
                        Some(TokenTree::Ident(name)) => name.to_string(),
                        _ => String::new(),
                    };
                    let bang = matches!(at.checked_sub(1).map(|at| &tokens[at]), Some(TokenTree::Punct(p)) if p.as_char() == '!');
                    let aside =
                        ASIDE_METHODS.contains(&named(1).as_str()) || bang && ASIDE.contains(&named(2).as_str());
                    // `#[doc = "…"]` within a macro, and conditions.
                    let sharp = matches!(at.checked_sub(1).map(|at| &tokens[at]), Some(TokenTree::Punct(p)) if p.as_char() == '#');
                    if !aside && !sharp {
                        self.tokens(group.stream());
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|a| READ.iter().any(|read| a.path().is_ident(read))) {
            if let syn::Meta::List(list) = &attribute.meta {
                self.tokens(list.tokens.clone());
            }
        }
    }

    /// An option or a command whose help `clap` would take from the document in front of it.
    fn help(&mut self, attributes: &[Attribute], line: usize) {
        let of_clap: Vec<String> = attributes
            .iter()
            .filter(|a| a.path().is_ident("arg") || a.path().is_ident("command"))
            .filter_map(|a| if let syn::Meta::List(list) = &a.meta { Some(list.tokens.to_string()) } else { None })
            .collect();
        let says = |key: &str| of_clap.iter().any(|tokens| tokens.contains(key));
        let no_option = says("subcommand") || says("flatten");
        let documented = attributes.iter().any(|a| a.path().is_ident("doc"));
        if documented && !no_option && !says("help =") && !says("about =") {
            self.helps.insert(line);
        }
    }
}

/// Whether `attributes` derive something of clap's that takes help from documents.
fn is_of_clap(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|a| a.path().is_ident("derive")).any(|a| {
        let syn::Meta::List(list) = &a.meta else {
            return false;
        };
        let names = list.tokens.to_string();
        names.split([',', ' ', ':']).any(|name| ["Args", "Parser", "Subcommand"].contains(&name))
    })
}

/// Whether `ty` is a text, or a box with any error.
fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_text(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let within = |found: &dyn Fn(&Type) -> bool| match &last.arguments {
                PathArguments::AngleBracketed(list) => {
                    list.args.iter().any(|a| matches!(a, GenericArgument::Type(ty) if found(ty)))
                }
                PathArguments::None | PathArguments::Parenthesized(_) => false,
            };
            match last.ident.to_string().as_str() {
                "String" | "str" => true,
                "Cow" => within(&is_text),
                "Box" => within(&|ty| matches!(ty, Type::TraitObject(_)) || is_text(ty)),
                _ => false,
            }
        }),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = attributes_of(item);
        if only_in_tests(attributes) {
            return;
        }
        let line = |span: proc_macro2::Span| span.start().line;
        match item {
            Item::Struct(i) if is_of_clap(attributes) => {
                i.fields.iter().for_each(|f| {
                    self.help(&f.attrs, f.ident.as_ref().map_or(0, |ident| line(ident.span())));
                });
            }
            Item::Enum(i) if is_of_clap(attributes) => {
                i.variants.iter().for_each(|v| self.help(&v.attrs, line(v.ident.span())));
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let of_tests = match item {
            syn::ImplItem::Fn(i) => only_in_tests(&i.attrs),
            syn::ImplItem::Const(i) => only_in_tests(&i.attrs),
            _ => false,
        };
        if !of_tests {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.attributes(std::slice::from_ref(attribute));
    }

    fn visit_lit(&mut self, literal: &'ast Lit) {
        if let Lit::Str(text) = literal {
            self.text(text);
        }
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let name = called.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if !ASIDE.contains(&name.as_str()) {
            self.tokens(called.tokens.clone());
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if ASIDE_METHODS.contains(&call.method.to_string().as_str()) {
            self.visit_expr(&call.receiver);
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        if segment.ident == "Result"
            && let PathArguments::AngleBracketed(list) = &segment.arguments
            && let Some(GenericArgument::Type(error)) = list.args.iter().nth(1)
            && is_text(error)
        {
            self.texts.insert(segment.ident.span().start().line);
        }
        visit::visit_path_segment(self, segment);
    }
}

fn reader(text: &str) -> Reader {
    let mut reader = Reader::default();
    let file = syn::parse_file(text).expect("it compiles");
    if !only_in_tests(&file.attrs) {
        reader.visit_file(&file);
    }
    reader
}

/// The room a file belongs to, and the file as a path behind `crate`.
fn place(file: &str) -> (String, String) {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
    (path.split("::").next().unwrap_or_default().to_owned(), path)
}

/// Files that exist in tests only.
fn of_tests() -> BTreeSet<&'static str> {
    let only = TREE.files.iter().filter(|file| file.modules.iter().all(|module| TREE.scopes[*module].test));
    only.map(|file| file.name.as_str()).collect()
}

/// What is found in the files that are neither in `text` nor in a place that `exempt` names; and which of those names are
/// needed no longer.
fn faults(sources: &Sources, exempt: &[&str], found: impl Fn(&Reader) -> Vec<(usize, String)>) -> BTreeSet<Fault> {
    let tests = of_tests();
    let (mut faults, mut needed, mut counts) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::<String, usize>::new());
    for (file, text) in sources.iter().filter(|(file, _)| !tests.contains(file.as_str())) {
        let (room, path) = place(file);
        let found = if room == TEXT { Vec::new() } else { found(&reader(text)) };
        let listed = exempt.iter().find(|name| path == **name || path.starts_with(&format!("{name}::")));
        match listed {
            Some(name) if !found.is_empty() => drop(needed.insert(*name)),
            Some(_) => {}
            None => {
                *counts.entry(room).or_default() += found.len();
                faults.extend(found.into_iter().map(|(line, text)| Fault { file: file.clone(), line, text }));
            }
        }
    }
    for name in exempt.iter().filter(|name| !needed.contains(*name)) {
        let text = "has nothing of this kind any more: take it off the list".to_owned();
        faults.insert(Fault { file: (*name).to_owned(), line: 0, text });
    }
    for (room, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        faults.insert(Fault { file: format!("{room} as a whole"), line: 0, text: format!("{count} of this kind") });
    }
    faults
}

fn phrases(reader: &Reader) -> Vec<(usize, String)> {
    let phrase = |(line, text): &(usize, String)| (*line, format!("{text:?} belongs into `text`"));
    let help = |line: &usize| (*line, "its help is the document in front of it: take it from `text`".to_owned());
    reader.phrases.iter().map(phrase).chain(reader.helps.iter().map(help)).collect()
}

fn texts(reader: &Reader) -> Vec<(usize, String)> {
    let told = |line: &usize| {
        (*line, "an error is a text here: give it a type, and its sentence a place in `text`".to_owned())
    };
    reader.texts.iter().map(told).collect()
}

#[test]
fn every_phrase_stands_in_text() {
    holds(&faults(&SOURCES, PHRASES, phrases));
}

#[test]
fn no_error_is_a_text() {
    holds(&faults(&SOURCES, TEXTS, texts));
}

#[test]
fn a_phrase_is_found_wherever_it_stands_and_nothing_else_is() {
    let lines = |text: &str| reader(text).phrases.into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    let none: [usize; 0] = [];
    assert_eq!(lines("const A: &str =\n\"two words\";"), [2]);
    assert_eq!(lines("fn f() {\nlet a = format!(\"{n} cores are busy\");\n}"), [2]);
    assert_eq!(lines("fn f() {\nlet a = format!(\"{a}: {}\",\ng(\"no such file\"));\n}"), [3]);
    assert_eq!(lines("fn f() {\nlet _ = write!(out, \"{a} is missing\");\n}"), [2]);
    assert_eq!(lines("#[derive(Error)]\nenum A {\n#[error(\"`{0}` is too long\")]\nB(String),\n}"), [3]);
    assert_eq!(lines("struct A {\n#[arg(long, help = \"The seed of all\")]\nb: u8,\n}"), [2]);
    assert_eq!(lines("#[command(about = \"See it all\")]\nstruct A;"), [1]);
    assert_eq!(lines("fn f() {\ng(match x {\n1 => \"no file\",\n_ => r\"no folder\",\n})\n}"), [3, 4]);
    assert_eq!(lines("fn f() {\ng(vec![(\"a\",\n\"it failed\")]);\n}"), [3]);
    assert_eq!(
        lines("fn f() { g(\"word\", \"--option\", \"a-b\", \"Content-Type: text/html\", \"/proc/self/stat\"); }"),
        none
    );
    assert_eq!(
        lines(
            "fn f() { g(\"{a} {b}\", \"  \", \"{n} ms\", \"x, y\", \"stroke-width=\\\"1\\\" fill=\\\"none\\\"\", \"<rect width=\\\"{w}\\\" {fill}/>\"); }"
        ),
        none
    );
    assert_eq!(
        lines("fn f() { x.expect(\"there is one\"); panic!(\"no such thing\"); assert!(a, \"it is so\"); }"),
        none
    );
    assert_eq!(lines("fn f() { g!(x.expect(\"there is one\"), unreachable!(\"never comes here\")); }"), none);
    assert_eq!(
        lines("/// Two words.\n#[expect(lint, reason = \"it is so\")]\nfn f() {}"),
        none,
        "nobody reads it on a screen"
    );
    assert_eq!(lines("#[cfg(test)]\nmod tests { const A: &str = \"two words\"; }\n#[test]\nfn f() {}"), none);
    assert_eq!(lines("impl A { #[cfg(test)] fn f() { g(\"two words\") } }"), none);
}

#[test]
fn an_error_that_is_a_text_is_found_and_nothing_else_is() {
    let lines = |text: &str| reader(text).texts.into_iter().collect::<Vec<_>>();
    let none: [usize; 0] = [];
    assert_eq!(lines("fn f() -> Result<u8, String> {}"), [1]);
    assert_eq!(lines("struct A {\nsent: Result<(), Box<dyn std::error::Error + Send>>,\n}"), [2]);
    assert_eq!(lines("type A =\nstd::result::Result<(), &'static str>;"), [2]);
    assert_eq!(lines("fn f(g: impl Fn() -> Result<(),\nCow<'static, str>>) {}"), [1]);
    assert_eq!(lines("fn f() -> Result<String, Error> {}"), none);
    assert_eq!(lines("fn f() -> io::Result<String> {}"), none);
    assert_eq!(lines("#[cfg(test)]\nmod tests { fn f() -> Result<u8, String> {} }"), none);
}

#[test]
fn help_from_a_document_is_found() {
    let lines = |text: &str| reader(text).helps.into_iter().collect::<Vec<_>>();
    let none: [usize; 0] = [];
    assert_eq!(lines("#[derive(Debug, Args)]\nstruct A {\n/// So\n#[arg(long)]\nb: bool,\n}"), [5]);
    assert_eq!(lines("#[derive(clap::Subcommand)]\nenum A {\n/// So\nB,\n}"), [4]);
    assert_eq!(lines("#[derive(Args)]\nstruct A {\n/// So\n#[arg(long, help = words::B)]\nb: bool,\n}"), none);
    assert_eq!(lines("#[derive(Parser)]\nstruct A {\n/// So\n#[command(flatten)]\nb: B,\n}"), none);
    assert_eq!(lines("#[derive(Debug)]\nstruct A {\n/// So\nb: bool,\n}"), none, "it is not clap's");
}
