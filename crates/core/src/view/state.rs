//! What is known after an L1 block, and how an event changes it. Everything here can be derived from the events alone.

use super::{
    event::Event,
    history::{History, Status},
    lock::SlotLock,
    open::OpenRound,
    policies::{Scores, StakeQueue},
};
use crate::{
    timeline::Timeline,
    types::{Epoch, L1Block, OperatorId, Slot, Timestamp, Wei},
};
use alloy::primitives::{Address, B256, U256};
use rota_bindings::{
    Baton::BatonEvents, BondVault::BondVaultEvents, OperatorRegistry::OperatorRegistryEvents,
    RewardPool::RewardPoolEvents, Schedule::ScheduleEvents,
    SealedBidAuction::SealedBidAuctionEvents, Slasher::SlasherEvents,
};
use std::collections::{BTreeMap, BTreeSet};

/// A registered operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operator {
    pub owner: Address,
    pub payee: Address,
    /// Base URL of its relay, as announced; not checked by anybody.
    pub endpoint: String,
    pub sequencer_key: History<Address>,
    pub batcher_keys: BTreeMap<u8, History<Address>>,
    pub status: History<Status>,
}

/// A change of holder: `operator` holds from `from` to the end of the turn that `slot` belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub slot: Slot,
    pub operator: OperatorId,
    pub from: Timestamp,
    /// L1 block that recorded it.
    pub recorded: u64,
}

/// What happened to the slots of one epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochRecord {
    pub seed: Option<B256>,
    /// Frozen id of each slot; id 0 is the reserve's.
    pub frozen: Option<Vec<OperatorId>>,
    pub cancelled: bool,
    pub voided: BTreeSet<Slot>,
    pub claimed: BTreeMap<Slot, OperatorId>,
    pub missed: BTreeMap<Slot, OperatorId>,
    /// In the order in which they were recorded.
    pub changes: Vec<Change>,
}

/// An operator's bid in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bid {
    pub commitment: B256,
    /// The committed curve, as only the bidder's key can read it.
    pub sealed: Option<B256>,
    /// Once revealed: the clipped curve, 0 before.
    pub curve: U256,
    pub revealed: bool,
    pub displaced: bool,
    pub forfeited: bool,
}

/// One epoch's auction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub bids: BTreeMap<OperatorId, Bid>,
    pub result: Option<RoundResult>,
    pub refunded: BTreeSet<OperatorId>,
}

/// How a round was settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundResult {
    /// Wei per slot.
    pub price: Wei,
    /// Slots of each winner.
    pub winners: BTreeMap<OperatorId, u8>,
}

/// The call-out made last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOut {
    pub slot: Slot,
    pub holder: OperatorId,
    pub caller: OperatorId,
    /// Time of the L1 block of the call-out; the answer is a block dated this or later.
    pub at: Timestamp,
    /// L1 block of the call-out.
    pub block: u64,
    /// Last L1 block that can answer.
    pub deadline_block: u64,
    /// L1 block that answered it, or ended it unanswered.
    pub closed: Option<u64>,
    pub answered: bool,
}

/// An operator that was proven to have equivocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offender {
    pub proven: Timestamp,
    /// Whether the locks of its live slots were taken.
    pub locks_taken: bool,
}

/// The rotation of the batcher made last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub slot: Slot,
    pub operator: OperatorId,
    pub batcher: Address,
    /// L1 block that made it.
    pub recorded: u64,
}

