//! Configuration in two steps: what was written ([`Written`]: parsed, merged, nothing understood), then what it means
//! ([`Config`]: addresses, amounts, endpoints). Keys are read apart, in [`crate::keys`].

mod options;

use crate::config::options::{Definition, Kind, OPTIONS};
use alloy::primitives::{Address, Bytes, U256, utils::parse_ether};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use eyre::{Context, OptionExt, Result, bail, eyre};
use rota_core::{bid::Curve, types::Contracts};
use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

pub use options::example;

/// Where configuration comes from: one file, and a flag or variable for every key of it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The TOML file.
    pub file: Option<PathBuf>,
    /// Key to text, from flags and variables.
    pub overrides: BTreeMap<&'static str, String>,
}

impl Args for Sources {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .env("ROTA_CONFIG")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("the keeper's TOML file");
        OPTIONS.iter().fold(command.arg(file), |command, option| {
            command.arg(
                Arg::new(option.key)
                    .long(option.key)
                    .env(option.variable())
                    .value_name("VALUE")
                    .help(option.help)
                    .help_heading("Configuration (each also a key of the file)"),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Sources {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut sources =
            Self { file: matches.get_one::<PathBuf>("config").cloned(), ..Self::default() };
        sources.overrides = OPTIONS
            .iter()
            .filter_map(|o| Some((o.key, matches.get_one::<String>(o.key)?.clone())))
            .collect();
        Ok(sources)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What was written, whoever wrote it: every value by its dotted key.
#[derive(Debug, Default)]
pub struct Written {
    values: BTreeMap<String, Value>,
    /// Named in errors.
    origin: String,
}

impl Written {
    /// Reads the file, puts flags and variables over it, and refuses keys that no option has.
    pub fn read(sources: &Sources) -> Result<Self> {
        let mut written = Self { origin: "the command line".into(), ..Self::default() };
        if let Some(path) = &sources.file {
            written.origin = path.display().to_string();
            let text = fs::read_to_string(path)
                .wrap_err_with(|| format!("cannot read the configuration {}", path.display()))?;
            let table: Table = text
                .parse()
                .wrap_err_with(|| format!("the configuration {} is not TOML", path.display()))?;
            written.flatten("", table)?;
        }
        for (key, text) in &sources.overrides {
            let option = options::find(key).ok_or_eyre("flags are made from the options")?;
            written.values.insert((*key).to_owned(), parse(option, text)?);
        }
        Ok(written)
    }

    fn flatten(&mut self, prefix: &str, table: Table) -> Result<()> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                Value::Table(inner) if options::find(&key).is_none() => {
                    self.flatten(&key, inner)?
                }
                _ if options::find(&key).is_none() => {
                    bail!(
                        "{}: unknown key `{key}`; `rota config` prints every key there is",
                        self.origin
                    )
                }
                value => {
                    self.values.insert(key, value);
                }
            }
        }
        Ok(())
    }

    fn optional(&self, key: &str) -> Result<Option<Value>> {
        let option = options::find(key).ok_or_else(|| eyre!("`{key}` is not an option"))?;
        Ok(match self.values.get(key) {
            Some(value) => Some(value.clone()),
            None if option.default.is_empty() => None,
            None => Some(format!("v = {}", option.default).parse::<Table>()?["v"].clone()),
        })
    }

    fn value(&self, key: &str) -> Result<Value> {
        self.optional(key)?.ok_or_else(|| match options::find(key) {
            Some(option) => eyre!(
                "`{key}` is missing in {}: {}; set it there, by --{key} or by {}",
                self.origin,
                option.help,
                option.variable()
            ),
            None => eyre!("`{key}` is not an option"),
        })
    }

    fn wrong(&self, key: &str, value: &Value, wanted: &str) -> eyre::Report {
        eyre!("`{key}` in {} is {value}, but should be {wanted}", self.origin)
    }

    fn text(&self, key: &str) -> Result<String> {
        let value = self.value(key)?;
        value.as_str().map(str::to_owned).ok_or_else(|| self.wrong(key, &value, "text in quotes"))
    }

    fn number(&self, key: &str) -> Result<u64> {
        let value = self.value(key)?;
        value
            .as_integer()
            .and_then(|number| u64::try_from(number).ok())
            .ok_or_else(|| self.wrong(key, &value, "a whole number, not negative"))
    }

    fn percent(&self, key: &str) -> Result<u64> {
        let percent = self.number(key)?;
        if percent > 100 {
            return Err(self.wrong(key, &self.value(key)?, "at most 100"));
        }
        Ok(percent)
    }

    fn switch(&self, key: &str) -> Result<bool> {
        let value = self.value(key)?;
        value.as_bool().ok_or_else(|| self.wrong(key, &value, "true or false"))
    }

    fn list(&self, key: &str) -> Result<Vec<String>> {
        let value = self.value(key)?;
        let items = value
            .as_array()
            .and_then(|items| items.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        items.ok_or_else(|| self.wrong(key, &value, "a list of texts"))
    }

    fn parsed<T: std::str::FromStr>(&self, key: &str, wanted: &str) -> Result<T> {
        let text = self.text(key)?;
        text.parse().map_err(|_| self.wrong(key, &Value::String(text), wanted))
    }

    fn address(&self, key: &str) -> Result<Address> {
        self.parsed(key, "an address: 0x and 40 hex digits")
    }

    fn l1(&self) -> Result<L1> {
        let rpc = self.list("l1.rpc")?;
        if rpc.is_empty() || rpc.iter().any(|url| check_url(url).is_err()) {
            bail!(
                "`l1.rpc` in {} is {rpc:?}, but should list http:// or https:// URLs",
                self.origin
            );
        }
        Ok(L1 {
            rpc,
            chain_id: self.number("l1.chain_id")?,
            deployed_at: self.number("l1.deployed_at")?,
        })
    }

    fn contracts(&self) -> Result<Contracts> {
        Ok(Contracts {
            registry: self.address("contracts.registry")?,
            vault: self.address("contracts.vault")?,
            auction: self.address("contracts.auction")?,
            schedule: self.address("contracts.schedule")?,
            baton: self.address("contracts.baton")?,
            adapter: self.address("contracts.adapter")?,
            open_auction: self.address("contracts.open_auction")?,
            auction_policy: self.address("contracts.auction_policy")?,
            stake: self.address("contracts.stake")?,
            performance: self.address("contracts.performance")?,
            composite: self.address("contracts.composite")?,
            rewards: self.address("contracts.rewards")?,
            slasher: self.address("contracts.slasher")?,
        })
    }

    fn ether(&self, key: &str) -> Result<U256> {
        let text = self.text(key)?;
        parse_ether(&text).map_err(|_| {
            self.wrong(key, &Value::String(text), "an amount of ETH in quotes, like \"1.5\"")
        })
    }

    fn url(&self, key: &str) -> Result<String> {
        let text = self.text(key)?;
        check_url(&text).map_err(|()| {
            self.wrong(key, &Value::String(text.clone()), "an http:// or https:// URL")
        })?;
        Ok(text)
    }

    fn path(&self, key: &str) -> Result<Option<PathBuf>> {
        Ok(self.optional(key)?.map(|_| self.text(key)).transpose()?.map(PathBuf::from))
    }
}

fn check_url(text: &str) -> Result<(), ()> {
    let parsed: reqwest::Url = text.parse().map_err(|_| ())?;
    if matches!(parsed.scheme(), "http" | "https") { Ok(()) } else { Err(()) }
}

/// The value that a flag's or variable's `text` stands for.
fn parse(option: &Definition, text: &str) -> Result<Value> {
    let wrong = |wanted| {
        eyre!("--{} (or {}) is `{text}`, but should be {wanted}", option.key, option.variable())
    };
    Ok(match option.kind {
        Kind::Text => Value::String(text.to_owned()),
        Kind::Number => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
        Kind::Switch => Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?),
        Kind::List => Value::Array(
            text.split(',')
                .filter(|s| !s.is_empty())
                .map(|s| Value::String(s.trim().to_owned()))
                .collect(),
        ),
    })
}

/// L1 endpoints and what they must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct L1 {
    pub rpc: Vec<String>,
    pub chain_id: u64,
    pub deployed_at: u64,
}

/// What a follower needs: where the chain's operators are decided, and the node to feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerConfig {
    pub data_dir: PathBuf,
    pub l1: L1,
    pub contracts: Contracts,
    pub l2_chain_id: u64,
    pub node_rpc: String,
}

