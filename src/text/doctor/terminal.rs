//! The terminal, and what the screen makes of it.

/// That there is no terminal.
pub const NO_TERMINAL: &str = "standard output is none; `concviz run` needs none either";

/// The terminal's size in columns and rows, and what `TERM` says.
pub fn size((columns, rows): (u16, u16), term: Option<&str>) -> String {
    format!("{columns} columns, {rows} rows, TERM is {}", set(term))
}

/// What to do about a terminal on which nothing can be drawn.
pub fn larger((columns, rows): (u16, u16)) -> String {
    format!("make it {columns} columns and {rows} rows at least")
}

/// What to do about a terminal on which not everything can be drawn.
pub const WHOLE_SCREEN: &str = "80 columns and 24 rows show everything";

/// That the terminal's colours cannot be known.
pub const COLOURS_UNKNOWN: &str = "depends on the terminal";

/// How many colours are used, whether there are none because of `NO_COLOR`, what `COLORTERM` says, and which characters
/// are drawn.
pub fn colours(count: u32, no_color: bool, colorterm: Option<&str>, unicode: bool) -> String {
    let count = match count {
        0 if no_color => "none, because of NO_COLOR".to_owned(),
        0 => "none".to_owned(),
        16_777_216 => "16 million".to_owned(),
        n => n.to_string(),
    };
    let characters = if unicode { "Unicode" } else { "ASCII" };
    format!("{count} (COLORTERM is {}), {characters}", set(colorterm))
}

/// What to do about ASCII.
pub const UTF8: &str = "choose a UTF-8 locale: LANG=C.UTF-8";
/// What to do about a terminal that seems to have no colours.
pub const BETTER_TERM: &str = "set TERM to what the terminal is, or use --color always";
/// What to do about few colours.
pub const TRUECOLOR: &str = "set COLORTERM=truecolor if the terminal can do it";

/// What a variable is set to.
fn set(variable: Option<&str>) -> &str {
    variable.unwrap_or("unset")
}
