//! The job's rules written down a second time, plainly and slowly, with nothing of mapwright in them: what a run must
//! give.

use std::collections::HashSet;

use regex::Regex;

pub const FIELDS: [&str; 13] = [
    "source_id",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "company",
    "country",
    "created_at",
    "status",
    "amount",
    "address",
    "notes",
];

/// What must come of a source.
pub struct Expected {
    pub accepted: Vec<[String; 13]>,
    /// Record number from 1, and the labels joined by `;`.
    pub rejects: Vec<(u64, String)>,
    pub duplicates: u64,
}

fn edge(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

fn trim(text: &str) -> String {
    text.trim_matches(edge).to_owned()
}

fn collapse(text: &str) -> String {
    text.split(edge).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Simple case mapping: letter by letter, a letter whose mapping is longer stays.
fn lower(text: &str) -> String {
    let simple = |letter: char| {
        let mut lower = letter.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) => one,
            // The one letter with a longer full mapping has a simple one in the Unicode Character Database.
            _ if letter == 'İ' => 'i',
            _ => letter,
        }
    };
    text.chars().map(simple).collect()
}

fn country(text: &str) -> Option<&'static str> {
    Some(match lower(&trim(text)).as_str() {
        "" | "us" | "usa" | "united states" | "u.s." | "united states of america" => "US",
        "gb" | "uk" | "united kingdom" | "england" => "GB",
        "de" | "germany" | "deutschland" => "DE",
        "fr" | "france" => "FR",
        "es" | "spain" | "españa" => "ES",
        "in" | "india" => "IN",
        "br" | "brazil" | "brasil" => "BR",
        "jp" | "japan" => "JP",
        _ => return None,
    })
}

fn status(text: &str) -> Option<&'static str> {
    Some(match lower(&trim(text)).as_str() {
        "active" | "act" | "a" => "active",
        "inactive" | "inact." => "inactive",
        "" | "lead" | "new" | "prospect" => "lead",
        "customer" | "cust" | "client" => "customer",
        _ => return None,
    })
}

