//! Tables, versions, and whose store this is.

use crate::{Deployment, StoreError};
use rota_core::Slot;
use rusqlite::{Connection, OptionalExtension, Transaction};
use std::path::Path;

/// One entry a version: `MIGRATIONS[n]` brings version n to n + 1. Never edited once released.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE payload (
        hash BLOB PRIMARY KEY,
        number INTEGER NOT NULL,
        parent BLOB NOT NULL,
        timestamp INTEGER NOT NULL,
        -- The slot whose authority the commitment claims.
        slot INTEGER NOT NULL,
        -- 0: accepted from a peer; 1: sealed here; 2: signed by our key, recovered from a peer.
        origin INTEGER NOT NULL,
        -- When it was signed or accepted, in the order of this store.
        ord INTEGER NOT NULL UNIQUE,
        block TEXT NOT NULL
    ) STRICT;
    CREATE INDEX payload_by_number ON payload (number, ord);
    CREATE INDEX payload_ours ON payload (ord, slot, number) WHERE origin != 0;
    CREATE INDEX payload_by_parent ON payload (parent, slot, ord);
    CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), block TEXT NOT NULL) STRICT;
    CREATE TABLE stream (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        -- The L2 block that the entry is about, for pruning.
        number INTEGER NOT NULL,
        -- A sealed block is stored once, in payload; everything else is in item.
        hash BLOB,
        item TEXT
    ) STRICT;
    CREATE TABLE receipt (
        -- 0: signed as the outgoing holder; 1: countersigned as the incoming one.
        side INTEGER NOT NULL,
        boundary INTEGER NOT NULL,
        number INTEGER NOT NULL,
        hash BLOB NOT NULL,
        receipt TEXT NOT NULL,
        PRIMARY KEY (side, boundary, hash)
    ) STRICT;
    CREATE UNIQUE INDEX receipt_outgoing ON receipt (boundary) WHERE side = 0;
    CREATE INDEX receipt_by_number ON receipt (side, number);
    CREATE TABLE outbox (
        ord INTEGER PRIMARY KEY AUTOINCREMENT,
        hash BLOB NOT NULL UNIQUE,
        raw BLOB NOT NULL,
        included_number INTEGER,
        included_hash BLOB
    ) STRICT;
    CREATE INDEX outbox_waiting ON outbox (ord) WHERE included_number IS NULL;
    CREATE TABLE intent (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE cursor (operator INTEGER PRIMARY KEY, stream_id TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
", "
    -- None for what was promised before.
    ALTER TABLE outbox ADD COLUMN sender BLOB;
    ALTER TABLE outbox ADD COLUMN nonce INTEGER;
    CREATE INDEX outbox_by_sender ON outbox (sender, nonce);
"];

/// Brings the file to the version of this keeper.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as u32;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { path: path.to_owned(), found, known });
    }
    for (version, migration) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version as u32 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Writes into a new store whose it is, or checks it; answers the id of its stream. A new store's stream starts at 1 again,
/// and peers must not take it for the one they have read before.
pub(crate) fn identify(
    connection: &mut Connection,
    path: &Path,
    deployment: Deployment,
    slot: Option<Slot>,
) -> Result<String, StoreError> {
    let transaction = connection.transaction()?;
    for (key, what, expected) in [
        ("l1_chain_id", "L1 chain id", deployment.l1_chain_id.to_string()),
        ("l2_chain_id", "L2 chain id", deployment.l2_chain_id.to_string()),
        ("baton", "Baton", deployment.baton.to_string()),
    ] {
        match get(&transaction, key)? {
            None => put(&transaction, key, &expected)?,
            Some(found) if found == expected => {}
            Some(found) => {
                return Err(StoreError::OtherDeployment {
                    path: path.to_owned(),
                    what,
                    found,
                    expected,
                });
            }
        }
    }
    let stream_id = match get(&transaction, "stream_id")? {
        Some(id) => id,
        None => {
            let id: String =
                transaction.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
            put(&transaction, "stream_id", &id)?;
            if let Some(slot) = slot {
                put(&transaction, "created_in", &slot.to_string())?;
            }
            id
        }
    };
    transaction.commit()?;
    Ok(stream_id)
}

pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
}

pub(crate) fn number(connection: &Connection, key: &str) -> Result<Option<u64>, StoreError> {
    Ok(get(connection, key)?.map(|text| serde_json::from_str(&text)).transpose()?)
}

pub(crate) fn put(transaction: &Transaction<'_>, key: &str, value: &str) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
        (key, value),
    )?;
    Ok(())
}
