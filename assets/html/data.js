// What the page knows. Texts and figures are read at once; a run's spans when it is first looked at.

const DOC = JSON.parse(document.getElementById("data").textContent);
const W = DOC.words;
const STATES = DOC.states;
const KINDS = 2 * STATES.length;
const S = Object.fromEntries(STATES.map((state, index) => [state.name, index]));
/** Of a lane that only one has at a time: who has it. From TASKS on it is a task; odd ones compute, or were not asked. */
const [SOMEBODY, LISTENS, WATCHER, TASKS] = [0, 1, 2, 3];

const stateOf = (kind) => kind >> 1;
const holds = (kind) => (kind & 1) === 1;
const stateWords = (kind) => STATES[stateOf(kind)].legend[holds(kind) ? 0 : 1];
const taskOf = (who) => (who - TASKS) >> 1;
const isSecond = (who) => who >= TASKS && ((who - TASKS) & 1) === 1;

/** Numbers from bytes, as they were packed. */
class Reader {
  constructor(base64) {
    const text = atob(base64);
    this.bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[i] = text.charCodeAt(i);
    this.at = 0;
  }

  byte() {
    return this.bytes[this.at++];
  }

  // Beyond 32 bits shifts would lose digits.
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}

/** Stretches of time in order, each of a kind. */
class Stretches {
  constructor() {
    this.from = [];
    this.to = [];
    this.kind = [];
    this.worker = [];
    this.core = [];
  }

  add(from, to, kind, worker = 0, core = -1) {
    this.from.push(from);
    this.to.push(to);
    this.kind.push(kind);
    this.worker.push(worker);
    this.core.push(core);
  }

  seal() {
    this.from = Float64Array.from(this.from);
    this.to = Float64Array.from(this.to);
    this.kind = Uint32Array.from(this.kind);
    this.worker = Uint16Array.from(this.worker);
    this.core = Int32Array.from(this.core);
    return this;
  }

  get length() {
    return this.from.length;
  }

  /** The first one in [first, end) that is not over at `at`. */
  after(at, first = 0, end = this.length) {
    while (first < end) {
      const middle = (first + end) >> 1;
      if (this.to[middle] > at) end = middle;
      else first = middle + 1;
    }
    return first;
  }
}

/** All tasks' spans, one task after the other; task n has those from starts[n] to starts[n + 1]. */
function readSpans(packed, tasks) {
  const reader = new Reader(packed.bytes);
  const spans = new Stretches();
  const starts = [0];
  for (let task = 0; task < tasks; task++) {
    if (packed.cell === 0) readTask(reader, spans);
    else readTaskSums(reader, spans, packed);
    starts.push(spans.length);
  }
  spans.seal();
  return { spans, starts };
}

function readTask(reader, spans) {
  let [at, worker, core] = [0, 0, -1];
  for (let left = reader.number(); left > 0; left--) {
    const head = reader.byte();
    if (head & 0x20) worker = reader.number();
    if (head & 0x40) core = reader.number() - 1;
    if (head & 0x80) at += reader.number();
    const to = at + reader.number();
    spans.add(at, to, 2 * (head & 0x0f) + ((head >> 4) & 1), worker, core);
    at = to;
  }
}

// Where there are sums only, each column's are put one behind the other: at whole columns they are exact.
function readTaskSums(reader, spans, { cell, columns }) {
  for (let column = 0; column < columns; ) {
    const alike = reader.number();
    const [from, to] = [column * cell, (column + Math.max(alike, 1)) * cell];
    const which = reader.number();
    if (alike > 0) {
      if (which < KINDS) spans.add(from, to, which);
    } else {
      let at = from;
      for (let kind = 0; kind < KINDS; kind++) {
        if (!(which & (1 << kind))) continue;
        const next = at + reader.number();
        spans.add(at, next, kind);
        at = next;
      }
    }
    column += Math.max(alike, 1);
  }
}

function readTurns(packed) {
  const reader = new Reader(packed.bytes);
  const turns = new Stretches();
  let at = 0;
  for (let i = 0; packed.cell === 0 && i < packed.count; i++) {
    const from = at + reader.number();
    at = from + reader.number();
    turns.add(from, at, reader.number());
  }
  for (let column = 0; packed.cell > 0 && column < packed.columns; column++) {
    at = column * packed.cell;
    for (const who of [SOMEBODY, LISTENS, WATCHER]) {
      const length = reader.number();
      if (length > 0) turns.add(at, at + length, who);
      at += length;
    }
  }
  return turns.seal();
}

/** A run, decoded. */
class Run {
  constructor(data, index) {
    Object.assign(this, data);
    this.index = index;
    this.id = `run-${index}`;
    this.count = this.tasks.length;
    const { spans, starts } = readSpans(data.spans, this.count);
    this.spans = spans;
    this.starts = starts;
    this.exact = data.spans.cell === 0;
    // The finest columns that all of it is exact in.
    const cells = [...data.lanes.map((lane) => lane.turns.cell), ...data.shared.map((lane) => lane.changes.cell)];
    this.cell = Math.max(data.spans.cell, ...cells, 0);
    this.lanes = data.lanes.map((lane) => ({ ...lane, exact: lane.turns.cell === 0, turns: readTurns(lane.turns) }));
    this.shared = data.shared.map((lane) => new Levels(lane));
    this.kept = this.total = null;
  }

