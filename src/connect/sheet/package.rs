//! An .xlsx file: its list of sheets, its texts, which of its number formats are dates, and the cells of a sheet.
//!
//! The format is ECMA-376, part 1 (18.2 workbook, 18.3 worksheets, 18.4 texts, 18.8 styles).

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType};
use zip::ZipArchive;

use super::shared::{self, Strings};
use super::tokens::{Broken, Token, Tokens, attribute, attributes};

pub(super) type Parts = ZipArchive<BufReader<File>>;

pub(super) struct Package {
    parts: Parts,
    pub sheets: Vec<Sheet>,
    strings: Strings,
    /// By the number of a cell's style.
    formats: Vec<Format>,
    since_1904: bool,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    pub name: String,
    pub hidden: bool,
    /// Whether it has cells: charts have sheets of their own.
    pub has_cells: bool,
    part: usize,
}

/// What the number of a cell stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Number,
    Moment,
    Duration,
}

impl Package {
    /// Opens the workbook that these parts are.
    pub fn open(mut parts: Parts) -> Result<Package, Broken> {
        let names: HashMap<String, usize> = (0..parts.len())
            .filter_map(|index| {
                Some((parts.by_index_raw(index).ok()?.name().ok()?.replace('\\', "/").to_lowercase(), index))
            })
            .collect();
        let find = |name: &str| names.get(&name.to_lowercase()).copied();
        let needed = |name: &str| find(name).ok_or_else(|| Broken::form(format!("the workbook has no part {name}")));
        let targets = relationships(parts.by_index(needed("xl/_rels/workbook.xml.rels")?)?)?;
        let (listed, since_1904) = workbook(parts.by_index(needed("xl/workbook.xml")?)?)?;
        let mut sheets = Vec::new();
        for Listed { name, hidden, id } in listed {
            let (kind, target) =
                targets.get(&id).ok_or_else(|| Broken::form(format!("the sheet {name} has no part")))?;
            let part = needed(&target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))?;
            sheets.push(Sheet { name, hidden, has_cells: kind.ends_with("/worksheet"), part });
        }
        if sheets.is_empty() {
            return Err(Broken::form("the workbook lists no sheets"));
        }
        let strings = match find("xl/sharedStrings.xml") {
            Some(part) => Strings::read(parts.by_index(part)?)?,
            None => Strings::default(),
        };
        let formats = match find("xl/styles.xml") {
            Some(part) => formats(parts.by_index(part)?)?,
            None => Vec::new(),
        };
        Ok(Package { parts, sheets, strings, formats, since_1904 })
    }

    /// Calls `each` with row, column (both from 0) and value of every cell of a sheet, until it says to stop.
    pub fn walk<E: From<Broken>>(
        &mut self,
        sheet: &str,
        each: &mut impl FnMut(u32, u32, &DataRef<'_>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let sheet = self.sheets.iter().find(|found| found.name == sheet);
        let part = sheet.ok_or_else(|| Broken::form("the sheet is gone"))?.part;
        let part = self.parts.by_index(part).map_err(Broken::from)?;
        let (strings, formats, since_1904) = (&self.strings, self.formats.as_slice(), self.since_1904);
        let mut cells = Cells {
            tokens: Tokens::new(part),
            strings,
            formats,
            since_1904,
            text: String::new(),
            scratch: String::new(),
        };
        cells.walk(each)
    }
}

/// Types and targets by their ids.
fn relationships(part: impl Read) -> Result<HashMap<String, (String, String)>, Broken> {
    let (mut tokens, mut found) = (Tokens::new(part), HashMap::new());
    while let Some(token) = tokens.next()? {
        if let Token::Open { name: b"Relationship", attributes, .. } = token {
            let value = |name| attribute(attributes, name).map(Option::unwrap_or_default);
            found.insert(value("Id")?, (value("Type")?, value("Target")?));
        }
    }
    Ok(found)
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    hidden: bool,
    id: String,
}

