//! Keys, mouse and sizes at random: whatever is done to it, it neither breaks nor hangs.

use super::kernel::{all_gone, family};
use super::program::{Program, launch};

/// How much is done.
const DEEDS: usize = 3_000;

/// Everything that can be typed, but what leaves or suspends; and some that nobody types.
const KEYS: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "&",
    "é",
    "\"",
    "'",
    "g",
    "a",
    "o",
    "d",
    "r",
    "z",
    " ",
    "\x1b[A",
    "\x1b[B",
    "\x1b[C",
    "\x1b[D",
    "k",
    "j",
    "h",
    "l",
    ",",
    ".",
    "\r",
    "+",
    "=",
    "-",
    "f",
    "\x1b[H",
    "\x1b[F",
    "\t",
    "\x1b[Z",
    "?",
    "\x1bOP",
    "\x1b",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[2~",
    "x",
    "n",
    "N",
    "<",
    ">",
    "Z",
    "w",
    "u",
    "y",
    "G",
    "T",
    "\x0c",
    "ß",
    "→",
    "日",
    "\x7f",
    "/",
    "s",
    "\x15",
    "\x1b[3~",
    "\x01",
    "\x1b[1;5C",
    "\x1b[I",
    "\x1b]0;x\x07",
    "\x1b[?1;2c",
];

/// Sizes, from none to speak of to a wall.
const SIZES: &[(u16, u16)] =
    &[(80, 24), (120, 36), (200, 60), (40, 12), (39, 11), (1, 1), (2, 50), (64, 12), (63, 13), (300, 5), (100, 30)];

/// A small generator of numbers that look random: xorshift, by George Marsaglia.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
}

/// Does one thing, to a terminal of `size`.
fn deed(program: &Program, dice: &mut Dice, size: &mut (u16, u16)) {
    match dice.roll(20) {
        0 => {
            *size = dice.one_of(SIZES);
            program.resize(*size);
        }
        1..4 => {
            let place = (dice.roll(usize::from(size.0) + 2) as u16, dice.roll(usize::from(size.1) + 2) as u16);
            let button = dice.one_of(&[0, 0, 0, 32, 32, 64, 65, 80, 81, 1, 2, 35]);
            program.mouse(button, place, if dice.roll(3) == 0 { 'm' } else { 'M' });
        }
        4 if dice.roll(10) == 0 => program.press(dice.one_of(&["P", "S"])),
        _ => program.press(dice.one_of(KEYS)),
    }
}

#[test]
fn nothing_that_is_typed_breaks_it() {
    let program = launch("--scale 0.005").start();
    program.until_done();
    let mut size = (80, 24);
    let mut dice = Dice(0x005e_ed0f_c0ff_ee01);
    for n in 0..DEEDS {
        deed(&program, &mut dice, &mut size);
        if n % 8 == 0 {
            // Now and then it may catch up: everything that is typed is answered by a frame.
            program.press("k");
            program.until(&format!("an answer after {n} deeds"), |_| true);
        }
    }
    program.resize((80, 24));
    // Enter first: a filter may be being written, to which every character belongs.
    program.press("\r\x1b[A\x1b[A1");
    program.until("a run", |v| v.size() == (80, 24) && v.is_done() && v.lit_tabs().first() == Some(&"serial"));
    let family = family(program.pid());
    let left = program.quits();
    assert!(left.has("concviz -w "), "{}", left.text());
    all_gone(&family);
}
