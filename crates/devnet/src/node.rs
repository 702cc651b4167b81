//! One rollup node: an unmodified op-geth and op-node, and for an operator an op-batcher.

use crate::{
    Error,
    l1::L1,
    ports::Ports,
    process::{Spec, Supervisor},
    rpc,
    tools::{Tools, write},
};
use alloy::{
    hex,
    primitives::{B256, U256},
};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

/// What a program gets to answer its first call.
const START: Duration = Duration::from_secs(60);

/// The files that all nodes of a chain share.
#[derive(Clone, Debug)]
pub struct ChainFiles {
    pub genesis: PathBuf,
    pub rollup: PathBuf,
    pub l1_chain_config: PathBuf,
}

impl ChainFiles {
    pub fn within(dir: &Path) -> Self {
        Self {
            genesis: dir.join("genesis.json"),
            rollup: dir.join("rollup.json"),
            l1_chain_config: dir.join("l1-chain-config.json"),
        }
    }
}

/// A rollup node: where it lives and what it listens on. Its processes are called `op-geth-LABEL`, `op-node-LABEL` and
/// `op-batcher-LABEL`.
#[derive(Clone, Debug)]
pub struct Node {
    pub label: String,
    pub dir: PathBuf,
    pub el_rpc: String,
    pub node_rpc: String,
    pub batcher_rpc: String,
    engine_rpc: String,
}

impl Node {
    /// A node in `dir`, on free ports, with a secret of its own between its op-node and its op-geth.
    pub fn new(label: impl Into<String>, dir: PathBuf, ports: &Ports) -> Result<Self, Error> {
        let url = || ports.take().map(|port| format!("http://127.0.0.1:{port}"));
        let node = Self {
            label: label.into(),
            el_rpc: url()?,
            node_rpc: url()?,
            batcher_rpc: url()?,
            engine_rpc: url()?,
            dir,
        };
        let mut secret = [0; 32];
        let random = Path::new("/dev/urandom");
        File::open(random)
            .and_then(|mut file| file.read_exact(&mut secret))
            .map_err(|e| Error::io(random, e))?;
        write(&node.jwt(), &hex::encode(secret))?;
        Ok(node)
    }

    pub fn op_geth(&self) -> String {
        format!("op-geth-{}", self.label)
    }

    pub fn op_node(&self) -> String {
        format!("op-node-{}", self.label)
    }

    pub fn op_batcher(&self) -> String {
        format!("op-batcher-{}", self.label)
    }

    /* STARTING */

    /// Writes the genesis into op-geth's database, starts it, and returns the hash of block 0.
    pub async fn start_op_geth(
        &self,
        supervisor: &Supervisor,
        tools: &Tools,
        files: &ChainFiles,
        chain_id: u64,
    ) -> Result<B256, Error> {
        let data = self.dir.join("op-geth");
        fs::create_dir_all(&data).map_err(|e| Error::io(&data, e))?;
        let init = format!("{}-init", self.op_geth());
        let scheme = ["--state.scheme", "hash", "--datadir"];
        supervisor.spawn(
            Spec::new(&init, &tools.op_geth, &self.dir)
                .args(["init"])
                .args(scheme)
                .args([&data])
                .args([&files.genesis]),
        )?;
        supervisor.finish(&init, START).await?;

        let (chain_id, cache) = (chain_id.to_string(), "64");
        let flags = [
            ["--gcmode", "archive"],
            ["--syncmode", "full"],
            ["--networkid", &chain_id],
            ["--http.addr", "127.0.0.1"],
            ["--http.port", port(&self.el_rpc)],
            ["--http.api", "eth,net,web3,txpool,debug,miner,admin"],
            ["--authrpc.addr", "127.0.0.1"],
            ["--authrpc.port", port(&self.engine_rpc)],
            ["--port", "0"],
            ["--maxpeers", "0"],
            ["--nat", "none"],
            ["--cache", cache],
        ];
        supervisor.spawn(
            Spec::new(self.op_geth(), &tools.op_geth, &self.dir)
                .args(scheme)
                .args([&data])
                .args(flags.concat())
                .args([
                    "--http",
                    "--nodiscover",
                    "--ipcdisable",
                    "--rollup.disabletxpoolgossip",
                    "--authrpc.jwtsecret",
                ])
                .args([self.jwt()]),
        )?;
        let genesis = self.op_geth_answers(supervisor).await?;
        serde_json::from_value(genesis["hash"].clone())
            .map_err(|e| Error::malformed(&files.genesis, e))
    }

    /// Starts op-node and waits until it knows its head. With a conductor it can sequence (stopped at first) and asks
    /// `conductor` before it lets a block out; without one it only follows.
    pub async fn start_op_node(
        &self,
        supervisor: &Supervisor,
        tools: &Tools,
        files: &ChainFiles,
        l1: &L1,
        conductor: Option<&str>,
    ) -> Result<(), Error> {
        let interval = format!("{}s", l1.block_time);
        let flags = [
            ["--l1", l1.url.as_str()],
            ["--l1.rpckind", "standard"],
            ["--l1.http-poll-interval", "500ms"],
            ["--l1.epoch-poll-interval", &interval],
            ["--l1.runtime-config-reload-interval", &interval],
            ["--l2", &self.engine_rpc],
            ["--rpc.addr", "127.0.0.1"],
            ["--rpc.port", port(&self.node_rpc)],
            ["--verifier.l1-confs", "0"],
        ];
        let mut spec = Spec::new(self.op_node(), &tools.op_node, &self.dir)
            .args(flags.concat())
            .args(["--l1.beacon.ignore", "--rpc.enable-admin", "--p2p.disable", "--l2.jwt-secret"])
            .args([self.jwt()])
            .args(["--rollup.l1-chain-config"])
            .args([&files.l1_chain_config])
            .args(["--rollup.config"])
            .args([&files.rollup])
            .args(["--safedb.path"])
            .args([self.dir.join("safedb")]);
        if let Some(conductor) = conductor {
            spec = spec
                .args(["--sequencer.enabled", "--sequencer.stopped", "--sequencer.l1-confs", "0"])
                .args([
                    "--conductor.enabled",
                    "--conductor.rpc-timeout",
                    "2s",
                    "--conductor.rpc",
                    conductor,
                ]);
        }
        supervisor.spawn(spec)?;
        self.op_node_knows_its_head(supervisor).await
    }

