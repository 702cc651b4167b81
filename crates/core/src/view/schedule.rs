//! Who holds a slot: the same rules as `contracts/Assignments.sol`, and what a keeper makes of them.

use super::{ChainView, Change, EpochRecord};
use crate::{
    authority::{Authority, Basis, Origins, Tenure},
    timeline::Timeline,
    types::{Epoch, Millis, OperatorId, Slot, Timestamp},
};

const NOBODY: OperatorId = OperatorId(0);

/// A maximal run of slots frozen to one operator within an epoch. Voids do not split it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub first: Slot,
    /// First slot after it.
    pub end: Slot,
    /// Who it is frozen to; the reserve for nobody.
    pub assigned: OperatorId,
}

impl ChainView {
    /// What happened to the slots of `epoch`, if anything did.
    pub fn epoch_record(&self, epoch: Epoch) -> Option<&EpochRecord> {
        self.state().epochs.get(&epoch)
    }

    pub fn is_seeded(&self, epoch: Epoch) -> bool {
        self.epoch_record(epoch).is_some_and(|record| record.seed.is_some())
    }

    pub fn is_frozen(&self, epoch: Epoch) -> bool {
        self.epoch_record(epoch).is_some_and(|record| record.frozen.is_some())
    }

    /// Who the slots of `epoch` are frozen to, the reserve where nobody is; none if it is not frozen.
    pub fn frozen_ids(&self, epoch: Epoch) -> Vec<OperatorId> {
        let ids = self.epoch_record(epoch).and_then(|record| record.frozen.as_ref());
        ids.into_iter().flatten().map(|id| or_reserve(*id)).collect()
    }

    /// Whether the assignments of `epoch` can change no more by a freeze: it is frozen, needs none, or the next L1 block comes
    /// too late to freeze it.
    pub fn is_decided(&self, epoch: Epoch) -> bool {
        epoch < Timeline::FIRST_SCHEDULED_EPOCH
            || self.is_frozen(epoch)
            || self.next_l1_time() >= self.timeline().start_of_epoch(epoch)
    }

    /// Who `slot` is assigned to after voids and before take-overs; the reserve for nobody.
    pub fn assigned_to(&self, slot: Slot) -> OperatorId {
        if self.is_voided(slot) { OperatorId::RESERVE } else { or_reserve(self.frozen_id(slot)) }
    }

    /// Whether slots of `epoch` are frozen to `id` and not void.
    pub fn is_assigned_in(&self, epoch: Epoch, id: OperatorId) -> bool {
        self.is_frozen(epoch)
            && self
                .timeline()
                .slots_of(epoch)
                .any(|slot| self.frozen_id(slot) == id && !self.is_voided(slot))
    }

    /// The turn that `slot` belongs to.
    pub fn turn_of(&self, slot: Slot) -> Turn {
        let id = self.frozen_id(slot);
        let slots: Vec<_> = self.timeline().slots_of(self.timeline().epoch_of(slot)).collect();
        let at = self.timeline().index_of(slot);
        let first = slots[..at]
            .iter()
            .rev()
            .take_while(|other| self.frozen_id(**other) == id)
            .last()
            .unwrap_or(&slot);
        let last = slots[at + 1..]
            .iter()
            .take_while(|other| self.frozen_id(**other) == id)
            .last()
            .unwrap_or(&slot);
        Turn { first: *first, end: last.next(), assigned: or_reserve(id) }
    }

    /// The turn in progress; before genesis the first one.
    pub fn current_turn(&self, now: Timestamp) -> Turn {
        self.turn_of(self.timeline().slot_at(now))
    }

    /// The turns assigned to `id` that end after `now`, in order, as far as epochs are decided.
    pub fn turns_of(&self, id: OperatorId, now: Timestamp) -> Vec<Turn> {
        let mut turns: Vec<Turn> = vec![];
        let mut slot = self.current_turn(now).first;
        while self.is_decided(self.timeline().epoch_of(slot)) {
            let turn = self.turn_of(slot);
            if turn.assigned == id {
                turns.push(turn);
            }
            slot = turn.end;
        }
        turns
    }

    pub fn is_voided(&self, slot: Slot) -> bool {
        self.record_of(slot).is_some_and(|record| record.voided.contains(&slot))
    }

    pub fn is_claimed(&self, slot: Slot) -> bool {
        self.record_of(slot).is_some_and(|record| record.claimed.contains_key(&slot))
    }

    pub fn is_missed(&self, slot: Slot) -> bool {
        self.record_of(slot).is_some_and(|record| record.missed.contains_key(&slot))
    }

    /// Who holds `slot` at `timestamp`; before its start taken for the start, after its end for the end.
    pub fn holder_at(&self, slot: Slot, timestamp: Timestamp) -> OperatorId {
        let frozen = self.frozen_id(slot);
        let id = self.change_behind(slot, timestamp).map_or(frozen, |change| change.operator);
        // A void takes only what is still the operator's.
        if id == NOBODY || (id == frozen && self.is_voided(slot)) {
            OperatorId::RESERVE
        } else {
            id
        }
    }

