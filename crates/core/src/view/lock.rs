//! The lock of a slot, which follows the price of one.

use super::{ChainView, State};
use crate::types::{Epoch, Wei};
use alloy::primitives::U256;
use rota_bindings::Pledges::PledgesEvents;

/// A move changes the lock by one part of this many at most, as `Pledges.LOCK_STEP`.
const LOCK_STEP: u64 = 8;
/// Epochs from the one in which the lock is moved to the first one that it counts in.
const AHEAD: u64 = 3;
/// The contract counts the lock in gwei.
const GWEI: u64 = 1_000_000_000;

/// The lock of a slot as it was moved last, and the price that it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotLock {
    /// Wei a slot.
    pub value: Wei,
    /// First epoch it counts in.
    pub from: Epoch,
    /// The auction's reference price, wei; 0 until a round moves it.
    pub price: Wei,
    /// The price for which the last move went all its way: as long as it is that, another move changes nothing.
    pub arrived_for: Option<Wei>,
}

impl State {
    pub(super) fn fold_pledges(&mut self, event: &PledgesEvents) {
        // Pledges are asked: what they demand depends on what is held.
        if let PledgesEvents::LockMoved(e) = event {
            let (before, by) = (self.lock.value, e.lock.abs_diff(self.lock.value));
            // Where the price wants the lock is told nowhere: the value of sequencing is part of it, and a range bounds it. But a move that
            // was shorter than it could be went all the way.
            let arrived = by / U256::from(GWEI) < before / U256::from(GWEI * LOCK_STEP);
            self.lock.arrived_for = arrived.then_some(self.lock.price);
            (self.lock.value, self.lock.from) = (e.lock, Epoch(e.fromEpoch));
        }
    }
}

impl ChainView {
    /// Whether the lock was moved in `epoch`: it can be once.
    pub fn is_lock_moved(&self, epoch: Epoch) -> bool {
        self.state().lock.from >= Epoch(epoch.0 + AHEAD)
    }

    /// Whether `Pledges.moveLock` could change something in `epoch`.
    pub fn is_lock_due(&self, epoch: Epoch) -> bool {
        let lock = &self.state().lock;
        !self.is_lock_moved(epoch) && lock.arrived_for != Some(lock.price)
    }
}
