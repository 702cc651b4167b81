//! What no single operator can help: L1 takes blocks back, and all keepers are down while an epoch should be frozen and bid for.
//! Before the first bidder's turn, when nothing of that can be tried yet, one operator gets wrong what can be got wrong.

mod misconfigured;

use alloy::primitives::{B256, Bytes, U64};
use e2e::{
    chain::{Chain, SOON, block_hash, block_time},
    l1::RESERVE,
    streams::now_ms,
    suite::{self, Scenario, Setting},
    until::until,
};
use eyre::{Result, ensure, eyre};
use futures::{FutureExt, future::LocalBoxFuture};
use rota_bindings::{
    Schedule::{EpochCancelled, EpochFrozen},
    SealedBidAuction::BidCommitted,
};
use rota_devnet::{Options, operator::Operator, rpc};
use serde_json::{Value, json};
use std::{collections::BTreeMap, process::ExitCode, time::Duration};

/// L1 blocks that the reorg takes back.
const DEPTH: u64 = 3;
/// Seconds before the end of an epoch at which all keepers die.
const EARLY: u64 = 4;

fn main() -> ExitCode {
    let outages: [(&str, Scenario); 3] = [
        ("l1_reorg_of_depth_3_across_a_boundary", l1_reorg),
        ("nobody_freezes_and_the_reserve_sequences", nobody_freezes),
        ("nobody_bids_and_the_slots_go_round", nobody_bids),
    ];
    suite::run(
        Setting {
            name: "l1_and_everybody_fail",
            options: |options| Options {
                slot_seconds: 16,
                slots_per_epoch: 2,
                // Slower than the L2: so the L1 origin keeps up with L1's head, and a reorg reaches it.
                l1_block_time: 2,
                genesis_delay: 30,
                ..options
            },
            unused: &[misconfigured::CARELESS.0],
        },
        &[&misconfigured::SCENARIOS[..], &outages].concat(),
    )
}

fn l1_reorg(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let url = &chain.l1.url;
        let (boundary, head) = stand_still_behind_a_boundary(chain).await?;
        let lost: BTreeMap<u64, B256> = hashes(chain, head + 1 - DEPTH..=head).await?;
        // anvil forgets the transactions of the blocks that it takes back; a real L1 would have them in its pools.
        let mut pool: Vec<Bytes> = vec![];
        for number in lost.keys().map(|number| U64::from(*number)) {
            let count: U64 =
                rpc::call(url, "eth_getBlockTransactionCountByNumber", json!([number])).await?;
            for index in 0..count.to::<u64>() {
                let method = "eth_getRawTransactionByBlockNumberAndIndex";
                pool.push(rpc::call(url, method, json!([number, U64::from(index)])).await?);
            }
        }
        let origins: Vec<B256> =
            chain.streams.said().blocks.iter().map(|s| s.block.l1OriginHash).collect();
        rpc::call::<Value>(url, "anvil_reorg", json!([DEPTH, []])).await?;
        for transaction in &pool {
            // One that its sender was quicker with is there already.
            let _ = rpc::call::<B256>(url, "eth_sendRawTransaction", json!([transaction])).await;
        }
        rpc::call::<Value>(url, "evm_setIntervalMining", json!([chain.clock.l1_block_time]))
            .await?;

        let now = hashes(chain, head + 1 - DEPTH..=head).await?;
        ensure!(
            now.iter().all(|(number, hash)| lost.get(number) != Some(hash)),
            "nothing was taken back"
        );
        let orphans =
            origins.iter().filter(|origin| lost.values().any(|hash| hash == *origin)).count();
        ensure!(orphans > 0, "no unsafe block lost its origin");
        chain.say(&format!(
            "{} transactions sent again, {orphans} L2 blocks lost their origin",
            pool.len()
        ));

        // The chain goes on, on origins that are there.
        let later = chain.clock.block_at(boundary + chain.clock.slot_seconds * 3 / 2);
        chain.reach(chain.clock.time_of(later)).await?;
        let canonical = hashes(chain, 0..=chain.l1.head().await?).await?;
        let mut sealed = BTreeMap::new();
        for s in chain.streams.said().blocks {
            sealed.insert(s.block.blockHash, (s.block.l1OriginNumber, s.block.l1OriginHash));
        }
        for number in chain.clock.block_at(boundary)..=later {
            let hash = block_hash(&chain.stack.follower.node, number).await?;
            let origin = hash.and_then(|hash| sealed.get(&hash));
            let (at, hash) = origin.ok_or_else(|| eyre!("nobody committed to block {number}"))?;
            ensure!(canonical.get(at) == Some(hash), "block {number} stands on a lost L1 block");
        }
        let node = &chain.stack.follower.node;
        until("the safe head behind the reorg", SOON, async || {
            let safe = node.sync_status().await?.safe_head;
            Ok(safe.filter(|safe| safe.number >= later).map(|_| ()))
        })
        .await
    }
    .boxed_local()
}

