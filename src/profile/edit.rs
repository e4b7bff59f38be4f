//! Changes to a profile, each of which knows its inverse.

use super::{
    Checks, Duplicates, Example, Expression, FieldMapping, FilledBy, ObjectMapping, Profile, RecordCheck, Threshold,
    ValueMap,
};
use crate::connect::{Location, WriteMode};

/// One change. Objects are named by their position, fields by their target's name.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    SetName(Option<String>),
    SetSource(Location),
    SetTarget(Location),
    AddObject {
        at: usize,
        object: Box<ObjectMapping>,
    },
    RemoveObject {
        at: usize,
    },
    SetSettings {
        object: usize,
        settings: Box<Settings>,
    },
    /// Adds a field at a position among the object's fields (at the end where the position is beyond it).
    AddField {
        object: usize,
        at: usize,
        field: Box<FieldMapping>,
    },
    RemoveField {
        object: usize,
        target: String,
    },
    MoveField {
        object: usize,
        from: usize,
        to: usize,
    },
    /// The whole mapping of a field that is there.
    SetField {
        object: usize,
        target: String,
        field: Box<FieldMapping>,
    },
    /// The expression; of a lookup, what is looked up.
    SetExpression {
        object: usize,
        target: String,
        text: String,
    },
    SetFilledBy {
        object: usize,
        target: String,
        filled_by: FilledBy,
    },
    SetChecks {
        object: usize,
        target: String,
        checks: Box<Checks>,
    },
    SetValues {
        object: usize,
        target: String,
        values: Option<ValueMap>,
    },
    SetNote {
        object: usize,
        target: String,
        note: Option<String>,
    },
    SetRecordChecks {
        object: usize,
        checks: Vec<RecordCheck>,
    },
    SetExamples {
        object: usize,
        examples: Vec<Example>,
    },
    /// Several changes as one step, applied in order.
    Many {
        name: String,
        edits: Vec<Edit>,
    },
}

/// What an object says apart from its fields, checks and examples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    pub from: String,
    pub to: String,
    pub write: WriteMode,
    pub key: Vec<String>,
    pub filter: Option<Expression>,
    pub duplicates: Option<Duplicates>,
    pub stop_at: Option<Threshold>,
    pub keep_ragged: bool,
    pub reject_repaired: bool,
}

impl Settings {
    pub fn of(object: &ObjectMapping) -> Settings {
        Settings {
            from: object.from.clone(),
            to: object.to.clone(),
            write: object.write,
            key: object.key.clone(),
            filter: object.filter.clone(),
            duplicates: object.duplicates.clone(),
            stop_at: object.stop_at,
            keep_ragged: object.keep_ragged,
            reject_repaired: object.reject_repaired,
        }
    }

    fn give(self, object: &mut ObjectMapping) {
        object.from = self.from;
        object.to = self.to;
        object.write = self.write;
        object.key = self.key;
        object.filter = self.filter;
        object.duplicates = self.duplicates;
        object.stop_at = self.stop_at;
        object.keep_ragged = self.keep_ragged;
        object.reject_repaired = self.reject_repaired;
    }
}

/// Why a change does not fit the profile; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("there is no object number {0} in the profile")]
    NoObject(usize),
    #[error("the object has no mapping for `{0}`")]
    NoField(String),
    #[error("the object already has a mapping for `{0}`")]
    FieldExists(String),
}

