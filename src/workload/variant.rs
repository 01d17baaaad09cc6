//! Variants of a workload: the same demonstration done otherwise. Each is a workload of its own; they share the file, its
//! name, and the numbers that they do not set themselves.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Value, Workload};

/// The most variants of a workload.
pub const MAX_VARIANTS: usize = 8;

/// A variant of a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// What it is as a workload of its own, with its numbers as they are now; it names no variants itself.
    pub workload: Workload,
    /// The parameters that it sets itself: they are not those of the other variants.
    pub own: Vec<String>,
}

impl Workload {
    /// The name of the workload, and which variant it is: what `-w` takes.
    pub fn full_name(&self) -> Cow<'_, str> {
        full_name(&self.name, self.variant.as_deref())
    }

    /// The names of the variants, this one among them, in the order of the file; none where it has none.
    pub fn variant_names(&self) -> Vec<&str> {
        self.variants.iter().filter_map(|variant| variant.workload.variant.as_deref()).collect()
    }

    /// The place of this variant among all of them; 0 where there are none.
    pub fn variant_place(&self) -> usize {
        self.variants.iter().position(|variant| variant.workload.variant == self.variant).unwrap_or(0)
    }

    /// The variant at `place`, with the numbers as they are now.
    pub fn at_variant(&self, place: usize) -> Option<Workload> {
        let variant = self.variants.get(place)?.workload.clone();
        Some(Workload { variants: self.variants.clone(), ..variant })
    }

    /// The variant of this name.
    pub fn with_variant(&self, name: &str) -> Option<Workload> {
        self.at_variant(self.variant_names().iter().position(|known| *known == name)?)
    }

    /// Whether this and `other` are the same variants of the same workload with the same numbers, whichever of them each
    /// is.
    pub fn is_kin(&self, other: &Workload) -> bool {
        let family = !self.variants.is_empty() && self.variants == other.variants;
        self == other || (family && self.name == other.name)
    }

    /// Keeps the variants at the numbers that were set: a parameter that this variant sets itself is its own; any other
    /// is that of all which do not set it themselves.
    pub(super) fn set_in_variants(&mut self, name: &str, value: Value) {
        let here = self.variant_place();
        let is_own = |variant: &Variant| variant.own.iter().any(|own| own == name);
        let shared = self.variants.get(here).is_some_and(|variant| !is_own(variant));
        for (place, variant) in self.variants.iter_mut().enumerate() {
            if place == here || (shared && !is_own(variant)) {
                variant.workload.params.iter_mut().filter(|p| p.name == name).for_each(|p| p.value = value);
            }
        }
    }
}

/// `workload`, and `variant` where there is one, as `-w` takes them.
pub fn full_name<'a>(workload: &'a str, variant: Option<&str>) -> Cow<'a, str> {
    variant.map_or(Cow::Borrowed(workload), |variant| Cow::Owned(format!("{workload}:{variant}")))
}

/// Whether two workloads do the same: which other variants stand beside them in their files says nothing of that.
impl PartialEq for Workload {
    fn eq(&self, other: &Workload) -> bool {
        let Workload {
            name,
            group,
            title,
            about,
            show,
            params,
            queues,
            counters,
            tasks,
            workers,
            lock,
            variant,
            variants: _,
        } = self;
        *name == other.name
            && *group == other.group
            && *title == other.title
            && *about == other.about
            && *show == other.show
            && *params == other.params
            && *queues == other.queues
            && *counters == other.counters
            && *tasks == other.tasks
            && *workers == other.workers
            && *lock == other.lock
            && *variant == other.variant
    }
}

impl Eq for Workload {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ns;
    use crate::workload::{Param, Scale, StartLock, WorkerWish, parse};

    const RACE: &str = r#"
format  = 1
name    = "race"
title   = "{tasks} tasks"
about   = "Nobody waits."
show    = ["threads"]
workers = 3
lock    = "gil"
variant = "plain"

[params]
tasks = 4
cpu   = "5ms"

[[tasks]]
name  = "adder"
count = "tasks"
steps = [{ compute = { amount = "cpu" } }]

[[variants]]
name  = "locked"
title = "{tasks} tasks and {locks} locks"
lock  = "off"
params = { cpu = "2ms", locks = 1 }
[[variants.tasks]]
name  = "taker"
count = "tasks"
steps = [{ lock = { name = "total", steps = [{ compute = { amount = "cpu" } }] } }]

[[variants]]
name    = "alone"
about   = "One does all."
show    = ["serial", "async"]
workers = "per-task"
"#;

    fn race() -> Workload {
        parse("race.toml", RACE).unwrap_or_else(|e| panic!("{e}"))
    }

    fn named(variant: &str) -> Workload {
        race().with_variant(variant).expect("a variant")
    }

    fn millis(name: &str, workload: &Workload) -> Option<u64> {
        match workload.param(name) {
            Some(Value::Time(time)) => Some(time.0 / Ns::from_millis(1).0),
            Some(Value::Count(count)) => Some(count),
            _ => None,
        }
    }

