// The photo card: take or choose a photo, drop it, see it, check its size; the form itself works without this.
const form = document.querySelector("form[data-upload]");
const part = (name) => form.querySelector(`[data-${name}]`);
const words = form.dataset;
const input = form.elements.photo;
const consent = form.querySelector("[name=consent][value=recommendation]");
const sendButton = part("send");
const byTouch = window.matchMedia("(pointer: coarse)").matches;
const PHOTO_NAME = /\.(jpe?g|png|webp|hei[cf])$/i;
let previewAddress = "";

form.noValidate = true;
part("take").hidden = !byTouch;
part("take").addEventListener("click", () => {
  input.setAttribute("capture", "environment");
  input.click();
});
part("choose").addEventListener("click", () => input.removeAttribute("capture"));
part("change").addEventListener("click", () => {
  input.removeAttribute("capture");
  input.click();
});
input.addEventListener("change", show);
input.addEventListener("cancel", () => input.removeAttribute("capture"));
consent.addEventListener("change", () => say("consent-problem", ""));

function show() {
  const file = input.files[0];
  const problem = file ? problemWith(file) : "";
  say("photo-problem", problem);
  if (problem) input.value = "";
  const chosen = Boolean(file) && !problem;
  part("dropzone").classList.toggle("has-photo", chosen);
  part("chosen").hidden = !chosen;
  part("preview").hidden = true;
  if (chosen) preview(file);
}

function problemWith(file) {
  const looksLikeAPhoto = file.type.startsWith("image/") || PHOTO_NAME.test(file.name);
  if (!looksLikeAPhoto) return words.wordsNotAPhoto;
  return file.size > Number(words.maxBytes) ? words.wordsTooLarge : "";
}

// A browser that cannot show the format (HEIC in most) leaves the name alone on the card.
function preview(file) {
  const picture = part("preview");
  URL.revokeObjectURL(previewAddress);
  previewAddress = URL.createObjectURL(file);
  part("file-name").textContent = file.name;
  picture.onload = () => (picture.hidden = false);
  picture.onerror = () => (picture.hidden = true);
  picture.src = previewAddress;
}

function say(name, text) {
  part(name).textContent = text;
}

const dropzone = part("dropzone");
for (const kind of ["dragenter", "dragover"]) {
  dropzone.addEventListener(kind, (event) => {
    event.preventDefault();
    dropzone.classList.add("is-over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  dropzone.addEventListener(kind, () => dropzone.classList.remove("is-over"));
}
dropzone.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  const single = new DataTransfer();
  single.items.add(event.dataTransfer.files[0]);
  input.files = single.files;
  show();
});

form.addEventListener("submit", (event) => {
  const hasPhoto = input.files.length > 0;
  if (!hasPhoto) say("photo-problem", words.wordsNoPhoto);
  if (!consent.checked) say("consent-problem", words.wordsNoConsent);
  if (!hasPhoto || !consent.checked || form.classList.contains("is-sending")) {
    event.preventDefault();
    if (!hasPhoto) input.focus();
    else if (!consent.checked) consent.focus();
    return;
  }
  form.classList.add("is-sending");
  part("waiting").hidden = false;
  part("waiting-words").textContent = part("waiting-words").dataset.words;
  sendButton.setAttribute("aria-disabled", "true");
});

window.addEventListener("pageshow", () => {
  part("waiting").hidden = true;
  part("waiting-words").textContent = "";
  sendButton.removeAttribute("aria-disabled");
  if (input.files.length) show();
});
