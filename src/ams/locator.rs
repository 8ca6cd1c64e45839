//! Streaming locators: an address for an asset, which a player can be given and which can be taken back.

use super::{Guid, Timestamp};
use serde::{Deserialize, Serialize};

/// A streaming locator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locator {
    /// Unique in the account, whatever its case.
    pub name: String,
    /// The first part of streaming URLs.
    pub id: Guid,
    /// The asset's path in the store.
    pub asset: String,
    /// The name of the streaming policy.
    pub policy: String,
    pub created: Timestamp,
    /// From when on it can be played; at once where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// Until when.
    pub end: Timestamp,
    /// Names of filters that are applied to all that is played, beside those of the URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}

impl Locator {
    /// Whether it can be played at `moment`.
    pub fn is_open(&self, moment: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= moment) && moment < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_open_from_its_start_until_its_end() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let forever = Locator {
            name: "one".to_owned(),
            id: Guid::of_name("one"),
            asset: "harbour".to_owned(),
            policy: "Predefined_ClearStreamingOnly".to_owned(),
            created: at("2026-01-01T00:00:00Z"),
            start: None,
            end: Timestamp::MAX,
            filters: Vec::new(),
        };
        assert!(forever.is_open(at("2000-01-01T00:00:00Z")));
        let bounded =
            Locator { start: Some(at("2026-02-01T00:00:00Z")), end: at("2026-03-01T00:00:00Z"), ..forever.clone() };
        for (moment, is_open) in [
            ("2026-01-31T23:59:59Z", false),
            ("2026-02-01T00:00:00Z", true),
            ("2026-02-28T23:59:59Z", true),
            ("2026-03-01T00:00:00Z", false),
        ] {
            assert_eq!(bounded.is_open(at(moment)), is_open, "{moment}");
        }
    }
}