/// The operator's own rollup node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct L2 {
    pub chain_id: u64,
    pub node_rpc: String,
    pub el_rpc: String,
    pub batcher_rpc: String,
    pub conductor_listen: SocketAddr,
}

/// Where keys are; never the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFiles {
    pub sequencer_file: Option<PathBuf>,
    pub owner_file: Option<PathBuf>,
    pub password_file: Option<PathBuf>,
    pub batcher: Address,
    pub batcher_proof: Option<Bytes>,
    pub payee: Option<Address>,
}

/// What the operator is ready to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    pub enabled: bool,
    /// Used in turn: epoch E bids `curves[E % len]`.
    pub curves: Vec<Curve>,
    pub margin_bps: u64,
    /// Gwei per slot; 0 is none.
    pub ceiling_gwei: u64,
    /// Over a rival's open bid, of what is left up to the curve.
    pub jump_percent: u64,
    /// Wei; 0 is none.
    pub budget: U256,
    /// Free balance to keep at the auction, wei.
    pub balance: U256,
}

/// What the configuration means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub data_dir: PathBuf,
    pub l1: L1,
    pub contracts: Contracts,
    pub l2: L2,
    pub keys: KeyFiles,
    pub relay_listen: SocketAddr,
    pub relay_endpoint: String,
    pub ingress_listen: SocketAddr,
    pub http_listen: Option<SocketAddr>,
    /// Bond to keep in the vault, wei; 0 leaves it alone.
    pub bond: U256,
    /// What to pledge, wei; 0 leaves the pledge alone.
    pub pledge: U256,
    pub bid: Bid,
    /// Rewards to wait for before they are fetched, in ETH (wei) and tokens of the pool (smallest units); 0 leaves them alone.
    pub rewards_minimum: [U256; 2],
    /// Balance of the sequencer key under which the keeper doesn't bid, wei.
    pub minimum_gas: U256,
}

