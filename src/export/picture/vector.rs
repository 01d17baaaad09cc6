//! A picture as SVG: shapes in classes of colour, text as text. A viewer's light or dark scheme decides on the colours
//! unless a theme is asked for. Viewers that know neither schemes nor animations show the dark picture, complete.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use super::list::{Anchor, DOTS, Element, Fill, HATCH, Ink, Lane, Picture, Stairs, Words};
use crate::palette::Theme;
use crate::text::markup::xml;

const FONT: &str = "ui-monospace,'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";

/// How many pixels flags at the end of the time reach beyond it.
const BEYOND: f64 = 16.0;

/// A document under construction.
struct Writer {
    out: String,
    inks: BTreeMap<String, Ink>,
    /// Patterns by their name, with the scale of what they fill.
    patterns: BTreeMap<String, (Fill, (f64, f64))>,
}

/// `picture` as an SVG document in `theme`, or in the viewer's scheme. With `seconds` the time sweeps over it again and
/// again, each time in so many seconds, where nobody asked the viewer for less motion.
pub(super) fn svg(picture: &Picture, theme: Option<Theme>, seconds: Option<f64>) -> String {
    let mut body = Writer { out: String::new(), inks: BTreeMap::new(), patterns: BTreeMap::new() };
    body.document(picture, seconds.is_some());
    body.patterns();
    let (width, height) = (Number(picture.size.0), Number(picture.size.1));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"title sentence\">\n<title id=\"title\">{}</title>\n<desc id=\"sentence\">{}</desc>\n\
         <metadata>{}</metadata>\n<style>\n",
        xml(&picture.title),
        xml(&picture.description),
        xml(&picture.command),
    );
    body.styles(theme.unwrap_or_default(), &mut out);
    if theme.is_none() {
        out.push_str("@media (prefers-color-scheme:light){\n");
        body.styles(Theme::Light, &mut out);
        out.push_str("}\n");
    }
    if let Some(seconds) = seconds {
        sweep(picture, seconds, &mut out);
    }
    out.push_str("</style>\n");
    out.push_str(&body.out);
    out.push_str("</svg>\n");
    out
}

/// The rules of a picture that moves: time sweeps over it for most of each round, then it stands for a while.
fn sweep(picture: &Picture, seconds: f64, out: &mut String) {
    let ((left, _), (width, _)) = picture.plot;
    let (left, width, round) = (Number(left), Number(width + BEYOND), Number(seconds.clamp(0.5, 600.0) / 0.8));
    let _ = write!(
        out,
        "#hand{{opacity:0}}\n@media (prefers-reduced-motion:no-preference){{\n\
         #veil{{transform-origin:{left}px 0;animation:veil {round}s linear infinite}}\n\
         #hand{{animation:hand {round}s linear infinite}}\n}}\n\
         @keyframes veil{{0%{{transform:scaleX(0)}}80%,100%{{transform:scaleX(1)}}}}\n\
         @keyframes hand{{0%{{opacity:1;transform:none}}79.99%{{opacity:1;transform:translateX({width}px)}}\
         80%,100%{{opacity:0;transform:translateX({width}px)}}}}\n",
    );
}

impl Writer {
    fn document(&mut self, picture: &Picture, moves: bool) {
        let ground = self.class(Ink::Ground);
        let _ = writeln!(self.out, "<rect width=\"100%\" height=\"100%\" class=\"{ground}\"/>");
        let _ = writeln!(self.out, "<g font-family=\"{FONT}\">");
        self.elements(&picture.still);
        let ((left, top), (width, height)) = picture.plot;
        let [x, y, wide, high] = [left, top, width + BEYOND, height].map(Number);
        if moves {
            let _ = writeln!(
                self.out,
                "<clipPath id=\"time\"><rect id=\"veil\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\"/></clipPath>\n\
                 <g clip-path=\"url(#time)\">"
            );
        }
        self.elements(&picture.moving);
        if moves {
            let hand = self.class(Ink::Role(crate::palette::Role::Accent));
            let _ = writeln!(
                self.out,
                "</g>\n<rect id=\"hand\" class=\"{hand}\" x=\"{x}\" y=\"{y}\" width=\"2\" height=\"{high}\"/>"
            );
        }
        self.out.push_str("</g>\n");
    }

    fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            match element {
                Element::Rect((x, y), (width, height), fill) => {
                    let [x, y, width, height] = [*x, *y, *width, *height].map(Number);
                    let fill = self.fill(*fill, (1.0, 1.0));
                    let _ =
                        writeln!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {fill}/>");
                }
                Element::Shape(points, fill) => {
                    let fill = self.fill(*fill, (1.0, 1.0));
                    let points: Vec<String> =
                        points.iter().map(|(x, y)| format!("{},{}", Number(*x), Number(*y))).collect();
                    let _ = writeln!(self.out, "<polygon points=\"{}\" {fill}/>", points.join(" "));
                }
                Element::Dots(from, to, thick, ink) => {
                    let [x, y, right, below, thick] = [from.0, from.1, to.0, to.1, *thick].map(Number);
                    let class = self.class(*ink);
                    let _ = writeln!(
                        self.out,
                        "<path d=\"M{x} {y}L{right} {below}\" class=\"{class}\" stroke=\"currentColor\" \
                         stroke-width=\"{thick}\" stroke-dasharray=\"{thick} {}\"/>",
                        Number(thick.0 * 2.0),
                    );
                }
                Element::Words(words) => self.words(words),
                Element::Lane(lane) => self.lane(lane),
            }
        }
    }

    fn words(&mut self, words: &Words) {
        let [x, y, size] = [words.at.0, words.at.1, words.size].map(Number);
        let class = self.class(words.ink);
        let anchor = match words.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if words.bold { " font-weight=\"700\"" } else { "" };
        let text = xml(&words.text);
        let _ = writeln!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" class=\"{class}\"{anchor}{bold}>{text}</text>"
        );
    }

    fn lane(&mut self, lane: &Lane) {
        let (column, unit) = lane.scale;
        let _ = writeln!(
            self.out,
            "<g data-from=\"{}\" data-column=\"{}\" transform=\"translate({} {}) scale({} {})\"><title>{}</title>",
            lane.time.0.0,
            lane.time.1.0,
            Number(lane.at.0),
            Number(lane.at.1),
            Fine(column),
            Fine(-unit),
            xml(&lane.name),
        );
        for stairs in &lane.stairs {
            let fill = self.fill(stairs.fill, lane.scale);
            let path = path(stairs);
            if !path.is_empty() {
                let _ = writeln!(self.out, "<path {fill} d=\"{path}\"/>");
            }
        }
        self.out.push_str("</g>\n");
    }

    fn class(&mut self, ink: Ink) -> String {
        let name = ink.name();
        if !self.inks.contains_key(&name) {
            self.inks.insert(name.clone(), ink);
        }
        name
    }

    /// The attribute that fills a shape whose units have that `scale`.
    fn fill(&mut self, fill: Fill, scale: (f64, f64)) -> String {
        let class = self.class(fill.ink());
        let kind = match fill {
            Fill::Solid(_) => return format!("class=\"{class}\""),
            Fill::Dotted(_) => "dots",
            Fill::Hatched(_) => "lines",
        };
        let mut name = format!("{kind}-{class}");
        let same = |known: &(Fill, (f64, f64))| known.1 == scale;
        // Lanes of other heights need patterns of their own: a pattern is stretched with what it fills.
        let mut number = 1;
        while self.patterns.get(&name).is_some_and(|known| !same(known)) {
            number += 1;
            name = format!("{kind}-{class}-{number}");
        }
        let reference = format!("fill=\"url(#{name})\"");
        self.patterns.insert(name, (fill, scale));
        reference
    }

    fn patterns(&mut self) {
        for (name, (fill, scale)) in std::mem::take(&mut self.patterns) {
            let transform = if scale == (1.0, 1.0) {
                String::new()
            } else {
                format!(" patternTransform=\"scale({} {})\"", Fine(1.0 / scale.0), Fine(-1.0 / scale.1))
            };
            let side = if matches!(fill, Fill::Hatched(_)) { HATCH.0 } else { DOTS.0 };
            let _ = write!(
                self.out,
                "<pattern id=\"{name}\" width=\"{side}\" height=\"{side}\" patternUnits=\"userSpaceOnUse\"{transform}>"
            );
            let class = self.class(fill.ink());
            if matches!(fill, Fill::Hatched(_)) {
                let (side, thick) = HATCH;
                let (half, more) = (side / 2.0, side * 1.5);
                let _ = write!(
                    self.out,
                    "<path class=\"{class}\" stroke=\"currentColor\" stroke-width=\"{thick}\" \
                     d=\"M-{half} {half}L{half} -{half}M0 {side}L{side} 0M{half} {more}L{more} {half}\"/>"
                );
            } else {
                let (side, dot, places) = DOTS;
                let ground = self.class(fill.ground());
                let _ = write!(self.out, "<rect class=\"{ground}\" width=\"{side}\" height=\"{side}\"/>");
                for (x, y) in places {
                    let _ = write!(
                        self.out,
                        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{dot}\" height=\"{dot}\"/>"
                    );
                }
            }
            self.out.push_str("</pattern>\n");
        }
    }

    /// A rule for each ink. Rules that say the same are one.
    fn styles(&self, theme: Theme, out: &mut String) {
        let colors: BTreeSet<u32> = self.inks.values().map(|ink| ink.color(theme)).collect();
        for color in colors {
            let names = self.inks.iter().filter(|(_, ink)| ink.color(theme) == color);
            let names: Vec<String> = names.map(|(name, _)| format!(".{name}")).collect();
            let _ = writeln!(out, "{}{{fill:#{color:06x};color:#{color:06x}}}", names.join(","));
        }
    }
}

/// A staircase as the commands of a path, closed at the bottom; in whole units.
pub(super) fn path(stairs: &Stairs) -> String {
    let mut out = String::new();
    let (mut before, mut height, mut begun) = (0u32, 0u32, false);
    let mut steps = stairs.steps.as_slice();
    while let [rest @ .., last] = steps {
        if last.top > 0 {
            break;
        }
        steps = rest;
    }
    for step in steps {
        if !begun && step.top == 0 {
            before += step.columns;
            continue;
        }
        if !begun {
            let _ = write!(out, "M{before} 0");
            begun = true;
        }
        if step.top != height {
            let by = i64::from(step.top) - i64::from(height);
            // Whichever is shorter: the new height, or the difference to it.
            let (absolute, relative) = (step.top.to_string(), by.to_string());
            let _ =
                if absolute.len() < relative.len() { write!(out, "V{absolute}") } else { write!(out, "v{relative}") };
            height = step.top;
        }
        let _ = write!(out, "h{}", step.columns);
    }
    if begun {
        out.push_str("V0z");
    }
    out
}

/// With at most two digits behind the point.
#[derive(Clone, Copy)]
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        trimmed(f, &format!("{:.2}", self.0))
    }
}

/// With at most six digits behind the point.
struct Fine(f64);

impl fmt::Display for Fine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        trimmed(f, &format!("{:.6}", self.0))
    }
}

fn trimmed(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let text = text.trim_end_matches('0').trim_end_matches('.');
    f.write_str(if text == "-0" { "0" } else { text })
}