    /// Who sequences at `now`; before genesis who will at its start.
    pub fn holder(&self, now: Timestamp) -> OperatorId {
        self.holder_at(self.timeline().slot_at(now), now)
    }

    /// Whether `operator` could seal a block dated `timestamp` under the authority of `slot`: it holds the slot then or, filling a gap,
    /// at a later moment of it. A slot that the view has forgotten is not questioned further: what stood in it is in L1's batches.
    pub fn could_seal(&self, operator: OperatorId, slot: Slot, timestamp: Timestamp) -> bool {
        let timeline = self.timeline();
        let (start, end) = (timeline.start_of(slot), timeline.end_of(slot));
        if timestamp >= end {
            return false;
        }
        let from = timestamp.max(start);
        let edges = self.changes_in(&self.turn_of(slot)).into_iter().map(|change| change.from);
        timeline.epoch_of(slot) < timeline.oldest_epoch(timeline.epoch_at(self.head().timestamp))
            || std::iter::once(from)
                .chain(edges.filter(|edge| from < *edge && *edge < end))
                .any(|at| self.holder_at(slot, at) == operator)
    }

    /// The changes of holder within `turn`, in order of time.
    pub fn changes_in(&self, turn: &Turn) -> Vec<Change> {
        let mut changes: Vec<_> = self
            .record_of(turn.first)
            .map(|record| {
                record
                    .changes
                    .iter()
                    .copied()
                    .filter(|c| turn.first <= c.slot && c.slot < turn.end)
                    .collect()
            })
            .unwrap_or_default();
        changes.sort_by_key(|change: &Change| change.from); // stable: of two at one time the later recorded one counts
        changes
    }

    /// The parts of slots that `id` holds, from the slot before the one at `now` on, as far as epochs are decided. A part that a
    /// take-over or a return gave is listed with the confirmations of that; a part that one took away is not, with none.
    pub fn tenures(&self, id: OperatorId, now: Timestamp) -> Vec<Tenure> {
        let timeline = self.timeline();
        let mut tenures = vec![];
        let mut slot = Slot(timeline.slot_at(now).0.saturating_sub(1));
        while self.is_decided(timeline.epoch_of(slot)) {
            self.tenures_in(id, slot, &mut tenures);
            slot = slot.next();
        }
        tenures
    }

    /// The last L1 blocks, without holes.
    pub fn origins(&self) -> Origins {
        let hashes = self.snapshots().map(|(block, _)| (block.number, block.hash)).collect();
        Origins { head: self.head().number, hashes }
    }

    /// What the fence and the sequencer's driver of `id` judge by; `answered_at` is when L1 was last asked for its head.
    pub fn authority(&self, id: OperatorId, now: Timestamp, answered_at: Millis) -> Authority {
        Authority { tenures: self.tenures(id, now), origins: self.origins(), answered_at }
    }

    fn tenures_in(&self, id: OperatorId, slot: Slot, tenures: &mut Vec<Tenure>) {
        let (start, end) = (self.timeline().start_of(slot), self.timeline().end_of(slot));
        let turn = self.turn_of(slot);
        let mut edges = vec![start];
        edges.extend(
            self.changes_in(&turn).iter().map(|c| c.from).filter(|at| start < *at && *at < end),
        );
        edges.push(end);
        for edge in
            edges.windows(2).filter(|edge| edge[0] < edge[1] && self.holder_at(slot, edge[0]) == id)
        {
            // A return is no safer than a take-over: reorganized away, the slot was never ours.
            let basis = self.change_behind(slot, edge[0]).map_or(Basis::Schedule, |change| {
                Basis::TakeOver { confirmations: self.confirmations(change.recorded) }
            });
            tenures.push(Tenure {
                slot,
                from: edge[0],
                until: edge[1],
                to_slot_end: edge[1] == end,
                basis,
            });
        }
    }

    /// The change of holder that decides who holds `slot` at `timestamp`, if there is one.
    pub(super) fn change_behind(&self, slot: Slot, timestamp: Timestamp) -> Option<Change> {
        let timestamp = timestamp.max(self.timeline().start_of(slot));
        // A change made in an earlier slot of the turn holds in this one whatever the time.
        let speaks = |change: &&Change| {
            change.slot < slot || (change.slot == slot && change.from <= timestamp)
        };
        self.changes_in(&self.turn_of(slot)).iter().rev().find(speaks).copied()
    }

    /// Nobody where nothing is frozen.
    fn frozen_id(&self, slot: Slot) -> OperatorId {
        let ids = self.record_of(slot).and_then(|record| record.frozen.as_ref());
        ids.and_then(|ids| ids.get(self.timeline().index_of(slot))).copied().unwrap_or(NOBODY)
    }

    fn record_of(&self, slot: Slot) -> Option<&EpochRecord> {
        self.epoch_record(self.timeline().epoch_of(slot))
    }
}

fn or_reserve(id: OperatorId) -> OperatorId {
    if id == NOBODY { OperatorId::RESERVE } else { id }
}
