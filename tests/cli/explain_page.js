// Looks at pages as a reader would, at the widths of a desk and of a phone: nothing
// leaves its box, no boxes of a picture overlap, no wire goes through one, and all text
// can be told from what is behind it (WCAG 2.2, 1.4.3: 4.5 to 1).
const WIDTHS = [1280, 400];
const CONTRAST = 4.5;
const problems = [];
let looked = 0;

function rgb(color) {
  const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
  return { channels: [r, g, b], a };
}

function luminance(channels) {
  const [r, g, b] = channels.map((c) => {
    c /= 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function background(view, element) {
  for (let at = element; at; at = at.parentElement) {
    const outline = at.matches("g.box") && at.querySelector("path.outline");
    const color = rgb(outline ? view.getComputedStyle(outline).fill
      : view.getComputedStyle(at).backgroundColor);
    if (color.a > 0) return color.channels;
  }
  return [255, 255, 255];
}

const within = (inner, outer, slack = 0.75) =>
  inner.left >= outer.left - slack && inner.right <= outer.right + slack &&
  inner.top >= outer.top - slack && inner.bottom <= outer.bottom + slack;
const overlap = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function check(frame, where) {
  const say = (what) => problems.push(`${where}: ${what}`);
  const page = frame.contentDocument, view = frame.contentWindow;
  const root = page.documentElement;
  if (root.scrollWidth > root.clientWidth) say(`is ${root.scrollWidth} wide`);
  for (const element of page.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || element.closest("title, desc")) continue;
    const style = view.getComputedStyle(element);
    const color = rgb(element.closest("svg") ? style.fill : style.color).channels;
    const ratio = contrast(color, background(view, element));
    if (ratio < CONTRAST) say(`contrast ${ratio.toFixed(2)}: ${element.textContent.trim()}`);
    const scrolls = element.closest("pre") || element.closest("svg");
    if (!scrolls && element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
      say(`is cut: ${element.textContent.trim()}`);
  }
  let shown = 0;
  for (const svg of page.querySelectorAll("figure.graph svg")) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    shown++;
    const boxes = [...svg.querySelectorAll("g.box")].map((box) => ({
      name: box.querySelector("title").textContent.replaceAll("\n", " "),
      rect: box.querySelector("path.outline").getBoundingClientRect(),
      texts: [...box.querySelectorAll("text")],
    }));
    if (boxes.length < 3) say(`${svg.id} has ${boxes.length} boxes`);
    boxes.forEach((box, place) => {
      if (!within(box.rect, frame)) say(`leaves the picture: ${box.name}`);
      for (const text of box.texts) {
        if (!within(text.getBoundingClientRect(), box.rect)) say(`leaves its box: ${text.textContent}`);
        if (text.getBoundingClientRect().height < 9) say(`too small: ${text.textContent}`);
      }
      for (const other of boxes.slice(place + 1))
        if (overlap(box.rect, other.rect)) say(`overlap: ${box.name}, ${other.name}`);
    });
    const toScreen = svg.getScreenCTM();
    for (const wire of svg.querySelectorAll("path.wire")) {
      const length = wire.getTotalLength();
      for (let at = 0; at <= length; at += 3) {
        const { x, y } = wire.getPointAtLength(at).matrixTransform(toScreen);
        const through = boxes.find(({ rect }) => x > rect.left + 3 && x < rect.right - 3 &&
          y > rect.top + 3 && y < rect.bottom - 3);
        if (through) { say(`a wire goes through ${through.name}`); break; }
      }
    }
  }
  for (const bar of page.querySelectorAll("svg.bar")) {
    const rect = bar.querySelector("rect").getBoundingClientRect();
    if (!within(rect, bar.getBoundingClientRect())) say("a bar leaves its scale");
  }
  for (const axis of page.querySelectorAll("svg.axis")) {
    const shown = [...axis.querySelectorAll("text")].map((text) => text.getBoundingClientRect())
      .filter((rect) => rect.width);
    if (shown.length < 2) say("an axis has no names");
    shown.forEach((rect, place) => {
      if (!within(rect, axis.getBoundingClientRect())) say("a name leaves its axis");
      if (place && overlap(rect, shown[place - 1])) say("names of an axis overlap");
    });
  }
  const pictures = page.querySelectorAll("figure.graph").length;
  if (shown !== pictures) say(`${shown} of ${pictures} pictures are shown`);
  looked++;
}

async function look() {
  for (const [name, text] of pages) {
    for (const width of WIDTHS) {
      const frame = document.createElement("iframe");
      Object.assign(frame.style, { width: `${width}px`, height: "900px", border: "0" });
      frame.srcdoc = text;
      const loaded = new Promise((done) => { frame.onload = done; });
      document.body.append(frame);
      await loaded;
      for (const details of frame.contentDocument.querySelectorAll("details")) details.open = true;
      check(frame, `${name} at ${width}`);
      frame.remove();
    }
  }
}

look().catch((error) => problems.push(error.stack)).finally(() => {
  const frame = document.createElement("iframe");
  const [, text] = pages[0];
  frame.srcdoc = text;
  frame.onload = () => {
    const body = frame.contentWindow.getComputedStyle(frame.contentDocument.body);
    const scheme = luminance(rgb(body.backgroundColor).channels) < 0.5 ? "dark" : "light";
    const said = document.getElementById("said");
    said.textContent = [`${scheme}: looked at ${looked} pages`, ...problems].join("\n");
    frame.remove();
  };
  document.body.append(frame);
});
