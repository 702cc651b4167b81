//! Sealed, recovered and accepted blocks, the head, and receipts: what the fence reads and writes.

use crate::{Store, StoreError, int, schema, stream, uint};
use alloy::primitives::B256;
use rota_core::{
    BlockId, L2Block, Slot,
    fence::{Approved, ApprovedReceipt, Side},
    message::{HandoffReceipt, MOST_AT_A_HEIGHT, Payload, SealedBlock, SignedReceipt, StreamItem},
    seal::{SealStore, Sealed},
};
use rusqlite::{Connection, OptionalExtension, Params, Transaction};
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeSet,
    sync::{MutexGuard, PoisonError},
};

/// How many blocks a walk from one block to another may take: 12 hours of 1 s blocks. Beyond that the node catches up from L1.
const LONGEST_PATH: u64 = 43_200;

/// Bytes after which [`Store::blocks_from`] begins no further height.
const LARGEST_PAGE: usize = 16 * 1024 * 1024;

const ACCEPTED: i64 = 0;
const SEALED: i64 = 1;
const RECOVERED: i64 = 2;

impl SealStore for Store {
    type Error = StoreError;

    fn created_in(&self) -> Result<Option<Slot>, StoreError> {
        Ok(schema::number(&self.connection(), "created_in")?.map(Slot))
    }

    fn floor(&self) -> Result<u64, StoreError> {
        Ok(schema::number(&self.connection(), "floor")?.unwrap_or(0))
    }

    fn head(&self) -> Result<Option<L2Block>, StoreError> {
        head(&self.connection())
    }

    fn block(&self, hash: B256) -> Result<Option<L2Block>, StoreError> {
        Ok(self.payload(hash)?.map(|payload| payload.block()))
    }

    fn sealed_at(&self, number: u64) -> Result<Vec<Sealed>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT block, origin FROM payload WHERE number = ?1 AND origin != 0 ORDER BY ord",
        )?;
        let rows =
            statement.query_map([int(number)], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (block, origin): (String, i64) = row?;
            Ok(Sealed { block: serde_json::from_str(&block)?, recovered: origin == RECOVERED })
        })
        .collect()
    }

    fn sealed_before(&self, boundary: Slot) -> Result<Option<(u64, SealedBlock)>, StoreError> {
        let connection = self.connection();
        let highest: Option<i64> = connection.query_row(
            "SELECT max(number) FROM payload WHERE slot < ?1 AND origin != 0",
            [int(boundary.0)],
            |row| row.get(0),
        )?;
        let last = one(
            &connection,
            "SELECT block FROM payload WHERE slot < ?1 AND origin != 0 ORDER BY ord DESC LIMIT 1",
            [int(boundary.0)],
        )?;
        Ok(highest.map(i64::cast_unsigned).zip(last))
    }

    fn handed_over_after(&self, slot: Slot) -> Result<Vec<HandoffReceipt>, StoreError> {
        self.receipts("SELECT receipt FROM receipt WHERE side = 0 AND boundary > ?1", int(slot.0))
    }

    fn handed_over(&self, boundary: Slot) -> Result<Option<SignedReceipt>, StoreError> {
        let sql = "SELECT receipt FROM receipt WHERE side = 0 AND boundary = ?1";
        one(&self.connection(), sql, [int(boundary.0)])
    }

    fn countersigned(&self, number: u64) -> Result<Vec<HandoffReceipt>, StoreError> {
        self.receipts("SELECT receipt FROM receipt WHERE side = 1 AND number = ?1", int(number))
    }

    fn record(&self, approved: &Approved) -> Result<(), StoreError> {
        let block = approved.block();
        let last = self.write(|transaction| {
            let found = head(transaction)?;
            let expected = approved.seen_head();
            if found != Some(expected) {
                let (expected, found) = (expected.id(), found.map(|head| head.id()));
                return Err(StoreError::HeadMoved { expected, found });
            }
            insert(transaction, block, SEALED)?;
            put_head(transaction, block.payload.block())?;
            stream::append_sealed(transaction, &block.payload)
        })?;
        self.announce(last);
        Ok(())
    }

    fn record_receipt(&self, approved: &ApprovedReceipt) -> Result<(), StoreError> {
        let signed = approved.receipt();
        let side = if approved.ours() == Side::Outgoing { 0 } else { 1 };
        let HandoffReceipt { boundarySlot, number, hash, .. } = signed.receipt;
        let last = self.write(|transaction| {
            transaction.execute(
                "INSERT INTO receipt VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (side, boundary, hash) DO UPDATE SET receipt = ?5",
                (side, int(boundarySlot), int(number), hash.as_slice(), serde_json::to_string(signed)?),
            )?;
            stream::append(transaction, number, &StreamItem::Receipt(Box::new(signed.clone())))
        })?;
        self.announce(last);
        Ok(())
    }
}

