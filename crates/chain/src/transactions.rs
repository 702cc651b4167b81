//! Gets intents mined.
//!
//! # What it promises
//! 1. **Once.** An intent that is under way is not begun again: its key is looked up among the records before anything is
//!    signed, and a record is durable before its transaction leaves. All transactions of a record share one nonce, so L1 itself
//!    mines at most one of them, whatever is sent again after a crash.
//! 2. **In time or not at all.** A transaction that is not mined is replaced at a fee at least an eighth higher every
//!    [`under_way::BUMP_BLOCKS`] blocks. Once its deadline is over, or the view shows its effect, its nonce is used up by a transfer of
//!    nothing to ourselves.
//! 3. **Through reorgs.** A record is kept until it is [`under_way::BURIED`] blocks deep. When a reorg takes its block away, the account's nonce
//!    tells, and the same bytes are sent again: not every node puts them back into its pool.
//!
//! Nonces are asked for anew each time: a nonce that is cached outlives the reorg or the other program that changed it. One task
//! drives the manager (`&mut self`), so no two sends race.

mod under_way;

use crate::{Call, ChainError, L1, encode, reverts::explain};
use alloy::{
    consensus::{SignableTransaction, TxEip1559},
    eips::{BlockId, eip2718::Encodable2718},
    primitives::{Address, B256, Bytes, TxKind},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
};
use rota_core::{
    Timestamp,
    intent::{Attempt, Attempts, Intent, IntentRecord, IntentStore, Sender},
    view::ChainView,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tracing::{info, warn};

/// Gas on top of half as much again as estimated: a claim estimated before the tail window rotates when it is mined after it.
const SPARE_GAS: u64 = 150_000;
/// Tip where L1 suggests none, wei per gas.
const LEAST_TIP: u128 = 1_000_000;

/// The keys that transactions are signed with.
#[derive(Clone, Debug)]
pub struct Wallets {
    pub sequencer: PrivateKeySigner,
    pub owner: Option<PrivateKeySigner>,
}

/// What became of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent {
        key: String,
        nonce: u64,
        hash: B256,
    },
    /// Sent again: the same bytes, or at a higher fee.
    Resent {
        key: String,
        nonce: u64,
        hash: B256,
    },
    Mined {
        key: String,
        block: u64,
        hash: B256,
        succeeded: bool,
        gas: u64,
    },
    /// Its nonce is being used up: the deadline is over, or somebody else did it.
    Abandoned {
        key: String,
        nonce: u64,
    },
    /// Not sent, or not any more; the same reason is told once.
    Dropped {
        key: String,
        reason: String,
    },
    /// What would have been sent, if this were not a dry run.
    WouldSend {
        key: String,
        from: Address,
        call: Call,
        gas: u64,
    },
}

/// Turns intents into mined transactions.
pub struct TxManager {
    l1: Arc<L1>,
    wallets: Wallets,
    chain_id: u64,
    store: Arc<dyn IntentStore>,
    dry_run: bool,
    records: Vec<Tracked>,
    /// By intent: the L1 head at which it was turned down, and why.
    turned_down: BTreeMap<String, (u64, String)>,
    /// Intents of a dry run that were told.
    told: BTreeSet<String>,
    /// Hash of the L1 head that the records were last looked at with.
    settled_at: Option<B256>,
}

struct Tracked {
    record: IntentRecord,
    /// The block of the receipt.
    mined: Option<u64>,
    /// L1 head at which the nonce was first seen used without a receipt of ours.
    lost_since: Option<u64>,
}

impl TxManager {
    /// Takes up what the store remembers. A dry run sends nothing, not even that.
    pub fn new(
        l1: Arc<L1>,
        chain_id: u64,
        wallets: Wallets,
        store: Arc<dyn IntentStore>,
        dry_run: bool,
    ) -> Result<Self, ChainError> {
        let records = store.intents().map_err(ChainError::Store)?;
        let records = records
            .into_iter()
            .map(|record| Tracked { record, mined: None, lost_since: None })
            .collect();
        Ok(Self {
            l1,
            wallets,
            chain_id,
            store,
            dry_run,
            records,
            turned_down: BTreeMap::new(),
            told: BTreeSet::new(),
            settled_at: None,
        })
    }

