// What tasks share: how full a queue is, what a counter holds and what it lacks, how many permits of a lock are taken.

/** A number over time. Where there are sums only, it is known for whole columns. */
class Levels {
  constructor(data) {
    Object.assign(this, data);
    const { cell, count, columns } = data.changes;
    this.exact = cell === 0;
    const rows = this.exact ? count : columns;
    for (const key of ["at", "level", "mean", "most", "expects"]) this[key] = new Float64Array(rows);
    /** Lost additions and refused tries: when, by whom, and whose addition it was. */
    this.marks = [];
    const reader = new Reader(data.changes.bytes);
    if (this.exact) this.readChanges(reader, rows);
    else this.readSums(reader, rows, cell);
  }

  readChanges(reader, rows) {
    let at = 0;
    for (let i = 0; i < rows; i++) {
      at += reader.number();
      const packed = reader.number();
      this.at[i] = at;
      this.level[i] = Math.floor(packed / 2);
      this.expects[i] = this.expected + i + 1;
      if (packed % 2 === 1) this.marks.push({ at, count: 1, task: reader.number(), other: reader.number() - 1, level: this.level[i], found: i > 0 ? this.level[i - 1] : this.first });
    }
  }

  readSums(reader, rows, cell) {
    let expects = this.expected;
    for (let i = 0; i < rows; i++) {
      // A column tells the number at its end, which is where the next one begins.
      this.at[i] = (i + 1) * cell;
      this.mean[i] = reader.number() / 1000;
      this.most[i] = reader.number();
      this.level[i] = reader.number();
      expects += reader.number();
      this.expects[i] = expects;
      const count = reader.number();
      if (count > 0) this.marks.push({ at: (i + 0.5) * cell, count });
    }
  }

  /** How many changes there were at `at` or before. */
  countAt(at) {
    let [first, end] = [0, this.at.length];
    while (first < end) {
      const middle = (first + end) >> 1;
      if (this.at[middle] <= at) first = middle + 1;
      else end = middle;
    }
    return first;
  }

  levelAt(at) {
    const changes = this.countAt(at);
    return changes > 0 ? this.level[changes - 1] : this.first;
  }

  /** What a counter should hold. */
  expectedAt(at) {
    const changes = this.countAt(at);
    return changes > 0 ? this.expects[changes - 1] : this.expected;
  }

  /** The mean and the most from `from` to `to`. */
  over(from, to) {
    if (!this.exact) return this.overColumns(from, to);
    let i = this.countAt(from);
    let level = i > 0 ? this.level[i - 1] : this.first;
    let [at, area, most] = [from, 0, level];
    for (; i < this.at.length && this.at[i] < to; i++) {
      area += level * (this.at[i] - at);
      [at, level] = [this.at[i], this.level[i]];
      most = Math.max(most, level);
    }
    return { mean: (area + level * (to - at)) / (to - from), most };
  }

  overColumns(from, to) {
    let [area, all, most] = [0, 0, 0];
    const begin = (i) => (i > 0 ? this.at[i - 1] : 0);
    for (let i = this.countAt(from); i < this.at.length && begin(i) < to; i++) {
      const part = Math.min(this.at[i], to) - Math.max(begin(i), from);
      area += this.mean[i] * part;
      all += part;
      most = Math.max(most, this.most[i]);
    }
    return { mean: all > 0 ? area / all : this.levelAt(from), most };
  }

  get isCounter() {
    return this.kind === "counter";
  }

  /** What is drawn as high as the lane, where what is seen ends at `end`: all room, or all that should be added by then. */
  full(end) {
    if (this.room > 0) return this.room;
    return Math.max(1, this.levelAt(end) - this.start, this.isCounter ? this.expectedAt(end) - this.start : 0);
  }

  /** The lower and the upper height from `from` to `to`: the mean and the most, or what was added and should have been. */
  heights(from, to) {
    if (this.room > 0) {
      const { mean, most } = this.over(from, to);
      return [mean, most];
    }
    const low = Math.max(0, this.levelAt(to) - this.start);
    return [low, this.isCounter ? Math.max(low, this.expectedAt(to) - this.start) : low];
  }

  /** How many were lost or refused from `from` to `to`. */
  marked(from, to) {
    let count = 0;
    for (const mark of this.marks) if (mark.at >= from && mark.at < to) count += mark.count;
    return count;
  }
}

/** What the two heights of a lane are drawn in. */
function levelColours(kind) {
  if (kind === "queue") return [colours.states[S.channel], mix(colours.states[S.channel], colours.ground, 0.5)];
  return [colours.bar, kind === "counter" ? colours.alarm : colours.faint];
}

/** Where the marks of a lane are, in the page's units from its left edge: those that lie upon each other are one. */
function markPlaces(lane, grid, until, width) {
  const scale = width / (grid.cell * grid.count);
  const places = [];
  for (const mark of lane.marks) {
    if (mark.at < grid.from || mark.at >= until) continue;
    const x = (mark.at - grid.from) * scale;
    const last = places[places.length - 1];
    if (x > width) break;
    if (last && x - last.x < MARK) last.marks.push(mark);
    else places.push({ x, marks: [mark] });
  }
  return places;
}
/** The width of a mark. */
const MARK = 7;

