//! What op-node hands over for a sealed block, read and checked: the fields that the fence judges come from the block itself.

use crate::{
    message::{Payload, SealedBlock},
    types::Timestamp,
};
use alloy::{
    consensus::{EMPTY_OMMER_ROOT_HASH, Header, proofs::ordered_trie_root_with_encoder},
    eips::eip7685::EMPTY_REQUESTS_HASH,
    primitives::{Address, B256, Bloom, Bytes, U64, U256},
    rlp,
};
use serde::Deserialize;
use serde_json::Value;

/// First byte of a deposit transaction; the first transaction of every block is the deposit that carries the L1 attributes.
const DEPOSIT_TYPE: u8 = 0x7e;

/// Selectors of `setL1BlockValuesEcotone()`, `..Isthmus()` and `..Jovian()`. Later ones append to the same layout.
const L1_ATTRIBUTES: [[u8; 4]; 3] =
    [[0x44, 0x0a, 0x5e, 0x20], [0x09, 0x89, 0x99, 0xbe], [0x3d, 0xb6, 0xbe, 0x2b]];

/// Where the packed L1 attributes hold the origin's number (8 bytes) and hash (32 bytes).
const ORIGIN_NUMBER_AT: usize = 28;
const ORIGIN_HASH_AT: usize = 100;

/// Why an envelope is not a block that could be sealed or relayed.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not the JSON that op-node sends.
    #[error("envelope is not an execution payload of Ecotone or later: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The header made of the fields hashes otherwise.
    #[error("block {number} claims hash {claimed} but its fields hash to {actual}")]
    WrongHash { number: u64, claimed: B256, actual: B256 },
    /// The first transaction is not an L1 attributes deposit, so the L1 origin is not known.
    #[error("block {number} does not begin with an L1 attributes deposit: {reason}")]
    NoOrigin { number: u64, reason: &'static str },
    /// A block that does not say what its maker committed to.
    #[error("block {number}: the payload beside the commitment differs from its own envelope")]
    Inconsistent { number: u64 },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    execution_payload: ExecutionPayload,
    parent_beacon_block_root: Option<B256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecutionPayload {
    parent_hash: B256,
    fee_recipient: Address,
    state_root: B256,
    receipts_root: B256,
    logs_bloom: Bloom,
    prev_randao: B256,
    block_number: U64,
    gas_limit: U64,
    gas_used: U64,
    timestamp: U64,
    extra_data: Bytes,
    base_fee_per_gas: U256,
    block_hash: B256,
    transactions: Vec<Bytes>,
    blob_gas_used: U64,
    excess_blob_gas: U64,
    /// From Isthmus on.
    withdrawals_root: Option<B256>,
}

impl Payload {
    /// Reads `{executionPayload, parentBeaconBlockRoot}` and checks that its fields hash to the block hash it claims, so
    /// that a commitment to number, parent and timestamp is a commitment to this very block.
    pub fn from_envelope(envelope: Value) -> Result<Self, EnvelopeError> {
        let read = Envelope::deserialize(&envelope)?;
        let payload = &read.execution_payload;
        let number = payload.block_number.to();
        let actual = read.header().hash_slow();
        if actual != payload.block_hash {
            return Err(EnvelopeError::WrongHash { number, claimed: payload.block_hash, actual });
        }
        let (l1_origin_number, l1_origin_hash) = l1_origin(&payload.transactions)
            .map_err(|reason| EnvelopeError::NoOrigin { number, reason })?;
        Ok(Self {
            number,
            timestamp: Timestamp(payload.timestamp.to()),
            parent_hash: payload.parent_hash,
            hash: payload.block_hash,
            l1_origin_number,
            l1_origin_hash,
            envelope,
        })
    }
}

impl SealedBlock {
    /// Checks that the summary beside the envelope is the envelope's own: a peer wrote both. The signature is
    /// [`SealedBlock::signer`]'s matter.
    pub fn check_envelope(&self) -> Result<(), EnvelopeError> {
        let number = self.payload.number;
        let read = Payload::from_envelope(self.payload.envelope.clone())?;
        let committed = (self.commitment.l1OriginNumber, self.commitment.l1OriginHash);
        if read != self.payload || committed != (read.l1_origin_number, read.l1_origin_hash) {
            return Err(EnvelopeError::Inconsistent { number });
        }
        Ok(())
    }
}

impl Envelope {
    /// The header as op-node rebuilds it before it accepts a posted payload.
    fn header(&self) -> Header {
        let payload = &self.execution_payload;
        Header {
            parent_hash: payload.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: payload.fee_recipient,
            state_root: payload.state_root,
            transactions_root: ordered_trie_root_with_encoder(&payload.transactions, |tx, out| {
                out.extend_from_slice(tx)
            }),
            receipts_root: payload.receipts_root,
            logs_bloom: payload.logs_bloom,
            number: payload.block_number.to(),
            gas_limit: payload.gas_limit.to(),
            gas_used: payload.gas_used.to(),
            timestamp: payload.timestamp.to(),
            extra_data: payload.extra_data.clone(),
            mix_hash: payload.prev_randao,
            base_fee_per_gas: Some(payload.base_fee_per_gas.saturating_to()),
            // Before Isthmus the root is that of the (always empty) list of withdrawals.
            withdrawals_root: Some(
                payload.withdrawals_root.unwrap_or(alloy::consensus::EMPTY_ROOT_HASH),
            ),
            blob_gas_used: Some(payload.blob_gas_used.to()),
            excess_blob_gas: Some(payload.excess_blob_gas.to()),
            parent_beacon_block_root: self.parent_beacon_block_root,
            requests_hash: payload.withdrawals_root.map(|_| EMPTY_REQUESTS_HASH),
            ..Header::default()
        }
    }
}

/// Number and hash of the L1 origin, out of the first transaction:
/// `0x7e ‖ rlp(sourceHash, from, to, mint, value, gas, isSystem, data)`.
fn l1_origin(transactions: &[Bytes]) -> Result<(u64, B256), &'static str> {
    let first = transactions.first().ok_or("it has no transactions")?;
    let Some((&DEPOSIT_TYPE, mut body)) = first.split_first() else {
        return Err("the first one is no deposit");
    };
    let fields = rlp::Header::decode_raw(&mut body).map_err(|_| "the deposit is not RLP")?;
    let rlp::PayloadView::List(fields) = fields else { return Err("the deposit is no list") };
    let mut data = *fields.get(7).ok_or("the deposit has no data")?;
    let data = rlp::Header::decode_bytes(&mut data, false).map_err(|_| "the data is not RLP")?;
    let selector = data.first_chunk::<4>().ok_or("the data has no selector")?;
    if !L1_ATTRIBUTES.contains(selector) {
        return Err("the selector is not one of Ecotone, Isthmus or Jovian");
    }
    let number =
        data.get(ORIGIN_NUMBER_AT..ORIGIN_NUMBER_AT + 8).ok_or("the attributes are cut short")?;
    let hash =
        data.get(ORIGIN_HASH_AT..ORIGIN_HASH_AT + 32).ok_or("the attributes are cut short")?;
    Ok((U64::from_be_slice(number).to(), B256::from_slice(hash)))
}