/// What became of a peer's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    New,
    /// It was here before.
    Known,
    /// Final long ago, below what was pruned: not kept.
    History,
    /// Its maker signed [`MOST_AT_A_HEIGHT`] others at this height, which are here: not kept.
    TooMany,
}

impl Store {
    /// Keeps a peer's block; its signature and envelope are the caller's to verify. If it is on the head, it becomes the head, and so
    /// do blocks on it that came before it.
    pub fn accept(&self, block: &SealedBlock) -> Result<Accepted, StoreError> {
        let (number, hash) = (block.payload.number, block.payload.hash);
        self.write(|transaction| {
            if number < schema::number(transaction, "floor")?.unwrap_or(0) {
                return Ok(Accepted::History);
            }
            let sql = "SELECT count(*), coalesce(sum(hash = ?2), 0) FROM payload
                       WHERE number = ?1 AND json_extract(block, '$.operator') = ?3";
            let row = (int(number), hash.as_slice(), block.operator.0);
            let (held, same) =
                transaction.query_row(sql, row, |row| Ok((uint(row, 0)?, uint(row, 1)?)))?;
            if held >= MOST_AT_A_HEIGHT as u64 && same == 0 {
                return Ok(Accepted::TooMany);
            }
            if !insert(transaction, block, ACCEPTED)? {
                return Ok(Accepted::Known);
            }
            if let Some(head) =
                head(transaction)?.filter(|head| head.hash == block.payload.parent_hash)
            {
                put_head(transaction, tip(transaction, head, &self.rejected())?)?;
            }
            Ok(Accepted::New)
        })
    }

    /// Keeps a block that our own key signed and a peer knows. One of a slot later than the store's creation means that the disk was
    /// rolled back, which is a lost disk: the store counts as created in `slot`, the one that has begun by now. Answers
    /// false if it was here before.
    pub fn recover(&self, block: &SealedBlock, slot: Option<Slot>) -> Result<bool, StoreError> {
        self.write(|transaction| {
            if !insert(transaction, block, RECOVERED)? {
                return Ok(false);
            }
            if let Some(head) =
                head(transaction)?.filter(|head| head.hash == block.payload.parent_hash)
            {
                put_head(transaction, tip(transaction, head, &self.rejected())?)?;
            }
            let born = schema::number(transaction, "created_in")?;
            if let Some(slot) =
                slot.filter(|_| born.is_none_or(|born| block.commitment.slot > born))
            {
                schema::put(transaction, "created_in", &slot.to_string())?;
            }
            Ok(true)
        })
    }

