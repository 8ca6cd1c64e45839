//! Paths inside a store.

/// A relative path that cannot leave the store: no empty, `.`-led or `..` part, no backslash, no control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorePath(String);

impl StorePath {
    /// The store's top folder.
    pub fn root() -> Self {
        StorePath(String::new())
    }

    /// `None` where the path is not one.
    pub fn parse(_path: &str) -> Option<Self> {
        todo!()
    }

    /// `name` in this folder; `None` where the name is not one part of a path.
    pub fn join(&self, _name: &str) -> Option<Self> {
        todo!()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StorePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
