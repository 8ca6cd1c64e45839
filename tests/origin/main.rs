//! The origin as players meet it: over HTTP, with real media, while files change under it.

#[path = "../support/long_end.rs"]
mod long_end;
#[path = "../../benches/scenarios/movie.rs"]
mod movie;
#[path = "../support/samples.rs"]
mod samples;
#[path = "../support/skipped.rs"]
mod skipped;

mod answers;
mod caching;
mod cold;
mod counting;
mod damaged;
mod edited_by_hand;
mod edits;
mod lent;
mod loading;
mod others_media;
mod ranges;
mod refusals;
mod replaced;
mod shared_loads;
mod support;
mod times;
