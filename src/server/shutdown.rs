//! The end of the process: the first signal lets open responses end, the second does not wait.

use super::{ServerConfig, serve};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::{Request, Response};
use std::error::Error;
use std::io;
use std::pin::pin;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The signals that ask a process to end.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes over SIGTERM and SIGINT from now on.
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The name of the next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Serves until a signal asks to end; the exit code is a success when open responses had their time.
pub async fn run<H, F, B>(listener: TcpListener, config: &ServerConfig, handler: H, mut signals: Signals) -> ExitCode
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (stop, stopped) = oneshot::channel::<()>();
    let mut serving = pin!(serve(listener, config, handler, async {
        let _ = stopped.await;
    }));
    let first = tokio::select! {
        _ = serving.as_mut() => return ExitCode::FAILURE,
        name = signals.next() => name,
    };
    tracing::info!("{first}: open responses have {:?} to end", config.drain_timeout);
    let _ = stop.send(());
    tokio::select! {
        drained = serving => {
            if drained.cut > 0 {
                tracing::warn!(connections = drained.cut, "cut after the drain timeout");
            }
            ExitCode::SUCCESS
        }
        second = signals.next() => {
            tracing::warn!("{second}: ending at once");
            ExitCode::FAILURE
        }
    }
}
