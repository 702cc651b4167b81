use super::*;
use crate::{
    bid::{Auction, Curve},
    strategy::{CurveStrategy, NeverBid},
    view::Event,
};
use alloy::primitives::{B256, U256};
use rota_bindings::SealedBidAuction::{AuctionRefunded, DepositForfeited, SealedBidAuctionEvents};

fn curve() -> Curve {
    "4:1 2:1".parse().unwrap()
}

fn strategy() -> CurveStrategy {
    CurveStrategy { curves: vec![curve()], ..CurveStrategy::default() }
}

/// Our bid for epoch 2 as it stands on L1: its commitment and what the transaction carried.
fn committed(scene: Scene) -> Scene {
    let contracts = scene.view.deployment.contracts;
    let auction = Auction { chain_id: 31_337, contract: contracts.auction };
    let secret = scene::me(ME).bid_secret;
    let commitment = auction.commitment(Epoch(2), ME, curve().word(), secret.salt(Epoch(2)));
    let sealed = secret.seal(commitment, curve().word());
    scene.committed(2, ME, commitment).event(Event::SealedCurve {
        epoch: Epoch(2),
        operator: ME,
        sealed,
    })
}

#[test]
fn one_bid_is_committed_an_epoch() {
    let s = start(0, 0);
    let due = || Ok(vec!["commit-bid/2/2".to_owned()]);
    let never: &dyn Strategy = &NeverBid;
    let fixed = strategy();
    let fixed: &dyn Strategy = &fixed;
    for (why, seat, strategy, expected) in [
        ("as epoch 0 begins", Seat::new(Scene::new().at(s)), fixed, due()),
        (
            "38 s, 60 % of the epoch, are over",
            Seat::new(Scene::new().at(s + 36)),
            fixed,
            Ok(vec![]),
        ),
        ("until then", Seat::new(Scene::new().at(s + 34)), fixed, due()),
        ("once", Seat::new(committed(Scene::new().at(s))), fixed, Ok(vec![])),
        (
            "not while the slots are not for sale",
            Seat::new(Scene::new().stage(1).at(s)),
            fixed,
            Ok(vec![]),
        ),
        ("not by who may not win", Seat::new(Scene::new().status(ME, 2).at(s)), fixed, Ok(vec![])),
        ("the reserve never bids", Seat::new(Scene::new().at(s)).of(1), fixed, Ok(vec![])),
        ("nor who does not want to", Seat::new(Scene::new().at(s)), never, Ok(vec![])),
        (
            "who is held back says why",
            Seat::new(Scene::new().at(s)).unsynced(),
            fixed,
            Err(Held::NoBid { epoch: Epoch(2), reason: NoBid::Unsynced }),
        ),
    ] {
        assert_eq!(bid(&seat.ctx(), strategy).map(keys), expected, "{why}");
    }
}

/// What stops a bid, each by itself. The curve costs 4 gwei at most: 4 x 1 or 2 x 2.
#[test]
fn a_bid_never_hurts_its_owner() {
    const GWEI: u64 = 1_000_000_000;
    let wei = |gwei: u64| U256::from(gwei * GWEI);
    type Change = fn(&mut Seat, &mut CurveStrategy);
    let cases: Vec<(&str, Change, Result<&str, NoBid>)> = vec![
        ("as configured", |_, _| {}, Ok("4:1 2:1")),
        ("no curve", |_, s| s.curves.clear(), Err(NoBid::NoCurve)),
        ("capped by the ceiling", |_, s| s.ceiling_gwei = 3, Ok("3:1 2:1")),
        (
            "clipped to what one can win",
            |_, s| s.curves = vec!["4:1 2:5".parse().unwrap()],
            Ok("4:1 2:1"),
        ),
        ("another curve an epoch", |_, s| s.curves.push("9:1".parse().unwrap()), Ok("4:1 2:1")),
        (
            "gas short",
            |seat, _| seat.scene.view.money.gas = U256::from(9),
            Err(NoBid::GasShort { held: U256::from(9), needed: U256::from(10) }),
        ),
        (
            "over the budget",
            |_, s| s.budget = U256::from(3 * GWEI),
            Err(NoBid::BudgetUsedUp { budget: wei(3), spent: U256::ZERO, cost: wei(4) }),
        ),
        (
            "the bond covers no more slots",
            |seat, _| seat.scene.view.money.live_slots = 99,
            Err(NoBid::BondShort { bonded: U256::from(1_000), needed: U256::from(1_010) }),
        ),
        (
            "nor those of the bid before",
            |seat, _| {
                seat.scene.view.money.live_slots = 97;
                let scene = std::mem::replace(&mut seat.scene, Scene::new());
                seat.scene = scene.revealed(1, 2).settled(1, 1, &[(2, 2)]);
            },
            Err(NoBid::BondShort { bonded: U256::from(1_000), needed: U256::from(1_010) }),
        ),
        (
            "the balance is short",
            |seat, _| seat.scene.view.money.auction_free = U256::from(3 * GWEI),
            Err(NoBid::BalanceShort { free: wei(3), cost: wei(4) }),
        ),
        ("fees unknown", |_, s| s.margin_bps = 1_000, Err(NoBid::FeesUnknown)),
        (
            "fees less a tenth cap the price",
            |seat, s| {
                (s.margin_bps, seat.node.fees_per_slot) =
                    (1_000, Some(U256::from(3 * GWEI + GWEI / 2)))
            },
            Ok("3:1 2:1"),
        ),
        (
            "fees below the floor",
            |seat, s| (s.margin_bps, seat.node.fees_per_slot) = (1_000, Some(U256::from(GWEI))),
            Err(NoBid::BelowFloor { worth_gwei: 0, floor_gwei: 1 }),
        ),
    ];
    for (why, change, expected) in cases {
        let mut strategy = strategy();
        let mut seat = Seat::new(Scene::new());
        change(&mut seat, &mut strategy);
        let ctx = seat.ctx();
        let asked = crate::strategy::Auctioned {
            view: ctx.view,
            me: ctx.me,
            node: ctx.node,
            id: ctx.id,
            epoch: Epoch(2),
            at: ctx.at(),
        };
        let answer = strategy.bid(&asked);
        assert_eq!(answer, expected.map(|text| text.parse().unwrap()), "{why}");
    }
}

