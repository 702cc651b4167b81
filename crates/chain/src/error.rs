//! What can go wrong between the keeper and L1.

use alloy::primitives::Address;
use rota_core::intent::StoreFault;

/// Why L1 could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    #[error("l1.rpc: {url:?} is not an HTTP URL")]
    BadUrl { url: String },
    #[error("no L1 endpoint answered {method}; the last one tried, {url}: {reason}: check l1.rpc")]
    Unanswered { method: &'static str, url: String, reason: String },
    /// The endpoint is well and said no.
    #[error("L1 refused {method}: {message}")]
    Refused { method: &'static str, message: String, revert: Option<alloy::primitives::Bytes> },
    #[error("{method} was answered with something else than was asked for: {reason}")]
    Nonsense { method: &'static str, reason: String },
    #[error(
        "{url} is chain {found}, the configuration says {expected}: check l1.rpc and l1.chain_id"
    )]
    WrongChain { url: String, found: u64, expected: u64 },
    #[error("nothing is deployed at {address}: check contracts.{name} and l1.rpc")]
    NotDeployed { name: &'static str, address: Address },
    #[error(
        "the Baton at {baton} works with the {name} at {found}, the configuration says {expected}: check contracts.{name}"
    )]
    NotOneDeployment { baton: Address, name: &'static str, found: Address, expected: Address },
    #[error(
        "the Baton at {baton} is of L2 chain {found}, the configuration says {expected}: check l2.chain_id"
    )]
    WrongRollup { baton: Address, found: u64, expected: u64 },
    #[error(
        "L1's head is answered as block {answered}, but block {known} is known: the endpoint lags behind"
    )]
    Behind { answered: u64, known: u64 },
    #[error("L1 block {0} is gone: L1 was reorganized while it was read")]
    BlockGone(String),
    #[error("no L1 block dated {time} or later, which is to seed epoch {epoch}, was found")]
    NoSeedBlock { epoch: u64, time: u64 },
    #[error(
        "a stored transaction is {from}'s, whose key is not configured: check keys.sequencer_file and keys.owner_file"
    )]
    NoKey { from: Address },
    #[error("intents could not be stored")]
    Store(#[source] StoreFault),
}

impl ChainError {
    /// Whether nothing else can be expected to work either: no endpoint answers, or the store does not.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unanswered { .. } | Self::Store(_))
    }
}
