// What the pages do beyond what they do without scripts: copy a code, follow a case as it moves.
"use strict";

function each(selector, use) {
  document.querySelectorAll(selector).forEach(use);
}

// Browsers from before 2022 cannot ask a form to submit itself; they can press its button.
function send(form, button) {
  if (form.requestSubmit) {
    form.requestSubmit(button);
  } else {
    (button || form.querySelector("button:not([type=button])")).click();
  }
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
  form.querySelectorAll("[data-busy]").forEach((button) => {
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
  });
});
window.addEventListener("pageshow", () => {
  each("form[data-sending]", (form) => {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    form.querySelectorAll("[data-idle]").forEach((button) => {
      button.textContent = button.dataset.idle;
    });
  });
});

// Also what came later, when a page renewed itself; nothing is prepared twice.
function fresh(selector, use) {
  each(`${selector}:not([data-ready])`, (element) => {
    element.dataset.ready = "yes";
    use(element);
  });
}

function prepare() {
  fresh("[data-all]", (all) => {
    all.hidden = false;
    all.addEventListener("change", () => {
      each(`input[type=checkbox][name=${all.dataset.all}]`, (box) => {
        box.checked = all.querySelector("input").checked;
      });
    });
  });

  // What belongs to one answer is asked with that answer alone; what was refused stays in sight.
  fresh("[data-when]", (part) => {
    const { form } = part.querySelector("input, select, textarea");
    const [name, ...answers] = part.dataset.when.split(" ");
    function show() {
      const chosen = [...form.elements].find((field) => field.name === name && field.checked);
      part.hidden = !(chosen && answers.includes(chosen.value)) && !part.querySelector(".wrong");
      part.querySelectorAll("input, select, textarea").forEach((field) => {
        field.disabled = part.hidden;
      });
    }
    form.addEventListener("change", show);
    window.addEventListener("pageshow", show);
    show();
  });

  fresh("textarea[data-most]", (area) => {
    const most = Number(area.dataset.most);
    const said = document.createElement("p");
    said.className = "hint";
    said.setAttribute("role", "status");
    area.parentElement.append(said);
    function tell() {
      const written = [...area.value].length;
      said.hidden = written <= most * 0.9;
      said.textContent = `已写${written}个字，最多${most}个${written > most ? `，请删去${written - most}个` : ""}`;
    }
    area.addEventListener("input", tell);
    tell();
  });

  // In Beijing, by the server's clock: one that is fast would name a time that has not come.
  fresh("[data-now]", (button) => {
    const ahead = Number(button.dataset.now) - Date.now() + 8 * 3600 * 1000;
    button.hidden = false;
    button.addEventListener("click", () => {
      document.getElementById(button.dataset.for).value = new Date(Date.now() + ahead).toISOString().slice(0, 16);
    });
  });

  fresh("[data-copy]", (button) => {
    if (!navigator.clipboard) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.parentElement.querySelector("[data-copied]").textContent = "已复制";
    });
  });
}
prepare();
document.addEventListener("htmx:afterSettle", prepare);

// What a link of the page leads to is not folded any more when one gets there.
document.addEventListener("click", (event) => {
  const link = event.target.closest ? event.target.closest('a[href^="#"]') : null;
  const part = link && document.getElementById(link.getAttribute("href").slice(1));
  if (part && part.tagName === "DETAILS") {
    part.open = true;
  }
});

// A bookmark holds the query code behind "#": it is put into the form and leaves the address.
const ask = document.getElementById("ask");
if (ask && /^#[A-Za-z0-9-]{6,40}$/.test(location.hash)) {
  ask.elements.code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  send(ask);
}

// Without a network a browser shows a page of its own, on which what was written and chosen is easily lost.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const known = form.querySelector("[data-offline]");
    if (known) {
      known.remove();
    }
    if (navigator.onLine !== false) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const said = document.createElement("p");
    said.className = "notice";
    said.setAttribute("role", "alert");
    said.dataset.offline = "";
    form.append(said);
    said.textContent = "现在没有网络，还没有提交。您写的、选的都在，连上网再按一次";
  },
  true,
);

const filesIn = (inputs) => [].concat(...inputs.map((input) => [...input.files]));

function refuseFiles(inputs, at, said) {
  at.setCustomValidity(said);
  at.reportValidity();
  at.addEventListener("change", () => inputs.forEach((one) => one.setCustomValidity("")), { once: true });
}

