//! Views for tests: the devnet's clock, three operators and the reserve, and events in the order in which they happen.

use crate::{
    bid::BidSecret,
    me::{Head, Me, NodeView},
    timeline::{Clock, Delays, Timeline},
    types::{BlockId, Contracts, Epoch, L1Block, Millis, OperatorId, Slot, Timestamp},
    view::{ChainView, Deployment, Event, OpenTerms, PolicyTerms},
};
use alloy::primitives::{Address, B256, Bytes, Signature, U256, keccak256};
use rota_bindings::{
    Baton::{self, BatonEvents},
    OpenBidAuction::{BidPlaced, BidRefunded, BidderEntered, EpochClosed, OpenBidAuctionEvents},
    OperatorRegistry::{self, OperatorRegistryEvents},
    Performance::{EpochScored, PerformanceEvents},
    Pledges::{LockMoved, PledgesEvents},
    RewardPool::{EpochFinalized, RewardPoolEvents},
    Schedule::{self, ScheduleEvents},
    SealedBidAuction::{self, SealedBidAuctionEvents},
    Slasher::{Equivocated, Expelled, SlasherEvents},
    StakeWeighted::{QueueApplied, Queued, StakeWeightedEvents},
};
use std::sync::Arc;

/// Genesis: slots of 16 s and epochs of 64 s from here on. L1 blocks have even times: block n is dated 2 n.
pub const GENESIS: u64 = 1_000;
/// Policies that ask nothing of keepers, and one of which the deployment knows nothing more.
pub const ROUND_ROBIN: Address = Address::repeat_byte(14);
pub const OPEN_AUCTION_POLICY: Address = Address::repeat_byte(15);
/// Us, in the tests of duties.
pub const ME: OperatorId = OperatorId(2);

pub fn timeline() -> Timeline {
    Timeline {
        clock: Clock {
            genesis: Timestamp(GENESIS),
            slot_seconds: 16,
            slots_per_epoch: 4,
            l1_block_seconds: 2,
            l2_genesis: Timestamp(GENESIS),
            l2_block_seconds: 1,
        },
        delays: Delays {
            seed_delay: 2,
            tail_window: 2,
            claim_grace: 6,
            claim_lead: 8,
            answer_blocks: 3,
            dispute_period: 160,
            ring: 8,
        },
    }
}

pub fn deployment() -> Arc<Deployment> {
    let contracts = Contracts {
        registry: Address::repeat_byte(1),
        vault: Address::repeat_byte(2),
        auction: Address::repeat_byte(3),
        schedule: Address::repeat_byte(4),
        baton: Address::repeat_byte(5),
        adapter: Address::repeat_byte(6),
        open_auction: Address::repeat_byte(8),
        auction_policy: Address::repeat_byte(9),
        stake: Address::repeat_byte(10),
        performance: Address::repeat_byte(11),
        composite: Address::repeat_byte(12),
        rewards: Address::repeat_byte(13),
        slasher: Address::repeat_byte(16),
    };
    Arc::new(Deployment {
        l1_chain_id: 31_337,
        l2_chain_id: 901,
        contracts,
        timeline: timeline(),
        pledges: Address::repeat_byte(17),
        min_bond: U256::from(100),
        min_deposit: U256::ZERO,
        quantum: U256::from(1),
        floor_price: U256::from(1_000_000_000u64),
        cap_slots: 2,
        token: Address::repeat_byte(7),
        call_out_bond: U256::from(5),
        most_leaked: U256::from(6),
        terms: PolicyTerms {
            open: OpenTerms {
                policy: OPEN_AUCTION_POLICY,
                floor_gwei: 1,
                step_bps: 500,
                extension: 6,
                cap_slots: 2,
            },
            composite: vec![contracts.stake, contracts.performance, ROUND_ROBIN],
            stake_unit: U256::from(10),
            idle_bps: U256::from(2500),
            stake_fee: U256::from(3),
        },
    })
}

pub fn sequencer_key(id: OperatorId) -> Address {
    Address::left_padding_from(&[0x50, id.0 as u8])
}

pub fn batcher_key(id: OperatorId) -> Address {
    Address::left_padding_from(&[0xba, id.0 as u8])
}

pub fn owner(id: OperatorId) -> Address {
    Address::left_padding_from(&[0x01, id.0 as u8])
}

