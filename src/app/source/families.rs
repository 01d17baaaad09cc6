//! Which variants the runs of files are of: the variants of workloads of one name, each with a place among them.

use crate::app::Run;

/// The variants of each workload, by its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Families(Vec<(String, Vec<Option<String>>)>);

/// The workload of a run, and its variant.
fn named(run: &Run) -> Option<(&str, Option<&str>)> {
    let workload = &run.recording.planned()?.setup.workload;
    Some((&workload.name, workload.variant.as_deref()))
}

impl Families {
    /// The variants of `runs`: those that a run names, in its order, then those that only others have.
    pub(super) fn of(runs: &[Run]) -> Families {
        let mut families = Families::default();
        for run in runs {
            let Some(planned) = run.recording.planned() else { continue };
            let workload = &planned.setup.workload;
            let beside = workload.variants.iter().map(|variant| &variant.workload.variant);
            for variant in beside.chain([&workload.variant]) {
                families.add(&workload.name, variant.as_deref());
            }
        }
        families
    }

    fn add(&mut self, workload: &str, variant: Option<&str>) {
        match self.0.iter_mut().find(|(name, _)| name == workload) {
            Some((_, variants)) if variants.iter().any(|known| known.as_deref() == variant) => {}
            Some((_, variants)) => variants.push(variant.map(str::to_owned)),
            None => self.0.push((workload.to_owned(), vec![variant.map(str::to_owned)])),
        }
    }

    fn family(&self, run: &Run) -> &[Option<String>] {
        let family = named(run).and_then(|(own, _)| self.0.iter().find(|(name, _)| name == own));
        family.map_or(&[], |(_, variants)| variants)
    }

    /// The place of the variant of `run`.
    pub(super) fn place(&self, run: &Run) -> usize {
        let own = named(run).map(|(_, variant)| variant);
        self.family(run).iter().position(|variant| Some(variant.as_deref()) == own).unwrap_or(0)
    }

    /// The names of all variants of the workload of `run`; empty for runs that were made when it had none, and of a workload
    /// that never had any.
    pub(super) fn names(&self, run: &Run) -> Vec<&str> {
        let family = self.family(run);
        let names = family.iter().map(|variant| variant.as_deref().unwrap_or_default());
        if family.iter().all(Option::is_none) { Vec::new() } else { names.collect() }
    }
}
