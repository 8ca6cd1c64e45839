//! JSON as a person wrote it: fields in order and with repetitions, so that a document can be checked strictly and all
//! its problems told at once, each with the path of its field.

mod fields;
mod problems;

pub(super) use fields::Fields;
pub(super) use problems::Problems;

use super::Problem;
use crate::track::rules::words::printable;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

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

    /// The value for a program; a field that is given twice is noted.
    pub(super) fn value(self, problems: &mut Problems) -> Value {
        self.value_at(&mut Vec::new(), problems)
    }

    /// `path` is put together only where it is told.
    fn value_at(self, path: &mut Vec<String>, problems: &mut Problems) -> Value {
        match self {
            Node::Absent | Node::Null => Value::Null,
            Node::Bool(flag) => flag.into(),
            Node::Number(number) => number_of(number),
            Node::String(string) => string.into(),
            Node::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (number, item) in items.into_iter().enumerate() {
                    path.push(format!("[{number}]"));
                    values.push(item.value_at(path, problems));
                    path.pop();
                }
                Value::Array(values)
            }
            Node::Object(fields) => {
                let mut object = Map::new();
                for (name, node) in fields {
                    let dot = if path.is_empty() { "" } else { "." };
                    path.push(format!("{dot}{}", printable(&name)));
                    if object.contains_key(&name) {
                        problems.refuse_with(|| Problem { field: path.concat(), problem: GIVEN_TWICE.to_owned() });
                    }
                    let value = node.value_at(path, problems);
                    object.insert(name, value);
                    path.pop();
                }
                Value::Object(object)
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

/// A whole number as one, as far as they are exact.
fn number_of(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT { Value::from(number as i64) } else { Value::from(number) }
}

const GIVEN_TWICE: &str = "is given twice; leave one of them out";

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
