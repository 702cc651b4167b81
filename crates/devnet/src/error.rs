//! What can go wrong while a devnet is brought up, each with the remedy where there is one.

use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path} is missing: run `make tools`")]
    NoTool { path: PathBuf },
    #[error(
        "no Rota checkout at or above {0}: run the devnet inside one (it needs tools/opstack, node_modules and script)"
    )]
    NoCheckout(PathBuf),
    #[error(
        "setpriv is missing: install util-linux; without it a killed devnet would leave its processes behind"
    )]
    NoSetpriv,
    #[error("no free port on 127.0.0.1 from {first} on, {count} tried: end what listens there")]
    NoPort { first: u16, count: u16 },
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{name} could not be started: {source}")]
    Spawn { name: String, source: std::io::Error },
    #[error("the thread that starts processes has ended")]
    SpawnerGone,
    #[error("{0} already runs")]
    AlreadyRunning(String),
    #[error("{0} still runs after SIGKILL")]
    StillRunning(String),
    #[error("no process is called {0}")]
    Unknown(String),
    #[error("{name} could not be signalled: {source}")]
    Signal { name: String, source: std::io::Error },
    #[error("{name} ended ({exit}); its log {log} ends with:\n{tail}")]
    Died { name: String, exit: ExitStatus, log: PathBuf, tail: String },
    #[error("{what}: not within {within:?}, last seen: {seen}; {log} ends with:\n{tail}")]
    Deadline { what: String, within: Duration, seen: String, log: PathBuf, tail: String },
    #[error("{url} {method}: {reason}")]
    Rpc { url: String, method: String, reason: String },
    #[error("{path} is not what was expected: {reason}")]
    Malformed { path: PathBuf, reason: String },
    #[error("L1 transaction {what} failed: {reason}")]
    Transaction { what: String, reason: String },
    #[error("option {name} = {value}: {rule}")]
    Option { name: &'static str, value: String, rule: String },
    #[error("slot 0 began {late} s before every keeper was up: raise the genesis delay")]
    Late { late: u64 },
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(crate) fn unknown(name: &str) -> Self {
        Self::Unknown(name.into())
    }

    pub(crate) fn malformed(path: &Path, reason: impl ToString) -> Self {
        Self::Malformed { path: path.into(), reason: reason.to_string() }
    }
}
