//! Queries about the policies that fill an epoch's slots, and what they wait for.

use super::{ChainView, OpenTerms};
use crate::{
    timeline::Timeline,
    types::{Epoch, OperatorId, Timestamp, Wei},
};
use alloy::primitives::{Address, U256};
use rota_bindings::{Performance::PerformanceEvents, StakeWeighted::StakeWeightedEvents};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Most entries of the stake queue that are applied for one epoch, as in `StakeWeighted.MAX_APPLIED`.
const MAX_APPLIED: u64 = 64;
/// Most units of weight, as in `SumTree.MAX_WEIGHT`.
const MAX_WEIGHT: u64 = 65_535;

/// What the policies of a deployment were deployed with, as far as keepers need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyTerms {
    pub open: OpenTerms,
    /// The policies that the composite one is made of.
    pub composite: Vec<Address>,
    /// Bond that makes one unit of weight, wei.
    pub stake_unit: Wei,
    /// Part of a pledge that must be held while idle, basis points: a pledge weighs as far as the bond covers that part.
    pub idle_bps: U256,
    /// What an entry of the stake queue costs, wei.
    pub stake_fee: Wei,
}

impl PolicyTerms {
    /// What an operator weighs by, wei: its pledge as far as the bond covers the idle part of it, the bond if it pledges nothing.
    pub fn stake_of(&self, pledge: Wei, bond: Wei) -> Wei {
        if pledge.is_zero() {
            return bond;
        }
        pledge.min(bond * U256::from(10_000) / self.idle_bps.max(U256::from(1)))
    }
}

/// How an epoch's slots are sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Market {
    /// By sealed bids, at one price.
    #[default]
    Sealed,
    /// One by one, to the highest open bid.
    Open,
}

/// What the policies of an epoch need of keepers before it can be frozen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Weights: queued by operators, applied by anybody.
    pub stake: bool,
    /// Scores of the epochs that are over, by anybody.
    pub scores: bool,
}

/// A change of an operator's weight in the stake policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    pub operator: OperatorId,
    /// Units.
    pub weight: u64,
    /// First epoch it may count in.
    pub active_from: Epoch,
}

/// The queue of the stake policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StakeQueue {
    /// Not applied yet, the first one first.
    waiting: VecDeque<QueueEntry>,
    /// Of each operator, applied or not.
    last: BTreeMap<OperatorId, QueueEntry>,
    /// The epoch applied for last, and how many entries were.
    applied: (Epoch, u64),
}

impl StakeQueue {
    pub(super) fn fold(&mut self, event: &StakeWeightedEvents) {
        match event {
            StakeWeightedEvents::Queued(e) => {
                let operator = OperatorId(e.operator);
                let weight = e.weight.saturating_to();
                let entry = QueueEntry { operator, weight, active_from: Epoch(e.activeFrom) };
                // One that counts from the same epoch is replaced in its place.
                let before = self.waiting.iter_mut().rev().find(|waiting| {
                    waiting.operator == operator && waiting.active_from == entry.active_from
                });
                match before {
                    Some(before) => *before = entry,
                    None => self.waiting.push_back(entry),
                }
                self.last.insert(operator, entry);
            }
            StakeWeightedEvents::QueueApplied(e) => {
                let (epoch, count) = (Epoch(e.epoch), e.count.saturating_to::<u64>());
                let before = if self.applied.0 == epoch { self.applied.1 } else { 0 };
                self.applied = (epoch, before + count);
                self.waiting.drain(..self.waiting.len().min(count as usize));
            }
        }
    }

    /// The operator's last entry, applied or not.
    pub fn last(&self, operator: OperatorId) -> Option<&QueueEntry> {
        self.last.get(&operator)
    }

    /// The operators that ever had an entry.
    pub fn operators(&self) -> impl Iterator<Item = OperatorId> + '_ {
        self.last.keys().copied()
    }

    /// Whether an entry has to be applied before `epoch` can be frozen.
    fn is_due(&self, epoch: Epoch) -> bool {
        self.applied != (epoch, MAX_APPLIED)
            && self.waiting.front().is_some_and(|first| first.active_from <= epoch)
    }
}

/// Which epochs the performance policy has scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// The epoch after the one scored last; none before the first.
    next: Option<Epoch>,
}

