// SPDX-License-Identifier: MIT
// Run a job of a workflow on this machine: its steps in order, in the working directory.
// usage: node job.js WORKFLOWS.json FILE JOB CONTEXT.json ARTIFACTS
//   WORKFLOWS.json   what workflow.js prints; FILE is the name of one of them
//   CONTEXT.json     what expressions see: {github, inputs, matrix, needs, vars}
//   ARTIFACTS        a folder with a folder an artifact: uploads go there, downloads come from there
// Standard output: the job's outputs, as JSON. What only sets up a machine is left out.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const [workflows, file, name, contextFile, artifacts] = process.argv.slice(2);
const { workflow } = fs.readFileSync(workflows, 'utf8').split('\n').filter(Boolean).map(JSON.parse)
  .find((w) => path.basename(w.file) === file);
const job = workflow.jobs[name];
const context = { github: {}, inputs: {}, matrix: {}, needs: {}, vars: {}, steps: {}, cancelled: () => false, ...JSON.parse(fs.readFileSync(contextFile)) };
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'job-'));

// The expressions that the workflows have are JavaScript's too. What is not there is empty text.
const evaluate = (expression) =>
  new Function(...Object.keys(context), `return (${expression})`)(...Object.values(context)) ?? '';
const filled = (text) => String(text).replace(/\$\{\{(.*?)\}\}/g, (all, e) => evaluate(e));
const filledAll = (map) => Object.fromEntries(Object.entries(map ?? {}).map(([k, v]) => [k, filled(v)]));
const isTrue = (condition) => evaluate(String(condition ?? true).replace(/^\$\{\{(.*)\}\}$/, '$1'));

const setsUp = (run) => /apt-get/.test(run) || /^make deps( [A-Z]+=\S+)?$/.test(run);

function run(script, env, id) {
  if (setsUp(script)) return;
  const step = path.join(scratch, 'step.sh'), output = path.join(scratch, 'output');
  fs.writeFileSync(step, script.replace(/(make|bench) deps /, '$1 '));
  fs.writeFileSync(output, '');
  console.error(`+ ${script.trim()}`);
  const { status } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', step],
    { stdio: ['ignore', 2, 2], env: { ...process.env, GITHUB_OUTPUT: output, ...env } });
  if (status !== 0) process.exit(1);
  const lines = fs.readFileSync(output, 'utf8').split('\n').filter(Boolean);
  if (id) context.steps[id] = { outputs: Object.fromEntries(lines.map((l) => l.split(/=(.*)/s).slice(0, 2))) };
}

// As the action finds files, and the root that their paths in the artifact begin at.
function found(patterns) {
  const regex = (p) => new RegExp('^' + p.replace(/[.+]/g, '\\$&').replace(/\*\*\//g, '\u0001').replace(/\*\*/g, '\u0002')
    .replace(/\*/g, '[^/]*').replace(/\u0001/g, '(.*/)?').replace(/\u0002/g, '.*') + '(/.*)?$');
  const wanted = patterns.filter((p) => !p.startsWith('!')), not = patterns.filter((p) => p.startsWith('!')).map((p) => p.slice(1));
  const roots = wanted.map((p) => p.includes('*') || !fs.existsSync(p) || fs.statSync(p).isFile() ? path.dirname(p.split('*')[0] + 'x') : p);
  const parts = roots.map((r) => r.split('/'));
  const root = parts[0].filter((x, i) => parts.every((p) => p.slice(0, i + 1).join('/') === parts[0].slice(0, i + 1).join('/'))).join('/');
  const all = fs.existsSync(root) ? fs.readdirSync(root, { recursive: true }).map((f) => path.join(root, f)) : [];
  return { root, files: all.filter((f) => fs.statSync(f).isFile() && wanted.some((p) => regex(p).test(f)) && !not.some((p) => regex(p).test(f))) };
}

function upload(options) {
  const to = path.join(artifacts, options.name);
  const { root, files } = found(options.path.trim().split(/\s*\n\s*/));
  if (fs.existsSync(to)) throw new Error(`an artifact of this name is there: ${options.name}`);
  if (!files.length && options['if-no-files-found'] === 'error') throw new Error(`no files for the artifact ${options.name}`);
  for (const f of files) fs.cpSync(f, path.join(to, path.relative(root, f)));
}

// Of several that a pattern finds each has a folder of its own; a single one has not.
function download(options) {
  const glob = new RegExp('^' + (options.name ?? options.pattern).replace(/[.+]/g, '\\$&').replace(/\*/g, '.*') + '$');
  const names = fs.readdirSync(artifacts).filter((n) => glob.test(n));
  if (options.name && !names.length) throw new Error(`no such artifact: ${options.name}`);
  for (const n of names) {
    const flat = names.length === 1 || options['merge-multiple'] === 'true';
    fs.cpSync(path.join(artifacts, n), flat ? options.path : path.join(options.path, n), { recursive: true });
  }
}

const actions = { 'actions/checkout': () => {}, 'actions/upload-artifact': upload, 'actions/download-artifact': download };
for (const step of job.steps) {
  if (!isTrue(step.if)) continue;
  if (step.uses) actions[step.uses.split('@')[0]](filledAll(step.with));
  else run(step.run, filledAll({ ...workflow.env, ...job.env, ...step.env }), step.id);
}
console.log(JSON.stringify(filledAll(job.outputs)));
fs.rmSync(scratch, { recursive: true });
