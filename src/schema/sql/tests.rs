use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Schema {
    read_sql(text, "file").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_plain_table() {
    let schema = read(
        "CREATE TABLE IF NOT EXISTS contacts ( -- people
           id INTEGER PRIMARY KEY AUTOINCREMENT,
           email VARCHAR(80) NOT NULL UNIQUE,
           name text DEFAULT 'none',
           amount DECIMAL(10, 2),
           company_id INT REFERENCES companies(id) ON DELETE CASCADE,
           status TEXT CHECK (status IN ('open', 'won')) DEFAULT 'open' NOT NULL,
           anything
         );",
    );
    let object = &schema.objects[0];
    assert_eq!((object.name.as_str(), object.fields.len()), ("contacts", 7));
    assert_eq!(object.primary_key, ["id"]);
    let [id, email, name, amount, company, status, anything] = object.fields.as_slice() else { panic!() };
    assert_eq!(id.constraints.default.as_deref(), Some("(generated)"));
    assert!(email.constraints.required && email.constraints.unique);
    assert_eq!((email.constraints.max_length, email.native_type.as_deref()), (Some(80), Some("VARCHAR(80)")));
    assert_eq!(name.constraints.default.as_deref(), Some("none"));
    assert_eq!((amount.field_type, amount.constraints.scale), (FieldType::Decimal, Some(2)));
    assert_eq!(amount.constraints.maximum.as_deref(), Some("99999999.99"));
    assert_eq!((company.field_type, company.references.as_deref()), (FieldType::Reference, Some("companies")));
    assert_eq!((status.field_type, status.constraints.required), (FieldType::Picklist, true));
    assert_eq!(status.constraints.one_of, ["open", "won"]);
    assert_eq!(anything.native_type, None);
}

#[test]
fn mysql() {
    let schema = read(
        "CREATE TABLE `crm`.`lead` (
           `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
           `key` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'the key; really',
           `state` enum('new','old') NOT NULL DEFAULT 'new',
           `flags` set('a','b'),
           `active` tinyint(1) DEFAULT '1',
           `at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
           PRIMARY KEY (`id`),
           UNIQUE KEY `u` (`key`(5)),
           KEY `i` (`state`,`at`),
           CONSTRAINT `f` FOREIGN KEY (`flags`) REFERENCES `flag` (`id`)
         ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
         /*!40101 SET x */; INSERT INTO lead VALUES (1, 'CREATE TABLE');",
    );
    let object = &schema.objects[0];
    assert_eq!((object.name.as_str(), schema.objects.len()), ("lead", 1));
    let [id, key, state, flags, active, at] = object.fields.as_slice() else { panic!("{object:?}") };
    assert_eq!((id.field_type, id.constraints.unique), (FieldType::Integer, true));
    assert_eq!(key.description.as_deref(), Some("the key; really"));
    assert_eq!((key.constraints.max_length, key.constraints.unique), (Some(10), true));
    assert_eq!(key.constraints.default, None);
    assert_eq!((state.field_type, state.constraints.one_of.len()), (FieldType::Picklist, 2));
    assert_eq!(flags.references.as_deref(), Some("flag"));
    assert_eq!(active.field_type, FieldType::Boolean);
    assert_eq!(at.constraints.default.as_deref(), Some("CURRENT_TIMESTAMP"));
}

#[test]
fn a_dump_of_postgresql() {
    let schema = read(
        "SET x = 1;
         CREATE TYPE public.mood AS ENUM ('sad', 'ok');
         CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN CREATE TABLE no (a int); END $$;
         CREATE TABLE public.\"Person\" (
           id bigint NOT NULL,
           current_mood public.mood,
           born timestamp(3) with time zone,
           tags text[] DEFAULT '{}'::text[],
           nick character varying(20) DEFAULT 'x'::character varying NOT NULL,
           score double precision,
           full_name text GENERATED ALWAYS AS (nick || 'x') STORED,
           CONSTRAINT c CHECK (((nick)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))
         );
         ALTER TABLE ONLY public.\"Person\" ADD CONSTRAINT p PRIMARY KEY (id);
         COMMENT ON COLUMN public.\"Person\".score IS 'how good';",
    );
    assert_eq!(schema.objects.len(), 1);
    let object = &schema.objects[0];
    let [id, mood, born, tags, nick, score, full] = object.fields.as_slice() else { panic!("{object:?}") };
    assert_eq!(object.primary_key, ["id"]);
    assert!(id.constraints.required);
    assert_eq!((mood.field_type, mood.constraints.one_of.len()), (FieldType::Picklist, 2));
    assert_eq!(born.field_type, FieldType::DateTime);
    assert_eq!(tags.field_type, FieldType::List);
    assert_eq!((nick.constraints.max_length, nick.constraints.default.as_deref()), (Some(20), Some("x")));
    assert_eq!(nick.constraints.one_of, ["a", "b"]);
    assert_eq!((score.field_type, score.description.as_deref()), (FieldType::Decimal, Some("how good")));
    assert!(full.constraints.read_only);
}

