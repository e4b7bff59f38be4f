//! A schema from SQL text: every `CREATE TABLE`, in the dialects of PostgreSQL, MySQL, SQLite, SQL Server, Oracle and
//! their kin. What is no table definition is read over; `ALTER TABLE ... ADD`, `CREATE TYPE ... AS ENUM` and `COMMENT ON
//! COLUMN`, as dumps have them, are taken in.

use std::collections::HashMap;

use super::load_error::TextError;
use super::sql_check::read_check;
use super::sql_tokens::{Token, TokenKind, tokens};
use super::type_words::type_of_word;
use super::{Field, FieldType, Object, Schema};

/// Reads SQL text; `name` names the schema.
pub(super) fn read_sql(text: &str, name: &str) -> Result<Schema, TextError> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0, enums: HashMap::new(), objects: Vec::new() };
    while reader.at < tokens.len() {
        reader.statement()?;
    }
    if reader.objects.is_empty() {
        let what = "there is no CREATE TABLE in this text";
        return Err(TextError::at(1, 1, what, "Give it the definitions of the target's tables."));
    }
    reader.name_enums();
    Ok(Schema { name: name.to_owned(), objects: reader.objects })
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Values of enum types, by their name in lower case.
    enums: HashMap<String, Vec<String>>,
    objects: Vec<Object>,
}

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

/// Words that begin a constraint of the table instead of a column.
const TABLE_CONSTRAINTS: &[&str] = &[
    "constraint",
    "primary",
    "unique",
    "foreign",
    "check",
    "key",
    "index",
    "fulltext",
    "spatial",
    "exclude",
    "like",
    "period",
];

impl<'a> Reader<'a> {
    fn statement(&mut self) -> Result<(), TextError> {
        if self.accept("create") {
            let words = [
                "or",
                "replace",
                "global",
                "local",
                "temp",
                "temporary",
                "unlogged",
                "external",
                "foreign",
                "private",
                "transient",
                "virtual",
            ];
            while words.iter().any(|word| self.accept(word)) {}
            if self.accept("table") {
                return self.create_table();
            }
            if self.accept("type") {
                self.create_type();
            }
        } else if self.accept("alter") && self.accept("table") {
            self.alter_table()?;
        } else if self.accept("comment") && self.accept("on") && self.accept("column") {
            self.comment_on();
        }
        self.skip_statement();
        Ok(())
    }

    fn create_table(&mut self) -> Result<(), TextError> {
        if self.accept("if") {
            self.accept("not");
            self.accept("exists");
        }
        let begin = self.at;
        let name = self.qualified_name("the name of the table")?;
        if !self.mark("(") {
            // CREATE TABLE ... AS SELECT, PARTITION OF: no columns of its own.
            self.skip_statement();
            return Ok(());
        }
        if let Some(known) = self.objects.iter().find(|object| object.name == name) {
            let what = format!("the table `{}` is created twice", known.name);
            return Err(self.error_at(begin, what, "Keep one of the definitions."));
        }
        let mut object = Object { name, ..Object::default() };
        loop {
            if self.is_table_constraint() {
                self.table_constraint(&mut object)?;
            } else {
                self.column(&mut object)?;
            }
            if self.mark(",") {
                // A comma behind the last column is forgiven.
                if !self.mark(")") {
                    continue;
                }
            } else if !self.mark(")") {
                return Err(self.expected("`,` or `)` behind the column"));
            }
            break;
        }
        self.skip_statement();
        self.objects.push(object);
        Ok(())
    }

    /// A column may be called `key` or `index`: it is a constraint only if what follows says so.
    fn is_table_constraint(&self) -> bool {
        let Some(word) = self.word_at(self.at) else { return false };
        let lower = word.to_ascii_lowercase();
        if !TABLE_CONSTRAINTS.contains(&lower.as_str()) {
            return false;
        }
        let next_word = self.word_at(self.at + 1).map(str::to_ascii_lowercase);
        let next_paren = self.mark_at(self.at + 1, "(");
        match lower.as_str() {
            "primary" | "foreign" => next_word.as_deref() == Some("key"),
            "unique" | "fulltext" | "spatial" => {
                next_paren
                    || matches!(next_word.as_deref(), Some("key" | "index" | "nulls" | "clustered" | "nonclustered"))
                    || self.mark_at(self.at + 2, "(")
            }
            "check" | "exclude" => next_paren || next_word.as_deref() == Some("using"),
            "key" | "index" => {
                next_paren || (self.mark_at(self.at + 2, "(") && next_word.as_deref().and_then(type_of_word).is_none())
            }
            _ => true,
        }
    }

