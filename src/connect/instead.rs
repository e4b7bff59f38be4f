//! Another address in the place of the one that a profile names: what was pinned about the form holds there, too, as far
//! as it applies.

use super::packed::packed_name;
use super::table::named;
use super::{Location, Output, Split};

impl Location {
    /// The location of `address` in the place of this one, and the settings (by their names in a profile) that are left
    /// out, because they mean nothing in its format.
    ///
    /// A format that the address itself tells comes before the pinned one; where neither tells, all settings stay.
    pub fn instead(&self, address: &str) -> (Location, Vec<&'static str>) {
        let plain = Location::from_argument(address);
        let own = format_of(&plain);
        let mut other =
            Location { address: plain.address, base: plain.base, format: self.format.clone(), ..self.clone() };
        let mut left = Vec::new();
        if own.is_some() {
            other.format = None;
        }
        if let Some(format) = own.or_else(|| format_of(&other)) {
            let of_json = matches!(format_of(self), Some("json" | "ndjson"));
            other.leave_out(format, of_json, &mut left);
        }
        if names_delimiter(&other) && ending(&other) != ending(self) && other.delimiter.take().is_some() {
            left.push("delimiter");
        }
        (other, left)
    }

    /// Takes away what means nothing in a format; `of_json` says that it was pinned for JSON.
    fn leave_out(&mut self, format: &str, of_json: bool, left: &mut Vec<&'static str>) {
        let none = Location::default();
        let mut only_in = |formats: &[&str], name: &'static str, is_set: bool| {
            let goes = is_set && !formats.contains(&format);
            left.extend(goes.then_some(name));
            goes
        };
        let text = &["csv", "fixed"];
        if only_in(text, "delimiter", self.delimiter.is_some()) {
            self.delimiter = None;
        }
        if only_in(text, "quote", self.quote.is_some()) {
            self.quote = None;
        }
        // JSON has one encoding, unless the profile says of JSON that it has another.
        let encoded: &[&str] = if of_json { &["csv", "fixed", "json", "ndjson"] } else { text };
        if only_in(encoded, "encoding", self.encoding.is_some()) {
            self.encoding = None;
        }
        if only_in(&["csv", "fixed", "excel"], "header", self.header.is_some()) {
            self.header = None;
        }
        if only_in(text, "repair", self.repair) {
            self.repair = false;
        }
        if only_in(text, "spreadsheet_safe", self.spreadsheet_safe) {
            self.spreadsheet_safe = false;
        }
        if only_in(text, "columns", !self.columns.is_empty()) {
            self.columns.clear();
        }
        if only_in(&["json", "ndjson", "xml", "parquet", "vcard", "ldif"], "lists", !self.lists.is_empty()) {
            self.lists.clear();
        }
        if only_in(&["excel"], "fill_merged", self.fill_merged) {
            self.fill_merged = false;
        }
        let Output { quoting, bom, line_ends, unfit, split } = &mut self.output;
        if only_in(text, "quoting", *quoting != none.output.quoting) {
            *quoting = none.output.quoting;
        }
        if only_in(text, "bom", bom.is_some()) {
            *bom = None;
        }
        if only_in(text, "line_ends", *line_ends != none.output.line_ends) {
            *line_ends = none.output.line_ends;
        }
        if only_in(text, "unfit", unfit.is_some()) {
            *unfit = None;
        }
        let never = match split {
            Some(Split::Bytes(_)) => matches!(format, "sqlite" | "excel" | "parquet"),
            Some(Split::Rows(_)) => format == "sqlite",
            None => false,
        };
        if never {
            *split = None;
            left.push("split");
        }
    }
}

/// The format that a location names, by what is pinned, its scheme or its ending.
fn format_of(location: &Location) -> Option<&'static str> {
    let plain = packed_name(&location.path()).map(|(path, _)| path.to_string_lossy().into_owned());
    let address = plain.unwrap_or_else(|| location.address.clone());
    named(&Location { address, ..location.clone() }).ok().flatten().map(|connector| connector.name)
}

fn ending(location: &Location) -> Option<String> {
    let path = location.path();
    let plain = packed_name(&path).map_or(path, |(plain, _)| plain);
    plain.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase())
}

/// Whether a file's ending says what its delimiter is.
fn names_delimiter(location: &Location) -> bool {
    matches!(ending(location).as_deref(), Some("tsv" | "tab" | "psv"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{FixedColumn, LineEnds, ListSetting, Quoting};

    fn pinned() -> Location {
        Location {
            delimiter: Some(";".to_owned()),
            encoding: Some("windows-1252".to_owned()),
            lists: vec![ListSetting { path: "tags".to_owned(), rule: Default::default() }],
            output: Output {
                quoting: Quoting::All,
                bom: Some(false),
                line_ends: LineEnds::CrLf,
                unfit: Some("?".to_owned()),
                split: Some(Split::Bytes(1_000_000)),
            },
            ..Location::from_argument("out/contacts.csv")
        }
    }

    #[test]
    fn what_is_pinned_holds_for_a_file_of_the_same_format() {
        for address in ["elsewhere/people.csv", "people.csv.gz", "people.txt", "csv:people", "folder/"] {
            let old = Location { lists: Vec::new(), ..pinned() };
            let (other, left) = old.instead(address);
            assert_eq!(left, [""; 0], "{address}");
            assert_eq!(other, Location { address: address.to_owned(), ..old });
        }
        let base = Location { base: "/profiles".into(), ..Location::from_argument("a.csv") };
        assert_eq!(base.instead("b.csv").0, Location::from_argument("b.csv"), "from the current folder");
    }

    #[test]
    fn what_means_nothing_in_the_other_format_is_left_out_and_named() {
        let (other, left) = pinned().instead("crm.db");
        let all = ["delimiter", "encoding", "lists", "quoting", "bom", "line_ends", "unfit", "split"];
        assert_eq!(left, all);
        assert_eq!(other, Location::from_argument("crm.db"));
        let (other, left) = pinned().instead("people.ndjson");
        assert_eq!(left, ["delimiter", "encoding", "quoting", "bom", "line_ends", "unfit"]);
        assert_eq!(other.output, Output { split: pinned().output.split, ..Output::default() });
        assert_eq!(other.lists.len(), 1);
        let (other, left) = pinned().instead("people.tsv");
        assert_eq!((other.delimiter, left), (None, vec!["lists", "delimiter"]));
        let fixed = Location { columns: FixedColumn::of_widths(&[3, 4]), ..Location::from_argument("a.dat") };
        assert_eq!(fixed.instead("b.dat").0.columns, fixed.columns);
        assert_eq!(fixed.instead("b.xlsx").1, ["columns"]);
    }

    #[test]
    fn a_pinned_format_holds_where_the_address_tells_none() {
        let old = Location { format: Some("ndjson".to_owned()), ..Location::from_argument("a.out") };
        assert_eq!(old.instead("b.out").0.format.as_deref(), Some("ndjson"));
        assert_eq!(old.instead("b.csv").0.format, None);
    }
}
