//! Counters: how many cores were used and how many tasks were ready, as means of short stretches, so that the area
//! under a counter is the time there was.

use std::io;

use super::Writer;
use crate::state::State;
use crate::text::exported::{BESIDE_WORK, IN_FLIGHT};
use crate::trace::Totals;
use crate::units::{Ns, Range};

/// How many stretches a run is divided into, at most.
pub(super) const STRETCHES: u64 = 2_000;

/// The counters and their parts.
const COUNTERS: [(&str, &[&str]); 2] =
    [("cores", &["working", BESIDE_WORK, "overhead"]), ("tasks", &["ready", "waiting", IN_FLIGHT])];

impl Writer<'_, '_, '_> {
    pub(super) fn counters(&mut self) -> io::Result<()> {
        let (window, trace) = (self.window, self.run.trace());
        let whole = window.len().0;
        if whole == 0 || trace.aggregate().is_empty() {
            return Ok(());
        }
        let count = STRETCHES.min(whole.div_ceil(1_000));
        let edge = |n: u64| window.from + window.len().times(n, count);
        let late: Vec<_> = trace.overdue(window.to).collect();
        let totals = |at: Ns| {
            let mut totals = trace.aggregate().totals(at);
            // As everywhere: a task that is overdue at the end could have gone on since its deadline.
            late.iter().filter(|l| l.from < at).for_each(|l| totals.shift(l.kind, l.ready(), at - l.from));
            totals
        };
        let mut before = totals(window.from);
        let mut shown = [None; 2];
        for n in 0..count {
            let stretch = Range::new(edge(n), edge(n + 1));
            let now = totals(stretch.to);
            let values = parts(&now.since(&before));
            before = now;
            for (index, values) in values.into_iter().enumerate() {
                let values = values.map(|time| mean(time, stretch.len()));
                if shown[index].replace(values) != Some(values) {
                    self.sample(COUNTERS[index], stretch.from, values)?;
                }
            }
        }
        // At the end every counter goes to zero.
        for counter in COUNTERS {
            self.sample(counter, window.to, [0; 3])?;
        }
        Ok(())
    }

    fn sample(&mut self, (name, parts): (&str, &[&str]), at: Ns, values: [u64; 3]) -> io::Result<()> {
        let pid = self.pid;
        self.tally.samples += 1;
        self.json.next()?.raw("{\"ph\":\"C\",\"pid\":").int(pid).raw(",\"ts\":").micros(at);
        self.json.raw(",\"name\":\"").raw(name).raw("\",\"args\":{");
        for (index, (part, value)) in parts.iter().zip(values).enumerate() {
            self.json.raw(if index > 0 { ",\"" } else { "\"" }).raw(part).raw("\":").millionths(value);
        }
        self.json.raw("}}");
        Ok(())
    }
}

/// The time of each part of each counter.
fn parts(sums: &Totals) -> [[Ns; 3]; 2] {
    let states = sums.states();
    let of = |states_: &[State]| states_.iter().map(|s| states[*s as usize]).sum::<Ns>();
    let in_flight: Vec<State> = State::ALL.into_iter().filter(|s| s.is_in_flight()).collect();
    [
        [of(&[State::Running]), sums.all_off_task(), sums.all_overhead()],
        [
            of(&[State::Ready, State::Preempted]),
            of(&[State::Lock, State::Channel, State::Gil, State::Io, State::Sleep, State::Unknown]),
            of(&in_flight),
        ],
    ]
}

/// The mean number, in millionths, of what spent `time` in a stretch of `length`.
fn mean(time: Ns, length: Ns) -> u64 {
    time.times(1_000_000, length.0).0
}
