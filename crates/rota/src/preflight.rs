//! What must hold before a keeper sends anything: each fault is one line that names the value and the remedy.
//!
//! `rota run` refuses to start on the first fault; `rota check` prints them all.

mod contracts;

use crate::{config::Config, keys};
use alloy::{
    primitives::{Address, B256, U64, U256},
    providers::{Provider, ProviderBuilder, RootProvider},
    transports::TransportError,
};
use axum::{Json, Router, extract::State, routing::post};
use rota_core::{root_cause, types::OperatorId};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
const SILENT: &str = "no answer in 5 s";

/// Why the keeper can't run.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{0:#}")]
    Key(eyre::Report),
    #[error("{what} at {url} does not answer ({reason}): start it, or correct `{key}`")]
    Unreachable { what: &'static str, key: &'static str, url: String, reason: String },
    #[error(
        "{what} at {url} is on chain {found}, but `{key}` is {expected}: correct the one that is wrong"
    )]
    WrongChain { what: &'static str, key: &'static str, url: String, found: u64, expected: u64 },
    #[error(
        "no contract at {address} on chain {chain_id}: correct `contracts.{key}`, or wait until the deployment is mined"
    )]
    NoContract { key: &'static str, address: Address, chain_id: u64 },
    #[error(
        "the Baton at {baton} serves L2 chain {found}, but `l2.chain_id` is {expected}: correct `contracts.baton` or `l2.chain_id`"
    )]
    OtherRollup { baton: Address, found: U256, expected: u64 },
    #[error(
        "`keys.sequencer_file` holds the key of {found}, but operator {operator}'s sequencer key is {expected}: give the file of that key"
    )]
    WrongSequencer { operator: OperatorId, found: Address, expected: Address },
    #[error(
        "`keys.sequencer_file` holds the key of {found}, which is operator {operator}'s, whose owner is {owner}, but `keys.owner_file` holds the key of {given}: give the two files of one operator"
    )]
    OthersSequencer { operator: OperatorId, found: Address, owner: Address, given: Address },
    #[error(
        "`keys.batcher` is {found}, but operator {operator}'s batcher key is {expected}: correct `keys.batcher` and op-batcher's key, or have the owner set that key in the registry"
    )]
    WrongBatcher { operator: OperatorId, found: Address, expected: String },
    #[error(
        "`keys.batcher` is {found}, which is operator {operator}'s key already: give this operator a batcher key of its own"
    )]
    OthersBatcher { operator: OperatorId, found: Address },
    #[error(
        "{0} is not the sequencer key of any operator, and no owner key is given to register one: correct `keys.sequencer_file`, or set `keys.owner_file`"
    )]
    NotRegistered(Address),
    #[error(
        "{0} is not whitelisted, so it can't register an operator: ask governance for it, or correct `keys.owner_file`"
    )]
    NotWhitelisted(Address),
    #[error(
        "the {what} {address} holds {balance} ETH, but needs {needed} ETH for gas: send it some"
    )]
    Unfunded { what: &'static str, address: Address, balance: String, needed: String },
    #[error("op-node at {url} refuses {method} ({reason}): start it with --rpc.enable-admin")]
    NoAdmin { url: String, method: &'static str, reason: String },
    #[error(
        "op-node at {url} runs without a conductor: start it with --conductor.enabled --conductor.rpc http://{listen}"
    )]
    NoConductor { url: String, listen: SocketAddr },
    #[error(
        "op-node at {url} asks another conductor than this keeper: start it with --conductor.rpc http://{listen}, or correct `l2.conductor_listen`"
    )]
    OtherConductor { url: String, listen: SocketAddr },
    #[error("cannot listen on {listen} ({reason}): stop what listens there, or correct `{key}`")]
    Listen { key: &'static str, listen: SocketAddr, reason: String },
}

