//! Rewards: divided once an epoch can be disputed no more, and fetched once they are worth a transaction.

use super::{Context, intent};
use crate::{
    intent::{Action, Intent},
    types::{Timestamp, Wei},
};

/// Has the pool divide the reward of the next epoch, by rank, if there is something to divide.
pub fn finalize(ctx: &Context<'_>) -> Option<Intent> {
    let (view, timeline) = (ctx.view, ctx.timeline());
    let now = timeline.epoch_at(ctx.at());
    let epoch = view.next_to_finalize(ctx.at());
    let something = view.money.undivided.iter().any(|amount| !amount.is_zero());
    let opens = timeline.end_of_dispute(epoch).max(timeline.start_of_epoch(now));
    let ours = ctx.is_our_move(now, opens, timeline.end_of_epoch(now));
    (something && ours).then(|| intent(Action::Finalize { epoch }, timeline.end_of_epoch(now)))
}

/// Fetches our released rewards, of each asset once there is as much as the configuration says. They are released by the second, so
/// without that each block would be a reason for a transaction.
pub fn collect_rewards(ctx: &Context<'_>) -> Vec<Intent> {
    let (wanted, released) = (ctx.me.rewards_minimum, ctx.view.money.rewards);
    let due = [false, true].into_iter().zip(wanted).zip(released);
    due.filter(|((_, wanted), released)| *wanted != Wei::ZERO && released >= wanted)
        .map(|((token, _), _)| {
            intent(Action::ClaimRewards { operator: ctx.id, token }, Timestamp(u64::MAX))
        })
        .collect()
}
