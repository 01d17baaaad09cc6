//! What keys will do that do nothing yet.

#![expect(missing_docs, reason = "each is named after what it says")]

pub const CODE: &str = "the code of a task";
pub const WHY: &str = "why something is as it is";
pub const PREDICT: &str = "predict what happens before it is run";
pub const STAGE_BEFORE: &str = "the stage before, in a stack";
pub const STAGE_AFTER: &str = "the stage after, in a stack";
pub const KILL: &str = "kill a worker";
pub const MODELS: &str = "the models of a program";
pub const PRINTED: &str = "what the run has printed";
pub const WHOLE_STAGE: &str = "the whole stage for the lanes";