/// Everything the view knows after one L1 block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub operators: BTreeMap<OperatorId, Operator>,
    /// Entity of each whitelisted owner.
    pub entities: BTreeMap<Address, u32>,
    pub stage: History<u8>,
    /// The policies of each stage, in the order in which they fill.
    pub policies: BTreeMap<u8, History<Vec<Address>>>,
    pub stake: StakeQueue,
    pub scores: Scores,
    pub epochs: BTreeMap<Epoch, EpochRecord>,
    pub rounds: BTreeMap<Epoch, Round>,
    pub open_rounds: BTreeMap<Epoch, OpenRound>,
    /// Operators that were proven to have sealed two blocks of one height.
    pub offenders: BTreeMap<OperatorId, Offender>,
    pub lock: SlotLock,
    /// The epoch after the one whose rewards were divided last.
    pub unrewarded: Epoch,
    pub call_out: Option<CallOut>,
    /// Who called out in which slot: each caller may once.
    pub callers: BTreeMap<Slot, BTreeSet<OperatorId>>,
    pub rotation: Option<Rotation>,
    /// Release time of each queued withdrawal of bond, by operator and ticket.
    pub exits: BTreeMap<(OperatorId, u64), Timestamp>,
    /// What an operator paid for slots and forfeited, less what it got back, wei.
    pub spent: BTreeMap<OperatorId, Wei>,
}

impl State {
    /// The state after `event`, which `block` contains.
    pub(super) fn fold(&mut self, timeline: &Timeline, block: &L1Block, event: &Event) {
        match event {
            Event::Registry(event) => self.fold_registry(event),
            Event::Auction(event) => self.fold_auction(event),
            Event::Schedule(event) => self.fold_schedule(timeline, block, event),
            Event::Baton(event) => self.fold_baton(timeline, block, event),
            Event::Vault(event) => self.fold_vault(event),
            Event::OpenAuction(event) => self.fold_open_auction(block, event),
            Event::Pledges(event) => self.fold_pledges(event),
            Event::Rewards(event) => self.fold_rewards(event),
            Event::Slasher(event) => self.fold_slasher(block, event),
            Event::Stake(event) => self.stake.fold(event),
            Event::Performance(event) => self.scores.fold(event),
            Event::SealedCurve { epoch, operator, sealed } => {
                self.bid(epoch.0, operator.0).sealed = Some(*sealed)
            }
        }
    }

    /// Forgets what the schedule forgot too, so that a state does not grow with the age of the deployment.
    pub(super) fn prune(&mut self, timeline: &Timeline, now: Timestamp) {
        let oldest = timeline.oldest_epoch(timeline.epoch_at(now));
        self.epochs = self.epochs.split_off(&oldest);
        self.rounds = self.rounds.split_off(&oldest);
        self.open_rounds = self.open_rounds.split_off(&oldest);
        self.callers = self.callers.split_off(&timeline.first_slot_of(oldest));
    }

    fn operator(&mut self, id: u16) -> &mut Operator {
        self.operators.entry(OperatorId(id)).or_default()
    }

    fn bid(&mut self, epoch: u64, operator: u16) -> &mut Bid {
        self.rounds.entry(Epoch(epoch)).or_default().bids.entry(OperatorId(operator)).or_default()
    }

    fn epoch(&mut self, epoch: u64) -> &mut EpochRecord {
        self.epochs.entry(Epoch(epoch)).or_default()
    }

    fn epoch_of(&mut self, timeline: &Timeline, slot: u64) -> &mut EpochRecord {
        self.epoch(timeline.epoch_of(Slot(slot)).0)
    }

    pub(super) fn spend(&mut self, operator: u16, amount: Wei) {
        let spent = self.spent.entry(OperatorId(operator)).or_default();
        *spent = spent.saturating_add(amount);
    }

    pub(super) fn unspend(&mut self, operator: OperatorId, amount: Wei) {
        let spent = self.spent.entry(operator).or_default();
        *spent = spent.saturating_sub(amount);
    }

    fn fold_slasher(&mut self, block: &L1Block, event: &SlasherEvents) {
        match event {
            SlasherEvents::Equivocated(e) => {
                let offender = Offender { proven: block.timestamp, locks_taken: false };
                self.offenders.entry(OperatorId(e.operator)).or_insert(offender);
            }
            SlasherEvents::Expelled(e) => {
                if let Some(offender) = self.offenders.get_mut(&OperatorId(e.operator)) {
                    offender.locks_taken = true;
                }
            }
            // Lesser offences: their jail is a change of status.
            _ => {}
        }
    }

    fn fold_rewards(&mut self, event: &RewardPoolEvents) {
        if let RewardPoolEvents::EpochFinalized(e) = event {
            self.unrewarded = Epoch(e.epoch + 1);
        }
    }

