//! The paths of the API, below `/api/v1`.
//!
//! An asset's name has slashes. It can be one percent-encoded part (`/assets/shows%2Fs01/tracks`), which is always
//! understood, or stand as it is (`/assets/shows/s01/tracks`): then the words that may follow a name are looked for from
//! the end, so the asset `shows/lint` must be asked for as `shows%2Flint`.

use crate::origin::{RouteError, decode_path};
use percent_encoding::percent_decode_str;

/// Where the API begins.
pub const BASE: &str = "/api/v1";

/// The things that paths name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Description,
    ProblemType,
    Assets,
    Lint,
    Accessibility,
    Jobs,
    Job,
    Purges,
    Session,
    Operations,
    Asset,
    Tracks,
    Track,
    Timeline,
    Cues,
    Media,
    Files,
    File,
    Preview,
    AssetLint,
    History,
    Revert,
}

impl Place {
    pub(super) const ALL: &[Place] = &[
        Place::Assets,
        Place::Asset,
        Place::Tracks,
        Place::Track,
        Place::Timeline,
        Place::Cues,
        Place::Media,
        Place::Files,
        Place::File,
        Place::Preview,
        Place::AssetLint,
        Place::History,
        Place::Revert,
        Place::Lint,
        Place::Accessibility,
        Place::Jobs,
        Place::Job,
        Place::Purges,
        Place::Session,
        Place::Operations,
        Place::Description,
        Place::ProblemType,
    ];

    /// As the description writes it, below [`BASE`].
    pub(super) fn template(self) -> &'static str {
        match self {
            Place::Description => "/openapi.json",
            Place::ProblemType => "/problems/{problem}",
            Place::Assets => "/assets",
            Place::Lint => "/lint",
            Place::Accessibility => "/report/accessibility",
            Place::Jobs => "/jobs",
            Place::Job => "/jobs/{job}",
            Place::Purges => "/purges",
            Place::Session => "/session",
            Place::Operations => "/operations",
            Place::Asset => "/assets/{asset}",
            Place::Tracks => "/assets/{asset}/tracks",
            Place::Track => "/assets/{asset}/tracks/{track}",
            Place::Timeline => "/assets/{asset}/tracks/{track}/timeline",
            Place::Cues => "/assets/{asset}/tracks/{track}/cues",
            Place::Media => "/assets/{asset}/tracks/{track}/media/{revision}/{segment}",
            Place::Files => "/assets/{asset}/files",
            Place::File => "/assets/{asset}/files/{file}",
            Place::Preview => "/assets/{asset}/preview",
            Place::AssetLint => "/assets/{asset}/lint",
            Place::History => "/assets/{asset}/history",
            Place::Revert => "/assets/{asset}/revert",
        }
    }
}

/// A path, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) place: Place,
    /// The asset's name; empty where the path names none.
    pub(super) asset: String,
    /// The name of the track, file, job or kind of problem; empty where the path names none.
    pub(super) item: String,
    /// What of its media is meant: revision and segment; empty where the path names neither.
    pub(super) part: (String, String),
}

impl Path {
    /// Reads the path of a URL, as it was sent.
    pub(super) fn parse(path: &str) -> Result<Path, RouteError> {
        // Refuses what is malformed, and what would lead upwards however often it is encoded.
        decode_path(path)?;
        let below = path.strip_prefix(BASE).and_then(|rest| rest.strip_prefix('/')).ok_or(RouteError::Unknown)?;
        let parts: Vec<&str> = below.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(RouteError::Unknown);
        }
        let at = |place, asset: &[&str], item: &str| {
            Ok(Path { place, asset: decoded(&asset.join("/")), item: decoded(item), part: Default::default() })
        };
        match parts.as_slice() {
            ["openapi.json"] => at(Place::Description, &[], ""),
            ["problems", problem] => at(Place::ProblemType, &[], problem),
            ["assets"] => at(Place::Assets, &[], ""),
            ["lint"] => at(Place::Lint, &[], ""),
            ["jobs"] => at(Place::Jobs, &[], ""),
            ["jobs", job] => at(Place::Job, &[], job),
            ["purges"] => at(Place::Purges, &[], ""),
            ["session"] => at(Place::Session, &[], ""),
            ["operations"] => at(Place::Operations, &[], ""),
            ["report", "accessibility"] => at(Place::Accessibility, &[], ""),
            ["assets", asset @ .., "tracks", track, "timeline"] if !asset.is_empty() => {
                at(Place::Timeline, asset, track)
            }
            ["assets", asset @ .., "tracks", track, "cues"] if !asset.is_empty() => at(Place::Cues, asset, track),
            ["assets", asset @ .., "tracks", track, "media", revision, segment] if !asset.is_empty() => {
                Ok(Path { part: (decoded(revision), decoded(segment)), ..at(Place::Media, asset, track)? })
            }
            ["assets", asset @ .., "tracks", track] if !asset.is_empty() => at(Place::Track, asset, track),
            ["assets", asset @ .., "files", file] if !asset.is_empty() => at(Place::File, asset, file),
            ["assets", asset @ .., last] => match of_asset(last) {
                Some(place) if !asset.is_empty() => at(place, asset, ""),
                _ => at(Place::Asset, &parts[1..], ""),
            },
            _ => Err(RouteError::Unknown),
        }
    }
}

