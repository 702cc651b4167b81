//! The whole L1, read once at the end: what our contracts said in which block, and what calling them cost.

use super::report::Gas;
use crate::{Error, rpc::Kept};
use alloy::primitives::{Address, B256, Bytes, Log, U64, U256};
use rota_bindings::{
    Baton::{BatonCalls, BatonEvents},
    BondVault::BondVaultCalls,
    OpenBidAuction::OpenBidAuctionCalls,
    OperatorRegistry::OperatorRegistryCalls,
    Performance::PerformanceCalls,
    Pledges::PledgesCalls,
    RewardPool::RewardPoolCalls,
    Schedule::ScheduleCalls,
    SealedBidAuction::SealedBidAuctionCalls,
    StakeWeighted::StakeWeightedCalls,
};
use rota_core::view::{Deployment, Event};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// L1 as of one moment.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The Baton's events with their blocks, in order.
    pub baton: Vec<(u64, BatonEvents)>,
    /// Canonical hashes.
    pub hashes: BTreeMap<u64, B256>,
    /// Unix seconds.
    pub times: BTreeMap<u64, u64>,
    pub gas: BTreeMap<String, Gas>,
}

#[derive(Deserialize)]
struct Block {
    hash: B256,
    timestamp: U64,
    transactions: Vec<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    hash: B256,
    to: Option<Address>,
    input: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    transaction_hash: B256,
    status: U64,
    gas_used: U64,
    logs: Vec<Log>,
}

impl Ledger {
    /// Reads the L1 at `url` from its first block to its head.
    pub async fn read(url: &str, deployment: &Deployment) -> Result<Self, Error> {
        let l1 = Kept::new(url);
        let head: U64 = l1.call("eth_blockNumber", json!([])).await?;
        let (mut ledger, mut costs) = (Self::default(), BTreeMap::<String, Vec<u64>>::new());
        for number in 0..=head.to::<u64>() {
            let block: Block =
                l1.call("eth_getBlockByNumber", json!([U256::from(number), true])).await?;
            ledger.hashes.insert(number, block.hash);
            ledger.times.insert(number, block.timestamp.to());
            if block.transactions.is_empty() {
                continue;
            }
            let receipts: Vec<Receipt> =
                l1.call("eth_getBlockReceipts", json!([U256::from(number)])).await?;
            for receipt in receipts {
                for log in &receipt.logs {
                    if let Some(Event::Baton(event)) = Event::decode(deployment, log) {
                        ledger.baton.push((number, event));
                    }
                }
                let transaction =
                    block.transactions.iter().find(|t| t.hash == receipt.transaction_hash);
                let called = transaction.and_then(|t| name(deployment, t.to?, &t.input));
                if let Some(name) = called.filter(|_| receipt.status == U64::from(1)) {
                    costs.entry(name).or_default().push(receipt.gas_used.to());
                }
            }
        }
        ledger.gas = costs.into_iter().map(|(name, costs)| (name, summary(&costs))).collect();
        Ok(ledger)
    }
}

/// What a transaction called, like `Baton.claim`; none if it is not for one of ours.
fn name(deployment: &Deployment, to: Address, input: &Bytes) -> Option<String> {
    let contracts = &deployment.contracts;
    let selector: [u8; 4] = input.get(..4)?.try_into().ok()?;
    let (contract, function) = if to == contracts.baton {
        ("Baton", BatonCalls::name_by_selector(selector))
    } else if to == contracts.schedule {
        ("Schedule", ScheduleCalls::name_by_selector(selector))
    } else if to == contracts.auction {
        ("SealedBidAuction", SealedBidAuctionCalls::name_by_selector(selector))
    } else if to == contracts.vault {
        ("BondVault", BondVaultCalls::name_by_selector(selector))
    } else if to == contracts.registry {
        ("OperatorRegistry", OperatorRegistryCalls::name_by_selector(selector))
    } else if to == contracts.stake {
        ("StakeWeighted", StakeWeightedCalls::name_by_selector(selector))
    } else if to == contracts.performance {
        ("Performance", PerformanceCalls::name_by_selector(selector))
    } else if to == contracts.open_auction {
        ("OpenBidAuction", OpenBidAuctionCalls::name_by_selector(selector))
    } else if to == deployment.pledges {
        ("Pledges", PledgesCalls::name_by_selector(selector))
    } else if to == contracts.rewards {
        ("RewardPool", RewardPoolCalls::name_by_selector(selector))
    } else {
        return None;
    };
    Some(format!("{contract}.{}", function?))
}

fn summary(costs: &[u64]) -> Gas {
    let calls = costs.len() as u64;
    Gas {
        calls,
        min: costs.iter().copied().min().unwrap_or_default(),
        max: costs.iter().copied().max().unwrap_or_default(),
        mean: costs.iter().sum::<u64>() / calls.max(1),
    }
}
