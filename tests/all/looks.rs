//! How everything looks: one table of scenarios, each drawn at four sizes, in colours, without colour and in ASCII.
//!
//! A scenario's snapshot holds all its pictures. Lines that repeat are said once, so that an empty list takes no room.
//! After a change that is wanted: `INSTA_UPDATE=always cargo test --test all looks`, then look at the difference.

use std::path::Path;
use std::time::Duration;

use mapwright::app::boards::Kind;
use mapwright::app::{Looks, Model, Overlay, PickEntry, ThemeName};
use ratatui::style::{Color, Modifier};

use crate::harness::Harness;

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

/// What is open before the first key.
#[derive(Clone, Copy)]
enum Open {
    /// The start place, nothing open.
    Nothing,
    /// The half-done people profile.
    People,
    /// Companies with variants and people entered twice.
    Companies,
    /// The people, of which the source has changed since.
    Changed,
    /// A source that is not there.
    Missing,
    /// The people with changes that were not saved.
    Unsaved,
}

use Open::{Changed, Companies, Missing, Nothing, People, Unsaved};

/// In the keys `…` waits until all is quiet.
const SCENARIOS: &[(&str, Open, &str)] = &[
    ("start", Nothing, ""),
    ("start_recent", People, "<ctrl-s>…4d…R<right><enter>…<ctrl-o>"),
    ("start_pick", Nothing, "<enter><enter>…"),
    ("start_pick_below", Nothing, "<enter><enter>…contacts"),
    ("start_source", Nothing, "<enter>"),
    ("data_fields", People, "1<tab>jj"),
    ("data_records", People, "1t<tab>G"),
    ("data_field", People, "1<tab>jji"),
    ("data_record", People, "1t<tab>G<enter>"),
    ("data_reading", People, "1r"),
    ("data_reading_choice", People, "1rj<enter>"),
    ("data_statistics", People, "1<tab>jjjjF"),
    ("data_records_behind", People, "1<tab>jjjjF<enter>"),
    ("map", People, "j"),
    ("map_filter", People, "/name"),
    ("map_show", People, "f"),
    ("map_candidates", People, "/remark<enter><enter>"),
    ("map_accept_all", People, "A"),
    ("map_note", People, "c"),
    ("map_values", People, "/status<enter>w"),
    ("map_values_choice", People, "/status<enter>w…]<enter>"),
    ("map_variants", Companies, "/Name<enter>C<right><right><right>"),
    ("map_history", People, "Djje | trim<ctrl-s>…U"),
    ("map_changes", People, "Djje | trim<ctrl-s>…="),
    ("map_drift", Changed, ""),
    ("map_drift_none", People, "<ctrl-d>"),
    ("map_save_as", People, "S"),
    ("map_draft", Unsaved, ""),
    ("map_tour", People, "<f2>"),
    ("map_keys", People, "g"),
    ("editor", People, "je"),
    ("editor_error", People, "je | uppr"),
    ("editor_words", People, "je | upp"),
    ("editor_palette", People, "/status<enter>w…:"),
    ("preview", People, "3"),
    ("preview_whole", People, "3v"),
    ("preview_duplicates", Companies, "3D"),
    ("preview_side_by_side", Companies, "3D…<enter>"),
    ("preview_key", Companies, "3D…K"),
    ("preview_lineage", People, "3…L"),
    ("run_before", People, "4"),
    ("run_dry", People, "4d"),
    ("run_forecast", People, "4f"),
    ("run_forecast_records", People, "4f…jj<enter>"),
    ("run_forecast_known", People, "4f…<esc>"),
    ("run_confirm", People, "4d…R"),
    ("run_reject", People, "4d…<enter>"),
    ("run_runs", People, "4d…b"),
    ("report_none", People, "5"),
    ("report", People, "4d…5"),
    ("report_field", People, "4d…5<tab><enter>"),
    ("report_rejects", People, "4d…5f"),
    ("report_rejects_fix", People, "4d…5f…<enter>"),
    ("report_rejects_again", People, "4d…5f…r"),
    ("problem", Missing, ""),
    ("palette", People, ":"),
    ("help", People, "?edit"),
];

