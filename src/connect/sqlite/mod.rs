//! SQLite databases: introspected schema, typed reading in key order, writing with one outcome a record.

mod create;
mod database;
mod introspect;
mod modes;
mod sink;
mod source;
mod target;
#[cfg(test)]
mod tests;

pub(super) use database::is_database;
pub use source::open_source;
pub use target::open_target;
