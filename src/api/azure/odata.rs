//! `$filter`, `$orderby`, `$top` and `$skiptoken` of lists (OData 4.01 URL conventions, as far as the service took them):
//! comparisons joined by `and` and `or`, one property to order by.

use super::call::Call;
use super::fault::Fault;
use crate::ams::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::cmp::Ordering;

/// Resources on a page.
const PAGE: usize = 200;
/// Comparisons of a filter.
const MOST_COMPARISONS: usize = 50;

/// What a property holds. Words are compared whatever their case.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Word(String),
    Moment(Timestamp),
    Nothing,
}

/// The lists that a client wants a part of.
pub(super) struct Wanted {
    /// Alternatives, each of comparisons that must all hold; any resource where there is none.
    alternatives: Vec<Vec<Comparison>>,
    order: Option<(String, bool)>,
    top: Option<usize>,
    /// The name of the last resource of the page before.
    after: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    property: String,
    operator: String,
    operand: String,
}

/// A page, and the URL of the next.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

impl Wanted {
    /// Reads the query of a request for a list whose resources have these `properties`, beside `name`.
    pub(super) fn of(call: &Call<'_>, properties: &[&str]) -> Result<Wanted, Fault> {
        let known = |property: &str| {
            let bare = property.strip_prefix("properties/").unwrap_or(property);
            let found = ["name"].iter().chain(properties).find(|known| known.eq_ignore_ascii_case(bare));
            found.map(|known| (*known).to_owned()).ok_or_else(|| {
                Fault::bad(format!("The property {property:?} is none of name, {}.", properties.join(", ")))
            })
        };
        let mut alternatives = Vec::new();
        if let Some(filter) = call.parameter("$filter").filter(|filter| !filter.trim().is_empty()) {
            let mut comparisons = parse(filter)?;
            for comparison in comparisons.iter_mut().flatten() {
                comparison.property = known(&comparison.property)?;
            }
            alternatives = comparisons;
        }
        let order = match call.parameter("$orderby").map(str::trim).filter(|order| !order.is_empty()) {
            None => None,
            Some(order) => {
                let (property, direction) = order.split_once(' ').unwrap_or((order, "asc"));
                let is_down = match direction.trim() {
                    "asc" => false,
                    "desc" => true,
                    other => return Err(Fault::bad(format!("$orderby goes asc or desc, not {other:?}."))),
                };
                Some((known(property)?, is_down))
            }
        };
        let top = match call.parameter("$top") {
            None => None,
            Some(top) => Some(top.parse().map_err(|_| Fault::bad(format!("$top={top:?} is no whole number.")))?),
        };
        let after = call.parameter("$skiptoken").map(str::to_owned);
        Ok(Wanted { alternatives, order, top, after })
    }

    /// The one name that is asked for, where it is only that.
    pub(super) fn only_name(&self) -> Option<&str> {
        match self.alternatives.as_slice() {
            [alternative] => {
                let is_name = |comparison: &&Comparison| comparison.property == "name" && comparison.operator == "eq";
                alternative.iter().find(is_name).map(|comparison| comparison.operand.as_str())
            }
            _ => None,
        }
    }

    /// Whether names are enough to choose and to order.
    pub(super) fn is_of_names(&self) -> bool {
        let mut properties = self.alternatives.iter().flatten().map(|comparison| &comparison.property);
        properties.all(|property| property == "name")
            && self.order.as_ref().is_none_or(|(property, _)| property == "name")
    }

