//! A document edited by hand that breaks a rule is served as far as it makes sense; one that could expose or hide a
//! track by a slip of the pen is not served at all.

use super::support::{Server, copies, replace};

/// What is written, and what instead.
type Slip = (&'static str, &'static str);

/// A running server of `harbour`, and its document to be spoilt.
struct Harbour {
    folder: tempfile::TempDir,
    server: Server,
    document: String,
}

impl Harbour {
    async fn new() -> Harbour {
        let folder = copies(&["harbour"]);
        let server = Server::of(folder.path()).await;
        let document = std::fs::read_to_string(folder.path().join("harbour/asset.json")).unwrap();
        Harbour { folder, server, document }
    }

    #[track_caller]
    fn write(&self, (from, to): Slip) {
        assert_eq!(self.document.matches(from).count(), 1, "{from}");
        replace(&self.folder.path().join("harbour/asset.json"), self.document.replace(from, to).as_bytes());
    }

    async fn master(&self) -> String {
        self.server.get("/harbour/master.m3u8").await.ok().text().to_owned()
    }

    async fn mpd(&self) -> String {
        self.server.get("/harbour/manifest.mpd").await.ok().text().to_owned()
    }

    /// The line that offers an audio or text track.
    async fn line(&self, track: &str) -> Option<String> {
        let id = format!("STABLE-RENDITION-ID=\"{track}\"");
        self.master().await.lines().find(|line| line.contains(&id)).map(str::to_owned)
    }
}

const GERMAN: &str = r#""language": "de", "label": "Deutsch", "roles": ["dub"]"#;

#[tokio::test]
async fn what_breaks_a_rule_is_left_aside_and_all_else_is_as_it_was() {
    let harbour = Harbour::new().await;
    let (master, mpd) = (harbour.master().await, harbour.mpd().await);
    for slip in [
        // Of two defaults the first counts.
        (GERMAN, r#""language": "de", "label": "Deutsch", "roles": ["dub"], "default": true"#),
        // A label that another track has, or that is no line, gives way to the one that is made.
        (GERMAN, r#""language": "de", "label": "English", "roles": ["dub"]"#),
        (GERMAN, r#""language": "de", "label": " ", "roles": ["dub"]"#),
        (GERMAN, r#""language": "de", "label": "Deutsch", "roles": ["dub"], "forced": true"#),
        (GERMAN, r#""language": "de", "label": "Deutsch", "roles": ["dub", "dub", "dubb"]"#),
        (GERMAN, r#""language": "de", "label": "Deutsch", "roles": ["dub"], "characteristics": ["a word"]"#),
        (GERMAN, r#""language": "de", "label": "Deutsch", "roles": ["dub"], "reason": "it is ready""#),
        (r#""title": "Harbour at night""#, r#""title": """#),
        (r#""title""#, r#""segment_duration": 600, "title""#),
        (r#""title""#, r#""kind": "livearchive", "title""#),
        (r#""title""#, r#""kind": "live-archive", "title""#),
    ] {
        harbour.write(slip);
        assert_eq!((harbour.master().await, harbour.mpd().await), (master.clone(), mpd.clone()), "{slip:?}");
    }
}

#[tokio::test]
async fn a_language_that_is_none_is_unknown() {
    let harbour = Harbour::new().await;
    harbour.write((GERMAN, r#""language": "german", "label": "Deutsch", "roles": ["dub"]"#));
    let line = harbour.line("de").await.unwrap();
    assert!(line.contains("LANGUAGE=\"und\"") && line.contains("NAME=\"Deutsch\""), "{line}");
}

#[tokio::test]
async fn a_track_that_cannot_be_named_or_found_is_left_out() {
    let harbour = Harbour::new().await;
    let before = harbour.line("en").await;
    for slip in [
        (r#""name": "de", "#, r#""name": "en", "#),
        (r#""name": "de", "#, r#""name": "deutsch (neu)", "#),
        (r#""file": "audio-de.m4a""#, r#""file": "../harbour/audio-de.m4a""#),
        (r#""file": "audio-de.m4a""#, r#""file": "audio-de.m4a", "track_id": 0.5"#),
        (GERMAN, r#""status": "error""#),
    ] {
        harbour.write(slip);
        assert_eq!(harbour.line("de").await, None, "{slip:?}");
        assert_eq!(harbour.line("en").await, before, "{slip:?}");
        harbour.server.get("/harbour/de.m3u8").await.refused(404);
        assert!(!harbour.mpd().await.contains("audio-de"));
    }
}

#[tokio::test]
async fn a_default_that_is_hidden_leaves_its_place_to_another() {
    let harbour = Harbour::new().await;
    harbour.write((r#""default": true"#, r#""default": true, "visibility": "hidden""#));
    assert_eq!(harbour.line("en").await, None);
    let german = harbour.line("de").await.unwrap();
    assert!(german.contains("DEFAULT=YES"), "{german}");
}

#[tokio::test]
async fn what_could_expose_or_hide_a_track_stops_the_asset() {
    let harbour = Harbour::new().await;
    for (slip, path) in [
        ((r#""visibility": "hidden""#, r#""visiblity": "hidden""#), "tracks[10].visiblity"),
        ((r#""visibility": "hidden""#, r#""visibility": "hiden""#), "tracks[10].visibility"),
        ((r#""visibility": "hidden""#, r#""visibility": "hidden", "visibility": "visible""#), "tracks[10].visibility"),
        ((GERMAN, r#""status": "redy""#), "tracks[5].status"),
        ((GERMAN, r#""default": "no""#), "tracks[5].default"),
        ((r#""name": "de", "#, ""), "tracks[5].name"),
    ] {
        harbour.write(slip);
        for url in ["/harbour/master.m3u8", "/harbour/manifest.mpd", "/harbour/en.m3u8"] {
            let answer = harbour.server.get(url).await;
            let line = answer.refused(500);
            assert!(line.contains(&format!("{path}: ")), "{line}");
        }
    }
}
