// What the pages do beyond what they do without scripts: copy a code, find a position, follow a case as it moves.
"use strict";

function each(selector, use) {
  document.querySelectorAll(selector).forEach(use);
}

// A refused form is read out, and the keyboard starts where it has to.
each("[data-focus]", (problem) => problem.focus());

// A form that is on its way is not sent again by a second press; the server would take it once in any case.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-disabled", "true"));
});
window.addEventListener("pageshow", () => {
  each("form[data-sending]", (form) => {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

each("[data-all]", (all) => {
  all.hidden = false;
  all.addEventListener("change", () => {
    each(`input[type=checkbox][name=${all.dataset.all}]`, (box) => {
      box.checked = all.querySelector("input").checked;
    });
  });
});

each("[data-copy]", (button) => {
  if (!navigator.clipboard) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.parentElement.querySelector("[data-copied]").textContent = "已复制";
  });
});

each("[data-locate]", (part) => {
  if (!navigator.geolocation) {
    return;
  }
  part.hidden = false;
  const said = part.querySelector("[data-said]");
  part.querySelector("button").addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        part.querySelector("[name=longitude]").value = coords.longitude.toFixed(6);
        part.querySelector("[name=latitude]").value = coords.latitude.toFixed(6);
        said.textContent = `已带上当前位置，误差约${Math.round(coords.accuracy)}米`;
      },
      () => {
        said.textContent = "没有取得位置，请在上面写明地点";
      },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
});

// A bookmark holds the query code behind "#": it is put into the form and leaves the address.
const ask = document.getElementById("ask");
if (ask && /^#[A-Za-z0-9-]{6,40}$/.test(location.hash)) {
  ask.elements.code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  ask.requestSubmit();
}

// The case on the page is asked for again whenever the ledger says that it has changed. Where somebody is writing,
// only what they read changes: the form keeps what they wrote.
let source = null;

function isWriting() {
  const fields = [...document.querySelectorAll("main textarea, main input:not([type=hidden])")];
  return fields.some((field) => (field.checked ?? false) !== (field.defaultChecked ?? false) || field.value !== field.defaultValue);
}

function listen() {
  const part = document.querySelector("[data-live]");
  if (source) {
    source.close();
    source = null;
  }
  if (!part || !window.EventSource || !window.htmx) {
    return;
  }
  source = new EventSource(part.dataset.live);
  source.addEventListener("changed", () => {
    source.close();
    const place = isWriting() ? "#progress" : "main";
    window.htmx.ajax("GET", location.pathname, { target: place, select: place, swap: "outerHTML" }).then(listen);
  });
}
window.addEventListener("load", listen);
