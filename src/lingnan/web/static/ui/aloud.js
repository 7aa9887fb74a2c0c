// Reads the page sentence by sentence; the sound comes from our own server, never from the browser.
(() => {
  const bar = document.querySelector("[data-aloud]"), main = document.getElementById("main");
  if (!bar || !main || !window.AudioContext) return;
  const button = bar.querySelector("button"), told = bar.querySelector("output");
  let sound = null, playing = null, turn = 0;
  const skip = "script, noscript, style, svg, [data-aloud], details:not([open]) > *:not(summary), [aria-hidden=true], .visually-hidden, select, input, textarea, [hidden]";
  const lines = "li, p, h1, h2, h3, h4, td, th, dt, dd, caption, label, summary, button, div, section";
  // What stands in one line is said in one breath, then sentence by sentence.
  const pieces = () => {
    const found = [];
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const text = node.data.replace(/\s+/g, " ").trim();
      if (!text || node.parentElement.closest(skip)) continue;
      const line = node.parentElement.closest(lines) || node.parentElement, last = found.at(-1);
      if (last && last[1] === line) last[0] += ` ${text}`;
      else found.push([text, line]);
    }
    return found.flatMap(([text, line]) => (text.match(/[^。！？!?；;]+[。！？!?；;]*/g) || []).map((part) => [part.trim().slice(0, 600), line]))
      .filter(([text]) => /[\p{L}\p{N}]/u.test(text));
  };
  const ask = async (text) => {
    const body = new FormData(bar);
    body.set("text", text);
    const answer = await fetch(bar.action, { method: "POST", body, headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
    if (!answer.ok) throw new Error(((await answer.json().catch(() => null)) || {}).detail || "");
    return sound.decodeAudioData(await answer.arrayBuffer());
  };
  const play = (data) => new Promise((done) => {
    playing = sound.createBufferSource();
    playing.buffer = data;
    playing.connect(sound.destination);
    playing.onended = done;
    playing.start();
  });
  const show = (on) => { button.setAttribute("aria-pressed", String(on)); button.textContent = on ? bar.dataset.stop : bar.dataset.start; };
  const stop = () => { turn++; if (playing) playing.stop(); playing = null; show(false); for (const one of main.querySelectorAll(".read-now")) one.classList.remove("read-now"); };
  bar.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-pressed") === "true") { stop(); return; }
    const mine = ++turn, all = pieces();
    sound = sound || new AudioContext();
    await sound.resume();
    show(true);
    told.value = "";
    try {
      let next = all.length ? ask(all[0][0]) : null;
      for (let at = 0; at < all.length && mine === turn; at++) {
        const data = await next;
        if (mine !== turn) break;
        next = at + 1 < all.length ? ask(all[at + 1][0]) : null;
        if (next) next.catch(() => {});
        const here = all[at][1];
        here.classList.add("read-now");
        bar.dataset.read = String(at + 1);
        await play(data);
        here.classList.remove("read-now");
      }
    } catch (no) { if (mine === turn) told.value = (no.name === "Error" && no.message) || bar.dataset.failed; }
    if (mine === turn) stop();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && button.getAttribute("aria-pressed") === "true") stop(); });
  button.disabled = false;
})();
