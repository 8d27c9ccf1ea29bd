// Our own styles must look right on the oldest browsers we serve: package.json, "browserslist".
export default {
  plugins: ["stylelint-no-unsupported-browser-features"],
  reportNeedlessDisables: true,
  reportDescriptionlessDisables: true,
  rules: {
    "plugin/no-unsupported-browser-features": [
      true,
      {
        severity: "error",
        ignorePartialSupport: true,
        // Where these are missing the page works all the same.
        ignore: ["css-paged-media", "css-resize", "css-scrollbar", "css-touch-action", "text-size-adjust"],
      },
    ],
    // Younger than the floor, and the table of features does not know them by name.
    "function-disallowed-list": ["light-dark", "color-mix", "linear", "anchor", "contrast-color"],
    "at-rule-disallowed-list": ["starting-style", "view-transition", "scope", "property"],
  },
};
