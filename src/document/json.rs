//! JSON as a person wrote it: fields in order and with repetitions, so that a document can be checked strictly and all
//! its problems told at once, each with the path of its field.

use super::{DocumentError, Problem};
use crate::track::nearest;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Any JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads a whole document. Depth is bounded by `serde_json`, size by the caller's bytes.
    pub(super) fn parse(text: &str) -> Result<Node, String> {
        serde_json::from_str(text).map_err(|e| format!("not a JSON document: {e}"))
    }

    fn what(&self) -> &'static str {
        match self {
            Node::Null => "null (leave the field out instead)",
            Node::Bool(_) => "true or false",
            Node::Number(_) => "a number",
            Node::String(_) => "a string",
            Node::List(_) => "a list",
            Node::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Node::Object(object))
    }
}

/// Elements of a list of words; each is compared with those before it.
const LONGEST_LIST: usize = 64;

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    listed: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// A person mends a few and tries again; more would only cost memory.
    const LISTED: usize = 100;

    pub(super) fn add(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        self.add_with(|| Problem { field: field.into(), problem: problem.into() });
    }

    /// Adds what is made only if it will be listed.
    fn add_with(&mut self, make: impl FnOnce() -> Problem) {
        if self.listed.len() < Self::LISTED {
            self.listed.push(make());
        } else {
            self.more += 1;
        }
    }

    /// `value`, if nothing was found wrong with it.
    pub(super) fn none_or<T>(mut self, value: T) -> Result<T, DocumentError> {
        if self.more > 0 {
            let problem = format!("and {} more problems", self.more);
            self.listed.push(Problem { field: String::new(), problem });
        }
        if self.listed.is_empty() { Ok(value) } else { Err(DocumentError { problems: self.listed }) }
    }
}

/// An object, read field by field. What is wrong with a field is noted, and the field read as if it were not there.
pub(super) struct Fields<'a> {
    path: String,
    fields: &'a [(String, Node)],
}

impl<'a> Fields<'a> {
    /// Opens the object at `path`, which may have the `known` fields, each once.
    pub(super) fn open(node: &'a Node, path: &str, known: &[&str], problems: &mut Problems) -> Option<Self> {
        let Node::Object(fields) = node else {
            problems.add(path, format!("expected an object, found {}", node.what()));
            return None;
        };
        let opened = Fields { path: path.to_owned(), fields };
        let mut seen = vec![false; known.len()];
        for (name, _) in fields {
            match known.iter().position(|known| known == name).and_then(|number| seen.get_mut(number)) {
                Some(seen) if *seen => problems.add(opened.path(name), "is given twice; leave one of them out"),
                Some(seen) => *seen = true,
                None => problems
                    .add_with(|| Problem { field: opened.path(&printable(name)), problem: unknown(name, known) }),
            }
        }
        Some(opened)
    }

    /// The path of the field `name`.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn get(&self, name: &str) -> Option<&'a Node> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, node)| node)
    }

    pub(super) fn is_given(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Notes the absence of a field that must be there.
    pub(super) fn require(&self, name: &str, problems: &mut Problems) {
        if !self.is_given(name) {
            problems.add(self.path(name), "is missing");
        }
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        problems: &mut Problems,
        cast: impl Fn(&'a Node) -> Option<T>,
    ) -> Option<T> {
        let node = self.get(name)?;
        let value = cast(node);
        if value.is_none() {
            problems.add(self.path(name), format!("expected {expected}, found {}", node.what()));
        }
        value
    }

    pub(super) fn string(&self, name: &str, problems: &mut Problems) -> Option<&'a str> {
        self.typed(name, "a string", problems, |node| match node {
            Node::String(string) => Some(string.as_str()),
            _ => None,
        })
    }

    pub(super) fn number(&self, name: &str, problems: &mut Problems) -> Option<f64> {
        self.typed(name, "a number", problems, |node| match node {
            Node::Number(number) => Some(*number),
            _ => None,
        })
    }

    pub(super) fn list(&self, name: &str, problems: &mut Problems) -> Option<&'a [Node]> {
        self.typed(name, "a list", problems, |node| match node {
            Node::List(list) => Some(list.as_slice()),
            _ => None,
        })
    }

    /// `false` where the field is not there.
    pub(super) fn flag(&self, name: &str, problems: &mut Problems) -> bool {
        let flag = self.typed(name, "true or false", problems, |node| match node {
            Node::Bool(flag) => Some(*flag),
            _ => None,
        });
        flag.unwrap_or_default()
    }

    /// A string that `read` understands.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        &self,
        name: &str,
        problems: &mut Problems,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let word = self.string(name, problems)?;
        read(word).map_err(|e| problems.add(self.path(name), e.to_string())).ok()
    }

    /// A list of different strings that `read` understands; empty where the field is not there.
    pub(super) fn parsed_list<T: PartialEq, E: std::fmt::Display>(
        &self,
        name: &str,
        problems: &mut Problems,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        let nodes = self.list(name, problems).unwrap_or_default();
        if nodes.len() > LONGEST_LIST {
            problems.add(self.path(name), format!("has more than {LONGEST_LIST} elements"));
            return values;
        }
        for (number, node) in nodes.iter().enumerate() {
            let path = || format!("{}[{number}]", self.path(name));
            match node {
                Node::String(word) => match read(word) {
                    Ok(value) if values.contains(&value) => problems.add(path(), format!("{word:?} is there already")),
                    Ok(value) => values.push(value),
                    Err(e) => problems.add(path(), e.to_string()),
                },
                other => problems.add(path(), format!("expected a string, found {}", other.what())),
            }
        }
        values
    }
}

fn unknown(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(meant) => format!("unknown field, did you mean {meant:?}?"),
        None => format!("unknown field; the fields are {}", known.join(", ")),
    }
}

/// A word for a message: control characters escaped, cut off where it is very long.
pub(super) fn printable(word: &str) -> String {
    word.chars().take(60).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_repetition() {
        let node = Node::parse(r#"{"b": [1, null, true], "a": "x", "b": {}}"#).unwrap();
        let Node::Object(fields) = node else { panic!("an object") };
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "a", "b"]);
        assert_eq!(fields[0].1, Node::List(vec![Node::Number(1.0), Node::Null, Node::Bool(true)]));
    }

    #[test]
    fn says_where_the_syntax_fails() {
        let problem = Node::parse("{\n \"a\": }").unwrap_err();
        assert!(problem.contains("line 2"), "{problem}");
        assert!(Node::parse(&"[".repeat(100_000)).is_err(), "depth is bounded");
    }

    #[test]
    fn lists_a_bounded_number_of_problems() {
        let text = format!("{{{}}}", (0..5000).map(|n| format!("\"x{n}\": 0")).collect::<Vec<_>>().join(","));
        let mut problems = Problems::default();
        Fields::open(&Node::parse(&text).unwrap(), "", &["name"], &mut problems);
        let error = problems.none_or(()).unwrap_err();
        assert_eq!(error.problems.len(), 101);
        assert!(error.to_string().ends_with("and 4900 more problems"));
    }
}
