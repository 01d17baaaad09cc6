//! Which works runs did. Runs did the same work where their workload, its numbers and its scale are the same; a work
//! has a name that tells it from the others.

use super::Recording;
use crate::text;

/// The works that some runs did, in the order in which these runs name them first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Works {
    names: Vec<String>,
    of: Vec<usize>,
}

impl Works {
    /// The works of `runs`. A program that was watched counts as a work too.
    pub fn of(runs: &[&Recording]) -> Works {
        let mut works: Vec<&Recording> = Vec::new();
        let mut of = Vec::new();
        for run in runs {
            of.push(works.iter().position(|work| is_same(work, run)).unwrap_or(works.len()));
            if of.last() == Some(&works.len()) {
                works.push(run);
            }
        }
        Works { names: names(&works), of }
    }

    /// The name of each work: that of its workload, and the numbers that tell it from others of this name.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place, among the works, of that which the run at `run` did.
    pub fn place(&self, run: usize) -> usize {
        self.of[run]
    }

    /// What the run at `run` did, by name.
    pub fn name(&self, run: usize) -> &str {
        &self.names[self.of[run]]
    }

    /// Whether there is more than one.
    pub fn are_several(&self) -> bool {
        self.names.len() > 1
    }
}

fn is_same(a: &Recording, b: &Recording) -> bool {
    match (a.planned(), b.planned()) {
        (Some(a), Some(b)) => a.setup.workload == b.setup.workload && a.setup.scale == b.setup.scale,
        (None, None) => a.origin.name() == b.origin.name() && a.origin.title() == b.origin.title(),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn names(works: &[&Recording]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for work in works {
        let alike = works.iter().copied().filter(|other| other.origin.name() == work.origin.name());
        let name = text::work(&work.origin.name(), &differences(work, &alike.collect::<Vec<_>>()));
        // Where no number differs the steps do: two files can give one name to two workloads.
        let same = |number: usize| if number == 1 { name.clone() } else { text::work_again(&name, number) };
        let free = (1..=works.len()).map(same).find(|name| !names.contains(name));
        names.extend(free);
    }
    names
}

/// The numbers of `work` that some work in `alike` does not have.
fn differences(work: &Recording, alike: &[&Recording]) -> Vec<(String, String)> {
    let Some(own) = work.planned() else { return Vec::new() };
    let others = || alike.iter().filter_map(|other| other.planned()).map(|planned| &planned.setup);
    let params = own.setup.workload.params.iter();
    let differing = params.filter(|own| others().any(|other| other.workload.param(&own.name) != Some(own.value)));
    let scaled = others().any(|other| other.scale != own.setup.scale);
    let scale = scaled.then(|| ("scale".to_owned(), (own.setup.scale.millionths as f64 / 1e6).to_string()));
    differing.map(|param| (param.name.clone(), param.value.to_string())).chain(scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::model::{LockSettings, Model, ModelKind};
    use crate::plan::{Rates, Wishes};
    use crate::settings::Setup;
    use crate::units::Ns;
    use crate::workload::{Scale, Value, Workload, find};

    fn shipped(name: &str) -> Workload {
        find(name).expect("a shipped workload")
    }

    fn run(workload: Workload, scale: Scale) -> Recording {
        let model = Model::plain(ModelKind::Serial);
        let setup = Setup { workload, model, lock: LockSettings::default(), wishes: Wishes::default(), scale };
        let rates = Rates::all(1_000_000);
        let plan = setup.plan(setup.tasks().expect("tasks"), 2, rates);
        Recording::of_plan(setup, plan, rates, Machine { usable: 2.0, allowed: vec![0, 1] })
    }

    fn with(name: &str, param: &str, value: Value) -> Workload {
        let mut workload = shipped(name);
        workload.set(param, value).expect("a parameter");
        workload
    }

    fn of(runs: &[Recording]) -> Works {
        Works::of(&runs.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_workload_that_stands_alone_has_its_own_name() {
        let works =
            of(&[run(shipped("cpu"), Scale::ONE), run(shipped("io"), Scale::ONE), run(shipped("cpu"), Scale::ONE)]);
        assert_eq!(works.names(), ["cpu", "io"]);
        assert_eq!([0, 1, 2].map(|run| works.place(run)), [0, 1, 0]);
        assert_eq!(works.name(2), "cpu");
        assert!(works.are_several() && !of(&[run(with("cpu", "tasks", Value::Count(8)), Scale::ONE)]).are_several());
    }

    #[test]
    fn variants_are_works_of_their_own_with_their_full_names() {
        let text = "format = 1\nname = \"race\"\nvariant = \"plain\"\n[params]\nn = 3\n[[tasks]]\nname = \"t\"\n\
                    steps = [\"yield\"]\n[[variants]]\nname = \"locked\"\nparams = { n = 4 }\n";
        let plain = crate::workload::parse("race.toml", text).expect("a workload");
        let locked = plain.with_variant("locked").expect("a variant");
        let mut more = plain.clone();
        more.set("n", Value::Count(5)).expect("a parameter");
        // The number of another variant was another one then: that is no other work.
        let mut other = locked.clone();
        other.set("n", Value::Count(9)).expect("a parameter");
        let again = other.with_variant("plain").expect("a variant");
        let works = of(&[plain, locked, again].map(|workload| run(workload, Scale::ONE)));
        assert_eq!(works.names(), ["race:plain", "race:locked"]);
        assert_eq!([0, 1, 2].map(|run| works.place(run)), [0, 1, 0]);
        let plain = crate::workload::parse("race.toml", text).expect("a workload");
        let works = of(&[plain, more].map(|workload| run(workload, Scale::ONE)));
        assert_eq!(works.names(), ["race:plain n=3", "race:plain n=5"]);
    }

    #[test]
    fn works_of_one_name_are_told_apart_by_the_numbers_that_differ() {
        let wait = |ms| with("io", "wait", Value::Time(Ns::from_millis(ms)));
        let half = "0.5".parse::<Scale>().expect("a scale");
        let works = of(&[run(wait(1_000), Scale::ONE), run(shipped("cpu"), Scale::ONE), run(wait(100), Scale::ONE)]);
        assert_eq!(works.names(), ["io wait=1s", "cpu", "io wait=100ms"]);
        let works = of(&[run(wait(1_000), Scale::ONE), run(wait(100), Scale::ONE), run(wait(100), half)]);
        assert_eq!(works.names(), ["io wait=1s scale=1", "io wait=100ms scale=1", "io wait=100ms scale=0.5"]);
    }

    #[test]
    fn works_of_one_name_and_the_same_numbers_are_counted() {
        let runs = [shipped("cpu"), Workload { name: "cpu".to_owned(), ..shipped("sort") }, shipped("cpu")];
        let works = of(&runs.map(|workload| run(workload, Scale::ONE)));
        assert_eq!(works.names().len(), 2, "{:?}", works.names());
        let runs = [shipped("cpu"), Workload { about: String::new(), ..shipped("cpu") }];
        assert_eq!(of(&runs.map(|workload| run(workload, Scale::ONE))).names(), ["cpu", "cpu (2)"]);
    }
}
