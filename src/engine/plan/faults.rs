//! Faults of reading, in words.

use crate::record::{Fault, Repair};

pub(super) fn fault_words(fault: Fault) -> String {
    match fault {
        Fault::TooFewFields { found, expected } => {
            format!(
                "the record has {found} cells and the header {expected} fields; a delimiter or a quote may be missing"
            )
        }
        Fault::TooManyFields { found, expected } => {
            format!(
                "the record has {found} cells and the header {expected} fields; a value may hold an unquoted delimiter"
            )
        }
        Fault::StrayQuote => "a quote stands where none belongs; the value was read with the quote as it is".to_owned(),
        Fault::UnclosedQuote => "a quoted value never ends; close the quote in the source".to_owned(),
        Fault::Encoding => "some bytes are not valid in the source's encoding; pin the right `encoding:`".to_owned(),
        Fault::UnknownField => "the record has a field that none of the first records had; it is not mapped".to_owned(),
        Fault::DuplicateKey => "a key occurs twice in the record; the source must say which one counts".to_owned(),
        Fault::Misaligned => {
            "text stands across the place where two columns of the source meet; give their `widths:` if it may"
                .to_owned()
        }
        Fault::Repaired(repair) => repair_words(repair).to_owned(),
        Fault::Malformed => "the record is not of the source's form; mend it in the source".to_owned(),
    }
}

fn repair_words(repair: Repair) -> &'static str {
    match repair {
        Repair::LostDelimiter => "two cells had run together; they were parted where the columns beside them say so",
        Repair::ExtraDelimiter => "the record had an empty cell too many, which was left out",
        Repair::UnquotedDelimiter => "a value held the delimiter without quotes; its parts were put together again",
        Repair::OtherDelimiter => {
            "the record has another delimiter than the rest of the table; it was read with that one"
        }
        Repair::Encoding => "some bytes are not valid in the source's encoding; they were read in another",
        Repair::Quotes => "the quotes of the record are broken; they were read the way that fits the columns",
    }
}
