//! The variants in a workload file: what the file itself describes, with what a variant says laid over it.

use toml::Spanned;

use super::Context;
use crate::workload::refusal::{FileError, FileFault};
use crate::workload::shape::{File, FileVariant};
use crate::workload::{MAX_VARIANTS, Variant, Workload};

impl Context<'_> {
    /// What `read` describes, and its variants with it.
    pub(super) fn with_variants(&self, read: File) -> Result<Workload, FileError> {
        let others = read.variants.clone();
        let first = match (&read.variant, others.first()) {
            (None, None) => return self.workload(read),
            (None, Some(other)) => return Err(self.error(other.span().start, FileFault::NoVariantName)),
            (Some(name), _) => name.clone(),
        };
        let names: Vec<&Spanned<String>> =
            std::iter::once(&first).chain(others.iter().map(|other| &other.get_ref().name)).collect();
        for (place, name) in names.iter().enumerate() {
            let (at, text) = (name.span().start, name.get_ref());
            if text.trim().is_empty() || text.contains(|c: char| c.is_control() || c == ':') {
                return Err(self.error(at, FileFault::VariantName));
            }
            if names[..place].iter().any(|before| before.get_ref() == text) {
                return Err(self.error(at, FileFault::VariantTwice(text.clone())));
            }
            if place == MAX_VARIANTS {
                let why = FileFault::TooManyVariants { found: names.len(), most: MAX_VARIANTS };
                return Err(self.error(at, why));
            }
        }
        let own = |other: &FileVariant| other.params.keys().cloned().collect();
        let laid = others.iter().map(|other| (other.get_ref().over(&read), own(other.get_ref()))).collect::<Vec<_>>();
        let workload = self.workload(read)?;
        let mut variants = vec![Variant { workload: workload.clone(), own: Vec::new() }];
        for (file, own) in laid {
            variants.push(Variant { workload: self.workload(file)?, own });
        }
        Ok(Workload { variants, ..workload })
    }
}
