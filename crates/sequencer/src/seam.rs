//! Between op-node and the fence: every block that op-node seals passes here before anybody else sees it.

use crate::{
    Role,
    clients::{L1, OpNode},
    conductor::{CommitError, Conductor},
};
use alloy::signers::local::PrivateKeySigner;
use rota_core::{
    BlockId, Millis, Slot,
    authority::{Authority, Standing},
    fence::{Fence, Moment, Refused},
    message::{Payload, SealedBlock, SignedReceipt},
};
use rota_store::Store;
use serde_json::Value;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, watch};

/// The keeper's clock.
pub fn now() -> Millis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

/// The fence, its store and whether op-node may seal at all.
pub struct Seam {
    fence: Mutex<Fence<Arc<Store>, PrivateKeySigner>>,
    leader: AtomicBool,
    peers_heard: AtomicBool,
    role: watch::Receiver<Role>,
    l1: L1,
    node: OpNode,
    /// The last proposal was refused.
    refusing: AtomicBool,
    /// A block was sealed or refused.
    pub(crate) changed: Notify,
}

impl Seam {
    pub fn new(
        fence: Fence<Arc<Store>, PrivateKeySigner>,
        role: watch::Receiver<Role>,
        l1: L1,
        node: OpNode,
    ) -> Self {
        Self {
            fence: Mutex::new(fence),
            leader: AtomicBool::new(false),
            peers_heard: AtomicBool::new(false),
            role,
            l1,
            node,
            refusing: AtomicBool::new(false),
            changed: Notify::new(),
        }
    }

    /// Lets op-node start sequencing.
    pub(crate) fn lead(&self) {
        self.leader.store(true, Ordering::SeqCst);
    }

    /// From the return of this function on nothing is sealed. Takes the fence, so that a seal in progress is finished and its
    /// block is the store's head.
    pub(crate) fn cease(&self) {
        let fence = self.fence();
        self.leader.store(false, Ordering::SeqCst);
        drop(fence);
    }

    pub(crate) fn is_leading(&self) -> bool {
        self.leader.load(Ordering::SeqCst)
    }

    pub(crate) fn is_refusing(&self) -> bool {
        self.refusing.load(Ordering::SeqCst)
    }

    pub(crate) fn heard(&self) {
        self.peers_heard.store(true, Ordering::SeqCst);
    }

    pub(crate) fn have_peers_been_heard(&self) -> bool {
        self.peers_heard.load(Ordering::SeqCst)
    }

    pub(crate) fn hand_over(&self, boundary: Slot) -> Result<SignedReceipt, Refused> {
        let authority = self.authority();
        let at =
            Moment { now: now(), authority: &authority, peers_heard: self.have_peers_been_heard() };
        self.fence().hand_over(boundary, at)
    }

    pub(crate) fn countersign(
        &self,
        receipt: SignedReceipt,
        authority: &Authority,
    ) -> Result<SignedReceipt, Refused> {
        let at = Moment { now: now(), authority, peers_heard: self.have_peers_been_heard() };
        self.fence().countersign(receipt, at)
    }

    /// Asks L1 about an origin that the view does not hold: op-node polls L1 by itself and is often a moment ahead, and a gap
    /// fill after a long outage builds on old ones. If L1 does not say, it stays unknown and the fence refuses.
    pub(crate) async fn with_origin(&self, mut authority: Authority, origin: BlockId) -> Authority {
        if authority.origins.standing(origin) == Standing::Unknown
            && let Ok(Some(hash)) = self.l1.hash_at(origin.number).await
        {
            authority.origins.hashes.insert(origin.number, hash);
            authority.origins.head = authority.origins.head.max(origin.number);
        }
        authority
    }

    pub(crate) fn authority(&self) -> Authority {
        self.role.borrow().authority.clone()
    }

    fn seal(&self, payload: Payload, authority: &Authority) -> Result<SealedBlock, CommitError> {
        let mut fence = self.fence();
        // Asked under the lock: `cease` has the last word.
        if !self.leader.load(Ordering::SeqCst) {
            return Err(CommitError::NotLeading);
        }
        // The clock is read under it too: waiting for the lock takes time.
        let at = Moment { now: now(), authority, peers_heard: self.have_peers_been_heard() };
        Ok(fence.seal(payload, at)?)
    }

    fn fence(&self) -> MutexGuard<'_, Fence<Arc<Store>, PrivateKeySigner>> {
        self.fence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The seam as op-node's conductor; an `Arc` within, because sealing runs on a blocking thread.
pub struct SeamConductor(pub Arc<Seam>);

impl Conductor for SeamConductor {
    fn is_leader(&self) -> bool {
        self.0.is_leading()
    }

    async fn commit(&self, envelope: Value) -> Result<(), CommitError> {
        let payload = Payload::from_envelope(envelope)?;
        let seam = Arc::clone(&self.0);
        let (number, hash) = (payload.number, payload.hash);
        let authority = seam.with_origin(seam.authority(), payload.origin()).await;
        let sealed = {
            let seam = Arc::clone(&seam);
            tokio::task::spawn_blocking(move || seam.seal(payload, &authority)).await?
        };
        seam.refusing.store(matches!(sealed, Err(CommitError::Refused(_))), Ordering::SeqCst);
        seam.changed.notify_one();
        match sealed {
            Ok(_) => {
                tracing::debug!(number, %hash, "sealed");
                Ok(())
            }
            Err(error) => {
                tracing::warn!(number, %hash, %error, "refused to seal");
                if let CommitError::Refused(Refused::SignedOtherwise { stored, .. }) = &error {
                    // op-node would propose the other block for ever; it adopts the one that is signed when that is posted.
                    if let Err(error) = seam.node.post(&stored.payload.envelope).await {
                        tracing::warn!(number, %error, "could not post the block that is signed at this height");
                    }
                }
                Err(error)
            }
        }
    }
}
