// The list of products: search while typing, pictures that are dropped, ticks and keys.
// Without a script all of it works with buttons.
import { asked, go } from "./results.js";

const search = document.querySelector("[data-list-search]");
const picture = document.querySelector("[data-picture-search]");
const keys = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("[data-row]")];
const WAIT_MS = 250;
let waiting;
let here = -1;

// Filters change the address behind the form's back: what it asks for is the address with its own fields put in.
function searched() {
  const address = new URL(asked());
  address.pathname = new URL(search.action).pathname;
  for (const name of ["q", "by", "sort", "page", "done", "found"]) address.searchParams.delete(name);
  for (const [name, value] of new FormData(search)) {
    const isUsual = search.elements[name].options?.[0].value === value;
    if (["q", "by", "sort"].includes(name) && value.trim() && !isUsual) address.searchParams.set(name, value);
  }
  return address;
}

// Links and the Back button change the address behind the form's back.
function follow({ withWords = false } = {}) {
  const said = new URLSearchParams(location.search);
  for (const name of ["by", "sort"]) {
    const select = search.elements[name];
    select.value = said.get(name) ?? select.options[0].value;
  }
  // Somebody who still types is ahead of the address.
  const isAhead = waiting || document.activeElement === search.elements.q;
  if (withWords || !isAhead) search.elements.q.value = said.get("q") ?? "";
}

window.addEventListener("popstate", () => {
  waitNoMore();
  follow({ withWords: true });
});

function waitNoMore() {
  clearTimeout(waiting);
  waiting = undefined;
}

function show(replace) {
  waitNoMore();
  go(searched(), { replace });
}

// A link of the list that is still shown knows nothing of words that were typed since.
document.addEventListener("asking", ({ detail: address }) => {
  waitNoMore();
  const words = search.elements.q.value.trim();
  if (words === (new URLSearchParams(location.search).get("q") ?? "")) return;
  address.searchParams.delete("page");
  if (words) address.searchParams.set("q", words);
  else address.searchParams.delete("q");
});

document.addEventListener("swapped", () => {
  here = -1;
  follow();
  markView();
  goOn();
});

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
  waitNoMore();
  waiting = setTimeout(() => show(true), WAIT_MS);
});

document.addEventListener("submit", (event) => {
  const query = event.target.querySelector("[data-query]");
  if (query) query.value = location.search.slice(1);
});

// A picture, chosen, pasted, or dropped anywhere on the page.
const file = picture.querySelector("[type=file]");
file.addEventListener("change", () => { if (file.files.length) picture.requestSubmit(); });
picture.addEventListener("submit", () => {
  picture.action = new URL(picture.action).pathname + location.search;
});
function lookFor(files) {
  const image = [...files].find((one) => one.type.startsWith("image/"));
  if (!image) return false;
  const chosen = new DataTransfer();
  chosen.items.add(image);
  file.files = chosen.files;
  picture.requestSubmit();
  return true;
}
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
  lookFor(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => { if (lookFor(event.clipboardData.files)) event.preventDefault(); });

// Ticks: they stay while one searches and turns pages, and for the Back button, which finds them by id: the list may
// have another order by then. The preview's own links name them behind the #.
const carried = /^#ticked=([\d,]+)$/.exec(location.hash);
const ticked = new Set(carried ? carried[1].split(",") : history.state?.ticked);
const boxes = () => [...document.querySelectorAll("[data-row] [name=id]")];

function countTicks() {
  history.replaceState({ ticked: [...ticked], begun }, "", location.pathname + location.search);
  for (const row of rows()) row.classList.toggle("is-ticked", row.querySelector("[name=id]").checked);
  const bulk = document.getElementById("bulk");
  if (!bulk) return;
  const shown = new Set(boxes().map((box) => box.value));
  const elsewhere = [...ticked].filter((id) => !shown.has(id));
  bulk.elements.ids.value = elsewhere.join(",");
  const words = bulk.querySelector("[data-ticked]");
  const told = elsewhere.length ? words.dataset.tickedElsewhere : words.dataset.ticked;
  words.textContent = ticked.size ? told.replace("{count}", ticked.size).replace("{elsewhere}", elsewhere.length) : "";
  bulk.querySelector("[data-untick]").hidden = !ticked.size;
  bulk.querySelector("[data-tick-all]").checked = shown.size > 0 && boxes().every((box) => box.checked);
}

function tick(box, on) {
  box.checked = on;
  ticked[on ? "add" : "delete"](box.value);
}

function goOn() {
  for (const box of boxes()) box.checked = ticked.has(box.value);
  countTicks();
  goOnWithChange();
}

// What to do with them stays as well; "all of this list" does not, for it is another list now.
const begun = { ...history.state?.begun };

function keepChange() {
  const bulk = document.getElementById("bulk");
  for (const name of ["action", "value", "ending"]) if (bulk) begun[name] = bulk.elements[name].value;
}

function goOnWithChange() {
  const bulk = document.getElementById("bulk");
  if (!bulk) return;
  for (const [name, value] of Object.entries(begun)) bulk.elements[name].value = value;
  suggest(bulk.elements.action.value);
}

document.addEventListener("input", (event) => { if (event.target.closest("#bulk")) keepChange(); });
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const box of boxes()) tick(box, event.target.checked);
  if (event.target.matches("[data-row] [name=id]")) tick(event.target, event.target.checked);
  if (event.target.matches("#bulk-action")) suggest(event.target.value);
  if (event.target.closest("#bulk")) countTicks();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-untick]")) return;
  ticked.clear();
  for (const box of boxes()) box.checked = false;
  countTicks();
});

// "1 299,00" or "1299.00"; "1.299" could be either of two amounts.
const AMOUNT = /^(\d+|\d{1,3}([\s'’.,])\d{3}(\2\d{3})*)([.,]\d{1,2}|[.,] ?[-–—]{1,2})?$/;
const isAmount = (text) => AMOUNT.test(text) && /[1-9]/.test(text) && !/^\d{1,3}[.,]\d{3}$/.test(text);

// What the server would refuse is said here, where nothing that was ticked is lost.
function wrong(bulk) {
  const { action, value, ending, all } = bulk.elements;
  const text = value.value.trim();
  const percent = Number(text.replace("%", "").replace(",", ".").replace("−", "-"));
  if (!ticked.size && !all?.checked) return "id";
  if (ticked.size > Number(bulk.dataset.mostTicked) && !all?.checked) return "many";
  if (action.value === "price" && !(text && (percent || ending.value) && percent >= -95 && percent <= 500)) return "percent";
  if (action.value === "price_to" && !isAmount(text)) return "amount";
  if (action.value === "stock" && !(/^\d+$/.test(text) && Number(text) <= 1_000_000)) return "pieces";
  return ["category", "gender"].includes(action.value) && !text ? "missing" : "";
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("#bulk")) return;
  const problem = event.target.querySelector("[data-advice]");
  const why = wrong(event.target);
  problem.textContent = why && JSON.parse(problem.dataset.advice)[why];
  if (why) event.preventDefault();
});

function suggest(action) {
  const value = document.getElementById("bulk-value");
  value.setAttribute("list", `values-${action}`);
  value.disabled = ["withdraw", "restore"].includes(action);
  const ending = document.getElementById("bulk-ending");
  ending.hidden = ending.disabled = !["price", "price_to"].includes(action);
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

goOn();
