// The frame of the phone pages: the bar at the bottom with what is unsent and whether there is a signal, the list of drafts,
// sending when the signal comes back, and the worker that keeps the pages.
(function () {
  "use strict";
  var field = window.DoudiField;
  if (!window.indexedDB) return;
  var user = field.user();
  var count = document.getElementById("unsent-count");
  var button = document.getElementById("send-all");
  var signal = document.getElementById("signal");
  var bar = document.getElementById("field-bar");

  var STATES = {
    draft: ["", "草稿"], ready: ["soon", "待发送"], conflict: ["bad", "要您选择"], refused: ["bad", "没有办成"],
    "sign-in": ["bad", "重新登录后发送"], "other-user": ["bad", "用原来的账号登录后发送"],
  };

  function row(draft) {
    var state = STATES[draft.state] || STATES.draft;
    var remove = field.make("button", { type: "button", class: "button small quiet", text: field.t("删除") });
    remove.setAttribute("aria-label", field.t("删除") + " " + draft.title);
    remove.addEventListener("click", function () {
      if (window.confirm(field.t("删除后不能恢复，确定删除这份草稿？"))) field.store.remove(draft.id);
    });
    var photos = draft.files.length > 0 ? " · " + draft.files.length + " " + field.t("张照片") : "";
    return field.make("li", { class: "task" }, [
      field.make("a", { href: draft.page + "?draft=" + draft.id }, [
        field.make("b", { text: draft.title }),
        field.make("span", { class: "small soft", text: draft.crumb }),
        field.make("span", { class: "small soft", text: field.shortMinute(draft.updated) + photos }),
        draft.message ? field.make("span", { class: "small", text: draft.message }) : null,
      ]),
      field.make("span", { class: "task-end" }, [field.make("span", { class: "badge " + state[0], text: field.t(state[1]) }), remove]),
    ]);
  }

  function line(sent) {
    var words = field.shortMinute(sent.updated) + " " + field.t("已送达");
    var children = [
      field.make("b", { text: sent.title }), field.make("span", { class: "small soft", text: sent.crumb }),
      field.make("span", { class: "small soft", text: words }),
    ];
    return field.make("li", { class: "task" }, [field.make(sent.href ? "a" : "span", sent.href ? { href: sent.href } : {}, children)]);
  }

  function put(id, items, show) {
    var box = document.getElementById(id);
    if (!box) return;
    box.hidden = items.length === 0;
    var list = box.querySelector("ul");
    list.textContent = "";
    items.forEach(function (item) { list.appendChild(show(item)); });
  }

  function refresh() {
    return field.store.drafts(null).then(function (all) {
      var mine = all.filter(function (draft) { return draft.user === user; });
      if (count) count.textContent = String(user ? mine.length : all.length);
      if (bar) bar.classList.toggle("some", mine.length > 0);
      if (button) button.hidden = !mine.some(field.send.waiting);
      put("unsent", mine, row);
      var others = document.getElementById("others");
      if (others) {
        others.hidden = all.length === mine.length;
        others.querySelector("b").textContent = String(all.length - mine.length);
      }
      return user ? field.store.sent(user) : [];
    }).then(function (sent) { put("arrived", sent, line); });
  }

  function tell() {
    var kept = document.body.dataset.kept === "yes";
    if (signal) {
      signal.textContent = field.t(navigator.onLine && !kept ? "有网络" : "没有网络");
      signal.className = navigator.onLine && !kept ? "badge good" : "badge soon";
    }
    var old = document.getElementById("kept-note");
    if (old) old.hidden = !kept;
  }

  function send() {
    if (!user || !navigator.onLine) return Promise.resolve();
    if (button) button.disabled = true;
    return field.send.everything().then(function (answers) {
      if (button) button.disabled = false;
      var expired = answers.some(function (answer) { return answer.outcome === "sign-in"; });
      var again = document.getElementById("sign-in-again");
      if (again) again.hidden = !expired;
      return refresh();
    });
  }

  function keepPages() {
    if (!navigator.serviceWorker || !user || document.body.dataset.kept === "yes" || !navigator.onLine) return;
    navigator.serviceWorker.register("/field/worker.js", { scope: "/field" }).then(function () {
      return navigator.serviceWorker.ready;
    }).then(function (registration) {
      if (location.pathname !== "/field") return;
      var links = Array.prototype.map.call(document.querySelectorAll("a[data-keep]"), function (link) {
        return link.getAttribute("href");
      });
      registration.active.postMessage({ type: "keep", user: user, pages: ["/field"].concat(links) });
    }).catch(function () {});
    navigator.serviceWorker.addEventListener("message", function (event) {
      var box = document.getElementById("kept-count");
      if (event.data && event.data.type === "kept" && box) {
        box.hidden = false;
        box.querySelector("b").textContent = String(Math.max(0, event.data.kept - 1));
        document.body.setAttribute("data-pages", String(event.data.kept));
      }
    });
  }

  if (button) button.addEventListener("click", send);
  document.addEventListener("field:changed", refresh);
  window.addEventListener("online", function () { tell(); send(); });
  window.addEventListener("offline", tell);
  tell();
  refresh().then(send);
  keepPages();
})();
