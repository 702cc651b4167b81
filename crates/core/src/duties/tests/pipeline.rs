use super::*;

/// Everything of the pipeline that is due.
fn due(seat: &Seat) -> Vec<String> {
    let ctx = seat.ctx();
    let steps = [record_seed, apply_queue, score, settle, freeze, cancel];
    keys(steps.into_iter().filter_map(|step| step(&ctx)))
}

/// In epoch 1 (from 1064 s on), in which epoch 2 (from 1128 s on) is prepared: operator 3 has rank 0 in it, 4 rank 1, 1 rank 2
/// and 2 rank 3.
#[test]
fn the_next_epoch_is_seeded_settled_and_frozen_by_one_after_the_other() {
    let s = start(1, 0);
    let scene = |after: u64| Scene::new().at(s + after);
    let bid = |scene: Scene| scene.committed(2, ME, Default::default()).revealed(2, 2);
    let expect = |key: &str| vec![key.to_owned()];
    for (why, seat, expected) in [
        ("the seed's block is not there yet", Seat::new(scene(0)).of(3), vec![]),
        ("rank 0 records the seed at once", Seat::new(scene(2)).of(3), expect("record-seed/2")),
        ("rank 1 leaves it its time", Seat::new(scene(2)).of(4), vec![]),
        ("rank 1 steps in after it", Seat::new(scene(4)).of(4), expect("record-seed/2")),
        ("rank 3 later", Seat::new(scene(10)).of(2), vec![]),
        ("rank 3 at last", Seat::new(scene(12)).of(2), expect("record-seed/2")),
        (
            "with a bid revealed it is settled next",
            Seat::new(bid(scene(4)).seeded(2)).of(3),
            expect("settle/2"),
        ),
        ("rank 1 leaves time for both", Seat::new(bid(scene(8)).seeded(2)).of(4), vec![]),
        ("and steps in", Seat::new(bid(scene(10)).seeded(2)).of(4), expect("settle/2")),
        (
            "a settled round is frozen",
            Seat::new(bid(scene(4)).seeded(2).settled(2, 1, &[(2, 1)])).of(3),
            expect("freeze/2"),
        ),
        ("so is one without bids", Seat::new(scene(4).seeded(2)).of(3), expect("freeze/2")),
        (
            "a frozen epoch is left alone",
            Seat::new(scene(4).seeded(2).frozen(2, [2; 4])).of(3),
            vec![],
        ),
        ("the last slot is everybody's", Seat::new(scene(46)).of(1), expect("record-seed/2")),
        ("an outsider does nothing", Seat::new(scene(46)).of(9), vec![]),
        ("too late: the next block is in epoch 2", Seat::new(scene(62).seeded(2)).of(3), vec![]),
    ] {
        assert_eq!(due(&seat), expected, "{why}");
    }
}

#[test]
fn an_epoch_that_nobody_froze_is_cancelled_if_it_holds_money() {
    let bid = || Scene::new().committed(2, ME, Default::default()).revealed(2, 2).at(start(2, 0));
    // In epoch 2, operator 2 has rank 3: it waits 3 x 2 L1 blocks.
    for (why, seat, expected) in [
        ("nobody bid", Seat::new(Scene::new().at(start(2, 0) + 12)), vec![]),
        ("others first", Seat::new(bid()), vec![]),
        ("our move", Seat::new(bid().at(start(2, 0) + 12)), vec!["cancel/2"]),
        ("frozen", Seat::new(bid().frozen(2, [2; 4]).at(start(2, 0) + 12)), vec![]),
        ("cancelled", Seat::new(bid().cancelled(2).at(start(2, 0) + 12)), vec![]),
        ("nobody was there", Seat::new(bid().at(start(5, 0) + 12)), vec!["cancel/2"]),
        ("others first again", Seat::new(bid().at(start(5, 0))), vec![]),
    ] {
        assert_eq!(keys(cancel(&seat.ctx())), expected, "{why}");
    }
}
