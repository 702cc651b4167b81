//! Keeps the promises of the ingress: offers what waits to whoever includes next, and notes what blocks include.

use crate::{Directory, Peer, pool::Pool, server::Offer};
use alloy::{
    consensus::{Transaction, TxEnvelope, transaction::SignerRecoverable},
    eips::eip2718::Decodable2718,
    primitives::B256,
};
use eyre::{Result, WrapErr};
use futures::future::join_all;
use rota_core::types::{BlockId, OperatorId};
use rota_store::{OutboxEntry, Store, on_own_thread};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// How often blocks and holders are looked at; a new promise is offered at once. Below an L2 block time, so that what waits
/// at a boundary reaches the next holder for its first blocks.
const PERIOD: Duration = Duration::from_millis(250);
/// How long an offer is trusted before it is repeated: pools forget, nodes restart.
const REPEAT: Duration = Duration::from_secs(2);
/// Promises looked at in one round.
const ROUND: u32 = 512;
/// Blocks remembered to see a reorganization; a deeper one is met by [`Offers::restart_from`].
const REMEMBERED: usize = 256;

/// See the module's documentation.
pub struct Offers<D> {
    store: Arc<Store>,
    pool: Pool,
    directory: Arc<D>,
    client: reqwest::Client,
    /// The last blocks of our chain whose transactions were noted, oldest first.
    seen: VecDeque<BlockId>,
    /// When each promise was last offered to whom; operator 0 is our own pool.
    offered: BTreeMap<(B256, OperatorId), Instant>,
    /// Waiting promises before those of the next round.
    skip: u32,
}

