//! The L1: anvil, and the chain's own SystemConfig on it.
//!
//! Anvil's accounts are unlocked: the devnet has it sign for the chain's owner, so it holds no L1 key either.

use crate::{
    Error,
    genesis::{BASE_FEE_SCALAR, BATCH_INBOX, BLOB_BASE_FEE_SCALAR, GAS_LIMIT},
    ports::Ports,
    process::{Spec, Supervisor},
    rpc,
    tools::Tools,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, address},
    sol,
    sol_types::{SolCall, SolValue},
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

pub const L1_CHAIN_ID: u64 = 31_337;
/// Name of anvil's process.
pub const ANVIL: &str = "anvil";
/// Owner of the SystemConfig and deployer of everything: anvil's account 0.
pub const OWNER: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
/// What the SystemConfig's words say where the OP Stack means "ether pays for gas".
const ETHER: Address = address!("EeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE");

sol! {
    interface ISystemConfig {
        struct ResourceConfig {
            uint32 maxResourceLimit;
            uint8 elasticityMultiplier;
            uint8 baseFeeMaxChangeDenominator;
            uint32 minimumBaseFee;
            uint32 systemTxMaxGas;
            uint128 maximumBaseFee;
        }
        struct Addresses {
            address l1CrossDomainMessenger;
            address l1ERC721Bridge;
            address l1StandardBridge;
            address disputeGameFactory;
            address optimismPortal;
            address optimismMintableERC20Factory;
            address gasPayingToken;
        }
        function initialize(
            address owner,
            uint32 basefeeScalar,
            uint32 blobbasefeeScalar,
            bytes32 batcherHash,
            uint64 gasLimit,
            address unsafeBlockSigner,
            ResourceConfig config,
            address batchInbox,
            Addresses addresses
        ) external;
        function transferOwnership(address newOwner) external;
        function owner() external view returns (address);
        function batcherHash() external view returns (bytes32);
    }
    interface IProxy {
        function upgradeToAndCall(address implementation, bytes data) external payable returns (bytes);
    }
}

/// A running anvil.
#[derive(Clone, Debug)]
pub struct L1 {
    pub url: String,
    /// Seconds between blocks.
    pub block_time: u64,
}

/// What to send to the L1, by one of anvil's accounts.
#[derive(Clone, Debug, Default)]
pub struct Send {
    /// None creates a contract.
    pub to: Option<Address>,
    pub value: U256,
    pub data: Bytes,
    /// Told where the estimate would miss what a transaction before it in the same block changes.
    pub gas: Option<u64>,
}

impl L1 {
    /// Starts anvil and waits until it answers.
    pub async fn start(
        supervisor: &Supervisor,
        ports: &Ports,
        tools: &Tools,
        dir: &Path,
        block_time: u64,
    ) -> Result<Self, Error> {
        let port = ports.take()?.to_string();
        let (chain_id, interval) = (L1_CHAIN_ID.to_string(), block_time.to_string());
        let flags = [
            ["--host", "127.0.0.1"],
            ["--port", &port],
            ["--chain-id", &chain_id],
            ["--hardfork", "prague"],
            ["--block-time", &interval],
            // The deployment is sent at once, 54 million gas of it. From a block that is full, anvil drops the sender's later
            // transactions instead of keeping them for the next one; a real L1 keeps them.
            ["--gas-limit", "120000000"],
            // Few, so that op-node's finalized head moves within a run.
            ["--slots-in-an-epoch", "4"],
        ];
        supervisor
            .spawn(Spec::new(ANVIL, &tools.anvil, dir).args(flags.concat()).args(["--silent"]))?;
        let l1 = Self { url: format!("http://127.0.0.1:{port}"), block_time };
        supervisor
            .until(ANVIL, "anvil answering", Duration::from_secs(30), async || {
                rpc::call::<U256>(&l1.url, "eth_blockNumber", json!([])).await.map(Some)
            })
            .await?;
        Ok(l1)
    }

