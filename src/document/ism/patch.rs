//! Changes of a text at given places, in the style of what stands there already.

use super::xml::{Attribute, Element};
use std::ops::Range;

/// Changes that wait to be made.
#[derive(Debug)]
pub(super) struct Patch<'a> {
    text: &'a str,
    changes: Vec<(Range<usize>, String)>,
}

/// An element to be added, written by what begins its line.
pub(super) type Line<'a> = Box<dyn Fn(&str) -> String + 'a>;

/// Of a document with no line ends to go by.
const NO_BREAK: &str = "";

impl<'a> Patch<'a> {
    pub(super) fn of(text: &'a str) -> Patch<'a> {
        Patch { text, changes: Vec::new() }
    }

    pub(super) fn replace(&mut self, span: Range<usize>, text: String) {
        self.changes.push((span, text));
    }

    /// Gives an attribute another value.
    pub(super) fn set(&mut self, attribute: &Attribute, value: &str) {
        match attribute.quote {
            Some(quote) => self.replace(attribute.inner.clone(), escaped(value, quote)),
            None => self.replace(attribute.whole.clone(), format!("{}=\"{}\"", attribute.name, escaped(value, '"'))),
        }
    }

    /// Adds an attribute behind the others.
    pub(super) fn add_attribute(&mut self, element: &Element, name: &str, value: &str) {
        let last = element.attributes.last();
        let at = last.map_or(element.open.start + 1 + element.name.len(), |last| last.whole.end);
        let quote = last.and_then(|last| last.quote).unwrap_or('"');
        self.replace(at..at, format!(" {name}={quote}{}{quote}", escaped(value, quote)));
    }

    /// Removes an attribute and the space before it, but not what keeps its neighbours apart.
    pub(super) fn remove_attribute(&mut self, attribute: &Attribute) {
        let start = attribute.whole.start - self.space_before(attribute.whole.start).len();
        let next = self.text.get(attribute.whole.end..).and_then(|rest| rest.chars().next());
        let is_apart = next.is_none_or(|next| next.is_ascii_whitespace() || matches!(next, '/' | '>'));
        self.replace(start..attribute.whole.end, if is_apart { String::new() } else { " ".to_owned() });
    }

    /// Removes an element and the space before it.
    pub(super) fn remove(&mut self, element: &Element) {
        let start = element.whole.start - self.space_before(element.whole.start).len();
        self.replace(start..element.whole.end, String::new());
    }

    /// Adds elements behind the other children of `parent`. Each is written by what begins its line.
    pub(super) fn append(&mut self, parent: &Element, children: &[Line]) {
        if children.is_empty() {
            return;
        }
        let line = self.line_of_children(parent);
        let written: String = children.iter().map(|child| line.clone() + &child(&line)).collect();
        if let Some(last) = parent.children.last() {
            return self.replace(last.whole.end..last.whole.end, written);
        }
        let end = self.line_of(parent).to_owned();
        if parent.is_empty_tag {
            let tag = self.text.get(parent.open.clone()).unwrap_or_default();
            let kept = tag.trim_end_matches('>').trim_end_matches('/').trim_end().len();
            let from = parent.open.start + kept;
            return self.replace(from..parent.open.end, format!(">{written}{end}</{}>", parent.name));
        }
        let is_blank = parent.inner.is_empty();
        self.replace(parent.open.end..parent.open.end, if is_blank { written + &end } else { written });
    }

    /// Adds an element before the children of `parent`.
    pub(super) fn prepend(&mut self, parent: &Element, child: String) {
        match parent.children.first() {
            Some(first) => {
                let written = child + self.line_of(first);
                self.replace(first.whole.start..first.whole.start, written);
            }
            None => self.append(parent, &[Box::new(move |_| child.clone())]),
        }
    }

    /// What begins the line of `element`: line end and indentation.
    pub(super) fn line_of(&self, element: &Element) -> &'a str {
        let space = self.space_before(element.whole.start);
        match space.rfind('\n') {
            Some(end) if space[..end].ends_with('\r') => &space[end - 1..],
            Some(end) => &space[end..],
            None => NO_BREAK,
        }
    }

