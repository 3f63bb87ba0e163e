# SPDX-License-Identifier: MIT
# Text from outside, made harmless: in markdown and HTML, in a shell, in a pattern.

# Of results-schema/limits.csv: who runs this has put them into the environment.
def recovery_builds: env.RECOVERY_BUILDS | tonumber;
def stale_days: env.STALE_DAYS | tonumber;
def confidence_pct: env.CONFIDENCE_PCT | tonumber;

# The body of an issue or of a comment may have 65536 characters.
def body_limit: 65000;

# Our own words, shown without code.
def words: tostring | gsub("[^A-Za-z0-9 ,.;:%()+\\/-]"; "");

# What turns the direction of text (Unicode's Bidi_Control), so that it reads as another, becomes its name.
def without_bidi: gsub("(?<c>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])";
  "[U+" + (.c | explode[0] | if . == 1564 then "061C" else "20" + ([. / 16 % 16, . % 16] | map("0123456789ABCDEF"[.:. + 1]) | join("")) end) + "]");

def is_digit: . >= 48 and . <= 57;
def is_alnum: is_digit or (. >= 65 and . <= 90) or (. >= 97 and . <= 122);
# Whether a character is no markup wherever it stands in <code>, or between these two: no link begins with the point of
# a number, and no emphasis with a line between letters. The same as print_code in regress-detect's markdown.c.
def is_plain($before; $next):
  is_alnum or IN(32, 37, 40, 41, 43, 44, 47)
  or (. == 46 and ($before | is_digit) and ($next | is_digit))
  or (IN(45, 95) and ($before | is_alnum) and ($next | is_alnum));

# Inline code without markup: no markdown, HTML, mention or link to an issue. All but plain characters become
# entities, which GitHub always takes for text.
def code:
  tostring | without_bidi | explode | (if length > 200 then .[:200] + [8230] else . end)
  | . as $c | [range(length) as $i | $c[$i]
      | if is_plain(if $i > 0 then $c[$i - 1] else 0 end; $c[$i + 1] // 0) then [.] | implode
        elif . < 32 or . == 127 then " "
        else "&#\(.);" end]
  | "<code>" + join("") + "</code>";

# For a title: plain text of one line, which GitHub shows as it is.
def plain($most):
  tostring | without_bidi | explode | map(if . < 32 or . == 127 then 32 else . end) | implode
  | if length > $most then .[:$most - 1] + "…" else . end;

# One word for a POSIX shell. A name with a line break does no harm.
def shell: tostring | "'" + gsub("'"; "'\\''") + "'";

# The same as the value of a variable on the command line of make.
def make_value: gsub("\\$"; "$$") | shell;

# A value that make's rules put between quotes: names only. What no name has would end the quotes.
def make_name: tostring | gsub("[^A-Za-z0-9._/:=@+~#-]"; "?") | shell;

# A POSIX extended regular expression for this text. A line break would end a recipe of make, so it is any
# character.
def exactly: tostring | gsub("[[:cntrl:]\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"; "\u0001") | gsub("(?<c>[][\\\\.*^$+?(){}|])"; "\\\(.c)") | "^" + gsub("\u0001"; ".") + "$";

# A pattern of fnmatch(3) that matches just this text.
def literal: tostring | gsub("(?<c>[][\\\\*?])"; "\\\(.c)");

# A block of code, fenced by more tildes than it has in a row.
def fenced($language):
  . as $text
  | ([$text | scan("~+") | length] | max // 0) as $most
  | ("~" * ([3, $most + 1] | max)) as $fence
  | "\($fence)\($language)\n\($text)\n\($fence)";

# The name of the file of a page for this text, as the function slug of pipelines/site/pages makes it; null where the
# text is not of ASCII, where bytes are not characters.
def page_name($readable):
  if test("^[\\t -~]+$") | not then null
  else (reduce explode[] as $c (5381; (. * 33 + $c) % 2147483647)) as $hash
    | ($readable[:60] | ascii_downcase | gsub("[^a-z0-9.]+"; "-") | sub("^[.-]+"; "") | sub("[.-]+$"; "")) as $name
    | (if $name == "" then "" else "\($name)-" end) +
      ([range(7; -1; -1) as $i | ($hash / pow(16; $i) | floor) % 16 | "0123456789abcdef"[.:. + 1]] | join("")) end;

# That of a run, from rows of its summary.
def run_page: (map(.timestamp) | min) as $time | .[0] // empty | .build as $build
  | "\(.build) \(.host_class)\t\(.track)\t\(.suite) \(.run_id) \($time)" | page_name($build);

def number: if . == null or . == "" then "" else (tonumber? // "") end;

# Four significant digits, as people read them.
def short:
  number
  | if . == "" or . == 0 then tostring
    else pow(10; [0, 3 - (fabs | log10 | floor)] | max) as $scale | . * $scale | round / $scale | tostring end;

# Rows of verdicts of one severity.
def worst_first: sort_by(-(.ratio | number | if . == "" then 0 else . end));

# A ratio as a change in percent with its sign.
def percent:
  number | if . == "" then "" else (. - 1) * 1000 | round / 10 | (if . == 0 then "0" elif . > 0 then "+\(.)" else "\(.)" end) + " %" end;

# Whole lines of it, as far as the limit goes.
def cut($limit; $note):
  if length <= $limit then .
  else reduce split("\n")[] as $line ({text: "", full: false};
      if .full or (.text | length) + ($line | length) + ($note | length) + 2 > $limit then .full = true
      else .text += $line + "\n" end)
    | .text + "\n" + $note end;
