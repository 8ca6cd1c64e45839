//! The parameters after the question mark. One that is not known is refused: a misspelt one would be lost without a word.

use super::operation::Parameter;
use super::problem::{Kind, Problem};
use percent_encoding::percent_decode_str;

/// The parameters of a request, each at most once.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `query` for an operation that takes the `known` ones.
    pub(super) fn parse(query: Option<&str>, known: &[Parameter]) -> Result<Query, Problem> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            if !known.iter().any(|parameter| parameter.name == name) {
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
                let taken = if names.is_empty() { "none is taken here".to_owned() } else { names.join(", ") };
                return Err(refused(format!("the parameter {name:?} is not known; known: {taken}")));
            }
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(refused(format!("the parameter {name} is given twice")));
            }
            parameters.push((name, value));
        }
        Ok(Query(parameters))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// One of a few words; `None` where nothing is said.
    pub(super) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let known = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        match words.iter().find(|(word, _)| *word == value) {
            Some((_, meant)) => Ok(Some(*meant)),
            None => Err(refused(format!("{name}={value:?}: expected {}", known()))),
        }
    }

    /// A whole number within bounds; `None` where nothing is said.
    pub(super) fn number(&self, name: &str, bounds: std::ops::RangeInclusive<usize>) -> Result<Option<usize>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.parse().ok().filter(|number| bounds.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(refused(format!(
                "{name}={value:?}: expected a whole number from {} to {}",
                bounds.start(),
                bounds.end()
            ))),
        }
    }
}

fn refused(problem: String) -> Problem {
    Problem::new(Kind::Malformed, problem)
}

/// As forms are encoded: a plus is a space.
fn decoded(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8();
    text.map(|text| text.into_owned()).map_err(|_| refused("a parameter is not UTF-8".to_owned()))
}
