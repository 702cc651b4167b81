//! The report of a run, made once more from what the second witness saw.

use crate::{
    l1::{Holders, RESERVE},
    rules::Clock,
    watched::Watched,
    witness::{L1Block, Seen},
};
use alloy::primitives::{Address, B256, U256, keccak256};
use eyre::{Result, ensure, eyre};
use rota_bindings::{
    Baton::{BatonCalls, CalledOut, Missed, TakenOver},
    BondVault::BondVaultCalls,
    OpenBidAuction::OpenBidAuctionCalls,
    OperatorRegistry::OperatorRegistryCalls,
    Performance::PerformanceCalls,
    Pledges::PledgesCalls,
    RewardPool::RewardPoolCalls,
    Schedule::{EpochFrozen, HolderChanged, ScheduleCalls, SeedRecorded, SlotsVoided},
    SealedBidAuction::{AuctionSettled, BidCommitted, BidRevealed, SealedBidAuctionCalls},
    StakeWeighted::StakeWeightedCalls,
};
use rota_core::Contracts;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Bits of a step of a curve's word: price above quantity.
const STEP_BITS: usize = 56;
const GWEI: u64 = 1_000_000_000;
/// L1 blocks from a fault for which it excuses late blocks at most.
const FAULT_BLOCKS: u64 = 20;

/// All that a report can be made from.
pub struct Facts<'a> {
    pub seen: &'a Seen,
    pub clock: Clock,
    pub contracts: Contracts,
    pub pledges: Address,
    /// Scheduled epochs of the run.
    pub epochs: u64,
    /// Auction's floor, gwei.
    pub floor_gwei: u64,
    pub sealers: BTreeMap<B256, u16>,
    /// When faults were injected, Unix milliseconds.
    pub faults: Vec<u64>,
    /// L1 block up to which the run looked.
    pub l1_head: u64,
}

impl<'a> Facts<'a> {
    /// What `seen` tells of a run that was `watched`, and whose report has this `gas`: that tells at which moment after its last
    /// epoch the run read L1, for every call counts.
    pub fn new(
        watched: &Watched,
        seen: &'a Seen,
        clock: Clock,
        epochs: u64,
        gas: &Value,
    ) -> Result<Self> {
        seen.check()?;
        let mut facts = Self {
            seen,
            clock,
            contracts: watched.witness.devnet.contracts,
            pledges: watched.pledges,
            epochs,
            floor_gwei: watched.floor_gwei,
            sealers: watched.witness.streams.sealers(),
            faults: vec![],
            l1_head: 0,
        };
        let end = clock.start(facts.slots().1);
        let last = *seen.l1.keys().next_back().unwrap_or(&0);
        let is_after =
            |block: &&L1Block| block.timestamp.to::<u64>() + 2 * clock.l1_block_time >= end;
        let first = seen.l1.values().find(is_after).map_or(last, |block| block.number.to());
        facts.l1_head = (first..=last)
            .find(|head| {
                facts.l1_head = *head;
                facts.gas() == *gas
            })
            .ok_or_else(|| eyre!("gas is {}, not {gas}", facts.gas()))?;
        Ok(facts)
    }

    pub fn holders(&self) -> Result<Holders> {
        let (seen, at) = (self.seen, self.contracts.schedule);
        Ok(Holders::new(
            self.clock.slots_per_epoch,
            seen.events::<EpochFrozen>(at, self.l1_head)?,
            seen.events::<HolderChanged>(at, self.l1_head)?,
            seen.events::<SlotsVoided>(at, self.l1_head)?,
        ))
    }

    /// First slot of epoch 1, and the first one after the last scheduled epoch.
    fn slots(&self) -> (u64, u64) {
        (self.clock.slots_per_epoch, (2 + self.epochs) * self.clock.slots_per_epoch)
    }

