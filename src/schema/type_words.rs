//! The words that systems use for types, and the type that each means here.

use super::FieldType;

/// The type that a word of some system means; none for a word that is not known. Case, blanks, `_` and `-` do not count.
pub(super) fn type_of_word(word: &str) -> Option<FieldType> {
    let plain: String = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(match plain.as_str() {
        "text"
        | "string"
        | "str"
        | "char"
        | "nchar"
        | "varchar"
        | "nvarchar"
        | "varchar2"
        | "nvarchar2"
        | "bpchar"
        | "character"
        | "charactervarying"
        | "charvarying"
        | "nationalcharacter"
        | "nationalcharactervarying"
        | "nationalvarchar"
        | "citext"
        | "name"
        | "sysname"
        | "singlelinetext"
        | "combobox"
        | "encryptedstring"
        | "any"
        | "color"
        | "inet"
        | "cidr"
        | "macaddr"
        | "zipcode" => FieldType::Text,
        "longtext" | "textarea" | "longtextarea" | "multiline" | "multilinetext" | "memo" | "clob" | "nclob"
        | "mediumtext" | "tinytext" | "ntext" | "html" | "richtext" | "richtextarea" | "xml" => FieldType::LongText,
        "integer" | "int" | "int2" | "int4" | "int8" | "int16" | "int32" | "int64" | "bigint" | "smallint"
        | "tinyint" | "mediumint" | "long" | "short" | "wholenumber" | "serial" | "bigserial" | "smallserial"
        | "serial2" | "serial4" | "serial8" | "year" | "unsigned" => FieldType::Integer,
        "decimal" | "number" | "numeric" | "dec" | "double" | "doubleprecision" | "float" | "float4" | "float8"
        | "real" | "bigdecimal" | "bignumeric" | "fixed" | "binaryfloat" | "binarydouble" => FieldType::Decimal,
        "money" | "currency" | "smallmoney" | "monetary" => FieldType::Money,
        "percent" | "percentage" => FieldType::Percent,
        "boolean" | "bool" | "bit" | "checkbox" | "logical" | "twooptions" | "booleancheckbox" => FieldType::Boolean,
        "date" | "dateonly" | "date32" => FieldType::Date,
        "time" | "timewithtimezone" | "timewithouttimezone" | "timetz" => FieldType::Time,
        "datetime"
        | "timestamp"
        | "datetime2"
        | "smalldatetime"
        | "datetimeoffset"
        | "timestamptz"
        | "timestampwithtimezone"
        | "timestampwithouttimezone"
        | "timestampwithlocaltimezone"
        | "dateandtime" => FieldType::DateTime,
        "email" | "emailaddress" => FieldType::Email,
        "phone" | "phonenumber" | "telephone" | "fax" | "mobile" => FieldType::Phone,
        "url" | "uri" | "website" | "link" => FieldType::Url,
        "country" | "countrycode" => FieldType::Country,
        "picklist" | "enum" | "enumeration" | "select" | "selection" | "dropdown" | "radio" | "choice"
        | "optionset" | "singleselect" | "state" | "status" => FieldType::Picklist,
        "multipicklist"
        | "multiselect"
        | "multiselectpicklist"
        | "multienum"
        | "set"
        | "tags"
        | "checkboxes"
        | "multichoice" => FieldType::MultiPicklist,
        "id" | "uuid" | "guid" | "uniqueidentifier" | "identifier" | "primarykey" | "key" | "oid" => FieldType::Id,
        "reference" | "lookup" | "many2one" | "masterdetail" | "relation" | "owner" | "customer" | "foreignkey" => {
            FieldType::Reference
        }
        "list" | "array" | "many2many" | "one2many" => FieldType::List,
        "map" | "object" | "json" | "jsonb" | "struct" | "address" | "geopoint" | "geojson" | "hstore" => {
            FieldType::Map
        }
        "bytes" | "binary" | "varbinary" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "bytea" | "image"
        | "raw" | "base64" => FieldType::Bytes,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_known_by_its_own_name() {
        use FieldType::*;
        for own in [
            Text,
            LongText,
            Integer,
            Decimal,
            Money,
            Percent,
            Boolean,
            Date,
            Time,
            DateTime,
            Email,
            Phone,
            Url,
            Country,
            Picklist,
            MultiPicklist,
            Id,
            Reference,
            List,
            Map,
            Bytes,
        ] {
            let name = serde_json::to_value(own).ok();
            assert_eq!(name.as_ref().and_then(|name| name.as_str()).and_then(type_of_word), Some(own));
        }
    }

    #[test]
    fn words_of_other_systems() {
        assert_eq!(type_of_word("DOUBLE PRECISION"), Some(FieldType::Decimal));
        assert_eq!(type_of_word("timestamp with time zone"), Some(FieldType::DateTime));
        assert_eq!(type_of_word("frobnicate"), None);
    }
}
