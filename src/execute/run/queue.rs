//! Runs that wait for their turn: in order, but for short ones, which may wait for a slot that is warm
//! for them while others overtake.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;

use super::crew::Turn;
use crate::execute::start::Beginning;
use crate::execute::walls::Fit;
use crate::plan::PlannedRun;

/// How many may overtake: what they print is held back until those before them have ended.
const SIGHT: usize = 256;

/// Turns that nobody has taken yet.
pub(super) struct Queue {
    waiting: VecDeque<Turn>,
}

impl Queue {
    /// Returns a queue of turns, the first of which comes first, and the long ones before all others.
    pub(super) fn new(turns: Vec<Turn>) -> Self {
        Self {
            waiting: turns.into(),
        }
    }

    /// Takes the turn that fits best, and of those that fit as well the first; long ones in their order.
    pub(super) fn take(&mut self, fit: impl Fn(&Turn) -> Fit) -> Option<Turn> {
        if self.waiting.front()?.is_long {
            return self.waiting.pop_front();
        }
        let mut best = (Fit::Elsewhere, 0);
        for (place, turn) in self.waiting.iter().take(SIGHT).enumerate() {
            let fit = fit(turn);
            if fit > best.0 {
                best = (fit, place);
            }
            if fit == Fit::Ready {
                break;
            }
        }
        self.waiting.remove(best.1)
    }
}

/// Numbers for the warm interpreters that runs are forked from.
#[derive(Default)]
pub(super) struct Groups {
    known: HashMap<(PathBuf, Vec<String>), usize>,
}

impl Groups {
    /// Returns the number of the warm interpreter that a run needs; `None` where it needs none.
    pub(super) fn of(&mut self, run: &PlannedRun, beginning: &Beginning) -> Option<usize> {
        let Beginning::Fork(modules) = beginning else {
            return None;
        };
        let key = (run.interpreter.path.clone(), modules.clone());
        let next = self.known.len();
        Some(*self.known.entry(key).or_insert(next))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::execute::testing::{interpreter, planned, script};

    fn queue(groups: &[Option<usize>], long: usize) -> Queue {
        let interpreter = interpreter(Path::new("/opt/python/bin/python"), 12);
        let run = Arc::new(planned(&interpreter, vec![script("print(1)")]));
        let turn = |(index, group): (usize, &Option<usize>)| Turn {
            index,
            run: Arc::clone(&run),
            beginning: Beginning::Fork(Vec::new()),
            group: *group,
            is_long: index < long,
        };
        Queue::new(groups.iter().enumerate().map(turn).collect())
    }

    fn order(queue: &mut Queue, fit: impl Fn(&Turn) -> Fit) -> Vec<usize> {
        std::iter::from_fn(|| queue.take(&fit))
            .map(|turn| turn.index)
            .collect()
    }

    #[test]
    fn what_fits_best_comes_first_and_what_fits_as_well_in_order() {
        let fit = |turn: &Turn| match turn.group {
            Some(0) => Fit::Elsewhere,
            Some(1) => Fit::Ready,
            _ => Fit::Anywhere,
        };
        let groups = [Some(0), None, Some(1), Some(2), Some(1), Some(0)];
        assert_eq!(order(&mut queue(&groups, 0), fit), [2, 4, 1, 3, 0, 5]);
        assert_eq!(order(&mut queue(&groups, 2), fit), [0, 1, 2, 4, 3, 5]);
        let nobody = |_: &Turn| Fit::Anywhere;
        assert_eq!(order(&mut queue(&groups, 0), nobody), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn nobody_overtakes_from_far_behind() {
        let mut groups = vec![Some(0); SIGHT];
        groups.push(Some(1));
        let fit = |turn: &Turn| match turn.group {
            Some(1) => Fit::Ready,
            _ => Fit::Elsewhere,
        };
        let order = order(&mut queue(&groups, 0), fit);
        assert_eq!(order[..3], [0, SIGHT, 1]);
    }

    #[test]
    fn a_warm_interpreter_is_one_interpreter_with_one_list_of_modules() {
        let run = |minor| {
            let path = format!("/opt/python3.{minor}/bin/python");
            planned(
                &interpreter(Path::new(&path), minor),
                vec![script("print(1)")],
            )
        };
        let (one, other) = (run(11), run(12));
        let fork = |modules: &[&str]| {
            Beginning::Fork(modules.iter().map(|module| (*module).to_owned()).collect())
        };
        let mut groups = Groups::default();
        assert_eq!(groups.of(&one, &fork(&[])), Some(0));
        assert_eq!(groups.of(&one, &fork(&["json"])), Some(1));
        assert_eq!(groups.of(&other, &fork(&["json"])), Some(2));
        assert_eq!(groups.of(&one, &fork(&["json"])), Some(1));
        assert_eq!(groups.of(&one, &Beginning::Spawn("why")), None);
    }
}
