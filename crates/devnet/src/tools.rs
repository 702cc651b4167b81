//! Where the devnet's programs and contract artifacts are. Everything comes from the checkout: nothing is downloaded here.

use crate::Error;
use alloy::{hex, primitives::Bytes};
use serde_json::Value;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

const BEDROCK: &str = "node_modules/@eth-optimism/contracts-bedrock/forge-artifacts";

/// The programs of a devnet, all present.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The checkout: forge runs in it.
    pub root: PathBuf,
    pub op_geth: PathBuf,
    pub op_node: PathBuf,
    pub op_batcher: PathBuf,
    pub anvil: PathBuf,
    pub forge: PathBuf,
    /// The keeper's own command line.
    pub rota: PathBuf,
}

impl Tools {
    /// The tools of the checkout that the current folder is in; `rota` is the keeper to run.
    pub fn find(rota: impl Into<PathBuf>) -> Result<Self, Error> {
        let here = env::current_dir().map_err(|e| Error::io(Path::new("."), e))?;
        let root = here
            .ancestors()
            .find(|folder| folder.join("tools/opstack/go.mod").is_file())
            .ok_or_else(|| Error::NoCheckout(here.clone()))?
            .to_path_buf();
        let present =
            |path: PathBuf| if path.is_file() { Ok(path) } else { Err(Error::NoTool { path }) };
        let opstack = |name: &str| present(root.join("tools/opstack/bin").join(name));
        let foundry = |name: &str| {
            present(root.join(format!("node_modules/@foundry-rs/{name}-linux-amd64/bin/{name}")))
        };
        Ok(Self {
            op_geth: opstack("op-geth")?,
            op_node: opstack("op-node")?,
            op_batcher: opstack("op-batcher")?,
            anvil: foundry("anvil")?,
            forge: foundry("forge")?,
            rota: rota.into(),
            root,
        })
    }

    /// Creation code of a contract of `@eth-optimism/contracts-bedrock`, without constructor arguments.
    pub fn creation_code(&self, contract: &str) -> Result<Bytes, Error> {
        let path = self.root.join(BEDROCK).join(format!("{contract}.sol/{contract}.json"));
        if !path.is_file() {
            return Err(Error::NoTool { path });
        }
        let artifact: Value = read_json(&path)?;
        let code = artifact["bytecode"]["object"]
            .as_str()
            .ok_or_else(|| Error::malformed(&path, "no bytecode"))?;
        hex::decode(code).map(Bytes::from).map_err(|e| Error::malformed(&path, e))
    }
}

pub(crate) fn read_json(path: &Path) -> Result<Value, Error> {
    let text = fs::read(path).map_err(|e| Error::io(path, e))?;
    serde_json::from_slice(&text).map_err(|e| Error::malformed(path, e))
}

pub(crate) fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    write(path, &format!("{value:#}\n"))
}

/// Writes a file, and the folders above it where there are none.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    }
    fs::write(path, text).map_err(|e| Error::io(path, e))
}
