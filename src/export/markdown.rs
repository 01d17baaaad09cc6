//! Tables as Markdown (GitHub's kind): columns are padded, so that the source reads like a table too.

use std::fmt;

use unicode_width::UnicodeWidthStr;

use crate::text::markup::markdown;

/// The side on which a column's text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// A table under construction; shown, it is its Markdown, a line feed after each line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, Align)>) -> Table {
        let columns = columns.into_iter().map(|(heading, align)| (markdown(heading), align)).collect();
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row. What is missing at its end is empty; what is more than there are columns is left out.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> &mut Table {
        let mut row: Vec<String> = cells.into_iter().take(self.columns.len()).map(|c| markdown(c.as_ref())).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
        self
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The line below the headings needs three signs, four where it says the side.
        let least = |align: Align| if align == Align::Right { 4 } else { 3 };
        let widest = |index: usize, (heading, align): &(String, Align)| {
            let cells = self.rows.iter().map(|row| row[index].width());
            cells.chain([heading.width(), least(*align)]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = self.columns.iter().enumerate().map(|(i, c)| widest(i, c)).collect();
        let line = |f: &mut fmt::Formatter<'_>, cells: &mut dyn Iterator<Item = &String>| {
            for ((cell, width), (_, align)) in cells.zip(&widths).zip(&self.columns) {
                let room = " ".repeat(width - cell.width());
                match align {
                    Align::Left => write!(f, "| {cell}{room} ")?,
                    Align::Right => write!(f, "| {room}{cell} ")?,
                }
            }
            f.write_str("|\n")
        };
        if self.columns.is_empty() {
            return Ok(());
        }
        line(f, &mut self.columns.iter().map(|(heading, _)| heading))?;
        for (width, (_, align)) in widths.iter().zip(&self.columns) {
            match align {
                Align::Left => write!(f, "| {} ", "-".repeat(*width))?,
                Align::Right => write!(f, "| {}: ", "-".repeat(width - 1))?,
            }
        }
        f.write_str("|\n")?;
        self.rows.iter().try_for_each(|row| line(f, &mut row.iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_reads_like_one_in_its_source_too() {
        let mut table = Table::new([("model", Align::Left), ("time", Align::Right), ("speedup", Align::Right)]);
        table.row(["serial", "2.00 s", "1.0x"]).row(["threads|GIL", "2.01 s"]).row(["語*", "a\nb", "1", "2"]);
        insta::assert_snapshot!(table, @r"
        | model        |   time | speedup |
        | ------------ | -----: | ------: |
        | serial       | 2.00 s |    1.0x |
        | threads\|GIL | 2.01 s |         |
        | 語\*         | a<br>b |       1 |
        ");
    }

    /// The cells of a line, as a reader of Markdown parts them.
    fn cells(line: &str) -> Vec<String> {
        let (mut cells, mut cell, mut chars) = (Vec::new(), String::new(), line.chars());
        while let Some(c) = chars.next() {
            match c {
                '\\' => cell.extend(chars.next()),
                '|' => cells.push(std::mem::take(&mut cell).trim().to_owned()),
                c => cell.push(c),
            }
        }
        assert_eq!(cell, "", "a line ends with its border");
        cells.split_off(1)
    }

    proptest! {
        #[test]
        fn every_cell_is_read_back_and_borders_stand_below_each_other(
            rows in proptest::collection::vec(proptest::collection::vec("[ -~\u{e9}]{0,12}", 0..5), 0..6),
        ) {
            let mut table = Table::new([("a", Align::Left), ("b|", Align::Right), ("c", Align::Left)]);
            for row in &rows {
                table.row(row);
            }
            let text = table.to_string();
            let lines: Vec<&str> = text.lines().collect();
            prop_assert_eq!(lines.len(), rows.len() + 2);
            prop_assert!(lines.iter().all(|line| line.width() == lines[0].width()));
            for (line, row) in lines[2..].iter().zip(&rows) {
                let wanted: Vec<String> = (0..3).map(|i| row.get(i).map_or("", |c| c.trim()).to_owned()).collect();
                prop_assert_eq!(cells(line), wanted);
            }
        }
    }
}
