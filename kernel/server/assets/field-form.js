// A form on the phone: whatever is typed is kept at once, photos with it, and is there again after a reload, an empty battery or
// a logout. Submitting marks the draft as ready and sends it when there is a way through. Without this file the form is the
// ordinary one and is posted as any other.
(function () {
  "use strict";
  var field = window.DoudiField;
  var form = document.querySelector("form[data-field-form]");
  if (!form || !window.indexedDB || !field.user()) return;

  var draft = null;
  var timer = 0;
  var note = field.make("p", { class: "small soft", role: "status", id: "field-note" });

  function say(words) { note.textContent = words; }

  /** Names and values as the browser would post them, without files and without the form's own hidden words. */
  function typed() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && name.charAt(0) !== "_") pairs.push([name, value]);
    });
    return pairs;
  }

  function fill(pairs) {
    Array.prototype.forEach.call(form.elements, function (element) {
      var name = element.name;
      if (!name || name.charAt(0) === "_" || element.type === "file" || element.type === "submit") return;
      var values = pairs.filter(function (pair) { return pair[0] === name; }).map(function (pair) { return pair[1]; });
      if (element.type === "radio" || element.type === "checkbox") element.checked = values.indexOf(element.value) >= 0;
      else element.value = values.length > 0 ? values[0] : "";
    });
    form.dispatchEvent(new CustomEvent("field:filled"));
    var first = form.querySelector("input, select, textarea");
    if (first) first.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function save() {
    clearTimeout(timer);
    if (!draft || draft.gone) return Promise.resolve();
    draft.fields = typed();
    if (draft.state !== "conflict") draft.state = "draft";
    return field.store.put(draft).then(function () {
      say(field.t("已存在本机") + " " + field.shortMinute(draft.updated));
      if (form.dataset.begins && location.search.indexOf("draft=") < 0) {
        history.replaceState(null, "", location.pathname + "?draft=" + draft.id);
      }
    }, function () {
      say(field.t("存不进本机，请先不要离开这一页"));
    });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  }

  function asked() {
    var found = /[?&]draft=([0-9a-f]{32})/.exec(location.search);
    return found ? found[1] : null;
  }

  /** The draft of this form: the one the address names, or for a case the one that was begun. */
  function find() {
    var user = field.user();
    if (asked()) {
      return field.store.get(asked()).then(function (known) { return known && known.user === user ? known : null; });
    }
    if (form.dataset.begins) return Promise.resolve(null);
    return field.store.drafts(user).then(function (drafts) {
      return drafts.filter(function (known) { return known.address === form.dataset.address; })[0] || null;
    });
  }

  function fresh() {
    return {
      id: field.fresh(), user: field.user(), address: form.dataset.address, page: location.pathname,
      title: form.dataset.title, crumb: form.dataset.crumb, revision: form.dataset.revision || "", state: "draft",
      fields: typed(), files: [], problems: [], conflict: null, message: "", taken: "",
    };
  }

  function missing() {
    var first = null;
    Array.prototype.forEach.call(form.querySelectorAll(".field"), function (box) {
      var old = box.querySelector("[data-field-error]");
      if (old) old.remove();
      box.classList.remove("wrong");
      if (box.hidden || !box.querySelector(".must")) return;
      var given = Array.prototype.some.call(box.querySelectorAll("input, select, textarea"), function (input) {
        if (input.type === "radio" || input.type === "checkbox") return input.checked;
        return input.type !== "file" && !input.disabled && input.value.trim() !== "";
      });
      var files = box.querySelector("input[type=file][hidden]");
      if (files) given = draft.files.some(function (kept) { return kept.field === files.name; }) || given;
      if (given) return;
      mark(box, field.t("请填写或选择这一项"));
      first = first || box;
    });
    return first;
  }

  function mark(box, words) {
    box.classList.add("wrong");
    box.insertBefore(field.make("p", { class: "error", "data-field-error": "", text: words }), box.firstChild);
  }

  function show(problems) {
    var rest = [];
    problems.forEach(function (problem) {
      var box = document.getElementById("f-" + problem.field + "-box");
      if (problem.field && box) mark(box, problem.message);
      else rest.push(problem.message);
    });
    return rest;
  }

  function submit(event) {
    event.preventDefault();
    var first = missing();
    if (first) {
      first.scrollIntoView({ block: "center" });
      var input = first.querySelector("input:not([hidden]), select, textarea");
      if (input) input.focus();
      return;
    }
    var button = form.querySelector("button.main");
    button.disabled = true;
    say(field.t("正在发送"));
    save().then(function () {
      draft.state = "ready";
      draft.taken = draft.taken || field.localMinute(new Date());
      return field.store.put(draft);
    }).then(function () {
      return field.send.one(draft);
    }).then(function (answer) {
      if (answer.outcome === "done") {
        draft.gone = true;
        location.href = "/field?done=sent";
      } else if (answer.outcome === "conflict" || answer.outcome === "refused") {
        location.reload();
      } else {
        location.href = "/field#unsent";
      }
    }).catch(function () {
      button.disabled = false;
      say(field.t("存不进本机，请先不要离开这一页"));
    });
  }

  function begin(known) {
    draft = known || fresh();
    form.querySelector("button.main").insertAdjacentElement("afterend", note);
    // Another tab, or the list, may have sent or deleted it.
    document.addEventListener("field:changed", function () {
      if (!known) return;
      field.store.get(draft.id).then(function (still) { if (!still) draft.gone = true; });
    });
    var files = Array.prototype.slice.call(form.querySelectorAll("input[type=file]"));
    if (known) {
      fill(draft.fields);
      say(field.t("这是存在本机的草稿") + " " + field.shortMinute(draft.updated));
    }
    return Promise.all(files.map(function (input) { return field.photos.own(input, draft, save); })).then(function () {
      if (field.position) field.position.own(form, later);
      form.addEventListener("input", later);
      form.addEventListener("change", later);
      form.addEventListener("submit", submit);
      window.addEventListener("pagehide", function () { if (timer) save(); });
      document.addEventListener("visibilitychange", function () { if (document.hidden && timer) save(); });
      if (known && draft.state === "refused") {
        var rest = show(draft.problems);
        var words = draft.message || rest.join("；") || field.t("没有办成，请按提示修改后再提交");
        form.insertBefore(field.make("div", { class: "note bad", role: "alert" }, [field.make("p", { text: words })]), form.firstChild);
      }
      if (known && draft.state === "conflict") field.conflict.show(form, draft);
      form.setAttribute("data-ready", "yes");
    });
  }

  form.addEventListener("submit", function (event) { if (!draft) event.preventDefault(); });
  find().then(begin, function () { form.setAttribute("data-ready", "no"); });
})();
