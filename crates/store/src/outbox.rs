//! Transactions that the ingress accepted: kept until the block that includes them is final.

use crate::{Store, StoreError, int};
use alloy::primitives::{Address, B256, Bytes};
use rota_core::BlockId;
use rusqlite::OptionalExtension;

/// Most transactions that may wait for inclusion: what a keeper cannot keep, it does not accept.
const MOST_WAITING: u64 = 100_000;

/// A transaction that a user was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    pub hash: B256,
    pub raw: Bytes,
    /// The block it was seen in.
    pub included: Option<BlockId>,
}

impl Store {
    /// Promises a transaction that `sender` signed: durable before this returns. Answers false if it was promised before.
    pub fn promise(
        &self,
        hash: B256,
        sender: Address,
        nonce: u64,
        raw: &[u8],
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let sql = "SELECT count(*) FROM outbox WHERE included_number IS NULL";
            let held = transaction.query_row(sql, [], |row| crate::uint(row, 0))?;
            if held >= MOST_WAITING {
                return Err(StoreError::OutboxFull { held, most: MOST_WAITING });
            }
            let sql = "INSERT INTO outbox (hash, raw, sender, nonce) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING";
            let row = (hash.as_slice(), raw, sender.as_slice(), int(nonce));
            Ok(transaction.execute(sql, row)? == 1)
        })
    }

    /// What `sender` was promised from `nonce` on, in blocks or not, raw, by nonce.
    pub fn promised_to(&self, sender: Address, nonce: u64) -> Result<Vec<Bytes>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT raw FROM outbox WHERE sender = ?1 AND nonce >= ?2 ORDER BY nonce",
        )?;
        let rows =
            statement.query_map((sender.as_slice(), int(nonce)), |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|raw| Ok(raw?.into())).collect()
    }

    /// What was promised and not seen in a block, oldest first, without the first `skip` ones.
    pub fn waiting(&self, skip: u32, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT hash, raw FROM outbox WHERE included_number IS NULL ORDER BY ord LIMIT ?1 OFFSET ?2",
        )?;
        let rows = statement.query_map([limit, skip], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        rows.map(|row| {
            let (hash, raw) = row?;
            Ok(OutboxEntry { hash: hash.into(), raw: raw.into(), included: None })
        })
        .collect()
    }

    pub fn promised(&self, hash: B256) -> Result<Option<OutboxEntry>, StoreError> {
        let connection = self.connection();
        let sql = "SELECT raw, included_number, included_hash FROM outbox WHERE hash = ?1";
        let row = connection
            .query_row(sql, [hash.as_slice()], |row| {
                Ok((
                    row.get::<_, Vec<u8>>(0)?,
                    row.get::<_, Option<i64>>(1)?,
                    row.get::<_, Option<[u8; 32]>>(2)?,
                ))
            })
            .optional()?;
        Ok(row.map(|(raw, number, block)| OutboxEntry {
            hash,
            raw: raw.into(),
            included: number.zip(block).map(|(number, block)| BlockId {
                number: number.cast_unsigned(),
                hash: block.into(),
            }),
        }))
    }

    /// Marks those of `hashes` that were promised as included in `block`.
    pub fn included(&self, block: BlockId, hashes: &[B256]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "UPDATE outbox SET included_number = ?1, included_hash = ?2 WHERE hash = ?3",
            )?;
            for hash in hashes {
                statement.execute((int(block.number), block.hash.as_slice(), hash.as_slice()))?;
            }
            Ok(())
        })
    }

    /// Promised transactions wait again if the block that had included them is at `number` or above: the chain was reorganized there.
    pub fn reopen_from(&self, number: u64) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE outbox SET included_number = NULL, included_hash = NULL WHERE included_number >= ?1";
            Ok(transaction.execute(sql, [int(number)])?)
        })
    }

    /// Gives a promise up: the transaction can never be included (its nonce was used by another).
    pub fn withdraw(&self, hash: B256) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM outbox WHERE hash = ?1", [hash.as_slice()])?;
            Ok(())
        })
    }
}
