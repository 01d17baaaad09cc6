// How a run is drawn: work stands tall, and a wait has a body half as high, dim where nobody is held. Where a column stands
// for more than one span, each state has its share of it, one upon the other: of the whole height where there is work in
// the column, else of the height that it has alone.

/** The height of a kind that fills a column, as a part of the lane's. */
const HEIGHT = STATES.map(({ name }) => (name === "running" ? 1 : name === "queued" ? 0.25 : 0.5));
/** Less work than this part of a column does not change how its waits are drawn. */
const SLIVER = 1 / 16;
/** The states in which a task waits for something outside the program. */
const OUTSIDE = [S.io, S.sleep, S.unknown];
/** The width of the tick that stands for work too short to be seen, and how far from other work it is drawn. */
const TICK = 2.5;
const APART = 8;
/** From bottom to top: work, then waits, then what has not begun. */
const STACK = [
  S.running, S.copying, S.preempted, S.ready, S.gil, S.lock, S.channel, S.io, S.sleep, S.unknown, S.starting, S.queued,
];
const TASK_COLOURS = 6;

let colours = {};

/** Reads the colours from the style, after it has changed. */
function readColours() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["ground", "strip", "text", "dim", "faint", "accent", "bar", "alarm"];
  colours = Object.fromEntries(names.map((name) => [name, get(name)]));
  colours.states = STATES.map((state) => get(state.name));
  colours.tasks = Array.from({ length: TASK_COLOURS }, (_, i) => get(`task-${i}`));
  colours.shades = colours.tasks.map((colour) => mix(colour, colours.ground, 0.5));
  colours.faded = colours.states.map((colour) => mix(colour, colours.ground, 0.5));
  colours.body = Object.fromEntries(["accent", "bar"].map((name) => [name, mix(colours[name], colours.ground, 0.5)]));
  colours.mono = get("mono");
}

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function mix(a, b, part) {
  const [x, y] = [channels(a), channels(b)];
  return `rgb(${x.map((c, i) => Math.round(c * part + y[i] * (1 - part))).join(" ")})`;
}

/** Dark or light, whichever reads better on `hex`. */
function inkOn(hex) {
  const [r, g, b] = channels(hex).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#0b0e12" : "#ffffff";
}

/** A fill that is more than a colour: hatching where nobody told what is waited for, dots where a worker is created. */
function pattern(ctx, name, colour) {
  const ratio = devicePixelRatio || 1;
  const size = Math.round((name === "hatch" ? 7 : 5) * ratio);
  const tile = new OffscreenCanvas(size, size);
  const pen = tile.getContext("2d");
  pen.fillStyle = pen.strokeStyle = colour;
  if (name === "hatch") {
    pen.lineWidth = 2 * ratio;
    pen.beginPath();
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift - 1, size + 1);
      pen.lineTo(shift + size + 1, -1);
    }
    pen.stroke();
  } else {
    const dot = size / 2;
    pen.fillRect(0, size - dot, dot, dot);
    pen.fillRect(dot, size - 2 * dot, dot, dot);
  }
  const fill = ctx.createPattern(tile, "repeat");
  fill.setTransform(new DOMMatrix().scale(1 / ratio));
  return fill;
}

let patterns = new Map();
function fillOf(ctx, name, colour) {
  const key = `${name} ${colour}`;
  if (!patterns.has(key)) patterns.set(key, pattern(ctx, name, colour));
  return patterns.get(key);
}

/** How a kind is filled where it has its columns to itself. */
function fillFor(ctx, kind) {
  const state = stateOf(kind);
  if (state === S.starting) return fillOf(ctx, "stipple", colours.states[state]);
  if (state === S.unknown) return fillOf(ctx, "hatch", folded(kind));
  return folded(kind);
}

