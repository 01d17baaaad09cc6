//! The real engine, held against laws that hold on any machine, however busy: never against exact times.

#[path = "engine/calls.rs"]
mod calls;
#[path = "support/deadlock.rs"]
mod deadlock;
#[path = "engine/laws.rs"]
mod laws;
#[path = "engine/life.rs"]
mod life;
#[path = "engine/programs.rs"]
mod programs;
#[path = "engine/random.rs"]
mod random;
#[path = "engine/record.rs"]
mod record;
#[path = "engine/refusals.rs"]
mod refusals;
#[path = "engine/sharing.rs"]
mod sharing;
#[cfg(target_os = "linux")]
#[path = "support/skipped.rs"]
mod skipped;
#[path = "engine/support.rs"]
mod support;
#[path = "engine/talking.rs"]
mod talking;
#[path = "engine/waits.rs"]
mod waits;
