// Elements are made of text, never of markup: what programs and their authors write cannot become a part of the page.

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const signed = (value, digits = 4) => (value === null || value === undefined ? "" : (value >= 0 ? "+" : "−") + Math.abs(value).toFixed(digits));
const fixed = (value, digits = 2) => (value === null || value === undefined ? "" : value.toFixed(digits));
const counted = (value) => (value === null || value === undefined ? "" : value.toLocaleString("en-US"));
const plural = (count, one, many = one + "s") => `${counted(count)} ${count === 1 ? one : many}`;
const when = (text) => (text ? text.slice(0, 16).replace("T", " ") + " UTC" : "");
const sum = (values) => values.reduce((total, value) => total + value, 0);
const tone = (value) => (value > 0 ? "good" : value < 0 ? "bad" : "");

function delta(value) {
  return h("span", { class: tone(value) }, signed(value));
}

// A table. `columns`: {name, cell(row), number, wide, key(row)}; those with a key can be sorted by. On a phone each row is
// a card, which names its cells; the roles are said, since a browser forgets them where rows are laid out otherwise.
const PAGE = 100;

function table(caption, columns, rows, { sorted = null, descending = false } = {}) {
  const body = h("tbody", { role: "rowgroup" });
  const more = h("button", { type: "button", onclick: () => fill(body.rows.length + 10 * PAGE) });
  let order = rows;
  const heads = columns.map((column) => {
    const head = h("th", { scope: "col", role: "columnheader", class: [column.number && "number", column.key && "sorts"].filter(Boolean).join(" ") || null });
    if (!column.key) head.append(column.name);
    else head.append(h("button", { type: "button", onclick: () => sortBy(column, sorted === column.name && !descending) }, column.name));
    return head;
  });

  function sortBy(column, down) {
    [sorted, descending] = [column.name, down];
    arrange();
    fill(PAGE);
  }

  function arrange() {
    const column = columns.find((one) => one.name === sorted);
    heads.forEach((head, at) => head.removeAttribute("aria-sort"));
    if (!column) return;
    heads[columns.indexOf(column)].setAttribute("aria-sort", descending ? "descending" : "ascending");
    const empty = (key) => key === null || key === undefined || key === "";
    order = [...rows].sort((a, b) => {
      const [left, right] = [column.key(a), column.key(b)];
      if (empty(left) || empty(right)) return empty(left) - empty(right);
      return (left < right ? -1 : left > right ? 1 : 0) * (descending ? -1 : 1);
    });
  }

  function fill(count) {
    body.replaceChildren(
      ...order.slice(0, count).map((row) =>
        h("tr", { role: "row" }, columns.map((column) => h("td", { role: "cell", "data-name": column.name, class: [column.number && "number", column.wide && "wide"].filter(Boolean).join(" ") || null }, column.cell(row)))),
      ),
    );
    more.hidden = count >= order.length;
    more.textContent = `Show more of ${counted(order.length)}`;
  }

  const element = h("div", {}, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", { role: "table" }, h("caption", { class: "unseen" }, caption), h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body)), more);
  element.show = (those) => {
    order = rows = those;
    arrange();
    fill(PAGE);
  };
  element.show(rows);
  return element;
}

function facts(values) {
  return h("dl", { class: "facts" }, Object.entries(values).map(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, value !== null && typeof value === "object" && !(value instanceof Node) ? (Object.keys(value).length ? JSON.stringify(value) : "—") : value instanceof Node ? value : String(value)),
  ]));
}

function tiles(entries) {
  return h("dl", { class: "tiles" }, entries.filter(Boolean).map(([name, value, note]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, value, note ? h("small", {}, note) : null))));
}