    /// Makes a block the head that the node has and the store need not: derived from L1, or the branch that prevails. If the
    /// store holds blocks on it, the last of those becomes the head.
    pub fn set_head(&self, block: L2Block) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut rejected = self.rejected();
            rejected.remove(&block.hash);
            let tip = tip(transaction, block, &rejected)?;
            put_head(transaction, tip)
        })
    }

    /// Never builds on `block` again, and goes back to `onto`, its parent: our node does not take it, though its maker signed it. A
    /// block of our own is not rejected. Forgotten at a restart, and once the node has the block after all ([`Self::set_head`]).
    /// Answers whether it was rejected.
    pub fn reject(&self, block: B256, onto: L2Block) -> Result<bool, StoreError> {
        let sql = "SELECT origin FROM payload WHERE hash = ?1";
        let origin: Option<i64> =
            self.connection().query_row(sql, [block.as_slice()], |row| row.get(0)).optional()?;
        if origin != Some(ACCEPTED) {
            return Ok(false);
        }
        self.rejected().insert(block);
        self.set_head(onto)?;
        Ok(true)
    }

    /// A poisoned lock is taken all the same: a set of hashes is never half changed.
    fn rejected(&self) -> MutexGuard<'_, BTreeSet<B256>> {
        self.rejected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn payload(&self, hash: B256) -> Result<Option<Payload>, StoreError> {
        Ok(self.sealed_block(hash)?.map(|block| block.payload))
    }

    /// A block with its maker's commitment.
    pub fn sealed_block(&self, hash: B256) -> Result<Option<SealedBlock>, StoreError> {
        one(&self.connection(), "SELECT block FROM payload WHERE hash = ?1", [hash.as_slice()])
    }

    /// The latest block that this store's key signed.
    pub fn last_sealed(&self) -> Result<Option<SealedBlock>, StoreError> {
        one(
            &self.connection(),
            "SELECT block FROM payload WHERE origin != 0 ORDER BY ord DESC LIMIT 1",
            [],
        )
    }

    /// Blocks from `number` on, of whatever branch, by number: what a peer needs to fill a gap.
    pub fn blocks_from(&self, number: u64, limit: u32) -> Result<Vec<SealedBlock>, StoreError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached(
            "SELECT number, block FROM payload WHERE number >= ?1 ORDER BY number, ord",
        )?;
        let mut rows = statement.query([int(number)])?;
        let (mut blocks, mut bytes, mut last) = (vec![], 0, None);
        while let Some(row) = rows.next()? {
            // All of a height or none: who reads on begins with the next one.
            let height = uint(row, 0)?;
            let is_full = blocks.len() >= limit as usize || bytes >= LARGEST_PAGE;
            if is_full && last != Some(height) {
                break;
            }
            let block: String = row.get(1)?;
            bytes += block.len();
            blocks.push(serde_json::from_str(&block)?);
            last = Some(height);
        }
        Ok(blocks)
    }

    /// The blocks after `from` up to `to`, in order; none if the store does not hold them all, or `from` is on another branch.
    pub fn path(&self, from: BlockId, to: BlockId) -> Result<Option<Vec<BlockId>>, StoreError> {
        if to.number < from.number || to.number - from.number > LONGEST_PATH {
            return Ok(None);
        }
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT parent FROM payload WHERE hash = ?1 AND number = ?2")?;
        let mut path = vec![];
        let mut block = to;
        while block.number > from.number {
            let row = (block.hash.as_slice(), int(block.number));
            let parent: Option<[u8; 32]> = statement.query_row(row, |row| row.get(0)).optional()?;
            let Some(parent) = parent else { return Ok(None) };
            path.push(block);
            block = BlockId { number: block.number - 1, hash: parent.into() };
        }
        path.reverse();
        Ok((block == from).then_some(path))
    }

    fn receipts(&self, sql: &str, value: i64) -> Result<Vec<HandoffReceipt>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([value], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(serde_json::from_str::<SignedReceipt>(&row?)?.receipt)).collect()
    }

    /// One transaction that takes the write lock at once, so that what it reads cannot change before it writes.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let answer = work(&transaction)?;
        transaction.commit()?;
        Ok(answer)
    }
}

pub(crate) fn one<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> =
        connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

fn head(connection: &Connection) -> Result<Option<L2Block>, StoreError> {
    one(connection, "SELECT block FROM head", [])
}

fn put_head(transaction: &Transaction<'_>, block: L2Block) -> Result<(), StoreError> {
    let block = serde_json::to_string(&block)?;
    transaction
        .execute("INSERT INTO head VALUES (1, ?1) ON CONFLICT DO UPDATE SET block = ?1", [block])?;
    Ok(())
}

/// The end of the chain of blocks held on `block`. Of several on one parent the one under the latest slot's authority counts, then
/// the newest: a maker has two only after an L1 reorg.
fn tip(
    connection: &Connection,
    mut block: L2Block,
    rejected: &BTreeSet<B256>,
) -> Result<L2Block, StoreError> {
    let sql = "SELECT hash FROM payload WHERE parent = ?1 ORDER BY slot DESC, ord DESC";
    let mut statement = connection.prepare_cached(sql)?;
    loop {
        let hashes =
            statement.query_map([block.hash.as_slice()], |row| row.get::<_, [u8; 32]>(0))?;
        let hashes = hashes.collect::<Result<Vec<_>, _>>()?;
        let Some(hash) = hashes.into_iter().find(|hash| !rejected.contains(&B256::from(*hash)))
        else {
            return Ok(block);
        };
        let sql = "SELECT block FROM payload WHERE hash = ?1";
        let Some(child) = one::<SealedBlock>(connection, sql, [hash.as_slice()])? else {
            return Ok(block);
        };
        block = child.payload.block();
    }
}

/// False if the block is there. A block that another operator made just as we do (nothing but deposits in it) becomes ours
/// when we sign it.
fn insert(
    transaction: &Transaction<'_>,
    block: &SealedBlock,
    origin: i64,
) -> Result<bool, StoreError> {
    let payload = &block.payload;
    let next =
        transaction
            .query_row("SELECT coalesce(max(ord), 0) + 1 FROM payload", [], |row| uint(row, 0))?;
    let inserted = transaction.execute(
        "INSERT INTO payload VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (hash) DO UPDATE
         SET slot = ?5, origin = ?6, ord = ?7, block = ?8 WHERE payload.origin = 0 AND ?6 != 0",
        (
            payload.hash.as_slice(),
            int(payload.number),
            payload.parent_hash.as_slice(),
            int(payload.timestamp.0),
            int(block.commitment.slot),
            origin,
            int(next),
            serde_json::to_string(block)?,
        ),
    )?;
    Ok(inserted == 1)
}
