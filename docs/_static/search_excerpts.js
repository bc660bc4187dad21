/* The excerpts below the results of a search. Sphinx takes them from the text of a page. */
(function () {
  "use strict";

  // In what KaTeX writes a formula stands three times: as MathML, as TeX and as what is seen. Here it is written in one line.
  const IN_A_LINE = {
    msup: ([base, power]) => base + (power === "′" ? power : "^" + grouped(power)),
    msub: ([base, index]) => base + "_" + grouped(index),
    msubsup: ([base, index, power]) => base + "_" + grouped(index) + "^" + grouped(power),
    mfrac: ([above, below]) => grouped(above) + "/" + grouped(below),
    msqrt: (parts) => "√" + grouped(parts.join("")),
    annotation: () => "",
  };

  function grouped(text) {
    return Array.from(text).length > 1 && !/^[\d.]+$/.test(text) ? "(" + text + ")" : text;
  }

  function inALine(element) {
    if (element.localName in IN_A_LINE) return IN_A_LINE[element.localName](Array.from(element.children, inALine));
    return element.children.length ? Array.from(element.children, inALine).join("") : element.textContent;
  }

  // MathML says with a character that cannot be seen that a function is applied: between sin and x in "sin x".
  function written(formula) {
    return inALine(formula.querySelector("math")).replace(/\u2061(?=\()/g, "").replaceAll("\u2061", " ");
  }

  // An entry of the index has no text of its own: it stands for the section in which it is.
  function shown(page, anchor) {
    const place = anchor && page.getElementById(decodeURIComponent(anchor.slice(1)));
    if (!place) return page.querySelector("article.bd-article");
    return place.textContent.trim() ? place : place.closest("section");
  }

  Search.htmlToText = function (html, anchor) {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll("style, script, .headerlink").forEach((element) => element.remove());
    page.querySelectorAll(".katex").forEach((formula) => formula.replaceWith(written(formula)));
    return shown(page, anchor).textContent;
  };
})();
