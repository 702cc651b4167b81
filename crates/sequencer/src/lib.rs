//! An unmodified op-node behind the seal fence.
//!
//! ```text
//!             Role (L1 view)      FromPeers (relay)
//!                  |                     |
//!   op-node <-- driver: decide(what is) -> one step --> store, stream --> relay
//!      |           ^                                      ^
//!      | conductor_commitUnsafePayload                    |
//!      +---------> seam: fence.seal(payload) -------------+
//! ```
//!
//! - [`seam`] answers op-node: `conductor_leader`, and for each block that op-node sealed, before op-node lets it out,
//!   `conductor_commitUnsafePayload`. Only what the fence sealed and the store recorded is answered without an error.
//! - [`driver`] is a pure function: from what the node, the store and L1 say it answers the one next step. Nothing is remembered
//!   between steps, so a restarted keeper goes on where it was.
//! - [`shell`] observes, asks the driver, carries the step out, and observes again.
//! - [`batcher`] keeps this operator's op-batcher running while the chain's batcher key is one of its own.
//!
//! # Promises
//! - Fence first: nothing is sealed after [`driver::Step::Stop`] was begun, whatever op-node still does.
//! - A turn starts on the predecessor's last block as soon as it is there; if it is not, min(2 s, 2 blocks) after it was due,
//!   on the best block that is.
//! - A sealed block is on disk and in the stream before op-node may gossip or insert it; what op-node then loses, the driver posts
//!   again.
//!
//! # Does not do
//! It verifies no peer's signature (relay), knows no slot that [`Role`] does not name (the view), and never asks op-node to
//! override the leader.

pub mod batcher;
pub mod clients;
pub mod conductor;
pub mod driver;
pub mod rpc;
pub mod seam;
pub mod shell;

use rota_core::{
    authority::Authority,
    message::{SealedBlock, SignedReceipt},
};

/// What L1 says about this operator: the input of everything here, replaced at every answered L1 head request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    pub authority: Authority,
    pub batcher: Batcher,
}

/// Whose batcher key derivation listens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batcher {
    /// One of this operator's own since this L1 block.
    Ours { since: u64 },
    #[default]
    Theirs,
}

/// What the relay hands over, verified, in the order in which it came.
#[derive(Clone, Debug)]
pub enum FromPeers {
    /// A block with its maker's commitment; one by this operator's own key is one that its store lost.
    Block(Box<SealedBlock>),
    /// A predecessor's receipt, to be countersigned.
    Receipt(Box<SignedReceipt>),
    /// Every peer was asked once since the start for all it has, and answered or is out of reach.
    Heard,
}

/// Blocks from this number on are missing: whoever has them, hand them over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub from: u64,
}
