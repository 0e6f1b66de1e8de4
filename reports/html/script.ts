/**
 * The script of the report: filters, opening what a link points at, opening what a printed page should show, and
 * unpacking what passed cases hold. All but that can be read without it.
 */
export const SCRIPT = `"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  document.documentElement.classList.add("scripted");

  const inflate = async (base64) => {
    const octets = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const clear = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate"));
    return (await new Response(clear).text()).split("\\0");
  };
  const packs = new Map();
  const markupOf = async (packed) => {
    const [pack, place] = packed.dataset.place.split(" ");
    if (!packs.has(pack)) packs.set(pack, inflate($("pack-" + pack).textContent));
    return (await packs.get(pack))[place];
  };
  const canUnpack = "DecompressionStream" in window;
  const unpack = async (one) => {
    const packed = one.querySelector(".packed");
    if (!packed || !canUnpack) return;
    const markup = await markupOf(packed);
    // Opened twice while it was on its way: the first one was in time.
    if (packed.isConnected) packed.outerHTML = markup;
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".case[open]")) unpack(event.target);
  }, true);

  const find = $("find"), suite = $("suite"), deep = $("deep"), chips = all(".chip"), cases = all(".case");
  const textOf = (...parts) => parts.map((part) => part.textContent).join(" ").toLowerCase();
  const texts = new Map(cases.map((one) => [one, textOf(...one.querySelectorAll("summary .what, .reason, .proves"))]));
  const messages = new Map();
  const readMessages = async (one) => {
    if (messages.has(one)) return;
    const packed = one.querySelector(".packed");
    let text = one.querySelector(".inside").textContent;
    if (packed) {
      const page = document.createElement("template");
      page.innerHTML = await markupOf(packed);
      text = page.content.textContent;
    }
    messages.set(one, text.toLowerCase());
  };
  const filter = () => {
    const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const has = (one, word) => texts.get(one).includes(word) || (deep.checked && (messages.get(one) || "").includes(word));
    const shown = new Set(chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.stands));
    let count = 0;
    for (const one of cases) {
      const visible = shown.has(one.dataset.stands) && words.every((word) => has(one, word)) &&
        (suite.value === "" || one.parentElement.dataset.suite === suite.value);
      one.hidden = !visible;
      if (visible) count++;
    }
    for (const group of all("section.suite")) group.hidden = !group.querySelector(".case:not([hidden])");
    $("shown").textContent = count + " of " + cases.length;
    $("nothing").hidden = count > 0;
  };
  const showAll = () => {
    find.value = "";
    suite.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "true");
    filter();
  };
  if (find) {
    find.addEventListener("input", filter);
    suite.addEventListener("change", filter);
    deep.parentElement.hidden = !canUnpack;
    if (canUnpack && $("packed")) $("packed").hidden = true;
    deep.addEventListener("change", async () => {
      if (deep.checked) {
        $("shown").textContent = "reading the messages…";
        await Promise.all(cases.map(readMessages));
      }
      filter();
    });
    for (const chip of chips) {
      chip.addEventListener("click", (event) => {
        const pressed = (one) => one.getAttribute("aria-pressed") === "true";
        const press = (one, on) => one.setAttribute("aria-pressed", String(on));
        if (chips.every(pressed)) chips.forEach((one) => press(one, one === chip));
        else press(chip, !pressed(chip));
        if (!chips.some(pressed)) chips.forEach((one) => press(one, true));
        filter();
      });
    }
    // Of hundreds of flows only what is on the screen is laid out.
    const many = (on) => document.documentElement.classList.toggle("many", on);
    $("open-all").addEventListener("click", () => {
      many(true);
      for (const one of cases) one.open = !one.hidden || one.open;
    });
    $("close-all").addEventListener("click", () => {
      many(false);
      for (const one of cases) one.open = false;
    });
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        find.focus();
      }
      if (event.key === "Escape" && document.activeElement === find) showAll();
    });
    filter();
  }

  const findRequirement = $("find-requirement"), state = $("state");
  const filterRequirements = () => {
    const words = findRequirement.value.toLowerCase().split(/\\s+/).filter(Boolean);
    for (const row of all("tr.requirement")) {
      const kind = row.dataset.kind;
      const wanted = state.value === "" || state.value === kind || (state.value === "covered" && kind === "broken");
      row.hidden = !(wanted && words.every((word) => row.textContent.toLowerCase().includes(word)));
    }
    for (const group of all("details.matrix")) {
      group.hidden = !group.querySelector("tr.requirement:not([hidden])");
      if (words.length > 0 || state.value !== "") group.open = !group.hidden;
    }
  };
  if (findRequirement) {
    findRequirement.addEventListener("input", filterRequirements);
    state.addEventListener("change", filterRequirements);
  }

  const reveal = async () => {
    let anchor;
    try {
      anchor = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const owner = anchor.startsWith("msg/") ? $("case/" + anchor.slice(4, anchor.lastIndexOf("/"))) : null;
    if (owner && !$(anchor)) await unpack(owner);
    const target = $(anchor) || owner;
    if (!target) return;
    const hidden = target.closest("[hidden]");
    if (hidden && find && hidden.closest("#cases")) showAll();
    if (hidden && findRequirement && hidden.closest("#requirements")) {
      findRequirement.value = state.value = "";
      filterRequirements();
    }
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    target.scrollIntoView();
    // What came into view on the way may have got another height than was guessed.
    if (document.documentElement.classList.contains("many")) {
      requestAnimationFrame(() => requestAnimationFrame(() => target.scrollIntoView()));
    }
    const focusable = target.matches("details") ? target.querySelector("summary") : null;
    if (focusable) focusable.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  if (location.hash) reveal();

  let opened = [];
  addEventListener("beforeprint", () => {
    const wanted = cases.filter((one) => !one.hidden && !/^(pass|notApplicable)$/.test(one.dataset.stands));
    opened = wanted.flatMap((one) => [one, ...one.querySelectorAll(".row.broken")]).filter((one) => !one.open);
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
})();`;
