//! One test a step of the fence's argument. Slots of 16 s from 1,000; the operator holds slot 1 (1,016 to 1,032) unless said
//! otherwise; L2 block n is dated 1,000 + n.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use alloy::primitives::B256;
use rota_core::{
    Millis, Slot, Timestamp,
    authority::{Authority, Basis},
    fence::{Moment, Refused},
    message::{HandoffReceipt, Payload, SignedReceipt},
    seal::Sealed,
};
use support::*;

/// Why a fresh fence on a head at `number - 1` refuses the block, or nothing.
fn check(
    number: u64,
    now_ms: u64,
    change: impl FnOnce(&mut Authority, &mut Payload, &Disk, &mut bool),
) -> String {
    let (disk, head) = disk(number - 1);
    let mut authority = authority(&[1], 20, Millis(now_ms));
    let mut payload = payload(number, head.hash, l1(20, 0), 0);
    let mut heard = true;
    change(&mut authority, &mut payload, &disk, &mut heard);
    let moment = Moment { now: Millis(now_ms), authority: &authority, peers_heard: heard };
    match fence(&disk).seal(payload, moment) {
        Ok(sealed) => {
            assert_eq!(disk.0.borrow().sealed.last().map(|sealed| &sealed.block), Some(&sealed));
            assert_eq!(
                sealed.signer(&rota_core::message::domain(31_337, Default::default())),
                Some(key().address())
            );
            String::new()
        }
        Err(refused) => {
            assert!(disk.0.borrow().sealed.is_empty(), "a refused block was recorded");
            name(&refused)
        }
    }
}

fn name(refused: &Refused) -> String {
    let debug = format!("{refused:?}");
    debug.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
}

#[test]
fn a_signs_in_its_slots_and_nowhere_else() {
    for (why, number, now_ms, expected) in [
        ("in its slot", 20, 1_019_950, ""),
        ("its first block, sealed 50 ms before the slot", 16, 1_015_950, ""),
        ("2 L2 blocks before the slot", 16, 1_014_000, ""),
        ("earlier than that", 16, 1_013_999, "NoAuthority"),
        ("a gap fill dated before the slot", 10, 1_016_500, ""),
        ("its last block", 31, 1_030_950, ""),
        ("the successor's first", 32, 1_031_950, "NoAuthority"),
        ("a late block of its own, just before the end", 18, 1_031_999, ""),
        ("a late block of its own, after the end", 31, 1_032_000, "NoAuthority"),
    ] {
        assert_eq!(check(number, now_ms, |_, _, _, _| {}), expected, "{why}");
    }
    let taken = |from: u64, confirmations: u64| {
        move |authority: &mut Authority, _: &mut Payload, _: &Disk, _: &mut bool| {
            authority.tenures[0].from = Timestamp(from);
            authority.tenures[0].basis = Basis::TakeOver { confirmations };
        }
    };
    assert_eq!(
        check(20, 1_024_000, taken(1_024, 2)),
        "",
        "a taker with 2 confirmations fills the gap"
    );
    assert_eq!(check(20, 1_024_000, taken(1_024, 1)), "TakeOverUnconfirmed", "with 1 it waits");
    assert_eq!(check(20, 1_020_000, taken(1_024, 2)), "NoAuthority", "before its take-over holds");
    let displaced = |authority: &mut Authority, _: &mut Payload, _: &Disk, _: &mut bool| {
        authority.tenures[0].until = Timestamp(1_024);
        authority.tenures[0].to_slot_end = false;
    };
    assert_eq!(check(23, 1_022_950, displaced), "", "a displaced holder until the take-over holds");
    assert_eq!(check(24, 1_023_950, displaced), "NoAuthority", "and not from then on");
}

