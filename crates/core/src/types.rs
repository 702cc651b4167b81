//! The words of the protocol as types, so that what must not be mixed up does not compile mixed up.

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A slot: fixed span of L1 time, counted from genesis.
    Slot(u64)
}
number! {
    /// An epoch: `slots_per_epoch` consecutive slots, counted from genesis.
    Epoch(u64)
}
number! {
    /// Id of a registered operator, from 1; 0 is nobody.
    OperatorId(u16)
}
number! {
    /// Seconds since the Unix epoch: an L1 or L2 block's timestamp, or the keeper's clock in whole seconds.
    Timestamp(u64)
}

impl OperatorId {
    /// The bonded fallback operator, registered by the registry's constructor (`RESERVE` in `types/Types.sol`).
    pub const RESERVE: Self = Self(1);
}

impl Slot {
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Epoch {
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// An amount of ETH, wei.
pub type Wei = U256;

/// The keeper's clock, milliseconds since the Unix epoch. Passed in: `core` reads no clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    pub fn timestamp(self) -> Timestamp {
        Timestamp(self.0 / 1000)
    }
}

impl Timestamp {
    pub fn millis(self) -> Millis {
        Millis(self.0 * 1000)
    }
}

/// A block of either chain by what others refer to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlockId {
    pub number: u64,
    pub hash: B256,
}

/// An L1 block as the view needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct L1Block {
    pub number: u64,
    pub hash: B256,
    pub parent_hash: B256,
    pub timestamp: Timestamp,
}

impl L1Block {
    pub fn id(&self) -> BlockId {
        BlockId { number: self.number, hash: self.hash }
    }
}

/// An L2 block by what is needed to build on it and to judge whether L1 still knows its origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct L2Block {
    pub number: u64,
    pub hash: B256,
    pub parent_hash: B256,
    pub timestamp: Timestamp,
    pub origin: BlockId,
}

impl L2Block {
    pub fn id(&self) -> BlockId {
        BlockId { number: self.number, hash: self.hash }
    }
}

/// The contracts of one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contracts {
    pub registry: Address,
    pub vault: Address,
    pub auction: Address,
    pub schedule: Address,
    pub baton: Address,
    /// The adapter that owns the chain's SystemConfig.
    pub adapter: Address,
    pub open_auction: Address,
    pub auction_policy: Address,
    pub stake: Address,
    pub performance: Address,
    pub composite: Address,
    pub rewards: Address,
    pub slasher: Address,
}

impl Contracts {
    /// Each with its key under `[contracts]` in a keeper's configuration.
    pub fn named(&self) -> [(&'static str, Address); 13] {
        [
            ("registry", self.registry),
            ("vault", self.vault),
            ("auction", self.auction),
            ("schedule", self.schedule),
            ("baton", self.baton),
            ("adapter", self.adapter),
            ("open_auction", self.open_auction),
            ("auction_policy", self.auction_policy),
            ("stake", self.stake),
            ("performance", self.performance),
            ("composite", self.composite),
            ("rewards", self.rewards),
            ("slasher", self.slasher),
        ]
    }
}
