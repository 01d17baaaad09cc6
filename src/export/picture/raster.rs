//! A picture in dots, as PNG. Edges are exact: a dot that a shape covers in part takes that part of its colour. The
//! font is the program's own.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use ab_glyph_rasterizer::{Point, Rasterizer};

use super::list::{Anchor, DOTS, Element, Fill, HATCH, Ink, Lane, Picture, Words};
use crate::palette::Theme;
use crate::text::picture as text;

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Bold.ttf");

/// The most dots a picture may have.
const MOST: f64 = 100e6;

/// Why there is no picture in dots.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// It would have too many dots, or none.
    #[error("{}", text::too_many_dots(*width, *height))]
    Size {
        /// How many dots wide.
        width: f64,
        /// How many high.
        height: f64,
    },
    /// The program's own font cannot be read.
    #[error("{}", text::no_font())]
    Font,
    /// The encoder refuses.
    #[error("{}", text::no_png(&.0.to_string()))]
    Encoder(png::EncodingError),
}

/// The dots of a picture.
struct Canvas {
    width: usize,
    height: usize,
    dots: Vec<[u8; 3]>,
    scale: f64,
    theme: Theme,
    mask: Rasterizer,
}

/// `picture` as a PNG file in `theme`, `scale` dots to a pixel.
pub(super) fn png(picture: &Picture, theme: Theme, scale: f64) -> Result<Vec<u8>, PngError> {
    let scale = if scale.is_finite() { scale.clamp(0.1, 8.0) } else { 1.0 };
    let (width, height) = ((picture.size.0 * scale).round(), (picture.size.1 * scale).round());
    if width < 1.0 || height < 1.0 || width * height > MOST {
        return Err(PngError::Size { width, height });
    }
    let (width, height) = (width as usize, height as usize);
    let ground = parts(theme.ground());
    let dots = vec![ground; width * height];
    let mut canvas = Canvas { width, height, dots, scale, theme, mask: Rasterizer::new(1, 1) };
    let fonts = [REGULAR, BOLD].map(FontRef::try_from_slice);
    let [Ok(regular), Ok(bold)] = fonts else { return Err(PngError::Font) };
    for element in picture.elements() {
        match element {
            Element::Rect((x, y), (w, h), fill) => {
                canvas.shape(&[(*x, *y), (x + w, *y), (x + w, y + h), (*x, y + h)], *fill);
            }
            Element::Shape(points, fill) => canvas.shape(points, *fill),
            Element::Dots(from, to, thick, ink) => canvas.dotted_line(*from, *to, *thick, *ink),
            Element::Words(words) => canvas.words(words, if words.bold { &bold } else { &regular }),
            Element::Lane(lane) => canvas.lane(lane),
        }
    }
    encode(&canvas, picture)
}

fn encode(canvas: &Canvas, picture: &Picture) -> Result<Vec<u8>, PngError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, canvas.width as u32, canvas.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    for (key, text) in [("Title", &picture.title), ("Description", &picture.description), ("Command", &picture.command)]
    {
        encoder.add_itxt_chunk(key.to_owned(), text.clone()).map_err(PngError::Encoder)?;
    }
    let mut writer = encoder.write_header().map_err(PngError::Encoder)?;
    writer.write_image_data(canvas.dots.as_flattened()).map_err(PngError::Encoder)?;
    writer.finish().map_err(PngError::Encoder)?;
    Ok(bytes)
}

fn parts(color: u32) -> [u8; 3] {
    [(color >> 16) as u8, (color >> 8) as u8, color as u8]
}

/// The part of the dot at (`x`, `y`) that the dots of a dotted fill cover, `scale` dots to a pixel.
fn dotted(x: usize, y: usize, scale: f64) -> f64 {
    let (side, dot, places) = DOTS;
    let covered = |at: usize, from: f64| {
        // The pattern repeats: how much of this length the dots of this tile and of the next one cover.
        let (lower, upper) = (at as f64 / scale, (at + 1) as f64 / scale);
        let tile = (lower / side).floor() * side;
        let part = |start: f64| (upper.min(start + dot) - lower.max(start)).max(0.0);
        (part(tile + from) + part(tile + side + from)) * scale
    };
    places.iter().map(|(left, top)| covered(x, *left) * covered(y, *top)).sum()
}

/// The same for the lines of a hatched fill, judged by sixteen points.
fn hatched(x: usize, y: usize, scale: f64) -> f64 {
    let (side, thick) = HATCH;
    let along = thick * std::f64::consts::SQRT_2 / 2.0;
    let inside = |i: usize| {
        let (dx, dy) = ((i % 4) as f64 / 4.0 + 0.125, (i / 4) as f64 / 4.0 + 0.125);
        let across = ((x as f64 + dx + y as f64 + dy) / scale).rem_euclid(side);
        across < along || across > side - along
    };
    (0..16).filter(|i| inside(*i)).count() as f64 / 16.0
}

