// On every page: menus close when the visitor turns elsewhere, and forms are sent once.
document.documentElement.classList.add("has-script");

const menus = () => document.querySelectorAll("details.drop[open], details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const form of document.querySelectorAll("form[data-look]")) {
  form.addEventListener("submit", (event) => {
    if (form.classList.contains("is-sending")) event.preventDefault();
    form.classList.add("is-sending");
  });
}

// A page taken from the browser's back/forward cache waits for nothing any more.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-sending")) form.classList.remove("is-sending");
});

// A menu wider than a phone shows the page that one is on.
for (const here of document.querySelectorAll(".desk-nav [aria-current]")) {
  const menu = here.closest(".desk-nav");
  menu.scrollLeft = here.offsetLeft - menu.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
}
