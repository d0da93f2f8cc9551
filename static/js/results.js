// Another garment, another filter: the same address is fetched, and only what changes is replaced.
// Links and forms marked data-swap are ordinary ones; whatever fails here falls back to following them.
const region = () => document.querySelector("[data-swapped]");
let current;

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
  go(new URL(link.getAttribute("href"), location.href)).then(() => {
    if (picksGarment) return bringIntoSight();
    region().focus({ preventScroll: true });
    if (turnsPage) region().scrollIntoView();
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form) return;
  event.preventDefault();
  go(addressOf(form));
});

window.addEventListener("popstate", () => swap(location.href).then(tell).catch(() => location.reload()));

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

export async function go(address, { replace = false } = {}) {
  try {
    if (!(await swap(address))) return;
    history[replace ? "replaceState" : "pushState"](null, "", address);
    tell();
  } catch {
    location.assign(address);
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
  region().classList.add("is-renewing");
  try {
    const response = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    take(new DOMParser().parseFromString(await response.text(), "text/html"));
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    throw error;
  } finally {
    if (current === mine) region().classList.remove("is-renewing");
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
  old.replaceWith(next);
  document.title = fresh.title;
  announcer.textContent = next.querySelector("[data-total]")?.textContent ?? "";
}

function copyAttributes(from, to) {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const { name, value } of from.attributes) to.setAttribute(name, value);
}
