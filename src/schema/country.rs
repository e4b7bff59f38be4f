//! Whether a text names a country: ISO 3166-1 codes in capitals, English names, and a few names in the countries' own
//! languages. Only for judging what a column holds.

const CODES: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UK UM US \
UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW \
ARE ARG AUS AUT BEL BGR BRA CAN CHE CHL CHN COL CZE DEU DNK EGY ESP EST FIN FRA GBR GRC HKG HRV HUN IDN IND IRL ISL \
ISR ITA JPN KEN KOR LTU LUX LVA MAR MEX MLT MYS NGA NLD NOR NZL PAK PER PHL POL PRT ROU RUS SAU SGP SRB SVK SVN SWE \
THA TUN TUR TWN UKR URY USA VEN VNM ZAF";

const NAMES: &str = "\
afghanistan;albania;algeria;andorra;angola;argentina;armenia;australia;austria;azerbaijan;bahamas;bahrain;bangladesh;\
barbados;belarus;belgium;belize;benin;bhutan;bolivia;bosnia and herzegovina;botswana;brazil;brunei;bulgaria;\
burkina faso;burundi;cambodia;cameroon;canada;cape verde;central african republic;chad;chile;china;colombia;comoros;\
congo;costa rica;croatia;cuba;cyprus;czech republic;czechia;denmark;djibouti;dominica;dominican republic;ecuador;\
egypt;el salvador;england;eritrea;estonia;eswatini;ethiopia;fiji;finland;france;gabon;gambia;georgia;germany;ghana;\
great britain;greece;grenada;guatemala;guinea;guyana;haiti;honduras;hong kong;hungary;iceland;india;indonesia;iran;\
iraq;ireland;israel;italy;ivory coast;jamaica;japan;jordan;kazakhstan;kenya;korea;kosovo;kuwait;kyrgyzstan;laos;latvia;\
lebanon;lesotho;liberia;libya;liechtenstein;lithuania;luxembourg;macao;madagascar;malawi;malaysia;maldives;mali;malta;\
mauritania;mauritius;mexico;moldova;monaco;mongolia;montenegro;morocco;mozambique;myanmar;namibia;nepal;netherlands;\
new zealand;nicaragua;niger;nigeria;north korea;north macedonia;northern ireland;norway;oman;pakistan;palestine;panama;\
papua new guinea;paraguay;peru;philippines;poland;portugal;puerto rico;qatar;romania;russia;russian federation;rwanda;\
samoa;san marino;saudi arabia;scotland;senegal;serbia;seychelles;sierra leone;singapore;slovakia;slovenia;somalia;\
south africa;south korea;south sudan;spain;sri lanka;sudan;suriname;sweden;switzerland;syria;taiwan;tajikistan;tanzania;\
thailand;the netherlands;togo;trinidad and tobago;tunisia;turkey;türkiye;turkmenistan;uganda;ukraine;\
united arab emirates;united kingdom;united states;united states of america;uruguay;uzbekistan;vatican;venezuela;\
vietnam;viet nam;wales;yemen;zambia;zimbabwe;u.s.;u.s.a.;usa;uae;uk;u.k.;holland;\
deutschland;österreich;schweiz;suisse;svizzera;france;españa;espana;italia;brasil;méxico;danmark;sverige;norge;suomi;\
polska;česko;česká republika;magyarország;românia;nederland;belgië;belgique;frankreich;italien;spanien;niederlande";

/// Whether a text is the code or a name of a country.
pub(super) fn is_country(text: &str) -> bool {
    let text = text.trim();
    if matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return CODES.split(' ').any(|code| code == text);
    }
    let lower = text.to_lowercase();
    NAMES.split(';').any(|name| name == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_capitals_and_names_in_any_case() {
        for text in ["DE", "USA", "GBR", "Germany", "united kingdom", " France ", "ÖSTERREICH", "usa", "España"] {
            assert!(is_country(text), "{text}");
        }
        for text in ["", "de", "XX", "NY", "Berlin", "Active"] {
            assert!(!is_country(text), "{text}");
        }
    }
}
