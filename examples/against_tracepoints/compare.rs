//! What the record of a run says, held against what was traced meanwhile. Spans are matched by where they end: that a
//! thread leaves its core is always traced; that an idle core takes one up often is not.

use std::collections::{BTreeMap, BTreeSet};

use concviz::trace::{Event, Stamped, Switch};
use concviz::units::{Ns, Stamp};

use super::tracing::{Edge, Traced, Way};

/// Ends further apart than this are not the same.
const SAME: u64 = 5_000_000;
/// So long after a run's last word, nothing is expected of its record.
const LAST: Ns = Ns(200_000);

/// A thread on a core, by the record.
#[derive(Clone, Copy, Debug)]
struct Span {
    core: u16,
    from: Stamp,
    to: Stamp,
    /// Whether the kernel was seen to put it there; else the record began while it was there.
    seen: bool,
    end: Switch,
}

/// A thread's time on cores, where both ends of a span were traced.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub spans: u64,
    pub recorded: Ns,
    pub traced: Ns,
}

impl Times {
    fn add(&mut self, recorded: Ns, traced: Ns) {
        self.spans += 1;
        self.recorded += recorded;
        self.traced += traced;
    }

    /// By how much the record says more, in nanoseconds.
    pub fn off(&self) -> f64 {
        self.recorded.0 as f64 - self.traced.0 as f64
    }
}

/// How a record and a trace compare.
#[derive(Debug, Default)]
pub struct Comparison {
    pub threads: usize,
    /// Spans that ended in a switch.
    pub spans: usize,
    /// Those whose end was traced.
    pub matched: usize,
    /// Ends that were traced of the same threads and are in no record.
    pub missing: usize,
    /// Workers of whom the record says nothing.
    pub unheard: usize,
    /// Switches that do not follow from the one before: onto a core while on one, off while on none.
    pub broken: usize,
    /// Matched spans that ended the same way.
    pub same_kind: usize,
    /// Matched spans that were traced on the same core.
    pub same_core: usize,
    /// Spans whose beginning was traced too.
    pub begun: usize,
    /// By how much later the record says that a span began, and ended, in nanoseconds.
    pub ins: Vec<i64>,
    pub outs: Vec<i64>,
    pub by_thread: BTreeMap<u32, Times>,
    pub by_core: BTreeMap<u16, Times>,
    /// Busy threads' time on cores against what the scheduler added up: the worst share, with its sign.
    pub runtime: Option<f64>,
    /// All time on cores, by the record.
    pub on_core: Ns,
}

impl Comparison {
    /// Compares `records`, up to `end`, with what was `traced`, the `workers` being threads that must be in there.
    pub fn of(events: &[Stamped], workers: &[u32], end: Stamp, traced: &Traced) -> Comparison {
        let mut told = Comparison::default();
        let mut switches: BTreeMap<u32, Vec<&Stamped>> = BTreeMap::new();
        for stamped in events {
            if let Event::Switched { tid, .. } = stamped.event {
                switches.entry(tid).or_default().push(stamped);
            }
        }
        told.threads = switches.len();
        let heard: BTreeSet<u32> = switches.keys().copied().collect();
        told.unheard = workers.iter().filter(|tid| **tid > 0 && !heard.contains(tid)).count();
        let first = events.iter().find(|r| matches!(r.event, Event::Switched { .. })).map(|r| r.at);
        for (tid, mut own) in switches {
            own.sort_by_key(|r| r.at);
            let spans = told.spans(&own, first);
            let edges = traced.edges.get(&tid).map_or(&[][..], Vec::as_slice);
            told.thread(tid, &spans, edges, end);
            told.hold_against_runtime(tid, &spans, traced);
        }
        told
    }

