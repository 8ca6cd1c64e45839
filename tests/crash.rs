//! Killed at any moment, the program leaves the old or the new content, and nothing else.
//!
//! The test runs itself as another process, which edits and uploads without end and says what is done. It is killed at a
//! random moment, again and again, and what it has left is looked at.

#[path = "support/memory_disk.rs"]
mod memory_disk;

use bytes::Bytes;
use memory_disk::folder;
use signalbox::catalog::{Catalog, CatalogOptions, EditOf, Expected};
use signalbox::store::LocalStore;
use signalbox::track::{Asset, Track, TrackType};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const KILLS: u32 = 200;
/// How long one process may work: some need that long to begin.
const LONGEST_LIFE: Duration = Duration::from_millis(250);
/// Names the store to the other process.
const STORE: &str = "SIGNALBOX_CRASH_TEST_STORE";
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

/// Says that a writer has done its step `number`.
fn say(writer: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    // Whoever listened is gone: the process is about to be killed.
    let _ = writeln!(out, "done {writer} {number}").and_then(|()| out.flush());
}

async fn edit_without_end(catalog: Arc<Catalog>, writer: usize) {
    let name = format!("t{writer}");
    let label =
        |asset: &Asset| asset.tracks[writer].label.as_ref().and_then(|label| label.split(' ').nth(1)?.parse().ok());
    let mut number: u64 = label(&catalog.asset("asset").await.unwrap().asset).unwrap_or(0);
    loop {
        number += 1;
        let label = format!("{writer}: {number}");
        let edit = by(&name);
        catalog
            .edit("asset", &edit, |asset| {
                asset.tracks[writer].label = Some(label.clone());
                Ok(())
            })
            .await
            .unwrap();
        say(&name, number);
    }
}

async fn bring_without_end(catalog: Arc<Catalog>, writer: usize, folder: std::path::PathBuf) {
    let file = format!("t{writer}.vtt");
    let mut number = number_in(&std::fs::read_to_string(folder.join("asset").join(&file)).unwrap());
    loop {
        number += 1;
        let mut upload = catalog.upload("asset", &file, &Expected::Any, 1 << 20).await.unwrap();
        for piece in captions(number).as_bytes().chunks(1000) {
            upload.append(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        upload.finish().await.unwrap();
        say(&file, number);
    }
}

/// What the other process does. As a test of its own it does nothing.
#[test]
fn write_until_killed() {
    let Some(folder) = std::env::var_os(STORE) else { return };
    // The harness has begun a line.
    println!();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let catalog = Arc::new(catalog(folder.as_ref()));
        for writer in 0..WRITERS {
            tokio::spawn(edit_without_end(Arc::clone(&catalog), writer));
            tokio::spawn(bring_without_end(Arc::clone(&catalog), writer, folder.clone().into()));
        }
        std::future::pending::<()>().await;
    });
}

/// Lets another process write and kills it after `life`; gives the last that each writer said it had done.
fn write_and_die(folder: &Path, life: Duration) -> BTreeMap<String, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "write_until_killed", "--nocapture", "--test-threads=1"])
        .env(STORE, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let listener = std::thread::spawn(move || {
        let mut done = BTreeMap::new();
        for line in out.lines().map_while(Result::ok) {
            if let Some((writer, number)) = line.strip_prefix("done ").and_then(|rest| rest.split_once(' '))
                && let Ok(number) = number.parse()
            {
                done.insert(writer.to_owned(), number);
            }
        }
        done
    });
    std::thread::sleep(life);
    child.kill().unwrap();
    assert!(child.wait().unwrap().code().is_none(), "it ended before it was killed");
    listener.join().unwrap()
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
fn a_process_that_is_killed_loses_nothing_that_it_said_was_done() {
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
        let said = write_and_die(folder.path(), life);
        let after = look(folder.path());
        for (writer, number) in &after {
            let said = said.get(writer).copied().unwrap_or_else(|| before[writer]);
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
