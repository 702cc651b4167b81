//! The seal fence: the one place where this operator's key signs a block or a receipt.
//!
//! # Claim
//! Whatever is proposed, in whatever order of restarts, freezes, L1 reorgs and lost disks: no set of statements signed here
//! contains what the Slasher punishes, namely (E) two commitments with equal (L2 chain, number, parent) and different hashes
//! whose L1 origins are equal or both canonical; (T) a commitment whose timestamp is not before the end of its slot (T1), whose
//! signer never held its slot (T2), or made more than 12 s + 2 L2 blocks before its slot (T3); (R) two receipts for a boundary, a
//! commitment above one's own receipt, or one that contradicts a receipt that one countersigned.
//!
//! # Assumptions
//! - A1. An answered [`SealStore::record`] survives a power cut.
//! - A2. No key of this operator's signs anywhere else, and one process has the store open (the store locks its file): a new key takes
//!   over the store of the old one. op-node gossips what was answered here and nothing else: a payload counts like a commitment.
//! - A3. The view is L1's: a frozen slot's holder never changes, and no take-over under 2 confirmations is ever undone.
//! - A4. An L1 block that was displaced by one with 2 confirmations does not come back.
//! - A5. The keeper's clock is within 12 s of L1's.
//! - A6. A commitment, or a payload that op-node gossiped on it, that left a keeper whose disk is lost is known to some peer by the
//!   time that peers have been heard, or to nobody for good.
//! - A7. A keeper whose disk was lost with a countersignature on it meets no L1 reorg deeper than [`COUNTERSIGN_DEPTH`] around the
//!   block that it countersigned: peers give back its blocks, but not what it countersigned.
//!
//! # Argument (each step names its tests in `tests/fence.rs`)
//! 1. **(a)** A block is signed only under a settled tenure: its timestamp and now are before `until`, which is never after the
//!    end of the slot, so T1 cannot be; the tenure is the view's, so by A3 T2 cannot be; now is at most 2 L2 blocks before
//!    `from`, which is never before the slot's start, so by A5 T3 cannot be. An earlier timestamp is a gap fill and legal.
//!    `a_signs_in_its_slots_and_nowhere_else`
//! 2. **(a')** L1's head was asked for and answered within 2 s, so a thawed process does not act on the view it froze with; a
//!    clock that went backwards is treated alike. `a_prime_refuses_until_it_has_looked`
//! 3. **(b)** The parent is the head: the latest block that was sealed, accepted or adopted whose origin is not displaced.
//!    Blocks whose origin is displaced by [`CONFIRMATIONS`] are stepped back over; under that number nothing is signed. The
//!    proposal's own origin must be canonical. `b_builds_on_the_head_it_knows`
//! 4. **(c)** For every other hash that the store holds for (number, parent), its origin X was displaced with at least 2
//!    confirmations at a moment when the new one's origin Y was canonical, so X != Y, and by A4 X does not return: they are
//!    never equal nor both canonical, so E cannot be. Check and record are one step: only [`Fence`] makes an [`Approved`], it
//!    holds `&mut self` from the first read to the answered record, and nothing leaves before that (A1, A2).
//!    `c_signs_a_height_once`, `c_l1_reorg_reseals_after_two_confirmations`, `c_an_unrecorded_block_is_not_signed`
//! 5. **Lost disk.** Step 4 needs the store to remember. A store created after a slot began signs nothing in that slot. For
//!    later ones: nothing before every peer was asked once since the start (A6), after which the store holds again what peers know
//!    by our key; at such a height only that very block is answered, whatever the parent. Below the store's floor, where it
//!    has pruned, nothing is signed. `lost_disk_waits_for_the_next_slot_and_for_its_peers`, `pruned_heights_are_closed`
//! 6. **Receipts.** One receipt a boundary: the store's answer is given again, and a store that was created in the slot before it
//!    or later signs none. It is not signed before that slot began, so a store that lost it signs in no slot that it closes. It names
//!    the last block of the earlier slots, which must also be the highest ever signed there, and from then on nothing above it is
//!    signed under those slots.
//!    A countersignature waits until the block's origin is [`COUNTERSIGN_DEPTH`] deep (an L1 reorg that forces another block at
//!    that number would otherwise make the countersigner choose between silence and its bond); from then on no other hash at that
//!    number and no child of another is signed. `receipts_bind_both_sides`
//! 7. **Doubt.** An error of the store refuses like any other reason. `any_store_error_refuses`
//!
//! `tests/fence_property.rs` runs random interleavings of all of this against the Slasher's rules as written above.