    /// What begins the lines of the children of `parent`.
    pub(super) fn line_of_children(&self, parent: &Element) -> String {
        match parent.children.last() {
            Some(last) => self.line_of(last).to_owned(),
            None => deeper(self.line_of(parent)),
        }
    }

    fn space_before(&self, at: usize) -> &'a str {
        let before = self.text.get(..at).unwrap_or_default();
        &before[before.trim_end_matches(|c: char| c.is_ascii_whitespace()).len()..]
    }

    /// The text in `span` with the changes that lie within it made.
    pub(super) fn applied(mut self, span: Range<usize>) -> String {
        self.changes.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = String::new();
        let mut at = span.start;
        for (changed, new) in &self.changes {
            out += self.text.get(at..changed.start).unwrap_or_default();
            out += new;
            at = at.max(changed.end);
        }
        out + self.text.get(at..span.end).unwrap_or_default()
    }
}

/// One step further in than a line that begins with `line`.
pub(super) fn deeper(line: &str) -> String {
    match line {
        NO_BREAK => String::new(),
        line if line.contains('\t') => format!("{line}\t"),
        line => format!("{line}  "),
    }
}

/// A value as it is written within `quote`.
pub(super) fn escaped(value: &str, quote: char) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' if quote == '"' => out += "&quot;",
            '\'' if quote == '\'' => out += "&apos;",
            c if c.is_ascii_whitespace() && c != ' ' => out += &format!("&#{};", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(text: &str, change: impl Fn(&Element, &mut Patch)) -> String {
        let root = Element::parse(text).unwrap();
        let mut patch = Patch::of(text);
        change(&root, &mut patch);
        patch.applied(0..text.len())
    }

    #[test]
    fn values_keep_their_quotes() {
        let text = "<a b='1' c = \"2\" d=3/>";
        let all = |root: &Element, patch: &mut Patch| root.attributes.iter().for_each(|a| patch.set(a, "x'\"<"));
        assert_eq!(patched(text, all), "<a b='x&apos;\"&lt;' c = \"x'&quot;&lt;\" d=\"x'&quot;&lt;\"/>");
    }

    #[test]
    fn attributes_come_and_go() {
        let first = |root: &Element, patch: &mut Patch| patch.remove_attribute(&root.attributes[0]);
        assert_eq!(patched("<a\n  b='1'\tc='2' />", first), "<a\tc='2' />");
        assert_eq!(patched("<a b='1'c='2' />", first), "<a c='2' />");
        let more = |root: &Element, patch: &mut Patch| patch.add_attribute(root, "z", "é");
        assert_eq!(patched("<a b='1' />", more), "<a b='1' z='é' />");
        assert_eq!(patched("<a/>", more), "<a z=\"é\"/>");
    }

    #[test]
    fn children_are_added_in_the_style_of_the_house() {
        let child: fn(&str) -> String = |_| "<n/>".to_owned();
        let add = |root: &Element, patch: &mut Patch| patch.append(root, &[Box::new(child)]);
        assert_eq!(patched("<a>\r\n\t<b/>\r\n</a>", add), "<a>\r\n\t<b/>\r\n\t<n/>\r\n</a>");
        assert_eq!(patched("\n<a x='1' />", add), "\n<a x='1'>\n  <n/>\n</a>");
        assert_eq!(patched("<a></a>", add), "<a><n/></a>");
        assert_eq!(patched("\n<a>\n</a>", add), "\n<a>\n  <n/>\n</a>");
        assert_eq!(patched("\n<a></a>", add), "\n<a>\n  <n/>\n</a>");
    }

    #[test]
    fn a_child_goes_with_its_line() {
        let first = |root: &Element, patch: &mut Patch| patch.remove(&root.children[0]);
        assert_eq!(patched("<a>\n  <b/>\n  <!-- c -->\n  <d/>\n</a>", first), "<a>\n  <!-- c -->\n  <d/>\n</a>");
    }
}
