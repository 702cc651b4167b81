//! Looks, asks the driver, acts; and answers op-node in between.

mod peers;
mod posting;

use crate::{
    FromPeers, Gap, Role, batcher,
    clients::{Heads, L1, OpBatcher, OpNode},
    conductor,
    driver::{self, Head, Node, Relation, Situation, Step},
    rpc::RpcError,
    seam::{Seam, SeamConductor, now},
};
use alloy::{primitives::B256, signers::local::PrivateKeySigner, sol_types::Eip712Domain};
use rota_core::{
    L2Block, Millis, OperatorId, Slot,
    fence::{Fence, Refused, standing_head},
    message::{SealedBlock, SignedReceipt, StreamItem},
    seal::SealStore,
};
use rota_store::{Store, StoreError, on_own_thread};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// How often to look when nothing happens. Hand-overs do not wait for it: they follow a block, a seal or a new view.
const LOOK: Duration = Duration::from_millis(200);
/// Messages of peers taken before the next look.
const TAKEN_AT_ONCE: usize = 64;
/// A gap is asked for again only after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How long blocks are kept that may yet be asked for as evidence, seconds (the mainnet's evidence window), and how often older ones
/// are dropped.
const EVIDENCE_WINDOW: u64 = 24 * 60 * 60;
const PRUNE_EVERY: Duration = Duration::from_secs(600);

/// What this operator's sequencer is made of.
pub struct Config {
    pub operator: OperatorId,
    pub l2_chain_id: u64,
    /// L2 block time, seconds.
    pub block_time: u64,
    /// Of the deployment: see [`rota_core::message::domain`].
    pub domain: Eip712Domain,
    pub node_rpc: String,
    pub batcher_rpc: String,
    /// Asked in this order about single L1 blocks.
    pub l1_rpc: Vec<String>,
}

/// What comes in from the rest of the keeper, and goes out besides what the store's stream says.
pub struct Inputs {
    pub role: watch::Receiver<Role>,
    pub peers: mpsc::Receiver<FromPeers>,
    pub gaps: mpsc::Sender<Gap>,
    /// Cancelled by SIGTERM.
    pub stop: CancellationToken,
}

