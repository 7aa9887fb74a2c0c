// On every page of somebody signed in: what this device keeps, the form she fills, and signing out.
// Enhancement only; without it the form is posted as ever.
(async () => {
  const chip = document.getElementById("away");
  if (!chip || !self.isSecureContext || !self.indexedDB || !crypto.subtle || !navigator.serviceWorker) return;
  const { away } = self, lang = document.documentElement.lang, is_shell = "shell" in chip.dataset;
  const words = {};
  for (const one of [...document.querySelectorAll("#away-words, #away-more")].flatMap((held) => [...held.content.querySelectorAll("[data-k]")])) words[one.dataset.k] = one.textContent;
  const say = (key, given = {}) => (given.n === 1 && words[`${key}1`] || words[key] || key).replace(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
  const make = (tag, given = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) name === "on" ? made.addEventListener(...value) : name in made && name !== "list" ? (made[name] = value) : made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  let cut = is_shell || !navigator.onLine, held = null;

  const worker = navigator.serviceWorker.register("/worker.js", { scope: "/" }).catch(() => null);
  // A page on its way while the worker took over is passed by: it asks to be taken too.
  navigator.serviceWorker.ready.then((found) => { if (!navigator.serviceWorker.controller) found.active.postMessage("claim"); });
  const wake = async () => {
    const found = await worker;
    try { if (found && found.sync) { await navigator.serviceWorker.ready; await found.sync.register(`away ${lang}`); } } catch { /* the page tries itself */ }
  };

  // Whose key. Another account, or nobody, signed in: the key goes, what it sealed stays sealed.
  const account = chip.dataset.account;
  const enter = async () => {
    held = await away.holder();
    if (is_shell) return;
    if (held && held.account !== account) { await away.release(); held = null; }
    if (!account || (held && Date.now() - held.looked < 600000)) return;
    const known = await away.get("held", `device ${account}`);
    const answer = await away.post(chip.dataset.key, token(), new URLSearchParams({ device: known ? known.device : "" }), { Accept: "application/json" }).catch(() => null);
    if (!answer) { cut = true; return; }
    if (answer.status === 410) { await away.release(); held = null; await away.drop("held", `device ${account}`); chip.dataset.revoked = "1"; return; }
    if (answer.ok) held = await away.hold(await answer.json());
  };
  const token = () => (document.querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";

  const show = async () => {
    const whose = held ? held.account : account, found = whose ? await away.counts(whose) : { drafts: 0, waiting: 0, choose: 0 };
    const said = [];
    if (cut) said.push(say("offline"));
    if (found.drafts) said.push(say("kept", { n: found.drafts }));
    if (found.waiting) said.push(say("waiting", { n: found.waiting }));
    if (found.choose) said.push(say("choose", { n: found.choose }));
    if (chip.dataset.revoked) said.push(say("revoked"));
    chip.hidden = !said.length;
    chip.className = `away-chip${found.choose || chip.dataset.revoked ? " near" : ""}${cut ? " cut" : ""}`;
    const line = said.join(" · ");
    if (chip.textContent !== line) chip.textContent = line;
    return found;
  };

  let timer = 0, wait = 2000;
  const later = () => { clearTimeout(timer); timer = setTimeout(flush, wait); wait = Math.min(wait * 2, 300000); };
  const flush = async (now = false) => {
    const done = await away.flush(lang, { now: now === true, drafts: true, but: form_id }).catch(() => ({ left: 1, reached: false, signed: true }));
    if (done.revoked) { chip.dataset.revoked = "1"; held = null; }
    if (done.reached && done.sent) { cut = false; wait = 2000; }
    if (!done.reached) cut = true;
    else if (!is_shell) cut = !navigator.onLine;
    await show();
    if (done.left && done.signed) later();
    document.dispatchEvent(new CustomEvent("away", { detail: done }));
    return done;
  };
  self.addEventListener("online", () => { wait = 2000; if (!is_shell) cut = false; flush(true); });
  self.addEventListener("offline", () => { cut = true; show(); });
  if (self.BroadcastChannel) new BroadcastChannel("away").addEventListener("message", (event) => { show(); document.dispatchEvent(new CustomEvent("away", { detail: event.data })); });

  // A form that may be filled without signal.
  let form_id = "";
  const fill = async (form, shown) => {
    const path = form.dataset.path || location.pathname;
    const controls = [...form.querySelectorAll("[data-code]")], ticks = new Map([...form.querySelectorAll("[data-same]")].map((box) => [box.dataset.same, box]));
    const rest = (control, first) => control.options ? ([...control.options].find((one) => first ? one.defaultSelected : one.selected) || { value: "" }).value : first ? control.defaultValue : control.value;
    const read = (first) => Object.fromEntries(controls.map((control) => {
      const tick = ticks.get(control.id), is_same = tick && (first ? tick.defaultChecked : tick.checked);
      return [control.dataset.code, rest(control, first) || (is_same ? "无变化" : "")];
    }));
    const why = () => Object.fromEntries([...form.querySelectorAll("[name^='why:']")].map((one) => [one.name.slice(4), one.value]));
    const version = () => { const said = form.elements.version.value; return said ? Number(said) : null; };
    const before = await away.find(held, "draft", path);
    form_id = before.id;
    const refused = !is_shell && document.getElementById("error-summary");
    let base = before.body ? before.body.base : refused ? {} : read(true), began = before.body ? before.body.version : version();
    if (before.body) restore(before.body);
    const note = make("span", { className: "away-note quiet", role: "status" });
    form.querySelector(".acts").append(note);
    const tell = (key, given) => { note.textContent = say(key, given); };
    function restore(body) {
      let changed = 0;
      for (const control of controls) {
        const code = control.dataset.code, text = body.mine[code], tick = ticks.get(control.id);
        if (text === undefined || text === read(false)[code]) continue;
        if (tick) tick.checked = text === "无变化";
        control.value = text === "无变化" && tick ? "" : text;
        changed++;
      }
      for (const [name, text] of Object.entries(body.reasons || {})) { const one = form.elements[`why:${name}`]; if (one && text) one.value = text; }
      if (changed) form.before(make("p", { className: "note", role: "status" }, say("restored", { n: changed })));
    }
    const body_of = (submit) => ({
      path, lang, send: form.dataset.away, submit, title: form.dataset.title, note: form.dataset.note, mine: read(false), base, reasons: why(), version: began,
      labels: undefined, about: { form: form.dataset.form, place: form.dataset.place, period: form.dataset.period },
    });
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    let sealing = Promise.resolve();
    const keep = (state, submit) => (sealing = sealing.then(async () => {
      const body = body_of(submit);
      if (state === "draft" && same(body.mine, base) && !Object.values(body.reasons).some(Boolean)) { await away.drop("kept", form_id); return null; }
      return { body, record: await away.keep(held, "draft", path, state, body, { key: crypto.randomUUID() }) };
    }));
    if (before.record && before.record.state === "sending" && !is_shell) await keep("draft", false); // the server answered with the form again

    // A few seconds after the last key: on the device at once, on the server when there is signal.
    let soon = 0, quiet = 0, saving = null;
    const clock = () => new Date().toTimeString().slice(0, 5);
    const stash = async () => { const kept = await keep("draft", false); tell("stashed", { at: clock() }); await show(); return kept; };
    const save = async () => {
      if (saving || cut && !navigator.onLine || is_shell) return;
      const kept = await keep("draft", false);
      if (!kept) return;
      saving = (async () => {
        const outcome = await away.send(held, kept.record, kept.body, token());
        if (outcome.status === 200 && outcome.told.standing === "saved") {
          base = kept.body.mine; began = outcome.told.version;
          form.elements.version.value = outcome.told.version;
          cut = false;
          if (same(read(false), base)) await away.drop("kept", form_id); else await keep("draft", false);
          tell("saved", { at: clock() });
        } else if (outcome.status === 200) {
          await away.settle(held, kept.record, kept.body, outcome);
          note.replaceChildren(say("changed"), " ", make("a", { href: chip.href }, say("look")));
        }
      })().catch(() => { cut = true; later(); });
      await saving;
      saving = null;
      await show();
    };
    form.addEventListener("input", () => {
      clearTimeout(soon); clearTimeout(quiet);
      soon = setTimeout(stash, 600);
      quiet = setTimeout(save, 5000);
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden && soon) { clearTimeout(soon); stash(); } });

    // What waited has gone meanwhile: the server's own page says how it stands.
    document.addEventListener("away", async (event) => {
      if (waits && event.detail.sent && !(await away.get("kept", form_id))) location.replace(location.pathname + location.search);
    });
    let through = false, waits = before.record && before.record.state === "queued";
    form.addEventListener("submit", async (event) => {
      if (through) return;
      event.preventDefault();
      const by = event.submitter, submit = !by || by.value === "submit";
      clearTimeout(soon); clearTimeout(quiet);
      await Promise.race([saving, new Promise((done) => setTimeout(done, 3000))]);
      if (is_shell || !navigator.onLine) {
        await keep(submit ? "queued" : "draft", submit);
        waits = submit;
        tell(submit ? "queued" : "stashed", { at: clock() });
        await show();
        if (submit) { wake(); flush(true); }
        return;
      }
      // If no answer comes, the worker shows the page without signal, which finds this and queues it.
      await keep("sending", submit);
      through = true;
      form.requestSubmit(by);
    });
    if (shown) shown();
  };

  // What a clerk takes along, brought up to date while there is signal and nothing else to do.
  const pack = async () => {
    const { record } = await away.find(held, "packet", "");
    if (record && Date.now() - record.at < 600000 && record.lang === lang) return;
    const answer = await fetch(chip.dataset.packet, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) return;
    const told = await answer.json(), urls = new Set(told.pages.map((one) => one.url));
    for (const one of told.pages) {
      const page = await fetch(one.url, { headers: { "X-Requested-With": "fetch" } });
      if (!page.ok || page.redirected) continue;
      const main = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("main");
      if (main) await away.keep(held, "page", one.url, "", { url: one.url, title: one.title, html: main.innerHTML });
    }
    await away.keep(held, "packet", "", "", told, { lang });
    for (const one of await away.mine(held, "page")) {
      const body = await away.unseal(held, one);
      if (!body || (body.url.startsWith(`/${lang}/`) && !urls.has(body.url))) await away.drop("kept", one.id);
    }
    await away.stale();
  };

  self.awayPage = { say, make, show, flush, fill, wake, lang, chip, is_shell, token, held: () => held };
  await enter().catch(() => { cut = true; });
  const look = document.documentElement.dataset;
  if (!is_shell) await away.put("held", { id: "look", mode: look.mode || "", type: look.type || "" });
  await show();
  document.dispatchEvent(new CustomEvent("away-ready"));
  const form = document.querySelector("form[data-away]");
  if (form && held && !is_shell) await fill(form);
  document.documentElement.dataset.away = "ready";
  if (held && !is_shell) { await flush(); setTimeout(() => pack().catch(() => 0), 2500); }
})();

// Signing out with unsent work asks first: send it, keep it sealed, or let it go.
(() => {
  const form = document.querySelector("form[data-sign-out]");
  if (!form) return;
  const leave = async () => {
    const held = self.awayPage && self.awayPage.held();
    if (held) { await self.away.forget(held.account, false); await self.away.release(); }
    form.submit();
  };
  form.addEventListener("submit", async (event) => {
    const shell = self.awayPage, held = shell && shell.held();
    if (!held) return;
    event.preventDefault();
    const { say, make } = shell, found = await self.away.counts(held.account);
    const unsent = found.drafts + found.waiting + found.choose;
    if (!unsent) { await leave(); return; }
    const told = make("p", { role: "status" }, say("unsent", { n: unsent }));
    const note = async (deed) => {
      const said = new URLSearchParams({ deed, device: held.device, drafts: found.drafts, waiting: found.waiting + found.choose });
      const answer = await self.away.post(shell.chip.dataset.leave, shell.token(), said, { Accept: "application/json" }).catch(() => null);
      if (!answer || !answer.ok) told.textContent = say("noted-not");
      return answer && answer.ok;
    };
    const box = make("dialog", { id: "leaving" }, make("h2", { id: "leaving-title" }, say("leaving")), told);
    box.setAttribute("aria-labelledby", "leaving-title");
    const button = (key, kind, work) => make("button", { type: "button", className: kind, value: key, on: ["click", work] }, say(key));
    box.append(make("div", { className: "leaving" },
      button("send", "btn btn-primary", async () => {
        told.textContent = say("sending");
        await shell.flush(true);
        const left = await self.away.counts(held.account), n = left.drafts + left.waiting + left.choose;
        if (n) told.textContent = say("left", { n }); else await leave();
      }), make("span", { className: "quiet" }, say("send-about")),
      button("keep", "btn", async () => { if (await note("keep")) await leave(); }), make("span", { className: "quiet" }, say("keep-about")),
      button("discard", "btn", async () => { if (await note("discard")) { await self.away.forget(held.account, true); await leave(); } }), make("span", { className: "quiet" }, say("discard-about"))),
      button("stay", "plain", () => box.close()));
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
  });
})();
