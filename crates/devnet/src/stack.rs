//! The whole devnet: L1, contracts, operators, follower; up in order, down in order.

use crate::{
    Error, curves,
    deploy::{self, Geometry, Party},
    genesis::{self, Chain, L2_CHAIN_ID},
    l1::{ISystemConfig, L1, L1_CHAIN_ID, OWNER, Send},
    node::{ChainFiles, Node},
    operator::{Deployment, Follower, Operator},
    policy::Policy,
    ports::Ports,
    process::{Started, Supervisor},
    rpc,
    tools::{Tools, write},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use rota_bindings::OperatorRegistry::ownerOfCall;
use rota_core::{Contracts, OperatorId};
use serde_json::json;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What an operator's three accounts begin with on L1, ETH each: bonds, bids and batches of a long run.
const FUNDS_ETH: u64 = 100;
/// What the reward pool begins with, ETH.
const FEES_ETH: u64 = 4;
const ETHER: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// Marks a folder as a devnet's.
const MARK: &str = ".rota-devnet";
/// Operators at most: one batch of funding transactions, and anvil's account pays for them.
const MAX_OPERATORS: u16 = 20;

/// What devnet to bring up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Operators that bid; the reserve comes on top.
    pub operators: u16,
    pub slot_seconds: u32,
    pub slots_per_epoch: u16,
    /// Seconds between L1 blocks.
    pub l1_block_time: u16,
    /// Seconds between L2 blocks.
    pub l2_block_time: u16,
    /// Folder of everything: keys, databases, configurations, logs. New, empty, or an earlier devnet's.
    pub dir: PathBuf,
    /// Assigns the slots.
    pub policy: Policy,
    /// Draws the bids.
    pub seed: u64,
    /// Seconds from the deployment to slot 0: every keeper must be up by then.
    pub genesis_delay: u64,
}

impl Options {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            operators: 3,
            slot_seconds: 16,
            slots_per_epoch: 4,
            l1_block_time: 2,
            l2_block_time: 1,
            dir: dir.into(),
            policy: Policy::default(),
            seed: 1,
            genesis_delay: 45,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let rule = |holds: bool, name, value: u64, rule: &str| {
            if holds {
                Ok(())
            } else {
                Err(Error::Option { name, value: value.to_string(), rule: rule.into() })
            }
        };
        let (l1, l2) = (self.l1_block_time, self.l2_block_time);
        rule(
            (1..=MAX_OPERATORS).contains(&self.operators),
            "operators",
            self.operators.into(),
            "1 to 20",
        )?;
        rule(
            (1..=45).contains(&self.slots_per_epoch),
            "slots-per-epoch",
            self.slots_per_epoch.into(),
            "1 to 45",
        )?;
        rule(l1 > 0, "l1-block-time", l1.into(), "at least 1 second")?;
        rule(
            (1..=l1).contains(&l2),
            "l2-block-time",
            l2.into(),
            "from 1 second to the L1's block time",
        )?;
        let slot = self.slot_seconds;
        rule(slot >= 8 * u32::from(l1), "slot-seconds", slot.into(), "at least 8 L1 blocks")
    }
}

/// A running devnet. Dropping it kills what still runs.
pub struct Stack {
    pub options: Options,
    pub tools: Tools,
    pub supervisor: Supervisor,
    pub l1: L1,
    pub system_config: Address,
    pub contracts: Contracts,
    /// L1 block before the first one with our contracts.
    pub deployed_at: u64,
    /// Start of slot 0 and date of L2 block 0, Unix seconds.
    pub genesis_time: u64,
    /// By id: the reserve (1) first.
    pub operators: Vec<Operator>,
    pub follower: Follower,
    /// Held as long as the processes may be started again.
    _ports: Ports,
    /// Held as long as the folder is in use.
    _lock: File,
}

