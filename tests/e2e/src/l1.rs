//! What L1 says: contracts asked by `eth_call`, events read from anvil's logs. Nothing here asks a keeper.

use alloy::{
    primitives::{Address, Bytes, U64},
    rpc::types::Log,
    sol_types::{SolCall, SolEvent},
};
use eyre::{Result, WrapErr, eyre};
use rota_bindings::Schedule::{EpochFrozen, HolderChanged, SlotsVoided};
use rota_core::Contracts;
use rota_devnet::rpc;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Id of the reserve.
pub const RESERVE: u16 = 1;

/// An L1 with our contracts on it.
#[derive(Clone, Debug)]
pub struct L1 {
    pub url: String,
    pub contracts: Contracts,
}

impl L1 {
    /// Asks a contract.
    pub async fn call<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return> {
        let data = Bytes::from(call.abi_encode());
        let answer: Bytes =
            rpc::call(&self.url, "eth_call", json!([{ "to": to, "data": data }, "latest"])).await?;
        C::abi_decode_returns(&answer).wrap_err_with(|| format!("{} of {to}", C::SIGNATURE))
    }

    /// Every event `E` of the contract at `at`, with its block, in order.
    pub async fn events<E: SolEvent>(&self, at: Address) -> Result<Vec<(u64, E)>> {
        let filter = json!({ "address": at, "topics": [E::SIGNATURE_HASH], "fromBlock": "0x0", "toBlock": "latest" });
        let logs: Vec<Log> = rpc::call(&self.url, "eth_getLogs", json!([filter])).await?;
        let read = |log: Log| {
            let block = log.block_number.ok_or_else(|| eyre!("a log without a block"))?;
            Ok((block, E::decode_log_data(log.data()).wrap_err(E::SIGNATURE)?))
        };
        logs.into_iter().map(read).collect()
    }

    pub async fn head(&self) -> Result<u64> {
        Ok(rpc::call::<U64>(&self.url, "eth_blockNumber", json!([])).await?.to())
    }

    /// Timestamp of a block, Unix seconds.
    pub async fn time_of(&self, block: u64) -> Result<u64> {
        let block: Value =
            rpc::call(&self.url, "eth_getBlockByNumber", json!([U64::from(block), false])).await?;
        Ok(serde_json::from_value::<U64>(block["timestamp"].clone())?.to())
    }

    /// Everybody's slots, computed from the Schedule's events alone.
    pub async fn holders(&self, slots_per_epoch: u64) -> Result<Holders> {
        let at = self.contracts.schedule;
        Ok(Holders::new(
            slots_per_epoch,
            self.events::<EpochFrozen>(at).await?,
            self.events::<HolderChanged>(at).await?,
            self.events::<SlotsVoided>(at).await?,
        ))
    }
}

/// Who holds what, told apart from the keeper's own view: a second reading of DESIGN.md's rules.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    pub slots_per_epoch: u64,
    /// Ids by slot; 0 and what is not there are the reserve's.
    pub frozen: BTreeMap<u64, u16>,
    /// (slot, from when on, who).
    pub changes: Vec<(u64, u64, u16)>,
    /// (whose, from which slot to the end of its epoch).
    pub voids: Vec<(u16, u64)>,
}

impl Holders {
    pub fn new(
        slots_per_epoch: u64,
        frozen: Vec<(u64, EpochFrozen)>,
        changes: Vec<(u64, HolderChanged)>,
        voids: Vec<(u64, SlotsVoided)>,
    ) -> Self {
        let slots = |(_, frozen): (u64, EpochFrozen)| {
            let ids: Vec<u16> =
                frozen.slots.chunks_exact(2).map(|id| u16::from_be_bytes([id[0], id[1]])).collect();
            (frozen.epoch * slots_per_epoch..).zip(ids)
        };
        Self {
            slots_per_epoch,
            frozen: frozen.into_iter().flat_map(slots).collect(),
            changes: changes.into_iter().map(|(_, c)| (c.slot, c.timestamp, c.operator)).collect(),
            voids: voids.into_iter().map(|(_, void)| (void.operator, void.fromSlot)).collect(),
        }
    }

    /// Whom the schedule names.
    pub fn assigned(&self, slot: u64) -> u16 {
        self.frozen.get(&slot).copied().filter(|id| *id != 0).unwrap_or(RESERVE)
    }

    /// First slot of the turn of `slot`, and the first one after it.
    pub fn turn(&self, slot: u64) -> (u64, u64) {
        let raw = |slot: u64| self.frozen.get(&slot).copied().unwrap_or_default();
        let epoch = slot / self.slots_per_epoch * self.slots_per_epoch;
        let same = |other: &u64| raw(*other) == raw(slot);
        let first = (epoch..slot).rev().take_while(same).last().unwrap_or(slot);
        let last = (slot + 1..epoch + self.slots_per_epoch).take_while(same).last().unwrap_or(slot);
        (first, last + 1)
    }

    pub fn at(&self, slot: u64, timestamp: u64) -> u16 {
        let (first, _) = self.turn(slot);
        let changes = self
            .changes
            .iter()
            .filter(|(s, from, _)| (first..=slot).contains(s) && *from <= timestamp);
        let holder = changes.max_by_key(|(_, from, _)| *from).map(|(_, _, id)| *id);
        let assigned = self.assigned(slot);
        let holder = holder.unwrap_or(assigned);
        let epoch_end = |from: u64| (from / self.slots_per_epoch + 1) * self.slots_per_epoch;
        let voided = self
            .voids
            .iter()
            .any(|(who, from)| *who == assigned && (*from..epoch_end(*from)).contains(&slot));
        if holder == assigned && voided { RESERVE } else { holder }
    }
}
