//! What a duty is told besides the view: who it works for, and how that operator's node stands.

use crate::{
    bid::BidSecret,
    message::{BlockCommitment, domain},
    types::{BlockId, Millis, OperatorId, Timestamp, Wei},
    view::ChainView,
};
use alloy::{
    primitives::{Address, Bytes, Signature},
    signers::{self, SignerSync},
    sol,
    sol_types::SolStruct,
};

sol! {
    /// What a key signs to be registered by `owner`, so that nobody registers another's key.
    struct KeyBinding {
        address owner;
    }
}

/// The proof that `signer` agrees to be a sequencer or batcher key of `owner`'s operator in the `registry`.
pub fn key_proof(
    signer: &impl SignerSync,
    l1_chain_id: u64,
    registry: Address,
    owner: Address,
) -> Result<Bytes, signers::Error> {
    let digest = KeyBinding { owner }.eip712_signing_hash(&domain(l1_chain_id, registry));
    Ok(Bytes::from(signer.sign_hash_sync(&digest)?.as_bytes().to_vec()))
}

/// The operator that the keeper works for, as its configuration says.
#[derive(Clone, Debug)]
pub struct Me {
    pub owner: Address,
    /// Whether the keeper has the owner's key, and so may register, bond and activate by itself.
    pub has_owner_key: bool,
    pub sequencer_key: Address,
    /// EIP-712 `KeyBinding(owner)` by the sequencer key.
    pub key_proof: Bytes,
    pub batcher: Address,
    /// The same by the batcher key, which the keeper has not; only needed to register.
    pub batcher_proof: Option<Bytes>,
    pub payee: Address,
    /// URL of our relay, to be announced.
    pub endpoint: String,
    /// ETH to keep in the bond, wei; 0 leaves it alone.
    pub bond_eth: Wei,
    /// What to promise to hold when there are slots, wei; 0 leaves it alone.
    pub pledge: Wei,
    /// Free balance to keep at the auction, wei.
    pub auction_balance: Wei,
    /// Rewards to wait for before they are fetched, in ETH (wei) and in the pool's ERC-20 (its smallest units); 0 leaves them alone.
    pub rewards_minimum: [Wei; 2],
    /// With less on the sequencer key nothing is bid, wei.
    pub gas_minimum: Wei,
    pub bid_secret: BidSecret,
}

impl Me {
    /// Our id, once registered.
    pub fn id(&self, view: &ChainView) -> Option<OperatorId> {
        view.operator_of_key(self.sequencer_key)
    }
}

/// An L2 block that a node told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub id: BlockId,
    pub timestamp: Timestamp,
}

/// How our own node stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeView {
    /// Whether it answers, and its unsafe head is the newest block that any relay told of.
    pub synced: bool,
    pub unsafe_head: Option<Head>,
    pub safe_head: Option<Head>,
    /// When it sealed its last block.
    pub sealed_at: Option<Millis>,
    /// The commitments to that block and to some before it, the newest first.
    pub commitments: Vec<(BlockCommitment, Signature)>,
    /// What a slot of L2 blocks earns in fees, estimated from the last ones, wei; none while there is too little to go by.
    pub fees_per_slot: Option<Wei>,
}
