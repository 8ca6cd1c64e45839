//! The server over real sockets: its limits, its end, and both versions of HTTP.

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Body, Incoming};
use hyper::{Request, Response, Version};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use signalbox::server::{Drained, ServerConfig, Signals, run, serve};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

const SHORT: Duration = Duration::from_millis(100);
/// Longer than anything here takes; a test that reaches it has failed.
const LONG: Duration = Duration::from_secs(20);

fn patient() -> ServerConfig {
    ServerConfig { header_timeout: LONG, idle_timeout: LONG, stall_timeout: LONG, ..ServerConfig::default() }
}

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Drained>,
}

impl Server {
    async fn start<H, F, B>(config: ServerConfig, handler: H) -> Server
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes, Error = Infallible> + Unpin + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            serve(listener, &config, handler, async {
                let _ = stopped.await;
            })
            .await
        });
        Server { address, stop, serving }
    }

    async fn connect(&self) -> TcpStream {
        within(TcpStream::connect(self.address)).await.unwrap()
    }

    async fn stop(self) -> Drained {
        let _ = self.stop.send(());
        within(self.serving).await.unwrap()
    }
}

async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(LONG, future).await.expect("took too long")
}

async fn hello(_: Request<Incoming>) -> Response<Full<Bytes>> {
    Response::new(Full::from("hello"))
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sends `GET /` and reads until "hello".
async fn get_hello(stream: &mut TcpStream) {
    stream.write_all(GET).await.unwrap();
    read_until(stream, "hello").await;
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let mut byte = [0];
        let read = within(stream.read(&mut byte)).await.unwrap();
        assert_eq!(read, 1, "closed after {:?}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

/// Waits for the server to close the connection, whatever it says before.
async fn read_to_close(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is a close too.
    let _ = within(stream.read_to_end(&mut text)).await;
    String::from_utf8_lossy(&text).into_owned()
}

/// A body under the control of a test, which learns when it is dropped.
struct Fed {
    chunks: mpsc::Receiver<Bytes>,
    length: Option<u64>,
    _gone: oneshot::Sender<()>,
}

impl Body for Fed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.chunks.poll_recv(cx).map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// The feed of a response's body, and the word that the body is dropped.
type Feed = (mpsc::Sender<Bytes>, oneshot::Receiver<()>);

/// A handler whose every response is fed by the test, which takes the feeds from the queue.
fn fed(
    length: Option<u64>,
) -> (impl Fn(Request<Incoming>) -> Ready<Response<Fed>> + Clone + Send + Sync, mpsc::UnboundedReceiver<Feed>) {
    let (queue, responses) = mpsc::unbounded_channel();
    let handler = move |_: Request<Incoming>| {
        let (feed, chunks) = mpsc::channel(1);
        let (gone, is_gone) = oneshot::channel();
        queue.send((feed, is_gone)).unwrap();
        ready(Response::new(Fed { chunks, length, _gone: gone }))
    };
    (handler, responses)
}

/// Feeds until nobody takes any more; errs by panic if that never comes.
async fn feed_for_ever(feed: mpsc::Sender<Bytes>) {
    let chunk = Bytes::from(vec![0; 256 * 1024]);
    within(async { while feed.send(chunk.clone()).await.is_ok() {} }).await;
}

#[tokio::test]
async fn a_client_that_sends_half_a_head_or_nothing_is_dropped_after_the_header_timeout() {
    let server = Server::start(ServerConfig { header_timeout: SHORT, ..patient() }, hello).await;
    for start in [&b"GET / HTT"[..], b"GET / HTTP/1.1\r\nHost: a\r\n", b"", b"PRI * HTTP/2.0\r\n"] {
        let begin = Instant::now();
        let mut stream = server.connect().await;
        stream.write_all(start).await.unwrap();
        assert_eq!(read_to_close(&mut stream).await, "");
        assert!(begin.elapsed() >= SHORT, "{:?} is too early", begin.elapsed());
    }
}

#[tokio::test]
async fn an_http2_client_that_asks_for_nothing_is_dropped_after_the_header_timeout() {
    let server = Server::start(ServerConfig { header_timeout: SHORT, ..patient() }, hello).await;
    let mut stream = server.connect().await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    read_to_close(&mut stream).await;
}

#[tokio::test]
async fn an_idle_connection_lives_for_the_idle_timeout_and_not_for_the_header_timeout() {
    let idle = 5 * SHORT;
    let server = Server::start(ServerConfig { header_timeout: SHORT, idle_timeout: idle, ..patient() }, hello).await;
    let mut stream = server.connect().await;
    get_hello(&mut stream).await;
    let begin = Instant::now();
    get_hello(&mut stream).await;
    assert_eq!(read_to_close(&mut stream).await, "");
    assert!(begin.elapsed() >= idle, "closed after {:?}", begin.elapsed());
}

#[tokio::test]
async fn the_second_head_of_a_connection_has_its_time_too() {
    let server = Server::start(ServerConfig { header_timeout: SHORT, ..patient() }, hello).await;
    let mut stream = server.connect().await;
    get_hello(&mut stream).await;
    stream.write_all(b"GET / HT").await.unwrap();
    assert_eq!(read_to_close(&mut stream).await, "");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_dropped_after_the_stall_timeout() {
    let (handler, mut responses) = fed(None);
    let server = Server::start(ServerConfig { stall_timeout: SHORT, ..patient() }, handler).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = within(socket.connect(server.address)).await.unwrap();
    stream.write_all(GET).await.unwrap();
    let (feed, gone) = within(responses.recv()).await.unwrap();
    feed_for_ever(feed).await;
    assert!(within(gone).await.is_err(), "the body is dropped");
    drop(stream);
}

#[tokio::test]
async fn an_http2_stream_that_takes_nothing_is_dropped_after_the_stall_timeout() {
    let (handler, mut responses) = fed(None);
    let server = Server::start(ServerConfig { stall_timeout: SHORT, ..patient() }, handler).await;
    let client = http2_client();
    let response = within(client.get(format!("http://{}/", server.address).parse().unwrap())).await.unwrap();
    let (feed, gone) = within(responses.recv()).await.unwrap();
    feed_for_ever(feed).await;
    assert!(within(gone).await.is_err(), "the body is dropped");
    assert!(within(response.into_body().collect()).await.is_err(), "the client learns that it is not whole");
}

/// An HTTP/2 request for `/`, written by hand, on a connection whose streams have a window of `window` bytes.
fn http2_request(window: u32) -> Vec<u8> {
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        [&[0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream][..], payload].concat()
    };
    let mut settings = vec![0, 4];
    settings.extend(window.to_be_bytes());
    // GET, http, "/", authority "a" (RFC 7541 appendix A).
    let head = [0x82, 0x86, 0x84, 0x41, 1, b'a'];
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, &settings), frame(1, 5, 1, &head)].concat()
}

const PING: [u8; 17] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

/// Sends pings and takes the answers until the server closes the connection.
async fn ping_to_close(stream: &mut TcpStream) {
    let pinging = async {
        while stream.write_all(&PING).await.is_ok() {
            if !matches!(stream.read(&mut [0; 4096]).await, Ok(1..)) {
                return;
            }
        }
    };
    within(pinging).await;
}

#[tokio::test]
async fn a_stalled_http2_stream_is_dropped_whatever_pings_come() {
    for window in [0, 1, 20_000] {
        let (handler, mut responses) = fed(None);
        let server = Server::start(ServerConfig { stall_timeout: SHORT, ..patient() }, handler).await;
        let mut stream = server.connect().await;
        stream.write_all(&http2_request(window)).await.unwrap();
        let (feed, gone) = within(responses.recv()).await.unwrap();
        tokio::join!(ping_to_close(&mut stream), feed_for_ever(feed));
        assert!(within(gone).await.is_err(), "the body is dropped");
    }
}

#[tokio::test]
async fn an_idle_http2_connection_is_closed_whatever_pings_come() {
    let config = ServerConfig { idle_timeout: SHORT, header_timeout: SHORT, ..patient() };
    let server = Server::start(config, hello).await;
    let mut stream = server.connect().await;
    stream.write_all(&http2_request(65_535)).await.unwrap();
    ping_to_close(&mut stream).await;
}

#[tokio::test]
async fn a_slow_handler_and_a_slow_store_are_no_stall() {
    let config = ServerConfig { header_timeout: SHORT, idle_timeout: SHORT, stall_timeout: SHORT, ..patient() };
    let (handler, mut responses) = fed(Some(2));
    let server = Server::start(config, handler).await;
    let mut stream = server.connect().await;
    stream.write_all(GET).await.unwrap();
    let (feed, _gone) = within(responses.recv()).await.unwrap();
    for chunk in ["a", "b"] {
        // Others that come later are dropped for their silence meanwhile.
        for _ in 0..2 {
            read_to_close(&mut server.connect().await).await;
        }
        feed.send(Bytes::from(chunk)).await.unwrap();
        read_until(&mut stream, chunk).await;
    }
}

fn http2_client() -> Client<hyper_util::client::legacy::connect::HttpConnector, Empty<Bytes>> {
    Client::builder(TokioExecutor::new()).http2_only(true).build_http()
}

#[tokio::test]
async fn http2_with_prior_knowledge() {
    let server = Server::start(patient(), hello).await;
    let client = http2_client();
    for _ in 0..3 {
        let response = within(client.get(format!("http://{}/", server.address).parse().unwrap())).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        assert_eq!(within(response.into_body().collect()).await.unwrap().to_bytes(), "hello");
    }
    assert_eq!(server.stop().await, Drained { cut: 0 }, "an idle connection does not hold up the end");
}

#[tokio::test]
async fn an_idle_http2_connection_is_closed() {
    let server = Server::start(ServerConfig { idle_timeout: SHORT, ..patient() }, hello).await;
    let stream = server.connect().await;
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get(format!("http://{}/", server.address)).body(Empty::<Bytes>::new()).unwrap();
    assert_eq!(within(sender.send_request(request)).await.unwrap().status(), 200);
    within(connection).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_shutdown_lets_an_open_response_end_and_refuses_what_is_new() {
    let (handler, mut responses) = fed(Some(5));
    let server = Server::start(patient(), handler).await;
    let mut idle = server.connect().await;
    idle.write_all(GET).await.unwrap();
    let (feed, _gone) = within(responses.recv()).await.unwrap();
    feed.send(Bytes::from("quiet")).await.unwrap();
    read_until(&mut idle, "quiet").await;

    let mut stream = server.connect().await;
    stream.write_all(GET).await.unwrap();
    let (feed, _gone) = within(responses.recv()).await.unwrap();
    feed.send(Bytes::from("be")).await.unwrap();
    read_until(&mut stream, "be").await;

    let _ = server.stop.send(());
    assert_eq!(read_to_close(&mut idle).await, "", "an idle connection is closed at once");
    within(async { while TcpStream::connect(server.address).await.is_ok() {} }).await;
    assert!(!server.serving.is_finished());

    feed.send(Bytes::from("gin")).await.unwrap();
    assert_eq!(read_to_close(&mut stream).await, "gin", "the open response ends");
    assert_eq!(within(server.serving).await.unwrap(), Drained { cut: 0 });
}

#[tokio::test]
async fn a_response_that_does_not_end_is_cut_after_the_drain_timeout() {
    let (handler, mut responses) = fed(None);
    let server = Server::start(ServerConfig { drain_timeout: SHORT, ..patient() }, handler).await;
    let mut stream = server.connect().await;
    stream.write_all(GET).await.unwrap();
    let (_feed, gone) = within(responses.recv()).await.unwrap();
    assert_eq!(server.stop().await, Drained { cut: 1 });
    assert!(within(gone).await.is_err());
    read_to_close(&mut stream).await;
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_for_another_to_close() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let handler = move |request| {
        count.fetch_add(1, Ordering::SeqCst);
        hello(request)
    };
    let server = Server::start(ServerConfig { max_connections: 1, ..patient() }, handler).await;
    let mut first = server.connect().await;
    get_hello(&mut first).await;
    let mut second = server.connect().await;
    second.write_all(GET).await.unwrap();
    for _ in 0..10 {
        get_hello(&mut first).await;
    }
    assert_eq!(asked.load(Ordering::SeqCst), 11, "the second client was not served");
    drop(first);
    read_until(&mut second, "hello").await;
    assert_eq!(asked.load(Ordering::SeqCst), 12);
}

#[tokio::test]
async fn a_head_beyond_the_limit_is_431() {
    let server = Server::start(ServerConfig { max_head: 8192, ..patient() }, hello).await;
    let mut stream = server.connect().await;
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\nCookie: {}\r\n\r\n", "a".repeat(20_000));
    // The server may close before all of it is sent.
    let _ = stream.write_all(head.as_bytes()).await;
    assert!(read_until(&mut stream, "\r\n").await.starts_with("HTTP/1.1 431 "));

    let client = http2_client();
    let request = Request::get(format!("http://{}/", server.address)).header("cookie", "a".repeat(20_000));
    let response = within(client.request(request.body(Empty::new()).unwrap())).await;
    assert!(response.map_or(true, |response| response.status() == 431));

    get_hello(&mut server.connect().await).await;
}

#[tokio::test]
async fn a_signal_drains_and_a_second_one_does_not_wait() {
    let signal = |name: &str| {
        let kill = format!("kill -s {name} {}", std::process::id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    };
    for signals in [&["TERM"][..], &["INT"], &["TERM", "INT"]] {
        let (handler, mut responses) = fed(Some(2));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let taken = Signals::listen().unwrap();
        let running = tokio::spawn(async move { run(listener, &patient(), handler, taken).await });
        stream.write_all(GET).await.unwrap();
        let (feed, gone) = within(responses.recv()).await.unwrap();
        signal(signals[0]);
        match signals {
            [_, second] => {
                // The first is seen before the second is sent, or they could be taken for one.
                within(async { while TcpStream::connect(stream.peer_addr().unwrap()).await.is_ok() {} }).await;
                signal(second);
                assert_eq!(
                    format!("{:?}", within(running).await.unwrap()),
                    format!("{:?}", std::process::ExitCode::FAILURE)
                );
                assert!(within(gone).await.is_err());
            }
            _ => {
                feed.send(Bytes::from("ok")).await.unwrap();
                read_until(&mut stream, "ok").await;
                assert_eq!(
                    format!("{:?}", within(running).await.unwrap()),
                    format!("{:?}", std::process::ExitCode::SUCCESS)
                );
            }
        }
    }
}