#[test]
fn a_claims_the_slot_whose_authority_it_has() {
    let (disk, head) = disk(30);
    let mut fence = fence(&disk);
    let mut parent = head.hash;
    // Block 32 is dated at the start of slot 2, and is sealed before slot 1 is over.
    for (number, now_ms, slot) in [(31, 1_030_950, 1), (32, 1_031_950, 2)] {
        let authority = authority(&[1, 2], 20, Millis(now_ms));
        let sealed = fence
            .seal(payload(number, parent, l1(20, 0), 0), at(Millis(now_ms), &authority))
            .unwrap();
        assert_eq!(sealed.commitment.slot, slot);
        parent = sealed.payload.hash;
    }
}

#[test]
fn a_prime_refuses_until_it_has_looked() {
    for (why, answered_ms, expected) in [
        ("just now", 1_020_000, ""),
        ("2 s ago", 1_018_000, ""),
        ("before the process was frozen", 1_017_999, "ViewStale"),
        ("in the future: the clock went back", 1_020_001, "ViewStale"),
    ] {
        let stale = |authority: &mut Authority, _: &mut Payload, _: &Disk, _: &mut bool| {
            authority.answered_at = Millis(answered_ms);
        };
        assert_eq!(check(20, 1_020_000, stale), expected, "{why}");
    }
}

#[test]
fn b_builds_on_the_head_it_knows() {
    let seal = |change: fn(&mut Authority, &mut Payload, &Disk)| {
        check(20, 1_019_950, |authority, payload, disk, _| change(authority, payload, disk))
    };
    assert_eq!(seal(|_, payload, _| payload.parent_hash = B256::with_last_byte(9)), "NotOnHead");
    assert_eq!(seal(|_, payload, _| payload.number += 1), "NotNext");
    assert_eq!(seal(|_, payload, _| payload.timestamp.0 += 1), "NotNext");
    assert_eq!(seal(|_, _, disk| disk.0.borrow_mut().head = None), "NoHead");
    assert_eq!(seal(|_, payload, _| payload.l1_origin_hash = l1(20, 1).hash), "OriginNotCanonical");
    assert_eq!(seal(|_, payload, _| payload.l1_origin_number = 21), "OriginNotCanonical");
}

