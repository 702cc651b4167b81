//! Users' entrance: JSON-RPC with `eth_sendRawTransaction` (and `eth_chainId`, which wallets ask first).
//!
//! Answered means kept: the transaction is in the store, fsynced, before its hash is returned. So only what can be kept is taken:
//! our op-geth takes it into its pool, and its sender can pay for it together with all else that it was promised. What op-geth
//! refuses is refused in its words, which users' tools know.

use crate::{
    bounded::Bounded,
    pool::{Account, Pool},
    server::MAX_BODY,
};
use alloy::{
    consensus::{
        Transaction, TxEnvelope,
        transaction::{Recovered, SignerRecoverable},
    },
    eips::eip2718::Decodable2718,
    primitives::{B256, Bytes, U256},
    transports::TransportError,
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::post,
};
use rota_core::root_cause;
use rota_store::{Store, StoreError};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io, sync::Arc, time::Duration};
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

/// Promises of one sender that a block has yet to include, and how far its nonces may run ahead: what op-geth's pool queues of one
/// account by default, so that no more could wait there either.
const MOST_OF_A_SENDER: u64 = 64;

/// One promise at a time waits for the disk: a flood of them must not stand before a seal.
static WRITES: Semaphore = Semaphore::const_new(1);

/// The entrance of one keeper.
#[derive(Clone)]
pub struct Ingress {
    pub store: Arc<Store>,
    /// Of our op-geth.
    pub pool: Pool,
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
    /// op-geth's own words.
    #[error("{message}")]
    Refused { code: i32, message: String },
    #[error(
        "this operator's node does not answer, so the transaction was not accepted: try another operator"
    )]
    NotAsked,
    #[error(
        "nonce too high: next nonce {next}, tx nonce {nonce}: at most {MOST_OF_A_SENDER} transactions of a sender wait here, send those between first"
    )]
    NonceTooHigh { next: u64, nonce: u64 },
    #[error(
        "account limit exceeded: {0} transactions of this sender are waiting already: try again once they are included"
    )]
    AccountLimit(usize),
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, tx cost {cost}, overshot {}", queued.saturating_add(*cost).saturating_sub(*balance)
    )]
    Funds { balance: U256, queued: U256, cost: U256 },
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
            Self::Refused { code, .. } => *code,
            Self::Full(_) | Self::AccountLimit(_) | Self::NotStored | Self::NotAsked => -32005,
            Self::Malformed(_)
            | Self::Chain(..)
            | Self::Blob
            | Self::NonceTooHigh { .. }
            | Self::Funds { .. } => -32000,
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
        let transaction = decode(&raw, self.l2_chain_id)?;
        let hash = *transaction.hash();
        if self.ask_store(move |store| Ok(store.promised(hash)?.is_some())).await? {
            return Ok(hash);
        }
        let sender = transaction.signer();
        let account = self.pool.account(sender).await.map_err(refused)?;
        let asked = transaction.clone();
        self.ask_store(move |store| check_means(store, &asked, account)).await?;
        self.pool.offer(&raw).await.map_err(refused)?;
        let _turn = WRITES.acquire().await;
        let is_new = self.ask_store(move |store| {
            // Again: others of this sender may have been promised meanwhile.
            check_means(store, &transaction, account)?;
            Ok(store.promise(hash, sender, transaction.nonce(), &raw)?)
        });
        if is_new.await? {
            self.promised.notify_one();
        }
        Ok(hash)
    }

    /// Has the store asked on a thread that may wait for the disk.
    async fn ask_store<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> Result<T, Rejected> + Send + 'static,
    ) -> Result<T, Rejected> {
        let store = self.store.clone();
        spawn_blocking(move || question(&store)).await.unwrap_or(Err(Rejected::NotStored))
    }
}

impl From<StoreError> for Rejected {
    fn from(error: StoreError) -> Self {
        if let StoreError::OutboxFull { held, .. } = error {
            return Self::Full(held);
        }
        tracing::error!(%error, "ingress.store");
        Self::NotStored
    }
}

fn refused(error: TransportError) -> Rejected {
    match error {
        TransportError::ErrorResp(said) => Rejected::Refused {
            code: said.code.try_into().unwrap_or(-32000),
            message: said.message.into_owned(),
        },
        error => {
            tracing::warn!(error = %root_cause(&error), "ingress.node_does_not_answer");
            Rejected::NotAsked
        }
    }
}

/// Decodes `raw`, and checks its chain and its signature.
fn decode(raw: &Bytes, chain_id: u64) -> Result<Recovered<TxEnvelope>, Rejected> {
    let transaction = TxEnvelope::decode_2718_exact(raw)
        .map_err(|error| Rejected::Malformed(error.to_string()))?;
    if transaction.is_eip4844() {
        return Err(Rejected::Blob);
    }
    // A transaction without a chain id could be replayed here by whoever saw it elsewhere.
    if transaction.chain_id() != Some(chain_id) {
        return Err(Rejected::Chain(transaction.chain_id(), chain_id));
    }
    transaction.try_into_recovered().map_err(|error| Rejected::Malformed(error.to_string()))
}

/// Whether its sender, who has `account`, can have `transaction` besides all else that it was promised: what op-geth's pool asks too,
/// but of the transactions alone that it holds and that can be executed next.
fn check_means(
    store: &Store,
    transaction: &Recovered<TxEnvelope>,
    account: Account,
) -> Result<(), Rejected> {
    let Account { nonce: next, balance } = account;
    let nonce = transaction.nonce();
    if nonce >= next + MOST_OF_A_SENDER {
        return Err(Rejected::NonceTooHigh { next, nonce });
    }
    let promised = store.promised_to(transaction.signer(), next)?;
    if promised.len() as u64 >= MOST_OF_A_SENDER {
        return Err(Rejected::AccountLimit(promised.len()));
    }
    // Of several with one nonce one can be included: the dearest counts.
    let mut costs = BTreeMap::<u64, U256>::new();
    for promised in promised.iter().filter_map(|raw| TxEnvelope::decode_2718_exact(raw).ok()) {
        let dearest = costs.entry(promised.nonce()).or_default();
        *dearest = cost(&promised).max(*dearest);
    }
    let replaced = costs.remove(&nonce).unwrap_or_default();
    let queued = costs.values().fold(U256::ZERO, |sum, cost| sum.saturating_add(*cost));
    let cost = cost(transaction).max(replaced);
    if queued.saturating_add(cost) > balance {
        return Err(Rejected::Funds { balance, queued, cost });
    }
    Ok(())
}

/// Most that a transaction takes from its sender on L2, wei.
fn cost(transaction: &TxEnvelope) -> U256 {
    U256::from(transaction.gas_limit())
        .saturating_mul(U256::from(transaction.max_fee_per_gas()))
        .saturating_add(transaction.value())
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
