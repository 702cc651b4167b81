use super::*;
use crate::{
    authority::{Basis, Tenure},
    scene::{self, GENESIS, Scene, block_of, changed, claimed, frozen, locked, start, voided},
    types::Slot,
};
use alloy::{
    primitives::{Log, U256},
    sol_types::SolEvent,
};
use proptest::prelude::*;
use rota_bindings::{
    Baton::{BatonEvents, Rotated},
    Pledges::{LockMoved, PledgesEvents},
};

/* REWIND */

fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = prop_oneof![
        (0u64..6, prop::array::uniform4(0u16..5)).prop_map(|(epoch, slots)| frozen(epoch, slots)),
        (0u64..24, 1u16..5, 0u64..40).prop_map(|(slot, id, after)| changed(
            slot,
            id,
            GENESIS + slot * 16 + after
        )),
        (1u16..5, 0u64..24).prop_map(|(id, from)| voided(id, from)),
        (0u64..24, 1u16..5).prop_map(|(slot, id)| claimed(slot, id)),
        (8u64..1_000, 3u64..9).prop_map(|(gwei, from)| locked(gwei, from)),
    ];
    prop::collection::vec(one, 0..3)
}

proptest! {
    /// A branch of blocks, then another one from some block of it on: rewinding to the fork and applying the other one gives the
    /// view that applying it from scratch gives.
    #[test]
    fn a_reorg_leaves_no_trace(
        old in prop::collection::vec(events(), 1..60), new in prop::collection::vec(events(), 1..60), fork in 0usize..60,
    ) {
        let first = GENESIS / 2;
        let fork = fork % old.len();
        let last_common = first + fork as u64;
        let build = |branch: u64, blocks: &[Vec<Event>], view: &mut ChainView| {
            let from = view.head().number + 1;
            for (number, events) in (from..).zip(blocks) {
                view.apply(block_of(number, branch, last_common), events).unwrap();
            }
        };
        let mut reorganized = Scene::new().view;
        build(1, &old[..fork], &mut reorganized);
        let mut scratch = reorganized.clone();
        build(1, &old[fork..], &mut reorganized);

        reorganized.rewind(last_common).unwrap();
        prop_assert_eq!(&reorganized, &scratch);
        build(2, &new, &mut reorganized);
        build(2, &new, &mut scratch);
        prop_assert_eq!(reorganized, scratch);
    }

    /// Who holds each second of an epoch, against the plainest model of it: one entry a second.
    #[test]
    fn the_holder_is_the_one_written_down_second_by_second(
        ids in prop::array::uniform4(0u16..4), acts in prop::collection::vec((0u64..64, 0u8..4, 1u16..5), 0..12),
    ) {
        let mut scene = Scene::new().frozen(2, ids);
        let from = start(2, 0);
        let mut model = Model::new(ids);
        let mut acts = acts;
        acts.sort();
        for (after, act, id) in acts {
            let now = after & !1;
            scene.view.fast_forward(block_of((from + now) / 2, 0, 0), &[]);
            scene = match model.act(now as usize, act, id) {
                Some(event) => scene.event(event),
                None => scene,
            };
            for second in 0..64 {
                let slot = Slot(8 + second / 16);
                prop_assert_eq!(scene.view.holder_at(slot, Timestamp(from + second)).0, model.seconds[second as usize]);
            }
        }
    }
}

/// One epoch as the Schedule allows it to change: by a take-over, a return or a void.
struct Model {
    ids: [u16; 4],
    seconds: [u16; 64],
    voided: [bool; 4],
    /// Take-overs and returns still to come, by second.
    pending: Vec<(usize, u16)>,
}

impl Model {
    fn new(ids: [u16; 4]) -> Self {
        let seconds = std::array::from_fn(|second| ids[second / 16].max(1));
        Self { ids, seconds, voided: [false; 4], pending: vec![] }
    }

