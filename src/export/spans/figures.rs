//! What the stretches of a run add up to.

use std::io;

use crate::export::Portion;
use crate::export::json::Json;
use crate::state::State;
use crate::trace::{LockTrack, Span};
use crate::units::{Ns, Range, TaskId};

/// Time spent on one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// All of the time.
    pub sum: Ns,
    /// The longest time without a break.
    pub longest: Ns,
    /// How many times, from one break to the next.
    pub count: u64,
}

impl Figures {
    fn add(&mut self, time: Ns) {
        self.sum += time;
        self.longest = self.longest.max(time);
        self.count += 1;
    }

    fn add_all(&mut self, other: &Figures) {
        self.sum += other.sum;
        self.longest = self.longest.max(other.longest);
        self.count += other.count;
    }
}

/// What a task did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFigures {
    /// The task.
    pub task: TaskId,
    /// What it is called.
    pub name: String,
    /// Whether the run may end before it does.
    pub background: bool,
    /// By `State as usize`.
    pub states: [Figures; State::COUNT],
}

/// What the run had of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoreFigures {
    /// The kernel's number.
    pub core: u16,
    /// Time in which tasks computed there.
    pub working: Ns,
    /// Time in which threads of the run were there without computing.
    pub off_task: Ns,
    /// Time in which threads that watch or serve the run were there.
    pub overhead: Ns,
}

/// The figures of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockFigures {
    /// What it is called.
    pub name: String,
    /// Time held, turn by turn.
    pub held: Figures,
    /// Time for which the tasks that got it had waited, and how many had to.
    pub waited: Figures,
    /// How many times another task took it than the one before.
    pub hand_overs: u64,
    /// How many turns ended because somebody had asked.
    pub forced: u64,
    /// How many turns ended by the holder's own will.
    pub voluntary: u64,
    /// How many times in the whole run its holder died with it.
    pub abandoned: u64,
}

/// The figures of a run within its window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// All tasks together, by `State as usize`.
    pub states: [Figures; State::COUNT],
    /// Each task, in the plan's order.
    pub tasks: Vec<TaskFigures>,
    /// Each core on which the run was seen, in the kernel's order.
    pub cores: Vec<CoreFigures>,
    /// Each lock that was taken.
    pub locks: Vec<LockFigures>,
}

impl Statistics {
    /// The statistics of `run`.
    pub fn of(run: &Portion<'_>) -> Statistics {
        let window = run.window();
        let mut states = [Figures::default(); State::COUNT];
        let mut tasks = Vec::with_capacity(run.trace().tasks.len());
        for (task, track) in run.tasks().zip(&run.trace().tasks) {
            let own = by_state(track.spans(window));
            states.iter_mut().zip(&own).for_each(|(all, own)| all.add_all(own));
            let background = run.trace().is_background(task);
            tasks.push(TaskFigures { task, name: run.task_name(task), background, states: own });
        }
        let locks = run.trace().locks.iter().map(|(id, lock)| of_lock(run.lock_name(*id), lock, window));
        Statistics { states, tasks, cores: cores(run, window), locks: locks.collect() }
    }
}

/// Time in each state. Stretches that follow each other in one state are one: to change the core is no break.
fn by_state(spans: impl Iterator<Item = Span>) -> [Figures; State::COUNT] {
    let mut figures = [Figures::default(); State::COUNT];
    let mut last: Option<(State, Range)> = None;
    let mut add = |(state, range): (State, Range)| {
        if let Some(figures) = figures.get_mut(state as usize) {
            figures.add(range.len());
        }
    };
    for span in spans {
        match &mut last {
            Some((state, range)) if *state == span.state && range.to == span.range.from => range.to = span.range.to,
            _ => last.replace((span.state, span.range)).into_iter().for_each(&mut add),
        }
    }
    last.into_iter().for_each(&mut add);
    figures
}

fn cores(run: &Portion<'_>, window: Range) -> Vec<CoreFigures> {
    let aggregate = run.trace().aggregate();
    let sums = aggregate.totals(window.to).since(&aggregate.totals(window.from));
    let used = |(place, core): (usize, &u16)| CoreFigures {
        core: *core,
        working: sums.on_core(place),
        off_task: sums.off_task(place),
        overhead: sums.overhead(place),
    };
    let mut cores: Vec<CoreFigures> = aggregate.cores().iter().enumerate().map(used).collect();
    cores.sort_unstable_by_key(|c| c.core);
    cores
}

fn of_lock(name: String, lock: &LockTrack, window: Range) -> LockFigures {
    let (mut held, mut waited) = (Figures::default(), Figures::default());
    for hold in lock.holds(window) {
        held.add(hold.range.len());
        if hold.waited > Ns::ZERO {
            waited.add(hold.waited);
        }
    }
    let (before, after) = (lock.figures(window.from), lock.figures(window.to));
    LockFigures {
        name,
        held,
        waited,
        hand_overs: after.hand_overs.saturating_sub(before.hand_overs),
        forced: after.forced.saturating_sub(before.forced),
        voluntary: after.voluntary.saturating_sub(before.voluntary),
        abandoned: lock.abandoned,
    }
}

/// Writes the figures of `run` into its document.
pub(super) fn write(json: &mut Json<'_>, run: &Portion<'_>) -> io::Result<()> {
    let all = Statistics::of(run);
    json.raw(",\"states\":");
    states(json, run, &all.states);
    json.raw(",\"tasks\":").list();
    for task in &all.tasks {
        json.next()?.raw("{\"task\":").int(u64::from(task.task.0) + 1).raw(",\"name\":").text(&task.name);
        json.raw(",\"background\":").raw(super::truth(task.background)).raw(",\"states\":");
        states(json, run, &task.states);
        json.raw("}");
    }
    json.raw("],\"cores\":").list();
    for core in &all.cores {
        json.next()?.raw("{\"core\":").int(u64::from(core.core)).raw(",\"working_ns\":").int(core.working.0);
        json.raw(",\"beside_ns\":").int(core.off_task.0).raw(",\"overhead_ns\":").int(core.overhead.0).raw("}");
    }
    json.raw("],\"locks\":").list();
    for lock in &all.locks {
        json.next()?.raw("{\"name\":").text(&lock.name).raw(",\"held\":");
        figures(json, &lock.held);
        json.raw(",\"waited\":");
        figures(json, &lock.waited);
        json.raw(",\"hand_overs\":").int(lock.hand_overs).raw(",\"forced\":").int(lock.forced);
        json.raw(",\"voluntary\":").int(lock.voluntary).raw(",\"abandoned\":").int(lock.abandoned).raw("}");
    }
    json.raw("]");
    Ok(())
}

fn states(json: &mut Json<'_>, run: &Portion<'_>, all: &[Figures; State::COUNT]) {
    for (index, (state, known)) in run.states().enumerate() {
        json.raw(if index > 0 { ",\"" } else { "{\"" }).raw(state.name()).raw("\":");
        if known {
            figures(json, &all[state as usize]);
        } else {
            json.raw("null");
        }
    }
    json.raw("}");
}

fn figures(json: &mut Json<'_>, figures: &Figures) {
    json.raw("{\"sum_ns\":").int(figures.sum.0).raw(",\"longest_ns\":").int(figures.longest.0);
    json.raw(",\"count\":").int(figures.count).raw("}");
}