/// The sheets, and whether days are counted from 1904.
fn workbook(part: impl Read) -> Result<(Vec<Listed>, bool), Broken> {
    let (mut tokens, mut sheets, mut since_1904) = (Tokens::new(part), Vec::new(), false);
    while let Some(token) = tokens.next()? {
        let Token::Open { name, attributes: rest, .. } = token else { continue };
        match name {
            b"workbookPr" => since_1904 = matches!(attribute(rest, "date1904")?.as_deref(), Some("1" | "true")),
            b"sheet" => {
                let id = attributes(rest).find(|(name, _)| name.ends_with(b":id")).map(|(_, id)| id);
                sheets.push(Listed {
                    name: attribute(rest, "name")?.unwrap_or_default(),
                    hidden: attribute(rest, "state")?.is_some_and(|state| state != "visible"),
                    id: String::from_utf8_lossy(id.unwrap_or_default()).into_owned(),
                });
            }
            _ => {}
        }
    }
    Ok((sheets, since_1904))
}

/// What the styles of cells make of numbers.
fn formats(part: impl Read) -> Result<Vec<Format>, Broken> {
    let (mut tokens, mut codes, mut formats) = (Tokens::new(part), HashMap::new(), Vec::new());
    let (mut in_codes, mut in_cells) = (false, false);
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open { name: b"numFmts", empty, .. } => in_codes = !empty,
            Token::Close(b"numFmts") => in_codes = false,
            Token::Open { name: b"cellXfs", empty, .. } => in_cells = !empty,
            Token::Close(b"cellXfs") => in_cells = false,
            Token::Open { name: b"numFmt", attributes, .. } if in_codes => {
                if let (Some(id), Some(code)) =
                    (attribute(attributes, "numFmtId")?, attribute(attributes, "formatCode")?)
                {
                    codes.insert(id, format_of(&code));
                }
            }
            Token::Open { name: b"xf", attributes, .. } if in_cells => {
                let id = attribute(attributes, "numFmtId")?;
                let own = id.as_ref().and_then(|id| codes.get(id)).copied();
                formats.push(own.or_else(|| id.map(|id| built_in(&id))).unwrap_or(Format::Number));
            }
            _ => {}
        }
    }
    Ok(formats)
}

/// The formats that have no code in the file (ECMA-376, part 1, 18.8.30).
fn built_in(id: &str) -> Format {
    match id.parse::<u32>() {
        Ok(14..=22 | 27..=36 | 45 | 47 | 50..=58) => Format::Moment,
        Ok(46) => Format::Duration,
        _ => Format::Number,
    }
}

/// What a code makes of numbers: letters of days and hours in its first section make moments, hours, minutes or seconds in
/// brackets durations. What is quoted, escaped or between other brackets does not count.
fn format_of(code: &str) -> Format {
    let (mut letters, mut bracketed) = (code.chars(), String::new());
    // Behind an `a`, only what makes `AM/PM` or `A/P` of it counts.
    let mut noon = false;
    while let Some(letter) = letters.next() {
        match letter.to_ascii_lowercase() {
            '\\' | '_' | '*' => drop(letters.next()),
            '"' => drop(letters.find(|letter| *letter == '"')),
            '[' => {
                bracketed.clear();
                bracketed.extend(
                    letters.by_ref().take_while(|letter| *letter != ']').map(|letter| letter.to_ascii_lowercase()),
                );
                let first = bracketed.chars().next();
                if matches!(first, Some('h' | 'm' | 's')) && bracketed.chars().all(|letter| Some(letter) == first) {
                    return Format::Duration;
                }
            }
            ';' => return Format::Number,
            'a' if !noon => noon = true,
            'p' | 'm' | '/' if noon => return Format::Moment,
            'd' | 'm' | 'h' | 'y' | 's' if !noon => return Format::Moment,
            _ => {}
        }
    }
    Format::Number
}

/// The cells of a sheet.
struct Cells<'a, R> {
    tokens: Tokens<R>,
    strings: &'a Strings,
    formats: &'a [Format],
    since_1904: bool,
    /// The text of the cell at hand.
    text: String,
    scratch: String,
}

