//! Streams between two relays on loopback, and the ingress before a real pool (anvil's).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    network::TxSignerSync,
    primitives::{Address, B256, Bytes, Signature, TxKind, U64, U256},
    providers::{Provider, ProviderBuilder, RootProvider},
    signers::local::PrivateKeySigner,
};
use rota_core::{
    message::{Payload, SealedBlock, StreamItem},
    types::{OperatorId, Slot, Timestamp},
};
use rota_relay::{
    Directory, Peer, Received, Verdict, client::Peers, ingress::Ingress, offers::Offers,
    pool::Pool, server::Relay,
};
use rota_store::{Deployment, Store};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

const L2_CHAIN_ID: u64 = 31_337;
/// How long a test waits for what must come: a bound for a broken build, never reached by a sound one.
const PATIENCE: Duration = Duration::from_secs(30);

fn open(folder: &TempDir) -> Arc<Store> {
    let deployment = Deployment { l1_chain_id: 1, l2_chain_id: L2_CHAIN_ID, baton: Address::ZERO };
    Arc::new(Store::open(folder.path(), deployment, None).unwrap())
}

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

/// One peer; what is vouched for is the test's choice.
struct Town {
    peer: Mutex<Option<Peer>>,
    verdict: fn(&StreamItem) -> Verdict,
}

impl Town {
    fn new(verdict: fn(&StreamItem) -> Verdict) -> Arc<Self> {
        Arc::new(Self { peer: Mutex::new(None), verdict })
    }

    fn peer_at(&self, endpoint: &str) {
        *self.peer.lock().unwrap() =
            Some(Peer { operator: OperatorId(2), endpoint: endpoint.to_owned() });
    }
}

impl Directory for Town {
    fn peers(&self) -> Vec<Peer> {
        self.peer.lock().unwrap().iter().cloned().collect()
    }

    fn judge(&self, item: &StreamItem) -> Verdict {
        (self.verdict)(item)
    }

    fn includers(&self) -> Vec<Peer> {
        self.peers()
    }
}

/// A served relay; stops when dropped.
struct Served {
    url: String,
    stop: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn serve(store: &Arc<Store>, pool: &str) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let relay = Relay::new(store.clone(), Pool::new(pool.parse().unwrap()));
    tokio::spawn(relay.serve(listener, stop.clone()));
    Served { url, stop }
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

const NO_POOL: &str = "http://127.0.0.1:9";

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

/// anvil as an L2: it has a pool, mines when told to and reorganizes; gone when dropped.
struct Anvil {
    child: Child,
    url: String,
    rpc: RootProvider,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.child.kill().expect("anvil is our child");
        self.child.wait().expect("anvil is our child");
    }
}

impl Anvil {
    fn start() -> Self {
        let anvil = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
        let mut child = Command::new(&anvil)
            .args(["--port", "0", "--no-mining", "--hardfork", "prague"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}: run `npm ci` first", anvil.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines
            .find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned))
            .unwrap();
        // Read on, or anvil stops at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{listening}");
        let rpc = ProviderBuilder::default().connect_http(url.parse().unwrap());
        Self { child, url, rpc }
    }

    async fn call(&self, method: &'static str, parameters: Value) -> Value {
        self.rpc.raw_request(method.into(), parameters).await.unwrap()
    }

    /// Waits until the pool holds `count` transactions.
    async fn pooled(&self, count: u64) {
        let wait = async {
            loop {
                let status = self.call("txpool_status", json!([])).await;
                let pending: U64 = serde_json::from_value(status["pending"].clone()).unwrap();
                if pending.to::<u64>() == count {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, wait).await.expect("the pool was not offered the transaction");
    }
}

/// anvil's first account.
fn payer() -> PrivateKeySigner {
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80".parse().unwrap()
}

fn transfer(chain_id: u64, nonce: u64) -> TxEnvelope {
    transfer_of(&payer(), chain_id, nonce)
}

fn transfer_of(payer: &PrivateKeySigner, chain_id: u64, nonce: u64) -> TxEnvelope {
    let mut transaction = TxEip1559 {
        chain_id,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(Address::with_last_byte(9)),
        value: U256::from(1),
        ..TxEip1559::default()
    };
    let signature = payer.sign_transaction_sync(&mut transaction).unwrap();
    transaction.into_signed(signature).into()
}

async fn ask(url: &str, request: Value) -> Value {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
    client.post(url).json(&request).send().await.unwrap().json().await.unwrap()
}

fn send_raw(raw: &Bytes) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": "eth_sendRawTransaction", "params": [raw] })
}

async fn ingress(store: &Arc<Store>, promised: Arc<Notify>) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let ingress = Ingress { store: store.clone(), l2_chain_id: L2_CHAIN_ID, promised };
    tokio::spawn(ingress.serve(listener, stop.clone()));
    Served { url, stop }
}