function drawLevels(ctx, lane, grid, until, box) {
  const end = Math.min(until, grid.from + grid.cell * grid.count);
  const full = lane.full(end);
  const fills = levelColours(lane.kind);
  const marks = markPlaces(lane, grid, end, box.width);
  // Marks stand below what they are marks of.
  const high = marks.length > 0 ? box.height - MARK - 3 : box.height;
  const column = box.width / grid.count;
  within(ctx, box, () => {
    let [left, before] = [0, null];
    const flush = (right) => {
      if (!before) return;
      const [x, width] = [edge(box.x + left * column), edge(box.x + right * column) - edge(box.x + left * column)];
      let base = 0;
      for (const [i, to] of before.entries()) {
        const tall = Math.max(0, (Math.min(to, full) / full) * high - base);
        ctx.fillStyle = fills[i];
        if (tall > 0) ctx.fillRect(x, box.y + high - base - tall, width, tall);
        base += tall;
      }
    };
    // Columns that are alike are one shape.
    for (let i = 0; i < grid.count; i++) {
      const from = grid.from + i * grid.cell;
      const to = Math.min(from + grid.cell, end);
      const now = to > from ? lane.heights(from, to) : null;
      if (before && now && before[0] === now[0] && before[1] === now[1]) continue;
      flush(i);
      [left, before] = [i, now];
    }
    flush(grid.count);
    ctx.lineWidth = 1.6;
    ctx.strokeStyle = lane.isCounter ? colours.alarm : colours.text;
    for (const { x } of marks) drawMark(ctx, lane, box.x + x, box.y + box.height - MARK / 2 - 1);
  });
}

/** A cross for a lost addition, a ring for a refused try. */
function drawMark(ctx, lane, x, y) {
  const r = MARK / 2 - 0.5;
  ctx.beginPath();
  if (lane.isCounter) {
    ctx.moveTo(x - r, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.moveTo(x - r, y + r);
    ctx.lineTo(x + r, y - r);
  } else {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
  ctx.stroke();
}

/** What stands before a lane. */
const levelName = (lane) => `${{ queue: W.queue, permits: W.lock }[lane.kind] ?? W.counter} ${lane.name}`;

const tenths = (x) => (x >= 99.95 ? String(Math.round(x)) : x.toFixed(1).replace(/\.0$/, ""));

/** What stands behind it, of the time from `from` to `to`: one or two lines, and whether the last one is bad news. */
function levelFigures(one, lane, from, to) {
  if (to <= from) return [[], false];
  if (lane.kind === "copies") {
    // What each copy holds is known of the end only.
    const held = to >= one.end ? lane.copies.join(" ") : `≤ ${lane.levelAt(to)}`;
    return [[`${lane.copies.length} ${W.own_copies}`, held], false];
  }
  if (lane.isCounter) {
    const [value, expected] = [lane.levelAt(to), lane.expectedAt(to)];
    return value === expected ? [[`${value}, ${W.exact}`], false] : [[`${W.is} ${value}`, `${W.should_be} ${expected}`], true];
  }
  const share = `${tenths(lane.over(from, to).mean)} ${W.of} ${lane.room}`;
  const refused = lane.kind === "permits" ? lane.marked(from, to) : 0;
  return [refused > 0 ? [share, `${refused} ${W.refused}`] : [share], false];
}

/** What is to be said of a place in a lane. */
function describeLevels(one, lane, at, cell) {
  const left = Math.max(0, at - cell / 2);
  const right = Math.max(Math.min(left + cell, untilOf(one)), left + 1);
  const lines = [levelName(lane)];
  const changes = lane.exact ? lane.countAt(right) - lane.countAt(left) : 2;
  if (lane.room > 0) {
    const { mean, most } = lane.over(left, right);
    const shown = changes === 0 ? String(lane.levelAt(at)) : tenths(mean);
    lines.push(`${shown} ${W.of} ${lane.room}${changes === 0 ? "" : `, ${most} ${W.at_best}`}`);
  } else if (lane.isCounter) {
    const [value, expected] = [lane.levelAt(right), lane.expectedAt(right)];
    lines.push(value === expected ? `${value}, ${W.exact}` : `${W.is} ${value}, ${W.should_be} ${expected}`);
  } else {
    lines.push(`${lane.levelAt(right)} ${W.in_the_largest}`);
  }
  lines.push(`${W.at} ${exactly(at)}`);
  const near = (MARK / 2 + 1) * cell;
  const marks = lane.marks.filter((mark) => Math.abs(mark.at - at) <= near);
  const count = marks.reduce((sum, mark) => sum + mark.count, 0);
  if (count === 1 && marks[0].task != null) lines.push(...markLines(one, lane, marks[0]));
  else if (count > 0) lines.push(`${count} ${lane.isCounter ? W.lost_updates : W.refused}`);
  return lines;
}

function markLines(one, lane, mark) {
  const name = (task) => one.tasks[task] ?? "?";
  if (!lane.isCounter) return [`○ ${name(mark.task)}: ${W.refused}`, `${W.at} ${exactly(mark.at)}`];
  const whose = mark.other >= 0 ? ` ${W.of} ${name(mark.other)}` : "";
  return [`× ${name(mark.task)} ${W.stored} ${mark.level} ${W.over} ${mark.found}${whose}`, `${W.at} ${exactly(mark.at)}`];
}
