//! The command line that makes an export again.

use super::{ExportFormat, ExportOption, ExportView, Exporting, Which};
use crate::model::ModelKind;
use crate::units::Ns;

impl Exporting {
    /// The command line that makes the same again, with the options that say something about it.
    pub fn command(&self) -> String {
        let mut line = "concviz export".to_owned();
        for file in &self.files {
            line += &format!(" {}", quoted(&file.to_string_lossy()));
        }
        if let Some(out) = &self.out {
            line += &format!(" -o {}", quoted(&out.to_string_lossy()));
        }
        let named = self.out.as_ref().and_then(|o| ExportFormat::of_file(&o.to_string_lossy()));
        if named != Some(self.format) {
            line += &format!(" --format {}", self.format.name());
        }
        for option in ExportOption::ALL.into_iter().filter(|option| self.format.knows(*option)) {
            for value in self.values(option) {
                line += &format!(" {}", option.flag());
                if let Some(value) = value {
                    line += &format!(" {value}");
                }
            }
        }
        line
    }

    /// Each time that `option` stands on the command line: its value as a shell reads it, where it has one.
    fn values(&self, option: ExportOption) -> Vec<Option<String>> {
        let one = |value: Option<String>| value.map(Some).into_iter().collect();
        match option {
            ExportOption::View => one((self.view != ExportView::default()).then(|| self.view.name().to_owned())),
            ExportOption::Run => self.which.iter().map(|which| Some(quoted(&which.written()))).collect(),
            ExportOption::Range => one(self.range.map(|range| {
                let to = if range.to == Ns::MAX { String::new() } else { range.to.written() };
                format!("{}..{to}", range.from.written())
            })),
            ExportOption::Width => one(self.width.map(|width| width.to_string())),
            ExportOption::Scale => one((self.scale.to_bits() != 1.0_f64.to_bits()).then(|| self.scale.to_string())),
            ExportOption::Screen => {
                let (columns, rows) = self.screen;
                one((self.screen != Exporting::SCREEN).then(|| format!("{columns}x{rows}")))
            }
            ExportOption::Speed => one(self.speed.map(|speed| speed.to_string())),
            ExportOption::Post => {
                if self.post {
                    vec![None]
                } else {
                    Vec::new()
                }
            }
            ExportOption::Animate => one(self.animate.map(Ns::written)),
            ExportOption::Theme => one(self.theme.map(|theme| theme.name().to_owned())),
            ExportOption::Title => one(self.title.as_deref().map(quoted)),
        }
    }
}

impl Which {
    /// As the command line has it.
    fn written(&self) -> String {
        let model = |kind: ModelKind, locked: bool| format!("{}{}", kind.name(), if locked { "+gil" } else { "" });
        match self {
            Which::Number(n) => n.to_string(),
            Which::Model(kind, locked) => model(*kind, *locked),
            Which::OfWork(work, kind, locked) => format!("{work}:{}", model(*kind, *locked)),
            Which::All(work) => format!("{work}:{}", Which::ALL),
        }
    }
}

/// `text` as a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
