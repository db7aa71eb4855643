// What makes the pages a little quicker to use; every one of them works without this file.
(function () {
  "use strict";

  // A whole row leads where its first link leads.
  document.addEventListener("click", function (event) {
    var row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, select, label, summary")) return;
    if (String(window.getSelection())) return;
    window.location.href = row.dataset.href;
  });

  // Paper.
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });

  // Asks once more before what cannot be taken back.
  document.addEventListener("submit", function (event) {
    var question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // Whoever signs out leaves no pages of hers on this phone; what she has written and not sent stays hers (field-store.js).
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.getAttribute("action") !== "/sign-out" || !window.caches) return;
    event.preventDefault();
    var go = function () { form.submit(); };
    caches.keys().then(function (names) {
      return Promise.all(names.map(function (name) { return name.indexOf("doudi-pages-") === 0 && caches.delete(name); }));
    }).then(go, go);
  });

  // Fields that only matter when another has a certain value. Without script they are all shown, with a hint.
  function given(form, name) {
    var values = [];
    Array.prototype.forEach.call(form.elements, function (element) {
      if (element.name !== name) return;
      if ((element.type === "radio" || element.type === "checkbox") && !element.checked) return;
      values.push(element.value);
    });
    return values;
  }

  function refresh(form) {
    Array.prototype.forEach.call(form.querySelectorAll("[data-when]"), function (field) {
      var shown = given(form, field.dataset.when).indexOf(field.dataset.equals) >= 0;
      field.hidden = !shown;
      Array.prototype.forEach.call(field.querySelectorAll("input, select, textarea"), function (input) {
        input.disabled = !shown;
      });
    });
  }

  function each(root) {
    Array.prototype.forEach.call(root.querySelectorAll("form"), refresh);
    Array.prototype.forEach.call(root.querySelectorAll("[data-hint]"), function (hint) { hint.hidden = true; });
  }

  document.addEventListener("change", function (event) {
    if (event.target.form) refresh(event.target.form);
  });
  document.addEventListener("htmx:afterSwap", function (event) { each(event.target); });
  each(document);

  // One open menu at a time; Escape closes it.
  document.addEventListener("click", function (event) {
    Array.prototype.forEach.call(document.querySelectorAll("details.menu-button[open]"), function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    Array.prototype.forEach.call(document.querySelectorAll("details.menu-button[open]"), function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
