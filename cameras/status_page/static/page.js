// Keeps the page fresh and filters as one types; without it the page works too, only less at once.
"use strict";

const EVERY = 1000 * document.body.dataset.every; // milliseconds

// Puts a new version of the page in place, keeping every element that has not changed, so that nothing flickers.
function update(fresh) {
  document.title = fresh.title;
  for (const part of document.querySelectorAll("[data-part]")) {
    const now = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (now && now.outerHTML !== part.outerHTML) part.replaceWith(now);
  }
  const main = document.querySelector("main.walls");
  const groups = [...fresh.querySelectorAll("[data-group]")];
  if (!main || groups.length === 0) return;
  const cards = new Map([...main.querySelectorAll(".card")].map((card) => [card.outerHTML, card]));
  for (const card of fresh.querySelectorAll(".card")) {
    const same = cards.get(card.outerHTML);
    if (same) card.replaceWith(same);
  }
  main.replaceChildren(...groups);
}

let latest = 0;

async function refresh() {
  const mine = ++latest;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const text = await answer.text();
    if (answer.ok && mine === latest) update(new DOMParser().parseFromString(text, "text/html"));
    document.body.classList.toggle("lost", !answer.ok);
  } catch {
    document.body.classList.add("lost");
  }
}

const form = document.querySelector(".filter");
if (form) {
  let typing;
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
      history.replaceState(null, "", `?${new URLSearchParams(chosen)}`);
      refresh();
    }, 250);
  });
}
setInterval(() => document.hidden || refresh(), EVERY);
