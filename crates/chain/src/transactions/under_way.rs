//! Transactions that were sent: receipts, what a reorg or a pool lost, higher fees, and what is no longer wanted.

use super::{Outcome, SPARE_GAS, TxManager};
use crate::{Call, ChainError, encode};
use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionReceipt,
};
use rota_core::{Timestamp, view::ChainView};
use std::collections::{BTreeMap, BTreeSet};
use tracing::{info, warn};

/// L1 blocks that a transaction may wait before it is replaced at a higher fee.
pub(super) const BUMP_BLOCKS: u64 = 2;
/// L1 blocks on top of a mined transaction after which it is forgotten: deeper than the reorgs that happen, on any L1.
pub(super) const BURIED: u64 = 64;
/// L1 blocks after which a nonce that was used without a receipt of ours was somebody else's.
const LOST_BLOCKS: u64 = 3;
/// Gas of a transfer of nothing.
const TRANSFER_GAS: u64 = 21_000;

impl TxManager {
    pub(super) async fn settle(
        &mut self,
        view: &ChainView,
        now: Timestamp,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), ChainError> {
        self.records.sort_by_key(|tracked| (tracked.record.from, tracked.record.nonce));
        let mut next: BTreeMap<Address, u64> = BTreeMap::new();
        for from in self.records.iter().map(|tracked| tracked.record.from).collect::<BTreeSet<_>>()
        {
            next.insert(from, self.l1.nonce(from, BlockId::latest()).await?);
        }
        let mut gone = vec![];
        for at in 0..self.records.len() {
            let (from, nonce) = (self.records[at].record.from, self.records[at].record.nonce);
            if nonce < next[&from] {
                if self.look_for_receipt(at, view, outcomes).await? {
                    gone.push((from, nonce));
                }
            } else {
                // Mined before, and not any more: a reorg took it.
                self.records[at].mined = None;
                self.records[at].lost_since = None;
                match self.push_on(at, view, now, outcomes).await {
                    Err(error) if !error.is_outage() => warn!(nonce, %error, "not sent again"),
                    other => other?,
                }
            }
        }
        for (from, nonce) in gone {
            self.store.drop_intent(from, nonce).map_err(ChainError::Store)?;
            self.records
                .retain(|tracked| (tracked.record.from, tracked.record.nonce) != (from, nonce));
        }
        Ok(())
    }

