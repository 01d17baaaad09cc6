//! The options of `concviz doctor`.

use clap::Args as ClapArgs;

use super::values::one_of;
use crate::report::ListFormat;

/// The options of `concviz doctor`.
#[derive(Debug, ClapArgs)]
pub(super) struct Doctor {
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name))]
    pub format: ListFormat,
}
