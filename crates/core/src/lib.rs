//! What a keeper decides. No I/O, no clock, no tasks: every function is told the view and the time.

pub mod authority;
pub mod bid;
pub mod duties;
pub mod envelope;
pub mod fence;
pub mod intent;
pub mod me;
pub mod message;
pub mod seal;
pub mod strategy;
pub mod timeline;
pub mod types;
pub mod view;

pub use types::*;

#[cfg(test)]
mod scene;
