//! The options of `concviz doctor`.

use clap::Args;

use super::values::one_of;
use crate::report::ListFormat;
use crate::text::cli::help::{doctor, value};

/// The options of `concviz doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// How it is printed
    #[arg(long, value_name = value::FORMAT, default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name), help = doctor::FORMAT)]
    pub format: ListFormat,
}
