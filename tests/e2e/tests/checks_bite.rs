//! A devnet that breaks its own promises on purpose: the run must notice each of them, by name, and exit with an error. And a
//! fault in the same run, of which the report must tell what anvil's logs and the follower do.

use e2e::{
    chain::{folder, marked, progress, tools},
    recomputed::Facts,
    rules::Clock,
    watched::{Watched, watch},
};
use eyre::{Result, ensure, eyre};
use serde_json::Value;
use std::{
    fs::{self, File},
    process::Stdio,
    time::Instant,
};
use tokio::process::Command;

const NAME: &str = "checks_bite";
const EPOCHS: u64 = 1;
const CLOCK: Clock =
    Clock { genesis: 0, slot_seconds: 20, slots_per_epoch: 2, l1_block_time: 1, l2_block_time: 1 };
/// Operator 2 wins the second slot of epoch 2 with this seed's bids.
const FAULT: &str = "restart:2@5";
const OPERATOR: u16 = 2;
const SLOT: u64 = 5;
/// Both witnesses look every 20 ms, on a machine with little to spare.
const LATENCY_MS: i64 = 150;

/// One boot for the three of them: they meet different checks, and `baton_passes` shows that without sabotage all of these hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_handoff_a_dropped_transaction_and_an_orphan_are_each_noticed() -> Result<()> {
    let since = Instant::now();
    let (dir, tools) = (folder(NAME)?, tools()?);
    let report = dir.with_extension("report.json");
    let _ = fs::remove_file(&report);
    let said = dir.with_extension("log");
    fs::create_dir_all(dir.parent().ok_or_else(|| eyre!("{} has no parent", dir.display()))?)?;
    let output = File::create(&said)?;
    progress(NAME, since, &format!("the run tells {} how far it is", said.display()));
    let mut devnet = Command::new(&tools.rota);
    devnet
        .args(["devnet", "--epochs", &EPOCHS.to_string(), "--seed", "3", "--fault", FAULT])
        .args(["--slot-seconds", &CLOCK.slot_seconds.to_string()])
        .args(["--slots-per-epoch", &CLOCK.slots_per_epoch.to_string()])
        .args(["--l1-block-time", &CLOCK.l1_block_time.to_string()])
        .args(["--l2-block-time", &CLOCK.l2_block_time.to_string()])
        .args([
            "--sabotage",
            "delay-handoff",
            "--sabotage",
            "drop-transaction",
            "--sabotage",
            "orphan",
        ])
        .arg("--dir")
        .arg(&dir)
        .arg("--report")
        .arg(&report)
        .current_dir(&tools.root)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true);
    let watched = watch(&mut devnet, &dir).await?;
    let ended = watched.ended;
    let said = fs::read_to_string(&said)?;
    let failures: Vec<&str> =
        said.lines().filter_map(|line| line.split_once("FAILED: ")).map(|(_, why)| why).collect();
    progress(NAME, since, &failures.join(" / "));
    ensure!(!ended.success(), "the run says that all is well:\n{said}");

    let report: Value = serde_json::from_slice(&fs::read(&report)?)?;
    let number = |field: &str| report.pointer(field).and_then(Value::as_u64).unwrap_or_default();
    for (sabotage, named, field) in [
        ("a handoff delayed by 3 s", "L2 blocks missed", "/blocks/missed"),
        ("a dropped transaction", "transactions lost", "/transactions/lost"),
        ("an orphan process", "processes left running", "/left_running"),
    ] {
        let count = failures.iter().filter(|why| why.contains(named)).count();
        ensure!(count == 1, "{sabotage}: {count} findings like {named:?} in {failures:?}");
        ensure!(number(field) >= 1, "{sabotage}: the report's {field} is {}", number(field));
    }
    ensure!(
        number("/transactions/lost") == 1,
        "one was dropped, {} are lost",
        number("/transactions/lost")
    );
    ensure!(number("/left_running") == 1, "one was left, {} are running", number("/left_running"));
    // The delay shows at the handoff that was delayed, and at no other.
    let handoffs = report["handoffs"].as_array().cloned().unwrap_or_default();
    let late = handoffs.iter().filter(|handoff| handoff["missed_blocks"] != 0).count();
    ensure!(late == 1, "{late} late handoffs: {handoffs:?}");

    the_fault_is_told_as_it_was(&watched, &report)?;

    let left = marked(&dir.join("logs").canonicalize()?);
    ensure!(left.is_empty(), "the run found the orphan and left it: {left:?}");
    Ok(())
}

/// The killed operator's miss, and which late blocks it excuses, recomputed.
fn the_fault_is_told_as_it_was(watched: &Watched, report: &Value) -> Result<()> {
    let seen = watched.witness.seen();
    let clock = Clock { genesis: watched.witness.devnet.genesis_time, ..CLOCK };
    let mut facts = Facts::new(watched, &seen, clock, EPOCHS, &report["gas"])?;
    let faults = report["faults"].as_array().cloned().unwrap_or_default();
    ensure!(
        faults.len() == 1 && faults[0]["fault"] == FAULT && faults[0]["slot"] == SLOT,
        "faults: {faults:?}"
    );
    let at = faults[0]["at_ms"].as_u64().unwrap_or_default();
    facts.faults = vec![at];
    // The chain knows when it was, too: the operator's blocks end there.
    let turn = clock.block_at(clock.start(SLOT))..clock.block_at(clock.start(SLOT + 1));
    let last = turn.rev().find(|number| facts.sealer(*number) == Some(OPERATOR));
    let last = clock.time_of(last.ok_or_else(|| eyre!("operator {OPERATOR} sealed nothing"))?);
    ensure!(last.abs_diff(at / 1_000) <= 1, "its last block is dated {last}, the fault {at} ms");

    let (first, end) = facts.range();
    let blocks = &report["blocks"];
    ensure!(blocks["first"] == first && blocks["last"] == end, "{blocks}, not {first} to {end}");
    let (least, most) = (facts.missed(LATENCY_MS), facts.missed(-LATENCY_MS));
    let missed = blocks["missed"].as_u64().unwrap_or_default();
    ensure!((least..=most).contains(&missed), "{missed} blocks missed, or {least} to {most}?");
    facts.faults.clear();
    ensure!(facts.missed(LATENCY_MS) > most, "the fault made no block late");

    // It may have won the next slot as well, and be back too late for that.
    let mut theirs = report["misses"].as_array().cloned().unwrap_or_default();
    let mut mine = facts.misses()?;
    ensure!(
        mine.first().is_some_and(|miss| miss["slot"] == SLOT)
            && mine.iter().all(|miss| miss["operator"] == OPERATOR),
        "L1 has {mine:?}"
    );
    let after = |misses: &mut [Value]| -> Result<Vec<i64>> {
        let after = misses.iter_mut().map(|miss| miss["first_block_after_ms"].take());
        after.map(|ms| ms.as_i64().ok_or_else(|| eyre!("the taker sealed nothing"))).collect()
    };
    for (a, b) in after(&mut theirs)?.into_iter().zip(after(&mut mine)?) {
        ensure!((a - b).abs() <= LATENCY_MS, "the taker's first block came after {a} ms, or {b}?");
    }
    ensure!(theirs == mine, "misses: the report says {theirs:?}, the chain {mine:?}");
    Ok(())
}
