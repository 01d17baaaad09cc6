//! Real runs of the program, held against the schema of their document and against the laws that connect its figures.

use std::process::{Command, Output};

use concviz::export::{Portion, spans};
use concviz::machine::Machine;
use concviz::recording::{Observed, Origin, Recording};
use concviz::report;
use concviz::state::{
    Awaited, Failure, FileLack, Outcome, PlanFault, Pool, RequestLack, State, SystemError, ThreadPurpose, Waiting,
};
use concviz::trace::{Begin, End, Event, KernelRecord, Stamped, TaskName, Trace};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};
use serde_json::Value;

fn concviz(args: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_concviz"))
        .args(args.split_whitespace())
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the program runs")
}

fn document(args: &str) -> Value {
    let output = concviz(&format!("run --format json {args}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args}: {err}");
    assert!(err.is_empty(), "{args}: without a terminal nothing belongs on stderr: {err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args}: {e}: {out}"))
}

/// Whether fields that a schema does not describe are refused. What ships allows them, so that readers live with what is
/// added; these tests do not, so that nothing is added which nobody describes.
#[derive(Clone, Copy, PartialEq)]
enum Strangers {
    Refused,
    Allowed,
}

/// The part of JSON Schema that the schemas in `assets` use. Says where and why `value` breaks `schema`.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, strangers: Strangers) -> Result<(), String> {
    for keyword in schema.as_object().expect("a schema is an object").keys() {
        const KNOWN: &[&str] = &[
            "$schema",
            "title",
            "description",
            "$defs",
            "$ref",
            "type",
            "const",
            "enum",
            "minimum",
            "maximum",
            "items",
            "required",
            "properties",
            "additionalProperties",
        ];
        assert!(KNOWN.contains(&keyword.as_str()), "this test does not know the keyword `{keyword}`");
    }
    if let Some(to) = schema["$ref"].as_str() {
        let (file, place) = to.split_once('#').unwrap_or((to, ""));
        let other = if file.is_empty() { root } else { &self::schema(file) };
        let target = other.pointer(place).unwrap_or_else(|| panic!("{to} is not there"));
        check(other, target, value, at, strangers)?;
    }
    let fail = |why: String| Err(format!("{at}: {why}, but it is {value}"));
    if let Some(wanted) = schema.get("const")
        && wanted != value
    {
        return fail(format!("must be {wanted}"));
    }
    if let Some(all) = schema["enum"].as_array()
        && !all.contains(value)
    {
        return fail(format!("must be one of {all:?}"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |name: &&str| match *name {
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    };
    if !types.is_empty() && !types.iter().any(is) {
        return fail(format!("must be {types:?}"));
    }
    if let Some(number) = value.as_f64() {
        if schema["minimum"].as_f64().is_some_and(|least| number < least) {
            return fail("is too small".to_owned());
        }
        if schema["maximum"].as_f64().is_some_and(|most| number > most) {
            return fail("is too large".to_owned());
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (index, item) in values.iter().enumerate() {
            check(root, items, item, &format!("{at}[{index}]"), strangers)?;
        }
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return fail(format!("`{name}` is missing"));
        }
    }
    for (name, field) in fields {
        let at = format!("{at}.{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(known), _) => check(root, known, field, &at, strangers)?,
            (None, Some(Value::Bool(true))) => {}
            (None, Some(others)) => check(root, others, field, &at, strangers)?,
            (None, None) if strangers == Strangers::Refused && schema["properties"].is_object() => {
                return Err(format!("{at}: is not in the schema"));
            }
            (None, None) => {}
        }
    }
    Ok(())
}

/// The schema in `assets` that is called so.
fn schema(name: &str) -> Value {
    let text = match name {
        "run.schema.json" => include_str!("../assets/run.schema.json"),
        "repeat.schema.json" => include_str!("../assets/repeat.schema.json"),
        "compare.schema.json" => include_str!("../assets/compare.schema.json"),
        "map.schema.json" => include_str!("../assets/map.schema.json"),
        "spans.schema.json" => include_str!("../assets/spans.schema.json"),
        "workloads.schema.json" => include_str!("../assets/workloads.schema.json"),
        other => panic!("there is no schema {other}"),
    };
    serde_json::from_str(text).expect("the schema is JSON")
}

/// Whether `document` is as the schema `name` says, to the last field; and that a document with more fields everywhere is
/// one still, as it ships.
fn described(name: &str, document: &Value) -> Result<(), String> {
    let schema = schema(name);
    let mut grown = document.clone();
    grow(&mut grown);
    check(&schema, &schema, document, "document", Strangers::Refused)?;
    check(&schema, &schema, &grown, "with more fields", Strangers::Allowed)
}

/// Adds what no schema knows to every object, and a state to the states.
fn grow(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(grow),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match (name.as_str(), field.as_object_mut()) {
                    ("params" | "counters", _) => {}
                    ("states_s", Some(states)) => drop(states.insert("dreaming".to_owned(), 0.5.into())),
                    ("states", Some(states)) => drop(states.insert("dreaming".to_owned(), Value::Null)),
                    _ => grow(field),
                }
            }
            fields.insert("added later".to_owned(), serde_json::json!({ "by": ["somebody"] }));
        }
        _ => {}
    }
}

