//! What a cache is told: a tag that changes with the bytes, and 304 while they stay.

use super::support::{Server, copies};

#[tokio::test]
async fn what_a_cache_has_is_not_sent_again() {
    let server = Server::of_samples().await;
    let (mut paths, media) = server.hls("talk").await;
    paths.push("/talk/manifest.mpd".to_owned());
    paths.extend(media);
    for path in paths {
        let first = server.get(&path).await.ok();
        let tag = first.header("etag");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = server.get_with(&path, "if-none-match", &known).await;
            assert_eq!((again.status.as_u16(), again.bytes().len()), (304, 0), "{path} {known}");
            for name in ["etag", "cache-control", "access-control-allow-origin", "cache-tag", "vary"] {
                assert_eq!(again.header(name), first.header(name), "{path} {name}");
            }
        }
        let other = server.get_with(&path, "if-none-match", "\"other\"").await.ok();
        assert!(other.bytes() == first.bytes(), "{path}");
    }
}

#[tokio::test]
async fn tags_tell_answers_apart_and_two_servers_agree_on_them() {
    // Copies that keep their times, as `rsync -a` and `cp -a` make them.
    let folders = [copies(&["harbour"]), copies(&["harbour"])];
    for file in std::fs::read_dir(folders[0].path().join("harbour")).unwrap().map(Result::unwrap) {
        let time = file.metadata().unwrap().modified().unwrap();
        let other = folders[1].path().join("harbour").join(file.file_name());
        std::fs::File::options().write(true).open(other).unwrap().set_modified(time).unwrap();
    }
    let (server, other) = (Server::of(folders[0].path()).await, Server::of(folders[1].path()).await);
    let (playlists, media) = server.hls("harbour").await;
    assert_eq!((&playlists, &media), (&other.hls("harbour").await.0, &other.hls("harbour").await.1));
    let mut tags = std::collections::HashMap::new();
    for path in playlists.iter().chain(&media) {
        let answer = server.get(path).await.ok();
        assert_eq!(other.get(path).await.ok().header("etag"), answer.header("etag"), "{path}");
        let shared = tags.insert(answer.header("etag").to_owned(), answer.bytes().clone());
        assert!(shared.is_none_or(|bytes| bytes == answer.bytes()), "{path}: other bytes under the same tag");
    }
}

#[tokio::test]
async fn a_coding_has_its_own_304() {
    let server = Server::of_samples().await;
    let gzip = server.get_with("/harbour/master.m3u8", "accept-encoding", "gzip").await.ok();
    let tag = gzip.header("etag").to_owned();
    let headers = [("accept-encoding", "gzip"), ("if-none-match", tag.as_str())];
    assert_eq!(server.ask(hyper::Method::GET, "/harbour/master.m3u8", &headers).await.status, 304);
    let plain = server.get_with("/harbour/master.m3u8", "if-none-match", &tag).await;
    assert_eq!(plain.status, 200, "the tag of the compressed text is not that of the plain one");
}