/// The type that a cell gives itself, of those that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// A number, or else text where no type is given.
    Untyped,
    Number,
    Shared,
    Inline,
    Boolean,
    Error,
    Text,
    Iso,
}

/// What stands in the tag of a cell.
struct Head {
    place: Option<(u32, u32)>,
    style: Option<usize>,
    written: Written,
}

impl<R: Read> Cells<'_, R> {
    fn walk<E: From<Broken>>(
        &mut self,
        each: &mut impl FnMut(u32, u32, &DataRef<'_>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let (mut row, mut column, mut begun) = (0, 0, false);
        while let Some(token) = self.tokens.next()? {
            match token {
                Token::Open { name: b"c", attributes, empty } if begun => {
                    let head = head(attributes)?;
                    let place = head.place.unwrap_or((row, column));
                    column = place.1.saturating_add(1);
                    if !empty && !self.value(&head, &mut |value| each(place.0, place.1, value))? {
                        return Ok(());
                    }
                }
                Token::Open { name: b"row", attributes: rest, empty } if begun => {
                    if let Some((_, number)) = attributes(rest).find(|(name, _)| *name == b"r") {
                        row = place(number)?.0;
                    }
                    if empty {
                        (row, column) = (row.saturating_add(1), 0);
                    }
                }
                Token::Close(b"row") => (row, column) = (row.saturating_add(1), 0),
                Token::Open { name: b"sheetData", empty, .. } => {
                    if empty {
                        return Ok(());
                    }
                    begun = true;
                }
                Token::Close(b"sheetData") => return Ok(()),
                _ => {}
            }
        }
        Err(Broken::form(if begun { "the sheet breaks off" } else { "the sheet has no cells of its own" }).into())
    }

    /// Reads a cell up to its end and hands its value over, if it has one.
    fn value<E: From<Broken>>(
        &mut self,
        head: &Head,
        each: &mut impl FnMut(&DataRef<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let mut found = false;
        while let Some(token) = self.tokens.next()? {
            match token {
                Token::Close(b"c") => {
                    return if found { each(&self.data(head)?) } else { Ok(true) };
                }
                Token::Open { name: b"v", empty, .. } => {
                    // What an inline text repeats here is not read.
                    let counts = head.written != Written::Inline;
                    found |= counts;
                    let into = if counts { &mut self.text } else { &mut self.scratch };
                    into.clear();
                    if !empty {
                        shared::text(&mut self.tokens, b"v", into)?;
                    }
                }
                Token::Open { name: b"is", empty, .. } => {
                    self.text.clear();
                    found = true;
                    if !empty {
                        shared::rich(&mut self.tokens, b"is", &mut self.scratch, &mut self.text)?;
                    }
                }
                Token::Open { name: b"f", empty: true, .. } => {}
                Token::Open { name: b"f", .. } => {
                    self.scratch.clear();
                    shared::text(&mut self.tokens, b"f", &mut self.scratch)?;
                }
                Token::Open { name, .. } => {
                    let name = String::from_utf8_lossy(name).into_owned();
                    return Err(Broken::form(format!("a cell holds an element `{name}`, which none may")).into());
                }
                _ => {}
            }
        }
        Err(Broken::form("the sheet breaks off within a cell").into())
    }

    /// What the text of a cell stands for.
    fn data(&self, head: &Head) -> Result<DataRef<'_>, Broken> {
        let text = self.text.as_str();
        if text.is_empty() && !matches!(head.written, Written::Inline | Written::Text) {
            return Ok(DataRef::Empty);
        }
        Ok(match head.written {
            Written::Shared => {
                let number = text.trim().parse().ok().and_then(|number| self.strings.get(number));
                let missing =
                    || Broken::form(format!("a cell names the text number {text}, which the workbook does not have"));
                DataRef::SharedString(number.ok_or_else(missing)?)
            }
            Written::Inline => DataRef::SharedString(text),
            Written::Text => {
                let mut unescaped = String::with_capacity(text.len());
                shared::unescape(text, &mut unescaped);
                DataRef::String(unescaped)
            }
            Written::Iso => DataRef::DateTimeIso(text.to_owned()),
            Written::Boolean => match text.trim().to_ascii_lowercase().as_str() {
                "" => DataRef::Empty,
                "0" | "false" => DataRef::Bool(false),
                "1" | "true" => DataRef::Bool(true),
                _ => return Err(Broken::form(format!("a cell holds `{text}`, which is neither true nor false"))),
            },
            Written::Error => DataRef::Error(
                text.parse().map_err(|_| Broken::form(format!("a cell holds the unknown error `{text}`")))?,
            ),
            Written::Number | Written::Untyped => match text.parse() {
                Ok(number) => self.number(number, head.style),
                Err(_) if head.written == Written::Untyped => DataRef::SharedString(text),
                Err(_) => return Err(Broken::form(format!("a cell holds `{text}`, which is no number"))),
            },
        })
    }

    fn number(&self, number: f64, style: Option<usize>) -> DataRef<'static> {
        let kind = match style.and_then(|style| self.formats.get(style)) {
            Some(Format::Moment) => ExcelDateTimeType::DateTime,
            Some(Format::Duration) => ExcelDateTimeType::TimeDelta,
            Some(Format::Number) | None => return DataRef::Float(number),
        };
        DataRef::DateTime(ExcelDateTime::new(number, kind, self.since_1904))
    }
}

