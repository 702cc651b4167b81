//! L2 blocks of 1 s, block n dated n; slots of 16 s from 0; the operator holds slots 1 and 2 (16 to 48) unless said otherwise.

use super::*;
use alloy::primitives::{B256, Signature};
use rota_core::{
    BlockId, OperatorId, Timestamp,
    authority::{Basis, Origins, Tenure},
    message::Payload,
};
use serde_json::Value;

fn block(number: u64) -> L2Block {
    L2Block {
        number,
        hash: B256::with_last_byte(number as u8),
        parent_hash: B256::with_last_byte(number as u8 - 1),
        timestamp: Timestamp(number),
        origin: BlockId { number: 1, hash: B256::with_last_byte(1) },
    }
}

fn tenure(slot: u64) -> Tenure {
    Tenure {
        slot: Slot(slot),
        from: Timestamp(slot * 16),
        until: Timestamp(slot * 16 + 16),
        to_slot_end: true,
        basis: Basis::Schedule,
    }
}

fn authority(tenures: &[Tenure]) -> Authority {
    let hashes = (0..=20).map(|number| (number, B256::with_last_byte(number as u8))).collect();
    let origins = Origins { head: 20, hashes };
    Authority { tenures: tenures.to_vec(), origins, answered_at: Millis(0) }
}

/// A block of ours, sealed under `slot`.
fn sealed(number: u64, slot: u64) -> SealedBlock {
    let L2Block { hash, parent_hash, timestamp, origin, .. } = block(number);
    let payload = Payload {
        number,
        timestamp,
        parent_hash,
        hash,
        l1_origin_number: origin.number,
        l1_origin_hash: origin.hash,
        envelope: Value::Null,
    };
    let commitment = payload.commitment(1, Slot(slot));
    SealedBlock {
        operator: OperatorId(2),
        commitment,
        signature: Signature::test_signature(),
        payload,
    }
}

/// The store's head and the node's are block `head`; the node rests, the fence is ready, `now` is in milliseconds.
struct Case {
    tenures: Vec<Tenure>,
    now: u64,
    head: Head,
    node: Option<Node>,
    leading: bool,
    refusing: bool,
    heard: bool,
    leaving: bool,
    unreceipted: Option<SealedBlock>,
    view_is_older: bool,
}

fn case(head: u64, now: u64) -> Case {
    Case {
        tenures: vec![tenure(1), tenure(2)],
        now,
        head: Head::Known(block(head)),
        node: Some(Node { unsafe_head: block(head), sequencing: false, relation: Relation::Same }),
        leading: false,
        refusing: false,
        heard: true,
        leaving: false,
        unreceipted: None,
        view_is_older: false,
    }
}

impl Case {
    fn sequencing(mut self) -> Self {
        self.leading = true;
        self.node.as_mut().unwrap().sequencing = true;
        self
    }

