//! What a step does under each model: the heart of the program, as one exhaustive table. The interpreter, engines,
//! findings and documentation read it; no other module decides what a step does. Knows no threads and no clocks.

use crate::model::ModelKind;
use crate::state::State;
use crate::workload::{Op, StepKind, walk};

/// What a step does to the worker that performs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What happens to the worker meanwhile.
    pub worker: Worker,
    /// What happens to the global lock, where there is one.
    pub lock: LockUse,
    /// The state the task is in.
    pub state: State,
    /// Whether what tasks share reaches this one by value only: a message is serialized and sent, a counter is the
    /// copy of the task's own worker.
    pub by_value: bool,
}

/// What happens to the worker while the step lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// It executes the step on a core.
    Computes,
    /// It waits with the task and does nothing else.
    Blocks,
    /// It is free: the task is suspended and the worker runs other tasks.
    Suspends,
    /// It is free: the step is handed to a pool of helper threads, and the task is suspended until one has done it.
    Offloads,
    /// It offers its core to others and goes on.
    YieldsCore,
    /// It puts the task at the end of its loop's queue.
    YieldsLoop,
    /// Nothing: the step has no meaning here.
    PassesBy,
}

impl Worker {
    /// Whether an event loop runs other tasks meanwhile.
    pub const fn lets_the_loop_go(self) -> bool {
        matches!(self, Worker::Suspends | Worker::Offloads | Worker::YieldsLoop)
    }
}

/// What happens to the global lock while the step lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockUse {
    /// It must be held, and is given up when another worker asks for it.
    Held,
    /// It must be held, and is not given up before the step's end.
    HeldToTheEnd,
    /// It must be held, and is not given up before the step that follows this one.
    HeldBeyond,
    /// It is let go of before and taken again after.
    Released,
    /// It stays as it is.
    Kept,
}

/// What `step` does under `model`.
pub const fn effect(step: StepKind, model: ModelKind) -> Effect {
    use LockUse::{Held, HeldBeyond, HeldToTheEnd, Kept, Released};
    use ModelKind::{Async, Processes, Serial, Threads};
    use State::{Channel, Io, Lock, Ready, Running, Sleep};
    use Worker::{Blocks, Computes, Offloads, PassesBy, Suspends, YieldsCore, YieldsLoop};
    let (worker, lock, state) = match (step, model) {
        (StepKind::Compute, Serial | Threads | Processes | Async) => (Computes, Held, Running),
        (StepKind::HoldingCall, Serial | Threads | Processes | Async) => (Computes, HeldToTheEnd, Running),
        // A loop has one thread: nobody takes the lock meanwhile, and no other task moves.
        (StepKind::ReleasingCall, Serial | Threads | Processes | Async) => (Computes, Released, Running),
        (StepKind::Sleep, Serial | Threads | Processes) => (Blocks, Released, Sleep),
        // A suspended task keeps no worker; the loop itself lets go of the lock when it has nothing to run.
        (StepKind::Sleep, Async) => (Suspends, Kept, Sleep),
        (StepKind::BlockingSleep, Serial | Threads | Processes | Async) => (Blocks, Released, Sleep),
        (StepKind::Yield, Serial) => (PassesBy, Kept, Running),
        (StepKind::Yield, Threads | Processes) => (YieldsCore, Released, Ready),
        (StepKind::Yield, Async) => (YieldsLoop, Kept, Ready),
        // Without a loop nobody writes an `await`: the same code just goes on.
        (StepKind::Await, Serial | Threads | Processes) => (PassesBy, Kept, Running),
        (StepKind::Await, Async) => (YieldsLoop, Kept, Ready),
        (StepKind::Request, Serial | Threads | Processes) => (Blocks, Released, Io),
        (StepKind::Request, Async) => (Suspends, Kept, Io),
        (StepKind::Read | StepKind::Write, Serial | Threads | Processes) => (Blocks, Released, Io),
        // No system lets a loop wait for a file as it waits for a socket: async files are blocking ones on other
        // threads.
        (StepKind::Read | StepKind::Write, Async) => (Offloads, Kept, Io),
        (StepKind::Gap, Serial | Threads | Processes | Async) => (Computes, HeldBeyond, Running),
        // The tasks run one after the other: no other task wants the lock.
        (StepKind::Lock | StepKind::Try, Serial) => (PassesBy, Kept, Running),
        (StepKind::Lock, Threads | Processes) => (Blocks, Released, Lock),
        (StepKind::Lock, Async) => (Suspends, Kept, Lock),
        (StepKind::Try, Threads | Processes | Async) => (Computes, Held, Running),
        // Nobody else could make room, or put anything in: there is nothing to wait for.
        (StepKind::Put | StepKind::Get, Serial) => (Computes, Held, Running),
        (StepKind::Put | StepKind::Get, Threads | Processes) => (Blocks, Released, Channel),
        (StepKind::Put | StepKind::Get, Async) => (Suspends, Kept, Channel),
        (StepKind::Add | StepKind::AddAtomic, Serial | Threads | Processes | Async) => (Computes, Held, Running),
    };
    Effect { worker, lock, state, by_value: model.rules().by_value && step.touches_what_tasks_share() }
}

/// The table as a value: an [`Effect`] for each step under each model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table([[Effect; ModelKind::ALL.len()]; StepKind::ALL.len()]);

/// The table that runs use.
pub static TABLE: Table = Table::new();

