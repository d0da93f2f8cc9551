// The product form: pictures move without a reload, the stock adds up, and unsaved words are not lost by a slip.
const form = document.querySelector("form.listing");
const list = form.querySelector("[data-pictures]");
const told = form.querySelector("[data-told]");
// One that came back with a picture or a problem is not saved either.
let isChanged = form.hasAttribute("data-unsaved");

for (const kind of ["input", "change"]) {
  // Chosen files are on their way already.
  form.addEventListener(kind, (event) => (isChanged ||= event.target.type !== "file"));
}
// A second press would send the form twice, and find the reference taken by the first.
form.addEventListener("submit", (event) => {
  if (form.classList.contains("is-sending")) event.preventDefault();
  form.classList.add("is-sending");
  isChanged = false;
});
window.addEventListener("pageshow", () => form.classList.remove("is-sending"));
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move], [data-remove]");
  if (!button) return;
  event.preventDefault();
  const picture = button.closest("[data-picture]");
  if (button.matches("[data-remove]")) remove(picture);
  else move(picture, Number(button.dataset.move), button);
});

function move(picture, step, button) {
  const other = step < 0 ? picture.previousElementSibling : picture.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(picture);
  else other.after(picture);
  button.focus();
  tell(picture);
}

function remove(picture) {
  const next = picture.nextElementSibling ?? picture.previousElementSibling;
  picture.remove();
  isChanged = true;
  (next?.querySelector("[data-remove]") ?? document.getElementById("new-pictures"))?.focus();
}

function tell(picture) {
  isChanged = true;
  const all = [...list.children];
  told.textContent = form.dataset.wordsMoved
    .replace("{number}", all.indexOf(picture) + 1)
    .replace("{total}", all.length);
}

let dragged;
for (const picture of list.children) picture.draggable = true;
list.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-picture]");
  dragged?.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
});
list.addEventListener("dragover", (event) => {
  const over = event.target.closest("[data-picture]");
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const isBehind = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (isBehind) over.after(dragged);
  else over.before(dragged);
});
list.addEventListener("drop", (event) => event.preventDefault());
list.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("is-dragged");
  tell(dragged);
  dragged = undefined;
});

// Chosen files are sent at once: they come back as pictures to put in order, beside all that was typed.
const input = document.getElementById("new-pictures");
const problem = form.querySelector("[data-upload-problem]");
input?.addEventListener("change", () => {
  const bytes = [...input.files].reduce((sum, file) => sum + file.size, 0);
  // The words of the form need room in the same request.
  const isTooMuch = bytes > Number(form.dataset.maxBytes) - 200_000;
  problem.textContent = isTooMuch ? form.dataset.wordsTooLarge : "";
  if (isTooMuch) input.value = "";
  else if (input.files.length) form.requestSubmit(form.querySelector("button[value=upload]"));
});

const stock = form.querySelector("[data-stock]");
const total = form.querySelector("[data-stock-total]");
stock.addEventListener("input", addUp);
addUp();

function addUp() {
  const pieces = [...stock.querySelectorAll("input")].map((field) => Number(field.value.replace(/\s/g, "") || 0));
  const sum = pieces.reduce((one, other) => one + other, 0);
  total.textContent = Number.isFinite(sum)
    ? total.dataset.words.replace("{total}", sum.toLocaleString(document.documentElement.lang))
    : "";
}
