//! The line that says what watching costs: how much is recorded, what one event took, what is missing, and how much of
//! the cores each of the watching threads and processes used. One key shows it at every size, over everything else in
//! its row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::App;
use crate::text::{Costs, Label};
use crate::trace::{KernelRecord, Observing};
use crate::units::Ns;

/// Draws the line above the footer, if the user asked for it.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    if !app.costs {
        return;
    }
    let (y, right) = (layout.footer - 1, layout.area.right());
    paint::fill(buffer, Rect::new(layout.area.x, y, layout.area.width, 1), look.ground());
    let Some(costs) = costs(app) else {
        paint::put(buffer, layout.area.x + 1, y, right, Label::NoRunYet.text(), look.fg(Role::Dim));
        return;
    };
    let mut x = layout.area.x + 1;
    for (n, part) in costs.parts(layout.is_narrow()).into_iter().enumerate() {
        let gap = if n == 0 { 0 } else { 2 };
        if x + gap + paint::width(&part) > right {
            break;
        }
        // Missing events stand out: nobody should have to look for them.
        let role = if n == 0 && costs.lost > 0 { Role::Alarm } else { Role::Text };
        x = paint::put(buffer, x + gap, y, right, &part, look.fg(role));
    }
}

/// The costs at the playhead; nothing before a run has begun.
fn costs(app: &App) -> Option<Costs> {
    let run = app.run()?;
    run.trace().t0()?;
    let trace = run.trace();
    let refusal = match &trace.kernel_record {
        KernelRecord::Switches => None,
        KernelRecord::None(why) => Some(why.clone()),
    };
    let Some((end, time)) = trace.report.as_ref().zip(trace.makespan()) else {
        let elapsed = app.now.since(trace.t0()?).as_secs().max(1e-3);
        let lost = trace.losses.iter().map(|loss| loss.count).sum();
        return Some(Costs { events: trace.event_count() as f64 / elapsed, lost, refusal, ..Costs::default() });
    };
    let per_second = |n: u64| n as f64 / time.as_secs().max(1e-9);
    let program = run.recording.conditions.screen.filter(|busy| *busy > 0.0);
    let observing = Observing::of(end, time, trace.cores.len(), program);
    Some(Costs {
        events: per_second(end.events),
        each: (end.thousand_events > Ns::ZERO).then(|| end.thousand_events.0 as f64 / 1e3),
        lost: end.lost + end.kernel.map_or(0, |kernel| kernel.lost),
        switches: end.kernel.map(|kernel| per_second(kernel.switches)),
        refusal,
        watching: Some(observing.all()),
        shares: [observing.program.unwrap_or(0.0), observing.collector, observing.dispatcher, observing.server],
    })
}
