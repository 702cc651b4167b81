//! What a run must not show: the run's own checks, each finding in words.
//!
//! The offences are those of the Slasher (DESIGN.md section 3), judged by everything that every operator published:
//! *equivocation* (two blocks of one parent by one key, their L1 origins equal or both canonical), *out of turn* (T1: dated at or
//! after the end of the slot; T2: the slot's holders never include the signer; T3: public before its turn could begin) and
//! *receipts* (two for one boundary, a block above one's own receipt, another block where one countersigned).
//!
//! As for the Slasher, nothing dated within 3 L1 blocks of a change of holder is out of turn: L1 tells the two holders at different
//! moments. Stricter than the Slasher where a devnet on one clock needs no benefit of the doubt: T3's lead is 2 L2 blocks alone.

use super::{
    evidence::Evidence,
    report::Report,
    streams::{Received, Signed},
};
use alloy::primitives::B256;
use rota_core::{
    Slot,
    types::{Epoch, OperatorId, Timestamp},
    view::{ChainView, Market},
};
use std::collections::{BTreeMap, BTreeSet};

/// L2 blocks before its slot from which a block may be public.
const LEAD_BLOCKS: u64 = 2;
/// L1 blocks around a change of holder in which nothing is out of turn: `Slasher.TOLERANCE_BLOCKS`.
const TOLERANCE_BLOCKS: u64 = 3;

/// Everything in which the run was not as it should be.
pub fn violations(evidence: &Evidence, report: &Report, receipts: &[Received]) -> Vec<String> {
    let mut found = vec![];
    if report.blocks.missed > 0 {
        let (first, last) = evidence.range();
        let late: Vec<_> = (first..=last)
            .filter(|n| evidence.is_late(*n) && !evidence.in_fault(*n))
            .map(|n| match evidence.seen.get(&n) {
                Some(_) => format!("{n} ({} ms)", evidence.lateness_ms(n)),
                None => format!("{n} (never)"),
            })
            .collect();
        found.push(format!("{} L2 blocks missed: {}", late.len(), late.join(", ")));
    }
    if report.transactions.lost > 0 {
        found.push(format!(
            "{} of {} transactions lost",
            report.transactions.lost, report.transactions.sent
        ));
    }
    if report.left_running > 0 {
        found.push(format!("{} processes left running", report.left_running));
    }
    found.extend(unassigned(evidence));
    found.extend(still_slots(evidence));
    found.extend(strangers(evidence));
    found.extend(equivocations(&evidence.signed, &evidence.ledger.hashes));
    found.extend(out_of_turn(&evidence.signed, &evidence.view));
    found.extend(receipt_offences(&evidence.signed, receipts));
    found
}

/// Epochs that the policy assigned nothing of: the reserve steps in without a missed block, so that nothing else would show it. Not
/// those after a fault, which may be the operator's that had them.
fn unassigned(evidence: &Evidence) -> Vec<String> {
    let (view, policy) = (&evidence.view, evidence.policy);
    let fault = evidence.faults.iter().map(|fault| fault.at_ms).min().unwrap_or(u64::MAX);
    let sold = |epoch| match view.market(epoch) {
        Some(Market::Sealed) => {
            let result = view.round(epoch).and_then(|round| round.result.as_ref());
            result.is_some_and(|result| !result.winners.is_empty())
        }
        _ => true,
    };
    let judge = |epoch: Epoch| {
        let ids = view.frozen_ids(epoch);
        if ids.is_empty() {
            Some(format!("epoch {epoch} was not frozen: all of it is the reserve's"))
        } else if ids.iter().all(|id| *id == OperatorId::RESERVE) || !sold(epoch) {
            Some(format!("the policy {policy} assigned no slot of epoch {epoch} to an operator"))
        } else {
            None
        }
    };
    let epochs = evidence.epochs().into_iter();
    let judged = epochs.filter(|epoch| view.timeline().start_of_epoch(*epoch).millis().0 < fault);
    judged.filter_map(judge).collect()
}

/// Slots in which the safe head stood still.
fn still_slots(evidence: &Evidence) -> Vec<String> {
    let timeline = *evidence.timeline();
    let moved = |slot: Slot| {
        let (start, end) = (timeline.start_of(slot).millis().0, timeline.end_of(slot).millis().0);
        let within = evidence.samples.iter().filter(|s| start <= s.at_ms && s.at_ms < end);
        let heads: BTreeSet<u64> = within.map(|sample| sample.safe_head).collect();
        heads.len() > 1
    };
    let still = evidence.slots().filter(|slot| !evidence.slot_in_fault(*slot) && !moved(*slot));
    still.map(|slot| format!("the safe head stood still in slot {slot}")).collect()
}

