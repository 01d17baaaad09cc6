//! Roles as styles of a terminal: what it can show of a palette's colours.

use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};

pub use crate::palette::Role;
use crate::palette::{TASK_COLORS, Theme, ink_on};
use crate::state::State;
use crate::units::TaskId;

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

    /// Whether symbols alone tell what is drawn.
    pub fn is_plain(self) -> bool {
        self.is_mono() || self.ascii
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

    /// `role` within a body of its own: the same, half way to the ground.
    pub fn within(self, role: Role) -> Style {
        let ink = if self.depth == Depth::Sixteen && role != Role::Accent { Role::Dim } else { role };
        match self.depth {
            Depth::None => mono(role),
            _ => Style::new().fg(self.color(ink)).bg(self.body_color(role)),
        }
    }

    fn body_color(self, role: Role) -> Color {
        match (self.depth, role) {
            (Depth::Sixteen, Role::Accent) => Color::Blue,
            (Depth::Sixteen, _) => Color::DarkGray,
            _ => self.reduce(rgb(self.theme.half(self.theme.color(role)))),
        }
    }

    /// Dark text (or light, whichever reads) on a field of `role`.
    pub fn field(self, role: Role) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::REVERSED),
            Depth::Sixteen => Style::new().fg(Color::Black).bg(self.color(role)),
            _ => {
                let bg = self.theme.color(role);
                Style::new().fg(self.reduce(rgb(ink_on(bg)))).bg(self.color(role))
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
            Depth::Indexed => match role {
                Role::Task(task) => Color::Indexed(indexed_tasks(self.theme)[task.index() % TASK_COLORS]),
                _ => self.reduce(rgb(self.theme.color(role))),
            },
            Depth::True | Depth::None => self.reduce(rgb(self.theme.color(role))),
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
        Role::State(State::Channel) | Role::Behind(State::Channel) => Color::Cyan,
        Role::State(State::Gil) | Role::Behind(State::Gil) => Color::Red,
        Role::State(State::Io) | Role::Behind(State::Io) => Color::Magenta,
        Role::State(State::Sleep) | Role::Behind(State::Sleep) => Color::Blue,
        Role::State(State::Copying) => Color::Gray,
        Role::State(_) | Role::Behind(_) => Color::DarkGray,
        Role::Task(task) => {
            // All that is left when states, alarms and shades have theirs: digits decide.
            let set = [Color::LightCyan, Color::LightMagenta, Color::White, Color::LightBlue];
            set[task.index() % set.len()]
        }
    }
}

/// The tasks' colours where there are 256: for each the nearest that is neither a state's nor an earlier task's.
fn indexed_tasks(theme: Theme) -> &'static [u8; TASK_COLORS] {
    static ALL: LazyLock<[[u8; TASK_COLORS]; Theme::ALL.len()]> = LazyLock::new(|| Theme::ALL.map(choose));
    &ALL[theme as usize]
}

fn choose(theme: Theme) -> [u8; TASK_COLORS] {
    let parts = |color: u32| [16, 8, 0].map(|shift| i32::from((color >> shift) as u8));
    let nearest = |role: Role| {
        let [r, g, b] = parts(theme.color(role)).map(|part| part as u8);
        nearest_indexed(r, g, b)
    };
    let mut taken: Vec<u8> = State::ALL.map(|state| nearest(Role::State(state))).to_vec();
    std::array::from_fn(|task| {
        let wanted = parts(theme.color(Role::Task(TaskId(task as u32))));
        let far = |index: &u8| shown_as(*index).iter().zip(wanted).map(|(a, b)| (a - b).pow(2)).sum::<i32>();
        let free = (16..=u8::MAX).filter(|index| !taken.contains(index)).min_by_key(far).unwrap_or(u8::MAX);
        taken.push(free);
        free
    })
}

const STEPS: [i32; 6] = [0, 95, 135, 175, 215, 255];

/// Red, green and blue of the colour with this index, from 16 on.
fn shown_as(index: u8) -> [i32; 3] {
    match index {
        grey @ 232.. => [8 + 10 * i32::from(grey - 232); 3],
        cube => [36, 6, 1].map(|step| STEPS[usize::from(cube.saturating_sub(16) / step % 6)]),
    }
}

/// The index of the nearest colour in the 6 x 6 x 6 cube and the 24 greys.
fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
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

    #[test]
    fn with_256_colours_every_task_still_has_its_own() {
        for theme in Theme::ALL {
            let look = Look { theme, depth: Depth::Indexed, ascii: false };
            let states = State::ALL.map(|state| look.color(Role::State(state)));
            let tasks: Vec<Color> = (0..TASK_COLORS as u32).map(|n| look.color(Role::Task(TaskId(n)))).collect();
            for (n, color) in tasks.iter().enumerate() {
                assert!(!tasks[..n].contains(color) && !states.contains(color), "{}: task {n}", theme.name());
            }
        }
    }

    #[test]
    fn with_few_colours_a_wait_for_a_queue_still_has_its_own() {
        for (theme, depth) in Theme::ALL.into_iter().flat_map(|t| [(t, Depth::Indexed), (t, Depth::Sixteen)]) {
            let look = Look { theme, depth, ascii: false };
            for other in State::ALL.into_iter().filter(|state| *state != State::Channel) {
                let [own, like] = [State::Channel, other].map(|state| look.color(Role::State(state)));
                assert!(own != like, "{}, {depth:?}: {other:?}", theme.name());
            }
        }
    }

    #[test]
    fn an_index_is_the_nearest_to_its_own_colour() {
        for index in 16..=u8::MAX {
            let [r, g, b] = shown_as(index);
            let found = nearest_indexed(r as u8, g as u8, b as u8);
            assert_eq!(shown_as(found), [r, g, b], "{index}");
        }
    }

    #[test]
    fn with_16_colours_no_task_looks_like_a_state() {
        let look = Look { depth: Depth::Sixteen, ..Look::default() };
        let states = State::ALL.map(|state| look.color(Role::State(state)));
        for task in 0..TASK_COLORS as u32 {
            assert!(!states.contains(&look.color(Role::Task(TaskId(task)))), "task {task}");
        }
    }
}
