//! What the fence needs of a store. The store's own crate promises durability: an answered write survives a power cut.

use crate::{
    fence::{Approved, ApprovedReceipt},
    message::{HandoffReceipt, SealedBlock, SignedReceipt},
    types::{L2Block, Slot},
};
use alloy::primitives::B256;

/// A block that our key signed, as the store remembers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    pub block: SealedBlock,
    /// It came back from a peer: this store did not see it made, so there may be others that it does not know of.
    pub recovered: bool,
}

/// Blocks and receipts that our key signed, and the head to build on. One writer process.
pub trait SealStore {
    /// Why a record could not be made or read; the fence refuses on it.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The slot that had begun when the store was created; none if it is older than slot 0.
    fn created_in(&self) -> Result<Option<Slot>, Self::Error>;
    /// Blocks below this number may have been forgotten.
    fn floor(&self) -> Result<u64, Self::Error>;
    /// The unsafe head: the last block sealed here, accepted from a peer or adopted from the node.
    fn head(&self) -> Result<Option<L2Block>, Self::Error>;
    /// A block that was sealed or accepted here.
    fn block(&self, hash: B256) -> Result<Option<L2Block>, Self::Error>;
    /// Every block our key signed at `number`, on whatever parent, oldest first.
    fn sealed_at(&self, number: u64) -> Result<Vec<Sealed>, Self::Error>;
    /// The highest and the latest block that our key signed under the authority of slots before `boundary`.
    fn sealed_before(&self, boundary: Slot) -> Result<Option<(u64, SealedBlock)>, Self::Error>;

    /// Receipts that our key signed as the outgoing holder, for boundaries after `slot`.
    fn handed_over_after(&self, slot: Slot) -> Result<Vec<HandoffReceipt>, Self::Error>;
    /// The receipt that our key signed as the outgoing holder for `boundary`.
    fn handed_over(&self, boundary: Slot) -> Result<Option<SignedReceipt>, Self::Error>;
    /// Receipts that our key countersigned for blocks at `number`.
    fn countersigned(&self, number: u64) -> Result<Vec<HandoffReceipt>, Self::Error>;

    /// Records the block durably (fsync) and makes it the head, in one transaction: both or neither. Fails if the head is
    /// no longer the one that the fence looked at.
    fn record(&self, block: &Approved) -> Result<(), Self::Error>;
    /// Records a signed or countersigned receipt durably.
    fn record_receipt(&self, receipt: &ApprovedReceipt) -> Result<(), Self::Error>;
}

impl<S: SealStore> SealStore for std::sync::Arc<S> {
    type Error = S::Error;

    fn created_in(&self) -> Result<Option<Slot>, Self::Error> {
        (**self).created_in()
    }
    fn floor(&self) -> Result<u64, Self::Error> {
        (**self).floor()
    }
    fn head(&self) -> Result<Option<L2Block>, Self::Error> {
        (**self).head()
    }
    fn block(&self, hash: B256) -> Result<Option<L2Block>, Self::Error> {
        (**self).block(hash)
    }
    fn sealed_at(&self, number: u64) -> Result<Vec<Sealed>, Self::Error> {
        (**self).sealed_at(number)
    }
    fn sealed_before(&self, boundary: Slot) -> Result<Option<(u64, SealedBlock)>, Self::Error> {
        (**self).sealed_before(boundary)
    }
    fn handed_over_after(&self, slot: Slot) -> Result<Vec<HandoffReceipt>, Self::Error> {
        (**self).handed_over_after(slot)
    }
    fn handed_over(&self, boundary: Slot) -> Result<Option<SignedReceipt>, Self::Error> {
        (**self).handed_over(boundary)
    }
    fn countersigned(&self, number: u64) -> Result<Vec<HandoffReceipt>, Self::Error> {
        (**self).countersigned(number)
    }
    fn record(&self, block: &Approved) -> Result<(), Self::Error> {
        (**self).record(block)
    }
    fn record_receipt(&self, receipt: &ApprovedReceipt) -> Result<(), Self::Error> {
        (**self).record_receipt(receipt)
    }
}
