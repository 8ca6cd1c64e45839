//! What players are told of a track, through the whole house: files and an `asset.json` in a folder, loaded, presented,
//! written as HLS and DASH, and read back by readers that know nothing of the house.
//!
//! Every expectation is written down from the specifications: RFC 8216bis and Apple's authoring specification for HLS,
//! ISO/IEC 23009-1 and the DASH-IF guidelines for DASH, ETSI TS 102 822-3-1 A.15 for AudioPurposeCS, BCP 47 for
//! languages.

#[path = "../support/durations.rs"]
mod durations;
#[path = "../support/player.rs"]
mod player;
#[path = "../support/playlist.rs"]
mod playlist;

mod any_asset;
mod bit_rates;
mod hidden;
mod kinds;
mod menus;
mod properties;
mod shelf;
mod shown;
