//! Files from URLs: how they become tracks, and what goes wrong on the way.

use super::samples::samples;
use super::support::{House, Process, by, tone, wait_for};
use super::web::{Asked, Reply, Then, Web};
use signalbox::catalog::Expected;
use signalbox::fetch::FetchOptions;
use signalbox::jobs::{JobError, JobState, JobsOptions};
use signalbox::late::{BindError, Bound, NewTrack, fetch};
use signalbox::track::{Status, TrackType};
use std::sync::Arc;
use std::time::Duration;

fn audio() -> Vec<u8> {
    std::fs::read(samples().join("harbour/audio-en.m4a")).unwrap()
}

fn options() -> FetchOptions {
    FetchOptions { allow: vec!["127.0.0.1".parse().unwrap()], ..FetchOptions::default() }
}

fn process(house: &House, fetch: FetchOptions) -> Process {
    house.process_of(JobsOptions { fetch, pause: Duration::from_millis(1), ..JobsOptions::default() })
}

async fn begin(process: &Process, url: &str, track_type: TrackType) -> Result<Bound, BindError> {
    let new = NewTrack { track_type: Some(track_type), name: Some("new".to_owned()), ..NewTrack::default() };
    fetch(&process.catalog, &process.jobs, "talk", &by("test"), url, &new).await
}