impl Edit {
    /// Applies the change and gives the change that takes it back.
    ///
    /// # Errors
    /// Where it names something that the profile does not have; the profile is then as it was.
    pub fn apply(self, profile: &mut Profile) -> Result<Edit, EditError> {
        Ok(match self {
            Edit::SetName(name) => Edit::SetName(std::mem::replace(&mut profile.name, name)),
            Edit::SetSource(source) => Edit::SetSource(std::mem::replace(&mut profile.source, source)),
            Edit::SetTarget(target) => Edit::SetTarget(std::mem::replace(&mut profile.target, target)),
            Edit::AddObject { at, object } => {
                let at = at.min(profile.objects.len());
                profile.objects.insert(at, *object);
                Edit::RemoveObject { at }
            }
            Edit::RemoveObject { at } => {
                object_at(profile, at)?;
                Edit::AddObject { at, object: Box::new(profile.objects.remove(at)) }
            }
            Edit::SetSettings { object, settings } => {
                let mapping = object_at(profile, object)?;
                let before = Settings::of(mapping);
                settings.give(mapping);
                Edit::SetSettings { object, settings: Box::new(before) }
            }
            Edit::AddField { object, at, field } => {
                let fields = &mut object_at(profile, object)?.fields;
                if fields.iter().any(|other| other.target == field.target) {
                    return Err(EditError::FieldExists(field.target));
                }
                let target = field.target.clone();
                fields.insert(at.min(fields.len()), *field);
                Edit::RemoveField { object, target }
            }
            Edit::RemoveField { object, target } => {
                let fields = &mut object_at(profile, object)?.fields;
                let at = fields.iter().position(|field| field.target == target).ok_or(EditError::NoField(target))?;
                Edit::AddField { object, at, field: Box::new(fields.remove(at)) }
            }
            Edit::MoveField { object, from, to } => {
                let fields = &mut object_at(profile, object)?.fields;
                if from >= fields.len() {
                    return Err(EditError::NoField(format!("number {from}")));
                }
                let field = fields.remove(from);
                let to = to.min(fields.len());
                fields.insert(to, field);
                Edit::MoveField { object, from: to, to: from }
            }
            Edit::SetField { object, target, field } => {
                let fields = &mut object_at(profile, object)?.fields;
                if field.target != target && fields.iter().any(|other| other.target == field.target) {
                    return Err(EditError::FieldExists(field.target));
                }
                let place = field_of(profile, object, &target)?;
                let renamed = field.target.clone();
                Edit::SetField { object, target: renamed, field: Box::new(std::mem::replace(place, *field)) }
            }
            Edit::SetExpression { object, target, text } => {
                let expression = field_of(profile, object, &target)?.expression_mut();
                let text = std::mem::replace(&mut expression.text, text);
                Edit::SetExpression { object, target, text }
            }
            Edit::SetFilledBy { object, target, filled_by } => {
                let filled_by = std::mem::replace(&mut field_of(profile, object, &target)?.filled_by, filled_by);
                Edit::SetFilledBy { object, target, filled_by }
            }
            Edit::SetChecks { object, target, checks } => {
                let checks = std::mem::replace(&mut field_of(profile, object, &target)?.checks, *checks);
                Edit::SetChecks { object, target, checks: Box::new(checks) }
            }
            Edit::SetValues { object, target, values } => {
                let values = std::mem::replace(&mut field_of(profile, object, &target)?.values, values);
                Edit::SetValues { object, target, values }
            }
            Edit::SetNote { object, target, note } => {
                let note = std::mem::replace(&mut field_of(profile, object, &target)?.note, note);
                Edit::SetNote { object, target, note }
            }
            Edit::SetRecordChecks { object, checks } => {
                let checks = std::mem::replace(&mut object_at(profile, object)?.checks, checks);
                Edit::SetRecordChecks { object, checks }
            }
            Edit::SetExamples { object, examples } => {
                let examples = std::mem::replace(&mut object_at(profile, object)?.examples, examples);
                Edit::SetExamples { object, examples }
            }
            Edit::Many { name, edits } => Edit::Many { name, edits: apply_all(edits, profile)? },
        })
    }

    /// What the change does, for the list of steps: `set the expression of Email`.
    pub fn name(&self) -> String {
        match self {
            Edit::SetName(_) => "name the profile".to_owned(),
            Edit::SetSource(_) => "set the source".to_owned(),
            Edit::SetTarget(_) => "set the target".to_owned(),
            Edit::AddObject { object, .. } => format!("add {} -> {}", object.from, object.to),
            Edit::RemoveObject { at } => format!("remove object {}", at + 1),
            Edit::SetSettings { settings, .. } => format!("set how {} is written", settings.to),
            Edit::AddField { field, .. } => format!("map {}", field.target),
            Edit::RemoveField { target, .. } => format!("unmap {target}"),
            Edit::MoveField { .. } => "move a field".to_owned(),
            Edit::SetField { target, .. } | Edit::SetFilledBy { target, .. } => format!("change {target}"),
            Edit::SetExpression { target, .. } => format!("set the expression of {target}"),
            Edit::SetChecks { target, .. } => format!("set the checks of {target}"),
            Edit::SetValues { target, .. } => format!("map the values of {target}"),
            Edit::SetNote { target, .. } => format!("note on {target}"),
            Edit::SetRecordChecks { .. } => "set the record checks".to_owned(),
            Edit::SetExamples { .. } => "set the examples".to_owned(),
            Edit::Many { name, .. } => name.clone(),
        }
    }
}

/// All or none: where one does not fit, those before it are taken back. Gives the inverses in their order of use.
fn apply_all(edits: Vec<Edit>, profile: &mut Profile) -> Result<Vec<Edit>, EditError> {
    let before = profile.clone();
    let mut inverses = Vec::with_capacity(edits.len());
    for edit in edits {
        match edit.apply(profile) {
            Ok(inverse) => inverses.push(inverse),
            Err(error) => {
                *profile = before;
                return Err(error);
            }
        }
    }
    inverses.reverse();
    Ok(inverses)
}

fn object_at(profile: &mut Profile, at: usize) -> Result<&mut ObjectMapping, EditError> {
    profile.objects.get_mut(at).ok_or(EditError::NoObject(at))
}

fn field_of<'p>(profile: &'p mut Profile, object: usize, target: &str) -> Result<&'p mut FieldMapping, EditError> {
    let fields = &mut object_at(profile, object)?.fields;
    fields.iter_mut().find(|field| field.target == target).ok_or_else(|| EditError::NoField(target.to_owned()))
}
