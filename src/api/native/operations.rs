//! The table of operations.

use super::super::counts::Operations;
use super::super::token::Scope;
use super::answer::{JSON, PLAIN};
use super::assets::AssetPage;
use super::cues::{Corrections, CueList};
use super::files::{FileList, FileResource};
use super::history::{History, Revert};
use super::jobs::{JobList, Purges};
use super::judged::{AssetFindings, FindingsPage};
use super::operation::{Conditions, Content, Operation, Parameter, Success};
use super::path::Place;
use super::preview::Preview;
use super::problem::Kind;
use super::report::Report;
use super::resource::{AssetResource, TrackResource};
use super::schema::{
    asset_input, asset_patch, bytes, new_track as new_track_input, object, of, taken, text, track_input, track_patch,
};
use super::session::Session;
use super::summary::FILTERS;
use super::timeline::TimelineResource;
use super::tracks::TrackList;
use super::{
    assets, counts, cues, files, history, jobs, judged, new_track, openapi, preview, report, session, timeline, tracks,
};
use crate::jobs::JobStatus;
use hyper::Method;
use schemars::json_schema;

const MERGE_PATCH: &str = "application/merge-patch+json";
const ANY: &str = "*/*";

const PREFIX: Parameter = Parameter {
    name: "prefix",
    shape: |_| json_schema!({ "type": "string" }),
    description: "Only assets whose path begins so; any beginning, `sho` as well as `shows/`.",
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    shape: |_| json_schema!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
    description: "Assets of a page, at most.",
};
const CURSOR: Parameter = Parameter {
    name: "cursor",
    shape: |_| json_schema!({ "type": "string", "pattern": "^a([0-9a-f]{2})*$" }),
    description: "The `next` of the page before. What comes and goes meanwhile moves no other asset to another page.",
};

/// What a list of assets takes.
const LIST: &[Parameter] = {
    let [search, missing, lint, language] = FILTERS;
    &[PREFIX, LIMIT, CURSOR, search, missing, lint, language]
};

/// A body of JSON.
macro_rules! json {
    ($shape:expr) => {
        &[Content { media_type: JSON, shape: $shape }]
    };
}

/// A good answer with JSON.
macro_rules! good {
    ($status:literal, $description:literal) => {
        Success { status: $status, description: $description, content: &[] }
    };
    ($status:literal, $description:literal, $shape:expr) => {
        Success { status: $status, description: $description, content: json!($shape) }
    };
}

