//! A turn of ours: claimed, rotated to, answered for, and returned to.

use super::{Context, Held, STAGGER, intent};
use crate::{
    intent::{Action, Intent},
    timeline::Timeline,
    types::{OperatorId, Slot, Timestamp},
};

/// L2 blocks without a new one after which a node does not count as alive.
const SILENT_BLOCKS: u64 = 2;

/// L2 blocks that a heartbeat may be dated after the L1 block that it is mined in; the Baton refuses more.
const AHEAD_BLOCKS: u64 = 2;

/// Claims our next turn from the claim lead on, or the one in progress if it is still unclaimed.
pub fn claim(ctx: &Context<'_>) -> Result<Option<Intent>, Held> {
    let Some((slot, end)) = unclaimed_opening(ctx) else { return Ok(None) };
    // Who claims promises blocks. Unclaimed, the turn goes to somebody else at the grace.
    match ctx.node.synced {
        true => Ok(Some(intent(Action::Claim { slot }, ctx.timeline().start_of(end)))),
        false => Err(Held::Unsynced { slot }),
    }
}

/// Claims a later slot of a turn of ours that was taken over.
pub fn come_back(ctx: &Context<'_>) -> Option<Intent> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let (turn, current) = (view.current_turn(ctx.at()), timeline.slot_at(ctx.at()));
    if turn.assigned != ctx.id || ctx.id == OperatorId::RESERVE || !ctx.node.synced {
        return None;
    }
    let slot = (current.next().0..turn.end.0).map(Slot).find(|slot| {
        !view.is_voided(*slot)
            && !view.is_claimed(*slot)
            && view.holder_at(*slot, timeline.start_of(*slot)) != ctx.id
            && timeline.change_effective(ctx.at()) <= timeline.start_of(*slot)
    })?;
    let notice = Timeline::CHANGE_LEAD_BLOCKS * timeline.clock.l1_block_seconds;
    Some(intent(Action::Claim { slot }, Timestamp(timeline.start_of(slot).0 - notice + 1)))
}

/// Moves the batcher to whoever it is due to: the holder first, then the others by rank.
pub fn rotate(ctx: &Context<'_>) -> Option<Intent> {
    let (view, timeline, at) = (ctx.view, ctx.timeline(), ctx.at());
    if !timeline.has_begun(at) {
        return None;
    }
    let holder = view.batcher_due(at)?;
    let epoch = timeline.epoch_at(at);
    if view.is_batcher_key(holder, view.money.batcher, epoch) {
        return None;
    }
    // Our claim moves it by itself, this late.
    if holder == ctx.id && unclaimed_opening(ctx).is_some() {
        return None;
    }
    let turn = view.current_turn(at);
    let opens =
        timeline.l1_later(timeline.tail_ends(view.opening(at).unwrap_or(turn.first)), STAGGER);
    let ours = holder == ctx.id || ctx.is_our_move(epoch, opens, timeline.start_of(turn.end));
    ours.then(|| intent(Action::Rotate { first: turn.first, holder }, timeline.start_of(turn.end)))
}

/// Answers a call-out to us with the commitment to the newest block that was made since, and that the next L1 block takes however
/// early it is: L1's time may lag behind the clock that L2 follows. A node that has sealed nothing for two blocks is what the caller
/// says it is: no answer.
pub fn answer(ctx: &Context<'_>) -> Option<Intent> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let call_out = view.open_call_out(ctx.at()).filter(|call_out| call_out.holder == ctx.id)?;
    let alive_until =
        ctx.node.sealed_at?.0 + SILENT_BLOCKS * timeline.clock.l2_block_seconds * 1_000;
    if ctx.now.0 > alive_until {
        return None;
    }
    let latest = view.next_l1_time().0 + AHEAD_BLOCKS * timeline.clock.l2_block_seconds;
    let turn = view.turn_of(call_out.slot);
    let (commitment, signature) = ctx.node.commitments.iter().find(|(made, _)| {
        (call_out.at.0..=latest).contains(&made.timestamp) && view.turn_of(Slot(made.slot)) == turn
    })?;
    let left = (call_out.deadline_block + 1).saturating_sub(view.head().number);
    let deadline = timeline.l1_later(view.head().timestamp, left).max(ctx.at());
    let action = Action::Heartbeat {
        call_out: call_out.block,
        commitment: commitment.clone(),
        signature: *signature,
    };
    (left > 0).then(|| intent(action, Timestamp(deadline.0 + 1)))
}

/// The slot that opens our turn in progress, or our next one that may be claimed by now, unless it is claimed; and the end of that
/// turn.
fn unclaimed_opening(ctx: &Context<'_>) -> Option<(Slot, Slot)> {
    let (view, timeline, at) = (ctx.view, ctx.timeline(), ctx.at());
    let current = timeline.slot_at(at);
    let mut slot = view.current_turn(at).first;
    while view.is_decided(timeline.epoch_of(slot)) && at >= timeline.claim_opens(slot) {
        let turn = view.turn_of(slot);
        // A void splits a turn: from its first voided slot on it is the reserve's to open.
        let opens =
            slot == turn.first || (view.is_voided(slot) && !view.is_voided(Slot(slot.0 - 1)));
        // From the transaction of a take-over on nothing is left to claim, though we still hold for a moment.
        let here = turn == view.current_turn(at);
        let lost = here
            && (view.pending_take_over(at).is_some()
                || view.opening(at).is_some_and(|at| slot < at));
        let held = view.holder_at(slot.max(current), at) == ctx.id && !lost;
        if opens && view.assigned_to(slot) == ctx.id && !view.is_claimed(slot) && held {
            return Some((slot, turn.end));
        }
        slot = slot.next();
    }
    None
}
