//! The numbers of a workload as they are shown: the one place here that knows what kinds of them there are.

use std::collections::BTreeMap;

use super::fields::Param;
use crate::workload::{Scale, Value, Workload};

/// What `workload` does, in one line with its numbers, every amount scaled by `scale`. Empty if it does not say.
pub fn title(workload: &Workload, scale: Scale) -> String {
    let mut title = workload.title.clone();
    for param in &workload.params {
        if param.name == "tasks" && param.value == Value::Count(1) {
            title = title.replace("{tasks} tasks that wait", "1 task that waits").replace("{tasks} tasks", "1 task");
        }
        title = title.replace(&format!("{{{}}}", param.name), &shown(param.value, scale));
    }
    title
}

/// The parameters of `workload` as the JSON document has them.
pub fn params(workload: &Workload) -> BTreeMap<String, Param> {
    workload.params.iter().map(|p| (p.name.clone(), written(p.value))).collect()
}

/// For people: in three digits, and scaled where the factor applies.
fn shown(value: Value, scale: Scale) -> String {
    if let Value::Time(t) = value { t.times(scale.millionths, 1_000_000).to_string() } else { value.to_string() }
}

/// For programs: a count as a number, all else as `--set` takes it.
fn written(value: Value) -> Param {
    if let Value::Count(n) = value { Param::Count(n) } else { Param::Written(value.to_string()) }
}