    fn fold_registry(&mut self, event: &OperatorRegistryEvents) {
        use OperatorRegistryEvents as E;
        match event {
            E::OperatorRegistered(e) => self.operator(e.operator).owner = e.owner,
            E::OwnershipAccepted(e) => self.operator(e.operator).owner = e.newOwner,
            E::EndpointSet(e) => self.operator(e.operator).endpoint = e.endpoint.clone(),
            E::PayeeSet(e) => self.operator(e.operator).payee = e.payee,
            E::SequencerKeySet(e) => {
                self.operator(e.operator).sequencer_key.set(e.activeFrom, e.key)
            }
            E::BatcherKeySet(e) => self
                .operator(e.operator)
                .batcher_keys
                .entry(e.index)
                .or_default()
                .set(e.activeFrom, e.key),
            E::StatusChanged(e) => {
                self.operator(e.operator).status.set(e.fromEpoch, Status::from_word(e.status))
            }
            E::Whitelisted(e) => {
                self.entities.insert(e.owner, e.entity);
            }
            E::StageAdvanced(e) => self.stage.set(e.fromEpoch, e.stage),
            // Gossip keys are op-node's; a seat matters to policies alone, and who is active is so without one.
            E::OwnershipOffered(_)
            | E::GovernanceOffered(_)
            | E::GovernanceAccepted(_)
            | E::CoreOssified(_)
            | E::GossipKeySet(_)
            | E::ActivatedWithoutSeat(_)
            | E::SeatTaken(_) => {}
        }
    }

    /// Bonds are asked, not projected: what a penalty takes of which asset is for the vault to round.
    fn fold_vault(&mut self, event: &BondVaultEvents) {
        use BondVaultEvents as E;
        match event {
            // Delegated bond is its holder's to claim.
            E::ExitRequested(e) if e.holder.is_zero() => {
                let release = Timestamp(e.releaseTime.saturating_to());
                self.exits.insert((OperatorId(e.operator), e.ticket.saturating_to()), release);
            }
            E::ExitClaimed(e) if e.holder.is_zero() => {
                self.exits.remove(&(OperatorId(e.operator), e.ticket.saturating_to()));
            }
            _ => {}
        }
    }

    fn fold_auction(&mut self, event: &SealedBidAuctionEvents) {
        use SealedBidAuctionEvents as E;
        match event {
            // A replaced commitment takes the sealed curve of the old one with it.
            E::BidCommitted(e) => {
                *self.bid(e.epoch, e.operator) = Bid { commitment: e.commitment, ..Bid::default() };
            }
            E::BidRevealed(e) => {
                let bid = self.bid(e.epoch, e.operator);
                (bid.revealed, bid.curve) = (true, e.curve);
            }
            E::BidDisplaced(e) => self.bid(e.epoch, e.operator).displaced = true,
            E::DepositForfeited(e) => {
                self.bid(e.epoch, e.operator).forfeited = true;
                self.spend(e.operator, e.amount);
            }
            E::AuctionSettled(e) => {
                let winners: BTreeMap<_, _> = e
                    .winners
                    .iter()
                    .zip(&e.quantities)
                    .map(|(id, quantity)| (OperatorId(*id), *quantity))
                    .collect();
                for (id, quantity) in &winners {
                    self.spend(id.0, e.clearingPrice.saturating_mul(U256::from(*quantity)));
                }
                self.rounds.entry(Epoch(e.epoch)).or_default().result =
                    Some(RoundResult { price: e.clearingPrice, winners });
            }
            E::AuctionRefunded(e) => {
                let round = self.rounds.entry(Epoch(e.epoch)).or_default();
                round.refunded.insert(OperatorId(e.operator));
                // Of an unsettled round only locks come back, which were never spent.
                if let Some(paid) =
                    round.result.as_ref().and_then(|result| {
                        Some(result.price.saturating_mul(U256::from(
                            *result.winners.get(&OperatorId(e.operator))?,
                        )))
                    })
                {
                    self.unspend(OperatorId(e.operator), paid);
                }
            }
            E::ReferencePriceMoved(e) => self.lock.price = e.refPrice,
            E::BalanceDeposited(_) | E::BalanceWithdrawn(_) | E::ProceedsWithdrawn(_) => {}
        }
    }

