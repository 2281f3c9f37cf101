// The manual, drawn from /openapi.json.
const manual = document.getElementById("manual");

function element(name, content = "", className = "") {
  const made = document.createElement(name);
  made.textContent = content;
  if (className) made.className = className;
  return made;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  if (schema.additionalProperties) return `map of ${typeOf(schema.additionalProperties)}`;
  return schema.format ? `${schema.type} (${schema.format})` : (schema.type ?? "any");
}

function limits(schema) {
  const words = ["minLength", "maxLength", "minimum", "maximum", "pattern", "minItems", "maxItems", "enum", "examples"];
  return words.filter((word) => word in schema).map((word) => `${word} ${JSON.stringify(schema[word])}`).join(", ");
}

function table(rows) {
  const made = element("table");
  for (const [name, schema, note] of rows) {
    const row = element("tr");
    const type = element("td");
    if (schema.$ref) type.append(link(schema));
    else type.textContent = typeOf(schema);
    row.append(element("td", name), type, element("td", [note, limits(schema)].filter(Boolean).join(" · ")));
    made.append(row);
  }
  return made;
}

function link(schema) {
  const made = element("a", typeOf(schema));
  made.href = `#${typeOf(schema)}`;
  return made;
}

function operation(path, verb, described) {
  const made = element("details");
  const summary = element("summary");
  summary.append(element("span", verb.toUpperCase(), "verb"), element("code", path), ` ${described.summary}`);
  made.append(summary, element("pre", described.description));
  if (described.parameters.length) {
    made.append(table(described.parameters.map((each) => [each.name, each.schema, `${each.in}. ${each.description ?? ""}`])));
  }
  for (const [title, content] of [["Body: ", described.requestBody?.content], ["Answer: ", described.responses[200].content]]) {
    for (const [kind, { schema }] of Object.entries(content ?? {})) {
      const line = element("p", title);
      line.append(schema.$ref ? link(schema) : typeOf(schema), ` (${kind})`);
      made.append(line);
    }
  }
  return made;
}

const openapi = await (await fetch("/openapi.json")).json();
for (const tag of openapi.tags) {
  manual.append(element("h2", tag.name), element("pre", tag.description));
  for (const [path, verbs] of Object.entries(openapi.paths)) {
    for (const [verb, described] of Object.entries(verbs)) {
      if (described.tags.includes(tag.name)) manual.append(operation(path, verb, described));
    }
  }
}
manual.append(element("h2", "Schemas"));
for (const [name, schema] of Object.entries(openapi.components.schemas)) {
  const made = element("details");
  made.id = name;
  made.append(element("summary", name), element("pre", schema.description ?? ""));
  if (schema.enum) made.append(element("p", schema.enum.join(", ")));
  if (schema.properties) {
    made.append(table(Object.entries(schema.properties).map(([field, each]) => [field, each, each.description ?? ""])));
  }
  manual.append(made);
}
addEventListener("hashchange", () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
});
