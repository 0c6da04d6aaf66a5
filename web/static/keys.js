// Work without a mouse: through the queue, into a case, signing, dispatching. Everything here is a press of a button
// that is on the page anyway. Single keys can be turned off (WCAG 2.1.4), which this browser remembers.
"use strict";

(() => {
  const KEPT = "keys";
  const help = document.getElementById("keys");
  const isOn = () => localStorage.getItem(KEPT) !== "off";

  function showHints() {
    document.querySelectorAll("[data-keys-hint]").forEach((hint) => {
      hint.hidden = !isOn();
    });
  }

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const present = () => rows().findIndex((row) => row.contains(document.activeElement));

  function go(step) {
    const all = rows();
    const at = present();
    const next = at === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    if (all[next]) {
      all[next].querySelector("h2 a").focus();
    }
  }

  function boxOfPresent() {
    const row = rows()[present()];
    return row && row.querySelector("input[type=checkbox][name=case]");
  }

  function press(button) {
    if (button) {
      button.click();
    }
  }

  function sign() {
    const bulk = document.getElementById("bulk");
    if (bulk) {
      const box = boxOfPresent();
      if (!document.querySelector("input[name=case]:checked") && box) {
        box.checked = true;
      }
      if (document.querySelector("input[name=case]:checked")) {
        send(bulk);
      }
      return;
    }
    press(document.querySelector('main form[action$="/sign"] button, main form[action*="/sign?"] button'));
  }

  function tick() {
    const box = boxOfPresent();
    if (box) {
      box.checked = !box.checked;
    }
  }

  const deeds = {
    j: () => go(1),
    k: () => go(-1),
    x: tick,
    s: sign,
    n: () => press(document.querySelector("[data-next]")),
    q: () => location.assign((document.querySelector("[data-queue]") || { href: "/tasks" }).href),
    "/": () => {
      const field = document.getElementById("number");
      if (field) {
        field.focus();
      }
    },
    "?": () => help.showModal && help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const busy = event.ctrlKey || event.altKey || event.metaKey || event.isComposing || (event.repeat && !"jk".includes(event.key));
    if (busy || help.open || event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) {
      return;
    }
    if (event.key !== "?" && !isOn()) {
      return;
    }
    let button = null;
    if (/^[1-5]$/.test(event.key)) {
      // In a list, a number is for the row on which the keyboard is, and for none else.
      const row = rows()[present()];
      button = (row && row.querySelector(`[data-row-key="${event.key}"]`)) || document.querySelector(`[data-key="${event.key}"]`);
    }
    const deed = button ? () => send(button.form, button) : deeds[event.key];
    if (deed) {
      event.preventDefault();
      deed();
    }
  });

  document.querySelectorAll("[data-keys-open]").forEach((opener) => {
    opener.hidden = !help.showModal;
    opener.addEventListener("click", () => help.showModal());
  });
  const on = help.querySelector("[data-keys-on]");
  on.checked = isOn();
  on.addEventListener("change", () => {
    localStorage.setItem(KEPT, on.checked ? "on" : "off");
    showHints();
  });
  showHints();
  document.addEventListener("htmx:afterSettle", showHints);

  // The way to a date opens where the mouse or the keyboard stops, and stays once it was pressed. Escape closes it.
  const byItself = new WeakSet();
  function isSeen(element) {
    try {
      return element.matches(":focus-visible");
    } catch (failure) { // an older browser knows no such thing
      return true;
    }
  }
  const clockOf = (event) => (event.target.closest ? event.target.closest("[data-clock]") : null);
  function open(clock) {
    if (!clock.open) {
      clock.open = true;
      byItself.add(clock);
    }
  }
  function close(clock) {
    if (byItself.has(clock)) {
      clock.open = false;
      byItself.delete(clock);
    }
  }
  document.addEventListener("mouseover", (event) => {
    const clock = clockOf(event);
    if (clock && matchMedia("(hover: hover)").matches) {
      open(clock);
    }
  });
  document.addEventListener("mouseout", (event) => {
    const clock = clockOf(event);
    if (clock && !clock.contains(event.relatedTarget)) {
      close(clock);
    }
  });
  document.addEventListener("focusin", (event) => {
    const clock = clockOf(event);
    if (clock && isSeen(event.target)) {
      open(clock);
    }
  });
  document.addEventListener("focusout", (event) => {
    const clock = clockOf(event);
    if (clock && !clock.contains(event.relatedTarget)) {
      close(clock);
    }
  });
  document.addEventListener("click", (event) => {
    const clock = clockOf(event);
    if (clock && event.target.closest("summary") && byItself.has(clock)) {
      event.preventDefault();
      byItself.delete(clock);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("[data-clock][open]").forEach((clock) => {
        clock.open = false;
        byItself.delete(clock);
      });
    }
  });
})();