impl Stack {
    /// Brings everything up and returns before slot 0 begins, with every operator registered. `progress` is told each step.
    pub async fn up(
        options: Options,
        tools: Tools,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<Self, Error> {
        options.check()?;
        let (dir, lock) = fresh(&options.dir)?;
        let (supervisor, ports) = (Supervisor::new(dir.join("logs"))?, Ports::default());

        progress("making keys, compiling the contracts");
        deploy::compile(&supervisor, &tools).await?;
        let ids = (1..=options.operators + 1).map(OperatorId);
        let operators = ids
            .map(|id| {
                Operator::new(id, dir.join(format!("operator-{id}")), &supervisor, &ports, &tools)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let follower = Follower::new(dir.join("follower"), &ports)?;
        let reserve = &operators[0];

        progress("starting the L1 with the chain's SystemConfig on it");
        let l1 = L1::start(&supervisor, &ports, &tools, &dir, options.l1_block_time.into()).await?;
        let system_config = l1
            .deploy_system_config(&supervisor, &tools, reserve.batcher, reserve.sequencer)
            .await?;
        let accounts = operators.iter().flat_map(|o| [o.owner, o.sequencer, o.batcher]);
        let money = U256::from(FUNDS_ETH) * ETHER;
        let fund =
            |to| ("fund an operator", Send { to: Some(to), value: money, ..Send::default() });
        l1.send_all(&supervisor, accounts.map(fund).collect()).await?;

        // L2 block 0 is dated at the start of slot 0, so that no block lies before the first holder's turn.
        let (number, hash, timestamp) = l1.head().await?;
        let genesis_time = timestamp + options.genesis_delay;
        let chain = Chain {
            l1_chain_id: L1_CHAIN_ID,
            anchor: (number, hash),
            genesis_time,
            block_time: options.l2_block_time.into(),
            system_config,
            batcher: reserve.batcher,
            owner: OWNER,
        };
        let geometry = Geometry {
            genesis: genesis_time,
            slot_seconds: options.slot_seconds,
            slots_per_epoch: options.slots_per_epoch,
            l1_block_time: options.l1_block_time,
            l2_block_time: options.l2_block_time,
            system_config,
            policy: options.policy,
        };
        progress("deploying Rota, starting the rollup's nodes");
        // Side by side: the nodes need the SystemConfig only.
        let (contracts, ()) = tokio::try_join!(
            deploy_and_hand_over(&supervisor, &tools, &l1, &dir, geometry, &operators),
            start_nodes(&supervisor, &tools, &l1, &chain, &dir, &operators, &follower),
        )?;

        let deployed_at = number;
        let deployment = Deployment { l1: &l1, contracts: &contracts, deployed_at };
        let bids = curves::curves(options.seed, options.operators, options.slots_per_epoch);
        for (i, operator) in operators.iter().enumerate() {
            progress(&format!("starting the keeper of operator {}", operator.id));
            // The reserve, which comes first, never bids.
            let proof = operator.prove_batcher(deployment, &supervisor, &tools)?;
            let curves = i.checked_sub(1).map_or(&[][..], |i| &bids[i]);
            operator.write_config(deployment, &proof, curves, options.policy)?;
            operator.start_keeper(&supervisor, &tools).await?;
            // One after the other: ids are given in the order of registration.
            registered(&supervisor, &l1, &contracts, operator).await?;
        }
        follower.write_config(deployment)?;
        follower.start_reader(&supervisor, &tools)?;

        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        // A little late is only a reserve that catches up in its first slot; a slot late, and bids for epoch 2 are in danger.
        if now >= genesis_time + u64::from(options.slot_seconds) {
            return Err(Error::Late { late: now - genesis_time });
        }
        progress(&format!("up; slot 0 begins in {} s", genesis_time.saturating_sub(now)));
        Ok(Self {
            options,
            tools,
            supervisor,
            l1,
            system_config,
            contracts,
            deployed_at,
            genesis_time,
            operators,
            follower,
            _ports: ports,
            _lock: lock,
        })
    }

    /// Ends everything: keepers first, as they sign receipts and stop their sequencers through nodes that still run; the L1
    /// last. Returns what still runs.
    pub async fn down(&self) -> Result<Vec<Started>, Error> {
        let all =
            |name: fn(&Operator) -> String| self.operators.iter().map(name).collect::<Vec<_>>();
        let mut keepers = all(Operator::keeper);
        keepers.push(Follower::READER.into());
        let batchers = all(|o| o.node.op_batcher());
        let mut nodes = all(|o| o.node.op_node());
        nodes.push(self.follower.node.op_node());
        for group in [keepers, batchers, nodes] {
            self.supervisor.stop(&group.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        }
        self.supervisor.down().await?;
        Ok(self.supervisor.list().into_iter().filter(|p| p.exit.is_none()).collect())
    }

    /* LOOKING */

    /// The operator `id`, if this devnet has it.
    pub fn operator(&self, id: OperatorId) -> Option<&Operator> {
        self.operators.iter().find(|operator| operator.id == id)
    }

    /* FAULTS */

    /// Kills all four processes of an operator at one moment.
    pub async fn kill(&self, id: OperatorId) -> Result<(), Error> {
        let names = self.known(id)?.processes();
        self.supervisor.kill(&names.each_ref().map(String::as_str)).await
    }

    /// Starts a killed operator again, on the disks it left.
    pub async fn restart(&self, id: OperatorId) -> Result<(), Error> {
        self.known(id)?.restart(&self.supervisor).await
    }

    fn known(&self, id: OperatorId) -> Result<&Operator, Error> {
        self.operator(id).ok_or_else(|| Error::unknown(&format!("operator {id}")))
    }
}

/* STEPS */

/// Makes the devnet's folder anew and returns it with the lock that tells others that a devnet lives in it. Only a dead
/// devnet's own folder is ever emptied: the name may be a slip of the user's.
fn fresh(dir: &Path) -> Result<(PathBuf, File), Error> {
    let refuse = |rule: &str| Error::Option {
        name: "dir",
        value: dir.display().to_string(),
        rule: rule.into(),
    };
    let mark = dir.join(MARK);
    let empty = fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if let Ok(file) = File::open(&mark) {
        file.try_lock()
            .map_err(|_| refuse("a devnet runs in this folder: end it or name another one"))?;
        fs::remove_dir_all(dir).map_err(|e| Error::io(dir, e))?;
    } else if !empty {
        return Err(refuse("the folder holds something else than a devnet: name another one"));
    }
    write(&mark, "A devnet of Rota: made anew by the next one that is started here.\n")?;
    let lock = File::open(&mark).map_err(|e| Error::io(&mark, e))?;
    lock.try_lock()
        .map_err(|_| refuse("a devnet runs in this folder: end it or name another one"))?;
    Ok((dir.canonicalize().map_err(|e| Error::io(dir, e))?, lock))
}

/// Deploys our contracts and makes the adapter the SystemConfig's owner, as an existing chain would.
async fn deploy_and_hand_over(
    supervisor: &Supervisor,
    tools: &Tools,
    l1: &L1,
    dir: &Path,
    geometry: Geometry,
    operators: &[Operator],
) -> Result<Contracts, Error> {
    let parties: Vec<Party> = operators
        .iter()
        .map(|o| Party {
            owner: o.owner,
            sequencer: o.sequencer,
            batcher: o.batcher,
            endpoint: o.relay.clone(),
        })
        .collect();
    let contracts = deploy::deploy(supervisor, tools, l1, dir, geometry, &parties).await?;
    let data =
        ISystemConfig::transferOwnershipCall { newOwner: contracts.adapter }.abi_encode().into();
    let hand_over = Send { to: Some(geometry.system_config), data, ..Send::default() };
    // As the withdrawals of the chain's fee vault would, if there were a bridge.
    let (to, value) = (Some(contracts.rewards), U256::from(FEES_ETH) * ETHER);
    let fees = Send { to, value, ..Send::default() };
    l1.send_all(
        supervisor,
        vec![
            ("hand the SystemConfig to the adapter", hand_over),
            ("bring fees to the reward pool", fees),
        ],
    )
    .await?;
    Ok(contracts)
}

/// Starts every op-geth, op-node and op-batcher on one genesis.
async fn start_nodes(
    supervisor: &Supervisor,
    tools: &Tools,
    l1: &L1,
    chain: &Chain,
    dir: &Path,
    operators: &[Operator],
    follower: &Follower,
) -> Result<(), Error> {
    let files = ChainFiles::within(&dir.join("l2"));
    genesis::write(&files, chain, tools, &l1.url).await?;
    let nodes: Vec<&Node> = operators.iter().map(|o| &o.node).chain([&follower.node]).collect();
    let mut block_0 = B256::ZERO;
    for node in nodes {
        block_0 = node.start_op_geth(supervisor, tools, &files, L2_CHAIN_ID).await?;
    }
    genesis::write_rollup(&files, chain, block_0)?;
    for operator in operators {
        operator
            .node
            .start_op_node(supervisor, tools, &files, l1, Some(&operator.conductor))
            .await?;
        operator.node.start_op_batcher(supervisor, tools, l1, &operator.batcher_key()).await?;
    }
    follower.node.start_op_node(supervisor, tools, &files, l1, None).await
}

/// Waits until the registry knows the operator's owner under the operator's id.
async fn registered(
    supervisor: &Supervisor,
    l1: &L1,
    contracts: &Contracts,
    operator: &Operator,
) -> Result<(), Error> {
    let data: Bytes = ownerOfCall { operator: operator.id.0 }.abi_encode().into();
    let ask = json!([{ "to": contracts.registry, "data": data }, "latest"]);
    let within = Duration::from_secs(30 + 10 * l1.block_time);
    supervisor
        .until(&operator.keeper(), "the operator in the registry", within, async || {
            let owner: B256 = rpc::call(&l1.url, "eth_call", ask.clone()).await?;
            Ok((owner == operator.owner.into_word()).then_some(()))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_cannot_work_are_refused_by_name() {
        let fine = || Options::new("unused");
        assert!(fine().check().is_ok());
        for (name, options) in [
            ("operators", Options { operators: 0, ..fine() }),
            ("slots-per-epoch", Options { slots_per_epoch: 46, ..fine() }),
            ("l1-block-time", Options { l1_block_time: 0, ..fine() }),
            ("l2-block-time", Options { l2_block_time: 3, ..fine() }),
            ("slot-seconds", Options { slot_seconds: 15, ..fine() }),
        ] {
            let error = options.check().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn only_a_devnets_own_folder_is_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let (own, other) = (dir.path().join("own"), dir.path().join("other"));
        for _ in 0..2 {
            let (made, _lock) = fresh(&own).unwrap();
            assert_eq!(fs::read_dir(&made).unwrap().count(), 1);
            assert!(fresh(&own).is_err(), "a devnet runs in it");
            write(&made.join("logs/anvil.log"), "old").unwrap();
        }
        write(&other.join("thesis.tex"), "precious").unwrap();
        assert!(fresh(&other).is_err() && other.join("thesis.tex").exists());
    }
}