fn valid(document: &Value) -> Result<(), String> {
    described("run.schema.json", document)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// What must hold of the locks in every document: the figures of tasks add up to those of all.
fn lock_laws(args: &str, document: &Value) {
    let (lock, tasks) = (&document["lock"], document["tasks"].as_array().expect("tasks"));
    if lock.is_null() {
        assert!(tasks.iter().all(|t| t["lock_held_s"].is_null() && t["lock_wait_s"].is_null()), "{args}");
    } else {
        let sum = |field: &str| tasks.iter().map(|t| number(&t[field])).sum::<f64>();
        for (own, all) in [("lock_held_s", "held_s"), ("lock_wait_s", "wait_s")] {
            assert!((sum(own) - number(&lock[all])).abs() < 1e-6, "{args}: {own}: {} {lock}", sum(own));
        }
        assert!(number(&lock["forced_switches"]) <= number(&lock["drop_requests"]), "{args}: {lock}");
        for task in tasks {
            assert_eq!(task["lock_wait_s"], task["states_s"]["gil"], "{args}");
        }
    }
    for lock in document["locks"].as_array().expect("locks") {
        assert!(number(&lock["hand_overs"]) <= number(&lock["releases"]), "{args}: {lock}");
    }
}

/// What must hold in every document of a run that came to its end.
fn laws(args: &str, document: &Value) {
    valid(document).unwrap_or_else(|e| panic!("{args}: {e}"));
    assert_eq!((&document["outcome"], &document["reason"]), (&"done".into(), &Value::Null), "{args}");
    assert_eq!(document["until_s"], document["makespan_s"], "{args}");
    let makespan = number(&document["makespan_s"]);
    let tasks = document["tasks"].as_array().expect("tasks");
    let mut running = 0.0;
    let record = document["kernel_record"].as_str().expect("a text");
    let recorded = record == "switches";
    assert!(recorded || record.starts_with("none: "), "{args}: {record}");
    for task in tasks {
        let states = task["states_s"].as_object().expect("states");
        let sum: f64 = states.values().filter_map(Value::as_f64).sum();
        let latency = number(&task["latency_s"]);
        assert!((sum - latency).abs() < 1e-6, "{args}: states fill the time: {sum} {latency}");
        assert!(number(&task["started_s"]) >= number(&task["queued_s"]), "{args}: {task}");
        assert!(number(&task["finished_s"]) <= makespan + 1e-3, "{args}: {task}");
        assert_eq!(task["outcome"], "done", "{args}");
        assert_eq!(states["preempted"].is_null(), !recorded, "{args}: only the kernel can know this");
        running += number(&states["running"]);
    }
    lock_laws(args, document);
    let mut ended: Vec<(f64, &str)> =
        tasks.iter().map(|task| (number(&task["finished_s"]), task["name"].as_str().expect("a name"))).collect();
    // Sorting is stable: of two at the same instant the first one comes first.
    ended.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ended: Vec<&str> = ended.into_iter().map(|(_, name)| name).collect();
    assert_eq!(document["order"], serde_json::json!(ended), "{args}: as they finished");
    let busy: f64 = document["core_busy_s"].as_array().expect("cores").iter().filter_map(Value::as_f64).sum();
    // The kernel also saw what the run did between its tasks.
    let difference = busy - running;
    assert!(difference > -1e-6 && (recorded || difference < 1e-6), "{args}: cores {busy}, tasks {running}");
    assert!(number(&document["concurrency"]) <= tasks.len() as f64 + 1e-6, "{args}");
    assert_eq!(document["core_ids"].as_array().map(Vec::len), document["core_busy_s"].as_array().map(Vec::len));
    assert_eq!(document["recorder"]["lost"], 0, "{args}");
    for figure in [&document["recorder"]["switches"], &document["switches"]["migrations"]] {
        assert_eq!(figure.is_null(), !recorded, "{args}");
    }
    assert!(!recorded || document["recorder"]["switches_lost"] == 0, "{args}");
    let recorder = &document["recorder"];
    let events = number(&recorder["events_per_s"]) * makespan;
    assert!((events - number(&recorder["events"])).abs() < 1e-3, "{args}: {events} {recorder}");
    assert!(number(&recorder["ns_per_event"]) > 0.0, "{args}: {recorder}");
    let observing = &document["observing"];
    let parts = ["collector", "server", "dispatcher", "follower"].map(|part| number(&observing[part]));
    assert!((parts.iter().sum::<f64>() - number(&observing["all"])).abs() < 1e-9, "{args}: {observing}");
    assert!(parts[0] > 0.0 && observing["screen"].is_null(), "{args}: {observing}");
}

#[test]
fn every_model_makes_a_document_that_the_schema_describes() {
    for model in ["serial", "threads", "processes", "async"] {
        for lock in ["off", "gil"] {
            for load in ["-w cpu --tasks 3 --set cpu=20ms", "-w io --tasks 3 --set wait=20ms"] {
                let args = format!("{load} -m {model} --global-lock {lock}");
                let document = document(&args);
                laws(&args, &document);
                assert_eq!(document["model"], model);
                assert_eq!(document["global_lock"], lock);
                assert_eq!(document["lock"].is_null(), lock == "off", "{args}");
                assert_eq!(document["tasks"].as_array().map(Vec::len), Some(3));
                assert_eq!(document["params"]["tasks"], 3);
                let copied = document["ipc"]["bytes"].as_u64().expect("bytes");
                assert_eq!(copied > 0, model == "processes", "{args}: only processes copy");
            }
        }
    }
}

#[test]
fn waiters_for_the_global_lock_and_for_a_lock_of_the_workload_are_accounted_for() {
    let args = "-w cpu -m threads --tasks 4 --set cpu=40ms --global-lock gil --switch-interval 2ms";
    let cpu = document(args);
    laws(args, &cpu);
    assert!(number(&cpu["lock"]["timeouts"]) > 0.0, "of three waiters only one asks: {}", cpu["lock"]);
    assert!(cpu["tasks"].as_array().expect("tasks").iter().all(|t| number(&t["lock_held_s"]) > 0.0));
    for model in ["threads", "processes", "async"] {
        let args = format!("-w locks -m {model} --set rounds=10");
        let document = document(&args);
        laws(&args, &document);
        let lock = &document["locks"][0];
        assert_eq!(lock["releases"], 80, "{args}: {lock}");
        let waited: f64 =
            document["tasks"].as_array().expect("tasks").iter().map(|t| number(&t["states_s"]["lock"])).sum();
        // What a task waited for until it was let in, some of which counts as ready.
        assert!(number(&lock["wait_s"]) + 1e-6 >= waited, "{args}: {waited} {lock}");
    }
}

#[test]
fn settings_arrive_in_the_document() {
    let document = document("-w io -m threads --tasks 5 --workers 2 --cores 1 --scale 0.01 --seed 42 --set wait=500ms");
    assert_eq!((&document["workers"], &document["cores"], &document["seed"]), (&2.into(), &1.into(), &42.into()));
    assert_eq!((&document["scale"], &document["params"]["wait"]), (&0.01.into(), &"500ms".into()));
    let workers: std::collections::BTreeSet<_> =
        document["tasks"].as_array().expect("tasks").iter().filter_map(|t| t["worker"].as_u64()).collect();
    assert!(workers.iter().all(|w| (1..=2).contains(w)), "{workers:?}");
    let document = self::document("-m threads --global-lock gil --switch-interval 1ms --set cpu=20ms");
    assert_eq!(document["switch_interval_s"], 0.001);
}

#[test]
fn every_task_has_its_worker_also_where_workers_are_fewer() {
    for model in ["threads", "processes"] {
        let document = document(&format!("-w cpu --cpu 1ms -m {model} --tasks 7 --workers 2"));
        for task in document["tasks"].as_array().expect("tasks") {
            assert!(task["worker"].as_u64().is_some_and(|w| (1..=2).contains(&w)), "{model}: {task}");
            assert!(task["pid"].is_u64() && task["worker_name"].is_string(), "{model}: {task}");
        }
    }
}

#[test]
fn the_check_itself_finds_what_is_wrong() {
    let good = document("-w io --scale 0.01");
    assert_eq!(valid(&good), Ok(()));
    let broken = |change: fn(&mut Value)| {
        let mut document = good.clone();
        change(&mut document);
        valid(&document).expect_err("must be refused")
    };
    assert!(broken(|d| d["model"] = "fibers".into()).contains("document.model"));
    assert!(broken(|d| d["schema"] = 1.into()).contains("must be 2"));
    assert!(broken(|d| d["makespan_s"] = (-1).into()).contains("too small"));
    assert!(broken(|d| d["busy_machine"] = 1.5.into()).contains("too large"));
    assert!(broken(|d| d["tasks"][0]["worker"] = "one".into()).contains("document.tasks[0].worker"));
    assert!(broken(|d| d["extra"] = 1.into()).contains("not in the schema"));
    assert!(broken(|d| drop(d.as_object_mut().and_then(|o| o.remove("cpu_s")))).contains("`cpu_s` is missing"));
}

#[test]
fn the_catalogue_is_as_its_schema_says() {
    let output = concviz("workloads --format json");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    described("workloads.schema.json", &document).unwrap_or_else(|e| panic!("{e}"));
    let names: Vec<&str> =
        document["workloads"].as_array().expect("a list").iter().filter_map(|w| w["name"].as_str()).collect();
    assert!(names.contains(&"cpu") && names.contains(&"io"), "{names:?}");
}

fn repeated(document: &Value) -> Result<(), String> {
    described("repeat.schema.json", document)
}

#[test]
fn repeated_runs_are_a_list_of_the_same_documents_and_their_spread() {
    let args = "-w io -m async --set wait=5ms --repeat 5";
    let document = document(args);
    repeated(&document).unwrap_or_else(|e| panic!("{e}"));
    let runs = document["runs"].as_array().expect("runs");
    assert_eq!((runs.len(), &document["repeat"], &document["reason"]), (5, &5.into(), &Value::Null));
    for run in runs {
        laws(args, run);
        assert_eq!(run["params"], runs[0]["params"], "the plan is the same");
    }
    let mut times: Vec<&Value> = runs.iter().map(|r| &r["makespan_s"]).collect();
    times.sort_by(|a, b| number(a).total_cmp(&number(b)));
    let spread = &document["summary"]["makespan_s"];
    assert_eq!([&spread["min"], &spread["median"], &spread["max"]], [times[0], times[2], times[4]]);
    assert!(number(&spread["mad"]) <= number(times[4]) - number(times[0]));
    assert_eq!(document["summary"]["count"], 5);
    let broken = |change: fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        repeated(&document).expect_err("must be refused")
    };
    assert!(broken(|d| d["runs"][3]["model"] = "fibers".into()).contains("document.runs[3].model"));
    assert!(broken(|d| d["summary"]["cpu_s"]["mad"] = "small".into()).contains("summary.cpu_s.mad"));
}

