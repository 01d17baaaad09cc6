//! The packed times of a page, read back as its script does.

use super::*;

/// Reads packed bytes as the page's script does.
struct Reader(Vec<u8>, usize);

impl Reader {
    fn of(packed: &Value) -> Reader {
        let letter = |c: u8| match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            _ => 63,
        };
        let text = packed["bytes"].as_str().expect("text").as_bytes();
        let mut bytes = Vec::new();
        for chunk in text.chunks(4) {
            assert_eq!(chunk.len(), 4);
            let bits = chunk.iter().fold(0u32, |bits, c| bits << 6 | if *c == b'=' { 0 } else { letter(*c).into() });
            let padding = 4 - chunk.iter().position(|c| *c == b'=').unwrap_or(4);
            bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
        }
        Reader(bytes, 0)
    }

    fn byte(&mut self) -> u8 {
        self.1 += 1;
        self.0[self.1 - 1]
    }

    fn number(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.1 == self.0.len()
    }
}

/// A span as it stands in the page: from, to, state, whether a worker is kept, the worker, the core.
type Told = (u64, u64, u8, bool, u16, Option<u16>);

fn told(span: &Span) -> Told {
    let core = Trace::core_of(span.core).filter(|_| span.state == State::Running);
    (span.range.from.0, span.range.to.0, span.state as u8, span.holds, span.worker.0, core.map(|c| c.0))
}

fn read_spans(packed: &Value, tasks: usize) -> Vec<Vec<Told>> {
    let mut reader = Reader::of(packed);
    let mut all = Vec::new();
    for _ in 0..tasks {
        let (mut at, mut worker, mut core) = (0, 0, None);
        let mut spans = Vec::new();
        for _ in 0..reader.number() {
            let head = reader.byte();
            if head & 0x20 != 0 {
                worker = reader.number() as u16;
            }
            if head & 0x40 != 0 {
                core = reader.number().checked_sub(1).map(|core| core as u16);
            }
            if head & 0x80 != 0 {
                at += reader.number();
            }
            let to = at + reader.number();
            spans.push((at, to, head & 0x0f, head & 0x10 != 0, worker, core));
            at = to;
        }
        all.push(spans);
    }
    assert!(reader.is_over());
    all
}

/// The times by kind in each column, of each task.
fn read_sums(packed: &Value, tasks: usize) -> Vec<Vec<[u64; KINDS]>> {
    let (cell, columns) = (packed["cell"].as_u64().expect("a length"), packed["columns"].as_u64().expect("a number"));
    let mut reader = Reader::of(packed);
    let mut all = Vec::new();
    for _ in 0..tasks {
        let mut sums = Vec::new();
        while (sums.len() as u64) < columns {
            let (alike, which) = (reader.number(), reader.number());
            let mut column = [0; KINDS];
            if alike == 0 {
                (0..KINDS).filter(|kind| which >> kind & 1 == 1).for_each(|kind| column[kind] = reader.number());
            } else if let Some(time) = column.get_mut(which as usize) {
                *time = cell;
            }
            sums.extend(std::iter::repeat_n(column, alike.max(1) as usize));
        }
        assert_eq!(sums.len() as u64, columns);
        all.push(sums);
    }
    assert!(reader.is_over());
    all
}

pub(super) fn read_turns(packed: &Value) -> Vec<(u64, u64, u64)> {
    let mut reader = Reader::of(packed);
    let mut at = 0;
    let mut turns = Vec::new();
    while !reader.is_over() {
        let from = at + reader.number();
        at = from + reader.number();
        turns.push((from, at, reader.number()));
    }
    turns
}

/// A change of what is shared: when, the number from then on, whose mark it has and of whom.
type ToldChange = (u64, u64, Option<(u64, Option<u64>)>);

fn read_levels(lane: &Value) -> Vec<ToldChange> {
    let mut reader = Reader::of(&lane["changes"]);
    let (mut at, mut all) = (0, Vec::new());
    while !reader.is_over() {
        at += reader.number();
        let level = reader.number();
        let mark = (level & 1 == 1).then(|| (reader.number(), reader.number().checked_sub(1)));
        all.push((at, level >> 1, mark));
    }
    all
}

