#!/usr/bin/env python3
"""Writes sample-data/legacy/: a small legacy CRM export with the faults that such exports have.

Deterministic: the same files every time. What is ugly was written by hand below; the script only mixes it. Everything
is invented: names at random, domains of RFC 2606, telephone numbers from the ranges kept free for fiction.

    python3 sample-data/make.py
"""

import json
import random
from pathlib import Path

HERE = Path(__file__).parent / "legacy"
DICE = random.Random(20261121)

# Nr;Firma;Straße;PLZ;Ort;Land;Telefon;Umsatz;Mitarbeiter;Kunde seit;Status;Bemerkung
COMPANIES = '''\
0000017;Müller & Söhne GmbH;Hauptstraße 12;01067;Dresden;DE;030 23125-017;1.234.567,89;48;03.11.2009;Kunde;
0000023;Bäckerei Özdemir e.K.;Am Markt 3;06108;Halle (Saale);D;030/23125 023;312.400,00;9;17.02.2014;Kunde;liefert nur vormittags
0000031;Café Zoé SARL;12, rue de l'Église;67000;Strasbourg;FR;01 99 00 31 31;89.500,50;4;29.02.2016;Kunde;
0000038;Großhandel Weiß AG;Industriestr. 7a;80331;München;DE;089 99998-038;12.500.000,00;210;01.01.1998;Kunde;"Rechnung; immer zweifach"
0000042;Alpenglück Touristik;Dorfplatz 1;6020;Innsbruck;Österreich;+43 720 000042;745.000,00;22;12.12.2012;Kunde;
0000042;Alpenglück Touristik;Dorfplatz 1;6020;Innsbruck;AT;+43 720 000042;745.000,00;22;12.12.2012;Kunde;doppelt angelegt?
0000057;NORDLICHT LOGISTIK GMBH;Speicherstadt 4;20457;Hamburg;Deutschland;040/66969-057;8.020.000,00;134;30.06.2003;Kunde;
0000061;Fjällbäck Möbler AB;Storgatan 9;111 22;Stockholm;SE;+46 8 465 000 61;4.410.000,00;75;05.05.2011;Interessent;
0000066;O'Brien & Partners Ltd;221 Baker Street;NW1 6XE;London;UK;020 7946 0066;2.150.000,00;31;14.07.2010;Kunde;
0000071;Rössler Maschinenbau;Werkstr. 100;09111;Chemnitz;DE;030 23125 071;22.750.000,00;388;01.04.1992;Kunde;"Ansprechpartner: Hr. Rößler ""senior"""
0000079;Piñata Software Inc.;100 Congress Ave;02108;Boston;USA;(617) 555-0179;;;2019-08-01;lead;
0000084;Château Fontaine;Allée des Tilleuls 8;33000;Bordeaux;France;+33 1 99 00 84 84;1.050.000,00;18;20.09.2017;Kunde;
0000088;Lodz Textil Sp. z o.o.;ul. Piotrkowska 88;90-001;Lodz;PL;;620.000,00;41;11.11.2015;Interessent;
0000093;Stadtwerke Görlitz;Demianiplatz 2;02826;Görlitz;DE;030 23125 093;34.000.000,00;290;01.07.1995;Kunde;
0000099;Kröger Fruchtimport;Großmarkt 14;20097;Hamburg;DE;040 66969 099;k.A.;27;08.08.2008;Kunde;Umsatz nicht bekannt
0000104;Blue Ridge Outfitters;18 Haywood St;28801;Asheville;United States;828-555-0104;980.000,00;14;03/15/2020;customer;US branch
0000108;Hölzl & Töchter OG;Salzgasse 5;5020;Salzburg;AT;0720 000108;410.200,75;11;23.04.2018;Kunde;
0000112;Bürobedarf Krämer;Schillerstr. 33;99084;Erfurt;DE;030 23125 112;268.900,00;6;31.04.2019;Kunde;Datum prüfen
0000115;;Ringstr. 8;04103;Leipzig;DE;030 23125 115;;;;neu;Name fehlt
0000119;Vögeli Präzision AG;Bahnhofstrasse 21;8001;Zürich;CH;+41 44 000 01 19;5.600.000,00;66;18.10.2006;Kunde;
0000124;Dupont Frères;3, quai Voltaire;75007;Paris;F;01 99 00 12 40;770.000,00;19;07.01.2013;Kunde;
0000127;Sächsische Spielwaren;Altmarkt 10;01067;Dresden;DE;030 23125 127;1.980.000,00;37;24.12.2001;Kunde;Saisongeschäft
0000133;"Schmidt; Huber & Co. KG";Lindenallee 2;50667;Köln;DE;0221 4710-133;3.300.000,00;52;09.09.1999;Kunde;
0000138;Übersee-Kontor;Kaiserkai 60;20457;Hamburg;DE;040 66969 138;15.250.000,00;88;16.03.1987;Kunde;
0000141;Garcia Hermanos S.L.;Calle Mayor 14;28013;Madrid;ES;+34 910 000 141;690.000,00;23;02.02.2015;Kunde;
0000146;Wagner Elektro;Goethestr. 5;60313;Frankfurt am Main;DE;069 90009-146;1.100.000,00;29;15.05.2005;inaktiv;Insolvenz 2021
0000150;Zürcher Käsehaus;Rennweg 7;8001;Zürich;Schweiz;044 000 01 50;830.000,00;12;27.08.2016;Kunde;
0000155;Highland Tweed Co;7 Castle Wynd;EH1 2NG;Edinburgh;United Kingdom;0131 496 0155;540.000,00;16;30.11.2018;Kunde;
0000159;Lefèvre Traiteur;18, cours Mirabeau;13100;Aix-en-Provence;FR;01 99 00 15 90;-12.000,00;3;19.06.2020;Kunde;Gutschrift als Umsatz gebucht
0000163;Neumann Optik;Brühl 11;04109;Leipzig;DE;030 23125 163;455.000,00;10;13.13.2012;Kunde;
0000168;Harz Holzbau eG;Bergweg 4;38855;Wernigerode;DE;030 23125 168;2.870.000,00;58;04.10.1994;Kunde;
0000172;Baltic Seafood OÜ;Sadama 3;10111;Tallinn;EE;+372 5000 0172;1.320.000,00;34;22.02.2019;Interessent;
0000176;Märkische Mühlen;Mühlendamm 1;14467;Potsdam;DE;030 23125 176;6.700.000,00;71;01.03.1996;Kunde;
0000181;Steiner Buchhandlung;Herrengasse 9;8010;Graz;AT;0720 000181;385.000,00;8;10.10.2010;Kunde;
0000185;Kühne Kältetechnik;Eisweg 13;28195;Bremen;DE;030 23125 185;4.950.000,00;63;06.06.2006;Kunde;
0000190;Franklin Dental Supply;42 Court St;01201;Pittsfield;US;413.555.0190;1.760.000,00;25;07/04/2021;customer;
0000194;Jäger & Fischer;Waldstr. 77;79098;Freiburg;DE;030 23125 194;198.000,00;5;28.02.2017;Kunde;
0000198;Søndergård Design;Nyhavn 31;1051;København;DK;+45 70 20 01 98;925.000,00;17;14.02.2019;Interessent;
0000203;Thüringer Glashütte;Hüttenweg 6;98693;Ilmenau;DE;030 23125 203;7.400.000,00;119;15.08.1991;Kunde;
0000207;Brasserie Émile;2, place Kléber;67000;Strasbourg;Frankreich;01 99 00 20 70;310.000,00;9;03.03.2018;Kunde;
0000212;Ostsee Werft;Am Kai 22;18055;Rostock;DE;030 23125 212;41.000.000,00;512;11.09.1990;Kunde;größter Kunde
0000216;Pfälzer Weinkontor;Weinstr. 40;67433;Neustadt;DE;030 23125 216;1.540.000,00;20;21.10.2004;Kunde;
0000221;Sunrise Solar LLC;9 Mesa Rd;87501;Santa Fe;USA;505-555-0121;2.240.000,00;36;11/30/2019;lead;
0000225;Bräuhaus Kössel;Marktplatz 17;92224;Amberg;DE;030 23125 225;3.015.000,00;44;30.09.1989;Kunde;
0000229;TEST TEST bitte löschen;;;;;;;;;gelöscht;Testdatensatz
0000234;Petit Atelier;5, rue du Bac;69002;Lyon;FR;01 99 00 23 40;142.000,00;2;17.05.2021;Kunde;
0000238;Meyer's Mode;Königstr. 26;70173;Stuttgart;DE;030 23125 238;1.870.000,00;33;12.04.2007;Kunde;
0000243;Donau Schifffahrt;Reichsbrücke 1;1020;Wien;AT;0720 000243;9.900.000,00;150;26.10.2000;Kunde;
0000247;Cardiff Marine plc;Mermaid Quay 5;CF10 5BZ;Cardiff;GB;029 2018 0247;3.600.000,00;47;08.05.2013;Kunde;
0000252;Fränkische Lebkuchen;Hauptmarkt 8;90403;Nürnberg;DE;030 23125 252;2.490.000,00;40;06.12.1993;Kunde;
0000256;Galerie Beaumont;44, rue de Seine;75006;Paris;FR;01 99 00 25 60;860.000,00;7;25.11.2016;Interessent;
0000261;Emsland Agrar;Hofstr. 3;49716;Meppen;DE;030 23125 261;5.120.000,00;61;18.03.1997;Kunde;
0000265;Rhein-Ruhr Stahlbau;Zechenweg 50;45127;Essen;DE;030 23125 265;28.300.000,00;430;02.05.1988;Kunde;
0000270;Lübecker Marzipan;Breite Str. 89;23552;Lübeck;DE;040 66969 270;6.060.000,00;92;01.12.1999;Kunde;
0000274;Peak Fitness;77 Alpine Way;80302;Boulder;U.S.;(303) 555-0174;415.000,00;13;09/09/2020;prospect;
0000279;Kärntner Holz;Draugasse 12;9020;Klagenfurt;Österr.;0720 000279;1.690.000,00;28;20.03.2009;Kunde;
0000283;Bodensee Apfel;Uferweg 6;88045;Friedrichshafen;DE;030 23125 283;2.310.000,00;39;15.09.2002;Kunde;
0000288;Engadin Sport;Via Maistra 2;7500;St. Moritz;CH;+41 81 000 02 88;1.270.000,00;21;30.01.2014;Kunde;
0000292;Harper & Lane;10 Deansgate;M3 1AZ;Manchester;England;0161 496 0292;1.430.000,00;26;04.04.2016;Kunde;
0000297;Spreewald Gurken eG;Dammstr. 72;03222;Lübbenau;DE;030 23125 297;3.780.000,00;55;19.07.1992;Kunde;
0000301;Ärztehaus am Zoo;Zoostr. 1;10787;Berlin;DE;030 23125-301;2.940.000,00;46;11.01.2011;Kunde;
'''
HEADER = "Nr;Firma;Straße;PLZ;Ort;Land;Telefon;Umsatz;Mitarbeiter;Kunde seit;Status;Bemerkung"

