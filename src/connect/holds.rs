//! What a cell of a target can hold: characters that its encoding lacks and values that its format has no room for are
//! found record by record, before anything is written.

use super::Location;
use super::encoding::Charset;
use super::parquet::Declared;
use super::table::open_target;
use crate::record::{Cell, Kind};
use crate::schema::Field;

/// What a target's cells can hold; by default anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holds {
    /// Characters of this set only.
    pub(super) charset: Option<Charset>,
    /// So many UTF-16 units at most.
    pub(super) longest: Option<usize>,
    /// Whether columns have types.
    pub(super) typed: bool,
    /// What the column of the field at hand holds, where it has a type.
    pub(super) column: Option<Declared>,
}

/// Why a target cannot hold a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// The target's encoding (its name) does not have the character.
    Character(char, &'static str),
    /// The format's cells have room for so many UTF-16 units only.
    Long(usize),
    /// The field's column would not give the value back as it is.
    Typed(Declared),
}

impl Misfit {
    /// The finding's code.
    pub fn code(self) -> &'static str {
        match self {
            Misfit::Character(..) => "encoding",
            Misfit::Long(_) | Misfit::Typed(_) => "format",
        }
    }

    /// In words, for people.
    pub fn words(self) -> String {
        match self {
            Misfit::Character(letter, encoding) => {
                let shown = if letter.is_control() || letter.is_whitespace() { ' ' } else { letter };
                let code = u32::from(letter);
                format!("the character `{shown}` (U+{code:04X}) does not exist in the target's encoding {encoding}")
            }
            Misfit::Long(most) => {
                format!("the value is longer than {most} characters, which is what a cell of the target can hold")
            }
            Misfit::Typed(column) => {
                format!(
                    "the column of the target holds {} and would not give the value back as it is",
                    column.meaning()
                )
            }
        }
    }
}

impl Holds {
    /// Anything that the type of its column allows.
    pub(super) fn typed() -> Holds {
        Holds { typed: true, ..Holds::default() }
    }

    /// What the column of a field holds, whose type the profile or the target's schema says.
    pub fn for_field(self, field: Option<&Field>) -> Holds {
        Holds { column: field.filter(|_| self.typed).map(Declared::of), ..self }
    }

    /// Whether anything fits.
    pub fn is_everything(&self) -> bool {
        Holds { typed: false, ..*self } == Holds::default()
    }

    /// Why a value does not fit; `None` where it does.
    pub fn misfit(&self, cell: Cell<'_>) -> Option<Misfit> {
        if !cell.is_filled() || cell.kind == Kind::Bytes {
            // Bytes are written as hexadecimal digits.
            return self.longest.filter(|most| cell.bytes.len() * 2 > *most).map(Misfit::Long);
        }
        if let Some(most) = self.longest
            && cell.bytes.len() > most
            && cell.display().encode_utf16().count() > most
        {
            return Some(Misfit::Long(most));
        }
        if let Some(column) = self.column.filter(|column| !column.holds(&cell.display())) {
            return Some(Misfit::Typed(column));
        }
        let charset = self.charset?;
        charset.lacks(&cell.display()).map(|letter| Misfit::Character(letter, charset.name()))
    }
}

/// What the cells of an object of a target can hold; anything where the target cannot be opened, which is told elsewhere.
pub fn holds(location: &Location, object: &str) -> Holds {
    open_target(location).map(|target| target.holds(object)).unwrap_or_default()
}
