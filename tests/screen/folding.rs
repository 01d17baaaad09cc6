//! Laws of folding: exact sums, kept ink, and a picture that does not flicker.

use concviz::scene::{Grid, Scene, View, fold, level};
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, Event, Record, TaskName, Trace};
use concviz::units::{CoreId, Ns, Range, Stamp, TaskId, WorkerId};
use proptest::prelude::*;

/// A trace of tasks, each a list of states with their lengths.
fn trace(tasks: &[Vec<(State, u64)>]) -> (Trace, Ns) {
    let name = |i: usize| TaskName { name: format!("task {i}"), background: false };
    let mut trace = Trace::new((0..tasks.len()).map(name).collect(), tasks.len() as u16);
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: tasks.len() as u16, cores: vec![0, 1] });
    let mut end = 0;
    for (index, spans) in tasks.iter().enumerate() {
        let task = TaskId(index as u32);
        let mut at = 0;
        let mut push = |at, event| {
            trace.push(&Record { at: Stamp(at), worker: WorkerId(index as u16), core: CoreId(0), event });
        };
        for &(state, length) in spans {
            push(at, Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None });
            at += length;
        }
        push(at, Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO });
        end = end.max(at);
    }
    (trace, Ns(end))
}

fn tasks() -> impl Strategy<Value = Vec<Vec<(State, u64)>>> {
    let state = (0u8..10).prop_map(|n| State::from_repr(n).expect("a state"));
    let span = (state, 1u64..5_000);
    proptest::collection::vec(proptest::collection::vec(span, 1..40), 1..6)
}

proptest! {
    #[test]
    fn a_column_holds_the_exact_share_of_every_state(tasks in tasks(), columns in 1u16..200) {
        let (trace, end) = trace(&tasks);
        let grid = Grid::over(Range::new(Ns::ZERO, end), columns);
        for (track, spans) in trace.tasks.iter().zip(&tasks) {
            let folded = fold(track, &grid, end);
            for state in State::ALL {
                let drawn: Ns = folded.iter().map(|c| c.sums[state as usize]).sum();
                let asked: u64 = spans.iter().filter(|(s, _)| *s == state).map(|(_, l)| l).sum();
                prop_assert_eq!(drawn, Ns(asked), "{:?}", state);
            }
            for column in &folded {
                let all: Ns = column.sums.iter().copied().sum();
                prop_assert!(all <= grid.cell);
                prop_assert!(column.longest_wait <= all);
            }
        }
    }

    #[test]
    fn summed_running_height_is_cores_busy(tasks in tasks(), columns in 1u16..120) {
        let (trace, end) = trace(&tasks);
        let view = View { grid: Grid::over(Range::new(Ns::ZERO, end), columns), until: end };
        let scene = Scene::build(&trace, &view, false);
        for (index, busy) in scene.busy.iter().enumerate() {
            let exact: f64 = scene.lanes.iter().map(|l| l.columns[index].running().share_of(view.grid.cell)).sum();
            prop_assert!((exact - busy).abs() < 1e-9);
            let drawn: u32 = scene.lanes.iter().map(|l| l.columns[index].height(view.grid.cell, 16)).sum();
            // Rounding costs half a step a lane; a whole one where a trace of work is kept visible.
            let tolerance = scene.lanes.len() as f64 / 16.0;
            prop_assert!((f64::from(drawn) / 16.0 - busy).abs() <= tolerance + 1e-9);
        }
    }

    #[test]
    fn no_work_disappears_and_none_is_invented(tasks in tasks(), columns in 1u16..120) {
        let (trace, end) = trace(&tasks);
        let grid = Grid::over(Range::new(Ns::ZERO, end), columns);
        for track in &trace.tasks {
            for column in fold(track, &grid, end) {
                let worked = column.running() > Ns::ZERO;
                prop_assert_eq!(column.height(grid.cell, 16) > 0, worked);
                if let Some(halves) = column.halves {
                    for state in State::ALL {
                        let shown = halves.iter().any(|h| h.state == Some(state));
                        prop_assert_eq!(shown, column.sums[state as usize] > Ns::ZERO, "{:?} {:?}", state, column);
                    }
                }
            }
        }
    }

    #[test]
    fn panning_by_columns_moves_the_picture_and_changes_nothing(tasks in tasks(), columns in 4u16..60, by in 1u16..4) {
        let (trace, end) = trace(&tasks);
        let length = Ns((end.0 / 2).max(u64::from(columns)));
        let here = Grid::over(Range::new(Ns::ZERO, length), columns);
        let there = Grid { from: here.from + Ns(here.cell.0 * u64::from(by)), ..here };
        for track in &trace.tasks {
            let (a, b) = (fold(track, &here, end), fold(track, &there, end));
            prop_assert_eq!(&a[usize::from(by)..], &b[..b.len() - usize::from(by)]);
        }
    }

    #[test]
    fn a_playhead_never_shows_the_future(tasks in tasks(), part in 0u64..100) {
        let (trace, end) = trace(&tasks);
        let until = end.times(part, 100);
        let grid = Grid::over(Range::new(Ns::ZERO, end), 50);
        let scene = Scene::build(&trace, &View { grid, until }, true);
        let drawn: Ns = scene.lanes.iter().flat_map(|l| &l.columns).flat_map(|c| c.sums).sum();
        let past: Ns = trace.tasks.iter().flat_map(|t| t.sums(until)).sum();
        prop_assert_eq!(drawn, past);
    }

    #[test]
    fn heights_keep_order_and_ends(a in 0.0f64..1.0, b in 0.0f64..1.0, levels in 1u32..64) {
        if a <= b {
            prop_assert!(level(a, levels) <= level(b, levels));
        }
        prop_assert_eq!(level(0.0, levels), 0);
        prop_assert_eq!(level(1.0, levels), levels);
    }
}
