//! The columns of a table: name, type, and what follows it.

use super::check::read_check;
use super::cursor::push_token;
use super::tokens::{Token, TokenKind};
use super::{Reader, refer};
use crate::schema::load_error::TextError;
use crate::schema::type_words::type_of_word;
use crate::schema::{Field, FieldType, Object};

/// What stands as default where the database makes the value itself.
const GENERATED: &str = "(generated)";

/// Words that begin something behind a column's type.
const AFTER_TYPE: &[&str] = &[
    "constraint",
    "not",
    "null",
    "primary",
    "unique",
    "references",
    "check",
    "default",
    "collate",
    "generated",
    "as",
    "auto_increment",
    "autoincrement",
    "identity",
    "comment",
    "on",
    "key",
    "charset",
    "encode",
    "sparse",
    "rowguidcol",
    "storage",
    "compression",
    "invisible",
    "visible",
    "deferrable",
    "initially",
    "enable",
    "disable",
    "virtual",
    "stored",
    "persisted",
    "options",
    "foreign",
    "match",
];

impl Reader<'_> {
    pub(super) fn column(&mut self, object: &mut Object) -> Result<(), TextError> {
        let begin = self.at;
        let mut field = Field::named(self.name("the name of a column")?);
        if object.field(&field.name).is_some() {
            let what = format!("the column `{}` is there twice", field.name);
            return Err(self.error_at(begin, what, "Keep one of them."));
        }
        self.column_type(&mut field)?;
        let mut key = false;
        while !self.at_item_end() {
            key |= self.column_constraint(&mut field, object)?;
        }
        if key {
            field.constraints.required = true;
            field.constraints.unique = true;
            object.primary_key.push(field.name.clone());
        }
        object.fields.push(field);
        Ok(())
    }

    /// `VARCHAR(80)`, `double precision`, `timestamp(3) with time zone`, `int[]`, `enum('a', 'b')`, or nothing.
    pub(super) fn column_type(&mut self, field: &mut Field) -> Result<(), TextError> {
        let begin = self.at;
        let mut words: Vec<String> = Vec::new();
        let mut arguments: Vec<String> = Vec::new();
        let mut array = false;
        while !self.at_item_end() {
            if self.mark_at(self.at, "(") {
                let inner = self.parens()?;
                arguments.extend(inner.iter().filter_map(argument));
            } else if self.mark("[") {
                array = true;
                while !self.mark("]") && !self.at_item_end() {
                    self.at += 1;
                }
            } else if self.mark(".") {
                // `public.status`: the schema of the type is not needed.
                words.pop();
            } else {
                match self.tokens.get(self.at).map(|token| &token.kind) {
                    Some(TokenKind::Word(word)) => {
                        let lower = word.to_ascii_lowercase();
                        let set_of_characters = lower == "character" && self.word_is(self.at + 1, "set");
                        if AFTER_TYPE.contains(&lower.as_str()) || (set_of_characters && !words.is_empty()) {
                            break;
                        }
                        words.push(word.clone());
                    }
                    Some(TokenKind::Quoted(word)) => words.push(word.clone()),
                    _ => break,
                }
                self.at += 1;
            }
        }
        if self.at > begin {
            set_type(field, &words, &arguments, array);
        }
        Ok(())
    }

    /// One constraint of a column; true for `PRIMARY KEY`.
    pub(super) fn column_constraint(&mut self, field: &mut Field, object: &Object) -> Result<bool, TextError> {
        if self.accept("constraint") {
            self.name("the name of the constraint")?;
        } else if self.accept("not") {
            if self.accept("null") {
                field.constraints.required = true;
            }
        } else if self.accept("primary") {
            self.accept("key");
            return Ok(true);
        } else if self.accept("unique") {
            self.accept("key");
            field.constraints.unique = true;
        } else if self.accept("references") {
            let to = self.qualified_name("the table that is referred to")?;
            refer(field, &to);
            if self.mark_at(self.at, "(") {
                self.parens()?;
            }
        } else if self.accept("check") {
            let condition = self.parens()?;
            let mut alone = Object { name: object.name.clone(), ..Object::default() };
            alone.fields.push(std::mem::take(field));
            read_check(condition, &mut alone);
            if let Some(checked) = alone.fields.pop() {
                *field = checked;
            }
        } else if self.accept("default") {
            field.constraints.default = self.default_value()?;
        } else if self.accept("auto_increment") || self.accept("autoincrement") || self.accept("identity") {
            field.constraints.default = Some(GENERATED.to_owned());
            if self.mark_at(self.at, "(") {
                self.parens()?;
            }
        } else if self.accept("generated") || self.accept("as") {
            self.generated(field)?;
        } else if self.accept("comment") {
            self.mark("=");
            if let Some(TokenKind::Text(text)) = self.tokens.get(self.at).map(|token| &token.kind) {
                field.description = Some(text.clone());
                self.at += 1;
            }
        } else if self.mark_at(self.at, "(") {
            self.parens()?;
        } else {
            // ON DELETE, COLLATE, CHARACTER SET and what else dialects have.
            self.at += 1;
        }
        Ok(false)
    }

    /// `GENERATED ALWAYS AS IDENTITY`, `GENERATED ALWAYS AS (a || b) STORED`, `AS (a + b)`.
    pub(super) fn generated(&mut self, field: &mut Field) -> Result<(), TextError> {
        while ["always", "by", "default", "on", "null", "as"].iter().any(|word| self.accept(word)) {}
        if self.accept("identity") {
            field.constraints.default = Some(GENERATED.to_owned());
        } else {
            field.constraints.read_only = true;
        }
        if self.mark_at(self.at, "(") {
            self.parens()?;
        }
        Ok(())
    }

    /// A literal as its value, an expression as its text; `NULL` is no default.
    pub(super) fn default_value(&mut self) -> Result<Option<String>, TextError> {
        let begin = self.at;
        let mut depth = 0usize;
        let mut text = String::new();
        let mut pieces = 0;
        let mut literal = None;
        while let Some(token) = self.tokens.get(self.at) {
            match &token.kind {
                TokenKind::Mark("(") => depth += 1,
                TokenKind::Mark(")") if depth > 0 => depth -= 1,
                TokenKind::Mark(")" | "," | ";") if depth == 0 => break,
                TokenKind::Word(word) if depth == 0 && self.at > begin => {
                    let lower = word.to_ascii_lowercase();
                    if AFTER_TYPE.contains(&lower.as_str()) {
                        break;
                    }
                }
                _ => {}
            }
            // A cast behind a literal says nothing new: 'new'::character varying.
            if token.kind == TokenKind::Mark("::") {
                self.at += 1;
                while matches!(self.tokens.get(self.at).map(|token| &token.kind), Some(TokenKind::Word(word))
                    if !AFTER_TYPE.contains(&word.to_ascii_lowercase().as_str()))
                {
                    self.at += 1;
                }
                continue;
            }
            match &token.kind {
                TokenKind::Text(value) | TokenKind::Number(value) => {
                    literal = Some(value.clone());
                    pieces += 1;
                }
                TokenKind::Word(_) | TokenKind::Quoted(_) => pieces += 1,
                _ => {}
            }
            push_token(&mut text, &token.kind);
            self.at += 1;
        }
        let text = text.trim().to_owned();
        let inner = text.trim_matches(['(', ')']);
        Ok(match literal {
            Some(value) if pieces == 1 && !text.starts_with('-') => Some(value),
            _ if inner.eq_ignore_ascii_case("null") || text.is_empty() => None,
            _ => Some(text),
        })
    }
}

