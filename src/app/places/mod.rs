//! One file a place: its state, its rows, and what its commands do.

pub mod data;
pub mod map;
pub mod preview;
pub mod report;
pub mod run;
mod shown;
pub mod start;
pub mod top;

use super::{Model, Place};

/// The mapped target field that is looked at, in the map or in the preview.
pub fn value_target(model: &Model) -> Option<String> {
    let target = match model.place {
        Place::Map => model.map.current_target(model).map(|row| row.name.clone()),
        Place::Preview => preview::current_field(model),
        _ => None,
    };
    let mapping = model.project.as_ref()?.mapping()?;
    target.filter(|target| mapping.field(target).is_some())
}
