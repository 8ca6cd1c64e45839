//! Killed at any moment, the server leaves the old or the new content, and nothing else.
//!
//! Writers edit and upload without end over HTTP and note what the server said is done. It is killed at a random moment,
//! again and again, and what it has left is looked at.

#[path = "support/memory_disk.rs"]
mod memory_disk;
#[path = "program/support.rs"]
#[expect(dead_code, reason = "of the support of the program's tests only the server is used")]
mod support;

use bytes::Bytes;
use futures_util::future::{join, join_all};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use memory_disk::folder;
use signalbox::catalog::{Catalog, CatalogOptions, EditOf, Expected};
use signalbox::store::LocalStore;
use signalbox::track::{Asset, Track, TrackType};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Serving, program};

type RequestBody = BoxBody<Bytes, Infallible>;
type HttpClient = Client<HttpConnector, RequestBody>;

const KILLS: u32 = 200;
/// How long one server may work.
const LONGEST_LIFE: Duration = Duration::from_millis(250);
/// So many edit, each its own track, and so many bring files, each its own.
const WRITERS: usize = 3;

fn catalog(folder: &Path) -> Catalog {
    let options = CatalogOptions {
        cache_bytes: 1 << 24,
        max_staleness: Duration::from_secs(1),
        segment_duration: Duration::from_secs(6),
    };
    Catalog::new(Arc::new(LocalStore::open(folder).unwrap()), None, options)
}

fn by(name: &str) -> EditOf {
    EditOf { by: name.to_owned(), expected: Expected::Any }
}

/// Captions that say `number` from the first cue to the last.
fn captions(number: u64) -> String {
    let cues = (0..200).map(|second| {
        format!(
            "\n00:{:02}:{:02}.000 --> 00:{:02}:{:02}.500\n{number}\n",
            second / 60,
            second % 60,
            second / 60,
            second % 60
        )
    });
    format!("WEBVTT\n{}", cues.collect::<String>())
}

/// The number that captions say throughout.
#[track_caller]
fn number_in(text: &str) -> u64 {
    let number =
        text.lines().nth(3).and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("no captions: {text:?}"));
    assert_eq!(text, captions(number), "a file that is not whole");
    number
}

/// A request of a writer; `None` where the server is gone before it answers.
async fn ask(client: &HttpClient, method: Method, url: String, body: RequestBody) -> Option<()> {
    let request = Request::builder().method(method).uri(url).header("content-type", "application/json");
    let response = client.request(request.body(body).unwrap()).await.ok()?;
    let status = response.status();
    let answer = response.into_body().collect().await.ok()?.to_bytes();
    assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&answer));
    Some(())
}

/// Labels its track, again and again; notes each label that the server said is done.
async fn edit_until_killed(client: &HttpClient, server: &str, writer: usize, done: &Cell<u64>) {
    let url = format!("{server}/api/v1/assets/asset/tracks/t{writer}");
    for number in done.get() + 1.. {
        let body = format!(r#"{{ "label": "{writer}: {number}" }}"#);
        let body = Full::from(body).boxed();
        match ask(client, Method::PATCH, url.clone(), body).await {
            Some(()) => done.set(number),
            None => return,
        }
    }
}

/// Brings its file piece by piece, again and again.
async fn bring_until_killed(client: &HttpClient, server: &str, writer: usize, done: &Cell<u64>) {
    let url = format!("{server}/api/v1/assets/asset/files/t{writer}.vtt");
    for number in done.get() + 1.. {
        let text = captions(number);
        let pieces: Vec<_> = text.as_bytes().chunks(1000).map(|piece| Ok(Frame::data(piece.to_vec().into()))).collect();
        let body = StreamBody::new(futures_util::stream::iter(pieces)).boxed();
        match ask(client, Method::PUT, url.clone(), body).await {
            Some(()) => done.set(number),
            None => return,
        }
    }
}

/// Lets a server be edited by all writers, and kills it after `life`; `done` is what each has done, and then what the
/// server has said of each.
fn edit_and_kill(folder: &Path, life: Duration, done: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut command = program();
    let mut server = Serving::start(command.args(["serve", "--listen", "127.0.0.1:0"]).arg(folder));
    let url = format!("http://{}", server.address);
    let client = Client::builder(TokioExecutor::new()).build_http();
    let cells: BTreeMap<_, _> = done.iter().map(|(name, number)| (name.clone(), Cell::new(*number))).collect();
    let writers = (0..WRITERS).map(|writer| {
        let (edits, brings) = (&cells[&format!("t{writer}")], &cells[&format!("t{writer}.vtt")]);
        join(edit_until_killed(&client, &url, writer, edits), bring_until_killed(&client, &url, writer, brings))
    });
    let killed = async {
        tokio::time::sleep(life).await;
        server.child.kill().unwrap();
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(join(join_all(writers), killed));
    assert!(server.child.wait().unwrap().code().is_none(), "it ended before it was killed");
    cells.into_iter().map(|(name, number)| (name, number.get())).collect()
}

/// What each writer has done, by what lies in the store.
fn look(folder: &Path) -> BTreeMap<String, u64> {
    let mut names: Vec<_> = std::fs::read_dir(folder.join("asset"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut expected = vec!["asset.json".to_owned()];
    expected.extend((0..WRITERS).map(|writer| format!("t{writer}.vtt")));
    assert_eq!(names, expected, "something was left behind");

    let document = signalbox::document::read(&std::fs::read(folder.join("asset/asset.json")).unwrap()).unwrap();
    assert_eq!((document.ignored.len(), document.asset.tracks.len()), (0, WRITERS));
    let mut done = BTreeMap::new();
    for track in document.asset.tracks {
        let number = track
            .label
            .as_deref()
            .and_then(|label| label.split(' ').nth(1))
            .map_or(0, |number| number.parse().unwrap());
        let text = std::fs::read_to_string(folder.join("asset").join(&track.file)).unwrap();
        done.insert(track.file.clone(), number_in(&text));
        done.insert(track.name, number);
    }
    done
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_said_was_done() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    for writer in 0..WRITERS {
        std::fs::write(folder.path().join(format!("asset/t{writer}.vtt")), captions(0)).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let track = |writer| Track::new(format!("t{writer}"), TrackType::Text, format!("t{writer}.vtt"));
    let list = Asset { tracks: (0..WRITERS).map(track).collect(), ..Asset::default() };
    runtime.block_on(catalog(folder.path()).put_asset("asset", &by("test"), list)).unwrap();

    let begin = Instant::now();
    let mut before = look(folder.path());
    let mut steps = 0;
    for kill in 0..KILLS {
        // Spread evenly, in an order without a pattern.
        let life = LONGEST_LIFE * (kill * 89 % KILLS) / KILLS;
        let said = edit_and_kill(folder.path(), life, &before);
        let after = look(folder.path());
        for (writer, number) in &after {
            let said = said[writer];
            assert!((said..=said + 1).contains(number), "{writer} said {said} were done, and {number} are there");
        }
        steps += after.values().sum::<u64>() - before.values().sum::<u64>();
        before = after;
    }
    println!("{KILLS} kills, {steps} steps in {:.1} s", begin.elapsed().as_secs_f64());
    assert!(steps > u64::from(KILLS), "too few steps to be killed in: {steps}");
    // What was on its way is swept by the next process that opens the store.
    LocalStore::open(folder.path()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join(".signalbox/aside")).unwrap().count(), 0);
    let history = runtime.block_on(catalog(folder.path()).history("asset")).unwrap();
    assert_eq!(history.len(), 100);
}
