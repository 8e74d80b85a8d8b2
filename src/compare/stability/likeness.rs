//! What a varying stretch looks like: what it is made of, what changed with it, what the code does.

use std::sync::LazyLock;

use regex::Regex;

use crate::execute::RunRecord;
use crate::extract::Example;

use super::Run;
use super::clock;
use super::spans::Varying;

/// What makes output vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// Where an object lies in memory.
    Address,
    /// How long something took.
    Duration,
    /// The number of a process.
    Pid,
    /// The number of a thread.
    ThreadId,
    /// The order of a set.
    SetOrder,
    /// Which thread, task or process came first.
    ThreadOrder,
    /// Where a file or folder is.
    Path,
    /// The date or the time.
    Date,
    /// Chance.
    Random,
    /// `hash()` of text, or `sys.flags`.
    HashSeed,
    /// How many CPUs there are.
    CpuCount,
    /// How much memory is in use.
    MemoryUse,
    /// A port that the system chose.
    Port,
}

impl Likeness {
    /// Returns the name used in findings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Duration => "duration",
            Self::Pid => "pid",
            Self::ThreadId => "thread id",
            Self::SetOrder => "set order",
            Self::ThreadOrder => "thread order",
            Self::Path => "path",
            Self::Date => "date",
            Self::Random => "random",
            Self::HashSeed => "hash seed",
            Self::CpuCount => "cpu count",
            Self::MemoryUse => "memory use",
            Self::Port => "port",
        }
    }
}

fn expression(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a valid expression")
}

static OF_THREAD: LazyLock<Regex> = LazyLock::new(|| expression(r"(?i)thread|ident\b|\bstarted\b"));
static OF_PROCESS: LazyLock<Regex> = LazyLock::new(|| expression(r"(?i)\bp?pid\b|process|parent"));
static OF_TIME: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?i)elapsed|took|duration|timing|\btime\b|seconds?\b|\bsecs?\b|\d ?(?:ns|us|µs|ms|s)\b|секунд|мс\b|время",
    )
});
static OF_SEED: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?i)hash_randomization|PYTHONHASHSEED"));
static TEMPORARY: LazyLock<Regex> = LazyLock::new(|| expression(r"^'?/|\btmp[a-z0-9_]{6,}"));
static CHANCE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\b(?:random|secrets|uuid|shuffle|urandom|getrandbits)\b"));
static AT_ONCE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"\b(?:threading|_thread|Thread|concurrent|multiprocessing|asyncio|subprocess|ThreadPoolExecutor|ProcessPoolExecutor|fork)\b",
    )
});
static CLOCKS: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"\b(?:perf_counter|monotonic|process_time|thread_time|timeit)|\btime\.time\b")
});
static CPUS: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"cpu_count|sched_getaffinity|\w+PoolExecutor|\bPool\(|_max_workers")
});
static MEMORY: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\b(?:ru_maxrss|tracemalloc|memory_info|VmRSS|VmHWM|statm)\b"));
static PORTS: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\b(?:getsockname|getpeername|server_address|server_port)\b"));
static SPAN: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)$"));
static SETS: LazyLock<Regex> = LazyLock::new(|| expression(r"\b(?:set|frozenset)\b|\{[^:{}]*\}"));

/// Says what a varying stretch looks like.
pub(super) fn of(found: &Varying, example: &Example, runs: &[Run]) -> Likeness {
    let code: String = (example.blocks.iter())
        .map(|block| block.code.as_str())
        .collect();
    let look = Look {
        found,
        code: &code,
        runs: runs.iter().map(|(record, _)| record).collect(),
    };
    if found.is_order {
        return look.order();
    }
    look.by_surroundings()
        .or_else(|| look.by_clock())
        .or_else(|| look.by_number())
        .unwrap_or_else(|| look.by_code())
}

/// Reads a number, or a `timedelta` as Python prints it, as seconds.
fn seconds(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return Some(number);
    }
    let parts = SPAN.captures(text)?;
    let part = |at: usize| -> f64 {
        let text = parts.get(at).map_or("0", |part| part.as_str());
        text.parse().unwrap_or_default()
    };
    Some(((part(1) * 24.0 + part(2)) * 60.0 + part(3)) * 60.0 + part(4))
}

