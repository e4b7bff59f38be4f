//! Every key that a profile may have: one table a form. The parser, the messages, the JSON Schema (by a test) and the
//! documentation (by a test) all follow these tables.

use super::nearest::nearest;

/// A key of one form.
pub(super) struct Key {
    pub name: &'static str,
    /// Words that people write instead.
    pub also: &'static [&'static str],
}

const fn key(name: &'static str) -> Key {
    Key { name, also: &[] }
}

const fn known_as(name: &'static str, also: &'static [&'static str]) -> Key {
    Key { name, also }
}

/// A form: what it is called in messages, its name in the JSON Schema, and its keys.
pub(super) struct Form {
    pub what: &'static str,
    pub schema: &'static str,
    pub keys: &'static [Key],
}

impl Form {
    pub fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }

    /// The key that was probably meant.
    pub fn meant(&self, written: &str) -> Option<&'static str> {
        let plain = written.to_lowercase().replace(['-', ' '], "_");
        let by_synonym = self.keys.iter().find(|key| key.name == plain || key.also.contains(&plain.as_str()));
        match by_synonym {
            Some(key) => Some(key.name),
            None => nearest(written, self.keys.iter().map(|key| key.name)),
        }
    }

    pub fn names(&self) -> String {
        let names: Vec<&str> = self.keys.iter().map(|key| key.name).collect();
        names.join(", ")
    }
}

pub(super) static PROFILE: Form = Form {
    what: "a profile",
    schema: "profile",
    keys: &[
        known_as("mapwright", &["version"]),
        known_as("name", &["title"]),
        known_as("source", &["input", "from"]),
        known_as("target", &["output", "to", "destination"]),
        known_as("objects", &["object", "mappings", "mapping", "tables"]),
    ],
};

/// Reserved for several named sources and targets.
pub(super) static RESERVED: &[&str] = &["sources", "targets"];

pub(super) static LOCATION: Form = Form {
    what: "a source or target",
    schema: "location",
    keys: &[
        known_as("path", &["file", "url", "address", "uri"]),
        known_as("format", &["type"]),
        known_as("delimiter", &["separator", "sep"]),
        known_as("quote", &["quotechar", "quote_char"]),
        known_as("encoding", &["charset"]),
        known_as("header", &["has_header", "headers"]),
        known_as("repair", &["mend", "fix"]),
        known_as("quoting", &["quotes", "quote_mode"]),
        known_as("bom", &["byte_order_mark"]),
        known_as("line_ends", &["line_end", "newline", "newlines", "eol", "line_ending", "line_endings"]),
        known_as("unfit", &["replace_with", "unmappable", "errors"]),
        known_as("spreadsheet_safe", &["excel_safe", "formula_safe", "sanitize"]),
        known_as("split", &["parts", "part_size"]),
        known_as("widths", &["width", "column_widths"]),
        known_as("columns", &["positions", "layout"]),
        known_as("lists", &["list", "arrays", "nested"]),
        known_as("fill_merged", &["merged", "fill_down"]),
    ],
};

pub(super) static LIST: Form = Form {
    what: "a rule for a list",
    schema: "list",
    keys: &[known_as("join", &["separator", "concat"]), known_as("explode", &["child", "unnest", "by"])],
};

pub(super) static OBJECT: Form = Form {
    what: "an object",
    schema: "object",
    keys: &[
        known_as("from", &["source"]),
        known_as("to", &["target"]),
        known_as("write", &["mode", "write_mode", "action"]),
        known_as("key", &["keys", "id", "primary_key"]),
        known_as("where", &["filter", "when"]),
        known_as("duplicates", &["dedupe", "dedup", "deduplicate", "duplicate"]),
        known_as("on_reject", &["on_error", "rejects", "stop_at"]),
        key("ragged"),
        known_as("repaired", &["repairs", "irregular"]),
        known_as("fields", &["mapping", "mappings", "columns", "map"]),
        known_as("checks", &["rules", "validations", "check"]),
        known_as("examples", &["tests", "test", "example"]),
    ],
};

pub(super) static DUPLICATES: Form = Form {
    what: "`duplicates`",
    schema: "duplicates",
    keys: &[known_as("key", &["by", "on"]), known_as("keep", &["survivor"])],
};

pub(super) static ON_REJECT: Form =
    Form { what: "`on_reject`", schema: "on_reject", keys: &[known_as("stop_at", &["stop", "limit", "max"])] };

pub(super) static FIELD: Form = Form {
    what: "a field",
    schema: "field",
    keys: &[
        known_as("value", &["expression", "expr", "from", "source"]),
        key("lookup"),
        key("in"),
        key("by"),
        key("missing"),
        known_as("values", &["map", "mapping", "value_map"]),
        known_as("otherwise", &["else", "default", "other"]),
        known_as("required", &["mandatory", "not_null"]),
        key("type"),
        known_as("pattern", &["regex", "match", "matches"]),
        known_as("one_of", &["enum", "picklist", "allowed", "in_list"]),
        known_as("min_length", &["minlength"]),
        known_as("max_length", &["maxlength", "size"]),
        known_as("length", &["len"]),
        known_as("min", &["minimum", "at_least"]),
        known_as("max", &["maximum", "at_most"]),
        known_as("range", &["between"]),
        known_as("unique", &["distinct"]),
        known_as("compare", &["check", "that"]),
        known_as("note", &["comment", "description", "remark", "notes"]),
    ],
};

pub(super) static BOUNDS: Form = Form {
    what: "a pair of bounds",
    schema: "bounds",
    keys: &[known_as("min", &["minimum", "from"]), known_as("max", &["maximum", "to"])],
};

pub(super) static CHECK: Form = Form {
    what: "a check",
    schema: "check",
    keys: &[
        known_as("name", &["code"]),
        known_as("that", &["value", "expression", "if", "rule"]),
        known_as("message", &["text", "reason"]),
    ],
};

pub(super) static EXAMPLE: Form = Form {
    what: "an example",
    schema: "example",
    keys: &[
        known_as("given", &["input", "source", "when"]),
        known_as("expect", &["output", "expected", "target", "then"]),
        known_as("errors", &["error", "findings", "rejects"]),
    ],
};

/// Every form, for the test that holds these tables and the JSON Schema together.
#[cfg(test)]
pub(super) static FORMS: &[&Form] =
    &[&PROFILE, &LOCATION, &LIST, &OBJECT, &DUPLICATES, &ON_REJECT, &FIELD, &BOUNDS, &CHECK, &EXAMPLE];
