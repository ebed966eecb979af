/* What no form can do by itself: put the reader where the answer is. Every page works without this. */
(function () {
  "use strict";

  function lead(root) {
    var first = root.querySelector("[data-focus-first]");
    if (first) { first.focus(); }
  }

  document.addEventListener("DOMContentLoaded", function () { lead(document); });
  document.addEventListener("htmx:after:swap", function (event) { lead(event.target || document); });
}());