struct Look<'a> {
    found: &'a Varying,
    code: &'a str,
    runs: Vec<&'a RunRecord>,
}

impl Look<'_> {
    fn pairs(&self) -> impl Iterator<Item = (&str, &RunRecord)> {
        (self.found.values.iter().map(String::as_str)).zip(self.runs.iter().copied())
    }

    fn context_has(&self, expression: &Regex) -> bool {
        self.found
            .context
            .iter()
            .any(|line| expression.is_match(line))
    }

    /// Whether equal surroundings gave equal values and other ones gave others.
    fn follows<K: PartialEq>(&self, key: impl Fn(&RunRecord) -> K) -> bool {
        let pairs: Vec<(&str, K)> = self.pairs().map(|(value, run)| (value, key(run))).collect();
        let is_shared = (pairs.iter().enumerate())
            .any(|(at, (_, a))| pairs[at + 1..].iter().any(|(_, b)| a == b));
        let consistent = pairs
            .iter()
            .all(|(value, a)| (pairs.iter()).all(|(other, b)| a != b || value == other));
        is_shared && consistent
    }

    fn follows_seed(&self) -> bool {
        self.follows(|run| run.surroundings.hash_seed)
    }

    fn order(&self) -> Likeness {
        let chance = CHANCE.is_match(self.code);
        let at_once = AT_ONCE.is_match(self.code);
        if self.follows_seed() && !chance && !at_once {
            return Likeness::SetOrder;
        }
        match (chance, at_once) {
            (true, false) => Likeness::Random,
            (false, false) if SETS.is_match(self.code) => Likeness::SetOrder,
            (_, true) | (false, false) => Likeness::ThreadOrder,
        }
    }

    fn by_surroundings(&self) -> Option<Likeness> {
        let follows_value = |value: &dyn Fn(&RunRecord) -> String| {
            self.pairs().all(|(printed, run)| printed == value(run))
        };
        let folder = |(value, run): (&str, &RunRecord)| value.contains(&run.surroundings.folder);
        if self.pairs().all(folder)
            || self
                .found
                .values
                .iter()
                .all(|value| TEMPORARY.is_match(value))
        {
            return Some(Likeness::Path);
        }
        if self.context_has(&OF_SEED)
            || follows_value(&|run| run.surroundings.hash_seed.to_string())
        {
            return Some(Likeness::HashSeed);
        }
        if self.is_cpu_count() {
            return Some(Likeness::CpuCount);
        }
        None
    }

    fn is_cpu_count(&self) -> bool {
        let limited = |run: &RunRecord| run.surroundings.cpus;
        if self.follows_limit_alone() {
            return true;
        }
        let shows_limit = self
            .pairs()
            .all(|(value, run)| limited(run).is_none_or(|cpus| value.trim() == cpus.to_string()));
        let is_limited = self.runs.iter().any(|run| limited(run).is_some());
        is_limited && shows_limit && self.follows(limited)
    }

    /// Whether only the runs with fewer CPUs stand apart, other seeds notwithstanding, and not as pids do.
    fn follows_limit_alone(&self) -> bool {
        let is_limited = |run: &RunRecord| run.surroundings.cpus.is_some();
        let seeds_beside = self
            .pairs()
            .any(|(_, run)| !is_limited(run) && run.surroundings.hash_seed != 0);
        let by_hash = self.code.contains("hash(") || SETS.is_match(self.code);
        let of_cpus = CPUS.is_match(self.code) || self.integers().is_some();
        let is_pid = self
            .integers()
            .is_some_and(|integers| self.is_shifted(&integers));
        seeds_beside && of_cpus && !by_hash && !is_pid && self.follows(is_limited)
    }

    fn by_clock(&self) -> Option<Likeness> {
        if self
            .pairs()
            .all(|(value, run)| clock::shows_clock_of(value, run))
        {
            return Some(Likeness::Date);
        }
        let numbers = self.numbers()?;
        if self.values_have('.') && clock::goes_on_like_a_clock(&numbers, &self.runs) {
            return Some(Likeness::Duration);
        }
        None
    }

    fn values_have(&self, character: char) -> bool {
        self.found
            .values
            .iter()
            .all(|value| value.contains(character))
    }

    fn numbers(&self) -> Option<Vec<f64>> {
        (self.found.values.iter())
            .map(|value| seconds(value.trim().trim_end_matches('s')))
            .collect()
    }

    fn integers(&self) -> Option<Vec<i128>> {
        let parse = |value: &String| match value.trim().strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None => value.trim().parse().ok(),
        };
        self.found.values.iter().map(parse).collect()
    }

    fn by_number(&self) -> Option<Likeness> {
        let integers = self.integers();
        if let Some(likeness) = integers.and_then(|integers| self.by_integers(&integers)) {
            return Some(likeness);
        }
        if self.follows_seed() && !CHANCE.is_match(self.code) && self.integers().is_some() {
            return Some(Likeness::HashSeed);
        }
        let numbers = self.numbers()?;
        let fits_in_run = |(number, run): (&f64, &&RunRecord)| {
            let seconds = f64::from(u32::try_from(run.duration_ms).unwrap_or(u32::MAX)) / 1000.0;
            (0.0..=seconds + 0.001).contains(number)
        };
        // Chance gives small numbers too.
        let by_chance = CHANCE.is_match(self.code) && !CLOCKS.is_match(self.code);
        let short =
            !by_chance && self.values_have('.') && numbers.iter().zip(&self.runs).all(fits_in_run);
        let of_clock = CLOCKS.is_match(self.code) && !CHANCE.is_match(self.code);
        (short || of_clock || self.context_has(&OF_TIME)).then_some(Likeness::Duration)
    }

    fn by_integers(&self, integers: &[i128]) -> Option<Likeness> {
        // Objects are aligned; stacks and heaps of 64-bit processes lie below 2^47.
        let is_address =
            (integers.iter()).all(|number| *number % 8 == 0 && (1 << 20..1 << 48).contains(number));
        if let Some(likeness) = self.by_source_of_integers(integers) {
            return Some(likeness);
        }
        if is_address && !self.follows_seed_by_hash() {
            let ident = self.code.contains("get_ident") && !self.code.contains("id(");
            return Some(if ident || self.context_has(&OF_THREAD) {
                Likeness::ThreadId
            } else {
                Likeness::Address
            });
        }
        let is_pid = integers
            .iter()
            .all(|number| (1..=4_194_304).contains(number));
        let shifted = self.is_shifted(integers);
        let of_process = self.context_has(&OF_PROCESS) || self.code.contains("getpid");
        let native = self.context_has(&OF_THREAD) || self.code.contains("get_native_id");
        match (is_pid, shifted || of_process) {
            (true, _) if native && !of_process => Some(Likeness::ThreadId),
            (true, true) => Some(Likeness::Pid),
            _ => None,
        }
    }

    /// What the code asks for, where nothing else follows from the numbers.
    fn by_source_of_integers(&self, integers: &[i128]) -> Option<Likeness> {
        let all_in = |range: std::ops::Range<i128>| integers.iter().all(|n| range.contains(n));
        if PORTS.is_match(self.code) && all_in(1024..65_536) {
            return Some(Likeness::Port);
        }
        let large = MEMORY.is_match(self.code) && all_in(1 << 8..1 << 36);
        large.then_some(Likeness::MemoryUse)
    }

    /// Whether numbers move on with the pids that were used up before.
    fn is_shifted(&self, integers: &[i128]) -> bool {
        (integers.iter().zip(&self.runs)).all(|(number, run)| {
            let before = i128::from(run.surroundings.pids_before);
            number - before == integers[0] - i128::from(self.runs[0].surroundings.pids_before)
        })
    }

    /// A hash that happens to be aligned still follows the seed.
    fn follows_seed_by_hash(&self) -> bool {
        self.follows_seed() && self.code.contains("hash(")
    }

    fn by_code(&self) -> Likeness {
        let chance = CHANCE.is_match(self.code);
        if self.follows_seed() && !chance {
            let of_set = SETS.is_match(self.code) && !self.code.contains("hash(");
            return if of_set {
                Likeness::SetOrder
            } else {
                Likeness::HashSeed
            };
        }
        if self.code.contains("hash(") && !chance {
            // What does not follow the seed is hashed by where it lies.
            return Likeness::Address;
        }
        if self.context_has(&OF_TIME) && !chance {
            return Likeness::Duration;
        }
        if AT_ONCE.is_match(self.code) && !chance {
            return Likeness::ThreadOrder;
        }
        Likeness::Random
    }
}
