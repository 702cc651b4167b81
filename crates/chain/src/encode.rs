//! From an action to a call: the one place that knows the contracts' functions.

use crate::{ChainError, L1};
use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U48},
    sol,
    sol_types::SolCall,
};
use rota_bindings::{
    Baton, BondVault, OpenBidAuction, OperatorRegistry, Performance, Pledges, RewardPool, Schedule,
    SealedBidAuction::{self, commitBidCall},
    Slasher, StakeWeighted,
};
use rota_core::{
    Epoch, Wei,
    intent::Action,
    message::BlockCommitment,
    view::{ChainView, Market},
};

sol! {
    interface IERC20 {
        function approve(address spender, uint256 amount) external returns (bool);
    }
}

/// Length of `commitBid`'s calldata without what follows its arguments.
const COMMIT_LENGTH: usize = 4 + 3 * 32;

/// A call to a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub to: Address,
    pub data: Bytes,
    /// Wei.
    pub value: Wei,
}

/// The call that brings `action` about. Asks L1 only for the headers of a seed.
pub async fn encode(l1: &L1, view: &ChainView, action: &Action) -> Result<Call, ChainError> {
    let contracts = &view.deployment.contracts;
    let registry =
        |data: Vec<u8>| Call { to: contracts.registry, data: data.into(), value: U256::ZERO };
    let vault = |data: Vec<u8>, value| Call { to: contracts.vault, data: data.into(), value };
    let auction = |data: Vec<u8>, value| Call { to: contracts.auction, data: data.into(), value };
    let open_auction =
        |data: Vec<u8>, value| Call { to: contracts.open_auction, data: data.into(), value };
    let pledges =
        |data: Vec<u8>| Call { to: view.deployment.pledges, data: data.into(), value: U256::ZERO };
    let rewards =
        |data: Vec<u8>| Call { to: contracts.rewards, data: data.into(), value: U256::ZERO };
    let schedule =
        |data: Vec<u8>| Call { to: contracts.schedule, data: data.into(), value: U256::ZERO };
    let baton = |data: Vec<u8>, value| Call { to: contracts.baton, data: data.into(), value };

    Ok(match action {
        Action::Register {
            sequencer_key,
            key_proof,
            batcher_key,
            batcher_proof,
            payee,
            endpoint,
        } => {
            let call = OperatorRegistry::registerCall {
                sequencerKey: *sequencer_key,
                keyProof: key_proof.clone(),
                batcherKey: *batcher_key,
                batcherProof: batcher_proof.clone(),
                payee: *payee,
                endpoint: endpoint.clone(),
            };
            registry(call.abi_encode())
        }
        Action::SetEndpoint { operator, endpoint } => {
            let call = OperatorRegistry::setEndpointCall {
                operator: operator.0,
                endpoint: endpoint.clone(),
            };
            registry(call.abi_encode())
        }
        Action::Activate { operator } => {
            registry(OperatorRegistry::activateCall { operator: operator.0 }.abi_encode())
        }
        Action::Deactivate { operator } => {
            registry(OperatorRegistry::deactivateCall { operator: operator.0 }.abi_encode())
        }
        Action::JailUnderbonded { operator } => {
            registry(OperatorRegistry::jailUnderbondedCall { operator: operator.0 }.abi_encode())
        }

        Action::DepositBond { operator, amount } => {
            vault(BondVault::depositCall { operator: operator.0 }.abi_encode(), *amount)
        }
        Action::SetPledge { operator, value } => {
            pledges(Pledges::setPledgeCall { operator: operator.0, value: *value }.abi_encode())
        }
        Action::MoveLock { .. } => pledges(Pledges::moveLockCall {}.abi_encode()),
        Action::ApproveToken { amount } => {
            let call = IERC20::approveCall { spender: contracts.vault, amount: *amount };
            Call { to: view.deployment.token, data: call.abi_encode().into(), value: U256::ZERO }
        }
        Action::DepositToken { operator, amount } => {
            let call =
                BondVault::depositTokenCall { operator: operator.0, asset: 1, amount: *amount };
            vault(call.abi_encode(), U256::ZERO)
        }
        Action::RequestExit { operator, token, amount } => {
            let call = BondVault::requestExitCall {
                operator: operator.0,
                asset: u8::from(*token),
                amount: *amount,
            };
            vault(call.abi_encode(), U256::ZERO)
        }
        Action::ClaimExit { operator, ticket } => {
            let call =
                BondVault::claimExitCall { operator: operator.0, ticket: U256::from(*ticket) };
            vault(call.abi_encode(), U256::ZERO)
        }

        Action::FundAuction { operator, amount, market: Market::Sealed } => {
            auction(SealedBidAuction::depositCall { operator: operator.0 }.abi_encode(), *amount)
        }
        Action::FundAuction { operator, amount, market: Market::Open } => {
            open_auction(OpenBidAuction::depositCall { operator: operator.0 }.abi_encode(), *amount)
        }
        Action::WithdrawAuction { operator, amount, market: Market::Sealed } => {
            let call = SealedBidAuction::withdrawCall { operator: operator.0, amount: *amount };
            auction(call.abi_encode(), U256::ZERO)
        }
        Action::WithdrawAuction { operator, amount, market: Market::Open } => {
            let call = OpenBidAuction::withdrawCall { operator: operator.0, amount: *amount };
            open_auction(call.abi_encode(), U256::ZERO)
        }
        Action::EnterAuction { operator, epoch, .. } => {
            let call = OpenBidAuction::enterCall { operator: operator.0, epoch: epoch.0 };
            open_auction(call.abi_encode(), U256::ZERO)
        }
        Action::PlaceBids { operator, epoch, bids } => {
            let call = OpenBidAuction::bidBatchCall {
                operator: operator.0,
                epoch: epoch.0,
                indices: bids.iter().map(|bid| bid.index).collect(),
                // The auction's own width; what is above it, it would refuse.
                pricesGwei: bids.iter().map(|bid| U48::saturating_from(bid.price_gwei)).collect(),
            };
            open_auction(call.abi_encode(), U256::ZERO)
        }
        Action::RefundOpenBids { epoch, .. } => {
            open_auction(OpenBidAuction::refundCall { epoch: epoch.0 }.abi_encode(), U256::ZERO)
        }
        Action::CloseOpenAuction { epoch } => {
            open_auction(OpenBidAuction::closeCall { epoch: epoch.0 }.abi_encode(), U256::ZERO)
        }
        Action::CommitBid { operator, epoch, commitment, sealed } => {
            let call =
                commitBidCall { operator: operator.0, epoch: epoch.0, commitment: *commitment };
            auction([call.abi_encode(), sealed.to_vec()].concat(), U256::ZERO)
        }
        Action::RevealBid { operator, epoch, curve, salt } => {
            let call = SealedBidAuction::revealBidCall {
                operator: operator.0,
                epoch: epoch.0,
                curve: *curve,
                salt: *salt,
            };
            auction(call.abi_encode(), U256::ZERO)
        }
        Action::ForfeitBid { operator, epoch } => {
            let call = SealedBidAuction::forfeitCall { epoch: epoch.0, operator: operator.0 };
            auction(call.abi_encode(), U256::ZERO)
        }
        Action::RefundBid { operator, epoch } => {
            let call = SealedBidAuction::refundCall { epoch: epoch.0, operator: operator.0 };
            auction(call.abi_encode(), U256::ZERO)
        }
        Action::Settle { epoch } => {
            auction(SealedBidAuction::settleCall { epoch: epoch.0 }.abi_encode(), U256::ZERO)
        }

        Action::QueueWeight { operator, fee, .. } => {
            let data = StakeWeighted::queueCall { operator: operator.0 }.abi_encode().into();
            Call { to: contracts.stake, data, value: *fee }
        }
        Action::ApplyQueue { epoch } => {
            let data = StakeWeighted::applyQueueCall { epoch: epoch.0 }.abi_encode().into();
            Call { to: contracts.stake, data, value: U256::ZERO }
        }
        Action::Score { epoch } => {
            let data = Performance::scoreCall { epoch: epoch.0 }.abi_encode().into();
            Call { to: contracts.performance, data, value: U256::ZERO }
        }
        Action::RecordSeed { epoch } => {
            let (header, parent) = seed_headers(l1, view, *epoch).await?;
            schedule(Schedule::recordSeedCall { epoch: epoch.0, header, parent }.abi_encode())
        }
        Action::Freeze { epoch } => schedule(Schedule::freezeCall { epoch: epoch.0 }.abi_encode()),
        Action::VoidUnderbonded { epoch, operator } => {
            let call = Schedule::voidUnderbondedCall { epoch: epoch.0, operator: operator.0 };
            schedule(call.abi_encode())
        }
        Action::Cancel { epoch } => schedule(Schedule::cancelCall { epoch: epoch.0 }.abi_encode()),

        Action::Claim { slot } => baton(Baton::claimCall { slot: slot.0 }.abi_encode(), U256::ZERO),
        Action::Rotate { .. } => baton(Baton::rotateCall {}.abi_encode(), U256::ZERO),
        Action::CallOut { slot, bond } => {
            baton(Baton::callOutCall { slot: slot.0 }.abi_encode(), *bond)
        }
        Action::Heartbeat { commitment, signature, .. } => {
            let call = Baton::heartbeatCall {
                commitment: bound(commitment),
                signature: Bytes::from(signature.as_bytes().to_vec()),
            };
            baton(call.abi_encode(), U256::ZERO)
        }
        Action::TakeOver { .. } => baton(Baton::takeOverCall {}.abi_encode(), U256::ZERO),
        Action::RecordMiss { slot } => {
            baton(Baton::recordMissCall { slot: slot.0 }.abi_encode(), U256::ZERO)
        }
        Action::Expel { operator } => {
            let data = Slasher::expelCall { operator: operator.0 }.abi_encode().into();
            Call { to: contracts.slasher, data, value: U256::ZERO }
        }
        Action::Collect { operator } => {
            baton(Baton::collectCall { operator: operator.0 }.abi_encode(), U256::ZERO)
        }

        Action::Finalize { epoch } => {
            rewards(RewardPool::finalizeCall { epoch: epoch.0 }.abi_encode())
        }
        Action::ClaimRewards { operator, token } => {
            rewards(RewardPool::claimCall { operator: operator.0, token: *token }.abi_encode())
        }
    })
}

