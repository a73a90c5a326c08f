// Hemero works without this file; it only saves a few keystrokes, clicks and reloads.
"use strict";

const main = document.getElementById("main");
const beside = window.matchMedia("(min-width: 62rem)");
const RECENT = "hemero-recent";
const MOST_RECENT = 8;

const isTyping = ({ target }) => target.closest?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select");

// "/" goes to the search box, "?" to the help, arrows from result to result.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const box = document.getElementById("q");
  if (event.key === "/" && box) {
    box.focus();
    box.select();
  } else if (event.key === "?") location.assign(document.querySelector("a[rel=help]").href);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!moveAmongResults(event.key === "ArrowDown" ? 1 : -1)) return;
  } else return;
  event.preventDefault();
});

// Only from a result, or from the top of the page: elsewhere the arrows scroll as ever.
function moveAmongResults(step) {
  const links = [...document.querySelectorAll(".results h2 a")];
  const place = links.indexOf(document.activeElement);
  const idle = document.activeElement === document.body || document.activeElement === main;
  if (place < 0 && !(idle && step > 0)) return false;
  links[Math.max(0, Math.min(place + step, links.length - 1))]?.focus();
  return true;
}

// Only what was chosen goes into the address.
const SILENT = { mode: "hybrid", sort: "relevance", balance: "50", after: "", before: "" };
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id !== "search") return;
  for (const [name, value] of Object.entries(SILENT)) {
    if (formData.get(name) === value) formData.delete(name);
  }
});

// Searches replace what the page shows, without a reload; anything unforeseen falls back to one.
let asked = 0;
async function show(address, remember = true) {
  const own = ++asked;
  const chosen = document.activeElement?.closest?.(".filters input");
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("main");
    if (own !== asked) return;
    if (!found || !page.querySelector(".filters")) throw new Error("no page of results");
    if (remember) history.pushState(null, "", answer.url);
    main.replaceChildren(...found.childNodes);
    document.title = page.title;
    document.getElementById("q").value = page.getElementById("q")?.value ?? "";
    for (const name of ["atom", "json"]) {
      const link = `link[rel=alternate][type*="${name}"]`;
      const [old, fresh] = [document.head.querySelector(link), page.head.querySelector(link)];
      if (old && fresh) old.href = fresh.href;
    }
    keepFocus(chosen, remember);
    arrive();
  } catch {
    if (own === asked) location.assign(address);
  } finally {
    if (own === asked) main.removeAttribute("aria-busy");
  }
}

