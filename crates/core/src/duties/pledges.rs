//! Promises: what the operator pledges, what holds the pledge when its slots come, and what becomes of who does not hold its own. And
//! the lock of each slot, which is for all to move.

use super::{Context, Held, intent};
use crate::{
    intent::{Action, Intent},
    types::{Epoch, OperatorId, Timestamp},
};

/// The part of an epoch in which who does not hold its pledge for the next one can be voided, percent: its last.
const LAST_PERCENT: u64 = 10;

/// Promises what the configuration says. One change at a time: the next one waits until the last one counts.
pub fn pledge(ctx: &Context<'_>) -> Option<Intent> {
    let (me, money) = (ctx.me, &ctx.view.money);
    // As the contract rounds it.
    let value = me.pledge - me.pledge % ctx.view.deployment.quantum;
    if !me.has_owner_key || value.is_zero() || value == money.pledge_to_come {
        return None;
    }
    if money.pledge != money.pledge_to_come {
        return None;
    }
    Some(intent(Action::SetPledge { operator: ctx.id, value }, Timestamp(u64::MAX)))
}

/// Adds what the pledge lacks, once there are slots to hold it for, and what misses could leak until then, if the owner has that, too:
/// else one that is missed right before the turn costs the turn and a default. What is more than the bond that the configuration keeps
/// stays in the vault until the operator takes it out.
pub fn restake(ctx: &Context<'_>) -> Result<Option<Intent>, Held> {
    let (view, operator, epoch) = (ctx.view, ctx.id, next_epoch(ctx));
    let missing = view.money.shortfalls.get(&operator).copied().unwrap_or_default();
    if missing.is_zero() || !has_slots(ctx, operator, epoch) {
        return Ok(None);
    }
    let affordable = |value| {
        let amount = view.deployment.deposit_for(value);
        (ctx.me.has_owner_key && view.money.owner_eth > amount).then_some(amount)
    };
    let with_leaks = missing.saturating_add(view.deployment.most_leaked);
    let Some(amount) = affordable(with_leaks).or_else(|| affordable(missing)) else {
        return Err(Held::PledgeShort { epoch, missing: view.deployment.deposit_for(missing) });
    };
    let deadline = view.timeline().start_of_epoch(epoch);
    Ok(Some(intent(Action::DepositBond { operator, amount }, deadline)))
}

/// Voids the next epoch's slots of who does not hold its pledge for them.
pub fn void_underbonded(ctx: &Context<'_>) -> Vec<Intent> {
    let (view, timeline, epoch) = (ctx.view, ctx.timeline(), next_epoch(ctx));
    let start = timeline.start_of_epoch(epoch);
    let opens = Timestamp(start.0 - timeline.epoch_seconds() * LAST_PERCENT / 100);
    let last_call = Timestamp(start.0.saturating_sub(2 * timeline.clock.l1_block_seconds));
    // Only with what is held as of this very head: a stale answer would spend gas on the honest.
    if view.money.at != view.head().id()
        || ctx.at() < opens
        || !ctx.is_our_move(timeline.epoch_at(ctx.at()), opens, last_call)
    {
        return vec![];
    }
    let short = view.money.shortfalls.iter().filter(|(_, missing)| !missing.is_zero());
    let due = short.map(|(id, _)| *id).filter(|id| has_slots(ctx, *id, epoch));
    due.map(|operator| intent(Action::VoidUnderbonded { epoch, operator }, start)).collect()
}

/// Has the lock of a slot follow the price of one, by rank, once an epoch and as long as that may change something. Not before the bids
/// for the epoch after next are in: by then the round before theirs is settled as a rule, and its price counts, too.
pub fn move_lock(ctx: &Context<'_>) -> Option<Intent> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let epoch = timeline.epoch_at(ctx.at());
    let opens = timeline.commit_window(Epoch(epoch.0 + 2))?.closes;
    let closes = timeline.end_of_epoch(epoch);
    (view.is_lock_due(epoch) && ctx.is_our_move(epoch, opens, closes))
        .then(|| intent(Action::MoveLock { epoch }, closes))
}

fn next_epoch(ctx: &Context<'_>) -> Epoch {
    ctx.timeline().epoch_at(ctx.at()).next()
}

fn has_slots(ctx: &Context<'_>, operator: OperatorId, epoch: Epoch) -> bool {
    operator != OperatorId::RESERVE && ctx.view.is_assigned_in(epoch, operator)
}
