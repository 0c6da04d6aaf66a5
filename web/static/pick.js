// A place picked on the map: a tap, or the middle by the keyboard, becomes degrees in the form, and the server says
// where that is. The drawing is Web Mercator; whatever else has to be converted, the server converts.
"use strict";

function pickOn(open) {
  const { form } = open;
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  let svg = null;
  let whole = null;
  let view = null;

  function place() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    // Names and the pin keep their size on the screen, however near one looks.
    const unit = Math.max(view.width / svg.clientWidth, view.height / svg.clientHeight);
    svg.querySelector(".names").setAttribute("font-size", 15 * unit);
    svg.querySelector(".names").setAttribute("stroke-width", 3 * unit);
    const [around, dot] = svg.querySelectorAll(".pin circle");
    around.setAttribute("r", 14 * unit);
    dot.setAttribute("r", 4 * unit);
  }

  function zoom(factor, x, y) {
    const width = Math.min(whole.width, Math.max(whole.width / 64, view.width * factor));
    const change = width / view.width;
    view = {
      x: x - (x - view.x) * change, y: y - (y - view.y) * change, width, height: view.height * change,
    };
    place();
  }

  function middle() {
    return [view.x + view.width / 2, view.y + view.height / 2];
  }

  function move(east, south) {
    view.x += east;
    view.y += south;
    place();
  }

  function pointAt(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  function showPin(x, y) {
    const pin = svg.querySelector(".pin");
    pin.setAttribute("transform", `translate(${x} ${y})`);
    pin.removeAttribute("hidden");
  }

  async function pick(x, y) {
    const { west, north, units } = svg.dataset;
    const longitude = (Number(west) + x / Number(units)) * 360 - 180;
    const down = Number(north) + y / Number(units);
    const latitude = (Math.atan(Math.sinh(Math.PI * (1 - 2 * down))) * 180) / Math.PI;
    showPin(x, y);
    const [across, up] = [longitude.toFixed(6), latitude.toFixed(6)];
    setPoint(form, across, up, "已选定这个位置");
    const told = await toldOf(across, up);
    if (told && form.elements.longitude.value === across) {
      setPoint(form, ...(told.outside ? ["", "", `${told.said}，请重选`] : [across, up, `已选定：${told.said}`]));
      if (told.outside) {
        svg.querySelector(".pin").setAttribute("hidden", "");
      }
    }
  }

  // What the form says already, found by the telephone or picked before the form came back, is on the map, too.
  function showPoint() {
    const [longitude, latitude] = [form.elements.longitude.value, form.elements.latitude.value].map(Number);
    if (!longitude) {
      return false;
    }
    const { west, north, units } = svg.dataset;
    const down = (1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2;
    const [x, y] = [((longitude + 180) / 360 - Number(west)) * Number(units), (down - Number(north)) * Number(units)];
    showPin(x, y);
    view = { x: x - whole.width / 16, y: y - whole.height / 16, width: whole.width / 8, height: whole.height / 8 };
    place();
    return true;
  }

  function listen() {
    // Where each finger is. One moves the map or picks, two look nearer or farther.
    const fingers = new Map();
    let moved = false;
    const apart = () => {
      const [one, other] = fingers.values();
      return Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY));
    };
    svg.addEventListener("pointerdown", (event) => {
      moved = fingers.size > 0;
      fingers.set(event.pointerId, event);
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      const from = fingers.get(event.pointerId);
      if (!from) {
        return;
      }
      const [east, south] = [event.clientX - from.clientX, event.clientY - from.clientY];
      // A finger is never quite still.
      if (!moved && Math.hypot(east, south) <= 8) {
        return;
      }
      moved = true;
      if (fingers.size === 1) {
        const unit = 1 / svg.getScreenCTM().a;
        move(-east * unit, -south * unit);
        fingers.set(event.pointerId, event);
      } else if (fingers.size === 2) {
        const before = apart();
        fingers.set(event.pointerId, event);
        const [one, other] = [...fingers.values()].map(pointAt);
        zoom(before / apart(), (one[0] + other[0]) / 2, (one[1] + other[1]) / 2);
      }
    });
    svg.addEventListener("pointerup", (event) => {
      if (fingers.delete(event.pointerId) && !moved) {
        pick(...pointAt(event));
      }
    });
    svg.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
    svg.addEventListener("keydown", (event) => {
      const step = view.width / 10;
      const keys = {
        ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
        ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
        "+": () => zoom(0.5, ...middle()), "=": () => zoom(0.5, ...middle()), "-": () => zoom(2, ...middle()),
        Enter: () => pick(...middle()),
      };
      if (event.key in keys) {
        event.preventDefault();
        keys[event.key]();
      }
    });
  }

  function button(label, work) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = label;
    made.addEventListener("click", work);
    return made;
  }

  async function load() {
    said.textContent = "正在取地图…";
    const answer = await fetch(open.dataset.pick).catch(() => null);
    if (!answer || !answer.ok) {
      said.textContent = "没有取得地图，请在上面写明地点";
      return;
    }
    const box = document.createElement("div");
    box.className = "picker";
    box.innerHTML = await answer.text();
    svg = box.querySelector("svg");
    const { x, y, width, height } = svg.viewBox.baseVal;
    [whole, view] = [{ x, y, width, height }, { x, y, width, height }];
    const buttons = document.createElement("p");
    buttons.append(
      button("放大", () => zoom(0.5, ...middle())),
      button("缩小", () => zoom(2, ...middle())),
      button("全区", () => {
        view = { ...whole };
        place();
      }),
    );
    box.append(buttons);
    said.after(box);
    form.addEventListener("point-dropped", () => svg.querySelector(".pin").setAttribute("hidden", ""));
    said.textContent = "先放大，再点在发生的地方";
    place();
    if (showPoint()) {
      said.textContent = "圆点是选定的位置；要改，放大后点别处";
    }
    listen();
  }

  // Without this script, and where no finger can be followed, the button asks the server for a map.
  if (!window.PointerEvent) {
    return;
  }
  open.type = "button";
  open.setAttribute("aria-expanded", "false");
  open.closest("p").after(said);
  open.addEventListener("click", async () => {
    const shown = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!shown));
    if (!svg) {
      await load();
    } else {
      svg.parentElement.hidden = shown;
    }
  });
}

document.querySelectorAll("[data-pick]").forEach(pickOn);