#[test]
fn rounds_are_counted_and_timed_where_each_of_them_waits_once() {
    let run = document("-w convoy -m threads --set requests=30 --set piece=1ms");
    let [computer, client] = run["tasks"].as_array().expect("tasks").as_slice() else { panic!("two tasks") };
    assert!(computer["laps"].as_u64().is_some_and(|laps| laps > 0), "its rounds until it was stopped: {computer}");
    assert!(computer["lap_s"].is_null(), "no wait tells one round from the next: {computer}");
    assert_eq!(client["laps"], 30);
    let seconds = |name: &str| client["lap_s"][name].as_f64().unwrap_or_else(|| panic!("no {name}: {client}"));
    let (p50, p99, max) = (seconds("p50"), seconds("p99"), seconds("max"));
    assert!(p50 > 0.000_2 && p50 <= p99 && p99 <= max, "the server takes 200 us: {client}");
    assert!(max <= client["latency_s"].as_f64().expect("it ended"), "{client}");
    let run = document("-w cpu -m threads --scale 0.01");
    assert_eq!((&run["tasks"][0]["laps"], &run["tasks"][0]["lap_s"]), (&0.into(), &Value::Null));
}

/// A run made by hand, which nobody planned: one that computes and waits for a lock that another dies with.
fn recorded(kernel_record: KernelRecord) -> Recording {
    let name = |n: u32| TaskName { name: format!("task {n}"), background: n == 1 };
    let mut trace = Trace::new((0..2).map(name).collect(), 2).naming_locks(vec!["a".to_owned()]);
    trace.begin(&Begin { t0: Stamp(5), cores: vec![0], kernel_record, ..Begin::default() });
    let (lock, core) = (LockId::named(0), CoreId(0));
    let enter = |task, state| Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None };
    let [one, two] = [TaskId(0), TaskId(1)];
    let end = |task, outcome| Event::Ended { task, outcome, signal: 9, cpu: Ns::ZERO };
    let events = [
        (5, Event::Submitted { task: one }),
        (6, Event::LockTaken { lock, task: two, waited: Ns::ZERO }),
        (7, enter(two, State::Running)),
        (8, enter(one, State::Lock)),
        (20, end(two, Outcome::Killed)),
        (25, Event::LockTaken { lock, task: one, waited: Ns(17) }),
        (26, enter(one, State::Running)),
        (35, enter(one, State::Unknown)),
        (40, end(one, Outcome::Done)),
    ];
    for (at, event) in events {
        trace.push(&Stamped { at: Stamp(at), worker: WorkerId(0), core, event });
    }
    let origin = Origin::Observed(Observed { command: vec!["by hand".to_owned()] });
    Recording { trace, ..Recording::new(origin, Machine::default()) }
}

