//! What was done to the run as a whole: a dial was turned, it stood still, events were lost.

use std::io;

use super::Writer;
use crate::text::exported::DROPPED;
use crate::trace::Flag;
use crate::units::{Ns, Range, TurnLength};

impl Writer<'_, '_, '_> {
    pub(super) fn marks(&mut self) -> io::Result<()> {
        let (trace, window) = (self.run.trace(), self.window);
        let seen = |at: Ns| window.from <= at && at <= window.to;
        let pauses = apart(&trace.suspended, window);
        let quiet = trace.flags.is_empty() && trace.losses.is_empty() && pauses.is_empty();
        if quiet && trace.forgotten == Ns::ZERO {
            return Ok(());
        }
        let track = self.track(self.tids.marks, "marks")?;
        for pause in pauses {
            self.slice(&track, pause, "\"suspended\"", ",\"cat\":\"run\",\"cname\":\"grey\"")?.raw("}");
            self.tally.pauses += 1;
        }
        for (at, Flag::Interval(length)) in trace.flags.iter().filter(|(at, _)| seen(*at)) {
            self.instant(&track, *at)?.json.raw(",\"name\":\"interval changed\",\"cat\":\"run\",\"args\":{");
            match length {
                TurnLength::Time(time) => self.json.raw("\"interval_ns\":").int(time.0),
                TurnLength::Ticks(ticks) => self.json.raw("\"check_interval\":").int(u64::from(*ticks)),
            };
            self.json.raw("}}");
        }
        for loss in trace.losses.iter().filter(|loss| seen(loss.at)) {
            self.instant(&track, loss.at)?.json.raw(",\"name\":\"events lost\",\"cat\":\"run\",\"cname\":\"terrible\"");
            self.json.raw(",\"args\":{\"count\":").int(loss.count);
            self.json.known(",\"worker\":", self.run.worker(loss.worker)).raw("}}");
        }
        if trace.forgotten > Ns::ZERO && seen(trace.forgotten) {
            self.instant(&track, trace.forgotten)?.json.raw(",\"name\":\"").raw(DROPPED).raw("\",\"cat\":\"run\"}");
        }
        Ok(())
    }
}

/// `ranges` within `window`, in order; those that touch are joined.
fn apart(ranges: &[Range], window: Range) -> Vec<Range> {
    let mut cut: Vec<Range> = ranges.iter().map(|r| r.and(window)).filter(|r| !r.is_empty()).collect();
    cut.sort_unstable_by_key(|r| r.from);
    let mut apart: Vec<Range> = Vec::new();
    for range in cut {
        match apart.last_mut() {
            Some(last) if range.from <= last.to => last.to = last.to.max(range.to),
            _ => apart.push(range),
        }
    }
    apart
}
