//! What a keeper wants to have done on L1, and how it is remembered until it is.
//!
//! An intent says what, never how: no nonce, no fee, no calldata. Two intents with one key are one wish, which is what keeps a
//! keeper that is asked every quarter of a second from sending anything twice.

use crate::{
    message::BlockCommitment,
    types::{Epoch, OperatorId, Slot, Timestamp, Wei},
    view::{ChainView, Market, Status},
};
use alloy::primitives::{Address, B256, Bytes, Signature, U256};
use serde::{Deserialize, Serialize};

/// Something to have done on L1, useless from `deadline` on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub action: Action,
    pub deadline: Timestamp,
}

/// A call to one of the deployment's contracts. Amounts are wei, or the token's smallest units where it says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    Register {
        sequencer_key: Address,
        key_proof: Bytes,
        batcher_key: Address,
        batcher_proof: Bytes,
        payee: Address,
        endpoint: String,
    },
    SetEndpoint {
        operator: OperatorId,
        endpoint: String,
    },
    Activate {
        operator: OperatorId,
    },
    Deactivate {
        operator: OperatorId,
    },
    DepositBond {
        operator: OperatorId,
        amount: Wei,
    },
    SetPledge {
        operator: OperatorId,
        value: Wei,
    },
    /// Has the lock of a slot follow the price of one, in `epoch`.
    MoveLock {
        epoch: Epoch,
    },
    /// Lets the vault pull `amount` of the bond's ERC-20.
    ApproveToken {
        amount: U256,
    },
    DepositToken {
        operator: OperatorId,
        amount: U256,
    },
    /// `token`: of the ERC-20 instead of ETH.
    RequestExit {
        operator: OperatorId,
        token: bool,
        amount: U256,
    },
    ClaimExit {
        operator: OperatorId,
        ticket: u64,
    },
    FundAuction {
        operator: OperatorId,
        amount: Wei,
        #[serde(default)]
        market: Market,
    },
    WithdrawAuction {
        operator: OperatorId,
        amount: Wei,
        #[serde(default)]
        market: Market,
    },
    /// Enters the open auction, in which `agent`, our sequencer key, bids from then on.
    EnterAuction {
        operator: OperatorId,
        epoch: Epoch,
        agent: Address,
    },
    /// Bids in the open auction: those that have come too late are left out.
    PlaceBids {
        operator: OperatorId,
        epoch: Epoch,
        bids: Vec<SlotBid>,
    },
    /// Has the open auction give back what was paid for slots that others got.
    RefundOpenBids {
        operator: OperatorId,
        epoch: Epoch,
    },
    /// Has the open auction of an epoch that is over turn what was paid into proceeds, and give back the rest, whose ever it is.
    CloseOpenAuction {
        epoch: Epoch,
    },
    /// `sealed` follows the arguments: the curve, readable with the bidder's key alone, so that a lost disk can reveal.
    CommitBid {
        operator: OperatorId,
        epoch: Epoch,
        commitment: B256,
        sealed: B256,
    },
    RevealBid {
        operator: OperatorId,
        epoch: Epoch,
        curve: U256,
        salt: B256,
    },
    ForfeitBid {
        operator: OperatorId,
        epoch: Epoch,
    },
    RefundBid {
        operator: OperatorId,
        epoch: Epoch,
    },
    /// Tells the stake policy of an operator's weight, in units; `fee` is what the entry costs.
    QueueWeight {
        operator: OperatorId,
        weight: u64,
        fee: Wei,
    },
    ApplyQueue {
        epoch: Epoch,
    },
    Score {
        epoch: Epoch,
    },
    RecordSeed {
        epoch: Epoch,
    },
    Settle {
        epoch: Epoch,
    },
    Freeze {
        epoch: Epoch,
    },
    Cancel {
        epoch: Epoch,
    },
    /// Opens the turn that begins with `slot`, or returns to it at `slot`.
    Claim {
        slot: Slot,
    },
    /// Moves the batcher to whoever holds the turn that begins with `first`.
    Rotate {
        first: Slot,
        holder: OperatorId,
    },
    CallOut {
        slot: Slot,
        bond: Wei,
    },
    /// Answers the call-out made in L1 block `call_out`.
    Heartbeat {
        call_out: u64,
        commitment: BlockCommitment,
        signature: Signature,
    },
    /// Takes the turn that begins with `first` over from `holder`.
    TakeOver {
        first: Slot,
        holder: OperatorId,
    },
    RecordMiss {
        slot: Slot,
    },
    JailUnderbonded {
        operator: OperatorId,
    },
    VoidUnderbonded {
        epoch: Epoch,
        operator: OperatorId,
    },
    /// Takes the slots to come and the locks of an operator that equivocated.
    Expel {
        operator: OperatorId,
    },
    Collect {
        operator: OperatorId,
    },
    /// Has the reward pool divide what is there for `epoch`.
    Finalize {
        epoch: Epoch,
    },
    /// `token`: of the pool's ERC-20 instead of ETH.
    ClaimRewards {
        operator: OperatorId,
        token: bool,
    },
}