    fn act(&mut self, now: usize, act: u8, id: u16) -> Option<Event> {
        self.pending.retain(|(at, _)| *at > now);
        let slot = now / 16;
        let end = (slot + 1..4).find(|other| self.ids[*other] != self.ids[slot]).unwrap_or(4) * 16;
        let base = start(2, 0);
        match act {
            // A take-over 4 s from now, until the end of the turn or a return.
            0 | 1 => {
                let at = now + 4;
                let (holds, next) = (self.seconds[now], *self.seconds.get(at)?);
                if at >= end || next != holds || id == holds || id == self.ids[slot] {
                    return None;
                }
                let until = self
                    .pending
                    .iter()
                    .map(|(at, _)| *at)
                    .filter(|other| *other > at)
                    .min()
                    .unwrap_or(end);
                self.seconds[at..until].fill(id);
                self.pending.push((at, id));
                Some(changed(8 + at as u64 / 16, id, base + at as u64))
            }
            // A return at the next slot of the turn.
            2 => {
                let at = (slot + 1) * 16;
                let owner = self.ids[slot];
                let spills = self.pending.iter().any(|(other, _)| *other > at);
                if at >= end
                    || owner == 0
                    || self.voided[slot + 1]
                    || self.seconds[at] == owner
                    || spills
                {
                    return None;
                }
                self.seconds[at..end].fill(owner);
                (at..end).filter(|s| self.voided[s / 16]).for_each(|s| self.seconds[s] = 1);
                self.pending.push((at, owner));
                Some(changed(8 + at as u64 / 16, owner, base + at as u64))
            }
            // A void of everything from the next slot on. Only while nothing is about to change, as a miss is noted.
            _ => {
                let from = slot + 1;
                if from >= 4
                    || id == 1
                    || !self.pending.is_empty()
                    || !self.ids[from..].contains(&id)
                {
                    return None;
                }
                for slot in (from..4).filter(|slot| self.ids[*slot] == id) {
                    self.voided[slot] = true;
                    self.seconds[slot * 16..][..16]
                        .iter_mut()
                        .filter(|s| **s == id)
                        .for_each(|s| *s = 1);
                }
                Some(voided(id, 8 + from as u64))
            }
        }
    }
}

#[test]
fn a_view_takes_only_the_child_of_its_head_and_goes_back_as_far_as_its_snapshots() {
    let mut view = Scene::new().view;
    let head = view.head();
    let stranger = block_of(head.number + 1, 7, 0);
    assert_eq!(
        view.apply(stranger, &[]),
        Err(Misfit::NotAChild {
            asked: stranger.id(),
            parent: stranger.parent_hash,
            head: head.id()
        })
    );
    for number in 1..=200 {
        view.apply(block_of(head.number + number, 0, 0), &[]).unwrap();
    }
    let oldest = view.head().number - DEPTH as u64;
    assert_eq!(view.rewind(oldest - 1), Err(Misfit::TooDeep { asked: oldest - 1, oldest }));
    view.rewind(oldest).unwrap();
    assert_eq!(view.head().number, oldest);
}

#[test]
fn what_the_ring_forgot_is_forgotten() {
    let scene = Scene::new().frozen(2, [2, 3, 4, 2]).at(start(8, 0));
    assert!(scene.view.is_frozen(Epoch(2)), "epochs 2 to 9 are in the ring of 8 in epoch 8");
    let scene = scene.at(start(9, 0));
    assert!(!scene.view.is_frozen(Epoch(2)));
}

/* WHO HOLDS */

use crate::types::Epoch;

/// Operator 2 has slots 8 and 9, operator 3 has 10, nobody 11.
fn scheduled() -> Scene {
    Scene::new().frozen(2, [2, 2, 3, 0]).at(start(2, 0))
}

#[test]
fn holders_turns_and_assignments() {
    let s8 = start(2, 0);
    for (why, scene, at, holder) in [
        ("as frozen", scheduled(), s8 + 20, 2),
        ("nobody is the reserve", scheduled(), s8 + 60, 1),
        ("taken over from an instant on", scheduled().changed(8, 4, s8 + 6), s8 + 6, 4),
        ("not before it", scheduled().changed(8, 4, s8 + 6), s8 + 5, 2),
        ("to the end of the turn", scheduled().changed(8, 4, s8 + 6), s8 + 31, 4),
        ("and not beyond", scheduled().changed(8, 4, s8 + 6), s8 + 32, 3),
        ("until a return", scheduled().changed(8, 4, s8 + 6).changed(9, 2, s8 + 16), s8 + 16, 2),
        (
            "a return that a void forgets",
            scheduled().changed(8, 4, s8 + 6).changed(9, 2, s8 + 16).voided(2, 9),
            s8 + 16,
            4,
        ),
        ("a void of what is still the operator's", scheduled().voided(2, 9), s8 + 16, 1),
        (
            "a void of what another took over",
            scheduled().changed(8, 4, s8 + 6).voided(2, 9),
            s8 + 16,
            4,
        ),
    ] {
        assert_eq!(scene.view.holder(Timestamp(at)), OperatorId(holder), "{why}");
    }
    let view = scheduled().voided(2, 9).view;
    assert_eq!(
        view.turn_of(Slot(9)),
        Turn { first: Slot(8), end: Slot(10), assigned: OperatorId(2) }
    );
    assert_eq!(view.assigned_to(Slot(9)), OperatorId::RESERVE);
    let turns = scheduled().view.turns_of(OperatorId::RESERVE, Timestamp(s8));
    assert_eq!(turns, vec![Turn { first: Slot(11), end: Slot(12), assigned: OperatorId::RESERVE }]);
}

