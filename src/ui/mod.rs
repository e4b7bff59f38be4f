//! The workbench's looks: layout and view. Pure; reads the app and changes nothing.
//!
//! [`view`] draws a frame: header, the place, what lies on top, status, footer. Every text of a file goes through
//! `text::cell`.

mod columns;
mod diff;
mod frame;
pub mod layout;
mod links;
mod overlays;
mod panel;
mod places;
mod text;
mod theme;
mod tour;
mod which_key;

pub use frame::view;
