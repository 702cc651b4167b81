//! Queries about open auctions: each slot by itself, to the highest bid.

use super::{ChainView, State};
use crate::types::{Epoch, L1Block, OperatorId, Timestamp, Wei};
use alloy::primitives::{Address, U256};
use rota_bindings::OpenBidAuction::OpenBidAuctionEvents;
use std::collections::BTreeMap;

const GWEI: u64 = 1_000_000_000;
const BPS: u64 = 10_000;

/// What the open auction was deployed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenTerms {
    /// The policy that assigns what was sold.
    pub policy: Address,
    /// Lowest price of a slot, gwei.
    pub floor_gwei: u64,
    /// What a bid has to be above the highest one, basis points of it.
    pub step_bps: u64,
    /// For how long a slot stays open after a bid, seconds.
    pub extension: u64,
    /// Slots of an epoch that one operator can win.
    pub cap_slots: u64,
}

/// The highest bid for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBid {
    pub operator: OperatorId,
    pub price_gwei: u64,
    /// L1 block time at which it was placed.
    pub placed: Timestamp,
}

/// The open auction of an epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenRound {
    /// Who bids for each operator that entered.
    pub agents: BTreeMap<OperatorId, Address>,
    /// By position in the epoch; what was given back is not there any more.
    pub highest: BTreeMap<u64, OpenBid>,
    /// What was paid is proceeds, the rest given back.
    pub closed: bool,
}

/// A slot as the next bid finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSlot {
    pub index: u64,
    pub leader: Option<OperatorId>,
    /// Lowest price that a bid can have, gwei.
    pub least_gwei: u64,
    /// When bidding for it is over.
    pub closes: Timestamp,
}

impl State {
    pub(super) fn fold_open_auction(&mut self, block: &L1Block, event: &OpenBidAuctionEvents) {
        use OpenBidAuctionEvents as E;
        match event {
            E::BidderEntered(e) => {
                let round = self.open_rounds.entry(Epoch(e.epoch)).or_default();
                round.agents.insert(OperatorId(e.operator), e.agent);
            }
            E::BidPlaced(e) => {
                let operator = OperatorId(e.operator);
                let price_gwei = e.priceGwei.saturating_to();
                let bid = OpenBid { operator, price_gwei, placed: block.timestamp };
                let round = self.open_rounds.entry(Epoch(e.epoch)).or_default();
                // Who is outbid has its money back in the same transaction.
                if let Some(outbid) = round.highest.insert(e.index.saturating_to(), bid) {
                    self.unspend(outbid.operator, outbid.price());
                }
                self.spend(e.operator, bid.price());
            }
            E::BidRefunded(e) => {
                let round = self.open_rounds.entry(Epoch(e.epoch)).or_default();
                round.highest.remove(&e.index.saturating_to());
                self.unspend(OperatorId(e.operator), e.amount);
            }
            E::EpochClosed(e) => {
                self.open_rounds.entry(Epoch(e.epoch)).or_default().closed = true;
            }
            // A skipped bid changes nothing; balances are asked.
            E::BidSkipped(_)
            | E::BalanceDeposited(_)
            | E::BalanceWithdrawn(_)
            | E::ProceedsWithdrawn(_) => {}
        }
    }
}

impl OpenBid {
    /// Wei.
    pub fn price(&self) -> Wei {
        U256::from(self.price_gwei) * U256::from(GWEI)
    }
}

impl ChainView {
    pub fn open_round(&self, epoch: Epoch) -> Option<&OpenRound> {
        self.state().open_rounds.get(&epoch)
    }

    /// The slots of `epoch` that can be bid for in an L1 block dated `at`.
    pub fn open_slots(&self, epoch: Epoch, at: Timestamp) -> Vec<OpenSlot> {
        let (timeline, terms) = (self.timeline(), &self.deployment.terms.open);
        let (Some(window), Some(latest)) =
            (timeline.commit_window(epoch), timeline.freeze_window(epoch).map(|next| next.opens))
        else {
            return vec![];
        };
        let slot = |index: u64| match self.highest_bid(epoch, index) {
            None => OpenSlot {
                index,
                leader: None,
                least_gwei: terms.floor_gwei,
                closes: window.closes,
            },
            Some(bid) => {
                let step = u128::from(bid.price_gwei) * u128::from(terms.step_bps);
                let step = step.div_ceil(BPS.into()).min(u64::MAX.into()) as u64;
                let extended = Timestamp(bid.placed.0 + terms.extension).min(latest);
                OpenSlot {
                    index,
                    leader: Some(bid.operator),
                    least_gwei: bid.price_gwei.saturating_add(step),
                    closes: window.closes.max(extended),
                }
            }
        };
        let slots = (0..timeline.clock.slots_per_epoch).map(slot);
        slots.filter(|slot| window.opens <= at && at < slot.closes).collect()
    }

    /// Slots of `epoch` that `id` leads, or won.
    pub fn open_leads(&self, id: OperatorId, epoch: Epoch) -> u64 {
        let bids = self.open_round(epoch).into_iter().flat_map(|round| round.highest.values());
        bids.filter(|bid| bid.operator == id).count() as u64
    }

    /// Epochs that began and in which `id` paid for a slot that is not its own: it has its money back for the asking.
    pub fn open_refunds(&self, id: OperatorId, at: Timestamp) -> Vec<Epoch> {
        let timeline = self.timeline();
        let begun = self.state().open_rounds.keys().copied();
        let begun = begun.filter(|epoch| timeline.start_of_epoch(*epoch) <= at);
        let lost = |epoch: &Epoch| {
            let slots = self.frozen_ids(*epoch);
            let bids = self.open_round(*epoch).into_iter().flat_map(|round| &round.highest);
            bids.into_iter()
                .any(|(index, bid)| bid.operator == id && slots.get(*index as usize) != Some(&id))
        };
        begun.filter(lost).collect()
    }

    /// The first epoch whose open auction still holds what was paid and can be closed, for nobody can dispute its slots any more.
    pub fn open_to_close(&self, at: Timestamp) -> Option<Epoch> {
        let over = |epoch: &Epoch| self.timeline().end_of_dispute(*epoch) <= at;
        let mut rounds = self.state().open_rounds.iter().filter(|(epoch, _)| over(epoch));
        rounds
            .find(|(_, round)| !round.closed && !round.highest.is_empty())
            .map(|(epoch, _)| *epoch)
    }

    fn highest_bid(&self, epoch: Epoch, index: u64) -> Option<&OpenBid> {
        self.open_round(epoch)?.highest.get(&index)
    }
}
