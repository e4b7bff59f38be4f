//! Types of the pipe language. Values are text first: a type is what the checker knows for certain, and what a value is
//! read as.

use crate::record::SourceType;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Nothing is known: a field, or branches of different types.
    Any,
    Text,
    Number,
    Boolean,
    Date,
    DateTime,
    List,
    Map,
}

impl Type {
    pub fn name(self) -> &'static str {
        match self {
            Type::Any => "any",
            Type::Text => "text",
            Type::Number => "number",
            Type::Boolean => "boolean",
            Type::Date => "date",
            Type::DateTime => "date-time",
            Type::List => "list",
            Type::Map => "map",
        }
    }

    /// The type of a value that is one of the two.
    pub(super) fn join(self, other: Type) -> Type {
        if self == other { self } else { Type::Any }
    }

    /// Whether a value of this type can certainly not be taken where `wanted` is.
    pub(super) fn never_fits(self, wanted: Type) -> bool {
        use Type::*;
        match wanted {
            Any => false,
            Text => matches!(self, List | Map),
            Number => matches!(self, Boolean | Date | DateTime | List | Map),
            Boolean => !matches!(self, Any | Boolean),
            Date | DateTime => matches!(self, Number | Boolean | List | Map),
            List => matches!(self, Number | Boolean | Date | DateTime | Map),
            Map => matches!(self, Number | Boolean | Date | DateTime | List),
        }
    }

    /// What a value of this type is marked as for typed targets.
    pub(super) fn source_type(self) -> SourceType {
        match self {
            Type::Number => SourceType::Decimal,
            Type::Boolean => SourceType::Boolean,
            Type::Date => SourceType::Date,
            Type::DateTime => SourceType::DateTime,
            Type::Any | Type::Text | Type::List | Type::Map => SourceType::Untyped,
        }
    }
}
