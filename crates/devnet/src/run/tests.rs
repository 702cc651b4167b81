//! A run on paper: the default devnet up to the end of epoch 2, all well, and what the checks say when something is not.

use super::{
    Injected, Report, evidence::Evidence, ledger::Ledger, rules::violations, streams::Received,
    streams::Signed, witness::Sample, witness::Seen,
};
use crate::Policy;
use alloy::primitives::{Address, B256, U256};
use rota_bindings::{
    Baton::{self, BatonEvents},
    OperatorRegistry::{self, OperatorRegistryEvents},
    Schedule::{self, ScheduleEvents},
    SealedBidAuction::{self, SealedBidAuctionEvents},
};
use rota_core::{
    Contracts, L1Block, OperatorId, Timestamp,
    message::{BlockCommitment, HandoffReceipt},
    timeline::{Clock, Delays, Timeline},
    view::{ChainView, Deployment, Event, OpenTerms, PolicyTerms},
};
use std::{collections::BTreeMap, sync::Arc};

const GENESIS: u64 = 1_000;
/// Frozen ids of epoch 2, slots 8 to 11.
const SLOTS: [u16; 4] = [3, 4, 2, 3];
const AUCTION_POLICY: Address = Address::repeat_byte(0xa8);
const OPEN_AUCTION_POLICY: Address = Address::repeat_byte(0xae);
/// Last block of epoch 2.
const LAST: u64 = 3 * 64 - 1;

/// The default devnet's.
pub(super) fn timeline() -> Timeline {
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
            ring: u64::MAX,
        },
    }
}

fn key(operator: u16) -> Address {
    Address::repeat_byte(operator as u8)
}

fn hash(number: u64) -> B256 {
    B256::from(U256::from(number + 1))
}

fn view(more: &[Event]) -> ChainView {
    let deployment = Deployment {
        l1_chain_id: 31_337,
        l2_chain_id: 901,
        contracts: Contracts {
            registry: Address::repeat_byte(0xa1),
            vault: Address::repeat_byte(0xa2),
            auction: Address::repeat_byte(0xa3),
            schedule: Address::repeat_byte(0xa4),
            baton: Address::repeat_byte(0xa5),
            adapter: Address::repeat_byte(0xa6),
            open_auction: Address::repeat_byte(0xa7),
            auction_policy: AUCTION_POLICY,
            stake: Address::repeat_byte(0xa9),
            performance: Address::repeat_byte(0xaa),
            composite: Address::repeat_byte(0xab),
            rewards: Address::repeat_byte(0xac),
            slasher: Address::repeat_byte(0xad),
        },
        timeline: timeline(),
        pledges: Address::repeat_byte(8),
        min_bond: U256::from(1),
        min_deposit: U256::ZERO,
        quantum: U256::from(1),
        floor_price: U256::from(1),
        cap_slots: 2,
        token: Address::ZERO,
        call_out_bond: U256::from(1),
        most_leaked: U256::ZERO,
        terms: PolicyTerms {
            open: OpenTerms { policy: OPEN_AUCTION_POLICY, ..OpenTerms::default() },
            ..PolicyTerms::default()
        },
    };
    let keys = (1..=4).map(|operator| {
        Event::Registry(OperatorRegistryEvents::SequencerKeySet(
            OperatorRegistry::SequencerKeySet { operator, key: key(operator), activeFrom: 0 },
        ))
    });
    let stage = OperatorRegistry::StageAdvanced { stage: 2, fromEpoch: 0 };
    let bids = (2..=4).map(|operator| {
        Event::Auction(SealedBidAuctionEvents::BidCommitted(SealedBidAuction::BidCommitted {
            epoch: 2,
            operator,
            commitment: B256::ZERO,
            deposit: U256::from(1),
        }))
    });
    let mut events: Vec<Event> = keys.collect();
    events.push(Event::Registry(OperatorRegistryEvents::StageAdvanced(stage)));
    events.push(policies(AUCTION_POLICY));
    events.extend(bids);
    events.push(settled(&[(3, 2), (4, 1), (2, 1)]));
    events.push(frozen(SLOTS));
    events.extend(more.iter().cloned());
    let mut view = ChainView::new(Arc::new(deployment), L1Block::default());
    let head =
        L1Block { number: 600, timestamp: Timestamp(GENESIS + 3 * 64 + 8), ..L1Block::default() };
    view.fast_forward(head, &events);
    view
}

