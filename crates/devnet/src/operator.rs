//! One operator as a stranger would run it: a folder with keys and one configuration file, a rollup node, and `rota run`.

use crate::{
    Error,
    curves::{self, Step},
    genesis::L2_CHAIN_ID,
    l1::{L1, L1_CHAIN_ID},
    node::Node,
    policy::Policy,
    ports::Ports,
    process::{Spec, Supervisor},
    rpc,
    tools::{Tools, write},
};
use alloy::primitives::Address;
use rota_core::{Contracts, OperatorId};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Bond that every keeper keeps in the vault, ETH: enough for the locks of half of all slots that the schedule remembers.
const BOND_ETH: u64 = 10;
/// What every operator pledges where slots are drawn by stake, ETH: more than the bond, so that the rest is added before they come.
const PLEDGE_ETH: u64 = 12;
/// Free balance that every keeper keeps at the auction, ETH: a few epochs of the dearest bids.
const BALANCE_ETH: u64 = 2;
const START: Duration = Duration::from_secs(60);

/// An operator: its addresses, its node and its keeper. The devnet knows no key of it.
#[derive(Clone, Debug)]
pub struct Operator {
    pub id: OperatorId,
    pub dir: PathBuf,
    /// The keeper's configuration file.
    pub config: PathBuf,
    pub owner: Address,
    pub sequencer: Address,
    pub batcher: Address,
    pub node: Node,
    /// Where the keeper answers op-node.
    pub conductor: String,
    /// The public stream.
    pub relay: String,
    /// Where users send transactions.
    pub ingress: String,
    /// Status and metrics.
    pub http: String,
}

/// What an operator's keeper must know of the deployment.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a> {
    pub l1: &'a L1,
    pub contracts: &'a Contracts,
    /// L1 block of the deployment.
    pub deployed_at: u64,
}

impl Operator {
    /// Makes the folder, lets the keeper's own command make the keys in it, and chooses ports.
    pub fn new(
        id: OperatorId,
        dir: PathBuf,
        supervisor: &Supervisor,
        ports: &Ports,
        tools: &Tools,
    ) -> Result<Self, Error> {
        fs::create_dir_all(&dir).map_err(|e| Error::io(&dir, e))?;
        let key = |name: &str| -> Result<Address, Error> {
            let file = dir.join(format!("{name}.key"));
            let make = Spec::new(format!("rota-{id}-keys"), &tools.rota, &dir)
                .args(["keys", "new", "--out"])
                .args([&file]);
            let said = supervisor.run(make)?;
            said.trim()
                .parse()
                .map_err(|_| Error::malformed(&file, format!("`rota keys new` printed {said:?}")))
        };
        let url = || ports.take().map(|port| format!("http://127.0.0.1:{port}"));
        Ok(Self {
            id,
            config: dir.join("rota.toml"),
            owner: key("owner")?,
            sequencer: key("sequencer")?,
            batcher: key("batcher")?,
            node: Node::new(id.to_string(), dir.clone(), ports)?,
            conductor: url()?,
            relay: url()?,
            ingress: url()?,
            http: url()?,
            dir,
        })
    }

    /// Name of the keeper's process.
    pub fn keeper(&self) -> String {
        format!("rota-{}", self.id)
    }

    /// All four processes, in the order in which they are started.
    pub fn processes(&self) -> [String; 4] {
        [self.node.op_geth(), self.node.op_node(), self.node.op_batcher(), self.keeper()]
    }

    pub fn batcher_key(&self) -> PathBuf {
        self.dir.join("batcher.key")
    }

    /// Lets the keeper's own command prove that the batcher key agrees to be registered.
    pub fn prove_batcher(
        &self,
        deployment: Deployment<'_>,
        supervisor: &Supervisor,
        tools: &Tools,
    ) -> Result<String, Error> {
        let prove = Spec::new(format!("rota-{}-keys", self.id), &tools.rota, &self.dir)
            .args(["keys", "prove", "--key-file"])
            .args([self.batcher_key()])
            .args(["--owner", &self.owner.to_string()])
            .args(["--registry", &deployment.contracts.registry.to_string()])
            .args(["--l1-chain-id", &L1_CHAIN_ID.to_string()]);
        Ok(supervisor.run(prove)?.trim().to_owned())
    }

