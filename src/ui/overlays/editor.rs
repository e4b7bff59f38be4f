//! The expression editor: the text with what is wrong under its characters, and results on real records.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::app::steps;
use crate::app::{Editor, EvaluatedRow, Evaluation};
use crate::report::words;
use crate::transform::{CompletionKind, TokenKind, highlight};
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, Part};
use crate::ui::panel::{Title, overlay, panel};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, editor: &Editor, theme: &Theme) {
    let changed = if editor.text() == editor.applied { "" } else { "not applied" };
    let note = editor.signature.as_ref().map_or("expression", |(signature, _)| signature);
    overlay(frame, area, &Title::new(&editor.target).note(note).right(changed), theme);
    expression(frame, laid_out.part(Part::Entry), editor, theme);
    message(frame, laid_out.part(Part::Text), editor, theme);
    results(frame, laid_out.part(Part::Results), editor, theme);
    completions(frame, laid_out.part(Part::Results), editor, theme);
}

/// The text, coloured; what is wrong is underlined, and the cursor is the terminal's own.
fn expression(frame: &mut Frame<'_>, area: Rect, editor: &Editor, theme: &Theme) {
    let shown = editor.text();
    let styles = styles(&shown, editor, theme);
    let cursor = editor.cursor();
    let width = usize::from(area.width).max(1);
    // Wrapped by hand: each character goes to the next free cell, a full line breaks where it is.
    let (mut x, mut y) = (0usize, 0usize);
    let mut at_cursor = None;
    let mut cells: Vec<(usize, usize, String, Style)> = Vec::new();
    for (byte, letter) in shown.char_indices() {
        if byte == cursor {
            at_cursor = Some((x, y));
        }
        if letter == '\n' {
            (x, y) = (0, y + 1);
            continue;
        }
        let glyph = text::cell(letter.encode_utf8(&mut [0; 4]), 12);
        let wide = text::width(&glyph);
        if x + wide > width {
            (x, y) = (0, y + 1);
        }
        cells.push((x, y, glyph, styles[byte]));
        x += wide;
    }
    if x >= width {
        (x, y) = (0, y + 1);
    }
    let (cursor_x, cursor_y) = at_cursor.unwrap_or((x, y));
    let height = usize::from(area.height).max(1);
    let skipped = (cursor_y + 1).saturating_sub(height);
    carets(frame, area, &cells, skipped, theme);
    for (x, y, glyph, style) in cells {
        if let Some(y) = y.checked_sub(skipped).filter(|y| *y < height) {
            frame.buffer_mut().set_string(area.x + x as u16, area.y + y as u16, glyph, style);
        }
    }
    frame.set_cursor_position((area.x + cursor_x as u16, area.y + (cursor_y - skipped) as u16));
}

/// Marks under the characters that are wrong, where the row below is free.
fn carets(frame: &mut Frame<'_>, area: Rect, cells: &[(usize, usize, String, Style)], skipped: usize, theme: &Theme) {
    for (x, y, glyph, style) in cells.iter().filter(|(_, _, _, style)| *style == theme.error) {
        let below = y + 1;
        let free = !cells.iter().any(|(_, row, _, _)| *row == below);
        if let Some(row) = below.checked_sub(skipped).filter(|row| free && *row < usize::from(area.height)) {
            let marks = "^".repeat(text::width(glyph));
            let style = Style { underline_color: None, ..*style }.remove_modifier(ratatui::style::Modifier::UNDERLINED);
            frame.buffer_mut().set_string(area.x + *x as u16, area.y + row as u16, marks, style);
        }
    }
}

/// A style for every byte of the text.
fn styles(shown: &str, editor: &Editor, theme: &Theme) -> Vec<Style> {
    let mut styles = vec![theme.text; shown.len()];
    for (span, kind) in highlight(shown) {
        let style = match kind {
            TokenKind::Text => theme.string,
            TokenKind::Number => theme.number,
            TokenKind::Function => theme.function,
            TokenKind::Keyword => theme.keyword,
            TokenKind::Target => theme.good,
            TokenKind::Field => theme.text,
            TokenKind::Operator | TokenKind::Punctuation => theme.muted,
            TokenKind::Error => theme.bad,
        };
        if let Some(styles) = styles.get_mut(span.start..span.end) {
            styles.fill(style);
        }
    }
    if let Some(diagnostic) = &editor.diagnostic {
        let start = diagnostic.span.start.min(shown.len());
        let end = diagnostic.span.end.clamp(start, shown.len());
        for style in &mut styles[start..end] {
            *style = theme.error;
        }
    }
    styles
}

