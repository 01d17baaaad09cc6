//! The manual page, made from what the program itself goes by: the options as they are declared, the keys of the
//! screen from their one table.

use clap::builder::{PossibleValue, Resettable};
use clap::{Arg, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::args::Args;
use crate::app::keys::{Group, KEYS};
use crate::text::cli::help::EXAMPLES;
use crate::text::cli::man::{self as words, heading};

/// The page, for `man`.
pub(super) fn page() -> String {
    // One list of options reads better here than one for each heading of the help.
    let command = Args::command().mut_args(|arg| {
        let help = help(&arg);
        let takes = arg.get_action().takes_values();
        arg.help_heading(Resettable::Reset).help(help).hide_possible_values(takes)
    });
    let man = Man::new(command.clone());
    let mut roff = Roff::new();
    synopsis(&mut roff, &command);
    section(&mut roff, heading::DESCRIPTION, words::DESCRIPTION);
    // The date stays empty: the same program makes the same page.
    let (version, manual) = (env!("CARGO_PKG_VERSION"), words::MANUAL);
    let mut page = format!(".TH CONCVIZ 1 \"\" \"concviz {version}\" \"{manual}\"\n").into_bytes();
    // Writing into memory does not fail.
    let _ = man.render_name_section(&mut page);
    page.extend(roff.to_roff().into_bytes());
    let _ = man.render_options_section(&mut page);
    let mut roff = Roff::new();
    commands(&mut roff, &command);
    keys(&mut roff);
    table(&mut roff, heading::EXIT_STATUS, words::EXIT_STATUS);
    table(&mut roff, heading::ENVIRONMENT, words::ENVIRONMENT);
    table(&mut roff, heading::FILES, words::FILES);
    examples(&mut roff);
    page.extend(roff.to_roff().into_bytes());
    String::from_utf8_lossy(&page).into_owned()
}

fn section(roff: &mut Roff, title: &str, paragraphs: &[&str]) {
    roff.control("SH", [title]);
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*paragraph)]);
    }
}

fn table(roff: &mut Roff, title: &str, rows: &[(&str, &str)]) {
    roff.control("SH", [title]);
    for (name, meaning) in rows {
        item(roff, vec![bold(*name)], meaning);
    }
}

fn item(roff: &mut Roff, head: Vec<Inline>, text: &str) {
    roff.control("TP", []);
    roff.text(head);
    roff.text([roman(text)]);
}

fn synopsis(roff: &mut Roff, command: &clap::Command) {
    roff.control("SH", [heading::SYNOPSIS]);
    roff.text([bold("concviz"), roman(" ["), italic(words::OPTIONS), roman("]")]);
    for command in command.get_subcommands() {
        roff.control("br", []);
        let mut line = vec![bold(format!("concviz {}", command.get_name()))];
        for argument in command.get_positionals() {
            line.extend([roman(" "), italic(value_name(argument))]);
        }
        if command.get_opts().next().is_some() {
            line.extend([roman(" ["), italic(words::OPTIONS), roman("]")]);
        }
        roff.text(line);
    }
}

fn value_name(argument: &Arg) -> String {
    argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default()
}

/// The commands, each with the options that the screen does not have.
fn commands(roff: &mut Roff, command: &clap::Command) {
    let shared: Vec<&str> = command.get_opts().filter_map(Arg::get_long).collect();
    roff.control("SH", [heading::COMMANDS]);
    for command in command.get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let takes = command.get_opts().any(|o| o.get_long().is_some_and(|long| shared.contains(&long)));
        let more = if takes { words::UNDER_THE_OPTIONS } else { "" };
        let own: Vec<&Arg> =
            command.get_arguments().filter(|a| !a.get_long().is_some_and(|long| shared.contains(&long))).collect();
        let colon = if own.is_empty() { "" } else { ":" };
        item(roff, vec![bold(format!("concviz {}", command.get_name()))], &format!("{about}{more}{colon}"));
        if own.is_empty() {
            continue;
        }
        roff.control("RS", []);
        for argument in own {
            let mut head = Vec::new();
            if let Some(long) = argument.get_long() {
                head.extend([bold(format!("--{long}")), roman(" ")]);
            }
            head.push(italic(value_name(argument)));
            item(roff, head, &help(argument));
        }
        roff.control("RE", []);
    }
}

/// What an argument does, with the values it takes in one line.
fn help(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let values = argument.get_possible_values();
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    if names.is_empty() || argument.is_hide_possible_values_set() || !argument.get_action().takes_values() {
        return help;
    }
    format!("{help} [{}]", names.join(", "))
}

fn keys(roff: &mut Roff) {
    section(roff, heading::KEYS, &[words::ON_THE_SCREEN]);
    for group in Group::ALL {
        roff.control("SS", [group.label().text()]);
        for row in KEYS.iter().filter(|row| row.group == group) {
            item(roff, vec![bold(row.shown)], row.label.text());
        }
    }
}

fn examples(roff: &mut Roff) {
    roff.control("SH", [heading::EXAMPLES]);
    for (line, meaning) in EXAMPLES {
        item(roff, vec![bold(*line)], meaning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_its_sections_every_key_and_every_option() {
        let page = page();
        let sections: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix(".SH ")).collect();
        let expected = [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "COMMANDS",
            "KEYS",
            "\"EXIT STATUS\"",
            "ENVIRONMENT",
            "FILES",
            "EXAMPLES",
        ];
        assert_eq!(sections, expected);
        for row in KEYS {
            assert!(page.contains(row.label.text()), "{}", row.shown);
        }
        let plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "");
        let command = Args::command();
        let all = command.get_subcommands().chain([&command]).flat_map(clap::Command::get_opts);
        for long in all.filter_map(Arg::get_long) {
            assert!(plain.contains(&format!("--{long}")), "--{long}");
        }
        assert!(!page.contains("INPUT") && !page.chars().any(|c| c.is_control() && c != '\n'));
    }
}
