//! A line made of columns.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;

/// Builds a line column by column, never wider than it may be.
pub struct Columns {
    spans: Vec<Span<'static>>,
    left: usize,
}

impl Columns {
    pub fn new(width: u16) -> Columns {
        Columns { spans: Vec::new(), left: usize::from(width) }
    }

    /// Columns that are still free.
    pub fn left(&self) -> usize {
        self.left
    }

    /// A left-aligned column and a gap behind it; a column of no width leaves no gap.
    pub fn put(self, shown: &str, width: usize, style: Style) -> Columns {
        if width == 0 { self } else { self.exact(text::pad(shown, width.min(1 << 12)), width, style).gap(1) }
    }

    /// A right-aligned column and a gap behind it.
    pub fn right(self, shown: &str, width: usize, style: Style) -> Columns {
        if width == 0 { self } else { self.exact(text::pad_left(shown, width.min(1 << 12)), width, style).gap(1) }
    }

    /// What is left, filled with one text.
    pub fn rest(self, shown: &str, style: Style) -> Columns {
        let width = self.left;
        self.exact(text::pad(shown, width), width, style)
    }

    /// As much of a text as fits, without filling up.
    pub fn just(mut self, shown: &str, style: Style) -> Columns {
        let cut = text::cell(shown, self.left);
        self.left -= text::width(&cut).min(self.left);
        self.spans.push(Span::styled(cut, style));
        self
    }

    /// Several styled pieces one after another, cut where the line ends.
    pub fn pieces(mut self, pieces: impl IntoIterator<Item = (String, Style)>) -> Columns {
        for (piece, style) in pieces {
            self = self.just(&piece, style);
        }
        self
    }

    pub fn gap(mut self, width: usize) -> Columns {
        let width = width.min(self.left);
        self.left -= width;
        self.spans.push(Span::raw(" ".repeat(width)));
        self
    }

    fn exact(mut self, padded: String, width: usize, style: Style) -> Columns {
        let shown = if width > self.left { text::pad(&padded, self.left) } else { padded };
        self.left -= width.min(self.left);
        self.spans.push(Span::styled(shown, style));
        self
    }

    pub fn done(self) -> Line<'static> {
        Line::from(self.spans)
    }
}

/// Spreads a width over columns: each gets at least its smallest, the rest goes by weight.
pub fn spread(width: usize, columns: &[(usize, usize)]) -> Vec<usize> {
    let smallest: usize = columns.iter().map(|(least, _)| least).sum();
    let weights: usize = columns.iter().map(|(_, weight)| weight).sum();
    let spare = width.saturating_sub(smallest);
    let mut widths: Vec<usize> =
        columns.iter().map(|(least, weight)| least + (spare * weight).checked_div(weights).unwrap_or(0)).collect();
    let given: usize = widths.iter().sum();
    if weights > 0
        && let Some(last) = columns.iter().rposition(|(_, weight)| *weight > 0)
    {
        widths[last] += width.saturating_sub(given);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_wider_than_it_may_be() {
        let line =
            Columns::new(10).put("東京都", 4, Style::new()).right("12", 4, Style::new()).rest("tail", Style::new());
        assert_eq!(line.done().to_string(), "東…    12 ");
        assert_eq!(Columns::new(5).just("too long", Style::new()).done().to_string(), "too …");
    }

    #[test]
    fn spare_width_goes_by_weight_and_is_used_up() {
        assert_eq!(spread(20, &[(4, 0), (4, 1), (4, 2)]), [4, 6, 10]);
        assert_eq!(spread(5, &[(4, 1), (4, 1)]), [4, 4]);
    }
}