/** How it is filled among others: a wait for something outside that holds no worker is dim, and so is the queue. */
const isDim = (kind) => !holds(kind) && (stateOf(kind) === S.queued || OUTSIDE.includes(stateOf(kind)));
const folded = (kind) => (isDim(kind) ? colours.faded : colours.states)[stateOf(kind)];

/** Sizes a canvas to whole device pixels; everything is drawn in the page's own units. */
function prepare(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  ctx.textBaseline = "middle";
  return ctx;
}

/** Columns of one device pixel (of two where there would be thousands) whose edges lie on multiples of their length. */
function gridOver(view, width, cell = 0) {
  const ratio = devicePixelRatio || 1;
  let count = Math.max(1, Math.round(width * ratio));
  if (count > 2400) count = Math.ceil(count / 2);
  let length = view.span / count;
  if (cell > 0) {
    // Sums are exact in whole columns of theirs only: close by these become wide.
    length = Math.max(1, Math.round(length / cell)) * cell;
    count = Math.max(1, Math.round(view.span / length));
  }
  const from = Math.floor(view.from / length + 1e-6) * length;
  return { from, cell: length, count };
}

/** Where changes are dense, so many of the page's units become one column: a height that reads from afar. */
const coarse = (width) => Math.max(6, width / 180);
/** With more changes than this such a column is folded; else what lies in it is drawn as it lies. */
const FEW = 2;

const wideOf = (grid, width, part = 1) => Math.max(1, Math.round((part * coarse(width) * grid.count) / width));

/**
 * The grid and its box, made larger so that they begin and end at multiples of `wide` columns, counted from the begin of the
 * run: then panning moves what is folded and never changes it. Who draws on it clips.
 */
function aligned(grid, wide, box) {
  const first = Math.round(grid.from / grid.cell);
  const before = first - Math.floor(first / wide) * wide;
  const count = Math.ceil((before + grid.count) / wide) * wide;
  const column = box.width / grid.count;
  return {
    grid: { from: grid.from - before * grid.cell, cell: grid.cell, count },
    box: { ...box, x: box.x - before * column, width: count * column },
  };
}

/** Draws, but nothing beyond `box`. */
function within(ctx, box, draws) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.clip();
  draws();
  ctx.restore();
}

/** A lane under construction: stretches in order, each of a kind; drawn as they lie, or folded where they are dense. */
class Strip {
  constructor(grid, box, kinds) {
    this.wide = wideOf(grid, box.width);
    Object.assign(this, aligned(grid, this.wide, box), { kinds });
    const groups = this.grid.count / this.wide;
    this.column = this.box.width / this.grid.count;
    this.dense = new Uint8Array(groups);
    this.coarse = new Float32Array(groups * kinds);
    this.fine = new Float32Array(this.grid.count * kinds);
  }

  get end() {
    return this.grid.from + this.grid.cell * this.grid.count;
  }

  /** Finds out where the stretches from `first` on that begin before `end` are dense. Sums always are. */
  scan(from, first, last, end, exact) {
    if (!exact) return void this.dense.fill(1);
    const changes = new Uint16Array(this.dense.length);
    const length = this.grid.cell * this.wide;
    for (let i = first; i < last && from[i] < end; i++) {
      const group = Math.floor((from[i] - this.grid.from) / length);
      if (group >= 0 && group < changes.length && changes[group] < 9) changes[group]++;
    }
    const over = (group) => changes[group] > FEW;
    // One that lies between two others is no island of detail.
    for (let g = 0; g < changes.length; g++) this.dense[g] = over(g) || (changes[g] > 0 && over(g - 1) && over(g + 1)) ? 1 : 0;
  }

