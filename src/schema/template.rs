//! The built-in templates: the standard objects of well-known CRM systems, as their vendors document them.
//!
//! To add one: a YAML file in `assets/templates`, a line here; the test below reads and checks it.

use std::sync::OnceLock;

use super::document::{parse_yaml, read_schema};
use super::load_error::SchemaError;
use super::{Object, Schema};
use crate::profile::nearest;

/// A built-in template: a system's standard objects.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// `salesforce`, as in `template:salesforce`.
    pub name: &'static str,
    /// The system's full name.
    pub title: String,
    /// What the template holds, and as of when it is known.
    pub about: String,
    pub schema: Schema,
}

const FILES: &[(&str, &str)] = &[
    ("salesforce", include_str!("../../assets/templates/salesforce.yaml")),
    ("hubspot", include_str!("../../assets/templates/hubspot.yaml")),
    ("dynamics", include_str!("../../assets/templates/dynamics.yaml")),
    ("odoo", include_str!("../../assets/templates/odoo.yaml")),
];

/// All built-in templates.
pub fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    // A file of ours that does not read is found by the test below, and missing here.
    TEMPLATES.get_or_init(|| FILES.iter().filter_map(|(name, text)| read(name, text).ok()).collect())
}

fn read(name: &'static str, text: &str) -> Result<Template, SchemaError> {
    let document = parse_yaml(text).map_err(|error| error.in_file(name))?;
    let schema = read_schema(&document, name).map_err(|error| error.in_file(name))?;
    let word = |key: &str| document.get(key).and_then(|text| text.as_str()).unwrap_or_default().trim().to_owned();
    Ok(Template { name, title: word("title"), about: word("about"), schema })
}