/// A bid for one slot of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotBid {
    /// Position of the slot in the epoch.
    pub index: u8,
    pub price_gwei: u64,
}

/// Which of an operator's keys sends a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// The hot key: everything that has to be done in time.
    Sequencer,
    /// What only the owner may do, and its money.
    Owner,
}

impl Action {
    /// The wish behind the action. An amount or a signature is not part of it: topping up by another amount is the same wish.
    pub fn key(&self) -> String {
        match self {
            Self::Register { sequencer_key, .. } => format!("register/{sequencer_key}"),
            Self::SetEndpoint { operator, .. } => format!("set-endpoint/{operator}"),
            Self::Activate { operator } => format!("activate/{operator}"),
            Self::Deactivate { operator } => format!("deactivate/{operator}"),
            Self::DepositBond { operator, .. } => format!("deposit-bond/{operator}"),
            Self::SetPledge { operator, .. } => format!("set-pledge/{operator}"),
            Self::MoveLock { epoch } => format!("move-lock/{epoch}"),
            Self::ApproveToken { .. } => "approve-token".to_owned(),
            Self::DepositToken { operator, .. } => format!("deposit-token/{operator}"),
            Self::RequestExit { operator, token, .. } => format!("request-exit/{operator}/{token}"),
            Self::ClaimExit { operator, ticket } => format!("claim-exit/{operator}/{ticket}"),
            Self::FundAuction { operator, market: Market::Sealed, .. } => {
                format!("fund-auction/{operator}")
            }
            Self::FundAuction { operator, market: Market::Open, .. } => {
                format!("fund-open-auction/{operator}")
            }
            Self::WithdrawAuction { operator, .. } => format!("withdraw-auction/{operator}"),
            Self::EnterAuction { operator, epoch, .. } => {
                format!("enter-auction/{epoch}/{operator}")
            }
            // Whichever slots: while bids are under way, no others are placed.
            Self::PlaceBids { operator, epoch, .. } => format!("place-bids/{epoch}/{operator}"),
            Self::RefundOpenBids { epoch, .. } => format!("refund-open-bids/{epoch}"),
            Self::CloseOpenAuction { epoch } => format!("close-open-auction/{epoch}"),
            // Whatever the curve: fees that are estimated anew are no reason to bid again.
            Self::CommitBid { operator, epoch, .. } => format!("commit-bid/{epoch}/{operator}"),
            Self::RevealBid { operator, epoch, .. } => format!("reveal-bid/{epoch}/{operator}"),
            Self::ForfeitBid { operator, epoch } => format!("forfeit-bid/{epoch}/{operator}"),
            Self::RefundBid { operator, epoch } => format!("refund-bid/{epoch}/{operator}"),
            Self::QueueWeight { operator, .. } => format!("queue-weight/{operator}"),
            Self::ApplyQueue { epoch } => format!("apply-queue/{epoch}"),
            Self::Score { epoch } => format!("score/{epoch}"),
            Self::RecordSeed { epoch } => format!("record-seed/{epoch}"),
            Self::Settle { epoch } => format!("settle/{epoch}"),
            Self::Freeze { epoch } => format!("freeze/{epoch}"),
            Self::Cancel { epoch } => format!("cancel/{epoch}"),
            Self::Claim { slot } => format!("claim/{slot}"),
            Self::Rotate { first, holder } => format!("rotate/{first}/{holder}"),
            Self::CallOut { slot, .. } => format!("call-out/{slot}"),
            Self::Heartbeat { call_out, .. } => format!("heartbeat/{call_out}"),
            Self::TakeOver { first, holder } => format!("take-over/{first}/{holder}"),
            Self::RecordMiss { slot } => format!("record-miss/{slot}"),
            Self::JailUnderbonded { operator } => format!("jail/{operator}"),
            Self::VoidUnderbonded { epoch, operator } => {
                format!("void-underbonded/{epoch}/{operator}")
            }
            Self::Expel { operator } => format!("expel/{operator}"),
            Self::Collect { operator } => format!("collect/{operator}"),
            Self::Finalize { epoch } => format!("finalize/{epoch}"),
            Self::ClaimRewards { operator, token } => format!("claim-rewards/{operator}/{token}"),
        }
    }