pub fn me(id: OperatorId) -> Me {
    Me {
        owner: owner(id),
        has_owner_key: true,
        sequencer_key: sequencer_key(id),
        key_proof: Bytes::new(),
        batcher: batcher_key(id),
        batcher_proof: Some(Bytes::new()),
        payee: owner(id),
        endpoint: format!("http://{id}"),
        bond_eth: U256::ZERO,
        pledge: U256::ZERO,
        auction_balance: U256::ZERO,
        rewards_minimum: [U256::ZERO; 2],
        gas_minimum: U256::from(10),
        bid_secret: BidSecret::new(&Signature::new(U256::from(id.0), U256::from(1), false)),
    }
}

/// A node in sync whose last block is dated `head`.
pub fn node(head: u64) -> NodeView {
    let head = Head { id: BlockId::default(), timestamp: Timestamp(head) };
    NodeView { synced: true, unsafe_head: Some(head), safe_head: Some(head), ..NodeView::default() }
}

pub fn seconds(time: u64) -> Millis {
    Timestamp(time).millis()
}

/// A view that grows by events.
#[derive(Clone, Debug)]
pub struct Scene {
    pub view: ChainView,
}

impl Scene {
    /// At genesis: the reserve, operators 2 to 4 active from epoch 0 on, stage 2, sealed bids before round robin, everybody well funded.
    pub fn new() -> Self {
        let view = ChainView::new(deployment(), block(GENESIS - 10));
        let auction = view.deployment.contracts.auction_policy;
        let mut scene = Self { view }.stage(2).policies(2, &[auction, ROUND_ROBIN], 0);
        for id in 1..=4 {
            scene = scene.operator(id);
        }
        scene.view.money.self_bonds =
            (1..=4).map(|id| (OperatorId(id), U256::from(1_000))).collect();
        scene.view.money.stakes = scene.view.money.self_bonds.clone();
        (scene.view.money.bond, scene.view.money.lock_per_slot) =
            (U256::from(1_000), U256::from(10));
        scene.view.money.gas = U256::from(1_000_000);
        scene.view.money.owner_eth = U256::from(1_000_000);
        scene.view.money.auction_free = U256::from(1_000_000_000_000_000_000u64);
        scene.view.money.open_free = U256::from(1_000_000_000_000_000_000u64);
        scene.view.money.batcher = batcher_key(OperatorId::RESERVE);
        scene.at(GENESIS)
    }

    /// The same with L1's head at `time`, of which the money is told too.
    pub fn at(mut self, time: u64) -> Self {
        self.view.fast_forward(block(time), &[]);
        self.view.money.at = self.view.head().id();
        self
    }

    /// The same with one more event in the head.
    pub fn event(mut self, event: Event) -> Self {
        let head = self.view.head();
        self.view.fast_forward(head, &[event]);
        self
    }

    pub fn operator(self, id: u16) -> Self {
        let operator = OperatorId(id);
        let activated = OperatorRegistry::StatusChanged { operator: id, status: 1, fromEpoch: 0 };
        self.registered(operator).registry(OperatorRegistryEvents::StatusChanged(activated))
    }

    /// Registered, but not active.
    pub fn registered(self, id: OperatorId) -> Self {
        use OperatorRegistryEvents as E;
        let (operator, owner) = (id.0, owner(id));
        self.whitelisted(id)
            .registry(E::OperatorRegistered(OperatorRegistry::OperatorRegistered {
                operator,
                owner,
                entity: id.0.into(),
            }))
            .registry(E::SequencerKeySet(OperatorRegistry::SequencerKeySet {
                operator,
                key: sequencer_key(id),
                activeFrom: 0,
            }))
            .registry(E::BatcherKeySet(OperatorRegistry::BatcherKeySet {
                operator,
                index: 0,
                key: batcher_key(id),
                activeFrom: 0,
            }))
            .registry(E::EndpointSet(OperatorRegistry::EndpointSet {
                operator,
                endpoint: format!("http://{id}"),
            }))
    }

    pub fn whitelisted(self, id: OperatorId) -> Self {
        let event = OperatorRegistry::Whitelisted { owner: owner(id), entity: id.0.into() };
        self.registry(OperatorRegistryEvents::Whitelisted(event))
    }

    pub fn status(self, id: OperatorId, status: u8) -> Self {
        let event = OperatorRegistry::StatusChanged { operator: id.0, status, fromEpoch: 0 };
        self.registry(OperatorRegistryEvents::StatusChanged(event))
    }

    pub fn stage(self, stage: u8) -> Self {
        self.registry(OperatorRegistryEvents::StageAdvanced(OperatorRegistry::StageAdvanced {
            stage,
            fromEpoch: 0,
        }))
    }

    /// The policies of `stage` from an epoch on.
    pub fn policies(self, stage: u8, policies: &[Address], from: u64) -> Self {
        let policies = policies.to_vec();
        let event = Schedule::PoliciesSet { stage, policies, fromEpoch: from };
        self.schedule(ScheduleEvents::PoliciesSet(event))
    }