/// What the word after an asset's name stands for.
fn of_asset(word: &str) -> Option<Place> {
    let places = [Place::Tracks, Place::Files, Place::Preview, Place::AssetLint, Place::History, Place::Revert];
    places.into_iter().find(|place| place.template().strip_prefix("/assets/{asset}/") == Some(word))
}

/// Well-formed: the whole path was decoded before.
fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(path: &str) -> (Place, String, String) {
        let path = Path::parse(&format!("{BASE}{path}")).unwrap();
        (path.place, path.asset, path.item)
    }

    fn at(place: Place, asset: &str, item: &str) -> (Place, String, String) {
        (place, asset.to_owned(), item.to_owned())
    }

    #[test]
    fn an_asset_has_two_spellings() {
        for name in ["shows%2Fs01", "shows/s01", "shows%2fs01"] {
            let asset = "shows/s01";
            assert_eq!(parse(&format!("/assets/{name}")), at(Place::Asset, asset, ""));
            assert_eq!(parse(&format!("/assets/{name}/tracks")), at(Place::Tracks, asset, ""));
            assert_eq!(parse(&format!("/assets/{name}/tracks/en")), at(Place::Track, asset, "en"));
            assert_eq!(parse(&format!("/assets/{name}/files")), at(Place::Files, asset, ""));
            assert_eq!(parse(&format!("/assets/{name}/files/a%20b.vtt")), at(Place::File, asset, "a b.vtt"));
            assert_eq!(parse(&format!("/assets/{name}/preview")), at(Place::Preview, asset, ""));
            assert_eq!(parse(&format!("/assets/{name}/lint")), at(Place::AssetLint, asset, ""));
            assert_eq!(parse(&format!("/assets/{name}/history")), at(Place::History, asset, ""));
            assert_eq!(parse(&format!("/assets/{name}/revert")), at(Place::Revert, asset, ""));
        }
        for (word, place) in [("timeline", Place::Timeline), ("cues", Place::Cues)] {
            assert_eq!(parse(&format!("/assets/shows/s01/tracks/en/{word}")), at(place, "shows/s01", "en"));
            assert_eq!(
                parse(&format!("/assets/a/tracks/{word}")),
                at(Place::Track, "a", word),
                "a track may be called so"
            );
        }
        let media = Path::parse(&format!("{BASE}/assets/shows%2Fs01/tracks/en/media/ab12/0.m4s")).unwrap();
        assert_eq!((media.place, media.part), (Place::Media, ("ab12".to_owned(), "0.m4s".to_owned())));
        assert_eq!((media.asset, media.item), ("shows/s01".to_owned(), "en".to_owned()));
        assert_eq!(parse("/assets/N%C3%A4cht%20zug"), at(Place::Asset, "Nächt zug", ""));
    }

    #[test]
    fn a_word_of_the_grammar_may_be_a_name() {
        assert_eq!(parse("/assets/lint"), at(Place::Asset, "lint", ""), "nothing else is left to be the name");
        assert_eq!(parse("/assets/tracks/tracks/tracks"), at(Place::Track, "tracks", "tracks"));
        assert_eq!(parse("/assets/shows/lint"), at(Place::AssetLint, "shows", ""));
        assert_eq!(parse("/assets/shows%2Flint"), at(Place::Asset, "shows/lint", ""));
        assert_eq!(parse("/assets/shows%2Ftracks%2Fen/tracks/en"), at(Place::Track, "shows/tracks/en", "en"));
    }

    #[test]
    fn other_paths_are_nothing() {
        for path in
            ["", "/", "/asset", "/report", "/report/other", "/openapi.yaml", "/problems", "/problems/a/b", "/lint/a"]
        {
            assert_eq!(Path::parse(&format!("{BASE}{path}")), Err(RouteError::Unknown), "{path}");
        }
        assert_eq!(Path::parse("/api/v2/assets"), Err(RouteError::Unknown));
        assert_eq!(Path::parse("/api/v1assets"), Err(RouteError::Unknown));
    }

    #[test]
    fn nothing_leads_upwards() {
        for path in
            ["/assets/..", "/assets/%2e%2e%2fetc", "/assets/a/files/..%2f..%2fpasswd", "/assets/%252e%252e%252f"]
        {
            assert_eq!(Path::parse(&format!("{BASE}{path}")), Err(RouteError::Traversal), "{path}");
        }
        for path in ["/assets/%", "/assets/%zz", "/assets/%ff", "/assets/a%00b", "/assets/a%5cb"] {
            assert!(matches!(Path::parse(&format!("{BASE}{path}")), Err(RouteError::Malformed(_))), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(path in "[a-z/%0-9.]{0,40}") {
            let _ = Path::parse(&format!("{BASE}/assets/{path}"));
        }

        #[test]
        fn an_encoded_name_comes_through(name in "[^/\\\\\\p{C}.%]{1,20}", folder in "[a-z]{1,5}") {
            let asset = format!("{folder}/{name}");
            let encoded = percent_encoding::utf8_percent_encode(&asset, percent_encoding::NON_ALPHANUMERIC);
            prop_assert_eq!(parse(&format!("/assets/{encoded}")), at(Place::Asset, &asset, ""));
        }
    }
}
