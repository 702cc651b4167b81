//! Values that change from an epoch on.

use crate::types::Epoch;

/// Standing of an operator, as in `types/Types.sol`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    None,
    Active,
    Jailed,
    Tombstoned,
    Exited,
}

impl Status {
    pub(super) fn from_word(word: u8) -> Self {
        match word {
            1 => Self::Active,
            2 => Self::Jailed,
            3 => Self::Tombstoned,
            4 => Self::Exited,
            _ => Self::None,
        }
    }
}

/// A value that changes from an epoch on, with its past: `(first epoch, value)` in the order in which they were set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History<T>(Vec<(Epoch, T)>);

impl<T> Default for History<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<T: Clone> History<T> {
    pub(super) fn set(&mut self, from: u64, value: T) {
        self.0.push((Epoch(from), value));
    }

    /// What is valid in `epoch`.
    pub fn at(&self, epoch: Epoch) -> Option<T> {
        self.0.iter().rev().find(|(from, _)| *from <= epoch).map(|(_, value)| value.clone())
    }

    /// What was set last, whether it is valid yet or not.
    pub fn latest(&self) -> Option<T> {
        self.0.last().map(|(_, value)| value.clone())
    }

    /// Everything ever set.
    pub fn all(&self) -> impl Iterator<Item = T> + '_ {
        self.0.iter().map(|(_, value)| value.clone())
    }
}
