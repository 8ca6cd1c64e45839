//! An own, strict reader of HLS playlists (RFC 8216bis 4.1, 4.2), for what m3u8-rs lets pass: attributes that come twice,
//! values that are no values, lines that are no lines.

use std::collections::BTreeMap;

/// The lines of a playlist that are neither blank nor comments; panics where the text is no playlist.
pub fn lines(playlist: &str) -> Vec<&str> {
    assert!(playlist.starts_with("#EXTM3U\n") && playlist.ends_with('\n'), "{playlist}");
    let control = playlist.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{playlist}");
    playlist.lines().filter(|line| !line.is_empty() && (!line.starts_with('#') || line.starts_with("#EXT"))).collect()
}

/// The attribute lists of every tag of that name, in order. Quoted values keep their quotes.
pub fn attribute_lists(playlist: &str, tag: &str) -> Vec<BTreeMap<String, String>> {
    let start = format!("#{tag}:");
    lines(playlist).into_iter().filter_map(|line| line.strip_prefix(&start)).map(attributes).collect()
}

fn attributes(list: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    let mut rest = list;
    loop {
        let (name, value) = rest.split_once('=').unwrap_or_else(|| panic!("no attribute in {rest:?} of {list}"));
        let legal = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        assert!(legal && !name.is_empty(), "attribute name {name:?} in {list}");
        let length = match value.strip_prefix('"') {
            Some(quoted) => quoted.find('"').unwrap_or_else(|| panic!("{name} is not closed in {list}")) + 2,
            None => value.find(',').unwrap_or(value.len()),
        };
        let (value, after) = value.split_at(length);
        let bare = value.starts_with('"') || !value.is_empty() && !value.contains([' ', '"']);
        assert!(bare, "value {value:?} of {name} in {list}");
        assert_eq!(attributes.insert(name.to_owned(), value.to_owned()), None, "{name} twice in {list}");
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => {
                assert_eq!(after, "", "after {name} in {list}");
                return attributes;
            }
        }
    }
}
