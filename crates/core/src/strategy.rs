//! What to bid for an epoch, or why not to.

use crate::{
    bid::Curve,
    intent::SlotBid,
    me::{Me, NodeView},
    types::{Epoch, OperatorId, Timestamp, Wei},
    view::{ChainView, OpenSlot},
};
use alloy::primitives::{U256, utils::format_ether};

/// Gwei, in wei.
const GWEI: u64 = 1_000_000_000;
const BPS: u64 = 10_000;
const PERCENT: u64 = 100;

/// What a strategy is told.
#[derive(Clone, Copy)]
pub struct Auctioned<'a> {
    pub view: &'a ChainView,
    pub me: &'a Me,
    pub node: &'a NodeView,
    pub id: OperatorId,
    /// The epoch whose slots are for sale.
    pub epoch: Epoch,
    /// When the next L1 block is expected to be dated.
    pub at: Timestamp,
}

/// Decides bids. The same question always has the same answer, so that a simulation replays what a keeper does.
pub trait Strategy: Send + Sync {
    /// The curve to commit to in a sealed auction.
    fn bid(&self, auction: &Auctioned<'_>) -> Result<Curve, NoBid>;

    /// What to bid in an open auction as it stands; nothing once we lead what we want, or the rest is dearer than it is worth.
    fn open_bids(&self, auction: &Auctioned<'_>) -> Result<Vec<SlotBid>, NoBid>;
}

/// Why nothing is bid. Each is a protection of the operator's money; all amounts are wei.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBid {
    #[error("bidding is off (bid.enabled)")]
    Disabled,
    #[error("no curve is configured (bid.curves)")]
    NoCurve,
    #[error("the node is not in sync, and a slot it can't serve costs a leak")]
    Unsynced,
    #[error("the sequencer key holds {} ETH, less than the {} ETH that transactions may need (gas.minimum_eth)", format_ether(*held), format_ether(*needed))]
    GasShort { held: Wei, needed: Wei },
    #[error("the budget of {} ETH is used up: {} ETH are spent, this bid could cost {} ETH (bid.budget_eth)", format_ether(*budget), format_ether(*spent), format_ether(*cost))]
    BudgetUsedUp { budget: Wei, spent: Wei, cost: Wei },
    #[error("a bond of {} ETH does not cover the {} ETH that these slots tie up: add bond (rota bond add)", format_ether(*bonded), format_ether(*needed))]
    BondShort { bonded: Wei, needed: Wei },
    #[error("the free balance of {} ETH at the auction does not cover the {} ETH that this bid could cost (bid.balance_eth)", format_ether(*free), format_ether(*cost))]
    BalanceShort { free: Wei, cost: Wei },
    #[error(
        "there are no fees to estimate yet, and the bid is capped at a margin below them (bid.margin_bps)"
    )]
    FeesUnknown,
    #[error(
        "slots are worth {} gwei after the margin, less than the floor price of {} gwei",
        worth_gwei,
        floor_gwei
    )]
    BelowFloor { worth_gwei: u64, floor_gwei: u64 },
}

/// The null twin.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverBid;

impl Strategy for NeverBid {
    fn bid(&self, _: &Auctioned<'_>) -> Result<Curve, NoBid> {
        Err(NoBid::Disabled)
    }

    fn open_bids(&self, _: &Auctioned<'_>) -> Result<Vec<SlotBid>, NoBid> {
        Err(NoBid::Disabled)
    }
}

/// Fixed curves used in turn, capped by a ceiling and by what the slots are estimated to earn, within a budget.
#[derive(Clone, Debug, Default)]
pub struct CurveStrategy {
    /// Epoch E bids the curve at E modulo their number.
    pub curves: Vec<Curve>,
    /// Caps prices at the estimated fees less this share of them, basis points; 0 is no cap.
    pub margin_bps: u64,
    /// Caps prices, gwei per slot; 0 is no cap.
    pub ceiling_gwei: u64,
    /// Where a rival of an open auction leads: the part of what is left up to the slot's worth that is bid on top of the least that leads,
    /// percent. 0 bids the least, and two keepers answer each other step by step; 100 bids, and tells, the whole worth.
    pub jump_percent: u64,
    /// Most to spend since the deployment, wei; 0 is no limit.
    pub budget: Wei,
}

impl Strategy for CurveStrategy {
    fn bid(&self, auction: &Auctioned<'_>) -> Result<Curve, NoBid> {
        let Auctioned { view, id, .. } = *auction;
        let deployment = &view.deployment;
        let floor_gwei = (deployment.floor_price / U256::from(GWEI)).saturating_to();
        let curve = self.offer(auction, floor_gwei, deployment.cap_slots)?;
        let cost = curve.max_cost();

        let spent = view.spent(id);
        if !self.budget.is_zero() && spent.saturating_add(cost) > self.budget {
            return Err(NoBid::BudgetUsedUp { budget: self.budget, spent, cost });
        }
        // The deposit is taken at the commitment already, and is part of the lock at the reveal.
        let (free, cost) = (view.money.auction_free, cost.max(view.money.bid_deposit));
        if free < cost {
            return Err(NoBid::BalanceShort { free, cost });
        }
        Ok(curve)
    }

