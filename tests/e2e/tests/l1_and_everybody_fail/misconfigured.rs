//! What an operator can get wrong before its first start: `rota run` ends with one line that names the value and the remedy,
//! and nothing was sent. The last scenario is the counterproof: mended, the same keeper runs.

use e2e::{
    chain::{Chain, SOON},
    suite::Scenario,
    until::until,
};
use eyre::{Result, ensure, eyre};
use futures::{FutureExt, future::LocalBoxFuture};
use rota_core::OperatorId;
use rota_devnet::{operator::Operator, rpc};
use serde_json::{Value, json};
use std::{ffi::OsString, fs, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

/// Who gets it wrong.
pub const CARELESS: OperatorId = OperatorId(4);
/// What a keeper gets to find out that it can't run.
const WITHIN: Duration = Duration::from_secs(60);

pub const SCENARIOS: [(&str, Scenario); 11] = [
    ("a_wrong_key", wrong_key),
    ("another_operators_key", others_key),
    ("another_batcher", wrong_batcher),
    ("an_unreachable_rpc", unreachable_rpc),
    ("a_wrong_chain_id", wrong_chain_id),
    ("an_unfunded_account", unfunded),
    ("a_missing_field", missing_field),
    ("an_op_node_without_the_admin_flag", no_admin),
    ("an_op_node_without_the_conductor_flag", no_conductor),
    ("an_op_node_whose_conductor_is_elsewhere", other_conductor),
    ("mended_it_runs", mended),
];

fn wrong_key(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        let other = operator.dir.join("other.key");
        let made = Command::new(&chain.stack.tools.rota)
            .args(["keys", "new", "--out"])
            .arg(&other)
            .output()
            .await?;
        let found = String::from_utf8(made.stdout)?.trim().to_owned();
        let path = other.display().to_string();
        let expected = operator.sequencer.to_string();
        refused(
            chain,
            &["--keys.sequencer_file", &path],
            &["keys.sequencer_file", &found, &expected],
        )
        .await
    }
    .boxed_local()
}

fn others_key(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        let other = &chain.stack.operators[1];
        let path = other.dir.join("sequencer.key").display().to_string();
        let known = [other.sequencer, other.owner, operator.owner].map(|a| a.to_string());
        let [found, owner, given] = known.each_ref().map(String::as_str);
        let parts = ["keys.sequencer_file", found, "operator 2", owner, "keys.owner_file", given];
        refused(chain, &["--keys.sequencer_file", &path], &parts).await
    }
    .boxed_local()
}

fn wrong_batcher(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        let found = chain.stack.operators[1].batcher.to_string();
        let parts = ["`keys.batcher` is", &found, "operator 4", &operator.batcher.to_string()];
        refused(chain, &["--keys.batcher", &found], &parts).await
    }
    .boxed_local()
}

fn unreachable_rpc(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        careless(chain).await?;
        let nobody = "http://127.0.0.1:1";
        let refuses = "connection refused";
        refused(chain, &["--l1.rpc", nobody], &["L1", nobody, refuses, "`l1.rpc`"]).await?;
        refused(chain, &["--l2.node_rpc", nobody], &["op-node", nobody, "`l2.node_rpc`"]).await?;
        refused(chain, &["--l2.el_rpc", nobody], &["op-geth", nobody, "`l2.el_rpc`"]).await?;
        refused(chain, &["--l2.batcher_rpc", nobody], &["op-batcher", nobody, "`l2.batcher_rpc`"])
            .await
    }
    .boxed_local()
}

fn wrong_chain_id(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        careless(chain).await?;
        refused(chain, &["--l1.chain_id", "1"], &["31337", "`l1.chain_id` is 1", "correct"])
            .await?;
        refused(chain, &["--l2.chain_id", "10"], &["901", "`l2.chain_id` is 10", "correct"]).await
    }
    .boxed_local()
}

fn unfunded(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let account = careless(chain).await?.sequencer;
        let balance: Value =
            rpc::call(&chain.l1.url, "eth_getBalance", json!([account, "latest"])).await?;
        let set = async |balance: &Value| {
            rpc::call::<Value>(&chain.l1.url, "anvil_setBalance", json!([account, balance])).await
        };
        set(&json!("0x0")).await?;
        let result =
            refused(chain, &[], &["sequencer", &account.to_string(), "holds 0.0", "send it"]).await;
        set(&balance).await?;
        result
    }
    .boxed_local()
}

fn missing_field(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        let whole = fs::read_to_string(&operator.config)?;
        let part: Vec<&str> = whole.lines().filter(|line| !line.starts_with("node_rpc")).collect();
        fs::write(&operator.config, part.join("\n"))?;
        let result =
            refused(chain, &[], &["l2.node_rpc", "--l2.node_rpc", "ROTA_L2_NODE_RPC"]).await;
        fs::write(&operator.config, whole)?;
        result
    }
    .boxed_local()
}

