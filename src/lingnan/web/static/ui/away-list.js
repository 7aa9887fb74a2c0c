// What this device keeps: forms to fill, drafts, what waits to be sent, cells to choose, ledgers to look
// things up in. On the page without signal also the kept page that was asked for.
(() => {
  const begin = async () => {
    const box = document.getElementById("away-list"), { awayPage: shell, away } = self;
    if (!box || !shell) return;
    const { say, make, lang, is_shell } = shell, held = shell.held();
    const moment = (at) => new Date(at).toLocaleString(lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
    const title = (text, about) => make("h2", {}, text, about ? make("span", { className: "quiet" }, ` ${about}`) : "");

    if (is_shell) {
      const look = await away.get("held", "look");
      if (look && look.mode) document.documentElement.dataset.mode = look.mode;
      if (look && look.type) document.documentElement.dataset.type = look.type;
    }
    // The page that was asked for, as it stood when there was signal.
    const asked = is_shell && held ? await away.find(held, "page", location.pathname) : null;
    const sent = asked && (await away.find(held, "draft", location.pathname));
    if (sent && sent.record && sent.record.state === "sending") {
      // Her post never got an answer: now it waits for signal.
      await away.keep(held, "draft", location.pathname, sent.body.submit ? "queued" : "draft", sent.body, { key: sent.record.key });
      if (sent.body.submit) shell.wake();
    }
    if (asked && asked.body) {
      const main = document.getElementById("main"), page = new DOMParser().parseFromString(asked.body.html, "text/html");
      main.replaceChildren(make("p", { className: "note warning", role: "status" }, say("as-of", { at: moment(asked.record.at) })), ...page.body.childNodes);
      for (const one of main.querySelectorAll("form:not([data-away])")) (one.closest("details") || one).remove(); // they need the server
      document.title = asked.body.title;
      document.body.append(make("script", { src: box.dataset.scripts }));
      const form = main.querySelector("form[data-away]");
      if (form) await shell.fill(form);
      const found = await away.find(held, "draft", location.pathname);
      if (found.record && found.record.state === "queued") main.querySelector(".away-note").textContent = say("queued");
      await shell.show();
    }
    // Signal is back: what waited is gone, and the server's own page is shown.
    let again = 0;
    const back = async () => {
      const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
      if (!answer) return;
      await shell.flush(true);
      location.reload();
    };
    if (is_shell) {
      const try_again = () => { again = setTimeout(async () => { if (!document.querySelector("form[data-away] :focus")) await back(); try_again(); }, 8000); };
      try_again();
      self.addEventListener("online", back);
      if (asked && asked.body) return;
    }

    const drafts = async () => {
      const found = [];
      for (const record of await away.mine(held, "draft")) {
        const body = await away.unseal(held, record);
        found.push({ record, body });
      }
      return found;
    };
    const open = (body) => `/${lang}${away.bare(body.path)}`;
    const state = (record) => make("span", { className: `mark ${{ queued: "near", sending: "near", differs: "late", stands: "late", wrong: "late" }[record.state] || "quiet"}` }, say(`is-${record.state}`));
    const choice = (record, body) => {
      const { told } = body, may = record.state === "differs";
      const table = make("table", { className: "stack away-cells" }), head = make("tr"), rows = make("tbody");
      for (const key of ["item", "mine", "theirs", ...(may ? ["use"] : [])]) head.append(make("th", { scope: "col" }, say(key)));
      table.append(make("caption", { className: "visually-hidden" }, body.title), make("thead", {}, head), rows);
      told.differences.forEach((one, n) => {
        const row = make("tr", {}, make("th", { scope: "row" }, one.label, one.unit ? make("span", { className: "quiet" }, ` ${one.unit}`) : ""), make("td", { className: "mine" }, one.mine || "—"), make("td", { className: "theirs" }, one.theirs || "—"));
        if (may) {
          const pick = (which) => { const id = `${record.id.slice(0, 8)}-${n}-${which}`; return [make("input", { type: "radio", id, name: `${record.id.slice(0, 8)}-${n}`, value: which }), make("label", { htmlFor: id }, say(`use-${which}`))]; };
          row.append(make("td", { className: "use" }, ...pick("mine"), " ", ...pick("theirs")));
        }
        rows.append(row);
      });
      return table;
    };
    const resolve = async (record, body, table) => {
      const { differences } = body.told, chosen = differences.map((_, n) => table.querySelector(`[name="${record.id.slice(0, 8)}-${n}"]:checked`));
      const missing = chosen.findIndex((one) => !one);
      if (missing >= 0) { table.querySelector(`[name="${record.id.slice(0, 8)}-${missing}"]`).focus(); return say("choose-each"); }
      differences.forEach((one, n) => {
        body.base[one.code] = one.theirs;
        body.mine[one.code] = chosen[n].value === "mine" ? one.mine : one.theirs;
      });
      const version = body.told.version ?? body.version;
      await away.keep(held, "draft", body.path, "queued", { ...body, version, told: undefined }, { key: crypto.randomUUID() });
      const done = await shell.flush(true);
      return done.sent ? "" : say("queued");
    };
    const card = ({ record, body }, render) => {
      const item = make("li", { className: "away-card" });
      if (!body) {
        item.append(make("p", {}, state(record), " ", say("sealed")), make("p", {}, make("button", { type: "button", className: "btn", on: ["click", async () => { await gone(record); render(); }] }, say("discard-one"))));
        return item;
      }
      item.append(make("h3", {}, make("a", { href: open(body) }, body.title)), make("p", {}, state(record), " ", make("span", { className: "quiet" }, `${body.note} · ${moment(record.at)}`)));
      if (body.told && body.told.words) item.append(make("p", { className: "note warning" }, body.told.words));
      for (const one of (body.told && body.told.problems || []).slice(0, 20)) item.append(make("p", { className: "quiet" }, `${one.where} ${one.detail}`));
      const acts = make("p", { className: "acts-line" }), told = make("span", { role: "status" });
      if (body.told && (body.told.differences || []).length) {
        const table = choice(record, body);
        item.append(make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": body.title }, table));
        if (record.state === "differs") acts.append(make("button", { type: "button", className: "btn btn-primary", on: ["click", async () => { told.textContent = await resolve(record, body, table); if (!told.textContent) render(); }] }, say("send-chosen")), " ");
      }
      if (body.told && body.told.page && record.state !== "wrong") acts.append(make("a", { className: "btn", href: body.told.page }, say("current")), " ");
      if (record.state === "wrong") acts.append(make("a", { className: "btn", href: open(body) }, say("put-right")), " ");
      acts.append(make("button", { type: "button", className: "btn", on: ["click", async () => { await gone(record); render(); }] }, say("discard-one")), " ", told);
      item.append(acts);
      return item;
    };
    const gone = async (record) => {
      if (!is_shell) await away.post(shell.chip.dataset.leave, shell.token(), new URLSearchParams({ deed: "discard", device: held.device, drafts: 1, waiting: record.state === "draft" ? 0 : 1 }), { Accept: "application/json" }).catch(() => 0);
      await away.drop("kept", record.id);
      await shell.show();
    };
    const ledgers = (found) => {
      const query = make("input", { type: "search", id: "away-q", autocomplete: "off" }), shown = make("div", { role: "region", "aria-live": "polite" });
      const look = () => {
        const text = query.value.trim();
        shown.replaceChildren();
        for (const one of found) {
          const rows = one.rows.filter((row) => !text || row.some((cell) => cell.includes(text))), first = rows.slice(0, text ? 100 : 5);
          if (!first.length) continue;
          const table = make("table", { className: "stack" }, make("caption", {}, `${one.title} ${rows.length}`), make("thead", {}, make("tr", {}, ...one.heads.map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, ...first.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))))));
          shown.append(make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": one.title }, table));
        }
        if (!shown.childNodes.length) shown.append(make("p", { className: "quiet" }, say("no-rows")));
      };
      query.addEventListener("input", look);
      look();
      return [title(say("ledgers")), make("p", { className: "field" }, make("label", { htmlFor: "away-q" }, say("look-up")), query), shown];
    };
    const render = async () => {
      if (!held) { box.replaceChildren(make("p", { className: "note" }, say(is_shell ? "locked" : "nothing"))); return; }
      const [all, packed] = [await drafts(), (await away.find(held, "packet", "")).body];
      const parts = [];
      if (all.length) parts.push(title(say("unsent-title")), make("ul", { className: "away-cards" }, ...all.map((one) => card(one, render))));
      if (packed && packed.pages.length) parts.push(title(say("pages-title")), make("ul", { className: "away-pages" }, ...packed.pages.map((one) => make("li", {}, make("a", { href: one.url }, one.title), make("span", { className: "quiet" }, ` ${one.note}`)))));
      if (packed && packed.ledgers.length) parts.push(...ledgers(packed.ledgers));
      box.replaceChildren(...(parts.length ? parts : [make("p", { className: "quiet" }, say("nothing"))]));
    };
    await render();
    document.addEventListener("away", (event) => { if (event.detail.sent && !box.contains(document.activeElement)) render(); });
    if (is_shell) document.body.append(make("script", { src: box.dataset.scripts }));
    box.dataset.ready = "1";
  };
  if (document.documentElement.dataset.away === "ready") begin();
  else document.addEventListener("away-ready", begin, { once: true });
})();