/// The policy of all epochs.
fn policies(policy: Address) -> Event {
    let event = Schedule::PoliciesSet { stage: 2, policies: vec![policy], fromEpoch: 0 };
    Event::Schedule(ScheduleEvents::PoliciesSet(event))
}

/// Epoch 2, frozen; of no slots: as if it had never been.
fn frozen<const N: usize>(slots: [u16; N]) -> Event {
    let slots = slots.iter().flat_map(|id| id.to_be_bytes()).collect::<Vec<u8>>().into();
    Event::Schedule(ScheduleEvents::EpochFrozen(Schedule::EpochFrozen { epoch: 2, slots }))
}

/// The auction of epoch 2, with its winners.
fn settled(winners: &[(u16, u8)]) -> Event {
    Event::Auction(SealedBidAuctionEvents::AuctionSettled(SealedBidAuction::AuctionSettled {
        epoch: 2,
        clearingPrice: U256::from(7),
        winners: winners.iter().map(|(id, _)| *id).collect(),
        quantities: winners.iter().map(|(_, slots)| *slots).collect(),
    }))
}

/// Everything as it should be: each block 40 ms early, safe four seconds later, sealed by its holder.
fn evidence(more: &[Event]) -> Evidence {
    let view = view(more);
    let due = |number: u64| (GENESIS + number) * 1_000;
    let signed = (1..=LAST)
        .map(|number| commitment(&view, view.holder(Timestamp(GENESIS + number)), number));
    let safe = (1..=LAST).map(|number| {
        let transactions = if number == 100 { vec![B256::repeat_byte(0xee)] } else { vec![] };
        (number, Seen { hash: hash(number), parent_hash: hash(number - 1), transactions })
    });
    let sample = |number: u64| Sample {
        at_ms: due(number),
        unsafe_head: number,
        safe_head: number.saturating_sub(4),
    };
    Evidence {
        policy: Policy::Auction,
        signed: signed.collect(),
        safe: safe.collect(),
        seen: (1..=LAST).map(|number| (number, due(number) - 40)).collect(),
        samples: (1..=LAST).map(sample).collect(),
        ledger: Ledger { hashes: BTreeMap::from([(5, B256::repeat_byte(5))]), ..Ledger::default() },
        sent: BTreeMap::from([(B256::repeat_byte(0xee), due(99))]),
        faults: vec![],
        until: Timestamp(GENESIS + 3 * 64),
        patience_ends: due(LAST + 60),
        left_running: 0,
        view,
    }
}

fn commitment(view: &ChainView, operator: OperatorId, number: u64) -> Signed {
    let slot = view.timeline().slot_at(Timestamp(GENESIS + number));
    Signed {
        operator,
        signer: key(operator.0),
        known_ms: (GENESIS + number) * 1_000 - 45,
        commitment: BlockCommitment {
            l2ChainId: U256::from(901),
            slot: slot.0,
            number,
            timestamp: GENESIS + number,
            parentHash: hash(number - 1),
            blockHash: hash(number),
            l1OriginNumber: 5,
            l1OriginHash: B256::repeat_byte(5),
        },
    }
}

fn judge(evidence: &Evidence, receipts: &[Received]) -> Vec<String> {
    violations(evidence, &Report::new(evidence), receipts)
}

/// The format, and the report as it is written, which must be of it.
fn is_valid(report: &Report) -> (jsonschema::Validator, serde_json::Value) {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let report = serde_json::to_value(report).unwrap();
    if let Err(error) = schema.validate(&report) {
        panic!("{error}: {report:#}");
    }
    (schema, report)
}

/// Makes block `number` late by `ms`.
fn late(evidence: &mut Evidence, number: u64, ms: u64) {
    evidence.seen.insert(number, (GENESIS + number) * 1_000 + ms);
}

