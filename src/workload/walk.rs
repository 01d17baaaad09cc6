//! Walking over a program: it visits every step once, in the order of the file, however deeply nested. All questions
//! about the steps of a program go through here, so that a new step has to be known in one place.

use super::program::{Op, Until};

/// A step that the walk visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit<'a> {
    /// The step.
    pub op: &'a Op,
    /// How often it is done.
    pub rounds: Rounds,
    /// How many other steps enclose it.
    pub depth: usize,
}

/// How often a step is done in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// The product of all `repeat times` around it.
    pub times: u64,
    /// Whether a `repeat for` is around it, which does it as often as fits into a time.
    pub timed: bool,
    /// Whether a `repeat` is around it that goes on until other tasks end, have put their last message, or leave a lock
    /// free.
    pub awaited: bool,
}

impl Rounds {
    const ONCE: Rounds = Rounds { times: 1, timed: false, awaited: false };

    /// Whether the program alone says how often.
    pub const fn are_fixed(self) -> bool {
        !self.timed && !self.awaited
    }

    /// The rounds of the steps inside `op`, whose own rounds are `self`.
    fn inside(self, op: &Op) -> Rounds {
        match op.until() {
            None => self,
            Some(Until::Times(n)) => Rounds { times: self.times.saturating_mul(*n), ..self },
            Some(Until::For(_)) => Rounds { timed: true, ..self },
            Some(Until::Tasks(_) | Until::Retry) => Rounds { awaited: true, ..self },
            Some(Until::Each(_, expected)) => {
                Rounds { times: self.times.saturating_mul(*expected), awaited: true, ..self }
            }
        }
    }
}

/// The steps of a program, one after the other.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    /// The rest of each list of steps, how often it is done and how deep it lies; the innermost last.
    lists: Vec<(std::slice::Iter<'a, Op>, Rounds, usize)>,
}

/// Visits every step of `ops` and all steps inside them; a step comes before the steps inside it.
pub fn walk(ops: &[Op]) -> Walk<'_> {
    Walk { lists: vec![(ops.iter(), Rounds::ONCE, 0)] }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Visit<'a>;

    fn next(&mut self) -> Option<Visit<'a>> {
        loop {
            let (list, rounds, depth) = self.lists.last_mut()?;
            let (rounds, depth, Some(op)) = (*rounds, *depth, list.next()) else {
                self.lists.pop();
                continue;
            };
            for body in op.bodies().into_iter().rev().filter(|body| !body.is_empty()) {
                self.lists.push((body.iter(), rounds.inside(op), depth + 1));
            }
            return Some(Visit { op, rounds, depth });
        }
    }
}

/// Applies `change` to every step of `ops` and to all steps inside them.
pub fn walk_mut(ops: &mut [Op], change: &mut impl FnMut(&mut Op)) {
    for op in ops {
        change(op);
        for body in op.bodies_mut() {
            walk_mut(body, change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ns;
    use crate::workload::LockIndex;

    fn nested() -> Vec<Op> {
        let nap = |n| Op::Sleep(Ns(n));
        let inner = Op::Lock(LockIndex(0), vec![nap(1), Op::Yield]);
        let timed = Op::Repeat(Until::For(Ns(9)), vec![nap(2)]);
        let waits = Op::Repeat(Until::Tasks(Vec::new()), vec![nap(3)]);
        vec![Op::Repeat(Until::Times(3), vec![inner, Op::Repeat(Until::Times(2), vec![timed])]), waits, Op::Await]
    }

    #[test]
    fn every_step_is_met_once_with_what_is_around_it() {
        let ops = nested();
        let naps: Vec<_> = walk(&ops).filter(|v| matches!(v.op, Op::Sleep(_))).map(|v| (v.depth, v.rounds)).collect();
        let rounds = |times, timed, awaited| Rounds { times, timed, awaited };
        let expected = [(2, rounds(3, false, false)), (3, rounds(6, true, false)), (1, rounds(1, false, true))];
        assert_eq!(naps, expected);
        assert_eq!(walk(&ops).count(), 10);
        assert!(walk(&ops).last().is_some_and(|v| *v.op == Op::Await && v.depth == 0));
    }

    #[test]
    fn what_is_changed_is_changed_everywhere() {
        let mut ops = nested();
        walk_mut(&mut ops, &mut |op| {
            if let Op::Sleep(time) = op {
                *time = Ns(7);
            }
        });
        let naps = |ops: &[Op]| walk(ops).filter(|v| *v.op == Op::Sleep(Ns(7))).count();
        assert_eq!((naps(&ops), naps(&nested())), (3, 0));
    }
}
