//! Purges of a CDN, which here is a server on loopback: what it is asked, how often, and what is told when it fails.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::RETRY_AFTER;
use hyper::{Method, Request, Response};
use signalbox::purge::{PurgeOptions, PurgeStatus, Purger, Template};
use signalbox::server::{ServerConfig, serve};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// A request as the CDN saw it: `PURGE /harbour secret body`.
type Seen = Arc<Mutex<Vec<String>>>;

/// A CDN that gives the answers one after the other, the last for ever.
async fn cdn(answers: &'static [u16]) -> (SocketAddr, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let handler = move |request: Request<Incoming>| {
        let log = Arc::clone(&log);
        async move {
            let (head, body) = request.into_parts();
            let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
            let secret = head.headers.get("authorization").map_or("-", |value| value.to_str().unwrap());
            let mut log = log.lock().unwrap();
            let status = answers[log.len().min(answers.len() - 1)];
            log.push(format!("{} {} {secret} {body}", head.method, head.uri));
            let response = Response::builder().status(status).header(RETRY_AFTER, "0");
            response.body(Full::new(Bytes::from("the cache\nsays no"))).unwrap()
        }
    };
    tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
    (address, seen)
}

fn purger(url: &str, retries: u32) -> Purger {
    let mut headers = hyper::HeaderMap::new();
    headers.insert("authorization", "Bearer geheim".parse().unwrap());
    Purger::new(PurgeOptions {
        method: Method::from_bytes(b"PURGE").unwrap(),
        url: Template::parse(url).unwrap(),
        body: Some(Template::parse("{\"tags\":[\"{tag}\"]}").unwrap()),
        headers,
        timeout: LONG,
        retries,
        delay: Duration::from_millis(50),
    })
}

/// Runs the purger until what it tells is as `wanted`.
async fn until(purger: &Purger, wanted: impl Fn(&PurgeStatus) -> bool) -> PurgeStatus {
    let running = tokio::spawn({
        let purger = purger.clone();
        async move { purger.run().await }
    });
    let told = async {
        loop {
            let status = purger.status();
            if wanted(&status) {
                break status;
            }
            tokio::task::yield_now().await;
        }
    };
    let status = tokio::time::timeout(LONG, told).await.unwrap_or_else(|_| panic!("{:?}", purger.status()));
    running.abort();
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_close_together_are_one_purge() {
    let (address, seen) = cdn(&[200]).await;
    let purger = purger(&format!("http://{address}/{{asset}}?tag={{tag}}"), 0);
    for _ in 0..10 {
        purger.edited("shows/a b");
    }
    purger.edited("harbour");
    let status = until(&purger, |status| status.succeeded == 2).await;
    assert_eq!((status.waiting, status.failed, status.last_failure), (0, 0, None));
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    assert_eq!(
        seen,
        [
            "PURGE /harbour?tag=harbour Bearer geheim {\"tags\":[\"harbour\"]}",
            "PURGE /shows/a%20b?tag=shows%2Fa%2520b Bearer geheim {\"tags\":[\"shows/a%20b\"]}",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again_and_told_meanwhile() {
    let (address, seen) = cdn(&[503, 200]).await;
    let purger = purger(&format!("http://{address}/{{tag}}"), 3);
    purger.edited("harbour");
    let meanwhile = until(&purger, |status| status.last_failure.is_some()).await;
    let failure = meanwhile.last_failure.unwrap();
    assert_eq!((failure.asset.as_str(), failure.again), ("harbour", true));
    assert_eq!(failure.problem, "status 503: the cache says no");
    let status = until(&purger, |status| status.succeeded == 1).await;
    assert_eq!((status.failed, status.waiting), (0, 0));
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_get_better_is_not_tried_again() {
    let (address, seen) = cdn(&[403]).await;
    let purger = purger(&format!("http://{address}/{{tag}}"), 3);
    purger.edited("harbour");
    let status = until(&purger, |status| status.failed == 1).await;
    assert!(!status.last_failure.unwrap().again);
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cdn_that_is_not_there_is_told() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let purger = purger(&format!("http://{nobody}/{{tag}}"), 0);
    purger.edited("harbour");
    let status = until(&purger, |status| status.failed == 1).await;
    let problem = status.last_failure.unwrap().problem;
    assert!(problem.contains("refused"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_does_not_wait_for_the_delay() {
    let (address, seen) = cdn(&[200]).await;
    let purger = purger(&format!("http://{address}/{{tag}}"), 0);
    purger.edited("harbour");
    purger.finish(LONG).await;
    assert_eq!(seen.lock().unwrap().len(), 1);
    assert_eq!(purger.status().succeeded, 1);
}