/// The schema of `salesforce`, or of one object of it: `salesforce/Contact` (in any case).
pub fn load_template(wanted: &str) -> Result<Schema, SchemaError> {
    let (system, object) = match wanted.split_once('/') {
        Some((system, object)) if !object.is_empty() => (system, Some(object)),
        _ => (wanted.trim_end_matches('/'), None),
    };
    let missing = |names: Vec<&str>, of: &str| {
        let next = match nearest(of, names.iter().copied()) {
            Some(name) => format!("Did you mean `{name}`?"),
            None => format!("There are: {}.", names.join(", ")),
        };
        SchemaError::Template { wanted: wanted.to_owned(), next }
    };
    let lower = system.to_lowercase();
    let Some(template) = templates().iter().find(|template| template.name == lower) else {
        return Err(missing(templates().iter().map(|template| template.name).collect(), &lower));
    };
    let Some(object) = object else { return Ok(template.schema.clone()) };
    let objects = &template.schema.objects;
    match objects.iter().find(|known| known.name.eq_ignore_ascii_case(object)) {
        Some(found) => Ok(Schema { name: template.schema.name.clone(), objects: vec![Object::clone(found)] }),
        None => Err(missing(objects.iter().map(|object| object.name.as_str()).collect(), &object.to_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::FieldType;

    #[test]
    fn every_file_reads() {
        for (name, text) in FILES {
            let template = read(name, text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(template.schema.name, *name);
            assert!(!template.title.is_empty());
            assert!(template.about.contains("Known as of"), "{name} says when it was known");
        }
        assert_eq!(templates().len(), FILES.len());
    }

    #[test]
    fn fields_are_sound() {
        for template in templates() {
            for object in &template.schema.objects {
                let place = |field: &str| format!("{}/{}.{field}", template.name, object.name);
                assert!(object.primary_key.iter().all(|key| object.field(key).is_some()), "{}", place("primary key"));
                for field in &object.fields {
                    let (place, rules) = (place(&field.name), &field.constraints);
                    assert!(field.label.is_some() && field.native_type.is_some(), "{place}: label and native type");
                    let key = object.primary_key.contains(&field.name);
                    assert!(key || !(rules.required && rules.read_only), "{place}: required, and nobody can write it");
                    assert_eq!(field.references.is_some(), field.field_type == FieldType::Reference, "{place}");
                    assert!(rules.max_length.is_none_or(|most| (4..=65_536).contains(&most)), "{place}");
                    let picklist = matches!(field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
                    assert_eq!(picklist, !rules.one_of.is_empty(), "{place}: a picklist has values");
                    let mut values = rules.one_of.clone();
                    values.sort();
                    values.dedup();
                    assert_eq!(values.len(), rules.one_of.len(), "{place}: a value is there twice");
                    if let (Some(default), false) = (&rules.default, rules.one_of.is_empty()) {
                        assert!(rules.one_of.contains(default), "{place}: the default is none of the values");
                    }
                    if let (true, Some(to)) = (template.name != "odoo", &field.references) {
                        let ours = template.schema.objects.iter().any(|object| object.name.eq_ignore_ascii_case(to));
                        assert!(!ours || template.schema.object(to).is_some(), "{place}: case of `{to}`");
                    }
                }
            }
        }
    }

    /// Required fields that a migration has to fill (keys and what only the system sets left out).
    fn required(wanted: &str) -> Vec<String> {
        let schema = load_template(wanted).unwrap_or_else(|error| panic!("{error}"));
        let object = &schema.objects[0];
        let fields = object.fields.iter().filter(|field| field.constraints.required);
        let fields = fields.filter(|field| !object.primary_key.contains(&field.name));
        fields.map(|field| field.name.clone()).collect()
    }

    #[test]
    fn what_is_required_is_as_the_vendors_say() {
        assert_eq!(required("salesforce/Account"), ["Name"]);
        assert_eq!(required("salesforce/Contact"), ["LastName"]);
        assert_eq!(required("salesforce/Lead"), ["LastName", "Company", "Status"]);
        assert_eq!(required("salesforce/Opportunity"), ["Name", "StageName", "CloseDate"]);
        assert_eq!(required("hubspot/contacts"), Vec::<String>::new());
        assert_eq!(required("hubspot/deals"), ["dealname", "dealstage", "pipeline"]);
        assert_eq!(required("hubspot/leads"), ["hs_lead_name"]);
        assert_eq!(required("dynamics/account"), ["name"]);
        assert_eq!(required("dynamics/contact"), ["lastname"]);
        assert_eq!(required("dynamics/lead"), ["subject", "lastname"]);
        assert_eq!(required("dynamics/opportunity"), ["name"]);
        assert_eq!(required("odoo/crm.lead"), ["name", "type"]);
    }

    #[test]
    fn well_known_facts() {
        let fact = |wanted: &str, name: &str| {
            let schema = load_template(wanted).unwrap_or_else(|error| panic!("{error}"));
            schema.objects[0].field(name).cloned().unwrap_or_else(|| panic!("{wanted} has no {name}"))
        };
        assert_eq!(fact("salesforce/Contact", "LastName").constraints.max_length, Some(80));
        assert_eq!(fact("salesforce/Contact", "AccountId").references.as_deref(), Some("Account"));
        assert_eq!(fact("salesforce/Account", "Industry").constraints.one_of.len(), 32);
        assert!(fact("hubspot/contacts", "email").constraints.unique);
        assert_eq!(fact("dynamics/contact", "emailaddress1").constraints.max_length, Some(100));
        assert_eq!(fact("odoo/res.partner", "country_id").native_type.as_deref(), Some("many2one(res.country)"));
    }

    #[test]
    fn breadth() {
        for (wanted, least) in [
            ("salesforce/Contact", 60),
            ("salesforce/Account", 55),
            ("salesforce/Lead", 45),
            ("salesforce/Opportunity", 30),
            ("hubspot/contacts", 80),
            ("hubspot/companies", 50),
            ("dynamics/contact", 80),
            ("odoo/crm.lead", 45),
        ] {
            let schema = load_template(wanted).unwrap_or_else(|error| panic!("{error}"));
            assert!(schema.objects[0].fields.len() >= least, "{wanted}: {}", schema.objects[0].fields.len());
        }
    }

    #[test]
    fn names_in_any_case_and_near_misses() {
        assert_eq!(load_template("Salesforce/contact").map(|schema| schema.objects.len()).ok(), Some(1));
        assert_eq!(load_template("hubspot/").map(|schema| schema.objects.len()).ok(), Some(4));
        let error = load_template("salesforce/Contacts").expect_err("none").to_string();
        assert!(error.ends_with("Did you mean `Contact`?"), "{error}");
        let error = load_template("zzz").expect_err("none").to_string();
        assert!(error.ends_with("There are: salesforce, hubspot, dynamics, odoo."), "{error}");
    }
}
