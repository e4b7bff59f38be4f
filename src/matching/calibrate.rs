//! From a score to a confidence: of all pairs given 0.8, eight in ten should be right. Fitted on families of systems
//! that the weights had not seen.

use serde::{Deserialize, Serialize};

use super::combine::logistic;
use super::signals::log_odds;

/// Log-odds of being right, from the score and how far it stands above its rivals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    pub bias: f32,
    /// Weight of the score's own log-odds.
    pub score: f32,
    /// Weight of the distance to the best other target of the same source.
    pub row_margin: f32,
    /// Weight of the distance to the best other source of the same target.
    pub column_margin: f32,
    /// Confidence from which a pair may be accepted without looking.
    pub accept_from: f32,
}

impl Default for Calibration {
    fn default() -> Calibration {
        Calibration { bias: 0.0, score: 1.0, row_margin: 0.0, column_margin: 0.0, accept_from: 0.9 }
    }
}

/// A pair's second score and its distances to the best others, in its row and in its column.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    pub score: f32,
    pub row_margin: f32,
    pub column_margin: f32,
}

impl Standing {
    /// The numbers that [`Calibration`] weighs, in the order of its fields.
    pub fn numbers(&self) -> [f32; 3] {
        [log_odds(self.score), self.row_margin, self.column_margin]
    }
}

impl Calibration {
    /// 0 to 1.
    pub fn confidence(&self, standing: Standing) -> f32 {
        let [score, row, column] = standing.numbers();
        logistic(self.bias + self.score * score + self.row_margin * row + self.column_margin * column)
    }
}

/// What is left of the confidence of a pair that the one-to-one mapping did not choose: one of its fields is needed
/// elsewhere. Measured on families left out, 0.9 to 0.1 differ little.
const NOT_CHOSEN: f32 = 0.7;

/// Lowers the confidence of every pair that is not among the chosen ones.
pub fn settle(confidences: &mut [f32], chosen: &[usize]) {
    let mut kept = chosen.iter().filter_map(|pair| Some((*pair, *confidences.get(*pair)?))).collect::<Vec<_>>();
    confidences.iter_mut().for_each(|confidence| *confidence *= NOT_CHOSEN);
    kept.drain(..).for_each(|(pair, confidence)| confidences[pair] = confidence);
}

/// Every pair's standing among the others.
pub(super) fn standings(pairs: &[(u32, u32)], scores: &[f32], rows: usize, columns: usize) -> Vec<Standing> {
    let mut best_in_row = vec![(0.0f32, 0.0f32); rows];
    let mut best_in_column = vec![(0.0f32, 0.0f32); columns];
    let keep = |best: &mut (f32, f32), score: f32| {
        if score > best.0 {
            *best = (score, best.0);
        } else if score > best.1 {
            best.1 = score;
        }
    };
    for ((source, target), &score) in pairs.iter().zip(scores) {
        keep(&mut best_in_row[*source as usize], score);
        keep(&mut best_in_column[*target as usize], score);
    }
    let margin = |best: (f32, f32), score: f32| if score >= best.0 { score - best.1 } else { score - best.0 };
    pairs
        .iter()
        .zip(scores)
        .map(|((source, target), &score)| Standing {
            score,
            row_margin: margin(best_in_row[*source as usize], score),
            column_margin: margin(best_in_column[*target as usize], score),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_taken_to_the_best_other() {
        let found = standings(&[(0, 0), (0, 1), (1, 1)], &[0.9, 0.5, 0.6], 2, 2);
        assert!((found[0].row_margin - 0.4).abs() < 1e-6);
        assert!((found[1].row_margin + 0.4).abs() < 1e-6);
        assert!((found[1].column_margin + 0.1).abs() < 1e-6);
    }

    #[test]
    fn what_was_not_chosen_is_less_sure() {
        let mut confidences = [0.9, 0.8, 0.5];
        settle(&mut confidences, &[1]);
        assert!(confidences[1] == 0.8 && confidences[0] < 0.8 && confidences[2] < 0.5);
    }

    #[test]
    fn a_higher_score_gives_a_higher_confidence() {
        let calibration = Calibration::default();
        let at = |score| calibration.confidence(Standing { score, ..Standing::default() });
        assert!(at(0.2) < at(0.5) && at(0.5) < at(0.9));
    }
}