#[test]
fn tenures_end_at_once_and_begin_with_their_confirmations() {
    let s8 = start(2, 0);
    let tenure = |slot, from, until, basis| Tenure {
        slot: Slot(slot),
        from: Timestamp(from),
        until: Timestamp(until),
        to_slot_end: (until - s8).is_multiple_of(16),
        basis,
    };
    let taken = |confirmations| Basis::TakeOver { confirmations };
    let scene = scheduled().changed(8, 4, s8 + 4);
    for (why, view, id, expected) in [
        (
            "both slots of a turn, as frozen",
            scheduled().view,
            2,
            vec![
                tenure(8, s8, s8 + 16, Basis::Schedule),
                tenure(9, s8 + 16, s8 + 32, Basis::Schedule),
            ],
        ),
        (
            "who is displaced stops at once",
            scene.clone().view,
            2,
            vec![tenure(8, s8, s8 + 4, Basis::Schedule)],
        ),
        (
            "who takes over is told how sure that is",
            scene.at(s8 + 4).view,
            4,
            vec![tenure(8, s8 + 4, s8 + 16, taken(2)), tenure(9, s8 + 16, s8 + 32, taken(2))],
        ),
    ] {
        let ours: Vec<_> = view
            .tenures(OperatorId(id), Timestamp(s8))
            .into_iter()
            .filter(|t| t.slot.0 >= 8)
            .collect();
        assert_eq!(ours, expected, "{why}");
    }
}

#[test]
fn an_epoch_that_can_still_be_frozen_is_nobodys_yet() {
    let scene = Scene::new().at(start(2, 0) - 4);
    assert!(!scene.view.is_decided(Epoch(2)), "the next L1 block can freeze it");
    assert!(scene.clone().frozen(2, [2, 2, 3, 0]).view.is_decided(Epoch(2)));
    assert!(scene.at(start(2, 0) - 2).view.is_decided(Epoch(2)), "the next one comes too late");
}

/* WHERE THE BATCHER IS */

#[test]
fn the_last_rotation_is_told_by_a_late_claim_or_by_itself() {
    let [one, two] = [2, 3].map(|id| scene::batcher_key(OperatorId(id)));
    let late = |slot, id, batcher| scene::claimed_and_rotated(slot, id, batcher);
    let rotated = |slot, operator, batcher| {
        Event::Baton(BatonEvents::Rotated(Rotated { slot, operator, batcher }))
    };
    let at = scheduled().view.head().number + 1;
    let made = |slot, id, batcher| {
        Some(Rotation { slot: Slot(slot), operator: OperatorId(id), batcher, recorded: at })
    };
    for (why, events, expected) in [
        ("an early claim moves nothing", vec![claimed(8, 2)], None),
        ("a late one does", vec![late(8, 2, one)], made(8, 2, one)),
        ("a rotation of its own", vec![claimed(8, 2), rotated(8, 2, one)], made(8, 2, one)),
        ("the last one counts", vec![rotated(8, 2, one), late(9, 3, two)], made(9, 3, two)),
        ("whatever was claimed early since", vec![late(8, 2, one), claimed(9, 3)], made(8, 2, one)),
    ] {
        let mut view = scheduled().view;
        view.apply(block_of(at, 0, at), &events).unwrap();
        assert_eq!(view.state().rotation, expected, "{why}");
    }
}

/* WHO MAY TAKE OVER */

