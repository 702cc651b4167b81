//! Commands and their flags.

use crate::{
    config::{self, Config, Sources},
    keys,
};
use clap::{Parser, Subcommand};
use eyre::Result;
use std::{path::PathBuf, process::ExitCode};

/// Keeper of a Rota operator: bids for slots, takes over on time, sequences, hands over.
#[derive(Debug, Parser)]
#[command(name = "rota", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the commented configuration file with every key there is.
    Config,
    /// Make keys.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a key, write it to a file that only its owner can read, print its address.
    New {
        /// File to write; never overwritten.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Write an encrypted keystore, with the password in this file.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
}

/// Runs the command that the process was started with.
pub async fn run() -> Result<ExitCode> {
    match Cli::parse().command {
        Command::Config => print(&config::example()),
        Command::Keys(KeysCommand::New { out, password_file }) => {
            print(&format!("{}\n", keys::create(&out, password_file.as_deref())?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Standard output is for what a command was asked for; everything else is a log line on standard error.
fn print(text: &str) {
    use std::io::Write;
    // A closed pipe (`rota config | head`) is the reader's choice, not an error.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

#[allow(dead_code)]
fn unused(sources: &Sources) -> Result<Config> {
    Config::load(sources)
}