# First name, last name, salutation; written as the legacy system's users wrote them.
PEOPLE = """\
Ada,Lindqvist,Frau|BERND,MÜLLER,Herr|Chloé,Fontaine,Mme|  Dieter ,Krämer,Hr.|Elif,Özdemir,Frau|Fiona,O'Brien,Ms
Gustav,von der Heide,Herr|hannah,weiß,Frau|Ingo,Rößler,Herr|Jürgen,SCHMIDT,Hr.|Katarzyna,Łukasik,Frau|Léa,Dupont,Mme
Marc,McDonald,Mr|NINA,KRÖGER,Fr.|Oskar,Hölzl,Herr|Petra,Kühn,Frau|Quentin,Lefèvre,M.|Rosa,García López,Sra.
Søren,Søndergård,Herr|Thomas,Neumann,Herr|Ulrike,Jäger-Fischer,Frau|Vera,Vögeli,Fr.|William,Harper,Mr|Xenia,Papadopoulou,Frau
Yusuf,Demir,Herr|Zoë,Beaumont,Mme|Anton,Steiner,Herr|Birgit,WAGNER,Frau|Carlos,Hernández,Sr.|Dorothea,Kühne,Frau
Emil,Sörensen,Herr|Franziska,Thoma,Frau|Georg,Brückner,Hr.|Helene,Märker,Frau|Isabel,Franklin,Ms|Jonas,Ziegler,Herr
KLAUS,JÄGER,HERR|Lotte,Fischer,Fr.|Marie-Claire,Dubois,Mme|Nils,Petersen,Herr|Olga,Ivanova,Frau|Paul,Lane,Mr
Renate,Schulze,Frau|Stefan,Groß,Herr|Tanja,Vogel,Frau|Uwe,Lehmann,Herr|Valérie,Petit,Mme|Wolfgang,Maier,Hr.
Anke,Böttcher,Frau|Bruno,Émile,M.|Claudia,Engel,Frau|David,Cohen,Mr|Eva,Horváth,Frau|Felix,Baumann,Herr
Gerda,Albrecht,Frau|Heinz,Kessel,Herr|Irene,Winkler,Fr.|Jan,Kowalski,Herr|Kerstin,Sauer,Frau|Lars,Fjällbäck,Herr
Monika,Roth,Frau|Norbert,Keller,Hr.|Oliver,Stone,Mr|Paula,Reis,Sra.|Ralf,Meyer,Herr|Sabine,Wolf,Frau
Tim,Hartmann,Herr|Ursula,Krüger,Frau|Viktor,Sommer,Herr|Wiebke,Hansen,Frau|Alice,Morgan,Ms|Björn,Holm,Herr
Clara,Peters,Frau|Daniel,Schwarz,Herr|Erika,Mustermann,Frau|Frank,Lorenz,Herr|Greta,Busch,Frau|Holger,Kuhn,Herr
Ines,Haas,Frau|Jens,Arnold,Herr|Karin,Beck,Frau|Leon,Simon,Herr|Maja,Franke,Frau|Niklas,Albers,Herr
Olivia,Grant,Ms|Peter,Günther,Herr|Ruth,Stein,Frau|Sven,Dietrich,Herr|Theresa,Pohl,Frau|Urs,Ammann,Herr
Vincent,Moreau,M.|Walter,Busse,Hr.|Amelie,Kraus,Frau|Benedikt,Huber,Herr|Carla,Rossi,Sig.ra|Dirk,Otto,Herr
Elena,Popescu,Frau|Fabian,Ernst,Herr|Gisela,Brandt,Frau|Henrik,Dahl,Herr|Ida,Nowak,Frau|Jakob,Seidel,Herr
Kaya,Yılmaz,Frau|Ludwig,Haag,Herr|Mona,Schreiber,Frau|Noah,Adler,Herr|Otto,Pfeiffer,Hr.|Pia,Lange,Frau
Robert,Clark,Mr|Silke,Thiel,Frau|Torsten,Voigt,Herr|Uta,Ritter,Frau|Volker,Graf,Herr|Wanda,Sobczak,Frau
Achim,Barth,Herr|Bettina,Kern,Frau|Christian,Marx,Herr|Doris,Heinze,Frau|Ewald,Jung,Herr|Frieda,Noll,Frau"""

