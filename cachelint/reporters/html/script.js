"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters"), rule = byId("rule"), file = byId("file"), theme = byId("theme");
  const findings = Array.from(document.querySelectorAll("article"));

  const filter = () => {
    let shown = 0;
    for (const finding of findings) {
      const { rule: code, file: path } = finding.dataset;
      const fits = (!rule.value || rule.value === code) && (!file.value || file.value === path);
      finding.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    byId("shown").textContent = `${shown} of ${findings.length}`;
  };

  form.hidden = findings.length === 0;
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are reset after this event.
  form.addEventListener("reset", () => setTimeout(filter));
  for (const button of document.querySelectorAll("[data-show-rule]")) {
    button.addEventListener("click", () => {
      rule.value = button.dataset.showRule;
      filter();
      form.scrollIntoView();
    });
  }
  // A link to a finding shows it, whatever the filters say.
  window.addEventListener("hashchange", () => {
    const wanted = byId(location.hash.slice(1));
    if (wanted && wanted.hidden) {
      form.reset();
      setTimeout(() => wanted.scrollIntoView());
    }
  });

  const root = document.documentElement;
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = () => { theme.textContent = isDark() ? "light" : "dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  label();
})();
