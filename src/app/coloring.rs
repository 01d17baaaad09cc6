//! Which colours the screen is drawn in. What the terminal can show is told from outside; the theme is the user's choice.

use crate::palette::Theme;
use crate::text;

/// Which colours the screen is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coloring {
    /// Those of a theme.
    Theme(Theme),
    /// The terminal's own sixteen, which are the same in every theme.
    Sixteen,
    /// None.
    Off,
}

impl Default for Coloring {
    fn default() -> Coloring {
        Coloring::Theme(Theme::default())
    }
}

impl Coloring {
    /// The next theme, after the last one the first again. Without themes nothing changes.
    #[must_use]
    pub fn next(self) -> Coloring {
        match self {
            Coloring::Theme(theme) => {
                let place = Theme::ALL.iter().position(|known| *known == theme).map_or(0, |place| place + 1);
                Coloring::Theme(Theme::ALL[place % Theme::ALL.len()])
            }
            Coloring::Sixteen | Coloring::Off => self,
        }
    }

    /// What is said of it.
    pub fn text(self) -> String {
        match self {
            Coloring::Theme(theme) => text::screen::theme(theme.name()),
            Coloring::Sixteen => text::screen::no_theme(true).to_owned(),
            Coloring::Off => text::screen::no_theme(false).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_through_all_themes_and_begins_again() {
        let mut here = Coloring::default();
        let mut seen = Vec::new();
        for _ in Theme::ALL {
            seen.push(here);
            here = here.next();
        }
        assert_eq!(seen, Theme::ALL.map(Coloring::Theme));
        assert_eq!(here, Coloring::default());
        assert_eq!(Coloring::Off.next(), Coloring::Off);
        assert_eq!(Coloring::Sixteen.next(), Coloring::Sixteen);
    }
}
