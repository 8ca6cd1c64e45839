//! The API of Azure Media Services over real HTTP, on copies of the sample assets.

#[path = "../support/editing.rs"]
mod editing;
#[path = "../support/samples.rs"]
mod samples;

mod access;
mod assets;
mod blobs;
mod filters;
mod hostile;
mod locators;
mod operations;
mod support;
mod tracks;
