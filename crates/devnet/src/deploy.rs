//! Our contracts on the L1, by the same script that deploys them anywhere else.

use crate::{
    Error,
    genesis::L2_CHAIN_ID,
    l1::{L1, OWNER},
    policy::Policy,
    process::{POLL, Spec, Supervisor},
    tools::{Tools, read_json, write, write_json},
};
use alloy::primitives::Address;
use rota_core::Contracts;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::{sleep, timeout};
use toml::{Table, Value};

const SCRIPT: &str = "script/Deploy.s.sol";
/// The parameters that the devnet starts from; what differs per run is written over them.
const CONFIG: &str = "script/config/devnet.toml";
/// A cold compilation of the contracts on a busy machine.
const COMPILE: Duration = Duration::from_secs(600);
const BROADCAST: Duration = Duration::from_secs(180);

/// When and how long, and for which chain.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Start of slot 0 and date of L2 block 0, Unix seconds.
    pub genesis: u64,
    pub slot_seconds: u32,
    pub slots_per_epoch: u16,
    pub l1_block_time: u16,
    pub l2_block_time: u16,
    pub system_config: Address,
    /// Assigns the slots of the stage that the chain starts in.
    pub policy: Policy,
}

/// An operator as the deployment must know it: the first is registered as the reserve, the others are whitelisted.
#[derive(Clone, Debug)]
pub struct Party {
    pub owner: Address,
    pub sequencer: Address,
    pub batcher: Address,
    /// URL of its public stream.
    pub endpoint: String,
}

/// Compiles the contracts, so that the deployment itself takes the same time on every run.
pub async fn compile(supervisor: &Supervisor, tools: &Tools) -> Result<(), Error> {
    // Two devnets that start together compile one after the other: the second one finds nothing left to do.
    let path = own_folder(tools).join("lock");
    write(&path, "")?;
    let lock = File::open(&path).map_err(|e| Error::io(&path, e))?;
    let within = timeout(COMPILE, async {
        while let Err(TryLockError::WouldBlock) = lock.try_lock() {
            sleep(POLL).await;
        }
    });
    within.await.map_err(|_| Error::io(&path, std::io::ErrorKind::ResourceBusy.into()))?;
    let name = "forge-build";
    supervisor.spawn(forge(name, tools).args(["build", SCRIPT]))?;
    supervisor.finish(name, COMPILE).await
}

/// forge with output folders of the devnet's own: what other builds leave half made in the checkout's is not deployed.
fn forge(name: &str, tools: &Tools) -> Spec {
    let folder = own_folder(tools);
    Spec::new(name, &tools.forge, &tools.root)
        .env("FOUNDRY_OUT", folder.join("out"))
        .env("FOUNDRY_CACHE_PATH", folder.join("cache"))
}

fn own_folder(tools: &Tools) -> PathBuf {
    tools.root.join("target/devnet")
}

/// Deploys our contracts for the chain's owner and returns where they are.
pub async fn deploy(
    supervisor: &Supervisor,
    tools: &Tools,
    l1: &L1,
    dir: &Path,
    geometry: Geometry,
    parties: &[Party],
) -> Result<Contracts, Error> {
    let base = tools.root.join(CONFIG);
    let text = fs::read_to_string(&base).map_err(|e| Error::io(&base, e))?;
    let table =
        configure(&text, geometry, parties).map_err(|reason| Error::malformed(&base, reason))?;
    // A script reads and writes below `target` only (foundry.toml), so its files are there first; the L1's port keeps two
    // devnets apart.
    let exchange = own_folder(tools).join(l1.url.rsplit(':').next().unwrap_or_default());
    let (config, out) = (exchange.join("deploy.toml"), exchange.join("deployment.json"));
    write(&config, &table.to_string())?;

    let name = "forge-deploy";
    let owner = OWNER.to_string();
    supervisor.spawn(
        forge(name, tools)
            .args([
                "script",
                SCRIPT,
                "--rpc-url",
                &l1.url,
                "--broadcast",
                "--unlocked",
                "--sender",
                &owner,
            ])
            .env("ROTA_CONFIG", &config)
            .env("ROTA_OUT", &out)
            .env("FOUNDRY_BROADCAST", exchange.join("broadcast")),
    )?;
    supervisor.finish(name, BROADCAST).await?;
    let deployment = read_json(&out)?;
    write_json(&dir.join("l1/deployment.json"), &deployment)?;
    write(&dir.join("l1/deploy.toml"), &table.to_string())?;
    fs::remove_dir_all(&exchange).map_err(|e| Error::io(&exchange, e))?;
    serde_json::from_value(deployment).map_err(|e| Error::malformed(&out, e))
}

