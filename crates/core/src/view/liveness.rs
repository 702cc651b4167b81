//! Queries about call-outs, take-overs and misses.

use super::{CallOut, ChainView, Turn};
use crate::types::{Epoch, OperatorId, Slot, Timestamp};

/// L1 blocks between the moments at which two neighbouring ranks may take over.
const RANK_BLOCKS: u64 = 2;

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

    /// Whether a take-over of the turn in progress at `at` is recorded and still to take effect, and by whom.
    pub fn pending_take_over(&self, at: Timestamp) -> Option<OperatorId> {
        let turn = self.current_turn(at);
        let mut changes = self.changes_in(&turn).into_iter();
        changes
            .find(|change| change.from > at && change.operator != turn.assigned)
            .map(|change| change.operator)
    }

    /// The slot with which the stay of whoever holds at `at` began: the turn's first, the first voided one, or one returned at. None
    /// for a taker, whose take-over was its claim.
    pub fn opening(&self, at: Timestamp) -> Option<Slot> {
        let (turn, slot) = (self.current_turn(at), self.timeline().slot_at(at));
        let change = self.change_behind(slot, at);
        if change.is_some_and(|change| change.operator != turn.assigned) {
            return None;
        }
        if self.is_voided(slot) {
            let voided = (turn.first.0..=slot.0)
                .rev()
                .map(Slot)
                .take_while(|earlier| self.is_voided(*earlier));
            return voided.last();
        }
        Some(change.map_or(turn.first, |change| change.slot))
    }

    /// Whether the turn in progress at `at` still waits for its operator's claim.
    pub fn is_unclaimed(&self, at: Timestamp) -> bool {
        self.opening(at).is_some_and(|slot| !self.is_claimed(slot))
    }

    /// Whose batcher the rollup should have by a rotation in an L1 block dated `at`; none while the predecessor's tail has time.
    pub fn batcher_due(&self, at: Timestamp) -> Option<OperatorId> {
        if let Some(taker) = self.pending_take_over(at) {
            return Some(taker);
        }
        let tail_is_over =
            self.opening(at).is_none_or(|slot| at >= self.timeline().tail_ends(slot));
        tail_is_over.then(|| self.holder(at))
    }

    /// Whether an L1 block dated `at`, the next one, lets `id` take over from who holds then: for a call-out whose answer is overdue,
    /// or a turn left unclaimed past its grace.
    pub fn take_over_right(&self, id: OperatorId, at: Timestamp) -> Option<TakeOverRight> {
        let timeline = self.timeline();
        let (turn, holder) = (self.current_turn(at), self.holder(at));
        let waits = self.rank_waits(id, &turn, holder, at)?;
        if !timeline.has_begun(at) || self.pending_take_over(at).is_some() {
            return None;
        }

        let silent = match self.opening(at).filter(|slot| !self.is_claimed(*slot)) {
            Some(slot) => at >= timeline.l1_later(timeline.grace_ends(slot), waits),
            None => self
                .open_call_out(at)
                .is_some_and(|open| self.head().number + 1 > open.deadline_block + waits),
        };
        // Whoever is displaced must be who would hold then: not somebody who returns meanwhile.
        let effective = timeline.change_effective(at);
        let goes_on = effective < timeline.start_of(turn.end) && self.holder(effective) == holder;
        (silent && goes_on).then_some(TakeOverRight { turn, holder, effective })
    }

    /// Slots that began by `now`, were lost to a take-over and are not noted as missed.
    pub fn misses_due(&self, now: Timestamp) -> Vec<Slot> {
        let timeline = self.timeline();
        let epoch = timeline.epoch_at(now);
        let epochs = [epoch.0.checked_sub(1), Some(epoch.0)].into_iter().flatten().map(Epoch);
        let begun = epochs
            .flat_map(|epoch| timeline.slots_of(epoch))
            .filter(|slot| timeline.start_of(*slot) <= now);
        begun
            .filter(|slot| !self.is_missed(*slot) && !self.is_voided(*slot) && self.is_lost(*slot))
            .collect()
    }

    /// Tombstoned operators that still hold slots to come, or whose locks were not taken, with the time of the proof.
    pub fn offenders_at_large(&self, at: Timestamp) -> Vec<(OperatorId, Timestamp)> {
        let timeline = self.timeline();
        let slot = timeline.slot_at(at);
        let end = timeline.first_slot_of(Epoch(timeline.epoch_of(slot).0 + 2));
        let holds = |id| (slot.0 + 1..end.0).any(|slot| self.assigned_to(Slot(slot)) == id);
        let offenders = self.state().offenders.iter();
        offenders
            .filter(|(id, offender)| {
                **id != OperatorId::RESERVE && (!offender.locks_taken || holds(**id))
            })
            .map(|(id, offender)| (*id, offender.proven))
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
        if id == OperatorId::RESERVE {
            return Some(0);
        }
        let rank = if self.next_scheduled(turn, holder) == Some(id) { 1 } else { 2 };
        // Where the reserve is the silent one, the ranks move up.
        let moved_up = u64::from(holder == OperatorId::RESERVE);
        Some((rank - moved_up) * RANK_BLOCKS)
    }

    /// The first operator after `turn`, up to the end of the next epoch, that is neither the silent one, nor the reserve, nor whom
    /// the turn belongs to.
    fn next_scheduled(&self, turn: &Turn, holder: OperatorId) -> Option<OperatorId> {
        let beyond =
            self.timeline().first_slot_of(Epoch(self.timeline().epoch_of(turn.first).0 + 2));
        let mut slot = turn.end;
        while slot < beyond {
            let next = self.turn_of(slot);
            if ![holder, OperatorId::RESERVE, turn.assigned].contains(&next.assigned) {
                return Some(next.assigned);
            }
            slot = next.end;
        }
        None
    }
}
