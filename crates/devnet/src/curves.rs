//! What the devnet's operators bid: drawn from the seed, contested in every epoch, and won by everybody in some.

/// One step of a bid: a price per slot and how many slots at that price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub price_gwei: u64,
    pub slots: u16,
}

/// Prices of the first steps that are to win lie in `[STRONG, 2 * STRONG)`, all others in `[WEAK, 2 * WEAK)`, gwei a slot.
/// Both are above the auction's floor.
const STRONG: u64 = 4_000_000;
const WEAK: u64 = 2_000_000;

/// The curves of `operators` bidders for epochs of `slots` slots: for each bidder a list that it uses in turn, epoch `E`
/// the entry `E % len`.
///
/// Every bidder's first step asks for one slot, its second for as much more as the entity cap (half of the epoch) allows.
/// First steps are dear and second ones cheap, so with no more bidders than slots everybody gets a slot in every epoch and
/// the rest is fought for. With more bidders than slots only as many bid dearly as there are slots, and who does moves on
/// by one an epoch.
pub fn curves(seed: u64, operators: u16, slots: u16) -> Vec<Vec<[Step; 2]>> {
    let mut random = SplitMix(seed);
    let mut draw = |base: u64| base + random.next() % base;
    let more = (slots / 2).saturating_sub(1).max(1);
    (0..operators)
        .map(|bidder| {
            (0..operators)
                .map(|epoch| {
                    let rank = (bidder + operators - epoch) % operators;
                    let second = draw(WEAK);
                    // A losing first step is still the dearer one: a curve falls.
                    let first = if rank < slots { draw(STRONG) } else { second + 1 };
                    [Step { price_gwei: first, slots: 1 }, Step { price_gwei: second, slots: more }]
                })
                .collect()
        })
        .collect()
}

/// The text of a curve in the keeper's configuration: `PRICE_GWEI:SLOTS` steps.
pub fn text(curve: &[Step; 2]) -> String {
    curve.map(|step| format!("{}:{}", step.price_gwei, step.slots)).join(" ")
}

/// The splitmix64 generator: the same numbers for a seed on every machine.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    /// A number from 0 up to `end`, excluded; `end` is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slots that each bidder wins at the uniform price: units by price, at most half of the slots to one.
    fn winners(curves: &[Vec<[Step; 2]>], epoch: usize, slots: u16) -> Vec<u16> {
        let cap = (slots / 2).max(1);
        let mut units: Vec<(u64, usize)> = vec![];
        for (bidder, list) in curves.iter().enumerate() {
            let curve = &list[epoch % list.len()];
            units.extend(
                curve
                    .iter()
                    .flat_map(|s| vec![(s.price_gwei, bidder); s.slots.into()])
                    .take(cap.into()),
            );
        }
        assert!(units.len() > slots.into(), "contested: {} units for {slots} slots", units.len());
        units.sort_unstable_by(|a, b| b.cmp(a));
        let mut won = vec![0; curves.len()];
        for (_, bidder) in units.into_iter().take(slots.into()) {
            won[bidder] += 1;
        }
        won
    }

    #[test]
    fn every_epoch_is_contested_and_everybody_wins_in_some() {
        for (operators, slots) in [(3, 4), (3, 2), (4, 4), (5, 4), (7, 2), (3, 5), (6, 10), (12, 4)]
        {
            for seed in 0..50 {
                let curves = curves(seed, operators, slots);
                let mut won = vec![0; operators.into()];
                for epoch in 0..usize::from(operators) {
                    let winners = winners(&curves, epoch, slots);
                    let no_loser = operators <= slots;
                    assert!(
                        !no_loser || winners.iter().all(|&n| n > 0),
                        "{operators} for {slots}, seed {seed}: {winners:?}"
                    );
                    won.iter_mut().zip(winners).for_each(|(sum, n)| *sum += n);
                }
                assert!(
                    won.iter().all(|&n| n > 0),
                    "{operators} for {slots}, seed {seed}: {won:?}"
                );
            }
        }
    }

    #[test]
    fn a_seed_is_a_run_and_curves_fall() {
        assert_eq!(curves(7, 3, 4), curves(7, 3, 4));
        assert_ne!(curves(7, 3, 4), curves(8, 3, 4));
        for curve in curves(7, 5, 2).concat() {
            assert!(curve[0].price_gwei > curve[1].price_gwei, "{curve:?}");
        }
        assert_eq!(
            text(&[Step { price_gwei: 5, slots: 1 }, Step { price_gwei: 3, slots: 2 }]),
            "5:1 3:2"
        );
    }
}
