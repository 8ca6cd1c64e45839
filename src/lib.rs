//! Signalbox: an open streaming origin that turns a folder of MP4 and caption files into HLS and DASH on request,
//! from the asset's track list.
//!
//! The map of the house, top to bottom; a room may use those above it, never those below:
//!
//! | room | what it is for |
//! |---|---|
//! | [`track`] | the vocabulary: asset, track, language, role, characteristic, what each means, and the rules. No I/O |
//! | [`isobmff`] | MP4 boxes: read a file's sample index and codec facts, write boxes. No I/O |
//! | [`text`] | WebVTT, SRT and TTML: read, cut into segments, convert. No I/O |
//! | [`sound`] | audio that is no MP4, known by its first bytes. No I/O |
//! | [`document`] | track documents to and from bytes, and discovery where there is none. No I/O |
//! | [`presentation`] | tracks and indexes to what is shown: timeline, grouping, signals. Pure |
//! | [`links`] | the streaming URLs of Azure Media Services: their grammar, and what tracks are called in them. Pure |
//! | [`manifest`] | presentation to HLS playlists and the DASH MPD. Pure |
//! | [`lint`] | what viewers would stumble over, and what to do. Pure |
//! | [`report`] | what each asset offers to those who do not see or hear all of it. Pure |
//! | [`segment`] | presentation to CMAF and WebVTT segments; names the byte ranges it needs. Pure |
//! | [`metrics`] | what the server did, counted. No I/O |
//! | [`store`] | bytes by range and folders by name: a local folder today, buckets later |
//! | [`ams`] | streaming locators and filters, as Azure Media Services had them, and where they are kept |
//! | [`catalog`] | the assets of a store: load, index, cache |
//! | [`client`] | asking other servers, over http and https |
//! | [`fetch`] | files from URLs that somebody else chose |
//! | [`jobs`] | what takes time, taken up again after a restart: fetches, conversions, transcriptions |
//! | [`late`] | late binding: a file becomes a track of its asset by one call |
//! | [`purge`] | telling a CDN that an asset was edited |
//! | [`origin`] | HTTP for players: URL to response, caching rules |
//! | [`api`] | HTTP for editors: who may do what; translates, calls the catalog, translates back |
//! | [`page`] | what people see in a browser: files that are part of the program, which ask the API |
//! | [`server`] | listeners, limits, shutdown, configuration |
//! | [`load`] | virtual players against any origin, and what they saw |
//! | [`cli`] | one file per command |

pub mod ams;
pub mod api;
pub mod catalog;
pub mod cli;
pub mod client;
pub mod document;
pub mod fetch;
pub mod isobmff;
pub mod jobs;
pub mod late;
pub mod links;
pub mod lint;
pub mod load;
pub mod manifest;
pub mod metrics;
pub mod origin;
pub mod page;
pub mod presentation;
pub mod purge;
pub mod report;
pub mod segment;
pub mod server;
pub mod sound;
pub mod store;
pub mod text;
pub mod track;