/// Every operation, in the order of the description.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "listAssets",
        place: Place::Assets,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "List assets",
        description: "Assets in the order of their paths: tracks, languages, what there is for those who do not see or \
                      hear all of it, and the worst that lint finds. With a filter many assets are looked at for one that \
                      fits, so a page may be short, or empty, and have a `next`.",
        query: LIST,
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "A page of assets.", of::<AssetPage>)],
        problems: &[],
        run: |call| Box::pin(assets::list(call)),
    },
    Operation {
        id: "getAsset",
        place: Place::Asset,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "Read an asset",
        description: "The asset with its tracks, hidden ones included, and what its files say.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The asset.", of::<AssetResource>)],
        problems: &[Kind::NoSuchAsset, Kind::BadDocument],
        run: |call| Box::pin(assets::get(call)),
    },
    Operation {
        id: "putAsset",
        place: Place::Asset,
        method: Method::PUT,
        scope: Some(Scope::Write),
        summary: "Replace an asset's track list, or make an asset",
        description: "Writes the track document, whatever there was. `If-None-Match: *` writes it only where there is \
                      none yet. What a `GET` gave may be sent back: read-only fields are ignored.",
        query: &[],
        body: json!(asset_input),
        conditions: Conditions::Write,
        answers: &[
            good!(200, "The asset as it is now.", of::<AssetResource>),
            good!(201, "The asset has a track document now.", of::<AssetResource>),
        ],
        problems: &[Kind::Invalid, Kind::RuleBroken, Kind::NoSuchAsset],
        run: |call| Box::pin(assets::put(call)),
    },
    Operation {
        id: "patchAsset",
        place: Place::Asset,
        method: Method::PATCH,
        scope: Some(Scope::Write),
        summary: "Change an asset's fields",
        description: "A JSON Merge Patch (RFC 7396) of the track document; `tracks`, being a list, is replaced as a whole.",
        query: &[],
        body: &[
            Content { media_type: MERGE_PATCH, shape: asset_patch },
            Content { media_type: JSON, shape: asset_patch },
        ],
        conditions: Conditions::Write,
        answers: &[good!(200, "The asset as it is now.", of::<AssetResource>)],
        problems: &[Kind::NoSuchAsset, Kind::Invalid, Kind::RuleBroken, Kind::BadDocument],
        run: |call| Box::pin(assets::patch(call)),
    },
    Operation {
        id: "deleteAsset",
        place: Place::Asset,
        method: Method::DELETE,
        scope: Some(Scope::Write),
        summary: "Remove an asset's track document",
        description: "The files stay, and what is in them is discovered again. A server manifest (.ism) was brought from \
                      elsewhere and is not removed.",
        query: &[],
        body: &[],
        conditions: Conditions::Write,
        answers: &[good!(204, "There is no track document.")],
        problems: &[Kind::NoSuchAsset, Kind::Conflict],
        run: |call| Box::pin(assets::delete(call)),
    },
    Operation {
        id: "listTracks",
        place: Place::Tracks,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "List an asset's tracks",
        description: "Every track, hidden ones included, in the order in which players list them.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The tracks.", of::<TrackList>)],
        problems: &[Kind::NoSuchAsset, Kind::BadDocument],
        run: |call| Box::pin(tracks::list(call)),
    },
    Operation {
        id: "addTrack",
        place: Place::Tracks,
        method: Method::POST,
        scope: Some(Scope::Write),
        summary: "Make a track of a file, a URL or what is spoken",
        description: "A `file` lies in the asset's folder. What is not said is taken from it: the type, the language, the \
                      roles; a name is made. Audio that is not in MP4 is converted: the track is `preparing` until then. \
                      With `url` (and `type`) the file is fetched, `file` is how it is called; with `transcribe` and a \
                      `language` captions are made of the default audio, or of the audio track that it names. `GET /jobs` \
                      tells how far that is.",
        query: &[],
        body: json!(new_track_input),
        conditions: Conditions::None,
        answers: &[good!(201, "The track; `Location` is its address.", of::<TrackResource>)],
        problems: &[
            Kind::NoSuchAsset,
            Kind::NoSuchFile,
            Kind::Invalid,
            Kind::RuleBroken,
            Kind::BadFile,
            Kind::BadDocument,
            Kind::NotConfigured,
            Kind::Busy,
        ],
        run: |call| Box::pin(new_track::post(call)),
    },
    Operation {
        id: "getTrack",
        place: Place::Track,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "Read a track",
        description: "The track has a revision of its own: editors of different tracks do not collide.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The track.", of::<TrackResource>)],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchTrack, Kind::BadDocument],
        run: |call| Box::pin(tracks::get(call)),
    },
    Operation {
        id: "putTrack",
        place: Place::Track,
        method: Method::PUT,
        scope: Some(Scope::Write),
        summary: "Replace a track, or make one",
        description: "A new track comes last. What a `GET` gave may be sent back: read-only fields are ignored.",
        query: &[],
        body: json!(track_input),
        conditions: Conditions::Write,
        answers: &[
            good!(200, "The track as it is now.", of::<TrackResource>),
            good!(201, "The track that was made.", of::<TrackResource>),
        ],
        problems: &[Kind::NoSuchAsset, Kind::Invalid, Kind::RuleBroken, Kind::BadDocument],
        run: |call| Box::pin(tracks::put(call)),
    },
    Operation {
        id: "patchTrack",
        place: Place::Track,
        method: Method::PATCH,
        scope: Some(Scope::Write),
        summary: "Change a track's properties",
        description: "A JSON Merge Patch (RFC 7396); null makes a property unsaid. A track that becomes the default takes \
                      that from the others of its type. A new `name` renames it: `Location` is its new address.",
        query: &[],
        body: &[
            Content { media_type: MERGE_PATCH, shape: track_patch },
            Content { media_type: JSON, shape: track_patch },
        ],
        conditions: Conditions::Write,
        answers: &[good!(200, "The track as it is now.", of::<TrackResource>)],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchTrack, Kind::Invalid, Kind::RuleBroken, Kind::BadDocument],
        run: |call| Box::pin(tracks::patch(call)),
    },
    Operation {
        id: "deleteTrack",
        place: Place::Track,
        method: Method::DELETE,
        scope: Some(Scope::Write),
        summary: "Remove a track",
        description: "Its file stays, unless it is asked for with the track and no other track uses it.",
        query: &[Parameter {
            name: "file",
            shape: |_| json_schema!({ "enum": ["keep", "delete"], "default": "keep" }),
            description: "What becomes of the track's file.",
        }],
        body: &[],
        conditions: Conditions::Write,
        answers: &[good!(204, "There is no such track any more.")],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchTrack, Kind::RuleBroken, Kind::BadDocument],
        run: |call| Box::pin(tracks::delete(call)),
    },
    Operation {
        id: "getTimeline",
        place: Place::Timeline,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See how a track lies in time",
        description: "Its segments with their addresses, where decoding can begin, and where nothing comes for longer than \
                      it should. A hidden track is given to tokens of the scope `write` alone.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The timeline.", of::<TimelineResource>)],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchTrack, Kind::BadDocument],
        run: |call| Box::pin(timeline::timeline(call)),
    },
    Operation {
        id: "getMedia",
        place: Place::Media,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "Fetch a segment of a track",
        description: "The bytes that players get of a visible track. One that is hidden is given to tokens of the scope \
                      `write` alone.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[
            Success { status: 200, description: "The segment.", content: &[Content { media_type: ANY, shape: bytes }] },
            Success {
                status: 206,
                description: "A part of it.",
                content: &[Content { media_type: ANY, shape: bytes }],
            },
        ],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchTrack, Kind::NoSuchSegment, Kind::BadDocument, Kind::Range],
        run: |call| Box::pin(timeline::media(call)),
    },
    Operation {
        id: "listCues",
        place: Place::Cues,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "Read the cues of a text track",
        description: "Every cue with its time, as the file writes it. A hidden track is given to tokens of the scope \
                      `write` alone.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The cues.", of::<CueList>)],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchTrack, Kind::BadDocument, Kind::Conflict],
        run: |call| Box::pin(cues::list(call)),
    },
    Operation {
        id: "correctCues",
        place: Place::Cues,
        method: Method::POST,
        scope: Some(Scope::Write),
        summary: "Correct cues of a text track",
        description: "Changes, adds and removes cues of a WebVTT or SRT file, all or none. Every byte of the file that is \
                      no part of them stays. The segments of the track get new addresses.",
        query: &[],
        body: json!(taken::<Corrections>),
        conditions: Conditions::None,
        answers: &[good!(200, "The cues as they are now.", of::<CueList>)],
        problems: &[
            Kind::NoSuchAsset,
            Kind::NoSuchTrack,
            Kind::Invalid,
            Kind::BadFile,
            Kind::BadDocument,
            Kind::Stale,
            Kind::Conflict,
        ],
        run: |call| Box::pin(cues::correct(call)),
    },
    Operation {
        id: "listFiles",
        place: Place::Files,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "List an asset's files",
        description: "What lies directly in the asset's folder, and which tracks it is the source of.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The files.", of::<FileList>)],
        problems: &[Kind::NoSuchAsset, Kind::BadDocument],
        run: |call| Box::pin(files::list(call)),
    },
    Operation {
        id: "getFile",
        place: Place::File,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "Fetch a file",
        description: "The file as it lies there, or a part of it (`Range`). One of which viewers get no track is given to \
                      tokens of the scope `write` alone.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[
            Success { status: 200, description: "The file.", content: &[Content { media_type: ANY, shape: bytes }] },
            Success { status: 206, description: "The part.", content: &[Content { media_type: ANY, shape: bytes }] },
        ],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchFile, Kind::BadDocument, Kind::Range],
        run: |call| Box::pin(files::get(call)),
    },
    Operation {
        id: "putFile",
        place: Place::File,
        method: Method::PUT,
        scope: Some(Scope::Write),
        summary: "Bring a caption or audio file",
        description: "It is seen when it is whole and has proved to be readable; an upload that is cut off leaves nothing. \
                      Where a track uses a file of that name already, its segments get new URLs and the manifests follow at \
                      once.",
        query: &[],
        body: &[Content { media_type: ANY, shape: bytes }],
        conditions: Conditions::Write,
        answers: &[
            good!(200, "The file that replaces the old one.", of::<FileResource>),
            good!(201, "The new file.", of::<FileResource>),
        ],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchFile, Kind::BadFile, Kind::BadDocument, Kind::Invalid],
        run: |call| Box::pin(files::put(call)),
    },
    Operation {
        id: "deleteFile",
        place: Place::File,
        method: Method::DELETE,
        scope: Some(Scope::Write),
        summary: "Remove a file that no track uses",
        description: "A file that a track uses is not removed: remove the track first, or with it.",
        query: &[],
        body: &[],
        conditions: Conditions::Write,
        answers: &[good!(204, "There is no such file any more.")],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchFile, Kind::Conflict, Kind::BadDocument, Kind::Invalid],
        run: |call| Box::pin(files::delete(call)),
    },
    Operation {
        id: "previewAsset",
        place: Place::Preview,
        method: Method::POST,
        scope: Some(Scope::Read),
        summary: "See what a draft would give",
        description: "The manifests of a draft (a whole track document, or a merge patch of today's), what differs from \
                      today, and lint. Nothing is stored.",
        query: &[],
        body: &[
            Content { media_type: JSON, shape: asset_input },
            Content { media_type: MERGE_PATCH, shape: asset_patch },
        ],
        conditions: Conditions::None,
        answers: &[good!(200, "What players would get.", of::<Preview>)],
        problems: &[Kind::NoSuchAsset, Kind::Invalid, Kind::RuleBroken, Kind::BadDocument],
        run: |call| Box::pin(preview::preview(call)),
    },
    Operation {
        id: "lintAsset",
        place: Place::AssetLint,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See what viewers of an asset would stumble over",
        description: "Findings, the worst first, with what to do and, where it is one edit, the merge patch of the track \
                      that does it.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The findings.", of::<AssetFindings>)],
        problems: &[Kind::NoSuchAsset],
        run: |call| Box::pin(judged::of_asset(call)),
    },
    Operation {
        id: "assetHistory",
        place: Place::History,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See who changed an asset, when, and how",
        description: "The last edits, the newest first, as many as are kept.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The edits.", of::<History>)],
        problems: &[Kind::NoSuchAsset, Kind::BadDocument],
        run: |call| Box::pin(history::list(call)),
    },
    Operation {
        id: "revertAsset",
        place: Place::Revert,
        method: Method::POST,
        scope: Some(Scope::Write),
        summary: "Go back to an earlier track list",
        description: "Makes the track list again what it was at a revision of the history, as a new edit.",
        query: &[],
        body: json!(taken::<Revert>),
        conditions: Conditions::Write,
        answers: &[good!(200, "The asset as it is now.", of::<AssetResource>)],
        problems: &[Kind::NoSuchAsset, Kind::NoSuchRevision, Kind::Invalid, Kind::RuleBroken, Kind::BadDocument],
        run: |call| Box::pin(history::revert(call)),
    },
    Operation {
        id: "lint",
        place: Place::Lint,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See what viewers would stumble over",
        description: "The findings of a page of assets; those without any are left out.",
        query: &[PREFIX, LIMIT, CURSOR],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The findings by asset.", of::<FindingsPage>)],
        problems: &[],
        run: |call| Box::pin(judged::of_all(call)),
    },
    Operation {
        id: "reportAccessibility",
        place: Place::Accessibility,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See what assets offer to those who do not see or hear all of them",
        description: "Audio description, captions, forced subtitles, sign language by language, of every asset; sums, and \
                      what is missing.",
        query: &[
            PREFIX,
            Parameter {
                name: "limit",
                shape: |_| json_schema!({ "type": "integer", "minimum": 1, "maximum": 200 }),
                description: "Assets of a page of JSON, at most. Without it every asset is told, and in CSV always.",
            },
            CURSOR,
            Parameter {
                name: "format",
                shape: |_| json_schema!({ "enum": ["json", "csv"], "default": "json" }),
                description: "CSV (RFC 4180) has a line for each language of an asset.",
            },
        ],
        body: &[],
        conditions: Conditions::None,
        answers: &[Success {
            status: 200,
            description: "The report.",
            content: &[
                Content { media_type: JSON, shape: of::<Report> },
                Content { media_type: report::CSV, shape: text },
            ],
        }],
        problems: &[],
        run: |call| Box::pin(report::accessibility(call)),
    },
    Operation {
        id: "listJobs",
        place: Place::Jobs,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "List jobs",
        description: "What takes time, fetches, conversions and transcriptions: what is done, how far, and what failed.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The jobs, the oldest first.", of::<JobList>)],
        problems: &[],
        run: |call| Box::pin(jobs::list(call)),
    },
    Operation {
        id: "getJob",
        place: Place::Job,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "Read a job",
        description: "How far it is, and why it failed.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The job.", of::<JobStatus>)],
        problems: &[Kind::NoSuchJob],
        run: |call| Box::pin(jobs::get(call)),
    },
    Operation {
        id: "cancelJob",
        place: Place::Job,
        method: Method::DELETE,
        scope: Some(Scope::Write),
        summary: "Cancel a job",
        description: "Its track gets the status `error`. A job that has ended stays as it is.",
        query: &[],
        body: &[],
        conditions: Conditions::None,
        answers: &[good!(200, "The job as it is now.", of::<JobStatus>)],
        problems: &[Kind::NoSuchJob],
        run: |call| Box::pin(jobs::cancel(call)),
    },
    Operation {
        id: "purges",
        place: Place::Purges,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See whether the CDN was told of edits",
        description: "Counts since the server started, and the last failure.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The state of the purges.", of::<Purges>)],
        problems: &[],
        run: |call| Box::pin(jobs::purges(call)),
    },
    Operation {
        id: "session",
        place: Place::Session,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See who one is to the server",
        description: "The name, scope and folder of the token.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "Who asks.", of::<Session>)],
        problems: &[],
        run: |call| Box::pin(session::get(call)),
    },
    Operation {
        id: "operations",
        place: Place::Operations,
        method: Method::GET,
        scope: Some(Scope::Read),
        summary: "See what goes on in the server",
        description: "Counts since the server started, and what went wrong lately, of all assets: a token must be for all \
                      of them. `/metrics` has the counts as Prometheus reads them.",
        query: &[],
        body: &[],
        conditions: Conditions::None,
        answers: &[good!(200, "The counts.", of::<Operations>)],
        problems: &[],
        run: |call| Box::pin(counts::get(call)),
    },
    Operation {
        id: "describe",
        place: Place::Description,
        method: Method::GET,
        scope: None,
        summary: "Read this description",
        description: "OpenAPI 3.1, made from the table that requests are led by.",
        query: &[],
        body: &[],
        conditions: Conditions::Read,
        answers: &[good!(200, "The description.", object)],
        problems: &[],
        run: |call| Box::pin(openapi::get(call)),
    },
    Operation {
        id: "explainProblem",
        place: Place::ProblemType,
        method: Method::GET,
        scope: None,
        summary: "Read what a kind of problem means",
        description: "The address of a kind of problem is the `type` of its problem documents.",
        query: &[],
        body: &[],
        conditions: Conditions::None,
        answers: &[Success {
            status: 200,
            description: "What it means and what to do.",
            content: &[Content { media_type: PLAIN, shape: text }],
        }],
        problems: &[Kind::NoSuchProblem],
        run: |call| Box::pin(openapi::explain(call)),
    },
];