fn opened(open: Open) -> Harness {
    let harness = Harness::new(80, 24);
    let home = harness.home.path().to_owned();
    match open {
        Nothing => harness,
        People => harness.open_people(),
        Companies => harness.open_companies(),
        Changed => {
            let harness = harness.open_people().keys("<ctrl-s>").settle();
            let text = std::fs::read_to_string(home.join("people.csv")).expect("read");
            let changed = text.replacen("first,last,email", "first_name,last,mail", 1);
            std::fs::write(home.join("people.csv"), changed).expect("written");
            harness.open(&home.join("people.yaml").display().to_string())
        }
        Missing => harness.open(&format!("{} out.csv", home.join("contacts.csv").display())),
        Unsaved => {
            let harness = harness.open_people().keys("D").settle().wait(Duration::from_secs(2)).settle();
            harness.open(&home.join("people.yaml").display().to_string())
        }
    }
}

/// Takes away what is otherwise in every run: times, rates, and where the test's folder lies.
fn steady(model: &mut Model, home: &Path) {
    let home = home.display().to_string();
    let elsewhere = |text: &mut String| *text = text.replace(&home, "/home/ada");
    if let Some(following) = &mut model.run.following {
        following.elapsed = Duration::from_millis(1_500);
        following.rates = vec![40, 80, 120];
        following.memory = (30 << 20, 40 << 20);
    }
    if let Some(report) = &mut model.report.report {
        report.elapsed_seconds = 1.5;
        (report.data_rate, report.throughput, report.availability) = (20_480.0, 40_960.0, 1.0);
        report.notices.iter_mut().for_each(elsewhere);
    }
    for recent in &mut model.start.runs {
        recent.profile = recent.profile.display().to_string().replace(&home, "/home/ada").into();
        recent.run.started = "2026-01-31T12:00:00Z".to_owned();
    }
    for recent in &mut model.start.recents {
        recent.path = recent.path.display().to_string().replace(&home, "/home/ada").into();
        recent.changed = "2026-01-31 12:00".to_owned();
    }
    if let Some(toast) = &mut model.toast {
        elsewhere(&mut toast.text);
    }
    for overlay in &mut model.overlays {
        match overlay {
            Overlay::Picker(picker) => {
                picker.folder = "/home/ada".into();
                let entry =
                    |name: &str, is_folder: bool, bytes: u64| PickEntry { name: name.to_owned(), is_folder, bytes };
                picker.entries = vec![
                    entry(".", true, 0),
                    entry("..", true, 0),
                    entry("crm", true, 0),
                    entry("people.csv", false, 20_480),
                    entry("people.yaml", false, 640),
                    entry("target.db", false, 81_920),
                    entry("crm/2026/contacts.csv", false, 4_096),
                ];
            }
            Overlay::Prompt(prompt) => {
                let text = prompt.entry.text().replace(&home, "/home/ada");
                prompt.entry = mapwright::app::Entry::of(&text);
            }
            Overlay::Sheet(sheet) => {
                elsewhere(&mut sheet.title);
                sheet.lines.iter_mut().for_each(|(_, text)| elsewhere(text));
            }
            Overlay::Confirm(confirm) => confirm.lines.iter_mut().for_each(|line| {
                elsewhere(line);
                if let Some((before, _)) = line.split_once("(last on") {
                    *line = format!("{before}(last on 2026-01-31 12:00).");
                }
            }),
            Overlay::Board(board) => {
                if let Kind::Runs(runs) = &mut board.kind {
                    for run in &mut runs.list {
                        run.started = "2026-01-31T12:00:00Z".to_owned();
                        run.folder = "/home/ada/mapwright-runs/20260131T120000".into();
                        run.needs = run.needs.replace(&home, "/home/ada");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Shares and weights are what other rooms work on.
fn without_shares(screen: &str) -> String {
    let mut shown = String::new();
    let mut digits = 0;
    for letter in screen.chars() {
        if letter.is_ascii_digit() {
            digits += 1;
        } else {
            if letter == '%' {
                shown.truncate(shown.len() - digits);
                shown.extend(std::iter::repeat_n('n', digits));
            }
            digits = 0;
        }
        shown.push(letter);
    }
    shown
}

/// Lines that repeat are said once.
fn folded(screen: &str) -> String {
    let mut folded = String::new();
    let mut lines = screen.lines().peekable();
    while let Some(line) = lines.next() {
        let mut times = 1;
        while lines.next_if_eq(&line).is_some() {
            times += 1;
        }
        folded.push_str(line);
        folded.push('\n');
        if times > 1 {
            folded.push_str(&format!("({times} times)\n"));
        }
    }
    folded
}

/// A letter for each cell's style: what is coloured, bold, reversed, underlined is seen in a text.
fn inks(harness: &mut Harness) -> String {
    let buffer = harness.buffer();
    let width = usize::from(buffer.area.width).max(1);
    let letter = |cell: &ratatui::buffer::Cell| match (cell.fg, cell.bg, cell.modifier) {
        (_, _, modifier) if modifier.contains(Modifier::REVERSED) => 'R',
        (_, background, _) if background != Color::Reset => 'S',
        (_, _, modifier) if modifier.contains(Modifier::UNDERLINED) => 'U',
        _ if cell.symbol() == " " => ' ',
        (Color::Indexed(number), _, _) => char::from(b'a' + number % 26),
        (Color::Reset, _, modifier) if modifier.contains(Modifier::BOLD) => 'B',
        (Color::Reset, _, modifier) if modifier.contains(Modifier::DIM) => 'D',
        (Color::Reset, ..) => '.',
        _ => '+',
    };
    let lines = buffer.content.chunks(width).map(|cells| cells.iter().map(letter).collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn pictures(name: &str, open: Open, keys: &str) -> String {
    let mut harness = opened(open);
    for keys in keys.split('…') {
        harness = harness.keys(keys).settle();
    }
    let home = harness.home.path().to_owned();
    steady(&mut harness.model, &home);
    let mut said = String::new();
    for (width, height) in SIZES {
        harness = harness.resize(width, height);
        said.push_str(&format!("{name} {width}x{height}\n{}\n", folded(&without_shares(&harness.screen()))));
    }
    harness = harness.resize(80, 24);
    for theme in ThemeName::ALL {
        harness.model.looks = Looks { theme, ..Looks::default() };
        // The light theme has the dark one's words in other colours.
        if theme != ThemeName::Light {
            said.push_str(&format!("inks of {}\n{}\n", theme.word(), folded(&inks(&mut harness))));
        }
    }
    harness.model.looks = Looks { theme: ThemeName::Plain, ascii: true, basic: true };
    let screen = harness.screen();
    assert!(screen.is_ascii(), "{name} in ASCII:\n{screen}");
    said.push_str(&format!("ASCII\n{}", folded(&without_shares(&screen))));
    said
}

#[test]
fn everything_looks_as_it_did() {
    // All are drawn, so that one update takes in all that has changed.
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/looks");
    let failed: Vec<&str> = settings.bind(|| {
        let drawn = SCENARIOS.iter().map(|(name, open, keys)| (*name, pictures(name, *open, keys)));
        let checked =
            drawn.map(|(name, said)| (name, std::panic::catch_unwind(|| insta::assert_snapshot!(name, said)).is_ok()));
        checked.filter(|(_, same)| !same).map(|(name, _)| name).collect()
    });
    assert!(failed.is_empty(), "these look different: {failed:?}");
}
