//! The open auction: entered, bid in until nothing that is worth it is left, what it owes us fetched, and closed in the end.

use super::{Context, Held, intent};
use crate::{
    intent::{Action, Intent},
    strategy::{Auctioned, NoBid, Strategy},
    types::Epoch,
    view::Market,
};

/// Bids for the slots of the epoch after next while they are open: as often as we are outbid, each time the least that leads. Enters
/// us before the first bid.
pub fn bid_openly(ctx: &Context<'_>, strategy: &dyn Strategy) -> Result<Option<Intent>, Held> {
    let (view, operator) = (ctx.view, ctx.id);
    let epoch = Epoch(ctx.timeline().epoch_at(ctx.at()).0 + 2);
    let open = view.market(epoch) == Some(Market::Open) && view.is_eligible(operator, epoch);
    let slots = view.open_slots(epoch, ctx.at());
    let Some(closes) = slots.iter().map(|slot| slot.closes).max().filter(|_| open) else {
        return Ok(None);
    };
    let asked = Auctioned { view, me: ctx.me, node: ctx.node, id: operator, epoch, at: ctx.at() };
    let bids = match strategy.open_bids(&asked) {
        Ok(bids) if bids.is_empty() => return Ok(None),
        Ok(bids) => bids,
        Err(NoBid::Disabled) => return Ok(None),
        Err(reason) => return Err(Held::NoBid { epoch, reason }),
    };
    let agent = view.open_round(epoch).and_then(|round| round.agents.get(&operator));
    let action = if agent == Some(&ctx.me.sequencer_key) {
        Action::PlaceBids { operator, epoch, bids }
    } else {
        Action::EnterAuction { operator, epoch, agent: ctx.me.sequencer_key }
    };
    Ok(Some(intent(action, closes)))
}

/// Gets back what we paid for slots that were not assigned to us.
pub fn refund_openly(ctx: &Context<'_>) -> Vec<Intent> {
    let operator = ctx.id;
    let due = ctx.view.open_refunds(operator, ctx.at()).into_iter();
    due.map(|epoch| {
        let deadline = ctx.timeline().end_of_dispute(epoch);
        intent(Action::RefundOpenBids { operator, epoch }, deadline)
    })
    .collect()
}

/// Closes what is left of the auction of an epoch that can be disputed no more, by rank. Proceeds would wait until its words are needed
/// again; and who is down has its money back, which by then the auction would have forgotten.
pub fn close_openly(ctx: &Context<'_>) -> Option<Intent> {
    let timeline = ctx.timeline();
    let (epoch, now) = (ctx.view.open_to_close(ctx.at())?, timeline.epoch_at(ctx.at()));
    let opens = timeline.end_of_dispute(epoch).max(timeline.start_of_epoch(now));
    let closes = timeline.end_of_epoch(now);
    let ours = ctx.is_our_move(now, opens, closes);
    ours.then(|| intent(Action::CloseOpenAuction { epoch }, closes))
}
