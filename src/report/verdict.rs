//! What a report says in one sentence, and what to do next. Every rendering and the screen say the same.

use serde::Serialize;

use super::Report;
use super::words::{count, records};

/// How good the news are. Never shown by colour alone: the badge says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Good,
    /// Done, and there are records to look at.
    Attention,
    Bad,
}

/// The judgement on a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub tone: Tone,
    /// One to four words: `Done`, `Cancelled`, `Does not balance`.
    pub badge: String,
    /// `4,812 of 5,000 records written; every record accounted for.`
    pub sentence: String,
    /// What became of the rest, a part each: `92 rejected`, `96 duplicates dropped`.
    pub rest: Vec<String>,
    /// What to do now, a sentence each; the first is the most urgent.
    pub next: Vec<String>,
}

/// Judges a report by its outcome and ledger alone.
pub fn verdict(report: &Report) -> Verdict {
    let ledger = &report.ledger;
    let balances = ledger.balances();
    let open = ledger.rejected + ledger.failed + ledger.unprocessed;
    let (tone, badge) = match report.outcome.as_str() {
        _ if !balances => (Tone::Bad, "Does not balance"),
        "failed" => (Tone::Bad, "Failed"),
        "cancelled" => (Tone::Attention, "Cancelled"),
        "stopped" => (Tone::Bad, "Stopped: too many rejects"),
        _ if ledger.read == 0 => (Tone::Attention, "Nothing to do"),
        _ if open > 0 => (Tone::Attention, if report.dry_run { "Dry run" } else { "Done, with records to look at" }),
        _ => (Tone::Good, if report.dry_run { "Dry run" } else { "Done" }),
    };
    Verdict { tone, badge: badge.to_owned(), sentence: sentence(report), rest: rest(report), next: next(report) }
}

fn sentence(report: &Report) -> String {
    let ledger = &report.ledger;
    if !ledger.balances() {
        return format!(
            "The ledger does not balance: {} read, {} accounted for. Do not rely on this run.",
            records(ledger.read),
            count(ledger.accounted())
        );
    }
    if ledger.read == 0 {
        return "No records were read, so nothing was written.".to_owned();
    }
    let written = if report.dry_run { "would be written" } else { "written" };
    format!("{} of {} {written}; every record accounted for.", count(ledger.written()), records(ledger.read))
}

fn rest(report: &Report) -> Vec<String> {
    let ledger = &report.ledger;
    let parts: [(u64, &str, &str); 6] = [
        (ledger.unchanged, "was in the target already", "were in the target already"),
        (ledger.rejected, "rejected", "rejected"),
        (ledger.duplicate, "duplicate dropped", "duplicates dropped"),
        (ledger.filtered, "filtered out by the profile", "filtered out by the profile"),
        (ledger.failed, "refused by the target", "refused by the target"),
        (ledger.unprocessed, "not processed yet", "not processed yet"),
    ];
    parts
        .iter()
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, more)| format!("{} {}", count(*number), if *number == 1 { one } else { more }))
        .collect()
}

fn next(report: &Report) -> Vec<String> {
    let ledger = &report.ledger;
    let profile = report.profile.as_deref().unwrap_or("PROFILE");
    let mut steps = Vec::new();
    if !ledger.balances() {
        steps.push("Keep the run folder, compare source and target, and report this as a defect.".to_owned());
    }
    if matches!(report.outcome.as_str(), "failed" | "cancelled") && !report.dry_run {
        steps.push(format!("Continue where it stopped: mapwright run {profile} --resume"));
    }
    if report.outcome == "stopped" {
        steps.push("Look at the reasons below, correct the profile or the source, then run again.".to_owned());
    }
    if ledger.read == 0 && report.outcome == "done" {
        steps.push("Check that the source is the right one and that its filter is not too narrow.".to_owned());
    }
    if report.dry_run && report.outcome == "done" && ledger.read > 0 {
        steps.push(format!("Nothing was written. To write: mapwright run {profile}"));
    }
    if ledger.rejected > 0 && !report.dry_run && !report.run.is_empty() {
        steps.push(format!(
            "Correct the rejected records, then run only those: mapwright run {profile} --rejects {}",
            report.run
        ));
    }
    if ledger.failed > 0 && !report.dry_run {
        steps.push("See why the target refused records, under the reasons below, and run again.".to_owned());
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Ledger;

    fn report(ledger: Ledger) -> Report {
        Report { balances: ledger.balances(), ledger, outcome: "done".into(), run: "r1".into(), ..Report::default() }
    }

    #[test]
    fn says_what_was_written_and_that_all_is_accounted_for() {
        let ledger = Ledger { read: 5000, created: 4812, rejected: 92, duplicate: 96, ..Ledger::default() };
        let verdict = verdict(&report(ledger));
        assert_eq!(verdict.sentence, "4,812 of 5,000 records written; every record accounted for.");
        assert_eq!(verdict.rest, ["92 rejected", "96 duplicates dropped"]);
        assert_eq!(verdict.tone, Tone::Attention);
        assert_eq!(
            verdict.next,
            ["Correct the rejected records, then run only those: mapwright run PROFILE --rejects r1"]
        );
    }

    #[test]
    fn a_ledger_that_does_not_balance_outranks_everything() {
        let verdict = verdict(&report(Ledger { read: 5, created: 3, ..Ledger::default() }));
        assert_eq!(verdict.tone, Tone::Bad);
        assert!(verdict.sentence.starts_with("The ledger does not balance: 5 records read, 3 accounted for."));
    }

    #[test]
    fn dry_run_empty_and_cancelled_say_so() {
        let mut dry = report(Ledger { read: 1, created: 1, ..Ledger::default() });
        dry.dry_run = true;
        assert_eq!(verdict(&dry).sentence, "1 of 1 record would be written; every record accounted for.");
        assert_eq!(verdict(&dry).next, ["Nothing was written. To write: mapwright run PROFILE"]);

        let empty = verdict(&report(Ledger::default()));
        assert_eq!(empty.badge, "Nothing to do");
        assert_eq!(empty.sentence, "No records were read, so nothing was written.");

        let mut cancelled = report(Ledger { read: 9, created: 4, unprocessed: 5, ..Ledger::default() });
        cancelled.outcome = "cancelled".into();
        cancelled.profile = Some("crm.yaml".into());
        assert_eq!(verdict(&cancelled).badge, "Cancelled");
        assert_eq!(verdict(&cancelled).next[0], "Continue where it stopped: mapwright run crm.yaml --resume");
    }
}
