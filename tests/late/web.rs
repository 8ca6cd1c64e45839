//! A server of files on loopback, as bad as a test wants it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub range: String,
    pub if_range: String,
    /// How many there were before of this method and path.
    pub before: usize,
}

/// What is answered: bytes as they go over the wire, and what then.
pub struct Reply {
    pub bytes: Vec<u8>,
    pub then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Close,
    /// Nothing more comes, and the connection stays.
    Silence,
    /// A byte now and then, without end.
    Drip,
    /// As much as is taken, without end.
    Flood,
}

pub struct Web {
    address: SocketAddr,
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Web {
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Web {
        Web::start_at("127.0.0.1:0", answer).await
    }

    pub async fn start_at(address: &str, answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Web {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, answer) = (Arc::default(), Arc::new(answer));
        let all = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                tokio::spawn(async move { serve(stream, &all, &*answer).await });
            }
        });
        Web { address, port: address.port(), asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, all: &Mutex<Vec<Asked>>, answer: &(dyn Fn(&Asked) -> Reply + Send + Sync)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        let value = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        value.unwrap_or_default()
    };
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let asked = {
        let mut all = all.lock().unwrap();
        let before = all.iter().filter(|other| other.method == method && other.path == path).count();
        let asked = Asked { method, path, range: header("range"), if_range: header("if-range"), before };
        all.push(asked.clone());
        asked
    };
    let reply = answer(&asked);
    // Whoever asked may have gone.
    if stream.write_all(&reply.bytes).await.is_err() {
        return;
    }
    match reply.then {
        Then::Close => drop(stream.shutdown().await),
        Then::Silence => {
            let _ = stream.read_u8().await;
        }
        Then::Drip => {
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Then::Flood => while stream.write_all(&[b'x'; 65_536]).await.is_ok() {},
    }
}

impl Reply {
    /// An answer with these headers, a line each, and this body.
    pub fn new(status: &str, headers: &str, body: &[u8]) -> Reply {
        let lines: String = headers.lines().map(|line| format!("{}\r\n", line.trim())).collect();
        let mut bytes = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{lines}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Reply { bytes, then: Then::Close }
    }

    /// A file, of which servers give parts; the answer to `HEAD`, too.
    pub fn file(asked: &Asked, body: &[u8], tag: &str) -> Reply {
        let start: usize = asked.range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap_or(0);
        let headers = |length: usize| {
            format!(
                "Content-Length: {length}\nContent-Type: application/octet-stream\nAccept-Ranges: bytes\nETag: {tag}"
            )
        };
        if asked.method == "HEAD" {
            return Reply::new("200 OK", &headers(body.len()), b"");
        }
        if start > 0 && asked.if_range == tag {
            let range = format!("\nContent-Range: bytes {start}-{}/{}", body.len() - 1, body.len());
            return Reply::new("206 Partial Content", &(headers(body.len() - start) + &range), &body[start..]);
        }
        Reply::new("200 OK", &headers(body.len()), body)
    }

    pub fn then(self, then: Then) -> Reply {
        Reply { then, ..self }
    }

    /// The connection is cut when so many bytes are still to go.
    pub fn without_the_last(mut self, missing: usize) -> Reply {
        self.bytes.truncate(self.bytes.len() - missing);
        self
    }

    pub fn redirect(to: &str) -> Reply {
        Reply::new("302 Found", &format!("Location: {to}\nContent-Length: 0"), b"")
    }
}
