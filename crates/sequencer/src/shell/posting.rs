//! Giving the node the blocks that it lacks, and what to do about one that it does not take.

use super::{Shell, StepError};
use crate::seam::now;
use rota_core::{BlockId, seal::SealStore};
use rota_store::StoreError;
use std::time::Duration;
use tokio::time::Instant;

/// How long to poll for a posted block to arrive in the node, and how often.
const ARRIVAL: Duration = Duration::from_millis(500);
const ARRIVAL_POLL: Duration = Duration::from_millis(5);
/// Blocks posted before the node is looked at again: enough to catch up fast, few enough for its queue.
const POST_AT_ONCE: usize = 64;
/// How long our node may take for a peer's block on its own head before we build beside it.
const TAKEN_WITHIN: Duration = Duration::from_secs(4);

impl Shell {
    /// Posts in order, and waits for the last one: the block after it may be ours to seal in a few milliseconds.
    pub(super) async fn post(&self, path: &[BlockId]) -> Result<(), StepError> {
        let path = &path[..path.len().min(POST_AT_ONCE)];
        for block in path {
            let payload = self
                .store
                .payload(block.hash)?
                .ok_or(StoreError::UnknownBlock { hash: block.hash })?;
            self.node.post(&payload.envelope).await?;
        }
        let Some(last) = path.last() else { return Ok(()) };
        let patience = Instant::now() + ARRIVAL;
        while Instant::now() < patience {
            if self.node.heads().await?.is_some_and(|heads| heads.unsafe_head.number >= last.number)
            {
                return Ok(());
            }
            tokio::time::sleep(ARRIVAL_POLL).await;
        }
        Err(StepError::NotApplied { number: last.number })
    }

    /// A maker may sign a block that no node takes. Whoever holds the next slot waits for its node a while, then builds on what that
    /// has: else one such block would stop the chain until L1's sequencing window ends. Outside of our own slots nothing is lost by
    /// waiting, and a node of ours that is merely broken must not split us from the others.
    pub(super) async fn note_untaken(&mut self, path: &[BlockId]) -> Result<(), StepError> {
        let (Some(first), Some(heads)) = (path.first(), self.node.heads().await?) else {
            return Ok(());
        };
        let is_next = self
            .store
            .block(first.hash)?
            .is_some_and(|block| block.parent_hash == heads.unsafe_head.hash);
        let since = match self.untaken.filter(|(hash, _)| is_next && *hash == first.hash) {
            Some((_, since)) => since,
            None => {
                self.untaken = is_next.then(|| (first.hash, Instant::now()));
                return Err(StepError::NotApplied { number: first.number });
            }
        };
        let authority = self.seam.authority();
        let is_ours = authority
            .spans()
            .iter()
            .any(|span| span.from.millis() <= now() && now() < span.until.millis());
        if !is_ours
            || since.elapsed() < TAKEN_WITHIN
            || !self.store.reject(first.hash, heads.unsafe_head)?
        {
            return Err(StepError::NotApplied { number: first.number });
        }
        tracing::error!(number = first.number, hash = %first.hash, "a peer's block is not taken by our node: building on its parent");
        self.untaken = None;
        Ok(())
    }
}
