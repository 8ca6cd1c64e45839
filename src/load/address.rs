//! The address of a resource over http or https, and how references in manifests resolve against it (RFC 3986 5.2).

use std::fmt;

/// An absolute URL without fragment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// `http` or `https`.
    scheme: &'static str,
    /// Host and port as written.
    authority: String,
    /// Starts with `/`; with the query.
    path: String,
}

impl Address {
    /// Reads a URL; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Address, String> {
        let schemes = ["http", "https"];
        let known = text.split_once("://").and_then(|(scheme, rest)| {
            Some((schemes.into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?, rest))
        });
        let (scheme, rest) = match known {
            Some(known) => known,
            None => {
                return Err(format!("{text:?} is not a URL; write one like http://127.0.0.1:8080/asset/master.m3u8"));
            }
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.is_empty() || authority.contains('@') {
            return Err(format!("{text:?} names no host"));
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Address { scheme, authority: authority.to_owned(), path })
    }

    /// The address that `reference`, found at this address, speaks of.
    pub fn resolve(&self, reference: &str) -> Result<Address, String> {
        let reference = reference.split('#').next().unwrap_or_default().trim();
        let scheme_end = reference.find(['/', '?']).unwrap_or(reference.len());
        if reference.get(..scheme_end).is_some_and(|start| start.contains(':')) {
            return Address::parse(reference);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Address::parse(&format!("{}://{rest}", self.scheme));
        }
        let own_path = self.path.split('?').next().unwrap_or_default();
        let path = match reference.chars().next() {
            None => self.path.clone(),
            Some('/') => without_dots(reference),
            Some('?') => format!("{own_path}{reference}"),
            Some(_) => {
                let folder = own_path.rfind('/').map_or("/", |slash| &own_path[..=slash]);
                without_dots(&format!("{folder}{reference}"))
            }
        };
        Ok(Address { scheme: self.scheme, authority: self.authority.clone(), path })
    }
}

/// Removes `.` and `..` segments of a path, not of its query (RFC 3986 5.2.4).
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
        if is_last && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}{query}", kept.join("/"))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_rfc_3986_says() {
        // RFC 3986 5.4, with http.
        let base = Address::parse("http://a/b/c/d;p?q").unwrap();
        for (reference, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("http://h:8/i", "http://h:8/i"),
            ("g#s", "http://a/b/c/g"),
        ] {
            assert_eq!(base.resolve(reference).unwrap().to_string(), expected, "{reference:?}");
        }
    }

    #[test]
    fn the_scheme_is_kept() {
        let base = Address::parse("HTTPS://a/b/c").unwrap();
        for (reference, expected) in [("d", "https://a/b/d"), ("//g/h", "https://g/h"), ("http://g", "http://g/")] {
            assert_eq!(base.resolve(reference).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_cannot_be_asked_is_said() {
        assert!(Address::parse("ftp://a/b").unwrap_err().contains("is not a URL"));
        assert!(Address::parse("harbour/master.m3u8").unwrap_err().contains("is not a URL"));
        assert!(Address::parse("http:///b").unwrap_err().contains("names no host"));
        assert!(Address::parse("http://a/").unwrap().resolve("data:text/plain,x").is_err());
        assert_eq!(Address::parse("http://a").unwrap().to_string(), "http://a/");
    }
}
