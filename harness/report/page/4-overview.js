// The first page: what was found, at what cost, and how the run went.

function bestOf(run) {
  return run.programs.filter((program) => run.onFront.has(program.number)).reduce((best, one) => (!best || one.worth > best.worth ? one : best), null);
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function link(run, program, text = program.name || "(no name)") {
  return h("a", { href: place(run, "program", program.number) }, text);
}

const open = (run) => (datum) => { if (datum.id) location.hash = place(run, "program", datum.id.split(".").pop()); };

function programColumns(run) {
  return [
    { name: "no.", number: true, cell: (p) => p.number, key: (p) => p.number },
    { name: "name", wide: true, cell: (p) => link(run, p), key: (p) => p.name.toLowerCase() },
    { name: "mean delta", number: true, cell: (p) => delta(p.delta), key: (p) => p.delta },
    ...(run.programs.some((p) => p.worth !== p.delta) ? [{ name: "worth", number: true, cell: (p) => delta(p.worth), key: (p) => p.worth }] : []),
    { name: run.titles.cost, number: true, cell: (p) => fixed(p.cost), key: (p) => p.cost },
    { name: "w/t/l", number: true, cell: (p) => (p.delta === null ? "" : `${p.wins}/${p.ties}/${p.losses}`), key: (p) => (p.delta === null ? null : p.wins - p.losses) },
    { name: "status", cell: (p) => (run.onFront.has(p.number) ? "frontier" : p.status), key: (p) => (run.onFront.has(p.number) ? "frontier" : p.status) },
    { name: "verdict", cell: (p) => p.verdict, key: (p) => p.verdict },
    { name: "flags", cell: (p) => p.flags.join(", "), key: (p) => p.flags.length },
  ];
}

// What may be unseen, as far as some program of the run has such a figure.
const unseenKinds = (run) => ["queries", "tasks"].filter((kind) => Object.values(run.unseen).some((one) => kind in one));
const interval = ({ low, high }) => (low === undefined ? "" : ` [${signed(low, 3)}, ${signed(high, 3)}]`);

function unseenColumns(run) {
  const of = (program, kind) => run.unseen[program.number]?.[kind];
  return unseenKinds(run).flatMap((kind) => [
    { name: `unseen ${kind}`, number: true, cell: (p) => delta(of(p, kind)?.unseen), key: (p) => of(p, kind)?.unseen },
    { name: "difference [95 %]", number: true, cell: (p) => (of(p, kind) ? signed(of(p, kind).difference) + interval(of(p, kind)) : ""), key: (p) => of(p, kind)?.difference },
  ]);
}

function frontierColumns(run) {
  const columns = programColumns(run).filter((column) => !["status", "verdict"].includes(column.name));
  columns.splice(columns.findIndex((column) => column.name === "mean delta") + 1, 0, ...unseenColumns(run));
  return columns;
}

function unseenTiles(run, best) {
  return unseenKinds(run).map((kind) => {
    const one = best && run.unseen[best.number]?.[kind];
    return one && [`Its mean delta on unseen ${kind}`, signed(one.unseen), `searched ${signed(one.searched)}; difference ${signed(one.difference)}${interval(one)}`];
  });
}

// In words, what the curve of searched and unseen comes to.
function fittingTold(run) {
  const rows = run.charts.fitting.data.fits;
  const last = rows.filter((row) => row.generation === rows.at(-1).generation && row.program === rows.at(-1).program);
  const figures = last.map((row) => `${signed(row.delta)} ${row.kind === "searched" ? row.kind : "on " + row.kind}`).join(", ");
  const above = last.filter((row) => row.high < last[0].delta).map((row) => row.kind);
  const band = last.some((row) => "low" in row)
    ? `A band is the 95 % interval of the difference, laid about the unseen figure: a search has begun to fit where its searched line stays above a band. At the end it is above ${above.length ? "that of " + above.join(" and of ") : "none"}.`
    : "There are too few tasks and queries for an interval of the difference.";
  return `The best program so far after each generation, on what the search selected by and on what it did not see; at the end ${figures}. ${band}`;
}

function runTiles(run) {
  const best = bestOf(run);
  const tasks = run.tasks.filter((task) => task.split === "search");
  const calls = callsOf(run);
  const known = calls.filter((call) => call.cost_usd !== null);
  const failed = run.programs.filter((program) => program.delta === null).length;
  return tiles([
    [`Best ${run.titles.worth}`, best ? signed(best.worth) : "—", best ? `at ${run.titles.cost} ${fixed(best.cost)}` : "no result yet"],
    ...unseenTiles(run, best),
    ["Programs", counted(run.programs.length), failed ? `${counted(failed)} of them without a result` : "all with a result"],
    ["Frontier", plural(run.frontier.length, "program"), "nothing cheaper is better"],
    ["Measured on", plural(tasks.length, "task"), `${counted(sum(tasks.map((task) => task.queries)))} queries`],
    calls.length
      ? ["Spent on models", `$${fixed(sum(known.map((call) => call.cost_usd)))}`, `${plural(calls.length, "call")}, ${counted(calls.length - known.length)} of unknown price`]
      : ["Spent on models", "nothing", "no model was called"],
  ]);
}

// Does it hold? Said before anything else, by rules that are in harness/transfer/verdict.py.
const VERDICTS = { holds: "holds", worse: "fails" };

function holding(run) {
  const held = run.holding;
  if (!held.verdicts?.length) return null;
  const same = held.verdicts.length === 1 || held.verdicts[0].number === held.verdicts[1].number;
  const judged = same ? held.verdicts.slice(0, 1) : held.verdicts;
  const names = { best: "The program to report", inductive: "The best that answers each query alone" };
  const figures = run.charts.holding && figure("holding", run.charts.holding,
    `Mean delta nDCG@10 in-domain (grey circles) and held out (blue diamonds), ${held.own ? "with the run's own encoder" : `with encoder ${held.encoder}, which is not the run's own`}; lines are 95 % intervals, over tasks from six on, otherwise over their queries. Programs were chosen on the in-domain tasks, so those figures flatter them.`, { onpick: open(run) });
  return h("section", { class: "holding", id: "holding" }, h("h2", {}, "Does it hold?"),
    judged.map((one) => h("div", { class: `verdict ${VERDICTS[one.holds] ?? ""}` },
      same ? null : h("p", { class: "soft" }, names[one.rule]),
      h("p", { class: "said" }, one.sentence),
      [one.beside, one.elsewhere && `Elsewhere: ${one.elsewhere}.`, one.unseen].filter(Boolean).map((text) => h("p", {}, text)),
      h("p", { class: "soft" }, `When it is deployed, its cost ratio is ${one.costs || "not known"}${one.flags.length ? `; flags: ${one.flags.join(", ")}` : ""}.`))),
    held.command ? h("p", {}, "To measure it: ", h("code", {}, held.command), " with tasks=heldout19, or tasks of your own as tasks=folder tasks.paths=[FOLDER].") : null,
    figures,
    figures && h("details", {}, h("summary", {}, "The numbers"), heldTable(run, held)));
}

function heldTable(run, held) {
  const figure = (of) => (row) => (row[of] ? [delta(row[of].mean), interval(row[of])] : "");
  return table("The frontier in-domain and held out", [
    { name: "program", wide: true, cell: (row) => link(run, run.byNumber.get(row.number), `${row.number} ${run.byNumber.get(row.number).name}`), key: (row) => row.number },
    { name: run.titles.cost, number: true, cell: (row) => fixed(run.byNumber.get(row.number).cost), key: (row) => run.byNumber.get(row.number).cost },
    { name: "in-domain [95 %]", number: true, cell: figure("inside"), key: (row) => row.inside?.mean },
    { name: "held out [95 %]", number: true, cell: figure("outside"), key: (row) => row.outside?.mean },
    { name: "tasks", number: true, cell: (row) => counted(row.outside?.tasks), key: (row) => row.outside?.tasks },
    { name: "w/t/l", number: true, cell: (row) => row.outside?.record ?? "" },
  ], held.rows);
}

function overview(run) {
  const { charts } = run;
  const front = run.programs.filter((program) => run.onFront.has(program.number)).sort((a, b) => a.cost - b.cost);
  const best = bestOf(run);
  const section = (title, ...parts) => h("section", {}, h("h2", {}, title), parts);
  return [
    heading(`Run ${run.id}`),
    h("p", { class: "soft" }, `Frozen encoder ${run.encoder.name}, objective ${run.objective}, ${run.status}, begun ${when(run.created)}.`),
    holding(run),
    runTiles(run),
    charts.frontier && section("Quality against cost",
      figure("frontier", charts.frontier, `${capital(run.titles.worth)} of ${plural(charts.frontier.data.points.length, "program")} against ${run.titles.cost}; at 1 every query and document is encoded once, and nothing more. The frontier goes from ${signed(front[0]?.worth)} at cost ${fixed(front[0]?.cost)} to ${signed(best?.worth)} at cost ${fixed(best?.cost)}. Choose a point to open its program.`, { onpick: open(run) }),
      h("h3", {}, "The frontier, cheapest first"),
      table("The frontier", frontierColumns(run), front)),
    charts.fitting && section("Searched and unseen", figure("fitting", charts.fitting, fittingTold(run))),
    charts.tasks && section("Where the frontier gains",
      figure("heat", charts.tasks, `Delta ${run.titles.measure} of each program of the frontier on each task: blue is better than cosine, orange is worse.`, { onpick: open(run) }),
      h("details", {}, h("summary", {}, "The numbers"), table("Delta of each program of the frontier on each task", [
        { name: "program", wide: true, cell: (cell) => cell.program, key: (cell) => cell.program },
        { name: "task", cell: (cell) => cell.task, key: (cell) => cell.task },
        { name: "delta", number: true, cell: (cell) => delta(cell.delta), key: (cell) => cell.delta },
      ], charts.tasks.data.cells))),
    charts.progress && section("Progress", h("div", { class: "pair" },
      figure("best", charts.progress, `Best ${run.titles.worth} after each generation; ${signed(charts.progress.data.progress.at(-1).best_worth)} at the end.`),
      figure("hypervolume", charts.progress, "Area between the frontier, delta 0 and the run's largest cost ratio, after each generation."))),
    charts.verdicts && section("How programs ended", h("div", { class: "pair" },
      figure("counts", charts.verdicts, `Programs by verdict: ${told(charts.verdicts)}.`),
      charts.rules
        ? figure("counts", charts.rules, `Broken static rules: ${told(charts.rules)}.`)
        : h("p", { class: "soft" }, "No program broke a static rule."))),
    charts.seconds && section("Spending", h("div", { class: "pair" },
      figure("seconds", charts.seconds, "Seconds spent so far: processor time of the programs, and time in the encoder."),
      charts.dollars ? figure("dollars", charts.dollars, "US dollars spent so far, by model; calls of unknown price are left out.") : null),
      usageTable(run), unansweredTable(run)),
  ];
}

const told = (chart) => chart.data.bars.slice(0, 8).map((bar) => `${bar.name} ${bar.count}`).join(", ");

const callsOf = (run) => [...run.programs.flatMap((program) => program.usage), ...run.calls];

function unansweredTable(run) {
  const calls = run.calls.filter((call) => call.detail || call.verdict === "in-flight");
  return calls.length ? table("Calls without an answer", [
    { name: "for program", number: true, cell: (call) => counted(call.number) },
    { name: "model", cell: (call) => `${call.provider} ${call.model}` },
    { name: "purpose", cell: (call) => call.purpose },
    { name: "what happened", wide: true, cell: (call) => `${call.verdict}. ${call.detail}` },
    { name: "at most US dollars", number: true, cell: (call) => fixed(call.most, 4) },
  ], calls) : null;
}

function usageTable(run) {
  const groups = new Map();
  for (const call of callsOf(run)) {
    const key = `${call.provider}\n${call.model}\n${call.purpose}`;
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  if (!groups.size) return null;
  const total = (calls, name) => sum(calls.map((call) => call[name] ?? 0));
  return table("Calls to models", [
    { name: "model", cell: (calls) => `${calls[0].provider} ${calls[0].model}` },
    { name: "purpose", cell: (calls) => calls[0].purpose },
    { name: "calls", number: true, cell: (calls) => counted(calls.length) },
    { name: "failed", number: true, cell: (calls) => counted(calls.filter((call) => call.verdict !== "ok").length) },
    { name: "tokens in", number: true, cell: (calls) => counted(total(calls, "input_uncached") + total(calls, "cache_write")) },
    { name: "from cache", number: true, cell: (calls) => counted(total(calls, "cache_read")) },
    { name: "tokens out", number: true, cell: (calls) => counted(total(calls, "output")) },
    { name: "US dollars", number: true, cell: (calls) => (calls.every((call) => call.cost_usd === null) ? "unknown" : fixed(total(calls, "cost_usd"), 4)) },
  ], [...groups.values()]);
}
