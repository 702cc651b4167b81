//! What the relay's tests share: a store, a served relay, and a town of one peer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses its part")]

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    network::TxSignerSync,
    primitives::{Address, TxKind, U256},
    signers::local::PrivateKeySigner,
};
use rota_core::{message::StreamItem, types::OperatorId};
use rota_relay::{Directory, Peer, Verdict, ingress::Ingress, pool::Pool, server::Relay};
use rota_store::{Deployment, Store};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const L2_CHAIN_ID: u64 = 31_337;
/// How long a test waits for what must come: a bound for a broken build, never reached by a sound one.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn open(folder: &TempDir) -> Arc<Store> {
    let deployment = Deployment { l1_chain_id: 1, l2_chain_id: L2_CHAIN_ID, baton: Address::ZERO };
    Arc::new(Store::open(folder.path(), deployment, None).unwrap())
}

/// One peer; what is vouched for is the test's choice.
pub struct Town {
    peer: Mutex<Option<Peer>>,
    verdict: fn(&StreamItem) -> Verdict,
}

impl Town {
    pub fn new(verdict: fn(&StreamItem) -> Verdict) -> Arc<Self> {
        Arc::new(Self { peer: Mutex::new(None), verdict })
    }

    pub fn peer_at(&self, endpoint: &str) {
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
pub struct Served {
    pub url: String,
    pub stop: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub async fn serve(store: &Arc<Store>, pool: &str) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let relay = Relay::new(store.clone(), Pool::new(pool.parse().unwrap()));
    tokio::spawn(relay.serve(listener, stop.clone()));
    Served { url, stop }
}

pub const NO_POOL: &str = "http://127.0.0.1:9";

/// The ingress of a keeper whose op-geth is at `pool`.
pub async fn ingress(store: &Arc<Store>, l2_chain_id: u64, pool: &str) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let pool = Pool::new(pool.parse().unwrap());
    let ingress = Ingress { store: store.clone(), pool, l2_chain_id, promised: Arc::default() };
    tokio::spawn(ingress.serve(listener, stop.clone()));
    Served { url, stop }
}

/// A transfer of 1 wei.
pub fn transfer(chain_id: u64, nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(Address::with_last_byte(9)),
        value: U256::from(1),
        ..TxEip1559::default()
    }
}

pub fn signed(payer: &PrivateKeySigner, mut transaction: TxEip1559) -> TxEnvelope {
    let signature = payer.sign_transaction_sync(&mut transaction).unwrap();
    transaction.into_signed(signature).into()
}
