//! What a field's sample values are, whatever its name says.

/// What most of a field's samples look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ValueKind {
    Email,
    Url,
    Phone,
    Date,
    Boolean,
    Integer,
    Decimal,
    PostalCode,
    Street,
    Country,
    CompanyName,
    Uuid,
    LongText,
    Text,
}

impl ValueKind {
    /// In words, for reasons.
    pub fn words(self) -> &'static str {
        match self {
            ValueKind::Email => "e-mail addresses",
            ValueKind::Url => "web addresses",
            ValueKind::Phone => "phone numbers",
            ValueKind::Date => "dates",
            ValueKind::Boolean => "yes/no values",
            ValueKind::Integer => "whole numbers",
            ValueKind::Decimal => "decimal numbers",
            ValueKind::PostalCode => "postal codes",
            ValueKind::Street => "street addresses",
            ValueKind::Country => "countries",
            ValueKind::CompanyName => "company names",
            ValueKind::Uuid => "technical ids",
            ValueKind::LongText => "longer texts",
            ValueKind::Text => "texts",
        }
    }

    /// The concepts that hold such values; empty where any may.
    pub fn concepts(self) -> &'static [&'static str] {
        match self {
            ValueKind::Email => &["email", "secondary email", "requester email", "user name"],
            ValueKind::Url => {
                &["website", "linkedin", "twitter", "facebook", "instagram", "youtube", "blog", "url", "photo", "image"]
            }
            ValueKind::Phone => &[
                "phone",
                "mobile phone",
                "home phone",
                "other phone",
                "assistant phone",
                "company main phone",
                "fax",
                "home fax",
                "car phone",
                "pager",
            ],
            ValueKind::PostalCode => &["postal code"],
            ValueKind::Street => &["street", "address", "street 2", "street 3", "street 4"],
            ValueKind::Country => &["country", "nationality", "country of origin"],
            ValueKind::CompanyName => {
                &["company", "legal name", "parent company", "vendor", "manufacturer", "competitor"]
            }
            ValueKind::LongText => &["description", "internal note", "biography", "resolution"],
            _ => &[],
        }
    }
}

/// The kind that at least six in ten samples share; nothing without samples.
pub(super) fn kind_of(samples: &[String]) -> Option<ValueKind> {
    let mut counts: Vec<(ValueKind, usize)> = Vec::new();
    let filled = samples.iter().map(|sample| sample.trim()).filter(|sample| !sample.is_empty());
    let mut total = 0;
    for sample in filled.take(50) {
        total += 1;
        let kind = kind_of_one(sample);
        match counts.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    let (kind, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some(if count * 10 >= total * 6 { kind } else { ValueKind::Text })
}

fn kind_of_one(sample: &str) -> ValueKind {
    let lower = sample.to_lowercase();
    let digits = sample.bytes().filter(u8::is_ascii_digit).count();
    if is_email(sample) {
        ValueKind::Email
    } else if is_url(&lower) {
        ValueKind::Url
    } else if is_uuid(sample) {
        ValueKind::Uuid
    } else if is_date(sample) {
        ValueKind::Date
    } else if matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "y" | "n" | "0" | "1" | "ja" | "nein") {
        ValueKind::Boolean
    } else if is_number(sample, false) && sample.len() < 7 && !(digits == 5 && sample.len() == 5) {
        ValueKind::Integer
    } else if is_number(sample, true) {
        ValueKind::Decimal
    } else if is_postal_code(sample) {
        ValueKind::PostalCode
    } else if is_phone(sample, digits) {
        ValueKind::Phone
    } else if is_number(sample, false) {
        ValueKind::Integer
    } else if is_street(&lower, digits) {
        ValueKind::Street
    } else if COUNTRIES.binary_search(&lower.as_str()).is_ok() {
        ValueKind::Country
    } else if is_company(&lower) {
        ValueKind::CompanyName
    } else if sample.split_whitespace().count() >= 6 {
        ValueKind::LongText
    } else {
        ValueKind::Text
    }
}

fn is_email(sample: &str) -> bool {
    sample.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !sample.contains(char::is_whitespace) && host.contains('.') && !host.contains('@')
    })
}