    /// The part of `items` that is wanted.
    pub(super) fn page<T>(
        &self,
        call: &Call<'_>,
        path: &str,
        mut items: Vec<T>,
        property: impl Fn(&T, &str) -> Operand,
    ) -> Result<Page<T>, Fault> {
        let mut problem = None;
        items.retain(|item| match self.takes(|name| property(item, name)) {
            Ok(takes) => takes,
            Err(fault) => {
                problem = Some(fault);
                false
            }
        });
        problem.map_or(Ok(()), Err)?;
        let name = |item: &T| property(item, "name");
        let (by, is_down) = self.order.clone().unwrap_or_else(|| ("name".to_owned(), false));
        items.sort_by(|one, other| {
            let order = property(one, &by).compare(&property(other, &by)).unwrap_or(Ordering::Equal);
            let order = if is_down { order.reverse() } else { order };
            order.then_with(|| name(one).compare(&name(other)).unwrap_or(Ordering::Equal))
        });
        if let Some(after) = &self.after {
            let after = Operand::Word(after.clone());
            let place = match items.iter().position(|item| name(item) == after) {
                Some(place) => place + 1,
                // It went away meanwhile; by name it is still clear what comes after.
                None if by == "name" && !is_down => {
                    items.partition_point(|item| name(item).compare(&after) != Some(Ordering::Greater))
                }
                None => return Err(Fault::bad("The list has changed; ask for it from the beginning.")),
            };
            items.drain(..place);
        }
        let most = self.top.unwrap_or(usize::MAX);
        let is_more = items.len() > PAGE && most > PAGE;
        items.truncate(PAGE.min(most));
        let last = items.last().map(name);
        let next = match (is_more, last) {
            (true, Some(Operand::Word(last))) => Some(self.next(call, path, &last)),
            _ => None,
        };
        Ok(Page { items, next })
    }

    fn next(&self, call: &Call<'_>, path: &str, last: &str) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let kept = call.parameters().iter().filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
        let kept = kept.map(|(name, value)| match name.eq_ignore_ascii_case("$top") {
            true => (name.as_str(), self.top.map_or(0, |top| top - PAGE).to_string()),
            false => (name.as_str(), value.clone()),
        });
        let pairs = kept.chain([("$skiptoken", last.to_owned())]);
        let query: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(&value))).collect();
        format!("{}{path}?{}", call.public_url, query.join("&"))
    }

    fn takes(&self, property: impl Fn(&str) -> Operand) -> Result<bool, Fault> {
        let mut takes = self.alternatives.is_empty();
        for alternative in &self.alternatives {
            let mut holds = true;
            for comparison in alternative {
                holds &= comparison.holds(&property(&comparison.property))?;
            }
            takes |= holds;
        }
        Ok(takes)
    }
}

impl Operand {
    /// By value; `None` of two that cannot be compared. Nothing comes first.
    fn compare(&self, other: &Operand) -> Option<Ordering> {
        match (self, other) {
            (Operand::Word(one), Operand::Word(other)) => Some(one.to_lowercase().cmp(&other.to_lowercase())),
            (Operand::Moment(one), Operand::Moment(other)) => Some(one.cmp(other)),
            (Operand::Nothing, Operand::Nothing) => Some(Ordering::Equal),
            (Operand::Nothing, _) => Some(Ordering::Less),
            (_, Operand::Nothing) => Some(Ordering::Greater),
            _ => None,
        }
    }
}

impl Comparison {
    fn holds(&self, found: &Operand) -> Result<bool, Fault> {
        let operand = match found {
            Operand::Moment(_) => {
                Operand::Moment(self.operand.parse().map_err(|error| Fault::bad(format!("{error}")))?)
            }
            Operand::Word(_) | Operand::Nothing => Operand::Word(self.operand.clone()),
        };
        let order = found.compare(&operand);
        Ok(match self.operator.as_str() {
            "eq" => order == Some(Ordering::Equal),
            "ne" => order != Some(Ordering::Equal),
            _ if *found == Operand::Nothing => false,
            "gt" => order == Some(Ordering::Greater),
            "ge" => order.is_some_and(Ordering::is_ge),
            "lt" => order == Some(Ordering::Less),
            _ => order.is_some_and(Ordering::is_le),
        })
    }
}