#[test]
fn spans_are_as_their_schema_says() {
    let going_on = recorded(KernelRecord::Switches);
    let mut over = recorded(KernelRecord::None("refused".to_owned()));
    over.trace.end(End { at: Stamp(45), ..End::default() });
    let mut bytes = Vec::new();
    let runs = [Portion::of("going on", &going_on), Portion::of("over", &over)];
    spans::json(&mut bytes, &runs).expect("a vector takes everything");
    let document: Value = serde_json::from_slice(&bytes).expect("JSON");
    let valid = |document: &Value| described("spans.schema.json", document);
    valid(&document).unwrap_or_else(|e| panic!("{e}"));
    let [going_on, over] = [&document["runs"][0], &document["runs"][1]];
    assert!(going_on["makespan_ns"].is_null() && over["states"]["preempted"].is_null());
    assert_eq!((&over["makespan_ns"], &over["states"]["running"]["sum_ns"]), (&40.into(), &22.into()));
    assert_eq!(over["states"]["unknown"]["sum_ns"], 5);
    let broken = |change: fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        valid(&document).expect_err("must be refused")
    };
    assert!(broken(|d| d["runs"][0]["spans"][0]["state"] = 3.into()).contains("spans[0].state"));
    assert!(broken(|d| d["runs"][1]["tasks"][0]["task"] = 0.into()).contains("too small"));
    assert!(broken(|d| d["runs"][0]["locks"][0]["held"] = 1.into()).contains("locks[0].held"));
}