fn calling_code(country: Option<&str>) -> &'static str {
    match country {
        Some("GB") => "44",
        Some("DE") => "49",
        Some("FR") => "33",
        Some("ES") => "34",
        Some("IN") => "91",
        Some("BR") => "55",
        Some("JP") => "81",
        _ => "1",
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn calendar(year: &str, month: &str, day: &str) -> Option<String> {
    let (y, m, d): (u32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let days = match m {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(y) => 29,
        2 => 28,
        _ => return None,
    };
    (y >= 1 && (1..=days).contains(&d)).then(|| format!("{year}-{month}-{day}"))
}

/// The rules with their patterns.
pub struct Rules {
    email: Regex,
    phone: Regex,
    extension: Regex,
    amount: Regex,
    comma_cents: Regex,
    dates: [Regex; 3],
}

impl Rules {
    pub fn new() -> Rules {
        let regex = |text: &str| Regex::new(text).expect("a pattern");
        Rules {
            email: regex(r"\A[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,24}\z"),
            phone: regex(r"\A\+[1-9][0-9]{7,14}\z"),
            extension: regex(r"(?i) *(x|ext\.?) *[0-9]+\z"),
            amount: regex(r"\A-?[0-9]+(\.[0-9]{1,2})?\z"),
            comma_cents: regex(r",[0-9][0-9]\z"),
            dates: [
                regex(r"\A(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})\z"),
                regex(r"\A(?P<m>[0-9]{2})/(?P<d>[0-9]{2})/(?P<y>[0-9]{4})\z"),
                regex(r"\A(?P<d>[0-9]{2})\.(?P<m>[0-9]{2})\.(?P<y>[0-9]{4})\z"),
            ],
        }
    }

    fn phone(&self, text: &str, country: Option<&str>) -> String {
        let text = trim(text);
        if text.is_empty() {
            return text;
        }
        let text = self.extension.replace(&text, "").replace("(0)", "");
        let digits: String = text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
        let code = calling_code(country);
        if digits.starts_with('+') {
            digits
        } else if let Some(rest) = digits.strip_prefix("00") {
            format!("+{rest}")
        } else if let Some(rest) = digits.strip_prefix('0') {
            format!("+{code}{rest}")
        } else if code == "1" && digits.len() == 11 && digits.starts_with('1') {
            format!("+{digits}")
        } else {
            format!("+{code}{digits}")
        }
    }

    /// The two-decimal text; `None` where it is no amount.
    fn amount(&self, text: &str) -> Option<String> {
        let text = trim(text);
        if text.is_empty() {
            return Some(text);
        }
        let mut kept: String = text.chars().filter(|c| c.is_ascii_digit() || ".,-".contains(*c)).collect();
        kept = if self.comma_cents.is_match(&kept) {
            kept.replace('.', "").replace(',', ".")
        } else {
            kept.replace(',', "")
        };
        if text.starts_with('(') && text.ends_with(')') {
            kept.insert(0, '-');
        }
        if !self.amount.is_match(&kept) {
            return None;
        }
        Some(match kept.split_once('.') {
            None => format!("{kept}.00"),
            Some((_, cents)) if cents.len() == 1 => format!("{kept}0"),
            Some(_) => kept,
        })
    }

    fn date(&self, text: &str) -> Option<String> {
        let text = trim(text);
        if text.is_empty() {
            return Some(text);
        }
        let found = self.dates.iter().find_map(|form| form.captures(&text))?;
        calendar(&found["y"], &found["m"], &found["d"])
    }

    /// The target record, and the labels of what is wrong with it.
    fn record(&self, source: &[String; 16]) -> ([String; 13], Vec<&'static str>) {
        let mut errors = Vec::new();
        let id = trim(&source[0]);
        if id.is_empty() {
            errors.push("source_id:required");
        }
        let first = collapse(&source[1]);
        let mut last = collapse(&source[2]);
        if last.is_empty() {
            last = "Unknown".to_owned();
        }
        let full = if first.is_empty() { last.clone() } else { format!("{first} {last}") };
        let email = lower(&trim(&source[3]));
        if !email.is_empty() && !self.email.is_match(&email) {
            errors.push("email:pattern");
        }
        let land = country(&source[9]);
        let phone = self.phone(&source[4], land);
        if !phone.is_empty() && !self.phone.is_match(&phone) {
            errors.push("phone:pattern");
        }
        let company = collapse(&source[5]);
        if company.chars().count() > 80 {
            errors.push("company:max_length");
        }
        if land.is_none() {
            errors.push("country:enum");
        }
        let created = self.date(&source[10]);
        if created.is_none() {
            errors.push("created_at:date");
        }
        let state = status(&source[11]);
        if state.is_none() {
            errors.push("status:enum");
        }
        let amount = self.amount(&source[12]);
        if amount.is_none() {
            errors.push("amount:type");
        }
        let address: Vec<String> =
            [&source[7], &source[8]].map(|part| trim(part)).into_iter().filter(|part| !part.is_empty()).collect();
        if email.is_empty() && phone.is_empty() {
            errors.push("record:contact_required");
        }
        let target = [
            id,
            first,
            last,
            full,
            email,
            phone,
            company,
            land.unwrap_or_default().to_owned(),
            created.unwrap_or_default(),
            state.unwrap_or_default().to_owned(),
            amount.unwrap_or_default(),
            address.join(", "),
            collapse(&source[15]),
        ];
        (target, errors)
    }

    pub fn run(&self, source: &[[String; 16]]) -> Expected {
        let mut expected = Expected { accepted: Vec::new(), rejects: Vec::new(), duplicates: 0 };
        let mut seen = HashSet::new();
        for (index, record) in source.iter().enumerate() {
            let number = index as u64 + 1;
            let (target, errors) = self.record(record);
            if !errors.is_empty() {
                expected.rejects.push((number, errors.join(";")));
            } else if !target[4].is_empty() && !seen.insert(target[4].clone()) {
                expected.duplicates += 1;
                expected.rejects.push((number, "record:duplicate".to_owned()));
            } else {
                expected.accepted.push(target);
            }
        }
        expected
    }
}
