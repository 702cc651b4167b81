//! The L2's genesis, op-node's rollup configuration and the L1's chain configuration.
//!
//! Predeploys are the real ones of `@eth-optimism/contracts-bedrock`, each an implementation behind the real `Proxy`, laid
//! out as the package's own `L2Genesis.s.sol` does. Their code is what their constructors return when the L1 runs them as a
//! call, so immutables (a fee vault's recipient) are set by the contract itself.
//!
//! The package's L1Block is Ecotone's. Isthmus therefore begins in L2 block 1 and not in the genesis: op-node then deploys
//! Isthmus's own L1Block, GasPriceOracle and OperatorFeeVault and points the proxies at them, as it did on every live chain.

use crate::{
    Error,
    node::ChainFiles,
    rpc,
    tools::{Tools, write_json},
};
use alloy::{
    hex,
    primitives::{Address, B256, Bytes, U256, address, b256},
    sol_types::SolValue,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where batches go: an address without a key, read by op-node only.
pub const BATCH_INBOX: Address = address!("ff00000000000000000000000000000000000901");
pub const L2_CHAIN_ID: u64 = 901;
/// Gas limit of an L2 block.
pub const GAS_LIMIT: u64 = 60_000_000;
/// Fee scalars of OP Mainnet, so that L1 fees are not zero.
pub const BASE_FEE_SCALAR: u32 = 1_368;
pub const BLOB_BASE_FEE_SCALAR: u32 = 810_949;

pub const L1_BLOCK: Address = address!("4200000000000000000000000000000000000015");
pub const SEQUENCER_FEE_VAULT: Address = address!("4200000000000000000000000000000000000011");
pub const BASE_FEE_VAULT: Address = address!("4200000000000000000000000000000000000019");
pub const L1_FEE_VAULT: Address = address!("420000000000000000000000000000000000001A");
const L2_TO_L1_MESSAGE_PASSER: Address = address!("4200000000000000000000000000000000000016");
const GAS_PRICE_ORACLE: Address = address!("420000000000000000000000000000000000000F");
const OPERATOR_FEE_VAULT: Address = address!("420000000000000000000000000000000000001B");
const PROXY_ADMIN: Address = address!("4200000000000000000000000000000000000018");
/// EIP-4788's contract: part of Ecotone, which is in the genesis, so no upgrade transaction will deploy it.
const BEACON_ROOTS: Address = address!("000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
const BEACON_ROOTS_CODE: &[u8] = &hex!(
    "3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500"
);

const EIP1967_ADMIN: B256 =
    b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");
const EIP1967_IMPLEMENTATION: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// Every fork of the L1 and the L2 that counts in blocks.
const BLOCK_FORKS: [&str; 13] = [
    "homestead",
    "eip150",
    "eip155",
    "eip158",
    "byzantium",
    "constantinople",
    "petersburg",
    "istanbul",
    "muirGlacier",
    "berlin",
    "london",
    "arrowGlacier",
    "grayGlacier",
];
/// Forks of the OP Stack that are in the genesis; [`Isthmus`](self) follows in block 1.
const GENESIS_FORKS: [&str; 7] =
    ["regolith", "canyon", "delta", "ecotone", "fjord", "granite", "holocene"];

/// Accounts with ETH on L2 and their keys: anvil's, which everybody knows. For the load generator and for whoever tries the
/// devnet by hand.
pub const FUNDED: [(Address, B256); 10] = [
    (
        address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    ),
    (
        address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    ),
    (
        address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    ),
    (
        address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
        b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    ),
    (
        address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    ),
    (
        address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
        b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    ),
    (
        address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
        b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    ),
    (
        address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
        b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    ),
    (
        address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    ),
    (
        address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
        b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ),
];

/// What the genesis depends on.
#[derive(Clone, Debug)]
pub struct Chain {
    pub l1_chain_id: u64,
    /// L1 block from which op-node derives; after the SystemConfig's deployment, so that no log before it is missed.
    pub anchor: (u64, B256),
    /// Date of L2 block 0, Unix seconds; not before the anchor's.
    pub genesis_time: u64,
    /// Seconds between L2 blocks.
    pub block_time: u64,
    pub system_config: Address,
    /// The batcher that the SystemConfig names at the anchor.
    pub batcher: Address,
    /// Owner of the L2's ProxyAdmin and recipient of the fee vaults.
    pub owner: Address,
}

/// An account of the genesis.
#[derive(Clone, Debug, Default)]
struct Account {
    code: Bytes,
    storage: BTreeMap<B256, B256>,
}

/* FILES */

/// Writes what does not depend on the hash of L2 block 0: the genesis and the L1's chain configuration.
pub async fn write(
    files: &ChainFiles,
    chain: &Chain,
    tools: &Tools,
    l1: &str,
) -> Result<(), Error> {
    write_json(&files.genesis, &l2_genesis(chain, tools, l1).await?)?;
    write_json(&files.l1_chain_config, &l1_chain_config(chain.l1_chain_id))
}

/// Writes op-node's configuration; `l2_genesis` is the hash that op-geth computed for block 0.
pub fn write_rollup(files: &ChainFiles, chain: &Chain, l2_genesis: B256) -> Result<(), Error> {
    write_json(&files.rollup, &rollup(chain, l2_genesis))
}

/// The L2's genesis, as op-geth's `init` reads it.
async fn l2_genesis(chain: &Chain, tools: &Tools, l1: &str) -> Result<Value, Error> {
    let mut alloc: Map<String, Value> = predeploys(chain, tools, l1)
        .await?
        .into_iter()
        .map(|(address, account)| {
            let Account { code, storage } = account;
            (
                address.to_string(),
                json!({ "balance": "0x0", "nonce": "0x1", "code": code, "storage": storage }),
            )
        })
        .collect();
    for (address, _) in FUNDED {
        alloc.insert(address.to_string(), json!({ "balance": U256::from(10).pow(U256::from(24)) }));
    }
    let mut config = json!({
        "chainId": L2_CHAIN_ID,
        "terminalTotalDifficulty": 0,
        "mergeNetsplitBlock": 0,
        "bedrockBlock": 0,
        "shanghaiTime": 0,
        "cancunTime": 0,
        "pragueTime": isthmus_time(chain),
        "isthmusTime": isthmus_time(chain),
        "optimism": eip1559(),
    });
    for fork in BLOCK_FORKS {
        config[format!("{fork}Block")] = 0.into();
    }
    // Delta changed the derivation only: op-geth does not know it.
    for fork in GENESIS_FORKS.into_iter().filter(|fork| *fork != "delta") {
        config[format!("{fork}Time")] = 0.into();
    }
    Ok(json!({
        "config": config,
        "nonce": "0x0",
        "timestamp": format!("{:#x}", chain.genesis_time),
        // Holocene's: version 0, denominator 250, elasticity 6, as in `eip1559`.
        "extraData": "0x00000000fa00000006",
        "gasLimit": format!("{GAS_LIMIT:#x}"),
        "difficulty": "0x0",
        "mixHash": B256::ZERO,
        "coinbase": SEQUENCER_FEE_VAULT,
        "alloc": alloc,
        "number": "0x0",
        "gasUsed": "0x0",
        "parentHash": B256::ZERO,
        "baseFeePerGas": "0x3b9aca00",
        "blobGasUsed": "0x0",
        "excessBlobGas": "0x0",
    }))
}

fn rollup(chain: &Chain, l2_genesis: B256) -> Value {
    let mut rollup = json!({
        "genesis": {
            "l1": { "number": chain.anchor.0, "hash": chain.anchor.1 },
            "l2": { "number": 0, "hash": l2_genesis },
            "l2_time": chain.genesis_time,
            "system_config": {
                "batcherAddr": chain.batcher,
                "overhead": B256::ZERO,
                "scalar": ecotone_scalar(BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR),
                "gasLimit": GAS_LIMIT,
                "eip1559Params": "0x0000000000000000",
                "operatorFeeParams": B256::ZERO,
                "minBaseFee": 0,
                "daFootprintGasScalar": 0,
            },
        },
        "block_time": chain.block_time,
        "max_sequencer_drift": 600,
        "seq_window_size": 3600,
        "channel_timeout": 300,
        "l1_chain_id": chain.l1_chain_id,
        "l2_chain_id": L2_CHAIN_ID,
        "batch_inbox_address": BATCH_INBOX,
        // No portal on the devnet: nothing deposits, so nothing is listened to.
        "deposit_contract_address": "0x000000000000000000000000000000000000de90",
        "l1_system_config_address": chain.system_config,
        "chain_op_config": eip1559(),
        "isthmus_time": isthmus_time(chain),
    });
    for fork in GENESIS_FORKS {
        rollup[format!("{fork}_time")] = 0.into();
    }
    rollup
}

/// The L1's forks: op-node refuses an L1 that it does not know without this file, blob schedule included.
fn l1_chain_config(l1_chain_id: u64) -> Value {
    let mut config = json!({
        "chainId": l1_chain_id,
        "terminalTotalDifficulty": 0,
        "shanghaiTime": 0,
        "cancunTime": 0,
        "pragueTime": 0,
        "blobSchedule": {
            "cancun": { "target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477 },
            "prague": { "target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716 },
        },
    });
    for fork in BLOCK_FORKS {
        config[format!("{fork}Block")] = 0.into();
    }
    config
}

/* INTERNAL */

fn isthmus_time(chain: &Chain) -> u64 {
    chain.genesis_time + chain.block_time
}

fn eip1559() -> Value {
    json!({ "eip1559Elasticity": 6, "eip1559Denominator": 50, "eip1559DenominatorCanyon": 250 })
}

/// Ecotone's packing of the two fee scalars: version 1 | zeros | blob | base.
fn ecotone_scalar(base: u32, blob: u32) -> B256 {
    let mut scalar = B256::ZERO;
    scalar[0] = 1;
    scalar[24..28].copy_from_slice(&blob.to_be_bytes());
    scalar[28..].copy_from_slice(&base.to_be_bytes());
    scalar
}

async fn predeploys(
    chain: &Chain,
    tools: &Tools,
    l1: &str,
) -> Result<BTreeMap<Address, Account>, Error> {
    // Fees are withdrawn on L2 (network 1), from a tenth of an ether on.
    let vault = (chain.owner, U256::from(10).pow(U256::from(17)), U256::ONE).abi_encode_params();
    // What a contract's storage holds beyond the proxy's two words. GasPriceOracle: isEcotone, isFjord (bytes 0 and 1 of
    // word 0), which Isthmus's upgrade demands.
    let fjord =
        BTreeMap::from([(B256::ZERO, B256::with_last_byte(1) | B256::from(U256::from(1 << 8)))]);
    let implementations = [
        (GAS_PRICE_ORACLE, "GasPriceOracle", vec![], fjord),
        (SEQUENCER_FEE_VAULT, "SequencerFeeVault", vault.clone(), BTreeMap::new()),
        (L1_BLOCK, "L1Block", vec![], BTreeMap::new()),
        (L2_TO_L1_MESSAGE_PASSER, "L2ToL1MessagePasser", vec![], BTreeMap::new()),
        (BASE_FEE_VAULT, "BaseFeeVault", vault.clone(), BTreeMap::new()),
        (L1_FEE_VAULT, "L1FeeVault", vault, BTreeMap::new()),
    ];
    let proxy = constructed(tools, l1, "Proxy", PROXY_ADMIN.abi_encode()).await?;
    let behind_proxy = |implementation: Option<Address>, mut storage: BTreeMap<B256, B256>| {
        // Never empty: an L2ToL1MessagePasser whose storage root is the empty one stops op-geth after Isthmus.
        storage.insert(EIP1967_ADMIN, PROXY_ADMIN.into_word());
        storage.extend(implementation.map(|address| (EIP1967_IMPLEMENTATION, address.into_word())));
        Account { code: proxy.clone(), storage }
    };

    let mut accounts = BTreeMap::new();
    for (address, name, arguments, storage) in implementations {
        let implementation = implementation_of(address);
        let code = constructed(tools, l1, name, arguments).await?;
        accounts.insert(implementation, Account { code, ..Account::default() });
        accounts.insert(address, behind_proxy(Some(implementation), storage));
    }
    // Its implementation comes with Isthmus.
    accounts.insert(OPERATOR_FEE_VAULT, behind_proxy(None, BTreeMap::new()));
    let code = constructed(tools, l1, "ProxyAdmin", chain.owner.abi_encode()).await?;
    let owner = BTreeMap::from([(B256::ZERO, chain.owner.into_word())]);
    accounts.insert(PROXY_ADMIN, Account { code, storage: owner });
    accounts.insert(
        BEACON_ROOTS,
        Account { code: Bytes::from_static(BEACON_ROOTS_CODE), ..Account::default() },
    );
    Ok(accounts)
}

/// Where the OP Stack's genesis puts the implementation of a predeploy: `0xc0d3…` with the predeploy's last two bytes.
fn implementation_of(predeploy: Address) -> Address {
    let mut address = address!("c0D3C0d3C0d3C0D3c0d3C0d3c0D3C0d3c0d30000");
    address[18..].copy_from_slice(&predeploy[18..]);
    address
}

/// The code that a contract has once its constructor ran, without deploying it: a call without a recipient.
async fn constructed(
    tools: &Tools,
    l1: &str,
    name: &str,
    arguments: Vec<u8>,
) -> Result<Bytes, Error> {
    let mut code = tools.creation_code(name)?.to_vec();
    code.extend(arguments);
    rpc::call(l1, "eth_call", json!([{ "data": Bytes::from(code) }, "latest"])).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::signers::local::PrivateKeySigner;

    #[test]
    fn scalar_is_packed_as_ecotone_reads_it() {
        let expected = b256!("010000000000000000000000000000000000000000000000000c5fc500000558");
        assert_eq!(ecotone_scalar(BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR), expected);
    }

    #[test]
    fn funded_accounts_are_the_keys_own() {
        for (address, key) in FUNDED {
            assert_eq!(PrivateKeySigner::from_bytes(&key).unwrap().address(), address);
        }
    }

    #[test]
    fn implementations_stand_where_the_op_stack_puts_them() {
        assert_eq!(
            implementation_of(L1_BLOCK),
            address!("c0D3C0d3C0d3C0D3c0d3C0d3c0D3C0d3c0d30015")
        );
    }
}
