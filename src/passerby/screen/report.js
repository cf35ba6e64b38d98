"use strict";
// in German a point parts thousands, a comma the decimals
const german = document.documentElement.lang === "de";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (cell) => {
    if (cell.dataset.t) return Number(cell.dataset.t);
    const text = cell.textContent.trim().replace(/[\u202f\u00a0]/g, "").replace("\u2212", "-");
    const number = parseFloat(german ? text.replace(/\.(?=\d{3})/g, "").replace(",", ".") : text);
    return Number.isNaN(number) || /^\d+:/.test(text) ? text : number;
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent.trim()) return;
    head.dataset.sort = "";
    head.tabIndex = 0;
    const sort = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [value(row.cells[column]), row]);
      rows.sort(([a], [b]) =>
        typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
      if (down) rows.reverse();
      body.append(...rows.map(([, row]) => row));
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (e) => { if (e.key === "Enter") sort(); });
  });
  if (!table.classList.contains("filterable")) continue;
  const tools = document.createElement("div");
  tools.className = "tools";
  const selects = [2, 3].map((column) => {
    const label = document.createElement("label");
    const select = document.createElement("select");
    const words = [...new Set([...body.rows].map((row) => row.cells[column].textContent))].sort();
    select.append(new Option(table.dataset.all || "all", ""), ...words.map((word) => new Option(word, word)));
    label.append(table.tHead.rows[0].cells[column].textContent + ": ", select);
    tools.append(label);
    return [column, select];
  });
  const filter = () => {
    for (const row of body.rows) {
      row.hidden = selects.some(([column, s]) => s.value && row.cells[column].textContent !== s.value);
    }
  };
  for (const [, select] of selects) select.addEventListener("change", filter);
  table.closest(".scroll").before(tools);
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
