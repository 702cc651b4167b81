//! One-shot commands: look at L1 once, wish for something, wait until it is mined.

use crate::{config::Config, operator::Operator};
use alloy::primitives::Address;
use eyre::{Result, bail, eyre};
use rota_chain::{Outcome, TxManager, Watcher, now};
use rota_core::{
    OperatorId, Timestamp,
    intent::{Action, Intent, IntentRecord, IntentStore, StoreFault},
    view::ChainView,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::sleep;

/// How long a command waits for L1 before it gives up; the transaction is replaced at a higher fee meanwhile.
const PATIENCE_SECONDS: u64 = 300;
/// Between two looks at L1.
const PERIOD: Duration = Duration::from_millis(250);

/// A command's view of the world.
pub struct Session {
    pub operator: Operator,
    watcher: Watcher,
}

impl Session {
    pub async fn open(config: &Config) -> Result<Self> {
        let operator = Operator::load(config).await?;
        let (l1, deployment, accounts) =
            (operator.l1.clone(), operator.deployment.clone(), operator.accounts());
        let watcher = Watcher::new(l1, deployment, config.l1.deployed_at, accounts);
        Ok(Self { operator, watcher })
    }

    pub async fn look(&mut self) -> Result<ChainView> {
        Ok(self.watcher.look().await?)
    }

    /// Our id, or an error that says how to get one.
    pub fn id(&self, view: &ChainView) -> Result<OperatorId> {
        self.operator.me.id(view).ok_or_else(|| {
            eyre!(
                "{} is not an operator's sequencer key: run `rota register` first",
                self.operator.me.sequencer_key
            )
        })
    }

    /// Has `actions` done one after the other, each mined before the next is sent, and tells `say` what happened.
    pub async fn send(
        &mut self,
        actions: Vec<Action>,
        dry_run: bool,
        say: &dyn Fn(&str),
    ) -> Result<()> {
        let mut manager = self.manager(dry_run)?;
        for action in actions {
            let key = action.key();
            let deadline = Timestamp(now().timestamp().0 + PATIENCE_SECONDS);
            'mined: loop {
                let view = self.look().await?;
                let intent = Intent { action: action.clone(), deadline };
                for outcome in manager.drive(&view, vec![intent], now().timestamp()).await? {
                    say(&describe(&outcome));
                    match outcome {
                        Outcome::Mined { key: mined, succeeded: true, .. } if mined == key => {
                            break 'mined;
                        }
                        Outcome::WouldSend { .. } => break 'mined,
                        Outcome::Mined { succeeded: false, hash, .. } => {
                            bail!("{key} reverted in transaction {hash}")
                        }
                        Outcome::Dropped { reason, .. } => bail!("{key} was not sent: {reason}"),
                        Outcome::Abandoned { .. } => {
                            bail!("{key} was not mined in {PATIENCE_SECONDS} s")
                        }
                        _ => {}
                    }
                }
                sleep(PERIOD).await;
            }
        }
        Ok(())
    }

    /// What would become of `intents` if they were sent now.
    pub async fn rehearse(&self, view: &ChainView, intents: Vec<Intent>) -> Result<Vec<Outcome>> {
        Ok(self.manager(true)?.drive(view, intents, now().timestamp()).await?)
    }

    fn manager(&self, dry_run: bool) -> Result<TxManager> {
        let store: Arc<dyn IntentStore> = Arc::new(Memory::default());
        let chain_id = self.operator.deployment.l1_chain_id;
        let (l1, wallets) = (self.operator.l1.clone(), self.operator.wallets());
        Ok(TxManager::new(l1, chain_id, wallets, store, dry_run)?)
    }
}

/// An outcome in one line.
pub fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { key, nonce, hash } => format!("{key}: sent as {hash}, nonce {nonce}"),
        Outcome::Resent { key, hash, .. } => format!("{key}: sent again as {hash}"),
        Outcome::Mined { key, block, hash, succeeded: true, gas } => {
            format!("{key}: mined in L1 block {block} as {hash}, {gas} gas")
        }
        Outcome::Mined { key, block, hash, .. } => {
            format!("{key}: REVERTED in L1 block {block} as {hash}")
        }
        Outcome::Abandoned { key, nonce } => {
            format!("{key}: given up, nonce {nonce} is being used up")
        }
        Outcome::Dropped { key, reason } => format!("{key}: not sent, {reason}"),
        Outcome::WouldSend { key, from, call, gas } => {
            format!(
                "{key}: would send from {from} to {} with {} wei, data {}, about {gas} gas",
                call.to, call.value, call.data
            )
        }
    }
}

/// A command has no store: what it sent is either mined before it returns, or told in its error.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<(Address, u64), IntentRecord>>);

impl IntentStore for Memory {
    fn intents(&self) -> Result<Vec<IntentRecord>, StoreFault> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect())
    }

    fn put_intent(&self, record: &IntentRecord) -> Result<(), StoreFault> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.insert((record.from, record.nonce), record.clone());
        Ok(())
    }

    fn drop_intent(&self, from: Address, nonce: u64) -> Result<(), StoreFault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(from, nonce));
        Ok(())
    }
}
