// Where the phone is: asked when a form that wants to know is opened, with its accuracy, or said to be absent. The inputs are the
// ordinary ones; this only fills them in.
(function () {
  "use strict";
  var field = window.DoudiField;
  // Long enough to step out from under a roof.
  var PATIENCE = 20000;

  function input(form, name, part) {
    return form.elements[name + "-" + part] || form.elements[name + "." + part] || null;
  }

  function one(form, box, save) {
    var name = box.dataset.position;
    var latitude = input(form, name, "latitude");
    var longitude = input(form, name, "longitude");
    var accuracy = input(form, name, "accuracy");
    if (!latitude || !longitude) return;
    var note = field.make("p", { class: "position-note", role: "status" });
    var again = field.make("button", { type: "button", class: "button small", text: field.t("重新定位") });
    box.appendChild(note);
    box.appendChild(again);

    function show() {
      if (!latitude.value) return;
      // The figures say nothing to whoever stands there.
      box.classList.add("position-found");
      note.textContent = field.t("已定位，误差约") + " " + (accuracy && accuracy.value ? accuracy.value : "?") + " " + field.t("米");
    }

    function ask() {
      if (!navigator.geolocation) {
        note.textContent = field.t("没有定位：手机没有给出位置");
        return;
      }
      note.textContent = field.t("正在定位");
      navigator.geolocation.getCurrentPosition(function (found) {
        latitude.value = found.coords.latitude.toFixed(6);
        longitude.value = found.coords.longitude.toFixed(6);
        if (accuracy) accuracy.value = String(Math.round(found.coords.accuracy));
        show();
        save();
      }, function (error) {
        note.textContent = field.t(error.code === 1 ? "没有定位：没有允许使用位置" : "没有定位：手机没有给出位置");
      }, { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 60000 });
    }

    again.addEventListener("click", ask);
    if (latitude.value) show();
    else ask();
  }

  field.position = {
    /** Fills in every position of a form; `save` is called when one was found. */
    own: function (form, save) {
      Array.prototype.forEach.call(form.querySelectorAll("[data-position]"), function (box) { one(form, box, save); });
    },
  };
})();
