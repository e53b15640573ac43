// All programs, and one of them.

function programs(run) {
  const all = run.programs;
  const values = (get) => [...new Set(all.map(get))].sort();
  const text = h("input", { type: "search", id: "filter", placeholder: "name, lesson, source …", oninput: () => apply() });
  const status = h("select", { id: "status", onchange: () => apply() }, h("option", { value: "" }, "any"), values((p) => p.status).map((value) => h("option", { value }, value)));
  const verdict = h("select", { id: "verdict", onchange: () => apply() }, h("option", { value: "" }, "any"), values((p) => p.verdict).map((value) => h("option", { value }, value)));
  const front = h("input", { type: "checkbox", id: "front", onchange: () => apply() });
  const found = h("p", { class: "soft", role: "status", id: "found" });
  const list = table("Programs", programColumns(run), [], { sorted: "mean delta", descending: true });

  function apply() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = all.filter((program) =>
      (!status.value || program.status === status.value) && (!verdict.value || program.verdict === verdict.value) &&
      (!front.checked || run.onFront.has(program.number)) && words.every((word) => searchable(program).includes(word)));
    list.show(kept);
    found.textContent = kept.length === all.length ? plural(all.length, "program") : `${counted(kept.length)} of ${plural(all.length, "program")}`;
  }

  apply();
  return [
    heading("Programs"),
    h("div", { class: "filters", role: "search" },
      h("label", {}, "contains", text), h("label", {}, "status", status), h("label", {}, "verdict", verdict),
      h("label", { class: "tick" }, front, "frontier only")),
    found, list,
  ];
}

const texts = new WeakMap();

function searchable(program) {
  if (!texts.has(program))
    texts.set(program, [program.id, program.name, program.model, program.reason, program.novelty, program.lesson, program.flags.join(" "), program.source].join("\n").toLowerCase());
  return texts.get(program);
}

// The cost on every axis that is known.
function costsOf(program) {
  const many = program.costs.vectors !== null;
  return [
    ...["texts", "tokens", "seconds", "vectors"].filter((axis) => program.costs[axis] !== null).map((axis) => `${fixed(program.costs[axis])} in ${axis}`),
    ...(many ? [`${fixed(program.costs.scoring, 1)} ms of MaxSim and program a query`, `${counted(program.costs.bytes)} bytes kept of a document`] : []),
  ].join(", ");
}

function programPage(run, number) {
  const program = run.byNumber.get(number);
  if (!program) return [heading("No such program"), h("p", {}, `Run ${run.id} has no program ${number}.`)];
  const children = run.programs.filter((other) => other.parents.includes(program.id));
  const parents = program.parents.map((id) => run.byId.get(id) ?? id);
  const others = (list) => list.map((other, at) => [at ? ", " : "", typeof other === "string" ? other : link(run, other, `${other.number} ${other.name}`)]);
  const said = [["What is new", program.novelty], ["Expected", program.expected], ["Lesson", program.lesson]].filter(([, text]) => text);
  const neighbour = (step, text) => (run.byNumber.has(number + step) ? h("a", { href: place(run, "program", number + step) }, text) : null);
  return [
    heading(program.name || "(no name)"),
    h("p", { class: "soft" }, `Program ${program.id}, generation ${program.generation}, ${program.mode}${program.model ? " by " + program.model : ""}, ${when(program.created)}. `, neighbour(-1, "← previous"), " ", neighbour(1, "next →")),
    h("p", {}, run.onFront.has(number) ? h("span", { class: "mark front" }, "on the frontier") : null,
      h("span", { class: "mark" }, program.status),
      h("span", { class: program.verdict === "ok" ? "mark" : "mark bad" }, "verdict: " + program.verdict),
      program.flags.map((flag) => h("span", { class: "mark bad" }, "flag: " + flag))),
    program.reason ? h("p", {}, program.reason) : null,
    program.delta === null ? null : tiles([
      [`Mean delta ${run.titles.measure}`, signed(program.delta), `over ${plural(program.wins + program.ties + program.losses, "task")}`],
      ...["queries", "tasks"].map((kind) => program.unseen[kind] !== null && [`On unseen ${kind}`, signed(program.unseen[kind]), "nothing was selected by them"]),
      [capital(run.titles.cost), fixed(program.cost), costsOf(program)],
      ["Wins, ties, losses", `${program.wins} / ${program.ties} / ${program.losses}`],
      ["Processor time", `${fixed(sum(program.outcomes.map((outcome) => outcome.cpu ?? 0)))} s`, program.costs.program_seconds === null ? "" : `${fixed(1000 * program.costs.program_seconds, 1)} ms a query`],
    ]),
    h("p", {}, "Parents: ", parents.length ? others(parents) : "none", ". Children: ", children.length ? others(children) : "none", "."),
    said.map(([title, text]) => h("section", {}, h("h2", {}, title), h("p", { class: "whole" }, text))),
    program.rules.length ? h("section", {}, h("h2", {}, "Broken rules"), h("ul", {}, program.rules.map((rule) => h("li", {}, `${rule.code}, line ${rule.line}: ${rule.message}`)))) : null,
    taskResults(run, program),
    whereItRan(run, program),
    h("section", {}, h("h2", {}, "Source"),
      parents.filter((parent) => typeof parent !== "string").map((parent, at) => h("details", { open: at === 0 }, h("summary", {}, `What changed from ${parent.number} ${parent.name}`), difference(parent.source, program.source, `Difference from program ${parent.number}`))),
      code(program.source, "Source of the program", new Set(program.rules.map((rule) => rule.line)))),
    program.usage.length ? h("section", {}, h("h2", {}, "Calls to language models"), table("Calls made for this program", [
      { name: "model", cell: (call) => `${call.provider} ${call.model}` },
      { name: "purpose", cell: (call) => call.purpose },
      { name: "answer", cell: (call) => call.verdict },
      { name: "tokens in", number: true, cell: (call) => counted(call.input_uncached) },
      { name: "from cache", number: true, cell: (call) => counted(call.cache_read) },
      { name: "tokens out", number: true, cell: (call) => counted(call.output) },
      { name: "seconds", number: true, cell: (call) => fixed(call.latency_s, 1) },
      { name: "US dollars", number: true, cell: (call) => (call.cost_usd === null ? "unknown" : fixed(call.cost_usd, 4)) },
    ], program.usage)) : null,
    transcript(run, program),
  ];
}

