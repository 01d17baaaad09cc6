//! What the terminal can show: how many colours, by the rules people expect (the flag, then `NO_COLOR`, then what the
//! terminal says of itself), and which letters; and what becomes of texts for its clipboard. Reads the environment;
//! draws nothing.

use crate::app::Coloring;
use crate::palette::Theme;
use crate::settings::Color;
use crate::text::storing::Clipboard;
use crate::ui::{Depth, LEAST, Look};

/// The look that these settings and the environment ask for.
pub fn of(color: Color, theme: Theme, ascii: bool) -> Look {
    let depth = depth(color, &|name| std::env::var(name).ok());
    // The terminal library has rules of its own about NO_COLOR; ours are already applied. Without colours not even the
    // default ones are asked for.
    crossterm::style::force_color_output(depth != Depth::None);
    let utf8 = locale_is_utf8(&|name| std::env::var(name).ok());
    Look { theme, depth, ascii: ascii || !utf8 }
}

/// What the user can choose of `look` while the screen is shown.
pub const fn coloring(look: Look) -> Coloring {
    match look.depth {
        Depth::True | Depth::Indexed => Coloring::Theme(look.theme),
        Depth::Sixteen => Coloring::Sixteen,
        Depth::None => Coloring::Off,
    }
}

/// `look` with what the user chose; what the terminal can show stays.
pub const fn chosen(look: Look, coloring: Coloring) -> Look {
    match coloring {
        Coloring::Theme(theme) => Look { theme, ..look },
        Coloring::Sixteen | Coloring::Off => look,
    }
}

/// What is known of the terminal, and what the screen would make of it.
pub fn terminal_facts() -> crate::doctor::Terminal {
    let env = |name: &str| std::env::var(name).ok();
    let says = |name: &str| env(name).filter(|v| !v.is_empty());
    let colours = match depth(Color::Auto, &env) {
        Depth::True => 1 << 24,
        Depth::Indexed => 256,
        Depth::Sixteen => 16,
        Depth::None => 0,
    };
    let out = std::io::IsTerminal::is_terminal(&std::io::stdout());
    crate::doctor::Terminal {
        size: crossterm::terminal::size().ok().filter(|_| out),
        least: LEAST,
        term: says("TERM"),
        colorterm: says("COLORTERM"),
        colours,
        no_color: says("NO_COLOR").is_some(),
        unicode: locale_is_utf8(&env),
    }
}

/// Where a text for the clipboard goes from here; nothing where it is known that there is none.
pub fn clipboard() -> Option<Clipboard> {
    whose_clipboard(&|name| std::env::var(name).ok())
}

fn whose_clipboard(env: Env<'_>) -> Option<Clipboard> {
    let says = |name: &str| env(name).filter(|v| !v.is_empty());
    // tmux and screen stand between the program and any other terminal.
    match () {
        () if says("TMUX").is_some() => Some(Clipboard::Tmux),
        () if says("STY").is_some() => Some(Clipboard::Screen),
        () if says("TERM").as_deref() == Some("linux") => None,
        () if says("SSH_TTY").or(says("SSH_CONNECTION")).is_some() => Some(Clipboard::Ssh),
        () => Some(Clipboard::Terminal),
    }
}

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

fn depth(color: Color, env: Env<'_>) -> Depth {
    let says = |name: &str| env(name).filter(|v| !v.is_empty());
    let term = says("TERM").unwrap_or_default();
    let best = match says("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Depth::True,
        _ if term.contains("256color") => Depth::Indexed,
        _ if term.contains("direct") => Depth::True,
        _ => Depth::Sixteen,
    };
    match color {
        Color::Never => Depth::None,
        Color::Always => best,
        Color::Auto if says("NO_COLOR").is_some() || term == "dumb" => Depth::None,
        Color::Auto => best,
    }
}

/// Whether the locale can show more than ASCII; where nothing is said, it can.
fn locale_is_utf8(env: Env<'_>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env(name).filter(|v| !v.is_empty()));
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(color: Color, vars: &[(&str, &str)]) -> Depth {
        depth(color, &|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_flag_wins_then_no_color_then_the_terminal() {
        let rich = ("COLORTERM", "truecolor");
        assert_eq!(with(Color::Auto, &[rich]), Depth::True);
        assert_eq!(with(Color::Auto, &[rich, ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(with(Color::Auto, &[rich, ("NO_COLOR", "")]), Depth::True);
        assert_eq!(with(Color::Always, &[rich, ("NO_COLOR", "1")]), Depth::True);
        assert_eq!(with(Color::Never, &[rich]), Depth::None);
        assert_eq!(with(Color::Auto, &[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(with(Color::Auto, &[("TERM", "dumb"), rich]), Depth::None);
        assert_eq!(with(Color::Auto, &[("TERM", "linux")]), Depth::Sixteen);
    }

    #[test]
    fn a_theme_can_be_chosen_where_it_shows_and_changes_nothing_else() {
        for depth in [Depth::True, Depth::Indexed] {
            let look = Look { theme: Theme::Light, depth, ascii: true };
            assert_eq!(coloring(look), Coloring::Theme(Theme::Light));
            let other = Coloring::Theme(Theme::ColorBlind);
            assert_eq!(chosen(look, other), Look { theme: Theme::ColorBlind, ..look });
        }
        for (depth, fixed) in [(Depth::Sixteen, Coloring::Sixteen), (Depth::None, Coloring::Off)] {
            let look = Look { theme: Theme::Light, depth, ascii: false };
            assert_eq!(coloring(look), fixed);
            assert_eq!(chosen(look, fixed.next()), look);
        }
    }

    #[test]
    fn a_text_for_the_clipboard_goes_to_what_is_nearest() {
        let whose = |vars: &[(&str, &str)]| {
            whose_clipboard(&|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        let (ssh, tmux) = (("SSH_TTY", "/dev/pts/3"), ("TMUX", "/tmp/tmux-1000/default,1,0"));
        assert_eq!(whose(&[("TERM", "xterm-256color")]), Some(Clipboard::Terminal));
        assert_eq!(whose(&[("TERM", "linux")]), None);
        assert_eq!(whose(&[ssh]), Some(Clipboard::Ssh));
        assert_eq!(whose(&[("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22")]), Some(Clipboard::Ssh));
        assert_eq!(whose(&[ssh, tmux, ("TERM", "tmux-256color")]), Some(Clipboard::Tmux));
        assert_eq!(whose(&[("STY", "81.pts-0"), ("TERM", "screen"), ("TMUX", "")]), Some(Clipboard::Screen));
    }

    #[test]
    fn a_locale_without_utf8_gets_ascii() {
        let utf8 = |vars: &[(&str, &str)]| {
            locale_is_utf8(&|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert!(utf8(&[("LANG", "pt_BR.UTF-8")]));
        assert!(utf8(&[]));
        assert!(!utf8(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
    }
}