  /** Adds a stretch; `solid` is called with each piece of whole columns that it has to itself. */
  add(from, to, kind, solid) {
    const { grid, wide, kinds, dense } = this;
    const left = Math.max(0, (from - grid.from) / grid.cell);
    const right = Math.min(grid.count, (to - grid.from) / grid.cell);
    let begin = -1;
    for (let group = Math.floor(left / wide); group * wide < right; group++) {
      const a = Math.max(left, group * wide);
      const b = Math.min(right, (group + 1) * wide);
      if (dense[group]) {
        if (begin >= 0) solid(begin, group * wide);
        begin = -1;
        this.coarse[group * kinds + kind] += (b - a) / wide;
        continue;
      }
      const [whole, last] = [Math.ceil(a), Math.floor(b)];
      if (whole > last) {
        this.fine[last * kinds + kind] += b - a;
        continue;
      }
      if (whole > a) this.fine[(whole - 1) * kinds + kind] += whole - a;
      if (b > last) this.fine[last * kinds + kind] += b - last;
      if (begin < 0 && last > whole) begin = whole;
      if (begin >= 0 && (b < (group + 1) * wide || b === right)) {
        solid(begin, last);
        begin = -1;
      }
    }
    if (begin >= 0) solid(begin, Math.floor(right));
  }

  /** Draws what is folded, one kind upon the other; `height` gets a kind and all shares of its column. */
  finish(ctx, stack, fill, height, least) {
    const { grid, box, wide, kinds } = this;
    drawStacks(ctx, grid.count, this.fine, kinds, box, stack, fill, height, least);
    drawStacks(ctx, grid.count / wide, this.coarse, kinds, box, stack, fill, height, least);
  }
}

/** The nearest edge between two device pixels: columns that meet must not shine through. */
const edge = (x) => Math.round(x * (devicePixelRatio || 1)) / (devicePixelRatio || 1);

/** Stacks shares in `count` columns: `shares[column * kinds + kind]`, in the order of `stack`. */
function drawStacks(ctx, count, shares, kinds, box, stack, fill, height, least = () => 0) {
  const base = new Float32Array(count);
  const width = box.width / count;
  for (const kind of stack) {
    let ready = false;
    for (let column = 0; column < count; column++) {
      const share = shares[column * kinds + kind];
      if (share <= 0) continue;
      if (!ready) ctx.fillStyle = fill(kind);
      ready = true;
      const high = Math.max(share * height(kind, shares, column * kinds) * box.height, least(kind));
      const x = edge(box.x + column * width);
      ctx.fillRect(x, box.y + box.height - base[column] - high, edge(box.x + (column + 1) * width) - x, high);
      base[column] += high;
    }
  }
}

const KIND_STACK = STACK.flatMap((state) => [2 * state + 1, 2 * state]);

/** One task's lane. */
function drawLane(ctx, run, task, grid, until, box) {
  within(ctx, box, () => {
    const strip = new Strip(grid, box, KINDS);
    const end = Math.min(until, strip.end);
    const last = run.starts[task + 1];
    const first = run.spans.after(strip.grid.from, run.starts[task], last);
    const { from, to, kind } = run.spans;
    strip.scan(from, first, last, end, run.exact);
    const wide = [];
    const ticks = new Ticks(strip.column / strip.grid.cell);
    for (let i = first; i < last && from[i] < end; i++) {
      const high = HEIGHT[stateOf(kind[i])] * box.height;
      if (stateOf(kind[i]) === S.running) ticks.add(from[i], Math.min(to[i], end));
      let drawn = 0;
      strip.add(from[i], Math.min(to[i], end), kind[i], (a, b) => {
        ctx.fillStyle = fillFor(ctx, kind[i]);
        ctx.fillRect(strip.box.x + a * strip.column, box.y + box.height - high, (b - a) * strip.column, high);
        drawn += b - a;
      });
      if (drawn * strip.column > 46) wide.push(i);
    }
    // Work too little for any height is still seen.
    strip.finish(ctx, KIND_STACK, folded, heightAmong, (k) => (stateOf(k) === S.running ? 1.5 : 0));
    if (run.exact) ticks.draw(ctx, strip);
    if (run.exact && box.height >= 22) wide.forEach((i) => label(ctx, run, i, grid, end, box));
  });
}