// What the model was told and answered, call by call. A page of a run that goes on has no prompts; the archive has.
function transcript(run, program) {
  if (!program.told) return program.usage.length ? h("p", { class: "soft" }, `What the model was told: ttc transcript ${program.id}`) : null;
  if (!program.told.length) return h("p", { class: "soft" }, "No exchange with a model is recorded for this program.");
  const whole = (spans) => spans.map(([start, count]) => run.lines.slice(start, start + count).join("\n")).join("\n");
  const filled = (call) => [h("h3", {}, "Told"), h("p", { class: "whole" }, whole(call.prompt)), h("h3", {}, "Answered"), h("p", { class: "whole" }, call.answer || "(nothing)")];
  return h("section", {}, h("h2", {}, "What the model was told and answered"), program.told.map((call) => {
    const body = h("div");
    const fill = () => body.childElementCount || body.append(...filled(call));
    return h("details", { ontoggle: fill }, h("summary", {}, `${call.step}: ${call.facts}`), body);
  }));
}

// Of a task that no author hears of: whether it decides what is admitted.
const hiddenTask = (run) => (run.objective === "transfer" ? "validation" : "unseen");

function whereItRan(run, program) {
  const works = run.work.filter((work) => work.number === program.number);
  if (!works.length) return null;
  return h("section", {}, h("h2", {}, "Where it ran"), table("Machines that ran the program", workColumns.slice(0, 5), [...new Set(works.map((work) => work.node))].map((node) => summed(works.filter((work) => work.node === node)))));
}

function taskResults(run, program) {
  if (!program.outcomes.length) return null;
  const tasks = new Map(run.tasks.map((task) => [task.name, task]));
  const rows = program.outcomes.map((outcome) => ({ ...outcome, n: tasks.get(outcome.task)?.queries, split: tasks.get(outcome.task)?.split }));
  const measured = rows.filter((row) => row.delta !== null);
  return h("section", {}, h("h2", {}, "On each task"),
    measured.length ? figure("outcomes", { data: { outcomes: measured }, titles: run.titles }, `Delta ${run.titles.measure} on each task. Lines: ${run.intervals}.`) : null,
    table("Outcome on each task", [
      { name: "task", cell: (row) => row.task, key: (row) => row.task },
      { name: "queries", number: true, cell: (row) => counted(row.n), key: (row) => row.n },
      { name: run.titles.measure, number: true, cell: (row) => fixed(row.value, 4), key: (row) => row.value },
      { name: "delta", number: true, cell: (row) => delta(row.delta), key: (row) => row.delta },
      { name: "95 % interval", number: true, cell: (row) => (row.low === null ? "" : `${signed(row.low)} to ${signed(row.high)}`) },
      { name: "texts", number: true, cell: (row) => counted(row.texts), key: (row) => row.texts },
      { name: "CPU s", number: true, cell: (row) => fixed(row.cpu), key: (row) => row.cpu },
      { name: "verdict", cell: (row) => [row.verdict, row.reason, row.split === "search" ? "" : hiddenTask(run), row.flags.join(", ")].filter(Boolean).join("; ") },
    ], rows));
}