/// Runs all checks; the order is that in which an operator would mend the faults.
pub async fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let signer = match keys::sequencer(&config.keys)
        .and_then(|key| Ok((key, keys::owner(&config.keys)?)))
    {
        Ok((sequencer, owner)) => Some((sequencer.address(), owner.map(|owner| owner.address()))),
        Err(error) => {
            faults.push(Fault::Key(error));
            None
        }
    };
    let (mut l1, mut down) = (None, vec![]);
    for url in &config.l1.rpc {
        match chain("the L1 endpoint", "l1.rpc", "l1.chain_id", url, config.l1.chain_id).await {
            Ok(provider) => l1 = l1.or(Some((provider, url))),
            Err(fault @ Fault::Unreachable { .. }) => down.push(fault),
            Err(fault) => faults.push(fault),
        }
    }
    // One that answers is enough: several are listed so that one may be down, also when the keeper is restarted.
    if l1.is_none() {
        faults.append(&mut down);
    }
    if let (Some((l1, url)), Some((sequencer, owner))) = (l1, signer)
        && let Err(fault) = contracts::check(config, &l1, url, sequencer, owner).await
    {
        faults.push(fault);
    }
    let l2 = config.l2.chain_id;
    if let Err(fault) = chain("op-geth", "l2.el_rpc", "l2.chain_id", &config.l2.el_rpc, l2).await {
        faults.push(fault);
    }
    for listened in [
        ("relay.listen", Some(config.relay_listen)),
        ("ingress.listen", Some(config.ingress_listen)),
        ("http.listen", config.http_listen),
    ] {
        if let (key, Some(listen)) = listened
            && let Err(error) = TcpListener::bind(listen).await
        {
            faults.push(Fault::Listen { key, listen, reason: error.to_string() });
        }
    }
    if let Err(fault) = node(config).await {
        faults.push(fault);
    }
    if let Err(fault) = batcher(config).await {
        faults.push(fault);
    }
    faults
}

/// op-node answers, for the right rollup, has its admin API and asks *this* keeper as its conductor.
async fn node(config: &Config) -> Result<(), Fault> {
    let url = &config.l2.node_rpc;
    let node = provider("op-node", "l2.node_rpc", url)?;
    let rollup: Value = call(&node, "optimism_rollupConfig", json!([]))
        .await
        .map_err(|error| unreachable("op-node", "l2.node_rpc", url, error))?;
    let (found, expected) =
        (rollup["l2_chain_id"].as_u64().unwrap_or_default(), config.l2.chain_id);
    if found != expected {
        return Err(Fault::WrongChain {
            what: "op-node",
            key: "l2.chain_id",
            url: url.clone(),
            found,
            expected,
        });
    }
    let method = "admin_conductorEnabled";
    let enabled: bool = call(&node, method, json!([])).await.map_err(|error| Fault::NoAdmin {
        url: url.clone(),
        method,
        reason: error,
    })?;
    let listen = config.l2.conductor_listen;
    if !enabled {
        return Err(Fault::NoConductor { url: url.clone(), listen });
    }

    // op-node asks its conductor before it looks at the hash: told "not the leader", it starts nothing.
    let probe = ConductorProbe::start(listen).await?;
    let _: Result<Value, String> = call(&node, "admin_startSequencer", json!([B256::ZERO])).await;
    if probe.was_asked() { Ok(()) } else { Err(Fault::OtherConductor { url: url.clone(), listen }) }
}

async fn batcher(config: &Config) -> Result<(), Fault> {
    let url = &config.l2.batcher_rpc;
    let batcher = provider("op-batcher", "l2.batcher_rpc", url)?;
    // Any answer of JSON-RPC will do: the admin methods that it has all act.
    match timeout(PATIENCE, batcher.raw_request::<_, Value>("rpc_modules".into(), ())).await {
        Ok(Ok(_) | Err(TransportError::ErrorResp(_))) => Ok(()),
        Ok(Err(error)) => Err(unreachable("op-batcher", "l2.batcher_rpc", url, root_cause(&error))),
        Err(_) => Err(unreachable("op-batcher", "l2.batcher_rpc", url, SILENT.to_owned())),
    }
}

/// A conductor that leads nobody and remembers whether it was asked.
struct ConductorProbe {
    asked: Arc<AtomicBool>,
    server: JoinHandle<()>,
}

