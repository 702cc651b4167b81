use super::*;
use crate::{intent::SlotBid, scene::OPEN_AUCTION_POLICY, strategy::CurveStrategy};
use alloy::primitives::U256;

const GWEI: u64 = 1_000_000_000;

/// Slots of the epoch and what is bid for them, gwei.
type Bids = Vec<(u8, u64)>;
type Change = fn(&mut Seat, &mut CurveStrategy);

/// Slots are sold by open bids, and operator 2, whose curve this is, bids for those of epoch 2.
fn scene() -> Scene {
    Scene::new().policies(2, &[OPEN_AUCTION_POLICY], 0)
}

fn strategy(curve: &str) -> CurveStrategy {
    CurveStrategy { curves: vec![curve.parse().unwrap()], ..CurveStrategy::default() }
}

fn bids(list: &[(u8, u64)]) -> Vec<SlotBid> {
    list.iter()
        .map(|(index, price_gwei)| SlotBid { index: *index, price_gwei: *price_gwei })
        .collect()
}

/// What is bid at the time of L1's next block.
fn asked(seat: &Seat, strategy: &CurveStrategy) -> Result<Vec<SlotBid>, NoBid> {
    let ctx = seat.ctx();
    let (view, me, node, id) = (ctx.view, ctx.me, ctx.node, ctx.id);
    let auction = crate::strategy::Auctioned { view, me, node, id, epoch: Epoch(2), at: ctx.at() };
    strategy.open_bids(&auction)
}

/// The floor is 1 gwei, a step 5 %, the cap 2 of 4 slots. Operator 2 begins with slot 2 where all cost the same.
#[test]
fn the_least_is_bid_for_the_cheapest_slots_up_to_what_they_are_worth() {
    let s = start(0, 0);
    let cases: Vec<(&str, &str, Scene, Bids)> = vec![
        ("nobody has bid", "400:1 200:1", scene(), vec![(2, 1), (3, 1)]),
        ("one is wanted", "400:1", scene(), vec![(2, 1)]),
        ("two are the cap", "400:4", scene(), vec![(2, 1), (3, 1)]),
        (
            "dear ones are left to others",
            "400:1 200:1",
            scene().placed(2, 3, 2, 100).placed(2, 4, 3, 100),
            vec![(0, 1), (1, 1)],
        ),
        (
            "outbid by a step, rounded up",
            "400:1 200:1",
            scene()
                .placed(2, 3, 2, 100)
                .placed(2, 4, 3, 101)
                .placed(2, 3, 0, 300)
                .placed(2, 4, 1, 300),
            vec![(2, 105), (3, 107)],
        ),
        (
            "as long as it is worth it: the second slot is not",
            "400:1 106:1",
            scene()
                .placed(2, 3, 2, 100)
                .placed(2, 4, 3, 101)
                .placed(2, 3, 0, 300)
                .placed(2, 4, 1, 300),
            vec![(2, 105)],
        ),
        (
            "what we lead is the first of the curve's slots",
            "400:1 200:1",
            scene()
                .placed(2, 2, 2, 100)
                .placed(2, 4, 3, 190)
                .placed(2, 3, 0, 191)
                .placed(2, 4, 1, 300),
            vec![(3, 200)],
        ),
        (
            "and the second one is not worth it then",
            "400:1 199:1",
            scene()
                .placed(2, 2, 2, 100)
                .placed(2, 4, 3, 190)
                .placed(2, 3, 0, 191)
                .placed(2, 4, 1, 300),
            vec![],
        ),
        (
            "enough are led",
            "400:1 200:1",
            scene().placed(2, 2, 2, 100).placed(2, 2, 3, 100),
            vec![],
        ),
        ("38 s of the epoch are over", "400:1 200:1", scene().at(s + 36), vec![]),
        (
            "but a late bid keeps its slot open, and no other",
            "400:1 200:1",
            scene().at(s + 36).placed(2, 3, 1, 100),
            vec![(1, 105)],
        ),
        (
            "for as long as it says",
            "400:1",
            scene().at(s + 36).placed(2, 3, 1, 100).at(s + 40),
            vec![],
        ),
        ("and not into the next epoch", "400:1", scene().at(s + 62).placed(2, 3, 1, 100), vec![]),
    ];
    for (why, curve, scene, expected) in cases {
        assert_eq!(asked(&Seat::new(scene), &strategy(curve)), Ok(bids(&expected)), "{why}");
    }
}

