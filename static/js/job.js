// A job's progress, asked for every second; when it has ended the page is shown anew, with the report.
const job = document.querySelector("[data-job]");
const bar = job.querySelector("progress");
const label = job.querySelector("[data-progress-words]");
const silence = job.querySelector("[data-silent]");
const badge = document.querySelector("main .state");
const numbers = new Intl.NumberFormat(document.documentElement.lang);

async function look() {
  const response = await fetch(job.dataset.job);
  if (!response.ok) return false;
  // Logged out meanwhile: the page itself leads to the log-in, and back.
  if (response.redirected) {
    location.reload();
    return true;
  }
  const { state, open, silent, done, total, percent } = await response.json();
  if (!open) {
    location.reload();
    return true;
  }
  if (silence) silence.hidden = !silent;
  if (job.dataset.running && state === "running" && !badge.classList.contains("state-running")) {
    badge.className = "state state-running";
    badge.textContent = job.dataset.running;
  }
  if (total) {
    bar.value = percent;
    const filled = { "{done}": numbers.format(done), "{total}": numbers.format(total) };
    label.textContent = job.dataset.words.replace(/\{done\}|\{total\}/g, (name) => filled[name]);
  }
  return false;
}

async function watch() {
  const ended = await look().catch(() => false);
  if (!ended) setTimeout(watch, 1000);
}

watch();
