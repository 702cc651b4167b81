//! A devnet that breaks its own promises on purpose: the run must notice each of them, by name, and exit with an error.

use e2e::chain::{folder, marked, progress, tools};
use eyre::{Result, ensure, eyre};
use serde_json::Value;
use std::{
    fs::{self, File},
    process::Stdio,
    time::Instant,
};
use tokio::process::Command;

const NAME: &str = "checks_bite";

/// One boot for the three of them: they meet different checks, and `baton_passes` shows that without sabotage all of these hold.
#[tokio::test]
async fn a_delayed_handoff_a_dropped_transaction_and_an_orphan_are_each_noticed() -> Result<()> {
    let since = Instant::now();
    let (dir, tools) = (folder(NAME)?, tools()?);
    let report = dir.with_extension("report.json");
    let _ = fs::remove_file(&report);
    let said = dir.with_extension("log");
    fs::create_dir_all(dir.parent().ok_or_else(|| eyre!("{} has no parent", dir.display()))?)?;
    let output = File::create(&said)?;
    progress(NAME, since, &format!("the run tells {} how far it is", said.display()));
    let ended = Command::new(&tools.rota)
        .args(["devnet", "--epochs", "2", "--slot-seconds", "14", "--slots-per-epoch", "2"])
        .args(["--l1-block-time", "1", "--seed", "3"])
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
        .kill_on_drop(true)
        .status()
        .await?;
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

    let left = marked(&dir.join("logs").canonicalize()?);
    ensure!(left.is_empty(), "the run found the orphan and left it: {left:?}");
    Ok(())
}
