//! A text with places for an asset's name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a part of a URL (RFC 3986 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In a path slashes stay, too.
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// `https://cdn.example/{asset}/*`: `{asset}` is the asset's path, percent-encoded but for its slashes, as in its URLs;
/// `{tag}` the word of its `Cache-Tag` and `Surrogate-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(String);

/// What a template is written into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One part of a URL, in which the tag's own `%` and `/` are encoded.
    Url,
    Text,
}

impl Template {
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let word = after.split_once('}').map(|(word, _)| word).unwrap_or(after);
            // The braces of JSON are no places.
            let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if is_word && !matches!(word, "asset" | "tag") {
                return Err(format!("{{{word}}} is no place that can be filled; {{asset}} and {{tag}} are"));
            }
            rest = after;
        }
        Ok(Template(text.to_owned()))
    }

    /// The text for an asset.
    pub fn fill(&self, asset: &str, place: Place) -> String {
        let path = utf8_percent_encode(asset, PATH).to_string();
        let tag = match place {
            Place::Url => utf8_percent_encode(&path, UNRESERVED).to_string(),
            Place::Text => path.clone(),
        };
        // What was filled in has no brace.
        self.0.replace("{asset}", &path).replace("{tag}", &tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_as_urls_have_them() {
        let fill = |text: &str| Template::parse(text).unwrap().fill("shows/Köln, 1", Place::Url);
        assert_eq!(fill("https://cdn/{asset}/*"), "https://cdn/shows/K%C3%B6ln%2C%201/*");
        assert_eq!(fill("https://cdn/purge/{tag}"), "https://cdn/purge/shows%2FK%25C3%25B6ln%252C%25201");
        assert_eq!(fill("https://cdn/all"), "https://cdn/all");
    }

    #[test]
    fn the_tag_of_a_text_is_that_of_the_header() {
        let body = Template::parse(r#"{"tags":["{tag}"]}"#).unwrap();
        assert_eq!(body.fill("shows/a b", Place::Text), r#"{"tags":["shows/a%20b"]}"#);
    }

    #[test]
    fn an_unknown_place_is_told() {
        assert!(Template::parse("https://cdn/{name}").unwrap_err().contains("{name}"));
        assert!(Template::parse("https://cdn/{asset").is_ok(), "{}", "no place without its end");
    }
}
