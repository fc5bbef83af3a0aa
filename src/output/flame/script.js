// Makes the frames of a flame graph answer: a click zooms, Ctrl-F or "search" marks what fits a regular
// expression. Stands between tags, so that it is written without ampersand and less-than sign.
(function () {
  "use strict";
  const svg = document.currentScript.closest("svg");
  const part = (name) => svg.querySelector("." + name);
  const width = svg.viewBox.baseVal.width, margin = 10, character = 6.7;
  const number = (element, name) => parseFloat(element.getAttribute(name));
  const frames = Array.from(svg.querySelectorAll(".frames g"), (group) => {
    const rect = group.querySelector("rect"), title = group.querySelector("title").textContent;
    return {
      group, rect, title, text: group.querySelector("text"), y: number(rect, "y"),
      x: number(rect, "x"), width: number(rect, "width"),
      name: title.replace(/( \[kernel\])?: [0-9,]+, [0-9.]+ %$/, ""),
    };
  });
  if (frames.length === 0) return;
  const root = frames[0];
  let zoomed = root;

  function place(frame, x, wide) {
    const shown = wide > 0;
    frame.group.style.display = shown ? "" : "none";
    if (!shown) return;
    frame.rect.setAttribute("x", x);
    frame.rect.setAttribute("width", wide);
    frame.text.setAttribute("x", x + 3);
    const room = Math.floor((wide - 6) / character);
    frame.text.textContent = frame.name.length > room
      ? (room >= 3 ? frame.name.slice(0, room - 2) + ".." : "") : frame.name;
  }

  // Half of the smallest step in which places are written: frames side by side don't overlap.
  const nearly = 0.006;
  function zoom(to) {
    zoomed = to;
    const scale = (width - 2 * margin) / to.width;
    const end = to.x + to.width;
    for (const frame of frames) {
      const is_around = to.x + nearly >= frame.x ? frame.x + frame.width + nearly >= end : false;
      const is_caller = frame.y > to.y ? is_around : false;
      frame.group.classList.toggle("caller", is_caller);
      if (is_caller)
        place(frame, margin, width - 2 * margin);
      else if (frame.y > to.y || frame.x + nearly > end || to.x > frame.x + nearly)
        place(frame, 0, 0);
      else
        place(frame, margin + (frame.x - to.x) * scale, frame.width * scale);
    }
    svg.classList.toggle("zoomed", to !== root);
  }

  let pattern = null;
  function search(text) {
    pattern = null;
    if (text) {
      try {
        pattern = new RegExp(text, "i");
      } catch (error) {
        part("matched").textContent = "not a regular expression: " + text;
        return;
      }
    }
    // What is above a frame that was found is counted with it.
    let found = 0, until = -1;
    const in_order = frames.slice().sort((a, b) => a.x - b.x || b.y - a.y);
    for (const frame of in_order) {
      const fits = pattern !== null ? pattern.test(frame.name) : false;
      frame.group.classList.toggle("found", fits);
      if (!fits || until > frame.x + nearly) continue;
      found += frame.width;
      until = frame.x + frame.width;
    }
    part("matched").textContent = pattern === null ? " " : "found: " + (100 * found / root.width).toFixed(2) + " %";
    part("search").textContent = pattern === null ? "search" : "end search";
  }
  function ask() {
    if (pattern !== null) return search("");
    search(window.prompt("A regular expression for names of functions:", ""));
  }

  const frame_of = (event) => {
    const group = event.target.closest(".frames g");
    return group === null ? null : frames.find((frame) => frame.group === group);
  };
  part("frames").addEventListener("click", (event) => {
    const frame = frame_of(event);
    if (frame) zoom(frame);
  });
  part("frames").addEventListener("mouseover", (event) => {
    const frame = frame_of(event);
    part("detail").textContent = frame ? frame.title : " ";
  });
  part("frames").addEventListener("mouseout", () => { part("detail").textContent = " "; });
  part("reset").addEventListener("click", () => zoom(root));
  part("search").addEventListener("click", ask);
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { zoom(root); search(""); }
    if (event.key !== "f" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    ask();
  });
}());
