// What scripts add to a report: photos that are listed, taken away and made smaller before they are sent, and the
// telephone's position with a word on why there is none.
"use strict";

// The point that goes along with the form, however it was found; one line says which it is.
function setPoint(form, longitude, latitude, told) {
  form.elements.longitude.value = longitude;
  form.elements.latitude.value = latitude;
  form.elements.no_point.checked = false;
  form.querySelector("[data-drop]").hidden = !longitude;
  form.querySelector("[data-where]").textContent = told;
}

async function toldOf(longitude, latitude) {
  const answer = await fetch(`/place?longitude=${longitude}&latitude=${latitude}`).catch(() => null);
  return answer && answer.ok ? answer.json() : null;
}

const WHY_NOT = {
  1: "没有取得位置：浏览器或微信没有获准使用位置。请在手机设置里允许，再按一次",
  2: "没有取得位置：手机暂时定不了位。请到开阔处再试",
  3: "没有取得位置：等了太久。请再试一次",
};
const ROUGH_METRES = 500;

function locateOn(button) {
  if (!navigator.geolocation || !window.isSecureContext) {
    return;
  }
  const { form } = button;
  const said = form.querySelector("[data-where]");
  const instead = form.querySelector("[data-pick]") ? "在地图上点选，或只写明地点" : "只写明地点";
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      async ({ coords }) => {
        const [longitude, latitude] = [coords.longitude.toFixed(6), coords.latitude.toFixed(6)];
        const rough = coords.accuracy > ROUGH_METRES ? "，误差较大，请再写明地点" : "";
        const off = `误差约${Math.round(coords.accuracy)}米${rough}`;
        setPoint(form, longitude, latitude, `已带上当前位置，${off}`);
        const told = await toldOf(longitude, latitude);
        if (told && told.outside) {
          setPoint(form, "", "", `您现在不在本区范围内，没有带上位置。要反映的事在本区的，请${instead}。`);
        } else if (told && form.elements.longitude.value === longitude) {
          setPoint(form, longitude, latitude, `已带上当前位置：${told.said}，${off}`);
        }
      },
      (error) => {
        const before = form.elements.longitude.value ? "之前选的位置还在。" : "";
        said.textContent = `${WHY_NOT[error.code] || WHY_NOT[2]}；也可以${instead}。${before}`;
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
}

function dropOn(box) {
  box.addEventListener("change", () => {
    if (box.checked) {
      setPoint(box.form, "", "", "位置已去掉");
      box.form.dispatchEvent(new CustomEvent("point-dropped"));
    }
  });
}

const LARGE_BYTES = 1.5 * 1024 * 1024;
const SMALL_SIDE = 112;

function toldSize(bytes) {
  return bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

function painted(bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// The server keeps no larger picture than this in any case; on a slow line it is the difference of minutes, and there
// less is enough to see what is broken.
const SLOW_SIDE = 1600;
function slow() {
  const line = navigator.connection || {};
  return line.saveData || /2g|3g/.test(line.effectiveType || "");
}

async function madeSmaller(photo, side) {
  const bitmap = await createImageBitmap(photo.file, { imageOrientation: "from-image" });
  photo.canvas = painted(bitmap, SMALL_SIDE);
  if (photo.file.size > LARGE_BYTES) {
    const blob = await new Promise((resolve) => { painted(bitmap, side).toBlob(resolve, "image/jpeg", 0.85); });
    if (blob && blob.size < photo.file.size) {
      photo.file = new File([blob], photo.file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    }
  }
  bitmap.close();
}

// Photos sent before they are small would be minutes on the way, or too much together: the form waits for them, but
// not for ever.
const PATIENCE = 20000;
const working = new WeakMap();

function held(form, work) {
  const all = Promise.all([working.get(form), work]).then(() => {
    if (working.get(form) === all) {
      working.delete(form);
    }
  });
  working.set(form, all);
  return all;
}

window.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    if (!working.has(form)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.waiting) {
      return;
    }
    form.dataset.waiting = "yes";
    form.querySelector("[data-photos] [data-said]").textContent = "照片缩小好就提交，请稍等";
    await Promise.race([working.get(form), new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
    working.delete(form);
    delete form.dataset.waiting;
    send(form, submitter);
  },
  true,
);

// A list of files of our own: what older browsers have of it cannot be made.
function canList() {
  try {
    return Boolean(new DataTransfer() && new File([], ""));
  } catch (failure) {
    return false;
  }
}

function fill(list, items) {
  while (list.firstChild) {
    list.firstChild.remove();
  }
  list.append(...items);
}

function photosIn(part) {
  if (!window.createImageBitmap || !canList()) {
    return;
  }
  const [input, list, said] = ["input", "[data-chosen]", "[data-said]"].map((one) => part.querySelector(one));
  const most = Number(part.dataset.most);
  let chosen = [];

  function show() {
    const all = new DataTransfer();
    chosen.forEach((photo) => all.items.add(photo.file));
    input.files = all.files;
    list.hidden = chosen.length === 0;
    fill(list, chosen.map((photo) => {
      const [item, name, away] = ["li", "span", "button"].map((tag) => document.createElement(tag));
      name.textContent = `${photo.file.name}（${toldSize(photo.file.size)}${photo.shrinking ? "，正在缩小" : ""}）`;
      away.type = "button";
      away.className = "quiet";
      away.textContent = "去掉";
      away.setAttribute("aria-label", `去掉 ${photo.file.name}`);
      away.addEventListener("click", () => {
        chosen = chosen.filter((other) => other !== photo);
        show();
        input.focus();
      });
      item.append(...(photo.canvas ? [photo.canvas] : []), name, away);
      return item;
    }));
    said.textContent = chosen.length ? `已选${chosen.length}个，共${toldSize(chosen.reduce((sum, { file }) => sum + file.size, 0))}` : "";
  }

  async function shrink(photos) {
    for (const photo of photos) {
      await madeSmaller(photo, slow() ? SLOW_SIDE : Number(part.dataset.side)).catch(() => {});
      photo.shrinking = false;
      if (chosen.includes(photo)) {
        show();
      }
    }
  }

  // A second choice adds to the first, as whoever takes one photo after the other expects.
  input.addEventListener("change", async () => {
    const same = (one) => chosen.some(({ key }) => key === one);
    const added = [...input.files]
      .map((file) => ({
        file,
        key: `${file.name} ${file.size} ${file.lastModified}`,
        shrinking: file.type.startsWith("image/") && file.size > LARGE_BYTES,
      }))
      .filter(({ key }) => !same(key));
    const over = chosen.length + added.length - most;
    added.splice(Math.max(0, most - chosen.length));
    chosen = [...chosen, ...added];
    show();
    await held(part.closest("form"), shrink(added.filter(({ file }) => file.type.startsWith("image/"))));
    if (over > 0) {
      said.textContent += `。最多${most}个，多出的${over}个没有选上`;
    }
  });
}

// Query codes that their owner told this telephone to remember, and nobody else's: nothing is kept unasked.
const KNOWN = "cases";
const MOST_KNOWN = 20;

function known() {
  try {
    const found = JSON.parse(localStorage.getItem(KNOWN) || "[]");
    return Array.isArray(found) ? found.filter((item) => item && item.number && item.code) : [];
  } catch (failure) {
    return [];
  }
}

function keep(cases) {
  localStorage.setItem(KNOWN, JSON.stringify(cases.slice(0, MOST_KNOWN)));
}

const without = (number) => known().filter((item) => item.number !== number);

function rememberOn(part) {
  const { remember: number, of: code } = part.dataset;
  part.hidden = false;
  part.querySelector("button").addEventListener("click", () => {
    let told = "已记下";
    try {
      keep([{ number, code }, ...without(number)]);
    } catch (failure) {
      told = "这个浏览器不让网页保存，请截图";
    }
    part.querySelector("[data-remembered]").textContent = told;
  });
}

function knownIn(part) {
  const form = document.getElementById("ask");
  function button(text, label, use) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", use);
    return made;
  }
  function show() {
    part.hidden = known().length === 0;
    fill(part.querySelector("ul"), known().map(({ number, code }) => {
      const [item, name] = [document.createElement("li"), document.createElement("span")];
      name.textContent = number;
      const open = button("打开", `打开 ${number}`, () => {
        form.elements.code.value = code;
        send(form);
      });
      item.append(name, open, button("不再记", `不再记 ${number}`, () => {
        keep(without(number));
        show();
      }));
      return item;
    }));
  }
  show();
}

function forgetOn(form) {
  form.addEventListener("submit", () => keep(without(form.id.replace("forget-", ""))));
}

// `fresh` is the page's own: nothing is prepared twice, and what came when the page renewed itself is prepared, too.
function prepareReport() {
  fresh("[data-locate]", locateOn);
  fresh("[data-drop] input", dropOn);
  fresh("[data-photos]", photosIn);
  fresh("[data-remember]", rememberOn);
  fresh("[data-known]", knownIn);
  fresh("form[id^=forget-]", forgetOn);
}
document.addEventListener("DOMContentLoaded", prepareReport);
document.addEventListener("htmx:afterSettle", prepareReport);
