//! The relay's questions, answered from the L1 view.

use rota_chain::Observation;
use rota_core::{
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
        let (operator, slot, signer) = match item {
            StreamItem::Sealed(block) => {
                if block.commitment.l2ChainId != alloy::primitives::U256::from(self.l2_chain_id)
                    || block.check_envelope().is_err()
                {
                    return Verdict::Bad;
                }
                (block.operator, Slot(block.commitment.slot), block.signer(&self.domain))
            }
            StreamItem::Receipt(receipt) => {
                // Signed under the authority of the slot that ends at the boundary.
                let slot = Slot(receipt.receipt.boundarySlot.saturating_sub(1));
                (receipt.from, slot, receipt.signer(&self.domain))
            }
            StreamItem::Leaving { operator, slot, number, hash, signature } => {
                let receipt = HandoffReceipt {
                    l2ChainId: alloy::primitives::U256::from(self.l2_chain_id),
                    boundarySlot: slot.next().0,
                    number: *number,
                    hash: *hash,
                };
                (*operator, *slot, recover(signature, &receipt, &self.domain))
            }
        };
        let Some(signer) = signer else { return Verdict::Bad };
        let key = view.sequencer_key(operator, view.timeline().epoch_of(slot));
        if key.is_some_and(|key| key != signer) {
            return Verdict::Bad;
        }
        // An unknown operator or a take-over may be in an L1 block that our view has yet to see.
        if key.is_some() && has_held(&view, operator, slot) {
            Verdict::Good
        } else {
            Verdict::NotYet
        }
    }

    fn includers(&self) -> Vec<Peer> {
        let Some(view) = self.view() else { return vec![] };
        let own = self.own.and_then(|key| view.operator_of_key(key));
        let now = rota_sequencer::seam::now().timestamp();
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

/// Whether `operator` held `slot`, or a part of it. A slot older than the view remembers is not questioned: what stood in
/// it is in L1's batches by now, and only fills gaps.
fn has_held(view: &ChainView, operator: OperatorId, slot: Slot) -> bool {
    let timeline = view.timeline();
    let (start, end) = (timeline.start_of(slot), timeline.end_of(slot));
    let current = timeline.epoch_at(view.head().timestamp);
    timeline.epoch_of(slot) < timeline.oldest_epoch(current)
        || view.holder_at(slot, start) == operator
        || view.holder_at(slot, Timestamp(end.0 - 1)) == operator
        || view
            .changes_in(&view.turn_of(slot))
            .iter()
            .any(|change| change.slot == slot && change.operator == operator)
}
