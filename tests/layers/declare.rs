//! The names that the items of a scope bring: what is defined there, and what `use` fetches.

use syn::spanned::Spanned;
use syn::{Item, ItemUse, UseTree, Visibility};

use crate::reader::{Place, Reader};
use crate::tree::{How, MACRO, Name, TYPE, VALUE, What};

impl Reader<'_> {
    pub fn name(&mut self, name: String, kinds: u8, what: What, open: bool) {
        let test = self.at.test;
        self.tree.scopes[self.at.scope].names.entry(name).or_default().push(Name { kinds, what, open, test });
    }

    /// Puts the names that `item` defines into the scope.
    pub fn declare(&mut self, item: &Item) {
        let thing = |reader: &mut Self, ident: &syn::Ident, kinds: u8, vis: &Visibility| {
            reader.name(plain(ident), kinds, What::Thing, is_open(vis));
        };
        match item {
            Item::Const(i) => thing(self, &i.ident, VALUE, &i.vis),
            Item::Static(i) => thing(self, &i.ident, VALUE, &i.vis),
            Item::Fn(i) => thing(self, &i.sig.ident, VALUE, &i.vis),
            Item::Struct(i) => thing(self, &i.ident, TYPE | VALUE, &i.vis),
            Item::Trait(i) => thing(self, &i.ident, TYPE, &i.vis),
            Item::TraitAlias(i) => thing(self, &i.ident, TYPE, &i.vis),
            Item::Type(i) => thing(self, &i.ident, TYPE, &i.vis),
            Item::Union(i) => thing(self, &i.ident, TYPE, &i.vis),
            Item::Enum(i) => {
                let variants = i.variants.iter().map(|variant| plain(&variant.ident)).collect();
                self.name(plain(&i.ident), TYPE, What::Enum(variants), is_open(&i.vis));
            }
            Item::ForeignMod(i) => i.items.iter().for_each(|foreign| match foreign {
                syn::ForeignItem::Fn(i) => thing(self, &i.sig.ident, VALUE, &i.vis),
                syn::ForeignItem::Static(i) => thing(self, &i.ident, VALUE, &i.vis),
                syn::ForeignItem::Type(i) => thing(self, &i.ident, TYPE, &i.vis),
                _ => {}
            }),
            Item::Macro(i) => self.declare_macro(i),
            Item::ExternCrate(i) => self.extern_crate(i),
            Item::Use(i) => self.import(i),
            Item::Mod(i) => self.module(i),
            _ => {}
        }
    }

    fn declare_macro(&mut self, item: &syn::ItemMacro) {
        let Some(ident) = &item.ident else { return };
        self.name(plain(ident), MACRO, What::Thing, true);
        let Place { scope, test, .. } = self.at;
        let root = self.tree.scopes[scope].root;
        self.tree.macros.entry(plain(ident)).or_default().push(scope);
        if scope != root && item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
            let name = Name { kinds: MACRO, what: What::Exported(scope), open: true, test };
            self.tree.scopes[root].names.entry(plain(ident)).or_default().push(name);
        }
    }

    /// `extern crate self as x` makes `x` a name of the own crate; at the root, everywhere in it.
    fn extern_crate(&mut self, item: &syn::ItemExternCrate) {
        let scope = self.at.scope;
        let root = self.tree.scopes[scope].root;
        if item.ident == "self"
            && let Some((_, ident)) = &item.rename
        {
            self.name(plain(ident), TYPE, What::Module(root), is_open(&item.vis));
            if scope == root {
                self.tree.crates.push((root, plain(ident), root));
            }
        }
    }

    fn import(&mut self, item: &ItemUse) {
        let mut path = Vec::new();
        if item.leading_colon.is_some() {
            path.push("::".to_owned());
        }
        self.branch(&item.tree, &path, is_open(&item.vis));
    }

    /// Each leaf of a `use` tree is an import of its own.
    fn branch(&mut self, tree: &UseTree, path: &[String], open: bool) {
        let longer = |ident: &syn::Ident| {
            let is_self = ident == "self" && !path.is_empty();
            path.iter().cloned().chain((!is_self).then(|| plain(ident))).collect::<Vec<_>>()
        };
        let any = TYPE | VALUE | MACRO;
        match tree {
            UseTree::Path(tree) => self.branch(&tree.tree, &longer(&tree.ident), open),
            UseTree::Group(tree) => tree.items.iter().for_each(|tree| self.branch(tree, path, open)),
            // A star alone stands for all crates, none of which is here.
            UseTree::Glob(_) if path.is_empty() => {}
            UseTree::Glob(tree) => {
                let seen = self.saw(path.to_vec(), tree.span().start().line, How::Glob { open });
                self.tree.scopes[self.at.scope].globs.push(seen);
            }
            UseTree::Name(tree) => {
                let path = longer(&tree.ident);
                let Some(last) = path.last().cloned() else { return };
                let seen = self.saw(path, tree.ident.span().start().line, How::Import { open });
                self.name(last, any, What::Import(seen), open);
            }
            UseTree::Rename(tree) => {
                let seen = self.saw(longer(&tree.ident), tree.ident.span().start().line, How::Import { open });
                if tree.rename != "_" {
                    self.name(plain(&tree.rename), any, What::Import(seen), open);
                }
            }
        }
    }
}

/// The identifier without the mark of a raw one: `r#type` is `type`.
pub fn plain(ident: &syn::Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}

pub fn is_open(vis: &Visibility) -> bool {
    match vis {
        Visibility::Inherited => false,
        Visibility::Restricted(vis) => !vis.path.is_ident("self"),
        Visibility::Public(_) => true,
    }
}
