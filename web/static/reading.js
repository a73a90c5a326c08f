// Reading an article: from match to match, what is similar beside it, a selection as a citation.
// The page works without this file.
"use strict";
{
  const text = document.getElementById("text");
  const matches = document.querySelector(".matches");
  const beside = document.querySelector(".beside");
  const cite = document.getElementById("cite");

  // Previous and next lead on from the match shown last.
  if (matches) {
    const [previous, next] = matches.querySelectorAll("a");
    const said = matches.querySelector("[role=status]");
    const all = Number(matches.dataset.marks);
    const words = said.textContent;
    let place = 0;
    const go = (step) => {
      place = (place - 1 + step + all) % all + 1;
      const mark = document.getElementById(`m${place}`);
      document.querySelector("mark.current")?.classList.remove("current");
      mark.classList.add("current");
      mark.scrollIntoView({ block: "center" });
      said.textContent = `${place} / ${words}`;
    };
    previous.addEventListener("click", (event) => { event.preventDefault(); go(place ? -1 : 0); });
    next.addEventListener("click", (event) => { event.preventDefault(); go(1); });
  }

  // The five most similar, once the page is read: it costs a call of the model.
  if (beside) fetch(beside.dataset.from).then((answer) => answer.text()).then((page) => {
    const found = new DOMParser().parseFromString(page, "text/html");
    const list = beside.querySelector("ul");
    for (const result of [...found.querySelectorAll(".results article")].slice(0, 5)) {
      const item = document.createElement("li");
      const title = result.querySelector("h2");
      const remark = document.createElement("small");
      remark.textContent = [...result.querySelectorAll(".kicker > *")].map((e) => e.textContent).join(", ");
      const link = title.querySelector("a");
      link.lang = title.lang;
      link.dir = "auto";
      item.append(link, remark);
      list.append(item);
    }
    beside.hidden = !list.children.length;
  }).catch(() => { /* the link above leads there as well */ });

  // Characters of the article's text before a place in a piece of it (RFC 5147).
  const offsetIn = (piece, node, offset) => {
    const before = document.createRange();
    before.setStart(piece, 0);
    before.setEnd(node, offset);
    return Number(piece.dataset.start) + [...before.toString()].length;
  };

  // What of a selection lies in the text, wherever it begins and ends.
  const selected = () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const pieces = [...text.querySelectorAll(".piece")].filter((piece) => range.intersectsNode(piece));
    if (!pieces.length) return null;
    const [first, last] = [pieces[0], pieces.at(-1)];
    const start = first.contains(range.startContainer)
      ? offsetIn(first, range.startContainer, range.startOffset) : Number(first.dataset.start);
    const end = last.contains(range.endContainer)
      ? offsetIn(last, range.endContainer, range.endOffset) : offsetIn(last, last, last.childNodes.length);
    return end > start ? { characters: `${start},${end}`, words: selection.toString().trim() } : null;
  };

  const said = cite?.querySelector("[role=status]");
  const preview = cite?.querySelector("blockquote");
  const address = cite && new URL(text.dataset.address);
  let inside = false;
  document.addEventListener("pointerdown", ({ target }) => { inside = Boolean(cite?.contains(target)); });

  // A selection opens the citation; its links then lead to the passage, and back to the whole
  // article once nothing is selected.
  document.addEventListener("selectionchange", () => {
    const quote = selected();
    if (!cite || (!quote && inside)) return;
    if (quote) address.searchParams.set("char", quote.characters);
    for (const link of cite.querySelectorAll("[data-kind]")) {
      const own = new URL(link.href);
      own.search = quote ? address.search : "";
      link.href = own;
    }
    preview.textContent = quote?.words ?? "";
    preview.hidden = !quote;
    said.textContent = "";
    if (quote) cite.open = true;
    cite.classList.toggle("quoting", Boolean(quote));
  });
  cite?.querySelector(".hint[hidden]")?.removeAttribute("hidden");

  // A click copies; with a modifier key it follows the link as ever.
  cite?.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-kind]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.statusText);
      await navigator.clipboard.writeText(await answer.text());
      said.textContent = said.dataset.said;
    } catch { location.assign(link.href); }
  });
}