fn message(frame: &mut Frame<'_>, area: Rect, editor: &Editor, theme: &Theme) {
    let line = match (&editor.diagnostic, &editor.evaluation) {
        (Some(diagnostic), _) => Columns::new(area.width).just("✗ ", theme.bad).just(&diagnostic.sentence(), theme.bad),
        (None, Some(Evaluation { problem: Some(problem), .. })) if editor.current() => {
            Columns::new(area.width).just("✗ ", theme.bad).just(problem, theme.bad)
        }
        (None, Some(evaluation)) if editor.current() => {
            let rows = evaluation.rows.len();
            match evaluation.failing {
                0 => Columns::new(area.width)
                    .just("✓ ", theme.good)
                    .just(&format!("no finding on {} of the sample", words::records(rows as u64)), theme.muted),
                failing => Columns::new(area.width)
                    .just("! ", theme.warn)
                    .just(&format!("{failing} of {} of the sample fail", words::records(rows as u64)), theme.warn),
            }
        }
        _ => Columns::new(area.width),
    };
    frame.render_widget(line.done(), area);
}

/// Words for the one that is being typed, each with its signature; the first one's sentence below.
fn completions(frame: &mut Frame<'_>, area: Rect, editor: &Editor, theme: &Theme) {
    if editor.completions.is_empty() || area.height < 4 {
        return;
    }
    let label = editor.completions.iter().map(|one| text::width(&one.label)).max().unwrap_or(0).clamp(8, 24);
    let rows = editor.completions.len().min(usize::from(area.height) - 3);
    let frame_area = Rect { height: rows as u16 + 3, width: area.width.min(76), ..area };
    frame.render_widget(Clear, frame_area);
    let inner = panel(frame, frame_area, &Title::default().right("Tab takes, ↑ ↓ choose"), true, theme);
    for (y, one) in editor.completions.iter().enumerate().take(rows) {
        let (kind, style) = match one.kind {
            CompletionKind::SourceField => ("field", theme.text),
            CompletionKind::TargetField => ("target", theme.good),
            CompletionKind::Function => ("function", theme.function),
            CompletionKind::Keyword => ("word", theme.keyword),
        };
        let mut line = Columns::new(inner.width)
            .put(&one.label, label, style)
            .put(kind, 8, theme.muted)
            .rest(&one.signature, theme.muted)
            .done();
        if y == editor.completion {
            line.style = theme.selected;
        }
        frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
    let doc = editor.completions.get(editor.completion).map_or("", |one| one.doc.as_str());
    let last = Rect { y: inner.bottom() - 1, height: 1, ..inner };
    frame.render_widget(Line::styled(text::cell(doc, usize::from(inner.width)), theme.muted), last);
}

fn results(frame: &mut Frame<'_>, area: Rect, editor: &Editor, theme: &Theme) {
    let Some(evaluation) = &editor.evaluation else { return };
    let shown = editor.text();
    let steps_height = (area.height / 3).clamp(2, 8);
    let table = Rect { height: area.height.saturating_sub(steps_height), ..area };
    let rule = "─".repeat(usize::from(area.width));
    frame.render_widget(Line::styled(rule, theme.faint), Rect { height: 1, ..table });
    let across = steps_across(editor, evaluation, area.width);
    let widths = column_widths(area.width, across.len());
    let mut heading = Columns::new(table.width).right("record", 7, theme.muted).put(
        &evaluation.inputs.join(", "),
        widths.0,
        theme.muted,
    );
    for at in &across {
        heading = heading.put(&step_name(&shown, evaluation, *at), widths.1, theme.function);
    }
    frame.render_widget(
        heading.rest(&editor.target, theme.muted).done(),
        Rect { y: table.y + 1, height: 1, ..table }.intersection(table),
    );
    let rows = usize::from(table.height).saturating_sub(2);
    for (y, row) in evaluation.rows.iter().skip(editor.record).take(rows).enumerate() {
        let mut line = result_line(row, &across, widths, table.width, editor, theme);
        if y == 0 {
            line.style = theme.selected_idle;
        }
        frame.render_widget(line, Rect { y: table.y + 2 + y as u16, height: 1, ..table });
    }
    steps(frame, Rect { y: table.bottom(), height: steps_height, ..area }, editor, evaluation, theme);
}

/// Widths of the input, of each step, and what is left is the output's.
fn column_widths(width: u16, steps: usize) -> (usize, usize) {
    let room = usize::from(width).saturating_sub(10);
    if steps == 0 { (room / 2, 0) } else { (room / (steps + 2), room / (steps + 2)) }
}

/// Steps that have a column of their own: every one but the last, whose value is the output, where there is room.
fn steps_across(editor: &Editor, evaluation: &Evaluation, width: u16) -> Vec<usize> {
    let most = evaluation.rows.iter().map(|row| row.steps.len()).max().unwrap_or(0).saturating_sub(1);
    let fits = editor.current() && usize::from(width).saturating_sub(10) / (most + 2) >= 14;
    if fits { (0..most).collect() } else { Vec::new() }
}

/// What a step is called: its own part of the text.
fn step_name(shown: &str, evaluation: &Evaluation, at: usize) -> String {
    let span = evaluation.rows.iter().find_map(|row| row.steps.get(at)).map(|(span, _)| *span);
    own_part(span.and_then(|span| shown.get(span.start..span.end)).unwrap_or_default()).to_owned()
}

/// Of a chain of steps the last.
fn own_part(step: &str) -> &str {
    let last = steps::parts(step).and_then(|parts| parts.last().copied());
    last.and_then(|part| step.get(part.start..part.end)).unwrap_or(step).trim()
}

fn result_line(
    row: &EvaluatedRow,
    across: &[usize],
    widths: (usize, usize),
    width: u16,
    editor: &Editor,
    theme: &Theme,
) -> Line<'static> {
    let quiet = if editor.current() { theme.muted } else { theme.faint };
    let number = words::count(row.origin.number);
    let mut line = Columns::new(width).right(&number, 7, theme.faint).put(&row.inputs.join("  "), widths.0, quiet);
    for at in across {
        line = line.put(row.steps.get(*at).map_or("", |(_, value)| value), widths.1, quiet);
    }
    match (row.findings.first(), &row.output) {
        (Some(finding), _) => line.just("✗ ", theme.bad).just(&finding.reason, theme.bad).done(),
        (None, Some(output)) => line.just(output, if editor.current() { theme.text } else { theme.faint }).done(),
        (None, None) => line.just("∅", theme.faint).done(),
    }
}

