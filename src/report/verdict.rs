//! What a report says in one sentence, and what to do next. Every rendering and the screen say the same.

use std::fmt;

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
    /// What to do now; the first is the most urgent.
    pub next: Vec<NextStep>,
}

/// One thing to do, and the command that does it where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// A sentence; without its full stop where a command follows.
    pub text: String,
    pub command: Option<String>,
}

impl NextStep {
    fn say(text: &str) -> NextStep {
        NextStep { text: text.to_owned(), command: None }
    }

    fn command(text: &str, command: String) -> NextStep {
        NextStep { text: text.to_owned(), command: Some(command) }
    }
}

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{}: {command}", self.text),
            None => f.write_str(&self.text),
        }
    }
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

/// A path as one word of a shell: quoted where it has characters that a shell reads.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
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

fn next(report: &Report) -> Vec<NextStep> {
    let ledger = &report.ledger;
    let run = format!("mapwright run {}", report.profile.as_deref().map_or_else(|| "PROFILE".to_owned(), shell_word));
    let mut steps = Vec::new();
    if !ledger.balances() {
        steps.push(NextStep::say("Keep the run folder, compare source and target, and report this as a defect."));
    }
    if matches!(report.outcome.as_str(), "failed" | "cancelled") && !report.dry_run {
        steps.push(NextStep::command("Continue where it stopped", format!("{run} --resume")));
    }
    if report.outcome == "stopped" {
        steps.push(NextStep::say("Look at the reasons below, correct the profile or the source, then run again."));
    }
    if ledger.read == 0 && report.outcome == "done" {
        steps.push(NextStep::say("Check that the source is the right one and that it holds records."));
    }
    if report.dry_run && report.outcome == "done" && ledger.read > 0 {
        steps.push(NextStep::command("Nothing was written yet; to write", run.clone()));
    }
    if ledger.rejected > 0 && !report.dry_run {
        let command =
            format!("{run} --rejects {}", report.folder.as_deref().map_or_else(|| "RUN".to_owned(), shell_word));
        steps.push(NextStep::command("Correct the rejected records, then run only those", command));
    }
    if ledger.failed > 0 && !report.dry_run {
        steps.push(NextStep::say("See why the target refused records, under the reasons, and run again."));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Ledger;

    fn report(ledger: Ledger) -> Report {
        Report {
            balances: ledger.balances(),
            ledger,
            outcome: "done".into(),
            folder: Some("my runs/1".into()),
            ..Report::default()
        }
    }

    #[test]
    fn says_what_was_written_and_that_all_is_accounted_for() {
        let ledger = Ledger { read: 5000, created: 4812, rejected: 92, duplicate: 96, ..Ledger::default() };
        let verdict = verdict(&report(ledger));
        assert_eq!(verdict.sentence, "4,812 of 5,000 records written; every record accounted for.");
        assert_eq!(verdict.rest, ["92 rejected", "96 duplicates dropped"]);
        assert_eq!(verdict.tone, Tone::Attention);
        assert_eq!(
            verdict.next[0].to_string(),
            "Correct the rejected records, then run only those: mapwright run PROFILE --rejects 'my runs/1'"
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
        assert_eq!(verdict(&dry).next[0].to_string(), "Nothing was written yet; to write: mapwright run PROFILE");

        let empty = verdict(&report(Ledger::default()));
        assert_eq!(empty.badge, "Nothing to do");
        assert_eq!(empty.sentence, "No records were read, so nothing was written.");

        let mut cancelled = report(Ledger { read: 9, created: 4, unprocessed: 5, ..Ledger::default() });
        cancelled.outcome = "cancelled".into();
        cancelled.profile = Some("crm.yaml".into());
        assert_eq!(verdict(&cancelled).badge, "Cancelled");
        assert_eq!(verdict(&cancelled).next[0].command.as_deref(), Some("mapwright run crm.yaml --resume"));
    }
}