    /// First and last block that are judged.
    pub fn range(&self) -> (u64, u64) {
        let (first, end) = self.slots();
        let block = |slot: u64| self.clock.block_at(self.clock.start(slot));
        (block(first), block(end) - 1)
    }

    /// How late after its timestamp block `number` was seen, milliseconds.
    pub fn lateness(&self, number: u64) -> i64 {
        let due = self.clock.time_of(number) as i64 * 1_000;
        self.seen.arrivals.get(&number).map_or(i64::MAX, |at| *at as i64 - due)
    }

    pub fn sealer(&self, number: u64) -> Option<u16> {
        self.sealers.get(&self.seen.safe.get(&number)?.hash).copied()
    }

    /// Blocks that came later than one block time and `slack` milliseconds after their timestamp, and that no fault excuses.
    pub fn missed(&self, slack: i64) -> u64 {
        let (first, last) = self.range();
        let limit = self.clock.l2_block_time as i64 * 1_000 + slack;
        let is_late = |number: &u64| self.lateness(*number) > limit;
        let windows: Vec<_> =
            self.faults.iter().map(|at| self.window(at / 1_000, is_late)).collect();
        let is_excused =
            |number: &u64| windows.iter().any(|(from, to)| from <= number && number < to);
        (first..=last).filter(|number| is_late(number) && !is_excused(number)).count() as u64
    }

    /// From the block in the making at a fault to the first one in time after the outage.
    fn window(&self, at: u64, is_late: impl Fn(&u64) -> bool) -> (u64, u64) {
        let from = self.clock.block_at(at);
        let limit = self.clock.block_at(at + FAULT_BLOCKS * self.clock.l1_block_time);
        let outage = (from..limit).find(&is_late);
        let to = outage.and_then(|start| (start..limit).find(|number| !is_late(number)));
        (from, to.unwrap_or(limit))
    }

    /// Every boundary where the holder changes, without the measured latency.
    pub fn handoffs(&self) -> Result<Vec<Value>> {
        let holders = self.holders()?;
        let (first, end) = self.slots();
        let changes = (first + 1..end).filter(|slot| {
            let start = self.clock.start(*slot);
            holders.at(slot - 1, start - 1) != holders.at(*slot, start)
        });
        let one = |slot: u64| {
            let boundary = self.clock.start(slot);
            let number = self.clock.block_at(boundary);
            Ok(json!({
                "slot": slot, "boundary": boundary,
                "from": self.sealer(number - 1).ok_or_else(|| eyre!("nobody sealed {}", number - 1))?,
                "to": self.sealer(number).ok_or_else(|| eyre!("nobody sealed {number}"))?,
                "last_number": number - 1, "first_number": number, "missed_blocks": 0,
            }))
        };
        changes.map(one).collect()
    }

    /// Every auction, cleared here from the bids that were revealed; L1 must have come to the same.
    pub fn auctions(&self) -> Result<Vec<Value>> {
        let (seen, at, last) = (self.seen, self.contracts.auction, self.l1_head);
        let committed = seen.events::<BidCommitted>(at, last)?;
        let revealed = seen.events::<BidRevealed>(at, last)?;
        let settled = seen.events::<AuctionSettled>(at, last)?;
        let seeds = seen.events::<SeedRecorded>(self.contracts.schedule, last)?;
        let mut all = vec![];
        for epoch in 2..2 + self.epochs {
            let bidders: BTreeSet<u16> = committed
                .iter()
                .filter(|(_, c)| c.epoch == epoch)
                .map(|(_, c)| c.operator)
                .collect();
            let bids: Vec<(u16, U256)> = revealed
                .iter()
                .filter(|(_, bid)| bid.epoch == epoch)
                .map(|(_, bid)| (bid.operator, bid.curve))
                .collect();
            let seed = seeds.iter().find(|(_, seed)| seed.epoch == epoch);
            let seed = seed.ok_or_else(|| eyre!("no seed of epoch {epoch}"))?.1.seed;
            let (price, winners) = clear(&bids, seed, self.clock.slots_per_epoch, self.floor_gwei);
            let price = (U256::from(price) * U256::from(GWEI)).to_string();

            let on_chain = settled.iter().find(|(_, settled)| settled.epoch == epoch);
            let on_chain = &on_chain.ok_or_else(|| eyre!("epoch {epoch} was not settled"))?.1;
            ensure!(
                on_chain.clearingPrice.to_string() == price,
                "epoch {epoch}: L1 cleared at {}",
                on_chain.clearingPrice
            );
            let won = on_chain.winners.iter().zip(&on_chain.quantities);
            let won: BTreeMap<u16, u64> = won.map(|(id, slots)| (*id, (*slots).into())).collect();
            ensure!(won == winners, "epoch {epoch}: L1 says {won:?}, the bids say {winners:?}");
            all.push(json!({
                "epoch": epoch, "bidders": bidders.len(), "slots_sold": winners.values().sum::<u64>(),
                "clearing_price_wei": price, "winners": winners,
            }));
        }
        Ok(all)
    }

