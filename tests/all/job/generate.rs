//! Rows with the faults that a CRM export has, at random but the same for the same seed.

use std::io::Write;

/// Column names of the source.
pub const COLUMNS: [&str; 16] = [
    "id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "title",
    "street",
    "city",
    "country",
    "created",
    "status",
    "amount",
    "owner",
    "tags",
    "notes",
];

/// xorshift64*: enough for test data, and no crate's next version changes the rows.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

const FIRST: &[&str] = &[
    "Ada",
    "  Bernd",
    "CHLOÉ",
    "Dieter ",
    "élif",
    "Fiona  Mae",
    "\tGustav",
    "İpek",
    "",
    "Jürgen",
    "משה",
    "Zoë",
    "ǅemal",
];
const LAST: &[&str] =
    &["Lindqvist", "MÜLLER", " O'Brien ", "von  der\tHeide", "Łukasik", "", "Smith, Jr.", "Weiß", "\"Quote\"", "Ng"];
const HOSTS: &[&str] = &["example.com", "EXAMPLE.org", "mail.example.net", "x-y.example.co.uk", "example.museum"];
const COUNTRIES: &[&str] = &[
    "US",
    "us",
    " usa ",
    "United States",
    "U.S.",
    "United States of America",
    "GB",
    "uk",
    "England",
    "DE",
    "Germany",
    "deutschland",
    "FR",
    "france",
    "ES",
    "España",
    "ESPAÑA",
    "spain",
    "IN",
    "India",
    "BR",
    "Brasil",
    "JP",
    "japan",
    "",
];
const STATUSES: &[&str] = &[
    "active", "Act", "A", " ACTIVE", "inactive", "Inact.", "lead", "new", "Prospect", "customer", "cust", "client", "",
];
const NOTES: &[&str] = &[
    "",
    "calls back",
    "two\nlines",
    "tab\there  and  spaces",
    "said \"no\", twice",
    " \r\n edges \r\n ",
    "=1+1",
    "n/a",
    "emoji 🎂 and ümlaut",
    "nbsp\u{a0}inside",
    "\u{a0}nbsp at the edge\u{a0}",
];

fn email(dice: &mut Dice, row: u64) -> String {
    // Few enough names for duplicates to be common.
    let name = format!("{}{}", dice.pick(&["ada", "Bernd.M", "c_d", "e+f", "G%h", "i-j"]), dice.below(row / 2 + 50));
    match dice.below(40) {
        0 | 1 => String::new(),
        2 => format!("{name}(at)example.com"),
        3 => format!("{name}@example"),
        4 => "n/a".to_owned(),
        5 => format!("{name}@ex ample.com"),
        6 => format!("ü{name}@example.com"),
        7 => format!("{name}@example.com\nsecond line"),
        8..=12 => format!("  {name}@{} \t", dice.pick(HOSTS)),
        _ => format!("{name}@{}", dice.pick(HOSTS)),
    }
}

fn phone(dice: &mut Dice) -> String {
    let digits = 1_000_000 + dice.below(8_999_999);
    match dice.below(22) {
        0 | 1 => String::new(),
        2 => "n/a".to_owned(),
        3 => format!("+49 (0)30 {digits}"),
        4 => format!("0049 30 {digits}"),
        5 => format!("030/{digits}"),
        6 => format!("(202) {digits}"),
        7 => format!("1-202-{digits}"),
        8 => format!("202.{digits} x {}", dice.below(9999)),
        9 => format!("202 {digits} EXT. {}", dice.below(99)),
        10 => format!("202{digits}ext{}", dice.below(99)),
        11 => "+0123456789".to_owned(),
        12 => "12".to_owned(),
        13 => format!("+{digits}{digits}{digits}"),
        14 => format!(" +44 20 {digits} "),
        15 => format!("２０２{digits}"),
        16 => format!("202 {digits} extension 5"),
        17 => " ".to_owned(),
        _ => format!("+1 202 {digits}"),
    }
}