    pub fn queued(self, operator: u16, weight: u64, from: u64) -> Self {
        let event = Queued { operator, weight: U256::from(weight), activeFrom: from };
        self.event(Event::Stake(StakeWeightedEvents::Queued(event)))
    }

    pub fn queue_applied(self, epoch: u64, count: u64) -> Self {
        let event = QueueApplied { epoch, count: U256::from(count) };
        self.event(Event::Stake(StakeWeightedEvents::QueueApplied(event)))
    }

    pub fn scored(self, epoch: u64) -> Self {
        let event = EpochScored { epoch, misses: U256::ZERO, seats: U256::from(4) };
        self.event(Event::Performance(PerformanceEvents::EpochScored(event)))
    }

    pub fn equivocated(self, operator: u16) -> Self {
        let (number, reporter, share) = (1, Address::ZERO, U256::from(1));
        let event = Equivocated { operator, number, reporter, share };
        self.event(Event::Slasher(SlasherEvents::Equivocated(event)))
    }

    pub fn expelled(self, operator: u16) -> Self {
        let event = Expelled { operator, reporter: Address::ZERO, taken: U256::from(1) };
        self.event(Event::Slasher(SlasherEvents::Expelled(event)))
    }

    pub fn entered(self, epoch: u64, operator: u16) -> Self {
        let agent = sequencer_key(OperatorId(operator));
        let event = BidderEntered { epoch, operator, agent };
        self.event(Event::OpenAuction(OpenBidAuctionEvents::BidderEntered(event)))
    }

    /// An open bid, placed in the head.
    pub fn placed(self, epoch: u64, operator: u16, index: u64, price_gwei: u64) -> Self {
        let (index, price) = (U256::from(index), U256::from(price_gwei));
        let event = BidPlaced { epoch, operator, index, priceGwei: price };
        self.event(Event::OpenAuction(OpenBidAuctionEvents::BidPlaced(event)))
    }

    pub fn given_back(self, epoch: u64, operator: u16, index: u64, gwei: u64) -> Self {
        let event = BidRefunded { epoch, operator, index: U256::from(index), amount: wei(gwei) };
        self.event(Event::OpenAuction(OpenBidAuctionEvents::BidRefunded(event)))
    }

    pub fn closed(self, epoch: u64) -> Self {
        let event = EpochClosed { epoch, amount: U256::ZERO };
        self.event(Event::OpenAuction(OpenBidAuctionEvents::EpochClosed(event)))
    }

    /// The lock of a slot is another one from an epoch on.
    pub fn locked(self, gwei: u64, from: u64) -> Self {
        self.event(locked(gwei, from))
    }

    /// The reference price of a slot is another one.
    pub fn priced(self, gwei: u64) -> Self {
        let event = SealedBidAuction::ReferencePriceMoved { epoch: 2, refPrice: wei(gwei) };
        self.auction(SealedBidAuctionEvents::ReferencePriceMoved(event))
    }

    pub fn finalized(self, epoch: u64) -> Self {
        let event = EpochFinalized {
            epoch,
            feesPerSlot: U256::from(1),
            tokensPerSlot: U256::ZERO,
            slotsServed: U256::from(4),
        };
        self.event(Event::Rewards(RewardPoolEvents::EpochFinalized(event)))
    }

    pub fn seeded(self, epoch: u64) -> Self {
        let event =
            Schedule::SeedRecorded { epoch, l1Block: U256::ZERO, seed: B256::repeat_byte(9) };
        self.schedule(ScheduleEvents::SeedRecorded(event))
    }

    pub fn frozen(self, epoch: u64, slots: [u16; 4]) -> Self {
        self.event(frozen(epoch, slots))
    }

    pub fn cancelled(self, epoch: u64) -> Self {
        self.schedule(ScheduleEvents::EpochCancelled(Schedule::EpochCancelled { epoch }))
    }

    pub fn voided(self, operator: u16, from: u64) -> Self {
        self.event(voided(operator, from))
    }

    /// A take-over or a return, recorded in the head.
    pub fn changed(self, slot: u64, operator: u16, timestamp: u64) -> Self {
        self.event(changed(slot, operator, timestamp))
    }

    pub fn claimed(self, slot: u64, operator: u16) -> Self {
        self.event(claimed(slot, operator))
    }

    pub fn called_out(self, slot: u64, holder: u16, caller: u16) -> Self {
        let deadline = self.view.head().number + self.view.timeline().delays.answer_blocks;
        let event = Baton::CalledOut { slot, holder, caller, deadlineBlock: U256::from(deadline) };
        self.baton(BatonEvents::CalledOut(event))
    }

