//! The operator's public stream: sealed blocks and receipts in the order in which they became durable.

use crate::{Store, StoreError, int, uint};
use rota_core::message::{Payload, StreamItem};
use rusqlite::Transaction;
use tokio::sync::watch;

impl Store {
    /// Names this stream: another id means that the operator lost its disk, and that its sequence numbers start again.
    pub fn stream_id(&self) -> &str {
        &self.stream_id
    }

    /// Entries from `seq` on (sequence numbers start at 1 and have holes where the store was pruned).
    pub fn stream_from(&self, seq: u64, limit: u32) -> Result<Vec<(u64, StreamItem)>, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached(
            "SELECT seq, item, block FROM stream LEFT JOIN payload USING (hash) WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
        )?;
        let rows = statement.query_map((int(seq), limit), |row| {
            Ok((uint(row, 0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        rows.filter_map(|row| match row {
            Ok((seq, Some(item), _)) => {
                Some(serde_json::from_str(&item).map(|item| (seq, item)).map_err(Into::into))
            }
            Ok((seq, None, Some(block))) => Some(
                serde_json::from_str(&block)
                    .map(|block| (seq, StreamItem::Sealed(block)))
                    .map_err(Into::into),
            ),
            Ok((_, None, None)) => None,
            Err(error) => Some(Err(error.into())),
        })
        .collect()
    }

    /// The last sequence number; changes whenever an entry has become durable.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.stream.subscribe()
    }

    /// Appends what is neither a block nor a receipt of the fence: that this operator leaves.
    pub fn append(&self, number: u64, item: &StreamItem) -> Result<u64, StoreError> {
        let last = self.write(|transaction| append(transaction, number, item))?;
        self.announce(last);
        Ok(last)
    }

    pub(crate) fn announce(&self, last: u64) {
        self.stream.send_replace(last);
    }
}

pub(crate) fn append(
    transaction: &Transaction<'_>,
    number: u64,
    item: &StreamItem,
) -> Result<u64, StoreError> {
    let item = serde_json::to_string(item)?;
    transaction
        .execute("INSERT INTO stream (number, item) VALUES (?1, ?2)", (int(number), item))?;
    Ok(transaction.last_insert_rowid().cast_unsigned())
}

pub(crate) fn append_sealed(
    transaction: &Transaction<'_>,
    payload: &Payload,
) -> Result<u64, StoreError> {
    let row = (int(payload.number), payload.hash.as_slice());
    transaction.execute("INSERT INTO stream (number, hash) VALUES (?1, ?2)", row)?;
    Ok(transaction.last_insert_rowid().cast_unsigned())
}