impl Config {
    /// Reads and understands the configuration; the first thing that is wrong is the error.
    pub fn load(sources: &Sources) -> Result<Self> {
        Self::understand(&Written::read(sources)?)
    }

    fn understand(written: &Written) -> Result<Self> {
        const SOCKET: &str = "an IP address and port, like 127.0.0.1:8547";
        Ok(Self {
            data_dir: written.text("data_dir")?.into(),
            l1: written.l1()?,
            contracts: written.contracts()?,
            l2: L2 {
                chain_id: written.number("l2.chain_id")?,
                node_rpc: written.url("l2.node_rpc")?,
                el_rpc: written.url("l2.el_rpc")?,
                batcher_rpc: written.url("l2.batcher_rpc")?,
                conductor_listen: written.parsed("l2.conductor_listen", SOCKET)?,
            },
            keys: KeyFiles {
                sequencer_file: written.path("keys.sequencer_file")?,
                owner_file: written.path("keys.owner_file")?,
                password_file: written.path("keys.password_file")?,
                batcher: written.address("keys.batcher")?,
                batcher_proof: written
                    .optional("keys.batcher_proof")?
                    .map(|_| written.parsed("keys.batcher_proof", "what `rota keys prove` prints"))
                    .transpose()?,
                payee: written
                    .optional("keys.payee")?
                    .map(|_| written.address("keys.payee"))
                    .transpose()?,
            },
            relay_listen: written.parsed("relay.listen", SOCKET)?,
            relay_endpoint: written.url("relay.endpoint")?,
            ingress_listen: written.parsed("ingress.listen", SOCKET)?,
            http_listen: written
                .optional("http.listen")?
                .map(|_| written.parsed("http.listen", SOCKET))
                .transpose()?,
            bond: written.ether("bond.eth")?,
            pledge: written.ether("pledge.eth")?,
            bid: Bid {
                enabled: written.switch("bid.enabled")?,
                curves: written
                    .list("bid.curves")?
                    .iter()
                    .map(|text| curve(text))
                    .collect::<Result<_>>()?,
                margin_bps: written.number("bid.margin_bps")?,
                ceiling_gwei: written.number("bid.ceiling_gwei")?,
                jump_percent: written.percent("bid.jump_percent")?,
                budget: written.ether("bid.budget_eth")?,
                balance: written.ether("bid.balance_eth")?,
            },
            rewards_minimum: [
                written.ether("rewards.collect_eth")?,
                written.ether("rewards.collect_tokens")?,
            ],
            minimum_gas: written.ether("gas.minimum_eth")?,
        })
    }
}

impl FollowerConfig {
    /// Reads and understands the part of the configuration that a follower uses.
    pub fn load(sources: &Sources) -> Result<Self> {
        let written = Written::read(sources)?;
        Ok(Self {
            data_dir: written.text("data_dir")?.into(),
            l1: written.l1()?,
            contracts: written.contracts()?,
            l2_chain_id: written.number("l2.chain_id")?,
            node_rpc: written.url("l2.node_rpc")?,
        })
    }
}

fn curve(text: &str) -> Result<Curve> {
    text.parse().wrap_err_with(|| {
        format!("`bid.curves` has the curve `{text}`, which the auction would refuse")
    })
}

/// Reads a file, naming it in the error.
pub fn read_file(what: &str, path: &Path) -> Result<String> {
    fs::read_to_string(path).wrap_err_with(|| format!("cannot read {what} from {}", path.display()))
}

#[cfg(test)]
mod tests;
