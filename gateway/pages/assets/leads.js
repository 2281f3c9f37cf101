// Sign-in and the list of leads: what one sees before the console exists.
import { Words } from "./words.js";

const words = new Words({
  zh: {
    manual: "接口文档", signIn: "登录", signOut: "退出", email: "邮箱", password: "密码", openid: "使用企业账号登录",
    leads: "线索", more: "更多", other: "English", company: "公司", contact: "联系人", grade: "等级", owner: "负责人",
    reasons: "原因", total: (count, capped) => `${capped ? "超过 " : ""}${count} 条`, nobody: "未分配", none: "还没有线索",
    away: "网络连接失败，请稍后再试", ungraded: "未评级",
  },
  en: {
    manual: "Manual", signIn: "Sign in", signOut: "Sign out", email: "Mail address", password: "Password",
    openid: "Sign in with the company account", leads: "Leads", more: "More", other: "中文", company: "Company",
    contact: "Contact", grade: "Grade", owner: "Owner", reasons: "Reasons",
    total: (count, capped) => `${capped ? "more than " : ""}${count}`, nobody: "Nobody", none: "No leads yet",
    away: "No connection; try again shortly", ungraded: "Not graded",
  },
});
const COLUMNS = ["company", "contact", "grade", "owner", "reasons"];
const $ = (id) => document.getElementById(id);
const owners = new Map();
let nextPage = "";

function text(key) {
  return words.of(key);
}

function element(name, content) {
  const made = document.createElement(name);
  made.textContent = content;
  return made;
}

async function ask(path, { method = "GET", body } = {}) {
  const headers = { "Accept-Language": words.language };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(value.detail), { status: answer.status });
  return value;
}

async function ownerName(name) {
  if (!name) return text("nobody");
  if (!owners.has(name)) owners.set(name, ask(`/v1/${name}`).then((member) => member.displayName, () => text("owner")));
  return owners.get(name);
}

async function row(lead) {
  const made = document.createElement("tr");
  const grade = lead.grade === "GRADE_UNSPECIFIED" ? text("ungraded") : lead.grade.replace("GRADE_", "");
  for (const value of [lead.companyName, lead.contactName, grade, await ownerName(lead.owner)]) {
    made.append(element("td", value));
  }
  const reasons = document.createElement("ul");
  reasons.append(...[...lead.gradeReasons, ...lead.ownerReasons].map((reason) => element("li", reason.text)));
  const cell = document.createElement("td");
  cell.append(reasons);
  made.append(cell);
  return made;
}

async function showPage() {
  const query = new URLSearchParams({ pageSize: "50", orderBy: "create_time desc", view: "LEAD_VIEW_FULL" });
  if (nextPage) query.set("pageToken", nextPage);
  const page = await ask(`/v1/leads?${query}`);
  const fresh = nextPage === "";
  const rows = await Promise.all(page.leads.map(row));
  if (fresh) $("rows").replaceChildren(...rows);
  else $("rows").append(...rows);
  nextPage = page.nextPageToken;
  $("more").hidden = !nextPage;
  $("total").textContent = page.totalSize ? text("total")(page.totalSize, page.totalSizeCapped) : text("none");
}

async function guarded(action) {
  $("notice").textContent = "";
  try {
    await action();
  } catch (error) {
    if (error.status === 401) show(false);
    if (error.status !== 401 || !$("sign-in").hidden) $("notice").textContent = error.status ? error.message : text("away");
  }
}

async function offerWhatThereIs() {
  const options = await ask("/v1/signInOptions");
  $("openid").hidden = !options.openid;
}

function show(signedIn) {
  $("sign-in").hidden = signedIn;
  $("leads").hidden = !signedIn;
  $("sign-out").hidden = !signedIn;
}

function start() {
  nextPage = "";
  return guarded(async () => {
    await showPage();
    show(true);
  });
}

function speak() {
  words.speak();
  $("columns").replaceChildren(...COLUMNS.map((key) => element("th", text(key))));
}

$("language").addEventListener("click", () => {
  words.change();
  speak();
  if ($("sign-in").hidden) start();
});
$("more").addEventListener("click", () => guarded(showPage));
$("sign-out").addEventListener("click", () => guarded(async () => {
  await ask("/sign-out", { method: "POST" });
  show(false);
}));
$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  guarded(async () => {
    await ask("/sign-in/password", { method: "POST", body: Object.fromEntries(new FormData(event.target)) });
    event.target.reset();
    await start();
  });
});

speak();
await start();
if ($("leads").hidden) {
  show(false);
  $("notice").textContent = "";
  await guarded(offerWhatThereIs);
}
