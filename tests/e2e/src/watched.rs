//! A run of `rota devnet` from outside: watched from its first block to its end.

use crate::{
    streams::Streams,
    until::until,
    witness::{Devnet, Witness},
};
use alloy::primitives::Address;
use eyre::{Result, bail};
use rota_bindings::{BondVault::PLEDGESCall, SealedBidAuction::FLOOR_PRICECall};
use rota_core::message;
use rota_devnet::l1::L1_CHAIN_ID;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};
use tokio::process::Command;

/// Builds on a machine that is busy with something else.
const START: Duration = Duration::from_secs(900);
const GWEI: u64 = 1_000_000_000;

/// How a run ended, and what was seen of it.
pub struct Watched {
    pub ended: ExitStatus,
    pub witness: Witness,
    /// What the vault answers to `PLEDGES()`.
    pub pledges: Address,
    /// Auction's floor, gwei.
    pub floor_gwei: u64,
    /// Folder of its logs.
    pub logs: PathBuf,
}

/// Runs `devnet`, which lives in `dir`, and watches it.
pub async fn watch(devnet: &mut Command, dir: &Path) -> Result<Watched> {
    let file = dir.join("devnet.json");
    let _ = fs::remove_file(&file);
    let mut devnet = devnet.spawn()?;
    let is_up = until("devnet.json", START, async || {
        Ok(fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()))
    });
    let stack: Devnet = tokio::select! {
        stack = is_up => stack?,
        ended = devnet.wait() => bail!("the devnet ended before it was up: {}", ended?),
    };
    let streams = Streams::new(message::domain(L1_CHAIN_ID, stack.contracts.baton));
    let logs = dir.join("logs").canonicalize()?;
    let witness = Witness::new(stack, streams, logs.clone());
    let auction = witness.devnet.contracts.auction;
    let pledges = witness.l1().call(witness.devnet.contracts.vault, PLEDGESCall {}).await?;
    let floor_gwei = witness.l1().call(auction, FLOOR_PRICECall {}).await?.to::<u64>() / GWEI;
    let ended = tokio::select! {
        ended = devnet.wait() => ended?,
        () = witness.watch() => unreachable!("it watches for ever"),
    };
    Ok(Watched { ended, witness, pledges, floor_gwei, logs })
}
