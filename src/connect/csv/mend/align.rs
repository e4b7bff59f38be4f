//! The best way to lay the cells of a record over the columns of its table: kept, dropped where empty, joined over a
//! delimiter that was text, parted where a delimiter was lost, or missing.

use std::cmp::Ordering;

use super::column::Column;
use super::tokens::Token;

/// What a laying-out cost and came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aligned {
    /// Higher is better; a sum of logarithms.
    pub score: f64,
    pub cells: Vec<Vec<u8>>,
    pub parted: usize,
    pub joined: usize,
    pub dropped: usize,
    pub missing: usize,
}

/// No search is worth the time of more comparisons of a text with a column.
const MOST_LOOKS: usize = 100_000;
/// A record that lacks more cells than it has, and more than these, is not searched either: what is left says too little
/// of where it belongs.
const MOST_LACKING: usize = 16;
/// Longer cells are not parted.
const LONGEST_PARTED: usize = 2048;
/// Each half of a parted cell must fit at least as well as this.
const PART_FIT: f64 = -5.5;

const DROP: f64 = -0.7;
const JOIN: f64 = -1.0;
const JOIN_EACH: f64 = -0.2;
const PART: f64 = -2.0;
const MISSING: f64 = -3.0;
const MISSING_AT_END: f64 = -2.0;

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Keep,
    Drop,
    Join(usize),
    /// The cell is parted here; so many bytes in between go (a seam's quote).
    Part(usize, usize),
    Missing,
}

/// Lays out `tokens`; `None` where nothing sensible is found.
pub(super) fn align(tokens: &[Token], columns: &[Column], delimiter: &[u8]) -> Option<Aligned> {
    let (count, width) = (tokens.len(), columns.len());
    let lacking = width.saturating_sub(count);
    if count == 0 || lacking > count.max(MOST_LACKING) {
        return None;
    }
    let longest_join = (count.saturating_sub(width) + 3).min(16);
    let band = count.abs_diff(width) + 4;
    let each = |token: &Token| match count.cmp(&width) {
        Ordering::Less if token.text.len() <= LONGEST_PARTED => 2 * token.text.len() + 1,
        Ordering::Less | Ordering::Equal => 1,
        Ordering::Greater => longest_join,
    };
    if tokens.iter().map(each).sum::<usize>().saturating_mul(width.min(2 * band + 1)) > MOST_LOOKS {
        return None;
    }
    let at = |cell: usize, column: usize| cell * (width + 1) + column;
    let mut best: Vec<Option<(f64, Step)>> = vec![None; (count + 1) * (width + 1)];
    best[0] = Some((0.0, Step::Keep));
    for cell in 0..=count {
        for column in 0..=width {
            let Some((score, _)) = best[at(cell, column)] else { continue };
            if cell.abs_diff(column) > band {
                continue;
            }
            let mut offer = |cell: usize, column: usize, score: f64, step: Step| {
                let place = &mut best[at(cell, column)];
                if place.is_none_or(|(known, _)| score > known) {
                    *place = Some((score, step));
                }
            };
            if column < width {
                let gap = if cell == count { MISSING_AT_END } else { MISSING + columns[column].fit(b"") };
                offer(cell, column + 1, score + gap, Step::Missing);
            }
            let Some(token) = tokens.get(cell) else { continue };
            if token.text.trim_ascii().is_empty() {
                offer(cell + 1, column, score + DROP, Step::Drop);
            }
            if column == width {
                continue;
            }
            offer(cell + 1, column + 1, score + columns[column].fit(token.judged()), Step::Keep);
            if column + 2 <= width
                && count < width
                && let Some((gain, cut, gone)) = part(token, &columns[column], &columns[column + 1])
            {
                offer(cell + 1, column + 2, score + gain + PART, Step::Part(cut, gone));
            }
            if count > width {
                for more in 2..=longest_join.min(count - cell) {
                    let joined = join(&tokens[cell..cell + more], delimiter);
                    let cost = JOIN + JOIN_EACH * more as f64;
                    offer(cell + more, column + 1, score + cost + columns[column].fit(&joined), Step::Join(more));
                }
            }
        }
    }
    let (score, _) = best[at(count, width)]?;
    let mut aligned = Aligned { score, cells: Vec::new(), parted: 0, joined: 0, dropped: 0, missing: 0 };
    let (mut cell, mut column) = (count, width);
    while (cell, column) != (0, 0) {
        let (_, step) = best[at(cell, column)]?;
        match step {
            Step::Keep => {
                (cell, column) = (cell - 1, column - 1);
                aligned.cells.push(tokens[cell].text.clone());
            }
            Step::Drop => {
                cell -= 1;
                aligned.dropped += 1;
            }
            Step::Join(more) => {
                (cell, column) = (cell - more, column - 1);
                aligned.joined += 1;
                aligned.cells.push(join(&tokens[cell..cell + more], delimiter));
            }
            Step::Part(cut, gone) => {
                (cell, column) = (cell - 1, column - 2);
                aligned.parted += 1;
                let text = &tokens[cell].text;
                aligned.cells.push(text[cut + gone..].to_vec());
                aligned.cells.push(text[..cut].to_vec());
            }
            Step::Missing => {
                column -= 1;
                aligned.missing += 1;
                aligned.cells.push(Vec::new());
            }
        }
    }
    aligned.cells.reverse();
    Some(aligned)
}

