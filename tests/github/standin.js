// SPDX-License-Identifier: MIT
// A stand-in for the part of GitHub's REST API that pipelines/report uses: it remembers.
// usage: node standin.js FOLDER [PRISM-PORT]
//
// FOLDER/socket    where gh talks to (http_unix_socket)
// FOLDER/port      the TCP port of the stand-in itself; with PRISM-PORT the socket leads to Prism,
//                  which checks each request against GitHub's description and passes it on to here
// FOLDER/state     {labels, issues, comments}: what is there after each request
// FOLDER/requests  a line a request that changes something
// FOLDER/faults    read at each request: lines `METHOD PATH-REGEX STATUS [SKIP]`: after SKIP requests
//                  that match, one is answered with STATUS, and the line is used up
'use strict';
const fs = require('fs');
const http = require('http');
const net = require('net');
const path = require('path');

const [folder, prism] = process.argv.slice(2);
const file = (name) => path.join(folder, name);
const state = fs.existsSync(file('state'))
  ? JSON.parse(fs.readFileSync(file('state'))) : { labels: [], issues: [], comments: [] };
const MOST_PER_PAGE = 3; // small, so that pages are turned

function fault(method, url) {
  if (!fs.existsSync(file('faults'))) return 0;
  const lines = fs.readFileSync(file('faults'), 'utf8').split('\n').filter(Boolean);
  for (let i = 0; i < lines.length; i++) {
    const [m, re, status, skip] = lines[i].split(' ');
    if (m !== method || !new RegExp(re).test(url)) continue;
    if (+skip > 0) lines[i] = [m, re, status, skip - 1].join(' ');
    else lines.splice(i, 1);
    fs.writeFileSync(file('faults'), lines.map((l) => l + '\n').join(''));
    return +skip > 0 ? 0 : +status;
  }
  return 0;
}

// Labels that are not there yet are made, as GitHub does for who may push.
function labelled(names) {
  return names.map((name) => {
    let label = state.labels.find((l) => l.name === name);
    if (!label) state.labels.push((label = { name, color: 'ededed', description: null }));
    return label;
  });
}

function page(url, all, headers) {
  const per = Math.min(+url.searchParams.get('per_page') || 30, MOST_PER_PAGE);
  const n = +url.searchParams.get('page') || 1;
  if (n * per < all.length) {
    url.searchParams.set('page', n + 1);
    headers.Link = `<https://api.github.com${url.pathname}${url.search}>; rel="next"`;
  }
  return all.slice((n - 1) * per, n * per);
}

// The workflow's bot; a test may say that somebody else wrote, or that an issue is a pull request.
const author = ({ user, author_association, pull_request }) => ({
  user: user || { login: 'github-actions[bot]', type: 'Bot' }, author_association: author_association || 'NONE',
  ...(pull_request && { pull_request }),
});

const now = () => new Date().toISOString();

