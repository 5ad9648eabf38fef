// Passkeys: the device is asked for what the page's form carries; its answer goes back in that form.
"use strict";

const form = document.querySelector("form[data-passkey]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

async function ask() {
  const options = JSON.parse(form.dataset.options), state = form.querySelector("[data-passkey-state]");
  const again = form.querySelector("[data-passkey-ask]");
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  if (options.excludeCredentials) options.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) options.allowCredentials = known(options.allowCredentials);
  try {
    if (!window.PublicKeyCredential) throw new DOMException("", "NotSupportedError");
    send(await navigator.credentials[form.dataset.passkey]({ publicKey: options }));
  } catch (refusal) {
    const words = { InvalidStateError: "known", NotSupportedError: "unable", SecurityError: "unable" };
    state.textContent = form.dataset[words[refusal.name] ?? "refused"];
    state.classList.add("error");
    again.hidden = false;
  }
}

function send({ id, type, rawId, response, authenticatorAttachment }) {
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) answer[name] = text(response[name]);
  if (response.getTransports) answer.transports = response.getTransports();
  form.elements.credential.value = JSON.stringify({
    id, type, rawId: text(rawId), response: answer, authenticatorAttachment, clientExtensionResults: {},
  });
  form.requestSubmit();
}

if (form) {
  form.querySelector("[data-passkey-ask]").addEventListener("click", ask);
  ask();
}
