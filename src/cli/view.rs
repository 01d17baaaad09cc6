//! The options of `concviz view`, and what they come to.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::shared::Screen;
use crate::settings::Viewing;

/// The options of `concviz view`.
#[derive(Debug, ClapArgs)]
pub(super) struct View {
    /// Files that --trace or the key S has written
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub screen: Screen,
}

/// What `concviz view` is asked for.
pub(super) fn viewing(options: View) -> Viewing {
    let View { files, screen } = options;
    Viewing { files, color: screen.color, theme: screen.theme, ascii: screen.ascii, mouse: !screen.no_mouse }
}
