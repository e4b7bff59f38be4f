//! One compiled field of a plan, and its lookup.

use super::Words;
use crate::engine::links::LinkTable;
use crate::profile::Missing;
use crate::record::Cell;
use crate::rules::FieldRules;
use crate::transform::Program;

pub(super) struct PlanField {
    pub program: Program,
    pub rules: FieldRules,
    /// Whether the texts of its values are in order, so that extremes mean something.
    pub ordered: bool,
    pub picklist: bool,
    pub link: Option<Link>,
    /// The source field that it is under another name.
    pub same_as: Option<usize>,
}

/// The other object that a field refers to.
pub(super) struct Link {
    pub table: LinkTable,
    pub object: String,
    pub by: String,
    pub missing: Missing,
}

/// What a lookup makes of a value.
pub(super) enum Resolved<'a> {
    /// No lookup, nothing to look up, or the other object has not run yet (in a preview).
    AsIs,
    To(&'a [u8]),
    Missing,
    Unknown,
}

impl PlanField {
    pub fn resolve(&self, cell: Cell<'_>) -> Resolved<'_> {
        let Some(link) = &self.link else { return Resolved::AsIs };
        let Some(table) = link.table.get() else { return Resolved::AsIs };
        if !cell.is_filled() {
            return Resolved::AsIs;
        }
        match (table.get(cell.bytes), link.missing) {
            (Some(id), _) => Resolved::To(id),
            (None, Missing::Null) => Resolved::Missing,
            (None, _) => Resolved::Unknown,
        }
    }

    pub fn no_link(&self, cell: Cell<'_>) -> Words {
        let value = cell.display().into_owned();
        let reason = match &self.link {
            Some(link) => format!("no {} was written whose {} is `{value}`", link.object, link.by),
            None => String::new(),
        };
        (reason, Some(value))
    }
}