use crate::{
    authority::{Authority, Basis, CONFIRMATIONS, Standing, Tenure},
    message::{HandoffReceipt, Payload, SealedBlock, SignedReceipt},
    seal::SealStore,
    types::{BlockId, L2Block, Millis, OperatorId, Slot, Timestamp},
};
use alloy::{
    primitives::{B256, U256},
    signers::SignerSync,
    sol_types::{Eip712Domain, SolStruct},
};

/// How old the last answered head request may be, milliseconds (DESIGN: 2 s).
pub const VIEW_AGE_MS: u64 = 2_000;
/// L2 blocks before a slot's start from which its first block may be sealed: op-node seals 50 ms before the timestamp.
pub const EARLY_BLOCKS: u64 = 2;
/// L1 blocks on a receipt's origin before it is countersigned: the length of the shortest slot that a deployment may have.
pub const COUNTERSIGN_DEPTH: u64 = 8;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing was signed. Each variant is a refusal: a full disk refuses just as a double sign does.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// (a) No slot of ours fits: neither by schedule nor by take-over.
    #[error("block {number} of {timestamp} fits no slot that this operator holds at {now_ms} ms")]
    NoAuthority { number: u64, timestamp: Timestamp, now_ms: u64 },
    /// (a) The take-over may still be undone.
    #[error(
        "slot {slot} was taken over with {confirmations} confirmations, {CONFIRMATIONS} are needed"
    )]
    TakeOverUnconfirmed { slot: Slot, confirmations: u64 },
    /// (a') The view may be of another time.
    #[error("L1 last answered {age_ms} ms ago, at most {VIEW_AGE_MS} ms are allowed")]
    ViewStale { age_ms: i128 },
    /// (b) The store knows no block to build on.
    #[error("no head is known to build block {number} on")]
    NoHead { number: u64 },
    /// (b) The head's origin is not canonical, but not for long enough.
    #[error(
        "L1 origin {origin} of block {number} is displaced with {confirmations} confirmations, {CONFIRMATIONS} are needed"
    )]
    OriginUnsettled { number: u64, origin: u64, confirmations: u64 },
    /// (b) Another parent.
    #[error("block {number} is on {parent}, the head is block {head} {hash}")]
    NotOnHead { number: u64, parent: B256, head: u64, hash: B256 },
    /// (b) The number or the timestamp does not follow from the head.
    #[error("block {number} of {timestamp} does not follow block {head} of {head_timestamp}")]
    NotNext { number: u64, timestamp: Timestamp, head: u64, head_timestamp: Timestamp },
    /// (b) The proposal's own origin.
    #[error("L1 origin {origin} {hash} of block {number} is not canonical: {standing:?}")]
    OriginNotCanonical { number: u64, origin: u64, hash: B256, standing: Standing },
    /// (c) Signed before, and that block still stands: it is to be posted to the node again.
    #[error("block {number} is already signed as {signed}, refusing {asked}")]
    SignedOtherwise { number: u64, signed: B256, asked: B256, stored: Box<SealedBlock> },
    /// The store is younger than every slot that fits.
    #[error(
        "the store was created in slot {slot}, in which it signs nothing: what it held before is not known"
    )]
    StoreTooYoung { slot: Slot },
    /// What peers know by our key has not been asked for yet.
    #[error("peers have not been asked yet what they know by this operator's key")]
    PeersUnheard,
    /// A peer knows another block by our key at that height.
    #[error("a peer knows {signed} at height {number} by our key, refusing {asked}")]
    KnownElsewhere { number: u64, signed: B256, asked: B256 },
    /// The store forgot what it signed there.
    #[error("block {number} is below {floor}, where the store has been pruned")]
    Forgotten { number: u64, floor: u64 },
    /// A receipt of ours says that the slot's blocks ended earlier.
    #[error("block {number} is above block {last} of the receipt for slot {boundary}")]
    HandedOver { number: u64, last: u64, boundary: Slot },
    /// We countersigned another chain.
    #[error("block {number} {asked} contradicts the countersigned receipt for block {last} {hash}")]
    Countersigned { number: u64, asked: B256, last: u64, hash: B256 },
    /// There is nothing that the receipt could truthfully say, or not yet.
    #[error("no receipt for slot {boundary}: {reason}")]
    NoReceipt { boundary: Slot, reason: &'static str },
    #[error("the key did not sign")]
    NotSigned(#[source] BoxError),
    #[error("block {number} could not be recorded before signing")]
    NotRecorded { number: u64, source: BoxError },
    #[error("the store could not be read")]
    Unreadable(#[source] BoxError),
}

/// A signed block that may be recorded. Only the fence makes one.
pub struct Approved {
    block: SealedBlock,
    onto: L2Block,
}

impl Approved {
    pub fn block(&self) -> &SealedBlock {
        &self.block
    }

    /// The store's head when the fence looked; the record fails if it is another one by now.
    pub fn seen_head(&self) -> L2Block {
        self.onto
    }
}

/// A signed receipt that may be recorded. Only the fence makes one.
pub struct ApprovedReceipt {
    receipt: SignedReceipt,
    ours: Side,
}

/// Which of a receipt's two signatures is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Outgoing,
    Incoming,
}

impl ApprovedReceipt {
    pub fn receipt(&self) -> &SignedReceipt {
        &self.receipt
    }

    pub fn ours(&self) -> Side {
        self.ours
    }
}

/// What holds at the moment of asking.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub now: Millis,
    pub authority: &'a Authority,
    /// Every peer was asked once since the start for what it knows by our key, and answered or is out of reach.
    pub peers_heard: bool,
}