/// Why the sequencer cannot go on. What a node or a peer does wrong is logged and tried again; this is not.
#[derive(Debug, thiserror::Error)]
pub enum SequencerError {
    #[error("an HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the conductor's listener failed: {0}")]
    Listener(std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a task ended: {0}")]
    Task(#[from] tokio::task::JoinError),
    #[error("the {0} ended")]
    InputEnded(&'static str),
}

/// A step that failed; the next look shows what is left to do.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("block {number} was posted but did not become the node's head")]
    NotApplied { number: u64 },
}

struct Shell {
    config: Config,
    seam: Arc<Seam>,
    store: Arc<Store>,
    node: OpNode,
    gaps: mpsc::Sender<Gap>,
    /// Receipts of predecessors that wait for their block's origin to be deep enough.
    receipts: Vec<SignedReceipt>,
    /// The node's unsafe head when last looked at, and when it last went back.
    node_head: u64,
    went_back: Option<Millis>,
    gap_asked: Option<Instant>,
    /// The block that the node does not take although its parent is the node's head, and since when.
    untaken: Option<(B256, Instant)>,
    /// The latest slot under whose authority an operator signed more blocks at a height than are kept.
    flooded: BTreeMap<OperatorId, Slot>,
    pruned: Instant,
    /// The last boundary at which a receipt was signed or could not be.
    receipt_settled: Option<Slot>,
}

/// Runs until `inputs.stop`: then the block in hand is sealed, the receipt signed, and the world told. `listener` is
/// where op-node's `--conductor.rpc` points.
pub async fn run(
    config: Config,
    store: Arc<Store>,
    key: PrivateKeySigner,
    listener: TcpListener,
    inputs: Inputs,
) -> Result<(), SequencerError> {
    on_own_thread(run_here(config, store, key, listener, inputs)).await?
}

/// [`run`], on this thread.
async fn run_here(
    config: Config,
    store: Arc<Store>,
    key: PrivateKeySigner,
    listener: TcpListener,
    inputs: Inputs,
) -> Result<(), SequencerError> {
    let Inputs { mut role, mut peers, gaps, stop } = inputs;
    let node = OpNode::new(&config.node_rpc)?;
    let fence = Fence::new(
        Arc::clone(&store),
        key,
        config.operator,
        config.l2_chain_id,
        config.block_time,
        config.domain.clone(),
    );
    let seam = Arc::new(Seam::new(fence, role.clone(), L1::new(&config.l1_rpc)?, node.clone()));

    // op-node needs an answer while it is being stopped, so the server outlives `stop`.
    let served = CancellationToken::new();
    let _ends_server = served.clone().drop_guard();
    let conductor = Arc::new(SeamConductor(Arc::clone(&seam)));
    let mut server = tokio::spawn(conductor::serve(listener, conductor, served));
    let batcher = OpBatcher::new(&config.batcher_rpc)?;
    let batcher = tokio::spawn(batcher::follow(batcher, role.clone(), stop.clone()));

    let mut shell = Shell {
        config,
        seam,
        store,
        node,
        gaps,
        receipts: vec![],
        node_head: 0,
        went_back: None,
        gap_asked: None,
        untaken: None,
        flooded: BTreeMap::new(),
        pruned: Instant::now(),
        receipt_settled: None,
    };
    while !stop.is_cancelled() {
        shell.settle(false).await?;
        tokio::select! {
            // The other parts of the keeper stop too, and their channels close: that is not an error then.
            biased;
            () = stop.cancelled() => {}
            () = shell.seam.changed.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            changed = role.changed() => changed.map_err(|_| SequencerError::InputEnded("L1 view"))?,
            message = peers.recv() => {
                shell.take(message.ok_or(SequencerError::InputEnded("relay"))?)?;
                // Bounded: peers that never fall silent must not keep the driver from its steps.
                for _ in 0..TAKEN_AT_ONCE {
                    let Ok(message) = peers.try_recv() else { break };
                    shell.take(message)?;
                }
            }
            ended = &mut server => {
                ended?.map_err(SequencerError::Listener)?;
                return Err(SequencerError::InputEnded("conductor's server"));
            }
        }
    }
    shell.leave().await?;
    batcher.await?;
    Ok(())
}

impl Shell {
    /// Takes steps until there is nothing to do now.
    async fn settle(&mut self, leaving: bool) -> Result<(), SequencerError> {
        self.countersign();
        // Bounded, so that a step that does not help is tried again only at the next look.
        for _ in 0..8 {
            let step = match self.next_step(leaving).await {
                Ok(Step::Wait) => return Ok(()),
                Ok(step) => step,
                Err(error) => {
                    tracing::warn!(%error, "the situation is not known");
                    return Ok(());
                }
            };
            if let Err(error) = self.perform(&step).await {
                tracing::warn!(?step, %error, "a step failed");
                return Ok(());
            }
        }
        Ok(())
    }

    async fn next_step(&mut self, leaving: bool) -> Result<Step, StepError> {
        let authority = self.seam.authority();
        let head = match standing_head(&*self.store, &authority) {
            Ok(head) => head.map_or(Head::Unknown, Head::Known),
            Err(Refused::OriginUnsettled { .. }) => Head::Unsettled,
            Err(error) => return Err(error.into()),
        };
        let node = self.look(head).await?;
        let last = self.store.last_sealed()?;
        let unreceipted = match &last {
            Some(last) if !self.is_receipted(last)? => Some(last),
            _ => None,
        };
        Ok(driver::decide(&Situation {
            now: now(),
            block_time: self.config.block_time,
            authority: &authority,
            node,
            head,
            leading: self.seam.is_leading(),
            refusing: self.seam.is_refusing(),
            peers_heard: self.seam.have_peers_been_heard(),
            leaving,
            unreceipted,
            view_is_older_than_node: self
                .went_back
                .is_some_and(|then| authority.answered_at <= then),
        }))
    }

    /// What op-node says; none while it is not up.
    async fn look(&mut self, head: Head) -> Result<Option<Node>, StepError> {
        let (heads, sequencing) = tokio::join!(self.node.heads(), self.node.is_sequencing());
        let (heads, sequencing) = match (heads, sequencing) {
            (Ok(Some(heads)), Ok(sequencing)) => (heads, sequencing),
            (Ok(None), _) => return Ok(None),
            (Err(error), _) | (_, Err(error)) => {
                tracing::debug!(%error, "op-node is not up");
                return Ok(None);
            }
        };
        let unsafe_head = heads.unsafe_head;
        if unsafe_head.number < self.node_head {
            self.went_back = Some(now());
        }
        self.node_head = unsafe_head.number;
        if self.pruned.elapsed() >= PRUNE_EVERY {
            self.pruned = Instant::now();
            let before = now().timestamp().0.saturating_sub(EVIDENCE_WINDOW);
            self.store.prune(heads.finalized.number, before)?;
        }
        let relation = match head {
            Head::Known(head) => self.relation(&heads, head)?,
            Head::Unsettled | Head::Unknown => Relation::Apart,
        };
        Ok(Some(Node { unsafe_head, sequencing, relation }))
    }

    fn relation(&self, node: &Heads, head: L2Block) -> Result<Relation, StepError> {
        let on_node = node.unsafe_head;
        if on_node.hash == head.hash {
            return Ok(Relation::Same);
        }
        if head.number > on_node.number
            && let Some(path) = self.store.path(on_node.id(), head.id())?
        {
            return Ok(Relation::Behind(path));
        }
        let derived = node.safe.number >= head.number;
        let descends =
            on_node.number > head.number && self.store.path(head.id(), on_node.id())?.is_some();
        Ok(if derived || descends { Relation::Ahead } else { Relation::Apart })
    }

    async fn perform(&mut self, step: &Step) -> Result<(), StepError> {
        match step {
            Step::Wait => {}
            Step::Post(path) => match self.post(path).await {
                Err(StepError::NotApplied { .. }) => self.note_untaken(path).await?,
                posted => {
                    self.untaken = None;
                    posted?;
                }
            },
            Step::Adopt(head) => self.store.set_head(*head)?,
            Step::Fill { from } => self.ask_for(*from),
            Step::Lead => self.seam.lead(),
            Step::Start(head) => {
                self.seam.lead();
                // If the start fails or its answer is lost, the next look sees a node that sequences or not, and goes on from there.
                if let Err(error) = self.node.start(head.id()).await {
                    self.seam.cease();
                    return Err(error.into());
                }
                tracing::info!(head = head.number, hash = %head.hash, "started sequencing");
            }
            Step::Stop => {
                self.seam.cease();
                self.node.stop().await?;
                tracing::info!("stopped sequencing");
            }
            Step::HandOver(boundary) => {
                // One that cannot be signed now can never be: it is not tried again.
                self.receipt_settled = Some(*boundary);
                let receipt = self.seam.hand_over(*boundary)?;
                tracing::info!(%boundary, last = receipt.receipt.number, "handed over");
            }
        }
        Ok(())
    }

    /// SIGTERM: the block in hand is sealed, the receipt signed, the successor told.
    async fn leave(&mut self) -> Result<(), SequencerError> {
        let was_leading = self.seam.is_leading();
        if was_leading {
            // A node that seals nothing is not waited for longer than for one block.
            let patience = Duration::from_millis(self.config.block_time * 1000 + 100);
            let before = self.store.head()?;
            while self.store.head()? == before {
                if tokio::time::timeout(patience, self.seam.changed.notified()).await.is_err() {
                    break;
                }
            }
        }
        self.settle(true).await?;
        let last = self.store.last_sealed()?.filter(|_| was_leading);
        if let Some(last) = last {
            let slot = Slot(last.commitment.slot);
            match self.seam.hand_over(slot.next()) {
                Ok(SignedReceipt { receipt, signature, .. }) => {
                    let operator = self.config.operator;
                    let (number, hash) = (receipt.number, receipt.hash);
                    self.store.append(
                        number,
                        &StreamItem::Leaving { operator, slot, number, hash, signature },
                    )?;
                }
                Err(error) => tracing::warn!(%error, "left without a receipt"),
            }
        }
        Ok(())
    }

    fn is_receipted(&self, last: &SealedBlock) -> Result<bool, StoreError> {
        let slot = Slot(last.commitment.slot);
        let settled = self.receipt_settled.is_some_and(|boundary| boundary > slot);
        Ok(settled || !self.store.handed_over_after(slot)?.is_empty())
    }
}