    /// Looks after what is under way, and begins what is new among `intents`. To be called by one task, once a tick. A failure
    /// leaves everything as it is recorded: the next call goes on from there.
    pub async fn drive(
        &mut self,
        view: &ChainView,
        intents: Vec<Intent>,
        now: Timestamp,
    ) -> Result<Vec<Outcome>, ChainError> {
        let mut outcomes = vec![];
        if self.settled_at != Some(view.head().hash) && !self.dry_run {
            self.settle(view, now, &mut outcomes).await?;
            self.settled_at = Some(view.head().hash);
        }
        for intent in intents {
            let key = intent.action.key();
            match self.begin(view, intent, now, &mut outcomes).await {
                // Its own fault, and no reason to leave the others undone.
                Err(error) if !error.is_outage() => {
                    self.turn_down(key, view.head().number, error.to_string(), &mut outcomes)
                }
                other => other?,
            }
        }
        Ok(outcomes)
    }

    /// Whether the intent with this key is under way: signed, and not seen in the view's past.
    pub fn is_under_way(&self, view: &ChainView, key: &str) -> bool {
        self.records.iter().any(|tracked| {
            !tracked.record.abandoned
                && tracked.record.intent.action.key() == key
                // Mined in a block that the view has not seen: its effect is still to show there.
                && tracked.mined.is_none_or(|block| block > view.head().number)
        })
    }

    /* WHAT IS NEW */

