// Hearts and thumbs: sent without leaving the page. Each is an ordinary form; whatever fails here sends it as one.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-signal]");
  const pressed = event.submitter;
  if (!form || !pressed || form.dataset.plain) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  say(form, pressed)
    .catch(() => {
      form.dataset.plain = "yes";
      form.requestSubmit(pressed);
    })
    .finally(() => delete form.dataset.sending);
});

async function say(form, pressed) {
  const body = new FormData(form, pressed);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const kept = await response.json();
  for (const button of form.querySelectorAll("button")) {
    const on = button.dataset.says === kept[button.name];
    button.setAttribute("aria-pressed", String(on));
    button.value = on ? button.dataset.else : button.dataset.says;
  }
}