    fn table_constraint(&mut self, object: &mut Object) -> Result<(), TextError> {
        if self.accept("constraint") && !self.is_table_constraint() {
            self.name("the name of the constraint")?;
        }
        if self.accept("primary") {
            self.accept("key");
            self.until_paren();
            let names = self.names_in_parens()?;
            self.primary_key(object, &names)?;
        } else if self.accept("unique") {
            self.until_paren();
            let names = self.names_in_parens()?;
            if let [name] = names.as_slice()
                && let Some(field) = find(object, name)
            {
                field.constraints.unique = true;
            }
        } else if self.accept("foreign") {
            self.accept("key");
            self.until_paren();
            let names = self.names_in_parens()?;
            if self.accept("references") {
                let to = self.qualified_name("the table that is referred to")?;
                for name in names {
                    if let Some(field) = find(object, &name) {
                        refer(field, &to);
                    }
                }
            }
        } else if self.accept("check") {
            let condition = self.parens()?;
            read_check(condition, object);
        }
        self.skip_item();
        Ok(())
    }

    fn primary_key(&mut self, object: &mut Object, names: &[String]) -> Result<(), TextError> {
        for name in names {
            let Some(field) = find(object, name) else {
                let what =
                    format!("the primary key names `{name}`, and the table `{}` has no such column", object.name);
                return Err(self.error_at(self.at.saturating_sub(1), what, "Correct the name."));
            };
            field.constraints.required = true;
            field.constraints.unique |= names.len() == 1;
            let own = field.name.clone();
            object.primary_key.push(own);
        }
        Ok(())
    }

