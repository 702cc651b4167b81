//! Who the keeper works for: the configuration and the keys, as `core` and `chain` want them.

use crate::{config::Config, keys};
use alloy::signers::{SignerSync, local::PrivateKeySigner};
use eyre::{Context, Result};
use rota_chain::{Accounts, L1, Wallets, load_deployment};
use rota_core::{
    bid::{Auction, BidSecret},
    me::{Me, key_proof},
    strategy::{CurveStrategy, NeverBid, Strategy},
    view::Deployment,
};
use std::sync::Arc;

/// Keys and contracts, loaded and checked.
pub struct Operator {
    pub sequencer: PrivateKeySigner,
    pub owner: Option<PrivateKeySigner>,
    pub l1: Arc<L1>,
    pub deployment: Arc<Deployment>,
    pub me: Me,
}

impl Operator {
    /// Reads the keys and the deployment's constants.
    pub async fn load(config: &Config) -> Result<Self> {
        let sequencer = keys::sequencer(&config.keys)?;
        let owner = keys::owner(&config.keys)?;
        let l1 = Arc::new(L1::new(&config.l1.rpc)?);
        let deployment =
            load_deployment(&l1, config.contracts, config.l1.chain_id, config.l2.chain_id).await?;
        let me = me(config, &sequencer, owner.as_ref())?;
        Ok(Self { sequencer, owner, l1, deployment: Arc::new(deployment), me })
    }

    pub fn accounts(&self) -> Accounts {
        Accounts { sequencer_key: self.sequencer.address(), owner: self.me.owner }
    }

    pub fn wallets(&self) -> Wallets {
        Wallets { sequencer: self.sequencer.clone(), owner: self.owner.clone() }
    }
}

fn me(
    config: &Config,
    sequencer: &PrivateKeySigner,
    owner: Option<&PrivateKeySigner>,
) -> Result<Me> {
    let owner_address = owner.map_or(sequencer.address(), PrivateKeySigner::address);
    let registry = config.contracts.registry;
    let key_proof = key_proof(sequencer, config.l1.chain_id, registry, owner_address)
        .wrap_err("the sequencer key did not sign")?;
    let auction = Auction { chain_id: config.l1.chain_id, contract: config.contracts.auction };
    let secret = sequencer
        .sign_message_sync(auction.secret_message().as_bytes())
        .wrap_err("the sequencer key did not sign")?;
    Ok(Me {
        owner: owner_address,
        has_owner_key: owner.is_some(),
        sequencer_key: sequencer.address(),
        key_proof,
        batcher: config.keys.batcher,
        batcher_proof: config.keys.batcher_proof.clone(),
        payee: config.keys.payee.unwrap_or(owner_address),
        endpoint: config.relay_endpoint.clone(),
        bond_eth: config.bond,
        pledge: config.pledge,
        auction_balance: config.bid.balance,
        rewards_minimum: config.rewards_minimum,
        gas_minimum: config.minimum_gas,
        bid_secret: BidSecret::new(&secret),
    })
}

/// The bidding strategy that the configuration describes.
pub fn strategy(config: &Config) -> Box<dyn Strategy> {
    if !config.bid.enabled {
        return Box::new(NeverBid);
    }
    Box::new(CurveStrategy {
        curves: config.bid.curves.clone(),
        margin_bps: config.bid.margin_bps,
        ceiling_gwei: config.bid.ceiling_gwei,
        jump_percent: config.bid.jump_percent,
        budget: config.bid.budget,
    })
}
