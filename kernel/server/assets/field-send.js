// Sending what is ready: one after the other, through the address of its form, with its key (twice is once) and the revision of
// the document it was filled in for. Nothing leaves the phone before the other side has said that it is there.
(function () {
  "use strict";
  var field = window.DoudiField;
  var running = null;

  function body(draft) {
    var data = new FormData();
    draft.fields.forEach(function (pair) { data.append(pair[0], pair[1]); });
    draft.files.forEach(function (kept) { data.append(kept.field, kept.blob, kept.name); });
    draft.files.forEach(function (kept) { if (kept.digest) data.append("_digest", kept.digest); });
    data.append("_key", draft.id);
    data.append("_user", draft.user);
    data.append("_taken", draft.taken);
    if (draft.revision) data.append("_revision", draft.revision);
    return data;
  }

  /** What became of a draft: `done`, `conflict`, `refused`, `sign-in`, `other-user`, or `later` when it could not be sent. */
  function ask(draft) {
    var request = fetch(draft.address, {
      method: "POST", body: body(draft), credentials: "same-origin", redirect: "manual", headers: { accept: "application/json" },
    });
    return request.then(function (answer) {
      var kind = answer.headers.get("content-type") || "";
      if (answer.type === "opaqueredirect" || answer.status === 401) return { outcome: "sign-in" };
      if (answer.status === 413) return { outcome: "refused", message: field.t("照片太多了：一次最多 32 兆字节，请删去几张"), problems: [] };
      if (kind.indexOf("application/json") !== 0) return { outcome: "later" };
      return answer.json();
    }, function () { return { outcome: "later" }; });
  }

  function settle(draft, answer) {
    draft.problems = [];
    draft.conflict = null;
    draft.message = answer.message || "";
    switch (answer.outcome) {
      case "done":
        return field.store.arrived(draft, answer.document ? "/documents/" + answer.document : "");
      case "conflict":
        draft.state = "conflict";
        draft.conflict = answer;
        return field.store.put(draft);
      case "refused":
        draft.state = "refused";
        draft.problems = answer.problems || [];
        return field.store.put(draft);
      case "sign-in":
      case "other-user":
        draft.state = answer.outcome;
        return field.store.put(draft);
      default:
        draft.state = "ready";
        return field.store.put(draft);
    }
  }

  /** Sends one draft; the answer, after it was noted. */
  function one(draft) {
    return ask(draft).then(function (answer) { return settle(draft, answer).then(function () { return answer; }); });
  }

  // Two tabs, or a button pressed twice, send one after the other.
  function alone(work) {
    if (navigator.locks) return navigator.locks.request("doudi-field-send", work);
    running = (running || Promise.resolve()).then(work, work);
    return running;
  }

  function waiting(draft) {
    return ["ready", "sign-in", "other-user"].indexOf(draft.state) >= 0;
  }

  /** Sends everything of this user that is ready. Stops when there is no way through. */
  function everything() {
    var user = field.user();
    if (!user) return Promise.resolve([]);
    return alone(function () {
      return field.store.drafts(user).then(function (drafts) {
        var answers = [];
        return drafts.filter(waiting).reverse().reduce(function (before, draft) {
          return before.then(function (stop) {
            if (stop) return true;
            return one(draft).then(function (answer) {
              answers.push(answer);
              return answer.outcome === "later" || answer.outcome === "sign-in";
            });
          });
        }, Promise.resolve(false)).then(function () { return answers; });
      });
    });
  }

  field.send = {
    everything: everything,
    one: function (draft) { return alone(function () { return one(draft); }); },
    waiting: waiting,
  };
})();
