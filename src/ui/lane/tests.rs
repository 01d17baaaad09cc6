use super::*;
use crate::ui::stack::EIGHTHS;
use crate::ui::theme::Depth;
use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

const CELL: Ns = Ns::from_millis(1);

/// What a column of 1 ms is made of, in microseconds; waits keep workers occupied or not.
fn column(parts: &[(State, u64)], holds: bool) -> Column {
    let mut column = Column::default();
    parts.iter().for_each(|(state, us)| column.sums.add(*state, holds, Ns::from_micros(*us)));
    if let [(state, _)] = parts {
        column.halves = Some([Half { state: Some(*state), holds }; 2]);
    }
    column
}

fn drawn_as(look: Look, rows: u16, folded: bool, columns: &[Column]) -> Buffer {
    let area = Rect::new(0, 0, columns.len() as u16, rows);
    let mut buffer = Buffer::empty(area);
    draw(&mut buffer, look, (0, 0), Manner { rows, airy: true, folded }, columns, CELL);
    buffer
}

fn text(buffer: &Buffer) -> String {
    buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
}

fn color(role: Role) -> Option<Color> {
    Look::default().fg(role).fg
}

/// How many eighths of a cell's height are in the colour of `role`, over all rows of a column of layers.
fn height(buffer: &Buffer, x: u16, role: Role) -> u32 {
    let part = |y: u16| {
        let cell = &buffer[(x, y)];
        let level = EIGHTHS.iter().position(|c| cell.symbol() == c.to_string()).expect("a layer") as u32;
        let ink = if Some(cell.fg) == color(role) { level } else { 0 };
        ink + if Some(cell.bg) == color(role) { 8 - level } else { 0 }
    };
    (0..buffer.area.height).map(part).sum()
}

/// A lane of one task on a loop that works for the given microseconds in each column and else waits for an answer.
fn works(look: Look, rows: u16, works: &[u64]) -> Buffer {
    let of = |us: &u64| match us {
        0 => column(&[(State::Io, 1_000)], false),
        us => column(&[(State::Running, *us), (State::Io, 1_000 - us)], false),
    };
    drawn_as(look, rows, false, &works.iter().map(of).collect::<Vec<_>>())
}

#[test]
fn a_trace_of_work_everywhere_is_not_drawn_as_work_all_the_time() {
    assert_eq!(text(&works(Look::default(), 1, &[1; 9])), "▏▄▄▄▏▄▄▄▏");
}

#[test]
fn a_lone_trace_stands_tall_and_more_than_a_trace_has_its_height() {
    assert_eq!(text(&works(Look::default(), 1, &[0, 0, 1, 0, 0, 1, 0])), "▄▄▍▄▄▍▄");
    assert_eq!(text(&works(Look::default(), 1, &[250; 5])), "▂▂▂▂▂");
}

#[test]
fn a_sliver_of_work_stands_over_the_full_height_and_does_not_erase_its_wait() {
    let ink = |cell: &ratatui::buffer::Cell, role| {
        let shown = cell.symbol() != " ";
        (shown && Some(cell.fg) == color(role)) || Some(cell.bg) == color(role)
    };
    for rows in 1..6 {
        for (us, x) in [(1, 2), (40, 2), (200, 2)] {
            let mut of = [0; 5];
            of[x] = us;
            let buffer = works(Look::default(), rows, &of);
            let cells: Vec<_> = (0..rows).map(|y| &buffer[(x as u16, y)]).collect();
            let green = cells.iter().filter(|c| ink(c, Role::State(State::Running))).count();
            assert_eq!(green, usize::from(rows), "{us} in {rows} rows");
            assert!(ink(cells[usize::from(rows) - 1], Role::Behind(State::Io)), "{us} in {rows} rows");
        }
    }
}

#[test]
fn without_colours_a_sliver_stands_above_the_letter_of_its_wait() {
    for (ascii, tick) in [(false, "▍"), (true, "|")] {
        let look = Look { depth: Depth::None, ascii, ..Look::default() };
        assert_eq!(text(&works(look, 2, &[0, 0, 1, 0])), format!("  {tick} ~ ~ "));
    }
    let look = Look { depth: Depth::None, ..Look::default() };
    assert_eq!(text(&works(look, 2, &[250; 4])), "~ ~ ▄▄▄▄", "above work that lasts");
    assert_eq!(text(&works(look, 1, &[250; 4])), "▂~▂~", "between it, where there is one row");
    assert_eq!(text(&works(look, 1, &[0, 10, 0, 0])), "~▁~ ", "lone work is not hidden");
}

