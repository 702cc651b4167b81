//! Blocks of 1 s, block n dated n.

mod model;
mod peers;

use super::*;
use alloy::{
    primitives::{B256, Bytes, Signature, keccak256},
    signers::local::PrivateKeySigner,
};
use rota_core::{
    L2Block, Millis, OperatorId, Timestamp,
    authority::{Authority, Basis, Origins, Tenure},
    fence::{Fence, Moment, Refused},
    intent::{Action as Duty, Attempt, Attempts, Intent, IntentRecord, IntentStore},
    message::{Payload, SealedBlock, StreamItem, domain},
    seal::SealStore,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

const DEPLOYMENT: Deployment =
    Deployment { l1_chain_id: 31_337, l2_chain_id: 901, baton: Address::repeat_byte(0xba) };

fn open(dir: &Path) -> Store {
    Store::open(dir, DEPLOYMENT, Some(Slot(7))).unwrap()
}

fn hash(number: u64, branch: u8) -> B256 {
    let mut hash = B256::left_padding_from(&number.to_be_bytes());
    hash[0] = branch;
    hash
}

fn id(number: u64, branch: u8) -> BlockId {
    BlockId { number, hash: hash(number, branch) }
}

/// Block `number` of `branch` on block `number - 1` of `parent`.
fn payload(number: u64, branch: u8, parent: u8) -> Payload {
    Payload {
        number,
        timestamp: Timestamp(number),
        parent_hash: hash(number.saturating_sub(1), parent),
        hash: hash(number, branch),
        l1_origin_number: 1,
        l1_origin_hash: hash(1, 9),
        envelope: json!({ "executionPayload": { "blockNumber": number } }),
    }
}

fn by_peer(number: u64, branch: u8) -> SealedBlock {
    let payload = payload(number, branch, branch);
    let commitment = payload.commitment(901, Slot(0));
    SealedBlock {
        operator: OperatorId(3),
        commitment,
        signature: Signature::test_signature(),
        payload,
    }
}

fn authority() -> Authority {
    let tenure = Tenure {
        slot: Slot(100),
        from: Timestamp(0),
        until: Timestamp(u64::MAX / 2000),
        to_slot_end: true,
        basis: Basis::Schedule,
    };
    let origins = Origins { head: 1, hashes: BTreeMap::from([(1, hash(1, 9))]) };
    Authority { tenures: vec![tenure], origins, answered_at: Millis(0) }
}

/// Through the fence: nothing else can record.
fn seal(store: &Arc<Store>, payload: Payload) -> Result<SealedBlock, Refused> {
    let key = PrivateKeySigner::from_bytes(&B256::with_last_byte(7)).unwrap();
    let domain = domain(31_337, DEPLOYMENT.baton);
    let authority = authority();
    let moment = Moment { now: Millis(0), authority: &authority, peers_heard: true };
    Fence::new(Arc::clone(store), key, OperatorId(2), 901, 1, domain).seal(payload, moment)
}

/// A store whose head is block 9, with blocks 10 to `last` sealed on it.
fn sealed_up_to(dir: &Path, last: u64) -> (Arc<Store>, Vec<SealedBlock>) {
    let store = Arc::new(open(dir));
    store.set_head(payload(9, 0, 0).block()).unwrap();
    let blocks = (10..=last).map(|number| seal(&store, payload(number, 0, 0)).unwrap()).collect();
    (store, blocks)
}

fn intent(nonce: u64) -> IntentRecord {
    let intent = Intent { action: Duty::Claim { slot: Slot(nonce) }, deadline: Timestamp(9) };
    let attempts = Attempts::new(attempt(3));
    IntentRecord { intent, from: Address::ZERO, nonce, attempts, abandoned: false }
}

fn attempt(sent_at: u64) -> Attempt {
    let (max_fee_per_gas, max_priority_fee_per_gas) = (20, 1);
    let (hash, raw) = (hash(sent_at, 9), Bytes::from_static(b"raw"));
    Attempt { hash, raw, max_fee_per_gas, max_priority_fee_per_gas, sent_at }
}

#[test]
fn attempts_are_stored_as_a_list_that_is_not_empty() {
    let mut record = intent(5);
    record.attempts.replace(attempt(4));
    let mut stored = serde_json::to_value(&record).unwrap();
    assert_eq!(stored["attempts"], json!([attempt(3), attempt(4)]));
    assert_eq!(serde_json::from_value::<IntentRecord>(stored.clone()).unwrap(), record);

    stored["attempts"] = json!([]);
    let error = serde_json::from_value::<IntentRecord>(stored).unwrap_err().to_string();
    assert!(error.contains("no attempt"), "{error}");
}

#[test]
fn what_was_answered_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let (store, blocks) = sealed_up_to(dir.path(), 12);
    store.promise(hash(1, 1), Address::ZERO, 0, b"raw").unwrap();
    store.put_intent(&intent(5)).unwrap();
    store.put_intent(&intent(6)).unwrap();
    store.drop_intent(Address::ZERO, 5).unwrap();
    let cursor = Cursor { stream_id: "abc".into(), seq: 8 };
    store.put_cursor(OperatorId(4), &cursor).unwrap();
    let stream_id = store.stream_id().to_owned();
    drop(store);

    // A slot that began later does not change when the store was created.
    let store = Store::open(dir.path(), DEPLOYMENT, Some(Slot(8))).unwrap();
    assert_eq!(store.created_in().unwrap(), Some(Slot(7)));
    assert_eq!(store.stream_id(), stream_id);
    assert_eq!(store.head().unwrap(), Some(payload(12, 0, 0).block()));
    assert_eq!(store.last_sealed().unwrap().as_ref(), blocks.last());
    let at_height = store.sealed_at(11).unwrap();
    assert_eq!(at_height.iter().map(|sealed| &sealed.block).collect::<Vec<_>>(), [&blocks[1]]);
    let streamed = store.stream_from(2, 10).unwrap();
    let expected: Vec<_> =
        blocks[1..].iter().map(|block| StreamItem::Sealed(Box::new(block.clone()))).collect();
    assert_eq!(streamed.into_iter().map(|(_, item)| item).collect::<Vec<_>>(), expected);
    assert_eq!(*store.subscribe().borrow(), 3);
    assert_eq!(store.waiting(0, 9).unwrap().len(), 1);
    assert_eq!(store.intents().unwrap(), [intent(6)]);
    assert_eq!(store.cursor(OperatorId(4)).unwrap(), Some(cursor));
}

