//! Every option of the keeper, defined once: its key in the file, its flag, its variable, its help and its default.
//!
//! `l1.rpc` is `rpc` under `[l1]` in the file, `--l1.rpc` on the command line and `ROTA_L1_RPC` in the environment; the
//! command line wins over the environment, and that over the file. The commented example file is made from this table.

/// How a flag's or a variable's text becomes a value of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Switch,
    /// Comma-separated.
    List,
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Dotted path in the file.
    pub key: &'static str,
    pub kind: Kind,
    /// As it would be written in the file; empty: there is no default.
    pub default: &'static str,
    /// An example for options without a default, as it would be written in the file.
    pub example: &'static str,
    pub required: bool,
    pub help: &'static str,
}

impl Definition {
    /// `l1.rpc` is `ROTA_L1_RPC`.
    pub fn variable(&self) -> String {
        format!("ROTA_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn required(
    key: &'static str,
    kind: Kind,
    example: &'static str,
    help: &'static str,
) -> Definition {
    Definition { key, kind, default: "", example, required: true, help }
}

const fn optional(
    key: &'static str,
    kind: Kind,
    example: &'static str,
    help: &'static str,
) -> Definition {
    Definition { key, kind, default: "", example, required: false, help }
}

const fn defaulted(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    help: &'static str,
) -> Definition {
    Definition { key, kind, default, example: "", required: false, help }
}

use Kind::{List, Number, Switch, Text};

/// All options, in the order of the example file.
pub const OPTIONS: &[Definition] = &[
    required(
        "data_dir",
        Text,
        "\"/var/lib/rota\"",
        "folder of the keeper's store; losing it costs the running turn, never a double sign",
    ),
    required(
        "l1.rpc",
        List,
        "[\"http://127.0.0.1:8545\"]",
        "L1 endpoints (HTTP), in order of preference",
    ),
    required("l1.chain_id", Number, "1", "chain id that every L1 endpoint must answer"),
    required(
        "l1.deployed_at",
        Number,
        "21000000",
        "L1 block in which the contracts were deployed; the keeper reads their events from here",
    ),
    required("contracts.registry", Text, "\"0x…\"", "OperatorRegistry"),
    required("contracts.vault", Text, "\"0x…\"", "BondVault"),
    required("contracts.auction", Text, "\"0x…\"", "SealedBidAuction"),
    required("contracts.schedule", Text, "\"0x…\"", "Schedule"),
    required("contracts.baton", Text, "\"0x…\"", "Baton"),
    required(
        "contracts.adapter",
        Text,
        "\"0x…\"",
        "SystemConfigBaton, the owner of the chain's SystemConfig",
    ),
    required("contracts.open_auction", Text, "\"0x…\"", "OpenBidAuction"),
    required(
        "contracts.auction_policy",
        Text,
        "\"0x…\"",
        "AuctionPolicy, which assigns what the auction sold",
    ),
    required("contracts.stake", Text, "\"0x…\"", "StakeWeighted"),
    required("contracts.performance", Text, "\"0x…\"", "Performance"),
    required("contracts.composite", Text, "\"0x…\"", "Composite"),
    required("contracts.rewards", Text, "\"0x…\"", "RewardPool"),
    required("contracts.slasher", Text, "\"0x…\"", "Slasher"),
    required("l2.chain_id", Number, "10", "chain id of the rollup"),
    required(
        "l2.node_rpc",
        Text,
        "\"http://127.0.0.1:9545\"",
        "op-node, started with --rpc.enable-admin and --conductor.enabled",
    ),
    required(
        "l2.el_rpc",
        Text,
        "\"http://127.0.0.1:8551\"",
        "op-geth's HTTP RPC (not the engine API)",
    ),
    required(
        "l2.batcher_rpc",
        Text,
        "\"http://127.0.0.1:8548\"",
        "op-batcher, started with --rpc.enable-admin and --stopped",
    ),
    required(
        "l2.conductor_listen",
        Text,
        "\"127.0.0.1:8547\"",
        "where the keeper serves op-node's conductor RPC; op-node's --conductor.rpc points here",
    ),
    optional(
        "keys.sequencer_file",
        Text,
        "\"/etc/rota/sequencer.key\"",
        "the hot key: signs commitments and sends the keeper's transactions; hex or keystore JSON; ROTA_SEQUENCER_KEY holds the key itself instead",
    ),
    optional(
        "keys.owner_file",
        Text,
        "\"/etc/rota/owner.key\"",
        "the operator's owner; only needed to register, bond and exit; ROTA_OWNER_KEY holds the key itself instead",
    ),
    optional(
        "keys.password_file",
        Text,
        "\"/etc/rota/password\"",
        "password of the keystores; ROTA_KEYSTORE_PASSWORD holds it itself instead",
    ),
    required(
        "keys.batcher",
        Text,
        "\"0x…\"",
        "address of op-batcher's key; the key itself stays with op-batcher",
    ),
    optional(
        "keys.batcher_proof",
        Text,
        "\"0x…\"",
        "that the batcher key agrees to be yours, as `rota keys prove` prints it beside op-batcher; only needed to register",
    ),
    optional(
        "keys.payee",
        Text,
        "\"0x…\"",
        "address that withdrawals are paid to; the owner's if absent",
    ),
    required(
        "relay.listen",
        Text,
        "\"127.0.0.1:7300\"",
        "where the public stream of payloads and commitments is served",
    ),
    required(
        "relay.endpoint",
        Text,
        "\"http://127.0.0.1:7300\"",
        "URL of it, announced in the registry for the other operators and followers",
    ),
    required(
        "ingress.listen",
        Text,
        "\"127.0.0.1:7400\"",
        "where users' eth_sendRawTransaction is served",
    ),
    optional(
        "http.listen",
        Text,
        "\"127.0.0.1:7500\"",
        "where status and metrics are served; nowhere if absent",
    ),
    defaulted(
        "bond.eth",
        Text,
        "\"0\"",
        "bond to keep in the vault, ETH; topped up by the owner key; 0 leaves the bond alone",
    ),
    defaulted(
        "pledge.eth",
        Text,
        "\"0\"",
        "bond promised for epochs with slots, ETH, which the stake policy draws by; what is missing of it is added by the owner key before they come; 0 leaves the pledge alone",
    ),
    defaulted("bid.enabled", Switch, "false", "whether to bid for slots"),
    defaulted(
        "bid.curves",
        List,
        "[]",
        "most to pay for an epoch's slots, as PRICE_GWEI:SLOTS steps with falling prices, e.g. [\"4000000:1 2500000:1\"]; several curves are used in turn, epoch by epoch",
    ),
    defaulted(
        "bid.margin_bps",
        Number,
        "0",
        "caps the curve at the estimated fees of a slot less this margin, basis points; 0 bids the curve as it stands",
    ),
    defaulted(
        "bid.ceiling_gwei",
        Number,
        "0",
        "no step of a bid is above this price per slot, gwei; 0 is no ceiling",
    ),
    defaulted(
        "bid.jump_percent",
        Number,
        "50",
        "where a rival leads in an open auction, bids the least that leads and this part of what is left up to the curve, percent; 0 bids the least, which takes many transactions against a rival that does the same",
    ),
    defaulted(
        "bid.budget_eth",
        Text,
        "\"0\"",
        "most to spend on slots since the deployment, ETH; 0 is no limit",
    ),
    defaulted(
        "bid.balance_eth",
        Text,
        "\"0\"",
        "free balance to keep at the auction, ETH; topped up by the sequencer key",
    ),
    defaulted(
        "rewards.collect_eth",
        Text,
        "\"0.01\"",
        "rewards in ETH are paid out to the payee once this much is released; 0 leaves them in the pool",
    ),
    defaulted(
        "rewards.collect_tokens",
        Text,
        "\"1\"",
        "the same for rewards in the pool's token, in tokens of 18 decimals",
    ),
    defaulted(
        "gas.minimum_eth",
        Text,
        "\"0.01\"",
        "with less than this on the sequencer key the keeper doesn't bid, ETH",
    ),
];

/// The definition of `key`.
pub fn find(key: &str) -> Option<&'static Definition> {
    OPTIONS.iter().find(|option| option.key == key)
}

/// The commented example file: every option with its help; required ones open, the others commented out.
pub fn example() -> String {
    let mut text = String::from(
        "# Configuration of a Rota keeper. Every key is also a flag (--l1.rpc) and a variable (ROTA_L1_RPC).\n\
         # Keys are secrets and never stand here: only the names of their files do.\n",
    );
    let mut section = "";
    for option in OPTIONS {
        let (table, key) = option.key.split_once('.').unwrap_or(("", option.key));
        if table != section {
            section = table;
            text += &format!("\n[{table}]\n");
        }
        let mark = if option.required { "" } else { "#" };
        let value = if option.default.is_empty() { option.example } else { option.default };
        text += &format!("# {}\n{mark}{key} = {value}\n", option.help);
    }
    text
}
