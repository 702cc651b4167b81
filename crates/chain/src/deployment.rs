//! What a deployment is made of, read once.

use crate::{ChainError, L1};
use alloy::{
    eips::BlockId,
    primitives::{Address, U256},
};
use rota_bindings::{
    Baton, BondVault, Clocked, Composite, OpenBidAuction as Open, Pledges, Schedule,
    SealedBidAuction, StakeWeighted,
};
use rota_core::{
    Contracts, Timestamp,
    timeline::{Clock, Delays, Timeline},
    view::{Deployment, OpenTerms, PolicyTerms},
};

/// Checks that L1 is chain `l1_chain_id` and that the contracts are there and belong to each other and to `l2_chain_id`, and reads
/// what never changes.
pub async fn load_deployment(
    l1: &L1,
    contracts: Contracts,
    l1_chain_id: u64,
    l2_chain_id: u64,
) -> Result<Deployment, ChainError> {
    l1.check(l1_chain_id).await?;
    check_code(l1, &contracts).await?;
    check_references(l1, &contracts, l2_chain_id).await?;

    let at = BlockId::latest();
    let (schedule, baton) = (contracts.schedule, contracts.baton);
    let clock = l1.read(schedule, Clocked::clockCall {}, at).await?;
    let clock = Clock {
        genesis: Timestamp(clock.genesis),
        slot_seconds: clock.slotSeconds.into(),
        slots_per_epoch: clock.slotsPerEpoch.into(),
        l1_block_seconds: clock.l1BlockSeconds.into(),
        l2_genesis: Timestamp(clock.l2GenesisTime),
        l2_block_seconds: clock.l2BlockSeconds.into(),
    };
    let delays = Delays {
        seed_delay: l1.read(schedule, Schedule::SEED_DELAYCall {}, at).await?.saturating_to(),
        tail_window: l1.read(baton, Baton::TAIL_WINDOWCall {}, at).await?.saturating_to(),
        claim_grace: l1.read(baton, Baton::CLAIM_GRACECall {}, at).await?.saturating_to(),
        claim_lead: l1.read(baton, Baton::CLAIM_LEADCall {}, at).await?.saturating_to(),
        answer_blocks: l1
            .read(baton, Baton::CALLOUT_GRACE_BLOCKSCall {}, at)
            .await?
            .saturating_to(),
        dispute_period: l1
            .read(schedule, Schedule::DISPUTE_PERIODCall {}, at)
            .await?
            .saturating_to(),
        ring: l1.read(schedule, Schedule::RINGCall {}, at).await?.saturating_to(),
    };
    let pledges = l1.read(contracts.vault, BondVault::PLEDGESCall {}, at).await?;
    let eth = l1.read(contracts.vault, BondVault::assetOfCall { asset: 0 }, at).await?;
    let misses = l1.read(baton, Baton::MISSES_TO_VOIDCall {}, at).await?;
    let leak = l1.read(baton, Baton::LEAK_PER_MISSCall {}, at).await?;
    Ok(Deployment {
        l1_chain_id,
        l2_chain_id,
        contracts,
        timeline: Timeline { clock, delays },
        pledges,
        min_bond: l1.read(contracts.vault, BondVault::MIN_BONDCall {}, at).await?,
        min_deposit: eth.minDeposit,
        quantum: eth.quantum,
        token: token_of(l1, contracts.vault).await?,
        floor_price: l1.read(contracts.auction, SealedBidAuction::FLOOR_PRICECall {}, at).await?,
        cap_slots: l1
            .read(contracts.auction, SealedBidAuction::capSlotsCall {}, at)
            .await?
            .saturating_to(),
        call_out_bond: l1.read(baton, Baton::CALLOUT_BONDCall {}, at).await?,
        most_leaked: misses.saturating_mul(leak),
        terms: policy_terms(l1, &contracts, pledges).await?,
    })
}

async fn policy_terms(
    l1: &L1,
    contracts: &Contracts,
    pledges: Address,
) -> Result<PolicyTerms, ChainError> {
    let (Contracts { open_auction, stake, composite, .. }, at) = (*contracts, BlockId::latest());
    let parts: u64 = l1.read(composite, Composite::PARTSCall {}, at).await?.saturating_to();
    let mut policies = vec![];
    for part in 0..parts {
        let call = Composite::policyOfCall { part: U256::from(part) };
        policies.push(l1.read(composite, call, at).await?);
    }
    let floor = l1.read(open_auction, Open::FLOOR_PRICECall {}, at).await?;
    Ok(PolicyTerms {
        open: OpenTerms {
            policy: l1.read(open_auction, Open::POLICYCall {}, at).await?,
            floor_gwei: (floor / U256::from(1_000_000_000u64)).saturating_to(),
            step_bps: l1.read(open_auction, Open::STEP_BPSCall {}, at).await?.saturating_to(),
            extension: l1.read(open_auction, Open::EXTENSIONCall {}, at).await?.saturating_to(),
            cap_slots: l1.read(open_auction, Open::capSlotsCall {}, at).await?.saturating_to(),
        },
        composite: policies,
        stake_unit: l1.read(stake, StakeWeighted::UNITCall {}, at).await?,
        idle_bps: l1.read(pledges, Pledges::IDLE_BPSCall {}, at).await?,
        stake_fee: l1.read(stake, StakeWeighted::FEECall {}, at).await?,
    })
}

/// The first ERC-20 of bonds; zero if there is none.
async fn token_of(l1: &L1, vault: Address) -> Result<Address, ChainError> {
    let at = BlockId::latest();
    if l1.read(vault, BondVault::ASSETSCall {}, at).await? == U256::from(1) {
        return Ok(Address::ZERO);
    }
    Ok(l1.read(vault, BondVault::assetOfCall { asset: 1 }, at).await?.token)
}

async fn check_code(l1: &L1, contracts: &Contracts) -> Result<(), ChainError> {
    for (name, address) in contracts.named() {
        if !l1.has_code(address).await? {
            return Err(ChainError::NotDeployed { name, address });
        }
    }
    Ok(())
}

/// The Baton knows the contracts that it works with; the others of a wrong deployment would refuse what they are asked.
async fn check_references(
    l1: &L1,
    contracts: &Contracts,
    l2_chain_id: u64,
) -> Result<(), ChainError> {
    let (baton, at) = (contracts.baton, BlockId::latest());
    let found: u64 = l1.read(baton, Baton::L2_CHAIN_IDCall {}, at).await?.saturating_to();
    if found != l2_chain_id {
        return Err(ChainError::WrongRollup { baton, found, expected: l2_chain_id });
    }
    let references = [
        ("registry", l1.read(baton, Baton::REGISTRYCall {}, at).await?, contracts.registry),
        ("schedule", l1.read(baton, Baton::SCHEDULECall {}, at).await?, contracts.schedule),
        ("vault", l1.read(baton, Baton::VAULTCall {}, at).await?, contracts.vault),
        ("adapter", l1.read(baton, Baton::TARGETCall {}, at).await?, contracts.adapter),
    ];
    match references.into_iter().find(|(_, found, expected)| found != expected) {
        Some((name, found, expected)) => {
            Err(ChainError::NotOneDeployment { baton, name, found, expected })
        }
        None => Ok(()),
    }
}
