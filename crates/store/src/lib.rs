//! What a keeper must not forget: one SQLite file in its data directory, written by one process.
//!
//! ```text
//! payload   blocks sealed here, recovered from peers, or accepted from them     by hash, by number
//! head      the block to build on                                               one row
//! stream    what this operator tells the world, in the order it became durable  by sequence number
//! receipt   hand-over receipts that this operator signed or countersigned       by side and boundary
//! outbox    transactions that users were promised                               by hash
//! intent    transactions that the keeper means to send to L1                    by key
//! cursor    how far each peer's stream has been read                            by operator
//! meta      which deployment this is, when the store was created, the floor
//! ```
//!
//! Promises: a write that was answered survives a power cut (WAL, `synchronous=FULL`); a sealed block, the head and the stream
//! entry are one transaction; a store of another deployment, of a newer version or in use by another process is refused.
//!
//! Does not do: decide anything (the fence does), talk to anybody (the relay does), or keep what nobody can ask for any more:
//! [`Store::prune`] drops what is final and older than the evidence window.
//!
//! Start reading at [`Store::open`], then `payloads.rs`, where the fence's [`rota_core::seal::SealStore`] is implemented.

mod journal;
mod outbox;
mod payloads;
mod schema;
mod stream;
mod thread;

pub use journal::Cursor;
pub use outbox::OutboxEntry;
pub use payloads::Accepted;
pub use thread::on_own_thread;

use alloy::primitives::{Address, B256};
use rota_core::{BlockId, Slot};
use rusqlite::{Connection, OptionalExtension};
use std::{
    collections::BTreeSet,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// Why something was not stored or not read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    /// Two keepers with one store would be two signers with one key.
    #[error("{path} is in use by another keeper: stop it first, or give this one another data_dir")]
    InUse { path: PathBuf },
    #[error(
        "{path} belongs to another deployment: its {what} is {found}, the configuration says {expected}; use another data_dir"
    )]
    OtherDeployment { path: PathBuf, what: &'static str, found: String, expected: String },
    #[error(
        "{path} has schema version {found}, this keeper knows {known}: use the keeper that wrote it, or a later one"
    )]
    TooNew { path: PathBuf, found: u32, known: u32 },
    #[error("the head moved from {expected:?} to {found:?} while a block was being sealed")]
    HeadMoved { expected: BlockId, found: Option<BlockId> },
    #[error("{held} transactions wait for inclusion, no more than {most} are promised")]
    OutboxFull { held: u64, most: u64 },
    #[error("the store holds no block {hash}")]
    UnknownBlock { hash: B256 },
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("a stored record does not read back: {0}")]
    Record(#[from] serde_json::Error),
}

/// Which chain of blocks a store is about: one deployment on one L1 for one L2 chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub l1_chain_id: u64,
    pub l2_chain_id: u64,
    pub baton: Address,
}

/// See the crate's documentation.
pub struct Store {
    connection: Mutex<Connection>,
    /// For what strangers ask: reading beside the writer, they can't keep a seal waiting.
    reader: Mutex<Connection>,
    /// Sequence number of the last stream entry.
    stream: watch::Sender<u64>,
    stream_id: String,
    /// Blocks of peers that our node does not take.
    rejected: Mutex<BTreeSet<B256>>,
    /// Held as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens the store in `data_dir`, creating both if need be. `slot` is the slot that has begun by now, none before slot 0:
    /// a new store remembers it, because it cannot know what the key signed in it.
    pub fn open(
        data_dir: &Path,
        deployment: Deployment,
        slot: Option<Slot>,
    ) -> Result<Self, StoreError> {
        let file = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::File { path, source }
        };
        std::fs::create_dir_all(data_dir).map_err(file(data_dir))?;
        let lock_path = data_dir.join("store.lock");
        let lock = File::create(&lock_path).map_err(file(&lock_path))?;
        let path = data_dir.join("store.sqlite");
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path }),
            Err(TryLockError::Error(source)) => {
                return Err(StoreError::File { path: lock_path, source });
            }
        }
        let mut connection = Connection::open(&path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::migrate(&mut connection, &path)?;
        let stream_id = schema::identify(&mut connection, &path, deployment, slot)?;
        let reader = Connection::open(&path)?;
        reader.pragma_update(None, "query_only", true)?;
        let last = connection
            .query_row("SELECT coalesce(max(seq), 0) FROM stream", [], |row| uint(row, 0))?;
        Ok(Self {
            connection: Mutex::new(connection),
            reader: Mutex::new(reader),
            stream: watch::Sender::new(last),
            stream_id,
            rejected: Mutex::default(),
            _lock: lock,
        })
    }

    /// Drops what is final (below `finalized`, an L2 block number) and older than `before` (L2 timestamp, seconds: now less the
    /// evidence window). The fence signs nothing below what was dropped.
    pub fn prune(&self, finalized: u64, before: u64) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let floor: Option<u64> = transaction
            .query_row(
                "SELECT max(number) + 1 FROM payload WHERE number < ?1 AND timestamp < ?2",
                (int(finalized), int(before)),
                |row| row.get::<_, Option<i64>>(0).map(|floor| floor.map(i64::cast_unsigned)),
            )
            .optional()?
            .flatten();
        if let Some(floor) = floor {
            let floor = floor.max(schema::number(&transaction, "floor")?.unwrap_or(0));
            schema::put(&transaction, "floor", &floor.to_string())?;
            // The stream's last entry stays, so that sequence numbers go on where they were.
            transaction.execute(
                "DELETE FROM stream WHERE number < ?1 AND seq < (SELECT max(seq) FROM stream)",
                [int(floor)],
            )?;
            transaction.execute(
                "DELETE FROM payload WHERE number < ?1 AND hash NOT IN (SELECT hash FROM stream WHERE hash IS NOT NULL)",
                [int(floor)],
            )?;
            transaction.execute("DELETE FROM outbox WHERE included_number < ?1", [int(floor)])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// A poisoned lock is taken all the same: a transaction that was cut short has been rolled back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SQLite's integers are signed; what we store fits (numbers, seconds) or comes back by the same cast.
fn int(value: u64) -> i64 {
    value.cast_signed()
}

fn uint(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

#[cfg(test)]
mod tests;