    /// Every slot that L1 calls missed.
    pub fn misses(&self) -> Result<Vec<Value>> {
        let (at, last, holders) = (self.contracts.baton, self.l1_head, self.holders()?);
        let over = self.seen.events::<TakenOver>(at, last)?;
        let called = self.seen.events::<CalledOut>(at, last)?;
        let mut all = vec![];
        for (_, missed) in self.seen.events::<Missed>(at, last)? {
            let (first, end) = holders.turn(missed.slot);
            let before = |slot: u64| (first..=missed.slot).contains(&slot);
            let over = over.iter().rev().find(|(_, over)| before(over.slot));
            let called = over.and_then(|(recorded, _)| {
                let mut called = called.iter().rev();
                called.find(|(block, call)| {
                    (first..end).contains(&call.slot)
                        && call.holder == missed.operator
                        && block <= recorded
                })
            });
            let since = match called {
                Some((block, _)) => self.seen.l1.get(block).map(|b| b.timestamp.to::<u64>()),
                None => Some(self.clock.start(first)),
            };
            let mut turn = self.clock.block_at(self.clock.start(first))
                ..self.clock.block_at(self.clock.start(end));
            let block = over.and_then(|(_, o)| turn.find(|n| self.sealer(*n) == Some(o.taker)));
            let seen_at = block.and_then(|number| self.seen.arrivals.get(&number));
            let after = seen_at.zip(since).map(|(at, since)| *at as i64 - since as i64 * 1_000);
            all.push(json!({
                "slot": missed.slot, "operator": missed.operator,
                "taken_over_by": over.map(|(_, over)| over.taker),
                "callout_block": called.map(|(block, _)| block),
                "first_block_after_ms": after, "leak_wei": missed.leaked.to_string(),
            }));
        }
        Ok(all)
    }

    /// Transactions of `accounts` in safe blocks.
    pub fn transfers(&self, accounts: &[Address]) -> BTreeSet<B256> {
        let all = self.seen.safe.values().flat_map(|block| &block.transactions);
        all.filter(|t| accounts.contains(&t.from)).map(|t| t.hash).collect()
    }

    /// Most blocks that the safe head was behind from epoch 1 on.
    pub fn max_lag(&self) -> u64 {
        let from = self.clock.start(self.slots().0) * 1_000;
        let lags = self.seen.heads.iter().filter(|(at, ..)| *at >= from);
        lags.map(|(_, head, safe)| head.saturating_sub(*safe)).max().unwrap_or_default()
    }

    /// Slots in which the safe head stood still.
    pub fn still_slots(&self) -> Vec<u64> {
        let (first, end) = self.slots();
        let moved = |slot: u64| {
            let (from, to) = (self.clock.start(slot) * 1_000, self.clock.start(slot + 1) * 1_000);
            let within = self.seen.heads.iter().filter(|(at, ..)| (from..to).contains(at));
            within.map(|(_, _, safe)| safe).collect::<BTreeSet<_>>().len() > 1
        };
        (first..end).filter(|slot| !moved(*slot)).collect()
    }

