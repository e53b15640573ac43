// Held-out cells, and what the numbers stand on.

function transfer() {
  if (!DATA.transfer.length)
    return [heading("Transfer"), h("p", {}, "No program was evaluated on held-out tasks yet; ", h("code", {}, "ttc transfer"), " does.")];
  return [
    heading("Transfer"),
    h("p", {}, "Programs on tasks and encoders that no search has seen: delta nDCG@10 against the same encoder's cosine."),
    DATA.transfer.map(({ encoder, cells, params, fingerprint }) => {
      const measured = cells.filter((cell) => cell.delta !== null).map((cell) => ({ ...cell, task: `${cell.task} (n=${cell.n})` }));
      return h("section", {}, h("h2", {}, `Encoder ${encoder}`),
        h("p", { class: "soft" }, `Fingerprint ${fingerprint}. ${plural(cells.length, "cell")}, ${counted(cells.length - measured.length)} without a result.`),
        measured.length ? figure("heat", { data: { cells: measured }, params, titles: { measure: "nDCG@10" } }, "Delta nDCG@10: blue is better than cosine, orange is worse; n is the number of queries.") : null,
        h("details", {}, h("summary", {}, "The numbers"), table(`Held-out cells of encoder ${encoder}`, [
          { name: "program", wide: true, cell: (cell) => cell.program, key: (cell) => cell.program },
          { name: "task", cell: (cell) => cell.task, key: (cell) => cell.task },
          { name: "n", number: true, cell: (cell) => counted(cell.n), key: (cell) => cell.n },
          { name: "nDCG@10", number: true, cell: (cell) => fixed(cell.value, 4), key: (cell) => cell.value },
          { name: "delta", number: true, cell: (cell) => delta(cell.delta), key: (cell) => cell.delta },
          { name: "95 % interval", number: true, cell: (cell) => (cell.low === null ? "" : `${signed(cell.low)} to ${signed(cell.high)}`) },
          { name: "shared with the search", cell: (cell) => cell.shared },
        ], cells)));
    }),
  ];
}

// What was kept, dropped or seen of the tasks' data.
function noted(tasks) {
  const notes = tasks.flatMap((task) => task.notes);
  return notes.length ? h("ul", {}, notes.map((note) => h("li", {}, note))) : null;
}

// What each machine of a cluster did, from all starts of the run together.
function machines(run) {
  if (!run.work.length) return null;
  const names = [...new Set(run.work.map((work) => work.node))];
  const rows = names.map((node) => summed(run.work.filter((work) => work.node === node)));
  return h("section", {}, h("h2", {}, "Machines of the cluster"),
    h("p", {}, "Encoder batches serve several programs at a time, so they are counted for a machine and not for a program; what programs asked for is told with each."),
    table("What each machine did", workColumns, rows));
}

// Of one machine or of one program.
function summed(works) {
  const total = (name) => sum(works.map((work) => work[name]));
  return { node: works[0].node, ...Object.fromEntries(["runs", "lost", "cpu_s", "wall_s", "texts", "batches", "encoded", "encoder_s"].map((name) => [name, total(name)])) };
}

const workColumns = [
  { name: "machine", cell: (work) => work.node, key: (work) => work.node },
  { name: "runs", number: true, cell: (work) => counted(work.runs), key: (work) => work.runs },
  { name: "made again", number: true, cell: (work) => counted(work.lost), key: (work) => work.lost },
  { name: "program CPU s", number: true, cell: (work) => fixed(work.cpu_s, 1), key: (work) => work.cpu_s },
  { name: "texts asked", number: true, cell: (work) => counted(work.texts), key: (work) => work.texts },
  { name: "encoder batches", number: true, cell: (work) => counted(work.batches), key: (work) => work.batches },
  { name: "texts in them", number: true, cell: (work) => counted(work.encoded), key: (work) => work.encoded },
  { name: "encoder s", number: true, cell: (work) => fixed(work.encoder_s, 1), key: (work) => work.encoder_s },
];

function methods(run) {
  const flat = (value, path = "") => Object.entries(value).flatMap(([name, part]) =>
    part !== null && typeof part === "object" && !Array.isArray(part) && Object.keys(part).length ? flat(part, path + name + ".") : [[path + name, part]]);
  const listed = (title, value) => h("section", {}, h("h2", {}, title), facts(Object.fromEntries(flat(value))));
  return [
    heading("Methods"),
    h("p", {}, `Quality is ${run.titles.measure} per query, averaged over a task's queries. Delta is a program's ${run.titles.measure} less that of the same encoder's cosine ranking; mean delta is its mean over the search tasks, defined only where the program finished on all of them. Unseen queries and unseen tasks are measured with the others, count towards no delta, cost or admission, and no author hears of them. The search maximised the ${run.titles.worth}.`),
    h("p", {}, `Cost ratio c is the number of texts that encoding the task and running the program asks the encoder for, repeated and cached ones included, over the number that encoding every query and document once takes. The same is told in tokens and in seconds of the encoder, since counting texts hides how long they are; this page counts the ${run.titles.cost}. A program is flagged long_texts where its ratio in tokens is more than twice that in texts.`),
    h("p", {}, "The frontier has the programs that no other matches or beats in both. Hypervolume is the area between the frontier, delta 0 and the run's largest cost ratio."),
    h("p", {}, `Intervals: ${run.intervals}. They say how sure a delta on that task is, not how it transfers to others.`),
    h("section", {}, h("h2", {}, "Tasks"), table("Tasks of the run", [
      { name: "task", cell: (task) => task.name, key: (task) => task.name },
      { name: "split", cell: (task) => (task.split === "search" ? task.split : hiddenTask(run)), key: (task) => task.split },
      { name: "domain", cell: (task) => task.domain, key: (task) => task.domain },
      { name: "queries", number: true, cell: (task) => counted(task.queries), key: (task) => task.queries },
      { name: "unseen queries", number: true, cell: (task) => counted(task.unseen), key: (task) => task.unseen },
      { name: "documents", number: true, cell: (task) => counted(task.documents), key: (task) => task.documents },
      { name: `cosine ${run.titles.measure}`, number: true, cell: (task) => fixed(task.baseline, 4), key: (task) => task.baseline },
      { name: "fingerprint", cell: (task) => task.fingerprint.slice(0, 16) },
    ], run.tasks), noted(run.tasks)),
    listed("Encoder", run.encoder),
    listed("Versions", run.versions),
    listed("Machine", run.machine),
    listed("Isolation", run.isolation),
    listed("Settings", { seed: run.seed, ...run.config }),
    machines(run),
    run.events.length ? h("section", {}, h("h2", {}, "Events"), table("Events of the run", [
      { name: "when", cell: (event) => when(event.created) },
      { name: "what", cell: (event) => event.kind },
      { name: "message", wide: true, cell: (event) => event.message },
    ], run.events)) : null,
  ];
}
