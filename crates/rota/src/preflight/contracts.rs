//! Keys and balances against what the contracts say.

use super::{Fault, unreachable};
use crate::config::Config;
use alloy::{
    primitives::{Address, U256, utils::format_ether},
    providers::{Provider, RootProvider},
    transports::TransportError,
};
use rota_bindings::{Baton, OperatorRegistry};
use rota_core::{root_cause, types::OperatorId, view::LAST_STAGE};

/// The contracts are there, and the keys and balances fit them.
pub(super) async fn check(
    config: &Config,
    l1: &RootProvider,
    url: &str,
    sequencer: Address,
    owner: Option<Address>,
) -> Result<(), Fault> {
    let lost =
        |error: TransportError| unreachable("the L1 endpoint", "l1.rpc", url, root_cause(&error));
    let at = &config.contracts;
    for (key, address) in at.named() {
        if l1.get_code_at(address).await.map_err(lost)?.is_empty() {
            return Err(Fault::NoContract { key, address, chain_id: config.l1.chain_id });
        }
    }
    // Code that does not answer is another contract.
    let missing =
        |key, address| move |_| Fault::NoContract { key, address, chain_id: config.l1.chain_id };
    let found =
        Baton::new(at.baton, l1).L2_CHAIN_ID().call().await.map_err(missing("baton", at.baton))?;
    if found != U256::from(config.l2.chain_id) {
        return Err(Fault::OtherRollup { baton: at.baton, found, expected: config.l2.chain_id });
    }

    let registry = OperatorRegistry::new(at.registry, l1);
    let missing = || missing("registry", at.registry);
    let operator = registry.operatorOfKey(sequencer).call().await.map_err(missing())?;
    let epoch = registry.currentEpoch().call().await.map_err(missing())?;
    let batcher = config.keys.batcher;
    if operator == 0 {
        let owner = owner.ok_or(Fault::NotRegistered(sequencer))?;
        // An owner with one operator mistook the key file; an owner without any is about to register.
        for id in 1..=registry.operatorCount().call().await.map_err(missing())? {
            if registry.ownerOf(id).call().await.map_err(missing())? == owner {
                let expected = registry.sequencerKeyAt(id, epoch).call().await.map_err(missing())?;
                return Err(Fault::WrongSequencer {
                    operator: OperatorId(id),
                    found: sequencer,
                    expected,
                });
            }
        }
        // The stage in which it would begin to count.
        let stage = registry.stageAt(epoch + 2).call().await.map_err(missing())?;
        let entity = registry.entityOfOwner(owner).call().await.map_err(missing())?;
        if entity == 0 && stage != LAST_STAGE {
            return Err(Fault::NotWhitelisted(owner));
        }
        let bound = registry.operatorOfKey(batcher).call().await.map_err(missing())?;
        if bound != 0 {
            return Err(Fault::OthersBatcher { operator: OperatorId(bound), found: batcher });
        }
        funded(config, l1, url, "owner", owner).await?;
    } else {
        let (id, found) = (OperatorId(operator), sequencer);
        let registered = registry.ownerOf(operator).call().await.map_err(missing())?;
        if let Some(given) = owner.filter(|given| *given != registered) {
            return Err(Fault::OthersSequencer { operator: id, found, owner: registered, given });
        }
        // A change of keys is in force two epochs later: until then both are right.
        let (mut sequencers, mut batchers) = (vec![], vec![]);
        for epoch in epoch..=epoch + 2 {
            sequencers
                .push(registry.sequencerKeyAt(operator, epoch).call().await.map_err(missing())?);
            for index in 0..registry.batcherKeyCount(operator).call().await.map_err(missing())? {
                let key = registry.batcherKeyAt(operator, index, epoch).call().await;
                batchers.push(key.map_err(missing())?);
            }
        }
        if !sequencers.contains(&found) {
            let expected = sequencers.pop().unwrap_or_default();
            return Err(Fault::WrongSequencer { operator: id, found, expected });
        }
        if !batchers.contains(&batcher) {
            batchers.sort_unstable();
            batchers.dedup();
            let known = batchers.iter().filter(|key| !key.is_zero()).map(Address::to_string);
            let expected = known.collect::<Vec<_>>().join(" or ");
            return Err(Fault::WrongBatcher { operator: id, found: batcher, expected });
        }
    }
    funded(config, l1, url, "sequencer key", sequencer).await
}

async fn funded(
    config: &Config,
    l1: &RootProvider,
    url: &str,
    what: &'static str,
    address: Address,
) -> Result<(), Fault> {
    let balance = l1
        .get_balance(address)
        .await
        .map_err(|error| unreachable("the L1 endpoint", "l1.rpc", url, root_cause(&error)))?;
    if balance < config.minimum_gas {
        let (balance, needed) = (format_ether(balance), format_ether(config.minimum_gas));
        return Err(Fault::Unfunded { what, address, balance, needed });
    }
    Ok(())
}
