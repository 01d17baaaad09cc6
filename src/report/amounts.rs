//! The parameters of a workload as documents show them: the one place in reports that knows which kinds there are.

use std::collections::BTreeMap;

use super::fields::Param;
use crate::workload::{Value, Workload};

/// The parameters of `workload` as the JSON document has them.
pub fn params(workload: &Workload) -> BTreeMap<String, Param> {
    workload.params.iter().map(|p| (p.name.clone(), written(p.value))).collect()
}

/// A count as a number, everything else as text that `--set` accepts.
fn written(value: Value) -> Param {
    if let Value::Count(n) = value { Param::Count(n) } else { Param::Written(value.to_string()) }
}
