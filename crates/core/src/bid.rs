//! A bid and its secrets: a demand curve, the salt that hides it, and the copy of it that survives a lost disk.
//!
//! Nothing about a bid is stored. The salt comes from the sequencer key and the epoch. The curve may not be derivable, since it
//! depends on what the configuration and the estimated fees were at the time; so it travels behind the arguments of the commit
//! transaction, XORed with a pad that only the sequencer key gives. Whoever has the key and an L1 node can reveal, whatever
//! happened to the disk or to the configuration meanwhile.
//!
//! A pad is used for one commitment only, so replaced commitments do not give each other away. After a change of the sequencer
//! key, keep the old one until the bids that it committed are revealed.

use crate::types::{Epoch, OperatorId, Wei};
use alloy::{
    primitives::{Address, B256, Signature, U256, keccak256},
    sol_types::SolValue,
};
use std::{fmt, str::FromStr};

/// Most steps of a curve, as in `types/Curve.sol`.
const STEPS: usize = 4;
const STEP_BITS: usize = 56;
const QUANTITY_BITS: usize = 8;
const GWEI: u64 = 1_000_000_000;

/// A price and how many slots it is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Gwei per slot, 1 to 2^48 - 1.
    pub price_gwei: u64,
    /// Slots, at least 1.
    pub quantity: u8,
}

/// What an operator pays at most for how many slots of an epoch: 1 to 4 steps with falling prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve(Vec<Step>);

/// Why steps are not a demand curve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    #[error("a curve has 1 to 4 steps, not {0}")]
    StepCount(usize),
    #[error("step {0} must have a price of 1 to 2^48 - 1 gwei and a quantity of at least 1 slot")]
    StepOutOfRange(Step),
    #[error("prices must fall from step to step, but {1} follows {0}")]
    PricesDoNotFall(Step, Step),
    #[error("{0:?} is no step: write PRICE_GWEI:SLOTS, as in 4000000:1")]
    NotAStep(String),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.price_gwei, self.quantity)
    }
}

impl Curve {
    pub fn new(steps: Vec<Step>) -> Result<Self, CurveError> {
        if steps.is_empty() || steps.len() > STEPS {
            return Err(CurveError::StepCount(steps.len()));
        }
        for step in &steps {
            if step.quantity == 0 || step.price_gwei == 0 || step.price_gwei >> 48 != 0 {
                return Err(CurveError::StepOutOfRange(*step));
            }
        }
        match steps.windows(2).find(|pair| pair[1].price_gwei >= pair[0].price_gwei) {
            Some(pair) => Err(CurveError::PricesDoNotFall(pair[0], pair[1])),
            None => Ok(Self(steps)),
        }
    }

    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The curve as the contract's word.
    pub fn word(&self) -> U256 {
        self.0.iter().rev().fold(U256::ZERO, |word, step| {
            let bits = U256::from(step.price_gwei) << QUANTITY_BITS | U256::from(step.quantity);
            word << STEP_BITS | bits
        })
    }

    /// The curve of a contract's word.
    pub fn from_word(mut word: U256) -> Result<Self, CurveError> {
        let mut steps = vec![];
        while !word.is_zero() {
            let bits = (word & U256::from((1u64 << STEP_BITS) - 1)).to::<u64>();
            steps.push(Step { price_gwei: bits >> QUANTITY_BITS, quantity: bits as u8 });
            word >>= STEP_BITS;
        }
        Self::new(steps)
    }

    /// No step above `ceiling_gwei`. Steps that come to one price are one step; none is left of a ceiling of 0.
    pub fn capped(&self, ceiling_gwei: u64) -> Option<Self> {
        let mut steps: Vec<Step> = vec![];
        for step in &self.0 {
            let price_gwei = step.price_gwei.min(ceiling_gwei);
            match steps.last_mut() {
                Some(last) if last.price_gwei == price_gwei => {
                    last.quantity = last.quantity.saturating_add(step.quantity)
                }
                _ => steps.push(Step { price_gwei, quantity: step.quantity }),
            }
        }
        Self::new(steps).ok()
    }

    /// The same curve without the slots past the first `cap`; none if nothing is left.
    pub fn clipped(&self, cap: u64) -> Option<Self> {
        let mut left = cap;
        let clip = |step: &Step| {
            let quantity = u64::from(step.quantity).min(left);
            left -= quantity;
            Step { quantity: quantity as u8, ..*step }
        };
        Self::new(self.0.iter().map(clip).filter(|step| step.quantity != 0).collect()).ok()
    }

    /// Most that the curve can cost when all slots have one price: the largest price x cumulative quantity, wei.
    pub fn max_cost(&self) -> Wei {
        let mut slots = 0u64;
        let costs = self.0.iter().map(|step| {
            slots += u64::from(step.quantity);
            U256::from(step.price_gwei) * U256::from(slots) * U256::from(GWEI)
        });
        costs.max().unwrap_or_default()
    }

    /// What each further slot is worth, gwei, the first one first.
    pub fn units(&self) -> impl Iterator<Item = u64> + '_ {
        let times = |step: &Step| std::iter::repeat_n(step.price_gwei, step.quantity.into());
        self.0.iter().flat_map(times)
    }

    /// Slots asked for.
    pub fn slots(&self) -> u64 {
        self.0.iter().map(|step| u64::from(step.quantity)).sum()
    }
}

