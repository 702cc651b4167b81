//! What operators tell each other and what users hand in.
//!
//! **Out**: each operator serves one append-only public stream of what it sealed and signed ([`server`]), in the order in
//! which its store made it durable. **In**: a keeper or a follower reads the streams of all operators ([`client`]). Nothing
//! is pushed and nobody is trusted: every item carries a signature that the reader checks against the chain, so it does not
//! matter who delivers it.
//!
//! **Ingress**: `eth_sendRawTransaction` for users ([`ingress`]). What it answered is in the store first, and it is offered
//! to the operators whose turn it is, again and again, until a block includes it ([`offers`]). L2 pools are not shared, so a
//! change of holder loses every pending transaction that nobody offers again.
//!
//! What this crate does not do: decide which block is right (the fence), order blocks (the driver), know L1 (the view, asked
//! through [`Directory`]).

mod bounded;
pub mod client;
pub mod ingress;
pub mod offers;
pub mod pool;
pub mod server;

use rota_core::{
    message::{SealedBlock, StreamItem},
    types::OperatorId,
};

/// Where an operator's relay is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub operator: OperatorId,
    /// Base URL, as announced in the registry.
    pub endpoint: String,
}

/// Whether an item may be handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// L1, as far as we know it, does not support it; it may in a few blocks.
    NotYet,
    /// Forged or broken.
    Bad,
}

/// What the relay has to ask the L1 view. Every answer may change from call to call.
pub trait Directory: Send + Sync + 'static {
    /// Every registered operator's relay but our own.
    fn peers(&self) -> Vec<Peer>;
    /// Whether the item is signed by the key of the operator that it names, for a slot that has begun, that this operator held, and
    /// into or before which a block is dated.
    fn judge(&self, item: &StreamItem) -> Verdict;
    /// Who includes transactions: the holder now and, if another, the holder a few blocks from now. Without ourselves.
    fn includers(&self) -> Vec<Peer>;
}

/// What peers told, verified, in the order in which it came.
#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    Item(StreamItem),
    /// A block that was asked for.
    Block(Box<SealedBlock>),
    /// Every peer was asked once since the start for all blocks it has, and answered or is out of reach.
    Heard,
}
