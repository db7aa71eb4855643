// Two people wrote about the same case: what was typed on the phone and what stands in the system, side by side, and the person
// chooses line by line. Nothing is dropped: photos always go along, and a case that can no longer take the form says why and
// leaves the draft where it is.
(function () {
  "use strict";
  var field = window.DoudiField;

  function option(row, which, words, shown, chosen) {
    var id = "keep-" + row.name + "-" + which;
    var attributes = { type: "radio", name: "keep-" + row.name, value: which, id: id };
    if (chosen) attributes.checked = "";
    return field.make("div", { class: "side" }, [
      field.make("input", attributes),
      field.make("label", { for: id }, [
        field.make("span", { class: "small soft", text: words }),
        field.make("span", { class: "side-value", text: shown || field.t("没有填写") }),
      ]),
    ]);
  }

  function steps(conflict) {
    return field.make("ul", {}, (conflict.steps || []).map(function (step) {
      return field.make("li", { text: step.at + " " + step.by + " " + step.action + "：" + step.to });
    }));
  }

  /** Puts the chosen values into the draft. */
  function choose(box, draft, conflict) {
    conflict.fields.forEach(function (row) {
      var picked = box.querySelector('input[name="keep-' + row.name + '"]:checked');
      if (!picked || picked.value !== "theirs") return;
      draft.fields = draft.fields.filter(function (pair) { return row.names.indexOf(pair[0]) < 0; }).concat(row.theirs);
    });
    draft.revision = String(conflict.revision);
    draft.conflict = null;
    draft.state = "ready";
  }

  function show(form, draft) {
    var conflict = draft.conflict;
    var children = [
      field.make("h2", { text: field.t("您离线时，别人也办理了这一件") }),
      steps(conflict),
    ];
    if (!conflict.possible) {
      children.push(field.make("p", { text: conflict.why }));
      children.push(field.make("p", { text: field.t("您填写的内容都还在下面。可以照着另行登记，或者在外勤页面删除这份草稿。") }));
    } else {
      if (conflict.fields.length === 0) {
        children.push(field.make("p", { text: field.t("填写的内容与系统中现在的一致，可以直接提交。") }));
      } else {
        children.push(field.make("p", { text: field.t("逐项选择用哪一个。照片不会丢，会一并提交。") }));
      }
      conflict.fields.forEach(function (row) {
        children.push(field.make("fieldset", { class: "sides" }, [
          field.make("legend", { text: row.label }),
          option(row, "mine", field.t("您填写的"), row.mine_text, true),
          option(row, "theirs", field.t("系统中现在的"), row.theirs_text, false),
        ]));
      });
      var go = field.make("button", { type: "button", class: "button main", text: field.t("用选定的内容提交") });
      var edit = field.make("button", { type: "button", class: "button", text: field.t("放进下面的表单再改") });
      go.addEventListener("click", function () {
        go.disabled = true;
        choose(box, draft, conflict);
        field.store.put(draft).then(function () { return field.send.one(draft); }).then(function (answer) {
          if (answer.outcome === "done") location.href = "/field?done=sent";
          else if (answer.outcome === "later" || answer.outcome === "sign-in") location.href = "/field#unsent";
          else location.reload();
        });
      });
      edit.addEventListener("click", function () {
        choose(box, draft, conflict);
        draft.state = "draft";
        field.store.put(draft).then(function () { location.reload(); });
      });
      children.push(field.make("p", { class: "side-buttons" }, [go, edit]));
    }
    var box = field.make("section", { class: "card conflict", "aria-label": field.t("两边的内容") }, children);
    form.parentNode.insertBefore(box, form);
    if (!conflict.possible) form.querySelector("button.main").disabled = true;
  }

  field.conflict = { show: show };
})();
