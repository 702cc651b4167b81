//! The keeper's command line. `main` parses, runs one command, and prints an error once, as a chain.

mod cli;
mod config;
mod keys;

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