impl Canvas {
    /// Begins a shape within the given corners, in dots; gives back where its mask begins, if any of it is seen.
    fn begin(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64)) -> Option<(usize, usize)> {
        let within = |at: f64, most: usize| at.clamp(0.0, most as f64);
        let x = within(left.floor(), self.width) as usize;
        let y = within(top.floor(), self.height) as usize;
        let width = within(right.ceil(), self.width) as usize - x;
        let height = within(bottom.ceil(), self.height) as usize - y;
        if width == 0 || height == 0 {
            return None;
        }
        self.mask.reset(width, height);
        Some((x, y))
    }

    /// Adds a side of the shape to the mask, in dots.
    fn side(&mut self, origin: (usize, usize), from: (f64, f64), to: (f64, f64)) {
        let (width, height) = self.mask.dimensions();
        let place = |(x, y): (f64, f64)| Point {
            x: (x - origin.0 as f64).clamp(0.0, width as f64) as f32,
            y: (y - origin.1 as f64).clamp(0.0, height as f64) as f32,
        };
        self.mask.draw_line(place(from), place(to));
    }

    /// Fills what the mask covers.
    fn paint(&mut self, origin: (usize, usize), fill: Fill) {
        let color = parts(fill.ink().color(self.theme));
        let ground = parts(fill.ground().color(self.theme));
        let Canvas { mask, dots, width, scale, .. } = self;
        let (wide, high) = mask.dimensions();
        let inside = wide * high;
        mask.for_each_pixel(|index, part| {
            if part < 1.0 / 512.0 || index >= inside {
                return;
            }
            let part = f64::from(part.min(1.0));
            let (x, y) = (origin.0 + index % wide, origin.1 + index / wide);
            let Some(dot) = dots.get_mut(y * *width + x) else { return };
            match fill {
                Fill::Solid(_) => blend(dot, color, part),
                Fill::Dotted(_) => {
                    blend(dot, ground, part);
                    blend(dot, color, part * dotted(x, y, *scale));
                }
                Fill::Hatched(_) => blend(dot, color, part * hatched(x, y, *scale)),
            }
        });
    }

    fn shape(&mut self, points: &[(f64, f64)], fill: Fill) {
        let scale = self.scale;
        let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x * scale, y * scale)).collect();
        let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (upper, lower) = ((least(|p| p.0), least(|p| p.1)), (most(|p| p.0), most(|p| p.1)));
        let Some(origin) = self.begin(upper, lower) else { return };
        for (index, from) in points.iter().enumerate() {
            self.side(origin, *from, points[(index + 1) % points.len()]);
        }
        self.paint(origin, fill);
    }

    fn dotted_line(&mut self, from: (f64, f64), to: (f64, f64), thick: f64, ink: Ink) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let (dx, dy) = if length > 0.0 { ((to.0 - from.0) / length, (to.1 - from.1) / length) } else { (1.0, 0.0) };
        let half = thick / 2.0;
        let mut at = 0.0;
        while at < length {
            let end = (at + thick).min(length);
            let (a, b) = ((from.0 + dx * at, from.1 + dy * at), (from.0 + dx * end, from.1 + dy * end));
            let (nx, ny) = (-dy * half, dx * half);
            let corners = [(a.0 + nx, a.1 + ny), (b.0 + nx, b.1 + ny), (b.0 - nx, b.1 - ny), (a.0 - nx, a.1 - ny)];
            self.shape(&corners, Fill::Solid(ink));
            at += thick * 3.0;
        }
    }

    fn lane(&mut self, lane: &Lane) {
        let scale = self.scale;
        let (column, unit) = (lane.scale.0 * scale, lane.scale.1 * scale);
        let (left, bottom) = (lane.at.0 * scale, lane.at.1 * scale);
        for stairs in &lane.stairs {
            let columns: u32 = stairs.steps.iter().map(|s| s.columns).sum();
            let top = stairs.steps.iter().map(|s| s.top).max().unwrap_or(0);
            let corner = (left + f64::from(columns) * column, bottom);
            let Some(origin) = self.begin((left, bottom - f64::from(top) * unit), corner) else { continue };
            let (mut columns, mut height) = (0u32, 0u32);
            for step in stairs.steps.iter().chain([&super::list::Stair { columns: 0, top: 0 }]) {
                if step.top != height {
                    // Only upright sides count; the others lie along the rows.
                    let x = left + f64::from(columns) * column;
                    let y = |top: u32| bottom - f64::from(top) * unit;
                    self.side(origin, (x, y(height)), (x, y(step.top)));
                    height = step.top;
                }
                columns += step.columns;
            }
            self.paint(origin, stairs.fill);
        }
    }

    fn words(&mut self, words: &Words, font: &FontRef<'_>) {
        // The crate measures a font's size from its highest to its lowest point; everybody else by its em square.
        let square = font.units_per_em().unwrap_or(1_000.0);
        let size = words.size * self.scale;
        let px = PxScale::from(size as f32 * font.height_unscaled() / square);
        let scaled = font.as_scaled(px);
        let width: f32 = words.text.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum();
        let start = match words.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -f64::from(width) / 2.0,
            Anchor::End => -f64::from(width),
        };
        let mut x = words.at.0 * self.scale + start;
        let y = words.at.1 * self.scale;
        let color = parts(words.ink.color(self.theme));
        for c in words.text.chars() {
            let id = font.glyph_id(c);
            let glyph = id.with_scale_and_position(px, point(x as f32, y as f32));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|dx, dy, part| {
                    let (x, y) = (corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy));
                    if x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height {
                        blend(&mut self.dots[y as usize * self.width + x as usize], color, f64::from(part.min(1.0)));
                    }
                });
            }
            x += f64::from(scaled.h_advance(id));
        }
    }
}

/// Mixes `part` of `color`, from 0 to 1, into the dot.
fn blend(dot: &mut [u8; 3], color: [u8; 3], part: f64) {
    for (there, new) in dot.iter_mut().zip(color) {
        let mixed = f64::from(*there) + (f64::from(new) - f64::from(*there)) * part.clamp(0.0, 1.0);
        *there = mixed.round() as u8;
    }
}