/// `name eq 'x' and created gt 2026-01-01T00:00:00Z or …`
fn parse(filter: &str) -> Result<Vec<Vec<Comparison>>, Fault> {
    let refused = || {
        Fault::bad(format!(
            "$filter={filter:?} cannot be read: write comparisons such as name eq 'x', joined by and, or."
        ))
    };
    let mut words = Words { rest: filter };
    let mut alternatives = vec![Vec::new()];
    let mut count = 0;
    loop {
        let (Some(property), Some(operator), Some(operand)) = (words.next(), words.next(), words.next()) else {
            return Err(refused());
        };
        let operator = operator.to_ascii_lowercase();
        let is_known = ["eq", "ne", "gt", "ge", "lt", "le"].contains(&operator.as_str());
        count += 1;
        if !is_known || count > MOST_COMPARISONS {
            return Err(refused());
        }
        if let Some(alternative) = alternatives.last_mut() {
            alternative.push(Comparison { property, operator, operand });
        }
        match words.next().map(|word| word.to_ascii_lowercase()).as_deref() {
            None if words.rest.trim().is_empty() => return Ok(alternatives),
            Some("and") => {}
            Some("or") => alternatives.push(Vec::new()),
            _ => return Err(refused()),
        }
    }
}

/// The words of a filter; what stands between single quotes is one, with two quotes for one inside.
struct Words<'a> {
    rest: &'a str,
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let text = self.rest.trim_start();
        let Some(mut inner) = text.strip_prefix('\'') else {
            let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
            self.rest = rest;
            return (!word.is_empty()).then(|| word.to_owned());
        };
        let mut word = String::new();
        loop {
            let (before, after) = inner.split_once('\'')?;
            word.push_str(before);
            match after.strip_prefix('\'') {
                Some(more) => {
                    word.push('\'');
                    inner = more;
                }
                None => {
                    self.rest = after;
                    return Some(word);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn comparison(property: &str, operator: &str, operand: &str) -> Comparison {
        Comparison { property: property.to_owned(), operator: operator.to_owned(), operand: operand.to_owned() }
    }

    #[test]
    fn filters_are_comparisons() {
        assert_eq!(parse("name eq 'a b'").unwrap(), [[comparison("name", "eq", "a b")]]);
        assert_eq!(parse(" name  EQ 'it''s' ").unwrap(), [[comparison("name", "eq", "it's")]]);
        assert_eq!(
            parse("name gt 'a' and name lt 'c' or properties/created ge 2026-01-01T00:00:00Z").unwrap(),
            [
                vec![comparison("name", "gt", "a"), comparison("name", "lt", "c")],
                vec![comparison("properties/created", "ge", "2026-01-01T00:00:00Z")],
            ]
        );
        for filter in ["name", "name eq", "name eq 'a", "name is 'a'", "name eq 'a' name eq 'b'", "name eq 'a' and"] {
            assert!(parse(filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn words_and_moments_are_compared_as_such() {
        let moment = |text: &str| Operand::Moment(text.parse().unwrap());
        for (found, operator, operand, holds) in [
            (Operand::Word("Harbour".to_owned()), "eq", "harbour", true),
            (Operand::Word("harbour".to_owned()), "gt", "garden", true),
            (Operand::Word("harbour".to_owned()), "ne", "harbour", false),
            (moment("2026-01-01T00:00:00Z"), "ge", "2026-01-01T01:00:00+01:00", true),
            (moment("2026-01-01T00:00:00Z"), "lt", "2026-01-01T00:00:00.5Z", true),
            (Operand::Nothing, "eq", "x", false),
            (Operand::Nothing, "ne", "x", true),
            (Operand::Nothing, "lt", "x", false),
        ] {
            let comparison = comparison("p", operator, operand);
            assert_eq!(comparison.holds(&found).unwrap(), holds, "{found:?} {operator} {operand}");
        }
        assert!(comparison("created", "gt", "yesterday").holds(&moment("2026-01-01T00:00:00Z")).is_err());
    }

    proptest! {
        #[test]
        fn any_filter_is_read_or_refused(filter in "[a-z' /]{0,40}|\\PC{0,30}") {
            let _ = parse(&filter);
        }
    }
}
