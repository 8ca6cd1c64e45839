//! Asking other servers, over http and https. Certificates are checked against those that the machine trusts
//! (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others).

use hyper::body::Body;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// A client that keeps connections open for a while.
pub type HttpClient<B> = Client<HttpsConnector<HttpConnector>, B>;

/// A client whose connections are made within `connect_timeout`.
pub fn http_client<B>(connect_timeout: Duration) -> HttpClient<B>
where
    B: Body + Send,
    B::Data: Send,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(connect_timeout));
    connector.enforce_http(false);
    let https = HttpsConnectorBuilder::new().with_tls_config(tls()).https_or_http().enable_http1();
    Client::builder(TokioExecutor::new()).build(https.wrap_connector(connector))
}

fn tls() -> ClientConfig {
    let trusting = |roots| ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    match ClientConfig::builder().with_native_roots() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(error) => {
            tracing::warn!("this machine trusts no certificates ({error}): servers can be asked over http alone");
            trusting(Arc::new(RootCertStore::empty()))
        }
    }
}

/// The innermost reason, which says most.
pub fn reason(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
