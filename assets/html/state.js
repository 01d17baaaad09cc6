// What is looked at, and what changes it. Nothing here draws; whoever changes something asks for a new picture.

/** The shortest stretch of time that is looked at, in nanoseconds. */
const CLOSEST = 1000;
/** A slow replay is so many times slower than the one before. */
const SLOWER = 4;
const SLOWEST = 1024;

const state = {
  index: 0,
  compares: false,
  view: { from: 0, span: DOC.works[DOC.runs[0]?.work ?? 0].axis },
  /** The selected task, and the instant in it whose segment is; nothing where only the lane is. */
  selected: null,
  detail: false,
  /** The replay: where it is, how much slower than the run, whether it stands still. */
  play: null,
  scroll: 0,
};

const still = matchMedia("(prefers-reduced-motion: reduce)");
const run = () => runAt(state.index);
/** The work that is looked at, and the places of its runs. */
const work = () => DOC.works[DOC.runs[state.index].work];
const own = () => [...DOC.runs.keys()].filter((index) => DOC.runs[index].work === DOC.runs[state.index].work);
const whole = () => Math.max(work().axis, 1);
const isWhole = () => state.view.from === 0 && state.view.span === whole();
/** Nothing later is drawn. */
const untilOf = (one) => (state.play ? Math.min(state.play.at, one.end) : one.end);
/** The end of what is replayed: of one run, or of all that did the same. */
const lastOf = () => (state.compares ? Math.max(...own().map((index) => DOC.runs[index].end)) : run().end);

function look(from, span) {
  const cell = run().cell;
  const closest = Math.max(CLOSEST, cell * 200);
  const wide = Math.min(Math.max(span, Math.min(closest, whole())), whole());
  state.view = { from: Math.min(Math.max(from, 0), whole() - wide), span: wide };
  redraw();
}

/** So many times less of time, around `at`; with less than one more. */
function zoom(factor, at = anchor()) {
  const { from, span } = state.view;
  const here = Math.min(Math.max(at, from), from + span);
  const next = Math.min(Math.max(span / factor, Math.max(CLOSEST, run().cell * 200)), whole());
  look(here - ((here - from) * next) / span, next);
}

/** Where a zoom by key goes: the selected segment, or the middle of what is drawn. */
function anchor() {
  if (state.selected?.at != null && !state.compares) return state.selected.at;
  const { from, span } = state.view;
  return (from + Math.min(from + span, Math.max(untilOf(run()), from))) / 2;
}

const pan = (parts) => look(state.view.from + state.view.span * parts, state.view.span);

/** The run alone; and from there back to the whole axis. */
function fit() {
  if (isWhole()) look(0, lastOf());
  else look(0, whole());
  say(`${time(state.view.from)} - ${time(state.view.from + state.view.span)}`);
}

const toStart = () => look(0, state.view.span);
const toEnd = () => look(lastOf() - state.view.span, state.view.span);

/** Another run. What is looked at stays, but not where the run did something else. */
function show(index) {
  const other = DOC.runs[index].work !== DOC.runs[state.index].work;
  state.index = index;
  if (other) Object.assign(state, { selected: null, detail: false, play: null, view: { from: 0, span: whole() } });
  state.compares = false;
  state.scroll = 0;
  if (state.selected && state.selected.task >= run().count) state.selected = null;
  if (state.play) state.play.at = Math.min(state.play.at, run().end);
  look(state.view.from, state.view.span);
  say([run().name, run().sentence].filter(Boolean).join(": "));
}

/** The first run of the next work; beside each other where runs are. */
function nextWork() {
  const next = (DOC.runs[state.index].work + 1) % DOC.works.length;
  const compares = state.compares;
  show(DOC.runs.findIndex((r) => r.work === next));
  return compares ? compare(true) : null;
}

/** The run under that key: with the lock as it is now, where there is one. Pressed again, the next one of the same kind. */
function choose(key) {
  const all = own().filter((index) => DOC.runs[index].key === key);
  if (all.length === 0) return say(`${W.no_run} ${key}`);
  const alike = all.filter((index) => DOC.runs[index].locked === DOC.runs[state.index].locked);
  const among = alike.length > 0 ? alike : all;
  const here = state.compares ? -1 : among.indexOf(state.index);
  return show(state.compares && among.includes(state.index) ? state.index : among[(here + 1) % among.length]);
}

/** The variant with the lock, or without it. */
const variant = () => own().find((index) => DOC.runs[index].key === run().key && DOC.runs[index].locked !== run().locked) ?? -1;

function toggleLock() {
  const other = variant();
  if (other < 0) return say(`${W.no_variant} ${run().name}`);
  const compares = state.compares;
  show(other);
  return compares ? compare(true) : null;
}

