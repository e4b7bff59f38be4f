//! Words that are offered while one is typed, and what the function around the cursor takes.

use tui_textarea::CursorMove;

use super::{Editor, edit};
use crate::app::{Effect, Model, Overlay};
use crate::transform::{Completion, CompletionKind, Scope, Span, complete, find_function};

/// Completions that are offered at once.
const OFFERED: usize = 8;

impl Editor {
    pub(super) fn forget_completions(&mut self) {
        self.completions.clear();
        self.completion = 0;
        self.picking = false;
    }

    /// Offers words for the one that is being typed.
    pub(super) fn offer(&mut self) {
        let (text, cursor) = (self.text(), self.cursor());
        let typing =
            text[..cursor].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.');
        if !typing {
            return;
        }
        let scope = Scope { source_fields: &self.source_fields, target_fields: &self.target_fields };
        let mut found = complete(&text, cursor, &scope);
        // What stands there already is no news.
        found.retain(|one| text.get(one.replace.start..one.replace.end) != Some(one.insert.as_str()));
        if found.is_empty() {
            found = self.offered_values(&text, cursor);
        }
        found.truncate(OFFERED);
        self.completions = found;
    }

    /// Inside quotes: values that the target field takes.
    fn offered_values(&self, text: &str, cursor: usize) -> Vec<Completion> {
        let before = &text[..cursor];
        let Some(quote) = before.rfind('"').filter(|_| before.matches('"').count() % 2 == 1) else { return Vec::new() };
        let typed = before[quote + 1..].to_lowercase();
        let end = text[cursor..].find('"').map_or(cursor, |end| cursor + end);
        let fits = self.allowed.iter().filter(|value| value.to_lowercase().contains(&typed));
        fits.map(|value| Completion {
            label: value.clone(),
            insert: value.replace('\\', "\\\\").replace('"', "\\\""),
            replace: Span { start: quote + 1, end },
            kind: CompletionKind::Keyword,
            signature: "a value of the target".to_owned(),
            doc: String::new(),
        })
        .collect()
    }

    /// Finds the function whose parentheses the cursor stands in.
    pub(super) fn look_around(&mut self) {
        let text = self.text();
        let before = &text[..self.cursor()];
        let mut depth = 0;
        let mut open = None;
        for (at, letter) in before.char_indices().rev() {
            match letter {
                ')' => depth += 1,
                '(' if depth > 0 => depth -= 1,
                '(' => {
                    open = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let name = open.map(|at| {
            let head = &before[..at];
            head.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
        });
        self.signature = name.and_then(find_function).map(|function| (function.signature(), function.doc.to_owned()));
    }
}

/// Puts the offered word in the place of the one that was typed.
pub(super) fn take_completion(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Editor(editor)) = model.overlays.last() else { return Vec::new() };
    let Some(word) = editor.completions.get(editor.completion).cloned() else { return Vec::new() };
    let text = editor.text();
    let (Some(before), Some(after)) = (text.get(..word.replace.start), text.get(word.replace.end..)) else {
        return Vec::new();
    };
    let new = format!("{before}{}{after}", word.insert);
    let cursor = format!("{before}{}", word.insert);
    let effects = edit(model, |area| {
        area.select_all();
        area.insert_str(&new);
        let row = cursor.matches('\n').count();
        let column = cursor.rsplit('\n').next().map_or(0, |line| line.chars().count());
        area.move_cursor(CursorMove::Jump(row as u16, column as u16));
    });
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut() {
        editor.forget_completions();
    }
    effects
}
