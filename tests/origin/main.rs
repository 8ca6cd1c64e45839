//! The origin as players meet it: over HTTP, with real media, while files change under it.

#[path = "../support/samples.rs"]
mod samples;

mod answers;
mod caching;
mod damaged;
mod edited_by_hand;
mod edits;
mod loading;
mod others_media;
mod ranges;
mod refusals;
mod replaced;
mod shared_loads;
mod support;
mod times;
