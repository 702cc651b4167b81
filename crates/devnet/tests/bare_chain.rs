//! The chain underneath, without keepers: four nodes come up from one genesis, whoever the conductor names leads, every
//! committed block reaches the others, batches move the safe head, and the baton passes through the real SystemConfig.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol,
    sol_types::SolCall,
};
use axum::{Json, Router, extract::Path, extract::State, routing::post};
use rota_devnet::{
    Error,
    genesis::{
        self, BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR, Chain, L1_BLOCK, L1_FEE_VAULT, L2_CHAIN_ID,
    },
    l1::{ANVIL, L1, L1_CHAIN_ID, OWNER, Send},
    node::{ChainFiles, Head, Node},
    ports::Ports,
    process::Supervisor,
    rpc,
    tools::Tools,
};
use serde_json::{Value, json};
use std::{
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

sol! {
    function setBatcherHash(bytes32 batcherHash) external;
    function operatorFeeScalar() external view returns (uint32);
}

const WITHIN: Duration = Duration::from_secs(60);

/// Says who leads and hands every committed block to all other nodes, in order.
#[derive(Clone, Default)]
struct Conductor(Arc<Mutex<Option<usize>>>, Arc<Mutex<Vec<(usize, Value)>>>);

impl Conductor {
    fn lead(&self, node: Option<usize>) {
        *self.0.lock().unwrap() = node;
    }

    async fn answer(
        State(this): State<Self>,
        Path(node): Path<usize>,
        Json(call): Json<Value>,
    ) -> Json<Value> {
        let leads = *this.0.lock().unwrap() == Some(node);
        let result = match call["method"].as_str() {
            Some("conductor_leader") => Ok(json!(leads)),
            Some("conductor_commitUnsafePayload") if leads => {
                this.1.lock().unwrap().push((node, call["params"][0].clone()));
                Ok(Value::Null)
            }
            _ => Err(json!({ "code": -32000, "message": "refused" })),
        };
        Json(match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": call["id"], "result": result }),
            Err(error) => json!({ "jsonrpc": "2.0", "id": call["id"], "error": error }),
        })
    }

    async fn relay(self, nodes: Vec<Node>) {
        let mut next = 0;
        loop {
            let item = self.1.lock().unwrap().get(next).cloned();
            let Some((from, payload)) = item else {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            };
            for (_, node) in nodes.iter().enumerate().filter(|(to, _)| *to != from) {
                while rpc::call::<Value>(
                    &node.node_rpc,
                    "admin_postUnsafePayload",
                    json!([payload]),
                )
                .await
                .is_err()
                {
                    tokio::task::yield_now().await;
                }
            }
            next += 1;
        }
    }
}

async fn head(node: &Node) -> Result<Head, Error> {
    Ok(node
        .sync_status()
        .await?
        .unsafe_head
        .expect("op-node was waited for until it knew its head"))
}

