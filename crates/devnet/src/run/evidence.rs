//! Everything that is known about a run when it is judged, and what follows from it directly.

use super::{
    faults::Injected,
    ledger::Ledger,
    report::Transactions,
    streams::Signed,
    witness::{Sample, Seen},
};
use crate::Policy;
use alloy::primitives::B256;
use rota_core::{
    Slot,
    timeline::Timeline,
    types::{Epoch, OperatorId, Timestamp},
    view::{ChainView, Turn},
};
use std::collections::{BTreeMap, BTreeSet};

/// L1 blocks after which a fault excuses nothing any more.
const WINDOW_BLOCKS: u64 = 20;

/// What the witness, L1, the operators' streams and the load generator say, side by side.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// By which slots were to be assigned.
    pub policy: Policy,
    /// L1's view at the end, with nothing forgotten.
    pub view: ChainView,
    pub ledger: Ledger,
    /// When the follower first saw a block of this number, Unix milliseconds.
    pub seen: BTreeMap<u64, u64>,
    pub samples: Vec<Sample>,
    /// Hash of every safe block, and the transactions in it.
    pub safe: BTreeMap<u64, Seen>,
    /// Commitments of all operators.
    pub signed: Vec<Signed>,
    /// Transactions that an ingress answered for, with the time of the answer, Unix milliseconds.
    pub sent: BTreeMap<B256, u64>,
    pub faults: Vec<Injected>,
    /// The run is judged up to here, Unix seconds.
    pub until: Timestamp,
    /// A transaction answered for later than this may be missing still, Unix milliseconds.
    pub patience_ends: u64,
    pub left_running: u64,
}

impl Evidence {
    pub fn timeline(&self) -> &Timeline {
        self.view.timeline()
    }

    /// The slots that are judged: from epoch 1 on, as far as they are over.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        let timeline = *self.timeline();
        let first = timeline.first_slot_of(Epoch(1)).0;
        (first..timeline.slot_at(self.until).0).map(Slot)
    }

    /// The scheduled epochs of which a slot is judged.
    pub fn epochs(&self) -> BTreeSet<Epoch> {
        let epochs = self.slots().map(|slot| self.timeline().epoch_of(slot));
        epochs.filter(|epoch| *epoch >= Timeline::FIRST_SCHEDULED_EPOCH).collect()
    }

    /// Numbers of the first and the last block that are judged; the last is below the first if there are none yet.
    pub fn range(&self) -> (u64, u64) {
        let timeline = self.timeline();
        let first = timeline.first_l2_block(timeline.start_of_epoch(Epoch(1)));
        (first, timeline.last_l2_block(self.until).unwrap_or_default())
    }

    /* BLOCKS */

    /// How late after its timestamp the follower first saw block `number`; one never seen is later than any other.
    pub fn lateness_ms(&self, number: u64) -> i64 {
        let due = self.timeline().l2_timestamp(number).millis().0 as i64;
        self.seen.get(&number).map_or(i64::MAX, |seen| *seen as i64 - due)
    }

    pub fn is_late(&self, number: u64) -> bool {
        self.lateness_ms(number) > self.timeline().clock.l2_block_seconds as i64 * 1_000
    }

    /// Who committed to the block of this number that became safe.
    pub fn sealer(&self, number: u64) -> Option<OperatorId> {
        let hash = self.safe.get(&number)?.hash;
        self.signed
            .iter()
            .find(|signed| signed.commitment.blockHash == hash)
            .map(|signed| signed.operator)
    }

    /// The first block dated within `turn` that `operator` sealed.
    pub fn first_sealed_in(&self, turn: &Turn, operator: OperatorId) -> Option<u64> {
        let timeline = self.timeline();
        let first = timeline.first_l2_block(timeline.start_of(turn.first));
        let end = timeline.first_l2_block(timeline.start_of(turn.end));
        (first..end).find(|number| self.sealer(*number) == Some(operator))
    }

    /* FAULTS */

    /// Whether a fault excuses block `number`.
    pub fn in_fault(&self, number: u64) -> bool {
        self.faults.iter().any(|fault| {
            let (from, to) = self.window(fault);
            from <= number && number < to
        })
    }

    /// Whether a fault excuses a part of `slot`.
    pub fn slot_in_fault(&self, slot: Slot) -> bool {
        let timeline = self.timeline();
        let first = timeline.first_l2_block(timeline.start_of(slot));
        let end = timeline.first_l2_block(timeline.end_of(slot));
        (first..end).any(|number| self.in_fault(number))
    }

    /// The blocks that a fault excuses: from the one in the making at its injection to the first on-time one after the outage,
    /// excluded; at most [`WINDOW_BLOCKS`] L1 blocks.
    fn window(&self, fault: &Injected) -> (u64, u64) {
        let timeline = self.timeline();
        let injected = Timestamp(fault.at_ms / 1_000);
        let from = timeline.first_l2_block(injected);
        let limit = timeline.first_l2_block(timeline.l1_later(injected, WINDOW_BLOCKS));
        let outage = (from..limit).find(|number| self.is_late(*number));
        let to = outage.and_then(|start| (start..limit).find(|number| !self.is_late(*number)));
        (from, to.unwrap_or(limit))
    }

    /* TRANSACTIONS */

    pub fn included(&self) -> BTreeSet<B256> {
        self.safe.values().flat_map(|block| block.transactions.iter().copied()).collect()
    }

    pub fn transactions(&self) -> Transactions {
        let included = self.included();
        let missing = self.sent.iter().filter(|(hash, _)| !included.contains(*hash));
        let lost = missing.clone().filter(|(_, at)| **at <= self.patience_ends).count() as u64;
        let (sent, missing) = (self.sent.len() as u64, missing.count() as u64);
        Transactions { sent, included: sent - missing, lost }
    }
}
