//! `rota devnet`.

use crate::run::stop_on_signal;
use clap::Args;
use eyre::{Result, WrapErr};
use rota_devnet::{
    Options, Policy, Tools,
    run::{self, Fault, Run, Sabotage},
};
use std::{path::PathBuf, process::ExitCode};

/// What the devnet is made of, and what happens to it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Operators that bid; the reserve comes on top.
    #[arg(long, value_name = "N", default_value_t = 3)]
    operators: u16,
    /// Length of a slot, at least 8 L1 blocks.
    #[arg(long, value_name = "SECONDS", default_value_t = 16)]
    slot_seconds: u32,
    #[arg(long, value_name = "N", default_value_t = 4)]
    slots_per_epoch: u16,
    /// By which policy slots are assigned: round-robin (in turn), auction (sealed bids; unsold slots in turn), open-auction (each slot
    /// to the highest open bid), stake (drawn by bond), performance (by bond and score), composite (50, 30 and 20 % of the slots by
    /// stake, performance, in turn).
    #[arg(long, value_name = "POLICY", default_value_t)]
    policy: Policy,
    /// Seconds between L1 blocks.
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    l1_block_time: u16,
    /// Seconds between L2 blocks, at most the L1's.
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    l2_block_time: u16,
    /// Stop after this many scheduled epochs, once every transaction sent is in a safe block; without it: at Ctrl-C.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    epochs: Option<u64>,
    /// Write the report here.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Break something: KIND:OPERATOR[@SLOT] with KIND one of kill (keeper, op-node, op-geth and batcher at once), kill-node
    /// (all but the keeper), freeze (until after the take-over), restart (killed, and started 10 s after the take-over).
    /// A quarter into SLOT; without one, a quarter into the operator's first turn of epoch 3. Repeatable.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// Break a promise of the devnet itself, to see that its checks notice.
    #[arg(long, value_name = "KIND", hide = true)]
    sabotage: Vec<Sabotage>,
    /// Folder of keys, databases, configurations and logs: new, empty or an earlier devnet's, which is deleted.
    #[arg(long, value_name = "FOLDER", default_value = "target/devnet")]
    dir: PathBuf,
    /// Draws bids and transfers.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Runs it until it has seen enough or is told to stop; the exit code says whether its own checks held.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let rota = std::env::current_exe().wrap_err("this program's own file can't be found")?;
    let plan = Run {
        stack: Options {
            operators: arguments.operators,
            slot_seconds: arguments.slot_seconds,
            slots_per_epoch: arguments.slots_per_epoch,
            l1_block_time: arguments.l1_block_time,
            l2_block_time: arguments.l2_block_time,
            policy: arguments.policy,
            seed: arguments.seed,
            ..Options::new(arguments.dir)
        },
        epochs: arguments.epochs,
        report: arguments.report,
        faults: arguments.fault,
        sabotage: arguments.sabotage,
    };
    let outcome = run::run(plan, Tools::find(rota)?, stop_on_signal()?).await?;
    Ok(if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
