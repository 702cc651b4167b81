//! Small records by key: intents of the transaction manager, bids, and how far peers' streams have been read.

use crate::{Store, StoreError, int, payloads::one, uint};
use rota_core::{Epoch, OperatorId};
use rusqlite::OptionalExtension;
use serde::{Serialize, de::DeserializeOwned};

/// Where to go on reading a peer's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub stream_id: String,
    /// The last sequence number that was read.
    pub seq: u64,
}

impl Store {
    /// Writes an intent, replacing what was there under `key`.
    pub fn put_intent<T: Serialize>(&self, key: &str, intent: &T) -> Result<(), StoreError> {
        let value = serde_json::to_string(intent)?;
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO intent VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
                (key, value),
            )?;
            Ok(())
        })
    }

    /// Every intent, by key.
    pub fn intents<T: DeserializeOwned>(&self) -> Result<Vec<(String, T)>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT key, value FROM intent ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (key, value): (String, String) = row?;
            Ok((key, serde_json::from_str(&value)?))
        })
        .collect()
    }

    pub fn remove_intent(&self, key: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM intent WHERE key = ?1", [key])?;
            Ok(())
        })
    }

    /// Remembers what was committed to for `epoch`: the curve, and the salt that reveals it.
    pub fn put_bid<T: Serialize>(&self, epoch: Epoch, bid: &T) -> Result<(), StoreError> {
        let value = serde_json::to_string(bid)?;
        self.write(|transaction| {
            let sql = "INSERT INTO bid VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2";
            transaction.execute(sql, (int(epoch.0), value))?;
            Ok(())
        })
    }

    pub fn bid<T: DeserializeOwned>(&self, epoch: Epoch) -> Result<Option<T>, StoreError> {
        one(&self.connection(), "SELECT value FROM bid WHERE epoch = ?1", [int(epoch.0)])
    }

    /// Forgets the bids of epochs before `epoch`.
    pub fn forget_bids_before(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM bid WHERE epoch < ?1", [int(epoch.0)])?;
            Ok(())
        })
    }

    pub fn cursor(&self, operator: OperatorId) -> Result<Option<Cursor>, StoreError> {
        let sql = "SELECT stream_id, seq FROM cursor WHERE operator = ?1";
        Ok(self
            .connection()
            .query_row(sql, [operator.0], |row| {
                Ok(Cursor { stream_id: row.get(0)?, seq: uint(row, 1)? })
            })
            .optional()?)
    }

    pub fn put_cursor(&self, operator: OperatorId, cursor: &Cursor) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO cursor VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET stream_id = ?2, seq = ?3",
                (operator.0, &cursor.stream_id, int(cursor.seq)),
            )?;
            Ok(())
        })
    }
}