    fn column(&mut self, object: &mut Object) -> Result<(), TextError> {
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
    fn column_type(&mut self, field: &mut Field) -> Result<(), TextError> {
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
    fn column_constraint(&mut self, field: &mut Field, object: &Object) -> Result<bool, TextError> {
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
    fn generated(&mut self, field: &mut Field) -> Result<(), TextError> {
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
    fn default_value(&mut self) -> Result<Option<String>, TextError> {
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

    fn create_type(&mut self) {
        let Ok(name) = self.qualified_name("the name of the type") else { return };
        if self.accept("as")
            && self.accept("enum")
            && let Ok(inner) = self.parens()
        {
            self.enums.insert(name.to_lowercase(), inner.iter().filter_map(text_of).collect());
        }
    }

    /// `ALTER TABLE [ONLY] t ADD [CONSTRAINT c] PRIMARY KEY | FOREIGN KEY | UNIQUE | CHECK (...)`, and `ADD COLUMN`.
    fn alter_table(&mut self) -> Result<(), TextError> {
        if self.accept("if") {
            self.accept("exists");
        }
        self.accept("only");
        let Ok(name) = self.qualified_name("the name of the table") else { return Ok(()) };
        let Some(position) = self.objects.iter().position(|object| object.name == name) else { return Ok(()) };
        let mut object = std::mem::take(&mut self.objects[position]);
        let mut done = Ok(());
        while done.is_ok() && self.accept("add") {
            done = if self.is_table_constraint() {
                self.table_constraint(&mut object)
            } else {
                self.accept("column");
                if self.accept("if") {
                    self.accept("not");
                    self.accept("exists");
                }
                self.column(&mut object)
            };
            self.mark(",");
        }
        self.objects[position] = object;
        done
    }

    fn comment_on(&mut self) {
        let mut names = Vec::new();
        while let Ok(name) = self.name("a name") {
            names.push(name);
            if !self.mark(".") {
                break;
            }
        }
        let Some(TokenKind::Text(text)) = self.tokens.get(self.at + 1).map(|token| &token.kind) else { return };
        if let [.., table, column] = names.as_slice()
            && self.accept("is")
            && let Some(object) = self.objects.iter_mut().find(|object| object.name == *table)
            && let Some(field) = find(object, column)
        {
            field.description = Some(text.clone());
        }
    }

    /// Columns whose type is an enum get its values.
    fn name_enums(&mut self) {
        for field in self.objects.iter_mut().flat_map(|object| &mut object.fields) {
            let native = field.native_type.as_deref().unwrap_or_default().to_lowercase();
            if let Some(values) = self.enums.get(&native) {
                field.field_type = FieldType::Picklist;
                field.constraints.one_of = values.clone();
            }
        }
    }

    // What stands where.

    fn word_at(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at).map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn word_is(&self, at: usize, word: &str) -> bool {
        self.word_at(at).is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    fn mark_at(&self, at: usize, mark: &str) -> bool {
        matches!(self.tokens.get(at).map(|token| &token.kind), Some(TokenKind::Mark(found)) if *found == mark)
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.word_is(self.at, word);
        self.at += usize::from(found);
        found
    }

    fn mark(&mut self, mark: &str) -> bool {
        let found = self.mark_at(self.at, mark);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self, what: &str) -> Result<String, TextError> {
        match self.tokens.get(self.at).map(|token| &token.kind) {
            Some(TokenKind::Word(name) | TokenKind::Quoted(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.expected(what)),
        }
    }

    /// The last part of `catalog.schema.name`.
    fn qualified_name(&mut self, what: &str) -> Result<String, TextError> {
        let mut name = self.name(what)?;
        while self.mark(".") {
            name = self.name(what)?;
        }
        Ok(name)
    }

    /// The tokens between `(` and its `)`.
    fn parens(&mut self) -> Result<&'a [Token], TextError> {
        let begin = self.at;
        if !self.mark("(") {
            return Err(self.expected("`(`"));
        }
        let mut depth = 1;
        while depth > 0 {
            if self.mark("(") {
                depth += 1;
            } else if self.mark(")") {
                depth -= 1;
            } else if self.at < self.tokens.len() {
                self.at += 1;
            } else {
                return Err(self.error_at(begin, "this parenthesis is never closed", "Close it with `)`."));
            }
        }
        Ok(&self.tokens[begin + 1..self.at - 1])
    }

    fn names_in_parens(&mut self) -> Result<Vec<String>, TextError> {
        let inner = self.parens()?;
        let mut names = Vec::new();
        let mut fresh = true;
        for token in inner {
            match &token.kind {
                TokenKind::Mark(",") => fresh = true,
                TokenKind::Word(name) | TokenKind::Quoted(name) if fresh => {
                    names.push(name.clone());
                    fresh = false; // ASC, a length: not of the name.
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// Reads over the name of a key and words like CLUSTERED, up to the columns.
    fn until_paren(&mut self) {
        while !self.at_item_end() && !self.mark_at(self.at, "(") {
            self.at += 1;
        }
    }

    /// Whether the column or constraint ends here.
    fn at_item_end(&self) -> bool {
        self.at >= self.tokens.len() || [",", ")", ";"].iter().any(|mark| self.mark_at(self.at, mark))
    }

    fn skip_item(&mut self) {
        while !self.at_item_end() {
            if self.mark_at(self.at, "(") {
                if self.parens().is_err() {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }

    fn skip_statement(&mut self) {
        while self.at < self.tokens.len() && !self.mark(";") {
            // Some dumps have no `;`: SQL Server's end in GO.
            let begins = self.word_is(self.at, "create") && !self.mark_at(self.at.wrapping_sub(1), "(");
            let go = self.accept("go");
            if begins || go {
                return;
            }
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> TextError {
        let found = match self.tokens.get(self.at).map(|token| &token.kind) {
            None => "the text ends".to_owned(),
            Some(kind) => {
                let mut text = String::new();
                push_token(&mut text, kind);
                format!("there is `{}`", text.trim())
            }
        };
        self.error_at(self.at, format!("{what} should stand here, and {found}"), "Correct the definition there.")
    }

    fn error_at(&self, at: usize, what: impl Into<String>, next: &str) -> TextError {
        let token = self.tokens.get(at).or(self.tokens.last());
        let (line, column) = token.map_or((1, 1), |token| (token.line, token.column));
        TextError::at(line, column, what, next)
    }
}

/// What stands as default where the database makes the value itself.
const GENERATED: &str = "(generated)";

fn find<'a>(object: &'a mut Object, name: &str) -> Option<&'a mut Field> {
    let at = object
        .field_index(name)
        .or_else(|| object.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name)))?;
    object.fields.get_mut(at)
}

fn refer(field: &mut Field, to: &str) {
    field.references = Some(to.to_owned());
    field.field_type = FieldType::Reference;
}

fn argument(token: &Token) -> Option<String> {
    match &token.kind {
        TokenKind::Number(text) | TokenKind::Text(text) | TokenKind::Word(text) => Some(text.clone()),
        _ => None,
    }
}

fn text_of(token: &Token) -> Option<String> {
    match &token.kind {
        TokenKind::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn push_token(text: &mut String, kind: &TokenKind) {
    match kind {
        TokenKind::Word(word) | TokenKind::Quoted(word) | TokenKind::Number(word) => {
            if text.ends_with(|letter: char| letter.is_alphanumeric()) {
                text.push(' ');
            }
            text.push_str(word);
        }
        TokenKind::Text(value) => {
            text.push('\'');
            text.push_str(value);
            text.push('\'');
        }
        TokenKind::Mark(mark) => text.push_str(mark),
        TokenKind::Other(letter) => text.push(*letter),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Schema {
        read_sql(text, "file").unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_plain_table() {
        let schema = read(
            "CREATE TABLE IF NOT EXISTS contacts ( -- people
               id INTEGER PRIMARY KEY AUTOINCREMENT,
               email VARCHAR(80) NOT NULL UNIQUE,
               name text DEFAULT 'none',
               amount DECIMAL(10, 2),
               company_id INT REFERENCES companies(id) ON DELETE CASCADE,
               status TEXT CHECK (status IN ('open', 'won')) DEFAULT 'open' NOT NULL,
               anything
             );",
        );
        let object = &schema.objects[0];
        assert_eq!((object.name.as_str(), object.fields.len()), ("contacts", 7));
        assert_eq!(object.primary_key, ["id"]);
        let [id, email, name, amount, company, status, anything] = object.fields.as_slice() else { panic!() };
        assert_eq!(id.constraints.default.as_deref(), Some("(generated)"));
        assert!(email.constraints.required && email.constraints.unique);
        assert_eq!((email.constraints.max_length, email.native_type.as_deref()), (Some(80), Some("VARCHAR(80)")));
        assert_eq!(name.constraints.default.as_deref(), Some("none"));
        assert_eq!((amount.field_type, amount.constraints.scale), (FieldType::Decimal, Some(2)));
        assert_eq!(amount.constraints.maximum.as_deref(), Some("99999999.99"));
        assert_eq!((company.field_type, company.references.as_deref()), (FieldType::Reference, Some("companies")));
        assert_eq!((status.field_type, status.constraints.required), (FieldType::Picklist, true));
        assert_eq!(status.constraints.one_of, ["open", "won"]);
        assert_eq!(anything.native_type, None);
    }

    #[test]
    fn mysql() {
        let schema = read(
            "CREATE TABLE `crm`.`lead` (
               `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
               `key` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'the key; really',
               `state` enum('new','old') NOT NULL DEFAULT 'new',
               `flags` set('a','b'),
               `active` tinyint(1) DEFAULT '1',
               `at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
               PRIMARY KEY (`id`),
               UNIQUE KEY `u` (`key`(5)),
               KEY `i` (`state`,`at`),
               CONSTRAINT `f` FOREIGN KEY (`flags`) REFERENCES `flag` (`id`)
             ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
             /*!40101 SET x */; INSERT INTO lead VALUES (1, 'CREATE TABLE');",
        );
        let object = &schema.objects[0];
        assert_eq!((object.name.as_str(), schema.objects.len()), ("lead", 1));
        let [id, key, state, flags, active, at] = object.fields.as_slice() else { panic!("{object:?}") };
        assert_eq!((id.field_type, id.constraints.unique), (FieldType::Integer, true));
        assert_eq!(key.description.as_deref(), Some("the key; really"));
        assert_eq!((key.constraints.max_length, key.constraints.unique), (Some(10), true));
        assert_eq!(key.constraints.default, None);
        assert_eq!((state.field_type, state.constraints.one_of.len()), (FieldType::Picklist, 2));
        assert_eq!(flags.references.as_deref(), Some("flag"));
        assert_eq!(active.field_type, FieldType::Boolean);
        assert_eq!(at.constraints.default.as_deref(), Some("CURRENT_TIMESTAMP"));
    }

    #[test]
    fn a_dump_of_postgresql() {
        let schema = read(
            "SET x = 1;
             CREATE TYPE public.mood AS ENUM ('sad', 'ok');
             CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN CREATE TABLE no (a int); END $$;
             CREATE TABLE public.\"Person\" (
               id bigint NOT NULL,
               current_mood public.mood,
               born timestamp(3) with time zone,
               tags text[] DEFAULT '{}'::text[],
               nick character varying(20) DEFAULT 'x'::character varying NOT NULL,
               score double precision,
               full_name text GENERATED ALWAYS AS (nick || 'x') STORED,
               CONSTRAINT c CHECK (((nick)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))
             );
             ALTER TABLE ONLY public.\"Person\" ADD CONSTRAINT p PRIMARY KEY (id);
             COMMENT ON COLUMN public.\"Person\".score IS 'how good';",
        );
        assert_eq!(schema.objects.len(), 1);
        let object = &schema.objects[0];
        let [id, mood, born, tags, nick, score, full] = object.fields.as_slice() else { panic!("{object:?}") };
        assert_eq!(object.primary_key, ["id"]);
        assert!(id.constraints.required);
        assert_eq!((mood.field_type, mood.constraints.one_of.len()), (FieldType::Picklist, 2));
        assert_eq!(born.field_type, FieldType::DateTime);
        assert_eq!(tags.field_type, FieldType::List);
        assert_eq!((nick.constraints.max_length, nick.constraints.default.as_deref()), (Some(20), Some("x")));
        assert_eq!(nick.constraints.one_of, ["a", "b"]);
        assert_eq!((score.field_type, score.description.as_deref()), (FieldType::Decimal, Some("how good")));
        assert!(full.constraints.read_only);
    }

    #[test]
    fn sql_server_and_oracle() {
        let schema = read(
            "CREATE TABLE [dbo].[Deal Item] ([Id] [int] IDENTITY(1,1) NOT NULL, [Name] [nvarchar](max) NULL,
               [On] [datetime2](7) DEFAULT (getdate()), CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)) ON [PRIMARY]
             GO
             CREATE TABLE T (N NUMBER(5), M NUMBER(7,2) DEFAULT 0, V VARCHAR2(30 CHAR) NOT NULL)",
        );
        let [deal, t] = schema.objects.as_slice() else { panic!("{schema:?}") };
        assert_eq!((deal.name.as_str(), deal.primary_key.as_slice()), ("Deal Item", &["Id".to_owned()][..]));
        assert_eq!((deal.fields[1].field_type, deal.fields[1].constraints.max_length), (FieldType::Text, None));
        assert_eq!(deal.fields[2].constraints.default.as_deref(), Some("(getdate())"));
        assert_eq!(t.fields[0].field_type, FieldType::Integer);
        assert_eq!(t.fields[1].constraints.default.as_deref(), Some("0"));
        assert_eq!((t.fields[2].constraints.max_length, t.fields[2].constraints.required), (Some(30), true));
    }

    #[test]
    fn columns_named_like_constraints() {
        let schema = read("CREATE TABLE t (key text, index int, period text, \"primary\" int, unique_id int)");
        assert!(schema.objects[0].fields.len() >= 4, "{schema:?}");
        assert_eq!(schema.objects[0].fields[0].name, "key");
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, line, column, part) in [
            ("SELECT 1;", 1, 1, "no CREATE TABLE"),
            ("CREATE TABLE t (\n  a int\n  b int,\n);\nCREATE TABLE", 5, 8, "name of the table"),
            ("CREATE TABLE t (a int", 1, 19, "`,` or `)`"),
            ("CREATE TABLE t (a int, a text)", 1, 24, "twice"),
            ("CREATE TABLE t (a int, 5 text)", 1, 24, "name of a column"),
            ("CREATE TABLE t (a int); CREATE TABLE t (a int)", 1, 38, "created twice"),
            ("CREATE TABLE t (a int CHECK (a > 1)", 1, 35, "`,` or `)`"),
            ("CREATE TABLE t (a int, PRIMARY KEY (b))", 1, 38, "no such column"),
        ] {
            let error = read_sql(text, "file").expect_err(text);
            assert!(error.what.contains(part), "{text}: {error}");
            assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_is_too_odd(words in prop::collection::vec(prop::sample::select(vec![
            "CREATE", "TABLE", "(", ")", ",", ";", "a", "int", "PRIMARY", "KEY", "CHECK", "IN", "'x'", "DEFAULT", "::",
            "UNIQUE", "FOREIGN", "REFERENCES", "CONSTRAINT", "ALTER", "ADD", "COMMENT", "ON", "COLUMN", "IS", ".", "5",
            "[", "]", "NOT", "NULL", "TYPE", "AS", "ENUM", "GENERATED", "ANY", "ARRAY", "BETWEEN", "AND", "length", ">=",
        ]), 0..40)) {
            let _ = read_sql(&words.join(" "), "file");
            let _ = read_sql(&format!("CREATE TABLE t (a int, {}", words.join(" ")), "file");
        }
    }
}
