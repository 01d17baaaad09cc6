// The timeline of one run: where everything is, drawing it, and what the pointer is on.

const $ = (id) => document.getElementById(id);
const canvas = $("timeline");
const board = $("board");
const remOf = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
/** Where the pointer is on the canvas, if it is. */
let pointed = null;
const AXIS = 26;
const GAP = 10;

/** Rows from top to bottom: tasks (which may scroll), locks, what else is shared, the loop, cores, how many wait, cores busy. */
let layout = null;

/** What stands before the lanes takes no more than its words, and leaves most of a narrow page to what happened. */
function gutter(one) {
  const width = board.clientWidth;
  const rem = remOf();
  const ctx = canvas.getContext("2d");
  ctx.font = `${rem}px ${colours.mono}`;
  const shown = [...one.tasks.slice(0, 400), ...DOC.runs.map((r) => r.name), W.cores_busy, W.waiting];
  const widest = Math.max(...shown.map((text) => ctx.measureText(text).width));
  const room = Math.round(Math.min(widest + rem * 2.2, width * (width < 640 ? 0.27 : 0.2)));
  document.documentElement.style.setProperty("--gutter", `${room}px`);
  return room;
}

function layOut(one) {
  const width = canvas.parentElement.clientWidth;
  const narrow = width < 640;
  const rem = remOf();
  const left = gutter(one);
  const right = narrow ? 0 : Math.round(10 * rem);
  const plot = Math.max(60, width - left - right);
  const room = Math.max(170, Math.min(innerHeight * 0.46, 1100));
  const tall = Math.min(Math.max(room / Math.max(one.count, 1), 15), rem * 3.6);
  const lane = Math.floor(tall);
  const scrolls = lane * one.count > room;
  const band = scrolls ? Math.round(rem * 3.4) : 0;
  const tasks = Math.min(lane * one.count, Math.floor(room / lane) * lane);
  let y = AXIS;
  const rows = [];
  if (scrolls) {
    rows.push({ kind: "band", y, height: band });
    y += band + GAP;
  }
  const top = y;
  y += tasks + GAP;
  const small = Math.round(rem * 1.35);
  const isLock = (l) => l?.kind === "gil" || l?.kind === "lock";
  const locks = one.lanes.filter(isLock).length;
  const levels = () => {
    for (const index of one.shared.keys()) {
      rows.push({ kind: "levels", index, y, height: Math.round(rem * 2.2) });
      y += Math.round(rem * 2.2) + GAP;
    }
  };
  if (locks === 0) levels();
  for (const [index, l] of one.lanes.entries()) {
    rows.push({ kind: "turns", index, y, height: small });
    y += small + (one.lanes[index + 1]?.kind === l.kind ? 3 : GAP);
    if (index + 1 === locks) levels();
  }
  if (one.idle.length > 0 && one.lanes.some((l) => l.kind === "core")) {
    y += 3 - (one.lanes.length > 0 ? GAP : 0);
    rows.push({ kind: "idle", y, height: small });
    y += small + GAP;
  }
  if (waitsOutside(one)) {
    rows.push({ kind: "waiting", y, height: Math.round(rem * 2) });
    y += Math.round(rem * 2) + GAP;
  }
  rows.push({ kind: "busy", y, height: Math.round(rem * 3) });
  y += Math.round(rem * 3) + 4;
  const most = Math.max(0, lane * one.count - tasks);
  state.scroll = Math.min(Math.max(state.scroll, 0), most);
  return { width, narrow, left, plot, right, lane, tasks, top, rows, height: y, most, rem, scrolls };
}

/** Scrolls so that the lane of `task` is seen. */
function reveal(task) {
  if (!layout) return;
  const y = task * layout.lane;
  state.scroll = Math.min(Math.max(state.scroll, y + layout.lane - layout.tasks), y);
}

const scaleOf = (grid, width) => width / (grid.cell * grid.count);

