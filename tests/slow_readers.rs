//! What a client that takes its time costs: memory of this process while many read long segments slowly.

#[path = "support/long_end.rs"]
mod long_end;
#[path = "support/samples.rs"]
mod samples;

use long_end::with_long_end;
use samples::samples;
use signalbox::catalog::{Catalog, CatalogOptions};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::server::{ServerConfig, serve};
use signalbox::store::LocalStore;
use std::alloc::{GlobalAlloc, Layout, System};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Keeps count of what is allocated.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: all is left to the allocator of the system.
#[expect(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

const READERS: usize = 100;
/// More than sockets hold on both sides.
const LONG: u32 = 24 << 20;

async fn start(folder: &std::path::Path, lends: bool) -> SocketAddr {
    let store = Arc::new(LocalStore::open(folder).unwrap());
    let (cache_bytes, max_staleness) = (1 << 28, Duration::from_secs(3600));
    let options = CatalogOptions { cache_bytes, max_staleness, segment_duration: Duration::from_secs(6) };
    let origin = Origin::new(Arc::new(Catalog::new(store, None, options)), &OriginOptions::default());
    let origin = Arc::new(if lends { origin.sending_unseen() } else { origin });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = move |request| {
        let origin = Arc::clone(&origin);
        async move { origin.respond(request).await }
    };
    tokio::spawn(async move { serve(listener, &ServerConfig::default(), handler, std::future::pending()).await });
    address
}

async fn ask(address: SocketAddr, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
    stream
}

/// The last segment that the playlist names.
async fn last_segment(address: SocketAddr) -> String {
    let mut stream = ask(address, "/harbour/video-360.m3u8").await;
    let mut text = String::new();
    while !text.ends_with("#EXT-X-ENDLIST\n") {
        let mut block = [0; 4096];
        let read = stream.read(&mut block).await.unwrap();
        text.push_str(std::str::from_utf8(&block[..read]).unwrap());
    }
    format!("/harbour/{}", text.lines().rfind(|line| !line.starts_with('#')).unwrap())
}

/// Bytes that each of many readers costs, of a segment of 24 MB.
async fn cost(lends: bool) -> usize {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("harbour")).unwrap();
    let file = std::fs::read(samples().join("harbour/video-360.mp4")).unwrap();
    std::fs::write(folder.path().join("harbour/video-360.mp4"), with_long_end(file, LONG)).unwrap();
    let address = start(folder.path(), lends).await;
    let segment = last_segment(address).await;
    // The first to ask opens the file.
    let mut first = ask(address, &segment).await;
    first.read_exact(&mut [0; 1000]).await.unwrap();
    let before = HELD.load(Relaxed);
    let mut readers = Vec::new();
    for _ in 0..READERS {
        readers.push(ask(address, &segment).await);
    }
    let mut most = 0;
    for _ in 0..20 {
        for reader in &mut readers {
            reader.read_exact(&mut [0; 10_000]).await.unwrap();
        }
        most = most.max(HELD.load(Relaxed).saturating_sub(before));
    }
    most / READERS
}

/// One after the other, since what one allocates the other would count.
#[tokio::test]
async fn a_slow_reader_costs_little() {
    let (lent, read) = (cost(true).await, cost(false).await);
    assert!(lent < 50_000, "{lent} bytes a reader where media is lent");
    assert!(read < 190_000, "{read} bytes a reader where it is read");
    println!("{lent} bytes a reader where media is lent, {read} where it is read");
}