    pub fn answered(self, slot: u64, holder: u16) -> Self {
        let event = Baton::Answered { slot, holder, number: 0, blockHash: B256::ZERO };
        self.baton(BatonEvents::Answered(event))
    }

    pub fn missed(self, slot: u64, operator: u16) -> Self {
        let event = Baton::Missed { slot, operator, misses: 1, leaked: U256::ZERO };
        self.baton(BatonEvents::Missed(event))
    }

    pub fn committed(self, epoch: u64, operator: OperatorId, commitment: B256) -> Self {
        let event = SealedBidAuction::BidCommitted {
            epoch,
            operator: operator.0,
            commitment,
            deposit: U256::from(1),
        };
        self.auction(SealedBidAuctionEvents::BidCommitted(event))
    }

    pub fn revealed(self, epoch: u64, operator: u16) -> Self {
        let event = SealedBidAuction::BidRevealed {
            epoch,
            operator,
            curve: U256::from(1),
            locked: U256::from(1),
        };
        self.auction(SealedBidAuctionEvents::BidRevealed(event))
    }

    pub fn settled(self, epoch: u64, price: u64, winners: &[(u16, u8)]) -> Self {
        let event = SealedBidAuction::AuctionSettled {
            epoch,
            clearingPrice: U256::from(price),
            winners: winners.iter().map(|(id, _)| *id).collect(),
            quantities: winners.iter().map(|(_, quantity)| *quantity).collect(),
        };
        self.auction(SealedBidAuctionEvents::AuctionSettled(event))
    }

    /// The batcher is `operator`'s.
    pub fn batcher(mut self, operator: u16) -> Self {
        self.view.money.batcher = batcher_key(OperatorId(operator));
        self
    }

    pub fn auction(self, event: SealedBidAuctionEvents) -> Self {
        self.event(Event::Auction(event))
    }

    fn registry(self, event: OperatorRegistryEvents) -> Self {
        self.event(Event::Registry(event))
    }

    fn schedule(self, event: ScheduleEvents) -> Self {
        self.event(Event::Schedule(event))
    }

    fn baton(self, event: BatonEvents) -> Self {
        self.event(Event::Baton(event))
    }
}

/// The L1 block dated `time`.
pub fn block(time: u64) -> L1Block {
    block_of(time / 2, 0, 0)
}

/// Block `number` of `branch`, which leaves the main chain after block `fork`.
pub fn block_of(number: u64, branch: u64, fork: u64) -> L1Block {
    let hash = |number: u64| {
        let branch = if number > fork { branch } else { 0 };
        keccak256([number.to_be_bytes(), branch.to_be_bytes()].concat())
    };
    L1Block {
        number,
        hash: hash(number),
        parent_hash: hash(number - 1),
        timestamp: Timestamp(2 * number),
    }
}

pub fn wei(gwei: u64) -> U256 {
    U256::from(gwei) * U256::from(1_000_000_000u64)
}

pub fn locked(gwei: u64, from: u64) -> Event {
    Event::Pledges(PledgesEvents::LockMoved(LockMoved { lock: wei(gwei), fromEpoch: from }))
}

pub fn frozen(epoch: u64, slots: [u16; 4]) -> Event {
    let slots = slots.iter().flat_map(|id| id.to_be_bytes()).collect::<Vec<_>>().into();
    Event::Schedule(ScheduleEvents::EpochFrozen(Schedule::EpochFrozen { epoch, slots }))
}

pub fn voided(operator: u16, from: u64) -> Event {
    Event::Schedule(ScheduleEvents::SlotsVoided(Schedule::SlotsVoided { operator, fromSlot: from }))
}

pub fn changed(slot: u64, operator: u16, timestamp: u64) -> Event {
    Event::Schedule(ScheduleEvents::HolderChanged(Schedule::HolderChanged {
        slot,
        operator,
        timestamp,
    }))
}

pub fn claimed(slot: u64, operator: u16) -> Event {
    claimed_and_rotated(slot, operator, Address::ZERO)
}

/// A claim after the tail window, which moved the batcher.
pub fn claimed_and_rotated(slot: u64, operator: u16, batcher: Address) -> Event {
    Event::Baton(BatonEvents::Claimed(Baton::Claimed { slot, operator, batcher }))
}

/// First second of slot `index` of `epoch`.
pub fn start(epoch: u64, index: u64) -> u64 {
    timeline().start_of(Slot(timeline().first_slot_of(Epoch(epoch)).0 + index)).0
}
