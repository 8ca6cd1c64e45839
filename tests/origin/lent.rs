//! Media sent from where the kernel has it: right to the byte, and where the file changes meanwhile, cut off.

use super::long_end::with_long_end;
use super::samples::samples;
use super::support::{Server, copies, replace};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// More than sockets hold on both sides.
const LONG: u32 = 24 << 20;
const FILE: &str = "harbour/video-360.mp4";

/// A server of an asset with a long last segment, that segment, and its bytes as they are read.
async fn long() -> (tempfile::TempDir, Server, String, Vec<u8>) {
    let folder = copies(&["harbour"]);
    let file = std::fs::read(samples().join(FILE)).unwrap();
    std::fs::write(folder.path().join(FILE), with_long_end(file, LONG)).unwrap();
    let server = Server::of(folder.path()).await;
    let segment = server.links("/harbour/video-360.m3u8").await.pop().unwrap();
    let read = server.get_http2(&segment).await.ok();
    assert!(read.bytes().len() > LONG as usize);
    let bytes = read.bytes().to_vec();
    (folder, server, segment, bytes)
}

/// Asks for the segment over a connection that holds little, and takes `first` bytes of the answer.
async fn ask(server: &Server, path: &str, header: &str, first: usize) -> (TcpStream, Vec<u8>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n{header}\r\n").as_bytes()).await.unwrap();
    let mut answer = vec![0; first];
    stream.read_exact(&mut answer).await.unwrap();
    (stream, answer)
}

/// What more there is of `length` bytes after `answer`'s head; less where the connection ends early.
async fn rest(stream: &mut TcpStream, answer: Vec<u8>, length: usize) -> Vec<u8> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let mut body = answer[head..].to_vec();
    let mut block = vec![0; 1 << 16];
    while body.len() < length {
        match tokio::time::timeout(Duration::from_secs(20), stream.read(&mut block)).await.expect("took too long") {
            Ok(0) | Err(_) => break,
            Ok(read) => body.extend_from_slice(&block[..read]),
        }
    }
    body
}

type Change = fn(&Path);

/// What may happen to a file while it is sent.
const CHANGES: [(&str, Change); 5] = [
    ("cut short", |path| File::options().write(true).open(path).unwrap().set_len(1000).unwrap()),
    ("emptied", |path| drop(File::create(path).unwrap())),
    ("removed", |path| std::fs::remove_file(path).unwrap()),
    ("replaced", |path| replace(path, &std::fs::read(samples().join(FILE)).unwrap())),
    ("written over", |path| {
        let file = File::options().write(true).open(path).unwrap();
        file.write_all_at(b"another byte", 2_000_000).unwrap();
        // A coarse clock may not have moved on.
        file.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    }),
];

#[tokio::test]
async fn what_is_lent_is_what_is_read() {
    let (_folder, server, segment, expected) = long().await;
    for range in [None, Some(0..1), Some(70_000..20_000_000), Some(1_000_000..1_000_001), Some(5..expected.len())] {
        let answer = match &range {
            None => server.get(&segment).await.ok(),
            Some(range) => {
                let value = format!("bytes={}-{}", range.start, range.end - 1);
                let answer = server.get_with(&segment, "range", &value).await;
                assert_eq!(answer.status, 206);
                answer
            }
        };
        let range = range.unwrap_or(0..expected.len());
        assert!(answer.bytes() == &expected[range.clone()], "{range:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_while_it_is_sent_cuts_the_connection_and_no_more() {
    for (what, change) in CHANGES {
        for (header, skipped) in [("", 0), ("Range: bytes=100000-\r\n", 100_000)] {
            let (folder, server, segment, expected) = long().await;
            let expected = &expected[skipped..];
            let (mut stream, answer) = ask(&server, &segment, header, 100_000).await;
            assert!(answer.starts_with(b"HTTP/1.1 20"), "{what}");
            change(&folder.path().join(FILE));
            let body = rest(&mut stream, answer, expected.len()).await;
            assert!(body.len() < expected.len(), "{what}: the whole came, of a file that was no longer there");
            assert!([404, 410].contains(&server.get(&segment).await.status.as_u16()), "{what}");
            server.get("/harbour/master.m3u8").await.ok();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http2_too() {
    for (what, change) in CHANGES {
        let (folder, server, segment, _) = long().await;
        // Until the body is asked for, the window of the stream holds it up.
        let stream = TcpStream::connect(server.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let uri = format!("http://{}{segment}", server.address);
        let answer = sender.send_request(Request::get(uri).body(Empty::<&[u8]>::new()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        change(&folder.path().join(FILE));
        assert!(answer.into_body().collect().await.is_err(), "{what}");
        assert!([404, 410].contains(&server.get(&segment).await.status.as_u16()), "{what}");
    }
}
