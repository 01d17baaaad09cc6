//! The screen without a terminal: made-up runs go through the program's state and are drawn into a buffer.

mod board;
mod compare;
mod costs;
mod finished;
mod folding;
mod hints;
mod keys;
mod lanes;
mod lit;
mod locks;
mod machine;
mod made;
mod mouse;
mod observed;
mod pictures;
mod playhead;
mod sharing;
mod toasts;
mod variants;
mod views;
mod words;
mod workers;
mod works;
