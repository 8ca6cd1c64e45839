//! An object read field by field, each problem with the path of its field.

use super::{GIVEN_TWICE, Node, Problems};
use crate::document::Problem;
use crate::track::nearest;
use crate::track::rules::Rule;
use crate::track::rules::words::{self, printable};

/// An object, read field by field. What is wrong with a field is noted, and the field read as if it were not there.
pub(in crate::document) struct Fields<'a> {
    path: String,
    fields: &'a [(String, Node)],
}

impl<'a> Fields<'a> {
    /// Opens the object at `path`, which may have the `known` fields, each once.
    pub(in crate::document) fn open(
        node: &'a Node,
        path: &str,
        known: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Node::Object(fields) = node else {
            problems.refuse(path, format!("expected an object, found {}", node.what()));
            return None;
        };
        let opened = Fields { path: path.to_owned(), fields };
        let mut seen = vec![false; known.len()];
        for (name, _) in fields {
            match known.iter().position(|known| known == name).and_then(|number| seen.get_mut(number)) {
                Some(seen) if *seen => problems.refuse(opened.path(name), GIVEN_TWICE),
                Some(seen) => *seen = true,
                None => problems
                    .refuse_with(|| Problem { field: opened.path(&printable(name)), problem: unknown(name, known) }),
            }
        }
        Some(opened)
    }

    /// The path of the field `name`.
    pub(in crate::document) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn get(&self, name: &str) -> Option<&'a Node> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, node)| node).filter(|node| **node != Node::Absent)
    }

    pub(in crate::document) fn is_given(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Notes the absence of a field that must be there.
    pub(in crate::document) fn require(&self, name: &str, problems: &mut Problems) {
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

    pub(in crate::document) fn string(&self, name: &str, problems: &mut Problems) -> Option<&'a str> {
        self.typed(name, "a string", problems, |node| match node {
            Node::String(string) => Some(string.as_str()),
            _ => None,
        })
    }

    pub(in crate::document) fn number(&self, name: &str, problems: &mut Problems) -> Option<f64> {
        self.typed(name, "a number", problems, |node| match node {
            Node::Number(number) => Some(*number),
            _ => None,
        })
    }

    pub(in crate::document) fn list(&self, name: &str, problems: &mut Problems) -> Option<&'a [Node]> {
        self.typed(name, "a list", problems, |node| match node {
            Node::List(list) => Some(list.as_slice()),
            _ => None,
        })
    }

    /// `false` where the field is not there.
    pub(in crate::document) fn flag(&self, name: &str, problems: &mut Problems) -> bool {
        let flag = self.typed(name, "true or false", problems, |node| match node {
            Node::Bool(flag) => Some(*flag),
            _ => None,
        });
        flag.unwrap_or_default()
    }

    /// A string that `read` understands.
    pub(in crate::document) fn parsed<T, E: std::fmt::Display>(
        &self,
        name: &str,
        problems: &mut Problems,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let word = self.string(name, problems)?;
        read(word).map_err(|e| problems.refuse(self.path(name), e.to_string())).ok()
    }

    /// A string that `read` understands; one that it does not is left aside.
    pub(in crate::document) fn lenient<T, E: std::fmt::Display>(
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
    pub(in crate::document) fn lenient_list<T: PartialEq, E: std::fmt::Display>(
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
