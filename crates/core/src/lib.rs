//! What a keeper decides. No I/O, no clock, no tasks: every function is told the view and the time.
//!
//! ```text
//!  L1 blocks + events ──> [view::ChainView] ──┬──> [duties::due] ──> intents ──> transactions (crates/chain)
//!                                             └──> [authority::Authority] ──> [fence::Fence] ──> signed blocks (crates/sequencer)
//! ```
//!
//! - [`view`] is what the contracts' events say as of one L1 block; a reorg is a rewind and an apply.
//! - [`timeline`] is the only source of instants, the twin of `contracts/libraries/Timeline.sol`.
//! - [`duties`] say what to do on L1, [`strategy`] what to bid, [`bid`] how a bid is hidden and survives a lost disk.
//! - [`intent`] is what they ask for: what, not how.
//! - [`fence`] is the safety argument: the one place where blocks are signed. It trusts [`authority`], which the view makes.
//! - [`message`] is what operators say to each other, [`seal`] what the fence needs of a store.
//!
//! The same view, node and time always give the same answer, so tests, simulations and the keeper run the same code. The
//! collections are ordered for that reason, and `clippy.toml` refuses clocks and hash maps.
//!
//! Start reading at [`duties::due`] and at [`fence`].

pub mod authority;
pub mod bid;
pub mod duties;
pub mod envelope;
pub mod fence;
pub mod intent;
pub mod me;
pub mod message;
mod root_cause;
pub mod seal;
pub mod strategy;
pub mod timeline;
pub mod types;
pub mod view;

pub use root_cause::root_cause;
pub use types::*;

#[cfg(test)]
mod scene;