/** How high a kind is among others: waits have their share of the whole height where there is work. */
function heightAmong(kind, shares, at) {
  const works = shares[at + 2 * S.running] + shares[at + 2 * S.running + 1] >= SLIVER;
  return works ? 1 : HEIGHT[stateOf(kind)];
}

/** Work that is too short to be seen and stands alone: it gets a tick over the full height. */
class Ticks {
  constructor(scale) {
    Object.assign(this, { scale, found: [], last: null, before: -Infinity });
  }

  /** A stretch of work; stretches come in order. */
  add(from, to) {
    if (this.last && (from - this.last[1]) * this.scale < APART) return void (this.last[1] = to);
    this.close();
    this.last = [from, to];
  }

  close() {
    if (!this.last) return;
    const [from, to] = this.last;
    if ((from - this.before) * this.scale >= APART && (to - from) * this.scale < TICK) this.found.push(from);
    this.before = to;
    this.last = null;
  }

  draw(ctx, { grid, box }) {
    this.close();
    ctx.fillStyle = colours.states[S.running];
    for (const at of this.found) ctx.fillRect(edge(box.x + (at - grid.from) * this.scale), box.y, TICK, box.height);
  }
}

/** What a span is, where there is room: in the work, above a wait. */
function label(ctx, run, i, grid, end, box) {
  const { from, to, kind, core } = run.spans;
  const state = stateOf(kind[i]);
  const scale = box.width / (grid.cell * grid.count);
  const left = box.x + Math.max(0, (from[i] - grid.from) * scale);
  const right = box.x + Math.min(box.width, (Math.min(to[i], end) - grid.from) * scale);
  const works = state === S.running;
  const length = time(to[i] - from[i]);
  const words = works
    ? [core[i] >= 0 ? `${W.core} ${core[i]}` : "", length]
    : [`${STATES[state].letter} ${stateWords(kind[i])} ${length}`.trim(), length];
  const size = Math.min(box.height * 0.36, 14);
  ctx.font = `${size}px ${colours.mono}`;
  const text = words.find((t) => t && ctx.measureText(t).width + 10 <= right - left);
  if (!text) return;
  ctx.fillStyle = works ? inkOn(colours.states[state]) : colours.dim;
  ctx.fillText(text, left + 5, box.y + box.height * (works ? 0.5 : state === S.queued ? 0.6 : 0.26));
}

/** The colour of whoever has a lane that only one has at a time, as a number; and the height of it. */
function colourOf(who) {
  if (who === SOMEBODY) return 2 * TASK_COLOURS;
  if (who === LISTENS) return 2 * TASK_COLOURS + 1;
  if (who === WATCHER) return 2 * TASK_COLOURS + 2;
  return 2 * (taskOf(who) % TASK_COLOURS) + (isSecond(who) ? 1 : 0);
}
const LANE_COLOURS = 2 * TASK_COLOURS + 3;
const LANE_STACK = Array.from({ length: LANE_COLOURS }, (_, i) => i);

