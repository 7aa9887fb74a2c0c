// The short list below the box of the shell: arrows choose, Enter opens, Escape puts it away.
(() => {
  const form = document.querySelector("form.seek");
  if (!form) return;
  const box = form.querySelector("input"), list = document.getElementById("seek-list"), told = document.getElementById("seek-told");
  const set = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(set)) box.setAttribute(name, value);
  let waiting = 0, asked = null, shown = "", composing = false;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  const choose = (option) => {
    const before = chosen();
    if (before) before.setAttribute("aria-selected", "false");
    if (!option) { box.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  };
  const show = (open) => {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  };
  const ask = async () => {
    const text = box.value.trim();
    if (asked) asked.abort();
    if (!text) { show(false); shown = ""; return; }
    if (text === shown) { show(true); return; }
    asked = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.quick}?${new URLSearchParams({ q: text })}`, { signal: asked.signal, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.replaceChildren(...page.body.childNodes);
      shown = text;
      told.textContent = told.dataset.words.replace("#", options().length);
      show(document.activeElement === box);
    } catch (fault) { if (fault.name !== "AbortError") show(false); }
  };
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); };
  box.addEventListener("compositionstart", () => { composing = true; });
  box.addEventListener("compositionend", () => { composing = false; soon(); });
  box.addEventListener("input", () => { if (!composing) soon(); });
  box.addEventListener("focus", () => { if (box.value.trim() && shown === box.value.trim()) show(true); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options(), at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { ask(); return; }
      choose(all[(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      location.href = all[at].dataset.url;
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (list.hidden) box.value = ""; else show(false);
    } else if (event.key === "Home" || event.key === "End") choose(null);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.href = option.dataset.url;
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
})();
