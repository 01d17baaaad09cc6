//! Colours by role, as red, green and blue. Knows neither terminals nor pictures: each of them takes what it can show.
//!
//! The set of state colours and the set of task colours do not meet; green means running and nothing else. Tasks have no
//! other sign than their colour where they stand beside each other, so any two of their colours, and any of them and a
//! state's, are far apart also for people who see fewer colours. States have shapes and letters too.

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
    /// A state, half way to the ground.
    Behind(State),
    /// A task's own colour.
    Task(TaskId),
    /// A task's colour, half way to the ground: the task is on a core without computing, or another task is looked at.
    Shade(TaskId),
    /// Something went wrong.
    Alarm,
}

impl Role {
    /// What a state is drawn in. A wait for a queue or for something outside that holds no worker is dim, and so is what
    /// no worker has taken up; a wait that holds one is bright, and so is a wait for a core, a lock or a turn.
    pub const fn of(state: State, holds: bool) -> Role {
        match state {
            State::Channel | State::Io | State::Sleep if !holds => Role::Behind(state),
            State::Unknown | State::Queued if !holds => Role::Behind(state),
            State::Channel | State::Io | State::Sleep | State::Unknown | State::Queued => Role::State(state),
            State::Ready | State::Preempted | State::Lock | State::Gil => Role::State(state),
            State::Running | State::Copying | State::Starting | State::Ended => Role::State(state),
        }
    }
}

/// The states of a column, from the bottom up: work, then waits, then what has not begun. So the upper end of the waits
/// is how many tasks are under way.
pub const STACK: [State; State::COUNT] = [
    State::Running,
    State::Copying,
    State::Preempted,
    State::Ready,
    State::Gil,
    State::Lock,
    State::Channel,
    State::Io,
    State::Sleep,
    State::Unknown,
    State::Starting,
    State::Queued,
];

/// How many tasks in a row have different colours; then the colours come again.
pub const TASK_COLORS: usize = 12;

type Tasks = [u32; TASK_COLORS];

// Found by a search for the largest least distance; the first ones of each set are the furthest apart.
const TASKS_DARK: Tasks = [
    0x0040_c5ff,
    0x00ba_681b,
    0x00cb_f561,
    0x00a4_39ac,
    0x00f7_e8ba,
    0x006a_fadd,
    0x00f8_ac22,
    0x00ca_b5de,
    0x00e8_7b76,
    0x0068_5edd,
    0x00b5_f0ff,
    0x0098_c9ae,
];
const TASKS_LIGHT: Tasks = [
    0x000f_80fc,
    0x00d1_7171,
    0x0024_452d,
    0x00b1_75e4,
    0x005d_3400,
    0x0095_1d97,
    0x00c4_63b2,
    0x0005_2f9e,
    0x0075_0020,
    0x0070_4a7c,
    0x006c_0f4c,
    0x0054_1e70,
];
const TASKS_CONTRAST: Tasks = [
    0x009b_c0e8,
    0x00e3_7c18,
    0x00bb_0abd,
    0x00d8_fc0b,
    0x00db_b394,
    0x0010_73d7,
    0x00d4_0300,
    0x00c2_f3d1,
    0x0087_62ff,
    0x00be_86b8,
    0x0070_f6ff,
    0x00ad_4eaa,
];
const TASKS_BLIND: Tasks = [
    0x0032_cffe,
    0x00ec_8d41,
    0x00af_459e,
    0x00ea_f19b,
    0x007b_74f3,
    0x0090_c6b1,
    0x00c1_a5d1,
    0x000e_ffe3,
    0x00b5_db44,
    0x001e_75c7,
    0x00ba_e4ff,
    0x00fb_c471,
];

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
        let set = match self {
            Theme::Dark => TASKS_DARK,
            Theme::Light => TASKS_LIGHT,
            Theme::HighContrast => TASKS_CONTRAST,
            Theme::ColorBlind => TASKS_BLIND,
        };
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
                State::Channel => 0x001c_8f8a,
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
                State::Channel => 0x0004_695e,
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
                State::Channel => 0x0005_9380,
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
                State::Channel => 0x0000_7a68,
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
    0.2126 * linear(color, 16) + 0.7152 * linear(color, 8) + 0.0722 * linear(color, 0)
}