#[test]
fn what_was_answered_is_there_after_an_unclean_stop() {
    let dir = tempfile::tempdir().unwrap();
    let (store, blocks) = sealed_up_to(dir.path(), 12);
    // As a killed process leaves them: the database with its write-ahead log, never closed.
    let copy = tempfile::tempdir().unwrap();
    for name in ["store.sqlite", "store.sqlite-wal"] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    let after = Arc::new(open(copy.path()));
    assert_eq!(after.last_sealed().unwrap().as_ref(), blocks.last());
    assert_eq!(after.head().unwrap(), store.head().unwrap());
    let other = Payload { hash: hash(12, 5), ..payload(12, 0, 0) };
    assert!(matches!(seal(&after, other), Err(Refused::SignedOtherwise { .. })));
}

#[test]
fn a_torn_log_loses_nothing_but_what_was_not_answered() {
    let dir = tempfile::tempdir().unwrap();
    let (_store, blocks) = sealed_up_to(dir.path(), 11);
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(dir.path().join("store.sqlite"), copy.path().join("store.sqlite")).unwrap();
    let mut log = std::fs::read(dir.path().join("store.sqlite-wal")).unwrap();
    // A write that the power cut stopped half way.
    log.extend(std::iter::repeat_n(0x5a, 1_000));
    std::fs::write(copy.path().join("store.sqlite-wal"), log).unwrap();
    assert_eq!(open(copy.path()).last_sealed().unwrap().as_ref(), blocks.last());
}