/** All runs that did the same on one axis, or back. */
function compare(on) {
  state.compares = on;
  state.detail = false;
  redraw();
  if (on) say([W.compare, work().sentence].filter(Boolean).join(": "));
  else say(run().name);
}

/** So many lanes down, or up; the first or the last where none was selected. */
function lane(by) {
  const last = run().count - 1;
  if (last < 0) return;
  const here = state.selected;
  const task = here ? Math.min(Math.max(here.task + by, 0), last) : by > 0 ? 0 : last;
  state.selected = { task, at: here?.at ?? null };
  reveal(task);
  redraw();
  say(sayLane());
}

/** The next or the previous segment of the selected lane, brought into view. */
function segment(next) {
  const one = run();
  const task = state.selected?.task ?? 0;
  if (one.count === 0) return;
  if (!one.exact) return void say(W.only_sums);
  const [first, end] = [one.starts[task], one.starts[task + 1]];
  const until = untilOf(one);
  const at = state.selected?.at;
  const { from, to } = one.spans;
  let found;
  if (at == null) {
    const visible = one.spans.after(state.view.from, first, end);
    found = next || visible >= end ? Math.min(visible, end - 1) : visible;
  } else {
    const here = one.spans.after(at, first, end);
    if (next) found = here < end && from[here] <= at ? here + 1 : here;
    else found = here - 1;
  }
  if (found < first || found >= end || from[found] >= until) return void say(W.no_more);
  state.selected = { task, at: from[found] };
  reveal(task);
  const { view } = state;
  const inView = from[found] >= view.from && from[found] < view.from + view.span;
  if (!inView) look(from[found] - view.span / 2, view.span);
  // What is told of it stands below the picture at once, as in the program.
  redraw();
  say(sayLane());
  return void to;
}

function select(task, at) {
  state.selected = { task, at };
  redraw();
  say(sayLane());
}

/** Starts the replay, stops it, or goes on. Where nothing is to move by itself, a step. */
function play() {
  if (still.matches) return stepPlay(20);
  if (!state.play) state.play = { at: 0, slower: 1, paused: false };
  else state.play.paused = !state.play.paused;
  say(state.play.paused ? `${W.paused} ${time(state.play.at)}` : W.replay);
  return redraw();
}

/** From the start, slower than the run was; again: slower still. */
function slow() {
  if (still.matches) return stepPlay(100);
  const slower = state.play ? Math.min(state.play.slower * SLOWER, SLOWEST) : SLOWER;
  state.play = { at: 0, slower, paused: false };
  say(`${W.replay} 1/${slower}`);
  return redraw();
}

function stepPlay(parts) {
  const at = (state.play?.at ?? 0) + lastOf() / parts;
  state.play = at >= lastOf() ? null : { at, slower: 1, paused: true };
  say(state.play ? `${W.paused} ${time(at)}` : W.done);
  redraw();
}

/** The playhead goes there and stays. */
function scrub(at) {
  const to = Math.min(Math.max(at, 0), lastOf());
  state.play = to >= lastOf() ? null : { at: to, slower: state.play?.slower ?? 1, paused: true };
  redraw();
}

/** So much time has passed. */
function advance(ms) {
  if (!state.play || state.play.paused) return;
  state.play.at += (ms * 1e6) / state.play.slower;
  if (state.play.at >= lastOf()) {
    state.play = null;
    say(W.done);
  }
}

/** Closes what is open: the detail, the replay, the selection, the comparison. */
function close() {
  if (state.detail) state.detail = false;
  else if (state.play) state.play = null;
  else if (state.selected) state.selected = null;
  else if (state.compares) return compare(false);
  return redraw();
}

/** What is selected, in a sentence. */
function sayLane() {
  const { task, at } = state.selected;
  const one = run();
  const found = at == null ? -1 : one.spanAt(task, at);
  return found < 0 ? one.tasks[task] : `${one.tasks[task]}: ${sayspan(one, found)}`;
}

function sayspan(one, i) {
  const { from, to, kind, core } = one.spans;
  const words = stateWords(kind[i]);
  const where = core[i] >= 0 ? `, ${W.core} ${core[i]}` : "";
  return `${words} ${time(to[i] - from[i])}, ${W.from} ${time(from[i])} ${W.to} ${time(to[i])}${where}`;
}

let queued = false;
/** A new picture, once, at the next opportunity. */
function redraw() {
  if (queued) return;
  queued = true;
  requestAnimationFrame((now) => {
    queued = false;
    draw(now);
  });
}

/** Tells those who listen. */
function say(text) {
  document.getElementById("live").textContent = text;
}
