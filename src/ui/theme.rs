//! Roles as styles of a terminal: what it can show of a palette's colours.

use ratatui::style::{Color, Modifier, Style};

pub use crate::palette::Role;
use crate::palette::{Theme, ink_on};
use crate::state::State;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 16 million.
    #[default]
    True,
    /// 256.
    Indexed,
    /// 16.
    Sixteen,
    /// None: shapes and letters tell everything.
    None,
}

/// How the screen looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Which colours.
    pub theme: Theme,
    /// How many colours the terminal has.
    pub depth: Depth,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
}

const fn rgb(hex: u32) -> Color {
    Color::Rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Look {
    /// Whether there is no colour at all.
    pub fn is_mono(self) -> bool {
        self.depth == Depth::None
    }

    /// Text in `role`.
    pub fn fg(self, role: Role) -> Style {
        match self.depth {
            Depth::None => mono(role),
            _ => Style::new().fg(self.color(role)),
        }
    }

    /// `role` in front of `behind`.
    pub fn on(self, role: Role, behind: Role) -> Style {
        match self.depth {
            Depth::None => mono(role),
            _ => Style::new().fg(self.color(role)).bg(self.color(behind)),
        }
    }

    /// Dark text (or light, whichever reads) on a field of `role`.
    pub fn field(self, role: Role) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::REVERSED),
            Depth::Sixteen => Style::new().fg(Color::Black).bg(self.color(role)),
            _ => {
                let bg = self.theme.color(role);
                self.pair(ink_on(bg), bg)
            }
        }
    }

    /// The strip of the header and the footer.
    pub fn strip(self) -> Style {
        match self.depth {
            Depth::None | Depth::Sixteen => Style::new(),
            Depth::True | Depth::Indexed => Style::new().bg(self.reduce(rgb(self.theme.strip()))),
        }
    }

    /// The whole screen's ground.
    pub fn ground(self) -> Style {
        match self.depth {
            Depth::None | Depth::Sixteen => Style::new(),
            Depth::True | Depth::Indexed => self.pair(self.theme.on_ground(), self.theme.ground()),
        }
    }

    fn pair(self, fg: u32, bg: u32) -> Style {
        Style::new().fg(self.reduce(rgb(fg))).bg(self.reduce(rgb(bg)))
    }

    fn color(self, role: Role) -> Color {
        match self.depth {
            Depth::Sixteen => ansi(role),
            _ => self.reduce(rgb(self.theme.color(role))),
        }
    }

    fn reduce(self, color: Color) -> Color {
        match (self.depth, color) {
            (Depth::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed(r, g, b)),
            _ => color,
        }
    }
}

/// Without colour only weight is left.
fn mono(role: Role) -> Style {
    match role {
        Role::Accent | Role::Alarm => Style::new().add_modifier(Modifier::BOLD),
        Role::Faint | Role::Shade(_) => Style::new().add_modifier(Modifier::DIM),
        _ => Style::new(),
    }
}

fn ansi(role: Role) -> Color {
    match role {
        Role::Text => Color::White,
        Role::Dim => Color::Gray,
        Role::Faint | Role::Bar | Role::Shade(_) => Color::DarkGray,
        Role::Accent => Color::LightBlue,
        Role::Alarm => Color::LightRed,
        Role::State(State::Running) => Color::Green,
        Role::State(State::Ready) => Color::Yellow,
        Role::State(State::Preempted) => Color::LightYellow,
        Role::State(State::Lock) => Color::LightRed,
        Role::State(State::Gil) | Role::Behind(State::Gil) => Color::Red,
        Role::State(State::Io) | Role::Behind(State::Io) => Color::Magenta,
        Role::State(State::Sleep) | Role::Behind(State::Sleep) => Color::Blue,
        Role::State(State::Copying) => Color::LightYellow,
        Role::State(_) | Role::Behind(_) => Color::DarkGray,
        Role::Task(task) => {
            let set =
                [Color::LightCyan, Color::Yellow, Color::LightMagenta, Color::LightYellow, Color::White, Color::Cyan];
            set[task.index() % set.len()]
        }
    }
}

/// The index of the nearest colour in the 6 x 6 x 6 cube and the 24 greys.
fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [i32; 6] = [0, 95, 135, 175, 215, 255];
    let near = |v: u8| (0..6usize).min_by_key(|i| (STEPS[*i] - i32::from(v)).abs()).unwrap_or(0);
    let distance = |x: i32, y: i32, z: i32| {
        let (dr, dg, db) = (x - i32::from(r), y - i32::from(g), z - i32::from(b));
        dr * dr + dg * dg + db * db
    };
    let (ri, gi, bi) = (near(r), near(g), near(b));
    let cube = distance(STEPS[ri], STEPS[gi], STEPS[bi]);
    let grey = (0..24).min_by_key(|i| distance(8 + 10 * i, 8 + 10 * i, 8 + 10 * i)).unwrap_or(0);
    let level = 8 + 10 * grey;
    if distance(level, level, level) < cube { (232 + grey) as u8 } else { (16 + 36 * ri + 6 * gi + bi) as u8 }
}
