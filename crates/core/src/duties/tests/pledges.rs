use super::*;

/// Operators 2 and 3 have slots in epoch 2. Nobody lacks anything.
fn scene(time: u64) -> Scene {
    Scene::new().seeded(2).frozen(2, [2, 2, 3, 0]).at(time)
}

#[test]
fn what_is_configured_is_pledged_one_change_at_a_time() {
    let seat = |configured: u64, now: u64, to_come: u64| {
        let mut seat = Seat::new(scene(start(1, 0)));
        seat.me.pledge = Wei::from(configured);
        let money = &mut seat.scene.view.money;
        (money.pledge, money.pledge_to_come) = (Wei::from(now), Wei::from(to_come));
        seat
    };
    let mut without_key = seat(500, 0, 0);
    without_key.me.has_owner_key = false;
    let due = vec!["set-pledge/2"];
    for (why, seat, expected) in [
        ("none is wished for", seat(0, 0, 0), vec![]),
        ("the first one", seat(500, 0, 0), due.clone()),
        ("another one", seat(500, 400, 400), due),
        ("it is as it shall be", seat(500, 500, 500), vec![]),
        ("it is going to be", seat(500, 400, 500), vec![]),
        ("another one is on its way", seat(500, 300, 400), vec![]),
        ("the owner's key is elsewhere", without_key, vec![]),
    ] {
        assert_eq!(keys(pledge(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn what_a_pledge_lacks_is_added_before_its_slots_come() {
    let seat = |scene: Scene, id: u16, missing: u64, owner: u64| {
        let mut seat = Seat::new(scene).of(id);
        let money = &mut seat.scene.view.money;
        money.shortfalls.insert(OperatorId(id), Wei::from(missing));
        money.owner_eth = Wei::from(owner);
        seat
    };
    let early = || scene(start(1, 0));
    let mut without_key = seat(early(), 2, 70, 100);
    without_key.me.has_owner_key = false;
    let short = || Err(Held::PledgeShort { epoch: Epoch(2), missing: Wei::from(70) });
    for (why, seat, expected) in [
        ("nothing is missing", seat(early(), 2, 0, 100), Ok(None)),
        (
            "as soon as the slots are known, and what may leak",
            seat(early(), 2, 70, 100),
            Ok(Some(76)),
        ),
        ("what is missing comes first", seat(early(), 2, 70, 76), Ok(Some(70))),
        ("no slots, no need", seat(early(), 4, 70, 100), Ok(None)),
        ("slots that are void need none", seat(early().voided(2, 8), 2, 70, 100), Ok(None)),
        ("not frozen yet", seat(Scene::new().at(start(1, 0)), 2, 70, 100), Ok(None)),
        ("the owner has too little", seat(early(), 2, 70, 70), short()),
        ("the owner's key is elsewhere", without_key, short()),
    ] {
        let added = restake(&seat.ctx()).map(|due| due.map(|intent| intent.action));
        let expected = expected.map(|amount: Option<u64>| {
            amount.map(|amount| Action::DepositBond {
                operator: seat.ctx().id,
                amount: Wei::from(amount),
            })
        });
        assert_eq!(added, expected, "{why}");
    }
}

#[test]
fn who_does_not_hold_its_pledge_is_voided_before_its_slots_come() {
    // Epochs of 64 s: their last 6 s.
    let opens = start(2, 0) - 6;
    let seat = |scene: Scene, id: u16, missing: u64| {
        let mut seat = Seat::new(scene).of(id);
        let (held, short) = (Wei::ZERO, Wei::from(missing));
        seat.scene.view.money.shortfalls = [(OperatorId(2), held), (OperatorId(3), short)].into();
        seat
    };
    let mut stale = seat(scene(opens), 1, 70);
    stale.scene.view.money.at = Default::default();
    // In epoch 1 the reserve is second in the order, operator 4 the first.
    let (first, second) = (4, 1);
    let due = vec!["void-underbonded/2/3"];
    for (why, seat, expected) in [
        ("too early", seat(scene(opens - 4), first, 70), vec![]),
        ("once it is time", seat(scene(opens - 2), first, 70), due.clone()),
        (
            "who comes second leaves the first one its time",
            seat(scene(opens - 2), second, 70),
            vec![],
        ),
        ("but not past the last call", seat(scene(opens), second, 70), due.clone()),
        ("all is held", seat(scene(opens), first, 0), vec![]),
        ("it is done", seat(scene(opens).voided(3, 8), first, 70), vec![]),
        (
            "who has no slots is left alone",
            seat(Scene::new().frozen(2, [2; 4]).at(opens), first, 70),
            vec![],
        ),
        ("the answer is of another block", stale, vec![]),
    ] {
        assert_eq!(keys(void_underbonded(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn the_lock_follows_the_price_of_a_slot_as_long_as_a_move_may_change_it() {
    // In epoch 1 operator 4 has rank 0 and the reserve rank 1; the bids for epoch 3 are in when 60 % of it are over.
    let opens = start(1, 0) + 38;
    let in_time = || Scene::new().at(opens - 2);
    // Moved in epoch 0, by an eighth and by less, and so arrived.
    let on_its_way = || in_time().locked(800, 0).locked(900, 3);
    let arrived = || in_time().locked(800, 0).locked(899, 3);
    let due = vec!["move-lock/1"];
    for (why, scene, id, expected) in [
        ("bids are still coming in", Scene::new().at(opens - 4), 4, vec![]),
        ("they are in", in_time(), 4, due.clone()),
        ("who comes second leaves the first one its time", in_time(), 1, vec![]),
        ("and steps in", Scene::new().at(opens + 2), 1, due.clone()),
        ("an outsider leaves it", Scene::new().at(opens + 16), 9, vec![]),
        ("never moved", in_time().locked(800, 0), 4, due.clone()),
        ("moved in this epoch", on_its_way().locked(1_012, 4), 4, vec![]),
        ("up by as much as it could be", on_its_way(), 4, due.clone()),
        ("down by as much", in_time().locked(800, 0).locked(700, 3), 4, due.clone()),
        ("by less: it has arrived", arrived(), 4, vec![]),
        ("not at all", in_time().locked(800, 0).locked(800, 3), 4, vec![]),
        ("the price has moved since", arrived().priced(7), 4, due.clone()),
        ("to where it was", in_time().priced(7).locked(800, 0).locked(800, 3).priced(7), 4, vec![]),
        ("before that", in_time().locked(800, 0).priced(7).locked(800, 3), 4, vec![]),
    ] {
        assert_eq!(keys(move_lock(&Seat::new(scene).of(id).ctx())), expected, "{why}");
    }
    let moved = |scene: Scene| Action::MoveLock { epoch: Epoch(1) }.is_done(&scene.view);
    assert!(moved(arrived().locked(900, 4)) && !moved(arrived()), "whoever moved it");
}
