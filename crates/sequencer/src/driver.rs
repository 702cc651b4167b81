//! What to do next, as a pure function of what is. One step at a time: the shell carries it out, looks again and asks again.

use rota_core::{
    BlockId, L2Block, Millis, Slot,
    authority::{Authority, Span, Standing},
    fence::EARLY_BLOCKS,
    message::SealedBlock,
};

/// The longest that a successor waits for its predecessor's missing block after it was due, milliseconds; or 2 blocks if those
/// are shorter.
const PATIENCE_MS: u64 = 2_000;
const PATIENCE_BLOCKS: u64 = 2;

/// What there is to build on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    Known(L2Block),
    /// L1 has just displaced its origin: what to build on is known when that has [`rota_core::authority::CONFIRMATIONS`].
    Unsettled,
    /// The store is new, or does not hold the block below the displaced ones.
    Unknown,
}

/// How the node's unsafe head stands to the store's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are the same block.
    Same,
    /// The store has the blocks that the node lacks, in this order.
    Behind(Vec<BlockId>),
    /// The node's head descends from the store's, or its safe head is as high: derived from L1, which prevails.
    Ahead,
    /// Blocks between them are missing, or they are on different branches.
    Apart,
}

/// Our op-node as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub unsafe_head: L2Block,
    pub sequencing: bool,
    pub relation: Relation,
}

/// Everything a step depends on.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    pub now: Millis,
    /// L2 block time, seconds.
    pub block_time: u64,
    pub authority: &'a Authority,
    /// None while op-node does not answer, or does not know its heads yet.
    pub node: Option<Node>,
    pub head: Head,
    /// What `conductor_leader` answers.
    pub leading: bool,
    /// The fence refused the node's last proposal.
    pub refusing: bool,
    pub peers_heard: bool,
    /// The keeper is stopping, and the block in hand is sealed.
    pub leaving: bool,
    /// The latest block that our key signed, if no receipt names it yet.
    pub unreceipted: Option<&'a SealedBlock>,
    /// The node's head went back (an L1 reorg, or its restart) and the view has not been refreshed since.
    pub view_is_older_than_node: bool,
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Wait,
    /// Give the node the blocks that it lacks.
    Post(Vec<BlockId>),
    /// Make the node's unsafe head the store's head.
    Adopt(L2Block),
    /// Ask the peers for blocks from this number on.
    Fill {
        from: u64,
    },
    /// Answer that we lead: the node is already sequencing (the keeper was restarted, the node was not).
    Lead,
    /// Answer that we lead and start the node on this block.
    Start(L2Block),
    /// Answer that we do not lead, then stop the node.
    Stop,
    /// Sign the receipt for the turn that ended here.
    HandOver(Slot),
}

/// The next step.
pub fn decide(now: &Situation<'_>) -> Step {
    let span = current_span(now);
    if let Some(node) = &now.node
        && node.sequencing
    {
        return while_sequencing(now, node, span.as_ref());
    }
    if let Some(boundary) = receipt_due(now) {
        return Step::HandOver(boundary);
    }
    let Some(node) = &now.node else { return Step::Wait };
    // L1 displaced this too: the node has not noticed yet.
    let displaced = matches!(
        now.authority.origins.standing(node.unsafe_head.origin),
        Standing::Displaced { .. }
    );
    match (now.head, &node.relation) {
        (Head::Unsettled, _) => Step::Wait,
        (Head::Unknown, _) | (_, Relation::Ahead) if displaced => Step::Wait,
        (Head::Unknown, _) | (_, Relation::Ahead) => Step::Adopt(node.unsafe_head),
        (Head::Known(head), Relation::Same) => {
            let start = now.peers_heard
                && !now.leaving
                && span.is_some_and(|span| may_start(now, &span, &head));
            if start { Step::Start(head) } else { Step::Wait }
        }
        (Head::Known(_), Relation::Behind(_)) if now.view_is_older_than_node => Step::Wait,
        (Head::Known(_), Relation::Behind(path)) => Step::Post(path.clone()),
        (Head::Known(head), Relation::Apart) => {
            Step::Fill { from: head.number.min(node.unsafe_head.number) + 1 }
        }
    }
}

/// A node that seals goes on only while the next block is one that the fence would sign.
fn while_sequencing(now: &Situation<'_>, node: &Node, span: Option<&Span>) -> Step {
    let next_is_ours = span.is_some_and(|span| match now.head {
        Head::Known(head) => head.timestamp.0 + now.block_time < span.until.0,
        // The fence refuses what it must meanwhile, and the node resets itself.
        Head::Unsettled => true,
        Head::Unknown => false,
    });
    if !next_is_ours || now.leaving {
        return Step::Stop;
    }
    match &node.relation {
        // Until peers were heard its commits are refused anyway.
        _ if !now.leading => {
            if now.peers_heard {
                Step::Lead
            } else {
                Step::Wait
            }
        }
        _ if !now.refusing || now.head == Head::Unsettled => Step::Wait,
        // It proposes a block at a height that is taken: it adopts the one that is there, even while it sequences.
        Relation::Behind(path) => Step::Post(path.clone()),
        Relation::Ahead | Relation::Apart => Step::Stop,
        Relation::Same => Step::Wait,
    }
}

/// The span of ours that is on or about to begin.
fn current_span(now: &Situation<'_>) -> Option<Span> {
    let early = EARLY_BLOCKS * now.block_time * 1000;
    let is_on =
        |span: &Span| now.now.0 + early >= span.from.millis().0 && now.now < span.until.millis();
    now.authority.spans().into_iter().find(is_on)
}

/// On the predecessor's last block at once; on an earlier one when the predecessor had its time.
fn may_start(now: &Situation<'_>, span: &Span, head: &L2Block) -> bool {
    let next = head.timestamp.0 + now.block_time;
    if next >= span.until.0 {
        return false;
    }
    let missing = span.from.0.saturating_sub(next).div_ceil(now.block_time);
    let last_due = head.timestamp.0 + missing * now.block_time;
    let patience = PATIENCE_MS.min(PATIENCE_BLOCKS * now.block_time * 1000);
    missing == 0 || now.now.0 >= last_due * 1000 + patience
}

/// The boundary at which our last turn ended, once nothing more can be sealed under its slots.
fn receipt_due(now: &Situation<'_>) -> Option<Slot> {
    let last = now.unreceipted?;
    let slot = Slot(last.commitment.slot);
    let span =
        now.authority.spans().into_iter().find(|span| span.first <= slot && slot <= span.last)?;
    let next = last.payload.timestamp.0 + now.block_time;
    let ended = now.now >= span.until.millis() || next >= span.until.0;
    (ended && span.to_slot_end).then(|| span.last.next())
}

#[cfg(test)]
mod tests;