PLACES = [  # street, zip, city, country variants
    ("Prager Str. {}", "01069", "Dresden", ["DE", "Deutschland", "D", "Germany", "de"]),
    ("Große Ulrichstr. {}", "06108", "Halle", ["DE", "Deutschland", "Germany "]),
    ("Leopoldstraße {}", "80802", "München", ["DE", "Deutschland", "BRD"]),
    ("Elbchaussee {}", "22765", "HAMBURG", ["DE", "Germany"]),
    ("Ringstrasse {}", "1010", "Wien", ["AT", "Österreich", "Austria"]),
    ("Seestrasse {}", "8002", "Zürich", ["CH", "Schweiz", "Switzerland"]),
    ("{} rue du Bac", "75007", "Paris", ["FR", "France", "Frankreich"]),
    ("{} Tremont Street", "02108", "Boston", ["US", "USA", "United States", "U.S."]),
    ("{} Queen Street", "EH2 1JX", "Edinburgh", ["GB", "UK", "United Kingdom"]),
]
PHONES = {
    "DE": ["030 23125 {:03}", "030/23125-{:03}", "+49 30 23125{:03}", "0049 30 23125{:03}", "+49 (0)89 99998 {:03}", "(0221) 4710 {:03}"],
    "AT": ["0720 000{:03}", "+43 720 000{:03}"],
    "CH": ["044 668 1{:03}", "+41 44 668 1{:03}"],
    "FR": ["01 99 00 {:02} {:02}", "+33 1 99 00 10 42"],
    "US": ["(202) 555-01{:02}", "202.555.01{:02}", "+1 202 555 01{:02}"],
    "GB": ["020 7946 0{:03}", "+44 20 7946 0{:03}"],
}
STATUS = ["active"] * 6 + ["Active", "ACTIVE", "aktiv", "act.", "customer", "Kunde", "lead", "Lead", "new", "prospect", "Interessent", "inactive", "inaktiv", "inact."]
NOTES = ["", "", "", "", "", "", "Bevorzugt Kontakt per E-Mail", "prefers phone; not before 10:00", "calls back", "Newsletter bestellt",
         "Treffen auf der Messe, Stand 12", "speaks English, French", "war früher bei Wagner Elektro"]