/// The part of `0xRRGGBB` at `shift`, as a share of the most light.
fn linear(color: u32, shift: u32) -> f64 {
    let c = f64::from((color >> shift) & 0xff) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn a_stack_has_every_state_once_and_what_has_not_begun_on_top() {
        let mut states = STACK;
        states.sort_unstable();
        assert_eq!(states, State::ALL);
        assert!(STACK.is_sorted_by_key(|state| !state.is_in_flight()));
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

    /// How people see: as most do, and without one of the three kinds of cones. The matrices are those of Machado,
    /// Oliveira and Fernandes (2009) for a cone that is missing altogether, on linear red, green and blue.
    const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
        ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    fn times(matrix: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
    }

    /// A color in CIE Lab under daylight (D65), as somebody sees it.
    fn lab(color: u32, sight: &[[f64; 3]; 3]) -> [f64; 3] {
        let seen = times(sight, [16, 8, 0].map(|shift| linear(color, shift))).map(|c| c.clamp(0.0, 1.0));
        let xyz = times(
            &[
                [0.412_456_4, 0.357_576_1, 0.180_437_5],
                [0.212_672_9, 0.715_152_2, 0.072_175_0],
                [0.019_333_9, 0.119_192_0, 0.950_304_1],
            ],
            seen,
        );
        let bent = |t: f64| if t > 216.0 / 24_389.0 { t.cbrt() } else { (24_389.0 / 27.0 * t + 16.0) / 116.0 };
        let [x, y, z] = [bent(xyz[0] / 0.950_47), bent(xyz[1]), bent(xyz[2] / 1.088_83)];
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// How far apart two colours look (CIE76).
    fn distance(a: u32, b: u32, sight: &[[f64; 3]; 3]) -> f64 {
        lab(a, sight).iter().zip(lab(b, sight)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn distances_are_those_of_the_definition() {
        let all = &SIGHTS[0].1;
        assert!((distance(0, 0x00ff_ffff, all) - 100.0).abs() < 0.01, "black and white");
        // Red lies at L 53.24, a 80.09, b 67.20.
        let red = lab(0x00ff_0000, all);
        assert!(red.iter().zip([53.24, 80.09, 67.20]).all(|(a, b)| (a - b).abs() < 0.02), "{red:?}");
        let (red, green) = (0x00c0_4000, 0x0060_8000);
        let [seen, without] = [&SIGHTS[0].1, &SIGHTS[2].1].map(|sight| distance(red, green, sight));
        assert!(without < seen / 3.0, "red and green: {seen} and {without}");
    }

    /// Where waits for a queue share a column with work, they stand upon it: green and teal touch.
    #[test]
    fn a_wait_for_a_queue_looks_like_no_other_state_and_for_nobody_like_work() {
        for theme in Theme::ALL {
            let color = |state| theme.color(Role::State(state));
            let others = State::ALL.into_iter().filter(|state| *state != State::Channel);
            for other in others {
                let apart = distance(color(State::Channel), color(other), &SIGHTS[0].1);
                assert!(apart >= 20.0, "{}: {other:?}: {apart:.1}", theme.name());
            }
            for (sight, matrix) in &SIGHTS {
                let apart = distance(color(State::Channel), color(State::Running), matrix);
                assert!(apart >= 12.0, "{}, {sight}: {apart:.1}", theme.name());
            }
        }
    }

    /// Every colour in which a task is drawn can be told from that of any other task and of any state, whether that is
    /// drawn at full strength or half way to the ground.
    #[test]
    fn a_tasks_colour_is_like_no_other() {
        for theme in Theme::ALL {
            let task = |n: usize| (format!("task {}", n + 1), theme.color(Role::Task(TaskId(n as u32))));
            let state =
                |s: State| [(s.name().to_owned(), Role::State(s)), (format!("{} behind", s.name()), Role::Behind(s))];
            let states: Vec<_> =
                State::ALL.into_iter().flat_map(state).map(|(name, role)| (name, theme.color(role))).collect();
            for n in 0..TASK_COLORS {
                let (name, color) = task(n);
                let ratio = contrast(color, theme.ground());
                assert!(ratio >= 3.0, "{}: {name} has {ratio:.2}:1", theme.name());
                for (other, like) in (0..n).map(task).chain(states.iter().cloned()) {
                    for (sight, matrix) in &SIGHTS {
                        let apart = distance(color, like, matrix);
                        assert!(apart >= 12.0, "{}, {sight}: {name} and {other}: {apart:.1}", theme.name());
                    }
                }
            }
        }
    }
}