function drawStage() {
  const one = run();
  layout = layOut(one);
  canvas.style.touchAction = layout.most > 0 ? "none" : "pan-y";
  const { left, plot, width, height, rows, lane, tasks, top, rem } = layout;
  const ctx = prepare(canvas, width, height);
  const grid = gridOver(state.view, plot, one.cell);
  layout.grid = grid;
  const until = untilOf(one);
  drawAxis(ctx, grid, { x: left, y: 0, width: plot, height: AXIS }, height);
  const font = Math.min(rem * (layout.narrow ? 0.9 : 1), Math.max(lane * 0.62, 10));
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, top, width, tasks);
  ctx.clip();
  const first = Math.floor(state.scroll / lane);
  for (let task = first; task < one.count && task * lane - state.scroll < tasks; task++) {
    drawTask(ctx, one, task, grid, until, top + task * lane - state.scroll, font);
  }
  ctx.restore();
  drawScrollbar(ctx);
  for (const row of rows) drawRow(ctx, one, row, grid, until);
  drawGaps(ctx, one, grid, { x: left, y: AXIS, width: plot, height: height - AXIS });
  drawFlags(ctx, one, grid);
  if (state.play) drawPlayhead(ctx, grid, state.play.at, left, plot, height);
  tell(one, grid);
  if (pointed) hover(...pointed);
}

function drawTask(ctx, one, task, grid, until, y, font) {
  const { left, plot, lane, narrow, width, rem } = layout;
  const chosen = state.selected?.task === task;
  const inset = lane >= 24 ? Math.round(lane * 0.14) : 1;
  const box = { x: left, y: y + inset, width: plot, height: lane - inset };
  if (chosen) {
    ctx.fillStyle = colours.strip;
    ctx.fillRect(0, y, width, lane);
    ctx.fillStyle = colours.accent;
    ctx.fillRect(0, y, 3, lane);
  }
  ctx.font = `${chosen ? "bold " : ""}${font}px ${colours.mono}`;
  const swatch = Math.round(font * 0.72);
  ctx.fillStyle = colours.tasks[task % TASK_COLOURS];
  ctx.fillRect(6, y + lane / 2 - swatch / 2, swatch, swatch);
  ctx.fillStyle = chosen ? colours.text : colours.dim;
  ctx.fillText(fitted(ctx, one.tasks[task], left - swatch - 18), swatch + 12, y + lane / 2);
  drawLane(ctx, one, task, grid, until, box);
  if (!narrow && lane >= 14) {
    const to = Math.min(until, grid.from + grid.cell * grid.count);
    const length = Math.max(to - grid.from, 1);
    const sums = one.sums(task, grid.from, to);
    const works = (sums[2 * S.running] + sums[2 * S.running + 1]) / length;
    ctx.fillStyle = chosen ? colours.text : colours.dim;
    ctx.font = `${Math.min(font, rem * 0.9)}px ${colours.mono}`;
    if (works > 0) ctx.fillText(`${W.runs} ${percent(works)}`, left + plot + 14, y + lane / 2);
  }
  const at = chosen ? state.selected.at : null;
  const span = at == null || at >= until ? -1 : one.spanAt(task, at);
  if (span >= 0) outline(ctx, one, span, grid, box);
}

function outline(ctx, one, i, grid, box) {
  const scale = scaleOf(grid, box.width);
  const a = Math.max(0, (one.spans.from[i] - grid.from) * scale);
  const b = Math.min(box.width, (one.spans.to[i] - grid.from) * scale);
  if (b < 0 || a > box.width) return;
  ctx.strokeStyle = colours.text;
  ctx.lineWidth = 2;
  ctx.strokeRect(box.x + a - 1, box.y - 1, Math.max(b - a, 1) + 2, box.height + 2);
}

function drawScrollbar(ctx) {
  const { most, tasks, top, left, plot } = layout;
  if (most <= 0) return;
  const length = Math.max(24, (tasks * tasks) / (tasks + most));
  ctx.fillStyle = colours.faint;
  ctx.fillRect(left + plot + 4, top + ((tasks - length) * state.scroll) / most, 5, length);
}

