//! Queries about operators.

use super::{ChainView, LAST_STAGE, MAX_DELEGATION, Operator, Status};
use crate::types::{Epoch, OperatorId, Timestamp, Wei};
use alloy::primitives::Address;

impl ChainView {
    pub fn operator(&self, id: OperatorId) -> Option<&Operator> {
        self.state().operators.get(&id)
    }

    /// The operator that `key` was ever bound to as a sequencer or batcher key: a binding is never undone.
    pub fn operator_of_key(&self, key: Address) -> Option<OperatorId> {
        let mut operators = self.state().operators.iter();
        operators
            .find(|(_, operator)| {
                operator.sequencer_key.all().any(|bound| bound == key)
                    || operator
                        .batcher_keys
                        .values()
                        .any(|history| history.all().any(|bound| bound == key))
            })
            .map(|(id, _)| *id)
    }

    /// The key that signs for `id` in `epoch`.
    pub fn sequencer_key(&self, id: OperatorId, epoch: Epoch) -> Option<Address> {
        self.operator(id)?.sequencer_key.at(epoch)
    }

    /// Whether `key` is one of the operator's batcher keys in `epoch`.
    pub fn is_batcher_key(&self, id: OperatorId, key: Address, epoch: Epoch) -> bool {
        self.operator(id).is_some_and(|operator| {
            operator.batcher_keys.values().any(|history| history.at(epoch) == Some(key))
        })
    }

    pub fn status(&self, id: OperatorId, epoch: Epoch) -> Status {
        self.operator(id).and_then(|operator| operator.status.at(epoch)).unwrap_or_default()
    }

    /// Whether a policy may assign slots of `epoch` to the operator. Never the reserve.
    pub fn is_eligible(&self, id: OperatorId, epoch: Epoch) -> bool {
        id != OperatorId::RESERVE && self.status(id, epoch) == Status::Active
    }

    /// The operators that a policy may assign slots of `epoch` to, in the order of their ids.
    pub fn eligible_set(&self, epoch: Epoch) -> impl Iterator<Item = OperatorId> + '_ {
        self.state().operators.keys().copied().filter(move |id| self.is_eligible(*id, epoch))
    }

    /// Whether the registry would take an operator of `owner` now: it is on the whitelist, or there is none any more once the
    /// operator would count. In stage 0 the registry also asks for the foundation's own.
    pub fn is_admitted(&self, owner: Address) -> bool {
        let effective = Epoch(self.timeline().epoch_at(self.head().timestamp).0 + 2);
        self.stage(effective) == LAST_STAGE
            || self.state().entities.get(&owner).is_some_and(|entity| *entity != 0)
    }

    pub fn stage(&self, epoch: Epoch) -> u8 {
        self.state().stage.at(epoch).unwrap_or_default()
    }

    /// What the stake policy would weigh an operator by, wei.
    pub fn stake(&self, id: OperatorId) -> Wei {
        self.money.stakes.get(&id).copied().unwrap_or_default()
    }

    /// Weighted self-bond of an operator at the head, wei.
    pub fn self_bond(&self, id: OperatorId) -> Wei {
        self.money.self_bonds.get(&id).copied().unwrap_or_default()
    }

    /// The self-bond with which `id`, ours, may enter the set, wei: the minimum, and as much as others may give nine times of.
    pub fn bond_to_enter(&self, id: OperatorId) -> Wei {
        let delegated = self.money.bond.saturating_sub(self.self_bond(id));
        self.deployment.min_bond.max(delegated.div_ceil(Wei::from(MAX_DELEGATION)))
    }

    /// The place of `id` in the order in which operators do at `epoch` what anybody may do; the order turns by one an epoch, so
    /// that the cost does. None for who has no part in it.
    pub fn rank(&self, id: OperatorId, epoch: Epoch) -> Option<u64> {
        let mut all: Vec<_> = self.eligible_set(epoch).collect();
        all.insert(0, OperatorId::RESERVE);
        let place = all.iter().position(|other| *other == id)? as u64;
        let count = all.len() as u64;
        Some((place + epoch.0) % count)
    }

    /// Whether `id` may call out and take over: the reserve, or an operator in the set of the epoch in progress.
    pub fn is_active(&self, id: OperatorId, now: Timestamp) -> bool {
        id == OperatorId::RESERVE || self.is_eligible(id, self.timeline().epoch_at(now))
    }
}
