//! Blocks that peers made.

use super::*;
use rota_core::message::MOST_AT_A_HEIGHT;

#[test]
fn the_same_block_made_by_a_peer_is_ours_too_once_we_signed_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = sealed_up_to(dir.path(), 9);
    assert_eq!(store.accept(&by_peer(10, 0)).unwrap(), Accepted::New);
    assert!(store.sealed_at(10).unwrap().is_empty());
    let ours = SealedBlock { operator: OperatorId(2), ..by_peer(10, 0) };
    assert!(store.recover(&ours, None).unwrap());
    assert_eq!(store.sealed_at(10).unwrap()[0].block, ours);
    assert_eq!(store.accept(&by_peer(10, 0)).unwrap(), Accepted::Known);
    assert_eq!(store.sealed_block(hash(10, 0)).unwrap(), Some(ours));
}

#[test]
fn an_operator_has_so_many_blocks_at_a_height_and_evidence_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = sealed_up_to(dir.path(), 40);
    let most = MOST_AT_A_HEIGHT as u8;
    let by_another = |branch| SealedBlock { operator: OperatorId(4), ..by_peer(50, branch) };
    for (why, block, accepted) in (1..=most)
        .map(|branch| ("a few", by_peer(50, branch), Accepted::New))
        .chain((most + 1..100).map(|branch| ("more", by_peer(50, branch), Accepted::TooMany)))
        .chain([
            ("one of the few", by_peer(50, 2), Accepted::Known),
            ("another height", by_peer(51, 1), Accepted::New),
            ("another operator", by_another(200), Accepted::New),
        ])
    {
        assert_eq!(store.accept(&block).unwrap(), accepted, "{why}: {}", block.payload.hash);
    }
    let kept = store.blocks_from(50, 1).unwrap();
    assert_eq!(kept.len(), MOST_AT_A_HEIGHT + 1);
    assert_eq!(kept[..2], [by_peer(50, 1), by_peer(50, 2)], "two prove it");
    store.prune(30, 35).unwrap();
    assert_eq!(store.accept(&by_peer(29, 1)).unwrap(), Accepted::History);
}

#[test]
fn accepts_in_order_and_finds_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = sealed_up_to(dir.path(), 9);
    for (number, head) in [(10, 10), (12, 10), (13, 10), (11, 13)] {
        assert_eq!(store.accept(&by_peer(number, 0)).unwrap(), Accepted::New);
        assert_eq!(store.head().unwrap().unwrap().number, head, "after block {number}");
    }
    let path = store.path(id(9, 0), id(12, 0)).unwrap().unwrap();
    assert_eq!(path.iter().map(|block| block.number).collect::<Vec<_>>(), [10, 11, 12]);
    assert_eq!(store.path(id(9, 1), id(12, 0)).unwrap(), None, "not from another branch");
    assert_eq!(store.path(id(9, 0), id(14, 0)).unwrap(), None, "not to a block it does not hold");
    let numbers = |from| {
        store.blocks_from(from, 2).unwrap().iter().map(|b| b.payload.number).collect::<Vec<_>>()
    };
    assert_eq!((numbers(10), numbers(12)), (vec![10, 11], vec![12, 13]));
}

#[test]
fn a_rejected_block_is_not_built_on_until_the_node_has_it_after_all() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let [parent, bad, child] = [1, 2, 3].map(|number| by_peer(number, 0));
    store.set_head(parent.payload.block()).unwrap();
    store.accept(&bad).unwrap();
    store.accept(&child).unwrap();
    assert_eq!(store.head().unwrap().unwrap(), child.payload.block());

    assert!(store.reject(bad.payload.hash, parent.payload.block()).unwrap());
    assert_eq!(store.head().unwrap().unwrap(), parent.payload.block());
    store.accept(&bad).unwrap();
    assert_eq!(
        store.head().unwrap().unwrap(),
        parent.payload.block(),
        "not even when it comes again"
    );
    let other = by_peer(2, 1);
    let other = SealedBlock {
        payload: Payload { parent_hash: parent.payload.hash, ..other.payload },
        ..other
    };
    store.accept(&other).unwrap();
    assert_eq!(
        store.head().unwrap().unwrap(),
        other.payload.block(),
        "another one on the same parent is"
    );

    store.set_head(bad.payload.block()).unwrap();
    assert_eq!(store.head().unwrap().unwrap(), child.payload.block());
    assert!(!store.reject(hash(9, 9), parent.payload.block()).unwrap(), "an unknown block");
}