function drawRow(ctx, one, row, grid, until) {
  const { left, plot, rem, narrow } = layout;
  const box = { x: left, y: row.y, width: plot, height: row.height };
  const lane = one.lanes[row.index];
  const middle = row.y + row.height / 2;
  const size = Math.min(rem * (narrow ? 0.88 : 0.95), row.height * 0.8);
  const to = Math.min(until, grid.from + grid.cell * grid.count);
  const length = Math.max(to - grid.from, 1);
  ctx.font = `${size}px ${colours.mono}`;
  ctx.fillStyle = colours.dim;
  const name = () => {
    if (row.kind === "band") return `${one.count} ${W.tasks}`;
    if (row.kind === "busy") return W.cores_busy;
    if (row.kind === "waiting") return W.waiting;
    if (row.kind === "levels") return levelName(one.shared[row.index]);
    if (row.kind === "idle") return one.idle.length === 1 ? `${W.core} ${one.idle[0]}` : `${one.idle.length} ${W.more_cores}`;
    if (lane.kind === "core") return `${W.core} ${lane.name}`;
    if (lane.kind === "gil") return W.gil_held;
    return lane.kind === "lock" ? `${W.lock} ${lane.name}` : lane.name;
  };
  ctx.fillText(fitted(ctx, name(), left - 12), 6, middle);
  const right = (text, at = middle, colour = colours.dim) => {
    if (narrow) return;
    ctx.fillStyle = colour;
    ctx.font = `${size}px ${colours.mono}`;
    ctx.fillText(fitted(ctx, text, layout.width - left - plot - 16), left + plot + 14, at);
  };
  ctx.fillStyle = colours.strip;
  ctx.fillRect(box.x, box.y + box.height - 1, box.width, 1);
  if (row.kind === "turns") {
    drawTurns(ctx, lane, grid, until, box);
    right(`${lane.kind === "core" ? W.used : W.held} ${percent(hadIn(lane, grid.from, to) / length)}`);
  } else if (row.kind === "levels") {
    const shared = one.shared[row.index];
    drawLevels(ctx, shared, grid, until, box);
    const [lines, isBad] = levelFigures(one, shared, grid.from, to);
    const [first, last] = [-0.52, 0.52].map((part) => middle + part * size * 1.1);
    lines.forEach((text, i) => right(text, lines.length === 1 ? middle : i === 0 ? first : last, isBad && i === 1 ? colours.alarm : colours.dim));
  } else if (row.kind === "idle") {
    ctx.fillStyle = colours.dim;
    ctx.fillText(W.idle, left + 6, middle);
  } else if (row.kind === "band") {
    drawBand(ctx, one, grid, until, box);
  } else if (row.kind === "waiting") {
    const most = one.exact ? mostWaiting(one, grid.from, to) : 0;
    drawWaiting(ctx, one, grid, until, box, most);
    if (most > 0) right(`${most} ${W.at_best}`);
  } else {
    const most = Math.max(one.cores, one.busy, 1);
    drawBusy(ctx, one, grid, until, box, colours.states[S.running], most);
    ctx.fillStyle = colours.faint;
    for (let core = 1; core <= most && most <= 16; core++) ctx.fillRect(left, box.y + box.height * (1 - core / most), plot, 1);
    const sums = one.totals(grid.from, to);
    const busy = sums[2 * S.running] + sums[2 * S.running + 1];
    right(`${(busy / length).toFixed(2)} ${W.of} ${+one.cores.toFixed(1)}`);
  }
}

/** For how long somebody had it. */
function hadIn(lane, from, to) {
  let had = 0;
  const turns = lane.turns;
  for (let i = turns.after(from); i < turns.length && turns.from[i] < to; i++) {
    const other = turns.kind[i] === WATCHER || (turns.kind[i] === LISTENS && lane.kind === "loop");
    if (!other) had += Math.min(turns.to[i], to) - Math.max(turns.from[i], from);
  }
  return had;
}