const routes = [
  ['GET', /^\/labels$/, (m, b, url, headers) => page(url, state.labels, headers)],
  ['POST', /^\/labels$/, (m, b) => {
    if (state.labels.some((l) => l.name === b.name)) return 422;
    state.labels.push({ name: b.name, color: b.color, description: b.description });
    return [201, state.labels[state.labels.length - 1]];
  }],
  ['GET', /^\/issues$/, (m, b, url, headers) => {
    const want = url.searchParams.get('state') || 'open';
    const names = (url.searchParams.get('labels') || '').split(',').filter(Boolean);
    return page(url, state.issues.filter((i) => (want === 'all' || i.state === want) &&
      names.every((n) => i.labels.some((l) => l.name === n))).reverse(), headers);
  }],
  ['POST', /^\/issues$/, (m, b) => {
    if (typeof b.title !== 'string' || b.title.length > 256 || (b.body || '').length > 65536) return 422;
    const number = state.issues.length + 1;
    state.issues.push({
      number, title: b.title, body: b.body, labels: labelled(b.labels || []), state: 'open', state_reason: null,
      html_url: `https://github.com/o/r/issues/${number}`, created_at: now(), ...author(b),
    });
    return [201, state.issues[number - 1]];
  }],
  ['GET', /^\/issues\/(\d+)$/, (m) => state.issues[m[1] - 1] || 404],
  ['PATCH', /^\/issues\/(\d+)$/, (m, b) => {
    const issue = state.issues[m[1] - 1];
    if (!issue) return 404;
    if ((b.body || '').length > 65536) return 422;
    for (const k of ['title', 'body', 'state', 'state_reason']) if (b[k] !== undefined) issue[k] = b[k];
    if (b.labels) issue.labels = labelled(b.labels);
    return issue;
  }],
  ['GET', /^\/issues\/(\d+)\/comments$/, (m, b, url, headers) =>
    state.issues[m[1] - 1] ? page(url, state.comments.filter((c) => c.issue === +m[1]), headers) : 404],
  ['POST', /^\/issues\/(\d+)\/comments$/, (m, b) => {
    if (!state.issues[m[1] - 1]) return 404;
    if (!b.body || b.body.length > 65536) return 422;
    state.comments.push({ id: 1000 + state.comments.length, issue: +m[1], body: b.body, created_at: now(), ...author(b) });
    return [201, state.comments[state.comments.length - 1]];
  }],
  // Of setting up: what was asked is remembered.
  ['POST', /^\/pages$/, (m, b) => ((state.pages = b), [201, { ...b, url: 'https://api.github.com/repos/o/r/pages' }])],
  ['POST', /^\/actions\/variables$/, (m, b) => ((state.variables ??= {})[b.name] = b.value, [201, {}])],
  ['POST', /^\/actions\/workflows\/([\w.-]+)\/dispatches$/, (m, b) => ((state.dispatches ??= []).push({ workflow: m[1], ...b }), [204, ''])],
  // Only for tests: GitHub makes pull requests of branches.
  ['POST', /^\/pulls$/, (m, b) => {
    (state.pulls ??= []).push(b);
    while (state.issues.length < b.number) state.issues.push({ number: state.issues.length + 1, labels: [], state: 'open' });
    return [201, b];
  }],
  ['GET', /^\/pulls$/, (m, b, url) => (state.pulls || []).filter((p) => p.head.label === url.searchParams.get('head'))],
  ['PATCH', /^\/issues\/comments\/(\d+)$/, (m, b) => {
    const comment = state.comments.find((c) => c.id === +m[1]);
    if (!comment) return 404;
    comment.body = b.body;
    return comment;
  }],
];

function answer(req, text) {
  const url = new URL(req.url, 'http://x');
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  const failed = fault(req.method, url.pathname);
  if (failed) {
    const limited = failed === 403 || failed === 429;
    if (limited) Object.assign(headers, { 'X-RateLimit-Remaining': '0', 'Retry-After': '60' });
    return [failed, { message: limited ? 'API rate limit exceeded' : 'Server Error' }, headers];
  }
  const sub = url.pathname.replace(/^\/repos\/[^/]+\/[^/]+/, '');
  for (const [method, re, handle] of routes) {
    const m = method === req.method && re.exec(decodeURIComponent(sub));
    if (!m) continue;
    const got = handle(m, text ? JSON.parse(text) : {}, url, headers);
    if (typeof got === 'number') return [got, { message: got === 404 ? 'Not Found' : 'Validation Failed' }, headers];
    return Array.isArray(got) && typeof got[0] === 'number' ? [got[0], got[1], headers] : [200, got, headers];
  }
  return [404, { message: 'Not Found' }, headers];
}

const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (d) => parts.push(d));
  req.on('end', () => {
    const [status, body, headers] = answer(req, Buffer.concat(parts).toString());
    if (req.method !== 'GET') fs.appendFileSync(file('requests'), `${req.method} ${req.url} ${status}\n`);
    fs.writeFileSync(file('state.new'), JSON.stringify(state, null, 1));
    fs.renameSync(file('state.new'), file('state'));
    res.writeHead(status, headers);
    res.end(JSON.stringify(body));
  });
});
server.listen(0, '127.0.0.1', () => {
  const to = prism ? +prism : server.address().port;
  const front = net.createServer((from) => {
    const upstream = net.connect(to, '127.0.0.1');
    from.on('error', () => upstream.destroy());
    upstream.on('error', () => from.destroy());
    from.pipe(upstream).pipe(from);
  });
  front.listen(file('socket'), () => fs.writeFileSync(file('port'), `${server.address().port}\n`));
});