    /// Starts op-batcher, stopped: the keeper starts it in its operator's turn.
    ///
    /// The key goes from its file into the batcher's environment through the shell that becomes the batcher. So it
    /// stands on no command line, and the devnet does not read it.
    pub async fn start_op_batcher(
        &self,
        supervisor: &Supervisor,
        tools: &Tools,
        l1: &L1,
        key: &Path,
    ) -> Result<(), Error> {
        let flags = [
            ["--l1-eth-rpc", l1.url.as_str()],
            ["--l2-eth-rpc", &self.el_rpc],
            ["--rollup-rpc", &self.node_rpc],
            ["--rpc.addr", "127.0.0.1"],
            ["--rpc.port", port(&self.batcher_rpc)],
            ["--data-availability-type", "calldata"],
            // Post at every L1 block, and never hold blocks back for a fuller channel.
            ["--max-channel-duration", "1"],
            ["--sub-safety-margin", "4"],
            ["--poll-interval", "500ms"],
            ["--num-confirmations", "1"],
            ["--safe-abort-nonce-too-low-count", "3"],
            ["--resubmission-timeout", "10s"],
            ["--txmgr.receipt-query-interval", "500ms"],
            ["--throttle.unsafe-da-bytes-lower-threshold", "0"],
        ];
        supervisor.spawn(
            Spec::new(self.op_batcher(), "sh", &self.dir)
                .args(["-c", r#"OP_BATCHER_PRIVATE_KEY="$(cat "$0")" exec "$@""#])
                .args([key])
                .args([&tools.op_batcher])
                .args(flags.concat())
                .args(["--wait-node-sync=false", "--rpc.enable-admin", "--stopped"]),
        )?;
        self.op_batcher_answers(supervisor).await
    }

    /// Waits until op-geth answers, and returns block 0.
    pub(crate) async fn op_geth_answers(&self, supervisor: &Supervisor) -> Result<Value, Error> {
        supervisor
            .until(&self.op_geth(), "op-geth answering", START, async || {
                rpc::call(&self.el_rpc, "eth_getBlockByNumber", json!(["0x0", false]))
                    .await
                    .map(Some)
            })
            .await
    }

    /// Right after its start op-node answers with zeros: then it does not know yet what it stands on.
    pub(crate) async fn op_node_knows_its_head(
        &self,
        supervisor: &Supervisor,
    ) -> Result<(), Error> {
        supervisor
            .until(&self.op_node(), "op-node knowing its head", START, async || {
                Ok(self.sync_status().await?.unsafe_head.map(|_| ()))
            })
            .await
    }

    pub(crate) async fn op_batcher_answers(&self, supervisor: &Supervisor) -> Result<(), Error> {
        supervisor
            .until(&self.op_batcher(), "op-batcher answering", START, async || {
                rpc::call::<Value>(&self.batcher_rpc, "rpc_modules", json!([]))
                    .await
                    .map(|_| Some(()))
            })
            .await
    }

    /* LOOKING */

    /// The node's heads.
    pub async fn sync_status(&self) -> Result<SyncStatus, Error> {
        let status: Value = rpc::call(&self.node_rpc, "optimism_syncStatus", json!([])).await?;
        Ok(SyncStatus {
            unsafe_head: Head::read(&status["unsafe_l2"]),
            safe_head: Head::read(&status["safe_l2"]),
            finalized_head: Head::read(&status["finalized_l2"]),
        })
    }

    /// A word of storage as of the latest L2 block.
    pub async fn storage(
        &self,
        account: alloy::primitives::Address,
        slot: u64,
    ) -> Result<U256, Error> {
        rpc::call(
            &self.el_rpc,
            "eth_getStorageAt",
            json!([account, B256::from(U256::from(slot)), "latest"]),
        )
        .await
    }

    fn jwt(&self) -> PathBuf {
        self.dir.join("jwt.hex")
    }
}

/// op-node's heads; none where it has not found them yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncStatus {
    pub unsafe_head: Option<Head>,
    pub safe_head: Option<Head>,
    pub finalized_head: Option<Head>,
}

/// An L2 block as op-node tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub hash: B256,
    pub timestamp: u64,
    pub l1_origin: u64,
}

impl Head {
    fn read(block: &Value) -> Option<Self> {
        let hash: B256 = serde_json::from_value(block["hash"].clone()).ok()?;
        (hash != B256::ZERO).then_some(Self {
            hash,
            number: block["number"].as_u64()?,
            timestamp: block["timestamp"].as_u64()?,
            l1_origin: block["l1origin"]["number"].as_u64()?,
        })
    }
}

/// The port of one of our own URLs.
fn port(url: &str) -> &str {
    url.rsplit(':').next().unwrap_or_default()
}