    pub fn sender(&self) -> Sender {
        match self {
            Self::Register { .. }
            | Self::SetEndpoint { .. }
            | Self::Activate { .. }
            | Self::Deactivate { .. }
            | Self::DepositBond { .. }
            | Self::SetPledge { .. }
            | Self::ApproveToken { .. }
            | Self::DepositToken { .. }
            | Self::RequestExit { .. }
            | Self::WithdrawAuction { .. } => Sender::Owner,
            _ => Sender::Sequencer,
        }
    }

    /// Whether the view shows what the action would bring about, whoever did it. Never for a movement of money, which can be
    /// wished for again: there the transaction's receipt decides.
    pub fn is_done(&self, view: &ChainView) -> bool {
        let record = |epoch: &Epoch| view.epoch_record(*epoch);
        let bid = |operator: &OperatorId, epoch: &Epoch| view.bid(*operator, *epoch);
        match self {
            Self::Register { sequencer_key, .. } => view.operator_of_key(*sequencer_key).is_some(),
            Self::SetEndpoint { operator, endpoint } => {
                view.operator(*operator).is_some_and(|o| o.endpoint == *endpoint)
            }
            Self::Activate { operator } => self.latest_status(view, *operator) == Status::Active,
            Self::Deactivate { operator } => self.latest_status(view, *operator) != Status::Active,
            Self::CommitBid { operator, epoch, .. } => bid(operator, epoch).is_some(),
            Self::RevealBid { operator, epoch, .. } => {
                bid(operator, epoch).is_some_and(|bid| bid.revealed)
            }
            Self::ForfeitBid { operator, epoch } => {
                bid(operator, epoch).is_none_or(|bid| bid.forfeited)
            }
            Self::RefundBid { operator, epoch } => {
                view.round(*epoch).is_none_or(|round| round.refunded.contains(operator))
            }
            Self::QueueWeight { operator, weight, .. } => view.queued_weight(*operator) == *weight,
            Self::ApplyQueue { epoch } => !view.is_queue_due(*epoch),
            Self::Score { epoch } => view.state().scores.has(*epoch),
            Self::EnterAuction { operator, epoch, agent } => {
                let round = view.open_round(*epoch);
                round.is_some_and(|round| round.agents.get(operator) == Some(agent))
            }
            Self::RefundOpenBids { operator, epoch } => {
                let begun = view.timeline().start_of_epoch(*epoch);
                !view.open_refunds(*operator, begun).contains(epoch)
            }
            Self::CloseOpenAuction { epoch } => {
                view.open_round(*epoch).is_none_or(|round| round.closed)
            }
            Self::Finalize { epoch } => view.state().unrewarded > *epoch,
            Self::RecordSeed { epoch } => view.is_seeded(*epoch),
            Self::Settle { epoch } => view.is_settled(*epoch),
            Self::Freeze { epoch } => view.is_frozen(*epoch),
            Self::Cancel { epoch } => record(epoch).is_some_and(|record| record.cancelled),
            Self::Claim { slot } => view.is_claimed(*slot),
            Self::Rotate { first, holder } => view
                .state()
                .rotation
                .is_some_and(|done| done.slot >= *first && done.operator == *holder),
            Self::Heartbeat { call_out, .. } => view
                .state()
                .call_out
                .is_none_or(|open| open.block > *call_out || open.closed.is_some()),
            Self::TakeOver { first, holder } => {
                let turn = view.turn_of(*first);
                view.holder_at(Slot(turn.end.0 - 1), view.timeline().end_of(Slot(turn.end.0 - 1)))
                    != *holder
            }
            Self::RecordMiss { slot } => view.is_missed(*slot),
            Self::JailUnderbonded { operator } => {
                self.latest_status(view, *operator) != Status::Active
            }
            Self::VoidUnderbonded { epoch, operator } => !view.is_assigned_in(*epoch, *operator),
            Self::MoveLock { epoch } => view.is_lock_moved(*epoch),
            Self::SetPledge { value, .. } => view.money.pledge_to_come == *value,
            Self::Expel { operator } => {
                let at_large = view.offenders_at_large(view.head().timestamp);
                !at_large.iter().any(|(other, _)| other == operator)
            }
            Self::CallOut { slot, .. } => view
                .state()
                .call_out
                .is_some_and(|made| made.slot >= *slot && made.closed.is_none()),
            Self::DepositBond { .. }
            | Self::ApproveToken { .. }
            | Self::DepositToken { .. }
            | Self::RequestExit { .. }
            | Self::ClaimExit { .. }
            | Self::FundAuction { .. }
            | Self::WithdrawAuction { .. }
            // Being outbid meanwhile is no reason to take a bid back that leads elsewhere.
            | Self::PlaceBids { .. }
            | Self::ClaimRewards { .. }
            | Self::Collect { .. } => false,
        }
    }

