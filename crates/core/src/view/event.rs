//! What the view is made from: the contracts' own events, and the one thing of a bid that only its transaction carries.

use super::Deployment;
use crate::types::{Epoch, OperatorId};
use alloy::{
    primitives::{B256, Log},
    sol_types::SolEventInterface,
};
use rota_bindings::{
    Baton::BatonEvents, BondVault::BondVaultEvents, OpenBidAuction::OpenBidAuctionEvents,
    OperatorRegistry::OperatorRegistryEvents, Performance::PerformanceEvents,
    Pledges::PledgesEvents, RewardPool::RewardPoolEvents, Schedule::ScheduleEvents,
    SealedBidAuction::SealedBidAuctionEvents, Slasher::SlasherEvents,
    StakeWeighted::StakeWeightedEvents,
};

/// An event of one of the deployment's contracts.
#[derive(Debug, Clone)]
pub enum Event {
    Registry(OperatorRegistryEvents),
    /// By far the largest.
    Vault(Box<BondVaultEvents>),
    Auction(SealedBidAuctionEvents),
    Schedule(ScheduleEvents),
    Baton(BatonEvents),
    OpenAuction(OpenBidAuctionEvents),
    Pledges(PledgesEvents),
    Rewards(RewardPoolEvents),
    Slasher(SlasherEvents),
    Stake(StakeWeightedEvents),
    Performance(PerformanceEvents),
    /// What stood behind the arguments of a commit transaction: the bid's curve, sealed so that its key alone opens it.
    SealedCurve {
        epoch: Epoch,
        operator: OperatorId,
        sealed: B256,
    },
}

impl Event {
    /// The event in `log`; none if the log is another contract's, or of a kind that these bindings do not know.
    pub fn decode(deployment: &Deployment, log: &Log) -> Option<Self> {
        let (contracts, at) = (&deployment.contracts, log.address);
        if at == contracts.registry {
            OperatorRegistryEvents::decode_log(log).ok().map(|found| Self::Registry(found.data))
        } else if at == contracts.vault {
            BondVaultEvents::decode_log(log).ok().map(|found| Self::Vault(Box::new(found.data)))
        } else if at == contracts.auction {
            SealedBidAuctionEvents::decode_log(log).ok().map(|found| Self::Auction(found.data))
        } else if at == contracts.schedule {
            ScheduleEvents::decode_log(log).ok().map(|found| Self::Schedule(found.data))
        } else if at == contracts.baton {
            BatonEvents::decode_log(log).ok().map(|found| Self::Baton(found.data))
        } else if at == contracts.open_auction {
            OpenBidAuctionEvents::decode_log(log).ok().map(|found| Self::OpenAuction(found.data))
        } else if at == deployment.pledges {
            PledgesEvents::decode_log(log).ok().map(|found| Self::Pledges(found.data))
        } else if at == contracts.rewards {
            RewardPoolEvents::decode_log(log).ok().map(|found| Self::Rewards(found.data))
        } else if at == contracts.slasher {
            SlasherEvents::decode_log(log).ok().map(|found| Self::Slasher(found.data))
        } else if at == contracts.stake {
            StakeWeightedEvents::decode_log(log).ok().map(|found| Self::Stake(found.data))
        } else if at == contracts.performance {
            PerformanceEvents::decode_log(log).ok().map(|found| Self::Performance(found.data))
        } else {
            None
        }
    }
}
