//! Streams and blocks between two relays on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use alloy::primitives::{B256, Signature};
use rota_core::{
    message::{Payload, SealedBlock, StreamItem},
    types::{OperatorId, Slot, Timestamp},
};
use rota_relay::{Received, Verdict, client::Peers};
use rota_store::Store;
use serde_json::json;
use std::sync::Arc;
use support::{L2_CHAIN_ID, NO_POOL, PATIENCE, Town, open, serve};
use tokio::{net::TcpListener, sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

fn leaving(number: u64) -> StreamItem {
    StreamItem::Leaving {
        operator: OperatorId(2),
        slot: Slot(number),
        number,
        hash: B256::with_last_byte(1),
        signature: Signature::test_signature(),
    }
}

fn block(number: u64) -> SealedBlock {
    let payload = Payload {
        number,
        timestamp: Timestamp(number),
        parent_hash: B256::left_padding_from(&(number - 1).to_be_bytes()),
        hash: B256::left_padding_from(&number.to_be_bytes()),
        l1_origin_number: 0,
        l1_origin_hash: B256::ZERO,
        envelope: json!({}),
    };
    let commitment = payload.commitment(L2_CHAIN_ID, Slot(0));
    SealedBlock {
        operator: OperatorId(2),
        commitment,
        signature: Signature::test_signature(),
        payload,
    }
}

/// A reader of the town's streams.
struct Reading {
    received: mpsc::Receiver<Received>,
    gaps: mpsc::Sender<u64>,
    stop: CancellationToken,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Reading {
    fn start(town: &Arc<Town>, store: Option<Arc<Store>>) -> Self {
        let (sender, received) = mpsc::channel(64);
        let (gaps, asked) = mpsc::channel(8);
        let stop = CancellationToken::new();
        let peers = Peers { directory: town.clone(), store, received: sender, gaps: asked };
        tokio::spawn(peers.run(0, stop.clone()));
        Self { received, gaps, stop }
    }

    async fn next(&mut self) -> Received {
        timeout(PATIENCE, self.received.recv())
            .await
            .expect("nothing came")
            .expect("the reader ended")
    }
}

#[tokio::test]
async fn a_stream_is_read_in_order_before_and_after_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for number in 1..=130 {
        store.append(number, &leaving(number)).unwrap();
    }
    let served = serve(&store, NO_POOL).await;
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(&served.url);
    let mut reading = Reading::start(&town, None);
    assert_eq!(reading.next().await, Received::Heard);
    for number in 1..=130 {
        assert_eq!(reading.next().await, Received::Item(leaving(number)));
    }
    store.append(131, &leaving(131)).unwrap();
    assert_eq!(reading.next().await, Received::Item(leaving(131)));
}

#[tokio::test]
async fn what_nobody_vouches_for_is_left_out_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for number in 1..=3 {
        store.append(number, &leaving(number)).unwrap();
    }
    let served = serve(&store, NO_POOL).await;
    let town = Town::new(|item| if *item == leaving(2) { Verdict::Bad } else { Verdict::Good });
    town.peer_at(&served.url);
    let mut reading = Reading::start(&town, None);
    assert_eq!(reading.next().await, Received::Heard);
    assert_eq!(reading.next().await, Received::Item(leaving(1)));
    assert_eq!(reading.next().await, Received::Item(leaving(3)));
}

#[tokio::test]
async fn a_peer_that_comes_back_is_read_on_and_one_that_lost_its_disk_from_the_start() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let town = Town::new(|_| Verdict::Good);
    let store = open(&first);
    store.append(1, &leaving(1)).unwrap();
    let served = serve(&store, NO_POOL).await;
    town.peer_at(&served.url);
    let mut reading = Reading::start(&town, None);
    assert_eq!(reading.next().await, Received::Heard);
    assert_eq!(reading.next().await, Received::Item(leaving(1)));

    drop(served);
    store.append(2, &leaving(2)).unwrap();
    let served = serve(&store, NO_POOL).await;
    town.peer_at(&served.url);
    assert_eq!(reading.next().await, Received::Item(leaving(2)), "nothing twice, nothing left out");

    let lost = open(&second);
    lost.append(7, &leaving(7)).unwrap();
    drop(served);
    let served = serve(&lost, NO_POOL).await;
    town.peer_at(&served.url);
    assert_eq!(reading.next().await, Received::Item(leaving(7)), "its numbers start again");
}

#[tokio::test]
async fn blocks_are_handed_over_before_heard_and_again_when_a_gap_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for number in 1..=70 {
        store.accept(&block(number)).unwrap();
    }
    let served = serve(&store, NO_POOL).await;
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(&served.url);
    let mut reading = Reading::start(&town, None);
    for number in 1..=70 {
        assert_eq!(reading.next().await, Received::Block(Box::new(block(number))));
    }
    assert_eq!(reading.next().await, Received::Heard);
    reading.gaps.send(69).await.unwrap();
    assert_eq!(reading.next().await, Received::Block(Box::new(block(69))));
    assert_eq!(reading.next().await, Received::Block(Box::new(block(70))));
}

#[tokio::test]
async fn an_unreachable_peer_does_not_keep_the_others_waiting() {
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(NO_POOL);
    let mut reading = Reading::start(&town, None);
    assert_eq!(reading.next().await, Received::Heard);
}

#[tokio::test]
async fn a_peer_that_repeats_its_blocks_is_heard_once() {
    let page = || async { axum::Json((1..=64).map(block).collect::<Vec<_>>()) };
    let app = axum::Router::new().route("/v1/blocks", axum::routing::get(page));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(&format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut reading = Reading::start(&town, None);
    for number in (1..=64).chain(1..=64) {
        assert_eq!(reading.next().await, Received::Block(Box::new(block(number))));
    }
    assert_eq!(reading.next().await, Received::Heard);
}

#[tokio::test]
async fn a_page_holds_all_blocks_of_a_height() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let other = |number: u64| {
        let mut block = block(number);
        block.payload.hash = B256::repeat_byte(number as u8);
        block
    };
    for number in 1..=64 {
        store.accept(&block(number)).unwrap();
    }
    store.accept(&other(64)).unwrap();
    let served = serve(&store, NO_POOL).await;
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(&served.url);
    let mut reading = Reading::start(&town, None);
    for number in 1..=64 {
        assert_eq!(reading.next().await, Received::Block(Box::new(block(number))));
    }
    assert_eq!(reading.next().await, Received::Block(Box::new(other(64))));
    assert_eq!(reading.next().await, Received::Heard);
}
