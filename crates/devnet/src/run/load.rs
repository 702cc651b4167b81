//! The users: wallets that send transfers, each to one operator's entrance and to nothing else.

use crate::{
    curves::SplitMix,
    genesis::{FUNDED, L2_CHAIN_ID},
    operator::Operator,
    rpc,
};
use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    network::TxSignerSync,
    primitives::{Address, B256, Bytes, TxKind, U64, U256, address},
    signers::local::PrivateKeySigner,
};
use rota_chain::now;
use rota_core::{timeline::Timeline, types::Slot};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// Transfers a second, on average; a fifth of a slot's come in its last second, so the other seconds have at least 4 each.
const RATE: u64 = 5;
/// One of so many transfers comes within the last second before a boundary.
const LAST_SECOND: u64 = 5;
/// Transfers of one wallet under way at once: what op-geth's pool takes of one account in any case.
const PENDING: u64 = 16;
/// How late a transfer may still be sent, milliseconds.
const STALE: u64 = 500;
/// What an entrance gets to answer before the user tries another.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Who gets the transfers.
const SINK: Address = address!("00000000000000000000000000000000000051Ac");

/// What was sent: transactions that an entrance answered for, with the time of the answer, Unix milliseconds. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<Mutex<BTreeMap<B256, u64>>>);

impl Sent {
    pub fn all(&self) -> BTreeMap<B256, u64> {
        self.lock().clone()
    }

    fn add(&self, hash: B256) {
        self.lock().insert(hash, now().0);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<B256, u64>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The load on a devnet.
pub struct Load {
    pub timeline: Timeline,
    /// Where a wallet reads its nonce: the follower's op-geth.
    pub reads: String,
    /// The operators' entrances.
    pub entrances: Vec<String>,
    pub seed: u64,
    pub sent: Sent,
    /// Sabotage: count one as sent that never was.
    pub drop_one: bool,
}

struct Wallet {
    key: PrivateKeySigner,
    nonce: u64,
}

impl Load {
    pub fn entrances(operators: &[Operator]) -> Vec<String> {
        operators.iter().map(|operator| operator.ingress.clone()).collect()
    }

    /// Sends until `stop`; what is under way then is waited for.
    pub async fn run(self, stop: CancellationToken) {
        let mut random = SplitMix(self.seed);
        let mut wallets: Vec<Wallet> = FUNDED
            .iter()
            .filter_map(|(_, key)| PrivateKeySigner::from_bytes(key).ok())
            .map(|key| Wallet { key, nonce: 0 })
            .collect();
        // Its own wallet, so that no other transfer waits for the one that never comes.
        let mut dropper = wallets.pop().filter(|_| self.drop_one);
        let mut slot = self.timeline.slot_at(now().timestamp());
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            for at in instants(&self.timeline, slot, &mut random) {
                // The slot in which the load begins is not made up for.
                if at + STALE < now().0 {
                    continue;
                }
                tokio::select! {
                    () = sleep(Duration::from_millis(at.saturating_sub(now().0))) => {}
                    () = stop.cancelled() => break,
                }
                while let Some(Ok(wallet)) = under_way.try_join_next() {
                    wallets.push(wallet);
                }
                // With every wallet busy the users wait, as users do.
                if wallets.is_empty() {
                    continue;
                }
                let wallet = wallets.remove(random.below(wallets.len() as u64) as usize);
                under_way.spawn(transfer(
                    wallet,
                    self.reads.clone(),
                    shuffled(&self.entrances, &mut random),
                    self.sent.clone(),
                ));
            }
            if let Some(wallet) = dropper.take() {
                self.sent.add(signed(&wallet).0);
            }
            slot = slot.next();
            // A slot ends a moment after its last transfer.
            while self.timeline.slot_at(now().timestamp()) < slot && !stop.is_cancelled() {
                sleep(Duration::from_millis(5)).await;
            }
        }
        while under_way.join_next().await.is_some() {}
    }
}

/// Sends the wallet's next transfer to the first entrance; one that does not answer is passed over for the next, with the same
/// transaction, since the silent one may have taken it.
async fn transfer(mut wallet: Wallet, reads: String, entrances: Vec<String>, sent: Sent) -> Wallet {
    let count = rpc::call::<U64>(
        &reads,
        "eth_getTransactionCount",
        json!([wallet.key.address(), "latest"]),
    );
    let Ok(count) = count.await else { return wallet };
    if wallet.nonce >= count.to::<u64>() + PENDING {
        return wallet;
    }
    let (hash, raw) = signed(&wallet);
    for entrance in entrances {
        let asked = rpc::call::<B256>(&entrance, "eth_sendRawTransaction", json!([raw]));
        if matches!(timeout(PATIENCE, asked).await, Ok(Ok(answer)) if answer == hash) {
            sent.add(hash);
            wallet.nonce += 1;
            break;
        }
    }
    wallet
}

/// The wallet's next transfer: a function of its key and nonce alone, so that a second try is the same transaction.
fn signed(wallet: &Wallet) -> (B256, Bytes) {
    let mut transaction = TxEip1559 {
        chain_id: L2_CHAIN_ID,
        nonce: wallet.nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 20_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: TxKind::Call(SINK),
        value: U256::from(1),
        ..TxEip1559::default()
    };
    let signature = wallet.key.sign_transaction_sync(&mut transaction);
    let signature = signature.expect("a key in memory can always sign");
    let envelope = TxEnvelope::from(transaction.into_signed(signature));
    (*envelope.tx_hash(), envelope.encoded_2718().into())
}

/// When the transfers of `slot` are sent, Unix milliseconds, in order.
fn instants(timeline: &Timeline, slot: Slot, random: &mut SplitMix) -> Vec<u64> {
    let (start, end) = (timeline.start_of(slot).millis().0, timeline.end_of(slot).millis().0);
    let total = RATE * (end - start) / 1_000;
    let (late, last_second) = (total.div_ceil(LAST_SECOND), end - 1_000);
    let even = total - late;
    let mut instants: Vec<u64> =
        (0..even).map(|i| start + (last_second - start) * i / even).collect();
    instants.extend((0..late).map(|_| last_second + random.below(1_000)));
    instants.sort_unstable();
    instants
}

fn shuffled(entrances: &[String], random: &mut SplitMix) -> Vec<String> {
    let mut rest = entrances.to_vec();
    let mut order = vec![];
    while !rest.is_empty() {
        order.push(rest.swap_remove(random.below(rest.len() as u64) as usize));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::timeline;

    #[test]
    fn four_a_second_and_a_fifth_in_the_last_one() {
        let timeline = timeline();
        let mut random = SplitMix(7);
        for slot in (0..20).map(Slot) {
            let (start, end) =
                (timeline.start_of(slot).millis().0, timeline.end_of(slot).millis().0);
            let instants = instants(&timeline, slot, &mut random);
            assert!(instants.iter().all(|at| start <= *at && *at < end));
            for second in (start..end).step_by(1_000) {
                let within =
                    instants.iter().filter(|at| second <= **at && **at < second + 1_000).count();
                assert!(within >= 4, "{within} in the second {second} of slot {slot}");
            }
            let late = instants.iter().filter(|at| **at >= end - 1_000).count();
            assert!(late * 5 >= instants.len(), "{late} of {}", instants.len());
        }
    }
}
