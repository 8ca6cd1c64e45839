//! What assets are called in Azure's API: by their path in the store. A slash would end the name for clients that take
//! resource ids apart, so it is written `~1`, and a `~` is `~0`, as in a JSON Pointer (RFC 6901 3): `shows~1s01` is
//! `shows/s01`.

/// The name of the asset at `path`.
pub fn name_of(path: &str) -> String {
    path.replace('~', "~0").replace('/', "~1")
}

/// The path of the asset that is called `name`.
pub fn path_of(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slash_has_a_way_to_be_written() {
        for (path, name) in [("harbour", "harbour"), ("shows/s01", "shows~1s01"), ("a~b/c~1", "a~0b~1c~01")] {
            assert_eq!(name_of(path), name);
            assert_eq!(path_of(name), path);
        }
        assert_eq!(path_of("shows/s01"), "shows/s01");
    }

    proptest! {
        #[test]
        fn there_and_back(path in "[a~01/]{1,20}") {
            prop_assert_eq!(path_of(&name_of(&path)), path);
        }
    }
}