impl ConductorProbe {
    async fn start(listen: SocketAddr) -> Result<Self, Fault> {
        let listener = TcpListener::bind(listen).await.map_err(|error| Fault::Listen {
            key: "l2.conductor_listen",
            listen,
            reason: error.to_string(),
        })?;
        let asked = Arc::new(AtomicBool::new(false));
        let router = Router::new().fallback(post(refuse)).with_state(asked.clone());
        let server = tokio::spawn(async move {
            // It ends with the probe; an error shows as "was not asked".
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { asked, server })
    }

    fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for ConductorProbe {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn refuse(State(asked): State<Arc<AtomicBool>>, Json(request): Json<Value>) -> Json<Value> {
    asked.store(true, Ordering::Relaxed);
    let id = &request["id"];
    Json(match request["method"].as_str() {
        Some("conductor_leader") => json!({ "jsonrpc": "2.0", "id": id, "result": false }),
        _ => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32000, "message": "the keeper is starting" } })
        }
    })
}

async fn chain(
    what: &'static str,
    key: &'static str,
    chain_key: &'static str,
    url: &str,
    expected: u64,
) -> Result<RootProvider, Fault> {
    let provider = provider(what, key, url)?;
    let found: U64 = call(&provider, "eth_chainId", json!([]))
        .await
        .map_err(|error| unreachable(what, key, url, error))?;
    let found = found.to();
    if found != expected {
        return Err(Fault::WrongChain {
            what,
            key: chain_key,
            url: without_secrets(url),
            found,
            expected,
        });
    }
    Ok(provider)
}

fn provider(what: &'static str, key: &'static str, url: &str) -> Result<RootProvider, Fault> {
    let parsed = url.parse().map_err(|error| unreachable(what, key, url, root_cause(&error)))?;
    Ok(ProviderBuilder::default().connect_http(parsed))
}

/// One JSON-RPC call, answered in time or an error in words.
async fn call<T: serde::de::DeserializeOwned + Send + Sync + Unpin + std::fmt::Debug + 'static>(
    provider: &RootProvider,
    method: &'static str,
    parameters: Value,
) -> Result<T, String> {
    match timeout(PATIENCE, provider.raw_request::<_, T>(method.into(), parameters)).await {
        Ok(answer) => answer.map_err(|error| match error {
            TransportError::ErrorResp(payload) => payload.message.into_owned(),
            other => root_cause(&other),
        }),
        Err(_) => Err(SILENT.to_owned()),
    }
}

/// `reason`: the root cause, for what a client says of a request repeats the URL with the secrets in it.
fn unreachable(what: &'static str, key: &'static str, url: &str, reason: String) -> Fault {
    Fault::Unreachable { what, key, url: without_secrets(url), reason }
}

/// Scheme, host and port: credentials and API keys stand in the rest of a URL.
fn without_secrets(url: &str) -> String {
    match url.parse::<reqwest::Url>() {
        Ok(parsed) => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", parsed.scheme(), parsed.host_str().unwrap_or_default())
        }
        Err(_) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_endpoint_that_is_down_is_named_with_the_cause_and_without_the_secrets_in_its_url() {
        // One that accepts and never answers: so many connections wait in the kernel.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = silent.local_addr().unwrap().port();
        for (at, cause) in [
            ("127.0.0.1:9".to_owned(), "Connection refused"),
            ("nobody.invalid:9".to_owned(), "failed to lookup address information"),
            (format!("127.0.0.1:{port}"), SILENT),
        ] {
            let url = format!("http://user:hidden@{at}/v3/hidden?key=hidden");
            let fault = chain("the L1 endpoint", "l1.rpc", "l1.chain_id", &url, 1).await;
            let line = fault.unwrap_err().to_string();
            let expected = format!("http://{at} does not answer ({cause}");
            assert!(line.contains(&expected) && line.contains("`l1.rpc`"), "{line}");
            assert!(!line.contains("hidden") && !line.contains('\n'), "{line}");
        }
    }
}
