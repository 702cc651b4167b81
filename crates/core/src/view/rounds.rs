//! Queries about auctions.

use super::{Bid, ChainView, Round};
use crate::types::{Epoch, OperatorId, Wei};

/// The first stage whose epochs are auctioned.
const AUCTION_STAGE: u8 = 2;

impl ChainView {
    /// Whether the slots of `epoch` are auctioned.
    pub fn is_auctioned(&self, epoch: Epoch) -> bool {
        self.stage(epoch) >= AUCTION_STAGE && epoch.0 >= 2
    }

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

    /// What `id` paid for slots and forfeited so far, less what it got back, wei.
    pub fn spent(&self, id: OperatorId) -> Wei {
        self.state().spent.get(&id).copied().unwrap_or_default()
    }
}
