//! Users' entrance: JSON-RPC with `eth_sendRawTransaction` (and `eth_chainId`, which wallets ask first).
//!
//! Answered means kept: the transaction is in the store, fsynced, before its hash is returned.

use crate::{bounded::Bounded, server::MAX_BODY};
use alloy::{
    consensus::{Transaction, TxEnvelope, transaction::SignerRecoverable},
    eips::eip2718::Decodable2718,
    primitives::{B256, Bytes},
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::post,
};
use rota_store::{Store, StoreError};
use serde_json::{Value, json};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore},
    task::spawn_blocking,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// How long a user's connection may stay without a byte either way.
const SILENCE: Duration = Duration::from_secs(30);
/// How long requests in hand may take once the keeper stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// One promise at a time waits for the disk: a flood of them must not stand before a seal.
static WRITES: Semaphore = Semaphore::const_new(1);

/// The entrance of one keeper.
#[derive(Clone)]
pub struct Ingress {
    pub store: Arc<Store>,
    pub l2_chain_id: u64,
    /// Told of every new promise.
    pub promised: Arc<Notify>,
}

/// Why a request was not accepted: JSON-RPC code and what the sender can do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Rejected {
    #[error(
        "method {0} is not served here: this is a sequencer's entrance for eth_sendRawTransaction, ask a node for the rest"
    )]
    Method(String),
    #[error("expected one parameter, the signed transaction in hex")]
    Parameters,
    #[error("not a signed transaction: {0}")]
    Malformed(String),
    #[error("the transaction is for chain {0:?}, this is chain {1}: sign it for this chain")]
    Chain(Option<u64>, u64),
    #[error("blob transactions do not exist on this chain: send the data as calldata")]
    Blob,
    #[error("{0} transactions are waiting already: try again in a few seconds")]
    Full(u64),
    #[error("the transaction could not be stored, so it was not accepted: try another operator")]
    NotStored,
}

impl Rejected {
    fn code(&self) -> i32 {
        match self {
            Self::Method(_) => -32601,
            Self::Parameters => -32602,
            Self::Full(_) | Self::NotStored => -32005,
            Self::Malformed(_) | Self::Chain(..) | Self::Blob => -32000,
        }
    }
}

impl Ingress {
    /// Serves on `listener` until `stop`.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
        let router = Router::new()
            .route("/", post(answer))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(self);
        let listener = Bounded::new(listener, SILENCE);
        let served =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        // A stranger who never ends a request must not keep the keeper from stopping.
        tokio::select! {
            served = served => served,
            () = async {
                stop.cancelled().await;
                sleep(LAST_ANSWERS).await;
            } => Ok(()),
        }
    }

    async fn call(&self, request: &Value) -> Result<Value, Rejected> {
        match request["method"].as_str().unwrap_or_default() {
            "eth_chainId" => Ok(json!(format!("{:#x}", self.l2_chain_id))),
            "eth_sendRawTransaction" => {
                let raw: Bytes = request["params"]
                    .get(0)
                    .and_then(|raw| serde_json::from_value(raw.clone()).ok())
                    .ok_or(Rejected::Parameters)?;
                self.accept(raw).await.map(|hash| json!(hash))
            }
            other => Err(Rejected::Method(other.to_owned())),
        }
    }

    /// Checks and stores a transaction; returns its hash.
    async fn accept(&self, raw: Bytes) -> Result<B256, Rejected> {
        let hash = check(&raw, self.l2_chain_id)?;
        let store = self.store.clone();
        let _turn = WRITES.acquire().await;
        match spawn_blocking(move || store.promise(hash, &raw)).await {
            Ok(Ok(is_new)) => {
                if is_new {
                    self.promised.notify_one();
                }
                Ok(hash)
            }
            Ok(Err(StoreError::OutboxFull { held, .. })) => Err(Rejected::Full(held)),
            Ok(Err(error)) => {
                tracing::error!(%error, %hash, "ingress.store");
                Err(Rejected::NotStored)
            }
            Err(_) => Err(Rejected::NotStored),
        }
    }
}

/// Decodes `raw`, checks its chain and its signature, and returns its hash.
fn check(raw: &Bytes, chain_id: u64) -> Result<B256, Rejected> {
    let transaction = TxEnvelope::decode_2718_exact(raw)
        .map_err(|error| Rejected::Malformed(error.to_string()))?;
    if transaction.is_eip4844() {
        return Err(Rejected::Blob);
    }
    // A transaction without a chain id could be replayed here by whoever saw it elsewhere.
    if transaction.chain_id() != Some(chain_id) {
        return Err(Rejected::Chain(transaction.chain_id(), chain_id));
    }
    transaction.recover_signer().map_err(|error| Rejected::Malformed(error.to_string()))?;
    Ok(*transaction.tx_hash())
}

async fn answer(State(ingress): State<Ingress>, Json(body): Json<Value>) -> Json<Value> {
    Json(match body {
        Value::Array(requests) => {
            let mut answers = Vec::with_capacity(requests.len());
            for request in &requests {
                answers.push(answer_one(&ingress, request).await);
            }
            Value::Array(answers)
        }
        request => answer_one(&ingress, &request).await,
    })
}

async fn answer_one(ingress: &Ingress, request: &Value) -> Value {
    let id = request["id"].clone();
    match ingress.call(request).await {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(rejected) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": rejected.code(), "message": rejected.to_string() } })
        }
    }
}