/// The mean in thousandths, the most, the number at the end, the changes and the marks of each column.
fn read_level_sums(lane: &Value) -> Vec<[u64; 5]> {
    let mut reader = Reader::of(&lane["changes"]);
    let columns = lane["changes"]["columns"].as_u64().expect("a number");
    let all = (0..columns).map(|_| [(); 5].map(|()| reader.number())).collect();
    assert!(reader.is_over());
    all
}

#[test]
fn what_is_shared_is_told_change_by_change_with_its_marks() {
    let trace = crate::export::made::shared().limiting_locks(vec![1, 2]);
    let data = data(&html(&page(vec![run("threads", &trace)]), None));
    let lanes = data["runs"][0]["shared"].as_array().expect("lanes");
    let facts = |lane: &Value| ["kind", "room", "start", "first", "expected"].map(|key| lane[key].clone());
    let told: Vec<_> = lanes.iter().map(facts).collect();
    let of = |kind: &str, room: u64, [start, first, expected]: [u64; 3]| {
        [Value::from(kind), room.into(), start.into(), first.into(), expected.into()]
    };
    let wanted =
        [of("queue", 3, [0; 3]), of("counter", 0, [7; 3]), of("copies", 0, [7, 7, 0]), of("permits", 2, [0; 3])];
    assert_eq!(told, wanted);
    assert_eq!(lanes[1]["name"], "the \"sum\"\n");
    let plain = |changes: &[(u64, u64)]| changes.iter().map(|(at, level)| (*at, *level, None)).collect::<Vec<_>>();
    assert_eq!(read_levels(&lanes[0]), plain(&[(990, 0), (1_000, 1), (1_200, 1), (2_000, 0), (2_500, 1)]));
    assert_eq!(read_levels(&lanes[1]), [(3_000, 8, None), (3_100, 8, Some((1, Some(0)))), (3_500, 9, None)]);
    assert_eq!(read_levels(&lanes[2]), []);
    assert_eq!(
        read_levels(&lanes[3]),
        [(4_000, 1, None), (4_100, 2, None), (4_200, 2, Some((2, None))), (5_000, 1, None), (5_100, 0, None)]
    );
}

#[test]
fn of_workers_copies_the_largest_is_told_and_what_each_holds_at_the_end() {
    let mut trace = crate::export::made::shared();
    let counter = crate::units::CounterId(1);
    for (at, worker, value) in [(100, 0, 8), (200, 1, 8), (300, 1, 9), (400, 0, 9), (500, 1, 10)] {
        let (task, found) = (TaskId(0), value - 1);
        let event = Event::Added { counter, task, value, found, overwrote: None, since: Ns::ZERO };
        let at = Stamp(crate::export::made::T0 + at);
        trace.push(&Stamped { at, worker: WorkerId(worker), core: CoreId(0), event });
    }
    trace.extend(&[]);
    let data = data(&html(&page(vec![run("processes", &trace)]), None));
    let lane = &data["runs"][0]["shared"][2];
    let levels: Vec<_> = read_levels(lane).into_iter().map(|(at, level, _)| (at, level)).collect();
    assert_eq!(levels, [(100, 8), (200, 8), (300, 9), (400, 9), (500, 10)]);
    assert_eq!(lane["copies"], serde_json::json!([9, 10]));
}

/// What a task enters: how long after the last, what, whether it keeps its worker, and where.
type Change = (u64, State, bool, u16);

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let length = prop_oneof![0u64..5, 0u64..20_000, 0u64..3_000_000_000_000];
    let change =
        (length, proptest::sample::select(&State::ALL[..]), any::<bool>(), prop_oneof![0u16..4, Just(u16::MAX)]);
    proptest::collection::vec(proptest::collection::vec(change, 0..40), 1..5)
}

