use super::*;

/// Epoch 0 ends at 1,064 s and can be disputed until 1,224 s, 32 s into epoch 3, in which operator 2 has rank 0 and 3 rank 1.
#[test]
fn an_epoch_is_divided_once_it_can_be_disputed_no_more() {
    let due = start(1, 0) + 160;
    let scene = |time: u64| {
        let mut scene = Scene::new().at(time);
        scene.view.money.undivided = [Wei::from(7), Wei::ZERO];
        scene
    };
    let empty = || {
        let mut scene = scene(due);
        scene.view.money.undivided = [Wei::ZERO; 2];
        scene
    };
    for (why, seat, expected) in [
        ("it can be disputed", Seat::new(scene(due - 4)), vec![]),
        ("not any more", Seat::new(scene(due - 2)), vec!["finalize/0"]),
        ("others leave it its time", Seat::new(scene(due)).of(3), vec![]),
        ("and step in", Seat::new(scene(due + 2)).of(3), vec!["finalize/0"]),
        ("nothing to divide", Seat::new(empty()), vec![]),
        ("divided; the next one can be disputed", Seat::new(scene(due).finalized(0)), vec![]),
        ("one after the other", Seat::new(scene(due + 64).finalized(0)).of(1), vec!["finalize/1"]),
        (
            "what the ring of 8 forgot is left out",
            Seat::new(scene(start(20, 0) + 40)),
            vec!["finalize/14"],
        ),
        ("an outsider leaves it", Seat::new(scene(due + 40)).of(9), vec![]),
    ] {
        assert_eq!(keys(finalize(&seat.ctx())), expected, "{why}");
    }
}

#[test]
fn rewards_are_fetched_once_they_are_worth_it() {
    for (why, wanted, released, expected) in [
        ("not yet", [10, 10], [9, 9], vec![]),
        ("ETH", [10, 10], [10, 9], vec!["claim-rewards/2/false"]),
        ("tokens", [10, 10], [9, 10], vec!["claim-rewards/2/true"]),
        ("both", [1, 1], [9, 9], vec!["claim-rewards/2/false", "claim-rewards/2/true"]),
        ("left alone", [0, 0], [9, 9], vec![]),
    ] {
        let mut seat = Seat::new(Scene::new());
        seat.me.rewards_minimum = wanted.map(Wei::from);
        seat.scene.view.money.rewards = released.map(Wei::from);
        assert_eq!(keys(collect_rewards(&seat.ctx())), expected, "{why}");
    }
}
