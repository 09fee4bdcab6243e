// Refreshes the page and filters while one types. Without JavaScript the page reloads, and has a button to filter.
"use strict";

const REFRESH_INTERVAL = 1000 * document.body.dataset.refresh; // milliseconds

// Replaces the page's content, keeping every element that has not changed, so that nothing flickers.
function update(fresh) {
  document.title = fresh.title;
  for (const part of document.querySelectorAll("[data-part]")) {
    const replacement = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (replacement && replacement.outerHTML !== part.outerHTML) part.replaceWith(replacement);
  }
  const main = document.querySelector("main.walls");
  const groups = [...fresh.querySelectorAll("[data-group]")];
  if (!main || groups.length === 0) return;
  const cards = new Map([...main.querySelectorAll(".card")].map((card) => [card.outerHTML, card]));
  for (const card of fresh.querySelectorAll(".card")) {
    const unchanged = cards.get(card.outerHTML);
    if (unchanged) card.replaceWith(unchanged);
  }
  main.replaceChildren(...groups);
}

let latest = 0; // number of the latest refresh: the answer to an earlier one is ignored

async function refresh() {
  const number = ++latest;
  try {
    const response = await fetch(location.href, { cache: "no-store" });
    const text = await response.text();
    if (response.ok && number === latest) update(new DOMParser().parseFromString(text, "text/html"));
    document.body.classList.toggle("lost", !response.ok);
  } catch {
    document.body.classList.add("lost");
  }
}

const form = document.querySelector(".filter");
if (form) {
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const fields = [...new FormData(form)].filter(([, value]) => value !== "");
      history.replaceState(null, "", `?${new URLSearchParams(fields)}`);
      refresh();
    }, 250);
  });
}
setInterval(() => document.hidden || refresh(), REFRESH_INTERVAL);
