//! What the fence needs of a store. The store's own crate promises durability: an answered write survives a power cut.

use crate::{
    message::{Payload, SealedBlock},
    types::Slot,
};
use alloy::primitives::B256;

/// Sealed payloads by (number, parent hash). One writer.
pub trait SealStore: Send + Sync {
    /// Why a record could not be made or read; the fence refuses on it.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Every sealed block of ours at `number` on `parent`, oldest first. More than one only after an L1 reorg.
    fn sealed_at(&self, number: u64, parent: B256) -> Result<Vec<SealedBlock>, Self::Error>;
    /// The block that the store holds as the unsafe head: the last sealed or accepted one.
    fn head(&self) -> Result<Option<Payload>, Self::Error>;
    /// Records `block` durably (fsync) and makes it the head. Both or neither.
    fn record(&self, block: &SealedBlock) -> Result<(), Self::Error>;
    /// Slot in which the store was created; a store never signs in that slot.
    fn created_in(&self) -> Result<Slot, Self::Error>;
}
