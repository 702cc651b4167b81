//! Queries about sealed auctions, and about what is left to divide.

use super::{Bid, ChainView, Round};
use crate::{
    bid::Curve,
    types::{Epoch, OperatorId, Timestamp, Wei},
};

impl ChainView {
    pub fn round(&self, epoch: Epoch) -> Option<&Round> {
        self.state().rounds.get(&epoch)
    }

    /// The bid of `id` that stands for `epoch`, revealed or not.
    pub fn bid(&self, id: OperatorId, epoch: Epoch) -> Option<&Bid> {
        self.round(epoch)?.bids.get(&id)
    }

    /// Operators with a bid in the round, and those whose deposit is due since they did not reveal.
    pub fn unrevealed(&self, epoch: Epoch) -> impl Iterator<Item = OperatorId> + '_ {
        let bids = self.round(epoch).into_iter().flat_map(|round| &round.bids);
        bids.filter(|(_, bid)| !bid.revealed && !bid.forfeited).map(|(id, _)| *id)
    }

    /// Whether nothing is left to settle for `epoch`: it was, it is not auctioned, or nobody revealed a bid.
    pub fn is_settled(&self, epoch: Epoch) -> bool {
        self.round(epoch).is_none_or(|round| {
            round.result.is_some() || !round.bids.values().any(|bid| bid.revealed && !bid.displaced)
        })
    }

    /// Slots of `epoch` that the bids of `id` brought or may still bring; 0 once they are frozen, for then they are live ones.
    pub fn undecided_slots(&self, id: OperatorId, epoch: Epoch) -> u64 {
        if self.is_frozen(epoch) {
            return 0;
        }
        let standing = |bid: &&Bid| bid.revealed && !bid.displaced;
        let sealed = match (self.round(epoch), self.bid(id, epoch).filter(standing)) {
            (Some(round), Some(bid)) => match &round.result {
                Some(result) => result.winners.get(&id).copied().unwrap_or_default().into(),
                None => Curve::from_word(bid.curve).map_or(0, |curve| curve.slots()),
            },
            _ => 0,
        };
        sealed + self.open_leads(id, epoch)
    }

    /// The epoch whose rewards are divided next; those that the schedule forgot are left out.
    pub fn next_to_finalize(&self, at: Timestamp) -> Epoch {
        let timeline = self.timeline();
        self.state().unrewarded.max(timeline.oldest_epoch(timeline.epoch_at(at)))
    }

    /// What `id` paid for slots and forfeited so far, less what it got back, wei.
    pub fn spent(&self, id: OperatorId) -> Wei {
        self.state().spent.get(&id).copied().unwrap_or_default()
    }
}
