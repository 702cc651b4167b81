use super::*;
use crate::message::BlockCommitment;
use alloy::primitives::{B256, Signature, U256};

/// Operator 2 has slots 8 and 9, operator 3 has 10, nobody 11.
fn scheduled() -> Scene {
    Scene::new().frozen(2, [2, 2, 3, 0])
}

#[test]
fn a_turn_is_claimed_once_from_its_lead_on() {
    let s = start(2, 0);
    let held = |slot| Err(Held::Unsynced { slot: Slot(slot) });
    let due = |slot: u64| Ok(vec![format!("claim/{slot}")]);
    for (why, seat, expected) in [
        ("too early", Seat::new(scheduled().at(s - 12)), Ok(vec![])),
        ("the next block is 8 s before the start", Seat::new(scheduled().at(s - 10)), due(8)),
        (
            "not by a node that could not serve it",
            Seat::new(scheduled().at(s - 10)).unsynced(),
            held(8),
        ),
        ("it is late, but nobody took over", Seat::new(scheduled().at(s + 20)), due(8)),
        ("claimed", Seat::new(scheduled().at(s - 10).claimed(8, 2)), Ok(vec![])),
        ("another's", Seat::new(scheduled().at(s - 10)).of(3), Ok(vec![])),
        ("taken over", Seat::new(scheduled().changed(8, 4, s + 10).at(s + 10)), Ok(vec![])),
        ("about to be", Seat::new(scheduled().changed(8, 4, s + 14).at(s + 10)), Ok(vec![])),
        ("over", Seat::new(scheduled().at(s + 32)), Ok(vec![])),
        ("the reserve opens what is nobody's", Seat::new(scheduled().at(s + 40)).of(1), due(11)),
        (
            "the reserve opens what was voided",
            Seat::new(scheduled().voided(2, 9).at(s + 8)).of(1),
            due(9),
        ),
        (
            "and its operator does not",
            Seat::new(scheduled().claimed(8, 2).voided(2, 9).at(s + 8)),
            Ok(vec![]),
        ),
        (
            "an epoch not frozen yet",
            Seat::new(Scene::new().at(s - 10)).of(1),
            Ok(vec!["claim/4".to_owned()]),
        ),
    ] {
        assert_eq!(claim(&seat.ctx()).map(keys), expected, "{why}");
    }
}

#[test]
fn a_turn_taken_over_is_returned_to_at_its_next_slot() {
    let s = start(2, 0);
    let taken = || scheduled().claimed(8, 2).changed(8, 4, s + 4);
    for (why, seat, expected) in [
        ("at the next slot", Seat::new(taken().at(s + 4)), vec!["claim/9"]),
        ("not by a node out of sync", Seat::new(taken().at(s + 4)).unsynced(), vec![]),
        ("2 L1 blocks ahead at the latest", Seat::new(taken().at(s + 10)), vec!["claim/9"]),
        ("not later", Seat::new(taken().at(s + 12)), vec![]),
        ("once", Seat::new(taken().changed(9, 2, s + 16).at(s + 4)), vec![]),
        ("not to what was voided", Seat::new(taken().voided(2, 9).at(s + 4)), vec![]),
        ("nothing was taken", Seat::new(scheduled().claimed(8, 2).at(s + 4)), vec![]),
    ] {
        assert_eq!(keys(come_back(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn the_batcher_follows_the_holder() {
    let s = start(2, 0);
    let claimed = || scheduled().claimed(8, 2).batcher(1);
    let ours = |seat: Seat| seat.of(2);
    for (why, seat, expected) in [
        ("the predecessor posts its tail", ours(Seat::new(claimed().at(s - 2))), vec![]),
        ("ours to move once that is over", ours(Seat::new(claimed().at(s))), vec!["rotate/8/2"]),
        ("our claim does it too, this late", ours(Seat::new(scheduled().batcher(1).at(s))), vec![]),
        ("it is ours already", ours(Seat::new(claimed().batcher(2).at(s))), vec![]),
        ("the others wait", Seat::new(claimed().at(s)).of(4), vec![]),
        ("and step in", Seat::new(claimed().at(s + 12)).of(4), vec!["rotate/8/2"]),
        (
            "a taker's at once",
            Seat::new(claimed().changed(8, 4, s + 4).at(s)).of(4),
            vec!["rotate/8/4"],
        ),
        (
            "after its return again",
            ours(Seat::new(
                claimed()
                    .changed(8, 4, s + 4)
                    .changed(9, 2, s + 16)
                    .claimed(9, 2)
                    .batcher(4)
                    .at(s + 16),
            )),
            vec!["rotate/8/2"],
        ),
    ] {
        assert_eq!(keys(rotate(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn a_call_out_is_answered_by_a_block_made_since_or_not_at_all() {
    let s = start(2, 0);
    // Called out at s + 4, answerable for 3 L1 blocks.
    let called = |head: u64| scheduled().claimed(8, 2).at(s + 4).called_out(8, 2, 4).at(head);
    let commitment = |slot: u64, block: u64| BlockCommitment {
        l2ChainId: U256::from(901),
        slot,
        number: block - scene::GENESIS,
        timestamp: block,
        parentHash: B256::ZERO,
        blockHash: B256::ZERO,
        l1OriginNumber: 0,
        l1OriginHash: B256::ZERO,
    };
    let seat = |scene: Scene, slot: u64, block: u64, sealed: u64| {
        let mut seat = Seat::new(scene);
        seat.node.sealed_at = Some(scene::seconds(sealed));
        seat.node.commitments = vec![(commitment(slot, block), Signature::test_signature())];
        seat
    };
    let block = (s + 4) / 2;
    let answer_it = vec![format!("heartbeat/{block}")];
    for (why, seat, expected) in [
        ("a fresh block", seat(called(s + 6), 8, s + 6, s + 6), answer_it.clone()),
        ("one dated as the call-out", seat(called(s + 4), 8, s + 4, s + 4), answer_it.clone()),
        ("one from before it", seat(called(s + 4), 8, s + 3, s + 4), vec![]),
        ("a node that has just died", seat(called(s + 8), 8, s + 5, s + 5), vec![]),
        ("two blocks ahead of L1", seat(called(s + 4), 8, s + 8, s + 4), answer_it.clone()),
        ("signed too far ahead", seat(called(s + 4), 8, s + 9, s + 4), vec![]),
        ("of another turn", seat(called(s + 6), 7, s + 6, s + 6), vec![]),
        ("the last block that counts", seat(called(s + 8), 8, s + 8, s + 8), answer_it.clone()),
        ("too late", seat(called(s + 12), 8, s + 12, s + 12), vec![]),
        ("answered", seat(called(s + 6).answered(8, 2), 8, s + 6, s + 6), vec![]),
        ("to another", seat(called(s + 6), 8, s + 6, s + 6).of(3), vec![]),
    ] {
        assert_eq!(keys(answer(&seat.ctx())), expected, "{why}");
    }

    // L1 lags by 10 s: what was sealed last is ahead of any L1 block that could take it.
    let mut lagging = seat(called(s + 4), 8, s + 14, s + 14);
    lagging.now = scene::seconds(s + 14);
    let older = (s + 4..=s + 13).rev().map(|at| (commitment(8, at), Signature::test_signature()));
    lagging.node.commitments.extend(older);
    let Some(Action::Heartbeat { commitment, .. }) = answer(&lagging.ctx()).map(|i| i.action)
    else {
        panic!("not answered")
    };
    assert_eq!(commitment.timestamp, s + 8);
}
