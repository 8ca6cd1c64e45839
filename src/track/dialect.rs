//! How the links of Azure Media Services are answered.

/// The wording of the manifests behind a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// As today's specifications and players want it.
    #[default]
    Standard,
    /// As the service worded them, for players that were tuned to it.
    Ams,
}

impl Dialect {
    /// All there are.
    pub const ALL: [Dialect; 2] = [Dialect::Standard, Dialect::Ams];

    /// The word of track documents and the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Standard => "standard",
            Dialect::Ams => "ams",
        }
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
