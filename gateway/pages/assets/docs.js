// The manual, drawn from /openapi.json: its own words in the reader's language, those of the contracts as they are.
import { sample } from "./samples.js";
import { Words } from "./words.js";

const words = new Words({
  zh: {
    title: "接口文档 · Millrace 渠成",
    use: "示例都可以粘贴运行。先把 POST /v1/sessions:signIn 应答中的 accessToken 存入 TOKEN；名称和编号换成自己的。",
    wait: "正在读取…", away: "接口文档读取失败，请稍后再试", other: "English", parameters: "参数", field: "名称", type: "类型",
    meaning: "说明", curl: "命令行", body: "请求体", answer: "应答", refusal: "拒绝", fields: "字段", copy: "复制",
    copied: "已复制", chosen: "已选中，请按 Ctrl-C", schemas: "数据结构", path: "路径", query: "查询", header: "请求头", required: "必填",
  },
  en: {
    title: "Manual · Millrace 渠成",
    use: "Every example can be pasted and run. First put the accessToken that POST /v1/sessions:signIn answers into TOKEN; "
      + "names and ids become your own.",
    wait: "Reading…", away: "The manual could not be read; try again shortly", other: "中文", parameters: "Parameters", field: "Name",
    type: "Type", meaning: "Meaning", curl: "Command line", body: "Body", answer: "Answer", refusal: "Refused", fields: "Fields",
    copy: "Copy", copied: "Copied", chosen: "Selected: press Ctrl-C", schemas: "Schemas", path: "path", query: "query",
    header: "header", required: "required",
  },
});
const COPIED_MS = 2000;
const $ = (id) => document.getElementById(id);

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

function word(key, name = "span") {
  const made = element(name);
  made.dataset.text = key;
  return made;
}

function english(name, text = "") {
  const made = element(name, text);
  made.lang = "en";
  return made;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  if (schema.additionalProperties) return `map<string, ${typeOf(schema.additionalProperties)}>`;
  return schema.format ? `${schema.type} (${schema.format})` : (schema.type ?? "any");
}

function type(schema) {
  const named = schema.$ref ?? schema.items?.$ref;
  if (!named) return typeOf(schema);
  const made = element("a", typeOf(schema));
  made.href = `#${named.split("/").pop()}`;
  return made;
}

function limits(schema) {
  const known = ["minLength", "maxLength", "minimum", "maximum", "pattern", "minItems", "maxItems", "enum", "examples"];
  return known.filter((word) => word in schema).map((word) => `${word} ${JSON.stringify(schema[word])}`).join(", ");
}

function table(rows) {
  const head = element("tr", ...["field", "type", "meaning"].map((key) => word(key, "th")));
  const body = rows.map(([name, schema, text, where = []]) => {
    const told = [text, limits(schema)].filter(Boolean).map((each) => english("span", each));
    const meaning = [...where.map((key) => word(key)), ...told].flatMap((each) => [" · ", each]).slice(1);
    return element("tr", element("td", element("code", name)), element("td", type(schema)), element("td", ...meaning));
  });
  return element("table", element("thead", head), element("tbody", ...body));
}

function fields(schema) {
  return table(Object.entries(schema.properties).map(([name, each]) => [name, each, each.description]));
}

async function copy(button, text) {
  let done = "copied";
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    // Without TLS a browser has no clipboard for scripts: what is to be copied is selected at least.
    getSelection().selectAllChildren(text);
    done = "chosen";
  }
  for (const each of [button, $("notice")]) each.textContent = words.of(done);
  setTimeout(() => {
    button.textContent = words.of("copy");
    $("notice").textContent = "";
  }, COPIED_MS);
}

function example(title, text, ...about) {
  const button = word("copy", "button");
  const code = element("code", text);
  button.type = "button";
  button.dataset.of = title;
  button.addEventListener("click", () => copy(button, code));
  return element("figure", element("figcaption", word(title), ...about, button), element("pre", code));
}

function shown(title, content) {
  return Object.entries(content ?? {}).map(([kind, { schema, example: told }]) => {
    const about = element("small", type(schema), ` ${kind}`);
    return told === undefined
      ? element("p", word(title), " ", about)
      : example(title, JSON.stringify(told, null, 2), about);
  });
}

function draw(into, path, verb, call) {
  const parameters = call.parameters.map((each) => [
    each.name, each.schema, each.description, each.required ? [each.in, "required"] : [each.in],
  ]);
  if (parameters.length) into.append(word("parameters", "h3"), table(parameters));
  into.append(
    example("curl", sample(path, verb, call)),
    ...shown("body", call.requestBody?.content),
    ...shown("answer", call.responses[200].content),
    ...shown("refusal", call.responses.default.content),
    element("details", word("fields", "summary"), fields(openapi.components.schemas.Problem)),
  );
  words.speak(into);
}

function operation(path, verb, call) {
  const name = element("span", verb.toUpperCase());
  name.className = "verb";
  const summary = element("summary", name, element("code", path), " ", english("span", call.summary));
  const made = element("details", summary, english("pre", call.description));
  made.id = call.operationId;
  // Some hundred examples are drawn when somebody wants to see them.
  made.addEventListener("toggle", () => draw(made, path, verb, call), { once: true });
  return made;
}

function schema([name, told]) {
  const made = element("details", element("summary", element("code", name)), english("pre", told.description));
  made.id = name;
  if (told.enum) made.append(element("p", told.enum.join(", ")));
  if (told.properties) made.append(fields(told));
  return made;
}

function openTarget() {
  const target = $(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

async function read() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function drawAll() {
  const operations = Object.entries(openapi.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, call]) => [path, verb, call]));
  for (const tag of openapi.tags) {
    const own = operations.filter(([, , call]) => call.tags.includes(tag.name));
    $("manual").append(element("h2", tag.name), english("pre", tag.description), ...own.map((each) => operation(...each)));
  }
  $("manual").append(word("schemas", "h2"), ...Object.entries(openapi.components.schemas).map(schema));
}

$("language").addEventListener("click", () => words.change());
addEventListener("hashchange", openTarget);
words.speak();
let openapi;
try {
  openapi = await read();
  delete $("notice").dataset.text;
  $("notice").textContent = "";
  drawAll();
} catch {
  $("notice").dataset.text = "away";
  $("notice").className = "";
}
words.speak();
openTarget();
