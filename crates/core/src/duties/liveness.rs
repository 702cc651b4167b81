//! The others' turns: noticing silence, taking over, and noting what was missed.

use super::{Context, STAGGER, intent};
use crate::{
    intent::{Action, Intent},
    timeline::Timeline,
    types::{Millis, OperatorId, Timestamp},
};

/// Halves of an L2 block without a new one after which the holder is called out: the block after the last is then one and a half
/// late, the next one half, and the call-out still goes out within 3 blocks of the last one.
const SILENT_HALVES: u64 = 5;
/// L2 blocks that a new holder has until its first one is missed: it may have to wait 2 for a silent predecessor.
const START_BLOCKS: u64 = 4;

/// Calls the holder out if no block of its chain arrived for too long. The reserve first, the others one L1 block apart. A node
/// behind what the relays tell of is late itself, and hears silence everywhere: it does not ask.
pub fn call_out(ctx: &Context<'_>) -> Option<Intent> {
    let (view, timeline, at) = (ctx.view, ctx.timeline(), ctx.at());
    let (slot, turn, holder) = (timeline.slot_at(at), view.current_turn(at), view.holder(at));
    if !timeline.has_begun(at)
        || holder == ctx.id
        || !view.is_active(ctx.id, at)
        || !ctx.node.synced
    {
        return None;
    }

    // What the Baton would refuse: a question to who did not take the baton yet, a second one, or one too soon.
    if view.is_unclaimed(at)
        || view.pending_take_over(at).is_some()
        || view.open_call_out(at).is_some()
    {
        return None;
    }
    let last = view.state().call_out.filter(|last| last.answered).and_then(|last| last.closed);
    let too_soon =
        last.is_some_and(|block| view.head().number + 1 < block + timeline.delays.answer_blocks);
    if too_soon || view.has_called_out(ctx.id, slot) {
        return None;
    }

    // Without an answer, a take-over must still find something left of the turn.
    let blocks = 1 + timeline.delays.answer_blocks + Timeline::CHANGE_LEAD_BLOCKS;
    let useful = timeline.l1_later(at, blocks) < timeline.start_of(turn.end);
    if !useful || ctx.now < silent_from(ctx)? {
        return None;
    }
    let bond = view.deployment.call_out_bond;
    (view.money.gas > bond).then(|| intent(Action::CallOut { slot, bond }, timeline.end_of(slot)))
}

/// When the silence has lasted long enough for our place among those who may call out. None while we have no chain to judge by.
fn silent_from(ctx: &Context<'_>) -> Option<Millis> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let last = ctx.node.unsafe_head?.timestamp;
    let half = timeline.clock.l2_block_seconds * 500;
    let heard = last.millis().0 + SILENT_HALVES * half;
    let began = view.opening(ctx.at()).map(|slot| timeline.start_of(slot)).or(stepped_in(ctx));
    let started = began.map_or(0, |at| timeline.l2_later(at, START_BLOCKS).millis().0);

    let holder = view.holder(ctx.at());
    let epoch = timeline.epoch_at(ctx.at());
    let callers = std::iter::once(OperatorId::RESERVE)
        .chain(view.eligible_set(epoch))
        .filter(|id| *id != holder);
    let place = callers.take_while(|id| *id != ctx.id).count() as u64;
    Some(Millis(heard.max(started) + place * timeline.clock.l1_block_seconds * 1_000))
}

/// From when the taker of the turn in progress holds.
fn stepped_in(ctx: &Context<'_>) -> Option<Timestamp> {
    let changes = ctx.view.changes_in(&ctx.view.current_turn(ctx.at()));
    changes.iter().rev().map(|change| change.from).find(|from| *from <= ctx.at())
}

/// Takes over as soon as our rank may, if our node could go on from here.
pub fn take_over(ctx: &Context<'_>) -> Option<Intent> {
    let right = ctx.view.take_over_right(ctx.id, ctx.at()).filter(|_| ctx.node.synced)?;
    let notice = Timeline::CHANGE_LEAD_BLOCKS * ctx.timeline().clock.l1_block_seconds;
    let deadline = Timestamp(ctx.timeline().start_of(right.turn.end).0 - notice);
    Some(intent(Action::TakeOver { first: right.turn.first, holder: right.holder }, deadline))
}

/// Notes the slots that were lost to a take-over as missed: whoever holds first, for it earns part of the leak.
pub fn record_misses(ctx: &Context<'_>) -> Vec<Intent> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let due = view.misses_due(ctx.at()).into_iter().filter(|slot| {
        let epoch = timeline.epoch_of(*slot);
        let opens = timeline.l1_later(timeline.start_of(*slot), STAGGER);
        let last_call = timeline.l1_later(timeline.end_of(*slot), 4 * STAGGER);
        view.holder_at(*slot, ctx.at()) == ctx.id || ctx.is_our_move(epoch, opens, last_call)
    });
    // The ring remembers a slot for epochs; a leak that late helps nobody.
    due.map(|slot| {
        let deadline = timeline.end_of_epoch(timeline.epoch_of(slot).next());
        intent(Action::RecordMiss { slot }, deadline)
    })
    .collect()
}

/// Has operators jailed whose bond fell below what the set asks for.
pub fn jail(ctx: &Context<'_>) -> Vec<Intent> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let now = timeline.epoch_at(ctx.at());
    let effective = crate::types::Epoch(now.0 + 2);
    // Only with bonds as of this very head: a stale answer would jail the honest.
    if view.money.at != view.head().id()
        || !ctx.is_our_move(now, timeline.start_of_epoch(now), timeline.end_of_epoch(now))
    {
        return vec![];
    }
    let short =
        view.eligible_set(effective).filter(|id| view.self_bond(*id) < view.deployment.min_bond);
    short
        .map(|operator| intent(Action::JailUnderbonded { operator }, timeline.end_of_epoch(now)))
        .collect()
}

/// Has who equivocated put out of its slots to come, and its locks taken: the proof itself does neither. By rank from the proof on, and
/// again when another epoch was frozen for it.
pub fn expel(ctx: &Context<'_>) -> Vec<Intent> {
    let timeline = ctx.timeline();
    let now = timeline.epoch_at(ctx.at());
    let (opens, closes) = (timeline.start_of_epoch(now), timeline.end_of_epoch(now));
    let due = ctx.view.offenders_at_large(ctx.at()).into_iter();
    due.filter(|(id, proven)| *id != ctx.id && ctx.is_our_move(now, opens.max(*proven), closes))
        .map(|(operator, _)| intent(Action::Expel { operator }, closes))
        .collect()
}
