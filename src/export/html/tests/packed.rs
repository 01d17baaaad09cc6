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
