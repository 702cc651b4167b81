//! What the stake policy hears of bonds.

use super::{Context, intent};
use crate::{
    intent::{Action, Intent},
    types::{OperatorId, Wei},
};

/// Queues weights that differ from what the policy was told: our own gain at once, and losses, anybody's, by rank. Another's gain
/// is its own affair.
pub fn queue_weights(ctx: &Context<'_>) -> Vec<Intent> {
    let (view, timeline, id) = (ctx.view, ctx.timeline(), ctx.id);
    let now = timeline.epoch_at(ctx.at());
    let (_, from) = view.weight_to_queue(id, ctx.at());
    // Only with bonds as of this very head: a stale answer would queue what was.
    if !view.needs(from).stake || view.money.at != view.head().id() {
        return vec![];
    }
    let (opens, closes) = (timeline.start_of_epoch(now), timeline.end_of_epoch(now));
    let ours = ctx.is_our_move(now, opens, closes);
    let losses = view.state().stake.operators().filter(|other| {
        ours && view.weight_to_queue(*other, ctx.at()).0 < view.queued_weight(*other)
    });
    let gain = view.weight_to_queue(id, ctx.at()).0 > view.queued_weight(id);
    let due = gain.then_some(id).into_iter().chain(losses);
    due.filter_map(|operator| queue_weight(ctx, operator)).collect()
}

/// The entry for `operator`, if our gas money allows for its fee.
fn queue_weight(ctx: &Context<'_>, operator: OperatorId) -> Option<Intent> {
    let view = ctx.view;
    let (weight, from) = view.weight_to_queue(operator, ctx.at());
    let replaces = view.state().stake.last(operator).is_some_and(|last| last.active_from == from);
    let fee = if replaces { Wei::ZERO } else { view.deployment.terms.stake_fee };
    let deadline = ctx.timeline().end_of_epoch(ctx.timeline().epoch_at(ctx.at()));
    (view.money.gas > fee).then(|| intent(Action::QueueWeight { operator, weight, fee }, deadline))
}