/** A lock's, the loop's or a core's lane. */
function drawTurns(ctx, lane, grid, until, box) {
  const onCore = lane.kind === "core";
  const { from, to, kind } = lane.turns;
  // Whoever let go because it was asked held it none the less.
  const colour = (who) => (onCore || who < TASKS ? colourOf(who) : colourOf(who) & ~1);
  const high = (c) => (c === 2 * TASK_COLOURS + 1 ? (onCore ? 0.5 : 0.12) : c === 2 * TASK_COLOURS + 2 || (c < 2 * TASK_COLOURS && c % 2 === 1) ? 0.5 : 1);
  const fill = (c) => {
    if (c < 2 * TASK_COLOURS) return (c % 2 === 1 ? colours.shades : colours.tasks)[c >> 1];
    return c === 2 * TASK_COLOURS ? colours.bar : colours.faint;
  };
  within(ctx, box, () => {
    const strip = new Strip(grid, box, LANE_COLOURS);
    const end = Math.min(until, strip.end);
    const first = lane.turns.after(strip.grid.from);
    strip.scan(from, first, from.length, end, lane.exact);
    for (let i = first; i < from.length && from[i] < end; i++) {
      const c = colour(kind[i]);
      const tall = high(c) * box.height;
      strip.add(from[i], Math.min(to[i], end), c, (a, b) => {
        const [x, width] = [strip.box.x + a * strip.column, (b - a) * strip.column];
        ctx.fillStyle = fill(c);
        ctx.fillRect(x, box.y + box.height - tall, width, tall);
        if (kind[i] >= TASKS && high(c) === 1) digit(ctx, taskOf(kind[i]), x, width, box);
      });
    }
    strip.finish(ctx, LANE_STACK, fill, high);
  });
}

/** Whose it is, where there is room. */
function digit(ctx, task, x, room, box) {
  if (room < 16 || box.height < 12) return;
  ctx.font = `bold ${Math.min(box.height * 0.72, 13)}px ${colours.mono}`;
  const text = String(task + 1);
  if (ctx.measureText(text).width + 6 > room) return;
  ctx.fillStyle = inkOn(colours.tasks[task % TASK_COLOURS]);
  ctx.fillText(text, x + 4, box.y + box.height / 2 + 0.5);
}

/** The same grid with columns that read from afar, and its box. */
function coarser(grid, box) {
  const wide = wideOf(grid, box.width, 0.5);
  const over = aligned(grid, wide, box);
  return { grid: { from: over.grid.from, cell: grid.cell * wide, count: over.grid.count / wide }, box: over.box };
}

/** How many cores the run kept busy, in each column. */
function drawBusy(ctx, run, fine, until, box, colour, most) {
  const { grid, box: over } = coarser(fine, box);
  const shares = run.aggregate(grid, until);
  const width = over.width / grid.count;
  within(ctx, box, () => {
    ctx.fillStyle = colour;
    for (let column = 0; column < grid.count; column++) {
      const busy = shares[column * KINDS + 2 * S.running + 1] + shares[column * KINDS + 2 * S.running];
      if (busy <= 0) continue;
      const high = Math.min(1, busy / most) * box.height;
      const x = edge(over.x + column * width);
      ctx.fillRect(x, box.y + box.height - high, edge(over.x + (column + 1) * width) - x, high);
    }
  });
}

/** Whether tasks of `run` wait for something outside at all. */
function waitsOutside(run) {
  if (run.waitsOutside === undefined) {
    const all = run.totals(0, run.end, false);
    run.waitsOutside = OUTSIDE.some((state) => all[2 * state] + all[2 * state + 1] > 0);
  }
  return run.waitsOutside;
}

/** How many tasks wait at once for something outside, in each column; `most` is the full height, or the highest column. */
function drawWaiting(ctx, run, fine, until, box, most) {
  const { grid, box: over } = coarser(fine, box);
  const stack = OUTSIDE.flatMap((state) => [2 * state, 2 * state + 1]);
  const tasks = run.aggregate(grid, until);
  let full = most;
  for (let at = 0; most === 0 && at < tasks.length; at += KINDS) full = Math.max(full, stack.reduce((sum, kind) => sum + tasks[at + kind], 0));
  const shares = tasks.map((share) => share / (full || 1));
  within(ctx, box, () => drawStacks(ctx, grid.count, shares, KINDS, over, stack, folded, () => 1));
}

