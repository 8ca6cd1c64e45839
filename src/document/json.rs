//! JSON as a person wrote it: fields in order and with repetitions, so that a document can be checked strictly and all
//! its problems told at once, each with the path of its field.

use super::{DocumentError, Problem};
use crate::track::nearest;
use crate::track::rules::words::{self, printable};
use crate::track::rules::{Breach, Rule};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::ops::Range;

/// Any JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// The value of a field that is as if it were not there.
    Absent,
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

    /// A value of a program, in which null means that a field is not there.
    pub(super) fn of(value: &Value) -> Node {
        match value {
            Value::Null => Node::Null,
            Value::Bool(flag) => Node::Bool(*flag),
            Value::Number(number) => Node::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(string) => Node::String(string.clone()),
            Value::Array(items) => Node::List(items.iter().map(Node::of).collect()),
            Value::Object(fields) => {
                let node = |value: &Value| if value.is_null() { Node::Absent } else { Node::of(value) };
                Node::Object(fields.iter().map(|(name, value)| (name.clone(), node(value))).collect())
            }
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Node::Absent => "nothing",
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

/// The problems found so far: those that refuse the document, and what of it can be ignored.
#[derive(Debug, Default)]
pub(super) struct Problems {
    refused: Vec<Problem>,
    more_refused: usize,
    ignored: Vec<Breach>,
    /// The rule of the first that is not listed, and how many are not.
    more_ignored: Option<(Rule, usize)>,
}

impl Problems {
    /// A person mends a few and tries again; more would only cost memory.
    const LISTED: usize = 100;

    /// Refuses the document.
    pub(super) fn refuse(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        self.refuse_with(|| Problem { field: field.into(), problem: problem.into() });
    }

    /// Adds what is made only if it will be listed.
    fn refuse_with(&mut self, make: impl FnOnce() -> Problem) {
        if self.refused.len() < Self::LISTED {
            self.refused.push(make());
        } else {
            self.more_refused += 1;
        }
    }

    /// Leaves a field or an element aside.
    pub(super) fn ignore(&mut self, rule: Rule, field: &'static str, path: impl Into<String>, problem: String) {
        if self.ignored.len() < Self::LISTED {
            self.ignored.push(Breach { rule, track: None, field, path: path.into(), problem });
        } else {
            self.more_ignored.get_or_insert((rule, 0)).1 += 1;
        }
    }

    pub(super) fn ignored(&self) -> usize {
        self.ignored.len()
    }

    /// Names the track of some of what was ignored, by its places in the order of finding.
    pub(super) fn of_track_in(&mut self, places: Range<usize>, name: &str) {
        let of_track = self.ignored.get_mut(places).unwrap_or_default();
        of_track.iter_mut().for_each(|breach| breach.track = Some(name.to_owned()));
    }

    /// What was ignored, whatever else was found.
    pub(super) fn all_ignored(mut self) -> Vec<Breach> {
        if let Some((rule, count)) = self.more_ignored {
            let problem = format!("{count} more things are ignored");
            self.ignored.push(Breach { rule, track: None, field: "tracks", path: "tracks".to_owned(), problem });
        }
        self.ignored
    }

    /// What was ignored, if nothing refuses the document.
    pub(super) fn none_refuse(mut self) -> Result<Vec<Breach>, DocumentError> {
        let refused = std::mem::take(&mut self.refused);
        if refused.is_empty() { Ok(self.all_ignored()) } else { Err(refusal(refused, self.more_refused)) }
    }

    /// Whether nothing was found at all: to a program, what a person would be forgiven is an error too.
    pub(super) fn none(self) -> Result<(), DocumentError> {
        let more = self.more_refused + self.more_ignored.map_or(0, |(_, count)| count);
        let ignored = self.ignored.into_iter().map(|breach| Problem { field: breach.path, problem: breach.problem });
        let problems: Vec<Problem> = self.refused.into_iter().chain(ignored).collect();
        if problems.is_empty() { Ok(()) } else { Err(refusal(problems, more)) }
    }
}

fn refusal(mut problems: Vec<Problem>, more: usize) -> DocumentError {
    if more > 0 {
        problems.push(Problem { field: String::new(), problem: format!("and {more} more problems") });
    }
    DocumentError { problems }
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
            problems.refuse(path, format!("expected an object, found {}", node.what()));
            return None;
        };
        let opened = Fields { path: path.to_owned(), fields };
        let mut seen = vec![false; known.len()];
        for (name, _) in fields {
            match known.iter().position(|known| known == name).and_then(|number| seen.get_mut(number)) {
                Some(seen) if *seen => problems.refuse(opened.path(name), "is given twice; leave one of them out"),
                Some(seen) => *seen = true,
                None => problems
                    .refuse_with(|| Problem { field: opened.path(&printable(name)), problem: unknown(name, known) }),
            }
        }
        Some(opened)
    }

    /// The path of the field `name`.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn get(&self, name: &str) -> Option<&'a Node> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, node)| node).filter(|node| **node != Node::Absent)
    }

    pub(super) fn is_given(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Notes the absence of a field that must be there.
    pub(super) fn require(&self, name: &str, problems: &mut Problems) {
        if !self.is_given(name) {
            problems.refuse(self.path(name), "is missing");
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
            problems.refuse(self.path(name), format!("expected {expected}, found {}", node.what()));
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
        read(word).map_err(|e| problems.refuse(self.path(name), e.to_string())).ok()
    }

    /// A string that `read` understands; one that it does not is left aside.
    pub(super) fn lenient<T, E: std::fmt::Display>(
        &self,
        name: &'static str,
        rule: Rule,
        problems: &mut Problems,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let word = self.string(name, problems)?;
        read(word).map_err(|e| problems.ignore(rule, name, self.path(name), e.to_string())).ok()
    }

    /// A list of different strings that `read` understands, others left aside; empty where the field is not there.
    pub(super) fn lenient_list<T: PartialEq, E: std::fmt::Display>(
        &self,
        name: &'static str,
        rule: Rule,
        problems: &mut Problems,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        let nodes = self.list(name, problems).unwrap_or_default();
        if let Err(problem) = words::list_length(nodes.len()) {
            problems.ignore(rule, name, self.path(name), problem);
        }
        for (number, node) in nodes.iter().take(words::LONGEST_LIST).enumerate() {
            let path = || format!("{}[{number}]", self.path(name));
            let Node::String(word) = node else {
                problems.refuse(path(), format!("expected a string, found {}", node.what()));
                continue;
            };
            match read(word) {
                Ok(value) if values.contains(&value) => problems.ignore(rule, name, path(), words::repeated(word)),
                Ok(value) => values.push(value),
                Err(e) => problems.ignore(rule, name, path(), e.to_string()),
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
        let error = problems.none_refuse().unwrap_err();
        assert_eq!(error.problems.len(), 101);
        assert!(error.to_string().ends_with("and 4900 more problems"));
    }
}
