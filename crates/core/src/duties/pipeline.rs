//! An epoch's way to its schedule: what its policies wait for, seed, settlement, freeze. By anybody, so by one.

use super::{Context, intent};
use crate::{
    intent::{Action, Intent},
    types::{Epoch, Slot, Timestamp},
};

/// L1 blocks that each step leaves to the one before it, so that a later rank does not take a step for a forgotten one while the
/// transaction of the rank before it is being mined.
const STEP: u64 = 3;

/// Records the seed of the next epoch, once its block is there.
pub fn record_seed(ctx: &Context<'_>) -> Option<Intent> {
    let epoch = next_epoch(ctx);
    let seed_time = ctx.timeline().seed_time(epoch)?;
    let there = ctx.view.head().timestamp >= seed_time;
    step(ctx, epoch, 0, there && !ctx.view.is_seeded(epoch), Action::RecordSeed { epoch })
}

/// Settles the next epoch's auction, once its seed is recorded.
pub fn settle(ctx: &Context<'_>) -> Option<Intent> {
    let epoch = next_epoch(ctx);
    let due = ctx.view.is_seeded(epoch) && !ctx.view.is_settled(epoch);
    step(ctx, epoch, 1, due, Action::Settle { epoch })
}

/// Applies the weights that the next epoch is drawn by, and that were queued two epochs before it. A queue that is not drained
/// stops the freeze.
pub fn apply_queue(ctx: &Context<'_>) -> Option<Intent> {
    let epoch = next_epoch(ctx);
    step(ctx, epoch, 0, ctx.view.is_queue_due(epoch), Action::ApplyQueue { epoch })
}

/// Scores the epochs that the next one is drawn by, one after the other.
pub fn score(ctx: &Context<'_>) -> Option<Intent> {
    let epoch = next_epoch(ctx);
    let over = ctx.view.score_due(epoch)?;
    step(ctx, epoch, 0, true, Action::Score { epoch: over })
}

/// Freezes the next epoch. Settled first: the auction's slots would not be assigned otherwise; and once its policies are ready.
pub fn freeze(ctx: &Context<'_>) -> Option<Intent> {
    let (view, epoch) = (ctx.view, next_epoch(ctx));
    let prepared = view.is_seeded(epoch) && view.is_settled(epoch) && view.is_ready(epoch);
    let due = prepared && !view.is_frozen(epoch);
    step(ctx, epoch, 2, due, Action::Freeze { epoch })
}

/// Cancels an epoch that began without being frozen and holds bidders' money: also one that nobody cancelled while it lasted, for
/// whoever did not freeze it was most likely down.
pub fn cancel(ctx: &Context<'_>) -> Option<Intent> {
    let (view, current) = (ctx.view, ctx.timeline().epoch_at(ctx.at()));
    let due = |epoch: &Epoch| {
        let cancelled = view.epoch_record(*epoch).is_some_and(|record| record.cancelled);
        !view.is_frozen(*epoch) && !cancelled
    };
    let mut rounds = view.state().rounds.keys().copied().take_while(|epoch| *epoch <= current);
    let epoch = rounds.find(due)?;
    let (opens, closes) =
        (ctx.timeline().start_of_epoch(current), ctx.timeline().end_of_epoch(current));
    ctx.is_our_move(current, opens, last_slot(ctx, current.next()))
        .then(|| intent(Action::Cancel { epoch }, closes))
}

fn step(ctx: &Context<'_>, epoch: Epoch, number: u64, due: bool, action: Action) -> Option<Intent> {
    let window = ctx.timeline().freeze_window(epoch)?;
    let seed_time = ctx.timeline().seed_time(epoch)?;
    let first = ctx.view.rank(ctx.id, epoch) == Some(0);
    let opens = ctx.timeline().l1_later(seed_time, number * STEP);
    let ours = first || ctx.is_our_move(epoch, opens, last_slot(ctx, epoch));
    (due && window.contains(ctx.at()) && ours).then(|| intent(action, window.closes))
}

fn next_epoch(ctx: &Context<'_>) -> Epoch {
    ctx.timeline().epoch_at(ctx.at()).next()
}

/// Start of the last slot before `epoch`: from then on everybody does what nobody did, for an epoch of reserve costs more.
fn last_slot(ctx: &Context<'_>, epoch: Epoch) -> Timestamp {
    ctx.timeline().start_of(Slot(ctx.timeline().first_slot_of(epoch).0 - 1))
}
