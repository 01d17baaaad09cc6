// The scoreboard: a bar for each run on one axis, its length the time, its height the cores busy; so its area is the work
// done. Compared, the bars grow and show when how many cores were busy.

/** The rows, made once. */
function makeBoard() {
  const rows = DOC.runs.map((data, index) => {
    const row = document.createElement("button");
    row.type = "button";
    row.className = "row";
    row.dataset.run = index;
    const bar = document.createElement("canvas");
    bar.setAttribute("aria-hidden", "true");
    row.append(cell("name", data.name), bar, cell("time", ""), cell("ratio", data.ratio));
    row.addEventListener("click", () => show(index));
    return row;
  });
  $("rows").replaceChildren(...rows, idealRow());
}

function cell(name, text) {
  return Object.assign(document.createElement("span"), { className: name, textContent: text });
}

function idealRow() {
  const row = document.createElement("div");
  row.className = "row ideal";
  const bar = document.createElement("canvas");
  bar.setAttribute("aria-hidden", "true");
  const words = cell("ratio", "");
  row.append(cell("name", W.ideal), bar, cell("time", ""), words);
  return row;
}

function drawBoard() {
  const big = state.compares;
  board.classList.toggle("compares", big);
  const view = big ? state.view : { from: 0, span: whole() };
  const { ideal } = work();
  const shown = own();
  const slowest = Math.max(...shown.map((index) => DOC.runs[index].end), ideal?.time ?? 0);
  const rem = remOf();
  if (big) gutter(run());
  const shape = { view, big, slowest, rem, height: big ? compareHeight(rem) : Math.round(rem * (innerWidth <= 640 ? 0.7 : 1.35)) };
  for (const index of DOC.runs.keys()) $("rows").children[index].hidden = !shown.includes(index);
  for (const index of shown) drawBoardRow($("rows").children[index], DOC.runs[index], index, shape);
  $("rows").lastElementChild.hidden = !ideal;
  if (ideal) drawIdeal($("rows").lastElementChild, shape);
  if (big) {
    const axis = $("axis");
    axis.style.width = "100%";
    const width = axis.clientWidth;
    const ctx = prepare(axis, width, AXIS);
    drawAxis(ctx, gridOver(view, width), { x: 0, y: 0, width, height: AXIS }, AXIS);
    if (state.play) drawPlayhead(ctx, gridOver(view, width), state.play.at, 0, width, AXIS);
  }
}

const compareHeight = (rem) => Math.round(Math.min(Math.max((innerHeight * 0.42) / own().length, rem * 2.6), rem * 6));

function drawBoardRow(row, data, index, { view, big, slowest, height }) {
  const current = index === state.index;
  row.setAttribute("aria-current", String(current));
  const [, bar, timeCell, ratio] = row.children;
  const until = state.play && (big || current) ? Math.min(state.play.at, data.end) : data.end;
  // How much faster it was is known at its end.
  ratio.textContent = until < data.end ? "" : data.ratio;
  timeCell.textContent = timeLike(until, slowest);
  row.setAttribute("aria-label", `${data.name}, ${time(data.end)}${data.ratio ? `, ${data.ratio}` : ""}, ${data.busy.toFixed(1)} ${W.cores_busy}`);
  const width = bar.clientWidth;
  const ctx = prepare(bar, width, height);
  const most = Math.max(...DOC.runs.map((r) => Math.max(r.cores, r.busy, 1)));
  const ink = current && (big || isWhole()) ? "accent" : "bar";
  const colour = colours[ink];
  // A body for the time, so that a run that hardly computes is seen too; the ink in it is the work.
  const place = (at) => Math.min(Math.max(((at - view.from) / view.span) * width, 0), width);
  const body = (top, bottom) => {
    ctx.fillStyle = colours.body[ink];
    ctx.fillRect(place(0), top, Math.max(place(until) - place(0), 1), bottom - top);
  };
  const flag = data.end <= until && data.whole;
  const right = ((data.end - view.from) / view.span) * width;
  if (big) {
    const top = 8;
    const one = runAt(index);
    const grid = gridOver(view, width, one.cell);
    const box = { x: 0, y: top, width, height: height - top - 4 };
    ctx.fillStyle = colours.strip;
    ctx.fillRect(0, height - 4, width, 1);
    ctx.fillRect(0, top, width, 1);
    body(top, height - 4);
    drawBusy(ctx, one, grid, until, box, colour, most);
    if (flag && right >= 0 && right <= width) drawFlag(ctx, Math.min(right, width - 12), top - 6, height - 4, colours.text);
    idealLine(ctx, view, width, height);
    if (state.play) {
      ctx.fillStyle = colours.accent;
      ctx.fillRect(((state.play.at - view.from) / view.span) * width - 1, 0, 2, height);
    }
    return;
  }
  body(height * 0.12, height * 0.92);
  const tall = Math.max(2, Math.min(1, data.busy / most) * height * 0.8);
  ctx.fillStyle = colour;
  ctx.fillRect(0, height * 0.92 - tall, Math.max(1, ((until - view.from) / view.span) * width), tall);
}

function drawFlag(ctx, x, top, bottom, colour) {
  ctx.fillStyle = colour;
  ctx.fillRect(x, top, 1.5, bottom - top);
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x + 11, top + 4);
  ctx.lineTo(x, top + 8);
  ctx.fill();
}

function idealLine(ctx, view, width, height) {
  const { ideal } = work();
  if (!ideal) return;
  const x = ((ideal.time - view.from) / view.span) * width;
  if (x < 0 || x > width) return;
  ctx.strokeStyle = colours.dim;
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 4]);
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, 0);
  ctx.lineTo(Math.round(x) + 0.5, height);
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawIdeal(row, { view, slowest, rem }) {
  const [, bar, timeCell] = row.children;
  const { ideal } = work();
  timeCell.textContent = timeLike(ideal.time, slowest);
  const width = bar.clientWidth;
  const height = Math.round(rem * 1.35);
  const ctx = prepare(bar, width, height);
  const x = Math.min(((ideal.time - view.from) / view.span) * width, width);
  ctx.strokeStyle = colours.dim;
  ctx.setLineDash([3, 4]);
  ctx.beginPath();
  ctx.moveTo(Math.max(0, (-view.from / view.span) * width), height / 2);
  ctx.lineTo(x, height / 2);
  ctx.stroke();
  ctx.setLineDash([]);
  idealLine(ctx, view, width, height);
  ctx.font = `${Math.min(rem * 0.95, 15)}px ${colours.mono}`;
  ctx.fillStyle = colours.dim;
  if (ctx.measureText(ideal.words).width + 10 < width - x) ctx.fillText(ideal.words, x + 10, height / 2);
}
