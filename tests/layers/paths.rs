//! Finds every path in the code of a file: in types, expressions, patterns, attributes, and among the tokens of macros,
//! which nothing but the macro itself can parse.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::attributes::attributes_of;
use crate::declare::plain;
use crate::reader::Reader;
use crate::tree::How;

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.item_under(attributes_of(item), item, |reader| visit::visit_item(reader, item));
    }

    // What these three bring is read where the names of their scope are.
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {}
    fn visit_item_use(&mut self, _: &'ast syn::ItemUse) {}
    fn visit_item_extern_crate(&mut self, _: &'ast syn::ItemExternCrate) {}

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attributes = match item {
            syn::ImplItem::Const(i) => i.attrs.as_slice(),
            syn::ImplItem::Fn(i) => &i.attrs,
            syn::ImplItem::Type(i) => &i.attrs,
            syn::ImplItem::Macro(i) => &i.attrs,
            _ => &[],
        };
        self.item_under(attributes, item, |reader| visit::visit_impl_item(reader, item));
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        let attributes = match item {
            syn::TraitItem::Const(i) => i.attrs.as_slice(),
            syn::TraitItem::Fn(i) => &i.attrs,
            syn::TraitItem::Type(i) => &i.attrs,
            syn::TraitItem::Macro(i) => &i.attrs,
            _ => &[],
        };
        self.item_under(attributes, item, |reader| visit::visit_trait_item(reader, item));
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.under(&field.attrs, |reader| visit::visit_field(reader, field));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.under(&variant.attrs, |reader| visit::visit_variant(reader, variant));
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        self.under(&field.attrs, |reader| visit::visit_field_value(reader, field));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.under(&arm.attrs, |reader| visit::visit_arm(reader, arm));
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        self.under(&local.attrs, |reader| visit::visit_local(reader, local));
    }

    fn visit_stmt_macro(&mut self, call: &'ast syn::StmtMacro) {
        self.under(&call.attrs, |reader| visit::visit_stmt_macro(reader, call));
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.block(block, |reader| visit::visit_block(reader, block));
    }

    // `pub(in crate::x)` says who may look in; it takes nothing from there.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path, How::Path);
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, expr: &'ast syn::ExprPath) {
        self.of_type(expr.qself.as_ref(), &expr.path);
    }

    fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
        self.of_type(path.qself.as_ref(), &path.path);
    }

    // A capital alone in a pattern is a constant; all else there is a new name.
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        let name = plain(&pattern.ident);
        if name.starts_with(char::is_uppercase) {
            self.saw(vec![name], pattern.ident.span().start().line, How::Path);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.path(&call.path, How::Call);
        self.visit_token_stream(&call.tokens);
    }

    // Words alone in an attribute (`default`, `skip`) are the attribute's own.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().segments.len() > 1 {
            self.path(attribute.path(), How::Path);
        }
        match &attribute.meta {
            syn::Meta::List(list) => self.tokens(&list.tokens, &[], 2),
            syn::Meta::NameValue(pair) => self.visit_expr(&pair.value),
            syn::Meta::Path(_) => {}
        }
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.tokens(tokens, &[], 1);
    }
}