/// See the module's documentation.
pub struct Fence<S, K> {
    store: S,
    key: K,
    operator: OperatorId,
    l2_chain_id: u64,
    /// L2 block time, seconds.
    block_time: u64,
    domain: Eip712Domain,
}

impl<S: SealStore, K: SignerSync> Fence<S, K> {
    pub fn new(
        store: S,
        key: K,
        operator: OperatorId,
        l2_chain_id: u64,
        block_time: u64,
        domain: Eip712Domain,
    ) -> Self {
        Self { store, key, operator, l2_chain_id, block_time, domain }
    }

    pub fn store(&self) -> &S {
        &self.store
    }

    /// Signs and records `proposal`, or answers what was signed before if it is the same block.
    pub fn seal(&mut self, proposal: Payload, at: Moment<'_>) -> Result<SealedBlock, Refused> {
        let number = proposal.number;
        let tenure = self.tenure(&proposal, at)?;
        check_view(at)?;
        if !at.peers_heard {
            return Err(Refused::PeersUnheard);
        }
        let floor = self.store.floor().map_err(unreadable)?;
        if number < floor {
            return Err(Refused::Forgotten { number, floor });
        }

        let signed = self.store.sealed_at(number).map_err(unreadable)?;
        if let Some(same) = signed.iter().find(|sealed| sealed.block.payload.hash == proposal.hash)
        {
            return Ok(same.block.clone());
        }
        if let Some(other) = signed.iter().find(|sealed| sealed.recovered) {
            return Err(Refused::KnownElsewhere {
                number,
                signed: other.block.payload.hash,
                asked: proposal.hash,
            });
        }
        for other in signed
            .into_iter()
            .filter(|sealed| sealed.block.payload.parent_hash == proposal.parent_hash)
        {
            check_displaced(other.block, &proposal, at.authority)?;
        }

        let seen_head = self.check_parent(&proposal, at.authority)?;
        let origin = proposal.origin();
        let standing = at.authority.origins.standing(origin);
        if standing != Standing::Canonical {
            return Err(Refused::OriginNotCanonical {
                number,
                origin: origin.number,
                hash: origin.hash,
                standing,
            });
        }
        self.check_receipts(&proposal, tenure.slot)?;

        let commitment = proposal.commitment(self.l2_chain_id, tenure.slot);
        let digest = commitment.eip712_signing_hash(&self.domain);
        let signature =
            self.key.sign_hash_sync(&digest).map_err(|error| Refused::NotSigned(error.into()))?;
        let block =
            SealedBlock { operator: self.operator, commitment, signature, payload: proposal };
        let approved = Approved { block, onto: seen_head };
        self.store
            .record(&approved)
            .map_err(|source| Refused::NotRecorded { number, source: source.into() })?;
        Ok(approved.block)
    }

