// Suggestions under the search box: a combobox with a list, chosen by hand (WAI-ARIA APG).
// The box works without this file.
"use strict";
{
  const WAIT_MS = 120;
  const SHORTEST = 2;
  const input = document.getElementById("q");
  const form = input?.form;
  const list = document.createElement("ul");
  let timer = 0;
  let request = null;
  let active = -1;

  const isOpen = () => !list.hidden;

  const activate = (place) => {
    active = place;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", n === place));
    const option = list.children[place];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    activate(-1);
  };

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    show(false);
  };

  const makeOption = (text, description, url, n) => {
    const option = document.createElement("li");
    const name = document.createElement("bdi");
    const remark = document.createElement("small");
    name.textContent = text;
    remark.textContent = description;
    option.append(name, " ", remark);
    option.id = `suggestion-${n}`;
    option.role = "option";
    option.dataset.url = url;
    return option;
  };

  const look = async () => {
    request?.abort();
    const typed = input.value.trim();
    if (typed.length < SHORTEST) return show(false);
    const own = request = new AbortController();
    try {
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(typed)}`;
      const answer = await fetch(address, { signal: own.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const [, texts, descriptions, urls] = await answer.json();
      if (own.signal.aborted || document.activeElement !== input) return;
      list.replaceChildren(...texts.map((text, n) => makeOption(text, descriptions[n], urls[n], n)));
      show(texts.length > 0);
    } catch {
      if (!own.signal.aborted) show(false);
    }
  };

  const go = (option) => {
    close();
    location.assign(option.dataset.url);
  };

  const move = (step) => {
    const places = list.children.length + 1; // the box itself is one
    activate((active + 1 + step + places) % places - 1);
  };

  const press = (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const { key, altKey } = event;
    if (key === "ArrowDown" && !isOpen()) look();
    else if (key === "ArrowUp" && altKey) close();
    else if ((key === "ArrowDown" || key === "ArrowUp") && isOpen()) move(key === "ArrowDown" ? 1 : -1);
    else if (key === "Escape" && isOpen()) close();
    else if (key === "Enter" && active >= 0) go(list.children[active]);
    else {
      if (key === "Enter") close();
      return;
    }
    event.preventDefault();
  };

  if (form?.dataset.suggest) {
    list.id = "suggestions";
    list.className = "suggestions plain";
    list.role = "listbox";
    list.hidden = true;
    list.setAttribute("aria-label", form.dataset.suggestions);
    form.append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
      ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, WAIT_MS);
    });
    input.addEventListener("keydown", press);
    input.addEventListener("blur", close);
    form.addEventListener("submit", close);
    // The box keeps the focus, so that choosing does not close the list first.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) go(option);
    });
    window.addEventListener("pagehide", close);
  }
}