/// Operator 2 bids over rivals.
#[test]
fn a_jump_over_a_rival_stays_below_the_worth_and_takes_no_slot_from_another_bid() {
    let rivals = || {
        let dear = scene().placed(2, 3, 0, 9_000).placed(2, 4, 1, 9_000);
        dear.placed(2, 3, 2, 100).placed(2, 4, 3, 100)
    };
    let rich = 1_000_000_000;
    for (why, curve, percent, free, scene, expected) in [
        ("the least", "400:2", 0, rich, rivals(), vec![(2, 105), (3, 105)]),
        ("half of the way", "400:2", 50, rich, rivals(), vec![(2, 252), (3, 252)]),
        ("to each slot's own worth", "400:1 200:1", 50, rich, rivals(), vec![(2, 252), (3, 152)]),
        ("all of it", "400:1 200:1", 100, rich, rivals(), vec![(2, 400), (3, 200)]),
        ("and no more", "400:1 200:1", 900, rich, rivals(), vec![(2, 400), (3, 200)]),
        ("nothing is left to jump", "105:2", 50, rich, rivals(), vec![(2, 105), (3, 105)]),
        ("nobody leads", "400:2", 50, rich, scene(), vec![(2, 1), (3, 1)]),
        ("the least comes first", "400:2", 50, 300, rivals(), vec![(2, 195), (3, 105)]),
        ("also if it is all there is", "400:2", 50, 210, rivals(), vec![(2, 105), (3, 105)]),
        ("or if it pays for one alone", "400:2", 50, 209, rivals(), vec![(2, 209)]),
    ] {
        let mut seat = Seat::new(scene);
        seat.scene.view.money.open_free = U256::from(free * GWEI);
        let strategy = CurveStrategy { jump_percent: percent, ..strategy(curve) };
        assert_eq!(asked(&seat, &strategy), Ok(bids(&expected)), "{why}");
    }
    let strategy =
        CurveStrategy { jump_percent: 50, budget: U256::from(215 * GWEI), ..strategy("400:2") };
    let within = Ok(bids(&[(2, 110), (3, 105)]));
    assert_eq!(asked(&Seat::new(rivals()), &strategy), within, "within the budget");
}

#[test]
fn two_keepers_that_want_the_same_slot_are_done_after_a_few_bids() {
    // One slot is left, worth a million gwei to one of them and as much or half of it to the other.
    let contest = |percent: u64, other: &str| {
        let others = [0, 1, 3].map(|index| (index, 9_000_000));
        let mut scene =
            others.iter().fold(scene(), |scene, (at, gwei)| scene.placed(2, 4, *at, *gwei));
        let mut count = 0;
        for (id, curve) in [(2, "1000000:1"), (3, other)].into_iter().cycle() {
            let strategy = CurveStrategy { jump_percent: percent, ..strategy(curve) };
            let bids = asked(&Seat::new(scene.clone()).of(id), &strategy).unwrap();
            let [bid] = bids[..] else { break };
            scene = scene.placed(2, id, bid.index.into(), bid.price_gwei);
            count += 1;
        }
        (count, scene.view.open_slots(Epoch(2), Timestamp(start(0, 0)))[2].leader)
    };
    for (why, percent, other, bids, leader) in [
        ("step by step", 0, "1000000:1", 233, 2),
        ("by halves", 50, "1000000:1", 5, 2),
        ("by halves, to who wants it more", 50, "500000:1", 3, 2),
        ("at once", 100, "1000000:1", 2, 3),
    ] {
        assert_eq!(contest(percent, other), (bids, Some(OperatorId(leader))), "{why}");
    }
}