    /// Signs the receipt for the turn that ends at the start of `boundary`; the one signed before if there is one.
    pub fn hand_over(&mut self, boundary: Slot, at: Moment<'_>) -> Result<SignedReceipt, Refused> {
        if let Some(signed) = self.store.handed_over(boundary).map_err(unreadable)? {
            return Ok(signed);
        }
        let nothing = |reason| Refused::NoReceipt { boundary, reason };
        // Not ahead of time: a store that loses it must be too young for every slot that it closes.
        let is_on =
            |tenure: &Tenure| tenure.slot.next() == boundary && at.now >= tenure.from.millis();
        if !at.authority.tenures.iter().any(is_on) {
            return Err(nothing("the slot before it is not one that this operator holds or held"));
        }
        // A lost disk may have signed another one.
        if self.store.created_in().map_err(unreadable)?.is_some_and(|born| boundary <= born.next())
        {
            return Err(nothing("the store is younger than the slot before it"));
        }
        let last = self.store.sealed_before(boundary).map_err(unreadable)?;
        let (highest, last) = last.ok_or(nothing("this key sealed no block before it"))?;
        // After an L1 reorg the last block may be lower than one signed earlier, which would then be above the receipt.
        if highest != last.payload.number {
            return Err(nothing("a higher block was signed before an L1 reorg"));
        }
        let receipt = self.receipt(boundary, last.payload.block().id());
        let signature = self.sign_receipt(&receipt)?;
        let receipt =
            SignedReceipt { receipt, from: self.operator, signature, countersignature: None };
        self.record_receipt(receipt, Side::Outgoing)
    }

    /// Countersigns a predecessor's receipt. Its signature is the caller's to verify.
    pub fn countersign(
        &mut self,
        signed: SignedReceipt,
        at: Moment<'_>,
    ) -> Result<SignedReceipt, Refused> {
        // Peers first: what a lost disk forgot may contradict the receipt.
        if !at.peers_heard {
            return Err(Refused::PeersUnheard);
        }
        let HandoffReceipt { l2ChainId, boundarySlot, number, hash } = signed.receipt;
        let boundary = Slot(boundarySlot);
        let not_now = |reason| Refused::NoReceipt { boundary, reason };
        if l2ChainId != U256::from(self.l2_chain_id) {
            return Err(not_now("it is for another L2 chain"));
        }
        let block = self
            .store
            .block(hash)
            .map_err(unreadable)?
            .ok_or(not_now("its block is not known here"))?;
        if block.number != number {
            return Err(not_now("its block has another number"));
        }
        if at.authority.origins.depth(block.origin).is_none_or(|depth| depth < COUNTERSIGN_DEPTH) {
            return Err(not_now("its block's L1 origin is not deep enough"));
        }
        let at_number = self.store.sealed_at(number).map_err(unreadable)?;
        let above = self.store.sealed_at(number + 1).map_err(unreadable)?;
        if at_number.iter().any(|ours| ours.block.payload.hash != hash)
            || above.iter().any(|ours| ours.block.payload.parent_hash != hash)
        {
            return Err(not_now("this key signed another chain"));
        }
        let countersignature = Some((self.operator, self.sign_receipt(&signed.receipt)?));
        self.record_receipt(SignedReceipt { countersignature, ..signed }, Side::Incoming)
    }

    /// The head to build on: the store's, less the blocks whose origin L1 has displaced for good.
    pub fn head(&self, authority: &Authority) -> Result<Option<L2Block>, Refused> {
        standing_head(&self.store, authority)
    }

    /// (a) The first of our tenures that admits the block now.
    fn tenure(&self, proposal: &Payload, at: Moment<'_>) -> Result<Tenure, Refused> {
        let (number, timestamp, now) = (proposal.number, proposal.timestamp, at.now);
        let early = EARLY_BLOCKS * self.block_time * 1000;
        let fits = |tenure: &&Tenure| {
            timestamp < tenure.until
                && now < tenure.until.millis()
                && now.0 + early >= tenure.from.millis().0
        };
        let born = self.store.created_in().map_err(unreadable)?;
        let mut refused = Refused::NoAuthority { number, timestamp, now_ms: now.0 };
        for tenure in at.authority.tenures.iter().filter(fits) {
            let slot = tenure.slot;
            if let (false, Basis::TakeOver { confirmations }) = (tenure.is_settled(), tenure.basis)
            {
                refused = Refused::TakeOverUnconfirmed { slot, confirmations };
            } else if let Some(born) = born.filter(|born| slot <= *born) {
                refused = Refused::StoreTooYoung { slot: born };
            } else {
                return Ok(*tenure);
            }
        }
        Err(refused)
    }

    /// (b) Answers the store's head, on which, or on an ancestor of which, the proposal is built.
    fn check_parent(&self, proposal: &Payload, authority: &Authority) -> Result<L2Block, Refused> {
        let (number, timestamp, parent) =
            (proposal.number, proposal.timestamp, proposal.parent_hash);
        let seen = self.store.head().map_err(unreadable)?.ok_or(Refused::NoHead { number })?;
        let head = self.head(authority)?.ok_or(Refused::NoHead { number })?;
        if parent != head.hash {
            return Err(Refused::NotOnHead { number, parent, head: head.number, hash: head.hash });
        }
        if (number, timestamp.0) != (head.number + 1, head.timestamp.0 + self.block_time) {
            return Err(Refused::NotNext {
                number,
                timestamp,
                head: head.number,
                head_timestamp: head.timestamp,
            });
        }
        Ok(seen)
    }

