//! See concurrency: the same work as serial, threads, processes and async, with and without a global lock.
//!
//! Five nouns carry the program: a **workload** (data) under a **model** (rules) makes a **run**; a run leaves a
//! **trace**; a trace is drawn as a **scene**. Modules stand in layers and import only from layers below them, never
//! from a sibling; `tests/layers` holds the table that `ARCHITECTURE.md` explains.

pub mod app;
pub mod cli;
pub mod doctor;
#[cfg(not(unix))]
pub mod elsewhere;
#[cfg(unix)]
pub mod engine;
pub mod export;
pub mod files;
#[cfg(unix)]
pub mod headless;
pub mod insight;
pub mod interpreter;
pub mod look;
pub mod machine;
pub mod model;
pub mod palette;
pub mod pictures;
pub mod plan;
pub mod recorder;
pub mod recording;
pub mod report;
#[cfg(unix)]
pub mod runtime;
pub mod scene;
pub mod semantics;
pub mod settings;
pub mod state;
pub mod text;
pub mod trace;
pub mod ui;
pub mod units;
#[cfg(unix)]
pub mod watching;
pub mod workload;