#[test]
fn a_store_that_is_not_ours_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let again = Store::open(dir.path(), DEPLOYMENT, None).err().unwrap().to_string();
    assert!(again.contains("is in use by another keeper"), "{again}");
    drop(store);
    for (changed, expected) in [
        (
            Deployment { l2_chain_id: 10, ..DEPLOYMENT },
            "its L2 chain id is 901, the configuration says 10",
        ),
        (
            Deployment { l1_chain_id: 1, ..DEPLOYMENT },
            "its L1 chain id is 31337, the configuration says 1",
        ),
        (Deployment { baton: Address::ZERO, ..DEPLOYMENT }, "its Baton is 0xBAbAbabA"),
    ] {
        let error = Store::open(dir.path(), changed, None).err().unwrap().to_string();
        assert!(error.contains(expected) && error.contains("use another data_dir"), "{error}");
    }
    let database = Connection::open(dir.path().join("store.sqlite")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(dir.path(), DEPLOYMENT, None).err().unwrap().to_string();
    assert!(error.contains("schema version 99, this keeper knows 2"), "{error}");
}

#[test]
fn a_head_that_moved_meanwhile_refuses_the_block() {
    // The fence looks at the head and records on it in two calls; between them a peer's block may become the head.
    struct Meddler(Arc<Store>);
    impl SealStore for Meddler {
        type Error = StoreError;
        fn created_in(&self) -> Result<Option<Slot>, StoreError> {
            self.0.created_in()
        }
        fn floor(&self) -> Result<u64, StoreError> {
            self.0.floor()
        }
        fn head(&self) -> Result<Option<L2Block>, StoreError> {
            self.0.head()
        }
        fn block(&self, hash: B256) -> Result<Option<L2Block>, StoreError> {
            self.0.block(hash)
        }
        fn sealed_at(&self, number: u64) -> Result<Vec<rota_core::seal::Sealed>, StoreError> {
            self.0.sealed_at(number)
        }
        fn sealed_before(&self, boundary: Slot) -> Result<Option<(u64, SealedBlock)>, StoreError> {
            self.0.sealed_before(boundary)
        }
        fn handed_over_after(
            &self,
            slot: Slot,
        ) -> Result<Vec<rota_core::message::HandoffReceipt>, StoreError> {
            self.0.handed_over_after(slot)
        }
        fn handed_over(
            &self,
            boundary: Slot,
        ) -> Result<Option<rota_core::message::SignedReceipt>, StoreError> {
            self.0.handed_over(boundary)
        }
        fn countersigned(
            &self,
            number: u64,
        ) -> Result<Vec<rota_core::message::HandoffReceipt>, StoreError> {
            self.0.countersigned(number)
        }
        fn record(&self, block: &rota_core::fence::Approved) -> Result<(), StoreError> {
            assert_eq!(self.0.accept(&by_peer(10, 0))?, Accepted::New);
            self.0.record(block)
        }
        fn record_receipt(
            &self,
            receipt: &rota_core::fence::ApprovedReceipt,
        ) -> Result<(), StoreError> {
            self.0.record_receipt(receipt)
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = sealed_up_to(dir.path(), 9);
    let key = PrivateKeySigner::from_bytes(&B256::with_last_byte(7)).unwrap();
    let domain = domain(31_337, DEPLOYMENT.baton);
    let authority = authority();
    let moment = Moment { now: Millis(0), authority: &authority, peers_heard: true };
    let mut fence = Fence::new(Meddler(Arc::clone(&store)), key, OperatorId(2), 901, 1, domain);
    let mine = Payload { hash: hash(10, 5), ..payload(10, 0, 0) };
    assert!(matches!(fence.seal(mine, moment), Err(Refused::NotRecorded { .. })));
    assert_eq!(store.last_sealed().unwrap(), None);
    assert_eq!(store.stream_from(0, 9).unwrap(), []);
}

#[test]
fn a_lost_block_that_comes_back_closes_the_slot() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let lost = |number, slot| {
        let payload = payload(number, 0, 0);
        let commitment = payload.commitment(901, Slot(slot));
        SealedBlock {
            operator: OperatorId(2),
            commitment,
            signature: Signature::test_signature(),
            payload,
        }
    };
    assert!(store.recover(&lost(10, 7), Some(Slot(9))).unwrap());
    assert_eq!(
        store.created_in().unwrap(),
        Some(Slot(7)),
        "known: the store was created in that slot"
    );
    assert!(store.recover(&lost(11, 8), Some(Slot(9))).unwrap());
    assert_eq!(
        store.created_in().unwrap(),
        Some(Slot(9)),
        "a later slot: the disk was rolled back"
    );
    assert!(!store.recover(&lost(11, 8), Some(Slot(12))).unwrap());
    assert_eq!(store.created_in().unwrap(), Some(Slot(9)), "once is enough");
    assert!(store.sealed_at(10).unwrap()[0].recovered);
    assert_eq!(store.stream_from(0, 9).unwrap(), [], "peers have it");
}

#[test]
fn promises_wait_until_they_are_included_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let waiting =
        || store.waiting(0, 9).unwrap().iter().map(|entry| entry.hash).collect::<Vec<_>>();
    let (a, b, c) = (hash(1, 1), hash(2, 2), hash(3, 3));
    for (tx, nonce) in [(a, 7), (b, 6), (c, 8)] {
        assert!(store.promise(tx, Address::ZERO, nonce, tx.as_slice()).unwrap());
    }
    assert_eq!(store.promised_to(Address::ZERO, 7).unwrap(), [Bytes::from(a), Bytes::from(c)]);
    assert!(store.promised_to(Address::repeat_byte(1), 0).unwrap().is_empty());
    assert!(!store.promise(a, Address::ZERO, 0, b"again").unwrap());
    store.included(BlockId { number: 10, hash: hash(10, 0) }, &[a, hash(9, 9)]).unwrap();
    store.included(BlockId { number: 12, hash: hash(12, 0) }, &[b]).unwrap();
    assert_eq!(waiting(), [c]);
    assert_eq!(store.promised(a).unwrap().unwrap().included.unwrap().number, 10);
    assert_eq!(store.reopen_from(11).unwrap(), 1);
    assert_eq!(waiting(), [b, c]);
    store.withdraw(c).unwrap();
    assert_eq!((waiting(), store.promised(c).unwrap()), (vec![b], None));
}

