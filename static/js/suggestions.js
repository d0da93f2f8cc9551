// Beside the product form: ask what the listing is, and put what is taken into the form's fields.
import { hindrance, say } from "./asks_first.js";

const panel = document.querySelector("[data-suggest]");
const form = panel?.closest("form");

function words(kind) {
  return [...form.elements].filter((one) => one.name?.startsWith(kind) && one.value?.trim()).map((one) => one.value);
}

function listing() {
  const sent = new FormData();
  sent.set("csrf_token", form.elements.csrf_token.value);
  for (const title of words("title")) sent.append("title", title);
  for (const description of words("description")) sent.append("description", description);
  const stored = form.querySelector("input[name=picture]");
  const photo = [...form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files])[0];
  if (stored) sent.set("picture", stored.value);
  else if (photo) sent.set("photo", photo);
  return sent;
}

async function ask() {
  const place = panel.querySelector("[data-suggested]");
  if (panel.hasAttribute("aria-busy")) return;
  panel.setAttribute("aria-busy", "true");
  place.innerHTML = '<div class="thread"></div>';
  await fill(place).finally(() => panel.removeAttribute("aria-busy"));
}

async function fill(place) {
  const why = await hindrance(form);
  if (why) {
    place.replaceChildren();
    return say(why);
  }
  const response = await fetch(panel.dataset.suggest, { method: "POST", body: listing() }).catch(() => null);
  if (response?.ok) {
    place.innerHTML = await response.text();
    for (const one of place.querySelectorAll("[data-field]")) remember(one.dataset.field, one.dataset.value);
  } else {
    const page = response && new DOMParser().parseFromString(await response.text(), "text/html");
    const said = page?.querySelector(".error-page .reading-lead")?.textContent.trim();
    const words = Object.assign(document.createElement("p"), { className: "problem", textContent: said || panel.dataset.failed });
    place.replaceChildren(words);
  }
}

// What was shown goes with the form, so that the classifier learns from what was chosen instead.
function remember(field, value) {
  const name = `suggested-${field}`;
  const hidden = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  hidden.value = value;
}

function take(one) {
  const input = form.elements[one.dataset.field];
  if (!input) return;
  // A word of the shop's own may not be in the list yet.
  const isMissing = input.options && ![...input.options].some((choice) => choice.value === one.dataset.value);
  if (isMissing) input.add(new Option(one.querySelector("strong").textContent, one.dataset.value));
  input.value = one.dataset.value;
  // "Or another category" would win over the one that is taken.
  if (one.dataset.field === "category") form.elements.own_category.value = "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  one.classList.add("is-taken");
}

if (form) {
  panel.hidden = false;
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-suggest-now]")) ask();
    const one = event.target.closest("[data-take]")?.closest("[data-field]");
    if (one) take(one);
    if (event.target.closest("[data-take-all]")) panel.querySelectorAll("[data-field]").forEach(take);
  });
}
