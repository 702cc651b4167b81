use super::*;

#[test]
fn an_operator_registers_bonds_and_activates_by_itself() {
    let newcomer = OperatorId(5);
    let me = scene::me(newcomer);
    let without_key = Me { has_owner_key: false, ..me.clone() };
    let without_proof = Me { batcher_proof: None, ..me.clone() };
    let whitelisted = || Scene::new().whitelisted(newcomer);
    for (why, scene, me, expected) in [
        ("not admitted", Scene::new(), &me, Err(Held::NotWhitelisted { owner: me.owner })),
        (
            "the whitelist has fallen",
            Scene::new().stage(3),
            &me,
            Ok(vec![format!("register/{}", me.sequencer_key)]),
        ),
        ("admitted", whitelisted(), &me, Ok(vec![format!("register/{}", me.sequencer_key)])),
        (
            "without the batcher's proof",
            whitelisted(),
            &without_proof,
            Err(Held::NoBatcherProof { batcher: me.batcher }),
        ),
        ("without the owner's key", whitelisted(), &without_key, Err(Held::NotRegistered)),
    ] {
        assert_eq!(register(&scene.view, me).map(keys), expected, "{why}");
    }

    let registered = |bond: u64, delegated: u64| {
        let mut scene = whitelisted().registered(newcomer);
        scene.view.money.self_bonds.insert(newcomer, Wei::from(bond));
        scene.view.money.bond = Wei::from(bond + delegated);
        scene
    };
    let short = |bonded: u64, needed: u64| {
        let (bonded, needed) = (Wei::from(bonded), Wei::from(needed));
        Err(Held::Underbonded { operator: newcomer, bonded, needed })
    };
    for (why, seat, expected) in [
        ("bonded", Seat::new(registered(100, 0)).of(5), Ok(vec!["activate/5".to_owned()])),
        ("not enough", Seat::new(registered(99, 0)).of(5), short(99, 100)),
        (
            "nine times are",
            Seat::new(registered(110, 990)).of(5),
            Ok(vec!["activate/5".to_owned()]),
        ),
        ("delegated too much", Seat::new(registered(110, 991)).of(5), short(110, 111)),
        ("active", Seat::new(Scene::new()), Ok(vec![])),
        ("jailed: again", Seat::new(Scene::new().status(ME, 2)), Ok(vec!["activate/2".to_owned()])),
        ("left by itself: stays out", Seat::new(Scene::new().status(ME, 4)), Ok(vec![])),
        ("the reserve always is", Seat::new(Scene::new()).of(1), Ok(vec![])),
    ] {
        assert_eq!(activate(&seat.ctx()).map(keys), expected, "{why}");
    }
}

#[test]
fn bond_and_balance_are_kept_where_the_configuration_says() {
    let seat = |bond: u64, bonded: u64, balance: u64, free: u64| {
        let mut seat = Seat::new(Scene::new());
        (seat.me.bond_eth, seat.me.auction_balance) = (Wei::from(bond), Wei::from(balance));
        seat.scene.view.money.bond_eth = Wei::from(bonded);
        seat.scene.view.money.auction_free = Wei::from(free);
        (seat.scene.view.money.owner_eth, seat.scene.view.money.gas) =
            (Wei::from(60), Wei::from(60));
        seat
    };
    let missing = Wei::from(70);
    let owner_short = Held::OwnerShort { held: Wei::from(60), missing };
    let sequencer_short =
        Held::SequencerShort { held: Wei::from(60), missing, kept: Wei::from(10) };
    let (bonds, funds) = (vec!["deposit-bond/2".to_owned()], vec!["fund-auction/2".to_owned()]);
    for (why, seat, bond_due, fund_due) in [
        ("left alone", seat(0, 0, 0, 0), Ok(vec![]), Ok(vec![])),
        ("topped up", seat(100, 50, 100, 49), Ok(bonds), Ok(vec![])),
        ("a balance down by half is", seat(0, 0, 40, 19), Ok(vec![]), Ok(funds)),
        ("one that is not down by half is not", seat(0, 0, 40, 20), Ok(vec![]), Ok(vec![])),
        ("too dear", seat(100, 30, 100, 30), Err(owner_short), Err(sequencer_short)),
    ] {
        assert_eq!(bond(&seat.ctx()).map(keys), bond_due, "{why}");
        if why != "topped up" {
            assert_eq!(fund(&seat.ctx()).map(keys), fund_due, "{why}");
        }
    }
}

#[test]
fn a_deposit_is_in_whole_quanta_and_no_dust() {
    let mut deployment = (*crate::scene::deployment()).clone();
    (deployment.quantum, deployment.min_deposit) = (Wei::from(10), Wei::from(50));
    for (missing, deposit) in [(1, 50), (49, 50), (50, 50), (51, 60), (60, 60)] {
        assert_eq!(deployment.deposit_for(Wei::from(missing)), Wei::from(deposit), "{missing}");
    }
}

#[test]
fn a_moved_relay_is_announced() {
    let mut seat = Seat::new(Scene::new());
    assert_eq!(keys(announce(&seat.ctx())), Vec::<String>::new());
    seat.me.endpoint = "http://elsewhere".to_owned();
    assert_eq!(keys(announce(&seat.ctx())), vec!["set-endpoint/2"]);
}

#[test]
fn whoever_is_no_operator_has_one_duty() {
    let me = scene::me(OperatorId(5));
    let plan = due(&Scene::new().view, &me, &node(0), &crate::strategy::NeverBid, Millis(0));
    assert_eq!(
        plan,
        Plan { intents: vec![], held: vec![Held::NotWhitelisted { owner: me.owner }] }
    );
}