// More than a form may hold is said before it is sent: the server would refuse it whole.
const MOST_MEGABYTES = 15;
document.addEventListener(
  "submit",
  (event) => {
    const inputs = [...event.target.querySelectorAll("input[type=file]")];
    const files = filesIn(inputs);
    const told = event.target.querySelector("[data-megabytes]");
    const most = told ? Number(told.dataset.megabytes) : MOST_MEGABYTES;
    if (files.reduce((sum, file) => sum + file.size, 0) <= most * 1024 * 1024) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    refuseFiles(inputs, inputs.find((one) => one.files.length), `所选文件合计超过${most} MB，请去掉几个，以后再补`);
  },
  true,
);

// A file that was deleted or changed since it was chosen ends the sending on a page of the browser's own, on which
// every word is lost. So each is looked into first; one that answers slowly is taken to be there.
const lookedInto = new WeakSet();
const LOOKING = 3000;

function isThere(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(true);
    reader.onerror = () => resolve(false);
    reader.readAsArrayBuffer(file.slice(0, 1));
    setTimeout(() => resolve(true), LOOKING);
  });
}

document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const files = filesIn(inputs);
    // Without knowing by which button it was sent, a form cannot be sent on.
    if (lookedInto.delete(form) || files.length === 0 || !("submitter" in event)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const there = await Promise.all(files.map(isThere));
    const gone = files.filter((file, at) => !there[at]);
    if (gone.length === 0) {
      lookedInto.add(form);
      send(form, submitter);
      return;
    }
    const at = inputs.find((one) => [...one.files].includes(gone[0]));
    if (at) {
      const names = gone.map(({ name }) => `“${name}”`).join("");
      refuseFiles(inputs, at, `${names}已删除或改动，读不出来，还没有提交。请重新选择，您写的都在`);
    }
  },
  true,
);

// What is on the page is asked for again whenever the ledger says that it has changed. Where somebody is writing,
// only what they read changes, or they are told: the form keeps what they wrote.
let source = null;
let waited = 0;
const LONGEST_WAIT = 60000;

function isWriting() {
  if (document.querySelector("main .problem")) {
    return true;
  }
  const fields = [...document.querySelectorAll("main textarea, main input:not([type=hidden])")];
  const isBox = (field) => field.type === "checkbox" || field.type === "radio";
  return fields.some((field) => (isBox(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue));
}

// The keyboard stays where it was, and what was open stays open.
function placeOf(element) {
  if (!element || element === document.body) {
    return null;
  }
  if (element.id) {
    return `#${CSS.escape(element.id)}`;
  }
  const address = element.getAttribute("href");
  return address ? `main a[href="${CSS.escape(address)}"]` : null;
}

async function renew(part) {
  const place = isWriting() ? (document.getElementById("progress") ? "#progress" : null) : "main";
  if (place === null) {
    each("[data-news]", (news) => {
      news.hidden = false;
    });
    return;
  }
  let focused = null;
  let opened = [];
  let began = false;
  const look = (event) => {
    // The answer may have taken long. Whoever began to write meanwhile keeps what they wrote.
    began = place === "main" && isWriting();
    event.detail.shouldSwap = event.detail.shouldSwap && !began;
    focused = placeOf(document.activeElement);
    opened = [...document.querySelectorAll("main details[id][open]")].map((one) => one.id);
  };
  document.addEventListener("htmx:beforeSwap", look);
  try {
    await window.htmx.ajax("GET", part.dataset.from || location.pathname, { target: place, select: place, swap: "outerHTML" });
  } finally {
    document.removeEventListener("htmx:beforeSwap", look);
  }
  if (began) {
    await renew(part);
    return;
  }
  opened.map((id) => document.getElementById(id)).forEach((one) => one && one.setAttribute("open", ""));
  const again = focused && document.querySelector(focused);
  if (again) {
    again.focus({ preventScroll: true });
  }
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
  source.addEventListener("open", () => {
    waited = 0;
  });
  source.addEventListener("changed", async () => {
    source.close();
    await renew(part).catch(() => {});
    if (document.querySelector("[data-news]:not([hidden])")) {
      return;
    }
    listen();
  });
  // A browser comes back by itself after a broken line, not after an answer that was none: the server is restarting.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) {
      waited = Math.min(LONGEST_WAIT, Math.max(2000, waited * 2));
      setTimeout(listen, waited);
    }
  });
}
window.addEventListener("load", listen);
window.addEventListener("pagehide", () => source && source.close());
