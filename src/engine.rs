//! The engines: each executes a plan and reports events. Engines know nothing of each other, nor of any screen.

pub mod real;