impl Scores {
    pub(super) fn fold(&mut self, event: &PerformanceEvents) {
        match event {
            PerformanceEvents::EpochScored(e) => self.next = Some(Epoch(e.epoch + 1)),
            PerformanceEvents::ScoreChanged(_) => {}
        }
    }

    /// Whether `epoch` was scored, or left out.
    pub fn has(&self, epoch: Epoch) -> bool {
        self.next.is_some_and(|next| epoch < next)
    }
}

impl ChainView {
    /// The policies that fill the slots of `epoch`, in their order.
    pub fn policies(&self, epoch: Epoch) -> Vec<Address> {
        let lists = self.state().policies.get(&self.stage(epoch));
        lists.and_then(|lists| lists.at(epoch)).unwrap_or_default()
    }

    /// How the slots of `epoch` are sold, if they are: by its first policy.
    pub fn market(&self, epoch: Epoch) -> Option<Market> {
        if epoch < Timeline::FIRST_SCHEDULED_EPOCH {
            return None;
        }
        let first = *self.policies(epoch).first()?;
        if first == self.deployment.contracts.auction_policy {
            Some(Market::Sealed)
        } else if first == self.deployment.terms.open.policy {
            Some(Market::Open)
        } else {
            None
        }
    }

    /// What the policies of `epoch` need before they can fill it.
    pub fn needs(&self, epoch: Epoch) -> Needs {
        let (contracts, terms) = (&self.deployment.contracts, &self.deployment.terms);
        let mut needs = Needs::default();
        for policy in self.policies(epoch) {
            let is_composite = policy == contracts.composite;
            for part in if is_composite { terms.composite.clone() } else { vec![policy] } {
                // Scores multiply stakes.
                needs.scores |= part == contracts.performance;
                needs.stake |= [contracts.stake, contracts.performance].contains(&part);
            }
        }
        needs
    }

    /// Whether an entry of the stake queue has to be applied before `epoch`, whose policies need it, can be frozen.
    pub fn is_queue_due(&self, epoch: Epoch) -> bool {
        self.needs(epoch).stake && self.state().stake.is_due(epoch)
    }

    /// The epoch to be scored before `epoch`, whose policies need it, can be frozen; asked in the epoch before it.
    pub fn score_due(&self, epoch: Epoch) -> Option<Epoch> {
        let timeline = self.timeline();
        let current = Epoch(epoch.0.checked_sub(1)?);
        // What the schedule forgot is left out.
        let scored = self.state().scores.next;
        let next =
            scored.unwrap_or(Timeline::FIRST_SCHEDULED_EPOCH).max(timeline.oldest_epoch(current));
        (self.needs(epoch).scores && next < current).then_some(next)
    }

    /// Whether all that the policies of `epoch` wait for is there.
    pub fn is_ready(&self, epoch: Epoch) -> bool {
        !self.is_queue_due(epoch) && self.score_due(epoch).is_none()
    }

    /// Units of weight that `StakeWeighted.queue` would give the operator now, and the first epoch that they would count in. Only
    /// as good as the bonds that the view was told.
    pub fn weight_to_queue(&self, id: OperatorId, at: Timestamp) -> (u64, Epoch) {
        let from = Epoch(self.timeline().epoch_at(at).0 + 2);
        let unit = self.deployment.terms.stake_unit.max(U256::from(1));
        let weight = (self.stake(id) / unit).saturating_to::<u64>().min(MAX_WEIGHT);
        (if self.is_eligible(id, from) { weight } else { 0 }, from)
    }

    /// Units of weight that the operator has, or is going to have once the queue is applied.
    pub fn queued_weight(&self, id: OperatorId) -> u64 {
        self.state().stake.last(id).map_or(0, |entry| entry.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pledge_weighs_as_far_as_the_bond_covers_its_idle_part() {
        let terms = PolicyTerms { idle_bps: U256::from(2500), ..PolicyTerms::default() };
        for (pledge, bond, stake) in
            [(0, 10, 10), (30, 10, 30), (40, 10, 40), (41, 10, 40), (3, 10, 3)]
        {
            let found = terms.stake_of(U256::from(pledge), U256::from(bond));
            assert_eq!(found, U256::from(stake), "{pledge} of {bond}");
        }
    }
}
