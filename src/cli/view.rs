//! The options of `concviz view`, and the settings that follow from them.

use std::path::PathBuf;

use clap::Args;

use super::shared::ScreenArgs;
use crate::settings::Viewing;
use crate::text::cli::help::{shared as help, value};

/// The options of `concviz view`.
#[derive(Debug, Args)]
pub(super) struct ViewArgs {
    /// Files that --trace or the key S has written
    #[arg(value_name = value::FILE, required = true, help = help::FILES)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// What `concviz view` is asked for.
pub(super) fn viewing(options: ViewArgs) -> Viewing {
    let ViewArgs { files, screen } = options;
    Viewing { files, color: screen.color, theme: screen.theme, ascii: screen.ascii, mouse: !screen.no_mouse }
}
