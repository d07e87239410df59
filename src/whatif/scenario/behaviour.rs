//! When and whether messages are sent and answered.

use serde::Deserialize;

/// When and whether messages are sent and answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {}

impl Behaviour {
    /// Whether nothing is otherwise.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
