//! Who asks, and what they may do.

use super::local_only;
use super::token::{Scope, Token, TokenPrefix, digest_of};
use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::http::request::Parts;
use std::sync::Arc;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// Who an open server takes everybody for.
const ANYBODY: &str = "local";

/// Who may do what.
#[derive(Debug)]
pub struct Access {
    tokens: Vec<Arc<Token>>,
    anybody: Arc<Token>,
}

/// Somebody who may do something.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Token>);

/// Why a request is not listened to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denied {
    #[error("a token is needed: send it as `Authorization: Bearer …`")]
    NoToken,
    #[error("the token is not one of this server's")]
    UnknownToken,
    /// There are no tokens, and the request may come from elsewhere.
    #[error("{0}")]
    NotLocal(String),
}

impl Access {
    pub fn new(tokens: Vec<Token>) -> Access {
        let anybody =
            Token { name: ANYBODY.to_owned(), sha256: [0; 32], scope: Scope::Write, prefix: TokenPrefix::default() };
        Access { tokens: tokens.into_iter().map(Arc::new).collect(), anybody: Arc::new(anybody) }
    }

    /// Whether there are no tokens, so that whoever connects may do all.
    pub fn is_open(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Who sends a request.
    pub(super) fn caller(&self, request: &Parts) -> Result<Caller, Denied> {
        self.caller_with(request, None)
    }

    /// The same, where a token may also be shown as `key`; what `Authorization` says goes before it.
    pub(super) fn caller_with(&self, request: &Parts, key: Option<&[u8]>) -> Result<Caller, Denied> {
        if self.is_open() {
            local_only::check(request).map_err(Denied::NotLocal)?;
            return Ok(self.anybody());
        }
        if let (Some(key), false) = (key, request.headers.contains_key(AUTHORIZATION)) {
            return self.find(key).ok_or(Denied::UnknownToken);
        }
        let mut values = request.headers.get_all(AUTHORIZATION).iter();
        let (value, None) = (values.next().ok_or(Denied::NoToken)?, values.next()) else {
            return Err(Denied::UnknownToken);
        };
        self.find(bearer(value).ok_or(Denied::NoToken)?).ok_or(Denied::UnknownToken)
    }

    /// Who has the token of that name.
    pub(super) fn named(&self, name: &str) -> Option<Caller> {
        let anybody = self.is_open().then_some(&self.anybody).filter(|anybody| anybody.name == name);
        anybody.or_else(|| self.tokens.iter().find(|token| token.name == name)).map(|token| Caller(Arc::clone(token)))
    }

    /// Who has the token whose mark begins with these bytes.
    pub(super) fn marked(&self, mark: &[u8]) -> Option<Caller> {
        let anybody = self.is_open().then_some(&self.anybody);
        let mut all = anybody.into_iter().chain(&self.tokens);
        all.find(|token| token.sha256.starts_with(mark)).map(|token| Caller(Arc::clone(token)))
    }

    /// Who asks for what is everybody's.
    pub(super) fn anybody(&self) -> Caller {
        Caller(Arc::clone(&self.anybody))
    }

    /// The token that is shown as `secret`. Every one is compared, whole, so that the time it takes tells nothing.
    fn find(&self, secret: &[u8]) -> Option<Caller> {
        let digest = digest_of(secret);
        let (mut found, mut place) = (Choice::from(0), 0u64);
        for (number, token) in self.tokens.iter().enumerate() {
            let is_it = token.sha256.ct_eq(&digest);
            place.conditional_assign(&(number as u64), is_it);
            found |= is_it;
        }
        let token = self.tokens.get(place as usize).filter(|_| bool::from(found))?;
        Some(Caller(Arc::clone(token)))
    }
}

/// The credentials of the scheme `Bearer`, whose name may have any case (RFC 9110 11.1, RFC 6750 2.1).
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, secret) = value.as_bytes().split_at_checked(7)?;
    let secret = secret.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer ") && !secret.is_empty()).then_some(secret)
}

impl Caller {
    /// For the history and the log.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What tells the token from another that has its name.
    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.0.sha256
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.0.scope >= scope
    }

    /// Whether all assets are.
    pub fn sees_all(&self) -> bool {
        self.0.prefix == TokenPrefix::default()
    }

    /// The folder that the caller has to do with; empty for all.
    pub fn prefix(&self) -> &str {
        self.0.prefix.as_str()
    }

    /// Whether the asset is one of those that the caller has to do with.
    pub fn sees(&self, asset: &str) -> bool {
        self.0.prefix.covers(asset)
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::NewToken;
    use super::*;
    use hyper::Request;

    fn request(authorization: &[&str]) -> Parts {
        let mut request = Request::get("/api/v1/assets");
        for value in authorization {
            request = request.header(AUTHORIZATION, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn made(name: &str, scope: Scope, prefix: &str) -> NewToken {
        NewToken::make(name, scope, TokenPrefix::parse(prefix).unwrap()).unwrap()
    }

    #[test]
    fn a_token_says_who_asks_and_what_they_may() {
        let (reader, writer) = (made("reader", Scope::Read, ""), made("writer", Scope::Write, "shows/"));
        let access = Access::new(vec![reader.token.clone(), writer.token.clone()]);
        let caller = access.caller(&request(&[&format!("Bearer {}", reader.secret)])).unwrap();
        assert_eq!((caller.name(), caller.may(Scope::Read), caller.may(Scope::Write)), ("reader", true, false));
        assert!(caller.sees("anything"));
        let caller = access.caller(&request(&[&format!("bEARER   {} ", writer.secret)])).unwrap();
        assert_eq!((caller.name(), caller.may(Scope::Read), caller.may(Scope::Write)), ("writer", true, true));
        assert!(caller.sees("shows/s01") && !caller.sees("harbour"));
    }

    #[test]
    fn a_key_is_a_token_where_there_is_no_other() {
        let (reader, writer) = (made("reader", Scope::Read, ""), made("writer", Scope::Write, ""));
        let access = Access::new(vec![reader.token.clone(), writer.token.clone()]);
        let by = |values: &[&str], key: &str| {
            access.caller_with(&request(values), Some(key.as_bytes())).map(|caller| caller.name().to_owned())
        };
        assert_eq!(by(&[], &writer.secret), Ok("writer".to_owned()));
        assert_eq!(by(&[&format!("Bearer {}", reader.secret)], &writer.secret), Ok("reader".to_owned()));
        assert_eq!(by(&[], "none"), Err(Denied::UnknownToken));
        assert_eq!(by(&["Bearer none"], &writer.secret), Err(Denied::UnknownToken));
    }

    #[test]
    fn without_one_there_is_no_way_in() {
        let token = made("desk", Scope::Write, "");
        let access = Access::new(vec![token.token.clone()]);
        let denied = |values: &[&str]| access.caller(&request(values)).unwrap_err();
        let good = format!("Bearer {}", token.secret);
        assert_eq!(denied(&[]), Denied::NoToken);
        for scheme in ["Basic YTpi", "Bearer", "Bearer ", "", &token.secret] {
            assert_eq!(denied(&[scheme]), Denied::NoToken, "{scheme}");
        }
        let digest: String = token.token.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        for secret in ["x".to_owned(), digest, token.secret.to_uppercase(), format!("{}0", token.secret)] {
            assert_eq!(denied(&[&format!("Bearer {secret}")]), Denied::UnknownToken, "{secret}");
        }
        assert_eq!(denied(&[&good, &good]), Denied::UnknownToken, "which of two would count?");
    }
}