fn no_admin(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let url = careless(chain).await?.node.node_rpc.clone();
        with_node(chain, |arguments| arguments.retain(|a| a != "--rpc.enable-admin")).await?;
        refused(chain, &[], &["op-node", &url, "--rpc.enable-admin"]).await
    }
    .boxed_local()
}

fn no_conductor(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        let (url, conductor) = (operator.node.node_rpc.clone(), operator.conductor.clone());
        with_node(chain, |arguments| {
            let from = arguments.iter().position(|a| a == "--conductor.enabled");
            arguments.truncate(from.unwrap_or(arguments.len()));
        })
        .await?;
        refused(
            chain,
            &[],
            &["op-node", &url, &format!("--conductor.enabled --conductor.rpc {conductor}")],
        )
        .await
    }
    .boxed_local()
}

fn other_conductor(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        let (url, conductor) = (operator.node.node_rpc.clone(), operator.conductor.clone());
        let elsewhere = chain.stack.operators[1].conductor.clone();
        with_node(chain, |arguments| {
            for argument in arguments.iter_mut().filter(|a| **a == *conductor) {
                *argument = elsewhere.clone().into();
            }
        })
        .await?;
        let remedy = format!("--conductor.rpc {conductor}");
        refused(chain, &[], &["op-node", &url, &remedy, "`l2.conductor_listen`"]).await
    }
    .boxed_local()
}

fn mended(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let operator = careless(chain).await?;
        with_node(chain, |_| {}).await?;
        // Again if it fails: what is due for anybody, another keeper may do between its look at L1 and its rehearsal.
        until("a check that finds nothing", SOON, async || {
            let checked = rota(chain, "check", operator, &[]).output().await?;
            let said = String::from_utf8(checked.stdout)?;
            chain.say(&said.trim().replace('\n', " / "));
            let ready =
                said.trim_end().ends_with("nothing stands between this operator and its next turn");
            Ok((checked.status.success() && ready).then_some(()))
        })
        .await?;
        let supervisor = &chain.stack.supervisor;
        supervisor.restart(&operator.keeper())?;
        until("the mended keeper's status", SOON, async || {
            let status: Value = reqwest::Client::builder()
                .timeout(Duration::from_secs(5))
                .no_proxy()
                .build()?
                .get(format!("{}/status", operator.http))
                .send()
                .await?
                .json()
                .await?;
            Ok((status["operator"] == CARELESS.0 && status["node"]["synced"] == true).then_some(()))
        })
        .await?;
        ensure!(supervisor.is_running(&operator.keeper()), "it ended again");
        Ok(())
    }
    .boxed_local()
}

/* COMMON */

/// The operator whose keeper does not run, on a chain that does.
async fn careless(chain: &Chain) -> Result<&Operator> {
    let operator = chain.stack.operator(CARELESS).ok_or_else(|| eyre!("no operator {CARELESS}"))?;
    if chain.stack.supervisor.is_running(&operator.keeper()) {
        chain.reach(chain.clock.time_of(3)).await?;
        chain.stack.supervisor.stop(&[&operator.keeper()]).await?;
    }
    Ok(operator)
}

/// Runs the operator's `rota run` with some flags more: it must end by itself with an exit code other than 0 and one line of
/// error with all of `parts` in it, and none of the operator's accounts may have sent anything.
async fn refused(chain: &Chain, flags: &[&str], parts: &[&str]) -> Result<()> {
    let operator = careless(chain).await?;
    let before = nonces(chain, operator).await?;
    let run = rota(chain, "run", operator, flags).output();
    let ended = timeout(WITHIN, run).await.map_err(|_| eyre!("it runs, wrong as it is"))??;
    let said = String::from_utf8(ended.stderr)? + &String::from_utf8(ended.stdout)?;
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    chain.say(&said.trim().replace('\n', " / "));
    ensure!(!ended.status.success(), "exit code 0: {said}");
    ensure!(lines.len() == 1, "{} lines: {said}", lines.len());
    for part in parts {
        ensure!(said.to_lowercase().contains(&part.to_lowercase()), "{part} is not named: {said}");
    }
    ensure!(nonces(chain, operator).await? == before, "something was sent");
    Ok(())
}

/// A command of the operator's, by its file and no variable.
fn rota(chain: &Chain, command: &str, operator: &Operator, flags: &[&str]) -> Command {
    let mut rota = Command::new(&chain.stack.tools.rota);
    rota.args([command, "--config"])
        .arg(&operator.config)
        .args(flags)
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true);
    rota
}

/// What the operator's accounts have sent and not yet mined, too.
async fn nonces(chain: &Chain, operator: &Operator) -> Result<Vec<Value>> {
    let mut nonces = vec![];
    for account in [operator.owner, operator.sequencer, operator.batcher] {
        let params = json!([account, "pending"]);
        nonces.push(rpc::call(&chain.l1.url, "eth_getTransactionCount", params).await?);
    }
    Ok(nonces)
}

/// Starts the operator's op-node again with other arguments than the devnet's.
async fn with_node(chain: &Chain, change: impl FnOnce(&mut Vec<OsString>)) -> Result<()> {
    chain.restart_node_with(careless(chain).await?, change).await
}
