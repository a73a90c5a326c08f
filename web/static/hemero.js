// Hemero works without this file; it only saves a few keystrokes and clicks.
"use strict";

const box = document.getElementById("q");
const filters = document.querySelector(".filters");
const beside = window.matchMedia("(min-width: 62rem)");
const MEMORY = "hemero-filter";

// "/" goes to the search box, unless the reader is already typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !box) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select")) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// Only what was chosen goes into the address.
box?.form.addEventListener("formdata", ({ formData }) => {
  for (const name of ["after", "before"]) if (!formData.get(name)) formData.delete(name);
  if (formData.get("mode") === "hybrid") formData.delete("mode");
  if (formData.get("sort") === "relevance") formData.delete("sort");
  if (formData.get("balance") === "50") formData.delete("balance");
});

const apply = (control) => {
  try { sessionStorage.setItem(MEMORY, `${control.name}=${control.value}`); } catch { /* storage refused */ }
  control.form.requestSubmit();
};

// Beside the results a choice applies at once; folded above them, the button does it.
// A date, typed in three parts, applies when the reader leaves it.
let typed = null;
filters?.addEventListener("change", ({ target }) => {
  if (!beside.matches || !target.form) return;
  if (target.type === "date") typed = target;
  else apply(target);
});
filters?.addEventListener("focusout", ({ target }) => {
  if (target === typed) apply(target);
});

// After such a reload the keyboard stays where it was.
try {
  const last = sessionStorage.getItem(MEMORY);
  sessionStorage.removeItem(MEMORY);
  const control = [...(filters?.querySelectorAll("input") ?? [])].find(
    (each) => each.type !== "date" && `${each.name}=${each.value}` === last);
  control?.focus({ preventScroll: true });
} catch { /* storage refused */ }

// Passages near in meaning alone get their nearest sentence once the page is read; that costs a
// second call of the model, which nobody should wait for.
const near = document.querySelector(".results .meant");
if (near && location.pathname === "/search") {
  const address = new URL(location);
  address.searchParams.set("explain", "1");
  fetch(address).then((answer) => answer.text()).then((text) => {
    const list = new DOMParser().parseFromString(text, "text/html").querySelector(".results");
    const own = document.querySelector(".results");
    if (list && !own.contains(document.activeElement)) own.replaceWith(list);
  }).catch(() => { /* the whole passage stays marked */ });
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