function drawFlags(ctx, one, grid) {
  const { left, plot } = layout;
  const scale = scaleOf(grid, plot);
  ctx.font = `bold 12px ${colours.mono}`;
  for (const [at, text] of one.flags) {
    const x = (at - grid.from) * scale;
    if (x < 0 || x > plot) continue;
    ctx.fillStyle = colours.accent;
    ctx.fillRect(left + x, 2, 1, AXIS - 2);
    ctx.fillText(text, left + x + 3, 7);
  }
}

function drawPlayhead(ctx, grid, at, left, plot, height) {
  const x = (at - grid.from) * scaleOf(grid, plot);
  if (x < 0 || x > plot) return;
  ctx.fillStyle = colours.accent;
  ctx.fillRect(left + x - 1, 4, 2, height - 4);
  ctx.font = `bold ${Math.max(12, remOf() * 0.78)}px ${colours.mono}`;
  const text = timeLike(at, lastOf());
  const wide = ctx.measureText(text).width + 8;
  const from = Math.min(Math.max(x - wide / 2, 0), plot - wide);
  ctx.fillRect(left + from, 2, wide, 17);
  ctx.fillStyle = inkOn(colours.accent);
  ctx.fillText(text, left + from + 4, 11);
}

/** What a screen reader says of the picture, and the line above it. */
function tell(one, grid) {
  const { from, span } = state.view;
  // For whoever looks from outside: what is looked at, and where it stands.
  const shared = layout.rows.filter((row) => row.kind === "levels").map((row) => row.y + row.height / 2);
  Object.assign(canvas.dataset, { from, to: from + span, left: layout.left, plot: layout.plot, top: layout.top, lane: layout.lane, shared });
  const range = `${timeLike(from, from + span)} - ${timeLike(from + span, from + span)}`;
  $("range").textContent = isWhole() ? `${one.name}: ${time(one.end)}` : `${one.name}: ${range}`;
  const text = `${one.name}, ${one.count} ${W.tasks}, ${time(one.end)}. ${one.sentence} ${W.canvas_hint}`;
  if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
  drawLegend($("legend"), one, grid);
}

/** The states that are visible, drawn as they are, with their share of all tasks' time. */
function drawLegend(list, one, grid) {
  const sums = one.totals(grid.from, Math.min(untilOf(one), grid.from + grid.cell * grid.count));
  const all = sums.reduce((a, b) => a + b, 0);
  const entries = new Map();
  for (let kind = 0; kind < KINDS; kind++) {
    if (sums[kind] <= 0) continue;
    const words = stateWords(kind);
    const known = entries.get(words);
    if (known) known.sum += sums[kind];
    else entries.set(words, { kind, words, sum: sums[kind] });
  }
  const sorted = [...entries.values()].sort((a, b) => (stateOf(b.kind) === S.running) - (stateOf(a.kind) === S.running) || b.sum - a.sum);
  const text = sorted.map((e) => `${e.words} ${percent(e.sum / all)}`).join(";") + colours.ground + devicePixelRatio;
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  list.replaceChildren(...sorted.map((e) => legendEntry(e.kind, `${e.words} `, percent(e.sum / all))));
}

function legendEntry(kind, words, share) {
  const item = document.createElement("li");
  const swatch = document.createElement("canvas");
  swatch.setAttribute("aria-hidden", "true");
  swatch.style.width = "26px";
  const ctx = prepare(swatch, 26, 16);
  const high = Math.max(2, 16 * HEIGHT[stateOf(kind)]);
  ctx.fillStyle = fillFor(ctx, kind);
  ctx.fillRect(0, 16 - high, 26, high);
  const text = document.createElement("span");
  const figure = document.createElement("b");
  text.textContent = words;
  figure.textContent = share;
  text.append(figure);
  item.append(swatch, text);
  return item;
}