    fn latest_status(&self, view: &ChainView, operator: OperatorId) -> Status {
        view.operator(operator).and_then(|operator| operator.status.latest()).unwrap_or_default()
    }
}

/// A transaction that was signed for an intent. All attempts share one nonce, so at most one of them is ever mined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentRecord {
    pub intent: Intent,
    pub from: Address,
    pub nonce: u64,
    pub attempts: Attempts,
    /// Set once the intent is moot and its nonce is used up by a transfer of nothing to ourselves.
    pub abandoned: bool,
}

/// What was signed with one nonce: the first attempt, and those that replace it at a higher fee, oldest first. Stored as a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Attempt>", into = "Vec<Attempt>")]
pub struct Attempts {
    first: Attempt,
    replacements: Vec<Attempt>,
}

/// A stored list of attempts was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored transaction has no attempt, which no keeper writes: start with a new data_dir")]
pub struct NoAttempt;

impl Attempts {
    pub fn new(first: Attempt) -> Self {
        Self { first, replacements: vec![] }
    }

    /// The one that counts.
    pub fn last(&self) -> &Attempt {
        self.replacements.last().unwrap_or(&self.first)
    }

    pub fn last_mut(&mut self) -> &mut Attempt {
        self.replacements.last_mut().unwrap_or(&mut self.first)
    }

    pub fn replace(&mut self, by: Attempt) {
        self.replacements.push(by);
    }

    /// Forgets the last replacement, if there is one.
    pub fn undo_replace(&mut self) {
        self.replacements.pop();
    }

    /// The oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        std::iter::once(&self.first).chain(&self.replacements)
    }
}

impl TryFrom<Vec<Attempt>> for Attempts {
    type Error = NoAttempt;

    fn try_from(attempts: Vec<Attempt>) -> Result<Self, NoAttempt> {
        let mut attempts = attempts.into_iter();
        let first = attempts.next().ok_or(NoAttempt)?;
        Ok(Self { first, replacements: attempts.collect() })
    }
}

impl From<Attempts> for Vec<Attempt> {
    fn from(attempts: Attempts) -> Self {
        std::iter::once(attempts.first).chain(attempts.replacements).collect()
    }
}

/// One signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub hash: B256,
    /// As sent, so that the same bytes can be sent again.
    pub raw: Bytes,
    pub max_fee_per_gas: u128,
    pub max_priority_fee_per_gas: u128,
    /// L1 head when it was sent last.
    pub sent_at: u64,
}

/// Where intents survive a restart. Answered writes are durable: an intent is recorded before its transaction leaves.
pub trait IntentStore: Send + Sync {
    /// Every record, in no particular order.
    fn intents(&self) -> Result<Vec<IntentRecord>, StoreFault>;
    /// Inserts the record, or replaces that of the same sender and nonce.
    fn put_intent(&self, record: &IntentRecord) -> Result<(), StoreFault>;
    fn drop_intent(&self, from: Address, nonce: u64) -> Result<(), StoreFault>;
}

/// Why a store failed, in its own words.
pub type StoreFault = Box<dyn std::error::Error + Send + Sync>;
