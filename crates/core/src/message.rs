//! What operators say to each other: sealed payloads, commitments, receipts. Every message carries its proof.

use crate::types::{BlockId, L2Block, OperatorId, Slot, Timestamp};
use alloy::{
    primitives::{Address, B256, Signature, U256},
    sol,
    sol_types::{Eip712Domain, SolStruct, eip712_domain},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Blocks of one operator at one height that anybody keeps: two prove that it signed twice, an honest operator signs another one
/// only for an L1 reorg that took the last one's origin, and more are there to fill disks.
pub const MOST_AT_A_HEIGHT: usize = 8;

sol! {
    /// EIP-712 type of DESIGN's vocabulary; the same words as `types/Types.sol`.
    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct BlockCommitment {
        uint256 l2ChainId;
        uint64 slot;
        uint64 number;
        uint64 timestamp;
        bytes32 parentHash;
        bytes32 blockHash;
        uint64 l1OriginNumber;
        bytes32 l1OriginHash;
    }

    /// Signed by the outgoing holder, countersigned by the incoming one once it has every payload up to `number`.
    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct HandoffReceipt {
        uint256 l2ChainId;
        uint64 boundarySlot;
        uint64 number;
        bytes32 hash;
    }
}

/// The EIP-712 domain of a deployment: its L1 chain and its Baton.
pub fn domain(l1_chain_id: u64, baton: Address) -> Eip712Domain {
    eip712_domain! { name: "Rota", version: "1", chain_id: l1_chain_id, verifying_contract: baton, }
}

/// A sealed block as op-node handed it over: the execution payload envelope, kept verbatim so that it can be posted again
/// (`{executionPayload, parentBeaconBlockRoot}`), and the few fields that the fence judges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payload {
    pub number: u64,
    pub timestamp: Timestamp,
    pub parent_hash: B256,
    pub hash: B256,
    pub l1_origin_number: u64,
    pub l1_origin_hash: B256,
    pub envelope: Value,
}

/// A sealed block with its maker's commitment: self-authenticating, so it may come from anybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SealedBlock {
    pub operator: OperatorId,
    pub commitment: BlockCommitment,
    pub signature: Signature,
    pub payload: Payload,
}

/// A receipt with its signatures: the outgoing holder's, and the incoming one's once it counter-signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedReceipt {
    pub receipt: HandoffReceipt,
    pub from: OperatorId,
    pub signature: Signature,
    pub countersignature: Option<(OperatorId, Signature)>,
}

/// One entry of an operator's public stream, in the order in which it was made durable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StreamItem {
    Sealed(Box<SealedBlock>),
    Receipt(Box<SignedReceipt>),
    /// The sender stops sequencing before its turn ends (SIGTERM): the reserve may take over at once.
    Leaving {
        operator: OperatorId,
        slot: Slot,
        number: u64,
        hash: B256,
        signature: Signature,
    },
}

impl Payload {
    /// The block without its transactions.
    pub fn block(&self) -> L2Block {
        L2Block {
            number: self.number,
            hash: self.hash,
            parent_hash: self.parent_hash,
            timestamp: self.timestamp,
            origin: self.origin(),
        }
    }

    pub fn origin(&self) -> BlockId {
        BlockId { number: self.l1_origin_number, hash: self.l1_origin_hash }
    }

    /// The commitment to this payload under the authority of `slot`.
    pub fn commitment(&self, l2_chain_id: u64, slot: Slot) -> BlockCommitment {
        BlockCommitment {
            l2ChainId: U256::from(l2_chain_id),
            slot: slot.0,
            number: self.number,
            timestamp: self.timestamp.0,
            parentHash: self.parent_hash,
            blockHash: self.hash,
            l1OriginNumber: self.l1_origin_number,
            l1OriginHash: self.l1_origin_hash,
        }
    }
}

impl SealedBlock {
    /// Who signed the commitment under `domain`; none if the signature is malformed or the payload is not the one committed to.
    pub fn signer(&self, domain: &Eip712Domain) -> Option<Address> {
        let same = self.commitment.blockHash == self.payload.hash
            && self.commitment.number == self.payload.number
            && self.commitment.parentHash == self.payload.parent_hash
            && self.commitment.timestamp == self.payload.timestamp.0;
        same.then(|| {
            self.signature
                .recover_address_from_prehash(&self.commitment.eip712_signing_hash(domain))
                .ok()
        })?
    }
}

impl SignedReceipt {
    /// Who signed the receipt under `domain`, before any countersignature.
    pub fn signer(&self, domain: &Eip712Domain) -> Option<Address> {
        self.signature.recover_address_from_prehash(&self.receipt.eip712_signing_hash(domain)).ok()
    }
}
