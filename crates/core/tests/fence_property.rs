//! Random interleavings of proposals, receipts, restarts, thaws, lost disks and L1 reorgs against the Slasher's rules.
//!
//! The world keeps the truth: L1 as it is, who holds which slot, everything that was ever signed. The keeper sees L1 only when it
//! looks, and what is on its disk. After every action a plain reading of the rules judges all that was signed.

mod support;

use alloy::primitives::B256;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use rota_core::{
    BlockId, L2Block, Millis, OperatorId, Slot, Timestamp,
    authority::{Authority, Basis, CONFIRMATIONS, Origins, Tenure},
    fence::{COUNTERSIGN_DEPTH, Moment, Refused},
    message::{HandoffReceipt, Payload, SealedBlock, SignedReceipt},
    seal::Sealed,
};
use std::cell::Cell;
use support::*;

const SLOTS: u64 = 6;
/// L1 blocks there are at the start.
const L1_START: usize = 10;

#[derive(Clone, Debug)]
enum Action {
    /// Proposes a block on the standing head, or on any block known, with an origin so many L1 blocks behind the true head.
    Propose {
        on_head: bool,
        parent: prop::sample::Index,
        back: usize,
        salt: u8,
    },
    /// Proposes again something that was signed.
    Again(prop::sample::Index),
    /// Time passes.
    Pass {
        ms: u64,
    },
    L1Block,
    /// The last L1 blocks are replaced by as many and some more.
    Reorg {
        depth: usize,
        more: usize,
    },
    /// The branch that was displaced last comes back, if assumption A4 allows it.
    ReorgBack,
    /// The keeper asks L1 for its head. Without this it is frozen or cut off.
    Look,
    Restart,
    LoseDisk,
    /// Peers hand back all that they know by our key.
    Hear,
    /// The head becomes another known block: accepted from a peer or adopted from the node.
    Adopt(prop::sample::Index),
    HandOver {
        boundary: u64,
    },
    Countersign {
        block: prop::sample::Index,
        boundary: u64,
    },
    /// Somebody takes our slot over, or we take theirs.
    TakeOver {
        slot: u64,
        offset: u64,
    },
}

fn action() -> impl Strategy<Value = Action> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        12 => (prop::bool::weighted(0.8), index(), 0usize..3, 0u8..2)
            .prop_map(|(on_head, parent, back, salt)| Action::Propose { on_head, parent, back, salt }),
        2 => index().prop_map(Action::Again),
        3 => (100u64..6_000).prop_map(|ms| Action::Pass { ms }),
        3 => Just(Action::L1Block),
        2 => (1usize..5, 0usize..4).prop_map(|(depth, more)| Action::Reorg { depth, more }),
        1 => Just(Action::ReorgBack),
        8 => Just(Action::Look),
        1 => Just(Action::Restart),
        1 => Just(Action::LoseDisk),
        6 => Just(Action::Hear),
        1 => index().prop_map(Action::Adopt),
        1 => (1..=SLOTS).prop_map(|boundary| Action::HandOver { boundary }),
        1 => (index(), 0..SLOTS).prop_map(|(block, boundary)| Action::Countersign { block, boundary }),
        1 => (0..SLOTS, 0..SLOT).prop_map(|(slot, offset)| Action::TakeOver { slot, offset }),
    ]
}

/// Who holds a slot: ours by schedule or not, and at most one take-over, effective at an instant, mined in an L1 block.
#[derive(Clone, Copy)]
struct Holding {
    ours: bool,
    taken: Option<(u64, u64)>,
}

struct World {
    now: Millis,
    l1: Vec<BlockId>,
    branch: u8,
    displaced: Option<(usize, Vec<BlockId>)>,
    slots: Vec<Holding>,
    blocks: Vec<Payload>,
    disk: Disk,
    heard: bool,
    view: Authority,
    signed: Vec<(SealedBlock, Millis)>,
    outgoing: Vec<HandoffReceipt>,
    incoming: Vec<HandoffReceipt>,
}

impl World {
    fn new(ours: &[bool]) -> Self {
        let l1: Vec<_> = (0..L1_START as u64).map(|number| l1(number, 0)).collect();
        let root = payload(0, B256::ZERO, l1[0], 0);
        let disk = Disk::default();
        disk.set_head(root.block());
        let slots = ours.iter().map(|ours| Holding { ours: *ours, taken: None }).collect();
        Self {
            now: Timestamp(GENESIS).millis(),
            l1,
            branch: 0,
            displaced: None,
            slots,
            blocks: vec![root],
            disk,
            heard: true,
            view: Authority::default(),
            signed: vec![],
            outgoing: vec![],
            incoming: vec![],
        }
    }

