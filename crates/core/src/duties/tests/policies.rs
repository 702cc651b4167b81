//! What each policy asks of a keeper, and that it asks no more than that.

use super::*;
use crate::{
    bid::Curve,
    scene::{OPEN_AUCTION_POLICY, ROUND_ROBIN},
    strategy::CurveStrategy,
};
use alloy::primitives::Address;

/// A scene whose epochs are filled by `policies`.
fn by(policies: &[Address]) -> Scene {
    Scene::new().policies(2, policies, 0)
}

fn named(name: &str) -> Vec<Address> {
    let contracts = Scene::new().view.deployment.contracts;
    match name {
        "round-robin" => vec![ROUND_ROBIN],
        "auction" => vec![contracts.auction_policy, ROUND_ROBIN],
        "open-auction" => vec![OPEN_AUCTION_POLICY],
        "stake" => vec![contracts.stake],
        "performance" => vec![contracts.performance],
        "composite" => vec![contracts.composite],
        unknown => panic!("{unknown} is no policy"),
    }
}

/// Everything that is due of what a policy asks, in the order of the plan.
fn due_of(seat: &Seat) -> Vec<String> {
    let curves: Vec<Curve> = vec!["4:1 2:1".parse().unwrap()];
    let strategy = CurveStrategy { curves, ..CurveStrategy::default() };
    let plan = due(&seat.scene.view, &seat.me, &seat.node, &strategy, seat.now);
    // Who holds the slots is the same whatever the policy.
    let always = ["claim/", "rotate/", "set-endpoint/", "call-out/", "take-over/"];
    let keys = keys(plan.intents).into_iter();
    keys.filter(|key| !always.iter().any(|other| key.starts_with(other))).collect()
}

/// The pipeline of epoch 4 with each policy, asked of the one operator whose move it is: in epoch 2, in which it is bid for and
/// weights are told, and in epoch 3, in which it is prepared.
#[test]
fn each_policy_asks_for_its_own_duties_and_no_others() {
    // Rank 0 of epoch 4 is operator 1's: four operators, turned by four.
    let prepared = |name: &str, more: fn(Scene) -> Scene| {
        let scene = more(by(&named(name)).frozen(2, [2; 4]).frozen(3, [2; 4]));
        due_of(&Seat::new(scene.at(start(3, 0) + 2)).of(1))
    };
    let told = |name: &str| {
        let scene = by(&named(name)).frozen(2, [2; 4]).frozen(3, [2; 4]).seeded(3);
        due_of(&Seat::new(scene.at(start(2, 0) + 2)))
    };
    let queued = |scene: Scene| scene.queued(2, 100, 4);
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("round-robin", &[], &[]),
        ("auction", &["commit-bid/4/2"], &[]),
        ("open-auction", &["enter-auction/4/2"], &[]),
        ("stake", &["queue-weight/2"], &["apply-queue/4"]),
        ("performance", &["queue-weight/2"], &["apply-queue/4", "score/2"]),
        ("composite", &["queue-weight/2"], &["apply-queue/4", "score/2"]),
    ];
    for (name, tells, waits) in cases {
        assert_eq!(told(name), tells, "{name}, two epochs before");
        let expected: Vec<_> = ["record-seed/4"].iter().chain(waits).collect();
        assert_eq!(
            prepared(name, queued).iter().collect::<Vec<_>>(),
            expected,
            "{name}, the epoch before"
        );

        // With the seed, only what the policy waits for stands between it and the freeze.
        let seeded = prepared(name, |scene| scene.queued(2, 100, 4).seeded(4));
        let expected = if waits.is_empty() { &["freeze/4"][..] } else { waits };
        assert_eq!(seeded, expected, "{name}, seeded");
        let ready =
            prepared(name, |scene| scene.queued(2, 100, 4).seeded(4).queue_applied(4, 1).scored(2));
        assert_eq!(ready, ["freeze/4"], "{name}, ready");
    }
}

