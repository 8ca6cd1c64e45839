//! The native API over real HTTP, on copies of the sample assets. Every answer is held against the API's own description.

#[path = "../support/editing.rs"]
mod editing;
#[path = "../support/samples.rs"]
mod samples;

mod access;
mod closely;
mod conditions;
mod counts;
mod description;
mod edits;
mod files;
mod harbour;
mod hostile;
mod late;
mod lists;
mod support;
