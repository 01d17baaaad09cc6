//! Colours by role. Nobody else in the program names a colour.
//!
//! The set of state colours and the set of task colours do not meet; green means running and nothing else.

use ratatui::style::{Color, Modifier, Style};

use crate::settings::Theme;
use crate::state::State;
use crate::units::TaskId;

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What is read first.
    Text,
    /// What is read next.
    Dim,
    /// Lines and marks that must not shout.
    Faint,
    /// What can be pressed, and what is chosen.
    Accent,
    /// Bars of the scoreboard that are not the current one.
    Bar,
    /// A state, at full strength.
    State(State),
    /// A state behind a folded column.
    Behind(State),
    /// A task's own colour.
    Task(TaskId),
    /// The same, half way to the ground: it is there without computing, or another one is looked at.
    Shade(TaskId),
    /// Something went wrong.
    Alarm,
}

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
    /// How many of them.
    pub depth: Depth,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
}

const fn rgb(hex: u32) -> Color {
    Color::Rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const TASKS_DARK: [u32; 6] = [0x0056_b4e9, 0x00e6_9f00, 0x00cc_79a7, 0x00f0_e442, 0x00c8_d0da, 0x0038_c7c7];
const TASKS_LIGHT: [u32; 6] = [0x0000_72b2, 0x00b8_6f00, 0x00a8_4f86, 0x0079_6f00, 0x0055_606c, 0x0000_7c80];

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
                let bg = self.exact(role);
                let ink = if luminance(bg) > 0.18 { rgb(0x000b_0e12) } else { rgb(0x00ff_ffff) };
                Style::new().fg(self.reduce(ink)).bg(self.reduce(bg))
            }
        }
    }

    /// The strip of the header and the footer.
    pub fn strip(self) -> Style {
        match (self.depth, self.theme) {
            (Depth::None | Depth::Sixteen, _) => Style::new(),
            (_, Theme::Light) => Style::new().bg(self.reduce(rgb(0x00e8_ecf1))),
            (_, Theme::HighContrast) => Style::new().bg(self.reduce(rgb(0x0022_2222))),
            _ => Style::new().bg(self.reduce(rgb(0x001b_222c))),
        }
    }

    /// The whole screen's ground.
    pub fn ground(self) -> Style {
        match (self.depth, self.theme) {
            (Depth::None | Depth::Sixteen, _) => Style::new(),
            (_, Theme::Light) => self.pair(0x001b_1f24, 0x00ff_ffff),
            (_, Theme::HighContrast) => self.pair(0x00ff_ffff, 0x0000_0000),
            _ => self.pair(0x00d7_dee7, 0x000f_1318),
        }
    }

    fn pair(self, fg: u32, bg: u32) -> Style {
        Style::new().fg(self.reduce(rgb(fg))).bg(self.reduce(rgb(bg)))
    }

    fn color(self, role: Role) -> Color {
        match self.depth {
            Depth::Sixteen => ansi(role),
            _ => self.reduce(self.exact(role)),
        }
    }

    fn reduce(self, color: Color) -> Color {
        match (self.depth, color) {
            (Depth::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed(r, g, b)),
            _ => color,
        }
    }

    fn exact(self, role: Role) -> Color {
        match role {
            Role::State(state) => rgb(self.state(state)),
            Role::Behind(state) => behind(self.state(state), self.theme),
            Role::Task(task) => rgb(self.task(task)),
            Role::Shade(task) => behind(self.task(task), self.theme),
            Role::Text => self.by(0x00e6_ebf1, 0x0014_181d, 0x00ff_ffff),
            Role::Dim => self.by(0x009a_a6b2, 0x0055_5f6b, 0x00d0_d0d0),
            Role::Faint => self.by(0x0058_6370, 0x009a_a4ae, 0x0090_9090),
            Role::Accent => self.by(0x0058_a6ff, 0x0009_5fc4, 0x0066_c2ff),
            Role::Bar => self.by(0x0066_7482, 0x0092_9eab, 0x00a8_a8a8),
            Role::Alarm => self.by(0x00ff_7b72, 0x00b4_2318, 0x00ff_8080),
        }
    }

    fn task(self, task: TaskId) -> u32 {
        let set = if self.theme == Theme::Light { TASKS_LIGHT } else { TASKS_DARK };
        set[task.index() % set.len()]
    }

    fn by(self, dark: u32, light: u32, contrast: u32) -> Color {
        rgb(match self.theme {
            Theme::Dark | Theme::ColorBlind => dark,
            Theme::Light => light,
            Theme::HighContrast => contrast,
        })
    }

    fn state(self, state: State) -> u32 {
        match self.theme {
            Theme::Dark => match state {
                State::Running => 0x002f_b47f,
                State::Ready => 0x00a8_7d45,
                State::Preempted => 0x00cf_a63a,
                State::Lock => 0x00e5_534b,
                State::Gil => 0x00b0_3a60,
                State::Io => 0x00a7_7be8,
                State::Sleep => 0x003f_7fd0,
                State::Copying => 0x00e0_c878,
                State::Starting => 0x0080_8b97,
                State::Queued | State::Ended => 0x0062_6d79,
            },
            Theme::Light => match state {
                State::Running => 0x0016_8a5b,
                State::Ready => 0x0091_6326,
                State::Preempted => 0x0096_7600,
                State::Lock => 0x00c8_3a32,
                State::Gil => 0x009c_2450,
                State::Io => 0x0077_46c4,
                State::Sleep => 0x002b_66b8,
                State::Copying => 0x008a_7430,
                State::Starting => 0x006f_7a86,
                State::Queued | State::Ended => 0x0086_909b,
            },
            Theme::HighContrast => match state {
                State::Running => 0x0000_e676,
                State::Ready => 0x00d9_9a4e,
                State::Preempted => 0x00ff_e04d,
                State::Lock => 0x00ff_5a4f,
                State::Gil => 0x00ff_3d7f,
                State::Io => 0x00c9_9bff,
                State::Sleep => 0x005a_a9ff,
                State::Copying => 0x00ff_e7a0,
                State::Starting => 0x00b4_b4b4,
                State::Queued | State::Ended => 0x0090_9090,
            },
            Theme::ColorBlind => match state {
                State::Running => 0x0000_b384,
                State::Ready => 0x00a8_7a4a,
                State::Preempted => 0x00c9_a400,
                State::Lock => 0x00d5_5e00,
                State::Gil => 0x00c0_5a2a,
                State::Io => 0x00cc_79a7,
                State::Sleep => 0x0056_9fd8,
                State::Copying => 0x00e6_cf9a,
                State::Starting => 0x0080_8b97,
                State::Queued | State::Ended => 0x0062_6d79,
            },
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

/// A state's colour where it stands behind a share at work: half way to the ground.
fn behind(hex: u32, theme: Theme) -> Color {
    let ground = match theme {
        Theme::Light => 0x00ff_ffff,
        Theme::HighContrast => 0,
        _ => 0x000f_1318,
    };
    let mix = |shift: u32| {
        let (a, b) = ((hex >> shift) & 0xff, (ground >> shift) & 0xff);
        ((a * 50 + b * 50) / 100) << shift
    };
    rgb(mix(16) | mix(8) | mix(0))
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

/// Relative luminance, as the web's contrast rules define it.
pub fn luminance(color: Color) -> f64 {
    let Color::Rgb(r, g, b) = color else { return 0.0 };
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// The nearest of the 6 x 6 x 6 cube and the 24 greys.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_theme_can_be_read() {
        for theme in Theme::ALL {
            let name = theme.name();
            let look = Look { theme, ..Look::default() };
            let ground = look.ground().bg.expect("a ground");
            for state in State::ALL {
                let ratio = contrast(look.exact(Role::State(state)), ground);
                assert!(ratio >= 3.0, "{name}: {state:?} has {ratio:.2}:1");
            }
            for role in [Role::Text, Role::Dim, Role::Accent, Role::Alarm] {
                let ratio = contrast(look.exact(role), ground);
                assert!(ratio >= 4.5, "{name}: {role:?} has {ratio:.2}:1");
            }
            for task in 0..6 {
                let field = look.field(Role::Task(TaskId(task)));
                let ratio = contrast(field.fg.expect("ink"), field.bg.expect("a field"));
                assert!(ratio >= 4.5, "{name}: task {task} has {ratio:.2}:1");
            }
        }
    }

    #[test]
    fn state_and_task_colours_do_not_meet() {
        for theme in Theme::ALL.into_iter().filter(|t| *t != Theme::ColorBlind) {
            let name = theme.name();
            let look = Look { theme, ..Look::default() };
            for state in State::ALL {
                for task in 0..6 {
                    assert_ne!(
                        look.exact(Role::State(state)),
                        look.exact(Role::Task(TaskId(task))),
                        "{name} {state:?}"
                    );
                }
            }
        }
    }
}
