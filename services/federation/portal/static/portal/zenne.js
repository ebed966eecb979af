/* What no form can do by itself: put the reader where the answer is, and print. Every page works without this. */
(function () {
  "use strict";

  document.documentElement.classList.add("scripted");

  function lead(root) {
    var first = root.querySelector("[data-focus-first]");
    if (first) { first.focus(); }
  }

  document.addEventListener("DOMContentLoaded", function () { lead(document); });

  /* What htmx brings may hold a summary of mistakes: the reader is led to it as after a whole page. */
  document.addEventListener("htmx:after:swap", function (event) { lead(event.target || document); });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });
}());
