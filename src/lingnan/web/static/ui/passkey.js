// Passkeys: the browser's own dialog between two posts. Forms stay hidden where there is none.
(() => {
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const post = async (form, url, body) => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(url, {
      method: "POST", body: JSON.stringify(body || {}),
      headers: { "X-CSRFToken": token, "Content-Type": "application/json", Accept: "application/json" },
    });
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.detail), { ours: true });
    return told;
  };
  const packed = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
  };
  const make = async (options) => navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  } });
  const ask = async (options) => navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials),
  } });
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const wrong = form.querySelector(".wrong");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      wrong.textContent = "";
      try {
        const options = await post(form, form.dataset.options);
        const made = await (form.dataset.passkey === "create" ? make : ask)(options);
        const next = form.querySelector("[name=next]");
        const query = next ? `?next=${encodeURIComponent(next.value)}` : "";
        location.assign((await post(form, form.dataset.answer + query, packed(made))).next);
      } catch (no) {
        wrong.textContent = no.ours ? no.message : wrong.dataset.cancelled;
      }
    });
  }
})();