fn nobody_freezes(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let (supervisor, clock) = (&chain.stack.supervisor, &chain.clock);
        // Down from the last seconds of one epoch to the end of the next one: what follows that is never frozen.
        let start = |epoch: u64| clock.start(epoch * clock.slots_per_epoch);
        let dead = clock.epoch_of(clock.slot_at(now_ms() / 1_000 + 2 * EARLY)) + 1;
        chain.reach(start(dead) - EARLY).await?;
        let keepers: Vec<String> = chain.stack.operators.iter().map(Operator::keeper).collect();
        supervisor.kill(&keepers.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        ensure!(clock.epoch_of(chain.slot_now()) < dead, "too late: the epoch began");
        chain.say(&format!("all keepers are down for epoch {dead}"));
        // No L2 block tells the time now.
        until("the end of the epoch on L1", 2 * SOON, async || {
            let head = chain.l1.head().await?;
            Ok((chain.l1.time_of(head).await? >= start(dead + 1)).then_some(()))
        })
        .await?;
        for keeper in &keepers {
            supervisor.restart(keeper)?;
        }
        let cancelled = until("the epoch's cancellation", SOON, async || {
            let all = chain.l1.events::<EpochCancelled>(chain.l1.contracts.schedule).await?;
            Ok(all.into_iter().find(|(_, cancelled)| cancelled.epoch == dead + 1))
        });
        cancelled.await?;
        let (first, end) = (clock.block_at(start(dead + 1)), clock.block_at(start(dead + 2)));
        chain.reach(clock.time_of(end - 1)).await?;
        for number in first..end {
            let sealer = chain.sealer(number).await?;
            ensure!(sealer == Some(RESERVE), "block {number} is {sealer:?}'s, not the reserve's");
            let dated = block_time(&chain.stack.follower.node, number).await?;
            ensure!(dated == Some(clock.time_of(number)), "block {number} is dated {dated:?}");
        }
        // Caught up: the newest block is as old as a block is long, and some.
        let behind = (now_ms() / 1_000).saturating_sub(clock.time_of(chain.head().await?));
        chain.say(&format!("the reserve filled the gap, the head is {behind} s old"));
        Ok(())
    }
    .boxed_local()
}

/// Follows from the outage of [`nobody_freezes`], in which nobody bid for the epoch after the cancelled one.
fn nobody_bids(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let (schedule, auction) = (chain.l1.contracts.schedule, chain.l1.contracts.auction);
        let cancelled = chain.l1.events::<EpochCancelled>(schedule).await?;
        let (_, cancelled) = cancelled.last().ok_or_else(|| eyre!("no outage went before"))?;
        let epoch = cancelled.epoch + 1;
        let bids = chain.l1.events::<BidCommitted>(auction).await?;
        ensure!(!bids.iter().any(|(_, bid)| bid.epoch == epoch), "somebody bid for epoch {epoch}");
        until(&format!("epoch {epoch} frozen without a bid"), SOON, async || {
            let all = chain.l1.events::<EpochFrozen>(schedule).await?;
            Ok(all.into_iter().find(|(_, frozen)| frozen.epoch == epoch))
        })
        .await?;
        let holders = chain.holders().await?;
        let first = epoch * chain.clock.slots_per_epoch;
        let ids: Vec<u16> =
            (first..first + chain.clock.slots_per_epoch).map(|s| holders.assigned(s)).collect();
        ensure!(
            ids.iter().all(|id| *id != RESERVE) && ids[0] != ids[1],
            "the slots went to {ids:?}"
        );
        for slot in first..first + chain.clock.slots_per_epoch {
            let number = chain.clock.block_at(chain.clock.start(slot)) + 2;
            chain.reach(chain.clock.time_of(number)).await?;
            let sealer = until("a commitment", SOON, async || chain.sealer(number).await).await?;
            ensure!(sealer == holders.assigned(slot), "{sealer} sealed in slot {slot}");
        }
        Ok(())
    }
    .boxed_local()
}

/// Stops anvil's mining when the last blocks span the start of a bidder's turn, so that no block comes between reading and
/// taking back. Returns the turn's start and L1's head.
async fn stand_still_behind_a_boundary(chain: &Chain) -> Result<(u64, u64)> {
    let mut slot = chain.slot_now() + 1;
    loop {
        let start = chain.clock.start(slot);
        let within = SOON + Duration::from_secs(start.saturating_sub(now_ms() / 1_000));
        until("the boundary on L1", within, async || {
            let head = chain.l1.head().await?;
            let said = chain.streams.said();
            let reached = said.blocks.iter().any(|s| s.block.l1OriginNumber + DEPTH > head);
            Ok((reached && chain.l1.time_of(head).await? >= start).then_some(()))
        })
        .await?;
        let mine = async |seconds: u64| {
            rpc::call::<Value>(&chain.l1.url, "evm_setIntervalMining", json!([seconds])).await
        };
        mine(0).await?;
        let head = chain.l1.head().await?;
        let holders = chain.holders().await?;
        let changes = holders.at(slot - 1, start - 1) != holders.at(slot, start);
        if changes && chain.l1.time_of(head - DEPTH).await? < start {
            return Ok((start, head));
        }
        // Looked too late, or nobody's turn began: the next boundary.
        mine(chain.clock.l1_block_time).await?;
        slot += 1;
    }
}

async fn hashes(
    chain: &Chain,
    numbers: std::ops::RangeInclusive<u64>,
) -> Result<BTreeMap<u64, B256>> {
    let mut hashes = BTreeMap::new();
    for number in numbers {
        let params = json!([U64::from(number), false]);
        let block: Value = rpc::call(&chain.l1.url, "eth_getBlockByNumber", params).await?;
        hashes.insert(number, serde_json::from_value(block["hash"].clone())?);
    }
    Ok(hashes)
}
