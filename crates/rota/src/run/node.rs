//! How our own node stands, looked up a few times a second, for the duties.

use alloy::primitives::{Signature, U256};
use rota_chain::now;
use rota_core::{
    me::{Head, NodeView},
    message::BlockCommitment,
    seal::SealStore,
    timeline::Timeline,
    types::{BlockId, L2Block, Millis, Timestamp, Wei},
};
use rota_relay::pool::Pool;
use rota_sequencer::clients::OpNode;
use rota_store::Store;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

const PERIOD: Duration = Duration::from_millis(250);
/// Blocks whose fees are averaged.
const FEE_WINDOW: usize = 32;
/// Own commitments that are kept to answer call-outs with: L1's time may lag behind L2's by so many blocks.
const COMMITMENTS: usize = 32;
/// L2 blocks that the unsafe head may be behind the clock while the node counts as synced.
const SYNCED_WITHIN: u64 = 5;

/// Watches op-node and the store until `stop`.
pub struct NodeWatcher {
    pub node: OpNode,
    pub pool: Pool,
    pub store: Arc<Store>,
    pub timeline: Timeline,
    pub seen: watch::Sender<NodeView>,
}

impl NodeWatcher {
    pub async fn run(self, stop: CancellationToken) {
        let mut look = interval(PERIOD);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stream = self.store.subscribe();
        let mut sealed_at = None;
        let (mut fees, mut commitments) = (VecDeque::new(), VecDeque::new());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => {}
                changed = stream.changed() => {
                    // The stream grows with each block that we seal; a receipt in it comes with one.
                    if changed.is_err() { return }
                    sealed_at = Some(now());
                }
            }
            let view = self.look(sealed_at, &mut fees, &mut commitments).await;
            self.seen.send_replace(view);
        }
    }

    async fn look(
        &self,
        sealed_at: Option<Millis>,
        fees: &mut VecDeque<(u64, Wei)>,
        commitments: &mut VecDeque<(BlockCommitment, Signature)>,
    ) -> NodeView {
        let Ok(Some(heads)) = self.node.heads().await else {
            return NodeView { sealed_at, ..NodeView::default() };
        };
        self.note_fees(heads.unsafe_head.number, fees).await;
        self.note_commitment(commitments);
        NodeView {
            synced: self.is_synced(heads.unsafe_head.timestamp),
            unsafe_head: Some(head(&heads.unsafe_head)),
            safe_head: Some(head(&heads.safe)),
            sealed_at,
            commitments: commitments.iter().cloned().collect(),
            fees_per_slot: self.fees_per_slot(fees),
        }
    }

    /// In step with the clock, or with the newest block that a relay told of: when nobody sequences, that is not our node's fault.
    fn is_synced(&self, at: Timestamp) -> bool {
        let timeline = &self.timeline;
        let now = now().timestamp();
        let newest = SealStore::head(&self.store).ok().flatten().map(|block| block.timestamp);
        !timeline.has_begun(now)
            || timeline.l2_later(at, SYNCED_WITHIN) >= now
            || newest.is_some_and(|newest| timeline.l2_later(at, SYNCED_WITHIN) >= newest)
    }

    fn note_commitment(&self, commitments: &mut VecDeque<(BlockCommitment, Signature)>) {
        let Some(last) = self.store.last_sealed().ok().flatten() else { return };
        let last = (last.commitment, last.signature);
        if commitments.front() != Some(&last) {
            commitments.push_front(last);
            commitments.truncate(COMMITMENTS);
        }
    }

    async fn note_fees(&self, number: u64, fees: &mut VecDeque<(u64, Wei)>) {
        if fees.back().is_some_and(|(last, _)| *last == number) {
            return;
        }
        if let Ok(Some(burnt)) = self.pool.base_fees(number).await {
            fees.push_back((number, burnt));
            if fees.len() > FEE_WINDOW {
                fees.pop_front();
            }
        }
    }

    fn fees_per_slot(&self, fees: &VecDeque<(u64, Wei)>) -> Option<Wei> {
        if fees.len() < FEE_WINDOW {
            return None;
        }
        let sum = fees.iter().fold(U256::ZERO, |sum, (_, fee)| sum + fee);
        let clock = &self.timeline.clock;
        Some(sum * U256::from(clock.slot_seconds / clock.l2_block_seconds) / U256::from(FEE_WINDOW))
    }
}

fn head(block: &L2Block) -> Head {
    Head { id: BlockId { number: block.number, hash: block.hash }, timestamp: block.timestamp }
}
