//! The relay's questions, answered from the L1 view.

use rota_chain::{Observation, now};
use rota_core::{
    fence::EARLY_BLOCKS,
    message::{StreamItem, domain},
    types::{OperatorId, Slot, Timestamp},
    view::ChainView,
};
use rota_relay::{Directory, Peer, Verdict};
use std::sync::Arc;
use tokio::sync::watch;

use alloy::{
    primitives::{Address, Signature},
    sol_types::{Eip712Domain, SolStruct},
};
use rota_core::message::HandoffReceipt;

/// How far ahead of a boundary the next holder is offered transactions too, seconds.
const AHEAD: u64 = 3;

/// The latest view, and who we are.
pub struct Network {
    observation: watch::Receiver<Option<Observation>>,
    domain: Eip712Domain,
    l2_chain_id: u64,
    /// Our sequencer key; none for a follower.
    own: Option<Address>,
}

impl Network {
    pub fn new(
        observation: watch::Receiver<Option<Observation>>,
        l1_chain_id: u64,
        baton: Address,
        l2_chain_id: u64,
        own: Option<Address>,
    ) -> Self {
        Self { observation, domain: domain(l1_chain_id, baton), l2_chain_id, own }
    }

    fn view(&self) -> Option<Arc<ChainView>> {
        self.observation.borrow().as_ref().map(|observation| observation.view.clone())
    }

    fn peer(view: &ChainView, operator: OperatorId) -> Option<Peer> {
        let endpoint = view.operator(operator)?.endpoint.clone();
        (!endpoint.is_empty()).then_some(Peer { operator, endpoint })
    }
}

impl Directory for Network {
    fn peers(&self) -> Vec<Peer> {
        let Some(view) = self.view() else { return vec![] };
        let own = self.own.and_then(|key| view.operator_of_key(key));
        let others = view.state().operators.keys().filter(|operator| Some(**operator) != own);
        others.filter_map(|operator| Self::peer(&view, *operator)).collect()
    }

    fn judge(&self, item: &StreamItem) -> Verdict {
        let Some(view) = self.view() else { return Verdict::NotYet };
        let timeline = view.timeline();
        let slot = match item {
            StreamItem::Sealed(block) => Slot(block.commitment.slot),
            // Signed under the authority of the slot that ends at the boundary.
            StreamItem::Receipt(receipt) => Slot(receipt.receipt.boundarySlot.saturating_sub(1)),
            StreamItem::Leaving { slot, .. } => *slot,
        };
        // Under the authority of a slot to come a block would prevail over those of whoever holds now.
        let early = EARLY_BLOCKS * timeline.clock.l2_block_seconds;
        if slot > timeline.slot_at(Timestamp(now().timestamp().0 + early)) {
            return Verdict::NotYet;
        }
        let (operator, timestamp, signer) = match item {
            StreamItem::Sealed(block) => {
                // A date has one height: else a slot would be long enough for any number of them.
                if block.commitment.l2ChainId != alloy::primitives::U256::from(self.l2_chain_id)
                    || !timeline.is_l2_block(block.payload.number, block.payload.timestamp)
                    || block.check_envelope().is_err()
                {
                    return Verdict::Bad;
                }
                (block.operator, block.payload.timestamp, block.signer(&self.domain))
            }
            StreamItem::Receipt(receipt) => {
                (receipt.from, timeline.start_of(slot), receipt.signer(&self.domain))
            }
            StreamItem::Leaving { operator, slot, number, hash, signature } => {
                let receipt = HandoffReceipt {
                    l2ChainId: alloy::primitives::U256::from(self.l2_chain_id),
                    boundarySlot: slot.next().0,
                    number: *number,
                    hash: *hash,
                };
                let signer = recover(signature, &receipt, &self.domain);
                (*operator, timeline.start_of(*slot), signer)
            }
        };
        let Some(signer) = signer else { return Verdict::Bad };
        let key = view.sequencer_key(operator, timeline.epoch_of(slot));
        // Dated past its slot, a block is nobody's, whoever signed it.
        if key.is_some_and(|key| key != signer) || timestamp >= timeline.end_of(slot) {
            return Verdict::Bad;
        }
        // An unknown operator or a take-over may be in an L1 block that our view has yet to see.
        if key.is_some() && view.could_seal(operator, slot, timestamp) {
            Verdict::Good
        } else {
            Verdict::NotYet
        }
    }

    fn includers(&self) -> Vec<Peer> {
        let Some(view) = self.view() else { return vec![] };
        let own = self.own.and_then(|key| view.operator_of_key(key));
        let now = now().timestamp();
        let mut holders = vec![view.holder(now)];
        let next = view.holder(Timestamp(now.0 + AHEAD));
        if next != holders[0] {
            holders.push(next);
        }
        holders
            .into_iter()
            .filter(|holder| Some(*holder) != own)
            .filter_map(|holder| Self::peer(&view, holder))
            .collect()
    }
}

fn recover(
    signature: &Signature,
    receipt: &HandoffReceipt,
    domain: &Eip712Domain,
) -> Option<Address> {
    signature.recover_address_from_prehash(&receipt.eip712_signing_hash(domain)).ok()
}