#[test]
fn an_open_bid_never_hurts_its_owner() {
    let wei = |gwei: u64| U256::from(gwei * GWEI);
    // Two of four slots cost 105 gwei, the others are ours or dearer than anything.
    let contested = || {
        let dear = scene().placed(2, 3, 0, 9_000).placed(2, 4, 1, 9_000);
        dear.placed(2, 3, 2, 100).placed(2, 4, 3, 100)
    };
    let cases: Vec<(&str, Change, Result<Bids, NoBid>)> = vec![
        ("as configured", |_, _| {}, Ok(vec![(2, 105), (3, 105)])),
        ("above the ceiling", |_, s| s.ceiling_gwei = 104, Ok(vec![])),
        ("within the budget", |_, s| s.budget = U256::from(209 * GWEI), Ok(vec![(2, 105)])),
        (
            "over the budget",
            |_, s| s.budget = U256::from(104 * GWEI),
            Err(NoBid::BudgetUsedUp { budget: wei(104), spent: wei(0), cost: wei(105) }),
        ),
        (
            "what is led counts as spent",
            |seat, s| {
                s.budget = U256::from(204 * GWEI);
                let scene = std::mem::replace(&mut seat.scene, Scene::new());
                seat.scene = scene.placed(2, 2, 2, 105);
            },
            Err(NoBid::BudgetUsedUp { budget: wei(204), spent: wei(105), cost: wei(105) }),
        ),
        (
            "what we were outbid on does not",
            |seat, s| {
                s.budget = U256::from(210 * GWEI);
                let scene = std::mem::replace(&mut seat.scene, Scene::new());
                seat.scene = scene.placed(2, 2, 2, 95).placed(2, 3, 2, 100);
            },
            Ok(vec![(2, 105), (3, 105)]),
        ),
        (
            "as many as the balance pays for",
            |seat, _| seat.scene.view.money.open_free = U256::from(209 * GWEI),
            Ok(vec![(2, 105)]),
        ),
        (
            "none",
            |seat, _| seat.scene.view.money.open_free = U256::from(104 * GWEI),
            Err(NoBid::BalanceShort { free: wei(104), cost: wei(105) }),
        ),
        (
            "the sealed auction's balance is another",
            |seat, _| seat.scene.view.money.auction_free = U256::ZERO,
            Ok(vec![(2, 105), (3, 105)]),
        ),
        ("out of sync", |seat, _| seat.node.synced = false, Err(NoBid::Unsynced)),
        (
            "gas short",
            |seat, _| seat.scene.view.money.gas = U256::from(9),
            Err(NoBid::GasShort { held: U256::from(9), needed: U256::from(10) }),
        ),
        (
            "the bond covers no more slots",
            |seat, _| seat.scene.view.money.live_slots = 99,
            Err(NoBid::BondShort { bonded: U256::from(1_000), needed: U256::from(1_010) }),
        ),
        (
            "nor those won in the epoch before",
            |seat, _| {
                seat.scene.view.money.live_slots = 97;
                let scene = std::mem::replace(&mut seat.scene, Scene::new());
                seat.scene = scene.placed(1, 2, 0, 1).placed(1, 2, 1, 1);
            },
            Err(NoBid::BondShort { bonded: U256::from(1_000), needed: U256::from(1_010) }),
        ),
        (
            "below fees less a tenth",
            |seat, s| {
                (s.margin_bps, seat.node.fees_per_slot) = (1_000, Some(U256::from(110 * GWEI)))
            },
            Ok(vec![]),
        ),
    ];
    for (why, change, expected) in cases {
        let mut strategy = strategy("400:1 200:1");
        let mut seat = Seat::new(contested());
        change(&mut seat, &mut strategy);
        assert_eq!(asked(&seat, &strategy), expected.map(|list| bids(&list)), "{why}");
    }
}

#[test]
fn a_bidder_enters_before_its_first_bid_and_bids_as_long_as_it_pays() {
    let s = start(0, 0);
    let due = |key: &str| Ok(vec![key.to_owned()]);
    let outbid = || scene().entered(2, 2).placed(2, 2, 2, 1).placed(2, 3, 2, 2);
    let other_key = || {
        let mut seat = Seat::new(scene().entered(2, 2));
        seat.me.sequencer_key = scene::sequencer_key(OperatorId(9));
        seat
    };
    let unsynced = Held::NoBid { epoch: Epoch(2), reason: NoBid::Unsynced };
    for (why, seat, expected) in [
        ("as the epoch begins", Seat::new(scene().at(s)), due("enter-auction/2/2")),
        ("entered", Seat::new(scene().entered(2, 2).at(s)), due("place-bids/2/2")),
        ("by another key", other_key(), due("enter-auction/2/2")),
        ("leading what it wants", Seat::new(scene().entered(2, 2).placed(2, 2, 2, 1)), Ok(vec![])),
        ("outbid", Seat::new(outbid()), due("place-bids/2/2")),
        ("too late", Seat::new(scene().at(s + 36)), Ok(vec![])),
        (
            "late, but outbid just now",
            Seat::new(outbid().at(s + 34).placed(2, 3, 2, 3).at(s + 36)),
            due("place-bids/2/2"),
        ),
        ("sold otherwise", Seat::new(Scene::new().at(s)), Ok(vec![])),
        ("not in the set", Seat::new(scene().status(ME, 2)), Ok(vec![])),
        ("the reserve", Seat::new(scene()).of(1), Ok(vec![])),
        ("held back, it says why", Seat::new(scene()).unsynced(), Err(unsynced)),
    ] {
        assert_eq!(bid_openly(&seat.ctx(), &strategy("400:1")).map(keys), expected, "{why}");
    }
    let never = crate::strategy::NeverBid;
    assert_eq!(bid_openly(&Seat::new(scene()).ctx(), &never), Ok(None), "who does not want to");
}

