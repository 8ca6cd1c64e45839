//! Late binding: files that become tracks, audio that is converted, and jobs that outlive what happens to them.

#[path = "../support/samples.rs"]
mod samples;
#[path = "../support/skipped.rs"]
mod skipped;

mod bound;
mod conversions;
mod fetched;
mod generated;
mod killed;
mod runs;
mod support;
mod web;
