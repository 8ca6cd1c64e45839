//! Attribute lists (RFC 8216bis 4.2): written in the order given, and nothing in a value can end it.

use std::fmt::{Display, Write};

/// A tag with an attribute list.
pub(in crate::manifest) struct Tag {
    line: String,
    empty: bool,
}

impl Tag {
    /// `name` is the tag without its `#`.
    pub(in crate::manifest) fn new(name: &str) -> Tag {
        Tag { line: format!("#{name}:"), empty: true }
    }

    fn attribute(&mut self, name: &str) -> &mut String {
        if !self.empty {
            self.line.push(',');
        }
        self.empty = false;
        self.line.push_str(name);
        self.line.push('=');
        &mut self.line
    }

    /// An enumerated string, number or resolution, which this program itself words.
    pub(in crate::manifest) fn bare(mut self, name: &str, value: impl Display) -> Tag {
        let line = self.attribute(name);
        let _ = write!(line, "{value}");
        self
    }

    /// YES or NO.
    pub(in crate::manifest) fn yes_no(self, name: &str, value: bool) -> Tag {
        self.bare(name, if value { "YES" } else { "NO" })
    }

    /// A quoted string. There is no escape in it, so a `"` becomes `”` and control characters are left out.
    pub(in crate::manifest) fn quoted(mut self, name: &str, value: &str) -> Tag {
        let line = self.attribute(name);
        line.push('"');
        line.extend(value.chars().filter(|c| !c.is_control()).map(|c| if c == '"' { '”' } else { c }));
        line.push('"');
        self
    }

    /// A quoted string, left out when empty.
    pub(in crate::manifest) fn quoted_list<'a>(self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Tag {
        let joined = values.into_iter().collect::<Vec<_>>().join(",");
        if joined.is_empty() { self } else { self.quoted(name, &joined) }
    }

    /// The line, with its end.
    pub(in crate::manifest) fn end(mut self) -> String {
        self.line.push('\n');
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_can_end_its_string_or_line() {
        let line = Tag::new("EXT-X-MEDIA").quoted("NAME", "Eng\"lish\r\n#EXT-X-INJECTED\u{2028}").bare("A", 1).end();
        assert_eq!(line, "#EXT-X-MEDIA:NAME=\"Eng”lish#EXT-X-INJECTED\u{2028}\",A=1\n");
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn an_empty_list_is_left_out() {
        assert_eq!(Tag::new("X").quoted_list("C", []).yes_no("D", true).end(), "#X:D=YES\n");
        assert_eq!(Tag::new("X").quoted_list("C", ["a", "b"]).end(), "#X:C=\"a,b\"\n");
    }
}
