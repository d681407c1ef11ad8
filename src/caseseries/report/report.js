"use strict";
// A number that is clicked, or opened with Enter, shows what stands behind it.
const data = JSON.parse(document.querySelector("body > script[type='application/json']").textContent);
const trace = document.querySelector("body > dialog");
const body = trace.querySelector("div");

const make = (name, text, parent) => {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (parent) parent.append(node);
  return node;
};

const open = (id, from) => {
  if (!Object.hasOwn(data.numbers, id)) return;
  const number = data.numbers[id];
  body.replaceChildren();
  const label = make("h3", number.label, body);
  label.id = "n-label";
  const unit = number.unit && number.unit !== "share" && number.value !== null ? " " + number.unit : "";
  make("p", number.shown + unit, body).className = "value";
  const list = make("dl", undefined, body);
  const say = (term, text) => {
    if (text === "" || text === null || text === undefined) return undefined;
    make("dt", term, list);
    return make("dd", text, list);
  };
  say("Exactly", number.value === null ? "" : String(number.value));
  say("Interval", number.interval && `${number.interval} (${Math.round(number.level * 1000) / 10}%)`);
  say("p", number.p && (number.p_full === null ? number.p : `${number.p} (${number.p_full})`));
  say("n", number.n === null ? "withheld" : String(number.n));
  say("Method", number.method);
  say("Why", number.reason);
  say("Standing", { promised: "promised", companion: "beside what was promised", description: "description" }[number.standing]);
  say("Analysis", number.analysis);
  if (number.cautions.length) {
    const cautions = make("ul", undefined, say("Cautions", " "));
    for (const key of number.cautions) make("li", data.cautions[key], cautions);
  }
  const patients = say("Patients", " ");
  const keys = data.patients[number.patients];
  if (!keys.length) patients.textContent = number.value === 0 ? "none" : "not named here";
  for (const key of keys.slice(0, 200)) {
    const row = document.getElementById("patient-" + key);
    const link = make(row ? "a" : "span", key, patients);
    patients.append(" ");
    if (row) link.href = "#patient-" + encodeURIComponent(key);
  }
  if (keys.length > 200) make("span", `and ${keys.length - 200} more: see results.json`, patients);
  make("code", id, say("Id", " "));
  light(keys.map((key) => "patient-" + key));
  document.querySelector("a.n.open")?.classList.remove("open");
  from?.classList.add("open");
  if (!trace.open) trace.show();
  trace.querySelector("button").focus({ preventScroll: true });
  trace.scrollTop = 0;
  const at = from?.getBoundingClientRect();
  const over = trace.getBoundingClientRect();
  if (at && at.bottom > over.top && at.right > over.left) scrollBy(0, at.bottom - over.top + 24);
};

const light = (ids) => {
  for (const lit of document.querySelectorAll("tr.lit")) lit.classList.remove("lit");
  for (const id of ids) document.getElementById(id)?.classList.add("lit");
};

document.addEventListener("click", (event) => {
  const cell = event.target.closest("a.r");
  if (cell) light((cell.dataset.rows ?? "").split(" "));
  const link = event.target.closest("a.n");
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", "#" + link.dataset.n);
  open(link.dataset.n, link);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && trace.open) trace.close();
});
trace.addEventListener("close", () => {
  const from = document.querySelector("a.n.open");
  from?.classList.remove("open");
  from?.focus({ preventScroll: true });
});
// A link to report.html#survival-by-cause.fisher opens that number.
const named = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // no number's name holds a bare percent sign
  }
};
const follow = () => {
  const id = named();
  if (Object.hasOwn(data.numbers, id)) {
    const link = document.querySelector(`a.n[data-n="${CSS.escape(id)}"]`);
    link?.scrollIntoView({ block: "center" });
    open(id, link);
  }
};
// On paper nothing is folded away; afterwards the page is as it was.
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const fold of unfolded) fold.open = true;
});
window.addEventListener("afterprint", () => {
  for (const fold of unfolded) fold.open = false;
});
window.addEventListener("hashchange", follow);
follow();
