//! Lines between source and target rows, drawn so that they stay readable.
//!
//! A line leaves its source row, runs down or up in a lane of its own, and enters its target row. Lines get lanes as
//! long as there are lanes that nobody else uses on those rows; the rest show as stubs at both ends. The selected
//! field's lines come first, so they always have a lane. What lies beyond the edge of the list ends in an arrow.

/// How loudly a line is drawn, quietest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Suggested,
    Mapped,
    Selected,
}

/// A link between rows of the two lists, counted from the first row that is seen (negative or past the height: unseen).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub from: i64,
    pub to: i64,
    pub weight: Weight,
}

/// What stands in a cell of the gutter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    pub glyph: &'static str,
    pub weight: Weight,
}

const NORTH: u8 = 1;
const EAST: u8 = 2;
const SOUTH: u8 = 4;
const WEST: u8 = 8;

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    sides: u8,
    end: Option<&'static str>,
    weight: Option<Weight>,
}

/// The gutter's cells by row and column.
pub fn draw(width: usize, height: usize, links: &[Link]) -> Vec<Vec<Option<Drawn>>> {
    let mut gutter = Gutter { width, height, cells: vec![vec![Cell::default(); width]; height], lanes: Vec::new() };
    if width >= 3 && height > 0 {
        let mut ordered: Vec<&Link> = links.iter().collect();
        ordered.sort_by_key(|link| (std::cmp::Reverse(link.weight), (link.from - link.to).abs()));
        for link in ordered {
            gutter.link(link);
        }
    }
    gutter.cells.iter().map(|row| row.iter().map(Cell::drawn).collect()).collect()
}

struct Gutter {
    width: usize,
    height: usize,
    cells: Vec<Vec<Cell>>,
    /// Rows that each lane is used on.
    lanes: Vec<Vec<(usize, usize)>>,
}

impl Gutter {
    fn seen(&self, row: i64) -> Option<usize> {
        usize::try_from(row).ok().filter(|row| *row < self.height)
    }

    fn link(&mut self, link: &Link) {
        let last = self.width - 1;
        match (self.seen(link.from), self.seen(link.to)) {
            (Some(from), Some(to)) if from == to => {
                self.across(from, 0, last, link.weight);
                self.end(to, last, "▶", link.weight);
            }
            (Some(from), Some(to)) => match self.lane(from, to, link.weight) {
                Some(lane) => {
                    self.across(from, 0, lane, link.weight);
                    self.down(lane, from, to, link.weight);
                    self.across(to, lane, last, link.weight);
                    self.end(to, last, "▶", link.weight);
                }
                None => {
                    self.across(from, 0, 0, link.weight);
                    self.end(to, last, "▶", link.weight);
                }
            },
            (Some(from), None) => self.beyond(from, 0, link.to < 0, link.weight),
            (None, Some(to)) => {
                self.end(to, last, "▶", link.weight);
                self.beyond(to, last - 1, link.from < 0, link.weight);
            }
            (None, None) => {}
        }
    }

    /// A link whose other end is not seen: a stub, and an arrow that says where it is.
    fn beyond(&mut self, row: usize, column: usize, above: bool, weight: Weight) {
        if column == 0 {
            self.across(row, 0, 0, weight);
            self.end(row, 1, if above { "↑" } else { "↓" }, weight);
        } else {
            self.end(row, column, if above { "↑" } else { "↓" }, weight);
        }
    }

    /// A lane that is free on these rows.
    fn lane(&mut self, from: usize, to: usize, weight: Weight) -> Option<usize> {
        let (top, bottom) = (from.min(to), from.max(to));
        let lanes = self.width - 2;
        if self.lanes.is_empty() {
            self.lanes = vec![Vec::new(); lanes];
        }
        let free = |used: &Vec<(usize, usize)>| used.iter().all(|(a, b)| bottom < *a || top > *b);
        // Selected lines keep to the middle; others spread from the left, so that short ones nest in long ones.
        let order: Vec<usize> = if weight == Weight::Selected {
            (0..lanes).map(|at| (lanes / 2 + at) % lanes).collect()
        } else {
            (0..lanes).collect()
        };
        let lane = order.into_iter().find(|lane| free(&self.lanes[*lane]))?;
        self.lanes[lane].push((top, bottom));
        Some(lane + 1)
    }

