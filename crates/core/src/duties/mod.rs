//! What an operator has to do on L1, each duty a pure function of the view, its node and the time.
//!
//! A duty is asked again and again, and answers the same until the view shows that it was done. So there is no state machine to
//! lose: a keeper that restarts asks, and goes on. What anybody can do is staggered by rank ([`Context::is_our_move`]), so that n
//! keepers do not pay for n transactions.

mod bidding;
mod liveness;
mod membership;
mod open;
mod pipeline;
mod pledges;
mod rewards;
mod stake;
mod turns;

pub use bidding::{bid, forfeit, refund, reveal};
pub use liveness::{call_out, expel, jail, record_misses, take_over};
pub use membership::{activate, announce, bond, collect, fund, register};
pub use open::{bid_openly, close_openly, refund_openly};
pub use pipeline::{apply_queue, cancel, freeze, record_seed, score, settle};
pub use pledges::{move_lock, pledge, restake, void_underbonded};
pub use rewards::{collect_rewards, finalize};
pub use stake::queue_weights;
pub use turns::{answer, claim, come_back, rotate};

use crate::{
    intent::{Action, Intent},
    me::{Me, NodeView},
    strategy::{NoBid, Strategy},
    timeline::Timeline,
    types::{Epoch, Millis, OperatorId, Slot, Timestamp, Wei},
    view::ChainView,
};
use alloy::primitives::{Address, utils::format_ether};

/// L1 blocks between the moments at which two neighbouring ranks step in.
const STAGGER: u64 = 2;

/// What to do, and what is not done and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The most urgent ones first.
    pub intents: Vec<Intent>,
    pub held: Vec<Held>,
}

/// What keeps the keeper from a duty. For the operator's eyes: each names what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Held {
    #[error(
        "owner {owner} is not whitelisted, so it can't register: ask the registry's governance"
    )]
    NotWhitelisted { owner: Address },
    #[error(
        "no operator is registered with this sequencer key: run `rota register`, or give the keeper keys.owner_file"
    )]
    NotRegistered,
    #[error(
        "the batcher key {batcher} has not agreed to be registered: set keys.batcher_proof to what `rota keys prove` prints beside it"
    )]
    NoBatcherProof { batcher: Address },
    #[error(
        "operator {operator} is not active: run `rota register`, or give the keeper keys.owner_file"
    )]
    NotActive { operator: OperatorId },
    #[error("operator {operator} has a bond of {} ETH of its own and needs {} ETH, the minimum and a ninth of what is delegated to it: run `rota bond add`", format_ether(*bonded), format_ether(*needed))]
    Underbonded { operator: OperatorId, bonded: Wei, needed: Wei },
    #[error("the owner holds {} ETH, and {} ETH are missing in the bond (bond.eth)", format_ether(*held), format_ether(*missing))]
    OwnerShort { held: Wei, missing: Wei },
    #[error("{} ETH are missing in the bond to hold the pledge for epoch {epoch}, or its slots are void: run `rota bond add --eth`, or give the keeper keys.owner_file and the owner ETH", format_ether(*missing))]
    PledgeShort { epoch: Epoch, missing: Wei },
    #[error("the sequencer key holds {} ETH, and {} ETH are missing at the auction while {} ETH must stay (bid.balance_eth)", format_ether(*held), format_ether(*missing), format_ether(*kept))]
    SequencerShort { held: Wei, missing: Wei, kept: Wei },
    #[error("no bid for epoch {epoch}: {reason}")]
    NoBid { epoch: Epoch, reason: NoBid },
    #[error(
        "the bid for epoch {epoch} can't be revealed: it was not committed with this sequencer key, or not by a keeper"
    )]
    BidUnknown { epoch: Epoch },
    #[error("the turn from slot {slot} on is not claimed: the node is not in sync")]
    Unsynced { slot: Slot },
}

/// What a duty is told.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub view: &'a ChainView,
    pub me: &'a Me,
    pub node: &'a NodeView,
    /// Our operator's id.
    pub id: OperatorId,
    pub now: Millis,
}

impl<'a> Context<'a> {
    /// When the next L1 block is expected to be dated: what is sent now is judged by that.
    pub fn at(&self) -> Timestamp {
        self.view.expected_l1_time(self.now.timestamp())
    }

    fn timeline(&self) -> &'a Timeline {
        self.view.timeline()
    }

    /// Whether what anybody may do at `opens` in `epoch` is ours to do by now: ranks step in one after another. From `last_call` on
    /// everybody does: a wasted transaction is cheaper than what comes of doing nothing.
    fn is_our_move(&self, epoch: Epoch, opens: Timestamp, last_call: Timestamp) -> bool {
        let Some(rank) = self.view.rank(self.id, epoch) else { return false };
        self.at() >= self.timeline().l1_later(opens, rank * STAGGER).min(last_call)
    }
}

/// Everything that is due. `strategy` says what to bid.
pub fn due(
    view: &ChainView,
    me: &Me,
    node: &NodeView,
    strategy: &dyn Strategy,
    now: Millis,
) -> Plan {
    let mut plan = Plan::default();
    let Some(id) = me.id(view) else {
        plan.add(register(view, me));
        return plan;
    };
    let ctx = Context { view, me, node, id, now };

    // In the order of what a late one costs.
    plan.intents.extend(answer(&ctx));
    plan.intents.extend(take_over(&ctx));
    plan.add(claim(&ctx));
    plan.intents.extend(come_back(&ctx));
    plan.intents.extend(call_out(&ctx));
    plan.intents.extend(rotate(&ctx));

    plan.add(reveal(&ctx));
    plan.add(bid(&ctx, strategy));
    plan.add(bid_openly(&ctx, strategy));
    plan.intents.extend(queue_weights(&ctx));
    plan.intents.extend(record_seed(&ctx));
    plan.intents.extend(apply_queue(&ctx));
    plan.intents.extend(score(&ctx));
    plan.intents.extend(settle(&ctx));
    plan.intents.extend(freeze(&ctx));
    plan.intents.extend(cancel(&ctx));

    plan.intents.extend(record_misses(&ctx));
    plan.intents.extend(forfeit(&ctx));
    plan.intents.extend(refund(&ctx));
    plan.intents.extend(refund_openly(&ctx));
    plan.intents.extend(expel(&ctx));
    plan.intents.extend(jail(&ctx));
    plan.intents.extend(void_underbonded(&ctx));

    plan.intents.extend(announce(&ctx));
    plan.add(restake(&ctx));
    plan.add(bond(&ctx));
    plan.intents.extend(pledge(&ctx));
    plan.add(activate(&ctx));
    plan.add(fund(&ctx));
    plan.intents.extend(collect(&ctx));
    plan.intents.extend(move_lock(&ctx));
    plan.intents.extend(close_openly(&ctx));
    plan.intents.extend(finalize(&ctx));
    plan.intents.extend(collect_rewards(&ctx));
    plan
}

impl Plan {
    fn add(&mut self, answer: Result<Option<Intent>, Held>) {
        match answer {
            Ok(intent) => self.intents.extend(intent),
            Err(held) => self.held.push(held),
        }
    }
}

fn intent(action: Action, deadline: Timestamp) -> Intent {
    Intent { action, deadline }
}

#[cfg(test)]
mod tests;