    /// Each further slot is worth what the curve says of the next one: bids for the cheapest ones, as long as the least that leads is not
    /// above it. What can be paid beyond the least for all of them goes into jumps over rivals.
    fn open_bids(&self, auction: &Auctioned<'_>) -> Result<Vec<SlotBid>, NoBid> {
        let Auctioned { view, id, epoch, at, .. } = *auction;
        let terms = &view.deployment.terms.open;
        let curve = self.offer(auction, terms.floor_gwei, terms.cap_slots)?;

        let count = view.timeline().clock.slots_per_epoch;
        let mut slots = view.open_slots(epoch, at);
        slots.retain(|slot| slot.leader != Some(id));
        // Of slots that cost the same each operator begins with another one, so that they do not outbid each other for nothing.
        slots.sort_by_key(|slot| (slot.least_gwei, (slot.index + u64::from(id.0)) % count));
        let worth = curve.units().skip(view.open_leads(id, epoch) as usize);
        let wanted = worth.zip(slots).take_while(|(worth, slot)| slot.least_gwei <= *worth);

        // What is led is spent already, until somebody outbids it.
        let spent = view.spent(id);
        let (budget, free) = (self.budget, view.money.open_free);
        let left = if budget.is_zero() { Wei::MAX } else { budget.saturating_sub(spent) };
        let (mut bids, mut jumps, mut cost) = (vec![], vec![], Wei::ZERO);
        for (worth, slot) in wanted {
            let more = cost + U256::from(slot.least_gwei) * U256::from(GWEI);
            // What can be paid for is bid.
            if more > left.min(free) && !bids.is_empty() {
                break;
            } else if more > left {
                return Err(NoBid::BudgetUsedUp { budget, spent, cost: more });
            } else if more > free {
                return Err(NoBid::BalanceShort { free, cost: more });
            }
            cost = more;
            bids.push(SlotBid { index: slot.index as u8, price_gwei: slot.least_gwei });
            jumps.push(self.jump(worth, &slot));
        }
        let mut rest: u64 = ((left.min(free) - cost) / U256::from(GWEI)).saturating_to();
        for (bid, jump) in bids.iter_mut().zip(jumps) {
            let jump = jump.min(rest);
            (bid.price_gwei, rest) = (bid.price_gwei + jump, rest - jump);
        }
        Ok(bids)
    }
}

impl CurveStrategy {
    /// What to bid above the least for a slot worth `worth` gwei, gwei: nothing where nobody leads.
    fn jump(&self, worth: u64, slot: &OpenSlot) -> u64 {
        let room = u128::from(worth - slot.least_gwei) * u128::from(self.jump_percent.min(PERCENT));
        if slot.leader.is_some() { (room / u128::from(PERCENT)) as u64 } else { 0 }
    }

    /// The epoch's curve, capped and clipped, unless something forbids to bid at all.
    fn offer(
        &self,
        auction: &Auctioned<'_>,
        floor_gwei: u64,
        cap_slots: u64,
    ) -> Result<Curve, NoBid> {
        let Auctioned { view, me, node, id, epoch, .. } = *auction;
        let deployment = &view.deployment;

        if !node.synced {
            return Err(NoBid::Unsynced);
        }
        let (held, needed) = (view.money.gas, me.gas_minimum);
        if held < needed {
            return Err(NoBid::GasShort { held, needed });
        }
        let curve = self.curve(node, epoch, floor_gwei)?;
        let curve = curve.clipped(cap_slots).ok_or(NoBid::NoCurve)?;

        // As the auctions check it: the slots that are live, those that the bids before brought or may bring, and as many more as one
        // operator can win.
        let before = Epoch(epoch.0 - 1);
        let undecided = view.undecided_slots(id, before);
        let slots = view.money.live_slots + undecided + cap_slots;
        let locked = view.money.lock_per_slot * U256::from(slots);
        let (bonded, needed) = (view.money.bond, locked.max(deployment.min_bond));
        if bonded < needed {
            return Err(NoBid::BondShort { bonded, needed });
        }
        Ok(curve)
    }

    fn curve(&self, node: &NodeView, epoch: Epoch, floor_gwei: u64) -> Result<Curve, NoBid> {
        if self.curves.is_empty() {
            return Err(NoBid::NoCurve);
        }
        let curve = &self.curves[epoch.0 as usize % self.curves.len()];
        let ceiling = if self.ceiling_gwei == 0 { u64::MAX } else { self.ceiling_gwei };
        let worth_gwei = match self.margin_bps {
            0 => u64::MAX,
            margin => {
                let fees = node.fees_per_slot.ok_or(NoBid::FeesUnknown)?;
                (fees * U256::from(BPS.saturating_sub(margin)) / U256::from(BPS * GWEI))
                    .saturating_to()
            }
        };
        if worth_gwei < floor_gwei.max(1) {
            return Err(NoBid::BelowFloor { worth_gwei, floor_gwei });
        }
        curve.capped(ceiling.min(worth_gwei)).ok_or(NoBid::NoCurve)
    }
}