    /// The spans of one thread whose switches are `own`, in order; `first` is when the record began.
    fn spans(&mut self, own: &[&Stamped], first: Option<Stamp>) -> Vec<Span> {
        let (mut spans, mut on) = (Vec::new(), None::<&Stamped>);
        for stamped in own {
            let Event::Switched { switch, .. } = stamped.event else { continue };
            match (on, switch) {
                (None, Switch::In) => on = Some(stamped),
                (Some(_), Switch::In) | (None, Switch::Blocked | Switch::Preempted) => self.broken += 1,
                (None, Switch::Gone) => {}
                (Some(since), end) => {
                    let (from, to, seen) = (since.at, stamped.at, Some(since.at) != first);
                    spans.push(Span { core: stamped.core.0, from, to, seen, end });
                    on = None;
                }
            }
        }
        spans
    }

    fn thread(&mut self, tid: u32, spans: &[Span], edges: &[Edge], end: Stamp) {
        self.on_core += spans.iter().map(|s| s.to.since(s.from)).sum::<Ns>();
        let outs: Vec<(usize, &Edge)> = edges.iter().enumerate().filter(|(_, e)| e.way != Way::In).collect();
        let gone = spans.last().filter(|s| s.end == Switch::Gone).map(|s| s.to);
        let until = gone.unwrap_or(Stamp(end.0.saturating_sub(LAST.0)));
        let (mut next, mut after) = (0, None::<usize>);
        let away = |span: &Span, edge: &Edge| span.to.0.abs_diff(edge.at.0);
        for (i, span) in spans.iter().enumerate() {
            if span.end == Switch::Gone {
                continue;
            }
            self.spans += 1;
            // Traced ends that a later span, or none, belongs to.
            while outs.get(next + 1).is_some_and(|(_, e)| away(span, e) < away(span, outs[next].1)) {
                self.missing += usize::from(i > 0 || outs[next].1.at >= span.from);
                after = Some(outs[next].0);
                next += 1;
            }
            let Some((place, edge)) = outs.get(next).copied() else { continue };
            let later = spans.get(i + 1).filter(|s| s.end != Switch::Gone);
            if away(span, edge) > SAME || later.is_some_and(|l| away(l, edge) < away(span, edge)) {
                continue;
            }
            next += 1;
            self.matched += 1;
            self.same_kind += usize::from((edge.way == Way::OutRunnable) == (span.end == Switch::Preempted));
            self.same_core += usize::from(edge.core == span.core);
            self.outs.push(late(span.to, edge.at));
            let start = edges[after.map_or(0, |n| n + 1)..place].iter().rfind(|e| e.way == Way::In);
            after = Some(place);
            if let Some(start) = start.filter(|_| span.seen) {
                self.begun += 1;
                self.ins.push(late(span.from, start.at));
                let (recorded, traced) = (span.to.since(span.from), edge.at.since(start.at));
                self.by_thread.entry(tid).or_default().add(recorded, traced);
                self.by_core.entry(span.core).or_default().add(recorded, traced);
            }
        }
        let known = spans.first().map(|s| s.from);
        let rest = outs.get(next..).unwrap_or_default();
        self.missing += rest.iter().filter(|(_, e)| known.is_some_and(|from| e.at >= from) && e.at < until).count();
    }

    /// The scheduler's own sums, for threads that were busy: over 100 ms, in spans of a millisecond or more.
    fn hold_against_runtime(&mut self, tid: u32, spans: &[Span], traced: &Traced) {
        let (Some(first), Some(last), Some(pieces)) = (spans.first(), spans.last(), traced.runtime.get(&tid)) else {
            return;
        };
        let recorded: Ns = spans.iter().map(|s| s.to.since(s.from)).sum();
        let busy = recorded >= Ns::from_millis(100) && recorded.0 / spans.len() as u64 >= 1_000_000;
        if !busy || !first.seen {
            return;
        }
        let inside = pieces.iter().filter(|(at, _)| *at > first.from && at.0 <= last.to.0 + 1_000);
        let added: Ns = inside.map(|(_, time)| *time).sum();
        let share = (recorded.0 as f64 - added.0 as f64) / recorded.0 as f64;
        if self.runtime.is_none_or(|worst| share.abs() > worst.abs()) {
            self.runtime = Some(share);
        }
    }
}

/// By how much later `a` is than `b`, in nanoseconds.
fn late(a: Stamp, b: Stamp) -> i64 {
    a.0.wrapping_sub(b.0).cast_signed()
}