fn compared(document: &Value) -> Result<(), String> {
    described("compare.schema.json", document)
}

fn printed(args: &str) -> Value {
    let output = concviz(args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args}: {err}");
    assert!(err.is_empty(), "{args}: without a terminal nothing belongs on stderr: {err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args}: {e}: {out}"))
}

#[test]
fn a_comparison_is_the_documents_of_its_runs_and_what_they_come_to() {
    for args in ["-w io --tasks 3 --wait 10ms --repeat 3", "-w cpu --tasks 3 --set cpu=10ms", "-w locks --set rounds=3"]
    {
        let document = printed(&format!("compare --format json {args}"));
        compared(&document).unwrap_or_else(|e| panic!("{args}: {e}"));
        let runs = document["runs"].as_array().expect("runs");
        let rows = document["rows"].as_array().expect("rows");
        assert_eq!((rows.len(), runs.len() % 5), (5, 0), "{args}");
        assert_eq!((&document["same_work"], &document["outcome"]), (&"exactly".into(), &"done".into()), "{args}");
        for run in runs {
            laws(args, run);
            assert_eq!(run["params"], runs[0]["params"], "{args}: the work is the same");
            let results = |run: &Value| {
                run["tasks"].as_array().expect("tasks").iter().map(|t| t["result"].clone()).collect::<Vec<_>>()
            };
            assert_eq!(results(run), results(&runs[0]), "{args}: to the last iteration");
        }
        let ideal = number(&document["ideal"]["makespan_s"]);
        for row in rows {
            let run = &runs[row["run"].as_u64().expect("a place") as usize];
            assert_eq!((&row["model"], &row["global_lock"]), (&run["model"], &run["global_lock"]), "{args}");
            assert_eq!((&row["makespan_s"], &row["parallelism"]), (&run["makespan_s"], &run["parallelism"]), "{args}");
            assert_eq!(row["p99_s"], run["latency_s"]["p99"], "{args}: {row}");
            assert_eq!(row["spread_s"].is_null(), row["counted"] == 1, "{args}: {row}");
            assert_eq!(row["copied_bytes"].is_null(), row["model"] != "processes", "{args}: {row}");
            assert!(ideal <= number(&row["makespan_s"]) && row["reason"].is_null(), "{args}: {row}");
            let own = runs.iter().filter(|one| ["model", "global_lock"].iter().all(|key| one[*key] == row[*key]));
            let mut orders: Vec<&Value> = own.map(|one| &one["order"]).collect();
            orders.sort_by_key(ToString::to_string);
            orders.dedup();
            assert_eq!(row["different_orders"], orders.len(), "{args}: {row}");
            assert!(row["speedup"].is_null() != row["no_speedup"].is_null(), "{args}: a ratio or a reason: {row}");
        }
        assert!(document["verdict"].as_str().is_some_and(|v| v.ends_with('.')), "{args}");
    }
}

#[test]
fn a_map_has_every_cell_and_every_time() {
    let args = "map --tasks 1,4 --waits 0,100 --length 2ms --repeat 2 --models serial,threads+gil,async --format json";
    let document = printed(args);
    described("map.schema.json", &document).unwrap_or_else(|e| panic!("{args}: {e}"));
    assert_eq!((&document["outcome"], &document["reason"]), (&"done".into(), &Value::Null));
    let cells = document["cells"].as_array().expect("cells");
    let places: Vec<_> = cells.iter().map(|c| (number(&c["tasks"]) as u16, number(&c["wait_percent"]) as u8)).collect();
    assert_eq!(places, [(1, 0), (1, 100), (4, 0), (4, 100)]);
    for cell in cells {
        let times = cell["times"].as_array().expect("times");
        assert_eq!(times.len(), 3, "{cell}");
        assert!(times.iter().all(|t| t["times_s"].as_array().is_some_and(|t| t.len() == 2)), "{cell}");
        assert!(cell["winner"].is_null() != cell["tied"].as_array().is_some_and(Vec::is_empty), "{cell}");
        // Waiting cannot be done in less.
        let serial = number(&times[0]["median_s"]);
        assert!(cell["wait_percent"] != 100 || serial >= 0.002 * number(&cell["tasks"]), "{cell}");
    }
}