#[test]
fn what_was_paid_for_slots_of_others_comes_back() {
    let paid = || scene().placed(2, 2, 0, 5).placed(2, 3, 1, 5);
    let begun = |scene: Scene| Seat::new(scene.at(start(2, 0)));
    for (why, seat, expected) in [
        ("ours", begun(paid().frozen(2, [2, 3, 0, 0])), vec![]),
        ("another's", begun(paid().frozen(2, [4, 3, 0, 0])), vec!["refund-open-bids/2"]),
        ("the reserve's", begun(paid().cancelled(2)), vec!["refund-open-bids/2"]),
        ("given back", begun(paid().cancelled(2).given_back(2, 2, 0, 5)), vec![]),
        ("others' money is theirs to ask for", begun(paid().frozen(2, [2, 4, 0, 0])), vec![]),
        ("not before the epoch", Seat::new(paid().at(start(1, 0))), vec![]),
    ] {
        assert_eq!(keys(refund_openly(&seat.ctx())), expected, "{why}");
    }
    assert_eq!(paid().view.spent(ME), U256::from(5 * GWEI));
    assert_eq!(paid().given_back(2, 2, 0, 5).view.spent(ME), U256::ZERO);
}

#[test]
fn the_balance_is_kept_in_whole_gwei_where_slots_are_sold() {
    let mut seat = Seat::new(scene());
    seat.me.auction_balance = U256::from(3 * GWEI + 7);
    seat.scene.view.money.open_free = U256::from(GWEI);
    seat.scene.view.money.gas = U256::from(9 * GWEI);
    let Some(Intent { action: Action::FundAuction { amount, market, .. }, .. }) =
        fund(&seat.ctx()).unwrap()
    else {
        panic!("it is down by half")
    };
    assert_eq!((amount, market), (U256::from(2 * GWEI), crate::view::Market::Open));
}

/// Epoch 2 ends at 1,192 s and can be disputed until 1,352 s, 32 s into epoch 5, in which operator 4 has rank 0 and the reserve rank 1.
#[test]
fn what_an_auction_holds_is_moved_on_once_nobody_can_dispute_its_slots() {
    let due = start(3, 0) + 160;
    let sold = |time: u64| {
        let scene = scene().placed(2, 3, 0, 5).placed(2, 4, 1, 5).frozen(2, [3, 4, 0, 0]);
        scene.at(time)
    };
    for (why, seat, expected) in [
        ("it can be disputed", Seat::new(sold(due - 4)).of(4), vec![]),
        (
            "not any more, whose ever it is",
            Seat::new(sold(due - 2)).of(4),
            vec!["close-open-auction/2"],
        ),
        ("others leave it its time", Seat::new(sold(due)).of(1), vec![]),
        ("and step in", Seat::new(sold(due + 2)).of(1), vec!["close-open-auction/2"]),
        ("closed", Seat::new(sold(due).closed(2)).of(4), vec![]),
        ("nobody bid", Seat::new(scene().entered(2, 2).at(due)).of(4), vec![]),
        (
            "all of it was given back",
            Seat::new(sold(due).given_back(2, 3, 0, 5).given_back(2, 4, 1, 5)).of(4),
            vec![],
        ),
        (
            "one after the other",
            Seat::new(sold(due).placed(3, 3, 0, 5).closed(2).at(due + 62)).of(3),
            vec!["close-open-auction/3"],
        ),
        ("what the ring of 8 forgot closes itself", Seat::new(sold(start(9, 0) + 40)), vec![]),
        ("an outsider leaves it", Seat::new(sold(due + 16)).of(9), vec![]),
    ] {
        assert_eq!(keys(close_openly(&seat.ctx())), expected, "{why}");
    }
}