/// Blocks that were not sealed by who held their timestamp, as far as no fault excuses a gap fill, or that nobody committed to.
fn strangers(evidence: &Evidence) -> Vec<String> {
    let (first, last) = evidence.range();
    let judge = |number: u64| {
        let timestamp = evidence.timeline().l2_timestamp(number);
        let holder = evidence.view.holder(timestamp);
        match evidence.sealer(number) {
            None => Some(format!(
                "nobody published a commitment to safe block {number}, operator {holder}'s"
            )),
            Some(sealer) if sealer != holder && !evidence.in_fault(number) => Some(format!(
                "operator {sealer} sealed block {number}, which was operator {holder}'s"
            )),
            Some(_) => None,
        }
    };
    (first..=last).filter_map(judge).collect()
}

fn equivocations(signed: &[Signed], canonical: &BTreeMap<u64, B256>) -> Vec<String> {
    let is_canonical = |s: &Signed| {
        canonical.get(&s.commitment.l1OriginNumber) == Some(&s.commitment.l1OriginHash)
    };
    let mut by_parent: BTreeMap<_, Vec<&Signed>> = BTreeMap::new();
    for s in signed {
        by_parent
            .entry((s.signer, s.commitment.number, s.commitment.parentHash))
            .or_default()
            .push(s);
    }
    let mut found = BTreeSet::new();
    for group in by_parent.values() {
        for (i, a) in group.iter().enumerate() {
            for b in &group[i + 1..] {
                let same_origin = a.commitment.l1OriginHash == b.commitment.l1OriginHash;
                if a.commitment.blockHash != b.commitment.blockHash
                    && (same_origin || (is_canonical(a) && is_canonical(b)))
                {
                    found.insert(format!(
                        "operator {} signed two blocks {}",
                        a.operator, a.commitment.number
                    ));
                }
            }
        }
    }
    found.into_iter().collect()
}

fn out_of_turn(signed: &[Signed], view: &ChainView) -> Vec<String> {
    let timeline = view.timeline();
    let judge = |s: &Signed| {
        let (slot, c) = (Slot(s.commitment.slot), &s.commitment);
        let who = format!("operator {} signed block {} for slot {slot}", s.operator, c.number);
        if view.sequencer_key(s.operator, timeline.epoch_of(slot)) != Some(s.signer) {
            return Some(format!("{who} with a key that is not its own"));
        }
        if is_near_a_change(view, Timestamp(c.timestamp)) {
            return None;
        }
        if c.timestamp >= timeline.end_of(slot).0 {
            return Some(format!("{who}, dated at or after its end"));
        }
        if !holders(view, slot).contains(&s.operator) {
            return Some(format!("{who}, which it never held"));
        }
        let lead = LEAD_BLOCKS * timeline.clock.l2_block_seconds * 1_000;
        let early = s.known_ms + lead < timeline.start_of(slot).millis().0;
        early.then(|| format!("{who} too early"))
    };
    signed.iter().filter_map(judge).collect()
}

/// Whether who holds changes around `dated`.
fn is_near_a_change(view: &ChainView, dated: Timestamp) -> bool {
    let timeline = view.timeline();
    let tolerance = TOLERANCE_BLOCKS * timeline.clock.l1_block_seconds;
    let from = timeline.slot_at(Timestamp(dated.0.saturating_sub(tolerance)));
    let to = timeline.slot_at(Timestamp(dated.0 + tolerance));
    (from.0..=to.0)
        .flat_map(|slot| view.changes_in(&view.turn_of(Slot(slot))))
        .any(|change| change.from.0.abs_diff(dated.0) <= tolerance)
}

/// Everybody who held a part of `slot`.
fn holders(view: &ChainView, slot: Slot) -> BTreeSet<OperatorId> {
    let (start, end) = (view.timeline().start_of(slot), view.timeline().end_of(slot));
    (start.0..end.0).map(|at| view.holder_at(slot, Timestamp(at))).collect()
}

fn receipt_offences(signed: &[Signed], receipts: &[Received]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (i, a) in receipts.iter().enumerate() {
        let boundary = a.receipt.boundarySlot;
        if receipts[..i].iter().any(|b| {
            b.from == a.from && b.receipt.boundarySlot == boundary && b.receipt != a.receipt
        }) {
            found.insert(format!("{} signed two receipts for slot {boundary}", a.from));
        }
        for s in signed {
            let c = &s.commitment;
            if s.signer == a.from && c.slot < boundary && c.number > a.receipt.number {
                found.insert(format!(
                    "operator {} signed block {} above its receipt for slot {boundary}",
                    s.operator, c.number
                ));
            }
            let another = (c.number == a.receipt.number && c.blockHash != a.receipt.hash)
                || (c.number == a.receipt.number + 1 && c.parentHash != a.receipt.hash);
            if a.countersigned_by == Some(s.signer) && another {
                found.insert(format!(
                    "operator {} left the block {} that it countersigned",
                    s.operator, a.receipt.number
                ));
            }
        }
    }
    found.into_iter().collect()
}