#[test]
fn a_run_in_which_all_is_well_is_reported_and_passes() {
    let evidence = evidence(&[]);
    let report = Report::new(&evidence);
    assert_eq!(violations(&evidence, &report, &[]), Vec::<String>::new());
    assert_eq!((report.blocks.first, report.blocks.last, report.blocks.missed), (64, LAST, 0));
    let handoffs: Vec<_> =
        report.handoffs.iter().map(|h| (h.slot, h.from, h.to, h.latency_ms)).collect();
    assert_eq!(handoffs, [(8, 1, 3, -40), (9, 3, 4, -40), (10, 4, 2, -40), (11, 2, 3, -40)]);
    assert_eq!((report.handoffs[0].last_number, report.handoffs[0].first_number), (127, 128));
    let auction = &report.auctions[0];
    assert_eq!((auction.epoch, auction.bidders, auction.slots_sold), (2, 3, 4));
    assert_eq!(auction.clearing_price_wei.as_deref(), Some("7"));
    assert_eq!(auction.winners, BTreeMap::from([(2, 1), (3, 2), (4, 1)]));
    assert_eq!((report.safe_head.number, report.safe_head.max_lag_blocks), (LAST - 4, 4));
    assert_eq!((report.transactions.sent, report.transactions.lost), (1, 0));
}

#[test]
fn open_bids_are_reported_slot_by_slot() {
    use rota_bindings::OpenBidAuction::{BidPlaced, BidderEntered, OpenBidAuctionEvents as E};
    let entered = |operator| {
        Event::OpenAuction(E::BidderEntered(BidderEntered {
            epoch: 2,
            operator,
            agent: key(operator),
        }))
    };
    let placed = |operator, index: u64, gwei: u64| {
        Event::OpenAuction(E::BidPlaced(BidPlaced {
            epoch: 2,
            operator,
            index: U256::from(index),
            priceGwei: U256::from(gwei),
        }))
    };
    let evidence = Evidence {
        policy: Policy::OpenAuction,
        ..evidence(&[
            policies(OPEN_AUCTION_POLICY),
            entered(3),
            entered(4),
            placed(4, 0, 1),
            placed(3, 0, 2),
            placed(4, 1, 3),
        ])
    };
    let report = Report::new(&evidence);
    assert_eq!(violations(&evidence, &report, &[]), Vec::<String>::new());
    assert_eq!(
        (report.policy.as_str(), &report.assigned),
        ("open-auction", &BTreeMap::from([(2, 1), (3, 2), (4, 1)]))
    );
    let auction = &report.auctions[0];
    assert_eq!((auction.epoch, auction.bidders, auction.slots_sold), (2, 2, 2));
    assert_eq!(
        (&auction.clearing_price_wei, &auction.winners),
        (&None, &BTreeMap::from([(3, 1), (4, 1)]))
    );
    let wei = |gwei: u64| format!("{gwei}000000000");
    assert_eq!(auction.prices_wei, Some(BTreeMap::from([(0, wei(2)), (1, wei(3))])));
    is_valid(&report);
}

#[test]
fn a_report_fits_its_schema_and_a_broken_one_does_not() {
    let mut evidence = evidence(&[taken_over(), missed()]);
    evidence.ledger.baton = ledger_of_a_miss();
    evidence.faults = vec![Injected { fault: "kill-node:4@9".into(), slot: 9, at_ms: 1 }];
    evidence.ledger.gas.insert("Baton.claim".into(), Default::default());
    let (schema, report) = is_valid(&Report::new(&evidence));
    // Later than the format's first reports.
    let optional = ["policy", "assigned"];
    for field in report.as_object().unwrap().keys() {
        let mut broken = report.clone();
        broken.as_object_mut().unwrap().remove(field);
        assert_eq!(schema.is_valid(&broken), optional.contains(&&**field), "without {field}");
        broken[field] = serde_json::json!("nonsense");
        assert!(!schema.is_valid(&broken), "with a nonsensical {field}");
    }
}

