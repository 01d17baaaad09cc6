use super::*;
use crate::machine::sys::{self, thread_id};
use crate::trace::Stamped;

#[test]
fn who_was_ready_before_the_loop_woke_up_goes_on_from_then() {
    let run = crate::engine::real::cells::a_run();
    let tracer = run.shared.tracer(WorkerId(0)).expect("a ring");
    tracer.introduce(thread_id() == 0);
    let turns =
        Loop::new(&run, Worker::new(run.shared, tracer, run.queues, None), tokio::sync::mpsc::unbounded_channel().0);
    let turns = turns.expect("a timer");
    // The loop began to listen long ago, and wakes up now: tasks that were ready in between had a late timer.
    turns.listens.store(1, Ordering::Relaxed);
    let before = sys::now();
    turns.wake();
    let woke = Stamp(turns.woke.load(Ordering::Relaxed));
    assert!(woke >= before);
    let ready = |at: Option<Stamp>| {
        turns.go_on(TaskId(0), at);
        let mut events: Vec<Stamped> = Vec::new();
        run.shared.ring(WorkerId(0)).expect("a ring").drain(&mut events);
        let Some(Stamped { at, event: Event::Enter { ago, .. }, .. }) = events.pop() else { panic!("it goes on") };
        Stamp(at.0 - ago.0)
    };
    assert_eq!(ready(Some(Stamp(5))), woke, "its deadline was long before");
    let later = sys::now();
    assert_eq!(ready(Some(later)), later, "the loop was awake when it became ready");
    let unknown = sys::now();
    assert!(ready(None) >= unknown);
    // A glance is no wait: a task that is found ready then was ready before.
    turns.listens.store(sys::now().0, Ordering::Relaxed);
    turns.wake();
    assert_eq!(Stamp(turns.woke.load(Ordering::Relaxed)), woke);
}