    /// Writes the keeper's configuration. Without curves it does not bid; the reserve, to which nothing is drawn, does not pledge.
    pub fn write_config(
        &self,
        deployment: Deployment<'_>,
        batcher_proof: &str,
        curves: &[[Step; 2]],
        policy: Policy,
    ) -> Result<(), Error> {
        let texts: Vec<String> = curves.iter().map(curves::text).collect();
        let mut text = shared_config(deployment, &self.dir, &self.node);
        text += &format!(
            "el_rpc = {el:?}\n\
             batcher_rpc = {batcher_rpc:?}\n\
             conductor_listen = {conductor:?}\n\
             \n[keys]\n\
             sequencer_file = {sequencer:?}\n\
             owner_file = {owner:?}\n\
             batcher = \"{batcher}\"\n\
             batcher_proof = {batcher_proof:?}\n\
             \n[relay]\nlisten = {relay:?}\nendpoint = {endpoint:?}\n\
             \n[ingress]\nlisten = {ingress:?}\n\
             \n[http]\nlisten = {http:?}\n\
             \n[bond]\neth = \"{BOND_ETH}\"\n\
             \n[pledge]\neth = \"{pledge}\"\n\
             \n[bid]\nenabled = {bids}\ncurves = {texts:?}\nbalance_eth = \"{balance}\"\n",
            el = self.node.el_rpc,
            batcher_rpc = self.node.batcher_rpc,
            conductor = socket(&self.conductor),
            sequencer = self.dir.join("sequencer.key"),
            owner = self.dir.join("owner.key"),
            batcher = self.batcher,
            relay = socket(&self.relay),
            endpoint = self.relay,
            ingress = socket(&self.ingress),
            http = socket(&self.http),
            pledge = if policy.draws() && self.id != OperatorId::RESERVE { PLEDGE_ETH } else { 0 },
            bids = !curves.is_empty(),
            balance = if curves.is_empty() { 0 } else { BALANCE_ETH },
        );
        write(&self.config, &text)
    }

    /// Starts the keeper and waits until it answers its op-node.
    pub async fn start_keeper(&self, supervisor: &Supervisor, tools: &Tools) -> Result<(), Error> {
        supervisor.spawn(
            Spec::new(self.keeper(), &tools.rota, &self.dir)
                .args(["run", "--config"])
                .args([&self.config]),
        )?;
        self.keeper_answers(supervisor).await
    }

    /// Starts all four processes again, as they were started first; they must have ended.
    pub async fn restart(&self, supervisor: &Supervisor) -> Result<(), Error> {
        let [op_geth, op_node, op_batcher, keeper] = self.processes();
        // Each finds the one before it: op-node gives up without its op-geth, op-batcher without its op-node.
        supervisor.restart(&op_geth)?;
        self.node.op_geth_answers(supervisor).await?;
        supervisor.restart(&op_node)?;
        self.node.op_node_knows_its_head(supervisor).await?;
        supervisor.restart(&op_batcher)?;
        self.node.op_batcher_answers(supervisor).await?;
        supervisor.restart(&keeper)?;
        self.keeper_answers(supervisor).await
    }

    async fn keeper_answers(&self, supervisor: &Supervisor) -> Result<(), Error> {
        supervisor
            .until(&self.keeper(), "the keeper answering its op-node", START, async || {
                rpc::call::<bool>(&self.conductor, "conductor_leader", json!([]))
                    .await
                    .map(|_| Some(()))
            })
            .await
    }
}

/// A node without a keeper that is fed by the operators' public streams: the witness.
#[derive(Clone, Debug)]
pub struct Follower {
    pub dir: PathBuf,
    pub config: PathBuf,
    pub node: Node,
}

impl Follower {
    /// Name of the process that reads the streams.
    pub const READER: &str = "rota-follower";

    pub fn new(dir: PathBuf, ports: &Ports) -> Result<Self, Error> {
        Ok(Self {
            config: dir.join("rota.toml"),
            node: Node::new("follower", dir.clone(), ports)?,
            dir,
        })
    }

    pub fn write_config(&self, deployment: Deployment<'_>) -> Result<(), Error> {
        write(&self.config, &shared_config(deployment, &self.dir, &self.node))
    }

    /// Starts reading the streams. What it reads is seen at its node.
    pub fn start_reader(&self, supervisor: &Supervisor, tools: &Tools) -> Result<(), Error> {
        supervisor.spawn(
            Spec::new(Self::READER, &tools.rota, &self.dir)
                .args(["follow", "--config"])
                .args([&self.config]),
        )?;
        Ok(())
    }
}

/// The part of a configuration that keepers and followers share; ends inside `[l2]`.
fn shared_config(deployment: Deployment<'_>, dir: &Path, node: &Node) -> String {
    let Deployment { l1, contracts, deployed_at } = deployment;
    let addresses = contracts.named().map(|(name, address)| format!("{name} = \"{address}\"\n"));
    let addresses = addresses.concat();
    format!(
        "data_dir = {data:?}\n\
         \n[l1]\nrpc = [{rpc:?}]\nchain_id = {L1_CHAIN_ID}\ndeployed_at = {deployed_at}\n\
         \n[contracts]\n{addresses}\
         \n[l2]\nchain_id = {L2_CHAIN_ID}\nnode_rpc = {node_rpc:?}\n",
        data = dir.join("data"),
        rpc = l1.url,
        node_rpc = node.node_rpc,
    )
}

/// The address and port of one of our own URLs.
fn socket(url: &str) -> &str {
    url.trim_start_matches("http://")
}
