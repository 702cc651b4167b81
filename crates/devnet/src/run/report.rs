//! What a run is judged by: one JSON document, described by `report.schema.json`.
//!
//! Everything here is a pure function of [`Evidence`]: what the follower saw, what L1 says, what was sent.

use super::{evidence::Evidence, faults::Injected};
use rota_bindings::Baton::BatonEvents;
use rota_core::{
    Slot, Timestamp,
    types::{Epoch, OperatorId},
    view::{ChainView, Market},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the document's format.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub version: u32,
    /// By which slots were assigned.
    pub policy: String,
    /// Slots of the scheduled epochs by the operator that they were frozen to.
    pub assigned: BTreeMap<u16, u64>,
    pub blocks: Blocks,
    pub handoffs: Vec<Handoff>,
    pub auctions: Vec<Auction>,
    pub misses: Vec<Miss>,
    pub safe_head: SafeHead,
    pub transactions: Transactions,
    /// By contract and function, like `Baton.claim`.
    pub gas: BTreeMap<String, Gas>,
    pub faults: Vec<Injected>,
    /// Processes of this devnet that were still there when all of them had been ended.
    pub left_running: u64,
}

/// L2 blocks from the start of epoch 1 on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blocks {
    pub first: u64,
    pub last: u64,
    /// First seen more than one block time after their timestamp, outside of fault windows.
    pub missed: u64,
}

/// A slot boundary at which the holder changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// The slot that begins.
    pub slot: u64,
    /// Its start, Unix seconds.
    pub boundary: u64,
    /// Who sealed the last block before the boundary.
    pub from: u16,
    /// Who sealed the first block after it.
    pub to: u16,
    pub last_number: u64,
    pub first_number: u64,
    /// How late after its timestamp the first block was seen; negative when it was early, as op-node seals a little ahead.
    pub latency_ms: i64,
    /// Blocks from the first one on that came too late, until one came in time.
    pub missed_blocks: u64,
}

/// The auction of an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Auction {
    pub epoch: u64,
    /// Operators that committed a bid, or entered for open bids.
    pub bidders: u64,
    pub slots_sold: u64,
    /// Price of a slot, wei; null if the round was not settled, or bids were open.
    pub clearing_price_wei: Option<String>,
    /// Slots by operator.
    pub winners: BTreeMap<u16, u64>,
    /// Of open bids, what was paid for each slot, wei, by its position in the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices_wei: Option<BTreeMap<u64, String>>,
}

/// A slot that its operator did not hold to its end, or at its start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Miss {
    pub slot: u64,
    pub operator: u16,
    pub taken_over_by: Option<u16>,
    /// L1 block of the call-out; null if the turn was never claimed, which needs none.
    pub callout_block: Option<u64>,
    /// From the call-out's L1 block, or without one from the start of the turn, until the follower saw the taker's first block.
    pub first_block_after_ms: Option<i64>,
    pub leak_wei: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SafeHead {
    pub number: u64,
    /// Behind the unsafe head, at the end.
    pub lag_blocks: u64,
    /// The most that it was ever behind from epoch 1 on.
    pub max_lag_blocks: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transactions {
    /// That an ingress answered for.
    pub sent: u64,
    /// Of them in a safe block.
    pub included: u64,
    /// Of them in none, although there was time.
    pub lost: u64,
}

/// Successful calls of one function of our contracts, gas of whole transactions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gas {
    pub calls: u64,
    pub min: u64,
    pub max: u64,
    pub mean: u64,
}

impl Report {
    /// Draws the report from the evidence.
    pub fn new(evidence: &Evidence) -> Self {
        let (first, last) = evidence.range();
        let missed =
            (first..=last).filter(|n| evidence.is_late(*n) && !evidence.in_fault(*n)).count();
        Self {
            version: VERSION,
            policy: evidence.policy.to_string(),
            assigned: assigned(evidence),
            blocks: Blocks { first, last, missed: missed as u64 },
            handoffs: handoffs(evidence),
            auctions: auctions(evidence),
            misses: misses(evidence),
            safe_head: safe_head(evidence),
            transactions: evidence.transactions(),
            gas: evidence.ledger.gas.clone(),
            faults: evidence.faults.clone(),
            left_running: evidence.left_running,
        }
    }
}

fn assigned(evidence: &Evidence) -> BTreeMap<u16, u64> {
    let mut slots = BTreeMap::new();
    for epoch in evidence.epochs() {
        for id in evidence.view.frozen_ids(epoch) {
            *slots.entry(id.0).or_default() += 1;
        }
    }
    slots
}

