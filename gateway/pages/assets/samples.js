// A command line that does what an operation says, to be pasted into a shell.
export function sample(path, verb, call) {
  const needed = call.parameters.filter((each) => each.required);
  const filled = needed.filter((each) => each.in === "path")
    .reduce((whole, { name, example }) => whole.replace(`{${name}}`, encodeURIComponent(example)), path);
  const query = new URLSearchParams(needed.filter((each) => each.in === "query").map(({ name, example }) => [name, example]));
  const address = quoted(`${location.origin}${filled}${query.size ? `?${query}` : ""}`);
  const parts = [["curl", ...flags(call), ...(verb === "get" ? [] : ["-X", verb.toUpperCase()]), address].join(" ")];
  // An empty list of schemes is a call for everybody.
  if (call.security?.length !== 0) parts.push('-H "Authorization: Bearer $TOKEN"');
  for (const [kind, { example }] of Object.entries(call.requestBody?.content ?? {})) {
    parts.push(`-H ${quoted(`Content-Type: ${kind}`)}`);
    parts.push(example === undefined ? "--data-binary @FILE" : `-d ${quoted(JSON.stringify(example))}`);
  }
  return parts.join(" \\\n  ");
}

function flags(call) {
  const kinds = Object.keys(call.responses[200].content);
  if (kinds.includes("text/event-stream")) return ["-N"];
  return kinds.includes("*/*") ? ["-OJ"] : [];
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
