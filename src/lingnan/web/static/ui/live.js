// What is new comes by itself: told by the server, or asked for from time to time when it cannot tell.
(() => {
  const sign = document.querySelector("a.to-desk[data-live]");
  if (!sign) return;
  const SOONEST = 15000, LATEST = 300000, FAILURES = 3;
  const work = document.querySelector("[data-watch]");
  const count = sign.querySelector("b"), said = document.getElementById("live-said");
  let board = document.querySelector("[data-desk]");
  let stream = null, failed = 0, wait = SOONEST, timer = 0;
  let waiting = board ? Number(board.dataset.waiting) : null;

  const page = async () => {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const busy = () => board.contains(document.activeElement) && document.activeElement.matches("button, input, select");
  // The focus stays where it was: on the same line, wherever that is now.
  const renew = async () => {
    const fresh = ((await page()) || document).querySelector("[data-desk]");
    if (!fresh || fresh === board || busy()) return;
    const here = board.contains(document.activeElement) && document.activeElement.getAttribute("href");
    board.replaceWith(fresh);
    board = fresh;
    const again = here && [...board.querySelectorAll("a")].find((link) => link.getAttribute("href") === here);
    if (again) again.focus();
  };
  if (waiting) count.textContent = String(waiting);
  const tell = (now) => {
    count.textContent = now.waiting ? String(now.waiting) : "";
    if (waiting !== null && now.waiting > waiting) said.textContent = said.dataset.words;
    waiting = now.waiting;
    if (board && now.stamp !== board.dataset.stamp) renew();
  };
  const show = async (how) => {
    const bar = work.querySelector("progress"), words = work.querySelector("output");
    if (bar) { bar.max = how.total || 1; bar.value = how.done; }
    if (words) words.textContent = how.words;
    const mark = work.querySelector(".mark");
    if (mark && how.state) { mark.textContent = how.state; mark.className = `mark ${how.mark}`; }
    if (!how.over) return;
    const fresh = ((await page()) || document).querySelector("main");
    if (fresh) document.querySelector("main").replaceChildren(...fresh.childNodes);
  };

  const ask = async () => {
    timer = 0;
    if (document.hidden || stream) return;
    try {
      if (work && document.contains(work)) {
        const fresh = ((await page()) || document).querySelector("[data-watch]");
        if (fresh) work.replaceChildren(...fresh.childNodes);
        wait = SOONEST / 3;
      } else if (board) {
        const answer = await fetch(board.dataset.desk, { cache: "no-store", headers: { "If-None-Match": `"${board.dataset.stamp}"` } });
        if (answer.status === 200) { tell(await answer.json()); wait = SOONEST; }
        else if (answer.status === 401 || answer.status === 403) return;
        else wait = Math.min(wait * 2, LATEST);
      } else return;
    } catch { wait = Math.min(wait * 2, LATEST); }
    timer = setTimeout(ask, wait);
  };
  const hush = () => { if (stream) stream.close(); stream = null; };
  const listen = () => {
    if (document.hidden || stream) return;
    if (!window.EventSource || failed >= FAILURES) { if (!timer) timer = setTimeout(ask, 1000); return; }
    const asked = new URLSearchParams({ lang: document.documentElement.lang });
    if (board) asked.set("stamp", board.dataset.stamp);
    if (work) asked.set("watch", work.dataset.watch);
    stream = new EventSource(`${sign.dataset.live}?${asked}`);
    stream.addEventListener("open", () => { failed = 0; });
    stream.addEventListener("desk", (event) => tell(JSON.parse(event.data)));
    stream.addEventListener("work", (event) => show(JSON.parse(event.data)));
    stream.addEventListener("end", hush);
    stream.addEventListener("error", () => {
      // A line that broke comes back by itself; one that was refused does not.
      failed += 1;
      if (stream && stream.readyState !== EventSource.CLOSED && failed < FAILURES) return;
      hush();
      failed = FAILURES;
      listen();
    });
  };
  // A page nobody looks at keeps no line open.
  document.addEventListener("visibilitychange", () => { if (document.hidden) hush(); else { wait = SOONEST; listen(); } });
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
})();
