//! What attributes say of an item: whether only tests have it, and where a module's file lies.

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Token};

/// The attributes in front of `item`.
pub fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::ExternCrate(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::ForeignMod(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::TraitAlias(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Union(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

/// Whether what has these attributes exists in tests only. Any other condition is read as if it held.
pub fn only_in_tests(attributes: &[Attribute]) -> bool {
    let condition = |attribute: &Attribute| attribute.parse_args::<Meta>().ok();
    let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    attributes.iter().filter(is_cfg).filter_map(condition).any(|meta| needs_test(&meta))
}

/// Whether `condition` can hold in tests only.
fn needs_test(condition: &Meta) -> bool {
    let parts = |list: &syn::MetaList| list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok();
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => parts(list).is_some_and(|parts| parts.iter().any(needs_test)),
        Meta::List(list) if list.path.is_ident("any") => {
            parts(list).is_some_and(|parts| !parts.is_empty() && parts.iter().all(needs_test))
        }
        _ => false,
    }
}

/// The place that `#[path]` gives to a module's file, also under a condition, and the line that says so.
pub fn place(attributes: &[Attribute]) -> Option<(usize, String)> {
    attributes.iter().find_map(|attribute| {
        let line = attribute.span().start().line;
        match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(place), .. }) => Some((line, place.value())),
                _ => None,
            },
            Meta::List(list) if list.path.is_ident("cfg_attr") => Some((line, place_in(list.tokens.clone())?)),
            _ => None,
        }
    })
}

/// The text behind `path =` among the tokens of a `cfg_attr`.
fn place_in(tokens: TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.windows(3).find_map(|three| match three {
        [TokenTree::Ident(name), TokenTree::Punct(equals), TokenTree::Literal(place)]
            if name == "path" && equals.as_char() == '=' =>
        {
            syn::parse_str::<syn::LitStr>(&place.to_string()).ok().map(|place| place.value())
        }
        _ => None,
    })
}
