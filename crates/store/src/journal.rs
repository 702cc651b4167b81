//! Small records by key: intents of the transaction manager, and how far peers' streams have been read.

use crate::{Store, StoreError, int, uint};
use alloy::primitives::Address;
use rota_core::{
    OperatorId,
    intent::{IntentRecord, IntentStore, StoreFault},
};
use rusqlite::OptionalExtension;

/// Where to go on reading a peer's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub stream_id: String,
    /// The last sequence number that was read.
    pub seq: u64,
}

impl IntentStore for Store {
    fn intents(&self) -> Result<Vec<IntentRecord>, StoreFault> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT value FROM intent")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|value| Ok(serde_json::from_str(&value?)?)).collect()
    }

    fn put_intent(&self, record: &IntentRecord) -> Result<(), StoreFault> {
        let row = (intent_key(record.from, record.nonce), serde_json::to_string(record)?);
        self.write(|transaction| {
            let sql = "INSERT INTO intent VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2";
            transaction.execute(sql, row)?;
            Ok(())
        })?;
        Ok(())
    }

    fn drop_intent(&self, from: Address, nonce: u64) -> Result<(), StoreFault> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM intent WHERE key = ?1", [intent_key(from, nonce)])?;
            Ok(())
        })?;
        Ok(())
    }
}

/// One transaction a sender and nonce: what replaces it replaces its record.
fn intent_key(from: Address, nonce: u64) -> String {
    format!("{from}/{nonce}")
}

impl Store {
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
