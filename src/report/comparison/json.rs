//! The JSON document of a comparison. `assets/compare.schema.json` describes it and a test checks one against the
//! other.
#![expect(missing_docs, reason = "assets/compare.schema.json describes each field")]

use serde::Serialize;

use crate::insight::{Gap, Orders, Ratio};
use crate::recording::{Comparison, Reason, Recording, RunOutcome, SCHEMA, SameWork};
use crate::report::Document;
use crate::text::{Additions, Cause, Doubt, markup};
use crate::units::{Ns, TaskId};

/// The whole document, in the order in which it is printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonDocument {
    pub schema: u32,
    pub concviz: &'static str,
    pub cores: f64,
    pub same_work: &'static str,
    pub baseline: Option<usize>,
    pub rows: Vec<JudgedRow>,
    pub ideal: Option<ComparisonIdeal>,
    pub verdict: String,
    pub outcome: &'static str,
    pub reason: Option<Reason>,
    pub runs: Vec<Document>,
}

/// A row, in how many different orders the tasks of its runs finished, and why a run of it does not count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedRow {
    #[serde(flatten)]
    pub row: ComparisonRow,
    pub different_orders: Option<usize>,
    pub reason: Option<Reason>,
}

/// The figures of a model's runs: the fields that are also columns of the table of values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    pub source: Option<String>,
    pub model: &'static str,
    pub global_lock: &'static str,
    pub run: Option<usize>,
    pub runs: usize,
    pub counted: usize,
    pub makespan_s: Option<f64>,
    pub spread_s: Option<f64>,
    pub speedup: Option<f64>,
    pub speedup_low: Option<f64>,
    pub speedup_high: Option<f64>,
    pub doubt: Option<&'static str>,
    pub slowed: bool,
    pub no_speedup: Option<&'static str>,
    pub parallelism: Option<f64>,
    pub start_s: Option<f64>,
    pub copied_bytes: Option<u64>,
    pub peak_rss_bytes: Option<u64>,
    pub threads: Option<usize>,
    pub processes: Option<usize>,
    pub at_once: Option<usize>,
    pub p50_s: Option<f64>,
    pub p99_s: Option<f64>,
    pub rounds: Option<u64>,
    pub rounds_per_s: Option<f64>,
    pub longest_gap_s: Option<f64>,
    pub longest_gap_task: Option<String>,
    pub variant: Option<String>,
    pub lost_updates: Option<u64>,
    pub counter_copies: Option<u64>,
}

impl ComparisonRow {
    /// Its columns.
    pub const COLUMNS: [&str; 30] = [
        "source",
        "model",
        "global_lock",
        "run",
        "runs",
        "counted",
        "makespan_s",
        "spread_s",
        "speedup",
        "speedup_low",
        "speedup_high",
        "doubt",
        "slowed",
        "no_speedup",
        "parallelism",
        "start_s",
        "copied_bytes",
        "peak_rss_bytes",
        "threads",
        "processes",
        "at_once",
        "p50_s",
        "p99_s",
        "rounds",
        "rounds_per_s",
        "longest_gap_s",
        "longest_gap_task",
        "variant",
        "lost_updates",
        "counter_copies",
    ];
}

/// The ideal, which no model can beat.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonIdeal {
    pub makespan_s: f64,
    pub speedup: Option<f64>,
    pub limit: String,
    pub work_s: f64,
    pub waits_s: f64,
    pub longest_s: f64,
    pub lock_s: Option<f64>,
}

/// The document of `comparison`, which is one of `runs`, as text with a line break at its end. `broken` says why there
/// are no more runs.
pub fn comparison_json(comparison: &Comparison, runs: &[&Recording], broken: Option<&Reason>) -> String {
    let document = ComparisonDocument::of(comparison, runs, broken);
    markup::json(&serde_json::to_string_pretty(&document).unwrap_or_default()).into_owned() + "\n"
}