/** The most tasks that wait at once for something outside from `from` to `to`. */
function mostWaiting(run, from, to) {
  if (!run.waits) {
    const { spans } = run;
    const of = [];
    for (let i = 0; i < spans.length; i++) if (OUTSIDE.includes(stateOf(spans.kind[i])) && spans.to[i] > spans.from[i]) of.push(i);
    const sorted = (ends) => Float64Array.from(of, (i) => ends[i]).sort();
    run.waits = { begins: sorted(spans.from), ends: sorted(spans.to) };
  }
  const { begins, ends } = run.waits;
  let [now, most, over] = [0, 0, 0];
  for (const at of begins) {
    if (at >= to) break;
    for (; over < ends.length && ends[over] <= Math.max(at, from); over++) now--;
    now++;
    most = Math.max(most, now);
  }
  return most;
}

/** All tasks by state: each column's height is all of them. */
function drawBand(ctx, run, fine, until, box) {
  const { grid, box: over } = coarser(fine, box);
  const shares = run.aggregate(grid, until).map((share) => share / run.count);
  within(ctx, box, () => drawStacks(ctx, grid.count, shares, KINDS, over, KIND_STACK, folded, () => 1));
}

/** Where nothing is known. */
function drawGaps(ctx, run, grid, box) {
  const scale = box.width / (grid.cell * grid.count);
  for (const [kind, from, to] of run.gaps) {
    const left = Math.max(0, (from - grid.from) * scale);
    const right = Math.min(box.width, (to - grid.from) * scale);
    const lost = kind === "lost" ? 5 : 0;
    if (right < 0 || left > box.width || right - left + lost <= 0) continue;
    ctx.fillStyle = fillOf(ctx, "hatch", kind === "lost" ? colours.alarm : colours.faint);
    ctx.globalAlpha = kind === "lost" ? 1 : 0.6;
    ctx.fillRect(box.x + left - lost, box.y, right - left + lost, box.height);
    ctx.globalAlpha = 1;
  }
}

/** Round places for the axis' labels, at least `apart` of the page's units from each other. */
function ticksOver(grid, width, apart = 90) {
  const all = grid.cell * grid.count;
  const least = (all / width) * apart;
  let step = 1;
  for (let decade = 1; step < least; decade *= 10) {
    step = [1, 2, 5].map((f) => f * decade).find((s) => s >= least) ?? step;
    if (decade > 1e18) break;
  }
  const to = grid.from + all;
  const [scale, unit] = to >= 1e9 && step >= 1e6 ? [1e9, "s"] : to >= 1e6 && step >= 1e3 ? [1e6, "ms"] : to >= 1e3 ? [1e3, "us"] : [1, "ns"];
  const ticks = [];
  for (let at = Math.ceil(grid.from / step) * step; at <= to; at += step) {
    const text = (at / scale).toFixed(9).replace(/\.?0+$/, "");
    ticks.push({ x: ((at - grid.from) / all) * width, text });
  }
  return { ticks, unit };
}

/** Labels and, below them down to `bottom`, lines. */
function drawAxis(ctx, grid, box, bottom) {
  const size = Math.max(12, remOf() * 0.82);
  const { ticks, unit } = ticksOver(grid, box.width, 7.5 * size);
  ctx.font = `${size}px ${colours.mono}`;
  for (const { x, text } of ticks) {
    ctx.fillStyle = colours.faint;
    ctx.globalAlpha = 0.35;
    ctx.fillRect(Math.round(box.x + x), box.y + box.height - 4, 1, bottom - box.y - box.height + 4);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colours.dim;
    const wide = ctx.measureText(text).width;
    const last = ticks[ticks.length - 1].text === text;
    ctx.fillText(last ? `${text} ${unit}` : text, Math.min(box.x + x + (x < 4 ? 0 : -wide / 2), box.x + box.width - ctx.measureText(last ? `${text} ${unit}` : text).width), box.y + box.height / 2 - 2);
  }
}

/** As much of `text` as there is room for. */
function fitted(ctx, text, room) {
  if (ctx.measureText(text).width <= room) return text;
  let short = text;
  while (short.length > 1 && ctx.measureText(`${short}…`).width > room) short = short.slice(0, -1);
  return `${short}…`;
}