    /// What calling our contracts cost, successful calls only.
    pub fn gas(&self) -> Value {
        let mut costs: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for block in self.seen.l1.range(..=self.l1_head).map(|(_, block)| block) {
            for receipt in block.receipts.iter().filter(|receipt| receipt.status.to::<u64>() == 1) {
                let call = &block.transactions[receipt.transaction_index.to::<usize>()];
                let name = call.to.and_then(|to| self.name(to, &call.input));
                costs.entry(name.unwrap_or_default()).or_default().push(receipt.gas_used.to());
            }
        }
        costs.remove("");
        let summary = |costs: Vec<u64>| {
            let (calls, sum) = (costs.len() as u64, costs.iter().sum::<u64>());
            json!({ "calls": calls, "min": costs.iter().min(), "max": costs.iter().max(), "mean": sum / calls })
        };
        costs
            .into_iter()
            .map(|(name, costs)| (name, summary(costs)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn name(&self, to: Address, input: &[u8]) -> Option<String> {
        let selector: [u8; 4] = input.get(..4)?.try_into().ok()?;
        let at = &self.contracts;
        let (contract, function) = [
            (at.baton, "Baton", BatonCalls::name_by_selector(selector)),
            (at.schedule, "Schedule", ScheduleCalls::name_by_selector(selector)),
            (at.auction, "SealedBidAuction", SealedBidAuctionCalls::name_by_selector(selector)),
            (at.vault, "BondVault", BondVaultCalls::name_by_selector(selector)),
            (at.registry, "OperatorRegistry", OperatorRegistryCalls::name_by_selector(selector)),
            (at.stake, "StakeWeighted", StakeWeightedCalls::name_by_selector(selector)),
            (at.performance, "Performance", PerformanceCalls::name_by_selector(selector)),
            (at.open_auction, "OpenBidAuction", OpenBidAuctionCalls::name_by_selector(selector)),
            (self.pledges, "Pledges", PledgesCalls::name_by_selector(selector)),
            (at.rewards, "RewardPool", RewardPoolCalls::name_by_selector(selector)),
        ]
        .into_iter()
        .find_map(|(address, contract, function)| {
            (address == to).then_some((contract, function))
        })?;
        Some(format!("{contract}.{}", function?))
    }
}

/// The uniform-price auction by units: clearing price in gwei, and slots by winner. Each operator is an entity of its own, and
/// half of the slots is the most for one.
pub fn clear(
    bids: &[(u16, U256)],
    seed: B256,
    slots: u64,
    floor: u64,
) -> (u64, BTreeMap<u16, u64>) {
    let cap = (slots / 2).max(1);
    let mut units: Vec<(u64, U256, u16)> = vec![];
    for (operator, curve) in bids {
        let mut mine = vec![];
        for step in 0..4 {
            let word: u64 =
                ((*curve >> (step * STEP_BITS)) & U256::from((1u64 << STEP_BITS) - 1)).to();
            mine.extend((0..word & 0xff).map(|_| word >> 8).filter(|price| *price >= floor));
        }
        let tie = keccak256([seed.0, U256::from(*operator).to_be_bytes()].concat());
        units.extend(
            mine.into_iter().take(cap as usize).map(|price| (price, tie.into(), *operator)),
        );
    }
    units.sort_by(|a, b| b.cmp(a));
    let price = units.get(slots as usize).map_or(floor, |(price, ..)| *price);
    let mut winners = BTreeMap::new();
    for (_, _, operator) in units.iter().take(slots as usize) {
        *winners.entry(*operator).or_default() += 1;
    }
    winners.remove(&RESERVE);
    (price, winners)
}
