//! A store in memory, and short ways to say what is proposed when.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alloy::{
    primitives::{Address, B256, U256},
    signers::local::PrivateKeySigner,
};
use rota_core::{
    BlockId, L2Block, Millis, OperatorId, Slot, Timestamp,
    authority::{Authority, Basis, Origins, Tenure},
    fence::{Approved, ApprovedReceipt, Fence, Moment, Side},
    message::{HandoffReceipt, Payload, SealedBlock, SignedReceipt, domain},
    seal::{SealStore, Sealed},
};
use serde_json::Value;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

pub const CHAIN: u64 = 901;
/// Slots of 16 s from genesis 1,000; L2 blocks of 1 s, block n dated 1,000 + n; L1 blocks of 2 s.
pub const GENESIS: u64 = 1_000;
pub const SLOT: u64 = 16;

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
pub struct DiskFull;

#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub created_in: Option<Slot>,
    pub floor: u64,
    pub head: Option<L2Block>,
    pub blocks: BTreeMap<B256, L2Block>,
    pub sealed: Vec<Sealed>,
    pub outgoing: BTreeMap<u64, SignedReceipt>,
    pub incoming: Vec<SignedReceipt>,
    pub unreadable: bool,
    pub unwritable: bool,
}

/// Cloned handles share one disk, which a restart opens again.
#[derive(Clone, Default)]
pub struct Disk(pub Rc<RefCell<Memory>>);

impl Disk {
    fn read<T>(&self, read: impl FnOnce(&Memory) -> T) -> Result<T, DiskFull> {
        let memory = self.0.borrow();
        if memory.unreadable { Err(DiskFull) } else { Ok(read(&memory)) }
    }

    pub fn know(&self, block: L2Block) {
        self.0.borrow_mut().blocks.insert(block.hash, block);
    }

    pub fn set_head(&self, block: L2Block) {
        self.know(block);
        self.0.borrow_mut().head = Some(block);
    }
}

impl SealStore for Disk {
    type Error = DiskFull;

    fn created_in(&self) -> Result<Option<Slot>, DiskFull> {
        self.read(|memory| memory.created_in)
    }
    fn floor(&self) -> Result<u64, DiskFull> {
        self.read(|memory| memory.floor)
    }
    fn head(&self) -> Result<Option<L2Block>, DiskFull> {
        self.read(|memory| memory.head)
    }
    fn block(&self, hash: B256) -> Result<Option<L2Block>, DiskFull> {
        self.read(|memory| memory.blocks.get(&hash).copied())
    }
    fn sealed_at(&self, number: u64) -> Result<Vec<Sealed>, DiskFull> {
        self.read(|memory| {
            memory
                .sealed
                .iter()
                .filter(|sealed| sealed.block.payload.number == number)
                .cloned()
                .collect()
        })
    }
    fn sealed_before(&self, boundary: Slot) -> Result<Option<(u64, SealedBlock)>, DiskFull> {
        self.read(|memory| {
            let before: Vec<_> =
                memory.sealed.iter().filter(|s| s.block.commitment.slot < boundary.0).collect();
            let highest = before.iter().map(|sealed| sealed.block.payload.number).max();
            highest.zip(before.last().map(|sealed| sealed.block.clone()))
        })
    }
    fn handed_over_after(&self, slot: Slot) -> Result<Vec<HandoffReceipt>, DiskFull> {
        self.read(|memory| {
            memory.outgoing.range(slot.0 + 1..).map(|(_, signed)| signed.receipt.clone()).collect()
        })
    }
    fn handed_over(&self, boundary: Slot) -> Result<Option<SignedReceipt>, DiskFull> {
        self.read(|memory| memory.outgoing.get(&boundary.0).cloned())
    }
    fn countersigned(&self, number: u64) -> Result<Vec<HandoffReceipt>, DiskFull> {
        self.read(|memory| {
            memory
                .incoming
                .iter()
                .map(|s| s.receipt.clone())
                .filter(|receipt| receipt.number == number)
                .collect()
        })
    }
    fn record(&self, approved: &Approved) -> Result<(), DiskFull> {
        let mut memory = self.0.borrow_mut();
        if memory.unwritable {
            return Err(DiskFull);
        }
        assert_eq!(memory.head, Some(approved.seen_head()));
        let block = approved.block().clone();
        let summary = block.payload.block();
        memory.blocks.insert(summary.hash, summary);
        memory.head = Some(summary);
        memory.sealed.push(Sealed { block, recovered: false });
        Ok(())
    }
    fn record_receipt(&self, approved: &ApprovedReceipt) -> Result<(), DiskFull> {
        let mut memory = self.0.borrow_mut();
        if memory.unwritable {
            return Err(DiskFull);
        }
        let signed = approved.receipt().clone();
        match approved.ours() {
            Side::Outgoing => {
                memory.outgoing.insert(signed.receipt.boundarySlot, signed);
            }
            Side::Incoming => memory.incoming.push(signed),
        }
        Ok(())
    }
}

pub fn key() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::with_last_byte(7)).unwrap()
}

pub fn fence(disk: &Disk) -> Fence<Disk, PrivateKeySigner> {
    Fence::new(disk.clone(), key(), OperatorId(2), CHAIN, 1, domain(31_337, Address::ZERO))
}

/// L1 block `number` on branch `branch`.
pub fn l1(number: u64, branch: u8) -> BlockId {
    let mut hash = B256::from(U256::from(number));
    hash[0] = branch;
    BlockId { number, hash }
}

/// Branch 0 from 0 up to `head`.
pub fn origins(head: u64) -> Origins {
    Origins { head, hashes: (0..=head).map(|number| (number, l1(number, 0).hash)).collect() }
}

/// L2 block `number` on `parent` with the content `salt`.
pub fn payload(number: u64, parent: B256, origin: BlockId, salt: u8) -> Payload {
    let mut hash =
        alloy::primitives::keccak256([parent.as_slice(), origin.hash.as_slice(), &[salt]].concat());
    hash[0] = 0xb0 | (salt & 0xf);
    Payload {
        number,
        timestamp: Timestamp(GENESIS + number),
        parent_hash: parent,
        hash,
        l1_origin_number: origin.number,
        l1_origin_hash: origin.hash,
        envelope: Value::Null,
    }
}

pub fn start_of(slot: u64) -> u64 {
    GENESIS + slot * SLOT
}

pub fn tenure(slot: u64) -> Tenure {
    Tenure {
        slot: Slot(slot),
        from: Timestamp(start_of(slot)),
        until: Timestamp(start_of(slot + 1)),
        to_slot_end: true,
        basis: Basis::Schedule,
    }
}

/// Holds `slots`, and L1 answered at `now`.
pub fn authority(slots: &[u64], l1_head: u64, now: Millis) -> Authority {
    Authority {
        tenures: slots.iter().map(|slot| tenure(*slot)).collect(),
        origins: origins(l1_head),
        answered_at: now,
    }
}

pub fn at(now: Millis, authority: &Authority) -> Moment<'_> {
    Moment { now, authority, peers_heard: true }
}

/// A disk whose head is L2 block `number`, with an origin deep in L1.
pub fn disk(number: u64) -> (Disk, L2Block) {
    let head = payload(number, B256::with_last_byte(1), l1(1, 0), 0).block();
    let disk = Disk::default();
    disk.set_head(head);
    (disk, head)
}
