// Enhancement only: every page works without it.
(() => {
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // A menu closes when the reader looks elsewhere.
  const picks = document.querySelectorAll("details.pick");
  document.addEventListener("click", (event) => {
    for (const pick of picks) if (!pick.contains(event.target)) pick.open = false;
  });

  // Figures choose, Enter confirms: a queue is worked through without the mouse.
  const choose = document.querySelector("form[data-choose]");
  if (choose) document.addEventListener("keydown", (event) => {
    const inside = event.target.matches("input[type=radio]");
    if (event.ctrlKey || event.metaKey || event.altKey || (typing(event.target) && !inside)) return;
    const wanted = choose.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (wanted) { event.preventDefault(); wanted.checked = true; wanted.focus(); }
    else if (event.key === "Enter" && !event.target.closest("a, button, summary")) { event.preventDefault(); choose.requestSubmit(); }
  });

  // Nothing but what is typed has changed: ticked here, told with the rest.
  const all_same = document.querySelector("button[data-all-same]");
  if (all_same) all_same.addEventListener("click", (event) => {
    event.preventDefault();
    for (const tick of all_same.form.querySelectorAll("[data-same]")) {
      const control = document.getElementById(tick.dataset.same);
      tick.checked = !(control && control.value);
      tick.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const pick of picks) pick.open = false;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "d" && before === "g") {
      (document.querySelector("a.to-desk") || document.querySelector("a.brand")).click();
    } else if (event.key === "?") {
      const keys = document.getElementById("keys");
      if (keys && !keys.open) keys.showModal();
    } else if (event.key === "T") {
      for (const twin of document.querySelectorAll("details.twin")) twin.open = !twin.open;
    } else if (event.key === "j" || event.key === "k") {
      const links = [...document.querySelectorAll("main tbody tr td:first-child a, main tbody tr td a, main ul.desk li > a")]
        .filter((link, i, all) => i === all.findIndex((other) => other.closest("tr, li") === link.closest("tr, li")));
      const here = links.indexOf(document.activeElement);
      const next = links[here + (event.key === "j" ? 1 : -1)];
      if (next) next.focus();
    }
    before = event.key;
  });
})();

// A sheet whose cells are addresses: the chosen one opens beside it, arrows choose another.
(() => {
  const sheet = document.querySelector("[data-sheet]");
  const panel = document.getElementById("beside");
  if (!sheet || !panel) return;
  const cells = new Map();
  for (const td of sheet.querySelectorAll("td[data-r]")) {
    const [row, col] = [Number(td.dataset.r), Number(td.dataset.c)];
    for (let r = row; r < row + td.rowSpan; r++)
      for (let c = col; c < col + td.colSpan; c++) cells.set(`${r},${c}`, td);
  }
  const links = [...sheet.querySelectorAll("td a")];
  const first = sheet.querySelector("a[aria-current]") || links[0];
  for (const link of links) link.tabIndex = link === first ? 0 : -1;

  let asked = 0;
  const open = async (link) => {
    const mine = ++asked;
    const there = new URL(link.href);
    there.hash = "";
    const answer = await fetch(there, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) { location.href = link.href; return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("beside");
    if (mine !== asked || !fresh) return;
    panel.replaceChildren(...fresh.childNodes);
    panel.scrollTop = 0;
    if (panel.offsetTop > sheet.offsetTop + 40) panel.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", there);
  };
  const choose = (link, after) => {
    for (const other of links) {
      other.tabIndex = other === link ? 0 : -1;
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    link.focus();
    clearTimeout(choose.waiting);
    choose.waiting = setTimeout(() => open(link), after);
  };

  sheet.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link, 0);
  });
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  sheet.addEventListener("keydown", (event) => {
    const td = event.target.closest("td");
    const step = steps[event.key];
    if (!td || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    let [row, col, next] = [Number(td.dataset.r), Number(td.dataset.c), td];
    while (next === td) {
      [row, col] = [row + step[0], col + step[1]];
      next = cells.get(`${row},${col}`);
    }
    if (next) choose(next.querySelector("a"), 150);
  });
  sheet.addEventListener("keydown", (event) => {
    const control = event.key === "Enter" && panel.querySelector("input:not([type=hidden])");
    if (!control || event.target.getAttribute("aria-current") !== "true") return;
    event.preventDefault();
    (panel.querySelector("[name=say]:checked") || control).focus();
  });
  panel.addEventListener("keydown", (event) => {
    const here = event.key === "Escape" && sheet.querySelector("a[aria-current]");
    if (here) here.focus();
  });
})();

