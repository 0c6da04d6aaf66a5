// The wall's panels take turns, two by two where there is room, and the whole of it is asked for anew every minute; if
// that fails, it says so. Its clock goes on from the platform's: a screen's own may be wrong.
"use strict";

const TURN_SECONDS = 20;
const ASK_SECONDS = 60;
let turn = 0;

function panels() {
  return [...document.querySelectorAll("[data-panel]")];
}

function show() {
  document.documentElement.classList.add("turning");
  const all = panels();
  const together = window.innerWidth > window.innerHeight ? Math.min(2, all.length) : 1;
  const first = (turn * together) % all.length;
  all.forEach((panel, place) => {
    panel.hidden = (place - first + all.length) % all.length >= together;
  });
  // A plot is drawn at the size it has, and what is hidden has none.
  document.dispatchEvent(new Event("drawn-anew"));
}

const WEEKDAYS = "日一二三四五六";
let shownAt = performance.now();

function tick() {
  const part = document.querySelector("[data-now]");
  const passed = performance.now() - shownAt;
  // Eight hours ahead of UTC, read as if it were UTC.
  const at = new Date(Date.parse(part.dataset.now) + passed + 8 * 3600 * 1000);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${at.getUTCFullYear()}年${at.getUTCMonth() + 1}月${at.getUTCDate()}日`;
  part.textContent = `${day}（周${WEEKDAYS[at.getUTCDay()]}）${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

function stale() {
  document.querySelector("[data-stale]").hidden = false;
}

function ask() {
  const into = { target: "#wall", select: "#wall", swap: "outerHTML" };
  window.htmx.ajax("GET", location.pathname, into).catch(stale);
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful) {
    stale();
  }
});
document.addEventListener("htmx:afterSettle", () => {
  if (document.getElementById("wall")) {
    shownAt = performance.now();
    show();
  } else {
    location.reload(); // the screen was stopped: the form asks for a code
  }
});
window.setInterval(() => {
  turn += 1;
  show();
}, TURN_SECONDS * 1000);
window.setInterval(ask, ASK_SECONDS * 1000);
window.setInterval(tick, 1000);
show();
