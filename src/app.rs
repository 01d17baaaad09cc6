//! The program's state and how it changes: `update(&mut App, Message) -> Vec<Effect>`. No clocks, no channels, no
//! terminal: the time comes in with [`Message::Tick`], and what is to be done goes out as an [`Effect`].

mod board;
mod coloring;
mod compare;
mod comparing;
pub mod filter;
mod finding;
mod focus;
pub mod keys;
mod lanes;
mod layer;
mod layers;
mod message;
mod order;
mod playhead;
mod playing;
mod run;
mod samples;
mod saved;
mod scenes;
mod setup;
mod show;
mod shown;
mod source;
mod start;
mod state;
mod update;
mod viewport;
mod views;

pub use board::{Row, RowKey, Scoreboard};
pub use coloring::Coloring;
pub use compare::{Compare, Compared, Held, InComparison};
pub use focus::{Focus, Selection};
pub use keys::{Action, Key};
pub use lanes::{Lanes, Sort};
pub use layer::{InLayer, Layer};
pub use message::{Effect, Message, Target};
pub use playhead::{Playhead, Speed};
pub use run::{Phase, Run, RunId};
pub use samples::{CoreLoad, Samples};
pub use saved::{Saved, Unsaved};
pub use setup::Dial;
pub use shown::{Place, Shown, View, ViewRow};
pub use source::{Files, InFiles, Live, Source};
pub use state::{App, Toast};
pub use update::update;
