//! Edits of track lists and files, by one and by many, in one process and in several.

#[path = "../support/memory_disk.rs"]
mod memory_disk;
#[path = "../support/samples.rs"]
mod samples;

mod files;
mod history;
mod lists;
mod manifests;
mod many;
mod support;