impl ComparisonDocument {
    /// The document of `comparison`, which is one of `runs`; `broken` says why there are no more of them.
    pub fn of(comparison: &Comparison, runs: &[&Recording], broken: Option<&Reason>) -> ComparisonDocument {
        let ideal = comparison.ideal.as_ref().map(|ideal| ComparisonIdeal {
            makespan_s: ideal.time.as_secs(),
            speedup: comparison.ideal_ratio(),
            limit: ideal.limit.text(),
            work_s: ideal.work.as_secs(),
            waits_s: ideal.waits.as_secs(),
            longest_s: ideal.longest.as_secs(),
            lock_s: ideal.lock.as_ref().map(|(_, held)| held.as_secs()),
        });
        let failed = comparison.rows.iter().find_map(|row| row.failure.as_ref());
        let (outcome, reason) = RunOutcome::of_several(broken, failed);
        let rows = (0..comparison.rows.len()).map(|index| row(comparison, runs, index)).collect();
        ComparisonDocument {
            schema: SCHEMA,
            concviz: env!("CARGO_PKG_VERSION"),
            cores: comparison.cores,
            same_work: match comparison.work {
                SameWork::Exactly => "exactly",
                SameWork::Calibrated => "calibrated",
                SameWork::No => "no",
            },
            baseline: comparison.baseline,
            rows,
            ideal,
            verdict: comparison.verdict.text(),
            outcome: outcome.name(),
            reason,
            runs: runs.iter().map(|run| Document::of(run)).collect(),
        }
    }
}

fn row(comparison: &Comparison, runs: &[&Recording], index: usize) -> JudgedRow {
    let of = &comparison.rows[index];
    let figures = of.figures;
    let seconds = |t: Option<Ns>| t.map(Ns::as_secs);
    let (ratio, missing) = match of.ratio {
        _ if Some(index) == comparison.baseline => (Some(Ratio::exactly(1.0)), None),
        Some(Ok(ratio)) => (Some(ratio), None),
        Some(Err(why)) => (None, Some(why.name())),
        None => (None, None),
    };
    let doubt = ratio.and_then(|ratio| ratio.doubt);
    let unsettled = ratio.and_then(Ratio::unsettled).map(Doubt::name);
    let known = |n: usize| (n > 0).then_some(n);
    let rounds = figures.and_then(|f| f.rounds);
    let gap = rounds.and_then(|r| r.gap);
    let shown = of.shown.and_then(|shown| runs.get(shown));
    let (lost_updates, counter_copies) = match figures.and_then(|f| f.additions) {
        Some(Additions::Exact) => (Some(0), None),
        Some(Additions::Lost(n)) => (Some(n), None),
        Some(Additions::Copies(n)) => (None, Some(n)),
        None => (None, None),
    };
    let name = |gap: Gap| Some(shown?.trace.names.get(gap.task.index())?.name.clone());
    let row = ComparisonRow {
        source: of.source.clone(),
        model: of.model.kind.name(),
        global_lock: of.model.lock.name(),
        run: of.shown.or(of.runs.first().copied()),
        runs: of.runs.len(),
        counted: of.counted,
        makespan_s: seconds(figures.map(|f| f.timing.time)),
        spread_s: seconds(figures.and_then(|f| f.timing.spread)),
        speedup: ratio.filter(|_| unsettled.is_none()).map(|ratio| ratio.speedup.times),
        speedup_low: ratio.map(|ratio| ratio.speedup.low),
        speedup_high: ratio.map(|ratio| ratio.speedup.high),
        doubt: doubt.map(Doubt::name),
        slowed: doubt.is_some_and(|doubt| matches!(doubt.cause, Cause::Slow { .. })),
        no_speedup: missing.or(unsettled),
        parallelism: figures.map(|f| f.busy),
        start_s: seconds(figures.and_then(|f| f.start)),
        copied_bytes: figures.and_then(|f| f.copied),
        peak_rss_bytes: figures.and_then(|f| f.memory),
        threads: figures.and_then(|f| known(f.threads)),
        processes: figures.and_then(|f| known(f.processes)),
        at_once: figures.map(|f| f.at_once),
        p50_s: seconds(figures.and_then(|f| f.p50)),
        p99_s: seconds(figures.and_then(|f| f.p99)),
        rounds: rounds.and_then(|r| r.made),
        rounds_per_s: figures.and_then(|f| f.rounds_a_second()),
        longest_gap_s: seconds(gap.map(|gap| gap.length)),
        longest_gap_task: gap.and_then(name),
        variant: of.variant.clone(),
        lost_updates,
        counter_copies,
    };
    let over = of.runs.iter().filter_map(|run| runs.get(*run)).filter(|run| run.trace.makespan().is_some());
    let orders: Vec<Vec<TaskId>> = over.map(|run| run.trace.finished(run.trace.latest())).collect();
    let different = Orders::of(&orders.iter().map(Vec::as_slice).collect::<Vec<_>>()).different;
    JudgedRow { row, different_orders: known(different), reason: of.failure.clone() }
}