// A file on its way shows how far it is; without scripts the browser sends it as ever.
(() => {
  const arrived = async (request) => {
    const [, name] = /attachment.*filename="?([^";]+)/.exec(request.getResponseHeader("Content-Disposition") || "") || [];
    const page = (request.getResponseHeader("Content-Type") || "").startsWith("text/html");
    if (name || !page) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(request.response);
      link.download = name || "";
      link.click();
    } else {
      // Shown as it came: to ask for it again would lose the notice that is told once.
      const text = await request.response.text();
      if (request.responseURL !== request.asked) history.replaceState(null, "", request.responseURL);
      document.open();
      document.write(text);
      document.close();
    }
  };
  for (const form of document.querySelectorAll("form[method=post][enctype='multipart/form-data']")) {
    const file = form.querySelector("input[type=file]");
    if (!file) continue;
    const large = form.querySelector(".too-large");
    const fits = () => {
      const size = [...file.files].reduce((sum, one) => sum + one.size, 0);
      const fine = !file.dataset.limit || size <= Number(file.dataset.limit) * 2 ** 20;
      if (large) large.hidden = fine;
      return fine;
    };
    file.addEventListener("change", fits);
    form.addEventListener("submit", (event) => {
      if (!file.files.length) return;
      event.preventDefault();
      if (!fits()) { file.focus(); return; }
      const meter = document.createElement("p"), bar = document.createElement("progress"), told = document.createElement("output");
      meter.className = "meter";
      bar.max = 100;
      bar.setAttribute("aria-label", file.labels[0] ? file.labels[0].textContent : file.name);
      meter.append(bar, told);
      file.after(meter);
      const request = new XMLHttpRequest();
      request.asked = form.action;
      request.responseType = "blob";
      request.upload.onprogress = (step) => {
        bar.value = step.lengthComputable ? 100 * step.loaded / step.total : 0;
        told.value = `${Math.floor(bar.value)} %`;
      };
      const free = () => { meter.remove(); for (const button of form.querySelectorAll("button")) button.disabled = false; };
      request.onload = () => { free(); arrived(request); };
      request.onerror = () => { free(); form.submit(); };
      request.open("POST", form.action);
      request.send(new FormData(form, event.submitter));
      for (const button of form.querySelectorAll("button")) button.disabled = true;
    });
  }
})();

// A table one fills behaves like a sheet: up, down and Enter change the row, a block from Excel is
// spread over rows and columns, and Ctrl+Z takes the block back.
(() => {
  const table = document.querySelector("table[data-grid]");
  if (!table) return;
  const rows = [...table.tBodies[0].rows]
    .map((row) => [...row.querySelectorAll("td.field > input:not([type=hidden]), td.field > select")])
    .filter((row) => row.length);
  const place = (control) => {
    const row = rows.findIndex((one) => one.includes(control));
    return row < 0 ? null : [row, rows[row].indexOf(control)];
  };
  const before = [];
  const put = (control, text) => {
    const option = control.options && [...control.options].find((one) => one.value === text || one.text.includes(text));
    if (control.options && !option) return;
    before.at(-1).push([control, control.value]);
    control.value = option ? option.value : text;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };
  table.addEventListener("keydown", (event) => {
    const at = place(event.target);
    if (!at || event.altKey || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && before.length) {
      event.preventDefault();
      for (const [control, text] of before.pop()) { control.value = text; control.dispatchEvent(new Event("input", { bubbles: true })); }
      return;
    }
    const listed = event.target.options && event.key !== "Enter";
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (!step || listed || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = rows[at[0] + step];
    if (next) { const control = next[Math.min(at[1], next.length - 1)]; control.focus(); if (control.select) control.select(); }
  });
  table.addEventListener("paste", (event) => {
    const at = place(event.target), text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!at || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    before.push([]);
    // A block several columns wide comes from the department's own sheet: each cell goes to the question
    // that stands at its place there. Otherwise it is spread over the rows of this table.
    const block = text.split(/\r?\n/).map((line) => line.split("\t")), places = new Map();
    if (event.target.dataset.at && block.some((line) => line.length > 1)) for (const control of rows.flat()) if (control.dataset.at) places.set(control.dataset.at, control);
    const [top, left] = (event.target.dataset.at || "").split(",").map(Number);
    block.forEach((line, down) => line.forEach((cell, across) => {
      const control = places.size ? places.get(`${top + down},${left + across}`) : (rows[at[0] + down] || [])[at[1] + across];
      if (control) put(control, cell.trim());
    }));
  });
  table.addEventListener("input", (event) => { if (event.isTrusted) before.length = 0; });
})();