    #[test]
    fn a_variant_is_what_the_file_describes_with_what_it_says_laid_over() {
        let (plain, locked, alone) = (race(), named("locked"), named("alone"));
        assert_eq!(plain.variant_names(), ["plain", "locked", "alone"]);
        assert_eq!([&plain, &locked, &alone].map(Workload::variant_place), [0, 1, 2]);
        assert_eq!([&plain, &locked, &alone].map(|w| w.full_name()), ["race:plain", "race:locked", "race:alone"]);
        assert_eq!(plain.with_variant("plain"), Some(plain.clone()));
        assert_eq!((plain.at_variant(3), plain.with_variant("lock")), (None, None));
        // What it does not say is as in the file, and so are the numbers, each by its name.
        assert_eq!(
            (locked.about.as_str(), &locked.show, locked.workers),
            ("Nobody waits.", &plain.show, plain.workers)
        );
        assert_eq!((locked.lock, plain.lock, alone.lock), (StartLock::Off, StartLock::Gil, StartLock::Gil));
        assert_eq!(locked.title_at(Scale::ONE), "4 tasks and 1 locks");
        let numbers = |w: &Workload| ["tasks", "cpu", "locks"].map(|name| millis(name, w));
        assert_eq!(numbers(&locked), [Some(4), Some(2), Some(1)]);
        assert_eq!(numbers(&alone), [Some(4), Some(5), None]);
        assert_eq!((locked.tasks[0].name.as_str(), locked.locks()), ("taker", vec!["total"]));
        assert_eq!((alone.title.as_str(), alone.about.as_str()), ("{tasks} tasks", "One does all."));
        assert_eq!(
            (alone.show.as_slice(), alone.workers),
            (&["serial", "async"].map(str::to_owned)[..], Some(WorkerWish::PerTask))
        );
        assert_eq!(alone.tasks, plain.tasks);
        assert!([&plain, &locked, &alone].iter().all(|w| w.variants.len() == 3 && w.resolve(Scale::ONE).is_ok()));
        assert!(plain != locked && plain != alone && plain.is_kin(&locked) && alone.is_kin(&locked));
    }

    #[test]
    fn a_number_is_shared_by_all_variants_that_do_not_set_it_themselves() {
        let set = |mut workload: Workload, name: &str, value: u64| {
            let value = if name == "cpu" { Value::Time(Ns::from_millis(value)) } else { Value::Count(value) };
            workload.set(name, value).unwrap_or_else(|e| panic!("{e}"));
            workload
        };
        let all = |workload: &Workload, name: &str| {
            ["plain", "locked", "alone"].map(|v| millis(name, &workload.with_variant(v).expect("a variant")))
        };
        let tasks = set(named("locked"), "tasks", 7);
        assert_eq!(all(&tasks, "tasks"), [Some(7); 3]);
        let shared = set(race(), "cpu", 9);
        assert_eq!(all(&shared, "cpu"), [Some(9), Some(2), Some(9)], "one of them sets it itself");
        assert_eq!(all(&set(shared, "cpu", 2), "cpu"), [Some(2); 3]);
        let own = set(named("locked"), "cpu", 9);
        assert_eq!(all(&own, "cpu"), [Some(5), Some(9), Some(5)]);
        assert_eq!(own.with_variant("locked"), Some(own.clone()), "on the way round nothing is lost");
        assert!(race().set("locks", Value::Count(2)).is_err(), "only one variant has it");
        assert!(!own.is_kin(&race()) && own.is_kin(&own.with_variant("plain").expect("a variant")));
        // The work is the same whatever numbers the others have.
        assert_eq!(own.with_variant("plain"), Some(race()));
    }

    #[test]
    fn a_recording_keeps_the_variants_and_an_older_one_has_none() {
        let locked = named("locked");
        let text = serde_json::to_string(&locked).expect("JSON");
        let read: Workload = serde_json::from_str(&text).expect("a workload");
        assert_eq!((&read, &read.variants), (&locked, &locked.variants));
        let older = crate::workload::find("cpu").expect("a shipped workload");
        let text = serde_json::to_string(&older).expect("JSON");
        assert!(!text.contains("variant"), "{text}");
        assert_eq!(serde_json::from_str::<Workload>(&text).expect("a workload"), older);
    }

    #[test]
    fn workloads_differ_in_whatever_they_say() {
        let (plain, text) = (race(), String::new);
        let others = [
            Workload { name: text(), ..plain.clone() },
            Workload { group: "g".to_owned(), ..plain.clone() },
            Workload { title: text(), ..plain.clone() },
            Workload { about: text(), ..plain.clone() },
            Workload { show: Vec::new(), ..plain.clone() },
            Workload { params: vec![Param { name: text(), value: Value::Count(1) }], ..plain.clone() },
            Workload { tasks: Vec::new(), ..plain.clone() },
            Workload { workers: None, ..plain.clone() },
            Workload { lock: StartLock::Off, ..plain.clone() },
            Workload { variant: None, ..plain.clone() },
        ];
        assert!(others.iter().all(|other| *other != plain));
        assert_eq!(Workload { variants: Vec::new(), ..plain.clone() }, plain);
    }
}