/// The sealed curve behind the arguments of a commit transaction's input; none if it carries nothing of the kind.
pub(crate) fn sealed_curve(input: &[u8]) -> Option<B256> {
    (input.len() == COMMIT_LENGTH + 32 && input.starts_with(&commitBidCall::SELECTOR))
        .then(|| B256::from_slice(&input[COMMIT_LENGTH..]))
}

/// The headers of the block that seeds `epoch` and of its parent.
async fn seed_headers(
    l1: &L1,
    view: &ChainView,
    epoch: Epoch,
) -> Result<(Bytes, Bytes), ChainError> {
    let head = view.head();
    let missing = || ChainError::NoSeedBlock { epoch: epoch.0, time: 0 };
    let time = view.timeline().seed_time(epoch).ok_or_else(missing)?;
    if head.timestamp < time {
        return Err(ChainError::NoSeedBlock { epoch: epoch.0, time: time.0 });
    }

    // L1 blocks are never closer than the L1 block time, so the block is at most this far back.
    let span = (head.timestamp.0 - time.0) / view.timeline().clock.l1_block_seconds + 1;
    let (mut before, mut after) = (head.number.saturating_sub(span), head.number);
    if l1.block_at(before).await?.timestamp >= time {
        // Unless they are, as on a devnet that was told to hurry.
        before = 0;
    }
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let block = match view.block(middle) {
            Some(block) => block,
            None => l1.block_at(middle).await?,
        };
        if block.timestamp >= time { after = middle } else { before = middle }
    }
    Ok((l1.raw_header(after).await?, l1.raw_header(before).await?))
}

fn bound(commitment: &BlockCommitment) -> Baton::BlockCommitment {
    Baton::BlockCommitment {
        l2ChainId: commitment.l2ChainId,
        slot: commitment.slot,
        number: commitment.number,
        timestamp: commitment.timestamp,
        parentHash: commitment.parentHash,
        blockHash: commitment.blockHash,
        l1OriginNumber: commitment.l1OriginNumber,
        l1OriginHash: commitment.l1OriginHash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_travels_behind_a_commitment_is_found_again() {
        let call =
            commitBidCall { operator: 2, epoch: 7, commitment: B256::repeat_byte(1) }.abi_encode();
        let sealed = B256::repeat_byte(9);
        let other = SealedBidAuction::settleCall { epoch: 7 }.abi_encode();
        for (why, input, expected) in [
            ("as a keeper commits", [call.clone(), sealed.to_vec()].concat(), Some(sealed)),
            ("as anybody else does", call.clone(), None),
            ("something longer", [call, sealed.to_vec(), vec![0]].concat(), None),
            ("another call", [other, vec![0; 96]].concat(), None),
        ] {
            assert_eq!(sealed_curve(&input), expected, "{why}");
        }
    }
}
