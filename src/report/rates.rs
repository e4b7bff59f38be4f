//! The data rate over the run, in bounded memory however long it takes.

use super::Report;

/// Collects moved bytes while a run goes on; [`RateLog::rates`] is what [`Report::rates`] holds.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLog {
    /// Width of a bin in seconds; doubles when there are too many bins.
    width: f64,
    bytes: Vec<f64>,
    /// Seconds since the start up to which bytes were counted.
    until: f64,
}

impl Default for RateLog {
    fn default() -> Self {
        RateLog { width: 1.0, bytes: Vec::new(), until: 0.0 }
    }
}

impl RateLog {
    /// Counts bytes that moved between the last call and now, `seconds` after the start of the run.
    pub fn add(&mut self, seconds: f64, bytes: u64) {
        if !seconds.is_finite() {
            return;
        }
        let (from, to) = (self.until, seconds.max(self.until));
        self.until = to;
        while to >= self.width * Report::MOST_RATES as f64 {
            self.widen();
        }
        let last = (to / self.width) as usize;
        if self.bytes.len() <= last {
            self.bytes.resize(last + 1, 0.0);
        }
        let first = ((from / self.width) as usize).min(last);
        if first == last {
            self.bytes[last] += bytes as f64;
            return;
        }
        for index in first..=last {
            let start = (index as f64 * self.width).max(from);
            let end = ((index + 1) as f64 * self.width).min(to);
            self.bytes[index] += bytes as f64 * (end - start).max(0.0) / (to - from);
        }
    }

    fn widen(&mut self) {
        self.width *= 2.0;
        self.bytes = self.bytes.chunks(2).map(|pair| pair.iter().sum()).collect();
    }

    /// Bytes per second, a figure for each stretch of equal length; empty where there is less than two seconds.
    pub fn rates(&self) -> Vec<f64> {
        if self.until < 2.0 {
            return Vec::new();
        }
        let mut rates: Vec<f64> = self.bytes.iter().map(|bytes| bytes / self.width).collect();
        // The last stretch is seldom whole; a sliver of it says nothing.
        let rest = self.until - (rates.len() - 1) as f64 * self.width;
        if rest < self.width / 2.0 {
            rates.pop();
        } else if let Some(last) = rates.last_mut() {
            *last *= self.width / rest;
        }
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_spread_over_the_time_they_took() {
        let mut log = RateLog::default();
        log.add(0.5, 50);
        log.add(2.5, 200);
        log.add(4.0, 0);
        assert_eq!(log.rates(), [100.0, 100.0, 50.0, 0.0]);
    }

    #[test]
    fn a_short_run_has_none_and_a_long_one_not_too_many() {
        let mut log = RateLog::default();
        log.add(1.0, 9);
        assert!(log.rates().is_empty());
        for second in 2..100_000 {
            log.add(f64::from(second), 1_000);
        }
        let rates = log.rates();
        assert!(rates.len() <= Report::MOST_RATES && rates.len() >= Report::MOST_RATES / 2 - 1, "{}", rates.len());
        assert!(rates[1..].iter().all(|rate| (rate - 1_000.0).abs() < 1.0), "{rates:?}");
    }

    #[test]
    fn clocks_that_go_back_or_nowhere_do_no_harm() {
        let mut log = RateLog::default();
        log.add(5.0, 10);
        log.add(3.0, 10);
        log.add(f64::NAN, 10);
        log.add(5.0, 10);
        assert!(log.rates().iter().all(|rate| rate.is_finite()));
    }
}
