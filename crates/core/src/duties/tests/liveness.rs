use super::*;

/// Operator 2 has slots 8 and 9, operator 3 has 10, nobody 11. Its turn is claimed.
fn claimed() -> Scene {
    Scene::new().frozen(2, [2, 2, 3, 0]).claimed(8, 2)
}

#[test]
fn a_silent_holder_is_called_out_within_three_blocks() {
    let s = start(2, 0);
    let seat = |scene: Scene, id: u16, last_block: u64, now: u64| {
        let mut seat = Seat::new(scene).of(id);
        seat.node.unsafe_head = node(last_block).unsafe_head;
        seat.now = Millis(now);
        seat
    };
    let at = |after: u64| claimed().at(s + after);
    let ms = |after: u64| (s + 6) * 1_000 + after;
    let due = vec!["call-out/8"];
    let late = claimed().at(s + 20);
    for (why, seat, expected) in [
        ("one block late is no silence", seat(at(6), 1, s + 6, ms(2_499)), vec![]),
        (
            "two are: the reserve asks, 2.5 s after the last block",
            seat(at(6), 1, s + 6, ms(2_500)),
            due.clone(),
        ),
        (
            "a node that is late itself does not",
            seat(at(6), 1, s + 6, ms(2_500)).unsynced(),
            vec![],
        ),
        ("the next one an L1 block later", seat(at(6), 3, s + 6, ms(4_499)), vec![]),
        ("if the reserve did not", seat(at(8), 3, s + 6, ms(4_500)), due.clone()),
        ("who holds does not ask itself", seat(at(6), 2, s + 6, ms(9_000)), vec![]),
        ("a new holder has its time to start", seat(at(2), 1, s - 10, (s + 4) * 1_000 - 1), vec![]),
        ("and no more", seat(at(2), 1, s - 10, (s + 4) * 1_000), due.clone()),
        (
            "an unclaimed turn is taken, not asked",
            seat(Scene::new().frozen(2, [2; 4]).at(s + 4), 1, s, (s + 5) * 1_000),
            vec![],
        ),
        ("one at a time", seat(at(6).called_out(8, 2, 3), 1, s + 6, ms(3_000)), vec![]),
        (
            "not again before G blocks",
            seat(at(6).called_out(8, 2, 3).answered(8, 2).at(s + 8), 1, s + 6, ms(3_000)),
            vec![],
        ),
        (
            "then again",
            seat(at(6).called_out(8, 2, 3).answered(8, 2).at(s + 10), 1, s + 6, ms(5_000)),
            due.clone(),
        ),
        (
            "but each only once a slot",
            seat(at(6).called_out(8, 2, 1).answered(8, 2).at(s + 10), 1, s + 6, ms(5_000)),
            vec![],
        ),
        (
            "too late for a take-over to find anything",
            seat(late, 1, s + 6, (s + 20) * 1_000),
            vec![],
        ),
    ] {
        assert_eq!(keys(call_out(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn a_silent_holder_is_taken_over_by_a_node_that_could_go_on() {
    let s = start(2, 0);
    let called = || claimed().at(s + 4).called_out(8, 2, 1);
    for (why, seat, expected) in [
        ("the answer may still come", Seat::new(called().at(s + 8)).of(1), vec![]),
        ("it did not", Seat::new(called().at(s + 10)).of(1), vec!["take-over/8/2"]),
        (
            "a node out of sync could not go on",
            Seat::new(called().at(s + 10)).of(1).unsynced(),
            vec![],
        ),
        ("not our rank yet", Seat::new(called().at(s + 12)).of(3), vec![]),
        ("our rank", Seat::new(called().at(s + 14)).of(3), vec!["take-over/8/2"]),
        ("once", Seat::new(called().changed(8, 1, s + 14).at(s + 10)).of(3), vec![]),
    ] {
        assert_eq!(keys(take_over(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn lost_slots_are_noted_as_missed_once() {
    let s = start(2, 0);
    let taken = || claimed().changed(8, 4, s + 12);
    for (why, seat, expected) in [
        ("nothing is lost", Seat::new(claimed().at(s + 20)).of(4), vec![]),
        (
            "the taker notes both slots as they begin",
            Seat::new(taken().at(s + 16)).of(4),
            vec!["record-miss/8", "record-miss/9"],
        ),
        (
            "the take-over noted the first",
            Seat::new(taken().missed(8, 2).at(s + 16)).of(4),
            vec!["record-miss/9"],
        ),
        ("others wait for it", Seat::new(taken().missed(8, 2).at(s + 16)).of(3), vec![]),
        ("noted", Seat::new(taken().missed(8, 2).missed(9, 2).at(s + 16)).of(4), vec![]),
        (
            "returned in time",
            Seat::new(taken().missed(8, 2).changed(9, 2, s + 16).at(s + 20)).of(4),
            vec![],
        ),
        (
            "a voided slot is nobody's to miss",
            Seat::new(taken().missed(8, 2).voided(2, 9).at(s + 20)).of(4),
            vec![],
        ),
    ] {
        assert_eq!(keys(record_misses(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn whose_bond_fell_is_jailed_by_bonds_of_this_very_head() {
    let poor = || {
        let mut scene = claimed().at(start(2, 0) + 14);
        scene.view.money.self_bonds.insert(OperatorId(3), Wei::from(99));
        scene
    };
    let mut stale = poor();
    stale.view.money.at = Default::default();
    for (why, scene, expected) in [
        ("all bonds suffice", claimed().at(start(2, 0) + 14), vec![]),
        ("one does not", poor(), vec!["jail/3"]),
        ("as of another block", stale, vec![]),
        ("jailed", poor().status(OperatorId(3), 2), vec![]),
    ] {
        assert_eq!(keys(jail(&Seat::new(scene).ctx())), expected, "{why}");
    }
}

#[test]
fn who_equivocated_is_put_out_of_its_slots_to_come() {
    // In slot 9; operator 3 has the slots 8 and 10. It is out of the set: operator 2 has rank 0, 4 rank 1, and 1 rank 2.
    let s9 = start(2, 1);
    let scene = || Scene::new().status(OperatorId(3), 3).frozen(2, [3, 2, 3, 4]).at(s9);
    let proven = || scene().equivocated(3);
    for (why, scene, id, expected) in [
        ("nothing is proven", scene(), 1, vec![]),
        ("proven just now: ranks before ours", proven(), 1, vec![]),
        ("our move", proven().at(s9 + 6), 1, vec!["expel/3"]),
        ("not by itself", proven().at(s9 + 14), 3, vec![]),
        (
            "its slots are the reserve's, its locks are there",
            proven().voided(3, 10).at(s9 + 6),
            1,
            vec!["expel/3"],
        ),
        ("both are gone", proven().voided(3, 10).expelled(3).at(s9 + 6), 1, vec![]),
        (
            "another epoch was frozen for it",
            proven().voided(3, 10).expelled(3).frozen(3, [3; 4]).at(s9 + 6),
            1,
            vec!["expel/3"],
        ),
        ("a past slot stays", proven().expelled(3).at(start(2, 3)), 1, vec![]),
        ("an outsider leaves it", proven().at(s9 + 14), 9, vec![]),
    ] {
        let seat = Seat::new(scene).of(id);
        assert_eq!(keys(expel(&seat.ctx())), expected, "{why}");
    }
}
