// The list of products: search while typing, pictures that are dropped, ticks and keys.
// Without a script all of it works with buttons.
import { go } from "./results.js";

const search = document.querySelector("[data-list-search]");
const picture = document.querySelector("[data-picture-search]");
const keys = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("[data-row]")];
const WAIT_MS = 250;
let waiting;
let here = -1;

// Filters change the address behind the form's back: what it asks for is the address with its own fields put in.
function searched() {
  const address = new URL(location.href);
  address.pathname = new URL(search.action).pathname;
  for (const name of ["q", "by", "sort", "page", "done"]) address.searchParams.delete(name);
  for (const [name, value] of new FormData(search)) {
    if (["q", "by", "sort"].includes(name) && value.trim()) address.searchParams.set(name, value);
  }
  return address;
}

function show(replace) {
  clearTimeout(waiting);
  here = -1;
  go(searched(), { replace }).then(markView);
}

function markView() {
  for (const link of document.querySelectorAll(".list-views a")) {
    if (link.search === location.search) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

search.addEventListener("submit", (event) => { event.preventDefault(); show(false); });
search.addEventListener("change", (event) => { if (event.target.matches("select")) show(false); });
search.addEventListener("input", (event) => {
  if (!event.target.matches("[type=search]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => show(true), WAIT_MS);
});

document.addEventListener("submit", (event) => {
  const query = event.target.querySelector("[data-query]");
  if (query) query.value = location.search.slice(1);
});

// A picture, chosen or dropped anywhere on the page.
const file = picture.querySelector("[type=file]");
file.addEventListener("change", () => { if (file.files.length) picture.requestSubmit(); });
picture.addEventListener("submit", () => {
  picture.action = new URL(picture.action).pathname + location.search;
});
const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  picture.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) picture.classList.remove("is-over"); });
document.addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  picture.classList.remove("is-over");
  const dropped = [...event.dataTransfer.files].find((one) => one.type.startsWith("image/"));
  if (!dropped) return;
  const chosen = new DataTransfer();
  chosen.items.add(dropped);
  file.files = chosen.files;
  picture.requestSubmit();
});

// Ticks.
function countTicks() {
  const count = document.querySelectorAll("[data-row] [name=id]:checked").length;
  const words = document.querySelector("[data-ticked]");
  if (words) words.textContent = count ? words.dataset.ticked.replace("{count}", count) : "";
  for (const row of rows()) row.classList.toggle("is-ticked", row.querySelector("[name=id]").checked);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) {
    for (const row of rows()) row.querySelector("[name=id]").checked = event.target.checked;
  }
  if (event.target.matches("#bulk-action")) suggest(event.target.value);
  if (event.target.closest("#bulk")) countTicks();
});

function suggest(action) {
  const value = document.getElementById("bulk-value");
  value.setAttribute("list", `values-${action}`);
  value.disabled = ["withdraw", "restore"].includes(action);
}

// Keys.
// Turned off for this page alone: nothing is kept in the browser.
const use = keys.querySelector("[data-use-keys]");
document.querySelector("[data-show-keys]").addEventListener("click", () => keys.showModal());

function move(step) {
  const all = rows();
  if (!all.length) return;
  const focused = all.indexOf(document.activeElement.closest?.("[data-row]"));
  here = Math.min(Math.max((focused < 0 ? here : focused) + step, 0), all.length - 1);
  all[here].focus();
}

const acts = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  x: (row) => row?.querySelector("[name=id]").click(),
  e: (row) => row?.querySelector("[data-edit]").click(),
  "/": () => search.querySelector("[type=search]").select(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open || !acts[event.key]) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, summary, dialog")) return;
  const row = document.activeElement.closest("[data-row]");
  // Arrows scroll the page until a row is entered; "?" opens the help, where the keys are turned on again.
  if (event.key.startsWith("Arrow") && !row) return;
  if (!use.checked && event.key !== "?") return;
  event.preventDefault();
  acts[event.key](row);
});

countTicks();
