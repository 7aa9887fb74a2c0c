// Bootstrap for residents, Tabler for staff: of each the parts named here, in a cascade layer below
// our own sheets, so that ours never fight theirs. The versions are those of package-lock.json.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PurgeCSS } from "purgecss";

const [here, there] = process.argv.slice(2);
const packages = join(here, "node_modules");
const TAGS = "html body main h1 h2 h3 h4 p a ul ol li dl dt dd b strong small code kbd pre table thead tbody tr th td caption form fieldset legend label input select option textarea button progress output figure figcaption img svg details summary dialog hr time iframe abbr address blockquote".split(" ");
// Elements are elements only: `legend` does not bring along a class of that name.
const NAMES = { tags: TAGS, classes: [], ids: [], attributes: { names: ["type", "hidden", "role", "href", "disabled", "title", "class"], values: ["button", "submit", "reset", "search", "date"] }, undetermined: [] };
const PARTS = [
  /^(container(-fluid)?|row|col(-(sm|md|lg))?(-(auto|\d+))?|g[xy]?-[0-5]|row-cols-(md-)?\d)$/,
  /^(btn|btn-(primary|link|sm|lg)|btn-group)$/,
  /^(form-(label|control|select|check|check-input|check-label|text|hint|switch|fieldset)|form-(control|select)-(sm|lg)|input-group|input-group-text|is-invalid|invalid-feedback)$/,
  /^(table|table-(sm|responsive|striped|hover|vcenter|nowrap)|table-group-divider)$/,
  /^(progress|progress-bar|list-unstyled|list-inline(-item)?|visually-hidden(-focusable)?|stretched-link|vstack|hstack|vr)$/,
  /^d-(none|block|flex|grid|inline-flex|print-none)$/,
  /^(flex-(wrap|column|fill|grow-1)|align-items-(start|center|end|baseline)|justify-content-(start|between|end|center))$/,
  /^(m|mt|mb|ms|me|mx|my|p|pt|pb|px|py|gap)-([0-5]|auto)$/,
  /^text-(start|end|center|nowrap|break|truncate)$/,
  /^(w-100|h-100|mw-100|overflow-(auto|hidden)|position-(relative|sticky)|sticky-top)$/,
];
const SHEETS = [
  ["bootstrap", "bootstrap", "dist/css/bootstrap.min.css"],
  ["tabler", "@tabler/core", "dist/css/tabler.min.css"],
];

for (const [name, from, sheet] of SHEETS) {
  const { version } = JSON.parse(readFileSync(join(packages, from, "package.json"), "utf8"));
  const [taken] = await new PurgeCSS().purge({
    content: [{ raw: "tags", extension: "tags" }],
    extractors: [{ extractor: () => NAMES, extensions: ["tags"] }],
    css: [{ raw: readFileSync(join(packages, from, sheet), "utf8") }],
    safelist: { standard: [...PARTS, /^(disabled|active|show)$/] },
    variables: true, keyframes: true, fontFace: true,
  });
  const body = taken.css.replace(/^@charset "UTF-8";/, "").replace(/\/\*[^]*?\*\//g, "").trim();
  if (/url\((?!["']?data:)/.test(body)) throw new Error(`${name} would fetch something`);
  const head = `/*! ${from} ${version}, MIT (${name}.LICENSE): the parts named in scripts/vendor/take.mjs */`;
  writeFileSync(join(there, `${name}.css`), `${head}\n@layer vendor{${body}}\n`);
}