fn head(rest: &[u8]) -> Result<Head, Broken> {
    let mut head = Head { place: None, style: None, written: Written::Untyped };
    for (name, value) in attributes(rest) {
        match name {
            b"r" => head.place = Some(full_place(value)?),
            b"s" => {
                head.style = Some(std::str::from_utf8(value).ok().and_then(|number| number.parse().ok()).unwrap_or(0))
            }
            b"t" => {
                head.written = match value {
                    b"s" => Written::Shared,
                    b"n" => Written::Number,
                    b"b" => Written::Boolean,
                    b"e" => Written::Error,
                    b"str" => Written::Text,
                    b"d" => Written::Iso,
                    b"inlineStr" | b"is" => Written::Inline,
                    other => {
                        let other = String::from_utf8_lossy(other).into_owned();
                        return Err(Broken::form(format!("a cell is of the unknown type `{other}`")));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(head)
}

/// `B7` as row and column from 0.
fn full_place(text: &[u8]) -> Result<(u32, u32), Broken> {
    let (row, column) = place(text)?;
    column.map(|column| (row, column)).ok_or_else(|| nowhere(text))
}

/// `B7` or `7`; nothing beyond what a sheet can have.
fn place(text: &[u8]) -> Result<(u32, Option<u32>), Broken> {
    let digits = text.iter().position(u8::is_ascii_digit).unwrap_or(text.len());
    let (letters, number) = text.split_at(digits);
    let column = letters.iter().try_fold(0u32, |column, letter| {
        let place = letter.to_ascii_uppercase().checked_sub(b'A').filter(|place| *place < 26)?;
        Some(column * 26 + u32::from(place) + 1).filter(|column| *column <= 16_384)
    });
    let row = number.iter().try_fold(0u32, |row, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        Some(row * 10 + u32::from(digit)).filter(|row| *row <= 1_048_576)
    });
    match (row, column) {
        (Some(row @ 1..), Some(column)) => Ok((row - 1, column.checked_sub(1))),
        _ => Err(nowhere(text)),
    }
}

fn nowhere(text: &[u8]) -> Broken {
    Broken::form(format!("`{}` is no place in a sheet", String::from_utf8_lossy(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_dates_are_told_from_those_of_numbers() {
        for code in ["yyyy-mm-dd", "DD/MM/YY", "h:mm AM/PM", "[$-409]d-mmm", "[Red]mm:ss", "a/p", "#\\ d"] {
            assert_eq!(format_of(code), Format::Moment, "{code}");
        }
        for code in [
            "General",
            "0.00",
            "#,##0.00 \"days\"",
            "[Red]0;[Blue]d",
            "_-* #,##0.00\\ _d",
            "@",
            "0.00E+00",
            "[>100]0",
            "#\\d",
        ] {
            assert_eq!(format_of(code), Format::Number, "{code}");
        }
        for code in ["[h]:mm:ss", "[mm]:ss", "[S]"] {
            assert_eq!(format_of(code), Format::Duration, "{code}");
        }
        assert_eq!((built_in("14"), built_in("46"), built_in("4")), (Format::Moment, Format::Duration, Format::Number));
    }

    /// Places and values of the cells of a sheet.
    fn cells(sheet: &str) -> Result<Vec<(u32, u32, String)>, Broken> {
        let strings = Strings::read(&b"<sst><si><t>zero</t></si><si><t>one</t></si></sst>"[..])?;
        let (formats, mut found) = ([Format::Number, Format::Moment], Vec::new());
        let mut cells = Cells {
            tokens: Tokens::new(sheet.as_bytes()),
            strings: &strings,
            formats: &formats,
            since_1904: false,
            text: String::new(),
            scratch: String::new(),
        };
        cells.walk(&mut |row, column, value: &DataRef<'_>| {
            found.push((row, column, format!("{value:?}")));
            Ok::<_, Broken>(true)
        })?;
        Ok(found)
    }

    #[test]
    fn cells_are_read_in_all_the_ways_they_are_written() {
        let sheet = "<worksheet><dimension ref=\"A1\"/><sheetData><row r=\"2\"><c r=\"B2\" t=\"s\"><v>1</v></c><c><v>1.5</v></c>\
            <c t=\"str\"><f>A1&amp;\"x\"</f><v>a_x000D_&lt;</v></c><c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is><v>9</v></c>\
            <c t=\"b\"><v>1</v></c><c/><c s=\"1\"/><c t=\"e\"><v>#N/A</v></c></row><row/><row><x:c xmlns:x=\"y\"><x:v>text</x:v></x:c><c s=\"1\"><v>2</v></c>\
            <c t=\"d\"><v>2026-11-21</v></c></row></sheetData><c><v>beyond</v></c></worksheet>";
        let found = cells(sheet).unwrap();
        let wanted = [
            (1, 1, "SharedString(\"one\")"),
            (1, 2, "Float(1.5)"),
            (1, 3, "String(\"a\\r<\")"),
            (1, 4, "SharedString(\"inline\")"),
            (1, 5, "Bool(true)"),
            (1, 8, "Error(NA)"),
            (3, 0, "SharedString(\"text\")"),
        ];
        for (found, (row, column, value)) in found.iter().zip(wanted) {
            assert_eq!((found.0, found.1, found.2.as_str()), (row, column, value));
        }
        assert!(found[7].2.starts_with("DateTime(") && found[8].2.contains("2026-11-21"), "{found:?}");
        assert_eq!(found.len(), 9);
    }

    #[test]
    fn sheets_that_are_none_are_refused() {
        for (sheet, word) in [
            ("<worksheet/>", "no cells"),
            ("<worksheet><sheetData><row><c><v>1</v></c></row>", "breaks off"),
            ("<worksheet><sheetData><row><c t=\"s\"><v>2</v></c></row></sheetData>", "text number 2"),
            ("<worksheet><sheetData><row><c r=\"1\"><v>1</v></c></row></sheetData>", "no place"),
            ("<worksheet><sheetData><row><c r=\"A1048577\"><v>1</v></c></row></sheetData>", "no place"),
            ("<worksheet><sheetData><row><c t=\"n\"><v>x</v></c></row></sheetData>", "no number"),
            ("<worksheet><sheetData><row><c t=\"?\"><v>x</v></c></row></sheetData>", "unknown type"),
        ] {
            let error = cells(sheet).unwrap_err().to_string();
            assert!(error.contains(word), "{sheet}: {error}");
        }
        assert_eq!(cells("<worksheet><sheetData/></worksheet>").unwrap(), []);
    }
}