    fn act(&mut self, action: Action, seen: &Seen) {
        match action {
            Action::Propose { on_head, parent, back, salt } => {
                // What op-node does after an L1 reorg: it steps back to the last block whose origin stands.
                let head = fence(&self.disk).head(&self.look()).ok().flatten();
                let parent = match head.filter(|_| on_head) {
                    Some(head) => head,
                    None => parent.get(&self.blocks).block(),
                };
                let origin = self.l1[self.l1.len() - 1 - back];
                self.propose(payload(parent.number + 1, parent.hash, origin, salt), seen);
            }
            Action::Again(which) => {
                if !self.signed.is_empty() {
                    let again = which.get(&self.signed).0.payload.clone();
                    self.propose(again, seen);
                }
            }
            Action::Pass { ms } => self.now.0 += ms,
            Action::L1Block => self.l1_block(),
            Action::Reorg { depth, more } => {
                self.branch = self.branch.wrapping_add(1);
                let at = self.l1.len() - depth;
                self.displaced = Some((at, self.l1.split_off(at)));
                (0..depth + more).for_each(|_| self.l1_block());
            }
            Action::ReorgBack => {
                let head = self.l1.len() as u64 - 1;
                if let Some((at, old)) =
                    self.displaced.take().filter(|(at, _)| head < *at as u64 + CONFIRMATIONS)
                {
                    self.l1.truncate(at);
                    self.l1.extend(old);
                    // It prevails by being longer.
                    while self.l1.len() as u64 <= head + 1 {
                        self.l1_block();
                    }
                }
            }
            Action::Look => self.view = self.look(),
            Action::Restart => self.heard = false,
            Action::LoseDisk => {
                self.disk = Disk::default();
                self.disk.set_head(self.blocks[self.blocks.len() / 2].block());
                self.disk.0.borrow_mut().created_in =
                    Some(Slot((self.now.timestamp().0 - GENESIS) / SLOT));
                self.heard = false;
                // A7: what contradicts them is out of reach by then.
                self.incoming.clear();
            }
            Action::Hear => self.hear(seen),
            Action::Adopt(which) => self.disk.set_head(which.get(&self.blocks).block()),
            Action::HandOver { boundary } => {
                if let Ok(signed) = fence(&self.disk).hand_over(Slot(boundary), self.moment()) {
                    seen.receipts.set(seen.receipts.get() + 1);
                    self.outgoing.push(signed.receipt);
                }
            }
            Action::Countersign { block, boundary } => {
                let block = block.get(&self.blocks);
                let receipt = HandoffReceipt {
                    l2ChainId: alloy::primitives::U256::from(CHAIN),
                    boundarySlot: boundary,
                    number: block.number,
                    hash: block.hash,
                };
                let signature = alloy::primitives::Signature::test_signature();
                let receipt = SignedReceipt {
                    receipt,
                    from: OperatorId(9),
                    signature,
                    countersignature: None,
                };
                if let Ok(signed) = fence(&self.disk).countersign(receipt, self.moment()) {
                    seen.receipts.set(seen.receipts.get() + 1);
                    self.incoming.push(signed.receipt);
                }
            }
            Action::TakeOver { slot, offset } => {
                let effective = start_of(slot) + offset;
                let holding = &mut self.slots[slot as usize];
                // It is recorded before it holds, and never in the past.
                if holding.taken.is_none() && effective > self.now.timestamp().0 {
                    holding.taken = Some((effective, self.l1.len() as u64 - 1));
                }
            }
        }
    }