#[test]
fn pruning_bounds_the_file_and_closes_what_it_forgets() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = sealed_up_to(dir.path(), 40);
    store.promise(hash(1, 1), Address::ZERO, 0, b"raw").unwrap();
    store.included(BlockId { number: 12, hash: hash(12, 0) }, &[hash(1, 1)]).unwrap();
    let held = || store.blocks_from(0, 100).unwrap().len();
    store.prune(30, 5).unwrap();
    assert_eq!((held(), store.floor().unwrap()), (31, 0), "final, but within the evidence window");
    store.prune(20, 35).unwrap();
    assert_eq!((held(), store.floor().unwrap()), (21, 20), "old, but not final above 20");
    assert_eq!(store.promised(hash(1, 1)).unwrap(), None);
    let streamed = store.stream_from(0, 100).unwrap();
    assert_eq!((streamed[0].0, streamed.len()), (11, 21), "sequence numbers go on where they were");
    store.prune(100, 100).unwrap();
    assert_eq!((held(), store.floor().unwrap()), (1, 41), "the last entry stays");
    let next = seal(&store, payload(41, 0, 0)).unwrap();
    assert_eq!(store.stream_from(32, 9).unwrap(), [(32, StreamItem::Sealed(Box::new(next)))]);
    store.set_head(payload(9, 0, 0).block()).unwrap();
    assert!(matches!(seal(&store, payload(10, 3, 0)), Err(Refused::Forgotten { .. })));
}