  /** The spans of `task` that touch [from, to): the place of the first, and of the one after the last. */
  within(task, from, to) {
    const end = this.starts[task + 1];
    const first = this.spans.after(from, this.starts[task], end);
    let last = first;
    while (last < end && this.spans.from[last] < to) last++;
    return [first, last];
  }

  /** The span of `task` at `at`, or -1. */
  spanAt(task, at) {
    const index = this.spans.after(at, this.starts[task], this.starts[task + 1]);
    return index < this.starts[task + 1] && this.spans.from[index] <= at ? index : -1;
  }

  /** Time of `task` by kind in [from, to). */
  sums(task, from, to) {
    const sums = new Float64Array(KINDS);
    const [first, last] = this.within(task, from, to);
    for (let i = first; i < last; i++) {
      sums[this.spans.kind[i]] += Math.min(this.spans.to[i], to) - Math.max(this.spans.from[i], from);
    }
    return sums;
  }

  /** The same of all tasks; `keep` where it will be asked for again. */
  totals(from, to, keep = true) {
    if (keep && this.total && this.total.from === from && this.total.to === to) return this.total.sums;
    const sums = new Float64Array(KINDS);
    const { spans, starts } = this;
    for (let task = 0; task < this.count; task++) {
      const end = starts[task + 1];
      for (let i = spans.after(from, starts[task], end); i < end && spans.from[i] < to; i++) {
        sums[spans.kind[i]] += Math.min(spans.to[i], to) - Math.max(spans.from[i], from);
      }
    }
    if (keep) this.total = { from, to, sums };
    return sums;
  }

  /** Adds the time by kind in each column of `grid`, as shares of it, of the stretches from `first` to `last`. */
  addShares(grid, until, first, last, shares) {
    const { from, to, kind } = this.spans;
    const end = Math.min(until, grid.from + grid.cell * grid.count);
    for (let i = first; i < last && from[i] < end; i++) {
      const left = (Math.max(from[i], grid.from) - grid.from) / grid.cell;
      const right = (Math.min(to[i], end) - grid.from) / grid.cell;
      let column = Math.floor(left);
      for (let at = left; at < right; column++) {
        const next = Math.min(column + 1, right);
        if (column < grid.count) shares[column * KINDS + kind[i]] += next - at;
        at = next;
      }
    }
  }

  /** Of all tasks together: tasks by kind in each column. Kept as long as the same is asked for. */
  aggregate(grid, until) {
    const { kept } = this;
    const same = kept && kept.until === until && kept.grid.from === grid.from && kept.grid.cell === grid.cell && kept.grid.count === grid.count;
    if (same) return kept.shares;
    const shares = new Float64Array(grid.count * KINDS);
    const end = grid.from + grid.cell * grid.count;
    for (let task = 0; task < this.count; task++) {
      const first = this.spans.after(grid.from, this.starts[task], this.starts[task + 1]);
      this.addShares(grid, Math.min(until, end), first, this.starts[task + 1], shares);
    }
    this.kept = { grid: { ...grid }, until, shares };
    return shares;
  }
}

const RUNS = [];
/** The run number `index`; decoded when first asked for. */
function runAt(index) {
  return (RUNS[index] ??= new Run(DOC.runs[index], index));
}

/** As the program shows times: three digits and the unit that reads best. */
function time(ns) {
  if (ns === 0) return "0 s";
  const [scale, unit] =
    ns < 1e3 ? [1, "ns"] : ns < 999_500 ? [1e3, "us"] : ns < 999_500_000 ? [1e6, "ms"] : ns < 6e11 ? [1e9, "s"] : [6e10, "min"];
  const value = ns / scale;
  const digits = ns % scale === 0 || value >= 99.95 ? 0 : value >= 9.995 || unit !== "s" ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

/** In the unit of `longest`, to be compared with it at a glance. */
function timeLike(ns, longest) {
  if (longest < 999_500) return time(ns);
  return longest < 999_500_000 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(2)} s`;
}

/** To the nanosecond, in groups of three. */
const exactly = (ns) => `${String(Math.round(ns)).replace(/\B(?=(\d{3})+$)/g, "\u202f")} ns`;

/** As people read it, and to the nanosecond where that says more. */
const lasting = (ns) => (ns < 1e3 ? time(ns) : `${time(ns)} (${exactly(ns)})`);

/** In per cent, never rounded up to all or down to nothing. */
function percent(share) {
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return "<1 %";
  return rounded === 100 && share < 0.999 ? "99 %" : `${rounded} %`;
}