impl Reader<'_> {
    fn path(&mut self, path: &syn::Path, how: How) {
        let leading = path.leading_colon.as_ref().map(|_| "::".to_owned());
        let names = path.segments.iter().map(|segment| plain(&segment.ident));
        let line = path.segments.first().map_or(0, |first| first.ident.span().start().line);
        self.saw(leading.into_iter().chain(names).collect(), line, how);
    }

    /// A path that may belong to a type, as in `<T as crate::x::Trait>::f`; in `<T>::f` nothing of it is a path.
    fn of_type(&mut self, own: Option<&syn::QSelf>, path: &syn::Path) {
        if let Some(own) = own {
            self.visit_type(&own.ty);
        }
        match own {
            Some(own) if own.position == 0 => visit::visit_path(self, path),
            _ => self.visit_path(path),
        }
    }

    /// The paths among `tokens` that have at least so many segments, each behind `prefix`, which is not empty inside
    /// the braces of a `use`.
    fn tokens(&mut self, tokens: &TokenStream, prefix: &[String], least: usize) {
        let tokens = Tokens(tokens.clone().into_iter().collect());
        let mut at = 0;
        while let Some(token) = tokens.0.get(at) {
            at = match token {
                TokenTree::Group(group) => {
                    self.tokens(&group.stream(), &[], least);
                    at + 1
                }
                // What `$x` is, and `expr` in `$x:expr`, is the macro's own. `$crate` is not.
                TokenTree::Punct(p) if p.as_char() == '$' => match tokens.word(at + 1).as_deref() {
                    Some("crate") => self.chain(&tokens, at + 1, prefix, least),
                    Some(_) if tokens.is_colon(at + 2) && tokens.word(at + 3).is_some() => at + 4,
                    Some(_) => at + 2,
                    None => at + 1,
                },
                // A lifetime; a field or a method.
                TokenTree::Punct(p) if p.as_char() == '\'' => at + 2,
                TokenTree::Punct(p) if p.as_char() == '.' && !tokens.is_range(at) => {
                    at + 1 + usize::from(tokens.word(at + 1).is_some())
                }
                TokenTree::Punct(_) if tokens.is_path(at) && tokens.word(at + 2).is_some() => {
                    self.behind_colons(&tokens, at, least)
                }
                TokenTree::Ident(word) if word == "pub" && tokens.is_place(at + 1) => at + 2,
                TokenTree::Ident(word) if word == "mod" => self.module_of_tokens(&tokens, at, least),
                TokenTree::Ident(word) if word == "as" && !prefix.is_empty() => at + 2,
                TokenTree::Ident(_) => self.chain(&tokens, at, prefix, least),
                TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
            }
        }
    }

    /// Two colons with a name behind: a path from outside of all crates, or the rest of `<T>::f`.
    fn behind_colons(&mut self, tokens: &Tokens, at: usize, least: usize) -> usize {
        let begins = at == 0
            || match &tokens.0[at - 1] {
                TokenTree::Ident(_) | TokenTree::Group(_) => false,
                TokenTree::Punct(before) => before.as_char() != '>',
                TokenTree::Literal(_) => true,
            };
        if begins { self.chain(tokens, at + 2, &["::".to_owned()], least) } else { at + 3 }
    }

    /// Names with two colons between them, from `at` on. Returns where they end.
    fn chain(&mut self, tokens: &Tokens, at: usize, prefix: &[String], least: usize) -> usize {
        let line = tokens.0[at].span().start().line;
        let mut path = prefix.to_vec();
        let mut end = at;
        while let Some(word) = tokens.word(end) {
            if word != "self" || prefix.is_empty() {
                path.push(word);
            }
            end += 1;
            if !tokens.is_path(end) || tokens.word(end + 2).is_none() {
                break;
            }
            end += 2;
        }
        if tokens.is_path(end)
            && let Some(group) = tokens.group(end + 2, Delimiter::Brace)
        {
            self.tokens(&group.stream(), &path, least);
            return end + 3;
        }
        let calls = tokens.is_punct(end, '!') && matches!(tokens.0.get(end + 1), Some(TokenTree::Group(_)));
        // `name: value` is a field or a new name.
        let is_new = path.len() == 1 && tokens.is_colon(end);
        if path.len() >= least && !is_new {
            self.saw(path, line, if calls { How::Call } else { How::Path });
        }
        end
    }

    /// A module inside a macro: it has a `super` of its own.
    fn module_of_tokens(&mut self, tokens: &Tokens, at: usize, least: usize) -> usize {
        let named = at + 1 + usize::from(tokens.is_punct(at + 1, '$'));
        match (tokens.word(named), tokens.group(named + 1, Delimiter::Brace)) {
            (Some(name), Some(group)) => {
                let line = group.span_open().start().line;
                self.inside(&name, line, |reader| reader.tokens(&group.stream(), &[], least));
                named + 2
            }
            _ => at + 1,
        }
    }
}

struct Tokens(Vec<TokenTree>);

impl Tokens {
    fn word(&self, at: usize) -> Option<String> {
        if let Some(TokenTree::Ident(word)) = self.0.get(at) { Some(plain(word)) } else { None }
    }

    fn group(&self, at: usize, delimiter: Delimiter) -> Option<&Group> {
        match self.0.get(at) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }

    fn is_punct(&self, at: usize, c: char) -> bool {
        matches!(self.0.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c)
    }

    fn is_path(&self, at: usize) -> bool {
        self.is_punct(at, ':') && self.is_punct(at + 1, ':')
    }

    fn is_colon(&self, at: usize) -> bool {
        self.is_punct(at, ':') && !self.is_punct(at + 1, ':')
    }

    fn is_range(&self, at: usize) -> bool {
        self.is_punct(at + 1, '.') || at > 0 && self.is_punct(at - 1, '.')
    }

    /// Whether this is the `(in crate::x)` of a visibility.
    fn is_place(&self, at: usize) -> bool {
        let first = self.group(at, Delimiter::Parenthesis).and_then(|group| group.stream().into_iter().next());
        matches!(first, Some(TokenTree::Ident(word)) if word == "in")
    }
}
