//! `ChainView`: what the contracts' events say, as of one L1 block.
//!
//! The view is a fold: `apply` adds a block with its events, `rewind` takes blocks off again, and a reorg is the one
//! after the other. Each block keeps its own snapshot (shared with its parent where nothing changed), so that a rewind is
//! exact by construction and there is no undo log to get wrong. At most [`DEPTH`] blocks can be taken off; a deeper reorg is
//! read again from the deployment on.
//!
//! Queries answer as the contracts do, from the same rules: `holder_at` is `Schedule.holderAt`, and so on. Money is the
//! exception: what it is worth is asked of the contracts ([`Money`]), because weights and rounding are theirs.

mod event;
mod history;
mod liveness;
mod lock;
mod open;
mod operators;
mod policies;
mod rounds;
mod schedule;
mod state;

pub use event::Event;
pub use history::{History, Status};
pub use liveness::TakeOverRight;
pub use lock::SlotLock;
pub use open::{OpenBid, OpenRound, OpenSlot, OpenTerms};
pub use policies::{Market, Needs, PolicyTerms, QueueEntry, Scores, StakeQueue};
pub use schedule::Turn;
pub use state::{
    Bid, CallOut, Change, EpochRecord, Offender, Operator, Rotation, Round, RoundResult, State,
};

use crate::{
    timeline::Timeline,
    types::{BlockId, Contracts, L1Block, OperatorId, Timestamp, Wei},
};
use alloy::primitives::{Address, B256};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// L1 blocks that can be taken off the view again: over ten minutes of Ethereum, twice what it takes to finalize.
pub const DEPTH: usize = 128;
/// `LAST_STAGE` of the registry: there is no whitelist any more.
pub const LAST_STAGE: u8 = 3;
/// `MAX_DELEGATION` of the contracts: what others may have given to who enters the set, in multiples of what is its own.
const MAX_DELEGATION: u64 = 9;

/// What does not change while a deployment lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub l1_chain_id: u64,
    pub l2_chain_id: u64,
    pub contracts: Contracts,
    pub timeline: Timeline,
    /// What operators promise: the vault's.
    pub pledges: Address,
    /// Self-bond an operator needs to be in the set, wei.
    pub min_bond: Wei,
    /// Least ETH that the vault takes at once, wei.
    pub min_deposit: Wei,
    /// The vault counts ETH in whole multiples of this, wei.
    pub quantum: Wei,
    /// Lowest price of a slot, wei.
    pub floor_price: Wei,
    /// Slots of an epoch that one operator can win.
    pub cap_slots: u64,
    /// The first ERC-20 that bonds may be made of; zero: bonds are ETH alone.
    pub token: Address,
    /// Bond of a call-out, wei.
    pub call_out_bond: Wei,
    /// What an operator's misses leak in an epoch at most, wei: its rest of it is void then.
    pub most_leaked: Wei,
    pub terms: PolicyTerms,
}

impl Deployment {
    /// The least deposit of ETH that makes up for `missing`: the vault takes whole quanta, and no dust.
    pub fn deposit_for(&self, missing: Wei) -> Wei {
        missing.div_ceil(self.quantum).saturating_mul(self.quantum).max(self.min_deposit)
    }
}

/// What the contracts answered at the head about money, and what the keeper's own accounts hold there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// The block that was asked about.
    pub at: BlockId,
    /// Weighted self-bond of each operator, wei: what the set asks for.
    pub self_bonds: BTreeMap<OperatorId, Wei>,
    /// What the stake policy weighs each operator by, wei: what it pledges for the epoch after next, or else its bond with what is
    /// delegated to it. Empty where nothing is drawn by stake.
    pub stakes: BTreeMap<OperatorId, Wei>,
    /// Weighted bond behind us, our own and delegated, wei: what slots are covered by.
    pub bond: Wei,
    /// Bond that each slot of the epoch that can be bid for now ties, wei.
    pub lock_per_slot: Wei,
    /// What each operator with slots in the next epoch lacks of its pledge for it, wei; empty until that is frozen.
    pub shortfalls: BTreeMap<OperatorId, Wei>,
    /// What we pledge for the epoch in progress, wei.
    pub pledge: Wei,
    /// What we pledge for the third epoch from now, wei: the first one that a change made now counts for.
    pub pledge_to_come: Wei,
    /// ETH in our self-bond, wei.
    pub bond_eth: Wei,
    /// Slots frozen to us whose dispute period has not lapsed.
    pub live_slots: u64,
    /// Our free balance at the auction, wei.
    pub auction_free: Wei,
    /// Deposit that a bid committed now locks, wei.
    pub bid_deposit: Wei,
    /// Our free balance at the open auction, wei.
    pub open_free: Wei,
    /// Our rewards that can be claimed now, in ETH (wei) and in the pool's ERC-20 (its smallest units).
    pub rewards: [Wei; 2],
    /// What the reward pool holds and no epoch was paid yet, in the same two.
    pub undivided: [Wei; 2],
    /// What the Baton holds for us, wei.
    pub collectable: Wei,
    /// Balance of our sequencer key, wei: it pays for the keeper's transactions.
    pub gas: Wei,
    /// Balance of our owner key, wei.
    pub owner_eth: Wei,
    /// The account whose batches the rollup accepts.
    pub batcher: Address,
}