/// Fetches, and says how that ended.
async fn fetched(house: &House, fetch: FetchOptions, url: &str, track_type: TrackType) -> (JobState, Status) {
    let process = process(house, fetch);
    let bound = begin(&process, url, track_type).await.unwrap();
    assert_eq!(process.status("new").await, Status::Preparing);
    let running = process.jobs.start();
    let state = process.ended(&bound.job.unwrap()).await;
    process.jobs.stop();
    running.await.unwrap();
    (state, process.status("new").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_in_mp4_is_taken_as_it_is() {
    let house = House::new();
    let web = Web::start(|asked| Reply::file(asked, &audio(), "\"a\"")).await;
    let url = web.url("/dub%20de.m4a?Signature=secret");
    assert_eq!(fetched(&house, options(), &url, TrackType::Audio).await, (JobState::Done, Status::Ready));
    assert_eq!(house.files("dub"), ["dub de.m4a"]);
    assert_eq!(std::fs::read(house.file("dub de.m4a")).unwrap(), audio());
    assert_eq!(web.asked().iter().map(|asked| asked.method.as_str()).collect::<Vec<_>>(), ["HEAD", "GET"]);
    let process = process(&house, options());
    let job = &process.jobs.list().await.unwrap()[0];
    assert_eq!((job.kind, job.progress, job.by.as_deref()), ("fetch", 100, Some("test")));
    assert_eq!(job.source, web.url("/dub%20de.m4a"), "the query may be a secret");
    let kept = std::fs::read_dir(house.folder.path().join(".signalbox/jobs")).unwrap().next().unwrap().unwrap();
    let kept = std::fs::read_to_string(kept.path()).unwrap();
    assert!(!kept.contains("secret"));
    let file = process.catalog.newest("talk").await.unwrap().file_version("dub de.m4a").unwrap().revision();
    assert!(kept.contains(&format!("\"placed\": \"{file}\"")), "it knows its own file again: {kept}");
    let note = job.note.as_deref().unwrap_or_default();
    assert!(note.contains("the video"), "its length is another, and nobody cut it: {note:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_audio_is_converted_on_the_way() {
    let house = House::new();
    if !house.encoded("probe.flac", 1, &[]) {
        return;
    }
    std::fs::remove_file(house.file("probe.flac")).unwrap();
    let web = Web::start(|asked| Reply::file(asked, &tone(2), "\"a\"")).await;
    assert_eq!(
        fetched(&house, options(), &web.url("/dub.wav"), TrackType::Audio).await,
        (JobState::Done, Status::Ready)
    );
    assert_eq!(house.files("dub"), ["dub.m4a"], "what was brought is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_are_taken_without_their_length_being_known() {
    let house = House::new();
    let web = Web::start(|asked| match asked.method.as_str() {
        "HEAD" => Reply::new("405 Method Not Allowed", "Content-Length: 0", b""),
        _ => Reply::new("200 OK", "Content-Type: text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n"),
    })
    .await;
    assert_eq!(
        fetched(&house, options(), &web.url("/x/de.vtt"), TrackType::Text).await,
        (JobState::Done, Status::Ready)
    );
    assert_eq!(house.files("de"), ["de.vtt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_connection_is_cut_only_the_rest_is_fetched() {
    let house = House::new();
    let web = Web::start(|asked| {
        let whole = Reply::file(asked, &audio(), "\"a\"");
        match (asked.method.as_str(), asked.before) {
            ("GET", 0) => whole.without_the_last(20_000),
            // A silence is a cut, too.
            ("GET", 1) => whole.without_the_last(10_000).then(Then::Silence),
            _ => whole,
        }
    })
    .await;
    let options = FetchOptions { stall: Duration::from_secs(5), ..options() };
    assert_eq!(fetched(&house, options, &web.url("/dub.m4a"), TrackType::Audio).await, (JobState::Done, Status::Ready));
    assert_eq!(std::fs::read(house.file("dub.m4a")).unwrap(), audio());
    let ranges: Vec<String> = web.asked().into_iter().skip(1).map(|asked| asked.range).collect();
    let size = audio().len();
    assert_eq!(ranges, [String::new(), format!("bytes={}-", size - 20_000), format!("bytes={}-", size - 10_000)]);
    assert!(web.asked().iter().skip(2).all(|asked| asked.if_range == "\"a\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_states_of_a_file_are_never_mixed() {
    let replies: [fn(&Asked) -> Reply; 3] = [
        // Another file by now: the server gives all of it.
        |asked| Reply::file(asked, &audio(), "\"b\""),
        // It gives a part without looking at the tag, of a file of another length.
        |asked| match asked.range.is_empty() {
            false => Reply::new("206 Partial Content", "Content-Length: 2\nContent-Range: bytes 0-1/2", b"xx"),
            true => Reply::file(asked, &audio(), "\"b\""),
        },
        // The range is none of the new file.
        |asked| match asked.range.is_empty() {
            false => Reply::new("416 Range Not Satisfiable", "Content-Length: 0\nContent-Range: bytes */2", b""),
            true => Reply::file(asked, &audio(), "\"b\""),
        },
    ];
    for reply in replies {
        let house = House::new();
        let web = Web::start(move |asked| match (asked.method.as_str(), asked.before) {
            ("HEAD", _) => Reply::new("404 Not Found", "Content-Length: 0", b""),
            ("GET", 0) => Reply::file(asked, &[7; 100_000], "\"a\"").without_the_last(50_000),
            _ => reply(asked),
        })
        .await;
        let ended = fetched(&house, options(), &web.url("/dub.m4a"), TrackType::Audio).await;
        assert_eq!(ended, (JobState::Done, Status::Ready));
        assert_eq!(std::fs::read(house.file("dub.m4a")).unwrap(), audio());
    }
}

/// What each bad server gives: the words of the track's error. Nothing is left in the folder.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_servers_get_nowhere() {
    type Bad = (&'static str, fn(&Asked) -> Reply, TrackType, &'static [&'static str]);
    let bad: [Bad; 19] = [
        (
            "redirect to loopback",
            |_| Reply::redirect("http://127.0.0.2:8080/x"),
            TrackType::Audio,
            &["127.0.0.2", "public internet"],
        ),
        ("redirect to IPv6", |_| Reply::redirect("http://[::1]:8080/x"), TrackType::Audio, &["::1", "public internet"]),
        (
            "redirect to a mapped address",
            |_| Reply::redirect("http://[::ffff:10.0.0.1]:8080/x"),
            TrackType::Audio,
            &["public internet"],
        ),
        ("redirect to NAT64", |_| Reply::redirect("http://[64:ff9b::a00:1]/x"), TrackType::Audio, &["public internet"]),
        (
            "redirect to the cloud's secrets",
            |_| Reply::redirect("//169.254.169.254/latest"),
            TrackType::Audio,
            &["169.254.169.254"],
        ),
        ("redirect to a file", |_| Reply::redirect("file:///etc/passwd"), TrackType::Audio, &["URL"]),
        (
            "redirect with credentials",
            |_| Reply::redirect("http://a:b@127.0.0.1:8080/"),
            TrackType::Audio,
            &["credentials"],
        ),
        ("redirect to another service", |_| Reply::redirect("http://127.0.0.1:25/"), TrackType::Audio, &["port"]),
        (
            "redirects without end",
            |asked| Reply::redirect(&format!("{}x", asked.path)),
            TrackType::Audio,
            &["redirects"],
        ),
        (
            "a flood",
            |_| Reply::new("200 OK", "Content-Type: audio/mp4", b"").then(Then::Flood),
            TrackType::Audio,
            &["400000 bytes"],
        ),
        (
            "a large promise",
            |_| Reply::new("200 OK", "Content-Length: 400001", b""),
            TrackType::Audio,
            &["400000 bytes"],
        ),
        (
            "a drip",
            |_| Reply::new("200 OK", "Content-Type: audio/mp4", b"").then(Then::Drip),
            TrackType::Audio,
            &["next to nothing"],
        ),
        ("silence", |_| Reply { bytes: Vec::new(), then: Then::Silence }, TrackType::Audio, &["in time"]),
        (
            "less than promised",
            |_| Reply::new("200 OK", "Content-Length: 5000", b"short"),
            TrackType::Audio,
            &["cut", "5 bytes"],
        ),
        (
            "another length than HEAD had",
            |asked| match asked.method.as_str() {
                "HEAD" => Reply::new("200 OK", "Content-Length: 5000", b""),
                _ => Reply::new("200 OK", "Content-Type: audio/mp4", b"short"),
            },
            TrackType::Audio,
            &["5000 bytes and gives 5"],
        ),
        (
            "a web page",
            |_| Reply::new("200 OK", "Content-Type: text/html; charset=utf-8", b"<p>Log in"),
            TrackType::Audio,
            &["web page"],
        ),
        (
            "a web page in disguise",
            |_| Reply::new("200 OK", "Content-Type: audio/mp4", b"\n<!DOCTYPE html><p>Log in"),
            TrackType::Text,
            &["web page"],
        ),
        (
            "what is no audio",
            |_| Reply::new("200 OK", "Content-Type: audio/mp4", &[7; 5000]),
            TrackType::Audio,
            &["no MP4 file"],
        ),
        ("compressed", |_| Reply::new("200 OK", "Content-Encoding: gzip", b"\x1f\x8b"), TrackType::Audio, &["gzip"]),
    ];
    let tried = bad.map(|(name, reply, track_type, words)| async move {
        let house = House::new();
        let before = house.files("");
        let web = Web::start(reply).await;
        let limits = FetchOptions {
            max_size: 400_000,
            // Short where it is waited for, and long where a slow machine might take it for the trouble.
            stall: Duration::from_millis(if name == "a drip" || name == "silence" { 200 } else { 30_000 }),
            timeout: Duration::from_secs(40),
            ..options()
        };
        let (state, status) = fetched(&house, limits, &web.url("/x"), track_type).await;
        let Status::Error(reason) = status else { panic!("{name}: {status:?}") };
        assert_eq!(state, JobState::Failed, "{name}");
        assert!(words.iter().all(|word| reason.contains(word)), "{name}: {reason}");
        assert!(!reason.contains('\n'), "{name}: {reason}");
        let left: Vec<String> = house.files("").into_iter().filter(|file| file != "asset.json").collect();
        assert_eq!(left, before, "{name}");
        let aside = std::fs::read_dir(house.folder.path().join(".signalbox/aside")).map_or(0, Iterator::count);
        assert_eq!(aside, 0, "{name}");
    });
    futures_util::future::join_all(tried).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_refused() {
    let house = House::new();
    // The machine's own name for itself, in place of one that somebody made to lead here.
    let web = Web::start(|asked| Reply::file(asked, &audio(), "\"a\"")).await;
    let url = format!("http://localhost:{}/x.m4a", web.port);
    let (state, status) = fetched(&house, FetchOptions::default(), &url, TrackType::Audio).await;
    let Status::Error(reason) = status else { panic!("{status:?}") };
    assert!(reason.contains("public internet") && reason.contains("[fetch] allow"), "{reason}");
    assert_eq!((state, web.asked().len()), (JobState::Failed, 0), "nothing was sent");
}

/// All of 127.0.0.0/8 is this machine.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_a_name_that_leads_inside_is_refused() {
    let inside = Web::start(|asked| Reply::file(asked, &audio(), "\"a\"")).await;
    let to = format!("http://localhost:{}/x.m4a", inside.port);
    let web = Web::start_at("127.0.0.2:0", move |_| Reply::redirect(&to)).await;
    let house = House::new();
    let only = FetchOptions { allow: vec!["127.0.0.2".parse().unwrap()], ..FetchOptions::default() };
    let (_, status) = fetched(&house, only, &web.url("/x"), TrackType::Audio).await;
    let Status::Error(reason) = status else { panic!("{status:?}") };
    assert!(reason.contains("localhost") && reason.contains("public internet"), "{reason}");
    assert_eq!((web.asked().len(), inside.asked().len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_text_of_a_url_tells_is_refused_at_once() {
    let house = House::new();
    let process = process(&house, FetchOptions::default());
    for url in [
        "",
        "x",
        "file:///etc/passwd",
        "ftp://example.org/a.m4a",
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd00:ec2::254]/",
        "http://user:word@example.org/",
    ] {
        let refused = begin(&process, url, TrackType::Audio).await;
        assert!(matches!(refused, Err(BindError::Job(JobError::Url(_)))), "{url}: {refused:?}");
    }
    assert!(matches!(begin(&process, "http://example.org/", TrackType::Video).await, Err(BindError::File { .. })));
    assert_eq!((process.track("new").await, process.jobs.list().await.unwrap().len()), (None, 0));
    // Other spellings of addresses are names to this house, and what they lead to is looked at.
    for url in ["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/"] {
        let house = House::new();
        let (state, status) = fetched(&house, FetchOptions::default(), url, TrackType::Audio).await;
        assert!(matches!((state, &status), (JobState::Failed, Status::Error(_))), "{url}: {status:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_may_pass_are_asked_for_again() {
    let house = House::new();
    let web = Web::start(|asked| match (asked.method.as_str(), asked.before) {
        ("GET", 0) => Reply::new("503 Service Unavailable", "Content-Length: 0", b""),
        _ => Reply::file(asked, &audio(), "\"a\""),
    })
    .await;
    assert_eq!(
        fetched(&house, options(), &web.url("/dub.m4a"), TrackType::Audio).await,
        (JobState::Done, Status::Ready)
    );
    let house = House::new();
    let web = Web::start(|_| Reply::new("404 Not Found", "Content-Length: 0", b"")).await;
    let (_, status) = fetched(&house, options(), &web.url("/dub.m4a"), TrackType::Audio).await;
    assert!(matches!(status, Status::Error(reason) if reason.contains("404")));
    assert_eq!(web.asked().len(), 2, "once, by HEAD and by GET");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_ends_with_its_track() {
    let house = House::new();
    let web = Web::start(|asked| match asked.method.as_str() {
        "HEAD" => Reply::file(asked, &audio(), "\"a\""),
        _ => Reply::file(asked, &audio(), "\"a\"").without_the_last(10_000).then(Then::Silence),
    })
    .await;
    let process = process(&house, options());
    let id = begin(&process, &web.url("/dub.m4a"), TrackType::Audio).await.unwrap().job.unwrap();
    let _running = process.jobs.start();
    let asked = Arc::new(web);
    wait_for(|| asked.asked().len() == 2).await;
    let remove = |list: &mut signalbox::track::Asset| {
        list.tracks.retain(|track| track.name != "new");
        Ok(())
    };
    process.catalog.edit("talk", &by("test"), remove).await.unwrap();
    assert_eq!(process.ended(&id).await, JobState::Cancelled);
    assert!(house.files("dub").is_empty());
    assert_eq!(process.catalog.metrics().snapshot().jobs_ended.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_its_turn_ends_with_its_track() {
    let house = House::new();
    let web = Web::start(|_| Reply { bytes: Vec::new(), then: Then::Silence }).await;
    let process = house.process_of(JobsOptions { fetch: options(), fetches: 1, ..JobsOptions::default() });
    let ids =
        ["one", "two"].map(|name| {
            let new =
                NewTrack { track_type: Some(TrackType::Audio), name: Some(name.to_owned()), ..NewTrack::default() };
            let (url, process) = (web.url(&format!("/{name}.m4a")), &process);
            async move {
                fetch(&process.catalog, &process.jobs, "talk", &by("test"), &url, &new).await.unwrap().job.unwrap()
            }
        });
    let [one, two] = ids;
    let (one, two) = (one.await, two.await);
    let _running = process.jobs.start();
    process.until(&one, |job| job.state == JobState::Running).await;
    assert_eq!(process.job(&two).await.state, JobState::Waiting);
    let remove = |list: &mut signalbox::track::Asset| {
        list.tracks.retain(|track| track.name != "two");
        Ok(())
    };
    process.catalog.edit("talk", &by("test"), remove).await.unwrap();
    assert_eq!(process.ended(&two).await, JobState::Cancelled);
    assert_eq!(process.job(&one).await.state, JobState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_brought_in_place_of_a_job_outlives_its_track() {
    let house = House::new();
    let web = Web::start(|_| Reply::new("503 Service Unavailable", "Content-Length: 0", b"")).await;
    let pause = Duration::from_secs(3600);
    let process = house.process_of(JobsOptions { fetch: options(), pause, ..JobsOptions::default() });
    let id = begin(&process, &web.url("/dub.m4a"), TrackType::Audio).await.unwrap().job.unwrap();
    let _running = process.jobs.start();
    process.until(&id, |job| job.state == JobState::Waiting && job.reason.is_some()).await;
    let mut upload = process.catalog.upload("talk", "dub.m4a", &Expected::Any, u64::MAX).await.unwrap();
    upload.append(audio().into()).await.unwrap();
    upload.finish().await.unwrap();
    let remove = |list: &mut signalbox::track::Asset| {
        list.tracks.retain(|track| track.name != "new");
        Ok(())
    };
    process.catalog.edit("talk", &by("test"), remove).await.unwrap();
    assert_eq!(process.ended(&id).await, JobState::Cancelled);
    assert_eq!(std::fs::read(house.file("dub.m4a")).unwrap(), audio());
}
