//! What L1 says that this operator may do, as plain data: the fence and the sequencer's driver judge by it, the view makes it.

use crate::types::{BlockId, Millis, Slot, Timestamp};
use alloy::primitives::B256;
use std::collections::BTreeMap;

/// L1 blocks on top of the one that holds a take-over, or that displaced another, before we act on it.
pub const CONFIRMATIONS: u64 = 2;

/// A part of a slot that this operator holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// The slot whose authority a commitment claims.
    pub slot: Slot,
    /// The slot's start or the instant from which a take-over or a return holds, whichever is later. L1 seconds.
    pub from: Timestamp,
    /// The slot's end, or the instant from which somebody else took it over, seen at 0 confirmations. L1 seconds, exclusive.
    pub until: Timestamp,
    /// Whether `until` is the slot's end: only there does a turn end in a hand-over with a receipt.
    pub to_slot_end: bool,
    pub basis: Basis,
}

/// Why the slot is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Frozen to this operator, or returned to.
    Schedule,
    /// Taken over by a transaction with this many L1 blocks on top of its own.
    TakeOver { confirmations: u64 },
}

/// The L1 chain as far as L2 blocks refer to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Number of the L1 head.
    pub head: u64,
    /// Hash by number of the canonical blocks known, without holes up to `head`.
    pub hashes: BTreeMap<u64, B256>,
}

/// How an L1 origin stands on the canonical chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Canonical,
    /// Newer than the head we know, or older than the window.
    Unknown,
    /// Another block has its number, with this many on top.
    Displaced {
        confirmations: u64,
    },
}

/// Everything the fence is told about L1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    /// Ours from the slot before the current one on, in the order of slots.
    pub tenures: Vec<Tenure>,
    pub origins: Origins,
    /// When an L1 endpoint last answered the request for its head, by the keeper's clock.
    pub answered_at: Millis,
}

/// Tenures that follow each other without a gap: between them nobody hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: Slot,
    pub last: Slot,
    pub from: Timestamp,
    pub until: Timestamp,
    pub to_slot_end: bool,
}

impl Tenure {
    /// Whether it may be acted on at all.
    pub fn is_settled(&self) -> bool {
        match self.basis {
            Basis::Schedule => true,
            Basis::TakeOver { confirmations } => confirmations >= CONFIRMATIONS,
        }
    }
}

impl Origins {
    pub fn standing(&self, origin: BlockId) -> Standing {
        match self.hashes.get(&origin.number) {
            None => Standing::Unknown,
            Some(hash) if *hash == origin.hash => Standing::Canonical,
            Some(_) => {
                Standing::Displaced { confirmations: self.head.saturating_sub(origin.number) }
            }
        }
    }

    /// L1 blocks on top of a canonical origin; none if it is not known to be canonical.
    pub fn depth(&self, origin: BlockId) -> Option<u64> {
        (self.standing(origin) == Standing::Canonical)
            .then(|| self.head.saturating_sub(origin.number))
    }
}

impl Authority {
    /// The settled tenures, joined where one begins as the other ends, in the order of time.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = vec![];
        for tenure in
            self.tenures.iter().filter(|tenure| tenure.is_settled() && tenure.from < tenure.until)
        {
            let Tenure { slot, from, until, to_slot_end, .. } = *tenure;
            match spans.last_mut() {
                Some(span) if span.until == from => {
                    (span.last, span.until, span.to_slot_end) = (slot, until, to_slot_end);
                }
                _ => spans.push(Span { first: slot, last: slot, from, until, to_slot_end }),
            }
        }
        spans
    }
}
