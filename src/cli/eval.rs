//! `mapwright eval`: an expression on every record of a file, or once on none.

use std::io::Write;

use clap::ValueEnum;

use super::exit::{Answer, Exit};
use crate::connect::{Chunk, Location, ReadRequest, open_source};
use crate::record::{Batch, Cell, Origin, RecordRef, safe_text};
use crate::transform::{Diagnostic, Input, Program, RunContext, Scope, Scratch};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The expression, as in `email | trim | lower`
    expression: String,
    /// Evaluate on every record of this source; once without a record where it is absent
    #[arg(long, value_name = "SOURCE")]
    input: Option<String>,
    /// Which object of the source; the first where it is absent
    #[arg(long, value_name = "OBJECT", requires = "input")]
    object: Option<String>,
    /// Stop after so many records
    #[arg(long, value_name = "N", requires = "input")]
    limit: Option<u64>,
    /// `csv` has the columns _row, value and finding; `json` the same keys, a line each
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

pub(crate) fn run(args: Args) -> Answer {
    let mut out = Printer::new(args.format)?;
    let context = RunContext::new(jiff::Timestamp::now());
    let Some(input) = &args.input else {
        let Some(program) = compiled(&args.expression, &[]) else { return Ok(Exit::Usage) };
        let mut batch = Batch::new(0);
        batch.end_row(Origin { number: 1, line: 0 }, (0, 0), None);
        out.record(&program, batch.record(0), 1, &context)?;
        out.finish()?;
        return Ok(Exit::Done);
    };
    let source = open_source(&Location::from_argument(input))?;
    let object = match &args.object {
        Some(object) => object.clone(),
        None => match source.objects()?.into_iter().next() {
            Some(object) => object,
            None => anyhow::bail!("`{}` holds nothing to read", safe_text(input)),
        },
    };
    let mut reader = source.read(&object, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let Some(program) = compiled(&args.expression, decoder.fields()) else { return Ok(Exit::Usage) };
    let (mut chunk, mut batch) = (Chunk::default(), Batch::new(decoder.fields().len()));
    let mut number = 0;
    'reading: while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            if args.limit.is_some_and(|limit| number >= limit) {
                break 'reading;
            }
            number += 1;
            out.record(&program, record, number, &context)?;
        }
    }
    out.finish()?;
    Ok(Exit::Done)
}

/// Compiles, or says on standard error what is wrong and under which characters.
fn compiled(text: &str, fields: &[String]) -> Option<Program> {
    match Program::compile(text, &Scope { source_fields: fields, target_fields: &[] }) {
        Ok(program) => Some(program),
        Err(diagnostics) => {
            let told: Vec<String> = diagnostics.iter().map(|found| pointed(text, found)).collect();
            // Nothing can be told where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{}", told.join("\n"));
            None
        }
    }
}

/// The message, the line of the expression it concerns, and a mark under the characters.
fn pointed(text: &str, found: &Diagnostic) -> String {
    let start = text[..found.span.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[found.span.start..].find('\n').map_or(text.len(), |end| found.span.start + end);
    let before = text[start..found.span.start].chars().count();
    let marked = text[found.span.start..found.span.end.clamp(found.span.start, end)].chars().count().max(1);
    let sentence = found.sentence();
    format!(
        "error: {}\n  {}\n  {}{}",
        safe_text(&sentence),
        safe_text(&text[start..end]),
        " ".repeat(before),
        "^".repeat(marked)
    )
}

/// Where results go; one line or record each.
enum Printer {
    Text(std::io::BufWriter<std::io::Stdout>, Scratch),
    Json(std::io::BufWriter<std::io::Stdout>, Scratch),
    Csv(Box<csv::Writer<std::io::Stdout>>, Scratch),
}

impl Printer {
    fn new(format: Format) -> anyhow::Result<Printer> {
        let buffered = || std::io::BufWriter::new(std::io::stdout());
        Ok(match format {
            Format::Text => Printer::Text(buffered(), Scratch::default()),
            Format::Json => Printer::Json(buffered(), Scratch::default()),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(std::io::stdout());
                writer.write_record(["_row", "value", "finding"])?;
                Printer::Csv(Box::new(writer), Scratch::default())
            }
        })
    }

    /// Evaluates on one record and prints value and finding.
    fn record(
        &mut self,
        program: &Program,
        record: RecordRef<'_>,
        number: u64,
        context: &RunContext,
    ) -> anyhow::Result<()> {
        let (Printer::Text(_, scratch) | Printer::Json(_, scratch) | Printer::Csv(_, scratch)) = self;
        let input = Input { record, targets: &(), it: Cell::MISSING, context };
        let ran = program.run(&input, scratch).map(|cell| cell.is_filled().then(|| cell.display().into_owned()));
        let (value, finding) = match (record.row().fault, ran) {
            (Some(fault), _) if fault.rejects() => (None, Some(format!("record:{}", fault.code()))),
            (_, Ok(value)) => (value, None),
            (_, Err(fault)) => {
                let told = program.explain(&fault, &input, scratch);
                (None, Some(format!("{}: {}", told.code, told.reason)))
            }
        };
        self.print(number, value, finding)
    }

    fn print(&mut self, number: u64, value: Option<String>, finding: Option<String>) -> anyhow::Result<()> {
        match self {
            Printer::Text(out, _) => match finding {
                Some(finding) => writeln!(out, "! {}", safe_text(&finding))?,
                None => writeln!(out, "{}", safe_text(&value.unwrap_or_default()))?,
            },
            Printer::Json(out, _) => {
                let line = serde_json::json!({ "_row": number, "value": value, "finding": finding });
                writeln!(out, "{line}")?;
            }
            Printer::Csv(writer, _) => {
                let number = number.to_string();
                writer.write_record([number.as_str(), &value.unwrap_or_default(), &finding.unwrap_or_default()])?;
            }
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Printer::Text(mut out, _) | Printer::Json(mut out, _) => out.flush()?,
            Printer::Csv(mut writer, _) => writer.flush()?,
        }
        Ok(())
    }
}
