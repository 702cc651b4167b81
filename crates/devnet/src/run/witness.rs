//! Watches the follower: when each L2 block first showed itself, what is in the safe ones, how far behind they are.

use crate::{Error, node::Node, rpc};
use alloy::primitives::{B256, U256};
use rota_chain::now;
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How finely the arrival of a block is told.
const LOOK: Duration = Duration::from_millis(20);
/// How often the heads are compared.
const COMPARE: Duration = Duration::from_millis(500);

/// A safe block.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen {
    pub hash: B256,
    #[serde(rename = "parentHash")]
    pub parent_hash: B256,
    /// Hashes, the L1 attributes' own first.
    pub transactions: Vec<B256>,
}

/// Both heads at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Unix milliseconds.
    pub at_ms: u64,
    pub unsafe_head: u64,
    pub safe_head: u64,
}

impl Sample {
    pub fn lag(&self) -> u64 {
        self.unsafe_head.saturating_sub(self.safe_head)
    }
}

/// What was seen so far. Clones share it.
#[derive(Clone, Debug)]
pub struct Witness {
    node: Node,
    seen: Arc<Mutex<BTreeMap<u64, u64>>>,
    samples: Arc<Mutex<Vec<Sample>>>,
    safe: Arc<Mutex<BTreeMap<u64, Seen>>>,
}

impl Witness {
    pub fn new(node: Node) -> Self {
        Self { node, seen: Arc::default(), samples: Arc::default(), safe: Arc::default() }
    }

    /// Watches until `stop`. The follower is no target of faults: where it does not answer, it is asked again.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.watch_arrivals() => {}
            () = self.watch_heads() => {}
        }
    }

    /// When each number was first seen, Unix milliseconds.
    pub fn seen(&self) -> BTreeMap<u64, u64> {
        lock(&self.seen).clone()
    }

    pub fn samples(&self) -> Vec<Sample> {
        lock(&self.samples).clone()
    }

    pub fn latest(&self) -> Sample {
        lock(&self.samples).last().copied().unwrap_or_default()
    }

    pub fn safe(&self) -> BTreeMap<u64, Seen> {
        lock(&self.safe).clone()
    }

    /// How many of these are in no safe block.
    pub fn missing<'a>(&self, hashes: impl Iterator<Item = &'a B256>) -> usize {
        let safe = lock(&self.safe);
        let included: std::collections::BTreeSet<&B256> =
            safe.values().flat_map(|b| &b.transactions).collect();
        hashes.filter(|hash| !included.contains(hash)).count()
    }

    async fn watch_arrivals(&self) {
        let client = rpc::Kept::new(&self.node.el_rpc);
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let Ok(head) = client.call::<U256>("eth_blockNumber", json!([])).await else {
                continue;
            };
            let (head, at) = (head.saturating_to::<u64>(), now().0);
            let mut seen = lock(&self.seen);
            let next = seen.last_key_value().map_or(head, |(highest, _)| highest + 1);
            seen.extend((next..=head).map(|number| (number, at)));
        }
    }

    async fn watch_heads(&self) {
        let client = rpc::Kept::new(&self.node.el_rpc);
        let mut look = interval(COMPARE);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let Ok(status) = self.node.sync_status().await else { continue };
            let (Some(unsafe_head), Some(safe_head)) = (status.unsafe_head, status.safe_head)
            else {
                continue;
            };
            let (unsafe_head, safe_head) = (unsafe_head.number, safe_head.number);
            lock(&self.samples).push(Sample { at_ms: now().0, unsafe_head, safe_head });
            // Left as far as it got: the next look goes on from there.
            let _ = self.read_safe(&client, safe_head).await;
        }
    }

    async fn read_safe(&self, client: &rpc::Kept, head: u64) -> Result<(), Error> {
        loop {
            let last =
                lock(&self.safe).last_key_value().map(|(number, block)| (*number, block.hash));
            let next = last.map_or(1, |(number, _)| number + 1);
            if next > head {
                return Ok(());
            }
            let block: Seen =
                client.call("eth_getBlockByNumber", json!([U256::from(next), false])).await?;
            let mut safe = lock(&self.safe);
            if last.is_some_and(|(_, hash)| hash != block.parent_hash) {
                // An L1 reorg took safe blocks back.
                safe.pop_last();
            } else {
                safe.insert(next, block);
            }
        }
    }
}

/// A panic elsewhere does not make what was seen unseen.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