#[tokio::test]
async fn what_the_ingress_cannot_keep_it_does_not_answer_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let served = ingress(&store, Arc::default()).await;
    let foreign = Bytes::from(transfer(1, 0).encoded_2718());
    for (request, says) in [
        (send_raw(&foreign), "is for chain Some(1), this is chain 31337"),
        (send_raw(&Bytes::from_static(b"\x02hello")), "not a signed transaction"),
        (
            json!({ "id": 7, "method": "eth_sendRawTransaction", "params": [] }),
            "expected one parameter",
        ),
        (json!({ "id": 7, "method": "eth_call", "params": [] }), "eth_call is not served here"),
    ] {
        let answer = ask(&served.url, request).await;
        assert!(answer["error"]["message"].as_str().unwrap().contains(says), "{answer}");
        assert_eq!(answer["id"], 7);
    }
    assert!(store.waiting(0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn a_promise_survives_a_restart_and_is_kept_through_a_reorg() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Anvil::start();
    let transaction = transfer(L2_CHAIN_ID, 0);
    let hash = *transaction.tx_hash();
    {
        let store = open(&folder);
        let served = ingress(&store, Arc::default()).await;
        let answer = ask(&served.url, send_raw(&transaction.encoded_2718().into())).await;
        assert_eq!(answer["result"], json!(hash), "{answer}");
        served.stop.cancel();
        drop(served);
        // The server's task holds the store until it has ended.
        let closed = async {
            while Arc::strong_count(&store) > 1 {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, closed).await.expect("the ingress did not end");
    }

    let store = open(&folder);
    assert_eq!(store.waiting(0, 10).unwrap().len(), 1, "answered means kept");
    let town = Town::new(|_| Verdict::Good);
    let stop = CancellationToken::new();
    let offers = Offers::new(store.clone(), Pool::new(anvil.url.parse().unwrap()), town).unwrap();
    let running = tokio::spawn(offers.run(Arc::default(), stop.clone()));
    anvil.pooled(1).await;
    anvil.call("evm_mine", json!([])).await;
    let until = async |is_waiting: bool| {
        let wait = async {
            while store.waiting(0, 10).unwrap().is_empty() == is_waiting {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, wait).await.expect("the outbox did not notice");
    };
    until(false).await;

    // The block that included it leaves the chain, and anvil forgets the transaction: it must be offered again.
    anvil.call("anvil_rollback", json!([1])).await;
    anvil.call("evm_mine", json!([])).await;
    until(true).await;
    anvil.pooled(1).await;
    anvil.call("evm_mine", json!([])).await;
    until(false).await;
    let kept = store.promised(hash).unwrap().unwrap();
    assert!(kept.included.is_some());
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_promise_reaches_the_pool_of_whoever_includes() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (own_pool, holder_pool) = (Anvil::start(), Anvil::start());
    let holder = serve(&open(&theirs), &holder_pool.url).await;
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(&holder.url);
    let store = open(&ours);
    let transaction = transfer(L2_CHAIN_ID, 0);
    store.promise(*transaction.tx_hash(), &transaction.encoded_2718()).unwrap();
    let stop = CancellationToken::new();
    let offers = Offers::new(store, Pool::new(own_pool.url.parse().unwrap()), town).unwrap();
    let running = tokio::spawn(offers.run(Arc::default(), stop.clone()));
    holder_pool.pooled(1).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn promises_that_nobody_can_include_hide_none_behind_them() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Anvil::start();
    let store = open(&folder);
    let poor = PrivateKeySigner::random();
    let hopeless = (0..600).map(|nonce| transfer_of(&poor, L2_CHAIN_ID, nonce));
    for transaction in hopeless.chain([transfer(L2_CHAIN_ID, 0)]) {
        store.promise(*transaction.tx_hash(), &transaction.encoded_2718()).unwrap();
    }
    let stop = CancellationToken::new();
    let offers =
        Offers::new(store, Pool::new(anvil.url.parse().unwrap()), Town::new(|_| Verdict::Good))
            .unwrap();
    let running = tokio::spawn(offers.run(Arc::default(), stop.clone()));
    anvil.pooled(1).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_promise_whose_nonce_was_used_otherwise_ends_once_l1_holds_that() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Anvil::start();
    let (store, transaction) = (open(&folder), transfer(L2_CHAIN_ID, 0));
    store.promise(*transaction.tx_hash(), &transaction.encoded_2718()).unwrap();
    let other = json!([{ "from": payer().address(), "to": Address::ZERO, "value": "0x2", "gas": "0x5208" }]);
    anvil.call("eth_sendTransaction", other).await;
    // anvil's safe block is 32 behind its head.
    anvil.call("anvil_mine", json!(["0x40"])).await;
    let stop = CancellationToken::new();
    let offers = Offers::new(
        store.clone(),
        Pool::new(anvil.url.parse().unwrap()),
        Town::new(|_| Verdict::Good),
    )
    .unwrap();
    let running = tokio::spawn(offers.run(Arc::default(), stop.clone()));
    let withdrawn = async {
        while store.promised(*transaction.tx_hash()).unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, withdrawn).await.expect("the promise was kept for ever");
    stop.cancel();
    running.await.unwrap().unwrap();
}
