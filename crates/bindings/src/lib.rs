//! The contracts' types: calls, events and errors, one module a contract (`Baton` for `IBaton`, and so on).
//!
//! Nothing is written by hand: `build.rs` compiles `contracts/interfaces`, the same files that the forge tests test, so a
//! changed signature is a compile error in the keeper.

#![allow(missing_docs, clippy::too_many_arguments)] // generated

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
