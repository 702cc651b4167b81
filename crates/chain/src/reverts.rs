//! A contract's refusal in words.

use alloy::sol_types::SolInterface;
use rota_bindings::{
    Baton::BatonErrors, BondVault::BondVaultErrors, OpenBidAuction::OpenBidAuctionErrors,
    OperatorRegistry::OperatorRegistryErrors, Performance::PerformanceErrors,
    Pledges::PledgesErrors, RewardPool::RewardPoolErrors, Schedule::ScheduleErrors,
    SealedBidAuction::SealedBidAuctionErrors, Slasher::SlasherErrors,
    StakeWeighted::StakeWeightedErrors,
};
use std::fmt::Debug;

/// The error that a revert's data encodes, with its name and values; none if no contract of ours has it.
pub(crate) fn explain(data: &[u8]) -> Option<String> {
    as_error_of::<BatonErrors>(data)
        .or_else(|| as_error_of::<ScheduleErrors>(data))
        .or_else(|| as_error_of::<SealedBidAuctionErrors>(data))
        .or_else(|| as_error_of::<BondVaultErrors>(data))
        .or_else(|| as_error_of::<OperatorRegistryErrors>(data))
        .or_else(|| as_error_of::<StakeWeightedErrors>(data))
        .or_else(|| as_error_of::<PerformanceErrors>(data))
        .or_else(|| as_error_of::<OpenBidAuctionErrors>(data))
        .or_else(|| as_error_of::<PledgesErrors>(data))
        .or_else(|| as_error_of::<RewardPoolErrors>(data))
        .or_else(|| as_error_of::<SlasherErrors>(data))
}

/// `Enum(Error { values })` as it is derived, without the enum's name.
fn as_error_of<E: SolInterface + Debug>(data: &[u8]) -> Option<String> {
    let text = format!("{:?}", E::abi_decode(data).ok()?);
    let inner = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    Some(inner.unwrap_or(&text).to_owned())
}