#[test]
fn sql_server_and_oracle() {
    let schema = read(
        "CREATE TABLE [dbo].[Deal Item] ([Id] [int] IDENTITY(1,1) NOT NULL, [Name] [nvarchar](max) NULL,
           [On] [datetime2](7) DEFAULT (getdate()), CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)) ON [PRIMARY]
         GO
         CREATE TABLE T (N NUMBER(5), M NUMBER(7,2) DEFAULT 0, V VARCHAR2(30 CHAR) NOT NULL)",
    );
    let [deal, t] = schema.objects.as_slice() else { panic!("{schema:?}") };
    assert_eq!((deal.name.as_str(), deal.primary_key.as_slice()), ("Deal Item", &["Id".to_owned()][..]));
    assert_eq!((deal.fields[1].field_type, deal.fields[1].constraints.max_length), (FieldType::Text, None));
    assert_eq!(deal.fields[2].constraints.default.as_deref(), Some("(getdate())"));
    assert_eq!(t.fields[0].field_type, FieldType::Integer);
    assert_eq!(t.fields[1].constraints.default.as_deref(), Some("0"));
    assert_eq!((t.fields[2].constraints.max_length, t.fields[2].constraints.required), (Some(30), true));
}

#[test]
fn columns_named_like_constraints() {
    let schema = read("CREATE TABLE t (key text, index int, period text, \"primary\" int, unique_id int)");
    assert!(schema.objects[0].fields.len() >= 4, "{schema:?}");
    assert_eq!(schema.objects[0].fields[0].name, "key");
}

#[test]
fn mistakes_have_their_place() {
    for (text, line, column, part) in [
        ("SELECT 1;", 1, 1, "no CREATE TABLE"),
        ("CREATE TABLE t (\n  a int\n  b int,\n);\nCREATE TABLE", 5, 8, "name of the table"),
        ("CREATE TABLE t (a int", 1, 19, "`,` or `)`"),
        ("CREATE TABLE t (a int, a text)", 1, 24, "twice"),
        ("CREATE TABLE t (a int, 5 text)", 1, 24, "name of a column"),
        ("CREATE TABLE t (a int); CREATE TABLE t (a int)", 1, 38, "created twice"),
        ("CREATE TABLE t (a int CHECK (a > 1)", 1, 35, "`,` or `)`"),
        ("CREATE TABLE t (a int, PRIMARY KEY (b))", 1, 38, "no such column"),
    ] {
        let error = read_sql(text, "file").expect_err(text);
        assert!(error.what.contains(part), "{text}: {error}");
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_too_odd(words in prop::collection::vec(prop::sample::select(vec![
        "CREATE", "TABLE", "(", ")", ",", ";", "a", "int", "PRIMARY", "KEY", "CHECK", "IN", "'x'", "DEFAULT", "::",
        "UNIQUE", "FOREIGN", "REFERENCES", "CONSTRAINT", "ALTER", "ADD", "COMMENT", "ON", "COLUMN", "IS", ".", "5",
        "[", "]", "NOT", "NULL", "TYPE", "AS", "ENUM", "GENERATED", "ANY", "ARRAY", "BETWEEN", "AND", "length", ">=",
    ]), 0..40)) {
        let _ = read_sql(&words.join(" "), "file");
        let _ = read_sql(&format!("CREATE TABLE t (a int, {}", words.join(" ")), "file");
    }
}