    fn fold_schedule(&mut self, timeline: &Timeline, block: &L1Block, event: &ScheduleEvents) {
        use ScheduleEvents as E;
        match event {
            E::SeedRecorded(e) => self.epoch(e.epoch).seed = Some(e.seed),
            E::EpochFrozen(e) => {
                let ids = e
                    .slots
                    .chunks_exact(2)
                    .map(|id| OperatorId(u16::from_be_bytes([id[0], id[1]])));
                self.epoch(e.epoch).frozen = Some(ids.collect());
            }
            E::EpochCancelled(e) => self.epoch(e.epoch).cancelled = true,
            E::SlotsVoided(e) => self.void(timeline, OperatorId(e.operator), Slot(e.fromSlot)),
            E::HolderChanged(e) => {
                let change = Change {
                    slot: Slot(e.slot),
                    operator: OperatorId(e.operator),
                    from: Timestamp(e.timestamp),
                    recorded: block.number,
                };
                self.epoch_of(timeline, e.slot).changes.push(change);
            }
            E::PoliciesSet(e) => {
                self.policies.entry(e.stage).or_default().set(e.fromEpoch, e.policies.clone())
            }
        }
    }

    /// Takes the slots frozen to `operator` from `from` on, with their claims and the returns to them.
    fn void(&mut self, timeline: &Timeline, operator: OperatorId, from: Slot) {
        let epoch = timeline.epoch_of(from);
        let record = self.epoch(epoch.0);
        let frozen = record.frozen.clone().unwrap_or_default();
        for (slot, id) in timeline.slots_of(epoch).zip(frozen) {
            if slot < from || id != operator {
                continue;
            }
            record.voided.insert(slot);
            record.claimed.remove(&slot);
            record.changes.retain(|change| change.slot != slot || change.operator != operator);
        }
    }

    fn rotate(&mut self, slot: Slot, operator: OperatorId, batcher: Address, block: &L1Block) {
        self.rotation = Some(Rotation { slot, operator, batcher, recorded: block.number });
    }

    fn fold_baton(&mut self, timeline: &Timeline, block: &L1Block, event: &BatonEvents) {
        use BatonEvents as E;
        match event {
            E::Claimed(e) => {
                let (slot, operator) = (Slot(e.slot), OperatorId(e.operator));
                self.epoch_of(timeline, e.slot).claimed.insert(slot, operator);
                if e.batcher != Address::ZERO {
                    self.rotate(slot, operator, e.batcher, block);
                }
            }
            E::Returned(e) => {
                self.epoch_of(timeline, e.slot)
                    .claimed
                    .insert(Slot(e.slot), OperatorId(e.operator));
            }
            E::Rotated(e) => self.rotate(Slot(e.slot), OperatorId(e.operator), e.batcher, block),
            E::CalledOut(e) => {
                self.call_out = Some(CallOut {
                    slot: Slot(e.slot),
                    holder: OperatorId(e.holder),
                    caller: OperatorId(e.caller),
                    at: block.timestamp,
                    block: block.number,
                    deadline_block: e.deadlineBlock.saturating_to(),
                    closed: None,
                    answered: false,
                });
                self.callers.entry(Slot(e.slot)).or_default().insert(OperatorId(e.caller));
            }
            E::Answered(_) => {
                if let Some(call_out) = &mut self.call_out {
                    (call_out.closed, call_out.answered) = (Some(block.number), true);
                }
            }
            E::CallOutClosed(_) => {
                if let Some(call_out) = &mut self.call_out {
                    call_out.closed = Some(block.number);
                }
            }
            E::Missed(e) => {
                self.epoch_of(timeline, e.slot).missed.insert(Slot(e.slot), OperatorId(e.operator));
            }
            // The other events of the Baton move money or tell of a rotation that changed nothing.
            _ => {}
        }
    }
}