    /// Deploys the real SystemConfig behind the real Proxy; the chain's owner owns both.
    pub async fn deploy_system_config(
        &self,
        supervisor: &Supervisor,
        tools: &Tools,
        batcher: Address,
        signer: Address,
    ) -> Result<Address, Error> {
        let nonce: U256 =
            rpc::call(&self.url, "eth_getTransactionCount", json!([OWNER, "pending"])).await?;
        let nonce = nonce.saturating_to::<u64>();
        let (implementation, proxy) = (OWNER.create(nonce), OWNER.create(nonce + 1));
        let initialize = ISystemConfig::initializeCall {
            owner: OWNER,
            basefeeScalar: BASE_FEE_SCALAR,
            blobbasefeeScalar: BLOB_BASE_FEE_SCALAR,
            batcherHash: batcher.into_word(),
            gasLimit: GAS_LIMIT,
            unsafeBlockSigner: signer,
            // The package's default for deposits; the contract checks it against the gas limit.
            config: ISystemConfig::ResourceConfig {
                maxResourceLimit: 20_000_000,
                elasticityMultiplier: 10,
                baseFeeMaxChangeDenominator: 8,
                minimumBaseFee: 1_000_000_000,
                systemTxMaxGas: 1_000_000,
                maximumBaseFee: u128::MAX,
            },
            batchInbox: BATCH_INBOX,
            addresses: ISystemConfig::Addresses {
                l1CrossDomainMessenger: Address::ZERO,
                l1ERC721Bridge: Address::ZERO,
                l1StandardBridge: Address::ZERO,
                disputeGameFactory: Address::ZERO,
                optimismPortal: Address::ZERO,
                optimismMintableERC20Factory: Address::ZERO,
                gasPayingToken: ETHER,
            },
        };
        let upgrade =
            IProxy::upgradeToAndCallCall { implementation, data: initialize.abi_encode().into() };
        let create = |code: Bytes| Send { data: code, gas: Some(6_000_000), ..Send::default() };
        let mut proxy_code = tools.creation_code("Proxy")?.to_vec();
        proxy_code.extend(OWNER.abi_encode());
        self.send_all(
            supervisor,
            vec![
                ("deploy SystemConfig", create(tools.creation_code("SystemConfig")?)),
                ("deploy its Proxy", create(proxy_code.into())),
                (
                    "initialize SystemConfig",
                    Send {
                        to: Some(proxy),
                        data: upgrade.abi_encode().into(),
                        gas: Some(2_000_000),
                        ..Send::default()
                    },
                ),
            ],
        )
        .await?;
        Ok(proxy)
    }

    /// Sends all of `transactions` as the chain's owner, in order and at once, and waits until every one has succeeded.
    pub async fn send_all(
        &self,
        supervisor: &Supervisor,
        transactions: Vec<(&str, Send)>,
    ) -> Result<(), Error> {
        let mut sent = vec![];
        for (what, Send { to, value, data, gas }) in transactions {
            let mut fields = json!({ "from": OWNER, "value": value, "data": data });
            if let Some(to) = to {
                fields["to"] = json!(to);
            }
            if let Some(gas) = gas {
                fields["gas"] = json!(format!("{gas:#x}"));
            }
            sent.push((
                what,
                rpc::call::<B256>(&self.url, "eth_sendTransaction", json!([fields])).await?,
            ));
        }
        for (what, hash) in sent {
            let receipt = supervisor
                .until(ANVIL, what, Duration::from_secs(30 + 5 * self.block_time), async || {
                    rpc::call::<Option<Value>>(
                        &self.url,
                        "eth_getTransactionReceipt",
                        json!([hash]),
                    )
                    .await
                })
                .await?;
            if receipt["status"] != "0x1" {
                let reason = format!("reverted, see {hash} at {}", self.url);
                return Err(Error::Transaction { what: what.into(), reason });
            }
        }
        Ok(())
    }

    /// Number, hash and timestamp of the latest block.
    pub async fn head(&self) -> Result<(u64, B256, u64), Error> {
        let block: Value =
            rpc::call(&self.url, "eth_getBlockByNumber", json!(["latest", false])).await?;
        let field =
            |name: &str| serde_json::from_value::<U256>(block[name].clone()).unwrap_or_default();
        let hash = serde_json::from_value(block["hash"].clone()).unwrap_or_default();
        Ok((field("number").saturating_to(), hash, field("timestamp").saturating_to()))
    }
}
