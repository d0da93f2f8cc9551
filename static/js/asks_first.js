// A form that holds much work is sent only once it is known that somebody is still logged in, and with the token of now:
// else the answer would be a page of an error, and the work gone.
const dialog = document.getElementById("not-sent");
const isAsked = new WeakSet();

// Resolves to what stands in the way, as the dialog names it; empty when nothing does.
export async function hindrance(form) {
  const response = await fetch(dialog.dataset.token).catch(() => null);
  if (!response) return "unreachable";
  if (response.redirected) return "logged-out";
  if (response.ok) form.elements.csrf_token.value = (await response.json()).csrf_token;
  return "";
}

export function say(why) {
  for (const part of dialog.querySelectorAll("[data-why]")) part.hidden = part.dataset.why !== why;
  dialog.showModal();
}

// Before every other listener: those see the form only when it is really sent.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-asks-first]");
  if (!form || isAsked.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const why = await hindrance(form);
  form.removeAttribute("aria-busy");
  if (why) return say(why);
  isAsked.add(form);
  form.requestSubmit(event.submitter);
  // Where the browser found a field wrong, nothing was sent.
  isAsked.delete(form);
}, true);