# Written by hand: the records that break things. Keys: what differs from an ordinary record.
UGLY = [
    dict(email="bernd.mueller(at)example.com"),
    dict(email="n/a", phone="n/a"),
    dict(email="katarzyna.lukasik@example"),
    dict(email="jan kowalski@example.org"),
    dict(email="lea.dupont@@example.net"),
    dict(email="info@example..com"),
    dict(email="", phone="", mobile="", notes="kein Kontakt möglich"),
    dict(email="", phone="unbekannt", mobile=""),
    dict(email=" ADA.LINDQVIST@EXAMPLE.COM "),
    dict(email="petra.kuehn@example.org\t"),
    dict(birth_date="31.02.1988"),
    dict(birth_date="1988-13-01"),
    dict(birth_date="00.00.0000"),
    dict(birth_date="11/31/1979"),
    dict(birth_date="3 March 1975"),
    dict(birth_date="29.02.1992"),
    dict(created="gestern"),
    dict(status="vip?"),
    dict(status="ACTIVE - do not call"),
    dict(status="???"),
    dict(status=""),
    dict(status="deleted"), dict(status="deleted"), dict(status="Deleted"), dict(status="gelöscht"),
    dict(status="deleted", notes="DSGVO-Löschung verlangt"),
    dict(company_id="0009999", notes="Firma unbekannt"),
    dict(company_id="17", notes="Firmennummer ohne führende Nullen"),
    dict(company_id=""),
    dict(first_name="", last_name="Sekretariat"),
    dict(first_name="Info", last_name=""),
    dict(first_name="", last_name=""),
    dict(first_name="Karl-Theodor Maria Nikolaus Johann Jacob Philipp Franz", last_name="Freiherr von und zu Hohenstein-Wittelsbach-Lauenburg auf Schloss Neuschwanenstein an der Pegnitz"),
    dict(first_name="שרה", last_name="לוי", country="IL", phone="+972 2 000 0000"),
    dict(first_name="<b>Robert</b>", last_name="'); DROP TABLE contacts;--"),
    dict(notes="=HYPERLINK(\"example.com\",\"click\")"),
    dict(notes="erste Zeile\nzweite Zeile\n\nvierte Zeile"),
    dict(notes="sagte: \"nie wieder\", dann doch bestellt"),
    dict(notes="Anfahrt:\n- links\n- rechts, dann \"geradeaus\"\n"),
    dict(notes="🎂 am 1. April\u200b"),
    dict(zip="1067", city="Dresden", country="DE", notes="führende Null verloren"),
    dict(country="Atlantis"),
    dict(country=""),
    dict(country="NULL"),
    dict(phone="030 23125 111 / 112"),
    dict(phone="+49 30 23125 113 ext. 4"),
    dict(phone="0"),
    dict(phone="+4930231251140000000000"),
    dict(newsletter="vielleicht"),
]

