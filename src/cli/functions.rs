//! `mapwright functions`: the functions of expressions, from the one table.

use clap::ValueEnum;

use super::exit::{Answer, Exit};
use super::print;
use crate::transform::{self, Family, Function, nearest};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only functions whose name or description holds this word
    word: Option<String>,
    /// `markdown` prints the whole reference of the language
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
}

pub(crate) fn run(args: Args) -> Answer {
    if args.format == Format::Markdown {
        print::out(&transform::reference())?;
        return Ok(Exit::Done);
    }
    let word = args.word.unwrap_or_default().to_lowercase();
    let fits = |function: &Function| function.name.contains(&word) || function.doc.to_lowercase().contains(&word);
    let mut text = String::new();
    for family in Family::ALL {
        let functions: Vec<_> =
            transform::functions().iter().filter(|function| function.family == *family && fits(function)).collect();
        if functions.is_empty() {
            continue;
        }
        text.push_str(&format!("{}\n", family.title()));
        for function in functions {
            text.push_str(&format!("  {}\n      {}\n", function.signature(), function.doc));
            for (expr, result) in function.examples.iter().take(if word.is_empty() { 1 } else { 3 }) {
                let shown = match result.strip_prefix("! ") {
                    Some(code) => format!("finding {code}"),
                    None if result.is_empty() => "(missing)".to_owned(),
                    None => result.escape_debug().to_string(),
                };
                text.push_str(&format!("      {} -> {shown}\n", expr.escape_debug().to_string().replace("\\'", "'")));
            }
        }
        text.push('\n');
    }
    if text.is_empty() {
        let names = transform::functions().iter().map(|function| function.name);
        let hint = nearest(&word, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        anyhow::bail!("no function has `{word}` in its name or description{hint}");
    }
    print::out(&text)?;
    Ok(Exit::Done)
}
