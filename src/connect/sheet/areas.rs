//! What a sheet says about its cells besides their values: merged areas, hidden rows and columns.
//!
//! calamine hands out cells only, so the sheet's XML is gone through once more, tag by tag: no value is looked at, and
//! memory is bounded whatever the sheet holds.

use std::io::{BufReader, Read, Seek};

use memchr::memchr;
use xml::reader::{EventReader, XmlEvent};

/// So many merged areas are remembered; no person makes more.
const MOST_AREAS: usize = 200_000;
/// A tag longer than this is none of those looked for.
const LONGEST_TAG: usize = 64 << 10;
/// The lists of sheets in a workbook are small.
const PART_LIMIT: u64 = 16 << 20;

/// A merged area: rows and columns from 0, the last ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Area {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

impl Area {
    fn cells(self) -> u64 {
        u64::from(self.bottom - self.top + 1) * u64::from(self.right - self.left + 1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SheetLayout {
    /// In the order of their first rows.
    pub merged: Vec<Area>,
    /// Rows from 0.
    pub hidden_rows: Vec<u32>,
    /// First and last columns from 0.
    pub hidden_columns: Vec<(u32, u32)>,
}

impl SheetLayout {
    pub fn of_areas(mut merged: Vec<Area>) -> SheetLayout {
        merged.sort_unstable();
        SheetLayout { merged, ..SheetLayout::default() }
    }

    /// What an operator should know, of a table in these columns.
    pub fn evidence(&self, columns: (u32, u32), filled: bool) -> Vec<String> {
        let mut told = Vec::new();
        let cells: u64 = self.merged.iter().map(|area| area.cells() - 1).sum();
        let areas = self.merged.len();
        if areas > 0 {
            let word = if areas == 1 { "merged area" } else { "merged areas" };
            told.push(if filled {
                format!("{areas} {word}: all their cells have the value of the first ({cells} were filled)")
            } else {
                format!(
                    "{areas} {word}: the value stands in the first cell only, {cells} others are empty; `fill_merged: true` (--fill-merged) fills them"
                )
            });
        }
        let rows = self.hidden_rows.len();
        if rows > 0 {
            let first: Vec<String> = self.hidden_rows.iter().take(5).map(|row| (row + 1).to_string()).collect();
            let more = if rows > first.len() { ", …" } else { "" };
            let are = if rows == 1 { "row is" } else { "rows are" };
            told.push(format!("{rows} {are} hidden ({}{more}) and read like the others", first.join(", ")));
        }
        let within = self.hidden_columns.iter().map(|(first, last)| (*first.max(&columns.0), *last.min(&columns.1)));
        let hidden: Vec<u32> =
            within.flat_map(|(first, last)| first..=last.min(first.saturating_add(1 << 14))).collect();
        if !hidden.is_empty() {
            let first: Vec<String> = hidden.iter().take(5).map(|column| letters(*column)).collect();
            let more = if hidden.len() > first.len() { ", …" } else { "" };
            let are = if hidden.len() == 1 { "column is" } else { "columns are" };
            told.push(format!("{} {are} hidden ({}{more}) and read like the others", hidden.len(), first.join(", ")));
        }
        told
    }
}

/// `B`, as people name a column.
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

/// The layout of a sheet of an .xlsx file. Nothing where the file does not say which part the sheet is: its cells are read
/// by calamine, which tells what is wrong.
pub(super) fn of_sheet(file: std::fs::File, sheet: &str) -> Option<SheetLayout> {
    let mut parts = zip::ZipArchive::new(BufReader::new(file)).ok()?;
    let part = part_of(&mut parts, sheet)?;
    let index = (0..parts.len()).find(|index| {
        let name = parts.by_index_raw(*index).ok().and_then(|part| part.name().ok().map(|name| name.into_owned()));
        name.is_some_and(|name| name.eq_ignore_ascii_case(&part))
    })?;
    Some(scan(parts.by_index(index).ok()?))
}

/// The part of the workbook that a sheet is.
fn part_of<R: Read + Seek>(parts: &mut zip::ZipArchive<R>, sheet: &str) -> Option<String> {
    let mut id = None;
    each_element(parts, "xl/workbook.xml", &mut |name, attribute| {
        if name == "sheet" && attribute("name").as_deref() == Some(sheet) {
            id = attribute("id");
        }
    })?;
    let id = id?;
    let mut target = None;
    each_element(parts, "xl/_rels/workbook.xml.rels", &mut |name, attribute| {
        if name == "Relationship" && attribute("Id").as_ref() == Some(&id) {
            target = attribute("Target");
        }
    })?;
    let target = target?;
    Some(match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    })
}

/// The value of an attribute by its local name.
type Attributes<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Calls `each` with the local name of every element of a part and a way to its attributes.
fn each_element<R: Read + Seek>(
    parts: &mut zip::ZipArchive<R>,
    part: &str,
    each: &mut dyn FnMut(&str, &Attributes<'_>),
) -> Option<()> {
    let reader = parts.by_name(part).ok()?.take(PART_LIMIT);
    for event in EventReader::new(BufReader::new(reader)) {
        if let XmlEvent::StartElement { name, attributes, .. } = event.ok()? {
            let value = |wanted: &str| {
                let found = attributes.iter().find(|attribute| attribute.name.local_name == wanted);
                found.map(|attribute| attribute.value.clone())
            };
            each(&name.local_name, &value);
        }
    }
    Some(())
}

/// Goes through the tags of a sheet.
fn scan(mut sheet: impl Read) -> SheetLayout {
    let mut layout = SheetLayout::default();
    let (mut bytes, mut row) = (Vec::with_capacity(1 << 17), 0);
    loop {
        // A part that breaks off is told when its cells are read.
        let read = Read::by_ref(&mut sheet).take(1 << 16).read_to_end(&mut bytes).unwrap_or_default();
        let mut at = 0;
        while let Some(open) = memchr(b'<', bytes.get(at..).unwrap_or_default()).map(|open| at + open) {
            let Some(close) = memchr(b'>', &bytes[open..]).map(|close| open + close) else {
                at = open;
                break;
            };
            tag(&bytes[open + 1..close], &mut layout, &mut row);
            at = close + 1;
        }
        // What is left is text, or the start of a tag.
        let start = bytes.get(at) == Some(&b'<') && bytes.len() - at < LONGEST_TAG;
        let keep = if start { at } else { bytes.len() };
        bytes.drain(..keep);
        if read == 0 {
            layout.merged.sort_unstable();
            return layout;
        }
    }
}

/// Takes in one tag; `row` is the number of the row before.
fn tag(tag: &[u8], layout: &mut SheetLayout, row: &mut u32) {
    // The usual cell is not looked at further.
    if tag.starts_with(b"c ") || tag.starts_with(b"/") || tag.starts_with(b"v") {
        return;
    }
    let name_end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(name_end);
    let local = memchr(b':', name).map_or(name, |colon| &name[colon + 1..]);
    let hidden = || attribute(attributes, b"hidden").is_some_and(|value| matches!(value, "1" | "true"));
    let number = |name: &[u8]| attribute(attributes, name).and_then(|text| text.parse::<u32>().ok());
    match local {
        b"row" => {
            // A row without a number follows the one before.
            *row = number(b"r").unwrap_or(*row + 1);
            if hidden() && layout.hidden_rows.len() < MOST_AREAS {
                layout.hidden_rows.push(row.saturating_sub(1));
            }
        }
        b"col" if hidden() => {
            if let (Some(first @ 1..), Some(last)) = (number(b"min"), number(b"max")) {
                layout.hidden_columns.push((first - 1, last.saturating_sub(1)));
            }
        }
        b"mergeCell" if layout.merged.len() < MOST_AREAS => {
            let area = attribute(attributes, b"ref").and_then(area);
            layout.merged.extend(area.filter(|area| area.cells() > 1));
        }
        _ => {}
    }
}

/// The value of an attribute in the rest of a tag.
fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let mut at = 0;
    loop {
        let found = at + memchr::memmem::find(attributes.get(at..)?, name)?;
        let rest = attributes.get(found + name.len()..)?;
        let before = found.checked_sub(1).and_then(|before| attributes.get(before));
        if let Some([quote @ (b'"' | b'\''), value @ ..]) = rest.strip_prefix(b"=")
            && before.is_some_and(u8::is_ascii_whitespace)
        {
            let end = memchr(*quote, value)?;
            return std::str::from_utf8(value.get(..end)?).ok();
        }
        at = found + name.len();
    }
}

/// `B2:C4`.
fn area(text: &str) -> Option<Area> {
    let (first, last) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (cell(first)?, cell(last)?);
    (top <= bottom && left <= right).then_some(Area { top, left, bottom, right })
}

/// `B2` as row and column from 0; nothing beyond what a sheet can have.
fn cell(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, number) = text.split_at(digits);
    let column = letters.bytes().try_fold(0u32, |column, letter| {
        let place = letter.to_ascii_uppercase().checked_sub(b'A').filter(|place| *place < 26)?;
        column.checked_mul(26)?.checked_add(u32::from(place) + 1)
    })?;
    let row: u32 = number.parse().ok()?;
    ((1..=16_384).contains(&column) && (1..=1_048_576).contains(&row)).then(|| (row - 1, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_wherever_blocks_end() {
        let filler = "<c r=\"A1\"><v>1</v></c>".repeat(6000);
        let sheet = format!(
            "<worksheet><cols><col min=\"2\" max='3' customWidth=\"1\" hidden=\"1\"/></cols><sheetData><row r=\"1\">{filler}</row>\
             <row r=\"2\" hidden=\"1\">{filler}</row><x:row hidden='true'/></sheetData>\
             <mergeCells><mergeCell ref=\"C2:D4\"/><mergeCell ref=\"A1:B1\"/><mergeCell ref=\"A9:A9\"/><mergeCell ref=\"bad\"/></mergeCells>"
        );
        let layout = scan(sheet.as_bytes());
        assert_eq!(layout.hidden_rows, [1, 2]);
        assert_eq!(layout.hidden_columns, [(1, 2)]);
        let area = |top, left, bottom, right| Area { top, left, bottom, right };
        assert_eq!(layout.merged, [area(0, 0, 0, 1), area(1, 2, 3, 3)]);
        let told = layout.evidence((0, 1), false).join("\n");
        assert!(told.contains("2 merged areas") && told.contains("6 others are empty"), "{told}");
        assert!(told.contains("2 rows are hidden (2, 3)") && told.contains("1 column is hidden (B)"), "{told}");
    }

    #[test]
    fn cells_are_named_as_people_name_them() {
        assert_eq!(cell("$XFD$1048576"), Some((1_048_575, 16_383)));
        assert_eq!((cell("XFE1"), cell("A0"), cell("1"), cell("A"), cell("É1")), (None, None, None, None, None));
        assert_eq!(
            (letters(0), letters(25), letters(26), letters(16_383)),
            ("A".into(), "Z".into(), "AA".into(), "XFD".into())
        );
    }
}
