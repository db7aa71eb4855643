// Photos on the phone: taken with its camera or chosen, scaled down before they are kept (one bar of signal), known by the
// digest of what is kept, shown as small pictures with a way to take each back.
(function () {
  "use strict";
  var field = window.DoudiField;
  // The longer side in pixels, and how well a JPEG keeps it.
  var LONGEST = 1600;
  var QUALITY = 0.85;
  var SMALL = 96;

  function read(file) {
    return new Promise(function (resolve, reject) {
      var reader = new FileReader();
      reader.onload = function () { resolve(reader.result); };
      reader.onerror = function () { reject(reader.error); };
      reader.readAsDataURL(file);
    });
  }

  // Through an image element, which turns the picture the way the camera was held.
  function decode(blob) {
    return read(blob).then(function (address) {
      return new Promise(function (resolve, reject) {
        var image = new Image();
        image.onload = function () { resolve(image); };
        image.onerror = function () { reject(new Error("not an image")); };
        image.src = address;
      });
    });
  }

  function drawn(image, longest) {
    var most = Math.max(image.naturalWidth, image.naturalHeight);
    var scale = Math.min(1, longest / most);
    var canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    var context = canvas.getContext("2d");
    // What is transparent would turn black.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  function digest(blob) {
    if (!window.crypto || !crypto.subtle) return Promise.resolve("");
    return blob.arrayBuffer().then(function (bytes) { return crypto.subtle.digest("SHA-256", bytes); })
      .then(function (hash) {
        return Array.prototype.map.call(new Uint8Array(hash), function (byte) {
          return (byte + 256).toString(16).slice(1);
        }).join("");
      });
  }

  /** What is kept of a chosen file: scaled down if it is a photo, as it is otherwise. */
  function keep(file, name) {
    var photo = /^image\//.test(file.type);
    var kept = photo
      ? decode(file).then(function (image) {
        var canvas = drawn(image, LONGEST);
        return new Promise(function (resolve) {
          canvas.toBlob(function (blob) {
            resolve({ blob: blob, width: canvas.width, height: canvas.height, name: file.name.replace(/\.[^.]*$/, "") + ".jpg" });
          }, "image/jpeg", QUALITY);
        });
      })
      : Promise.resolve({ blob: file, width: 0, height: 0, name: file.name });
    return kept.then(function (kept) {
      return digest(kept.blob).then(function (hash) {
        return {
          field: name, name: kept.name, type: kept.blob.type, blob: kept.blob, width: kept.width, height: kept.height,
          bytes: kept.blob.size, digest: hash, taken: field.localMinute(new Date()),
        };
      });
    });
  }

  function thumbnail(kept) {
    if (!/^image\//.test(kept.type)) return Promise.resolve(null);
    return decode(kept.blob).then(function (image) { return drawn(image, SMALL).toDataURL("image/jpeg", 0.7); })
      .catch(function () { return null; });
  }

  /**
   * Makes a file field of a form the phone's own: buttons for camera and album, and small pictures of what is kept in the
   * draft. `save` is called when something was added or taken back.
   */
  function own(input, draft, save) {
    var name = input.name;
    var list = field.make("ul", { class: "photos" });
    var note = field.make("p", { class: "small soft", role: "status" });
    var pick = function (words, attributes) {
      var id = input.id + "-" + words;
      var chooser = field.make("input", Object.assign({ type: "file", id: id, class: "hidden-text" }, attributes));
      chooser.addEventListener("change", function () {
        var chosen = Array.prototype.slice.call(chooser.files);
        chooser.value = "";
        note.textContent = field.t("正在处理照片");
        chosen.reduce(function (before, file) {
          return before.then(function () { return keep(file, name); }).then(function (kept) {
            var twice = draft.files.some(function (known) { return kept.digest && known.digest === kept.digest; });
            if (!twice) draft.files.push(kept);
          });
        }, Promise.resolve()).then(function () {
          note.textContent = "";
          return save();
        }, function () {
          note.textContent = field.t("这个文件打不开，请重新拍一张");
        }).then(show);
      });
      return [field.make("label", { class: "button", for: id, text: field.t(words) }), chooser];
    };
    var camera = pick("拍照", { accept: "image/*", capture: "environment" });
    var album = pick("从相册选", { accept: "image/*,application/pdf", multiple: "" });
    var bar = field.make("div", { class: "photo-bar" }, [camera[1], camera[0], album[1], album[0]]);
    input.disabled = true;
    input.hidden = true;
    input.parentNode.insertBefore(bar, input);
    input.parentNode.insertBefore(list, input);
    input.parentNode.insertBefore(note, input);
    var help = input.nextElementSibling;
    if (help && help.className === "help") help.hidden = true;

    function show() {
      var mine = draft.files.filter(function (kept) { return kept.field === name; });
      return Promise.all(mine.map(thumbnail)).then(function (pictures) {
        list.textContent = "";
        mine.forEach(function (kept, at) {
          var remove = field.make("button", { type: "button", class: "button small quiet", text: field.t("删除") });
          remove.setAttribute("aria-label", field.t("删除") + " " + kept.name);
          remove.addEventListener("click", function () {
            draft.files.splice(draft.files.indexOf(kept), 1);
            save().then(show);
          });
          var picture = pictures[at]
            ? field.make("img", { src: pictures[at], alt: kept.name, width: "72", height: "72" })
            : field.make("span", { class: "small", text: kept.name });
          var size = Math.max(1, Math.round(kept.bytes / 1024)) + " KB";
          list.appendChild(field.make("li", {}, [picture, field.make("span", { class: "small soft", text: size }), remove]));
        });
      });
    }
    return show();
  }

  field.photos = { own: own };
})();
