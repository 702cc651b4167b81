//! Bids: committed, revealed, and what follows from those that were not.

use super::{Context, Held, intent};
use crate::{
    bid::{Auction, Curve},
    intent::{Action, Intent},
    strategy::{Auctioned, NoBid, Strategy},
    types::{Epoch, OperatorId},
    view::Market,
};

/// Commits to a bid for the epoch after next, once, while its commit window is open.
pub fn bid(ctx: &Context<'_>, strategy: &dyn Strategy) -> Result<Option<Intent>, Held> {
    let (view, id) = (ctx.view, ctx.id);
    let epoch = Epoch(ctx.timeline().epoch_at(ctx.at()).0 + 2);
    let Some(window) =
        ctx.timeline().commit_window(epoch).filter(|window| window.contains(ctx.at()))
    else {
        return Ok(None);
    };
    // The contract takes bids in stages whose slots are not sold by them, too, and would sell nothing for them.
    if view.market(epoch) != Some(Market::Sealed)
        || !view.is_eligible(id, epoch)
        || view.bid(id, epoch).is_some()
    {
        return Ok(None);
    }
    let asked = Auctioned { view, me: ctx.me, node: ctx.node, id, epoch, at: ctx.at() };
    let curve = match strategy.bid(&asked) {
        Ok(curve) => curve.word(),
        Err(NoBid::Disabled) => return Ok(None),
        Err(reason) => return Err(Held::NoBid { epoch, reason }),
    };
    let secret = &ctx.me.bid_secret;
    let commitment = auction(ctx).commitment(epoch, id, curve, secret.salt(epoch));
    let sealed = secret.seal(commitment, curve);
    Ok(Some(intent(Action::CommitBid { operator: id, epoch, commitment, sealed }, window.closes)))
}

/// Opens our bid while its reveal window is open. Everything needed is on L1 and in the key.
pub fn reveal(ctx: &Context<'_>) -> Result<Option<Intent>, Held> {
    let epoch = Epoch(ctx.timeline().epoch_at(ctx.at()).0 + 2);
    let window = ctx.timeline().reveal_window(epoch).filter(|window| window.contains(ctx.at()));
    let bid = ctx.view.bid(ctx.id, epoch).filter(|bid| !bid.revealed && !bid.forfeited);
    let (Some(window), Some(bid)) = (window, bid) else { return Ok(None) };

    let secret = &ctx.me.bid_secret;
    let salt = secret.salt(epoch);
    let curve = bid.sealed.map(|sealed| secret.open(bid.commitment, sealed));
    let ours = |word: &_| auction(ctx).commitment(epoch, ctx.id, *word, salt) == bid.commitment;
    match curve.filter(ours).filter(|word| Curve::from_word(*word).is_ok()) {
        Some(curve) => Ok(Some(intent(
            Action::RevealBid { operator: ctx.id, epoch, curve, salt },
            window.closes,
        ))),
        None => Err(Held::BidUnknown { epoch }),
    }
}

/// Has the deposits of the others' unrevealed bids forfeited.
pub fn forfeit(ctx: &Context<'_>) -> Vec<Intent> {
    let epoch = ctx.timeline().epoch_at(ctx.at()).next();
    let Some(window) = ctx.timeline().freeze_window(epoch) else { return vec![] };
    // After the settlement is the time: it has none to lose.
    let opens = ctx.timeline().l1_later(window.opens, 12);
    if !ctx.is_our_move(epoch, opens, window.closes) {
        return vec![];
    }
    let others = ctx.view.unrevealed(epoch).filter(|id| *id != ctx.id);
    others.map(|operator| intent(Action::ForfeitBid { operator, epoch }, window.closes)).collect()
}

/// Gets back what a cancelled epoch holds of ours.
pub fn refund(ctx: &Context<'_>) -> Vec<Intent> {
    let cancelled = ctx.view.state().epochs.iter().filter(|(_, record)| record.cancelled);
    let held = cancelled.filter(|(epoch, _)| holds_money(ctx, ctx.id, **epoch));
    held.map(|(epoch, _)| {
        let deadline = ctx.timeline().end_of_dispute(*epoch);
        intent(Action::RefundBid { operator: ctx.id, epoch: *epoch }, deadline)
    })
    .collect()
}

/// Whether the round of `epoch` has a lock or a payment of `id`. A deposit that was not revealed is forfeited, cancelled or not.
fn holds_money(ctx: &Context<'_>, id: OperatorId, epoch: Epoch) -> bool {
    let (Some(round), Some(bid)) = (ctx.view.round(epoch), ctx.view.bid(id, epoch)) else {
        return false;
    };
    let won = round.result.as_ref().is_none_or(|result| result.winners.contains_key(&id));
    bid.revealed && won && !bid.displaced && !round.refunded.contains(&id)
}

fn auction(ctx: &Context<'_>) -> Auction {
    let deployment = &ctx.view.deployment;
    Auction { chain_id: deployment.l1_chain_id, contract: deployment.contracts.auction }
}
