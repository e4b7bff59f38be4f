//! How a source is read, where the guess is wrong: the options of every command that takes a source by its path.

use crate::connect::{FixedColumn, ListRule, ListSetting, Location, Look};

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Input {
    /// The delimiter of the input, where the guess is wrong
    #[arg(long, value_name = "TEXT")]
    pub delimiter: Option<String>,
    /// The encoding of the input, where the guess is wrong (`windows-1252`)
    #[arg(long, value_name = "LABEL")]
    pub encoding: Option<String>,
    /// The widths of the columns of fixed-width text, one behind the other
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', value_parser = width)]
    pub widths: Vec<usize>,
    /// What becomes of the list at a path: first, keep, explode, explode:FIELD of the parent, or join:SEPARATOR
    #[arg(long = "list", value_name = "PATH=RULE", value_parser = list)]
    pub lists: Vec<ListSetting>,
    /// Give every cell of a merged area of a workbook its value
    #[arg(long)]
    pub fill_merged: bool,
}

impl Input {
    /// The location of an address, read like this.
    pub(crate) fn location(self, address: &str) -> Location {
        Location {
            delimiter: self.delimiter,
            encoding: self.encoding,
            columns: FixedColumn::of_widths(&self.widths),
            lists: self.lists,
            fill_merged: self.fill_merged,
            look: Look::Whole,
            ..Location::from_argument(address)
        }
    }
}

fn width(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(width @ 1..=1_000_000) => Ok(width),
        _ => Err("a width is a whole number of characters from 1 on".to_owned()),
    }
}

fn list(text: &str) -> Result<ListSetting, String> {
    let wrong = || "write PATH=RULE, such as `tags=join:; `, `phones=first` or `orders=explode:id`".to_owned();
    let (path, rule) = text.split_once('=').filter(|(path, _)| !path.is_empty()).ok_or_else(wrong)?;
    let rule = match rule.split_once(':') {
        Some(("join", separator)) => ListRule::Join(separator.to_owned()),
        Some(("explode", key)) if !key.is_empty() => ListRule::Explode { key: Some(key.to_owned()) },
        None if rule == "first" => ListRule::First,
        None if rule == "keep" => ListRule::Keep,
        None if rule == "explode" => ListRule::Explode { key: None },
        _ => return Err(wrong()),
    };
    Ok(ListSetting { path: path.to_owned(), rule })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_for_lists_are_read() {
        let rule = |text| list(text).map(|list| list.rule);
        assert_eq!(rule("tags=join:; "), Ok(ListRule::Join("; ".to_owned())));
        assert_eq!(rule("tags=join::"), Ok(ListRule::Join(":".to_owned())));
        assert_eq!(rule("a.b=first"), Ok(ListRule::First));
        assert_eq!(rule("a=explode:id"), Ok(ListRule::Explode { key: Some("id".to_owned()) }));
        for text in ["tags", "=first", "tags=last", "tags=join", "tags=explode:"] {
            assert!(list(text).is_err(), "{text}");
        }
        assert!(width("0").is_err());
    }
}