/// A file in `folder` with the workload of two tasks that put messages and two that take them, add to a counter as `how`
/// says, and take a lock that two may hold.
fn shared(folder: &std::path::Path, how: &str) -> String {
    let text = format!(
        "format = 1\nname = 'shared'\n[queues]\njobs = {{ room = 3, payload = '2kB' }}\n[counters]\ntotal = 5\n\
         [[tasks]]\nname = 'maker'\ncount = 2\nsteps = [{{ repeat = {{ times = 10, steps = [{{ put = 'jobs' }}] }} }}]\n\
         [[tasks]]\nname = 'user'\ncount = 2\nsteps = [{{ repeat = {{ each = 'jobs', steps = [\n\
         {{ lock = {{ name = 'slots', limit = 2, steps = ['yield'] }} }}, {{ add = {how} }}] }} }}]\n"
    );
    let file = folder.join("shared.toml");
    std::fs::write(&file, text).expect("a file");
    file.display().to_string()
}

#[test]
fn what_tasks_share_is_counted_under_every_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let atomic = "{ counter = 'total', how = 'atomic' }";
    let plain = "{ counter = 'total', how = 'plain', gap = '200us', switch = true }";
    for (model, how) in
        [("serial", atomic), ("threads", atomic), ("threads", plain), ("processes", atomic), ("async", plain)]
    {
        let file = shared(folder.path(), how);
        let args = format!("-w {file} -m {model}");
        let document = document(&args);
        laws(&args, &document);
        let queue = &document["queues"][0];
        let waits =
            serde_json::json!({ "room_wait_s": queue["room_wait_s"], "message_wait_s": queue["message_wait_s"] });
        assert!(waits.as_object().expect("waits").values().all(|wait| number(wait) >= 0.0), "{args}: {queue}");
        let expected = serde_json::json!({
            "name": "jobs", "room": 3, "put": 20, "got": 20, "bytes": 40_000, "closed": true,
            "room_wait_s": waits["room_wait_s"], "message_wait_s": waits["message_wait_s"],
        });
        assert_eq!(document["queues"], serde_json::json!([expected]), "{args}");
        // Where tasks run one after the other nobody asks for a lock.
        let (lock, given_back) = (&document["locks"][0], if model == "serial" { 0 } else { 20 });
        assert_eq!([&lock["limit"], &lock["releases"], &lock["refused"]], [2, given_back, 0], "{args}: {lock}");
        let total = &document["counters"]["total"];
        assert_eq!((&total["start"], &total["expected"]), (&5.into(), &25.into()), "{args}: {total}");
        if model == "processes" {
            assert_eq!((&total["final"], &total["lost"]), (&5.into(), &Value::Null), "{args}: {total}");
            let copies = total["copies"].as_array().expect("copies").iter().filter_map(Value::as_u64);
            assert_eq!(copies.map(|copy| copy - 5).sum::<u64>(), 20, "{args}: {total}");
            let bytes = document["ipc"]["bytes"].as_u64().expect("bytes");
            assert!(bytes > 40_000, "{args}: messages cross the border: {bytes}");
        } else {
            let (last, lost) = (total["final"].as_u64().expect("a value"), total["lost"].as_u64().expect("a count"));
            assert!(last + lost == 25 && (how == plain || lost == 0), "{args} {how}: {total}");
            assert!(total["copies"].is_null() && document["ipc"]["bytes"] == 0, "{args}: {total}");
        }
        let output = concviz(&format!("run {args}"));
        let table = String::from_utf8_lossy(&output.stdout);
        assert!(table.contains("\n20 messages put into `jobs`, 20 taken out, 40.0 kB\n"), "{args}: {table}");
        let said = if model == "processes" { "each process added to a copy of its own: " } else { "should be 25, is " };
        assert!(table.contains(&format!("\n`total`: {said}")), "{args}: {table}");
    }
}

#[test]
fn a_run_that_is_stuck_says_for_what_and_counts_how_far_it_got() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stuck.toml");
    let text = "format = 1\nname = 'stuck'\n[queues]\njobs = 1\n[counters]\ntotal = 0\n\
                [[tasks]]\nname = 'maker'\nsteps = [{ put = 'jobs' }, { put = 'jobs' }, { add = 'total' }]\n\
                [[tasks]]\nname = 'other'\nsteps = ['yield']\n";
    std::fs::write(&file, text).expect("a file");
    for model in ["threads", "processes", "async"] {
        let run = failing(&format!("run -w {} -m {model} --format json", file.display()));
        valid(&run).unwrap_or_else(|e| panic!("{model}: {e}"));
        assert_eq!((&run["outcome"], &run["reason"]["reason"]), (&"failed".into(), &"stuck".into()), "{model}");
        assert_eq!(run["reason"]["waiting"], serde_json::json!([{ "task": "maker", "room": "jobs" }]), "{model}");
        let waits = run["queues"][0]["room_wait_s"].clone();
        let queue = serde_json::json!({
            "name": "jobs", "room": 1, "put": 1, "got": 0, "bytes": 0, "closed": false,
            "room_wait_s": waits, "message_wait_s": 0.0,
        });
        assert_eq!(run["queues"][0], queue, "{model}");
        assert!(number(&waits) > 0.01, "{model}: a wait that never ends is one: {waits}");
        let counter = serde_json::json!({ "start": 0, "expected": 0, "final": 0, "lost": 0, "copies": null });
        assert_eq!(run["counters"]["total"], counter, "{model}");
        let waited = number(&run["tasks"][0]["states_s"]["channel"]);
        assert!(waited > 0.01, "{model}: a wait that never ends is one: {}", run["tasks"][0]);
    }
}

