// Forty villages in ten minutes: j and k walk the rows, a chooses, r sends back, Ctrl+Enter approves.
(() => {
  const table = document.querySelector("table[data-review]");
  if (!table) return;
  const form = table.closest("form"), count = form.querySelector(".chosen-count");
  const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector("input[name=filing]"));
  const box = (row) => row.querySelector("input[name=filing]");
  const tell = () => { if (count) count.value = count.dataset.words.replace("#", rows.filter((row) => box(row).checked).length); };
  const here = () => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (at) => { const row = rows[Math.max(0, Math.min(at, rows.length - 1))]; if (row) { box(row).focus(); row.scrollIntoView({ block: "nearest" }); } };
  const typing = (node) => node.matches("input:not([type=checkbox]), textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.querySelector("button[value=approve]").click();
      return;
    }
    const at = here(), row = rows[at];
    if (typing(event.target)) {
      if (event.key === "Enter" && row) { event.preventDefault(); row.querySelector("button[value^='return:']").click(); }
      if (event.key === "Escape" && row) { row.querySelector("details").open = false; box(row).focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); event.stopImmediatePropagation(); go(at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)); }
    else if (event.key === "a" && row) { event.preventDefault(); box(row).checked = !box(row).checked; tell(); go(at + 1); }
    else if (event.key === "r" && row) { event.preventDefault(); row.querySelector("details").open = true; row.querySelector("details input:not([type=checkbox])").focus(); }
  }, true);
  form.addEventListener("change", tell);
  tell();
})();
