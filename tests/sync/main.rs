//! Sources of every kind (`tests/media/sources`), played: the tracks that are found in them, and when each sample and cue
//! is shown, beside what other readers say of the source.

mod player;
mod samples;
mod tables;
mod text;
mod tracks;
