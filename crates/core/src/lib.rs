//! What a keeper decides. No I/O, no clock, no tasks: every function is told the view and the time.

pub mod authority;
pub mod envelope;
pub mod fence;
pub mod message;
pub mod seal;
pub mod types;

pub use types::*;