#[test]
fn each_check_bites() {
    type Break = fn(&mut Evidence);
    let cases: [(&str, Break); 15] = [
        ("2 L2 blocks missed: 130 (1001 ms), 131 (never)", |e| {
            late(e, 130, 1_001);
            e.seen.remove(&131);
        }),
        ("1 of 1 transactions lost", |e| {
            e.safe.get_mut(&100).unwrap().transactions.clear();
        }),
        ("epoch 2 was not frozen", |e| {
            e.view = view(&[frozen([0; 0])]);
        }),
        ("the policy auction assigned no slot of epoch 2", |e| {
            e.view = view(&[frozen([0, 1, 0, 1])])
        }),
        ("the policy auction assigned no slot of epoch 2", |e| e.view = view(&[settled(&[])])),
        ("1 processes left running", |e| e.left_running = 1),
        ("the safe head stood still in slot 9", |e| {
            let (start, end) = ((GENESIS + 144) * 1_000, (GENESIS + 160) * 1_000);
            e.samples
                .iter_mut()
                .filter(|s| start <= s.at_ms && s.at_ms < end)
                .for_each(|s| s.safe_head = 139);
        }),
        ("nobody published a commitment to safe block 150", |e| {
            e.signed.retain(|s| s.commitment.number != 150)
        }),
        ("operator 2 sealed block 150, which was operator 4's", |e| {
            let s = e.signed.iter_mut().find(|s| s.commitment.number == 150).unwrap();
            (s.operator, s.signer) = (OperatorId(2), key(2));
        }),
        ("operator 4 signed two blocks 150", |e| {
            let mut twin = commitment(&e.view, OperatorId(4), 150);
            twin.commitment.blockHash = B256::repeat_byte(9);
            e.signed.push(twin);
        }),
        ("block 160 for slot 9, dated at or after its end", |e| {
            let mut late = commitment(&e.view, OperatorId(4), 160);
            late.commitment.slot = 9;
            e.signed.push(late);
        }),
        ("block 150 for slot 9, which it never held", |e| {
            e.signed.push(commitment(&e.view, OperatorId(2), 150))
        }),
        ("block 144 for slot 9 too early", |e| {
            let s = e.signed.iter_mut().find(|s| s.commitment.number == 144).unwrap();
            s.known_ms -= 2_000;
        }),
        ("block 150 for slot 9 with a key that is not its own", |e| {
            e.signed.iter_mut().find(|s| s.commitment.number == 150).unwrap().signer = key(7);
        }),
        ("operator 1 sealed block 70", |e| {
            // The view knows better than the holder's own claim.
            e.view = view(&[changed(4, 2, GENESIS + 64)]);
        }),
    ];
    for (named, change) in cases {
        let mut broken = evidence(&[]);
        change(&mut broken);
        let found = judge(&broken, &[]);
        assert!(found.iter().any(|violation| violation.contains(named)), "{named}: {found:?}");
    }
}

#[test]
fn a_run_stopped_before_epoch_1_has_nothing_to_object_to() {
    let mut evidence = evidence(&[]);
    evidence.until = Timestamp(GENESIS + 32);
    evidence.seen.retain(|number, _| *number < 40);
    evidence.safe.retain(|number, _| *number < 36);
    evidence.patience_ends = 0; // nor for the transfer
    assert_eq!(judge(&evidence, &[]), Vec::<String>::new());
}

#[test]
fn an_honest_reseal_after_an_l1_reorg_is_no_equivocation() {
    let mut evidence = evidence(&[]);
    let mut before = commitment(&evidence.view, OperatorId(4), 150);
    before.commitment.blockHash = B256::repeat_byte(9);
    before.commitment.l1OriginHash = B256::repeat_byte(8); // not canonical any more
    evidence.signed.push(before);
    assert_eq!(judge(&evidence, &[]), Vec::<String>::new());
}

#[test]
fn near_a_take_over_nothing_is_out_of_turn() {
    // Operator 1 takes slot 9 over at second 153; operator 2 never held it. Three L1 blocks are 6 s.
    for (number, spared) in [(146, false), (147, true), (159, true)] {
        let mut evidence = evidence(&[changed(9, 1, GENESIS + 153)]);
        evidence.signed.push(commitment(&evidence.view, OperatorId(2), number));
        let offence = format!("block {number} for slot 9, which it never held");
        let found = judge(&evidence, &[]);
        assert_eq!(!found.iter().any(|f| f.contains(&offence)), spared, "{number}: {found:?}");
    }
}

