//! The keeper's command line. `main` parses, runs one command, and prints an error once, as a chain.

mod cli;
mod commands;
mod config;
mod devnet;
mod directory;
mod follow;
mod http;
mod keys;
mod operator;
mod preflight;
mod run;
mod send;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
