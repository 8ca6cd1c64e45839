//! `signalbox load` against a real server on loopback: what it asks for, what it counts, how it ends.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::LocalStore;
use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const SECOND: Duration = Duration::from_secs(1);

/// Serves the sample assets; the paths that were asked for.
async fn origin() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let store = LocalStore::open(concat!(env!("CARGO_MANIFEST_DIR"), "/assets-sample")).unwrap();
    let options = CatalogOptions { cache_bytes: 64 << 20, max_staleness: SECOND, segment_duration: 6 * SECOND };
    let catalog = Arc::new(Catalog::new(Arc::new(store), None, options));
    let options = OriginOptions {
        manifest_cache_bytes: 1 << 20,
        manifest_max_age: SECOND,
        stale_while_revalidate: SECOND,
        ..OriginOptions::default()
    };
    let (origin, asked) = (Arc::new(Origin::new(catalog, &options)), Arc::new(Mutex::new(Vec::new())));
    let paths = Arc::clone(&asked);
    let handler = move |request: Request<Incoming>| {
        paths.lock().unwrap().push(request.uri().path().to_owned());
        let origin = Arc::clone(&origin);
        async move { origin.respond(request).await }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
    (address, asked)
}

async fn load(url: &str, options: &'static [&'static str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_signalbox"));
    command.args(["load", url, "--players", "4", "--duration", "1s"]).args(options);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn players_of_both_protocols_play_everything() {
    let (address, asked) = origin().await;
    for manifest in ["master.m3u8", "manifest.mpd"] {
        asked.lock().unwrap().clear();
        let url = format!("http://{address}/harbour/{manifest}");
        let options = &["--pace", "flat", "--seek-every", "100ms", "--switch-every", "50ms", "--json"];
        let output = load(&url, options).await;
        let report = report(&output);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(report["errors"], serde_json::json!({}));
        assert_eq!((report["players"].as_u64(), report["pace"].as_str()), (Some(4), Some("flat")));
        for kind in ["manifests", "inits", "segments"] {
            let kind = &report[kind];
            assert!(kind["requests"].as_u64() >= Some(4) && kind["bytes"].as_u64() > Some(100), "{kind}");
            assert!(
                kind["p50_ms"].as_f64() <= kind["p99_ms"].as_f64()
                    && kind["p99_ms"].as_f64() <= kind["max_ms"].as_f64()
            );
        }
        assert!(report["seeks"].as_u64() > Some(0) && report["switches"].as_u64() > Some(0), "{report}");
        let asked = asked.lock().unwrap();
        for part in ["/media/video-", "/media/en/", "/media/en-captions/"] {
            assert!(asked.iter().any(|path| path.contains(part)), "no {part} with {manifest}");
        }
        assert!(!asked.iter().any(|path| path.contains("/auto")), "a hidden track is offered nowhere");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_pace_of_the_clock_players_keep_a_few_segments_in_hand() {
    let (address, _) = origin().await;
    let url = format!("http://{address}/radio/master.m3u8");
    let output = load(&url, &["--seek-every", "0s", "--switch-every", "0s", "--json"]).await;
    let report = report(&output);
    assert!(output.status.success(), "{output:?}");
    // One audio track of 6 s segments: three in hand and the one that plays, for each of four players.
    assert_eq!(report["segments"]["requests"], 16, "{report}");
    assert_eq!((report["seeks"].as_u64(), report["switches"].as_u64()), (Some(0), Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_counted_by_kind() {
    let handler = |request: Request<Incoming>| async move {
        let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nmissing.m4s\n#EXT-X-ENDLIST\n";
        let (status, body) = match request.uri().path().ends_with(".m3u8") {
            true => (StatusCode::OK, playlist),
            false => (StatusCode::NOT_FOUND, "nothing"),
        };
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        response
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
    let output = load(&format!("http://{address}/list.m3u8"), &["--json"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(report(&output)["errors"]["status 404"].as_u64() >= Some(4), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("requests failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_url_is_said_at_once() {
    let (address, _) = origin().await;
    for (url, expected) in [
        (format!("http://{address}/nothing/master.m3u8"), "status 404"),
        (format!("http://{address}/healthz"), "is no MPD"),
        ("ftp://a/b.m3u8".to_owned(), "is not a URL"),
    ] {
        let output = load(&url, &[]).await;
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1));
        assert!(message.contains(expected), "{message}");
    }
}

/// Puts TLS before an origin; the port, and the certificate for `localhost`.
async fn tls_before(origin: SocketAddr) -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away here.
                let Ok(mut player) = acceptor.accept(stream).await else { return };
                let mut origin = TcpStream::connect(origin).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut player, &mut origin).await;
            });
        }
    });
    (port, made.cert.pem())
}

#[tokio::test(flavor = "multi_thread")]
async fn players_speak_https_to_whom_the_machine_trusts() {
    let (origin, _) = origin().await;
    let (port, certificate) = tls_before(origin).await;
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    std::fs::write(&trusted, certificate).unwrap();
    let url = format!("https://localhost:{port}/radio/master.m3u8");
    let load = async |trusts: bool| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command.args(["load", &url, "--players", "2", "--duration", "1s", "--pace", "flat", "--json"]);
        match trusts {
            true => command.env("SSL_CERT_FILE", &trusted).env_remove("SSL_CERT_DIR"),
            false => command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR"),
        };
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    let output = load(true).await;
    assert!(output.status.success() && report(&output)["requests"].as_u64() > Some(4), "{output:?}");
    let refused = load(false).await;
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && message.contains("certificate"), "{message}");
}