COLUMNS = ["contact_id", "company_id", "salutation", "first_name", "last_name", "email", "phone", "mobile", "birth_date",
           "status", "street", "zip", "city", "country", "created", "newsletter", "notes"]


def date_in_some_style(year_from, year_to, styles):
    year, month, day = DICE.randint(year_from, year_to), DICE.randint(1, 12), DICE.randint(1, 28)
    return DICE.choice(styles).format(y=year, m=month, d=day)


STYLES = ["{y}-{m:02}-{d:02}", "{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}", "{d}.{m}.{y}", "{m:02}/{d:02}/{y}"]


def ascii_of(name):
    for letter, plain in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ë": "e", "É": "e", "á": "a", "í": "i",
                          "ł": "l", "Ł": "l", "ø": "o", "å": "a", "ı": "i", "É": "e", " ": "-", "'": ""}.items():
        name = name.lower().replace(letter.lower(), plain)
    return "".join(letter for letter in name if letter.isascii())


def contact(number, person, company_ids):
    first, last, salutation = person
    street, code, city, countries = DICE.choice(PLACES[:4] * 3 + PLACES[4:])
    country = countries[0]
    phone = DICE.choice(PHONES[country]).format(DICE.randint(10, 99), DICE.randint(0, 9))
    email = f"{ascii_of(first.strip())}.{ascii_of(last)}@{DICE.choice(['example.com', 'example.org', 'example.net'])}"
    return {
        "contact_id": f"{number:06}", "company_id": DICE.choice(company_ids), "salutation": salutation,
        "first_name": first, "last_name": last,
        "email": email.upper() if DICE.random() < 0.08 else email,
        "phone": phone if DICE.random() < 0.85 else "",
        "mobile": f"0171 392{DICE.randint(0, 9999):04}" if country == "DE" and DICE.random() < 0.3 else "",
        "birth_date": date_in_some_style(1948, 2003, STYLES) if DICE.random() < 0.7 else "",
        "status": DICE.choice(STATUS), "street": street.format(DICE.randint(1, 199)), "zip": code, "city": city,
        "country": DICE.choice(countries), "created": date_in_some_style(2008, 2025, STYLES[:3]),
        "newsletter": DICE.choice(["ja", "nein", "J", "N", "true", "0", "1", ""]), "notes": DICE.choice(NOTES),
    }


