//! `rota devnet`.

use clap::Args;
use eyre::Result;
use std::process::ExitCode;

/// What the devnet is made of.
#[derive(Debug, Args)]
pub struct Arguments {}

/// Runs it.
pub async fn run(_: Arguments) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
