// Work kept on this device, sealed; and the queue that sends it, once. Pages and the worker share it.
// IndexedDB "away": `held` has the key of whoever is signed in (a CryptoKey no script can read out),
// `kept` has what is sealed. A record shows its state and the account's tag; names, values, titles and
// addresses are inside the seal, and its id is a hash.
self.away = (() => {
  const DAY = 864e5, PATIENCE = 20000, SLOWEST = 300000;
  let opened = null;
  const base = () => (opened ||= new Promise((done, fail) => {
    const ask = indexedDB.open("away", 1);
    ask.onupgradeneeded = () => { for (const name of ["held", "kept"]) ask.result.createObjectStore(name, { keyPath: "id" }); };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  }));
  const run = async (store, mode, work) => {
    const begun = (await base()).transaction(store, mode), asked = work(begun.objectStore(store));
    return new Promise((done, fail) => {
      begun.oncomplete = () => done(asked && asked.result);
      begun.onabort = begun.onerror = () => fail(begun.error);
    });
  };
  const get = (store, id) => run(store, "readonly", (s) => s.get(id));
  const all = (store) => run(store, "readonly", (s) => s.getAll());
  const put = (store, record) => run(store, "readwrite", (s) => s.put(record));
  const drop = (store, id) => run(store, "readwrite", (s) => s.delete(id));

  const text = new TextEncoder();
  const hash = async (...parts) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(parts.join("\n"))))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const bare = (path) => path.replace(/^\/[a-z-]+\//, "/"); // one draft whatever the language
  const id_of = (account, kind, path) => hash(account, kind, kind === "page" ? path : bare(path));

  // Whoever is signed in; nobody when her time is up: then everything stays sealed until she signs in.
  const holder = async () => {
    const held = await get("held", "key");
    if (held && held.until > Date.now()) return held;
    if (held) await drop("held", "key");
    return null;
  };
  const hold = async (told) => {
    const raw = Uint8Array.from(atob(told.key), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    raw.fill(0);
    const held = { id: "key", account: told.account, device: told.device, key, until: Date.now() + told.seconds * 1000, looked: Date.now() };
    await put("held", held);
    await put("held", { id: `device ${told.account}`, device: told.device });
    return held;
  };
  const release = () => drop("held", "key");

  const seal = async (held, record, value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(record.id) }, held.key, text.encode(JSON.stringify(value)));
    const whole = { ...record, account: held.account, device: held.device, iv, sealed, at: Date.now() };
    await put("kept", whole);
    return whole;
  };
  // null when it cannot be opened: another account's, or sealed under a key that is gone.
  const unseal = async (held, record) => {
    if (!record || record.account !== held.account) return null;
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv, additionalData: text.encode(record.id) }, held.key, record.sealed);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch { return null; }
  };
  const find = async (held, kind, path) => {
    const id = await id_of(held.account, kind, path);
    const record = await get("kept", id);
    return { id, record, body: record ? await unseal(held, record) : null };
  };
  const keep = async (held, kind, path, state, body, more = {}) => {
    const id = await id_of(held.account, kind, path);
    return seal(held, { id, kind, state, ...more }, body);
  };
  const mine = async (held, kind) => (await all("kept")).filter((one) => one.kind === kind && one.account === held.account);
  // What a shell shows: counts only, without opening anything.
  const counts = async (account) => {
    const found = { drafts: 0, waiting: 0, choose: 0 };
    for (const one of await all("kept")) if (one.kind === "draft" && one.account === account)
      found[{ queued: "waiting", sending: "waiting", differs: "choose", stands: "choose", wrong: "choose" }[one.state] || "drafts"]++;
    return found;
  };
  // Pages and ledgers go when she signs out; drafts only when she says so.
  const forget = async (account, drafts) => {
    for (const one of await all("kept")) if (one.account === account && (drafts || one.kind !== "draft")) await drop("kept", one.id);
  };
  const stale = async () => { for (const one of await all("kept")) if (one.kind !== "draft" && one.at < Date.now() - 30 * DAY) await drop("kept", one.id); };

  const hello = async (held, lang) => {
    const answer = await fetch(`/${lang}/away/hello/?device=${encodeURIComponent(held.device)}`, { headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok ? answer.json() : { account: "" };
  };
  const post = (address, csrf, body, headers = {}) => fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf, ...headers }, body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });

  // One attempt. The key was kept with the work before the first: however often it is tried, and
  // whoever tries, the server does it once.
  const send = async (held, record, body, csrf) => {
    const answer = await post(body.send, csrf, JSON.stringify({ ...body.about, mine: body.mine, base: body.base, reasons: body.reasons, version: body.version, submit: body.submit }),
      { "Content-Type": "application/json", "Idempotency-Key": record.key, "Accept-Language": body.lang });
    const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
    return { status: answer.status, told };
  };
  const SPENT = new Set(["idempotency_key_reused", "outcome_unknown", "already_done"]);
  const settle = async (held, record, body, { status, told }) => {
    const now = await get("kept", record.id);
    if (!now || now.key !== record.key) return "changed"; // typed further meanwhile: what is newer stays
    if (status === 200 && (told.standing === "saved" || told.standing === "submitted")) { await drop("kept", record.id); return told.standing; }
    if (status === 200) { await seal(held, { ...record, state: told.standing }, { ...body, told }); return told.standing; }
    if (SPENT.has(told.code)) { await seal(held, { ...record, key: crypto.randomUUID(), next: 0 }, body); return "again"; }
    if (status === 422 || status === 404) { await seal(held, { ...record, state: "wrong" }, { ...body, told: { words: told.detail || told.title || "", problems: told.problems || [], differences: [] } }); return "wrong"; }
    const tries = (record.tries || 0) + 1;
    await put("kept", { ...now, tries, next: Date.now() + Math.min(SLOWEST, 1000 * 2 ** tries) });
    return "later";
  };
  // Everything that waits, one after another, in one place at a time. `drafts`: those too, as drafts.
  const flush = (lang, { drafts = false, now = false, but = "" } = {}) => {
    const work = async () => {
      const done = { sent: 0, left: 0, signed: true, reached: true };
      const held = await holder();
      if (!held) return { ...done, signed: false };
      const due = (await mine(held, "draft")).filter((one) => one.id !== but && (["queued", "sending"].includes(one.state) || (drafts && one.state === "draft")));
      if (!due.length) return done;
      let greeting = null;
      try { greeting = await hello(held, lang); } catch { return { ...done, reached: false, left: due.length }; }
      if (greeting.account !== held.account) return { ...done, signed: false, left: due.length };
      if (greeting.revoked) { await release(); return { ...done, signed: false, revoked: true, left: due.length }; }
      for (const record of due) {
        if (!now && record.next > Date.now()) { done.left++; continue; }
        const body = await unseal(held, record);
        if (!body) continue;
        let became = "later";
        try { became = await settle(held, record, body, await send(held, record, body, greeting.csrf)); }
        catch { done.reached = false; await put("kept", { ...record, tries: (record.tries || 0) + 1, next: Date.now() + Math.min(SLOWEST, 1000 * 2 ** ((record.tries || 0) + 1)) }); }
        if (became === "submitted" || became === "saved") done.sent++;
        else if (["later", "again", "changed"].includes(became)) done.left++;
      }
      if (self.BroadcastChannel) new BroadcastChannel("away").postMessage(done);
      return done;
    };
    return navigator.locks ? navigator.locks.request("away-send", work) : work();
  };
  return { get, all, put, drop, holder, hold, release, find, keep, mine, unseal, seal, counts, forget, stale, hello, post, send, settle, flush, bare };
})();
