//! What to bid for an epoch, or why not to.

use crate::{
    bid::Curve,
    me::{Me, NodeView},
    types::{Epoch, OperatorId, Wei},
    view::ChainView,
};
use alloy::primitives::{U256, utils::format_ether};

/// Gwei, in wei.
const GWEI: u64 = 1_000_000_000;
const BPS: u64 = 10_000;

/// What a strategy is told.
#[derive(Clone, Copy)]
pub struct Auctioned<'a> {
    pub view: &'a ChainView,
    pub me: &'a Me,
    pub node: &'a NodeView,
    pub id: OperatorId,
    /// The epoch whose slots are for sale.
    pub epoch: Epoch,
}

/// Decides bids. The same question always has the same answer, so that a simulation replays what a keeper does.
pub trait Strategy: Send + Sync {
    fn bid(&self, auction: &Auctioned<'_>) -> Result<Curve, NoBid>;
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
    /// Most to spend since the deployment, wei; 0 is no limit.
    pub budget: Wei,
}

impl Strategy for CurveStrategy {
    fn bid(&self, auction: &Auctioned<'_>) -> Result<Curve, NoBid> {
        let Auctioned { view, me, node, id, epoch } = *auction;
        let deployment = &view.deployment;

        if !node.synced {
            return Err(NoBid::Unsynced);
        }
        let (held, needed) = (view.money.gas, me.gas_minimum);
        if held < needed {
            return Err(NoBid::GasShort { held, needed });
        }

        let curve =
            self.curve(node, epoch, (deployment.floor_price / U256::from(GWEI)).saturating_to())?;
        let curve = curve.clipped(deployment.cap_slots).ok_or(NoBid::NoCurve)?;
        let cost = curve.max_cost();

        let spent = view.spent(id);
        if !self.budget.is_zero() && spent.saturating_add(cost) > self.budget {
            return Err(NoBid::BudgetUsedUp { budget: self.budget, spent, cost });
        }
        // As `revealBid` checks it: the slots that are live, those that the bid before brought or may bring, and as many more as one
        // operator can win.
        let undecided = view.undecided_slots(id, Epoch(epoch.0 - 1));
        let slots = view.money.live_slots + undecided + deployment.cap_slots;
        let locked = view.money.lock_per_slot * U256::from(slots);
        let (bonded, needed) = (view.money.bond, locked.max(deployment.min_bond));
        if bonded < needed {
            return Err(NoBid::BondShort { bonded, needed });
        }
        // The deposit is taken at the commitment already, and is part of the lock at the reveal.
        let (free, cost) = (view.money.auction_free, cost.max(view.money.bid_deposit));
        if free < cost {
            return Err(NoBid::BalanceShort { free, cost });
        }
        Ok(curve)
    }
}

impl CurveStrategy {
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
