//! A second witness beside the devnet's own: reads L1, the follower and the process table while a devnet runs.

use crate::{
    chain::marked,
    l1::L1,
    streams::{Streams, now_ms},
};
use alloy::{
    primitives::{Address, B256, Bytes, Log, U64},
    sol_types::SolEvent,
};
use eyre::{Result, ensure};
use rota_devnet::rpc::Kept;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// An L1 block with everything in it.
#[derive(Clone, Debug, Deserialize)]
pub struct L1Block {
    pub number: U64,
    pub hash: B256,
    pub timestamp: U64,
    pub transactions: Vec<L1Transaction>,
    #[serde(default)]
    pub receipts: Vec<Receipt>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct L1Transaction {
    pub from: Address,
    pub to: Option<Address>,
    pub input: Bytes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub transaction_index: U64,
    pub status: U64,
    pub gas_used: U64,
    pub logs: Vec<Log>,
}

/// A safe L2 block.
#[derive(Clone, Debug, Deserialize)]
pub struct L2Block {
    pub hash: B256,
    pub transactions: Vec<L2Transaction>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct L2Transaction {
    pub hash: B256,
    pub from: Address,
}

/// What was seen; by number where it is about blocks.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub l1: BTreeMap<u64, L1Block>,
    /// When the follower first had an unsafe block, Unix milliseconds.
    pub arrivals: BTreeMap<u64, u64>,
    pub safe: BTreeMap<u64, L2Block>,
    /// Unix milliseconds, unsafe head, safe head.
    pub heads: Vec<(u64, u64, u64)>,
    /// Most processes of the devnet at a time.
    pub processes: usize,
}

/// Where everything of a devnet is: its `devnet.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Devnet {
    pub l1: String,
    pub contracts: rota_core::Contracts,
    pub genesis_time: u64,
    pub follower: Follower,
    pub operators: Vec<Operator>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Follower {
    pub el_rpc: String,
    pub node_rpc: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Operator {
    pub id: u16,
    pub relay: String,
    pub batcher: Address,
}

/// The witness; clones share what it saw.
#[derive(Clone, Debug)]
pub struct Witness {
    pub devnet: Devnet,
    pub streams: Streams,
    logs: PathBuf,
    seen: Arc<Mutex<Seen>>,
}

impl Witness {
    pub fn new(devnet: Devnet, streams: Streams, logs: PathBuf) -> Self {
        Self { devnet, streams, logs, seen: Arc::default() }
    }

    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    pub fn l1(&self) -> L1 {
        L1 { url: self.devnet.l1.clone(), contracts: self.devnet.contracts }
    }

    /// Watches for ever.
    pub async fn watch(&self) {
        let streams = self
            .devnet
            .operators
            .iter()
            .map(|operator| self.streams.clone().read(operator.id, operator.relay.clone()));
        let streams = futures::future::join_all(streams);
        let (l1, node) = (Kept::new(&self.devnet.l1), Kept::new(&self.devnet.follower.node_rpc));
        let (el, safe) =
            (Kept::new(&self.devnet.follower.el_rpc), Kept::new(&self.devnet.follower.el_rpc));
        // A look that fails is repeated: at the end of the run all of them do.
        tokio::join!(
            streams,
            repeat(20, async || self.look_at_arrivals(&el).await),
            repeat(250, async || self.look_at_heads(&node, &safe).await),
            repeat(100, async || self.look_at_l1(&l1).await),
            repeat(1_000, async || {
                let now = marked(&self.logs).len();
                let mut seen = self.lock();
                seen.processes = seen.processes.max(now);
                Ok(())
            }),
        );
    }

    async fn look_at_arrivals(&self, el: &Kept) -> Result<()> {
        let head: U64 = el.call("eth_blockNumber", json!([])).await?;
        let (head, at) = (head.to::<u64>(), now_ms());
        let mut seen = self.lock();
        let next = seen.arrivals.last_key_value().map_or(head, |(number, _)| number + 1);
        seen.arrivals.extend((next..=head).map(|number| (number, at)));
        Ok(())
    }

    async fn look_at_heads(&self, node: &Kept, el: &Kept) -> Result<()> {
        let status: Value = node.call("optimism_syncStatus", json!([])).await?;
        let number = |head: &str| status[head]["number"].as_u64().unwrap_or_default();
        let (head, safe) = (number("unsafe_l2"), number("safe_l2"));
        self.lock().heads.push((now_ms(), head, safe));
        let next = self.lock().safe.last_key_value().map_or(1, |(number, _)| number + 1);
        for number in next..=safe {
            let block = el.call("eth_getBlockByNumber", json!([U64::from(number), true])).await?;
            self.lock().safe.insert(number, block);
        }
        Ok(())
    }

    async fn look_at_l1(&self, l1: &Kept) -> Result<()> {
        let head: U64 = l1.call("eth_blockNumber", json!([])).await?;
        let next = self.lock().l1.last_key_value().map_or(0, |(number, _)| number + 1);
        for number in next..=head.to() {
            let number = U64::from(number);
            let mut block: L1Block = l1.call("eth_getBlockByNumber", json!([number, true])).await?;
            if !block.transactions.is_empty() {
                block.receipts = l1.call("eth_getBlockReceipts", json!([number])).await?;
            }
            self.lock().l1.insert(number.to(), block);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Every event `E` of the contract at `at`, with its L1 block, up to block `last`.
    pub fn events<E: SolEvent>(&self, at: Address, last: u64) -> Result<Vec<(u64, E)>> {
        let mut found = vec![];
        for (number, block) in self.l1.range(..=last) {
            for log in block.receipts.iter().flat_map(|receipt| &receipt.logs) {
                if log.address == at && log.topics().first() == Some(&E::SIGNATURE_HASH) {
                    found.push((*number, E::decode_log_data(&log.data)?));
                }
            }
        }
        Ok(found)
    }

    /// Whether the L1 was seen without a hole.
    pub fn check(&self) -> Result<()> {
        let holes = self.l1.keys().zip(0..).find(|(number, i)| *number != i);
        ensure!(holes.is_none() && !self.l1.is_empty(), "L1 blocks were missed: {holes:?}");
        Ok(())
    }
}

async fn repeat(every_ms: u64, look: impl AsyncFn() -> Result<()>) {
    let mut clock = interval(Duration::from_millis(every_ms));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let _ = look().await;
    }
}