/// Two tasks that take two locks in opposite order, each while the other has its first: a file in `folder`.
fn opposite(folder: &std::path::Path) -> String {
    let task = |name, first, second| {
        format!(
            "[[tasks]]\nname = '{name}'\nsteps = [{{ lock = {{ name = '{first}', steps = [{{ sleep = '30ms' }}, {{ lock = \
             {{ name = '{second}', steps = ['yield'] }} }}] }} }}]\n"
        )
    };
    let head = "format = 1\nname = 'opposite'\ngroup = 'Tests'\ntitle = 'Two locks'\nabout = 'In opposite order.'\nshow = \
                ['threads']\n";
    let file = folder.join("opposite.toml");
    std::fs::write(&file, head.to_owned() + &task("left", "a", "b") + &task("right", "b", "a")).expect("a file");
    file.display().to_string()
}

/// What the program prints though it exits with 1, having said why.
fn failing(args: &str) -> Value {
    let output = concviz(args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), err.lines().count()), (Some(1), 1), "{args}: {err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args}: {e}: {out}"))
}

/// That `reason` is the deadlock of [`opposite`].
fn is_deadlock(reason: &Value) -> bool {
    reason["sentence"] == "deadlock: left wants `b`, right wants `a`; take locks in one order"
}

#[test]
fn what_failed_is_described_too_and_has_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = opposite(folder.path());
    for model in ["threads", "processes", "async", "threads --global-lock gil"] {
        let run = failing(&format!("run -w {file} -m {model} --format json"));
        valid(&run).unwrap_or_else(|e| panic!("{model}: {e}"));
        assert!(run["outcome"] == "failed" && is_deadlock(&run["reason"]), "{model}: {}", run["reason"]);
        let until = number(&run["until_s"]);
        for task in run["tasks"].as_array().expect("tasks") {
            let sum: f64 = task["states_s"].as_object().expect("states").values().filter_map(Value::as_f64).sum();
            assert!((sum - (until - number(&task["queued_s"]))).abs() < 1e-6, "{model}: states fill the time: {task}");
            assert!(task["pid"].is_u64() && number(&task["worker"]) >= 1.0, "{model}: {task}");
        }
        lock_laws(model, &run);
        for lock in run["locks"].as_array().expect("locks") {
            assert!(number(&lock["wait_s"]) > 0.01, "{model}: a wait that never ends is one: {lock}");
        }
        assert!(run["tasks"][1]["worker_name"].is_string(), "{model}: {}", run["tasks"][1]);
        for unknown in ["makespan_s", "cpu_s", "parallelism", "latency_s", "overhead_cpu_s", "observing"] {
            assert!(run[unknown].is_null(), "{model}: {unknown} is {}", run[unknown]);
        }
    }
    let document = failing(&format!("run -w {file} -m threads --repeat 3 --format json"));
    repeated(&document).unwrap_or_else(|e| panic!("{e}"));
    assert!(document["outcome"] == "failed" && is_deadlock(&document["reason"]), "{document:#}");
    assert_eq!((document["runs"].as_array().map(Vec::len), &document["summary"]["count"]), (Some(1), &0.into()));
    let document = failing(&format!("compare -w {file} --format json"));
    compared(&document).unwrap_or_else(|e| panic!("{e}"));
    assert!(document["outcome"] == "incomplete" && is_deadlock(&document["reason"]), "{}", document["reason"]);
    let rows = document["rows"].as_array().expect("rows");
    let runs = document["runs"].as_array().expect("runs");
    for row in rows {
        let run = &runs[row["run"].as_u64().expect("a place") as usize];
        assert_eq!((&row["model"], &row["reason"]), (&run["model"], &run["reason"]));
        assert_eq!(row["makespan_s"].is_null(), row["model"] != "serial", "alone it takes one after the other: {row}");
    }
}

#[test]
fn a_reader_of_what_is_recorded_learns_how_each_run_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = opposite(folder.path());
    let recording = folder.path().join("runs.concviz").display().to_string();
    failing(&format!("compare -w {file} -m serial,threads --format json --trace {recording}"));
    let output = concviz(&format!("export {recording} --format json"));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    described("spans.schema.json", &document).unwrap_or_else(|e| panic!("{e}"));
    let [serial, threads] = [&document["runs"][0], &document["runs"][1]];
    assert_eq!((&serial["outcome"], &serial["reason"]), (&"done".into(), &Value::Null));
    assert!(threads["outcome"] == "failed" && is_deadlock(&threads["reason"]), "{}", threads["reason"]);
    assert!(threads["makespan_ns"].is_null() && serial["origin"]["kind"] == "planned");
    let waited = threads["tasks"][0]["states"]["lock"]["sum_ns"].as_u64();
    assert!(waited > Some(10_000_000), "nothing happened any more, and it is known until when: {waited:?}");
    // The file may end anywhere.
    let bytes = std::fs::read(&recording).expect("a file");
    let cut = folder.path().join("cut.concviz");
    let begun = (bytes.len() * 9 / 10..bytes.len()).find_map(|length| {
        std::fs::write(&cut, &bytes[..length]).expect("a file");
        let output = concviz(&format!("export {} --format json", cut.display()));
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (document["runs"][1]["outcome"] == "cut_off").then_some(document)
    });
    let cut = begun.expect("the second run begins somewhere");
    described("spans.schema.json", &cut).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(cut["runs"][1]["reason"]["reason"], "cut_off");
}

