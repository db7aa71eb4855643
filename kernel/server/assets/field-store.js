// What is kept on the phone: drafts with their photos, and what was sent lately. One database for the browser; every entry
// belongs to a user, and only masked names stand in it. Chromium 90, no libraries.
(function () {
  "use strict";
  var NAME = "doudi-field";
  // As many sent ones are shown as fit a screen.
  var SENT_KEPT = 20;
  var opened = null;

  function open() {
    if (opened) return opened;
    opened = new Promise(function (resolve, reject) {
      var request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = function () {
        request.result.createObjectStore("drafts", { keyPath: "id" });
        request.result.createObjectStore("sent", { keyPath: "id" });
      };
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { opened = null; reject(request.error); };
    });
    // Asked once: a phone short of space must not clear drafts away.
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(function () {});
    return opened;
  }

  function run(store, mode, work) {
    return open().then(function (database) {
      return new Promise(function (resolve, reject) {
        var transaction = database.transaction(store, mode);
        var request = work(transaction.objectStore(store));
        transaction.oncomplete = function () { resolve(request && request.result); };
        transaction.onerror = transaction.onabort = function () { reject(transaction.error); };
      });
    });
  }

  function changed() {
    document.dispatchEvent(new CustomEvent("field:changed"));
  }

  function all(store, user) {
    return run(store, "readonly", function (objects) { return objects.getAll(); }).then(function (found) {
      return found.filter(function (entry) { return user === null || entry.user === user; })
        .sort(function (a, b) { return a.updated < b.updated ? 1 : -1; });
    });
  }

  window.DoudiField = {
    store: {
      /** A user's drafts, the latest first; of everybody when `user` is null. */
      drafts: function (user) { return all("drafts", user); },
      sent: function (user) { return all("sent", user); },
      get: function (id) {
        return run("drafts", "readonly", function (objects) { return objects.get(id); });
      },
      put: function (draft) {
        draft.updated = new Date().toISOString();
        return run("drafts", "readwrite", function (objects) { return objects.put(draft); }).then(changed);
      },
      remove: function (id) {
        return run("drafts", "readwrite", function (objects) { return objects.delete(id); }).then(changed);
      },
      /** A draft that arrived: it leaves the drafts, and a line of it stays. */
      arrived: function (draft, href) {
        var line = {
          id: draft.id, user: draft.user, title: draft.title, crumb: draft.crumb, href: href,
          updated: new Date().toISOString(),
        };
        return run("sent", "readwrite", function (objects) { return objects.put(line); })
          .then(function () { return all("sent", draft.user); })
          .then(function (lines) {
            var old = lines.slice(SENT_KEPT);
            return run("sent", "readwrite", function (objects) {
              old.forEach(function (line) { objects.delete(line.id); });
              return null;
            });
          })
          .then(function () { return window.DoudiField.store.remove(draft.id); });
      },
    },

    /** The Chinese of a sentence in the language of the page. */
    t: function (zh) {
      var box = document.getElementById("field-words");
      if (!this.words) this.words = box && box.dataset.words ? JSON.parse(box.dataset.words) : {};
      return this.words[zh] || zh;
    },

    /** Who looks at this page; empty when nobody is signed in. */
    user: function () {
      return document.body.dataset.user || "";
    },

    /** A number nobody else has: the draft's name, and what makes sending it twice harmless. */
    fresh: function () {
      var bytes = crypto.getRandomValues(new Uint8Array(16));
      return Array.prototype.map.call(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    },

    /** `2022-07-06T09:30`: this phone's own time. */
    localMinute: function (moment) {
      var two = function (number) { return (number < 10 ? "0" : "") + number; };
      return moment.getFullYear() + "-" + two(moment.getMonth() + 1) + "-" + two(moment.getDate()) + "T" +
        two(moment.getHours()) + ":" + two(moment.getMinutes());
    },

    /** 7月6日 09:30. */
    shortMinute: function (iso) {
      var moment = new Date(iso);
      var local = this.localMinute(moment);
      return (moment.getMonth() + 1) + "月" + moment.getDate() + "日 " + local.slice(11);
    },

    /** An element with attributes and children; texts are texts and never markup. */
    make: function (name, attributes, children) {
      var element = document.createElement(name);
      Object.keys(attributes || {}).forEach(function (key) {
        if (key === "text") element.textContent = attributes[key];
        else if (attributes[key] !== null && attributes[key] !== false) element.setAttribute(key, attributes[key]);
      });
      (children || []).forEach(function (child) { if (child) element.appendChild(child); });
      return element;
    },
  };
})();
