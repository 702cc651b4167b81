//! Promises, kept before real pools: anvil's, which mines when told to and reorganizes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use alloy::{
    consensus::{Transaction, TxEnvelope},
    eips::eip2718::Encodable2718,
    primitives::{Address, B256, Bytes, U64},
    signers::local::PrivateKeySigner,
};
use rota_devnet::{rpc, solo::Solo};
use rota_relay::{Verdict, offers::Offers, pool::Pool};
use rota_store::Store;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use support::{L2_CHAIN_ID, PATIENCE, Town, ingress, open, serve, signed, transfer};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// anvil's first account.
fn payer() -> PrivateKeySigner {
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80".parse().unwrap()
}

async fn call(anvil: &Solo, method: &str, parameters: Value) -> Value {
    rpc::call(&anvil.url, method, parameters).await.unwrap()
}

/// Waits until the pool holds `count` transactions.
async fn pooled(anvil: &Solo, count: u64) {
    let wait = async {
        loop {
            let status = call(anvil, "txpool_status", json!([])).await;
            let pending: U64 = serde_json::from_value(status["pending"].clone()).unwrap();
            if pending.to::<u64>() == count {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait).await.expect("the pool was not offered the transaction");
}

fn promise(store: &Store, payer: &PrivateKeySigner, transaction: &TxEnvelope) {
    let (hash, nonce) = (*transaction.tx_hash(), transaction.nonce());
    store.promise(hash, payer.address(), nonce, &transaction.encoded_2718()).unwrap();
}

/// The outbox at work, until `stop`.
struct Running {
    stop: CancellationToken,
    task: JoinHandle<eyre::Result<()>>,
}

impl Running {
    fn start(store: &Arc<Store>, pool: &Solo, town: Arc<Town>) -> Self {
        let stop = CancellationToken::new();
        let pool = Pool::new(pool.url.parse().unwrap());
        let offers = Offers::new(store.clone(), pool, town).unwrap();
        Self { task: tokio::spawn(offers.run(Arc::default(), stop.clone())), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_promise_survives_a_restart_and_is_kept_through_a_reorg() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Solo::anvil().await.unwrap();
    let transaction = signed(&payer(), transfer(L2_CHAIN_ID, 0));
    let hash = *transaction.tx_hash();
    {
        let store = open(&folder);
        let served = ingress(&store, L2_CHAIN_ID, &anvil.url).await;
        let raw = json!([Bytes::from(transaction.encoded_2718())]);
        let answer: B256 = rpc::call(&served.url, "eth_sendRawTransaction", raw).await.unwrap();
        assert_eq!(answer, hash);
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
    // A node that starts again has lost its pool.
    call(&anvil, "anvil_dropAllTransactions", json!([])).await;
    let running = Running::start(&store, &anvil, Town::new(|_| Verdict::Good));
    pooled(&anvil, 1).await;
    call(&anvil, "evm_mine", json!([])).await;
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
    call(&anvil, "anvil_rollback", json!([1])).await;
    call(&anvil, "evm_mine", json!([])).await;
    until(true).await;
    pooled(&anvil, 1).await;
    call(&anvil, "evm_mine", json!([])).await;
    until(false).await;
    let kept = store.promised(hash).unwrap().unwrap();
    assert!(kept.included.is_some());
    running.stop().await;
}

#[tokio::test]
async fn a_promise_reaches_the_pool_of_whoever_includes() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (own_pool, holder_pool) = (Solo::anvil().await.unwrap(), Solo::anvil().await.unwrap());
    let holder = serve(&open(&theirs), &holder_pool.url).await;
    let town = Town::new(|_| Verdict::Good);
    town.peer_at(&holder.url);
    let store = open(&ours);
    let transaction = signed(&payer(), transfer(L2_CHAIN_ID, 0));
    promise(&store, &payer(), &transaction);
    let running = Running::start(&store, &own_pool, town);
    pooled(&holder_pool, 1).await;
    running.stop().await;
}

#[tokio::test]
async fn promises_that_nobody_can_include_hide_none_behind_them() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Solo::anvil().await.unwrap();
    let store = open(&folder);
    let poor = PrivateKeySigner::random();
    for nonce in 0..600 {
        promise(&store, &poor, &signed(&poor, transfer(L2_CHAIN_ID, nonce)));
    }
    promise(&store, &payer(), &signed(&payer(), transfer(L2_CHAIN_ID, 0)));
    let running = Running::start(&store, &anvil, Town::new(|_| Verdict::Good));
    pooled(&anvil, 1).await;
    running.stop().await;
}

#[tokio::test]
async fn a_promise_whose_nonce_was_used_otherwise_ends_once_l1_holds_that() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = Solo::anvil().await.unwrap();
    let (store, transaction) = (open(&folder), signed(&payer(), transfer(L2_CHAIN_ID, 0)));
    promise(&store, &payer(), &transaction);
    let other = json!([{ "from": payer().address(), "to": Address::ZERO, "value": "0x2", "gas": "0x5208" }]);
    call(&anvil, "eth_sendTransaction", other).await;
    // anvil's safe block is 32 behind its head.
    call(&anvil, "anvil_mine", json!(["0x40"])).await;
    let running = Running::start(&store, &anvil, Town::new(|_| Verdict::Good));
    let withdrawn = async {
        while store.promised(*transaction.tx_hash()).unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, withdrawn).await.expect("the promise was kept for ever");
    running.stop().await;
}