fn handoffs(evidence: &Evidence) -> Vec<Handoff> {
    let (timeline, view) = (evidence.view.timeline(), &evidence.view);
    let (first, last) = evidence.range();
    let mut found = vec![];
    for slot in evidence.slots() {
        let boundary = timeline.start_of(slot);
        let number = timeline.first_l2_block(boundary);
        if number <= first || number > last {
            continue;
        }
        let before = view.holder(Timestamp(boundary.0 - 1));
        let after = view.holder(boundary);
        if before == after {
            continue;
        }
        found.push(Handoff {
            slot: slot.0,
            boundary: boundary.0,
            // What was sealed counts; a block whose commitment nobody showed is a finding of its own.
            from: evidence.sealer(number - 1).unwrap_or(before).0,
            to: evidence.sealer(number).unwrap_or(after).0,
            last_number: number - 1,
            first_number: number,
            latency_ms: evidence.lateness_ms(number),
            missed_blocks: (number..=last).take_while(|n| evidence.is_late(*n)).count() as u64,
        });
    }
    found
}

fn auctions(evidence: &Evidence) -> Vec<Auction> {
    let view = &evidence.view;
    let of = |epoch: Epoch| match view.market(epoch)? {
        Market::Sealed => Some(sealed_auction(view, epoch)),
        Market::Open => Some(open_auction(view, epoch)),
    };
    evidence.epochs().into_iter().filter_map(of).collect()
}

fn sealed_auction(view: &ChainView, epoch: Epoch) -> Auction {
    let round = view.round(epoch);
    let result = round.and_then(|round| round.result.as_ref());
    let winners: BTreeMap<u16, u64> = result
        .map(|result| result.winners.iter().map(|(id, slots)| (id.0, u64::from(*slots))).collect())
        .unwrap_or_default();
    Auction {
        epoch: epoch.0,
        bidders: round.map_or(0, |round| round.bids.len() as u64),
        slots_sold: winners.values().sum(),
        clearing_price_wei: result.map(|result| result.price.to_string()),
        winners,
        prices_wei: None,
    }
}

fn open_auction(view: &ChainView, epoch: Epoch) -> Auction {
    let round = view.open_round(epoch).cloned().unwrap_or_default();
    let mut winners = BTreeMap::new();
    for bid in round.highest.values() {
        *winners.entry(bid.operator.0).or_default() += 1;
    }
    let prices = round.highest.iter().map(|(index, bid)| (*index, bid.price().to_string()));
    Auction {
        epoch: epoch.0,
        bidders: round.agents.len() as u64,
        slots_sold: round.highest.len() as u64,
        clearing_price_wei: None,
        winners,
        prices_wei: Some(prices.collect()),
    }
}

fn misses(evidence: &Evidence) -> Vec<Miss> {
    let view = &evidence.view;
    let of = |(_, event): &(u64, BatonEvents)| {
        let BatonEvents::Missed(missed) = event else { return None };
        let turn = view.turn_of(Slot(missed.slot));
        let within = |slot: u64| turn.first.0 <= slot && slot < turn.end.0;
        let take_over = evidence.ledger.baton.iter().rev().find_map(|(block, event)| match event {
            BatonEvents::TakenOver(e) if within(e.slot) && e.slot <= missed.slot => {
                Some((*block, e))
            }
            _ => None,
        });
        let call_out = take_over.and_then(|(recorded, _)| {
            evidence.ledger.baton.iter().rev().find_map(|(block, event)| match event {
                BatonEvents::CalledOut(e)
                    if within(e.slot) && e.holder == missed.operator && *block <= recorded =>
                {
                    Some(*block)
                }
                _ => None,
            })
        });
        let since = match call_out {
            Some(block) => evidence.ledger.times.get(&block).copied(),
            None => Some(view.timeline().start_of(turn.first).0),
        };
        let first =
            take_over.and_then(|(_, e)| evidence.first_sealed_in(&turn, OperatorId(e.taker)));
        Some(Miss {
            slot: missed.slot,
            operator: missed.operator,
            taken_over_by: take_over.map(|(_, e)| e.taker),
            callout_block: call_out,
            first_block_after_ms: first.and_then(|number| {
                Some(*evidence.seen.get(&number)? as i64 - since? as i64 * 1_000)
            }),
            leak_wei: missed.leaked.to_string(),
        })
    };
    evidence.ledger.baton.iter().filter_map(of).collect()
}

fn safe_head(evidence: &Evidence) -> SafeHead {
    let last = evidence.samples.last().copied().unwrap_or_default();
    let from = evidence.view.timeline().start_of_epoch(Epoch(1)).millis().0;
    let lags =
        evidence.samples.iter().filter(|sample| sample.at_ms >= from).map(|sample| sample.lag());
    SafeHead {
        number: last.safe_head,
        lag_blocks: last.lag(),
        max_lag_blocks: lags.max().unwrap_or_default(),
    }
}
