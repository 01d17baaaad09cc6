//! Turns the errors of clap, which reads the arguments, into the program's own: without the pointer to `--help`, and
//! with nothing in them that a terminal would obey or that fills the screen, whatever the arguments were.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::Exit;
use crate::text;

/// The end of the program that `error` asks for.
pub(super) fn exit(error: Error) -> Exit {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let mut text = if asked_for { error.render().to_string() } else { harmless(error).render().to_string() };
    if let Some(at) = text.find("\n\nFor more information").filter(|_| !asked_for) {
        text.truncate(at);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    Exit { code: if asked_for { 0 } else { 2 }, text, asked_for }
}

/// `error` with each argument in it made harmless and short.
fn harmless(mut error: Error) -> Error {
    let clean: Vec<(ContextKind, ContextValue)> =
        error.context().filter_map(|(kind, value)| Some((kind, cleaned(value)?))).collect();
    for (kind, value) in clean {
        error.insert(kind, value);
    }
    error
}

/// `value` made harmless, if it is of a kind that can hold an argument.
fn cleaned(value: &ContextValue) -> Option<ContextValue> {
    let said = |text: &dyn ToString| text::said(&text.to_string());
    Some(match value {
        ContextValue::String(text) => ContextValue::String(said(text)),
        ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(|text| said(text)).collect()),
        ContextValue::StyledStrs(texts) => ContextValue::StyledStrs(texts.iter().map(|t| said(t).into()).collect()),
        _ => return None,
    })
}