#[test]
fn c_signs_a_height_once() {
    let (disk, head) = disk(19);
    let now = Millis(1_019_950);
    let authority = authority(&[1], 20, now);
    let first = payload(20, head.hash, l1(20, 0), 0);
    let sealed = fence(&disk).seal(first.clone(), at(now, &authority)).unwrap();

    // The answer was lost and everything was restarted: the same block is answered again, another is not.
    assert_eq!(fence(&disk).seal(first.clone(), at(now, &authority)).unwrap(), sealed);
    let other = payload(20, head.hash, l1(20, 0), 1);
    match fence(&disk).seal(other.clone(), at(now, &authority)) {
        Err(Refused::SignedOtherwise { stored, signed, asked, .. }) => {
            assert_eq!((stored.payload, signed, asked), (first, sealed.payload.hash, other.hash));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(disk.0.borrow().sealed.len(), 1);
}

#[test]
fn c_l1_reorg_reseals_after_two_confirmations() {
    // L1 blocks 19 and 20 are replaced; the L2 head, block 21, and block 20 below it have origin 20.
    let (disk, head) = disk(19);
    let now = Millis(1_021_950);
    let before = authority(&[1], 20, now);
    let mut fence = fence(&disk);
    let lost = fence.seal(payload(20, head.hash, l1(20, 0), 0), at(now, &before)).unwrap();
    fence.seal(payload(21, lost.payload.hash, l1(20, 0), 0), at(now, &before)).unwrap();
    let mut seal = |l1_head: u64, origin: u64| {
        let mut after = authority(&[1], l1_head, now);
        after.origins.hashes.extend((19..=l1_head).map(|number| (number, l1(number, 1).hash)));
        let resealed = payload(20, head.hash, l1(origin, 1), 1);
        fence.seal(resealed, at(now, &after)).map(|_| ()).map_err(|refused| name(&refused))
    };
    for (why, l1_head, origin, expected) in [
        ("0 confirmations", 20, 20, Err("OriginUnsettled")),
        ("1 confirmation", 21, 20, Err("OriginUnsettled")),
        ("2 confirmations", 22, 20, Ok(())),
        ("and no third hash", 22, 21, Err("SignedOtherwise")),
    ] {
        assert_eq!(seal(l1_head, origin), expected.map_err(str::to_owned), "{why}");
    }
}

#[test]
fn c_an_unrecorded_block_is_not_signed() {
    let unwritable = |_: &mut Authority, _: &mut Payload, disk: &Disk, _: &mut bool| {
        disk.0.borrow_mut().unwritable = true;
    };
    assert_eq!(check(20, 1_019_950, unwritable), "NotRecorded");
}

#[test]
fn any_store_error_refuses() {
    let unreadable = |_: &mut Authority, _: &mut Payload, disk: &Disk, _: &mut bool| {
        disk.0.borrow_mut().unreadable = true;
    };
    assert_eq!(check(20, 1_019_950, unreadable), "Unreadable");
}

#[test]
fn lost_disk_waits_for_the_next_slot_and_for_its_peers() {
    let born = |slot: u64, heard: bool| {
        move |authority: &mut Authority, _: &mut Payload, disk: &Disk, peers_heard: &mut bool| {
            authority.tenures = vec![tenure(1), tenure(2)];
            disk.0.borrow_mut().created_in = Some(Slot(slot));
            *peers_heard = heard;
        }
    };
    for (why, number, now_ms, slot, heard, expected) in [
        ("the store is older than the slot", 20, 1_019_950, 0, true, ""),
        ("the store was created in the slot", 20, 1_019_950, 1, true, "StoreTooYoung"),
        ("in the next slot it signs again", 32, 1_031_950, 1, true, ""),
        ("but not before peers were heard", 32, 1_031_950, 1, false, "PeersUnheard"),
        ("nor does an old store", 20, 1_019_950, 0, false, "PeersUnheard"),
    ] {
        assert_eq!(check(number, now_ms, born(slot, heard)), expected, "{why}");
    }

    // A peer gave back a block by our key: at its height only that block is answered, on whatever parent.
    let (lost, head) = disk(19);
    let now = Millis(1_019_950);
    let view = authority(&[1], 20, now);
    let known = fence(&lost).seal(payload(20, head.hash, l1(20, 0), 0), at(now, &view)).unwrap();
    let (fresh, other_head) = disk(19);
    fresh.0.borrow_mut().sealed.push(Sealed { block: known.clone(), recovered: true });
    let on_another_parent = payload(20, other_head.hash, l1(20, 0), 3);
    let refused = fence(&fresh).seal(on_another_parent, at(now, &view)).unwrap_err();
    assert_eq!(name(&refused), "KnownElsewhere");
    assert_eq!(fence(&fresh).seal(known.payload.clone(), at(now, &view)).unwrap(), known);
}

#[test]
fn pruned_heights_are_closed() {
    for (floor, expected) in [(20, ""), (21, "Forgotten")] {
        let pruned = |_: &mut Authority, _: &mut Payload, disk: &Disk, _: &mut bool| {
            disk.0.borrow_mut().floor = floor;
        };
        assert_eq!(check(20, 1_019_950, pruned), expected);
    }
}

#[test]
fn receipts_bind_both_sides() {
    // Outgoing: the turn ends with block 30 (block 31 is missing), and its receipt closes slot 1 above 30.
    let (out, head) = disk(29);
    let now = Millis(1_030_950);
    let view = authority(&[1, 2], 20, now);
    let last =
        fence(&out).seal(payload(30, head.hash, l1(20, 0), 0), at(now, &view)).unwrap().payload;
    assert_eq!(
        name(&fence(&out).hand_over(Slot(3), at(now, &view)).unwrap_err()),
        "NoReceipt",
        "too early"
    );
    let receipt = fence(&out).hand_over(Slot(2), at(now, &view)).unwrap();
    assert_eq!((receipt.receipt.number, receipt.receipt.hash), (30, last.hash));
    assert_eq!(
        fence(&out).hand_over(Slot(2), at(now, &view)).unwrap(),
        receipt,
        "asked again, the same one is given"
    );
    let next = payload(31, last.hash, l1(20, 0), 0);
    assert_eq!(name(&fence(&out).seal(next.clone(), at(now, &view)).unwrap_err()), "HandedOver");
    let later = Millis(1_032_000);
    let view = authority(&[1, 2], 20, later);
    fence(&out).seal(next, at(later, &view)).expect("slot 2 is another authority");

    // Incoming: countersigns once it has the block deep enough, and then contradicts it no more.
    let (incoming, head) = disk(31);
    let signed = |number, hash| {
        let receipt = HandoffReceipt { number, hash, ..receipt.receipt.clone() };
        SignedReceipt { receipt, ..receipt_by_predecessor(&receipt_signature()) }
    };
    let mut fence = fence(&incoming);
    let mut countersign = |number, hash, l1_head| {
        let view = authority(&[2], l1_head, later);
        fence
            .countersign(signed(number, hash), at(later, &view))
            .map(|_| ())
            .map_err(|refused| name(&refused))
    };
    let refused = Err("NoReceipt".to_owned());
    assert_eq!(countersign(31, last.hash, 20), refused, "a block it does not know");
    assert_eq!(countersign(30, head.hash, 20), refused, "another number");
    assert_eq!(countersign(31, head.hash, 8), refused, "an origin that is 7 deep");
    assert_eq!(countersign(31, head.hash, 9), Ok(()), "8 deep");

    let view = authority(&[2], 20, later);
    let mut seal = |number: u64, parent| {
        let block = payload(number, parent, l1(20, 0), 5);
        fence.seal(block, at(later, &view)).map(|_| ()).map_err(|refused| name(&refused))
    };
    let sibling = payload(31, B256::with_last_byte(1), l1(1, 0), 9).block();
    let parent = payload(30, B256::with_last_byte(3), l1(1, 0), 9).block();
    incoming.set_head(parent);
    assert_eq!(
        seal(31, parent.hash),
        Err("Countersigned".to_owned()),
        "another block at that number"
    );
    incoming.set_head(sibling);
    assert_eq!(seal(32, sibling.hash), Err("Countersigned".to_owned()), "a child of another block");
    incoming.set_head(head);
    assert_eq!(seal(32, head.hash), Ok(()));
}

#[test]
fn no_receipt_below_a_block_that_an_l1_reorg_orphaned() {
    let (disk, head) = disk(19);
    let now = Millis(1_021_950);
    let before = authority(&[1], 20, now);
    let mut fence = fence(&disk);
    let lost = fence.seal(payload(20, head.hash, l1(20, 0), 0), at(now, &before)).unwrap();
    fence.seal(payload(21, lost.payload.hash, l1(20, 0), 0), at(now, &before)).unwrap();
    let mut after = authority(&[1], 22, now);
    after.origins.hashes.extend((20..=22).map(|number| (number, l1(number, 1).hash)));
    fence.seal(payload(20, head.hash, l1(20, 1), 1), at(now, &after)).unwrap();
    assert_eq!(name(&fence.hand_over(Slot(2), at(now, &after)).unwrap_err()), "NoReceipt");
}

fn receipt_signature() -> alloy::primitives::Signature {
    alloy::primitives::Signature::test_signature()
}

fn receipt_by_predecessor(signature: &alloy::primitives::Signature) -> SignedReceipt {
    SignedReceipt {
        receipt: HandoffReceipt {
            l2ChainId: alloy::primitives::U256::from(CHAIN),
            boundarySlot: 2,
            number: 0,
            hash: B256::ZERO,
        },
        from: rota_core::OperatorId(3),
        signature: *signature,
        countersignature: None,
    }
}
