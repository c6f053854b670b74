// Shows the description of the API, in the colours that the reader's system prefers.
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function followSystem() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

followSystem();
dark.addEventListener("change", followSystem);

SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayOperationId: false,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
