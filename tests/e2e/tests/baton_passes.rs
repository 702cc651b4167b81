//! Nothing fails: the baton passes, and every field of the run's report is what anvil's logs, the follower's op-geth and the
//! machine's process table say.

use e2e::{
    chain::{folder, marked, progress, tools},
    recomputed::Facts,
    rules::{Clock, offences},
    watched::watch,
};
use eyre::{Result, ensure, eyre};
use rota_devnet::genesis::{BATCH_INBOX, FUNDED};
use serde_json::Value;
use std::{collections::BTreeSet, fs, os::fd::AsFd, process::Stdio, time::Instant};
use tokio::process::Command;

const NAME: &str = "baton_passes";
const EPOCHS: u64 = 2;
/// Four slots, so that half of an epoch, which is the most for one operator, is more than one slot: supply is contested.
const CLOCK: Clock =
    Clock { genesis: 0, slot_seconds: 14, slots_per_epoch: 4, l1_block_time: 1, l2_block_time: 1 };
/// Both witnesses look every 20 ms, on a machine with little to spare.
const LATENCY_MS: i64 = 150;
/// Blocks between two looks at the safe head.
const LAG: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn the_baton_passes_and_the_report_tells_the_truth() -> Result<()> {
    let since = Instant::now();
    let (dir, tools) = (folder(NAME)?, tools()?);
    let report_file = dir.with_extension("report.json");
    let mut devnet = Command::new(&tools.rota);
    devnet
        .args(["devnet", "--epochs", &EPOCHS.to_string(), "--seed", "7"])
        .args(["--slot-seconds", &CLOCK.slot_seconds.to_string()])
        .args(["--slots-per-epoch", &CLOCK.slots_per_epoch.to_string()])
        .args(["--l1-block-time", &CLOCK.l1_block_time.to_string()])
        .args(["--l2-block-time", &CLOCK.l2_block_time.to_string(), "--dir"])
        .arg(&dir)
        .arg("--report")
        .arg(&report_file)
        .current_dir(&tools.root)
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr().as_fd().try_clone_to_owned()?))
        .kill_on_drop(true);
    let watched = watch(&mut devnet, &dir).await?;
    let (ended, witness) = (watched.ended, &watched.witness);
    let clock = Clock { genesis: witness.devnet.genesis_time, ..CLOCK };
    progress(NAME, since, &format!("ended: {ended}"));
    ensure!(ended.success(), "the run's own checks failed");

    // What the report says must fit its schema, and be true.
    let report: Value = serde_json::from_slice(&fs::read(&report_file)?)?;
    let schema = fs::read(tools.root.join("crates/devnet/report.schema.json"))?;
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema)?)?;
    schema.validate(&report).map_err(|error| eyre!("{error}"))?;

    let seen = witness.seen();
    let facts = Facts::new(&watched, &seen, clock, EPOCHS, &report["gas"])?;

    let (first, last) = facts.range();
    let same = |field: &str, mine: Value| {
        let theirs = report.pointer(field).cloned().unwrap_or_default();
        ensure!(theirs == mine, "{field}: the report says {theirs}, the chain {mine}");
        Ok(())
    };
    same("/version", 1.into())?;
    same("/blocks/first", first.into())?;
    same("/blocks/last", last.into())?;
    same("/blocks/missed", facts.missed(0).into())?;
    same("/auctions", facts.auctions()?.into())?;
    same("/misses", Value::Array(vec![]))?;
    ensure!(facts.misses()?.is_empty(), "L1 recorded misses");
    same("/faults", Value::Array(vec![]))?;
    same("/left_running", marked(&watched.logs).len().into())?;
    same("/left_running", 0.into())?;

    let mut latencies = vec![];
    let mut handoffs = report["handoffs"].as_array().cloned().unwrap_or_default();
    for handoff in &mut handoffs {
        let number = handoff["first_number"].as_u64().unwrap_or_default();
        let theirs = handoff.as_object_mut().and_then(|h| h.remove("latency_ms"));
        let theirs = theirs.and_then(|ms| ms.as_i64()).ok_or_else(|| eyre!("no latency"))?;
        latencies.push(theirs);
        let mine = facts.lateness(number);
        ensure!(
            (theirs - mine).abs() <= LATENCY_MS,
            "block {number}: {theirs} ms late, or {mine}?"
        );
    }
    ensure!(!latencies.is_empty(), "no handoff at all");
    latencies.sort_unstable();
    let (middle, worst) = (latencies[latencies.len() / 2], latencies[latencies.len() - 1]);
    ensure!(middle <= 100 && worst <= 500, "first blocks came late: {latencies:?} ms");
    let mine = facts.handoffs()?;
    ensure!(handoffs == mine, "handoffs: the report says {handoffs:?}, the chain {mine:?}");

    let theirs = |field: &str| report.pointer(field).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let near = |field: &str, mine: u64| {
        ensure!(
            theirs(field).abs_diff(mine) <= LAG,
            "{field}: the report says {}, the chain {mine}",
            theirs(field)
        );
        Ok(())
    };
    near("/safe_head/max_lag_blocks", facts.max_lag())?;
    ensure!(facts.max_lag() <= 24, "the safe head was {} blocks behind", facts.max_lag());
    let at_end = (theirs("/safe_head/number"), theirs("/safe_head/lag_blocks"));
    let is_near = |(_, head, safe): &&(u64, u64, u64)| {
        safe.abs_diff(at_end.0) <= LAG && (head - safe).abs_diff(at_end.1) <= LAG
    };
    ensure!(
        seen.heads.iter().rev().take(80).any(|heads| is_near(&heads)),
        "no safe head like {at_end:?} at the end"
    );

    let wallets = FUNDED.map(|(address, _)| address);
    let included = facts.transfers(&wallets).len() as u64;
    ensure!(
        theirs("/transactions/included") == included,
        "{included} transactions are in safe blocks"
    );
    ensure!(
        theirs("/transactions/sent") == included,
        "what was sent is not what is in safe blocks"
    );
    same("/transactions/lost", 0.into())?;

    // And what the run had to show.
    let holders = facts.holders()?;
    let boundaries = EPOCHS * clock.slots_per_epoch;
    ensure!(mine.len() as u64 * 4 >= boundaries * 3, "{} of {boundaries} boundaries", mine.len());
    let winners: BTreeSet<u16> = holders.frozen.values().copied().collect();
    ensure!([2, 3, 4].iter().all(|id| winners.contains(id)), "slots were won by {winners:?}");
    ensure!(
        facts.still_slots().is_empty(),
        "the safe head stood still in {:?}",
        facts.still_slots()
    );
    let inbox = seen.l1.values().flat_map(|block| &block.transactions);
    let batchers: BTreeSet<_> =
        inbox.filter(|t| t.to == Some(BATCH_INBOX)).map(|t| t.from).collect();
    let ours = witness.devnet.operators.iter().filter(|o| batchers.contains(&o.batcher)).count();
    ensure!(ours >= 3 && ours == batchers.len(), "batches came from {batchers:?}");
    for number in first..=last {
        let holder = holders.at(clock.slot_at(clock.time_of(number)), clock.time_of(number));
        ensure!(facts.sealer(number) == Some(holder), "block {number} is {holder}'s");
    }
    let canonical = seen.l1.iter().map(|(number, block)| (*number, block.hash)).collect();
    let found = offences(&witness.streams.said(), &clock, &holders, &canonical);
    ensure!(found.is_empty(), "{}", found.join("\n"));
    // anvil, four operators of four processes, the follower's three.
    ensure!(seen.processes >= 20, "{} processes were seen", seen.processes);
    progress(NAME, since, &format!("{} handoffs, {included} transactions: all true", mine.len()));
    Ok(())
}