impl Table {
    const fn new() -> Table {
        let nothing = Effect { worker: Worker::PassesBy, lock: LockUse::Kept, state: State::Running, by_value: false };
        let mut rows = [[nothing; ModelKind::ALL.len()]; StepKind::ALL.len()];
        let mut step = 0;
        while step < rows.len() {
            let mut model = 0;
            while model < rows[step].len() {
                let (of, under) = (StepKind::ALL[step], ModelKind::ALL[model]);
                rows[of as usize][under as usize] = effect(of, under);
                model += 1;
            }
            step += 1;
        }
        Table(rows)
    }

    /// What `step` does under `model`.
    pub const fn effect(&self, step: StepKind, model: ModelKind) -> Effect {
        self.0[step as usize][model as usize]
    }

    /// This table with another effect of `step` under `model`: to try what a changed cell would do.
    #[must_use]
    pub fn with(&self, step: StepKind, model: ModelKind, effect: Effect) -> Table {
        let mut changed = self.clone();
        changed.0[step as usize][model as usize] = effect;
        changed
    }

    /// Whether a `repeat until` of a task that repeats `body` under `model` can ever see other tasks end. Under serial
    /// no other task moves meanwhile; on an event loop others do if the body gives way. Where they do not, the repeat
    /// ends after its first round.
    pub fn others_move_during(&self, body: &[Op], model: ModelKind) -> bool {
        // A lock gives way only while another task has it, a queue only while it is full or empty: nothing to count on.
        let waits_for_others = |op: &Op| op.encloses() || op.puts_into().is_some() || op.gets_from().is_some();
        let gives_way =
            |op: &Op| !waits_for_others(op) && op.kind().is_some_and(|step| self.lets_the_loop_go(step, model));
        match model {
            ModelKind::Serial => false,
            ModelKind::Threads | ModelKind::Processes => true,
            ModelKind::Async => walk(body).any(|visit| gives_way(visit.op)),
        }
    }

    fn lets_the_loop_go(&self, step: StepKind, model: ModelKind) -> bool {
        self.effect(step, model).worker.lets_the_loop_go()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_cell_and_a_changed_one_changes_nothing_else() {
        let other = Effect { worker: Worker::PassesBy, lock: LockUse::Kept, state: State::Copying, by_value: true };
        for model in ModelKind::ALL {
            for step in StepKind::ALL {
                assert_eq!(TABLE.effect(step, model), effect(step, model));
                let changed = TABLE.with(step, model, other);
                for (m, s) in ModelKind::ALL.into_iter().flat_map(|m| StepKind::ALL.map(|s| (m, s))) {
                    let expected = if (m, s) == (model, step) { other } else { effect(s, m) };
                    assert_eq!(changed.effect(s, m), expected);
                }
            }
        }
    }

    #[test]
    fn only_async_suspends_and_only_where_the_code_gives_way() {
        for model in ModelKind::ALL {
            for step in StepKind::ALL {
                let suspends = matches!(effect(step, model).worker, Worker::Suspends | Worker::Offloads);
                let computes = effect(step, model).worker == Worker::Computes;
                let waits = !computes && !matches!(step, StepKind::BlockingSleep | StepKind::Yield | StepKind::Await);
                assert_eq!(suspends, model == ModelKind::Async && waits, "{step:?} {model:?}");
            }
        }
    }

    #[test]
    fn a_loop_moves_others_only_while_the_repeated_steps_give_way() {
        use crate::workload::Until;
        let blocks = vec![Op::BlockingSleep(crate::units::Ns::from_millis(1))];
        let gives_way = vec![Op::Repeat(Until::Times(2), vec![Op::Yield])];
        let moves = |body: &[Op], model| TABLE.others_move_during(body, model);
        assert!(!moves(&blocks, ModelKind::Async));
        assert!(moves(&gives_way, ModelKind::Async));
        assert!(moves(&blocks, ModelKind::Threads));
        assert!(!moves(&gives_way, ModelKind::Serial));
        assert!(moves(&[Op::Await], ModelKind::Async));
        let lock = Op::Lock(crate::workload::LockIndex(0), blocks.clone());
        assert!(!moves(&[lock], ModelKind::Async), "nothing to count on");
    }

    #[test]
    fn to_await_gives_way_to_a_loop_and_is_nothing_elsewhere() {
        assert_eq!(effect(StepKind::Await, ModelKind::Async), effect(StepKind::Yield, ModelKind::Async));
        for model in [ModelKind::Serial, ModelKind::Threads, ModelKind::Processes] {
            let effect = effect(StepKind::Await, model);
            assert_eq!((effect.worker, effect.lock), (Worker::PassesBy, LockUse::Kept), "{model:?}");
        }
    }

    #[test]
    fn whoever_computes_holds_the_lock_unless_the_call_says_otherwise_and_whoever_blocks_lets_it_go() {
        for model in ModelKind::ALL {
            for step in StepKind::ALL {
                let effect = effect(step, model);
                let holds = matches!(effect.lock, LockUse::Held | LockUse::HeldToTheEnd | LockUse::HeldBeyond);
                assert_eq!(effect.worker == Worker::Computes && step != StepKind::ReleasingCall, holds);
                if effect.worker == Worker::Blocks {
                    assert_eq!(effect.lock, LockUse::Released);
                }
            }
        }
    }

    #[test]
    fn only_between_processes_goes_by_value_what_tasks_share() {
        for model in ModelKind::ALL {
            for step in StepKind::ALL {
                let shared = matches!(step, StepKind::Put | StepKind::Get | StepKind::Add | StepKind::AddAtomic);
                assert_eq!(effect(step, model).by_value, shared && model == ModelKind::Processes, "{step:?} {model:?}");
            }
        }
    }
}
