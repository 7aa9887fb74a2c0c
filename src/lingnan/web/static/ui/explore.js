// A choice is looked at when it is made; days become a slider. Without scripts: lists and a button.
(() => {
  const form = document.querySelector("form.explore");
  if (!form) return;
  for (const list of form.querySelectorAll("select[data-go]")) list.addEventListener("change", () => {
    if (list.name === "form") form.elements.element.disabled = true;
    form.requestSubmit();
  });
  const days = form.querySelector("select[data-slide]");
  if (!days || days.options.length < 2) return;
  const row = document.createElement("span"), range = document.createElement("input"), told = document.createElement("output");
  row.className = "slide";
  Object.assign(range, { type: "range", min: 0, max: days.options.length - 1, value: days.selectedIndex, id: "on-slide" });
  const label = form.querySelector(`label[for="${days.id}"]`);
  const say = () => { const words = days.options[range.value].text; told.value = words; range.setAttribute("aria-valuetext", words); };
  label.htmlFor = range.id;
  days.hidden = true;
  row.append(range, told);
  days.after(row);
  range.addEventListener("input", () => { days.selectedIndex = Number(range.value); say(); });
  range.addEventListener("change", () => form.requestSubmit());
  say();
})();