    fn across(&mut self, row: usize, from: usize, to: usize, weight: Weight) {
        for column in from..=to {
            let west = if column > from || from == 0 { WEST } else { 0 };
            let east = if column < to || (from == to && from == 0) || to == self.width - 1 { EAST } else { 0 };
            self.mark(row, column, west | east, weight);
        }
    }

    fn down(&mut self, column: usize, from: usize, to: usize, weight: Weight) {
        let (top, bottom) = (from.min(to), from.max(to));
        for row in top..=bottom {
            let north = if row > top { NORTH } else { 0 };
            let south = if row < bottom { SOUTH } else { 0 };
            self.mark(row, column, north | south, weight);
        }
    }

    fn mark(&mut self, row: usize, column: usize, sides: u8, weight: Weight) {
        let cell = &mut self.cells[row][column];
        cell.sides |= sides;
        cell.weight = cell.weight.max(Some(weight));
    }

    fn end(&mut self, row: usize, column: usize, glyph: &'static str, weight: Weight) {
        let cell = &mut self.cells[row][column];
        cell.end = Some(glyph);
        cell.weight = cell.weight.max(Some(weight));
    }
}

impl Cell {
    fn drawn(&self) -> Option<Drawn> {
        let weight = self.weight?;
        if let Some(glyph) = self.end {
            return Some(Drawn { glyph, weight });
        }
        let glyph = match self.sides {
            0 => return None,
            sides if sides & (NORTH | SOUTH) == 0 => "─",
            sides if sides & (EAST | WEST) == 0 => "│",
            sides if sides == EAST | SOUTH => "╭",
            sides if sides == WEST | SOUTH => "╮",
            sides if sides == EAST | NORTH => "╰",
            sides if sides == WEST | NORTH => "╯",
            sides if sides == NORTH | SOUTH | EAST => "├",
            sides if sides == NORTH | SOUTH | WEST => "┤",
            sides if sides == EAST | WEST | SOUTH => "┬",
            sides if sides == EAST | WEST | NORTH => "┴",
            _ => "┼",
        };
        Some(Drawn { glyph, weight })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture(width: usize, height: usize, links: &[(i64, i64, Weight)]) -> Vec<String> {
        let links: Vec<Link> =
            links.iter().map(|(from, to, weight)| Link { from: *from, to: *to, weight: *weight }).collect();
        draw(width, height, &links)
            .iter()
            .map(|row| row.iter().map(|cell| cell.map_or(" ", |drawn| drawn.glyph)).collect())
            .collect()
    }

    #[test]
    fn straight_bent_and_nested_lines() {
        use Weight::Mapped;
        assert_eq!(picture(6, 1, &[(0, 0, Mapped)]), ["─────▶"]);
        assert_eq!(picture(6, 2, &[(0, 1, Mapped)]), ["─╮    ", " ╰───▶"]);
        assert_eq!(picture(6, 3, &[(2, 0, Mapped)]), [" ╭───▶", " │    ", "─╯    "]);
    }

    #[test]
    fn what_is_beyond_the_edge_has_an_arrow() {
        use Weight::Mapped;
        assert_eq!(picture(6, 1, &[(0, 7, Mapped)]), ["─↓    "]);
        assert_eq!(picture(6, 1, &[(-2, 0, Mapped)]), ["    ↑▶"]);
    }

    #[test]
    fn without_a_lane_both_ends_are_stubs() {
        use Weight::Mapped;
        let crowd = [(0, 1, Mapped), (1, 0, Mapped)];
        assert_eq!(picture(3, 2, &crowd), ["─╮▶", "─╰▶"].map(str::to_owned));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_two_lines_share_a_piece_of_a_lane(ends in prop::collection::vec((-5i64..40, -5i64..40), 0..60)) {
            let links: Vec<Link> = ends.iter().map(|(from, to)| Link { from: *from, to: *to, weight: Weight::Mapped }).collect();
            let grid = draw(12, 30, &links);
            prop_assert_eq!(grid.len(), 30);
            // Every seen target end has its arrow, lane or not.
            for link in &links {
                if (0..30).contains(&link.to) {
                    prop_assert_eq!(grid[link.to as usize][11].map(|drawn| drawn.glyph), Some("▶"));
                }
            }
        }
    }
}
