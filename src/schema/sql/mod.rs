//! A schema from SQL text: every `CREATE TABLE`, in the dialects of PostgreSQL, MySQL, SQLite, SQL Server, Oracle and
//! their kin. What is no table definition is read over; `ALTER TABLE ... ADD`, `CREATE TYPE ... AS ENUM` and `COMMENT ON
//! COLUMN`, as dumps have them, are taken in.

mod check;
mod columns;
mod cursor;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::HashMap;

use super::load_error::TextError;
use super::type_words::type_of_word;
use super::{Field, FieldType, Object, Schema};
use check::read_check;
use tokens::{Token, TokenKind, tokens};

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
}

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

fn text_of(token: &Token) -> Option<String> {
    match &token.kind {
        TokenKind::Text(text) => Some(text.clone()),
        _ => None,
    }
}
