//! Holds that nobody matches on a step, a state, a model, a format or a view and leaves the rest to a wildcard: whoever adds one is told by
//! the compiler where it must be thought about.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Arm, ExprMatch, Pat, Path};

use crate::tree::Fault;
use crate::{SOURCES, holds};

/// The enums of which each arm is written out.
const WHOLE: &[&str] = &[
    "Op",
    "StepKind",
    "FileStep",
    "Need",
    "Action",
    "Effect",
    "Worker",
    "LockUse",
    "State",
    "ModelKind",
    "GlobalLock",
    "ExportFormat",
    "ExportOption",
    "ExportView",
    "Subject",
    "View",
];

/// The matches of a file that are not.
struct Matches<'a> {
    file: &'a str,
    faults: BTreeSet<Fault>,
}

/// The enum that `path` is a variant of, if it is one of those.
fn whole(path: &Path) -> Option<String> {
    let of = path.segments.iter().rev().nth(1)?.ident.to_string();
    WHOLE.contains(&of.as_str()).then_some(of)
}

/// The enum that `pattern` takes apart, if it is one of those.
fn taken_apart(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Path(variant) => whole(&variant.path),
        Pat::TupleStruct(variant) => whole(&variant.path),
        Pat::Struct(variant) => whole(&variant.path),
        Pat::Or(several) => several.cases.iter().find_map(taken_apart),
        Pat::Tuple(several) => several.elems.iter().find_map(taken_apart),
        Pat::Paren(inner) => taken_apart(&inner.pat),
        Pat::Reference(inner) => taken_apart(&inner.pat),
        Pat::Ident(named) => named.subpat.as_ref().and_then(|(_, inner)| taken_apart(inner)),
        _ => None,
    }
}

/// Whether `pattern` fits whatever is left.
fn fits_the_rest(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) | Pat::Rest(_) => true,
        // A constant begins with a capital, and a variant that was imported by its own name does too.
        Pat::Ident(named) => named.subpat.is_none() && named.ident.to_string().starts_with(|c: char| !c.is_uppercase()),
        Pat::Tuple(several) => several.elems.iter().all(fits_the_rest),
        Pat::Paren(inner) => fits_the_rest(&inner.pat),
        _ => false,
    }
}

/// Whether `arm` takes whatever is left.
fn takes_the_rest(arm: &Arm) -> bool {
    arm.guard.is_none() && fits_the_rest(&arm.pat)
}

impl<'ast> Visit<'ast> for Matches<'_> {
    fn visit_expr_match(&mut self, found: &'ast ExprMatch) {
        let of = found.arms.iter().find_map(|arm| taken_apart(&arm.pat));
        let rest = found.arms.iter().find(|arm| takes_the_rest(arm));
        if let (Some(of), Some(arm)) = (of, rest) {
            let line = syn::spanned::Spanned::span(&arm.pat).start().line;
            let text = format!("a match on `{of}` leaves the rest to a wildcard: write the others out");
            self.faults.insert(Fault { file: self.file.to_owned(), line, text });
        }
        visit::visit_expr_match(self, found);
    }
}

fn faults(file: &str, text: &str) -> BTreeSet<Fault> {
    let mut matches = Matches { file, faults: BTreeSet::new() };
    matches.visit_file(&syn::parse_file(text).expect("it compiles"));
    matches.faults
}

#[test]
fn no_match_on_steps_states_models_formats_or_views_leaves_the_rest_to_a_wildcard() {
    holds(&SOURCES.iter().flat_map(|(file, text)| faults(file, text)).collect());
}

#[test]
fn a_wildcard_is_found_wherever_it_stands_and_nothing_else_is() {
    let line = |body: &str| {
        let found = faults("made up", &format!("fn f() {{\n{body}\n}}"));
        found.into_iter().map(|fault| fault.line).collect::<Vec<_>>()
    };
    assert_eq!(line("match state {\nState::Io => 1,\n_ => 2,\n}"), [4]);
    assert_eq!(line("match state {\nState::Io | State::Gil => 1,\nother => g(other),\n}"), [4]);
    assert_eq!(line("match op {\ncrate::workload::Op::Sleep(time) => 1,\n_ => 2,\n}"), [4]);
    assert_eq!(line("match op {\nkept @ Op::Lock { .. } => 1,\n_ => 2,\n}"), [4]);
    assert_eq!(line("g(|| match x {\nNone => match kind {\nModelKind::Async => 1,\n_ => 2,\n},\n_ => 3,\n})"), [5]);
    let none: [usize; 0] = [];
    assert_eq!(line("match state {\nState::Io => 1,\nState::Gil if x => 2,\nState::Gil => 3,\n}"), none);
    assert_eq!(line("match key {\nKey::Up => 1,\n_ => 2,\n}"), none, "what comes from outside may be anything");
    assert_eq!(line("match (state, x) {\n(State::Io, 1) => 1,\n(State::Io, _) => 2,\n}"), none);
    assert_eq!(line("match (state, x) {\n(State::Io, 1) => 1,\n(_, _) => 2,\n}"), [4]);
}
