//! What Azure Media Services had beside assets and tracks: streaming locators, and filters of an asset or of the account.
//!
//! Pure types, as they stood in its API; the [`Shelf`] that keeps them in the store's own folder, and what players need of
//! it at hand ([`Recent`]); and the [`Selection`] that filters together make of a presentation. How they are made and shown
//! is for the API.

mod asset_name;
mod drawer;
mod filter;
mod guid;
mod locator;
mod note;
mod recent;
mod selection;
mod shelf;
mod timestamp;

pub use asset_name::{name_of, path_of};
pub use drawer::{Drawer, PutError};
pub use filter::{Condition, Filter, FirstQuality, Operation, Property, TimeRange, TrackSelection};
pub use guid::Guid;
pub use locator::Locator;
pub use note::AssetNote;
pub use recent::Recent;
pub use selection::{Named, Selection};
pub use shelf::{AddError, Owner, Shelf};
pub use timestamp::Timestamp;