fn join(tokens: &[Token], delimiter: &[u8]) -> Vec<u8> {
    let mut joined = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if index > 0 {
            joined.extend_from_slice(delimiter);
        }
        joined.extend_from_slice(&token.text);
    }
    joined
}

/// The best place to part a cell in two: what is gained, where, and how many bytes go in between.
fn part(token: &Token, left: &Column, right: &Column) -> Option<(f64, usize, usize)> {
    let text = &token.text;
    if text.is_empty() || text.len() > LONGEST_PARTED {
        return None;
    }
    let mut best: Option<(f64, usize, usize)> = None;
    let mut offer = |cut: usize, gone: usize| {
        let (a, b) = (left.fit(&text[..cut]), right.fit(&text[cut + gone..]));
        if a >= PART_FIT && b >= PART_FIT && best.is_none_or(|(known, ..)| a + b > known) {
            best = Some((a + b, cut, gone));
        }
    };
    for cut in 0..=text.len() {
        // Never within a character.
        if text.get(cut).is_none_or(|byte| !(0x80..0xc0).contains(byte)) {
            offer(cut, 0);
        }
    }
    for seam in &token.seams {
        offer(*seam, 1);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let mut columns = vec![Column::default(); 3];
        for (index, name) in ["Ann Ames", "Bob Burr", "Cid Cole", "Dora Dun", "Eve East"].iter().enumerate() {
            columns[0].learn(format!("2026-01-0{index}").as_bytes());
            columns[1].learn(name.as_bytes());
            columns[2].learn(if index % 2 == 0 { b"12.50" } else { b"" });
        }
        columns
    }

    fn tokens(texts: &[&str]) -> Vec<Token> {
        texts.iter().map(|text| Token { text: text.as_bytes().to_vec(), ..Token::default() }).collect()
    }

    fn cells(texts: &[&str]) -> Vec<String> {
        let aligned = align(&tokens(texts), &columns(), b",").unwrap();
        aligned.cells.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect()
    }

    #[test]
    fn lost_extra_and_unquoted_delimiters_are_put_right() {
        assert_eq!(cells(&["2026-02-01Fay Finn", "13.00"]), ["2026-02-01", "Fay Finn", "13.00"]);
        assert_eq!(cells(&["2026-02-01", "", "Fay Finn", "13.00"]), ["2026-02-01", "Fay Finn", "13.00"]);
        assert_eq!(cells(&["2026-02-01", "Finn", " Fay", "13.00"]), ["2026-02-01", "Finn, Fay", "13.00"]);
        assert_eq!(cells(&["2026-02-01", "Fay Finn"]), ["2026-02-01", "Fay Finn", ""]);
    }

    #[test]
    fn what_says_too_little_or_takes_too_long_is_left_alone() {
        let columns: Vec<Column> = columns().into_iter().cycle().take(300).collect();
        let aligned = |count: usize, width: usize, text: &str| {
            align(&tokens(&vec![text; count]), &columns[..width], b",").map(|aligned| aligned.cells.len())
        };
        assert_eq!(aligned(1, 300, "ab"), None, "nearly all is missing");
        assert_eq!(aligned(3, 20, "ab"), None);
        assert_eq!(aligned(3, 19, "ab"), Some(19), "a narrow table says enough");
        assert_eq!(aligned(20, 40, "ab"), Some(40), "half of it is there");
        assert_eq!(aligned(299, 300, "ab"), Some(300), "a single one is missing");
        assert_eq!(aligned(200, 300, "abcdefgh"), None, "too many ways");
        assert_eq!(aligned(2, 3, &"x".repeat(100_000)), Some(3), "what is too long is not parted");
    }

    #[test]
    fn a_record_of_the_right_width_stays_as_it_is() {
        let aligned = align(&tokens(&["x", "y", "z"]), &columns(), b",").unwrap();
        assert_eq!((aligned.parted, aligned.joined, aligned.dropped, aligned.missing), (0, 0, 0, 0));
    }
}