impl<D: Directory> Offers<D> {
    pub fn new(store: Arc<Store>, pool: Pool, directory: Arc<D>) -> Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
        Ok(Self {
            store,
            pool,
            directory,
            client,
            seen: VecDeque::new(),
            offered: BTreeMap::new(),
            skip: 0,
        })
    }

    /// Runs until `stop`. A store that fails ends it, and with it the keeper, which must not promise what it can't remember.
    pub async fn run(self, promised: Arc<Notify>, stop: CancellationToken) -> Result<()> {
        on_own_thread(self.run_here(promised, stop)).await?
    }

    async fn run_here(mut self, promised: Arc<Notify>, stop: CancellationToken) -> Result<()> {
        let mut rounds = interval(PERIOD);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = rounds.tick() => self.note_inclusions().await?,
                () = promised.notified() => {}
            }
            self.offer_waiting().await?;
        }
    }

    /// Follows our chain's head, also backwards. An unanswered question is left to the next round.
    async fn note_inclusions(&mut self) -> Result<()> {
        let Ok(Some(head)) = self.pool.block(None).await else { return Ok(()) };
        if self.seen.back().is_some_and(|last| *last == head.id()) {
            return Ok(());
        }
        // Step back over blocks that left the chain.
        while let Some(last) = self.seen.back().copied() {
            let Ok(found) = self.pool.block(Some(last.number)).await else { return Ok(()) };
            if found.is_some_and(|block| block.hash == last.hash) {
                break;
            }
            self.seen.pop_back();
            self.store.reopen_from(last.number)?;
        }
        let mut next = match self.seen.back() {
            Some(last) => last.number + 1,
            None => self.restart_from(head.number()).await?,
        };
        while next <= head.number() {
            let Ok(Some(block)) = self.pool.block(Some(next)).await else { return Ok(()) };
            if self.seen.back().is_some_and(|last| last.hash != block.parent_hash) {
                return Ok(());
            }
            self.store.included(block.id(), &block.transactions)?;
            self.seen.push_back(block.id());
            if self.seen.len() > REMEMBERED {
                self.seen.pop_front();
            }
            next += 1;
        }
        Ok(())
    }

    /// With no block remembered: asks for every waiting promise by itself, and goes on from the head.
    async fn restart_from(&self, head: u64) -> Result<u64> {
        for entry in self.store.waiting(0, u32::MAX)? {
            if let Ok(Some(block)) = self.pool.inclusion(entry.hash).await {
                self.store.included(block, &[entry.hash])?;
            }
        }
        Ok(head.saturating_sub(REMEMBERED as u64 / 2))
    }

    async fn offer_waiting(&mut self) -> Result<()> {
        // Round after round through all of them: promises that nobody can include must not hide those behind them.
        let waiting = self.store.waiting(self.skip, ROUND)?;
        self.skip = if waiting.len() < ROUND as usize { 0 } else { self.skip + ROUND };
        let now = Instant::now();
        self.offered.retain(|_, at| now.duration_since(*at) < REPEAT);
        if waiting.is_empty() {
            return Ok(());
        }
        for entry in self.due(&waiting, OperatorId::default()) {
            self.offered.insert((entry.hash, OperatorId::default()), now);
            if let Err(error) = self.pool.offer(&entry.raw).await {
                tracing::debug!(hash = %entry.hash, %error, "relay.own_pool_refused");
                self.settle_refused(entry).await?;
            }
        }
        let includers = self.directory.includers();
        let taken = join_all(includers.iter().map(|peer| self.offer_all_to(peer, &waiting))).await;
        for (peer, taken) in includers.iter().zip(taken) {
            self.offered.extend(taken.into_iter().map(|hash| ((hash, peer.operator), now)));
        }
        Ok(())
    }

    fn due<'a>(&self, waiting: &'a [OutboxEntry], to: OperatorId) -> Vec<&'a OutboxEntry> {
        waiting.iter().filter(|entry| !self.offered.contains_key(&(entry.hash, to))).collect()
    }

    /// Offers what is due to a peer, oldest first; answers what it took. One that does not answer is left alone for this
    /// round: a frozen holder must not hold up the offers to the next one.
    async fn offer_all_to(&self, peer: &Peer, waiting: &[OutboxEntry]) -> Vec<B256> {
        let mut taken = vec![];
        for entry in self.due(waiting, peer.operator) {
            match self.offer_to(peer, entry).await {
                Ok(()) => taken.push(entry.hash),
                Err(error) => {
                    tracing::debug!(hash = %entry.hash, operator = %peer.operator, error = %format!("{error:#}"), "relay.offer_failed");
                    if error
                        .downcast_ref::<reqwest::Error>()
                        .is_some_and(|error| error.status().is_none())
                    {
                        break;
                    }
                }
            }
        }
        taken
    }

    async fn offer_to(&self, peer: &Peer, entry: &OutboxEntry) -> Result<()> {
        let url = format!("{}/v1/transactions", peer.endpoint.trim_end_matches('/'));
        let response = self.client.post(url).json(&Offer { raw: entry.raw.clone() }).send().await?;
        response.error_for_status().map(drop).wrap_err("not taken")
    }

    /// What our own pool refuses is included already (somebody else offered it), or will never be: a promise ends without
    /// inclusion only when its sender used its nonce for another transaction that L1 holds already.
    async fn settle_refused(&self, entry: &OutboxEntry) -> Result<()> {
        match self.pool.inclusion(entry.hash).await {
            Ok(Some(block)) => self.store.included(block, &[entry.hash])?,
            Ok(None) => {
                let Ok(transaction) = TxEnvelope::decode_2718_exact(&entry.raw) else {
                    return Ok(());
                };
                let Ok(sender) = transaction.recover_signer() else { return Ok(()) };
                if self.pool.safe_nonce(sender).await.is_ok_and(|safe| transaction.nonce() < safe) {
                    tracing::warn!(hash = %entry.hash, %sender, nonce = transaction.nonce(), "relay.promise_replaced_by_its_sender");
                    self.store.withdraw(entry.hash)?;
                }
            }
            Err(_) => {}
        }
        Ok(())
    }
}