    async fn begin(
        &mut self,
        view: &ChainView,
        intent: Intent,
        now: Timestamp,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), ChainError> {
        let key = intent.action.key();
        let head = view.head().number;
        let waits = self.turned_down.get(&key).is_some_and(|(at, _)| *at == head);
        let moot = now >= intent.deadline || intent.action.is_done(view);
        if moot || waits || self.told.contains(&key) || self.is_under_way(view, &key) {
            return Ok(());
        }
        let Some(from) = self.wallet(intent.action.sender()).map(PrivateKeySigner::address) else {
            let reason = "it needs the owner's key (keys.owner_file)".to_owned();
            self.turn_down(key, head, reason, outcomes);
            return Ok(());
        };
        let call = encode(&self.l1, view, &intent.action).await?;
        let gas = match self.gas(view, now, from, &call).await {
            Ok(gas) => gas,
            Err(ChainError::Refused { message, revert, .. }) => {
                let reason = revert.and_then(|data| explain(&data)).unwrap_or(message);
                self.turn_down(key, head, reason, outcomes);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if self.dry_run {
            self.told.insert(key.clone());
            outcomes.push(Outcome::WouldSend { key, from, call, gas });
            return Ok(());
        }
        self.send_first(view, intent, from, &call, gas, outcomes).await
    }

    async fn send_first(
        &mut self,
        view: &ChainView,
        intent: Intent,
        from: Address,
        call: &Call,
        gas: u64,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), ChainError> {
        let (base, tip) = self.l1.fees().await?;
        let tip = tip.max(LEAST_TIP);
        let nonce = self.next_nonce(from).await?;
        let attempt =
            self.sign(from, nonce, call, gas, (2 * base + tip, tip), view.head().number)?;
        let (key, hash, raw) = (intent.action.key(), attempt.hash, attempt.raw.clone());

        // Recorded first: after a crash the same bytes are sent again, which is harmless, instead of others, which is not.
        let record = IntentRecord {
            intent,
            from,
            nonce,
            attempts: Attempts::new(attempt),
            abandoned: false,
        };
        self.store.put_intent(&record).map_err(ChainError::Store)?;
        self.records.push(Tracked { record, mined: None, lost_since: None });

        match self.send(&raw).await {
            Ok(()) => {
                info!(%key, nonce, %hash, "sent");
                self.turned_down.remove(&key);
                outcomes.push(Outcome::Sent { key, nonce, hash });
                Ok(())
            }
            // Not in any pool: its nonce is free for the next one.
            Err(ChainError::Refused { message, .. }) => {
                self.store.drop_intent(from, nonce).map_err(ChainError::Store)?;
                self.records.pop();
                self.turn_down(key, view.head().number, message, outcomes);
                Ok(())
            }
            // Perhaps it arrived: the next settling looks.
            Err(error) => Err(error),
        }
    }

    /// After L1's own count, what is in the pool, and what a reorg threw out of both.
    async fn next_nonce(&self, from: Address) -> Result<u64, ChainError> {
        let latest = self.l1.nonce(from, BlockId::latest()).await?;
        let pending = self.l1.nonce(from, BlockId::pending()).await?;
        let ours =
            self.records.iter().map(|tracked| &tracked.record).filter(|record| record.from == from);
        let after_ours = ours.map(|record| record.nonce + 1).max().unwrap_or_default();
        Ok(latest.max(pending).max(after_ours))
    }

    /// Gas limit of a call in the next block; a revert is [`ChainError::Refused`].
    async fn gas(
        &self,
        view: &ChainView,
        now: Timestamp,
        from: Address,
        call: &Call,
    ) -> Result<u64, ChainError> {
        let request = TransactionRequest::default()
            .from(from)
            .to(call.to)
            .value(call.value)
            .input(call.data.clone().into());
        let estimate = self.l1.estimate_gas(request, view.expected_l1_time(now)).await?;
        Ok(estimate + estimate / 2 + SPARE_GAS)
    }

    fn turn_down(&mut self, key: String, head: u64, reason: String, outcomes: &mut Vec<Outcome>) {
        let known = self.turned_down.insert(key.clone(), (head, reason.clone()));
        if known.is_none_or(|(_, before)| before != reason) {
            warn!(%key, %reason, "not sent");
            outcomes.push(Outcome::Dropped { key, reason });
        }
    }

    /* SIGNING AND SENDING */

    fn wallet(&self, sender: Sender) -> Option<&PrivateKeySigner> {
        match sender {
            Sender::Sequencer => Some(&self.wallets.sequencer),
            Sender::Owner => self.wallets.owner.as_ref(),
        }
    }

    fn sign(
        &self,
        from: Address,
        nonce: u64,
        call: &Call,
        gas: u64,
        (max_fee_per_gas, max_priority_fee_per_gas): (u128, u128),
        head: u64,
    ) -> Result<Attempt, ChainError> {
        let transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: gas,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: TxKind::Call(call.to),
            value: call.value,
            access_list: Default::default(),
            input: call.data.clone(),
        };
        let wallets = [Some(&self.wallets.sequencer), self.wallets.owner.as_ref()];
        let wallet = wallets.into_iter().flatten().find(|wallet| wallet.address() == from);
        let wallet = wallet.ok_or(ChainError::NoKey { from })?;
        let signature = wallet
            .sign_hash_sync(&transaction.signature_hash())
            .map_err(|_| ChainError::NoKey { from })?;
        let signed = transaction.into_signed(signature);
        Ok(Attempt {
            hash: *signed.hash(),
            raw: signed.encoded_2718().into(),
            max_fee_per_gas,
            max_priority_fee_per_gas,
            sent_at: head,
        })
    }

    async fn send(&self, raw: &Bytes) -> Result<(), ChainError> {
        match self.l1.send_raw(raw).await {
            // In the pool or mined already: what we wanted.
            Err(ChainError::Refused { message, .. }) if is_known(&message) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// Whether a node's refusal says that it has the very transaction.
fn is_known(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("already known") || message.contains("already imported")
}