    fn moment(&self) -> Moment<'_> {
        Moment { now: self.now, authority: &self.view, peers_heard: self.heard }
    }

    fn propose(&mut self, payload: Payload, seen: &Seen) {
        match fence(&self.disk).seal(payload.clone(), self.moment()) {
            Ok(sealed) => {
                let known = |other: &(SealedBlock, Millis)| other.0.commitment == sealed.commitment;
                if !self.signed.iter().any(known) {
                    let key =
                        |other: &SealedBlock| (other.payload.number, other.payload.parent_hash);
                    if self.signed.iter().any(|other| key(&other.0) == key(&sealed)) {
                        seen.reseals.set(seen.reseals.get() + 1);
                    }
                    seen.seals.set(seen.seals.get() + 1);
                    self.signed.push((sealed, self.now));
                }
            }
            Err(Refused::SignedOtherwise { .. } | Refused::KnownElsewhere { .. }) => {
                seen.doubles_refused.set(seen.doubles_refused.get() + 1);
            }
            Err(_) => {}
        }
        // The block exists in the world either way: op-node built it, and a peer may build on it.
        if !self.blocks.contains(&payload) {
            self.disk.know(payload.block());
            self.blocks.push(payload);
        }
    }

    fn l1_block(&mut self) {
        self.l1.push(l1(self.l1.len() as u64, self.branch));
    }

    /// What an honest view of L1 says now.
    fn look(&self) -> Authority {
        let head = self.l1.len() as u64 - 1;
        let mut tenures = vec![];
        for (slot, holding) in self.slots.iter().enumerate() {
            let whole = tenure(slot as u64);
            match (holding.ours, holding.taken) {
                (true, None) => tenures.push(whole),
                (true, Some((effective, _))) => {
                    tenures.push(Tenure {
                        until: Timestamp(effective),
                        to_slot_end: false,
                        ..whole
                    });
                }
                (false, Some((effective, mined))) => tenures.push(Tenure {
                    from: Timestamp(effective),
                    basis: Basis::TakeOver { confirmations: head.saturating_sub(mined) },
                    ..whole
                }),
                (false, None) => {}
            }
        }
        let hashes = self.l1.iter().map(|block| (block.number, block.hash)).collect();
        Authority { tenures, origins: Origins { head, hashes }, answered_at: self.now }
    }

    fn hear(&mut self, seen: &Seen) {
        let mut memory = self.disk.0.borrow_mut();
        for (block, _) in &self.signed {
            if !memory.sealed.iter().any(|sealed| sealed.block.commitment == block.commitment) {
                memory.sealed.push(Sealed { block: block.clone(), recovered: true });
                memory.blocks.insert(block.payload.hash, block.payload.block());
                seen.recoveries.set(seen.recoveries.get() + 1);
            }
        }
        self.heard = true;
    }

    /// The Slasher, read as written in the fence's claim, with L1 as it is now.
    fn judge(&self) -> Result<(), String> {
        let is_canonical =
            |block: &L2Block| self.l1.get(block.origin.number as usize) == Some(&block.origin);
        for (i, (block, when)) in self.signed.iter().enumerate() {
            let payload = block.payload.block();
            for (other, _) in &self.signed[..i] {
                let other = other.payload.block();
                let same_key =
                    (payload.number, payload.parent_hash) == (other.number, other.parent_hash);
                let punishable = payload.origin == other.origin
                    || (is_canonical(&payload) && is_canonical(&other));
                if same_key && payload.hash != other.hash && punishable {
                    return Err(format!("equivocation: {payload:?} and {other:?}"));
                }
            }
            let slot = block.commitment.slot;
            let holding = self.slots[slot as usize];
            if payload.timestamp.0 >= start_of(slot + 1) {
                return Err(format!("T1: {payload:?} in slot {slot}"));
            }
            if !holding.ours && holding.taken.is_none() {
                return Err(format!("T2: {payload:?} in slot {slot}"));
            }
            if when.0 + 12_000 + 2_000 < start_of(slot) * 1000 {
                return Err(format!("T3: {payload:?} in slot {slot} at {when:?}"));
            }
            for receipt in &self.outgoing {
                if slot < receipt.boundarySlot && payload.number > receipt.number {
                    return Err(format!(
                        "above its receipt: {payload:?} in slot {slot}, {receipt:?}"
                    ));
                }
            }
            for receipt in &self.incoming {
                let at_number = payload.number == receipt.number && payload.hash != receipt.hash;
                let above =
                    payload.number == receipt.number + 1 && payload.parent_hash != receipt.hash;
                if at_number || above {
                    return Err(format!(
                        "contradicts what it countersigned: {payload:?}, {receipt:?}"
                    ));
                }
            }
        }
        for (i, receipt) in self.outgoing.iter().enumerate() {
            if self.outgoing[..i]
                .iter()
                .any(|other| other.boundarySlot == receipt.boundarySlot && other != receipt)
            {
                return Err(format!("two receipts for a boundary: {receipt:?}"));
            }
        }
        Ok(())
    }
}

/// How often what the property is about did happen.
#[derive(Default, Debug)]
struct Seen {
    seals: Cell<u64>,
    reseals: Cell<u64>,
    doubles_refused: Cell<u64>,
    recoveries: Cell<u64>,
    receipts: Cell<u64>,
}

#[test]
fn nothing_that_the_slasher_punishes_is_ever_signed() {
    let seen = Seen::default();
    let cases = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(cases);
    let ours = prop::collection::vec(prop::bool::weighted(0.7), SLOTS as usize);
    let strategy = (ours, prop::collection::vec(action(), 40..120));
    let result = runner.run(&strategy, |(ours, actions)| {
        let mut world = World::new(&ours);
        world.view = world.look();
        for action in actions {
            world.act(action, &seen);
            if let Err(offence) = world.judge() {
                return Err(TestCaseError::fail(offence));
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    // A property about what never happens is worth what did.
    for (what, count, least) in [
        ("blocks sealed", seen.seals.get(), 2_000),
        ("heights sealed again after a reorg", seen.reseals.get(), 20),
        ("double signs refused", seen.doubles_refused.get(), 200),
        ("blocks recovered from peers", seen.recoveries.get(), 200),
        ("receipts signed", seen.receipts.get(), 50),
    ] {
        assert!(count >= least, "{what}: {count}, expected at least {least}: {seen:?}");
    }
    assert!(COUNTERSIGN_DEPTH < L1_START as u64, "else no countersignature is ever tried");
}