/// Why a block did not fit the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The chain was reorganized, or a block was left out: find the common ancestor, and rewind to it.
    #[error("block {} has parent {parent}, the view's head is {} {}", asked.number, head.number, head.hash)]
    NotAChild { asked: BlockId, parent: B256, head: BlockId },
    /// The view must be built again.
    #[error("can't go back to block {asked}: the oldest snapshot is of block {oldest}")]
    TooDeep { asked: u64, oldest: u64 },
}

/// A block and the state after it.
type Snapshot = (L1Block, Arc<State>);

/// A projection of the contracts' events up to one L1 block. Cheap to clone: snapshots are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainView {
    pub deployment: Arc<Deployment>,
    pub money: Money,
    /// The head, with the state after it.
    newest: Snapshot,
    /// The blocks before it that can be gone back to, oldest first.
    older: VecDeque<Snapshot>,
}

impl ChainView {
    /// The view before the deployment: `before` is the last L1 block without an event of ours.
    pub fn new(deployment: Arc<Deployment>, before: L1Block) -> Self {
        Self {
            deployment,
            money: Money::default(),
            newest: (before, Arc::default()),
            older: VecDeque::new(),
        }
    }

    /// Adds the head's child with its events, in the order of their logs.
    pub fn apply(&mut self, block: L1Block, events: &[Event]) -> Result<(), Misfit> {
        let head = self.head();
        if block.parent_hash != head.hash || block.number != head.number + 1 {
            let (asked, parent) = (block.id(), block.parent_hash);
            return Err(Misfit::NotAChild { asked, parent, head: head.id() });
        }
        self.push(block, events);
        if self.older.len() > DEPTH {
            self.older.pop_front();
        }
        Ok(())
    }

    /// Adds a later block that need not be the head's child, as when the past is read in bulk, where only blocks with events
    /// are fetched. The blocks before it can't be rewound to any more.
    pub fn fast_forward(&mut self, block: L1Block, events: &[Event]) {
        self.push(block, events);
        self.older.clear();
    }

    /// Goes back to block `number`, as if the blocks after it had never been applied.
    pub fn rewind(&mut self, number: u64) -> Result<(), Misfit> {
        let oldest = self.older.front().unwrap_or(&self.newest).0.number;
        if number < oldest {
            return Err(Misfit::TooDeep { asked: number, oldest });
        }
        while self.head().number > number
            && let Some(before) = self.older.pop_back()
        {
            self.newest = before;
        }
        Ok(())
    }

    /// The same view with what the contracts answered about money at its head.
    pub fn with_money(mut self, money: Money) -> Self {
        self.money = money;
        self
    }

    pub fn head(&self) -> L1Block {
        self.newest.0
    }

    pub fn state(&self) -> &State {
        &self.newest.1
    }

    pub fn timeline(&self) -> &Timeline {
        &self.deployment.timeline
    }

    /// The block at `number`, if it is one of the last [`DEPTH`].
    pub fn block(&self, number: u64) -> Option<L1Block> {
        self.snapshots().rev().map(|(block, _)| *block).find(|block| block.number == number)
    }

    /// The earliest time that the next L1 block can have.
    pub fn next_l1_time(&self) -> Timestamp {
        self.timeline().l1_later(self.head().timestamp, 1)
    }

    /// The time that the next L1 block is expected to have, `now` being the keeper's clock: later than the earliest one when L1
    /// skips blocks. What a contract allows "from T on" is sent once this is T.
    pub fn expected_l1_time(&self, now: Timestamp) -> Timestamp {
        self.next_l1_time().max(now)
    }

    /// Blocks on top of block `number`.
    pub fn confirmations(&self, number: u64) -> u64 {
        self.head().number.saturating_sub(number)
    }

    /// Oldest first.
    fn snapshots(&self) -> impl DoubleEndedIterator<Item = &Snapshot> {
        self.older.iter().chain(std::iter::once(&self.newest))
    }

    fn push(&mut self, block: L1Block, events: &[Event]) {
        let timeline = *self.timeline();
        let mut state = Arc::clone(&self.newest.1);
        let new_epoch =
            timeline.epoch_at(block.timestamp) != timeline.epoch_at(self.head().timestamp);
        if new_epoch || !events.is_empty() {
            let state = Arc::make_mut(&mut state);
            state.prune(&timeline, block.timestamp);
            events.iter().for_each(|event| state.fold(&timeline, &block, event));
        }
        self.older.push_back(std::mem::replace(&mut self.newest, (block, state)));
    }
}

#[cfg(test)]
mod tests;