fn is_url(lower: &str) -> bool {
    let plain = !lower.contains(char::is_whitespace);
    let host = lower.split('/').next().unwrap_or_default();
    let ends = [".com", ".org", ".net", ".io", ".co", ".biz", ".info", ".de", ".eu", ".fr", ".uk"];
    plain
        && (lower.starts_with("http://")
            || lower.starts_with("https://")
            || lower.starts_with("www.")
            || ends.iter().any(|end| host.len() > end.len() && host.ends_with(end)))
}

fn is_uuid(sample: &str) -> bool {
    sample.len() == 36
        && sample.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_date(sample: &str) -> bool {
    let day = sample.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let numbers = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    numbers && matches!(lengths[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4])
}

fn is_number(sample: &str, with_fraction: bool) -> bool {
    let digits = sample.trim_start_matches(['-', '+']);
    if with_fraction {
        let points = digits.bytes().filter(|byte| matches!(byte, b'.' | b',')).count();
        return points >= 1
            && digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    }
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_postal_code(sample: &str) -> bool {
    let five_digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let four_more = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if five_digits(sample) || sample.split_once('-').is_some_and(|(first, rest)| five_digits(first) && four_more(rest))
    {
        return true;
    }
    // British (SW1A 1AA) and Canadian (K1A 0B1): two short halves, each with a digit.
    sample.split_once(' ').is_some_and(|(first, rest)| {
        let half = |text: &str, most: usize| {
            (2..=most).contains(&text.len())
                && text.bytes().any(|byte| byte.is_ascii_digit())
                && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        };
        half(first, 4) && rest.len() == 3 && half(rest, 3) && first.bytes().any(|byte| byte.is_ascii_uppercase())
    })
}

fn is_phone(sample: &str, digits: usize) -> bool {
    (7..=20).contains(&digits)
        && sample.bytes().all(|byte| byte.is_ascii_digit() || b" ()+-./x".contains(&byte))
        && sample.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'(' || byte == b'+')
}

fn is_street(lower: &str, digits: usize) -> bool {
    let words: Vec<&str> = lower.split([' ', ',', '\n']).filter(|word| !word.is_empty()).collect();
    let starts_with_number = words.first().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let named = words.iter().any(|word| {
        matches!(
            *word,
            "street" | "st." | "road" | "avenue" | "ave" | "lane" | "rue" | "via" | "calle" | "suite" | "apt."
        ) || word.ends_with("strasse")
            || word.ends_with("straße")
            || word.ends_with("str.")
    });
    digits > 0 && ((starts_with_number && words.len() >= 3) || (named && words.len() >= 2))
}

fn is_company(lower: &str) -> bool {
    let last = lower.rsplit([' ', ',', '-']).next().unwrap_or_default().trim_end_matches('.');
    matches!(
        last,
        "inc" | "ltd" | "llc" | "plc" | "gmbh" | "ag" | "corp" | "group" | "sons" | "limited" | "sa" | "bv" | "kg"
    )
}

/// Sorted, lower case; enough of them to know a column of countries by.
const COUNTRIES: &[&str] = &[
    "afghanistan",
    "albania",
    "algeria",
    "andorra",
    "angola",
    "argentina",
    "armenia",
    "australia",
    "austria",
    "azerbaijan",
    "bahamas",
    "bahrain",
    "bangladesh",
    "barbados",
    "belarus",
    "belgium",
    "belize",
    "benin",
    "bhutan",
    "bolivia",
    "botswana",
    "brazil",
    "bulgaria",
    "burundi",
    "cambodia",
    "cameroon",
    "canada",
    "chad",
    "chile",
    "china",
    "colombia",
    "comoros",
    "congo",
    "costa rica",
    "croatia",
    "cuba",
    "cyprus",
    "czech republic",
    "denmark",
    "deutschland",
    "dominica",
    "dominican republic",
    "ecuador",
    "egypt",
    "el salvador",
    "eritrea",
    "estonia",
    "ethiopia",
    "fiji",
    "finland",
    "france",
    "gabon",
    "gambia",
    "georgia",
    "germany",
    "ghana",
    "greece",
    "grenada",
    "guatemala",
    "guinea",
    "guyana",
    "haiti",
    "honduras",
    "hungary",
    "iceland",
    "india",
    "indonesia",
    "iran",
    "iraq",
    "ireland",
    "israel",
    "italy",
    "jamaica",
    "japan",
    "jordan",
    "kazakhstan",
    "kenya",
    "kuwait",
    "laos",
    "latvia",
    "lebanon",
    "lesotho",
    "liberia",
    "libya",
    "liechtenstein",
    "lithuania",
    "luxembourg",
    "madagascar",
    "malawi",
    "malaysia",
    "maldives",
    "mali",
    "malta",
    "mauritius",
    "mexico",
    "moldova",
    "monaco",
    "mongolia",
    "montenegro",
    "morocco",
    "mozambique",
    "myanmar",
    "namibia",
    "nepal",
    "netherlands",
    "new zealand",
    "nicaragua",
    "niger",
    "nigeria",
    "norway",
    "oman",
    "pakistan",
    "palau",
    "panama",
    "paraguay",
    "peru",
    "philippines",
    "poland",
    "portugal",
    "qatar",
    "romania",
    "russia",
    "russian federation",
    "rwanda",
    "saudi arabia",
    "senegal",
    "serbia",
    "singapore",
    "slovakia",
    "slovenia",
    "somalia",
    "south africa",
    "south korea",
    "spain",
    "sri lanka",
    "sudan",
    "suriname",
    "sweden",
    "switzerland",
    "taiwan",
    "tanzania",
    "thailand",
    "togo",
    "tonga",
    "tunisia",
    "turkey",
    "uganda",
    "uk",
    "ukraine",
    "united arab emirates",
    "united kingdom",
    "united states",
    "united states of america",
    "uruguay",
    "us",
    "usa",
    "uzbekistan",
    "venezuela",
    "vietnam",
    "yemen",
    "zambia",
    "zimbabwe",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(samples: &[&str]) -> Option<ValueKind> {
        kind_of(&samples.iter().map(|sample| (*sample).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn samples_show_their_kind() {
        assert_eq!(kind(&["ada@x.org", "b.c@d.co.uk"]), Some(ValueKind::Email));
        assert_eq!(kind(&["(374)239-4099", "001-509-873-5077x5275"]), Some(ValueKind::Phone));
        assert_eq!(kind(&["2019-12-05", "05/01/1983"]), Some(ValueKind::Date));
        assert_eq!(kind(&["2010-05-04T21:58:06.780306"]), Some(ValueKind::Date));
        assert_eq!(kind(&["511 Casey Terrace Apt. 726", "Hauptstraße 12"]), Some(ValueKind::Street));
        assert_eq!(kind(&["12345", "94107-0001"]), Some(ValueKind::PostalCode));
        assert_eq!(kind(&["-43.10", "1,234.50"]), Some(ValueKind::Decimal));
        assert_eq!(kind(&["Kenya", "france"]), Some(ValueKind::Country));
        assert_eq!(kind(&["Robinson Ltd", "Bennett and Sons"]), Some(ValueKind::CompanyName));
        assert_eq!(kind(&["", "  "]), None);
        assert_eq!(kind(&["a@b.de", "x", "17", "red"]), Some(ValueKind::Text));
    }

    #[test]
    fn the_list_of_countries_is_sorted() {
        assert!(COUNTRIES.is_sorted());
    }
}