#[test]
fn what_was_spent_counts_against_the_budget() {
    let scene = Scene::new().settled(2, 7, &[(2, 2), (3, 1)]);
    assert_eq!(scene.view.spent(ME), U256::from(14));
    let refund = AuctionRefunded { epoch: 2, operator: 2, amount: U256::from(14) };
    let scene = scene.auction(SealedBidAuctionEvents::AuctionRefunded(refund));
    assert_eq!(scene.view.spent(ME), U256::ZERO);
    let forfeited = DepositForfeited { epoch: 2, operator: 2, amount: U256::from(3) };
    assert_eq!(
        scene.auction(SealedBidAuctionEvents::DepositForfeited(forfeited)).view.spent(ME),
        U256::from(3)
    );
}

#[test]
fn a_bid_is_revealed_from_the_key_and_l1_alone() {
    let s = start(0, 0);
    let due = || Ok(vec!["reveal-bid/2/2".to_owned()]);
    let mut other_key = Seat::new(committed(Scene::new()).at(s + 36));
    other_key.me.bid_secret = scene::me(OperatorId(3)).bid_secret;
    let by_hand = Scene::new().committed(2, ME, B256::repeat_byte(1));
    let unknown = || Err(Held::BidUnknown { epoch: Epoch(2) });
    for (why, seat, expected) in [
        ("the window is not open", Seat::new(committed(Scene::new()).at(s + 34)), Ok(vec![])),
        ("it is", Seat::new(committed(Scene::new()).at(s + 36)), due()),
        ("revealed", Seat::new(committed(Scene::new()).revealed(2, 2).at(s + 36)), Ok(vec![])),
        ("nothing was bid", Seat::new(Scene::new().at(s + 36)), Ok(vec![])),
        ("too late", Seat::new(committed(Scene::new()).at(s + 62)), Ok(vec![])),
        ("with another key", other_key, unknown()),
        ("committed by something else", Seat::new(by_hand.at(s + 36)), unknown()),
    ] {
        assert_eq!(reveal(&seat.ctx()).map(keys), expected, "{why}");
    }
    let seat = Seat::new(committed(Scene::new()).at(s + 36));
    let Action::RevealBid { curve: word, .. } = reveal(&seat.ctx()).unwrap().unwrap().action else {
        panic!()
    };
    assert_eq!(word, curve().word());
}

#[test]
fn unrevealed_bids_are_forfeited_and_cancelled_ones_refunded() {
    let late = start(1, 0) + 46;
    let theirs = || Scene::new().committed(2, OperatorId(3), B256::repeat_byte(1));
    let cancelled = || committed(Scene::new()).cancelled(2).at(start(2, 0) + 2);
    let refunded = |scene: Scene| {
        let event = AuctionRefunded { epoch: 2, operator: 2, amount: U256::from(1) };
        scene.auction(SealedBidAuctionEvents::AuctionRefunded(event))
    };
    for (why, scene, forfeits, refunds) in [
        ("another's", theirs().at(late), vec!["forfeit-bid/2/3"], vec![]),
        ("another's, revealed", theirs().revealed(2, 3).at(late), vec![], vec![]),
        ("our own is not ours to forfeit", committed(Scene::new()).at(late), vec![], vec![]),
        ("cancelled, not revealed: the deposit is lost", cancelled(), vec![], vec![]),
        ("cancelled with our lock", cancelled().revealed(2, 2), vec![], vec!["refund-bid/2/2"]),
        ("and refunded", refunded(cancelled().revealed(2, 2)), vec![], vec![]),
        (
            "cancelled after we won",
            cancelled().revealed(2, 2).settled(2, 1, &[(2, 1)]),
            vec![],
            vec!["refund-bid/2/2"],
        ),
        (
            "cancelled after we lost",
            cancelled().revealed(2, 2).settled(2, 1, &[(3, 1)]),
            vec![],
            vec![],
        ),
    ] {
        let seat = Seat::new(scene);
        assert_eq!(keys(forfeit(&seat.ctx())), forfeits, "{why}");
        assert_eq!(keys(refund(&seat.ctx())), refunds, "{why}");
    }
}
