//! One-to-one over the whole object: the set of pairs, no field twice, with the greatest sum of gains. Exact, by
//! shortest augmenting paths with potentials over the pairs worth a look (Jonker and Volgenant 1987, sparse).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Chosen indices into `pairs`, ascending. A pair whose gain is not positive is never chosen.
pub(super) fn assign(pairs: &[(u32, u32)], gains: &[f32], rows: usize, columns: usize) -> Vec<usize> {
    let mut edges: Vec<Vec<(usize, f64, usize)>> = vec![Vec::new(); rows];
    let highest = gains.iter().copied().fold(0.0f32, f32::max) as f64;
    for (pair, (&(row, column), &gain)) in pairs.iter().zip(gains).enumerate() {
        if gain > 0.0 {
            edges[row as usize].push((column as usize, highest - f64::from(gain), pair));
        }
    }
    // Every row may also stay alone, in a column of its own, at the cost of no gain.
    for (row, edges) in edges.iter_mut().enumerate() {
        edges.push((columns + row, highest, usize::MAX));
    }
    let mut search = Search::new(rows, columns + rows);
    for row in 0..rows {
        search.augment(row, &edges);
    }
    let mut chosen: Vec<usize> = search.pair_of_row.into_iter().filter(|pair| *pair != usize::MAX).collect();
    chosen.sort_unstable();
    chosen
}

struct Search {
    row_potential: Vec<f64>,
    column_potential: Vec<f64>,
    row_of_column: Vec<Option<usize>>,
    column_of_row: Vec<Option<usize>>,
    pair_of_row: Vec<usize>,
    distance: Vec<f64>,
    done: Vec<bool>,
    /// The row and the pair by which a column was reached.
    reached_by: Vec<(usize, usize)>,
}

#[derive(PartialEq)]
struct Next(f64, usize);

impl Eq for Next {}

impl Ord for Next {
    fn cmp(&self, other: &Next) -> Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Next) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Search {
    fn new(rows: usize, columns: usize) -> Search {
        Search {
            row_potential: vec![0.0; rows],
            column_potential: vec![0.0; columns],
            row_of_column: vec![None; columns],
            column_of_row: vec![None; rows],
            pair_of_row: vec![usize::MAX; rows],
            distance: vec![f64::INFINITY; columns],
            done: vec![false; columns],
            reached_by: vec![(0, usize::MAX); columns],
        }
    }

    /// Gives the row a column, moving others along the cheapest path (Dijkstra over reduced costs).
    fn augment(&mut self, start: usize, edges: &[Vec<(usize, f64, usize)>]) {
        let mut touched = Vec::new();
        let mut queue = BinaryHeap::new();
        let (mut row, mut so_far) = (start, 0.0);
        let end = loop {
            for &(column, cost, pair) in &edges[row] {
                if self.done[column] {
                    continue;
                }
                let distance = so_far + cost - self.row_potential[row] - self.column_potential[column];
                if distance < self.distance[column] {
                    if self.distance[column].is_infinite() {
                        touched.push(column);
                    }
                    self.distance[column] = distance;
                    self.reached_by[column] = (row, pair);
                    queue.push(Next(distance, column));
                }
            }
            let Some(Next(distance, column)) = queue.pop() else { break None };
            if self.done[column] || distance > self.distance[column] {
                continue;
            }
            self.done[column] = true;
            so_far = distance;
            match self.row_of_column[column] {
                None => break Some(column),
                Some(next) => row = next,
            }
        };
        if let Some(end) = end {
            self.settle(start, end, so_far, &touched);
        }
        for column in touched {
            self.distance[column] = f64::INFINITY;
            self.done[column] = false;
        }
    }

    fn settle(&mut self, start: usize, end: usize, total: f64, touched: &[usize]) {
        for &column in touched {
            if self.done[column] && column != end {
                let gap = total - self.distance[column];
                self.column_potential[column] -= gap;
                if let Some(row) = self.row_of_column[column] {
                    self.row_potential[row] += gap;
                }
            }
        }
        self.row_potential[start] += total;
        let mut column = end;
        loop {
            let (row, pair) = self.reached_by[column];
            let before = self.column_of_row[row].replace(column);
            self.row_of_column[column] = Some(row);
            self.pair_of_row[row] = pair;
            match before {
                Some(before) if row != start => column = before,
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_counts_not_the_first_best() {
        let pairs = [(0, 0), (0, 1), (1, 0)];
        assert_eq!(assign(&pairs, &[0.9, 0.8, 0.85], 2, 2), [1, 2]);
    }

    #[test]
    fn worthless_pairs_are_left_alone() {
        assert!(assign(&[(0, 0)], &[0.0], 1, 1).is_empty());
        assert!(assign(&[], &[], 0, 0).is_empty());
    }

    /// All ways to pair, tried one by one.
    fn best_sum(gains: &[Vec<f32>], row: usize, used: u32) -> f32 {
        if row == gains.len() {
            return 0.0;
        }
        let mut best = best_sum(gains, row + 1, used);
        for (column, gain) in gains[row].iter().enumerate() {
            if used & (1 << column) == 0 {
                best = best.max(gain + best_sum(gains, row + 1, used | 1 << column));
            }
        }
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_other_assignment_gains_more(gains in proptest::collection::vec(proptest::collection::vec(0.0f32..1.0, 4), 1..6)) {
            let mut pairs = Vec::new();
            let mut flat = Vec::new();
            for (row, list) in gains.iter().enumerate() {
                for (column, gain) in list.iter().enumerate() {
                    pairs.push((row as u32, column as u32));
                    flat.push(*gain);
                }
            }
            let chosen = assign(&pairs, &flat, gains.len(), 4);
            let mut rows: Vec<u32> = chosen.iter().map(|pair| pairs[*pair].0).collect();
            let mut columns: Vec<u32> = chosen.iter().map(|pair| pairs[*pair].1).collect();
            rows.dedup();
            columns.sort_unstable();
            columns.dedup();
            prop_assert_eq!(rows.len(), chosen.len());
            prop_assert_eq!(columns.len(), chosen.len());
            let sum: f32 = chosen.iter().map(|pair| flat[*pair]).sum();
            prop_assert!((sum - best_sum(&gains, 0, 0)).abs() < 1e-4);
        }
    }
}
