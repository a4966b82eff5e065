// What every page does: light or dark, boxes that scroll by keyboard, the menu of a phone
{
  const root = document.documentElement, all = (s) => [...document.querySelectorAll(s)];

  // Light or dark: the system's until a reader chooses, then what was chosen
  const store = (f) => { try { return f(localStorage); } catch { return null; } }; // private windows have none
  const prefers = matchMedia("(prefers-color-scheme: dark)"), button = document.querySelector(".theme-toggle");
  const set = (theme) => {
    root.dataset.theme = root.dataset.bsTheme = theme;
    button.setAttribute("aria-pressed", theme == "dark");
  };
  set(root.dataset.theme);
  button.addEventListener("click", () => {
    const theme = root.dataset.theme == "dark" ? "light" : "dark";
    store((s) => s.setItem("theme", theme));
    set(theme);
  });
  prefers.addEventListener("change", (e) => store((s) => s.getItem("theme")) ?? set(e.matches ? "dark" : "light"));

  // What scrolls within itself can be reached by the tab key, and what fits is not in the way
  const boxes = all("main pre, main div.scroll, main .cell-output, main .math.display, main .katex-display, #quarto-sidebar, #quarto-margin-sidebar, .signature");
  const reach = () => boxes.forEach((b) => {
    const scrolls = (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1) && /auto|scroll/.test(getComputedStyle(b).overflow) && b.clientWidth;
    if (scrolls) b.tabIndex = 0; else b.removeAttribute("tabindex");
  });
  addEventListener("load", reach);
  addEventListener("resize", reach);
  all("main details").forEach((d) => d.addEventListener("toggle", reach));

  // The menu of a phone says whether it is open, and the escape key closes it
  const menu = document.querySelector("#quarto-sidebar"), opener = document.querySelector(".quarto-btn-toggle");
  if (menu && opener) {
    new MutationObserver(() => opener.setAttribute("aria-expanded", menu.classList.contains("show"))).observe(menu, { attributeFilter: ["class"] });
    addEventListener("keydown", (e) => { if (e.key == "Escape" && menu.classList.contains("show")) { opener.click(); opener.focus(); } });
    const here = menu.querySelector(".sidebar-link.active"); // a long menu opens where the reader is
    if (here && here.offsetTop > menu.clientHeight * .8) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
  }
}
