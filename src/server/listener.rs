//! Accepting connections: as many as may be, and none any more at a shutdown.

use super::ServerConfig;
use super::connection::{Phase, Protocol};
use crate::metrics::OpenConnection;
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::{Request, Response};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {error}; --listen, or server.listen in the configuration, says where else")]
pub struct BindError {
    pub address: SocketAddr,
    pub error: io::Error,
}

/// How the connections of a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open after the drain timeout, and were cut.
    pub cut: usize,
}

/// Listens where `config` says.
pub async fn bind(config: &ServerConfig) -> Result<TcpListener, BindError> {
    let address = config.listen;
    TcpListener::bind(address).await.map_err(|error| BindError { address, error })
}

/// Serves the connections that `listener` accepts with `handler`, until `shutdown` completes. Then nothing more is
/// accepted, and open responses have the drain timeout to end.
pub async fn serve<H, F, B>(
    listener: TcpListener,
    config: &ServerConfig,
    handler: H,
    shutdown: impl Future<Output = ()>,
) -> Drained
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let limit = u32::try_from(config.max_connections).unwrap_or(u32::MAX);
    let places = Arc::new(Semaphore::new(limit as usize));
    let (phase, watch) = watch::channel(Phase::Open);
    let protocol = Protocol::of(config);
    let accepting = async {
        loop {
            // Held by no one else, the semaphore is never closed.
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let (stream, peer) = accept(&listener).await;
            let (protocol, handler, watch) = (protocol.clone(), handler.clone(), watch.clone());
            let open = OpenConnection::count();
            tokio::spawn(async move {
                protocol.serve(stream, peer, handler, watch).await;
                drop((place, open));
            });
        }
    };
    tokio::select! {
        () = accepting => {}
        () = shutdown => {}
    }
    drop(listener);
    phase.send_replace(Phase::Draining);
    match tokio::time::timeout(config.drain_timeout, places.acquire_many(limit)).await {
        Ok(_) => Drained { cut: 0 },
        Err(_) => Drained { cut: limit as usize - places.available_permits() },
    }
}

/// The next connection. A fault that lasts, such as a lack of file descriptors, is waited out.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut pause = Duration::from_millis(10);
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%peer, %error, "TCP_NODELAY refused");
                }
                return (stream, peer);
            }
            Err(error) if is_of_the_client(&error) => tracing::debug!(%error, "a connection ended before it began"),
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted, trying again in {pause:?}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

/// Whether the client went away, so that the next connection may be fine.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
