# SPDX-License-Identifier: MIT
# Of GitHub's OpenAPI description what pipelines/issues and SETUP.md use, so that Prism starts at once. Only requests
# are checked: of answers nothing but their status codes stays.
# Beside oneOf, anyOf and allOf "nullable" has no type, and Prism then takes any body: it goes.
def used: ["/repos/{owner}/{repo}/labels", "/repos/{owner}/{repo}/issues",
  "/repos/{owner}/{repo}/issues/{issue_number}", "/repos/{owner}/{repo}/issues/{issue_number}/comments",
  "/repos/{owner}/{repo}/issues/comments/{comment_id}", "/repos/{owner}/{repo}/pages", "/repos/{owner}/{repo}/actions/variables",
  "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"];
{openapi, info: {title: .info.title, version: .info.version}, paths: (.paths | with_entries(select(.key as $k | used | index($k))))}
| del(.paths[] | .[]? | objects | .responses[]?.content, .responses[]?.headers)
| walk(if type == "object" and (has("oneOf") or has("anyOf") or has("allOf")) then del(.nullable) else . end)
