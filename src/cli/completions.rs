//! What completes commands, options and names in a shell. A workload is a name or a file, which the generator of the
//! scripts cannot express for every shell: the few words of it are replaced here.

use clap::Args;
use clap_complete::Shell;

use super::values::full_names;
use crate::text::cli::help::{completions, value};
use crate::text::cli::{FILE, WORKLOAD};

/// The arguments of `concviz completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = value::SHELL, value_enum, help = completions::SHELL)]
    pub shell: Shell,
}

/// The script for `shell`, which completes `command` and all that stands below it.
pub(super) fn script(shell: Shell, mut command: clap::Command) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command, "concviz", &mut bytes);
    let script = String::from_utf8_lossy(&bytes).into_owned();
    match shell {
        Shell::Zsh => zsh(&script, &full_names()),
        Shell::Fish => fish(&script),
        // The first takes files where no name fits; the others take any text.
        _ => script,
    }
}

/// The script for zsh, in which `names` and files that end in `.toml` complete a workload. A colon in a name is no end of it.
fn zsh(script: &str, names: &[&str]) -> String {
    let names = names.join(" ").replace(':', "\\:");
    let function = format!(
        "_concviz_workload() {{\n    _alternative 'names:{WORKLOAD}:({names})' 'files:{FILE}:_files -g \"*.toml(-.)\"'\n}}\n\n_concviz() {{"
    );
    let shown = value::NAME_OR_FILE;
    script.replace(&format!(":{shown}:({names})'"), &format!(":{shown}:_concviz_workload'")).replacen(
        "_concviz() {",
        &function,
        1,
    )
}

/// The script for fish, in which files complete a workload too. The value of an option can be completed before a
/// command as well: there the option still lacks its value, which must not count as no place for options.
fn fish(script: &str) -> String {
    let script = script.replacen("    or return\n", "    or return 0\n", 1);
    let lines = script.lines().map(|line| {
        let files =
            if line.contains(" -l workload ") { line.replace(" -r -f -a ", " -r -F -a ") } else { line.to_owned() };
        files + "\n"
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Args;
    use clap::CommandFactory;

    fn script(shell: Shell) -> String {
        super::script(shell, Args::command())
    }

    #[test]
    fn every_script_knows_the_commands_the_models_and_the_workloads() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell);
            for word in ["processes", "workloads", "completions", "switch-interval", "high-contrast"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
            for name in full_names() {
                let name = if shell == Shell::Zsh { name.replace(':', "\\:") } else { name.to_owned() };
                assert!(script.contains(&name), "{shell}: {name}");
            }
        }
        for shell in [Shell::Elvish, Shell::PowerShell] {
            assert!(script(shell).contains("--switch-interval"), "{shell}");
        }
    }

    #[test]
    fn the_colon_of_a_variant_is_kept_where_a_colon_ends_a_part() {
        let generated =
            format!("'--workload=[What to run]:{}:(race race\\:locked)' _concviz() {{", value::NAME_OR_FILE);
        let script = zsh(&generated, &["race", "race:locked"]);
        assert!(script.contains(&format!("'names:{WORKLOAD}:(race race\\:locked)'")), "{script}");
        assert!(script.contains(":_concviz_workload'"), "{script}");
    }

    #[test]
    fn a_workload_can_be_a_file_of_ones_own() {
        assert!(script(Shell::Bash).contains("-o default concviz"));
        let zsh = script(Shell::Zsh);
        assert_eq!(zsh.matches(":_concviz_workload'").count(), 6, "-w and --workload: the screen, `run`, `compare`");
        assert_eq!(zsh.matches("_files -g").count(), 1);
        let fish = script(Shell::Fish);
        assert_eq!(fish.matches("    or return 0\n").count(), 1);
        let lines: Vec<&str> = fish.lines().filter(|l| l.contains(" -l workload ")).collect();
        assert!(lines.len() == 3 && lines.iter().all(|l| l.contains(" -r -F -a ")), "{lines:?}");
    }
}
