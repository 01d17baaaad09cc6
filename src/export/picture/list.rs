//! The display list: what a picture is made of, in roles of colour and at places in pixels, without saying in which
//! format.

use crate::palette::{Role, TASK_COLORS, Theme, ink_on};
use crate::units::{Ns, TaskId};

/// What something is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ink {
    /// The picture's ground.
    Ground,
    /// A ground that is told from it: the head of the picture, the lines of the axis.
    Strip,
    /// The colour of this role.
    Role(Role),
    /// The body of something in the role's colour: half way from the ground to it.
    Body(Role),
    /// A little of the role's colour: a quarter of the way from the ground to it.
    Tint(Role),
    /// The colour of text that can be read on a field in the role's colour.
    On(Role),
}

impl From<Role> for Ink {
    fn from(role: Role) -> Ink {
        Ink::Role(role)
    }
}

impl Ink {
    /// The colour in `theme`, as `0xRRGGBB`.
    pub fn color(self, theme: Theme) -> u32 {
        match self {
            Ink::Ground => theme.ground(),
            Ink::Strip => theme.strip(),
            Ink::Role(role) => theme.color(role),
            Ink::Body(role) => theme.half(theme.color(role)),
            Ink::Tint(role) => theme.half(theme.half(theme.color(role))),
            Ink::On(role) => ink_on(theme.color(role)),
        }
    }

    /// A name that two inks have only if they look the same.
    pub fn name(self) -> String {
        match self {
            Ink::Ground => "ground".to_owned(),
            Ink::Strip => "strip".to_owned(),
            Ink::Role(role) => name(role),
            Ink::Body(role) => format!("{}-body", name(role)),
            Ink::Tint(role) => format!("{}-tint", name(role)),
            Ink::On(role) => format!("on-{}", name(role)),
        }
    }
}

fn name(role: Role) -> String {
    let task = |TaskId(task): TaskId| task as usize % TASK_COLORS + 1;
    match role {
        Role::Text => "text".to_owned(),
        Role::Dim => "dim".to_owned(),
        Role::Faint => "faint".to_owned(),
        Role::Accent => "accent".to_owned(),
        Role::Bar => "bar".to_owned(),
        Role::Alarm => "alarm".to_owned(),
        Role::State(state) => state.name().to_owned(),
        Role::Behind(state) => format!("{}-behind", state.name()),
        Role::Task(id) => format!("task-{}", task(id)),
        Role::Shade(id) => format!("task-{}-behind", task(id)),
    }
}

/// How a shape is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fill {
    /// With ink everywhere.
    Solid(Ink),
    /// With dots on a tinted ground, which hides what is behind it: a worker is being created.
    Dotted(Ink),
    /// With slanted lines, which show what is behind them: a stretch of which nothing is known.
    Hatched(Ink),
}

impl Fill {
    /// Its ink.
    pub const fn ink(self) -> Ink {
        match self {
            Fill::Solid(ink) | Fill::Dotted(ink) | Fill::Hatched(ink) => ink,
        }
    }

    /// The ink of a letter that stands for it. A dim colour is for areas: a letter in it could not be read.
    pub const fn letter(self) -> Ink {
        match self.ink() {
            Ink::Role(Role::Behind(state)) => Ink::Role(Role::State(state)),
            ink => ink,
        }
    }

    /// The ink of the ground that its dots stand on.
    pub const fn ground(self) -> Ink {
        match self.ink() {
            Ink::Role(role) => Ink::Tint(role),
            _ => Ink::Ground,
        }
    }
}

/// Side of the tile that dots repeat in, side of a dot, and where the two dots of a tile stand; in pixels.
pub const DOTS: (f64, f64, [(f64, f64); 2]) = (6.0, 2.0, [(0.0, 1.0), (3.0, 4.0)]);
/// Side of the tile that slanted lines repeat in, and how thick they are across; in pixels.
pub const HATCH: (f64, f64) = (8.0, 2.0);

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its begin.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Where its anchor stands, and its base line, in pixels.
    pub at: (f64, f64),
    /// Which part of the text stands there.
    pub anchor: Anchor,
    /// The size of the font in pixels.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour.
    pub ink: Ink,
    /// What it says.
    pub text: String,
}

/// The width of a character of the fonts, as part of their size.
pub const ADVANCE: f64 = 0.6;

