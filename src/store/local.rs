//! A local folder as a store.

/// A folder of this machine.
#[derive(Debug)]
pub struct LocalStore {}