fn made(tasks: &[Vec<Change>]) -> Trace {
    let names: Vec<&str> = tasks.iter().map(|_| "task").collect();
    let mut trace = trace(&names, vec![0, 1, 2, 3]);
    let mut last = 0;
    for (task, changes) in (0u32..).zip(tasks) {
        let mut at = 0;
        for (after, state, holds, core) in changes {
            at += after;
            let event = Event::Enter { task: TaskId(task), state: *state, holds: *holds, ago: Ns::ZERO, due: None };
            push(&mut trace, at, (after % 3) as u16, *core, event);
        }
        last = last.max(at);
    }
    end(&mut trace, last + 7);
    trace
}

proptest! {
    #[test]
    fn a_page_tells_the_same_spans_as_the_trace(tasks in changes()) {
        let trace = made(&tasks);
        let data = data(&html(&page(vec![run("a", &trace), run("b", &trace)]), None));
        let whole = Range::new(Ns::ZERO, trace.makespan().expect("an end"));
        let expected: Vec<Vec<Told>> = trace.tasks.iter().map(|t| t.spans(whole).map(|s| told(&s)).collect()).collect();
        for run in 0..2 {
            let spans = &data["runs"][run]["spans"];
            prop_assert_eq!(spans["cell"].as_u64(), Some(0));
            prop_assert_eq!(read_spans(spans, tasks.len()), expected.clone());
        }
    }

    #[test]
    fn sums_of_what_is_shared_are_those_of_its_changes(trace in crate::export::made::traces()) {
        let trace = trace.limiting_locks(vec![1, 3]);
        let exact = data(&html(&page(vec![run("a", &trace)]), None));
        let folded = data(&html_within(&page(vec![run("a", &trace)]), None, 0));
        let lanes = exact["runs"][0]["shared"].as_array().expect("lanes");
        prop_assert_eq!(lanes.len(), 4);
        for (place, lane) in lanes.iter().enumerate() {
            let (changes, sums) = (read_levels(lane), &folded["runs"][0]["shared"][place]);
            let cell = sums["changes"]["cell"].as_u64().expect("a length");
            // What is so short that it finds room all the same.
            if cell == 0 {
                prop_assert_eq!(read_levels(sums), changes);
                continue;
            }
            let columns = read_level_sums(sums);
            let mut level = lane["first"].as_u64().expect("a number");
            let mut rest = &changes[..];
            for (column, told) in (0u64..).zip(&columns) {
                let end = (column + 1) * cell;
                let is_last = column as usize + 1 == columns.len();
                let (within, later) = rest.split_at(rest.partition_point(|change| is_last || change.0 < end));
                rest = later;
                let edges: Vec<(u64, u64)> =
                    [(column * cell, level)].into_iter().chain(within.iter().map(|c| (c.0, c.1))).collect();
                let ends = edges.iter().skip(1).map(|e| e.0).chain([end]);
                let area: u64 = edges.iter().zip(ends).map(|((at, level), to)| level * to.saturating_sub(*at)).sum();
                level = edges.last().map_or(level, |e| e.1);
                let most = edges.iter().map(|e| e.1).max().expect("at least one");
                let marks = within.iter().filter(|change| change.2.is_some()).count() as u64;
                prop_assert_eq!(*told, [area * 1_000 / cell, most, level, within.len() as u64, marks]);
            }
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn sums_are_those_of_the_spans(tasks in changes()) {
        let trace = made(&tasks);
        // No room at all: sums in as few columns as there can be.
        let data = data(&html_within(&page(vec![run("a", &trace)]), None, 0));
        let spans = &data["runs"][0]["spans"];
        let cell = spans["cell"].as_u64().expect("a length");
        if trace.tasks.iter().any(|t| !t.marks().is_empty()) {
            prop_assert!(cell > 0);
        }
        for (track, sums) in trace.tasks.iter().zip(read_sums(spans, tasks.len())) {
            for (column, sums) in (0u64..).zip(sums) {
                let range = Range::new(Ns(column * cell), Ns(((column + 1) * cell).min(trace.makespan().expect("an end").0)));
                let mut expected = [0u64; KINDS];
                for span in track.spans(range) {
                    expected[2 * span.state as usize + usize::from(span.holds)] += span.range.len().0;
                }
                prop_assert_eq!(sums, expected);
            }
        }
    }
}