// The keyboard stays on the filter that was changed; else it goes to the new results.
function keepFocus(chosen, moved) {
  const same = chosen && [...main.querySelectorAll(".filters input")].find(
    (each) => each.name === chosen.name && (each.value === chosen.value || /date|range/.test(each.type)));
  if (same) same.focus({ preventScroll: true });
  else if (moved) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

const isSearch = (url) => url.origin === location.origin && url.pathname === "/search";

document.addEventListener("submit", (event) => {
  if (event.target.id !== "search" || location.pathname !== "/search") return;
  event.preventDefault();
  const address = new URL(event.target.action);
  address.search = new URLSearchParams(new FormData(event.target));
  show(address);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#main a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const address = new URL(link.href.baseVal ?? link.href, location);
  if (location.pathname !== "/search" || !isSearch(address)) return;
  event.preventDefault();
  show(address);
});

window.addEventListener("popstate", () => {
  if (location.pathname === "/search") show(location.href, false);
});

// Beside the results a choice applies at once; folded above them, the button does it.
// A date, typed in three parts, applies when the reader leaves it.
let typed = null;
document.addEventListener("change", ({ target }) => {
  if (!target.closest(".filters") || !beside.matches || !target.form) return;
  if (target.type === "date") typed = target;
  else target.form.requestSubmit();
});
document.addEventListener("focusout", ({ target }) => {
  if (target !== typed) return;
  typed = null;
  target.form?.requestSubmit();
});

// Dragging over the picture of time keeps what was published between; each bar is a link besides.
const DAY_MS = 86_400_000;
const LEAST_DRAG = 6;
let drag = null;

const shareAt = (svg, x) => {
  const box = svg.getBoundingClientRect();
  return Math.max(0, Math.min((x - box.left) / box.width, 1));
};

document.addEventListener("pointerdown", (event) => {
  const svg = event.target.closest?.(".times svg");
  if (svg && !event.button && svg.dataset.first) drag = { svg, from: event.clientX, band: null };
});
document.addEventListener("pointermove", ({ clientX }) => {
  if (!drag || Math.abs(clientX - drag.from) < LEAST_DRAG) return;
  drag.band ??= drag.svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
  const ends = [shareAt(drag.svg, drag.from), shareAt(drag.svg, clientX)].sort((a, b) => a - b);
  const place = { class: "chosen", x: ends[0] * 100, y: 0, width: (ends[1] - ends[0]) * 100, height: 30 };
  for (const [name, value] of Object.entries(place)) drag.band.setAttribute(name, value);
});
document.addEventListener("pointerup", ({ clientX }) => {
  const { svg, from, band } = drag ?? {};
  drag = null;
  if (!band) return;
  band.remove();
  svg.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
  const [first, last] = [Date.parse(svg.dataset.first), Date.parse(svg.dataset.last)];
  const day = (share) => new Date(first + Math.round(share * (last - first) / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
  const [after, before] = [shareAt(svg, from), shareAt(svg, clientX)].sort((a, b) => a - b).map(day);
  const address = new URL(location);
  address.searchParams.delete("page");
  address.searchParams.set("after", after);
  address.searchParams.set("before", before);
  show(address);
});
// A link is not to be dragged away itself.
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".times svg")) event.preventDefault();
});

// What follows once results are there.
function arrive() {
  rememberSearch();
  markSentences();
}

// Passages near in meaning alone get their nearest sentence once the page is read; that costs a
// second call of the model, which nobody should wait for.
async function markSentences() {
  const list = document.querySelector(".results");
  if (location.pathname !== "/search" || !list?.querySelector(".meant")) return;
  const address = new URL(location);
  address.searchParams.set("explain", "1");
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const passages = list.querySelectorAll(".passage");
    const marked = page.querySelectorAll(".results .passage");
    if (!list.isConnected || passages.length !== marked.length) return;
    passages.forEach((passage, n) => {
      if (!passage.classList.contains("meant") || !marked[n].querySelector(".near")) return;
      passage.classList.remove("meant");
      passage.querySelector(".words").replaceWith(marked[n].querySelector(".words"));
    });
  } catch { /* the whole passage stays marked */ }
}

// The last searches stay in this browser alone, and are offered on the first page.
function recentSearches() {
  try { return JSON.parse(localStorage.getItem(RECENT)) ?? []; } catch { return []; }
}

function rememberSearch() {
  const query = new URL(location).searchParams.get("q")?.trim();
  if (location.pathname !== "/search" || !query || !document.querySelector(".results")) return;
  const kept = [query, ...recentSearches().filter((each) => each !== query)].slice(0, MOST_RECENT);
  try { localStorage.setItem(RECENT, JSON.stringify(kept)); } catch { /* storage refused */ }
}

const recent = document.getElementById("recent");
if (recent && recentSearches().length) {
  const list = recent.querySelector("ul");
  for (const query of recentSearches()) {
    const link = document.createElement("a");
    link.href = `/search?${new URLSearchParams({ q: query })}`;
    link.textContent = query;
    link.dir = "auto";
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  recent.hidden = false;
  recent.querySelector("button").addEventListener("click", () => {
    try { localStorage.removeItem(RECENT); } catch { /* storage refused */ }
    recent.hidden = true;
    document.getElementById("q")?.focus();
  });
}

// Files dropped on their form are chosen as if from the dialog.
for (const form of document.querySelectorAll(".drop")) {
  const input = form.querySelector("[type=file]");
  for (const kind of ["dragover", "dragleave", "drop"]) form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

arrive();