fn created(dice: &mut Dice) -> String {
    let (year, month, day) = (1990 + dice.below(40), 1 + dice.below(12), 1 + dice.below(28));
    match dice.below(20) {
        0 => String::new(),
        1 => format!("{year}-02-{}", 27 + dice.below(5)),
        2 => format!("31.{month:02}.{year}"),
        3 => format!("{:02}/31/{year}", 1 + dice.below(13)),
        4 => "gestern".to_owned(),
        5 => format!("{year}-{month}-{day}"),
        6 => format!("0000-{month:02}-{day:02}"),
        7 => format!("{year}-{month:02}-{day:02}T00:00:00"),
        8 => "29.02.1900".to_owned(),
        9 => "02/29/2000".to_owned(),
        10..=13 => format!("{day:02}.{month:02}.{year}"),
        14..=16 => format!("{month:02}/{day:02}/{year}"),
        17 => format!(" {year}-{month:02}-{day:02} "),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}

fn amount(dice: &mut Dice) -> String {
    let (whole, cents) = (dice.below(10_000_000), dice.below(100));
    let (thousands, rest) = (whole / 1000, whole % 1000);
    match dice.below(20) {
        0 => String::new(),
        1 => format!("{thousands}.{rest:03},{cents:02}"),
        2 => format!("{thousands},{rest:03}.{cents:02}"),
        3 => format!("({whole}.{cents:02})"),
        4 => format!("(${thousands},{rest:03})"),
        5 => format!("EUR {whole},{cents:02}"),
        6 => format!("{whole}.5"),
        7 => format!("-{whole}"),
        8 => format!("{whole}.{cents:02}3"),
        9 => "abc".to_owned(),
        10 => "1.2.3".to_owned(),
        11 => format!("{whole}-"),
        12 => format!("(-{whole})"),
        13 => format!("12345678901234567890{cents:02}.{cents:02}"),
        14 => format!(" {whole}.{cents:02} € "),
        15 => format!("00{whole}"),
        16 => ".5".to_owned(),
        _ => format!("{whole}.{cents:02}"),
    }
}

/// One record.
pub fn record(dice: &mut Dice, row: u64) -> [String; 16] {
    let company = match dice.below(30) {
        0 => "Ä".repeat(79 + dice.below(4) as usize),
        1 => format!("  {}  &  Co ", dice.pick(LAST)),
        2 => String::new(),
        _ => format!("Company {}", dice.below(500)),
    };
    let id = if dice.one_in(60) { dice.pick(&["", " ", "\t"]).to_owned() } else { format!("{:08}", row * 3) };
    let country = if dice.one_in(50) {
        dice.pick(&["Atlantis", "NULL", "U S"]).to_owned()
    } else {
        dice.pick(COUNTRIES).to_owned()
    };
    let status = if dice.one_in(60) {
        dice.pick(&["vip?", "n/a", "deleted"]).to_owned()
    } else {
        dice.pick(STATUSES).to_owned()
    };
    [
        id,
        dice.pick(FIRST).to_owned(),
        dice.pick(LAST).to_owned(),
        email(dice, row),
        phone(dice),
        company,
        dice.pick(&["", "CEO", "Head of \"Things\""]).to_owned(),
        if dice.one_in(9) { String::new() } else { format!(" {} Main St, Apt {}", dice.below(999), dice.below(20)) },
        dice.pick(&["", "Berlin", " Paris ", "São Paulo", "New\nYork"]).to_owned(),
        country,
        created(dice),
        status,
        amount(dice),
        dice.pick(&["kim", "toni", ""]).to_owned(),
        dice.pick(&["", "a;b", "x,y"]).to_owned(),
        dice.pick(NOTES).to_owned(),
    ]
}

/// The records as RFC 4180 text with line feeds.
pub fn write(records: &[[String; 16]], to: &mut impl Write) -> std::io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(to);
    writer.write_record(COLUMNS)?;
    for record in records {
        writer.write_record(record)?;
    }
    writer.flush()
}

pub fn records(seed: u64, rows: u64) -> Vec<[String; 16]> {
    let mut dice = Dice::new(seed);
    (1..=rows).map(|row| record(&mut dice, row)).collect()
}