    fn relation(mut self, relation: Relation) -> Self {
        self.node.as_mut().unwrap().relation = relation;
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn check(self, why: &str, expected: Step) {
        let authority = authority(&self.tenures);
        let step = decide(&Situation {
            now: Millis(self.now),
            block_time: 1,
            authority: &authority,
            node: self.node,
            head: self.head,
            leading: self.leading,
            refusing: self.refusing,
            peers_heard: self.heard,
            leaving: self.leaving,
            unreceipted: self.unreceipted.as_ref(),
            view_is_older_than_node: self.view_is_older,
        });
        assert_eq!(step, expected, "{why}");
    }
}

#[test]
fn starts_on_the_predecessors_last_block() {
    let start = |head| Step::Start(block(head));
    for (why, head, now, expected) in [
        ("the predecessor's last block is here, 950 ms ahead", 15, 15_000, start(15)),
        ("it came early, more than 2 blocks before the slot", 15, 13_999, Step::Wait),
        ("the last but one is here: its last one may come", 14, 15_000, Step::Wait),
        ("it had 2 blocks' time", 14, 16_999, Step::Wait),
        ("and did not use it", 14, 17_000, start(14)),
        ("a holder that fell silent long ago", 3, 17_000, start(3)),
        ("restarted in the middle of the turn", 20, 30_000, start(20)),
        ("at the start of its second slot", 31, 32_000, start(31)),
        ("at the end of the turn there is nothing left to seal", 47, 47_500, Step::Wait),
        ("after the turn", 40, 48_000, Step::Wait),
        ("before the turn", 8, 9_000, Step::Wait),
    ] {
        case(head, now).check(why, expected);
    }
    case(15, 15_000).with(|case| case.heard = false).check("peers first", Step::Wait);
    case(15, 15_000).with(|case| case.leaving = true).check("a keeper that stops", Step::Wait);
}

#[test]
fn a_taker_starts_with_two_confirmations() {
    let taken = |confirmations| {
        vec![Tenure { from: Timestamp(24), basis: Basis::TakeOver { confirmations }, ..tenure(1) }]
    };
    for (why, confirmations, now, expected) in [
        ("1 confirmation", 1, 26_000, Step::Wait),
        ("2 confirmations", 2, 26_000, Step::Start(block(18))),
        ("the silent holder had its time until the take-over", 2, 24_999, Step::Wait),
        ("and 2 blocks more", 2, 25_000, Step::Start(block(18))),
    ] {
        case(18, now).with(|case| case.tenures = taken(confirmations)).check(why, expected);
    }
}

#[test]
fn stops_fence_first_when_the_next_block_is_not_its_own() {
    for (why, head, now, expected) in [
        ("in the turn", 30, 30_000, Step::Wait),
        ("from one own slot into the next", 31, 31_000, Step::Wait),
        ("its last block is out", 47, 46_950, Step::Stop),
        ("late, and the turn is over", 44, 48_000, Step::Stop),
    ] {
        case(head, now).sequencing().check(why, expected);
    }
    let displaced = Tenure { until: Timestamp(24), to_slot_end: false, ..tenure(1) };
    let displaced = |case: &mut Case| case.tenures = vec![displaced];
    case(22, 22_000).sequencing().with(displaced).check("displaced, but not yet", Step::Wait);
    case(23, 22_950)
        .sequencing()
        .with(displaced)
        .check("displaced from the next block on", Step::Stop);
    case(20, 20_000)
        .sequencing()
        .with(|case| case.tenures.clear())
        .check("nothing is ours", Step::Stop);
    case(20, 20_000).sequencing().with(|case| case.leaving = true).check("SIGTERM", Step::Stop);
}

#[test]
fn a_restarted_keeper_goes_on_with_a_node_that_sequences() {
    let restarted = || case(20, 20_500).sequencing().with(|case| case.leading = false);
    restarted().check("leads again", Step::Lead);
    restarted().with(|case| case.heard = false).check("but hears its peers first", Step::Wait);
    restarted().with(|case| case.now = 48_000).check("its turn ended meanwhile", Step::Stop);
}

#[test]
fn a_refused_node_is_given_the_block_that_stands() {
    let path = || vec![block(21).id()];
    let refused = |relation| {
        case(21, 21_500).sequencing().relation(relation).with(|case| case.refusing = true)
    };
    refused(Relation::Behind(path())).check("the block signed at this height", Step::Post(path()));
    refused(Relation::Same).check("refused for another reason", Step::Wait);
    refused(Relation::Apart).check("on another branch", Step::Stop);
    let in_flight = case(21, 21_500).sequencing().relation(Relation::Behind(path()));
    in_flight.check("a block that was just answered is on its way by itself", Step::Wait);
    refused(Relation::Apart)
        .with(|case| case.head = Head::Unsettled)
        .check("L1 reorganizes: the node resets itself", Step::Wait);
}

#[test]
fn follows_when_it_is_not_its_turn() {
    let path = vec![block(6).id(), block(7).id()];
    let behind = || case(7, 7_000).relation(Relation::Behind(path.clone()));
    behind().check("blocks of peers, or its own that the node lost", Step::Post(path.clone()));
    behind()
        .with(|case| case.view_is_older = true)
        .check("L1 may have taken their origin", Step::Wait);
    let derived = |case: &mut Case| case.node.as_mut().unwrap().unsafe_head = block(9);
    let ahead = || case(7, 7_000).relation(Relation::Ahead).with(derived);
    ahead().check("derived from L1", Step::Adopt(block(9)));
    let gone = |case: &mut Case| case.node.as_mut().unwrap().unsafe_head.origin.hash = B256::ZERO;
    ahead().with(gone).check("but not with an origin that L1 displaced", Step::Wait);
    case(7, 7_000)
        .with(|case| case.head = Head::Unknown)
        .check("a new store", Step::Adopt(block(7)));
    case(7, 7_000).with(|case| case.head = Head::Unsettled).check("L1 reorganizes", Step::Wait);
    let low = |case: &mut Case| case.node.as_mut().unwrap().unsafe_head = block(4);
    case(7, 7_000).relation(Relation::Apart).with(low).check("a gap", Step::Fill { from: 5 });
    case(7, 15_000).with(|case| case.node = None).check("no node", Step::Wait);
}

#[test]
fn signs_the_receipt_when_its_turn_is_over() {
    let done = |head, now, slot| {
        let last = sealed(head, slot);
        case(head, now).with(|case| case.unreceipted = Some(last))
    };
    done(47, 47_000, 2)
        .check("its last block is out and the node stopped", Step::HandOver(Slot(3)));
    done(45, 48_000, 2).check("its last blocks are missing", Step::HandOver(Slot(3)));
    done(45, 47_500, 2).check("they may still come", Step::Start(block(45)));
    done(31, 31_000, 1).check("no hand-over between its own slots", Step::Start(block(31)));
    done(45, 48_000, 2)
        .with(|case| case.node = None)
        .check("its node is down", Step::HandOver(Slot(3)));
    let displaced = Tenure { until: Timestamp(24), to_slot_end: false, ..tenure(1) };
    done(20, 25_000, 1)
        .with(|case| case.tenures = vec![displaced])
        .check("no boundary", Step::Wait);
}
