//! A disk that is busy with something else keeps peers' blocks waiting, and op-node's questions not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alloy::{
    primitives::{Address, B256, Signature},
    signers::local::PrivateKeySigner,
};
use rota_core::{
    OperatorId, Slot, Timestamp,
    message::{Payload, SealedBlock, domain},
    seal::SealStore,
};
use rota_devnet::rpc;
use rota_sequencer::{
    FromPeers, Role,
    shell::{Config, Inputs, run},
};
use rota_store::{Deployment, Store};
use rusqlite::Connection;
use serde_json::json;
use std::sync::Arc;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::yield_now,
};
use tokio_util::sync::CancellationToken;

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn op_node_is_answered_while_a_peers_block_waits_for_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let deployment = Deployment { l1_chain_id: 1, l2_chain_id: 901, baton: Address::ZERO };
    let store = Arc::new(Store::open(dir.path(), deployment, None).unwrap());
    let payload = Payload {
        number: 7,
        timestamp: Timestamp(7),
        parent_hash: B256::with_last_byte(6),
        hash: B256::with_last_byte(7),
        l1_origin_number: 0,
        l1_origin_hash: B256::ZERO,
        envelope: json!({}),
    };
    let (hash, commitment) = (payload.hash, payload.commitment(901, Slot(0)));
    let signature = Signature::test_signature();
    let block = SealedBlock { operator: OperatorId(3), commitment, signature, payload };

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let conductor = format!("http://{}", listener.local_addr().unwrap());
    let (_role, role) = watch::channel(Role::default());
    let (peers, peers_in) = mpsc::channel(1);
    let (gaps, _gaps) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let config = Config {
        operator: OperatorId(2),
        l2_chain_id: 901,
        block_time: 1,
        domain: domain(1, Address::ZERO),
        node_rpc: NOWHERE.into(),
        batcher_rpc: NOWHERE.into(),
        l1_rpc: vec![NOWHERE.into()],
    };
    let inputs = Inputs { role, peers: peers_in, gaps, stop: stop.clone() };
    let key = PrivateKeySigner::random();
    let running = tokio::spawn(run(config, Arc::clone(&store), key, listener, inputs));

    // SQLite lets one write at a time: the store waits for this one, up to 5 s, then it fails.
    let other = Connection::open(dir.path().join("store.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    peers.send(FromPeers::Block(Box::new(block))).await.unwrap();
    while peers.capacity() == 0 {
        yield_now().await;
    }
    let leads: bool = rpc::call(&conductor, "conductor_leader", json!([])).await.unwrap();
    assert!(!leads);
    other.execute_batch("COMMIT").unwrap();
    stop.cancel();
    running.await.unwrap().expect("the store was not given the time to write");
    assert!(store.block(hash).unwrap().is_some());
}
