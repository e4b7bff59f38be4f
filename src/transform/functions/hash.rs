//! Hashes, derived ids and masks: the same input gives the same output on every run and machine.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Family::Hash as FAMILY;
use super::text::{character_start, characters, count};
use super::{Function, Make, Param, TEXT};
use crate::record::Cell;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text};

const VALUES: Param = Param::new("values", Type::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "sha256",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The SHA-256 of the text's UTF-8 bytes, 64 hexadecimal digits.",
        &[("sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")],
        Make::Plain(sha256),
    ),
    Function::new(
        "hash",
        FAMILY,
        &[VALUES],
        Type::Text,
        "A short fingerprint of all values together (XXH3, 16 hexadecimal digits): fast, for keys of your own, and no \
         protection of secrets. Missing where all values are.",
        &[("hash('abc')", "78af5f94892f3950"), ("hash('', null)", "")],
        Make::Plain(hash),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "uuid",
        FAMILY,
        &[VALUES],
        Type::Text,
        "An id derived from all values together (UUID version 5): equal values give an equal id, on every run. Missing \
         where all values are.",
        &[("uuid('crm', '42')", "774a6934-b4c1-5fd7-aba7-bc3504b2f972")],
        Make::Plain(uuid),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "mask",
        FAMILY,
        &[TEXT, Param::new("keep", Type::Number).optional(), Param::new("with", Type::Text).optional()],
        Type::Text,
        "Hides all but the last characters (4) behind `*` or another text, one for each; a text no longer than these is \
         hidden whole.",
        &[("mask('4111111111111111')", "************1111"), ("mask('secret', 0)", "******"), ("mask('abc')", "***")],
        Make::Plain(mask),
    ),
];

fn sha256(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    for byte in Sha256::digest(cells[0].bytes) {
        out.print(format_args!("{byte:02x}"));
    }
    Answer::Wrote
}

/// All values in one, so that ("ab", "c") and ("a", "bc") differ: one value as it is, several with their lengths.
fn together(cells: &[Cell<'_>], bytes: &mut Vec<u8>) -> bool {
    if let [one] = cells {
        bytes.extend_from_slice(one.bytes);
        return one.is_filled();
    }
    for cell in cells {
        let filled = if cell.is_filled() { cell.bytes } else { b"" };
        bytes.extend_from_slice(&(filled.len() as u64).to_le_bytes());
        bytes.extend_from_slice(filled);
    }
    cells.iter().any(Cell::is_filled)
}

fn hash(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let filled = together(cells, out.bytes);
    let digest = xxhash_rust::xxh3::xxh3_64(out.own());
    out.clear();
    if filled { out.print(format_args!("{digest:016x}")) } else { Answer::Missing }
}

/// The name space of derived ids: a UUID made once for this program.
const NAME_SPACE: Uuid = Uuid::from_u128(0x6d61_7077_7269_5748_9f3b_5c1e_8a40_d2e7);

fn uuid(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let filled = together(cells, out.bytes);
    let id = Uuid::new_v5(&NAME_SPACE, out.own());
    out.clear();
    if filled { out.print(id.hyphenated()) } else { Answer::Missing }
}

fn mask(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (keep, with) = match (count(cells, 1), filled_text(cells, 2)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(keep), Ok(with)) => (keep.unwrap_or(4), with.unwrap_or("*")),
    };
    let length = characters(cells[0].bytes);
    let hidden = if length <= keep { length } else { length - keep };
    (0..hidden).for_each(|_| out.bytes.extend_from_slice(with.as_bytes()));
    let start = character_start(cells[0].bytes, hidden);
    out.bytes.extend_from_slice(&cells[0].bytes[start..]);
    Answer::Wrote
}