impl FromStr for Curve {
    type Err = CurveError;

    /// Steps as `PRICE_GWEI:SLOTS`, separated by spaces.
    fn from_str(text: &str) -> Result<Self, CurveError> {
        let step = |word: &str| {
            let (price, quantity) = word.split_once(':')?;
            Some(Step { price_gwei: price.parse().ok()?, quantity: quantity.parse().ok()? })
        };
        let steps = text
            .split_whitespace()
            .map(|word| step(word).ok_or_else(|| CurveError::NotAStep(word.to_owned())));
        Self::new(steps.collect::<Result<_, _>>()?)
    }
}

/// Where a bid counts: the domain of commitments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auction {
    pub chain_id: u64,
    pub contract: Address,
}

impl Auction {
    /// What is committed on L1; the same as `SealedBidAuction.commitmentOf`.
    pub fn commitment(&self, epoch: Epoch, operator: OperatorId, curve: U256, salt: B256) -> B256 {
        let domain = keccak256("Rota.SealedBid.v1");
        let words =
            (domain, U256::from(self.chain_id), self.contract, epoch.0, operator.0, curve, salt);
        keccak256(words.abi_encode())
    }

    /// What the sequencer key signs to make its bid secret: words that no wallet asks for otherwise.
    pub fn secret_message(&self) -> String {
        format!(
            "Rota bid secret v1\nchain {}\nauction {}\nNever sign this anywhere else.",
            self.chain_id, self.contract
        )
    }
}

/// What only the sequencer key can tell: the root of its bids' salts and pads.
#[derive(Clone)]
pub struct BidSecret(B256);

impl fmt::Debug for BidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BidSecret(..)")
    }
}

impl BidSecret {
    /// From the key's signature of [`Auction::secret_message`], which RFC 6979 makes the same every time.
    pub fn new(signature: &Signature) -> Self {
        Self(keccak256(signature.as_bytes()))
    }

    pub fn salt(&self, epoch: Epoch) -> B256 {
        keccak256((keccak256("Rota.Salt.v1"), self.0, epoch.0).abi_encode())
    }

    /// Seals `curve` for `commitment`, and opens it again.
    pub fn seal(&self, commitment: B256, curve: U256) -> B256 {
        let pad = keccak256((keccak256("Rota.Pad.v1"), self.0, commitment).abi_encode());
        B256::from(curve) ^ pad
    }

    /// The word of the curve sealed for `commitment`.
    pub fn open(&self, commitment: B256, sealed: B256) -> U256 {
        self.seal(commitment, sealed.into()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curves() -> impl Strategy<Value = Curve> {
        prop::collection::btree_map(1u64..1 << 48, 1u8.., 1..=STEPS).prop_map(|steps| {
            let steps =
                steps.into_iter().rev().map(|(price_gwei, quantity)| Step { price_gwei, quantity });
            Curve::new(steps.collect()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn a_curve_survives_its_word_and_its_text(curve in curves()) {
            prop_assert_eq!(Curve::from_word(curve.word()).unwrap(), curve.clone());
            let text: Vec<_> = curve.steps().iter().map(Step::to_string).collect();
            prop_assert_eq!(text.join(" ").parse::<Curve>().unwrap(), curve);
        }

        #[test]
        fn a_capped_and_clipped_curve_costs_no_more(curve in curves(), ceiling in 1u64..1 << 48, cap in 1u64..1000) {
            let capped = curve.capped(ceiling).unwrap();
            prop_assert!(capped.steps().iter().all(|step| step.price_gwei <= ceiling));
            let clipped = curve.clipped(cap).unwrap();
            prop_assert_eq!(clipped.slots(), curve.slots().min(cap));
            prop_assert!(clipped.max_cost() <= curve.max_cost());
        }

        #[test]
        fn the_key_alone_opens_what_it_sealed(curve in curves(), epoch: u64, commitment: [u8; 32]) {
            let signature = |v| Signature::new(U256::from(v), U256::from(2), false);
            let (mine, other) = (BidSecret::new(&signature(1)), BidSecret::new(&signature(3)));
            let commitment = B256::from(commitment);
            let sealed = mine.seal(commitment, curve.word());
            prop_assert_eq!(mine.open(commitment, sealed), curve.word());
            prop_assert_ne!(other.open(commitment, sealed), curve.word());
            prop_assert_ne!(mine.salt(Epoch(epoch)), other.salt(Epoch(epoch)));
        }
    }

    #[test]
    fn what_is_no_demand_curve_is_refused_with_its_reason() {
        for (text, expected) in [
            ("", CurveError::StepCount(0)),
            ("5:1 4:1 3:1 2:1 1:1", CurveError::StepCount(5)),
            ("5:0", CurveError::StepOutOfRange(Step { price_gwei: 5, quantity: 0 })),
            ("0:1", CurveError::StepOutOfRange(Step { price_gwei: 0, quantity: 1 })),
            (
                "4:1 4:2",
                CurveError::PricesDoNotFall(
                    Step { price_gwei: 4, quantity: 1 },
                    Step { price_gwei: 4, quantity: 2 },
                ),
            ),
            ("4", CurveError::NotAStep("4".to_owned())),
        ] {
            assert_eq!(text.parse::<Curve>().unwrap_err(), expected, "{text:?}");
        }
    }
}
