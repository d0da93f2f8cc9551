// Another garment, another filter: the same address is fetched, and only what changes is replaced.
// Links and forms marked data-swap are ordinary ones; whatever fails here falls back to following them.
const region = () => document.querySelector("[data-swapped]");
const within = (address) => new URL(address).pathname + new URL(address).search;
let current;
let shown = within(location.href);
let pending = "";
let isLeaving = false;
const sent = new WeakSet();

// The address that is shown next, or that is.
export const asked = () => pending || location.href;

// Outside of what is replaced, so that screen readers hear the new number of items.
const announcer = document.createElement("p");
announcer.className = "visually-hidden";
announcer.setAttribute("role", "status");
document.body.append(announcer);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  // An SVG link has its address in an object.
  const picksGarment = Boolean(link.closest("svg, .garments"));
  const turnsPage = ["next", "prev"].includes(link.rel);
  go(completed(new URL(link.getAttribute("href"), location.href))).then((isShown) => {
    if (isShown && picksGarment) bringIntoSight();
    // Somebody who went on elsewhere meanwhile stays there.
    if (!isShown || picksGarment || document.activeElement !== document.body) return;
    region().focus({ preventScroll: true });
    if (turnsPage) region().scrollIntoView();
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form) return;
  event.preventDefault();
  sent.add(form);
  go(completed(addressOf(form)));
});

window.addEventListener("popstate", async () => {
  // A link within the page, such as the one to the content.
  if (within(location.href) === shown && !pending) return;
  try {
    if (await swap(location.href)) tell();
  } catch {
    if (!isLeaving) location.reload();
  }
});

// Some browsers end what is being fetched once a link is followed: that is no failure to recover from.
window.addEventListener("beforeunload", () => (isLeaving = true));

// Scripts of a page where words are still being typed put them into the address that a link or form asks for.
function completed(address) {
  document.dispatchEvent(new CustomEvent("asking", { detail: address }));
  return address;
}

// Scripts of a page whose other parts follow the address listen to this.
function tell() {
  document.dispatchEvent(new Event("swapped"));
}

function addressOf(form) {
  const address = new URL(form.action);
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  address.search = new URLSearchParams(filled).toString();
  return address;
}

// Whether it was shown: not when something else was asked for meanwhile.
export async function go(address, { replace = false } = {}) {
  try {
    if (!(await swap(address))) return false;
    history[replace ? "replaceState" : "pushState"](null, "", address);
    tell();
    return true;
  } catch {
    if (!isLeaving) location.assign(address);
    return false;
  }
}

// On a low screen the matches may lie below its edge.
function bringIntoSight() {
  if (region().getBoundingClientRect().top > window.innerHeight * 0.8) {
    region().scrollIntoView({ behavior: "smooth", block: "center" });
  }
}

async function swap(address) {
  current?.abort();
  const mine = (current = new AbortController());
  pending = String(address);
  isLeaving = false;
  region().classList.add("is-renewing");
  try {
    const response = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    take(new DOMParser().parseFromString(await response.text(), "text/html"));
    shown = within(address);
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    throw error;
  } finally {
    if (current === mine) {
      pending = "";
      region().classList.remove("is-renewing");
    }
  }
}

function take(fresh) {
  for (const old of document.querySelectorAll("[data-follows]")) {
    const next = fresh.getElementById(old.id);
    if (next) copyAttributes(next, old);
  }
  const old = region();
  const filtersOpen = old.querySelector("details[data-stays-open]")?.open ?? false;
  const next = document.importNode(fresh.querySelector("[data-swapped]"), true);
  const filters = next.querySelector("details[data-stays-open]");
  // On a narrow screen an open panel would hide what was just asked for.
  if (filters) filters.open = filtersOpen && window.matchMedia("(min-width: 992px)").matches;
  keepBegun(old, next);
  const focused = old.contains(document.activeElement) && document.activeElement;
  old.replaceWith(next);
  if (focused) focusAgain(focused, next);
  document.title = fresh.title;
  announcer.textContent = next.querySelector("[data-total]")?.textContent ?? "";
}

function copyAttributes(from, to) {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const { name, value } of from.attributes) to.setAttribute(name, value);
}

// What was chosen in a form, and not sent yet, stays chosen.
function keepBegun(old, next) {
  const forms = [...old.querySelectorAll("form[data-swap]")].filter((form) => !sent.has(form));
  for (const field of forms.flatMap((form) => [...form.elements]).filter(isBegun)) {
    const same = sameIn(next, field);
    if (same) same[state(field)] = field[state(field)];
  }
}

const state = (field) => (["checkbox", "radio"].includes(field.type) ? "checked" : "value");

function isBegun(field) {
  if (state(field) === "checked") return field.checked !== field.defaultChecked;
  const options = field.options && [...field.options];
  return field.value !== (options ? (options.find((one) => one.defaultSelected) ?? options[0])?.value : field.defaultValue);
}

function sameIn(next, one) {
  if (one.matches("summary")) return next.querySelector(`#${CSS.escape(one.parentElement.id)} > summary`);
  if (one.id) return next.querySelector(`#${CSS.escape(one.id)}`);
  const value = state(one) === "checked" ? `[value="${CSS.escape(one.value)}"]` : "";
  return one.name ? next.querySelector(`[name="${CSS.escape(one.name)}"]${value}`) : null;
}

// Somebody who types goes on in the same field: keys beside it would be taken for commands.
function focusAgain(focused, next) {
  const same = sameIn(next, focused);
  if (!same?.checkVisibility()) return;
  same.focus({ preventScroll: true });
  if (sent.has(focused.form) || !same.matches("[type=text], input:not([type])")) return;
  same.value = focused.value;
  same.setSelectionRange(focused.selectionStart, focused.selectionEnd);
}