/// The deployment's configuration: the committed parameters with this run's clock, chain and parties.
fn configure(text: &str, geometry: Geometry, parties: &[Party]) -> Result<Table, String> {
    let mut table: Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
    let (reserve, others) = parties.split_first().ok_or("no reserve")?;
    let number = |n: u64| {
        i64::try_from(n).map(Value::Integer).map_err(|_| format!("{n} is not a TOML number"))
    };
    let address = |a: Address| Value::String(a.to_string());
    let whitelist = others.iter().map(|party| address(party.owner)).collect();
    let governance = address(OWNER);
    for (section, key, value) in [
        ("clock", "genesis", number(geometry.genesis)?),
        ("clock", "slot_seconds", number(geometry.slot_seconds.into())?),
        ("clock", "slots_per_epoch", number(geometry.slots_per_epoch.into())?),
        ("clock", "l1_block_seconds", number(geometry.l1_block_time.into())?),
        ("clock", "l2_genesis_time", number(geometry.genesis)?),
        ("clock", "l2_block_seconds", number(geometry.l2_block_time.into())?),
        ("chain", "system_config", address(geometry.system_config)),
        ("chain", "owner", address(OWNER)),
        ("chain", "l2_chain_id", number(L2_CHAIN_ID)?),
        ("reserve", "owner", address(reserve.owner)),
        ("reserve", "sequencer_key", address(reserve.sequencer)),
        ("reserve", "batcher_key", address(reserve.batcher)),
        ("reserve", "payee", address(reserve.owner)),
        ("reserve", "endpoint", Value::String(reserve.endpoint.clone())),
    ] {
        let section_table = table.get_mut(section).and_then(Value::as_table_mut);
        section_table.ok_or_else(|| format!("no section [{section}]"))?.insert(key.into(), value);
    }
    let stage = table.get("registry").and_then(|registry| registry.get("stage"));
    let stage = stage.and_then(Value::as_integer).ok_or("no number `stage` in [registry]")?;
    let names = geometry.policy.list().into_iter().map(|name| Value::String(name.into())).collect();
    let policies = table.get_mut("policies").and_then(Value::as_table_mut);
    policies.ok_or("no section [policies]")?.insert(format!("stage{stage}"), Value::Array(names));
    table.insert("governance".into(), governance);
    table.insert("whitelist".into(), Value::Array(whitelist));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_that_of_the_stage_in_which_the_chain_starts() {
        let text = include_str!("../../../script/config/devnet.toml");
        let party = Party {
            owner: Address::repeat_byte(1),
            sequencer: Address::repeat_byte(2),
            batcher: Address::repeat_byte(3),
            endpoint: "http://127.0.0.1:1".into(),
        };
        let written = |policy| {
            let geometry = Geometry {
                genesis: 1_000,
                slot_seconds: 16,
                slots_per_epoch: 4,
                l1_block_time: 2,
                l2_block_time: 1,
                system_config: Address::ZERO,
                policy,
            };
            configure(text, geometry, &[party.clone(), party.clone()]).unwrap()
        };
        let committed: Table = text.parse().unwrap();
        for policy in Policy::ALL {
            assert_eq!(policy.name().parse(), Ok(policy));
            let (table, names) = (written(policy), policy.list());
            let stage2 = table["policies"]["stage2"].as_array().unwrap();
            assert_eq!(stage2.iter().filter_map(Value::as_str).collect::<Vec<_>>(), names);
            assert_eq!(table["policies"]["stage3"], committed["policies"]["stage3"], "{policy}");
        }
        let unknown = "fastest".parse::<Policy>().unwrap_err();
        assert!(unknown.contains("`fastest`") && unknown.contains("open-auction"), "{unknown}");
    }
}
