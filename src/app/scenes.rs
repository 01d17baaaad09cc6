//! What is to be drawn of the run that is watched, at the playhead.

use super::{App, Finished, Orders, RowKey, Run, Source};
use crate::insight::who;
use crate::model::ModelKind;
use crate::scene::{Cores, Rows, Scene, Usage, Viewport, WorkerRow, Workers};
use crate::text::outside;

/// The orders of the last runs of a row, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOrders {
    /// What names the row.
    pub key: RowKey,
    /// Its name for people: its model, and its variant if there are several.
    pub name: String,
    /// The orders, at most [`KEPT_ORDERS`](crate::insight::KEPT_ORDERS), of runs that came to their end.
    pub runs: Vec<Finished>,
    /// As much of the watched run's order as is known at the playhead, if it is of this row and that is not its end; with
    /// the run's place in `runs`, if it has one.
    pub so_far: Option<(Option<usize>, Finished)>,
}

impl App {
    /// What is looked at on `columns` columns.
    fn looked_at(&self, columns: u16) -> Viewport {
        Viewport { grid: self.grid(columns), until: self.until() }
    }

    /// What is to be drawn of the run on `columns` columns, with the tasks in `rows`.
    pub fn scene(&self, columns: u16, rows: &Rows<'_>) -> Option<Scene> {
        let run = self.run()?;
        Some(Scene::build(run.trace(), &self.looked_at(columns), rows, run.model.kind == ModelKind::Async))
    }

    /// Who was on each core, on `columns` columns.
    pub fn cores_scene(&self, columns: u16) -> Option<Cores> {
        let view = self.looked_at(columns);
        let sampled = self.source.others(view.grid.range());
        Some(Cores::build(self.run()?.trace(), &view, &sampled, self.focus.task()))
    }

    /// Whose task each worker of `rows` had, on `columns` columns.
    pub fn workers_scene(&self, columns: u16, rows: &[WorkerRow]) -> Option<Workers> {
        let run = self.run()?;
        Some(Workers::build(run.trace(), &self.looked_at(columns), rows, run.is_looped()))
    }

    /// How many cores were used and by what, on `columns` columns.
    pub fn usage_scene(&self, columns: u16) -> Option<Usage> {
        let view = self.looked_at(columns);
        let sampled = self.source.others(view.grid.range());
        Some(Usage::build(self.run()?.trace(), &view, &sampled))
    }

    /// The orders in which tasks finished in the last runs that did the work that is looked at: first those of the watched
    /// run's row, then the others in the scoreboard's order.
    pub fn orders(&self) -> Vec<RowOrders> {
        let read;
        let orders = match &self.source {
            Source::Live(live) => &live.orders,
            Source::Files(_) => {
                read = Orders::of(self.comparable());
                &read
            }
        };
        let here = self.run().map(|run| self.watched_orders(run, orders));
        let own = here.as_ref().map(|row| row.key);
        let others = orders.keys().filter(|key| Some(*key) != own);
        let row = |key| RowOrders { key, name: self.row_name(key), runs: orders.of_row(key).to_vec(), so_far: None };
        here.into_iter().chain(others.map(row)).collect()
    }

    fn row_name(&self, key: RowKey) -> String {
        let model = who(key.model(self.setup.lock)).row();
        let variant = self.variants().get(key.variant).copied().filter(|name| !name.is_empty());
        variant.map_or(model.clone(), |variant| format!("{model} {}", outside(variant)))
    }

    /// The row of the watched run.
    fn watched_orders(&self, run: &Run, orders: &Orders) -> RowOrders {
        let runs = orders.of_row(run.row()).to_vec();
        let place = runs.iter().position(|kept| kept.run == run.id);
        let until = self.until();
        let begun = run.trace().t0().is_some();
        let is_part = begun && (place.is_none() || until < run.trace().makespan().unwrap_or_default());
        // Of a run that is no longer among the last ones there is nothing to be shown.
        let is_new = runs.first().is_none_or(|newest| newest.run < run.id);
        let so_far = (is_part && (place.is_some() || is_new)).then(|| {
            let number = place.map_or(orders.count(run.row()) + 1, |place| runs[place].number);
            (place, Finished { run: run.id, number, tasks: run.trace().finished(until) })
        });
        RowOrders { key: run.row(), name: self.row_name(run.row()), runs, so_far }
    }
}
