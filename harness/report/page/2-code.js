// Python sources: coloured, numbered, and compared line by line.

const PYTHON = new RegExp(
  [
    /(?<remark>#[^\n]*)/,
    /(?<text>[rbfuRBFU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))/,
    /(?<=\b(?:def|class)\s+)(?<name>\w+)/,
    /\b(?<word>False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b/,
    /\b(?<digit>\d[\w.]*)/,
  ].map((part) => part.source).join("|"),
  "g",
);

// Lists of nodes, one list a line.
function coloured(source) {
  const lines = [[]];
  const add = (text, kind) => text.split("\n").forEach((part, at) => {
    if (at) lines.push([]);
    if (part) lines[lines.length - 1].push(kind ? h("span", { class: kind }, part) : part);
  });
  let at = 0;
  for (const found of source.matchAll(PYTHON)) {
    if (!found[0]) continue;
    add(source.slice(at, found.index));
    add(found[0], Object.keys(found.groups).find((kind) => found.groups[kind] !== undefined));
    at = found.index + found[0].length;
  }
  add(source.slice(at));
  return lines;
}

function code(source, label, broken = new Set()) {
  const rows = coloured(source.replace(/\n$/, "")).map((nodes, at) =>
    h("span", { class: broken.has(at + 1) ? "row broken" : "row", "data-line": at + 1 }, nodes, "\n"));
  return h("pre", { tabindex: "0", role: "region", "aria-label": label }, h("code", {}, rows));
}

// Lines as [sign, text] with sign " ", "-" or "+": the longest common subsequence between the parts that are not equal
// at both ends (Hunt and McIlroy, 1976).
const COMPARABLE = 4e6;

function compared(before, after) {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [m, n] = [a.length - start - end, b.length - start - end];
  const lines = a.slice(0, start).map((text) => [" ", text]);
  let [i, j] = [0, 0];
  if (m * n <= COMPARABLE) {
    const longest = new Uint16Array((m + 1) * (n + 1));
    const at = (row, column) => row * (n + 1) + column;
    for (let row = m - 1; row >= 0; row--)
      for (let column = n - 1; column >= 0; column--)
        longest[at(row, column)] = a[start + row] === b[start + column]
          ? longest[at(row + 1, column + 1)] + 1
          : Math.max(longest[at(row + 1, column)], longest[at(row, column + 1)]);
    while (i < m && j < n) {
      if (a[start + i] === b[start + j]) { lines.push([" ", a[start + i++]]); j++; }
      else if (longest[at(i + 1, j)] >= longest[at(i, j + 1)]) lines.push(["-", a[start + i++]]);
      else lines.push(["+", b[start + j++]]);
    }
  }
  while (i < m) lines.push(["-", a[start + i++]]);
  while (j < n) lines.push(["+", b[start + j++]]);
  return lines.concat(a.slice(a.length - end).map((text) => [" ", text]));
}

// The changed lines with three around them.
function difference(before, after, label) {
  const lines = compared(before, after);
  const near = new Set();
  lines.forEach(([sign], at) => { if (sign !== " ") for (let k = at - 3; k <= at + 3; k++) near.add(k); });
  if (!near.size) return h("p", { class: "soft" }, "The sources are equal.");
  const rows = [];
  let last = -1;
  lines.forEach(([sign, text], at) => {
    if (!near.has(at)) return;
    if (at !== last + 1) rows.push(h("span", { class: "row soft", "data-line": "" }, "⋯\n"));
    last = at;
    const kind = { "-": "removed", "+": "added", " ": "" }[sign];
    rows.push(h("span", { class: `row ${kind}`, "data-line": sign }, kind ? h("span", { class: "unseen" }, kind + ": ") : null, text, "\n"));
  });
  return h("pre", { tabindex: "0", role: "region", "aria-label": label }, h("code", {}, rows));
}