    /// Whether the record can be forgotten.
    async fn look_for_receipt(
        &mut self,
        at: usize,
        view: &ChainView,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<bool, ChainError> {
        let head = view.head().number;
        let key = self.records[at].record.intent.action.key();
        match self.receipt(at).await? {
            Some(receipt) => {
                let block = receipt.block_number.unwrap_or(head);
                let tracked = &mut self.records[at];
                if tracked.mined.replace(block) != Some(block) && !tracked.record.abandoned {
                    let (hash, succeeded, gas) =
                        (receipt.transaction_hash, receipt.status(), receipt.gas_used);
                    info!(%key, block, %hash, succeeded, gas, "mined");
                    outcomes.push(Outcome::Mined { key, block, hash, succeeded, gas });
                }
                Ok(block + BURIED <= head)
            }
            None => {
                let since = *self.records[at].lost_since.get_or_insert(head);
                if since + LOST_BLOCKS > head {
                    return Ok(false);
                }
                let nonce = self.records[at].record.nonce;
                let reason = format!(
                    "another program used nonce {nonce} of this key: give the keeper a key of its own"
                );
                warn!(%key, "{reason}");
                outcomes.push(Outcome::Dropped { key, reason });
                Ok(true)
            }
        }
    }

    async fn receipt(&self, at: usize) -> Result<Option<TransactionReceipt>, ChainError> {
        for attempt in self.records[at].record.attempts.iter().rev() {
            if let Some(receipt) = self.l1.receipt(attempt.hash).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// Keeps an unmined transaction going.
    async fn push_on(
        &mut self,
        at: usize,
        view: &ChainView,
        now: Timestamp,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), ChainError> {
        let record = &self.records[at].record;
        let moot = now >= record.intent.deadline || record.intent.action.is_done(view);
        if moot && !record.abandoned {
            return self.abandon(at, view, outcomes).await;
        }
        let last = record.attempts.last();
        let head = view.head().number;
        if self.l1.transaction(last.hash).await?.is_some() {
            return match head >= last.sent_at + BUMP_BLOCKS {
                true => self.bump(at, view, now, outcomes).await,
                false => Ok(()),
            };
        }
        // The pool lost it, or never had it: a reorg, a restart of the node, a crash of ours before sending.
        let (key, nonce, hash) = (record.intent.action.key(), record.nonce, last.hash);
        let raw = last.raw.clone();
        match self.send(&raw).await {
            Ok(()) => {
                info!(%key, nonce, %hash, "sent again");
                outcomes.push(Outcome::Resent { key, nonce, hash });
                let record = &mut self.records[at].record;
                record.attempts.last_mut().sent_at = head;
                self.store.put_intent(record).map_err(ChainError::Store)
            }
            // Too cheap by now.
            Err(ChainError::Refused { .. }) => self.bump(at, view, now, outcomes).await,
            Err(error) => Err(error),
        }
    }

    async fn bump(
        &mut self,
        at: usize,
        view: &ChainView,
        now: Timestamp,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), ChainError> {
        let record = &self.records[at].record;
        let call = if record.abandoned {
            Call { to: record.from, data: Bytes::new(), value: U256::ZERO }
        } else {
            encode(&self.l1, view, &record.intent.action).await?
        };
        // What would revert by now is sent as it is: it may be mined by a block that has not, and its nonce has to be used.
        let gas = match record.abandoned {
            true => TRANSFER_GAS,
            false => self.gas(view, now, record.from, &call).await.unwrap_or(5 * SPARE_GAS),
        };
        let (key, nonce) = (record.intent.action.key(), record.nonce);
        let hash = self.replace(at, view, &call, gas).await?;
        info!(%key, nonce, %hash, "sent again at a higher fee");
        outcomes.push(Outcome::Resent { key, nonce, hash });
        Ok(())
    }

    async fn abandon(
        &mut self,
        at: usize,
        view: &ChainView,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), ChainError> {
        let record = &mut self.records[at].record;
        record.abandoned = true;
        let (key, nonce) = (record.intent.action.key(), record.nonce);
        let call = Call { to: record.from, data: Bytes::new(), value: U256::ZERO };
        info!(%key, nonce, "no longer wanted");
        self.replace(at, view, &call, TRANSFER_GAS).await?;
        outcomes.push(Outcome::Abandoned { key, nonce });
        Ok(())
    }

    /// Signs, records and sends another transaction with the record's nonce.
    async fn replace(
        &mut self,
        at: usize,
        view: &ChainView,
        call: &Call,
        gas: u64,
    ) -> Result<B256, ChainError> {
        let (base, tip) = self.l1.fees().await?;
        let record = &self.records[at].record;
        let last = record.attempts.last();
        // Nodes want a tenth more; an eighth stays above it after rounding.
        let raise = |fee: u128| fee + fee / 8 + 1;
        let tip = raise(last.max_priority_fee_per_gas).max(tip);
        let fees = (raise(last.max_fee_per_gas).max(2 * base + tip), tip);
        let attempt = self.sign(record.from, record.nonce, call, gas, fees, view.head().number)?;
        let (hash, raw) = (attempt.hash, attempt.raw.clone());
        self.records[at].record.attempts.replace(attempt);
        self.store.put_intent(&self.records[at].record).map_err(ChainError::Store)?;
        match self.send(&raw).await {
            // Not in any pool. Forgotten, or the next one would be dearer still for nothing.
            Err(error @ ChainError::Refused { .. }) => {
                self.records[at].record.attempts.undo_replace();
                self.store.put_intent(&self.records[at].record).map_err(ChainError::Store)?;
                Err(error)
            }
            other => other.map(|()| hash),
        }
    }
}