#[test]
fn take_overs_wait_for_silence_and_for_their_rank() {
    let s8 = start(2, 0);
    // Operator 3 is the next one scheduled; 4 is any other; epoch 2 is 2's until slot 10.
    let claimed = || scheduled().claimed(8, 2);
    let called = || claimed().at(s8 + 4).called_out(8, 2, 4);
    for (why, scene, id, at, expected) in [
        ("a claimed turn", claimed(), 1, s8 + 10, None),
        ("the reserve takes an unclaimed turn at the grace", scheduled(), 1, s8 + 6, Some(s8 + 10)),
        ("not before", scheduled(), 1, s8 + 5, None),
        ("the next operator 2 blocks later", scheduled(), 3, s8 + 10, Some(s8 + 14)),
        ("not before", scheduled(), 3, s8 + 9, None),
        ("any other 4 blocks later", scheduled(), 4, s8 + 14, Some(s8 + 18)),
        ("whose turn it is claims instead", scheduled(), 2, s8 + 10, None),
        ("a call-out in its last block", called().at(s8 + 8), 1, s8 + 10, None),
        ("the reserve in the next one", called().at(s8 + 10), 1, s8 + 12, Some(s8 + 16)),
        ("the next operator 2 later", called().at(s8 + 14), 3, s8 + 16, Some(s8 + 20)),
        ("an answered call-out", called().answered(8, 2).at(s8 + 10), 1, s8 + 12, None),
        (
            "a take-over is about to take effect",
            called().changed(9, 4, s8 + 16).at(s8 + 10),
            1,
            s8 + 12,
            None,
        ),
        ("nothing of the turn would be left", scheduled(), 1, s8 + 28, None),
        (
            "the ranks move up from the reserve",
            scheduled().at(s8 + 48),
            4,
            s8 + 48 + 10,
            Some(s8 + 62),
        ),
    ] {
        let right = scene.view.take_over_right(OperatorId(id), Timestamp(at));
        assert_eq!(right.map(|right| right.effective.0), expected, "{why}");
    }
}

#[test]
fn what_a_reorg_took_is_due_again() {
    let mut view = Scene::new().locked(800, 0).view;
    let first = view.head().number;
    view.apply(block_of(first + 1, 0, 0), &[frozen(2, [2; 4]), locked(900, 3)]).unwrap();
    assert!(view.is_frozen(Epoch(2)) && !view.is_lock_due(Epoch(0)));
    view.rewind(first).unwrap();
    assert!(!view.is_frozen(Epoch(2)) && view.is_lock_due(Epoch(0)));
}

#[test]
fn a_log_is_the_event_of_the_contract_that_it_is_from() {
    let deployment = scene::deployment();
    let moved = LockMoved { lock: U256::from(9), fromEpoch: 3 }.encode_log_data();
    for (why, address, expected) in [
        ("from where pledges are kept", deployment.pledges, true),
        ("from a contract of ours that has no such event", deployment.contracts.baton, false),
        ("from a stranger", Address::repeat_byte(0xee), false),
    ] {
        let log = Log { address, data: moved.clone() };
        let found = Event::decode(&deployment, &log);
        let is_move =
            matches!(&found, Some(Event::Pledges(PledgesEvents::LockMoved(e))) if e.fromEpoch == 3);
        assert_eq!((is_move, found.is_some()), (expected, expected), "{why}");
    }
}

/* WHO COULD SEAL */

#[test]
fn a_block_is_its_operators_only_where_its_slot_is() {
    let (slot, next) = (timeline_slot(2, 1), timeline_slot(2, 2));
    let (from, to) = (start(2, 1), start(2, 2));
    // Operator 2's slot, of which operator 3 took the second half over.
    let scene = Scene::new().frozen(2, [1, 2, 4, 1]).at(from).changed(slot.0, 3, from + 8);
    for (why, operator, slot, timestamp, expected) in [
        ("in its part", 2, slot, from + 7, true),
        ("an earlier second, to fill a gap", 2, slot, from - 9, true),
        ("after it was taken over", 2, slot, from + 8, false),
        ("the taker in its part", 3, slot, from + 8, true),
        ("the taker filling what the silent one left", 3, slot, from + 2, true),
        ("dated past the end of the slot", 3, slot, to, false),
        ("dated into the next slot by who holds neither", 4, slot, to - 1, false),
        ("the next holder in its own", 4, next, to, true),
        ("long after the slot whose authority it claims", 2, slot, to + 100, false),
    ] {
        let could = scene.view.could_seal(OperatorId(operator), slot, Timestamp(timestamp));
        assert_eq!(could, expected, "{why}");
    }
    let forgotten = Scene::new().at(start(40, 0));
    let could = |at| forgotten.view.could_seal(OperatorId(2), slot, Timestamp(at));
    assert!(could(from) && !could(start(40, 0)), "an old slot is good for old blocks only");
}

fn timeline_slot(epoch: u64, index: u64) -> Slot {
    scene::timeline().slot_at(Timestamp(start(epoch, index)))
}