/** The instant under a place of the canvas. */
const timeAt = (x) => layout.grid.from + ((x - layout.left) / layout.plot) * layout.grid.cell * layout.grid.count;

/** What is at a place of the canvas. */
function hit(x, y) {
  if (!layout || x < layout.left || x > layout.left + layout.plot) return laneAt(y) == null ? null : { task: laneAt(y), label: true };
  if (y < AXIS) return { axis: true };
  const task = laneAt(y);
  if (task != null) return { task };
  const row = layout.rows.find((r) => y >= r.y && y < r.y + r.height);
  return row ? { row } : null;
}

function laneAt(y) {
  if (y < layout.top || y >= layout.top + layout.tasks) return null;
  const task = Math.floor((y - layout.top + state.scroll) / layout.lane);
  return task < run().count ? task : null;
}

/** What is to be said of a place: a heading, and lines. */
function describe(x, y) {
  const found = hit(x, y);
  if (!found || found.axis || found.label) return null;
  const one = run();
  const cell = (layout.grid.cell * layout.grid.count) / layout.plot;
  const at = timeAt(x);
  if (at < 0 || at >= untilOf(one)) return null;
  if (found.task != null) return describeTask(one, found.task, at, cell);
  return describeRow(one, found.row, at, cell);
}

function describeTask(one, task, at, cell) {
  const i = one.spanAt(task, at);
  const [left, right, folds] = columnAt(one, task, at);
  const wide = i >= 0 && one.spans.to[i] - one.spans.from[i] >= 2 * coarse(layout.plot) * cell;
  if (one.exact && i >= 0 && (wide || !folds)) return [one.tasks[task], ...spanLines(one, i)];
  const [first, last] = one.within(task, left, right);
  if (last === first) return null;
  const sums = one.sums(task, left, right);
  const changes = one.exact ? `${last - first} ${W.segments} ${W.in} ${time(right - left)}` : `${W.shares_of} ${time(right - left)}`;
  const lines = [one.tasks[task], changes];
  for (const kind of KIND_STACK) {
    if (sums[kind] > 0) lines.push(`${stateWords(kind)} ${percent(sums[kind] / (right - left))} (${exactly(sums[kind])})`);
  }
  return lines;
}

/** The column that a picture of `task` has at `at`, and whether more than a few changes are folded into it. */
function columnAt(one, task, at) {
  const { grid, plot } = layout;
  const length = grid.cell * wideOf(grid, plot);
  const left = Math.floor(at / length) * length;
  const right = Math.min(left + length, untilOf(one));
  const [first, last] = one.within(task, left, right);
  const begins = last - first - (first < last && one.spans.from[first] < left ? 1 : 0);
  return [Math.round(left), Math.round(right), !one.exact || begins > FEW];
}

function spanLines(one, i) {
  const { from, to, kind, worker, core } = one.spans;
  const state = stateOf(kind[i]);
  const known = one.workers[worker[i]];
  const place = [];
  if (core[i] >= 0) place.push(`${W.core} ${core[i]}`);
  if (known && known[0] > 0 && state !== S.queued) place.push(`${W.worker} ${worker[i] + 1} (${W.process} ${known[0]}, ${W.thread} ${known[1]})`);
  const waits = [S.sleep, S.io, S.lock, S.channel, S.gil].includes(state);
  const lines = [
    `${stateWords(kind[i])} ${lasting(to[i] - from[i])}`,
    `${W.from} ${exactly(from[i])}`,
    `${W.to} ${exactly(to[i])}`,
  ];
  if (place.length > 0) lines.push(place.join(", "));
  if (waits) lines.push(holds(kind[i]) ? W.occupied : W.free);
  return lines;
}

