//! Colours by role, as red, green and blue. Knows neither terminals nor pictures: each of them takes what it can show.
//!
//! The set of state colours and the set of task colours do not meet; green means running and nothing else.

use crate::state::State;
use crate::units::TaskId;

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// For projectors.
    HighContrast,
    /// Colours that everybody can tell apart, also people who see fewer colours.
    ColorBlind,
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A task's colour, half way to the ground: the task is on a core without computing, or another task is looked at.
    Shade(TaskId),
    /// Something went wrong.
    Alarm,
}

const TASKS_DARK: [u32; 6] = [0x0056_b4e9, 0x00e6_9f00, 0x00cc_79a7, 0x00f0_e442, 0x00c8_d0da, 0x0038_c7c7];
const TASKS_LIGHT: [u32; 6] = [0x0000_72b2, 0x00b8_6f00, 0x00a8_4f86, 0x0079_6f00, 0x0055_606c, 0x0000_7c80];

/// How many tasks in a row have different colours; then the colours come again.
pub const TASK_COLORS: usize = TASKS_DARK.len();

impl Theme {
    /// All there are.
    pub const ALL: [Theme; 4] = [Theme::Dark, Theme::Light, Theme::HighContrast, Theme::ColorBlind];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::HighContrast => "high-contrast",
            Theme::ColorBlind => "color-blind",
        }
    }

    /// The colour of `role`, as `0xRRGGBB`.
    pub const fn color(self, role: Role) -> u32 {
        match role {
            Role::State(state) => self.state(state),
            Role::Behind(state) => self.half(self.state(state)),
            Role::Task(task) => self.task(task),
            Role::Shade(task) => self.half(self.task(task)),
            Role::Text => self.by(0x00e6_ebf1, 0x0014_181d, 0x00ff_ffff),
            Role::Dim => self.by(0x009a_a6b2, 0x0055_5f6b, 0x00d0_d0d0),
            Role::Faint => self.by(0x0058_6370, 0x009a_a4ae, 0x0090_9090),
            Role::Accent => self.by(0x0058_a6ff, 0x0009_5fc4, 0x0066_c2ff),
            Role::Bar => self.by(0x0066_7482, 0x0092_9eab, 0x00a8_a8a8),
            Role::Alarm => self.by(0x00ff_7b72, 0x00b4_2318, 0x00ff_8080),
        }
    }

    /// The background, as `0xRRGGBB`.
    pub const fn ground(self) -> u32 {
        self.by(0x000f_1318, 0x00ff_ffff, 0)
    }

    /// The usual colour of text on the background, as `0xRRGGBB`.
    pub const fn on_ground(self) -> u32 {
        self.by(0x00d7_dee7, 0x001b_1f24, 0x00ff_ffff)
    }

    /// A second background that can be told from the first: for the strip of a header, a field behind figures.
    pub const fn strip(self) -> u32 {
        self.by(0x001b_222c, 0x00e8_ecf1, 0x0022_2222)
    }

    /// Half way from `color` to the ground.
    pub const fn half(self, color: u32) -> u32 {
        let ground = self.ground();
        // Each part by itself, so that nothing is carried from one into the next.
        let parts = [16u32, 8, 0];
        let (mut sum, mut i) = (0, 0);
        while i < parts.len() {
            let (a, b) = ((color >> parts[i]) & 0xff, (ground >> parts[i]) & 0xff);
            sum |= ((a * 50 + b * 50) / 100) << parts[i];
            i += 1;
        }
        sum
    }

    const fn task(self, task: TaskId) -> u32 {
        let set = if matches!(self, Theme::Light) { TASKS_LIGHT } else { TASKS_DARK };
        set[task.0 as usize % set.len()]
    }

    const fn by(self, dark: u32, light: u32, contrast: u32) -> u32 {
        match self {
            Theme::Dark | Theme::ColorBlind => dark,
            Theme::Light => light,
            Theme::HighContrast => contrast,
        }
    }

    const fn state(self, state: State) -> u32 {
        match self {
            Theme::Dark => match state {
                State::Running => 0x002f_b47f,
                State::Ready => 0x00a8_7d45,
                State::Preempted => 0x00cf_a63a,
                State::Lock => 0x00e5_534b,
                State::Gil => 0x00b0_3a60,
                State::Io => 0x00a7_7be8,
                State::Sleep => 0x003f_7fd0,
                State::Unknown => 0x008f_8f8f,
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
                State::Unknown => 0x006b_6b6b,
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
                State::Unknown => 0x00c8_c8c8,
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
                State::Unknown => 0x008f_8f8f,
                State::Copying => 0x00e6_cf9a,
                State::Starting => 0x0080_8b97,
                State::Queued | State::Ended => 0x0062_6d79,
            },
        }
    }
}

/// Dark or white, whichever reads better on a field of `color`.
pub fn ink_on(color: u32) -> u32 {
    if luminance(color) > 0.18 { 0x000b_0e12 } else { 0x00ff_ffff }
}

/// Relative luminance of `0xRRGGBB`, as the web's contrast rules define it.
pub fn luminance(color: u32) -> f64 {
    let linear = |shift: u32| {
        let c = f64::from((color >> shift) & 0xff) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_theme_can_be_read() {
        for theme in Theme::ALL {
            let name = theme.name();
            for state in State::ALL {
                let ratio = contrast(theme.color(Role::State(state)), theme.ground());
                assert!(ratio >= 3.0, "{name}: {state:?} has {ratio:.2}:1");
            }
            for role in [Role::Text, Role::Dim, Role::Accent, Role::Alarm] {
                let ratio = contrast(theme.color(role), theme.ground());
                assert!(ratio >= 4.5, "{name}: {role:?} has {ratio:.2}:1");
            }
            for task in 0..TASK_COLORS as u32 {
                let field = theme.color(Role::Task(TaskId(task)));
                let ratio = contrast(ink_on(field), field);
                assert!(ratio >= 4.5, "{name}: task {task} has {ratio:.2}:1");
            }
        }
    }

    #[test]
    fn state_and_task_colours_do_not_meet() {
        for theme in Theme::ALL.into_iter().filter(|t| *t != Theme::ColorBlind) {
            for state in State::ALL {
                for task in 0..TASK_COLORS as u32 {
                    let (state, task) = (Role::State(state), Role::Task(TaskId(task)));
                    assert_ne!(theme.color(state), theme.color(task), "{} {state:?}", theme.name());
                }
            }
        }
    }
}