    /// Step 6: what our receipts forbid.
    fn check_receipts(&self, proposal: &Payload, slot: Slot) -> Result<(), Refused> {
        let (number, asked) = (proposal.number, proposal.hash);
        for receipt in self.store.handed_over_after(slot).map_err(unreadable)? {
            if number > receipt.number {
                return Err(Refused::HandedOver {
                    number,
                    last: receipt.number,
                    boundary: Slot(receipt.boundarySlot),
                });
            }
        }
        let contradicted = |receipt: HandoffReceipt| Refused::Countersigned {
            number,
            asked,
            last: receipt.number,
            hash: receipt.hash,
        };
        let at_number = self.store.countersigned(number).map_err(unreadable)?;
        let below = self.store.countersigned(number.saturating_sub(1)).map_err(unreadable)?;
        if let Some(receipt) = at_number.into_iter().find(|receipt| receipt.hash != asked) {
            return Err(contradicted(receipt));
        }
        if let Some(receipt) =
            below.into_iter().find(|receipt| receipt.hash != proposal.parent_hash)
        {
            return Err(contradicted(receipt));
        }
        Ok(())
    }

    fn receipt(&self, boundary: Slot, last: BlockId) -> HandoffReceipt {
        HandoffReceipt {
            l2ChainId: U256::from(self.l2_chain_id),
            boundarySlot: boundary.0,
            number: last.number,
            hash: last.hash,
        }
    }

    fn sign_receipt(
        &self,
        receipt: &HandoffReceipt,
    ) -> Result<alloy::primitives::Signature, Refused> {
        let digest = receipt.eip712_signing_hash(&self.domain);
        self.key.sign_hash_sync(&digest).map_err(|error| Refused::NotSigned(error.into()))
    }

    fn record_receipt(&self, receipt: SignedReceipt, ours: Side) -> Result<SignedReceipt, Refused> {
        let number = receipt.receipt.number;
        let approved = ApprovedReceipt { receipt, ours };
        self.store
            .record_receipt(&approved)
            .map_err(|source| Refused::NotRecorded { number, source: source.into() })?;
        Ok(approved.receipt)
    }
}

/// The store's head, less the blocks whose origin has been displaced for [`CONFIRMATIONS`]. None: the store knows no head, or
/// not the block below the displaced ones. Refused while an origin is displaced with fewer confirmations.
pub fn standing_head<S: SealStore>(
    store: &S,
    authority: &Authority,
) -> Result<Option<L2Block>, Refused> {
    let mut head = store.head().map_err(unreadable)?;
    while let Some(block) = head {
        // An unknown origin is one that a peer saw before us or one older than the window: the peer's block stands either way.
        let Standing::Displaced { confirmations } = authority.origins.standing(block.origin) else {
            break;
        };
        if confirmations < CONFIRMATIONS {
            let (number, origin) = (block.number, block.origin.number);
            return Err(Refused::OriginUnsettled { number, origin, confirmations });
        }
        head = store.block(block.parent_hash).map_err(unreadable)?;
    }
    Ok(head)
}

/// (a') Also refuses an answer from the future: the clock went backwards.
fn check_view(at: Moment<'_>) -> Result<(), Refused> {
    let age_ms = i128::from(at.now.0) - i128::from(at.authority.answered_at.0);
    if (0..=i128::from(VIEW_AGE_MS)).contains(&age_ms) {
        Ok(())
    } else {
        Err(Refused::ViewStale { age_ms })
    }
}

/// (c) `other` holds the proposal's key: only a block whose origin is gone may be replaced.
fn check_displaced(
    other: SealedBlock,
    proposal: &Payload,
    authority: &Authority,
) -> Result<(), Refused> {
    let (number, signed, asked) = (proposal.number, other.payload.hash, proposal.hash);
    match authority.origins.standing(other.payload.origin()) {
        Standing::Displaced { confirmations } if confirmations >= CONFIRMATIONS => Ok(()),
        Standing::Displaced { confirmations } => Err(Refused::OriginUnsettled {
            number,
            origin: other.payload.l1_origin_number,
            confirmations,
        }),
        Standing::Canonical | Standing::Unknown => {
            Err(Refused::SignedOtherwise { number, signed, asked, stored: Box::new(other) })
        }
    }
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Refused {
    Refused::Unreadable(error.into())
}