fn argument(token: &Token) -> Option<String> {
    match &token.kind {
        TokenKind::Number(text) | TokenKind::Text(text) | TokenKind::Word(text) => Some(text.clone()),
        _ => None,
    }
}

/// Sets type, native type, length and scale.
fn set_type(field: &mut Field, words: &[String], arguments: &[String], array: bool) {
    let joined = words.join(" ");
    let inner = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(",")) };
    field.native_type = Some(format!("{joined}{inner}{}", if array { "[]" } else { "" }));
    let first = words.first().map(String::as_str).unwrap_or_default();
    // `timestamp(3) with time zone` and `int unsigned` by all their words, else by the first.
    let by_words = type_of_word(&joined).or_else(|| type_of_word(first));
    field.field_type = if array { FieldType::List } else { by_words.unwrap_or_default() };
    let number = |at: usize| arguments.get(at).and_then(|argument| argument.parse::<u32>().ok());
    match field.field_type {
        FieldType::Text | FieldType::LongText => {
            field.constraints.max_length = number(0);
            if arguments.is_empty()
                && words.len() == 1
                && ["char", "character"].contains(&first.to_lowercase().as_str())
            {
                field.constraints.max_length = Some(1);
            }
        }
        FieldType::Decimal => decimal(field, number(0), number(1)),
        // MySQL's boolean.
        FieldType::Integer if first.eq_ignore_ascii_case("tinyint") && number(0) == Some(1) => {
            field.field_type = FieldType::Boolean;
        }
        FieldType::Integer if first.to_lowercase().contains("serial") => {
            field.constraints.default = Some(GENERATED.to_owned());
        }
        FieldType::Picklist | FieldType::MultiPicklist if !arguments.is_empty() => {
            field.constraints.one_of = arguments.to_vec();
        }
        FieldType::Boolean if number(0).is_some_and(|bits| bits > 1) => field.field_type = FieldType::Bytes,
        _ => {}
    }
}

/// `NUMERIC(10,2)`: two digits behind the point, eight before it. `NUMBER(10)` is a whole number.
fn decimal(field: &mut Field, precision: Option<u32>, scale: Option<u32>) {
    let Some(precision) = precision else { return };
    let approximate = field.native_type.as_deref().is_some_and(|native| {
        let native = native.to_lowercase();
        native.starts_with("float") || native.starts_with("double") || native.starts_with("real")
    });
    if approximate {
        return;
    }
    let scale = scale.unwrap_or(0);
    if scale == 0 {
        field.field_type = FieldType::Integer;
    } else {
        field.constraints.scale = Some(scale);
    }
    let whole = precision.saturating_sub(scale);
    if (1..=38).contains(&whole) {
        let mut most = "9".repeat(whole as usize);
        if scale > 0 {
            most.push('.');
            most.push_str(&"9".repeat(scale.min(38) as usize));
        }
        field.constraints.minimum = Some(format!("-{most}"));
        field.constraints.maximum = Some(most);
    }
}
