//! By which policy a devnet's slots are assigned.

use std::{fmt, str::FromStr};

/// A policy, by its name in the deployment's configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    RoundRobin,
    #[default]
    Auction,
    OpenAuction,
    Stake,
    Performance,
    Composite,
}

impl Policy {
    pub const ALL: [Self; 6] = [
        Self::RoundRobin,
        Self::Auction,
        Self::OpenAuction,
        Self::Stake,
        Self::Performance,
        Self::Composite,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::Auction => "auction",
            Self::OpenAuction => "open-auction",
            Self::Stake => "stake",
            Self::Performance => "performance",
            Self::Composite => "composite",
        }
    }

    /// Whether slots are drawn by stake.
    pub fn draws(self) -> bool {
        matches!(self, Self::Stake | Self::Performance | Self::Composite)
    }

    /// The policies of the stage. But for the sealed auction, whose unsold slots are the others' in turn, it is the one alone: a
    /// policy that assigned nothing would leave its slots to the reserve, which a run does not let pass.
    pub fn list(self) -> Vec<&'static str> {
        match self {
            Self::Auction => vec![self.name(), Self::RoundRobin.name()],
            _ => vec![self.name()],
        }
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|policy| policy.name() == text);
        found.ok_or_else(|| format!("`{text}` is no policy: there are {names}"))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
