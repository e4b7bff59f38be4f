//! The measures of a run, each with its definition in words: one table for every rendering.

use serde::Serialize;

use super::Report;
use super::words::{bytes, duration, rate, share};

/// A measure as people read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measure {
    pub name: &'static str,
    pub value: String,
    /// A share of 0 to 1 where the measure is one, for a bar.
    pub share: Option<f64>,
    pub definition: &'static str,
}

/// Definitions of the measures that fields have.
pub const FIELD_DEFINITIONS: [(&str, &str); 4] = [
    ("filled", "filled values / records"),
    ("valid", "filled values that passed every check / filled values"),
    ("distinct", "different values among the filled ones; with ~ an estimate"),
    ("in list", "values in the picklist / filled values, where the target has a picklist"),
];

/// All measures of a run, in the order of a report.
pub fn measures(report: &Report) -> Vec<Measure> {
    let nothing_read = report.ledger.read == 0;
    let of_records = |value: f64| if nothing_read { f64::NAN } else { value };
    let consistency = report.consistency.map(of_records);
    vec![
        Measure {
            name: "Completeness",
            value: share(of_records(report.completeness)),
            share: bar(of_records(report.completeness)),
            definition: "records that have every required value / records; duplicates are left out of both",
        },
        Measure {
            name: "Consistency",
            value: consistency.map_or_else(|| "not verified".to_owned(), share),
            share: consistency.and_then(bar),
            definition: "records whose target, read back, equals what was meant to be written / records written",
        },
        Measure {
            name: "Data volume",
            value: bytes(report.data_volume as f64),
            share: None,
            definition: "bytes read + bytes written",
        },
        Measure {
            name: "Data rate",
            value: rate(report.data_rate),
            share: None,
            definition: "data volume / elapsed time",
        },
        Measure {
            name: "Throughput",
            value: rate(report.throughput),
            share: None,
            definition: "the highest data rate over any one second",
        },
        Measure {
            name: "Availability",
            value: share(report.availability),
            share: bar(report.availability),
            definition: "time the target accepted writes / time of the run",
        },
        Measure {
            name: "Elapsed",
            value: duration(report.elapsed_seconds),
            share: None,
            definition: "from the first byte read to the last byte safe on the target",
        },
    ]
}

fn bar(share: f64) -> Option<f64> {
    share.is_finite().then(|| share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_run_has_no_shares_and_divides_nothing() {
        let all = measures(&Report::default());
        assert_eq!(all[0].value, "-");
        assert_eq!(all[0].share, None);
        assert_eq!(all[1].value, "not verified");
        assert_eq!(all[2].value, "0 bytes");
        assert_eq!(all.len(), 7);
    }
}
