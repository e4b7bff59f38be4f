//! Countries, and the states of those where addresses need them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Family::Country as FAMILY;
use super::{Function, Made, Make, Param};
use crate::record::Cell;
use crate::transform::Diagnostic;
use crate::transform::countries::{self, Country};
use crate::transform::plain_letters;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text, wrong};
use crate::transform::words::nearest;

const COUNTRY: Param = Param::new("country", Type::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "country",
        FAMILY,
        &[COUNTRY],
        Type::Text,
        "The ISO code of a country given by code or by its name in many languages; a finding `enum` for anything else.",
        &[
            ("country('Germany')", "DE"),
            ("country('Allemagne')", "DE"),
            ("country('uk')", "GB"),
            ("country('Mordor')", "! enum"),
        ],
        Make::Prepared(|_| named(|country| country.code)),
    )
    .keeps_plain(),
    Function::new(
        "country3",
        FAMILY,
        &[COUNTRY],
        Type::Text,
        "The ISO code of three letters of a country given by code or name.",
        &[("country3('Schweiz')", "CHE")],
        Make::Prepared(|_| named(|country| country.code3)),
    )
    .keeps_plain(),
    Function::new(
        "country_name",
        FAMILY,
        &[COUNTRY],
        Type::Text,
        "The English name of a country given by code or name.",
        &[("country_name('CH')", "Switzerland")],
        Make::Prepared(|_| named(|country| country.name)),
    ),
    Function::new(
        "is_country",
        FAMILY,
        &[COUNTRY],
        Type::Boolean,
        "Whether it is the code or a name of a country; false for a missing one.",
        &[("is_country('Italia')", "true"), ("is_country('Mordor')", "false")],
        Make::Plain(|cells, _| {
            let found = filled_text(cells, 0).ok().flatten().and_then(countries::find);
            Answer::Boolean(found.is_some())
        }),
    )
    .takes_missing(),
    Function::new(
        "state_code",
        FAMILY,
        &[Param::new("state", Type::Text), COUNTRY.optional()],
        Type::Text,
        "The postal code of a state of the United States, a province of Canada or a state of Australia, given by code or \
         name; a finding `enum` for anything else, and the state as it is for other countries.",
        &[
            ("state_code('california')", "CA"),
            ("state_code('Québec', 'Canada')", "QC"),
            ("state_code('Bayern', 'DE')", "Bayern"),
            ("state_code('Calif')", "! enum"),
        ],
        Make::Plain(state_code),
    ),
];

fn named(part: fn(&'static Country) -> &'static str) -> Result<Made, Diagnostic> {
    Ok(Made::prepared(move |cells, out| match text(cells, 0) {
        Ok(name) => match countries::find(name) {
            Some(country) if part(country).as_bytes() == cells[0].bytes => Answer::Same(0),
            Some(country) => out.text(part(country)),
            None => wrong!("enum", "is no country that is known by code or name"),
        },
        Err(wrong) => wrong,
    })
    .expects(|value| nearest(value, countries::names()).map(|near| format!("the nearest is `{near}`"))))
}

const UNITED_STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("PR", "Puerto Rico"),
    ("GU", "Guam"),
    ("VI", "U.S. Virgin Islands"),
    ("AS", "American Samoa"),
    ("MP", "Northern Mariana Islands"),
];

const CANADA: &[(&str, &str)] = &[
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("BC", "Colombie-Britannique"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NB", "Nouveau-Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NL", "Newfoundland"),
    ("NS", "Nova Scotia"),
    ("NS", "Nouvelle-Écosse"),
    ("NT", "Northwest Territories"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Québec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];

const AUSTRALIA: &[(&str, &str)] = &[
    ("ACT", "Australian Capital Territory"),
    ("NSW", "New South Wales"),
    ("NT", "Northern Territory"),
    ("QLD", "Queensland"),
    ("SA", "South Australia"),
    ("TAS", "Tasmania"),
    ("VIC", "Victoria"),
    ("WA", "Western Australia"),
];

/// Spelling without case, accents, points and spaces.
fn folded(name: &str) -> String {
    plain_letters(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

type States = HashMap<String, &'static str>;

fn index(states: &'static [(&'static str, &'static str)]) -> States {
    let pairs = states.iter().flat_map(|(code, name)| [(folded(code), *code), (folded(name), *code)]);
    pairs.collect()
}

static STATES: LazyLock<[(&str, States); 3]> =
    LazyLock::new(|| [("US", index(UNITED_STATES)), ("CA", index(CANADA)), ("AU", index(AUSTRALIA))]);

fn state_code(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (state, country) = match (text(cells, 0), filled_text(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(state), Ok(country)) => (folded(state), country),
    };
    let known = country.map(|country| countries::find(country).map_or("", |country| country.code));
    if known.is_some_and(|code| STATES.iter().all(|(of, _)| *of != code)) {
        return Answer::Same(0);
    }
    let mut fitting = STATES.iter().filter(|(of, _)| known.is_none_or(|code| code == *of));
    match fitting.find_map(|(_, states)| states.get(&state)) {
        Some(code) => out.text(code),
        None => wrong!("enum", "is no state or province that is known by code or name"),
    }
}
