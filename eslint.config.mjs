// Our own scripts must run on the oldest browsers we serve: package.json, "browserslist".
import compat from "eslint-plugin-compat";

const browser = Object.fromEntries(
  [
    "AbortController", "Blob", "CSS", "CustomEvent", "Event", "File", "FileReader", "FormData",
    "HTMLElement", "Image", "IntersectionObserver", "MutationObserver", "TextEncoder", "URL",
    "URLSearchParams", "cancelAnimationFrame", "clearInterval", "clearTimeout", "confirm", "console", "createImageBitmap", "crypto",
    "document", "fetch", "history", "htmx", "localStorage", "location", "matchMedia", "navigator",
    "performance", "requestAnimationFrame", "sessionStorage", "setInterval", "setTimeout", "window",
  ].map((name) => [name, "readonly"]),
);

export default [
  {
    files: ["src/yanzhen/**/*.js"],
    ignores: ["src/yanzhen/static/vendor/**"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: browser },
    plugins: { compat },
    rules: {
      "compat/compat": "error",
      "no-undef": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "StaticBlock", message: "Safari 15.4 has no static blocks." },
        { selector: "Literal[regex.pattern=/\\(\\?<[=!]/]", message: "Safari 15.4 cannot look behind." },
      ],
    },
  },
];
