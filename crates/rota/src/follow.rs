//! `rota follow`: feeds an op-node without a sequencer from the operators' public streams.

use crate::{config::FollowerConfig, directory::Network};
use alloy::primitives::{Address, B256};
use eyre::{ContextCompat, Result};
use rota_chain::{Accounts, L1, Watcher, load_deployment};
use rota_core::{
    message::{MOST_AT_A_HEIGHT, Payload, StreamItem},
    types::{L2Block, OperatorId},
};
use rota_relay::{Received, client::Peers};
use rota_sequencer::clients::OpNode;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

/// Blocks kept to feed the node again after it went back: an L1 reorg, a restart.
const KEPT: u64 = 4_096;
/// How often the node's head is looked at when nothing comes in.
const PERIOD: Duration = Duration::from_millis(500);
/// How long a posted block may take to become the node's head, in steps.
const ARRIVAL: u32 = 100;
const ARRIVAL_STEP: Duration = Duration::from_millis(5);
/// Messages that may wait.
const QUEUE: usize = 1_024;

/// Follows until `stop`.
pub async fn follow(config: FollowerConfig, stop: CancellationToken) -> Result<()> {
    let l1 = Arc::new(L1::new(&config.l1.rpc)?);
    let deployment = Arc::new(
        load_deployment(&l1, config.contracts, config.l1.chain_id, config.l2_chain_id).await?,
    );
    let (observations, observed) = watch::channel(None);
    // A follower has no account; nobody's money is looked up under the zero address.
    let nobody = Accounts { sequencer_key: Address::ZERO, owner: Address::ZERO };
    let watcher = Watcher::new(l1, deployment, config.l1.deployed_at, nobody);
    let network = Arc::new(Network::new(
        observed.clone(),
        config.l1.chain_id,
        config.contracts.baton,
        config.l2_chain_id,
        None,
    ));
    let node = OpNode::new(&config.node_rpc)?;

    let (received, messages) = mpsc::channel(QUEUE);
    let (gaps, asked) = mpsc::channel(QUEUE);
    let peers = Peers { directory: network, store: None, received, gaps: asked };
    let feeder = Feeder { node, gaps, blocks: BTreeMap::new() };
    let mut ready = observed.clone();
    tokio::select! {
        () = watcher.run(observations, stop.clone()) => Ok(()),
        () = async {
            // The streams can't be judged before L1 was seen once.
            if ready.wait_for(Option::is_some).await.is_ok() {
                peers.run(0, stop.clone()).await;
            }
            std::future::pending::<()>().await;
        } => Ok(()),
        ended = feeder.run(messages) => ended,
        () = stop.cancelled() => Ok(()),
    }
}

struct Feeder {
    node: OpNode,
    gaps: mpsc::Sender<u64>,
    /// By number, with their makers, in the order in which they came: at one height the last one counts.
    blocks: BTreeMap<u64, Vec<(OperatorId, Payload)>>,
}

impl Feeder {
    async fn run(mut self, mut messages: mpsc::Receiver<Received>) -> Result<()> {
        let mut look = interval(PERIOD);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = messages.recv() => {
                    self.keep(message.wrap_err("the relay ended")?);
                    while let Ok(message) = messages.try_recv() {
                        self.keep(message);
                    }
                }
                _ = look.tick() => {}
            }
            if let Err(error) = self.feed().await {
                tracing::debug!(error = %format!("{error:#}"), "follow.node_does_not_answer");
            }
        }
    }

    fn keep(&mut self, message: Received) {
        let (Received::Item(StreamItem::Sealed(block)) | Received::Block(block)) = message else {
            return;
        };
        let at_height = self.blocks.entry(block.payload.number).or_default();
        at_height.retain(|(_, known)| known.hash != block.payload.hash);
        at_height.push((block.operator, block.payload));
        let by_maker = |(maker, _): &(OperatorId, Payload)| *maker == block.operator;
        if at_height.iter().filter(|known| by_maker(known)).count() > MOST_AT_A_HEIGHT
            && let Some(oldest) = at_height.iter().position(by_maker)
        {
            at_height.remove(oldest);
        }
        if let Some((highest, _)) = self.blocks.last_key_value() {
            let oldest = highest.saturating_sub(KEPT);
            self.blocks = self.blocks.split_off(&oldest);
        }
    }

    /// Posts every block that follows from the node's head.
    async fn feed(&mut self) -> Result<()> {
        let Some(heads) = self.node.heads().await? else { return Ok(()) };
        let mut head = heads.unsafe_head;
        while let Some(next) = self.after(&head) {
            self.node.post(&next.envelope).await?;
            if !self.arrived(next.hash).await? {
                return Ok(());
            }
            head = next.block();
        }
        // What lies above a hole is of no use until the hole is filled.
        if self.blocks.last_key_value().is_some_and(|(highest, _)| *highest > head.number + 1) {
            let _ = self.gaps.try_send(head.number + 1);
        }
        Ok(())
    }

    fn after(&self, head: &L2Block) -> Option<&Payload> {
        self.blocks
            .get(&(head.number + 1))?
            .iter()
            .rev()
            .map(|(_, block)| block)
            .find(|block| block.parent_hash == head.hash)
    }

    async fn arrived(&self, hash: B256) -> Result<bool> {
        for _ in 0..ARRIVAL {
            if self.node.heads().await?.is_some_and(|heads| heads.unsafe_head.hash == hash) {
                return Ok(true);
            }
            sleep(ARRIVAL_STEP).await;
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::Signature;
    use rota_core::{
        message::SealedBlock,
        types::{Slot, Timestamp},
    };
    use serde_json::json;

    fn block(operator: u16, hash: u8) -> Received {
        let payload = Payload {
            number: 7,
            timestamp: Timestamp(7),
            parent_hash: B256::with_last_byte(6),
            hash: B256::repeat_byte(hash),
            l1_origin_number: 0,
            l1_origin_hash: B256::ZERO,
            envelope: json!({}),
        };
        let commitment = payload.commitment(901, Slot(0));
        let (operator, signature) = (OperatorId(operator), Signature::test_signature());
        Received::Block(Box::new(SealedBlock { operator, commitment, signature, payload }))
    }

    #[test]
    fn of_many_blocks_at_a_height_the_last_ones_of_each_operator_are_held() {
        let node = OpNode::new("http://127.0.0.1:9").unwrap();
        let mut feeder = Feeder { node, gaps: mpsc::channel(1).0, blocks: BTreeMap::new() };
        feeder.keep(block(3, 200));
        for hash in 1..=100 {
            feeder.keep(block(2, hash));
        }
        let held: Vec<_> = feeder.blocks[&7].iter().map(|(_, block)| block.hash.0[0]).collect();
        let last: Vec<u8> = (93..=100).collect();
        assert_eq!(held, [vec![200], last].concat());
    }
}
