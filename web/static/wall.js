// The wall's panels take turns, and the whole of it is asked for anew every minute; if that fails, it says so.
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
  all.forEach((panel, place) => {
    panel.hidden = place !== turn % all.length;
  });
  // A plot is drawn at the size it has, and what is hidden has none.
  document.dispatchEvent(new Event("drawn-anew"));
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
show();