#[tokio::test(flavor = "multi_thread")]
async fn four_nodes_pass_the_baton_through_the_real_system_config() {
    let dir = tempfile::tempdir().unwrap();
    let tools = Tools::find("unused").unwrap();
    let supervisor = Supervisor::new(dir.path().join("logs")).unwrap();
    let ports = Ports::default();
    let batchers: Vec<PrivateKeySigner> = (0..4).map(|_| PrivateKeySigner::random()).collect();

    // L1, SystemConfig, genesis.
    let l1 = L1::start(&supervisor, &ports, &tools, dir.path(), 2).await.unwrap();
    let system_config = l1
        .deploy_system_config(&supervisor, &tools, batchers[0].address(), Address::repeat_byte(9))
        .await
        .unwrap();
    let money = |b: &PrivateKeySigner| Send {
        to: Some(b.address()),
        value: U256::from(10).pow(U256::from(19)),
        ..Send::default()
    };
    l1.send_all(&supervisor, batchers.iter().map(|b| ("fund a batcher", money(b))).collect())
        .await
        .unwrap();
    let (number, hash, timestamp) = l1.head().await.unwrap();
    let chain = Chain {
        l1_chain_id: L1_CHAIN_ID,
        anchor: (number, hash),
        genesis_time: timestamp + 12,
        block_time: 1,
        system_config,
        batcher: batchers[0].address(),
        owner: OWNER,
    };
    let files = ChainFiles::within(dir.path());
    genesis::write(&files, &chain, &tools, &l1.url).await.unwrap();

    // Nodes and the conductor.
    let nodes: Vec<Node> = (0..4)
        .map(|i| Node::new(i.to_string(), dir.path().join(format!("node-{i}")), &ports).unwrap())
        .collect();
    let conductor = Conductor::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router =
        Router::new().route("/{node}", post(Conductor::answer)).with_state(conductor.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut genesis_hash = B256::ZERO;
    for node in &nodes {
        genesis_hash = node.start_op_geth(&supervisor, &tools, &files, L2_CHAIN_ID).await.unwrap();
    }
    genesis::write_rollup(&files, &chain, genesis_hash).unwrap();
    for (i, (node, key)) in nodes.iter().zip(&batchers).enumerate() {
        let url = format!("http://{address}/{i}");
        node.start_op_node(&supervisor, &tools, &files, &l1, Some(&url)).await.unwrap();
        assert_eq!(head(node).await.unwrap().hash, genesis_hash, "node {i} derives the genesis");
        let file = node.dir.join("batcher.key");
        fs::write(&file, format!("{}\n", key.to_bytes())).unwrap();
        node.start_op_batcher(&supervisor, &tools, &l1, &file).await.unwrap();
    }
    tokio::spawn(conductor.clone().relay(nodes.clone()));

    // Two turns: the second begins on the first one's last block.
    for turn in [0, 1] {
        let holder = &nodes[turn];
        let start = head(holder).await.unwrap();
        conductor.lead(Some(turn));
        rpc::call::<Value>(&holder.node_rpc, "admin_startSequencer", json!([start.hash]))
            .await
            .unwrap();
        if turn > 0 {
            rpc::call::<Value>(&nodes[0].batcher_rpc, "admin_stopBatcher", json!([]))
                .await
                .unwrap();
            let data = setBatcherHashCall { batcherHash: batchers[turn].address().into_word() }
                .abi_encode();
            let rotate = Send { to: Some(system_config), data: data.into(), ..Send::default() };
            l1.send_all(&supervisor, vec![("rotate the batcher", rotate)]).await.unwrap();
        }
        rpc::call::<Value>(&holder.batcher_rpc, "admin_startBatcher", json!([])).await.unwrap();

        let transfer = pay_on_l2(&holder.el_rpc).await;
        let target = start.number + 12;
        for (i, node) in nodes.iter().enumerate() {
            supervisor
                .until(&node.op_node(), "a safe head in the turn", WITHIN, async || {
                    Ok(node.sync_status().await?.safe_head.filter(|safe| safe.number >= target))
                })
                .await
                .unwrap_or_else(|e| panic!("node {i}, turn {turn}: {e}"));
            let block: Value = rpc::call(
                &node.el_rpc,
                "eth_getBlockByNumber",
                json!([format!("{target:#x}"), false]),
            )
            .await
            .unwrap();
            let same: Value = rpc::call(
                &nodes[0].el_rpc,
                "eth_getBlockByNumber",
                json!([format!("{target:#x}"), false]),
            )
            .await
            .unwrap();
            assert_eq!(block["hash"], same["hash"], "node {i}");
        }
        let receipt: Value =
            rpc::call(&nodes[3].el_rpc, "eth_getTransactionReceipt", json!([transfer]))
                .await
                .unwrap();
        assert_eq!(receipt["status"], "0x1");
        assert_ne!(receipt["l1Fee"], "0x0", "the scalars are not zero");

        // The L1 attributes of Isthmus arrive: number, scalars and the batcher of the turn. Only Isthmus's L1Block, which
        // op-node deployed in block 1, knows of an operator fee.
        let ask = json!([{ "to": L1_BLOCK, "data": Bytes::from(operatorFeeScalarCall {}.abi_encode()) }, "latest"]);
        rpc::call::<U256>(&nodes[3].el_rpc, "eth_call", ask).await.unwrap();
        let (node, expected) = (&nodes[3], batchers[turn].address().into_word());
        supervisor
            .until(ANVIL, "the turn's batcher in L1Block", WITHIN, async || {
                Ok((B256::from(node.storage(L1_BLOCK, 4).await?) == expected).then_some(()))
            })
            .await
            .unwrap();
        let (seen, real) = (
            node.storage(L1_BLOCK, 0).await.unwrap() & U256::from(u64::MAX),
            l1.head().await.unwrap().0,
        );
        assert!(U256::from(real) - seen <= U256::from(3), "L1Block.number {seen}, L1 is at {real}");
        let scalars: U256 = node.storage(L1_BLOCK, 3).await.unwrap() >> 64_u32;
        let expected = (u64::from(BASE_FEE_SCALAR) << 32) | u64::from(BLOB_BASE_FEE_SCALAR);
        assert_eq!(scalars.to::<u64>(), expected);

        conductor.lead(None);
        rpc::call::<Value>(&holder.node_rpc, "admin_stopSequencer", json!([])).await.unwrap();
        // What was committed last is the head that the next turn begins on.
        let last =
            conductor.1.lock().unwrap().last().unwrap().1["executionPayload"]["blockHash"].clone();
        for node in &nodes {
            supervisor
                .until(&node.op_node(), "the turn's last block everywhere", WITHIN, async || {
                    Ok((json!(head(node).await?.hash) == last).then_some(()))
                })
                .await
                .unwrap();
        }
    }
    let fee: U256 = rpc::call(&nodes[3].el_rpc, "eth_getBalance", json!([L1_FEE_VAULT, "latest"]))
        .await
        .unwrap();
    assert!(fee > U256::ZERO, "the L1 fee of a transfer goes to the real vault");
    supervisor.down().await.unwrap();
    assert!(supervisor.list().iter().all(|p| p.exit.is_some()));
}

/// Sends one transfer by a funded account.
async fn pay_on_l2(el_rpc: &str) -> B256 {
    // Anvil's account 0, public on purpose.
    let key: PrivateKeySigner =
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80".parse().unwrap();
    let provider = ProviderBuilder::new()
        .wallet(EthereumWallet::from(key))
        .connect_http(el_rpc.parse().unwrap());
    let transfer =
        TransactionRequest::default().with_to(Address::repeat_byte(7)).with_value(U256::ONE);
    *provider.send_transaction(transfer).await.unwrap().tx_hash()
}
