//! The Slasher's rules (DESIGN.md section 3) once more, over everything that was signed in public.

use crate::{
    l1::Holders,
    streams::{Said, Signed},
};
use alloy::primitives::B256;
use std::collections::BTreeMap;

/// L1 blocks around a change of holder in which nothing is out of turn: L1 tells the two holders at different moments.
const TOLERANCE_BLOCKS: u64 = 3;

/// When slots begin and end, Unix seconds.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub genesis: u64,
    pub slot_seconds: u64,
    pub slots_per_epoch: u64,
    pub l1_block_time: u64,
    pub l2_block_time: u64,
}

impl Clock {
    pub fn start(&self, slot: u64) -> u64 {
        self.genesis + slot * self.slot_seconds
    }

    pub fn slot_at(&self, time: u64) -> u64 {
        time.saturating_sub(self.genesis) / self.slot_seconds
    }

    pub fn epoch_of(&self, slot: u64) -> u64 {
        slot / self.slots_per_epoch
    }

    /// Number of the first L2 block dated at or after `time`.
    pub fn block_at(&self, time: u64) -> u64 {
        time.saturating_sub(self.genesis).div_ceil(self.l2_block_time)
    }

    pub fn time_of(&self, block: u64) -> u64 {
        self.genesis + block * self.l2_block_time
    }
}

/// Everything in `said` that could be slashed. `canonical` are L1's hashes by number.
pub fn offences(
    said: &Said,
    clock: &Clock,
    holders: &Holders,
    canonical: &BTreeMap<u64, B256>,
) -> Vec<String> {
    let mut found = said.broken.clone();
    let is_canonical =
        |s: &Signed| canonical.get(&s.block.l1OriginNumber) == Some(&s.block.l1OriginHash);
    let mut firsts: BTreeMap<_, Vec<&Signed>> = BTreeMap::new();
    for s in &said.blocks {
        let twins = firsts.entry((s.signer, s.block.number, s.block.parentHash)).or_default();
        for twin in twins.iter().filter(|twin| twin.block.blockHash != s.block.blockHash) {
            let one_origin = twin.block.l1OriginHash == s.block.l1OriginHash;
            if one_origin || (is_canonical(twin) && is_canonical(s)) {
                found.push(format!("operator {} signed two blocks {}", s.operator, s.block.number));
            }
        }
        twins.push(s);

        let tolerance = TOLERANCE_BLOCKS * clock.l1_block_time;
        let near = |from: u64| from.abs_diff(s.block.timestamp) <= tolerance;
        if holders.changes.iter().any(|(_, from, _)| near(*from)) {
            continue;
        }
        let (slot, name) = (s.block.slot, format!("operator {}, {:?}", s.operator, s.block));
        let (start, end) = (clock.start(slot), clock.start(slot + 1));
        if s.block.timestamp >= end {
            found.push(format!("dated after its slot: {name}"));
        }
        if !(start..end).any(|time| holders.at(slot, time) == s.operator) {
            found.push(format!("not its slot: {name}"));
        }
        if s.known_ms + 2_000 * clock.l2_block_time < start * 1_000 {
            found.push(format!("before its slot: {name}"));
        }
    }
    for (i, a) in said.receipts.iter().enumerate() {
        let (slot, number, hash) = (a.receipt.boundarySlot, a.receipt.number, a.receipt.hash);
        for b in &said.receipts[..i] {
            if b.signer == a.signer && b.receipt.boundarySlot == slot && b.receipt != a.receipt {
                found.push(format!("{} signed two receipts for slot {slot}", a.signer));
            }
        }
        for s in &said.blocks {
            if s.signer == a.signer && s.block.slot < slot && s.block.number > number {
                found.push(format!("{} signed above its receipt for slot {slot}", a.signer));
            }
            let another = (s.block.number == number && s.block.blockHash != hash)
                || (s.block.number == number + 1 && s.block.parentHash != hash);
            if a.countersigner == Some(s.signer) && another {
                found.push(format!("{} left block {number}, which it countersigned", s.signer));
            }
        }
    }
    found
}