#[test]
fn receipts_bind_who_signs_them() {
    let receipt = |number: u64, hash: B256| HandoffReceipt {
        l2ChainId: U256::from(901),
        boundarySlot: 10,
        number,
        hash,
    };
    let signed = |receipt| Received { receipt, from: key(4), countersigned_by: Some(key(2)) };
    let evidence = evidence(&[]);
    let good = signed(receipt(159, hash(159)));
    assert_eq!(judge(&evidence, &[good.clone(), good.clone()]), Vec::<String>::new());
    for (named, receipts) in [
        ("two receipts", vec![good.clone(), signed(receipt(158, hash(158)))]),
        ("above its receipt", vec![signed(receipt(158, hash(158)))]),
        ("that it countersigned", vec![signed(receipt(159, hash(7)))]),
    ] {
        let found = judge(&evidence, &receipts);
        assert!(found.iter().any(|violation| violation.contains(named)), "{named}: {found:?}");
    }
}

#[test]
fn a_fault_excuses_the_outage_that_follows_it_and_no_more() {
    // Killed in slot 9, block 147 in the making; silent until 153, then another outage.
    let outage = || {
        let mut evidence = evidence(&[]);
        (148..154).for_each(|number| late(&mut evidence, number, 5_000));
        evidence
    };
    let fault =
        |at: u64| Injected { fault: "kill:4".into(), slot: 9, at_ms: (GENESIS + at) * 1_000 + 300 };
    assert_eq!(Report::new(&outage()).blocks.missed, 6);
    let mut excused = outage();
    excused.faults.push(fault(147));
    assert_eq!(Report::new(&excused).blocks.missed, 0);
    late(&mut excused, 156, 1_500);
    assert_eq!(Report::new(&excused).blocks.missed, 1, "after the first on-time block");
    let mut endless = evidence(&[]);
    endless.faults.push(fault(100));
    (102..150).for_each(|number| late(&mut endless, number, 5_000));
    // 20 L1 blocks of 2 s from second 100.
    assert_eq!(Report::new(&endless).blocks.missed, 150 - 140);
}

/* A MISS */

fn changed(slot: u64, operator: u16, timestamp: u64) -> Event {
    Event::Schedule(ScheduleEvents::HolderChanged(Schedule::HolderChanged {
        slot,
        operator,
        timestamp,
    }))
}

fn taken_over() -> Event {
    changed(9, 1, GENESIS + 153)
}

fn missed() -> Event {
    Event::Baton(BatonEvents::Missed(Baton::Missed {
        slot: 9,
        operator: 4,
        misses: 1,
        leaked: U256::from(20),
    }))
}

fn ledger_of_a_miss() -> Vec<(u64, BatonEvents)> {
    let taken = Baton::TakenOver { slot: 9, from: 4, taker: 1, timestamp: GENESIS + 153 };
    let called = Baton::CalledOut { slot: 9, holder: 4, caller: 1, deadlineBlock: U256::from(578) };
    let Event::Baton(missed) = missed() else { unreachable!() };
    vec![(575, BatonEvents::CalledOut(called)), (579, BatonEvents::TakenOver(taken)), (579, missed)]
}

#[test]
fn a_miss_tells_who_called_out_when_and_how_long_it_took() {
    let mut evidence = evidence(&[taken_over(), missed()]);
    evidence.ledger.baton = ledger_of_a_miss();
    evidence.ledger.times.insert(575, GENESIS + 147);
    // The reserve fills the gap from 148 on as soon as it may.
    for number in 148..153 {
        let signed = evidence.signed.iter_mut().find(|s| s.commitment.number == number).unwrap();
        (signed.operator, signed.signer) = (OperatorId(1), key(1));
    }
    late(&mut evidence, 148, 5_100);
    let report = Report::new(&evidence);
    let miss = &report.misses[0];
    assert_eq!(
        (miss.slot, miss.operator, miss.taken_over_by, miss.callout_block),
        (9, 4, Some(1), Some(575))
    );
    assert_eq!((miss.first_block_after_ms, miss.leak_wei.as_str()), (Some(6_100), "20"));
}
