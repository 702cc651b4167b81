//! Commands and their flags.

use crate::{
    commands,
    config::{self, Config, FollowerConfig, Sources},
    follow, keys, run,
};
use alloy::primitives::{Address, U256, utils::parse_ether};
use clap::{Args, Parser, Subcommand};
use eyre::{Result, WrapErr};
use rota_core::{bid::Curve, view::Market};
use std::{io::Write, path::PathBuf, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Keeper of a Rota operator: bids for slots, takes over on time, sequences, hands over.
#[derive(Debug, Parser)]
#[command(name = "rota", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Log filter, as `tracing` reads it.
    #[arg(long, env = "ROTA_LOG", default_value = "info", global = true)]
    log: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the keeper until SIGTERM.
    Run(Sending),
    /// Feed an op-node without a sequencer from the operators' public streams.
    Follow(Sources),
    /// Register, bond and activate the operator: whatever of it is missing.
    Register(Sending),
    /// Add to the bond, or take from it.
    #[command(subcommand)]
    Bond(Bond),
    /// Commit to a bid for the epoch after the next; the running keeper reveals it.
    Bid {
        /// PRICE_GWEI:SLOTS steps with falling prices, separated by spaces.
        #[arg(long, value_name = "STEPS")]
        curve: Curve,
        #[command(flatten)]
        sending: Sending,
    },
    /// Pay a part of the free balance at an auction to the payee.
    Withdraw {
        /// ETH, like 1.5.
        #[arg(long, value_name = "ETH", value_parser = |text: &str| parse_ether(text))]
        eth: U256,
        /// From the auction of open bids instead of the sealed one; whole gwei.
        #[arg(long)]
        open_auction: bool,
        #[command(flatten)]
        sending: Sending,
    },
    /// Show the chain's turns and this operator's standing.
    Status(Sources),
    /// Show what stands between this operator and its next turn; fails if anything does.
    Check(Sources),
    /// Print the commented configuration file with every key there is.
    Config,
    /// Make keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Start a whole OP Stack chain on loopback whose sequencer Rota decides.
    Devnet(crate::devnet::Arguments),
}

/// A command that sends transactions.
#[derive(Debug, Args)]
struct Sending {
    /// Show every transaction that would be sent, and send none.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sources: Sources,
}

/// Amounts of bond.
#[derive(Debug, Args)]
struct Amounts {
    /// ETH, like 1.5.
    #[arg(long, value_name = "ETH", default_value = "0", value_parser = |text: &str| parse_ether(text))]
    eth: U256,
    /// The bond's ERC-20, in its smallest unit.
    #[arg(long, value_name = "UNITS", default_value = "0")]
    token: U256,
    #[command(flatten)]
    sending: Sending,
}

#[derive(Debug, Subcommand)]
enum Bond {
    /// Add ETH or the ERC-20 to the bond.
    Add(Amounts),
    /// Queue bond for withdrawal; without an amount: leave the set, so that all of it can exit.
    Exit(Amounts),
    /// Pay a released exit ticket to the payee.
    Claim {
        /// Number of the ticket.
        #[arg(long)]
        ticket: u64,
        #[command(flatten)]
        sending: Sending,
    },
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a key, write it to a file that only its owner can read, print its address.
    New {
        /// File to write; never overwritten.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Write an encrypted keystore, with the password in this file.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Print the proof that a batcher key agrees to be registered by an owner, for keys.batcher_proof. Sends nothing.
    Prove {
        /// The batcher's key: hex or keystore JSON.
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
        /// Password of the keystore.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Owner that registers the operator.
        #[arg(long, value_name = "ADDRESS")]
        owner: Address,
        /// The deployment's OperatorRegistry, as in contracts.registry.
        #[arg(long, value_name = "ADDRESS")]
        registry: Address,
        /// Chain id of L1, as in l1.chain_id.
        #[arg(long, value_name = "ID")]
        l1_chain_id: u64,
    },
}

/// Runs the command that the process was started with.
pub async fn run() -> Result<ExitCode> {
    let Cli { command, log } = Cli::parse();
    let filter = EnvFilter::try_new(&log)
        .wrap_err_with(|| format!("--log is `{log}`, which is no log filter"))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let say: &dyn Fn(&str) = &|line| print(&format!("{line}\n"));
    match command {
        Command::Run(Sending { dry_run, sources }) => {
            run::run(Config::load(&sources)?, dry_run).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Follow(sources) => {
            follow::follow(FollowerConfig::load(&sources)?, run::stop_on_signal()?)
                .await
                .map(|()| ExitCode::SUCCESS)
        }
        Command::Register(Sending { dry_run, sources }) => {
            commands::register(&Config::load(&sources)?, dry_run, say).await
        }
        Command::Bond(Bond::Add(Amounts { eth, token, sending })) => {
            commands::bond_add(&Config::load(&sending.sources)?, eth, token, sending.dry_run, say)
                .await
        }
        Command::Bond(Bond::Exit(Amounts { eth, token, sending })) => {
            commands::bond_exit(&Config::load(&sending.sources)?, eth, token, sending.dry_run, say)
                .await
        }
        Command::Bond(Bond::Claim { ticket, sending }) => {
            commands::bond_claim(&Config::load(&sending.sources)?, ticket, sending.dry_run, say)
                .await
        }
        Command::Bid { curve, sending } => {
            commands::bid(&Config::load(&sending.sources)?, curve, sending.dry_run, say).await
        }
        Command::Withdraw { eth, open_auction, sending: Sending { dry_run, sources } } => {
            let market = if open_auction { Market::Open } else { Market::Sealed };
            commands::withdraw(&Config::load(&sources)?, eth, market, dry_run, say).await
        }
        Command::Status(sources) => commands::status(&Config::load(&sources)?, say).await,
        Command::Check(sources) => commands::check(&Config::load(&sources)?, say).await,
        Command::Config => {
            print(&config::example());
            Ok(ExitCode::SUCCESS)
        }
        Command::Keys(Keys::New { out, password_file }) => {
            print(&format!("{}\n", keys::create(&out, password_file.as_deref())?));
            Ok(ExitCode::SUCCESS)
        }
        Command::Keys(Keys::Prove { key_file, password_file, owner, registry, l1_chain_id }) => {
            let password_file = password_file.as_deref();
            let proof = keys::prove(&key_file, password_file, l1_chain_id, registry, owner)?;
            print(&format!("{proof}\n"));
            Ok(ExitCode::SUCCESS)
        }
        Command::Devnet(arguments) => crate::devnet::run(arguments).await,
    }
}

/// Standard output is for what a command was asked for; everything else is a log line on standard error.
fn print(text: &str) {
    // A closed pipe (`rota config | head`) is the reader's choice, not an error.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