/// Every step of the first shown record: the characters of the step and what it made; then steps that are off.
fn steps(frame: &mut Frame<'_>, area: Rect, editor: &Editor, evaluation: &Evaluation, theme: &Theme) {
    let Some(row) = evaluation.rows.get(editor.record) else { return };
    let title = format!("─ steps of record {} ", words::count(row.origin.number));
    let rule = "─".repeat(usize::from(area.width).saturating_sub(text::width(&title)));
    let heading = Line::from(vec![Span::styled(title, theme.muted), Span::styled(rule, theme.faint)]);
    frame.render_widget(heading, Rect { height: 1, ..area });
    let shown = editor.text();
    let inner = area.inner(Margin::new(1, 0));
    let third = usize::from(inner.width) / 3;
    let made = row.steps.iter().map(|(span, value)| {
        let step = own_part(shown.get(span.start..span.end).unwrap_or_default());
        let line = Columns::new(inner.width).put(step, third, theme.function);
        line.just("→ ", theme.faint).just(value, theme.text).done()
    });
    let off = editor.off.iter().map(|step| {
        let line = Columns::new(inner.width).put(&step.text, third, theme.faint);
        line.just("off; Alt-I switches the last one on", theme.faint).done()
    });
    for (y, line) in made.chain(off).enumerate().take(usize::from(area.height).saturating_sub(1)) {
        frame.render_widget(line, Rect { y: area.y + 1 + y as u16, height: 1, ..inner });
    }
}

#[cfg(test)]
mod tests {
    use super::own_part;

    #[test]
    fn a_step_is_called_by_its_own_part() {
        assert_eq!(own_part("name | trim | lower"), "lower");
        assert_eq!(own_part("name | trim ?? 'x'"), "name | trim ?? 'x'");
        assert_eq!(own_part(" drop(2) "), "drop(2)");
        let choice = "if a == \"|\" then (b | trim) else (c | upper)";
        assert_eq!(own_part(choice), choice);
    }
}
