//! The sheet as a workbook. Everything is written as text: a spreadsheet runs nothing of it.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::Sheet;
use crate::exchange::ExchangeError;

/// Characters that a cell holds.
const LONGEST: usize = 32_000;

struct Looks {
    head: Format,
    body: Format,
}

/// The bytes of an .xlsx file: overview with the place to sign, fields, values, checks, open questions.
///
/// # Errors
/// More rows than a sheet has.
pub fn workbook(sheet: &Sheet) -> Result<Vec<u8>, ExchangeError> {
    build(sheet).map_err(|error| {
        ExchangeError::new("the workbook", format!("it could not be made: {error}"), "Write Markdown (`.md`) instead.")
    })
}

fn build(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The library writes the time of writing otherwise: the same mapping must give the same bytes.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let looks = Looks { head: wrapped.clone().set_bold().set_background_color(0x00DD_E6F0), body: wrapped };
    overview(sheet, workbook.add_worksheet(), &looks)?;
    let fields = sheet.objects.iter().flat_map(|object| {
        object.fields.iter().map(|field| {
            let column = |of: fn(&(String, String)) -> &String| {
                field.examples.iter().map(|one| shown(of(one))).collect::<Vec<_>>().join("\n")
            };
            vec![
                object.to.clone(),
                field.target.clone(),
                field.about.clone(),
                object.from.clone(),
                field.sources.join("\n"),
                field.rule.clone(),
                field.expression.clone(),
                column(|one| &one.0),
                column(|one| &one.1),
                field.checks.join("\n"),
                field.note.clone(),
            ]
        })
    });
    let heads = [
        ("Target object", 16.0),
        ("Target field", 22.0),
        ("Label and type", 22.0),
        ("Source object", 18.0),
        ("Source fields", 20.0),
        ("Rule", 46.0),
        ("Expression", 36.0),
        ("Before", 28.0),
        ("After", 28.0),
        ("Checks", 28.0),
        ("Remark", 28.0),
    ];
    table(workbook.add_worksheet().set_name("Fields")?, &heads, fields, &looks)?;
    let values = sheet.objects.iter().flat_map(|object| {
        object.fields.iter().flat_map(|field| {
            let row =
                |(from, to): &(String, String)| vec![object.to.clone(), field.target.clone(), shown(from), shown(to)];
            field.values.iter().map(row).collect::<Vec<_>>()
        })
    });
    let heads = [("Target object", 16.0), ("Target field", 22.0), ("Value before", 34.0), ("Value after", 34.0)];
    table(workbook.add_worksheet().set_name("Values")?, &heads, values, &looks)?;
    let checks = sheet.objects.iter().flat_map(|object| {
        let own = object.fields.iter().flat_map(|field| field.checks.iter().map(|check| (field.target.clone(), check)));
        let whole = object.checks.iter().map(|check| ("the record".to_owned(), check));
        own.chain(whole).map(|(of, check)| vec![object.to.clone(), of, check.clone()]).collect::<Vec<_>>()
    });
    let heads = [("Target object", 16.0), ("Of", 24.0), ("Check", 70.0)];
    table(workbook.add_worksheet().set_name("Checks")?, &heads, checks, &looks)?;
    let open = sheet.objects.iter().flat_map(|object| {
        let row = |open: &super::Open| {
            vec![object.to.clone(), open.field.clone(), open.question.clone(), String::new(), String::new()]
        };
        object.open.iter().map(row).collect::<Vec<_>>()
    });
    let heads = [("Target object", 16.0), ("Field", 24.0), ("Question", 70.0), ("Answer", 40.0), ("Who", 16.0)];
    table(workbook.add_worksheet().set_name("Open questions")?, &heads, open, &looks)?;
    workbook.save_to_buffer()
}

fn overview(sheet: &Sheet, page: &mut Worksheet, looks: &Looks) -> Result<(), XlsxError> {
    page.set_name("Overview")?;
    page.set_column_width(0, 18.0)?;
    page.set_column_width(1, 80.0)?;
    let mut rows = vec![
        ("Mapping", sheet.title.clone()),
        ("Source", sheet.source.clone()),
        ("Target", sheet.target.clone()),
        ("As of", sheet.made.clone()),
    ];
    for object in &sheet.objects {
        let mut said = object.rules.clone();
        if object.looked_at > 0 {
            said.push(format!("Of the first {} records, {} would be written.", object.looked_at, object.written));
        }
        said.push(format!("{} fields, {} open questions.", object.fields.len(), object.open.len()));
        rows.push(("", String::new()));
        rows.push(("Object", format!("{} to {}", object.from, object.to)));
        rows.push(("Rules", said.join("\n")));
    }
    rows.push(("", String::new()));
    for line in ["Signed off by", "Role", "Date", "Signature"] {
        rows.push((line, String::new()));
    }
    for (row, (name, value)) in (0..).zip(&rows) {
        page.write_string_with_format(row, 0, *name, &looks.head)?;
        page.write_string_with_format(row, 1, cut(value), &looks.body)?;
    }
    Ok(())
}

fn table(
    page: &mut Worksheet,
    heads: &[(&str, f64)],
    rows: impl Iterator<Item = Vec<String>>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    for (column, (head, width)) in (0u16..).zip(heads) {
        page.set_column_width(column, *width)?;
        page.write_string_with_format(0, column, *head, &looks.head)?;
    }
    page.set_freeze_panes(1, 0)?;
    let mut last = 0;
    for (row, cells) in (1u32..).zip(rows) {
        last = row;
        for (column, cell) in (0u16..).zip(&cells) {
            page.write_string_with_format(row, column, cut(cell), &looks.body)?;
        }
    }
    let width = heads.len().saturating_sub(1) as u16;
    page.autofilter(0, 0, last, width)?;
    Ok(())
}

fn shown(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { value.chars().take(200).collect() }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST / 2).collect()
}