/// The width of `text` in a font of `size`.
pub fn width_of(text: &str, size: f64) -> f64 {
    unicode_width::UnicodeWidthStr::width(text) as f64 * ADVANCE * size
}

/// A step of a staircase: the next columns are filled from the bottom up to `top`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stair {
    /// How many columns.
    pub columns: u32,
    /// How high, in the units of the lane; 0 where there is nothing.
    pub top: u32,
}

/// A staircase: one kind of time in every column of a lane, together with all that lies below it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stairs {
    /// How it is filled.
    pub fill: Fill,
    /// The columns, from the left.
    pub steps: Vec<Stair>,
}

/// One lane: staircases, the highest first; each is drawn over those before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its lower left corner.
    pub at: (f64, f64),
    /// The width of a column and the height of a unit.
    pub scale: (f64, f64),
    /// What the lane shows.
    pub name: String,
    /// The instant at its left edge, and how much time a column is.
    pub time: (Ns, Ns),
    /// The staircases.
    pub stairs: Vec<Stairs>,
}

/// Something drawn. Places and sizes are in pixels from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A rectangle: its corner, its size.
    Rect((f64, f64), (f64, f64), Fill),
    /// A closed shape.
    Shape(Vec<(f64, f64)>, Fill),
    /// A dotted line, level or upright, from one point to the other, with its thickness.
    Dots((f64, f64), (f64, f64), f64, Ink),
    /// A line of text.
    Words(Words),
    /// A lane.
    Lane(Lane),
}

/// A picture, to be written in one format or another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// Its width and height in pixels.
    pub size: (f64, f64),
    /// Its title.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// The command that makes it again.
    pub command: String,
    /// What stands still, from the back to the front.
    pub still: Vec<Element>,
    /// What lies over it and comes with the time where the picture moves.
    pub moving: Vec<Element>,
    /// The part of the picture whose width is time: its corner and its size.
    pub plot: ((f64, f64), (f64, f64)),
}

impl Picture {
    /// All there is, from the back to the front.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.still.iter().chain(&self.moving)
    }

    /// The same in a frame of `width` by `height` pixels: as it is and in the middle, or smaller where it is too large.
    #[must_use]
    pub fn fit(mut self, width: f64, height: f64) -> Picture {
        let scale = (width / self.size.0).min(height / self.size.1).min(1.0);
        // What is left over of the height lies below: the head stays where it belongs.
        let shift = ((width - self.size.0 * scale) / 2.0, 0.0);
        let whole = self.size.0;
        for element in self.still.iter_mut().chain(&mut self.moving) {
            let reaches = matches!(element, Element::Rect((x, _), (wide, _), _) if *x <= 0.0 && *wide >= whole);
            element.scale(scale, shift);
            // What went from edge to edge still does, and what began at the top too.
            if let (Element::Rect(at, size, _), true) = (element, reaches) {
                (at.0, size.0) = (0.0, width);
                if at.1 <= shift.1 {
                    (at.1, size.1) = (0.0, size.1 + at.1);
                }
            }
        }
        moved(&mut self.plot.0, scale, shift);
        moved(&mut self.plot.1, scale, (0.0, 0.0));
        self.size = (width, height);
        self
    }
}

impl Element {
    /// Makes the element `scale` times as large, and moves it by `shift`.
    fn scale(&mut self, scale: f64, shift: (f64, f64)) {
        let length = |size: &mut (f64, f64)| moved(size, scale, (0.0, 0.0));
        match self {
            Element::Rect(at, size, _) => {
                moved(at, scale, shift);
                length(size);
            }
            Element::Shape(points, _) => points.iter_mut().for_each(|p| moved(p, scale, shift)),
            Element::Dots(from, to, thick, _) => {
                moved(from, scale, shift);
                moved(to, scale, shift);
                *thick *= scale;
            }
            Element::Words(words) => {
                moved(&mut words.at, scale, shift);
                words.size *= scale;
            }
            Element::Lane(lane) => {
                moved(&mut lane.at, scale, shift);
                length(&mut lane.scale);
            }
        }
    }
}

fn moved(point: &mut (f64, f64), scale: f64, shift: (f64, f64)) {
    *point = (point.0 * scale + shift.0, point.1 * scale + shift.1);
}
