// Draws the documentation of the API in the place of the plain list. A token is kept in this page only, never in a cookie.
(function () {
  "use strict";
  var place = document.getElementById("swagger");
  if (!place || !window.SwaggerUIBundle) return;
  window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    defaultModelRendering: "model",
    displayOperationId: false,
    filter: true,
    persistAuthorization: false,
    tryItOutEnabled: false,
    validatorUrl: null,
    withCredentials: false,
    syntaxHighlight: { activated: true, theme: "idea" },
    requestInterceptor: function (request) {
      // Every write needs a key of its own; somebody trying things out should not have to invent one.
      if (!/^(GET|HEAD)$/i.test(request.method || "GET") && request.headers && !request.headers["Idempotency-Key"]) {
        var bytes = crypto.getRandomValues(new Uint8Array(16));
        request.headers["Idempotency-Key"] = Array.from(bytes, function (byte) {
          return byte.toString(16).padStart(2, "0");
        }).join("");
      }
      return request;
    },
    onComplete: function () {
      var list = document.getElementById("api-list");
      if (list) list.hidden = true;
    },
  });
})();
