//! Paths inside a store.

/// The longest path, in bytes: what the object stores allow for a key.
const MAX_LEN: usize = 1024;
/// The longest part of one, in bytes: what file systems take for a name.
const MAX_PART: usize = 255;

/// A relative path that cannot leave the store: no empty, `.`-led or `..` part, no backslash, no control character,
/// at most
/// 1024 bytes, 255 in a part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorePath(String);

impl StorePath {
    /// The store's top folder.
    pub fn root() -> Self {
        StorePath(String::new())
    }

    /// `None` where the path is not one.
    pub fn parse(path: &str) -> Option<Self> {
        StorePath::is_valid(path).then(|| StorePath(path.to_owned()))
    }

    /// Whether [`StorePath::parse`] takes `path`.
    pub fn is_valid(path: &str) -> bool {
        path.len() <= MAX_LEN && path.split('/').all(is_part)
    }

    /// `name` in this folder; `None` where the name is not one part of a path.
    pub fn join(&self, name: &str) -> Option<Self> {
        if !is_part(name) {
            return None;
        }
        if self.is_root() {
            return StorePath::parse(name);
        }
        let path = format!("{self}/{name}");
        (path.len() <= MAX_LEN).then_some(StorePath(path))
    }

    /// `path` in the store's own folder, `.signalbox`, which is no asset and in no listing.
    pub fn own(path: &str) -> Option<Self> {
        let own = StorePath(format!(".signalbox/{path}"));
        (StorePath::is_valid(path) && own.0.len() <= MAX_LEN).then_some(own)
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `part` may stand between two slashes. A leading dot marks what is not an asset: `..`, hidden files, and
/// the store's own `.signalbox/`.
fn is_part(part: &str) -> bool {
    (1..=MAX_PART).contains(&part.len())
        && !part.starts_with('.')
        && !part.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
}

impl std::fmt::Display for StorePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_names_as_people_give_them() {
        for path in ["harbour", "shows/s01/e01", "Nachtzug nach Köln", "a.b/c..d.mp4", "100%", "海/港.mp4"] {
            assert_eq!(StorePath::parse(path).as_ref().map(StorePath::as_str), Some(path));
        }
    }

    #[test]
    fn refuses_what_is_no_path_or_would_leave() {
        let refused = [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/..",
            "../a",
            "a/../b",
            ".signalbox/x",
            "a/.hidden",
            "a\\b",
            "..\\a",
            "a\0b",
            "a\nb",
            "a\u{85}b",
            "\u{7f}",
        ];
        for path in refused {
            assert_eq!(StorePath::parse(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_path_is_at_most_1024_bytes_and_a_part_255() {
        let path = |len: usize| ["a".repeat(255), "b".repeat(255), "c".repeat(255), "d".repeat(len - 768)].join("/");
        assert!(StorePath::parse(&path(1023)).is_some());
        assert!(StorePath::parse(&path(1024)).is_none(), "its last part has 256");
        assert!(StorePath::parse(&format!("{}/e", path(1022))).is_some());
        assert!(StorePath::parse(&format!("{}/e", path(1023))).is_none());
        let folder = StorePath::parse(&path(1000)).unwrap();
        assert!(folder.join(&"b".repeat(23)).is_some());
        assert!(folder.join(&"b".repeat(24)).is_none());
        assert!(StorePath::root().join(&"b".repeat(255)).is_some());
        assert!(StorePath::root().join(&"b".repeat(256)).is_none());
    }

    #[test]
    fn joins_one_part_at_a_time() {
        let harbour = StorePath::root().join("harbour").unwrap();
        assert_eq!(harbour.as_str(), "harbour");
        assert_eq!(harbour.join("en.vtt").unwrap().as_str(), "harbour/en.vtt");
        for name in ["", ".", "..", "a/b", "/a", ".x", "a\\b"] {
            assert_eq!(harbour.join(name), None, "{name:?}");
            assert_eq!(StorePath::root().join(name), None, "{name:?}");
        }
        assert!(StorePath::root().is_root() && !harbour.is_root());
    }

    proptest! {
        #[test]
        fn a_path_never_leaves_its_folder(path in "[a./\\\\\u{0}é]{0,12}") {
            if let Some(path) = StorePath::parse(&path) {
                let full = std::path::Path::new("/store").join(path.as_str());
                prop_assert!(full.components().all(|c| !matches!(c, std::path::Component::ParentDir)));
                prop_assert!(full.starts_with("/store") && full != std::path::Path::new("/store"));
            }
        }
    }
}