def cell(text):
    quote = any(mark in text for mark in ',"\n\r') or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if quote else text


def contacts(company_ids):
    people = [tuple(part.split(",", 2)) for line in PEOPLE.splitlines() for part in line.split("|")]
    records = [contact(1000 + 7 * index, person, company_ids) for index, person in enumerate(people)]
    # A second generation: other first names with the same last names, as in family firms.
    firsts = [first for first, _, _ in people]
    for index in range(58):
        _, last, salutation = people[(index * 5) % len(people)]
        first = firsts[(index * 11 + 37) % len(firsts)]
        records.append(contact(3001 + 3 * index, (first, last, salutation), company_ids))
    for index, ugly in enumerate(UGLY):
        person = people[(index * 7 + 3) % len(people)]
        first = f"{person[0].strip().title()}-{DICE.choice(['Marie', 'Luca', 'Kim', 'Toni'])}"
        records.append({**contact(5003 + 13 * index, (first, person[1], person[2]), company_ids), **ugly})
    # The same people entered twice: another id, another spelling.
    for index in range(0, 60, 4):
        again = dict(records[index])
        again["contact_id"] = f"{8000 + index:06}"
        again["email"] = DICE.choice([str.upper, str.title, lambda text: f" {text}"])(again["email"])
        again["first_name"] = again["first_name"].strip().upper()
        again["notes"] = "doppelt?"
        records.append(again)
    DICE.shuffle(records)
    lines = [",".join(cell(record[column]) for column in COLUMNS) for record in records]
    # Lines that a person cut or pasted wrongly.
    lines[40] = ",".join(lines[40].split(",")[:6])
    lines[151] = lines[151] + ",,LEGACY"
    return records, ",".join(COLUMNS) + "\n" + "\n".join(lines) + "\n"


