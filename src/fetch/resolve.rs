//! Names to addresses that may be asked. The connection is made to the very addresses that were judged here: the name is
//! not looked up again, so whoever answers for it cannot give a good address first and another one then.

use super::address::Network;
use super::url::{UrlError, closed, may_ask};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;
use tower_service::Service;

#[derive(Debug, Clone)]
pub(super) struct Resolver {
    allow: Arc<[Network]>,
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    /// All its addresses are closed.
    #[error(transparent)]
    Closed(UrlError),
    #[error(transparent)]
    Failed(io::Error),
}

impl Resolver {
    pub(super) fn new(allow: &[Network]) -> Resolver {
        Resolver { allow: allow.into() }
    }

    fn judged(&self, addresses: impl Iterator<Item = SocketAddr>) -> Result<vec::IntoIter<SocketAddr>, ResolveError> {
        let (open, shut): (Vec<_>, Vec<_>) = addresses.partition(|address| may_ask(address.ip(), &self.allow));
        match (open.is_empty(), shut.first()) {
            (false, _) => Ok(open.into_iter()),
            (true, Some(address)) => Err(ResolveError::Closed(closed(address.ip().to_canonical()))),
            (true, None) => Err(ResolveError::Failed(io::Error::other("the name has no address"))),
        }
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = BoxFuture<'static, Result<Self::Response, ResolveError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        async move {
            // The port is the connector's to put in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(ResolveError::Failed)?;
            resolver.judged(found)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(addresses: &[&str], allow: &[&str]) -> Result<Vec<String>, String> {
        let allow: Vec<Network> = allow.iter().map(|network| network.parse().unwrap()).collect();
        let addresses = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0));
        let judged = Resolver::new(&allow).judged(addresses).map_err(|error| error.to_string())?;
        Ok(judged.map(|address| address.ip().to_string()).collect())
    }

    #[test]
    fn of_a_name_only_open_addresses_are_asked() {
        assert_eq!(judged(&["10.0.0.1", "1.1.1.1", "::1"], &[]), Ok(vec!["1.1.1.1".to_owned()]));
        assert_eq!(judged(&["10.0.0.1", "1.1.1.1"], &["10.0.0.0/8"]).map(|open| open.len()), Ok(2));
        for closed in [&["127.0.0.1"][..], &["::ffff:127.0.0.1", "::1"], &["169.254.169.254"]] {
            assert!(judged(closed, &[]).unwrap_err().contains("public internet"), "{closed:?}");
        }
        assert!(judged(&[], &[]).unwrap_err().contains("no address"));
    }
}