#[test]
fn a_program_that_was_watched_fits_into_the_same_schema() {
    let mut run = recorded(KernelRecord::Switches);
    let document = |run: &Recording| serde_json::from_str::<Value>(&report::json(run)).expect("JSON");
    let going_on = document(&run);
    valid(&going_on).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((&going_on["outcome"], &going_on["reason"]["reason"]), (&"going_on".into(), &"not_over".into()));
    run.trace.end(End { at: Stamp(45), ..End::default() });
    let over = document(&run);
    valid(&over).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(over["origin"], serde_json::json!({ "kind": "observed", "command": ["by hand"] }));
    for planned in ["workload", "model", "global_lock", "workers", "seed", "scale", "params", "lock"] {
        assert!(over[planned].is_null(), "{planned} is {}", over[planned]);
    }
    assert_eq!((&over["outcome"], &over["reason"]["broken"]), (&"incomplete".into(), &1.into()), "one was killed");
    assert_eq!(over["tasks"][0]["states_s"]["unknown"], 5e-9);
    // No reader may be surprised by a state.
    let mut dreaming = over.clone();
    dreaming["tasks"][0]["states_s"]["dreaming"] = 0.5.into();
    assert_eq!(valid(&dreaming), Ok(()));
    dreaming["tasks"][0]["states_s"]["dreaming"] = "long".into();
    assert!(valid(&dreaming).is_err_and(|e| e.contains("states_s.dreaming")));
}

#[test]
fn every_reason_is_described() {
    let system = || SystemError { code: Some(24), said: "too many".to_owned() };
    let text = || "text".to_owned();
    let task = |awaits| Waiting { task: text(), awaits };
    let circle =
        vec![task(Awaited::Lock(Some(text()))), task(Awaited::Lock(None)), task(Awaited::End("left".to_owned()))];
    let failures = [
        Failure::Deadlock { circle },
        Failure::Stuck { waiting: vec![task(Awaited::Room(text())), task(Awaited::Message(text()))], pool: None },
        Failure::Stuck {
            waiting: vec![task(Awaited::Permit(text()))],
            pool: Some(Pool { workers: 2, needed: 3, helper: text() }),
        },
        Failure::NoMessage { task: text(), queue: text() },
        Failure::Spins { task: text(), lock: text() },
        Failure::Pipe { queue: text(), system: system() },
        Failure::Torn { queue: text(), number: 1 },
        Failure::Payload { bytes: 1_000_000_000, free: 5 },
        Failure::TooManyProcesses { needed: 70, most: 64 },
        Failure::Thread { purpose: ThreadPurpose::Worker, number: None, system: system() },
        Failure::Process { number: 3, descriptors: true, system: system() },
        Failure::Unheard { system: system() },
        Failure::SharedMemory { system: system() },
        Failure::EventLoop { system: system() },
        Failure::Server { descriptors: false, system: system() },
        Failure::Request { lack: RequestLack::Ports, system: system() },
        Failure::File { lack: FileLack::Room, folder: text(), writing: true, system: system() },
        Failure::Helper { said: text() },
        Failure::Cores { wanted: 3, system: text() },
        Failure::Plan { fault: PlanFault::Unreadable(text()) },
        Failure::Runner { program: text(), system: system() },
        Failure::Refused { pid: 7, system: system() },
        Failure::Killed,
        Failure::Garbled { said: text() },
        Failure::CutOff,
        Failure::Signal { signal: 2 },
        Failure::Unknown { name: text() },
        Failure::Told { sentence: text() },
    ];
    let known = schema("run.schema.json");
    let names = known["$defs"]["reason"]["properties"]["reason"]["description"].as_str().expect("a text");
    for failure in failures {
        let mut run = recorded(KernelRecord::Switches);
        run.broken = Some(failure);
        let document: Value = serde_json::from_str(&report::json(&run)).expect("JSON");
        valid(&document).unwrap_or_else(|e| panic!("{e}"));
        let name = document["reason"]["reason"].as_str().expect("a name");
        assert!(names.split([' ', ',', ':']).any(|word| word == name), "the schema does not name {name}");
        assert!(document["reason"]["sentence"].as_str().is_some_and(|s| !s.is_empty()), "{}", document["reason"]);
        assert!(document["outcome"] != "done", "{name}");
    }
}