#[test]
fn a_wait_has_a_body_of_half_a_lane_dim_where_nobody_is_held() {
    for (state, holds, role) in [
        (State::Sleep, false, Role::Behind(State::Sleep)),
        (State::Sleep, true, Role::State(State::Sleep)),
        (State::Io, true, Role::State(State::Io)),
        (State::Ready, false, Role::State(State::Ready)),
        (State::Lock, false, Role::State(State::Lock)),
        (State::Channel, false, Role::Behind(State::Channel)),
        (State::Channel, true, Role::State(State::Channel)),
        (State::Gil, true, Role::State(State::Gil)),
    ] {
        for rows in 1..6 {
            let buffer = drawn_as(Look::default(), rows, false, &[column(&[(state, 1_000)], holds)]);
            assert_eq!(height(&buffer, 0, role), u32::from(rows) * 4, "{state:?} in {rows} rows");
        }
    }
}

#[test]
fn a_wait_for_a_queue_is_told_by_its_letter_where_colour_cannot() {
    for (look, free, held) in [
        (Look { depth: Depth::None, ..Look::default() }, "m m ", "mmmm"),
        (Look { depth: Depth::None, ascii: true, ..Look::default() }, "m m ", "mmmm"),
        (Look { depth: Depth::Sixteen, ..Look::default() }, "▒▒▒▒", "▄▄▄▄"),
        (Look::default(), "▄▄▄▄", "▄▄▄▄"),
    ] {
        for (holds, expected) in [(false, free), (true, held)] {
            let buffer = drawn_as(look, 1, false, &[column(&[(State::Channel, 1_000)], holds); 4]);
            assert_eq!(text(&buffer), expected, "{look:?}, {holds}");
        }
    }
}

#[test]
fn four_tasks_on_two_cores_are_seen_to_wait_half_of_the_time() {
    for rows in 1..6 {
        let columns = [column(&[(State::Running, 500), (State::Preempted, 500)], true); 4];
        let buffer = drawn_as(Look::default(), rows, true, &columns);
        let half = u32::from(rows) * 4;
        for x in 0..4 {
            assert_eq!(height(&buffer, x, Role::State(State::Running)), half);
            assert_eq!(height(&buffer, x, Role::State(State::Preempted)), half);
        }
    }
}

#[test]
fn a_wait_between_columns_of_work_and_waits_is_as_high_as_there() {
    let mixed = column(&[(State::Running, 400), (State::Gil, 600)], true);
    let columns = [mixed, mixed, mixed, column(&[(State::Gil, 1_000)], true), mixed, mixed, mixed];
    let buffer = drawn_as(Look::default(), 2, true, &columns);
    assert_eq!(height(&buffer, 3, Role::State(State::Gil)), 16);
}

#[test]
fn lone_work_is_as_wide_as_it_lasted_on_its_side_of_the_column() {
    let of = |first: bool, us: u64| {
        let mut column = column(&[(State::Running, us), (State::Sleep, 1_000 - us)], true);
        column.lone = Some(Lone { first, beside: Some(Half { state: Some(State::Sleep), holds: true }) });
        column
    };
    let wait = column(&[(State::Sleep, 1_000)], true);
    let look = Look::default();
    let (work, sleep) = (Role::State(State::Running), Role::State(State::Sleep));
    for (first, symbol, style) in [(true, "▋", look.on(work, sleep)), (false, "▍", look.on(sleep, work))] {
        let buffer = drawn_as(look, 2, false, &[wait, of(first, 620), wait]);
        let low = &buffer[(1, 1)];
        assert_eq!((low.symbol(), Style::new().fg(low.fg).bg(low.bg)), (symbol, style));
    }
}

proptest! {
    #[test]
    fn where_work_and_waits_alternate_all_shares_add_up_and_work_is_as_high_as_the_cores_it_had(
        work in 70u64..980, lock in 0u64..400, rows in 1u16..7, holds: bool,
    ) {
        let lock = lock.min(1_000 - work);
        let parts = [(State::Running, work), (State::Lock, lock), (State::Ready, 1_000 - work - lock)];
        let columns = [column(&parts, holds); 5];
        let buffer = drawn_as(Look::default(), rows, true, &columns);
        let levels = u32::from(rows) * 8;
        for x in 0..5 {
            let of = |state| height(&buffer, x, Role::State(state));
            prop_assert_eq!(of(State::Running), columns[0].height(CELL, levels));
            prop_assert_eq!(of(State::Running) + of(State::Lock) + of(State::Ready), levels);
            // A cell has two colours: the smallest of three gives way to those beside it.
            let exact = lock as f64 / 1_000.0 * f64::from(levels);
            prop_assert!((f64::from(of(State::Lock)) - exact).abs() <= 4.0, "{} for {}", of(State::Lock), exact);
        }
    }
}
