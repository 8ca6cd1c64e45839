//! What an asset is called beside its name, where somebody said it: the rest of it is in its folder.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// What was said of an asset. It is also what makes one of a folder that has nothing in it yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetNote {
    pub created: Timestamp,
    pub modified: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_id: Option<String>,
}
