//! One node by itself, for the tests of other crates: there in a moment, gone when dropped.

use crate::{
    Error, Tools,
    ports::Ports,
    process::{Spec, Supervisor},
    rpc,
};
use alloy::primitives::{Address, U64, address, b256};
use serde_json::json;
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;

/// What a node gets to answer at all, on a machine under load.
const START: Duration = Duration::from_secs(60);

/// The account that has ether on op-geth's own chain, and its well-known key.
pub const RICH: Address = address!("71562b71999873DB5b286dF957af199Ec94617F7");
pub const RICH_KEY: alloy::primitives::B256 =
    b256!("b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291");

/// A running node.
pub struct Solo {
    pub url: String,
    pub chain_id: u64,
    // Dropped in this order: what runs in the folder ends before the folder does.
    _supervisor: Supervisor,
    _ports: Ports,
    _dir: TempDir,
}

impl Solo {
    /// anvil: mines when told to, and reorganizes.
    pub async fn anvil() -> Result<Self, Error> {
        let flags = ["--no-mining", "--hardfork", "prague"];
        Self::start("anvil", |tools| tools.anvil, "--port", &flags).await
    }

    /// op-geth on a chain of its own: what can be included is, at once. [`RICH`] has the ether.
    pub async fn op_geth() -> Result<Self, Error> {
        let flags = ["--dev", "--http", "--http.api", "eth,txpool", "--port", "0", "--ipcdisable"];
        Self::start("op-geth", |tools| tools.op_geth, "--http.port", &flags).await
    }

    async fn start(
        name: &str,
        program: fn(Tools) -> PathBuf,
        port_flag: &str,
        flags: &[&str],
    ) -> Result<Self, Error> {
        // None of these nodes runs a keeper.
        let program = program(Tools::find("rota")?);
        let dir = tempfile::tempdir().map_err(|e| Error::io(&std::env::temp_dir(), e))?;
        let (supervisor, ports) = (Supervisor::new(dir.path())?, Ports::default());
        let port = ports.take()?.to_string();
        let url = format!("http://127.0.0.1:{port}");
        supervisor
            .spawn(Spec::new(name, program, dir.path()).args(flags).args([port_flag, &port]))?;
        let chain_id = supervisor
            .until(name, &format!("{name} answering"), START, async || {
                rpc::call::<U64>(&url, "eth_chainId", json!([])).await.map(Some)
            })
            .await?
            .to();
        Ok(Self { url, chain_id, _supervisor: supervisor, _ports: ports, _dir: dir })
    }
}
