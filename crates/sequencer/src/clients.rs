//! The calls we make to our own op-node and op-batcher, and to L1 about one block.

use crate::rpc::{Rpc, RpcError};
use alloy::primitives::B256;
use rota_core::{BlockId, L2Block, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// A node beside us answers within milliseconds; a second is for a machine under load.
const SHORT: Duration = Duration::from_secs(1);
/// `admin_stopSequencer` waits for the block in hand, `admin_stopBatcher` for its receipts.
const STOP_SEQUENCER: Duration = Duration::from_secs(5);
const STOP_BATCHER: Duration = Duration::from_secs(30);
/// How often a node is asked for its heads that does not know them yet.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// op-node's JSON for an L2 block.
#[derive(Clone, Debug, Deserialize)]
struct L2Ref {
    hash: B256,
    number: u64,
    #[serde(rename = "parentHash")]
    parent_hash: B256,
    timestamp: u64,
    l1origin: BlockId,
}

#[derive(Deserialize)]
struct SyncStatus {
    unsafe_l2: L2Ref,
    safe_l2: L2Ref,
    finalized_l2: L2Ref,
}

/// The heads of an op-node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    pub unsafe_head: L2Block,
    pub safe: L2Block,
    pub finalized: L2Block,
}

impl From<L2Ref> for L2Block {
    fn from(block: L2Ref) -> Self {
        let L2Ref { hash, number, parent_hash, timestamp, l1origin } = block;
        Self { number, hash, parent_hash, timestamp: Timestamp(timestamp), origin: l1origin }
    }
}

/// Our op-node, with `--rpc.enable-admin`.
#[derive(Clone, Debug)]
pub struct OpNode(Rpc);

impl OpNode {
    pub fn new(url: impl Into<String>) -> Result<Self, reqwest::Error> {
        Ok(Self(Rpc::new(url)?))
    }

    /// None as long as the node has not found its heads: for a moment after its start it answers zeros.
    pub async fn heads(&self) -> Result<Option<Heads>, RpcError> {
        let status: SyncStatus = self.0.call("optimism_syncStatus", json!([]), SHORT).await?;
        let heads = Heads {
            unsafe_head: status.unsafe_l2.into(),
            safe: status.safe_l2.into(),
            finalized: status.finalized_l2.into(),
        };
        Ok((heads.unsafe_head.hash != B256::ZERO).then_some(heads))
    }

    /// Waits until the node answers and has found its heads.
    pub async fn known_heads(&self) -> Heads {
        loop {
            if let Ok(Some(heads)) = self.heads().await {
                return heads;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    pub async fn is_sequencing(&self) -> Result<bool, RpcError> {
        self.0.call("admin_sequencerActive", json!([]), SHORT).await
    }

    /// Starts sequencing on `head`, which must be the node's unsafe head, and wakes its event loop: otherwise the first block
    /// waits for the next L1 poll. The wake-up is a query that goes through the loop, for a block that is not final.
    pub async fn start(&self, head: BlockId) -> Result<(), RpcError> {
        let _: Value = self.0.call("admin_startSequencer", json!([head.hash]), SHORT).await?;
        let number = format!("{:#x}", head.number);
        let _: Result<Value, _> =
            self.0.call("optimism_outputAtBlock", json!([number]), SHORT).await;
        Ok(())
    }

    /// Call only once `conductor_leader` answers false: else a node whose commits are refused waits for a block for ever.
    pub async fn stop(&self) -> Result<(), RpcError> {
        let stopped: Result<Value, _> =
            self.0.call("admin_stopSequencer", json!([]), STOP_SEQUENCER).await;
        match stopped {
            Err(error) if !error.says("not running") => Err(error),
            _ => Ok(()),
        }
    }

    /// The node checks the block hash and queues the payload; it applies it when its head is the parent.
    pub async fn post(&self, envelope: &Value) -> Result<(), RpcError> {
        let _: Value = self.0.call("admin_postUnsafePayload", json!([envelope]), SHORT).await?;
        Ok(())
    }
}

/// Our op-batcher, with `--rpc.enable-admin`.
#[derive(Clone, Debug)]
pub struct OpBatcher(Rpc);

impl OpBatcher {
    pub fn new(url: impl Into<String>) -> Result<Self, reqwest::Error> {
        Ok(Self(Rpc::new(url)?))
    }

    pub async fn start(&self) -> Result<(), RpcError> {
        let started: Result<Value, _> = self.0.call("admin_startBatcher", json!([]), SHORT).await;
        match started {
            Err(error) if !error.says("already running") => Err(error),
            _ => Ok(()),
        }
    }

    /// Waits until what it sent is mined.
    pub async fn stop(&self) -> Result<(), RpcError> {
        let stopped: Result<Value, _> =
            self.0.call("admin_stopBatcher", json!([]), STOP_BATCHER).await;
        match stopped {
            Err(error) if !error.says("not running") => Err(error),
            _ => Ok(()),
        }
    }
}

/// L1, asked about one block: op-node may build on an L1 block that our view has not seen yet.
#[derive(Clone, Debug)]
pub struct L1(Vec<Rpc>);

impl L1 {
    pub fn new(urls: &[String]) -> Result<Self, reqwest::Error> {
        Ok(Self(urls.iter().map(Rpc::new).collect::<Result<_, _>>()?))
    }

    /// The hash of the canonical block `number`, by the first endpoint that answers; none if there is no such block.
    pub async fn hash_at(&self, number: u64) -> Result<Option<B256>, RpcError> {
        #[derive(Deserialize)]
        struct Block {
            hash: B256,
        }
        let mut answer = Ok(None);
        for endpoint in &self.0 {
            let params = json!([format!("{number:#x}"), false]);
            let block: Result<Option<Block>, _> =
                endpoint.call("eth_getBlockByNumber", params, SHORT).await;
            answer = block.map(|block| block.map(|block| block.hash));
            if answer.is_ok() {
                break;
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Json, Router, extract::State, routing::post};
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };
    use tokio::net::TcpListener;

    /// What op-node answers: for the first two times with zeros, as it does after its start.
    async fn sync_status(State(asked): State<Arc<AtomicU64>>) -> Json<Value> {
        let known = asked.fetch_add(1, Ordering::SeqCst) >= 2;
        let head = |number: u64| {
            let (hash, number) =
                if known { (B256::repeat_byte(7), number) } else { (B256::ZERO, 0) };
            let origin = json!({ "number": number, "hash": hash });
            json!({ "hash": hash, "number": number, "parentHash": hash, "timestamp": number, "l1origin": origin })
        };
        let heads = json!({ "unsafe_l2": head(9), "safe_l2": head(6), "finalized_l2": head(3) });
        Json(json!({ "jsonrpc": "2.0", "id": 1, "result": heads }))
    }

    #[tokio::test]
    async fn heads_are_waited_for_while_the_node_answers_with_zeros() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let node = OpNode::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(AtomicU64::new(0));
        let app = Router::new().route("/", post(sync_status)).with_state(Arc::clone(&asked));
        tokio::spawn(async move { axum::serve(listener, app).await });

        assert_eq!(node.heads().await.unwrap(), None);
        assert_eq!(node.known_heads().await.safe.number, 6);
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }
}
