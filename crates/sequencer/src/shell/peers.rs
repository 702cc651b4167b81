//! What peers say: their blocks, our own ones that we lost, and their receipts.

use super::{ASK_AGAIN, SequencerError, Shell};
use crate::{FromPeers, Gap, seam::now};
use rota_core::{
    BlockId, L2Block, Slot,
    authority::Standing,
    fence::standing_head,
    message::{MOST_AT_A_HEIGHT, SealedBlock, SignedReceipt},
    seal::SealStore,
};
use rota_store::Accepted;
use tokio::time::Instant;

/// A block that is this far from the head is history or out of reach: what prevails is decided near the head.
const FAR: u64 = 1_000;

impl Shell {
    pub(super) fn take(&mut self, message: FromPeers) -> Result<(), SequencerError> {
        match message {
            FromPeers::Block(block) if block.operator == self.config.operator => {
                if self.store.recover(&block, self.slot_now())? {
                    let (number, hash) = (block.payload.number, block.payload.hash);
                    tracing::warn!(number, %hash, "a peer knows a block by our key that this store had lost");
                }
            }
            FromPeers::Block(block) => self.accept(&block)?,
            FromPeers::Receipt(receipt) => self.receipts.push(*receipt),
            FromPeers::Heard => self.seam.heard(),
        }
        Ok(())
    }

    /// Keeps a peer's block, and follows it if it prevails over the head: see [`prevails`].
    fn accept(&mut self, block: &SealedBlock) -> Result<(), SequencerError> {
        match self.store.accept(block)? {
            Accepted::New => {}
            Accepted::Known | Accepted::History => return Ok(()),
            Accepted::TooMany => {
                self.note_flood(block);
                return Ok(());
            }
        }
        let id = block.payload.block().id();
        let BlockId { number, hash } = id;
        let Some(head) = self.store.head()? else { return Ok(()) };
        let is_far = head.number.abs_diff(number) > FAR;
        if is_far || self.store.path(id, head.id())?.is_some() {
            if number > head.number {
                self.ask_for(head.number + 1);
            }
            return Ok(());
        }
        let authority = self.seam.authority();
        let standing = standing_head(&*self.store, &authority).ok().flatten();
        let maker = self.store.sealed_block(head.hash)?;
        // Of a slot of ours that somebody took over: what we sealed last may have reached nobody.
        let displaced = maker.as_ref().is_some_and(|maker| maker.operator == self.config.operator)
            && authority
                .tenures
                .iter()
                .any(|ours| ours.slot.0 == block.commitment.slot && !ours.to_slot_end);
        if prevails(block, head, maker.as_ref(), standing) || displaced {
            tracing::warn!(number, %hash, instead_of = %head.hash, "followed another branch");
            self.store.set_head(block.payload.block())?;
        } else if number > head.number + 1 && self.store.path(head.id(), id)?.is_none() {
            self.ask_for(head.number + 1);
        }
        Ok(())
    }

    /// Once an operator and slot: lines would fill the disk as well as blocks do.
    fn note_flood(&mut self, block: &SealedBlock) {
        let (operator, slot) = (block.operator, Slot(block.commitment.slot));
        if self.flooded.get(&operator).is_none_or(|last| *last < slot) {
            self.flooded.insert(operator, slot);
            let number = block.payload.number;
            tracing::error!(%operator, %slot, number, kept = MOST_AT_A_HEIGHT, "an operator signs block after block at one height: the first ones are kept as evidence, no more");
        }
    }

    pub(super) fn ask_for(&mut self, from: u64) {
        if self.gap_asked.is_none_or(|asked| asked.elapsed() >= ASK_AGAIN) {
            self.gap_asked = Some(Instant::now());
            // Full: the relay has enough to do, and the next look or block asks again.
            let _ = self.gaps.try_send(Gap { from });
        }
    }

    /// Countersigns what can be by now.
    pub(super) fn countersign(&mut self) {
        let authority = self.seam.authority();
        let oldest = authority.tenures.first().map_or(Slot(u64::MAX), |tenure| tenure.slot);
        let ours = |slot: u64| authority.tenures.iter().any(|tenure| tenure.slot.0 == slot);
        let is_deep = |receipt: &SignedReceipt| {
            let block = self.store.block(receipt.receipt.hash).ok().flatten();
            block.is_some_and(|block| {
                authority.origins.standing(block.origin) == Standing::Canonical
            })
        };
        let mut waiting = std::mem::take(&mut self.receipts);
        waiting.retain(|receipt| {
            let boundary = receipt.receipt.boundarySlot;
            if ours(boundary)
                && is_deep(receipt)
                && self.seam.countersign(receipt.clone(), &authority).is_ok()
            {
                tracing::info!(boundary, last = receipt.receipt.number, "countersigned");
                return false;
            }
            // Kept while the boundary's slot is recent or to come.
            boundary >= oldest.0
        });
        self.receipts = waiting;
    }

    /// The slot that is on by our tenures, if we know it: what a rolled-back store must not sign in.
    fn slot_now(&self) -> Option<Slot> {
        let now = now();
        let tenures = self.seam.authority().tenures;
        tenures.iter().find(|tenure| now < tenure.until.millis()).map(|tenure| tenure.slot)
    }
}

/// Whether `block`, which is not on the head, replaces it: because L1 displaced the blocks above its parent, or because it was
/// made under a later slot's authority (a predecessor's late tail loses against its successor).
fn prevails(
    block: &SealedBlock,
    head: L2Block,
    maker: Option<&SealedBlock>,
    standing: Option<L2Block>,
) -> bool {
    let on_standing = standing.is_some_and(|standing| {
        standing.hash != head.hash && standing.hash == block.payload.parent_hash
    });
    let later = maker.is_some_and(|head| block.commitment.slot > head.commitment.slot);
    on_standing || later
}
