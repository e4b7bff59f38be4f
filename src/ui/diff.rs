//! Which characters of a value a mapping put there.

use unicode_segmentation::UnicodeSegmentation;

/// Values longer than this are shown as changed at both ends only: nobody reads a comparison of pages.
const LONGEST: usize = 200;

/// The pieces of `after`, each with whether it is new compared to `before`: what is not in the longest common
/// subsequence of graphemes.
pub fn changes(before: &str, after: &str) -> Vec<(String, bool)> {
    let old: Vec<&str> = before.graphemes(true).take(LONGEST).collect();
    let new: Vec<&str> = after.graphemes(true).take(LONGEST).collect();
    let kept = kept(&old, &new);
    let mut pieces: Vec<(String, bool)> = Vec::new();
    for (grapheme, kept) in new.into_iter().zip(kept) {
        match pieces.last_mut() {
            Some((piece, changed)) if *changed != kept => piece.push_str(grapheme),
            _ => pieces.push((grapheme.to_owned(), !kept)),
        }
    }
    pieces
}

/// For each new grapheme whether it stands in the longest common subsequence.
fn kept(old: &[&str], new: &[&str]) -> Vec<bool> {
    let columns = new.len() + 1;
    let mut lengths = vec![0u16; (old.len() + 1) * columns];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            lengths[i * columns + j] = if a == b {
                lengths[(i + 1) * columns + j + 1] + 1
            } else {
                lengths[(i + 1) * columns + j].max(lengths[i * columns + j + 1])
            };
        }
    }
    let mut kept = vec![false; new.len()];
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            kept[j] = true;
            i += 1;
            j += 1;
        } else if lengths[(i + 1) * columns + j] >= lengths[i * columns + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(before: &str, after: &str) -> String {
        changes(before, after).into_iter().map(|(piece, new)| if new { format!("[{piece}]") } else { piece }).collect()
    }

    #[test]
    fn only_what_is_new_is_marked() {
        assert_eq!(marked(" ada ", "Ada"), "[A]da");
        assert_eq!(marked("030 1234", "+49301234"), "[+49]301234");
        assert_eq!(marked("same", "same"), "same");
        assert_eq!(marked("", "new"), "[new]");
        assert_eq!(marked("gone", ""), "");
    }
}