#[test]
fn weights_follow_bonds() {
    // Operator 2 has a bond of 1,000, and 10 make a unit of weight.
    let scene = || by(&named("stake"));
    let without = |scene: Scene, bond: u64| {
        let mut scene = scene;
        scene.view.money.stakes.insert(ME, Wei::from(bond));
        scene
    };
    let stale = |mut scene: Scene| {
        scene.view.money.at = Default::default();
        scene
    };
    let poor = |mut scene: Scene| {
        scene.view.money.gas = Wei::from(3);
        scene
    };
    let late = start(0, 0) + 46;
    type Due<'a> = Vec<(&'a str, u64, u64)>;
    let cases: Vec<(&str, Seat, Due<'_>)> = vec![
        ("a newcomer", Seat::new(scene()), vec![("queue-weight/2", 100, 3)]),
        ("told", Seat::new(scene().queued(2, 100, 2)), vec![]),
        (
            "grown: it is replaced for nothing",
            Seat::new(scene().queued(2, 99, 2)),
            vec![("queue-weight/2", 100, 0)],
        ),
        (
            "grown since another epoch",
            Seat::new(scene().queued(2, 99, 2).at(start(1, 0))),
            vec![("queue-weight/2", 100, 3)],
        ),
        ("whole units count", Seat::new(without(scene().queued(2, 100, 2), 1_009)), vec![]),
        ("our loss is others' to tell", Seat::new(without(scene().queued(2, 100, 2), 999)), vec![]),
        (
            "by rank",
            Seat::new(without(scene().queued(2, 100, 2), 999).at(late)).of(1),
            vec![("queue-weight/2", 99, 0)],
        ),
        (
            "another's gain is its own affair",
            Seat::new(scene().queued(3, 50, 2).at(late)).of(1),
            vec![],
        ),
        (
            "who left has none",
            Seat::new(scene().status(ME, 2).queued(2, 100, 2).at(late)).of(1),
            vec![("queue-weight/2", 0, 0)],
        ),
        ("not with bonds of another block", Seat::new(stale(scene())), vec![]),
        ("not without the fee", Seat::new(poor(scene())), vec![]),
        ("the reserve has no weight", Seat::new(scene()).of(1), vec![]),
        ("where slots are not drawn", Seat::new(by(&named("auction"))), vec![]),
        (
            "before the policy's first epoch",
            Seat::new(by(&named("auction")).policies(2, &named("stake"), 3)),
            vec![],
        ),
        (
            "from two epochs before it on",
            Seat::new(by(&named("auction")).policies(2, &named("stake"), 3).at(start(1, 0))),
            vec![("queue-weight/2", 100, 3)],
        ),
    ];
    for (why, seat, expected) in cases {
        let found: Vec<_> = queue_weights(&seat.ctx())
            .into_iter()
            .map(|intent| match (intent.action.key(), intent.action) {
                (key, Action::QueueWeight { weight, fee, .. }) => (key, weight, fee.to::<u64>()),
                (key, _) => panic!("{key}"),
            })
            .collect();
        let expected: Vec<_> =
            expected.into_iter().map(|(key, weight, fee)| (key.to_owned(), weight, fee)).collect();
        assert_eq!(found, expected, "{why}");
    }
}

#[test]
fn the_queue_is_drained_in_its_order_and_no_further_than_the_contract_does() {
    let view = |scene: Scene| scene.view;
    let many = |count: u16| {
        (0..count).fold(by(&named("stake")), |scene, operator| scene.queued(operator + 2, 5, 2))
    };
    for (why, view, epoch, expected) in [
        ("nothing waits", view(by(&named("stake"))), 2, false),
        ("an entry", view(many(1)), 2, true),
        ("it counts later", view(by(&named("stake")).queued(2, 5, 3)), 2, false),
        ("applied", view(many(1).queue_applied(2, 1)), 2, false),
        ("64 are applied for an epoch", view(many(65).queue_applied(2, 64)), 2, false),
        ("in two calls", view(many(65).queue_applied(2, 60).queue_applied(2, 4)), 2, false),
        ("the rest for the next", view(many(65).queue_applied(2, 64)), 3, true),
        (
            "one that is replaced stays one",
            view(many(1).queued(2, 7, 2).queue_applied(2, 1)),
            2,
            false,
        ),
        ("nobody needs it", view(many(1).policies(2, &named("auction"), 0)), 2, false),
    ] {
        assert_eq!(view.is_queue_due(Epoch(epoch)), expected, "{why}");
    }
}

#[test]
fn epochs_are_scored_in_their_order_once_they_are_over() {
    let view = |from: Scene| from.view;
    let scene = || by(&named("performance"));
    for (why, view, epoch, expected) in [
        ("the first scheduled epoch needs none", view(scene()), 2, None),
        ("nor the second one, for none is over", view(scene()), 3, None),
        ("from then on", view(scene()), 4, Some(2)),
        ("scored", view(scene().scored(2)), 4, None),
        ("one after the other", view(scene().scored(2)), 6, Some(3)),
        ("what the ring of 8 forgot is left out", view(scene().scored(2)), 20, Some(13)),
        ("nobody needs it", view(by(&named("stake"))), 4, None),
    ] {
        assert_eq!(view.score_due(Epoch(epoch)), expected.map(Epoch), "{why}");
    }
}

#[test]
fn a_bid_for_slots_that_are_not_sold_is_not_made() {
    let s = start(0, 0);
    for (why, policies, expected) in [
        ("sold", named("auction"), vec!["commit-bid/2/2"]),
        ("sold after others were assigned", vec![ROUND_ROBIN, named("auction")[0]], vec![]),
        ("drawn", named("stake"), vec![]),
    ] {
        let seat = Seat::new(by(&policies).at(s));
        assert_eq!(
            due_of(&seat).iter().filter(|key| key.starts_with("commit")).collect::<Vec<_>>(),
            expected,
            "{why}"
        );
    }
    let seat = |policy: &str| {
        let mut seat = Seat::new(by(&named(policy)));
        (seat.me.auction_balance, seat.scene.view.money.auction_free) = (Wei::from(4), Wei::ZERO);
        seat
    };
    assert_eq!(fund(&seat("auction").ctx()).map(keys), Ok(vec!["fund-auction/2".to_owned()]));
    assert_eq!(fund(&seat("stake").ctx()).map(keys), Ok(vec![]), "nor a balance kept for it");
}
