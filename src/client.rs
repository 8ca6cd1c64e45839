//! Asking other servers, over http and https. Certificates are checked against those that the machine trusts
//! (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others).

use hyper::body::Body;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;
use tower_service::Service;

/// A client that keeps connections open for a while.
pub type HttpClient<B> = Client<HttpsConnector<HttpConnector>, B>;

/// A client whose connections are made within `connect_timeout`.
pub fn http_client<B>(connect_timeout: Duration) -> HttpClient<B>
where
    B: Body + Send,
    B::Data: Send,
{
    http_client_over(GaiResolver::new(), connect_timeout)
}

/// A client that connects to the addresses which `resolver` gives for a name. A host that is an address is no name.
pub fn http_client_over<B, R>(resolver: R, connect_timeout: Duration) -> Client<HttpsConnector<HttpConnector<R>>, B>
where
    B: Body + Send,
    B::Data: Send,
    R: Service<Name, Response: Iterator<Item = SocketAddr>> + Clone + Send + Sync + 'static,
    R::Error: Into<Box<dyn Error + Send + Sync>>,
    R::Future: Send,
{
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(connect_timeout));
    connector.enforce_http(false);
    let https = HttpsConnectorBuilder::new().with_tls_config(tls().clone()).https_or_http().enable_http1();
    Client::builder(TokioExecutor::new()).build(https.wrap_connector(connector))
}

/// Read once: a machine trusts some hundred and fifty certificates.
fn tls() -> &'static ClientConfig {
    static TLS: OnceLock<ClientConfig> = OnceLock::new();
    TLS.get_or_init(|| match ClientConfig::builder().with_native_roots() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(error) => {
            tracing::warn!("this machine trusts no certificates ({error}): servers can be asked over http alone");
            ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    })
}

/// The innermost reason, which says most.
pub fn reason(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