function describeRow(one, row, at, cell) {
  if (row.kind === "idle") return null;
  const left = Math.max(0, at - cell / 2);
  const right = Math.min(left + cell, untilOf(one));
  if (row.kind === "levels") return describeLevels(one, one.shared[row.index], at, cell);
  if (row.kind !== "turns") {
    const totals = one.totals(left, right, false);
    const busy = (totals[2 * S.running] + totals[2 * S.running + 1]) / (right - left);
    const lines = [`${busy.toFixed(2)} ${W.cores_busy}`, `${W.at} ${exactly(at)}`];
    for (const kind of KIND_STACK) {
      if (totals[kind] > 0 && stateOf(kind) !== S.running) lines.push(`${(totals[kind] / (right - left)).toFixed(1)} ${W.tasks}: ${stateWords(kind)}`);
    }
    return lines;
  }
  const lane = one.lanes[row.index];
  const { turns } = lane;
  const name = lane.kind === "core" ? `${W.core} ${lane.name}` : lane.kind === "gil" ? "GIL" : lane.name;
  const i = turns.after(at);
  if (!lane.exact || i >= turns.length || turns.from[i] > at) {
    return [name, lane.exact ? W.nobody : `${W.used} ${percent(hadIn(lane, left, right) / (right - left))}`];
  }
  const who = turns.kind[i];
  return [`${name}: ${holder(one, lane, who)}`, lasting(turns.to[i] - turns.from[i]), `${W.from} ${exactly(turns.from[i])}`, `${W.to} ${exactly(turns.to[i])}`, ...handOver(lane, who)];
}

function holder(one, lane, who) {
  if (who === SOMEBODY) return W.several;
  if (who === LISTENS) return lane.kind === "loop" ? W.listens : W.helper;
  if (who === WATCHER) return W.watcher;
  const beside = lane.kind === "core" && isSecond(who) ? `, ${W.beside}` : "";
  return `${one.tasks[taskOf(who)]}${beside}`;
}

function handOver(lane, who) {
  if (lane.kind !== "gil" || who < TASKS) return [];
  return [isSecond(who) ? W.was_asked : W.by_itself];
}

/** Shows what is at a place beside it. */
function hover(x, y) {
  const tip = $("tip");
  const lines = describe(x, y);
  tip.hidden = !lines;
  if (!lines) return;
  const [head, ...rest] = lines;
  const title = document.createElement("b");
  title.textContent = head;
  tip.replaceChildren(title, ...rest.map((line) => Object.assign(document.createElement("span"), { textContent: line })));
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  tip.style.left = `${Math.max(0, Math.min(x + 14, layout.width - width))}px`;
  tip.style.top = `${y + 18 + height > layout.height + 60 ? Math.max(0, y - height - 12) : y + 18}px`;
}

/** What is selected, in words, below the picture. */
function drawDetail(one) {
  const out = $("detail");
  const { selected } = state;
  if (!selected) {
    out.replaceChildren(Object.assign(document.createElement("p"), { textContent: W.hint }));
    return;
  }
  const lines = [];
  const i = selected.at == null || selected.at >= untilOf(one) ? -1 : one.spanAt(selected.task, selected.at);
  const heading = document.createElement("b");
  heading.textContent = one.tasks[selected.task];
  if (i >= 0) lines.push(spanLines(one, i).join("   "));
  if (state.detail || i < 0) lines.push(taskLine(one, selected.task));
  out.replaceChildren(heading, ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
}

function taskLine(one, task) {
  const until = untilOf(one);
  const sums = one.sums(task, 0, until);
  const states = STATES.map((_, n) => [stateWords(2 * n + (sums[2 * n + 1] > sums[2 * n] ? 1 : 0)), sums[2 * n] + sums[2 * n + 1]]).filter(([, sum]) => sum > 0);
  states.sort((a, b) => b[1] - a[1]);
  const outcome = one.outcomes[task];
  const end = outcome && until >= one.end ? [`${outcome[0]}${outcome[1] > 0 ? ` (${W.signal} ${outcome[1]})` : ""}`] : [];
  return [...states.map(([words, sum]) => `${words} ${time(sum)}`), ...end].join("   ");
}
