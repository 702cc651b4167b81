//! Users: wallets that send transfers to the operators' entrances, and remember what they were answered for.

use crate::until::AGAIN;
use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    network::TxSignerSync,
    primitives::{Address, B256, Bytes, TxKind, U64, U256},
    signers::local::PrivateKeySigner,
};
use rota_devnet::{
    genesis::{FUNDED, L2_CHAIN_ID},
    rpc,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedRwLockWriteGuard, RwLock},
    time::{sleep, timeout},
};

/// Wallets that send; the others are left to the tests.
pub const WALLETS: usize = 4;
/// Who gets the transfers.
const SINK: Address = Address::repeat_byte(0x51);
const PATIENCE: Duration = Duration::from_millis(1_500);
const PAUSE: Duration = Duration::from_secs(1);
/// Transfers under way per wallet.
const PENDING: u64 = 8;

/// Hashes of the transactions that an entrance answered for; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    hashes: Arc<Mutex<BTreeSet<B256>>>,
    /// Each user shares it while it sends.
    sending: Arc<RwLock<()>>,
}

/// No user sends as long as this lives.
pub type Silence = OwnedRwLockWriteGuard<()>;

impl Accepted {
    pub fn all(&self) -> BTreeSet<B256> {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for what is under way.
    pub async fn silence(&self) -> Silence {
        Arc::clone(&self.sending).write_owned().await
    }

    fn add(&self, hash: B256) {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).insert(hash);
    }
}

/// One wallet: a transfer a second, to one entrance after the other; one that does not answer is passed over.
pub async fn use_chain(wallet: usize, entrances: Vec<String>, reads: String, accepted: Accepted) {
    let mut nonce = 0;
    let mut turn = wallet;
    loop {
        sleep(PAUSE).await;
        let account = FUNDED[wallet].0;
        let count =
            rpc::call::<U64>(&reads, "eth_getTransactionCount", json!([account, "latest"])).await;
        if count.map_or(0, |count| count.to::<u64>()) + PENDING <= nonce {
            sleep(AGAIN).await;
            continue;
        }
        let _sends = accepted.sending.read().await;
        let (hash, raw) = transfer(wallet, nonce, U256::from(1));
        for _ in &entrances {
            turn += 1;
            let entrance = &entrances[turn % entrances.len()];
            let asked = rpc::call::<B256>(entrance, "eth_sendRawTransaction", json!([raw]));
            if matches!(timeout(PATIENCE, asked).await, Ok(Ok(answer)) if answer == hash) {
                accepted.add(hash);
                nonce += 1;
                break;
            }
        }
    }
}

/// A transfer of funded account number `wallet`, signed.
pub fn transfer(wallet: usize, nonce: u64, value: U256) -> (B256, Bytes) {
    let mut transaction = TxEip1559 {
        chain_id: L2_CHAIN_ID,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 20_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: TxKind::Call(SINK),
        value,
        ..TxEip1559::default()
    };
    let key = PrivateKeySigner::from_bytes(&FUNDED[wallet].1).expect("a committed key is a key");
    let signature = key.sign_transaction_sync(&mut transaction);
    let signature = signature.expect("a key in memory can always sign");
    let envelope = TxEnvelope::from(transaction.into_signed(signature));
    (*envelope.tx_hash(), envelope.encoded_2718().into())
}
