//! Queries about call-outs, take-overs and misses.

use super::{CallOut, ChainView, Turn};
use crate::types::{OperatorId, Slot, Timestamp};

/// L1 blocks that the next distinct scheduled operator leaves to the reserve.
const NEXT_OPERATOR_WAITS: u64 = 2;
/// L1 blocks that any active operator leaves to both.
const ANYBODY_WAITS: u64 = 4;

/// That an operator may take over in the next L1 block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeOverRight {
    pub turn: Turn,
    /// Who would be displaced.
    pub holder: OperatorId,
    /// From when the taker would hold.
    pub effective: Timestamp,
}

impl ChainView {
    /// The call-out that waits for an answer, or whose answer did not come, at `now`.
    pub fn open_call_out(&self, now: Timestamp) -> Option<&CallOut> {
        let call_out = self.state().call_out.as_ref()?;
        let here = self.turn_of(call_out.slot) == self.current_turn(now);
        let same = self.holder(now) == call_out.holder;
        (call_out.closed.is_none() && here && same).then_some(call_out)
    }

    /// Whether `caller` called out in `slot` already.
    pub fn has_called_out(&self, caller: OperatorId, slot: Slot) -> bool {
        self.state().callers.get(&slot).is_some_and(|callers| callers.contains(&caller))
    }

    /// Whether an L1 block dated `at`, the next one, lets `id` take over from who holds then: for a call-out whose answer is overdue,
    /// or a turn left unclaimed past its grace.
    pub fn take_over_right(&self, id: OperatorId, at: Timestamp) -> Option<TakeOverRight> {
        let timeline = self.timeline();
        let (turn, holder) = (self.current_turn(at), self.holder(at));
        let waits = self.rank_waits(id, &turn, holder, at)?;

        let overdue = |call_out: &CallOut| self.head().number + 1 > call_out.deadline_block + waits;
        let unclaimed = self.is_unclaimed(at)
            && at >= timeline.l1_later(timeline.grace_ends(turn.first), waits);
        if !unclaimed && !self.open_call_out(at).is_some_and(overdue) {
            return None;
        }

        // Whoever is displaced must be who would hold then: not somebody who returns or takes over meanwhile.
        let effective = timeline.change_effective(at);
        let goes_on = effective < timeline.start_of(turn.end) && self.holder(effective) == holder;
        goes_on.then_some(TakeOverRight { turn, holder, effective })
    }

    /// Whether the turn in progress at `at` is still waiting for its operator's claim.
    pub fn is_unclaimed(&self, at: Timestamp) -> bool {
        let turn = self.current_turn(at);
        let slot = self.timeline().slot_at(at);
        // A void splits a turn: what is left of it is the reserve's, which opens it by a claim of its own.
        let opening = (turn.first.0..=slot.0).rev().map(Slot).find(|slot| {
            *slot == turn.first || (self.is_voided(*slot) && !self.is_voided(Slot(slot.0 - 1)))
        });
        let taken = self.changes_in(&turn).iter().any(|change| change.from <= at);
        !taken && opening.is_some_and(|slot| !self.is_claimed(slot))
    }

    /// Slots that began by `now`, were lost to a take-over and are not noted as missed.
    pub fn misses_due(&self, now: Timestamp) -> Vec<Slot> {
        let timeline = self.timeline();
        let epoch = timeline.epoch_at(now);
        let epochs =
            [epoch.0.checked_sub(1), Some(epoch.0)].into_iter().flatten().map(crate::types::Epoch);
        let begun = epochs
            .flat_map(|epoch| timeline.slots_of(epoch))
            .filter(|slot| timeline.start_of(*slot) <= now);
        begun
            .filter(|slot| !self.is_missed(*slot) && !self.is_voided(*slot) && self.is_lost(*slot))
            .collect()
    }

    fn is_lost(&self, slot: Slot) -> bool {
        let last = Timestamp(self.timeline().end_of(slot).0 - 1);
        let assigned = self.assigned_to(slot);
        self.holder_at(slot, self.timeline().start_of(slot)) != assigned
            || self.holder_at(slot, last) != assigned
    }

    /// L1 blocks that `id` leaves to the ranks before it.
    fn rank_waits(
        &self,
        id: OperatorId,
        turn: &Turn,
        holder: OperatorId,
        now: Timestamp,
    ) -> Option<u64> {
        // The operator a turn is frozen to returns by a claim; the reserve may take over a turn that is nobody's.
        let own = id == turn.assigned && id != OperatorId::RESERVE;
        if id == holder || own || !self.is_active(id, now) {
            return None;
        }
        // Where the reserve is the silent one, the ranks move up.
        let head_start = if holder == OperatorId::RESERVE { NEXT_OPERATOR_WAITS } else { 0 };
        let waits = if id == OperatorId::RESERVE {
            0
        } else if self.next_scheduled(turn, holder) == Some(id) {
            NEXT_OPERATOR_WAITS
        } else {
            ANYBODY_WAITS
        };
        Some(waits.saturating_sub(head_start))
    }

    /// The next operator after `turn` that is neither the reserve nor the silent holder.
    fn next_scheduled(&self, turn: &Turn, holder: OperatorId) -> Option<OperatorId> {
        let mut slot = turn.end;
        while self.is_decided(self.timeline().epoch_of(slot)) {
            let id = self.assigned_to(slot);
            if id != OperatorId::RESERVE && id != holder {
                return Some(id);
            }
            slot = slot.next();
        }
        None
    }
}
