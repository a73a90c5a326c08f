// Articles chosen in a list stay chosen while its pages are turned, in this tab alone.
"use strict";

const CHOSEN = "hemero-chosen";
const list = document.getElementById("main");

// The pages of one list differ in this argument only.
function listAddress() {
  const address = new URL(location);
  address.searchParams.delete("page");
  return address.pathname + address.search;
}

function chosenIds() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(CHOSEN));
    return new Set(kept?.list === listAddress() ? kept.ids : []);
  } catch { return new Set(); }
}

function keep(ids) {
  try {
    sessionStorage.setItem(CHOSEN, JSON.stringify({ list: listAddress(), ids: [...ids] }));
  } catch { /* storage refused: choices hold for this page */ }
}

const boxes = () => [...list.querySelectorAll(".choose input")];

// Ticks what was chosen before; what is on other pages is sent along, and counted.
function restore() {
  const form = document.getElementById("collecting");
  if (!form) return;
  const elsewhere = chosenIds();
  for (const box of boxes()) box.checked = elsewhere.delete(box.value) || box.checked;
  for (const old of form.querySelectorAll("input.elsewhere")) old.remove();
  for (const id of elsewhere) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "article", value: id, className: "elsewhere" });
    form.append(field);
  }
  const hint = form.querySelector(".chosen-elsewhere");
  hint.hidden = !elsewhere.size;
  hint.querySelector("output").textContent = elsewhere.size;
}

list.addEventListener("change", ({ target }) => {
  if (!target.closest(".choose")) return;
  const ids = chosenIds();
  if (target.checked) ids.add(target.value);
  else ids.delete(target.value);
  keep(ids);
});

list.addEventListener("click", ({ target }) => {
  if (!target.closest(".chosen-elsewhere button")) return;
  keep(boxes().filter((box) => box.checked).map((box) => box.value));
  restore();
});

// Choices end once they are used.
document.addEventListener("submit", ({ target }) => {
  if (target.id === "collecting") keep([]);
});

// Another page of results replaces what the list shows, without a reload.
new MutationObserver(restore).observe(list, { childList: true });
restore();