def deals(company_ids, records):
    stages = ["won", "won", "Won", "closed won", "lost", "LOST", "proposal", "Proposal ", "negotiation", "qualified", "new"]
    owners = [("Petra Kühn", "p.kuehn@example.com", "DACH"), ("Marc McDonald", "m.mcdonald@example.com", "US/UK"),
              ("Léa Dupont", "l.dupont@example.com", "FR"), None]
    products = ["Wartung", "Lizenz", "Schulung", "Support Gold", "Installation", "Beratung"]
    emails = [record["email"].strip().lower() for record in records if "@" in record["email"]]
    lines = []
    for index in range(80):
        amount = DICE.randrange(900, 90000) + DICE.choice([0, 0, 0.5, 0.99])
        german = f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
        shown = DICE.choice([amount, amount, int(amount), f"{amount:.2f}", german, f"EUR {german}", f"{german} €"])
        owner = DICE.choice(owners[:3] * 4 + owners[3:])
        stage = DICE.choice(stages)
        deal = {
            "id": f"D-{100 + index * 3:05}",
            "title": f"{DICE.choice(products)} {DICE.choice(['2024', '2025', '2026', 'Verlängerung', 'Neuauftrag'])}",
            "company": {"id": DICE.choice(company_ids)},
            "contact": {"email": DICE.choice(emails)} if DICE.random() < 0.8 else None,
            "amount": shown,
            "currency": DICE.choice(["EUR", "EUR", "EUR", "eur", "CHF", "USD", None]),
            "stage": stage,
            "probability": DICE.choice([0.1, 0.25, 0.5, "50%", 0.9, None]),
            "close_date": date_in_some_style(2024, 2026, ["{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}"]),
            "owner": {"name": owner[0], "email": owner[1], "team": {"region": owner[2]}} if owner else None,
            "products": DICE.sample(products, DICE.randint(0, 3)),
            "created_at": date_in_some_style(2023, 2025, ["{y}-{m:02}-{d:02}T09:15:00+01:00"]),
        }
        if "lost" in stage.lower():
            deal["lost_reason"] = DICE.choice(["Preis", "no budget", "Konkurrenz: \"billiger\"", None])
        lines.append(deal)
    lines[7]["amount"] = "auf Anfrage"
    lines[19]["amount"] = None
    lines[23]["close_date"] = "Q3/2025"
    lines[31]["company"] = {"id": "0009999", "name": "Phantom GmbH"}
    lines[38]["stage"] = "on hold"
    lines[44] = dict(lines[43], title="Lizenz 2025 (Kopie)")
    lines[52]["amount"] = 12345678901234567890
    lines[58]["title"] = "  "
    lines[66]["amount"] = -450.0
    text = [json.dumps(deal, ensure_ascii=False) for deal in lines]
    text[73] = '{"id": "D-00319", "title": "abgeschnitten", "company": {"id": "00000'
    return "\n".join(text) + "\n"


def main():
    HERE.mkdir(exist_ok=True)
    companies = (HEADER + "\n" + COMPANIES).replace("\n", "\r\n")
    (HERE / "companies.csv").write_bytes(companies.encode("windows-1252"))
    ids = sorted({line.split(";")[0] for line in COMPANIES.splitlines()} - {"0000115", "0000229"})
    records, text = contacts(ids)
    (HERE / "contacts.csv").write_text(text, encoding="utf-8", newline="")
    (HERE / "deals.ndjson").write_text(deals(ids, records), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
