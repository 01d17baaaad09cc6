//! The numbers of a workload as they are shown: the one place here that knows what kinds of them there are.

use std::collections::BTreeMap;

use super::fields::Param;
use crate::workload::{Value, Workload};

/// The parameters of `workload` as the JSON document has them.
pub fn params(workload: &Workload) -> BTreeMap<String, Param> {
    workload.params.iter().map(|p| (p.name.clone(), written(p.value))).collect()
}

/// For programs: a count as a number, all else as `--set` takes it.
fn written(value: Value) -> Param {
    if let Value::Count(n) = value { Param::Count(n) } else { Param::Written(value.to_string()) }
}
