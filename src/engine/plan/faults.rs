//! Faults of reading, in words.

use crate::record::Fault;

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
        Fault::Malformed => "the record is not of the source's form; mend it in the source".to_owned(),
    }
}
